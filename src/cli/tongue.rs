//! In which language the command line speaks: that of the environment.

use survey::text::Text;

/// The language of the command line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Tongue {
    /// Chinese.
    Zh,
    /// English.
    #[default]
    En,
}

impl Tongue {
    /// The language that the environment asks for: `LC_ALL` before `LC_MESSAGES` before `LANG`, Chinese where it begins with
    /// `zh`, English otherwise.
    #[expect(clippy::disallowed_methods, reason = "clap has no name for the locale")]
    pub(crate) fn of_environment() -> Self {
        Self::of(|name| std::env::var(name).ok())
    }

    fn of(variable: impl Fn(&str) -> Option<String>) -> Self {
        let names = ["LC_ALL", "LC_MESSAGES", "LANG"];
        let said = names
            .iter()
            .find_map(|name| variable(name).filter(|value| !value.is_empty()));
        if said.is_some_and(|value| value.to_lowercase().starts_with("zh")) {
            Self::Zh
        } else {
            Self::En
        }
    }

    /// The one of two texts that is in this language.
    pub(crate) fn choose<T>(self, zh: T, en: T) -> T {
        match self {
            Self::Zh => zh,
            Self::En => en,
        }
    }

    /// A text in this language.
    pub(crate) fn say(self, text: &Text) -> &str {
        self.choose(&text.zh, &text.en)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_says_which_language() {
        let check = |set: &[(&str, &str)], expected: Tongue| {
            let variable = |name: &str| {
                let found = set.iter().find(|(own, _)| *own == name);
                found.map(|(_, value)| (*value).to_owned())
            };
            assert_eq!(Tongue::of(variable), expected, "{set:?}");
        };
        check(&[], Tongue::En);
        check(&[("LANG", "zh_CN.UTF-8")], Tongue::Zh);
        check(&[("LANG", "ZH_CN")], Tongue::Zh);
        check(&[("LANG", "zh_CN.UTF-8"), ("LC_ALL", "C")], Tongue::En);
        check(&[("LANG", "en_GB"), ("LC_MESSAGES", "zh_TW")], Tongue::Zh);
        check(&[("LANG", "zh_CN"), ("LC_ALL", "")], Tongue::Zh);
    }
}
