//! `ronghe user`

use std::io::Read;

use clap::{Subcommand, ValueEnum};
use serde_json::json;

use super::{
    open, operator,
    output::{Failed, Output},
};
use crate::{
    config::DataPlace,
    domain::access::{Role, Scope},
    service::{
        access::users::{NewUser, create_user},
        error::codes,
        registry::read::enterprises_by_uscc,
    },
};

/// Manage users
#[derive(Debug, Subcommand)]
pub(super) enum User {
    /// Create a user; the password is read from standard input
    #[command(
        after_help = "Examples:\n  ronghe user add admin --role admin --name 管理员 --data /var/lib/ronghe < password.txt\n  ronghe user add zhang --role enterprise --uscc 91330111XY00010156 --name 张会计 < password.txt\n  ronghe user add dayuan --role town --area 330111117 --name 大源镇 < password.txt"
    )]
    Add(Add),
}

/// Create a user
#[derive(Debug, clap::Args)]
pub(super) struct Add {
    /// Login name
    login: String,
    /// Role
    #[arg(long, value_enum)]
    role: RoleArg,
    /// Name shown; the login name when absent
    #[arg(long)]
    name: Option<String>,
    /// Area code of the town, for a town user
    #[arg(long)]
    area: Option<String>,
    /// Credit code of the enterprise, for an enterprise user
    #[arg(long)]
    uscc: Option<String>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum RoleArg {
    Enterprise,
    Town,
    Bureau,
    Admin,
    Reader,
}

impl From<RoleArg> for Role {
    fn from(role: RoleArg) -> Self {
        match role {
            RoleArg::Enterprise => Self::Enterprise,
            RoleArg::Town => Self::Town,
            RoleArg::Bureau => Self::Bureau,
            RoleArg::Admin => Self::Admin,
            RoleArg::Reader => Self::Reader,
        }
    }
}

impl User {
    pub(super) async fn run(self, place: &DataPlace, output: &Output) -> Result<(), Failed> {
        let Self::Add(add) = self;
        let service = open(place, false).await?;
        let mut password = String::new();
        std::io::stdin().take(4096).read_to_string(&mut password)?;
        let scope = match (&add.uscc, add.area) {
            (Some(uscc), _) => {
                let mut found = enterprises_by_uscc(&service, &operator(), std::slice::from_ref(uscc)).await?;
                let unknown = || {
                    Failed::new(
                        codes::general::NOT_FOUND,
                        format!("没有企业 {uscc}"),
                        format!("there is no enterprise {uscc}"),
                    )
                };
                Scope::Enterprise(found.remove(uscc).ok_or_else(unknown)?.id)
            }
            (None, Some(area)) => Scope::Town(area),
            (None, None) => Scope::County,
        };
        let new = NewUser {
            display_name: add.name.unwrap_or_else(|| add.login.clone()),
            login: add.login,
            password: password.trim_end_matches(['\r', '\n']).to_owned(),
            role: add.role.into(),
            scope,
        };
        let user = create_user(&service, &operator(), new).await?;
        output.say(
            output.choose(
                format!("已新建用户 {}。", user.login),
                format!("Created user {}.", user.login),
            ),
            &json!({ "id": user.id, "login": user.login }),
        )
    }
}
