//! Runs: computing, ranking, explanation, comparison, export.

pub mod back_tests;
pub mod comparisons;
pub mod correlations;
pub mod explanation;
pub mod exports;
pub mod life;
pub mod model;
pub mod pages;
pub mod ranking;
pub mod region;
pub mod robustness;
pub mod runs;
pub mod statistics;
pub mod weighings;
pub mod what_if;

/// The operations of this folder.
pub(super) type Apis = (
    runs::RunsApi,
    ranking::RankingApi,
    explanation::ExplanationsApi,
    region::Apis,
    life::RunLifeApi,
    comparisons::ComparisonsApi,
    statistics::RunStatisticsApi,
    what_if::WhatIfApi,
    back_tests::BackTestsApi,
    exports::ExportsApi,
    (
        weighings::WeighingsApi,
        robustness::RobustnessApi,
        correlations::CorrelationsApi,
        pages::ResultPagesApi,
    ),
);
