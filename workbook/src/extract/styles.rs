//! Number formats and locks of cell styles.

use std::collections::BTreeMap;

use survey::cell::RawValue;

use super::{
    Limits,
    raw::{CellStyle, GENERAL},
    xml::{Node, Xml, is_true},
};
use crate::error::{Counted, ReadError};

/// The cell styles of a workbook, and which of them show a date or time.
#[derive(Default)]
pub(super) struct Styles {
    pub(super) cells: Vec<CellStyle>,
    dates: Vec<bool>,
}

impl Styles {
    /// Whether numbers of this style are dates or times.
    pub(super) fn is_date(&self, style: u32) -> bool {
        usize::try_from(style)
            .ok()
            .and_then(|at| self.dates.get(at))
            .copied()
            .unwrap_or(false)
    }

    /// A number, or a serial where its style shows a date. What is no number is kept as text.
    pub(super) fn number(&self, style: u32, number: f64) -> RawValue {
        if !number.is_finite() {
            RawValue::Text(number.to_string())
        } else if self.is_date(style) {
            RawValue::DateSerial(number)
        } else {
            RawValue::Number(number)
        }
    }

    pub(super) fn read(text: &str, part: &str, limits: &Limits) -> Result<Self, ReadError> {
        let mut xml = Xml::new(text, part, limits);
        let mut formats = BTreeMap::new();
        let mut styles = Self::default();
        let mut inside_cell_styles = false;
        loop {
            match xml.next()? {
                Node::Start(element) => match element.name() {
                    "numFmt" => {
                        let (mut id, mut code) = (0, String::new());
                        element.attributes(part, |key, value| match key {
                            "numFmtId" => id = value.parse().unwrap_or(0),
                            "formatCode" => code = value.chars().take(255).collect(),
                            _ => {}
                        })?;
                        // Differential formats repeat ids later; the first is that of the cell styles.
                        formats.entry(id).or_insert(code);
                        if formats.len() > limits.styles {
                            return Err(ReadError::too_many(Counted::Styles, limits.styles));
                        }
                    }
                    "cellXfs" => inside_cell_styles = true,
                    "xf" if inside_cell_styles => {
                        let mut format: u32 = 0;
                        element.attributes(part, |key, value| {
                            if key == "numFmtId" {
                                format = value.parse().unwrap_or(0);
                            }
                        })?;
                        styles.push(format, true, &formats);
                        if styles.cells.len() > limits.styles {
                            return Err(ReadError::too_many(Counted::Styles, limits.styles));
                        }
                    }
                    "protection" if inside_cell_styles => {
                        let mut locked = true;
                        element.attributes(part, |key, value| {
                            if key == "locked" {
                                locked = is_true(&value);
                            }
                        })?;
                        if let Some(style) = styles.cells.last_mut() {
                            style.locked = locked;
                        }
                    }
                    _ => {}
                },
                // `cellXfs` is a child of the root: anything at its depth or above ends it.
                Node::End if xml.depth() <= 1 => inside_cell_styles = false,
                Node::Eof => return Ok(styles),
                _ => {}
            }
        }
    }

    /// Adds a style by the number of its format, which is one of the file's own or built in.
    pub(super) fn push(&mut self, format: u32, locked: bool, formats: &BTreeMap<u32, String>) {
        let code = formats.get(&format).map_or_else(|| built_in(format), String::as_str);
        self.add(code, locked);
    }

    /// Adds a style by the code of its format; its number.
    pub(super) fn add(&mut self, code: &str, locked: bool) -> u32 {
        self.dates.push(is_date_code(code));
        self.cells.push(CellStyle {
            number_format: code.to_owned(),
            locked,
        });
        u32::try_from(self.cells.len() - 1).unwrap_or(NO_STYLE)
    }
}

/// The number of no style; a cell that has it is shown as `General`.
const NO_STYLE: u32 = u32::MAX;

/// Number formats that every reader knows by number (ECMA-376 part 1, 18.8.30), the Chinese ones among them.
fn built_in(format: u32) -> &'static str {
    match format {
        1 => "0",
        2 => "0.00",
        3 => "#,##0",
        4 => "#,##0.00",
        9 => "0%",
        10 => "0.00%",
        11 => "0.00E+00",
        12 => "# ?/?",
        13 => "# ??/??",
        14 => "yyyy/m/d",
        15 => "d-mmm-yy",
        16 => "d-mmm",
        17 => "mmm-yy",
        18 => "h:mm AM/PM",
        19 => "h:mm:ss AM/PM",
        20 => "h:mm",
        21 => "h:mm:ss",
        22 => "yyyy/m/d h:mm",
        27 | 36 | 50 | 52 | 57 => "yyyy\"年\"m\"月\"",
        28 | 29 | 51 | 53 | 54 | 58 => "m\"月\"d\"日\"",
        30 => "m-d-yy",
        31 => "yyyy\"年\"m\"月\"d\"日\"",
        32 => "h\"时\"mm\"分\"",
        33 => "h\"时\"mm\"分\"ss\"秒\"",
        34 | 55 => "上午/下午h\"时\"mm\"分\"",
        35 | 56 => "上午/下午h\"时\"mm\"分\"ss\"秒\"",
        37 => "#,##0;-#,##0",
        38 => "#,##0;[Red]-#,##0",
        39 => "#,##0.00;-#,##0.00",
        40 => "#,##0.00;[Red]-#,##0.00",
        45 => "mm:ss",
        46 => "[h]:mm:ss",
        47 => "mmss.0",
        48 => "##0.0E+0",
        49 => "@",
        _ => GENERAL,
    }
}

/// Whether a format code shows a date or time: it has one of the letters `y m d h s` outside of quotes, escapes,
/// colours and conditions. Elapsed times such as `[h]` stand in brackets and count.
fn is_date_code(code: &str) -> bool {
    if code.eq_ignore_ascii_case(GENERAL) {
        return false;
    }
    let first_section = code.split(';').next().unwrap_or(code);
    let mut characters = first_section.chars();
    while let Some(character) = characters.next() {
        match character {
            '"' => {
                let _quoted = characters.by_ref().find(|c| *c == '"');
            }
            // An escape, a padding and a filling take the next character with them.
            '\\' | '_' | '*' => {
                characters.next();
            }
            '[' => {
                let inside: String = characters.by_ref().take_while(|c| *c != ']').collect();
                if !inside.is_empty()
                    && inside
                        .chars()
                        .all(|c| matches!(c.to_ascii_lowercase(), 'h' | 'm' | 's'))
                {
                    return true;
                }
            }
            _ if matches!(character.to_ascii_lowercase(), 'y' | 'm' | 'd' | 'h' | 's') => return true,
            // Era letters and `E` of scientific notation are not dates in the forms that occur here.
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::is_date_code;

    #[test]
    fn date_formats_are_told_from_number_formats() {
        let check = |code: &str, expected: bool| assert_eq!(is_date_code(code), expected, "{code}");
        check("yyyy-mm-dd", true);
        check("yyyy\"年\"m\"月\"d\"日\";@", true);
        check("[$-804]yyyy/m/d", true);
        check("[h]:mm", true);
        check("[$-F800]dddd, mmmm dd, yyyy", true);
        check("mm:ss.0", true);
        check("General", false);
        check("@", false);
        check("0.00%", false);
        check("#,##0.00_);[Red](#,##0.00)", false);
        check("0.00E+00", false);
        check("0\"days\"", false);
        check("0\\d", false);
        check("[Red]0.0", false);
        check("_-* #,##0_-;_-* \"-\"_-;_-@_-", false);
        check("#,##0.00 \"万元\"", false);
        check("0;\"yes\"", false);
    }
}
