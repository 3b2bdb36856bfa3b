//! Why an expression is refused, in words.

use cel::IdedExpr;

use super::{
    super::{ExpressionFault, Type},
    Checker,
};
use crate::codes::ExpressionCode;

impl Checker<'_> {
    pub(super) fn unknown_name(&self, node: &IdedExpr, name: &str) -> ExpressionFault {
        ExpressionFault::new(
            ExpressionCode::UnknownName,
            self.parsed.at(node),
            format!("没有“{name}”这个名字。请改成题项、前面的派生值或上下文字段的代码。"),
            format!(
                "There is nothing named '{name}'. Use the code of a question, of an earlier derived value or of a context field."
            ),
        )
    }

    pub(super) fn unreachable(&self, node: &IdedExpr, left: &Type, right: &Type) -> ExpressionFault {
        ExpressionFault::new(
            ExpressionCode::UnreachableOption,
            self.parsed.at(node),
            format!("{left} 与 {right} 没有相同的选项，永远不会相等。请改正选项代码。"),
            format!("{left} and {right} share no option and are never equal. Correct the option code."),
        )
    }

    pub(super) fn unknown_code(&self, node: &IdedExpr, given: &Type, allowed: &Type) -> ExpressionFault {
        ExpressionFault::new(
            ExpressionCode::UnknownCode,
            self.parsed.at(node),
            format!("{given} 不在 {allowed} 之内。请改正代码。"),
            format!("{given} is not among {allowed}. Correct the code."),
        )
    }

    pub(super) fn mixed(&self, node: &IdedExpr, left: &Type, right: &Type) -> ExpressionFault {
        if matches!(
            (left.present(), right.present()),
            (Type::Int, Type::Double) | (Type::Double, Type::Int)
        ) {
            return self.int_and_double(node);
        }
        ExpressionFault::new(
            ExpressionCode::Type,
            self.parsed.at(node),
            format!("{left} 与 {right} 不能这样放在一起。请改成同一类型。"),
            format!("{left} and {right} cannot be put together here. Make them the same type."),
        )
    }

    pub(super) fn int_and_double(&self, node: &IdedExpr) -> ExpressionFault {
        ExpressionFault::new(
            ExpressionCode::IntAndDouble,
            self.parsed.at(node),
            "整数与小数不能混用。数字请写小数点（如 5.0），size() 的结果请用 double() 转换。",
            "Whole numbers and doubles never mix. Write a decimal point (5.0), and double(size(...)).",
        )
    }

    pub(super) fn wrong_type(&self, node: &IdedExpr, wanted: &str, found: &Type) -> ExpressionFault {
        ExpressionFault::new(
            ExpressionCode::Type,
            self.parsed.at(node),
            format!("此处需要 {wanted}，现为 {found}。请改正。"),
            format!("{wanted} is needed here, found {found}. Correct it."),
        )
    }

    pub(super) fn arity(&self, node: &IdedExpr, name: &str, wanted: usize, found: usize) -> ExpressionFault {
        ExpressionFault::new(
            ExpressionCode::Arity,
            self.parsed.at(node),
            format!("{name} 需要 {wanted} 个参数，现有 {found} 个。请改正。"),
            format!("{name} takes {wanted} arguments, found {found}. Correct it."),
        )
    }

    pub(super) fn unsupported(&self, node: &IdedExpr, what: &str) -> ExpressionFault {
        ExpressionFault::new(
            ExpressionCode::Unsupported,
            self.parsed.at(node),
            format!("这里不支持 CEL 的 {what}。请换一种写法。"),
            format!("CEL's {what} is not supported here. Write it differently."),
        )
    }
}
