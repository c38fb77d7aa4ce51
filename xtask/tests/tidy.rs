//! The rules of the house that no compiler checks: which crate may know which, and how files open.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use cargo_metadata::MetadataCommand;

/// What each crate may depend on among our own, and which heavy crates it alone may see.
const ARROWS: &[(&str, &[&str])] = &[
    ("affetto-affect", &[]),
    ("affetto-music", &[]),
    ("affetto-audio", &["affetto-music"]),
    ("affetto-analysis", &["affetto-audio", "affetto-music"]),
    (
        "affetto-models",
        &[
            "affetto-analysis",
            "affetto-audio",
            "affetto-music",
            "affetto-affect",
        ],
    ),
    ("affetto-library", &["affetto-affect"]),
    ("affetto-compose", &["affetto-music", "affetto-affect"]),
    (
        "affetto-engine",
        &[
            "affetto-compose",
            "affetto-library",
            "affetto-models",
            "affetto-analysis",
            "affetto-audio",
            "affetto-music",
            "affetto-affect",
        ],
    ),
    ("affetto-server", &["affetto-engine"]),
    ("affetto-cli", &["affetto-server", "affetto-engine"]),
    ("xtask", &["affetto-engine", "affetto-audio"]),
];

/// Heavy crates and the one crate of ours that sees each.
const SEEN_BY_ONE: &[(&str, &str)] = &[
    ("burn", "affetto-models"),
    ("rustysynth", "affetto-audio"),
    ("axum", "affetto-server"),
    ("symphonia", "affetto-audio"),
    ("sqlx", "affetto-library"),
    ("lofty", "affetto-audio"),
    ("image", "affetto-models"),
    ("tokenizers", "affetto-models"),
    ("clap", "affetto-cli"),
    ("midly", "affetto-music"),
];

/// Crates that pure crates of ours must not use: serialization, clocks, files, randomness of the
/// system (`rand` without its default features has none).
const IMPURE: &[&str] = &["serde", "tokio", "tempfile", "getrandom"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("xtask lies in the root")
        .to_owned()
}

/// Normal dependencies of each crate of the workspace, by name.
fn dependencies() -> BTreeMap<String, Vec<String>> {
    let metadata = MetadataCommand::new()
        .manifest_path(root().join("Cargo.toml"))
        .no_deps()
        .other_options(vec!["--offline".into()])
        .exec()
        .expect("cargo metadata runs");
    let normal = |package: &cargo_metadata::Package| {
        package
            .dependencies
            .iter()
            .filter(|d| d.kind == cargo_metadata::DependencyKind::Normal)
            .map(|d| d.name.clone())
            .collect()
    };
    metadata
        .packages
        .iter()
        .map(|p| (p.name.to_string(), normal(p)))
        .collect()
}

#[test]
fn arrows_point_downwards() {
    let mut faults = Vec::new();
    for (name, used) in dependencies() {
        let Some((_, allowed)) = ARROWS.iter().find(|(known, _)| *known == name) else {
            faults.push(format!("{name} is not listed in ARROWS"));
            continue;
        };
        for dependency in used.iter().filter(|d| d.starts_with("affetto-")) {
            if !allowed.contains(&dependency.as_str()) {
                faults.push(format!("{name} must not depend on {dependency}"));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn heavy_crates_are_seen_by_one() {
    let mut faults = Vec::new();
    for (name, used) in dependencies().iter().filter(|(name, _)| *name != "xtask") {
        for (heavy, owner) in SEEN_BY_ONE {
            if used.iter().any(|d| d == heavy) && name != owner {
                faults.push(format!("{name} must not see {heavy}: that is for {owner}"));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn pure_crates_stay_pure() {
    let all = dependencies();
    for name in ["affetto-affect", "affetto-music"] {
        for dependency in &all[name] {
            assert!(
                !IMPURE.contains(&dependency.as_str()),
                "{name} must not use {dependency}"
            );
        }
    }
}

/// All files below a folder with one of the endings, without build products.
fn files(folder: &Path, endings: &[&str], found: &mut Vec<PathBuf>) {
    let entries = std::fs::read_dir(folder).expect("folder is readable");
    for path in entries.map(|entry| entry.expect("entry is readable").path()) {
        let name = path
            .file_name()
            .and_then(|n| n.to_str())
            .unwrap_or_default();
        if path.is_dir() {
            if !["target", "node_modules", "dist", ".git", "runs"].contains(&name) {
                files(&path, endings, found);
            }
        } else if endings.iter().any(|ending| name.ends_with(ending)) {
            found.push(path);
        }
    }
}

#[test]
fn every_rust_file_says_what_it_is() {
    let mut found = Vec::new();
    files(&root(), &[".rs"], &mut found);
    let silent = |path: &&PathBuf| {
        let text = std::fs::read_to_string(path).expect("file is readable");
        !text
            .trim_start_matches("#![no_main]")
            .trim_start()
            .starts_with("//!")
    };
    let faults: Vec<_> = found.iter().filter(silent).collect();
    assert!(found.len() > 40, "only {} files found", found.len());
    assert!(faults.is_empty(), "these do not open with //!: {faults:#?}");
}

#[test]
fn every_crate_has_an_invariant() {
    let text = std::fs::read_to_string(root().join("docs/ARCHITECTURE.md")).expect("it exists");
    for (name, _) in ARROWS {
        let (_, after) = text
            .split_once(&format!("### `{name}`"))
            .unwrap_or_else(|| panic!("docs/ARCHITECTURE.md has no section on {name}"));
        let section = after.split("\n### ").next().unwrap_or_default();
        assert!(
            section.contains("Invariant"),
            "{name} has no invariant in docs/ARCHITECTURE.md"
        );
    }
}

#[test]
fn weights_carry_their_terms() {
    let folders = std::fs::read_dir(root().join("weights")).expect("weights are there");
    for folder in folders.map(|entry| entry.expect("entry is readable").path()) {
        if folder.is_dir() {
            for name in ["README.md", "LICENSE.md"] {
                assert!(
                    folder.join(name).is_file(),
                    "{} has no {name}",
                    folder.display()
                );
            }
        }
    }
}
