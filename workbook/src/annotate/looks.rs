//! The looks of the cells of the index sheet, as styles of the workbook.

use survey::questionnaire::Action;

use super::{
    AnnotateError,
    styles::{Look, Styles},
};

/// The number of each look in the styles of the workbook.
pub(super) struct Looks {
    pub(super) title: u32,
    pub(super) lead: u32,
    pub(super) header: u32,
    pub(super) body: u32,
    pub(super) center: u32,
    pub(super) link: u32,
    pub(super) answer: u32,
    pub(super) quiet: u32,
    pub(super) block: u32,
    pub(super) warn: u32,
    pub(super) info: u32,
    pub(super) heading: u32,
    pub(super) remark: u32,
}

impl Looks {
    pub(super) fn add(styles: &mut Styles<'_>) -> Result<Self, AnnotateError> {
        let font = |size: &str, color: &str, extra: &str| {
            format!(
                "<font>{extra}<sz val=\"{size}\"/><color rgb=\"{color}\"/><name val=\"等线\"/><family val=\"2\"/></font>"
            )
        };
        let fill = |color: &str| {
            format!(
                "<fill><patternFill patternType=\"solid\"><fgColor rgb=\"{color}\"/><bgColor indexed=\"64\"/></patternFill></fill>"
            )
        };
        let none = "<fill><patternFill patternType=\"none\"/></fill>".to_owned();
        let edge = |side: &str| format!("<{side} style=\"thin\"><color rgb=\"FFBFC5CE\"/></{side}>");
        let boxed = format!(
            "<border>{}{}{}{}<diagonal/></border>",
            edge("left"),
            edge("right"),
            edge("top"),
            edge("bottom")
        );
        let open = "<border><left/><right/><top/><bottom/><diagonal/></border>";
        let body = font("10", "FF262626", "");
        let bold = font("10", "FF1F3864", "<b/>");
        let top = "<alignment vertical=\"top\" wrapText=\"1\"/>";
        let center = "<alignment horizontal=\"center\" vertical=\"top\" wrapText=\"1\"/>";
        let unlocked = "<alignment vertical=\"top\" wrapText=\"1\"/><protection locked=\"0\"/>";
        let line = "<alignment vertical=\"center\"/>";
        let mut look = |font: &str, fill: &str, border: &str, number_format: u32, inner: &str| {
            styles.look(&Look {
                font,
                fill,
                border,
                number_format,
                inner,
            })
        };
        Ok(Self {
            title: look(&font("15", "FF1F3864", "<b/>"), &none, open, 0, line)?,
            lead: look(
                &font("10", "FF595959", ""),
                &none,
                open,
                0,
                "<alignment vertical=\"top\"/>",
            )?,
            remark: look(&body, &fill("FFFDECEA"), &boxed, 49, top)?,
            heading: look(&font("12", "FF1F3864", "<b/>"), &none, open, 0, line)?,
            header: look(&bold, &fill("FFDCE6F1"), &boxed, 0, center)?,
            body: look(&body, &none, &boxed, 49, top)?,
            center: look(&body, &none, &boxed, 49, center)?,
            link: look(&font("10", "FF1F3864", "<u/>"), &none, &boxed, 49, center)?,
            answer: look(&body, &fill("FFFFFCE8"), &boxed, 49, unlocked)?,
            quiet: look(&body, &fill("FFF3F4F6"), &boxed, 49, top)?,
            block: look(&bold, &fill("FFF4B6AE"), &boxed, 49, center)?,
            warn: look(&bold, &fill("FFF9DC9B"), &boxed, 49, center)?,
            info: look(&bold, &fill("FFC9DDF2"), &boxed, 49, center)?,
        })
    }

    pub(super) fn of(&self, action: Action) -> u32 {
        match action {
            Action::Block => self.block,
            Action::Warn => self.warn,
            Action::Info => self.info,
        }
    }
}
