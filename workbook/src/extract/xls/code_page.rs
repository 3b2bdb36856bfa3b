//! Code pages of `.xls` files before Excel 97, whose texts have one or two bytes a character.

use encoding_rs::{
    BIG5, EUC_KR, Encoding, GBK, IBM866, MACINTOSH, SHIFT_JIS, UTF_8, WINDOWS_874, WINDOWS_1250, WINDOWS_1251,
    WINDOWS_1252, WINDOWS_1253, WINDOWS_1254, WINDOWS_1255, WINDOWS_1256, WINDOWS_1257, WINDOWS_1258, X_MAC_CYRILLIC,
};

/// How bytes become characters.
#[derive(Clone, Copy)]
pub(super) enum CodePage {
    /// By an encoding of the web.
    Known(&'static Encoding),
    /// By the characters of the bytes from 0x80 on.
    Table(&'static str),
    /// By none that is known: what is beyond ASCII becomes the replacement character.
    Unknown(u16),
}

/// Mac OS Central European, Greek and Turkish, from 0x80 on (Apple's mappings).
const MAC_CENTRAL_EUROPE: &str = "ÄĀāÉĄÖÜáąČäčĆćéŹźĎíďĒēĖóėôöõúĚěü†°Ę£§•¶ß®©™ę¨≠ģĮįĪ≤≥īĶ∂∑łĻļĽľĹĺŅņŃ¬√ńŇ∆«»…\u{A0}ňŐÕőŌ–—“”‘’÷◊ōŔŕŘ‹›řŖŗŠ‚„šŚśÁŤťÍŽžŪÓÔūŮÚůŰűŲųÝýķŻŁżĢˇ";
const MAC_GREEK: &str = "Ä¹²É³ÖÜ΅àâä΄¨çéèêë£™îï•½‰ôö¦€ùûü†ΓΔΘΛΞΠß®©ΣΪ§≠°·Α±≤≥¥ΒΕΖΗΙΚΜΦΫΨΩάΝ¬ΟΡ≈Τ«»…\u{A0}ΥΧΆΈœ–―“”‘’÷ΉΊΌΎέήίόΏύαβψδεφγηιξκλμνοπώρστθωςχυζϊϋΐΰ\u{AD}";
const MAC_TURKISH: &str = "ÄÅÇÉÑÖÜáàâäãåçéèêëíìîïñóòôöõúùûü†°¢£§•¶ß®©™´¨≠ÆØ∞±≤≥¥µ∂∑∏π∫ªºΩæø¿¡¬√ƒ≈∆«»…\u{A0}ÀÃÕŒœ–—“”‘’÷◊ÿŸĞğİıŞş‡·‚„‰ÂÊÁËÈÍÎÏÌÓÔ\u{F8FF}ÒÚÛÙ\u{F8A0}ˆ˜¯˘˙˚¸˝˛ˇ";

impl CodePage {
    /// What a file has that names none.
    pub(super) const LATIN: Self = Self::Known(WINDOWS_1252);

    /// The code page of a number (MS-XLS 2.4.52).
    pub(super) fn of(number: u16) -> Self {
        Self::Known(match number {
            936 | 10008 => GBK,
            950 | 10002 => BIG5,
            932 | 10001 => SHIFT_JIS,
            949 | 10003 => EUC_KR,
            65001 => UTF_8,
            874 => WINDOWS_874,
            866 => IBM866,
            1250 => WINDOWS_1250,
            1251 => WINDOWS_1251,
            1253 => WINDOWS_1253,
            1254 => WINDOWS_1254,
            1255 => WINDOWS_1255,
            1256 => WINDOWS_1256,
            1257 => WINDOWS_1257,
            1258 => WINDOWS_1258,
            10000 | 32768 => MACINTOSH,
            10007 => X_MAC_CYRILLIC,
            // ASCII, UTF-16 (whose texts say so themselves) and Latin.
            0 | 367 | 1200 | 1252 | 32769 => WINDOWS_1252,
            10006 => return Self::Table(MAC_GREEK),
            10029 => return Self::Table(MAC_CENTRAL_EUROPE),
            10081 => return Self::Table(MAC_TURKISH),
            _ => return Self::Unknown(number),
        })
    }

    pub(super) fn decode(self, bytes: &[u8]) -> String {
        let of_table = |table: &str, byte: u8| match byte.checked_sub(0x80) {
            None => char::from(byte),
            Some(at) => table
                .chars()
                .nth(usize::from(at))
                .unwrap_or(char::REPLACEMENT_CHARACTER),
        };
        match self {
            Self::Known(encoding) => encoding.decode_without_bom_handling(bytes).0.into_owned(),
            Self::Table(table) => bytes.iter().map(|byte| of_table(table, *byte)).collect(),
            Self::Unknown(_) => bytes.iter().map(|byte| of_table("", *byte)).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_read_in_their_code_page() {
        let check = |number: u16, bytes: &[u8], expected: &str| {
            assert_eq!(CodePage::of(number).decode(bytes), expected, "{number}");
        };
        check(936, b"\xC6\xF3\xD2\xB5", "企业");
        check(10008, b"\xC6\xF3\xD2\xB5", "企业");
        check(950, b"\xA5\xF8\xB7\x7E", "企業");
        check(1252, b"caf\xE9", "café");
        check(1253, b"\xC1\xE8\xDE\xED\xE1", "Αθήνα");
        check(10000, b"caf\x8E", "café");
        check(10006, b"\xB0\xF5\xDC\xEE\xE1", "Αθήνα");
        check(10029, b"\xE5\x97d\x97", "Śódó");
        check(10081, b"\xDA\xDB", "Ğğ");
        check(20000, b"a\xE9", "a\u{FFFD}");
        for table in [MAC_CENTRAL_EUROPE, MAC_GREEK, MAC_TURKISH] {
            assert_eq!(table.chars().count(), 128);
        }
    }
}
