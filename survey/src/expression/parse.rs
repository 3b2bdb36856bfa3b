//! From text to the syntax tree of the crate `cel`.

use std::thread;

use cel::{Env, IdedExpr, ParseErrors, common::ast::SourceInfo};

use super::ExpressionFault;
use crate::codes::ExpressionCode;

/// The longest expression that is read, in bytes. The longest shipped one has about 400.
const MAX_LENGTH: usize = 8 * 1024;
/// The deepest nesting of brackets.
const MAX_NESTING: usize = 32;
/// The most operators, dots included. The longest shipped expression has about 50. All later walks over the tree recurse
/// at most this deep, plus the nesting of brackets.
const MAX_OPERATORS: usize = 200;
/// The parser of the crate recurses through its whole grammar at every bracket: without optimisation it takes up to
/// 200 kB of stack for each, so that twelve of them overflow an ordinary thread. Compiling gets a thread of its own, with
/// room for twice [`MAX_NESTING`]; memory that is not used is never touched.
const STACK: usize = 16 << 20;

/// A syntax tree with the places of its nodes.
pub(super) struct Parsed {
    pub(super) tree: IdedExpr,
    source: SourceInfo,
}

impl Parsed {
    /// Where a node stands, in characters from 0.
    pub(super) fn at(&self, node: &IdedExpr) -> usize {
        // The crate counts bytes.
        let start = self
            .source
            .offset_for(node.id)
            .and_then(|(start, _)| usize::try_from(start).ok())
            .unwrap_or(0);
        self.source
            .source
            .get(..start)
            .map_or(0, |before| before.chars().count())
    }
}

/// Runs `compile` where there is room for the deepest expression that [`check_size`] lets through.
pub(super) fn with_room<T: Send>(
    compile: impl FnOnce() -> Result<T, ExpressionFault> + Send,
) -> Result<T, ExpressionFault> {
    thread::scope(|scope| {
        let compiler = thread::Builder::new()
            .stack_size(STACK)
            .spawn_scoped(scope, compile)
            .map_err(|_| too_complex(0))?;
        compiler.join().unwrap_or_else(|_| Err(too_complex(0)))
    })
}

/// Parses a text; to be called [`with_room`]. Macros are left as the calls they are written as: an environment without
/// macros is used, so that `all`, `exists`, `filter` and `map` can be typed like any other operation.
pub(super) fn parse(text: &str) -> Result<Parsed, ExpressionFault> {
    check_size(text)?;
    let parsed = Env::default()
        .with_optional_support(false)
        .parser()
        .parse_with_source_info(text);
    match parsed {
        Ok((tree, source)) => Ok(Parsed { tree, source }),
        Err(errors) => Err(syntax_fault(text, &errors)),
    }
}

/// Refuses what is too long or too deep before any parser sees it.
fn check_size(text: &str) -> Result<(), ExpressionFault> {
    if text.len() > MAX_LENGTH {
        return Err(ExpressionFault::new(
            ExpressionCode::TooLong,
            0,
            format!("表达式超过 {MAX_LENGTH} 字节。请拆成几个派生值。"),
            format!("The expression is longer than {MAX_LENGTH} bytes. Split it into derived values."),
        ));
    }
    let mut depth = 0_usize;
    let mut operators = 0_usize;
    let mut quote = None;
    let mut escaped = false;
    // `a in b in c` nests without any sign.
    operators += text.split_whitespace().filter(|word| *word == "in").count();
    for (at, c) in text.chars().enumerate() {
        if let Some(open) = quote {
            if escaped || c == '\\' {
                escaped = !escaped;
            } else if c == open {
                quote = None;
            }
            continue;
        }
        match c {
            '"' | '\'' => quote = Some(c),
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            '+' | '-' | '*' | '/' | '%' | '<' | '>' | '=' | '!' | '&' | '|' | '?' | ':' | '.' => operators += 1,
            _ => {}
        }
        if depth > MAX_NESTING || operators > MAX_OPERATORS {
            return Err(too_complex(at));
        }
    }
    Ok(())
}

fn too_complex(at: usize) -> ExpressionFault {
    ExpressionFault::new(
        ExpressionCode::TooComplex,
        at,
        "表达式嵌套太深或运算太多。请拆成几个派生值。",
        "The expression is nested too deeply or has too many operators. Split it into derived values.",
    )
}

fn syntax_fault(text: &str, errors: &ParseErrors) -> ExpressionFault {
    let first = errors.errors.first();
    let at = first.map_or(0, |error| place(text, error.pos));
    let detail = first.map_or("", |error| error.msg.as_str());
    ExpressionFault::new(
        ExpressionCode::Syntax,
        at,
        format!("第 {} 个字符处的 CEL 语法有误（{detail}）。请改正。", at + 1),
        format!(
            "The CEL syntax is wrong at character {} ({detail}). Correct it.",
            at + 1
        ),
    )
}

/// The crate counts lines and columns from 1.
fn place(text: &str, (line, column): (isize, isize)) -> usize {
    let lines_before = usize::try_from(line.saturating_sub(1)).unwrap_or(0);
    let before: usize = text
        .split_inclusive('\n')
        .take(lines_before)
        .map(|line| line.chars().count())
        .sum();
    (before + usize::try_from(column.saturating_sub(1)).unwrap_or(0)).min(text.chars().count())
}
