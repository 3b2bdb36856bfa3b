//! Searching in text, the same on both databases.

use sea_orm::{
    ColumnTrait, ExprTrait as _,
    sea_query::{Expr, Func, LikeExpr},
};

use crate::domain::count::count;

/// The lower-case shadow in which [`contains`] searches: one text a line.
pub(super) fn search_text<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    texts.into_iter().map(str::to_lowercase).collect::<Vec<_>>().join("\n")
}

/// Condition that the shadow `column` holds `term` somewhere, `%` and `_` meant literally.
pub(super) fn contains(column: impl ColumnTrait, term: &str) -> Expr {
    contains_expr(column.into_expr(), term)
}

/// As [`contains`], in the lower-case text that an expression gives. No text holds the character at which databases take a
/// text to end.
pub(super) fn contains_expr(text: Expr, term: &str) -> Expr {
    if term.contains('\0') {
        return Expr::val(1).eq(0);
    }
    let mut pattern = String::from("%");
    for character in term.trim().to_lowercase().chars() {
        if matches!(character, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern.push('%');
    text.like(LikeExpr::new(pattern).escape('\\'))
}

/// Condition that the text in `column` begins with `prefix`, case and all. Not LIKE: SQLite's ignores ASCII case.
pub(super) fn starts_with(column: impl ColumnTrait, prefix: &str) -> Expr {
    let length: i32 = count(prefix.chars().count());
    Expr::expr(Func::cust("substr").args([column.into_expr(), Expr::val(1), Expr::val(length)])).eq(prefix)
}
