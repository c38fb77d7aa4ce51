//! Trainings through the real program: configuration, log, plots, comparison, data page.

use std::path::Path;

use assert_cmd::Command;

/// SHA-256 of `that is bad 2`, a row that is trained on (`printf 'that is bad 2' | sha256sum`).
const TRAINED: &str = "e6aad9eb14f34ad993c4e09ccea7621f2847bdab05a6cc7683d69e564c27bb3c";

/// A command of the program that reads no configuration of this machine.
fn affetto(folder: &Path) -> Command {
    let mut command = Command::cargo_bin("affetto").expect("the program is built");
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("AFFETTO_")) {
        command.env_remove(name);
    }
    command.current_dir(folder).env("XDG_CONFIG_HOME", folder);
    command
}

/// Runs it and returns what it prints as JSON.
#[track_caller]
fn json(folder: &Path, args: &[&str]) -> serde_json::Value {
    let output = affetto(folder).args(args).arg("--json").assert().success();
    serde_json::from_slice(&output.get_output().stdout).expect("it works")
}

/// A folder with a handful of rows of the needed corpora and a configuration for them.
fn corpora() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("it works");
    let words = ["good", "nice", "bad", "awful"];
    let mut emobank = "id\tsplit\tV\tA\tD\ttext\n".to_owned();
    let mut goemotions = "id\tlabel_ids\ttext\n".to_owned();
    for i in 0..60_usize {
        let word = words[i % 4];
        let split = if i % 5 == 0 { "dev" } else { "train" };
        let valence = if i % 4 < 2 { 4.0 } else { 2.0 };
        emobank += &format!(
            "e{i}\t{split}\t{valence}\t3.{}\t3\ta {word} day {i}\n",
            i % 7
        );
        let label = if i % 4 < 2 { 17 } else { 25 };
        goemotions += &format!("g{i}\t{label}\tthat is {word} {i}\n");
    }
    let write =
        |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("it works");
    write("emobank.tsv", &emobank);
    write("goemotions_train.tsv", &goemotions);
    let config = "n_embedding = 4\nn_hidden = 8\nrows_by_kind = [50, 50, 10, 10, 50]\n\
                  [training]\nn_epochs = 2\nbatch_size = 16\n";
    write("tiny.toml", config);
    folder
}

#[test]
fn a_training_is_logged_compared_and_plotted() {
    let folder = corpora();
    let train = |out: &str, seed: &str| {
        let mut args = vec!["train", "text-emotion", "--data", ".", "--out", out];
        args.extend(["--config", "tiny.toml", "--seed", seed]);
        json(folder.path(), &args)
    };
    let (first, second) = (train("a", "1"), train("b", "2"));
    for file in ["a/config.toml", "a/model.safetensors"] {
        assert!(folder.path().join(file).is_file(), "{file}");
    }
    assert_eq!(first["plots"].as_array().expect("it works").len(), 1);
    assert_ne!(first["report"]["log"], second["report"]["log"]);
    let runs = json(folder.path(), &["runs"]);
    let runs = runs["runs"].as_array().expect("it works").clone();
    assert_eq!(runs.len(), 2);
    assert!(runs.iter().all(|run| run["status"] == "finished"));
    assert_eq!(runs[0]["config"]["training"]["n_epochs"], 2);
    let metric = "goemotions_tuning_macro_f1";
    let best = json(folder.path(), &["runs", "best", metric]);
    assert!(best["run"]["metrics"][metric].is_number());
    // Both logs may have the same name, being in two folders: one is looked at.
    let one = json(folder.path(), &["runs", "--folder", "a"]);
    let name = one["runs"][0]["run"].as_str().expect("it works").to_owned();
    let args = ["runs", "show", &name, "--folder", "a"];
    let shown = json(folder.path(), &args);
    assert_eq!(shown["parameters"]["training.seed"], "1");
    assert_eq!(shown["epochs"].as_array().expect("it works").len(), 2);
    let args = ["runs", "plot", &name, "--folder", "a", "-o", "plots"];
    json(folder.path(), &args);
    let svg =
        std::fs::read_to_string(folder.path().join("plots/learning_train.svg")).expect("it works");
    assert!(svg.contains("validation_loss"));
}

#[test]
fn a_cleaning_list_is_written_and_honored() {
    let folder = corpora();
    let path = folder.path().join("goemotions_train.tsv");
    let mut text = std::fs::read_to_string(&path).expect("it works");
    text += "g99\t17\t\n";
    std::fs::write(&path, text).expect("it works");
    let args = [
        "data",
        "describe",
        ".",
        "-o",
        "data.html",
        "--clean",
        "bad.csv",
    ];
    let described = json(folder.path(), &args);
    let parts = described["description"]["parts"]
        .as_array()
        .expect("it works");
    assert_eq!(parts.len(), 2);
    assert_eq!(parts[1]["faults"]["n"], 1);
    let page = std::fs::read_to_string(folder.path().join("data.html")).expect("it works");
    assert!(page.contains("<svg") && page.contains("no text"));
    let n_items = |clean: &str| {
        let mut args = vec!["train", "text-emotion", "--data", ".", "--out", "out"];
        args.extend(["--config", "tiny.toml", "--clean", clean]);
        json(folder.path(), &args)["report"]["n_items"]
            .as_u64()
            .expect("it works")
    };
    let without = n_items("bad.csv");
    let mut list = std::fs::read_to_string(folder.path().join("bad.csv")).expect("it works");
    list += &format!(",{TRAINED},odd\n");
    std::fs::write(folder.path().join("more.csv"), list).expect("it works");
    assert_eq!(n_items("more.csv"), without - 1);
}

#[test]
fn mistakes_are_told() {
    let folder = corpora();
    let check = |args: &[&str], expected: &str| {
        let output = affetto(folder.path()).args(args).assert().failure();
        let stderr = String::from_utf8_lossy(&output.get_output().stderr).into_owned();
        assert!(stderr.contains(expected), "{stderr}");
    };
    let train = ["train", "text-emotion", "--data", ".", "--out", "x"];
    let with = |more: &[&'static str]| [&train, more].concat();
    check(&with(&["--device", "tpu"]), "cpu or gpu");
    check(&with(&["--mlflow", "ftp://x"]), "http://");
    check(&with(&["--clean", "emobank.tsv"]), "item, hash and reason");
    std::fs::write(folder.path().join("bad.toml"), "n_hiden = 3\n").expect("it works");
    check(&with(&["--config", "bad.toml"]), "n_hiden");
    check(&["runs", "show", "nothing"], "no run called nothing");
    check(&["data", "describe", "nothing"], "nothing");
}
