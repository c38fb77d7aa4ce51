//! docs/listen: ten pieces with their requests, composed by the program itself.

use std::fmt::Write as _;
use std::process::Command;

use anyhow::{Context, Result};

/// Name, and the options of `affetto compose` for each piece.
const PIECES: &[(&str, &[&str])] = &[
    (
        "01-happy-pop",
        &["--valence", "0.8", "--arousal", "0.6", "--genre", "pop"],
    ),
    (
        "02-sad-classical",
        &[
            "--valence",
            "-0.7",
            "--arousal",
            "-0.6",
            "--genre",
            "classical",
        ],
    ),
    (
        "03-angry-metal",
        &["--valence", "-0.8", "--arousal", "0.8", "--genre", "metal"],
    ),
    (
        "04-calm-jazz",
        &["--valence", "0.6", "--arousal", "-0.5", "--genre", "jazz"],
    ),
    (
        "05-sad-disco",
        &["--valence", "-0.6", "--arousal", "0.1", "--genre", "disco"],
    ),
    (
        "06-blues",
        &["--mood", "a bit blue but ok", "--genre", "blues"],
    ),
    (
        "07-reggae",
        &["--mood", "sunny and relaxed", "--genre", "reggae"],
    ),
    (
        "08-lift-country",
        &[
            "--mood",
            "sad and tired",
            "--strategy",
            "lift",
            "--genre",
            "country",
        ],
    ),
    (
        "09-focus-ambient",
        &[
            "--mood",
            "can't focus",
            "--strategy",
            "focus",
            "--preset",
            "study",
            "--genre",
            "ambient",
        ],
    ),
    (
        "10-piano-hopeful",
        &[
            "--mood",
            "hopeful",
            "--genre",
            "classical",
            "--texture",
            "poly",
        ],
    ),
];

/// Composes them all and writes their index.
pub(crate) fn run() -> Result<()> {
    let program = crate::release_program()?;
    let folder = crate::root().join("docs/listen");
    std::fs::create_dir_all(&folder)?;
    let mut index = String::from(
        "# Ten pieces\n\nComposed and rendered by Affetto itself, first try, seed 7, 40 seconds each. \
         Made by `cargo xtask listen`.\n\n\
         | piece | request | asked (V, A) | heard (V, A) | key | bpm |\n|---|---|---|---|---|---|\n",
    );
    for (name, options) in PIECES {
        let mut command = Command::new(&program);
        command
            .args(["compose", "--json", "--seconds", "40", "--seed", "7"])
            .args(*options);
        for ending in ["mid", "musicxml", "opus"] {
            command
                .arg("-o")
                .arg(folder.join(format!("{name}.{ending}")));
        }
        let json: serde_json::Value = serde_json::from_str(&crate::output(&mut command)?)
            .with_context(|| format!("{name}: no JSON came back"))?;
        let pair = |key: &str| {
            format!(
                "{:.2}, {:.2}",
                json[key]["valence"].as_f64().unwrap_or(f64::NAN),
                json[key]["arousal"].as_f64().unwrap_or(f64::NAN)
            )
        };
        writeln!(
            index,
            "| [{name}]({name}.opus) ([MIDI]({name}.mid), [MusicXML]({name}.musicxml)) | `{}` | {} | {} | {} | {:.0} |",
            options.join(" "),
            pair("requested"),
            pair("heard"),
            json["key"].as_str().unwrap_or("?"),
            json["tempo_bpm"].as_f64().unwrap_or(f64::NAN),
        )?;
    }
    index.push_str(
        "\n\"Heard\" is the estimate of the listening model that also chose among the candidates, so \
         it is no independent check; `docs/EVALUATION.md` has those.\n",
    );
    std::fs::write(folder.join("README.md"), index)?;
    Ok(())
}
