//! Pulled models and keywords, through the real program.

use std::path::Path;

use assert_cmd::Command;
use serde_json::Value;

/// The program with a folder of models of its own.
fn affetto(folder: &Path) -> Command {
    let mut command = Command::cargo_bin("affetto").expect("it works");
    command
        .env("XDG_CONFIG_HOME", folder)
        .env("AFFETTO_MODELS", folder.join("models"));
    command
}

fn json(command: &mut Command) -> Value {
    let output = command
        .arg("--json")
        .assert()
        .success()
        .get_output()
        .clone();
    serde_json::from_slice(&output.stdout).expect("it works")
}

#[test]
fn models_that_are_not_there() {
    let folder = tempfile::tempdir().expect("it works");
    let listed = json(affetto(folder.path()).args(["models", "list"]));
    assert_eq!(listed[0]["name"], "text-encoder");
    assert_eq!(listed[0]["bytes"], Value::Null);
    let removed = json(affetto(folder.path()).args(["models", "remove", "text-encoder"]));
    assert_eq!(removed["removed"], false);
    let wrong = affetto(folder.path())
        .args(["models", "pull", "text-encoder", "--from", "no.whl"])
        .assert()
        .failure();
    let said = String::from_utf8_lossy(&wrong.get_output().stderr).into_owned();
    assert!(said.contains("no.whl") && said.contains("hint:"), "{said}");
    assert!(!folder.path().join("models").exists());
}

#[test]
fn words_say_which_model_spoke() {
    let folder = tempfile::tempdir().expect("it works");
    let text = "I miss the long summer evenings by the river";
    let sensed = json(affetto(folder.path()).args(["sense", "text", text, "--keywords"]));
    assert_eq!(sensed["model"], "ngrams");
    assert_eq!(sensed["language"], Value::Null);
    assert_eq!(sensed["keywords"].as_array().expect("it works").len(), 5);
    let german = "ich bin heute sehr traurig und müde 😢";
    let sensed = json(affetto(folder.path()).args(["sense", "text", german]));
    assert_eq!(sensed["language"], "deu");
    assert!(
        sensed["warning"]
            .as_str()
            .expect("it works")
            .contains("German")
    );
    assert!(sensed["valence"].as_f64().expect("it works") < 0.0);
}
