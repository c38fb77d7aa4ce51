//! The emotions that the model knows, their names in the corpora, and where they lie on the plane.

use affetto_affect::{Affect, LabelSet};

/// The four classes of the first head: anger, happiness, neutral (or calm), sadness.
pub const SPEECH_CLASSES_4: [&str; 4] = ["anger", "happiness", "neutral", "sadness"];

/// The wider set, the classes of RAVDESS (Livingstone & Russo 2018) in its order.
pub const SPEECH_CLASSES_8: [&str; 8] = [
    "neutral", "calm", "happy", "sad", "angry", "fear", "disgust", "surprise",
];

/// How each wide class is called in corpora and file names, in lower case.
const ALIASES: [&[&str]; 8] = [
    &["neutral", "neu", "n"],
    &["calm"],
    &["happy", "happiness", "hap", "joy", "exc", "excited", "h"],
    &["sad", "sadness", "sa"],
    &["angry", "anger", "ang", "a"],
    &["fear", "fearful", "fea", "f"],
    &["disgust", "disgusted", "dis", "d"],
    &["surprise", "surprised", "sur", "ps", "su"],
];

/// Valence and arousal of an acted emotion of unknown intensity, as a share of its full point.
const PLAIN_INTENSITY: f64 = 0.85;
/// The same for the normal of the two intensities of RAVDESS.
const NORMAL_INTENSITY: f64 = 0.7;

/// The wide class of an emotion as a corpus writes it; `None` where the model does not know it.
pub(crate) fn wide_class(name: &str) -> Option<usize> {
    let name = name.trim().to_lowercase();
    ALIASES
        .iter()
        .position(|aliases| aliases.contains(&name.as_str()))
}

/// Which of the four classes a wide class belongs to; `None` for fear, disgust and surprise.
pub(crate) fn narrow_class(wide: usize) -> Option<usize> {
    match SPEECH_CLASSES_8.get(wide).copied()? {
        "angry" => Some(0),
        "happy" => Some(1),
        "neutral" | "calm" => Some(2),
        "sad" => Some(3),
        _ => None,
    }
}

/// Where a wide class lies on the plane.
///
/// The coordinates of [`LabelSet::FER`] (Glasgow Norms averaged with Russell 1980). Calm, which
/// FER lacks, lies where Russell's circle has it (316°), half way out: between neutral and at ease.
pub(crate) fn class_point(wide: usize) -> Affect {
    let name = SPEECH_CLASSES_8[wide];
    let known = LabelSet::FER.labels.iter().find(|label| label.name == name);
    known.map_or(Affect::clamped(0.29, -0.28), |label| label.point())
}

/// The valence and arousal that a recording is trained towards.
///
/// The point of its class, scaled by how strongly it was acted: 1 for `strong`, 0.7 for `normal`
/// (RAVDESS), 0.85 where the corpus does not say. Neutral stays at the origin.
pub(crate) fn acted_point(wide: usize, intensity: &str) -> [f32; 2] {
    let share = match intensity {
        "strong" => 1.0,
        "normal" => NORMAL_INTENSITY,
        _ => PLAIN_INTENSITY,
    };
    let point = class_point(wide);
    [(point.v() * share) as f32, (point.a() * share) as f32]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, wide: Option<&str>, narrow: Option<&str>) {
        let class = wide_class(name);
        assert_eq!(class.map(|class| SPEECH_CLASSES_8[class]), wide);
        let four = class.and_then(narrow_class);
        assert_eq!(four.map(|class| SPEECH_CLASSES_4[class]), narrow);
    }

    #[test]
    fn names_of_the_corpora() {
        check("angry", Some("angry"), Some("anger"));
        check("ANG", Some("angry"), Some("anger"));
        check("Happiness", Some("happy"), Some("happiness"));
        check("calm", Some("calm"), Some("neutral"));
        check("neu", Some("neutral"), Some("neutral"));
        check("sadness", Some("sad"), Some("sadness"));
        check("ps", Some("surprise"), None);
        check("fearful", Some("fear"), None);
        check("boredom", None, None);
        check("", None, None);
    }

    #[test]
    fn points_are_where_the_words_are() {
        let signs = |name| {
            let point = class_point(wide_class(name).unwrap());
            (point.v() > 0.0, point.a() > 0.0)
        };
        assert_eq!(signs("happy"), (true, true));
        assert_eq!(signs("angry"), (false, true));
        assert_eq!(signs("sad"), (false, false));
        assert_eq!(signs("calm"), (true, false));
        assert_eq!(signs("fear"), (false, true));
        assert_eq!(acted_point(0, "strong"), [0.0, 0.0]);
        let (strong, normal) = (acted_point(4, "strong"), acted_point(4, "normal"));
        assert!((normal[1] - 0.7 * strong[1]).abs() < 1e-6);
    }
}
