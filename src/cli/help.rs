//! The help in Chinese: every text of it by a table that is kept as data, line by line; commands of examples stay as they are.

use std::collections::BTreeMap;

use clap::Command;

/// From the English line to the Chinese one.
const TABLE: &str = include_str!("help_zh.json");

/// The help of a command as clap lays it out, its fixed words in Chinese.
const TEMPLATE: &str = "{about-with-newline}\n用法：{usage}\n\n{all-args}{after-help}";

/// The command with its help in Chinese. A line without a translation stays English.
pub(super) fn in_chinese(mut command: Command) -> Command {
    // Only what is built has its own help and version, which have texts as well.
    command.build();
    let table = table();
    translated(command, &|text| translate(&table, text))
}

fn table() -> BTreeMap<String, String> {
    serde_json::from_str(TABLE).unwrap_or_default()
}

fn translated(command: Command, say: &impl Fn(&str) -> String) -> Command {
    let about = command.get_about().map(|text| say(&text.to_string()));
    let after = command.get_after_help().map(|text| say(&text.to_string()));
    let mut command = command
        .help_template(TEMPLATE)
        .subcommand_help_heading("命令")
        .mut_args(|arg| {
            let heading = if arg.is_positional() { "参数" } else { "选项" };
            let help = arg.get_help().map(|text| say(&text.to_string()));
            let arg = arg.help_heading(heading);
            match help {
                Some(help) => arg.help(help),
                None => arg,
            }
        })
        .mut_subcommands(|command| translated(command, say));
    if let Some(about) = about {
        command = command.about(about);
    }
    match after {
        Some(after) => command.after_help(after),
        None => command,
    }
}

/// A text line by line. The commands of examples are indented.
fn translate(table: &BTreeMap<String, String>, text: &str) -> String {
    let line = |line: &str| match table.get(line) {
        Some(found) => found.clone(),
        None => line.to_owned(),
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use clap::CommandFactory as _;

    use super::{super::Cli, *};

    #[test]
    fn every_line_of_the_help_has_its_chinese() {
        let table: BTreeMap<String, String> = serde_json::from_str(TABLE).unwrap();
        let lines = RefCell::new(BTreeMap::new());
        let mut command = Cli::command();
        command.build();
        translated(command, &|text| {
            let said = text.lines().filter(|line| !line.is_empty() && !line.starts_with(' '));
            lines
                .borrow_mut()
                .extend(said.map(|line| (line.to_owned(), String::new())));
            text.to_owned()
        });
        let lines = lines.into_inner();
        let missing: Vec<&String> = lines.keys().filter(|line| !table.contains_key(*line)).collect();
        assert!(
            missing.is_empty(),
            "these lines have no Chinese in src/cli/help_zh.json: {missing:#?}"
        );
    }

    #[test]
    fn every_command_has_an_example() {
        fn lacking(command: &Command, found: &mut Vec<String>) {
            for command in command.get_subcommands().filter(|command| !command.is_hide_set()) {
                let told = command
                    .get_after_help()
                    .is_some_and(|text| text.to_string().contains("Example"));
                if !told && command.get_name() != "help" {
                    found.push(command.get_name().to_owned());
                }
                lacking(command, found);
            }
        }
        let mut found = Vec::new();
        lacking(&Cli::command(), &mut found);
        assert!(found.is_empty(), "{found:?}");
    }

    #[test]
    fn examples_stay_as_they_are() {
        let table = [("Example:".to_owned(), "示例：".to_owned())].into();
        assert_eq!(
            translate(&table, "Example:\n  ronghe migrate"),
            "示例：\n  ronghe migrate"
        );
    }
}
