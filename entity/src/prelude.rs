//! The entities by the names of the house.

pub use super::{
    acceptance::Entity as Acceptance, access_token::Entity as AccessToken, api_key::Entity as ApiKey,
    area::Entity as Area, area_closure::Entity as AreaClosure, blob::Entity as Blob, document::Entity as Document,
    enterprise::Entity as Enterprise, enterprise_group::Entity as EnterpriseGroup,
    enterprise_group_member::Entity as EnterpriseGroupMember, import_batch::Entity as ImportBatch,
    import_item::Entity as ImportItem, industry::Entity as Industry, job::Entity as Job,
    justification::Entity as Justification, login_code::Entity as LoginCode, mapping_profile::Entity as MappingProfile,
    return_event::Entity as ReturnEvent, revision::Entity as Revision, round::Entity as Round,
    round_member::Entity as RoundMember, run::Entity as Run, run_event::Entity as RunEvent,
    run_region::Entity as RunRegion, run_result::Entity as RunResult, signing_key::Entity as SigningKey,
    survey_return::Entity as SurveyReturn, user_account::Entity as UserAccount,
};
