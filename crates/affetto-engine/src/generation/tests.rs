//! The comparison as a whole, on a few made-up clips.

use std::path::Path;

use affetto_music::{midi, notation};

use super::*;
use crate::Settings;

/// A folder with eight labelled clips in the folds for composing.
fn clips(folder: &Path) {
    let mut folds = "set,file,song,fold,use\n".to_owned();
    for (index, (tempo, third)) in [(170, "E5"), (170, "Eb5"), (50, "Eb5"), (50, "E5")]
        .into_iter()
        .cycle()
        .take(8)
        .enumerate()
    {
        let name = format!("Q{}_song{index}_0.mid", index % 4 + 1);
        let bar = format!("C5:q {third}:q G5:q {third}:q ");
        let text = format!("tempo = {tempo}; {}", bar.repeat(4 + index));
        let score = notation::parse(&text).unwrap();
        std::fs::write(folder.join(&name), midi::write(&score)).unwrap();
        folds += &format!("emopia,{name},song{index},{},compose\n", index % 3);
    }
    std::fs::write(folder.join("folds.csv"), folds).unwrap();
}

#[test]
fn arms_are_judged_beside_real_music() {
    let folder = tempfile::tempdir().unwrap();
    clips(folder.path());
    let engine = Engine::new(Settings::default()).unwrap();
    let options = GenerationOptions {
        data: folder.path().into(),
        pieces: 1,
        arms: vec!["rules".into()],
    };
    let report = engine.evaluate_generation(&options, &|_, _| ()).unwrap();
    let evaluation = &report.evaluated.evaluation;
    // Three textures: four quadrants with one and with four candidates, and 25 points.
    assert_eq!(evaluation.n, 3 * (8 + 25));
    for name in [
        "real_mono_emopia_on_emopia_quadrant",
        "real_poly_tokens_on_emopia_valence_neutral_tempo",
        "rules_band_emopia_quadrant_n4",
        "rules_mono_mean_arousal_n1_neutral_velocity",
        "rules_poly_tokens_sadness_n4",
        "rules_poly_tokens_grid_valence_slope",
        "rules_band_mean_change_arousal_s",
    ] {
        let value = evaluation.metrics.get(name);
        assert!(value.is_some_and(|value| value.is_finite()), "{name}");
    }
    assert!(report.remarks[0].contains("tohoilam"));
    assert_eq!(
        report.evaluated.header.len(),
        report.evaluated.rows[0].len()
    );
}

#[test]
fn mistakes_are_named() {
    let engine = Engine::new(Settings::default()).unwrap();
    let check = |pieces, arm: &str, expected: &str| {
        let options = GenerationOptions {
            data: "missing".into(),
            pieces,
            arms: vec![arm.into()],
        };
        let error = engine
            .evaluate_generation(&options, &|_, _| ())
            .unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
    };
    check(0, "rules", "pieces must be between 1 and 1000, but was 0");
    check(1, "polka", "unknown arm");
    check(1, "rules", "folds.csv");
}
