//! The names of the size classes of enterprises. Source: 统计上大中小微型企业划分办法（2017）.

use survey::text::Text;

/// The name of a size class; the code itself where it is none of the four.
pub fn size_class_name(code: &str) -> Text {
    match code {
        "large" => Text::new("大型", "Large"),
        "medium" => Text::new("中型", "Medium"),
        "small" => Text::new("小型", "Small"),
        "micro" => Text::new("微型", "Micro"),
        other => Text::new(other, other),
    }
}
