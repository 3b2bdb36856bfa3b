//! Types of expressions and the names they are declared for.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::Arc,
};

use super::Library;

/// The type of a value.
#[derive(Clone, Debug, PartialEq)]
pub enum Type {
    /// The literal `null` alone.
    Null,
    /// Yes or no.
    Bool,
    /// A whole number, the result of `size()`.
    Int,
    /// A number.
    Double,
    /// Any text.
    Text,
    /// A text that is one of these codes. A literal text is a code with one value.
    Code(Arc<BTreeSet<String>>),
    /// A list.
    List(Arc<Type>),
    /// A row of a table with the types of its columns.
    Row(Arc<BTreeMap<String, Type>>),
    /// A value of the type, or null. Never nested; made by [`Type::nullable`].
    Nullable(Arc<Type>),
}

impl Type {
    /// A text that is one of the codes.
    pub fn code<I: IntoIterator<Item: Into<String>>>(codes: I) -> Self {
        Self::Code(Arc::new(codes.into_iter().map(Into::into).collect()))
    }

    /// A list of this type.
    #[must_use]
    pub fn list(self) -> Self {
        Self::List(Arc::new(self))
    }

    /// A row with these columns.
    pub fn row<I: IntoIterator<Item = (String, Type)>>(columns: I) -> Self {
        Self::Row(Arc::new(columns.into_iter().collect()))
    }

    /// This type or null.
    #[must_use]
    pub fn nullable(self) -> Self {
        match self {
            Self::Null | Self::Nullable(_) => self,
            other => Self::Nullable(Arc::new(other)),
        }
    }

    /// The type without null.
    #[must_use]
    pub fn present(&self) -> Self {
        match self {
            Self::Nullable(inner) => (**inner).clone(),
            other => other.clone(),
        }
    }

    /// Whether null is among the values.
    pub fn is_nullable(&self) -> bool {
        matches!(self, Self::Null | Self::Nullable(_))
    }

    /// Whether every value of this type is one of `target`.
    pub fn fits(&self, target: &Self) -> bool {
        match (self, target) {
            (Self::Null, Self::Nullable(_)) | (Self::Code(_), Self::Text) => true,
            (Self::Nullable(from), Self::Nullable(to)) | (Self::List(from), Self::List(to)) => from.fits(to),
            (from, Self::Nullable(to)) => from.fits(to),
            (Self::Code(from), Self::Code(to)) => from.is_subset(to),
            (from, to) => from == to,
        }
    }

    /// The smallest type that holds the values of both; none where they have nothing in common.
    pub fn join(&self, other: &Self) -> Option<Self> {
        if self.fits(other) {
            return Some(other.clone());
        }
        if other.fits(self) {
            return Some(self.clone());
        }
        match (self, other) {
            (Self::Null, other) | (other, Self::Null) => Some(other.clone().nullable()),
            (Self::Nullable(one), two) | (two, Self::Nullable(one)) => Some(one.join(&two.present())?.nullable()),
            (Self::Code(one), Self::Code(two)) => Some(Self::Code(Arc::new(one.union(two).cloned().collect()))),
            (Self::List(one), Self::List(two)) => Some(one.join(two)?.list()),
            _ => None,
        }
    }

    /// Whether values of both types can be compared for equality at all.
    pub(super) fn comparable(&self, other: &Self) -> bool {
        match (self.present(), other.present()) {
            (Self::Row(_), _) | (_, Self::Row(_)) => self == &Self::Null || other == &Self::Null,
            (Self::Null, _) | (_, Self::Null) => true,
            (one, two) => one.join(&two).is_some(),
        }
    }

    /// Whether both are codes without a single value in common: such a comparison never holds.
    pub(super) fn never_equal(&self, other: &Self) -> bool {
        match (self.present(), other.present()) {
            (Self::Code(one), Self::Code(two)) => one.is_disjoint(&two),
            _ => false,
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        /// More codes than these are not worth reading.
        const SHOWN: usize = 8;
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool => f.write_str("bool"),
            Self::Int => f.write_str("int"),
            Self::Double => f.write_str("double"),
            Self::Text => f.write_str("string"),
            Self::Code(codes) => {
                let shown: Vec<&str> = codes.iter().take(SHOWN).map(String::as_str).collect();
                let more = if codes.len() > SHOWN { "|..." } else { "" };
                write!(f, "string({}{more})", shown.join("|"))
            }
            Self::List(item) => write!(f, "list<{item}>"),
            Self::Row(_) => f.write_str("row"),
            Self::Nullable(inner) => write!(f, "{inner}?"),
        }
    }
}

/// The names an expression may use with their types, and the functions it may call.
#[derive(Clone, Debug)]
pub struct TypeEnv {
    names: BTreeMap<String, Type>,
    functions: Arc<Library>,
    missing_faults: bool,
}

impl TypeEnv {
    /// An environment without names.
    pub fn new(functions: Arc<Library>) -> Self {
        Self {
            names: BTreeMap::new(),
            functions,
            missing_faults: false,
        }
    }

    /// Accepts nullable values where a value is needed; a null there is then a fault at evaluation.
    #[must_use]
    pub fn faulting_on_missing(mut self) -> Self {
        self.missing_faults = true;
        self
    }

    /// Declares a name, which may have dots (`prev.F03`); a second declaration replaces the first.
    pub fn declare(&mut self, name: impl Into<String>, kind: Type) {
        self.names.insert(name.into(), kind);
    }

    /// The type of a name.
    pub fn type_of(&self, name: &str) -> Option<&Type> {
        self.names.get(name)
    }

    /// All names in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.keys().map(String::as_str)
    }

    /// The functions.
    pub fn functions(&self) -> &Library {
        &self.functions
    }

    pub(super) fn missing_faults(&self) -> bool {
        self.missing_faults
    }
}
