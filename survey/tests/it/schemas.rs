//! The committed JSON Schemas are those of the types. `UPDATE=1` rewrites them.

use std::{fs, path::PathBuf};

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "UPDATE is a switch of this test, not of the product"
)]
fn schemas_are_current() {
    let folder: PathBuf = [env!("CARGO_MANIFEST_DIR"), "..", "data", "schema"].iter().collect();
    let update = std::env::var("UPDATE").is_ok();
    for (name, schema) in survey::schema::all() {
        let path = folder.join(format!("{name}.schema.json"));
        let current = format!("{}\n", serde_json::to_string_pretty(&schema).unwrap());
        if update {
            fs::create_dir_all(&folder).unwrap();
            fs::write(&path, current).unwrap();
        } else {
            let committed = fs::read_to_string(&path).unwrap_or_default();
            assert!(
                committed == current,
                "{} is out of date: run with UPDATE=1",
                path.display()
            );
        }
    }
}
