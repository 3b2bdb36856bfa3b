//! The dependency audit that works without a network: deny.toml against the locked tree.

use std::{collections::BTreeSet, process::Command};

use ronghe::api::http::spec;
use serde_json::Value;

fn metadata() -> Value {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked", "--offline"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The quoted entries of a list in deny.toml.
fn listed(key: &str) -> BTreeSet<String> {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/deny.toml")).unwrap();
    let list = text
        .split(&format!("{key} = ["))
        .nth(1)
        .unwrap()
        .split("\n]")
        .next()
        .unwrap()
        .to_owned();
    list.lines()
        .filter_map(|line| line.split('"').nth(1))
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_licence_is_one_we_allow() {
    let allowed = listed("allow");
    let mut refused = Vec::new();
    for package in metadata()["packages"].as_array().unwrap() {
        let name = package["name"].as_str().unwrap();
        let licence = match (package["license"].as_str(), name) {
            (Some(licence), _) => licence.to_owned(),
            // Its licence file is MIT; see deny.toml.
            (None, "apalis-postgres") => "MIT".to_owned(),
            (None, _) => "none".to_owned(),
        };
        if !acceptable(&licence, &allowed) {
            refused.push(format!("{name}: {licence}"));
        }
    }
    assert_eq!(refused, Vec::<String>::new());
}

/// An SPDX expression is acceptable if each part of an AND has an allowed choice of its OR. Old manifests write `/` for OR.
fn acceptable(licence: &str, allowed: &BTreeSet<String>) -> bool {
    let plain = licence.replace(['(', ')'], "").replace('/', " OR ");
    plain
        .split(" AND ")
        .all(|part| part.split(" OR ").any(|choice| allowed.contains(choice.trim())))
}

#[test]
fn licence_expressions_are_read_right() {
    let allowed = BTreeSet::from(["MIT".to_owned(), "Apache-2.0".to_owned()]);
    for (licence, expected) in [
        ("MIT", true),
        ("MIT/Apache-2.0", true),
        ("GPL-3.0 OR MIT", true),
        ("GPL-3.0", false),
        ("(MIT OR Apache-2.0) AND GPL-3.0", false),
        ("none", false),
    ] {
        assert_eq!(acceptable(licence, &allowed), expected, "{licence}");
    }
}

/// Packages that are really built for this platform, by name and version.
fn built() -> Vec<(String, String)> {
    let output = Command::new(env!("CARGO"))
        .args([
            "tree",
            "--workspace",
            "--locked",
            "--offline",
            "--edges",
            "normal,build",
            "--prefix",
            "none",
            "--format",
            "{p}",
        ])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let mut packages = text
        .lines()
        .filter_map(|line| {
            let mut words = line.split(' ');
            Some((
                words.next()?.to_owned(),
                words.next()?.trim_start_matches('v').to_owned(),
            ))
        })
        .collect::<Vec<_>>();
    packages.sort();
    packages.dedup();
    packages
}

#[test]
fn banned_crates_are_not_built_and_sqlx_is_there_once() {
    let built = built();
    for banned in ["openssl-sys", "native-tls", "umya-spreadsheet", "sqlx-mysql"] {
        assert!(!built.iter().any(|(name, _)| name == banned), "{banned} is built");
    }
    let sqlx = built.iter().filter(|(name, _)| name == "sqlx").collect::<Vec<_>>();
    assert_eq!(sqlx.len(), 1, "{sqlx:?}");
}

#[test]
fn known_advisories_are_out_of_the_way() {
    // The lowest version without a known advisory, for crates that read what strangers send.
    let floors = [
        ("calamine", [0, 36, 0]),
        ("zip", [2, 3, 0]),
        ("rust_xlsxwriter", [0, 98, 2]),
        ("tokio", [1, 43, 1]),
        ("rustix", [0, 38, 19]),
    ];
    for (name, version) in built() {
        let parts = version
            .split(['.', '-', '+'])
            .take(3)
            .map(|part| part.parse::<u64>().unwrap_or(0))
            .collect::<Vec<_>>();
        if let Some((_, floor)) = floors.iter().find(|(crate_name, _)| *crate_name == name) {
            assert!(
                parts.as_slice() >= floor.as_slice(),
                "{name} {version} has a known advisory"
            );
        }
        if name == "quick-xml" && parts.as_slice() < [0, 41, 0].as_slice() {
            // Only for poem-openapi's XML payload, which no operation uses: see deny.toml.
            let spec = spec::text(&spec::document());
            assert!(
                !spec.contains("application/xml") && !spec.contains("text/xml"),
                "an operation takes XML with an old quick-xml"
            );
        }
    }
}

#[test]
fn everything_comes_from_the_registry_or_from_here() {
    for package in metadata()["packages"].as_array().unwrap() {
        let source = package["source"].as_str().unwrap_or("here");
        assert!(
            source == "here" || source.starts_with("registry+"),
            "{}: {source}",
            package["name"]
        );
    }
}
