//! THIRD-PARTY-NOTICES.md: every crate that is linked into the program, with its licence.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

const HEADER: &str = "# Third-party notices

Affetto is licensed under MIT OR Apache-2.0, at your choice. The program links the crates below,
each under its own licence; their sources come with their licence texts. The SoundFont inside the
program, made from FluidR3Mono, is MIT-licensed (see `assets/soundfont/`). The packages of the web
app are listed in `web/package-lock.json`; those that end up in the page are MIT-, ISC- or
BSD-licensed. Trained weights carry the terms of their data in `weights/*/LICENSE.md`.

`shine-rs` (LGPL-2.0) encodes MP3. It is linked through the cargo feature `mp3`; build with
`--no-default-features` to leave it out. Its source is the published crate of the version below.

Made by `cargo xtask notices`.

| crate | version | licence |
|---|---|---|
";

/// Licences that must not be linked.
const REFUSED: &[&str] = &["GPL-2.0", "GPL-3.0", "AGPL-3.0"];

/// Writes the file.
pub(crate) fn write(root: &Path) -> Result<()> {
    let path = root.join("THIRD-PARTY-NOTICES.md");
    std::fs::write(&path, notices(root)?)
        .with_context(|| format!("cannot write {}", path.display()))
}

/// The text of the file: one row for each crate that the program `affetto` links on Linux.
pub(crate) fn notices(root: &Path) -> Result<String> {
    let mut tree = Command::new(env!("CARGO"));
    tree.args([
        "tree",
        "--offline",
        "--locked",
        "--package",
        "affetto-cli",
        "--edges",
        "normal",
    ])
    .args([
        "--target",
        "x86_64-unknown-linux-gnu",
        "--prefix",
        "none",
        "--format",
        "{p}|{l}",
    ])
    .current_dir(root);
    let mut rows = BTreeSet::new();
    for line in crate::output(&mut tree)?.lines() {
        let (package, license) = line
            .trim_end_matches(" (*)")
            .split_once('|')
            .context("no licence")?;
        let mut words = package.split_whitespace();
        let (name, version) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
        if name.starts_with("affetto-") {
            continue;
        }
        let refused = |choice: &str| REFUSED.iter().any(|r| choice.trim().starts_with(r));
        ensure!(
            !license.split(" OR ").all(refused),
            "{name} is licensed under {license}, which must not be linked"
        );
        let license = if license.is_empty() {
            "see its source"
        } else {
            license
        };
        rows.insert(format!(
            "| {name} | {} | {license} |\n",
            version.trim_start_matches('v')
        ));
    }
    Ok(HEADER.to_owned() + &rows.into_iter().collect::<String>())
}

#[cfg(test)]
mod tests {
    #[test]
    fn notices_are_fresh() {
        let root = crate::root();
        let committed =
            std::fs::read_to_string(root.join("THIRD-PARTY-NOTICES.md")).unwrap_or_default();
        let made = super::notices(&root).unwrap();
        assert!(
            committed == made,
            "THIRD-PARTY-NOTICES.md is stale: run cargo xtask notices"
        );
    }
}
