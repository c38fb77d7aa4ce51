//! A set of two drummers who play what is told apart easily.

use std::path::Path;

use affetto_music::{Note, Role, Score, Track, midi};

use super::*;
use crate::RunOptions;

/// Bars of kick, snare and a cymbal in eighths, swung where asked, in one of two ways to play.
fn performance(swing: u32, way: usize, bars: u32) -> Vec<u8> {
    let mut track = Track::new("Drums", Role::Drums, 0, 9);
    for bar in 0..bars {
        for eighth in 0..8 {
            let onset = bar * 1920 + eighth * 240 + (eighth % 2) * swing;
            let kick = [[0, 4], [0, 3]][way].contains(&eighth);
            let snare = [2, 6].contains(&eighth);
            for key in [Some([42, 51][way]), kick.then_some(36), snare.then_some(38)] {
                let late = if key == Some(38) { 10 } else { 0 };
                track.notes.extend(key.map(|pitch| Note {
                    onset: onset + late,
                    duration: 60,
                    pitch,
                    velocity: 60 + 5 * (way as u8),
                }));
            }
        }
    }
    track.notes.sort_unstable();
    let mut score = Score::default();
    score.tracks.push(track);
    score.close();
    midi::write(&score)
}

fn make_set(folder: &Path) {
    let root = folder.join("groove");
    std::fs::create_dir_all(&root).unwrap();
    let mut table = "drummer,style,bpm,beat_type,time_signature,midi_filename,split\n".to_owned();
    let mut add = |style: &str, kind: &str, split: &str, bytes: Vec<u8>| {
        let name = format!("{}.mid", table.lines().count());
        table += &format!("drummer1,{style},120,{kind},4-4,{name},{split}\n");
        std::fs::write(root.join(name), bytes).unwrap();
    };
    for split in ["train", "train", "train", "validation", "test"] {
        for way in [0, 1] {
            add("rock", "beat", split, performance(0, way, 6));
            add("rock", "fill", split, performance(0, way, 2));
            add("jazz/swing", "beat", split, performance(80, way, 6));
        }
    }
    std::fs::write(root.join("info.csv"), table).unwrap();
}

fn config() -> DrumTrainingConfig {
    DrumTrainingConfig {
        n_components: vec![1, 2],
        fewest_bars: 0.0,
        ..DrumTrainingConfig::default()
    }
}

fn trained(data: &Path, out: &Path, rules: &[RuleBar]) -> crate::TrainingReport {
    let options = RunOptions::default();
    train(data, rules, out, &config(), &options, &mut |_| {}).unwrap()
}

#[test]
fn what_drummers_play_is_learned_and_read_back() {
    let folder = tempfile::tempdir().unwrap();
    make_set(folder.path());
    let rule = RuleBar {
        style: "rock".to_owned(),
        kind: BarKind::Beat,
        strokes: vec![(0, 36), (8, 36), (4, 38), (12, 38)],
    };
    let out = folder.path().join("out");
    let report = trained(folder.path(), &out, &[rule]);
    let metric = |name: &str| report.metrics[name];
    assert!(metric("test_beat_mixture") > metric("test_beat_one_pattern"));
    assert!(metric("test_beat_mixture") > metric("test_beat_rule_tables"));
    assert_eq!(metric("test_beat_bars"), 20.0);
    let weights = WeightsFile::load(&report.files[0]).unwrap();
    let found = patterns(&weights).unwrap();
    let of = |style: &str| {
        let found = found.iter().filter(|p| p.style == style);
        let beats: Vec<_> = found.filter(|p| p.kind == BarKind::Beat).collect();
        assert!(!beats.is_empty(), "{style}");
        beats
    };
    for pattern in of("rock").into_iter().chain(of("jazz")) {
        let snares: Vec<_> = pattern.hits.iter().filter(|hit| hit.key == 38).collect();
        let steps: Vec<u8> = snares.iter().map(|hit| hit.step).collect();
        assert_eq!(steps, [4, 12]);
        assert!(snares.iter().all(|hit| hit.probability > 0.8));
        // Ten ticks at 120 bpm are 10 ms; the other voices share a part of it.
        assert!(
            snares
                .iter()
                .all(|hit| hit.offset_ms > 2.0 && hit.offset_ms < 10.5)
        );
    }
    let jazz_hat = |hit: &&PatternHit| hit.key == 42 && hit.step % 4 == 2;
    assert_eq!(of("jazz")[0].hits.iter().filter(jazz_hat).count(), 4);
    let again = folder.path().join("again");
    trained(folder.path(), &again, &[]);
    let bytes = |folder: &Path| std::fs::read(folder.join("drums.safetensors")).unwrap();
    assert_eq!(bytes(&out), bytes(&again));
}

#[track_caller]
fn check_refused(change: impl FnOnce(&mut WeightsFile), expected: &str) {
    let mut weights = embedded().unwrap();
    change(&mut weights);
    let error = patterns(&weights).unwrap_err().to_string();
    assert!(error.contains(expected), "{error}");
}

#[test]
fn weights_that_do_not_fit_are_refused() {
    check_refused(|w| w.metadata.task = "notes".into(), "expected task drums");
    check_refused(
        |w| {
            w.indices.insert("hit_place".into(), vec![u32::MAX]);
        },
        "has shape",
    );
    check_refused(
        |w| w.arrays.get_mut("hit_velocity").unwrap().values[0] = 0.0,
        "stroke 0",
    );
    check_refused(
        |w| {
            w.indices.remove("pattern_kind");
        },
        "pattern_kind is missing",
    );
}

#[track_caller]
fn check_config(change: impl FnOnce(&mut DrumTrainingConfig), expected: &str) {
    let mut config = DrumTrainingConfig::default();
    change(&mut config);
    let error = config.validate().unwrap_err().to_string();
    assert!(error.contains(expected), "{error}");
}

#[test]
fn settings_are_checked_and_missing_data_is_named() {
    check_config(|c| c.n_components.clear(), "numbers of components");
    check_config(|c| c.prior_bars = 0.0, "prior bars");
    check_config(|c| c.bars_per_recording = f64::NAN, "bars per recording");
    let folder = tempfile::tempdir().unwrap();
    let options = RunOptions::default();
    let out = folder.path().join("out");
    let error = train(folder.path(), &[], &out, &config(), &options, &mut |_| {});
    assert!(
        error
            .unwrap_err()
            .to_string()
            .contains("Groove MIDI Dataset")
    );
}
