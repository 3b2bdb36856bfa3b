//! The functions of a room: what they take, what they call, and what they call again and again.

use std::collections::BTreeSet;

use syn::{
    Block, Expr, ExprCall, ExprForLoop, ExprLoop, ExprMethodCall, ExprWhile, FnArg, ImplItem, Item, Macro, Signature,
    Token, Type, Visibility,
    punctuated::Punctuated,
    visit::{self, Visit},
};

use super::{
    rooms::below,
    source::{Module, for_tests},
    uses::House,
};

/// A function or method with a body.
#[derive(Clone, Default)]
pub(super) struct Function {
    /// Absolute path; a method stands below its type.
    pub(super) path: String,
    pub(super) public: bool,
    pub(super) asynchronous: bool,
    /// Names in the types of its arguments.
    pub(super) takes: BTreeSet<String>,
    /// Names in the type of its answer.
    pub(super) gives: BTreeSet<String>,
    /// Functions called by path.
    pub(super) calls: BTreeSet<String>,
    /// Methods called.
    pub(super) methods: BTreeSet<String>,
    /// Functions called by path where they may be called many times: in a loop or in a closure of an iterator.
    pub(super) again: BTreeSet<String>,
    /// Methods awaited where they may be awaited many times.
    pub(super) methods_again: BTreeSet<String>,
}

/// Methods whose closure is called for each element.
const FOR_EACH: &[&str] = &[
    "filter_map",
    "flat_map",
    "fold",
    "for_each",
    "for_each_concurrent",
    "map",
    "scan",
    "then",
    "try_fold",
    "try_for_each",
];

/// All functions of a room that are not for tests only.
pub(super) fn functions(house: &House, room: &str) -> Vec<Function> {
    let mut found = Vec::new();
    for module in house.modules() {
        if !below(&module.path.join("::"), room) {
            continue;
        }
        for item in &module.items {
            match item {
                Item::Fn(item) if !for_tests(&item.attrs) => {
                    found.push(function(house, module, None, &item.vis, &item.sig, &item.block));
                }
                Item::Impl(item) if !for_tests(&item.attrs) => {
                    let owner = last_name(&item.self_ty);
                    for method in &item.items {
                        if let ImplItem::Fn(method) = method
                            && !for_tests(&method.attrs)
                        {
                            found.push(function(
                                house,
                                module,
                                owner.clone(),
                                &method.vis,
                                &method.sig,
                                &method.block,
                            ));
                        }
                    }
                }
                _ => {}
            }
        }
    }
    found
}

fn last_name(of: &Type) -> Option<String> {
    let Type::Path(path) = of else { return None };
    path.path.segments.last().map(|segment| segment.ident.to_string())
}

fn function(
    house: &House,
    module: &Module,
    owner: Option<String>,
    visibility: &Visibility,
    signature: &Signature,
    block: &Block,
) -> Function {
    let mut path = module.path.clone();
    path.extend(owner.clone());
    path.push(signature.ident.to_string());
    let mut takes = Idents(BTreeSet::new());
    for input in &signature.inputs {
        if let FnArg::Typed(input) = input {
            takes.visit_type(&input.ty);
        }
    }
    let mut gives = Idents(BTreeSet::new());
    gives.visit_return_type(&signature.output);
    let mut body = Body {
        house,
        module,
        again: 0,
        found: Function {
            path: path.join("::"),
            public: !matches!(visibility, Visibility::Inherited),
            asynchronous: signature.asyncness.is_some(),
            takes: takes.0,
            gives: gives.0,
            ..Function::default()
        },
        owner,
    };
    body.visit_block(block);
    body.found
}

struct Idents(BTreeSet<String>);

impl<'ast> Visit<'ast> for Idents {
    fn visit_ident(&mut self, ident: &'ast syn::Ident) {
        self.0.insert(ident.to_string());
    }
}

/// Reads a body.
struct Body<'a> {
    house: &'a House,
    module: &'a Module,
    owner: Option<String>,
    /// How many loops stand around the place.
    again: usize,
    found: Function,
}

impl Body<'_> {
    fn repeated(&mut self, read: impl FnOnce(&mut Self)) {
        self.again += 1;
        read(self);
        self.again -= 1;
    }
}

impl<'ast> Visit<'ast> for Body<'_> {
    fn visit_expr_for_loop(&mut self, each: &'ast ExprForLoop) {
        self.visit_expr(&each.expr);
        self.repeated(|body| body.visit_block(&each.body));
    }

    fn visit_expr_while(&mut self, each: &'ast ExprWhile) {
        self.repeated(|body| visit::visit_expr_while(body, each));
    }

    fn visit_expr_loop(&mut self, each: &'ast ExprLoop) {
        self.repeated(|body| visit::visit_expr_loop(body, each));
    }

    fn visit_expr_call(&mut self, call: &'ast ExprCall) {
        if let Expr::Path(function) = &*call.func {
            let mut path = function
                .path
                .segments
                .iter()
                .map(|part| part.ident.to_string())
                .collect::<Vec<_>>();
            if path[0] == "Self" {
                path.splice(..1, self.owner.clone());
            }
            let called = self.house.resolve(self.module, &path);
            // A function of this module is not found by `use` lines.
            let here = [self.module.path.join("::"), path.join("::")].join("::");
            for called in called.into_iter().chain([here]) {
                if self.again > 0 {
                    self.found.again.insert(called.clone());
                }
                self.found.calls.insert(called);
            }
        }
        visit::visit_expr_call(self, call);
    }

    fn visit_expr_method_call(&mut self, call: &'ast ExprMethodCall) {
        self.found.methods.insert(call.method.to_string());
        self.visit_expr(&call.receiver);
        let for_each = FOR_EACH.iter().any(|name| call.method == name);
        for argument in &call.args {
            if for_each && matches!(argument, Expr::Closure(_)) {
                self.repeated(|body| body.visit_expr(argument));
            } else {
                self.visit_expr(argument);
            }
        }
    }

    fn visit_expr_await(&mut self, awaited: &'ast syn::ExprAwait) {
        if let Expr::MethodCall(call) = &*awaited.base
            && self.again > 0
        {
            self.found.methods_again.insert(call.method.to_string());
        }
        visit::visit_expr_await(self, awaited);
    }

    fn visit_macro(&mut self, mac: &'ast Macro) {
        // Arguments like those of `tokio::try_join!` are expressions.
        if let Ok(arguments) = mac.parse_body_with(Punctuated::<Expr, Token![,]>::parse_terminated) {
            for argument in &arguments {
                // What is visited must live as long as the file; this does not, and nothing of it is kept.
                Visit::visit_expr(&mut *self, argument);
            }
        }
    }

    fn visit_item(&mut self, _: &'ast Item) {
        // An item inside a function is none of its steps.
    }
}
