//! Returns: templates out, workbooks in, findings, submission and review.

pub mod conversions;
pub mod corrections;
pub mod energy;
pub mod findings;
pub mod justifications;
pub mod model;
pub mod reports;
pub mod returns;
pub mod revisions;
pub mod steps;
pub mod submissions;
pub mod templates;
pub mod upload;

/// The operations of this folder.
pub(super) type Apis = (
    returns::ReturnsApi,
    templates::ReturnTemplatesApi,
    revisions::RevisionsApi,
    conversions::ConversionsApi,
    steps::StepsApi,
    submissions::SubmissionsApi,
    corrections::CorrectionsApi,
    justifications::JustificationsApi,
    reports::ReportsApi,
    energy::EnergyApi,
);
