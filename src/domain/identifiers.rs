//! Identifiers of everything that has one. They stand together, so that one object can name another without knowing it.

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

identifier!(
    /// Identifier of an API key.
    ApiKeyId
);
identifier!(
    /// Identifier of a published document.
    DocumentId
);
identifier!(
    /// Identifier of an enterprise.
    EnterpriseId
);
identifier!(
    /// Identifier of a group of enterprises.
    GroupId
);
identifier!(
    /// Identifier of an import.
    ImportId
);
identifier!(
    /// Identifier of a job.
    JobId
);
identifier!(
    /// Identifier of a one-time code.
    LoginCodeId
);
identifier!(
    /// Identifier of a mapping profile.
    ProfileId
);
identifier!(
    /// Identifier of a return.
    ReturnId
);
identifier!(
    /// Identifier of a revision.
    RevisionId
);
identifier!(
    /// Identifier of a round.
    RoundId
);
identifier!(
    /// Identifier of a run.
    RunId
);
identifier!(
    /// Identifier of a signing key; it stands in every seal made with it.
    SigningKeyId
);
identifier!(
    /// Identifier of an access token (one login).
    TokenId
);
identifier!(
    /// Identifier of a user.
    UserId
);
