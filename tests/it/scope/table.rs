//! The table: what a caller gets who asks for what lies outside of its scope.

use Expected::{Answers, Hidden, Narrowed, OwnOnly, Refused};
use Place::{Body, Path, Query};

/// Where the foreign identifier stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// In this parameter of the path.
    Path(&'static str),
    /// In this query; nowhere, where it is empty: all that a list has.
    Query(&'static str),
    /// In the body, of this kind.
    Body(Content),
}

/// What a body holds that is not the caller's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// The filled workbook of another enterprise.
    Workbook,
    /// The digest of a file that somebody else handed in.
    Digest,
    /// The identifier of a round that asks nobody in the scope of the caller.
    Round,
}

/// What comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expected {
    /// 404, the same as for an identifier that does not exist. Nothing is changed.
    Hidden,
    /// Refused with this status and code. Nothing is changed.
    Refused(u16, &'static str),
    /// 200 without a word of anybody outside of the scope, while the administrator is told of them.
    OwnOnly,
    /// 200 with figures over the scope alone: others than the administrator gets.
    Narrowed,
    /// This status. The reason says why.
    Answers(u16),
}

/// Operation, place of the foreign identifier, actors, what they get, and the reason where something is given.
///
/// E enterprise, T town, R reader of a town; each by login, E and T by an API key as well. B bureau.
pub(super) type Row = (&'static str, Place, &'static str, Expected, &'static str);

const ROUND: &str =
    "rounds stand in the catalogue of everybody; that they name all enterprises asked is for a later issue";
const DRAFT: &str = "towns and readers see draft runs; whether they should is for a later issue";
const PROFILE: &str = "mapping profiles are shared by all officers";
const FORM: &str = "the blank form names no enterprise";

pub(super) const TABLE: &[Row] = &[
    ("list_enterprises", Query(""), "ETR", OwnOnly, ""),
    ("list_enterprises", Query("area={area}"), "ETR", OwnOnly, ""),
    ("list_enterprises", Query("search={uscc}"), "ETR", OwnOnly, ""),
    ("get_enterprise", Path("enterprise_id"), "ETR", Hidden, ""),
    ("list_enterprise_results", Path("enterprise_id"), "ETR", Hidden, ""),
    ("get_round", Path("round_id"), "ETR", Answers(200), ROUND),
    ("list_rounds", Query(""), "ETR", Answers(200), ROUND),
    ("get_round_progress", Path("round_id"), "ETR", Narrowed, ""),
    ("get_round_bulk_template", Path("round_id"), "T", OwnOnly, ""),
    ("get_round_bulk_template", Query("area={area}"), "T", OwnOnly, ""),
    ("get_round_blank_template", Path("round_id"), "T", Answers(200), FORM),
    ("list_returns", Query(""), "ET", OwnOnly, ""),
    ("list_returns", Query("round_id={round_id}"), "ET", OwnOnly, ""),
    (
        "list_returns",
        Query("enterprise_id={enterprise_id}"),
        "ET",
        OwnOnly,
        "",
    ),
    ("list_returns", Query("area={area}"), "ET", OwnOnly, ""),
    ("list_returns", Query("search={uscc}"), "ET", OwnOnly, ""),
    ("get_return", Path("return_id"), "ET", Hidden, ""),
    ("get_return_template", Path("return_id"), "ET", Hidden, ""),
    ("list_return_revisions", Path("return_id"), "ET", Hidden, ""),
    ("create_return_revision", Path("return_id"), "E", Hidden, ""),
    (
        "create_return_revision",
        Body(Content::Workbook),
        "E",
        Refused(422, "workbook.wrong_enterprise"),
        "",
    ),
    ("get_revision", Path("revision_id"), "ET", Hidden, ""),
    ("get_revision_workbook", Path("revision_id"), "ET", Hidden, ""),
    ("get_revision_energy", Path("revision_id"), "ET", Hidden, ""),
    ("create_return_conversions", Path("return_id"), "E", Hidden, ""),
    ("submit_return", Path("return_id"), "E", Hidden, ""),
    ("send_back_return", Path("return_id"), "T", Hidden, ""),
    ("announce_correction", Path("return_id"), "E", Hidden, ""),
    ("withdraw_correction", Path("return_id"), "E", Hidden, ""),
    ("get_submission_evidence", Path("return_id"), "ET", Hidden, ""),
    ("list_return_events", Path("return_id"), "ET", Hidden, ""),
    ("list_justifications", Path("return_id"), "ET", Hidden, ""),
    ("justify_finding", Path("return_id"), "E", Hidden, ""),
    ("get_annotated_workbook", Path("return_id"), "ET", Hidden, ""),
    (
        "get_annotated_workbook",
        Query("revision={revision_id}"),
        "ET",
        Hidden,
        "",
    ),
    ("get_return_report_table", Path("return_id"), "ET", Hidden, ""),
    (
        "get_return_report_table",
        Query("revision={revision_id}"),
        "ET",
        Hidden,
        "",
    ),
    ("create_report_link", Path("return_id"), "ET", Hidden, ""),
    ("create_report_link", Query("revision={revision_id}"), "ET", Hidden, ""),
    ("get_return_report_page", Path("return_id"), "ET", Hidden, ""),
    (
        "get_return_report_page",
        Query("revision={revision_id}"),
        "ET",
        Hidden,
        "",
    ),
    (
        "create_import",
        Path("round_id"),
        "T",
        Refused(422, "import.zip_truncated"),
        "",
    ),
    (
        "create_import",
        Query("profile_id={profile_id}"),
        "T",
        Answers(202),
        PROFILE,
    ),
    ("create_import", Body(Content::Workbook), "T", OwnOnly, ""),
    ("list_imports", Query(""), "T", OwnOnly, ""),
    ("list_imports", Query("round_id={first_round}"), "T", OwnOnly, ""),
    ("get_import", Path("import_id"), "T", Hidden, ""),
    ("list_import_items", Path("import_id"), "T", Hidden, ""),
    ("get_import_result", Path("import_id"), "T", Hidden, ""),
    ("create_mapping_proposal", Path("round_id"), "T", Answers(422), FORM),
    (
        "create_mapping_preview",
        Path("round_id"),
        "T",
        Refused(422, "import.file_missing"),
        ROUND,
    ),
    ("create_mapping_preview", Body(Content::Digest), "T", OwnOnly, ""),
    ("list_mapping_profiles", Query(""), "T", Answers(200), PROFILE),
    ("create_mapping_profile", Body(Content::Round), "T", Answers(201), ROUND),
    ("get_mapping_profile", Path("profile_id"), "T", Answers(200), PROFILE),
    (
        "replace_mapping_profile",
        Path("profile_id"),
        "T",
        Refused(403, "forbidden"),
        "",
    ),
    ("list_runs", Query(""), "E", OwnOnly, ""),
    ("list_runs", Query("state=draft"), "E", OwnOnly, ""),
    ("list_runs", Query("round_id={round_id}"), "TR", Answers(200), DRAFT),
    ("get_run", Path("run_id"), "E", Hidden, ""),
    ("get_run", Path("run_id"), "TR", Answers(200), DRAFT),
    ("list_run_results", Path("run_id"), "E", Hidden, ""),
    ("list_run_results", Path("run_id"), "TR", OwnOnly, ""),
    ("list_run_results", Query(""), "ETR", OwnOnly, ""),
    ("list_run_results", Query("area={area}"), "ETR", OwnOnly, ""),
    ("list_run_results", Query("search={uscc}"), "ETR", OwnOnly, ""),
    ("get_run_region", Path("run_id"), "E", Hidden, ""),
    (
        "get_run_region",
        Path("run_id"),
        "TR",
        Refused(404, "run.no_region"),
        DRAFT,
    ),
    ("compute_region_what_if", Path("run_id"), "E", Hidden, ""),
    (
        "compute_region_what_if",
        Path("run_id"),
        "TR",
        Refused(404, "run.no_region"),
        DRAFT,
    ),
    ("get_run_distribution", Path("run_id"), "TR", Narrowed, ""),
    ("get_run_groups", Path("run_id"), "TR", Narrowed, ""),
    ("get_run_correlations", Path("run_id"), "TR", Narrowed, ""),
    ("get_league_page", Path("run_id"), "TR", Narrowed, ""),
    ("get_league_workbook", Path("run_id"), "TR", Narrowed, ""),
    ("get_result_page", Path("run_id"), "E", Hidden, ""),
    ("get_result_page", Path("run_id"), "TR", Answers(200), DRAFT),
    ("get_result_page", Path("enterprise_id"), "ETR", Hidden, ""),
    ("get_run_result", Path("run_id"), "E", Hidden, ""),
    ("get_run_result", Path("run_id"), "TR", Answers(200), DRAFT),
    ("get_run_result", Path("enterprise_id"), "ETR", Hidden, ""),
    ("get_result_benchmark", Path("run_id"), "E", Hidden, ""),
    (
        "get_result_benchmark",
        Path("run_id"),
        "TR",
        Refused(409, "run.not_scored"),
        DRAFT,
    ),
    ("get_result_benchmark", Path("enterprise_id"), "ETR", Hidden, ""),
    ("compute_what_if", Path("run_id"), "E", Hidden, ""),
    ("compute_what_if", Path("run_id"), "TR", Answers(200), DRAFT),
    ("compute_what_if", Path("enterprise_id"), "ETR", Hidden, ""),
    ("get_result_improvement", Path("run_id"), "E", Hidden, ""),
    ("get_result_improvement", Path("run_id"), "TR", Answers(200), DRAFT),
    ("get_result_improvement", Path("enterprise_id"), "ETR", Hidden, ""),
    ("list_run_events", Path("run_id"), "E", Hidden, ""),
    ("list_run_events", Path("run_id"), "TR", Answers(200), DRAFT),
    ("compare_runs", Path("run_id"), "E", Hidden, ""),
    ("compare_runs", Path("run_id"), "TR", OwnOnly, ""),
    ("compare_runs", Query("with={run_id}"), "E", Hidden, ""),
    ("compare_runs", Query("with={run_id}"), "TR", OwnOnly, ""),
    ("export_run", Path("run_id"), "E", Hidden, ""),
    ("export_run", Path("run_id"), "TR", OwnOnly, ""),
    ("export_run", Query("format=csv"), "ETR", OwnOnly, ""),
    ("export_run", Query("format=xlsx"), "ETR", OwnOnly, ""),
    ("list_jobs", Query(""), "ETRB", OwnOnly, ""),
    ("get_job", Path("job_id"), "ETRB", Hidden, ""),
    ("get_enterprise_import_result", Path("job_id"), "B", Hidden, ""),
    ("cancel_job", Path("job_id"), "ETRB", Hidden, ""),
];

const PUBLIC: &str = "takes no credentials";
const SELF: &str = "is about the caller itself";
const ADMIN: &str = "the administrator alone: the whole county";
const COUNTY: &str = "the bureau and the administrator alone: the whole county";
const GROUPS: &str = "names of groups are everybody's; members are counted within the scope of the caller";
const SIGNED: &str = "whoever has the link sees what the one who created it was shown";
const CATALOGUE: &str = "the catalogue is everybody's";

/// Operations that can name nothing outside of the scope of a caller who may call them, and why.
pub(super) const NOTHING_FOREIGN: &[(&str, &str)] = &[
    ("get_health", PUBLIC),
    ("get_readiness", PUBLIC),
    ("get_linked_report", SIGNED),
    ("create_session", PUBLIC),
    ("create_first_session", PUBLIC),
    ("delete_session", SELF),
    ("get_current_user", SELF),
    ("list_users", ADMIN),
    ("create_user", ADMIN),
    ("get_user", ADMIN),
    ("update_user", ADMIN),
    ("list_api_keys", ADMIN),
    ("create_api_key", ADMIN),
    ("delete_api_key", ADMIN),
    ("list_login_codes", ADMIN),
    ("create_login_codes", ADMIN),
    ("import_login_codes", ADMIN),
    ("list_signing_keys", ADMIN),
    ("create_signing_key", ADMIN),
    ("list_documents", CATALOGUE),
    ("create_document", ADMIN),
    ("get_document", CATALOGUE),
    ("get_document_content", CATALOGUE),
    ("get_document_difference", CATALOGUE),
    ("list_areas", CATALOGUE),
    ("get_area", CATALOGUE),
    ("list_industries", CATALOGUE),
    ("create_enterprise", COUNTY),
    ("import_enterprises", COUNTY),
    ("replace_enterprise", COUNTY),
    ("list_enterprise_groups", GROUPS),
    ("get_enterprise_group", GROUPS),
    ("create_enterprise_group", COUNTY),
    ("update_enterprise_group", COUNTY),
    ("update_group_members", COUNTY),
    ("import_group_members", COUNTY),
    ("create_round", ADMIN),
    ("update_round", ADMIN),
    ("create_round_members", COUNTY),
    ("delete_round_members", COUNTY),
    ("import_round_members", COUNTY),
    ("accept_return", COUNTY),
    ("record_submission", COUNTY),
    ("request_correction", COUNTY),
    ("refuse_correction", COUNTY),
    ("create_run", COUNTY),
    ("freeze_run", COUNTY),
    ("publish_run", ADMIN),
    ("verify_run", COUNTY),
    ("create_decomposition", COUNTY),
    ("create_robustness", COUNTY),
    ("create_back_test", COUNTY),
    ("compute_weighing", COUNTY),
];

/// Parameters of a query that name nothing of an enterprise, a town, a round or a user.
pub(super) const PLAIN_QUERY: &[&str] = &[
    "limit",
    "cursor",
    "industry",
    "size_class",
    "active",
    "state",
    "correction",
    "signed_by",
    "signed_on",
    "covering",
    "band",
    "language",
    "lang",
    "filename",
    "dry_run",
    "blocked",
    "sheet",
    "questionnaire",
    "table_rows",
    "methodology_code",
    "by",
    "industry_length",
    "kind",
    "format",
    "group_id",
    "group_on",
    "group_kind",
];

/// Parameters of a path that name nothing of an enterprise, a town, a round or a user.
pub(super) const PLAIN_PATH: &[&str] = &["finding_key", "link", "sha256"];
