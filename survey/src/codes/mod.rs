//! Stable codes: what stands on the wire, what it means and what to do about it.
//!
//! Every code is a variant of an enum that [`codes!`](crate::codes!) makes out of one table, so that a code without an
//! explanation cannot be given. The list of errors of the documentation is made of [`all_codes`](crate::all_codes).

mod document;
mod expression;
mod justification;
mod registered;

pub use document::DocumentCode;
pub use expression::ExpressionCode;
pub use justification::JustificationCode;
pub use registered::RegisteredCode;

/// A type whose values are stable codes.
pub trait Coded: Copy + 'static {
    /// All codes of the type, in the order of their table.
    const ALL: &'static [Self];

    /// The code with its explanation.
    fn row(self) -> Row;

    /// The code as it stands on the wire.
    fn code(self) -> &'static str {
        self.row().code
    }
}

/// A code with its explanation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// The code as it stands on the wire.
    pub code: &'static str,
    /// What it means.
    pub meaning: Words,
    /// What to do.
    pub remedy: Words,
}

/// A fixed text in both languages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Words {
    /// Chinese.
    pub zh: &'static str,
    /// English.
    pub en: &'static str,
}

/// The rows of one type of codes, in order.
pub fn rows<C: Coded>() -> impl Iterator<Item = Row> {
    C::ALL.iter().map(|code| code.row())
}

/// An enum of stable codes. Each variant is followed by its code, its meaning in Chinese and English, and what to do in
/// Chinese and English.
#[macro_export]
macro_rules! codes {
    (
        $(#[$about:meta])*
        $visibility:vis enum $name:ident {
            $($variant:ident $code:literal $zh:literal $en:literal $remedy_zh:literal $remedy_en:literal)*
        }
    ) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        $visibility enum $name {
            $(#[doc = $en] $variant,)*
        }

        impl $name {
            /// The code as it stands on the wire.
            $visibility fn code(self) -> &'static str {
                $crate::codes::Coded::row(self).code
            }
        }

        impl $crate::codes::Coded for $name {
            const ALL: &'static [Self] = &[$(Self::$variant),*];

            fn row(self) -> $crate::codes::Row {
                match self {
                    $(Self::$variant => $crate::codes::Row {
                        code: $code,
                        meaning: $crate::codes::Words { zh: $zh, en: $en },
                        remedy: $crate::codes::Words { zh: $remedy_zh, en: $remedy_en },
                    },)*
                }
            }
        }
    };
}
