//! The committed JSON Schemas are those of the types. `UPDATE=1 cargo test -p index` rewrites them.

use std::{env, fs, path::PathBuf};

use index::schema;

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "the switch by which a developer rewrites the committed files"
)]
fn the_committed_schemas_are_current() {
    let folder: PathBuf = [env!("CARGO_MANIFEST_DIR"), "..", "data", "schema"].iter().collect();
    let update = env::var_os("UPDATE").is_some();
    for (name, schema) in schema::all() {
        let path = folder.join(name);
        let current = serde_json::to_string_pretty(&schema).unwrap() + "\n";
        if update {
            fs::create_dir_all(&folder).unwrap();
            fs::write(&path, &current).unwrap();
        }
        let committed = fs::read_to_string(&path).unwrap_or_default();
        assert!(
            committed == current,
            "{name} is not current; run UPDATE=1 cargo test -p index"
        );
    }
}
