//! THIRD-PARTY-NOTICES.md: every crate that is linked into the program, with its licence.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context, Result, ensure};
use cargo_metadata::{DependencyKind, MetadataCommand, PackageId};

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
    let metadata = MetadataCommand::new()
        .manifest_path(root.join("Cargo.toml"))
        .other_options(
            [
                "--offline",
                "--locked",
                "--filter-platform",
                "x86_64-unknown-linux-gnu",
            ]
            .map(String::from)
            .to_vec(),
        )
        .exec()
        .context("cargo metadata failed")?;
    let resolve = metadata
        .resolve
        .as_ref()
        .context("cargo metadata resolved nothing")?;
    let linked: BTreeMap<&PackageId, Vec<&PackageId>> = resolve
        .nodes
        .iter()
        .map(|node| {
            let normal = |d: &&cargo_metadata::NodeDep| {
                d.dep_kinds.iter().any(|k| k.kind == DependencyKind::Normal)
            };
            (
                &node.id,
                node.deps.iter().filter(normal).map(|d| &d.pkg).collect(),
            )
        })
        .collect();
    let start = metadata
        .packages
        .iter()
        .find(|p| p.name.as_str() == "affetto-cli");
    let mut open = vec![&start.context("affetto-cli is missing")?.id];
    let mut seen = BTreeSet::new();
    while let Some(id) = open.pop() {
        if seen.insert(id) {
            open.extend(linked.get(id).into_iter().flatten());
        }
    }
    let mut rows = BTreeSet::new();
    for package in metadata
        .packages
        .iter()
        .filter(|p| seen.contains(&p.id) && p.source.is_some())
    {
        let license = package.license.as_deref().unwrap_or("see its source");
        let choices: Vec<&str> = license.split(" OR ").collect();
        let refused = choices
            .iter()
            .all(|c| REFUSED.iter().any(|r| c.trim().starts_with(r)));
        ensure!(
            !refused,
            "{} is licensed under {license}, which must not be linked",
            package.name
        );
        rows.insert(format!(
            "| {} | {} | {license} |\n",
            package.name, package.version
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
