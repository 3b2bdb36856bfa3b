//! Runs: computing, ranking, explanation, comparison, export.

pub mod back_tests;
pub mod comparisons;
pub mod exports;
pub mod life;
pub mod region;
pub mod results;
pub mod statistics;
pub mod weighings;
pub mod what_if;

/// The operations of this folder.
pub(super) type Apis = (
    results::ResultsApi,
    region::RegionsApi,
    life::RunLifeApi,
    comparisons::ComparisonsApi,
    statistics::RunStatisticsApi,
    what_if::WhatIfApi,
    back_tests::BackTestsApi,
    exports::ExportsApi,
    weighings::WeighingsApi,
);
