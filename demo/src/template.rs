//! Text templates: `{town.place}{brand}有限公司`, `0571-0#######`, `{road}{1..380}号`.

use super::dice::Dice;

/// A template taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Template(Vec<Piece>);

/// A piece of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    /// Text that stands as it is.
    Literal(String),
    /// `#`: a digit from 0 to 9.
    Digit,
    /// `{from..to}`: a whole number, both ends included.
    Range(u32, u32),
    /// `{name}`: whatever the name stands for.
    Name(String),
}

impl Template {
    /// Takes a template apart; none when a brace is left open or a range runs backwards.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some(at) = rest.find(['{', '#']) {
            let (before, tail) = rest.split_at(at);
            if !before.is_empty() {
                pieces.push(Piece::Literal(before.to_owned()));
            }
            if let Some(after) = tail.strip_prefix('#') {
                pieces.push(Piece::Digit);
                rest = after;
            } else {
                let (inside, after) = tail.strip_prefix('{')?.split_once('}')?;
                pieces.push(placeholder(inside)?);
                rest = after;
            }
        }
        if !rest.is_empty() {
            pieces.push(Piece::Literal(rest.to_owned()));
        }
        Some(Self(pieces))
    }

    /// The names it uses, in order.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Name(name) => Some(name.as_str()),
            _ => None,
        })
    }

    /// The text, with names looked up; none when a name stands for nothing.
    pub(super) fn render(
        &self,
        dice: &mut Dice,
        mut lookup: impl FnMut(&str, &mut Dice) -> Option<String>,
    ) -> Option<String> {
        let mut text = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Literal(literal) => text.push_str(literal),
                Piece::Digit => text.push_str(&dice.position(10).to_string()),
                Piece::Range(from, to) => {
                    let span = usize::try_from(to - from).ok()?.checked_add(1)?;
                    let step = u32::try_from(dice.position(span)).ok()?;
                    text.push_str(&(from + step).to_string());
                }
                Piece::Name(name) => text.push_str(&lookup(name, dice)?),
            }
        }
        Some(text)
    }
}

fn placeholder(inside: &str) -> Option<Piece> {
    if inside.is_empty() {
        return None;
    }
    let Some((from, to)) = inside.split_once("..") else {
        return Some(Piece::Name(inside.to_owned()));
    };
    let (from, to) = (from.parse().ok()?, to.parse().ok()?);
    (from <= to).then_some(Piece::Range(from, to))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(template: &str, expected: Option<&str>) {
        let text = Template::parse(template).and_then(|template| {
            template.render(&mut Dice::new(1, 0, "template"), |name, _| {
                (name == "brand").then(|| "宏盛".to_owned())
            })
        });
        assert_eq!(text.as_deref(), expected, "{template}");
    }

    #[test]
    fn templates_are_filled() {
        check("", Some(""));
        check("富阳", Some("富阳"));
        check("富阳{brand}纸业", Some("富阳宏盛纸业"));
        check("{7..7}号", Some("7号"));
        check("{unknown}", None);
        check("{brand", None);
        check("{}", None);
        check("{9..7}", None);
    }

    #[test]
    fn digits_are_digits() {
        let template = Template::parse("0571-0#######").unwrap();
        let text = template.render(&mut Dice::new(1, 0, "digits"), |_, _| None).unwrap();
        assert_eq!(text.len(), 13);
        assert!(text.bytes().all(|b| b.is_ascii_digit() || b == b'-'), "{text}");
    }
}
