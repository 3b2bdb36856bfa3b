//! The nouns of the service: plain types that `store` reads and writes, `service` works with and `api` shows.
//!
//! Nothing here knows HTTP or a database.

pub mod access;
pub mod area;
pub mod blob;
pub(crate) mod count;
pub mod document;
pub mod enterprise;
pub mod enterprise_group;
pub mod import;
pub mod industry;
pub mod job;
pub mod justification;
pub mod login_code;
pub mod mapping;
pub mod page;
pub mod return_step;
pub mod revision;
pub mod robustness;
pub mod round;
pub mod run;
pub mod signing_key;
pub mod size_class;
pub mod survey_return;

/// Declares an identifier: a UUIDv7 that cannot be mistaken for one of another kind.
macro_rules! identifier {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub uuid::Uuid);

        impl schemars::JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", "format": "uuid" })
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}
pub(crate) use identifier;
