//! The number formats of a page.

use std::collections::BTreeMap;

use crate::{
    error::{Counted, ReadError},
    extract::{Limits, raw::GENERAL, styles::Styles, xml2003::format_code},
};

/// The formats of a page as numbered styles.
pub(super) struct PageStyles {
    pub(super) styles: Styles,
    pub(super) numbers: BTreeMap<String, u32>,
}

impl PageStyles {
    /// The number of a format code.
    pub(super) fn number(&mut self, code: Option<&str>, limits: &Limits) -> Result<u32, ReadError> {
        let Some(code) = code.filter(|code| *code != GENERAL && !code.is_empty()) else {
            return Ok(0);
        };
        if let Some(number) = self.numbers.get(code) {
            return Ok(*number);
        }
        if self.styles.cells.len() >= limits.styles {
            return Err(ReadError::too_many(Counted::Styles, limits.styles));
        }
        let number = self.styles.add(code, true);
        self.numbers.insert(code.to_owned(), number);
        Ok(number)
    }
}

/// The number formats of classes, as in `.xl65 {mso-number-format:"0\.00%";}`.
pub(super) fn read_classes(text: &str, limits: &Limits, classes: &mut BTreeMap<String, String>) {
    for rule in text.split('}') {
        let Some((selector, body)) = rule.split_once('{') else {
            continue;
        };
        let Some(code) = number_format(body) else { continue };
        for class in selector
            .split(',')
            .filter_map(|selector| selector.trim().rsplit('.').next())
        {
            if classes.len() < limits.styles {
                classes.insert(class.to_owned(), code.clone());
            }
        }
    }
}

/// The number format in a list of declarations.
pub(super) fn number_format(declarations: &str) -> Option<String> {
    let (_, rest) = declarations.split_once("mso-number-format")?;
    let value = rest.trim_start().strip_prefix(':')?.trim_start();
    let value = match value.chars().next()? {
        quote @ ('"' | '\'') => value.get(1..)?.split(quote).next()?,
        _ => value.split(';').next()?,
    };
    let mut code = String::new();
    let mut rest = value.trim();
    while let Some((before, escape)) = rest.split_once('\\') {
        code.push_str(before);
        let numbered = escape
            .split_at_checked(4)
            .filter(|(hex, _)| hex.bytes().all(|byte| byte.is_ascii_hexdigit()))
            .and_then(|(hex, after)| Some((char::from_u32(u32::from_str_radix(hex, 16).ok()?)?, after)));
        if let Some((character, after)) = numbered {
            code.push(character);
            rest = after;
        } else {
            let mut characters = escape.chars();
            code.extend(characters.next());
            rest = characters.as_str();
        }
    }
    code.push_str(rest);
    Some(format_code(&code).into_owned())
}
