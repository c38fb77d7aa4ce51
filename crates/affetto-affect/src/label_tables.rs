//! The emotion vocabularies and the published coordinates of their words.
//!
//! Two sources, averaged where both have the word or a near one (named in each row):
//! - Ratings: Scott, Keitel, Becirspahic, Yao & Sereno (2019), "The Glasgow Norms", valence and
//!   arousal of words on 1–9, mapped to −1..=1 by (x − 5) / 4; CC BY 4.0.
//! - Angles: Russell (1980), "A circumplex model of affect", the direct circular scaling of 28
//!   words (figure 2), put at radius 0.8.
//!
//! Rated words alone put anger and fear too low in arousal (raters judge the word, not the
//! state); the circle alone makes anger almost neutral in valence. Their mean does neither.

use crate::labels::{Label, LabelSet, Place};

// Angles of Russell (1980), figure 2, in degrees.
const HAPPY: Option<f64> = Some(7.8);
const DELIGHTED: Option<f64> = Some(24.9);
const EXCITED: Option<f64> = Some(48.6);
const ASTONISHED: Option<f64> = Some(69.8);
const AROUSED: Option<f64> = Some(73.8);
const TENSE: Option<f64> = Some(92.8);
const ANGRY: Option<f64> = Some(99.0);
const AFRAID: Option<f64> = Some(116.0);
const ANNOYED: Option<f64> = Some(123.0);
const DISTRESSED: Option<f64> = Some(138.0);
const FRUSTRATED: Option<f64> = Some(141.0);
const MISERABLE: Option<f64> = Some(188.7);
const SAD: Option<f64> = Some(207.5);
const GLOOMY: Option<f64> = Some(209.0);
const CALM: Option<f64> = Some(316.2);
const SATISFIED: Option<f64> = Some(319.0);
const AT_EASE: Option<f64> = Some(321.0);
const SERENE: Option<f64> = Some(328.6);
const GLAD: Option<f64> = Some(349.0);
const PLEASED: Option<f64> = Some(353.2);

/// A row: label; rated word and word on the circle; angle; valence and arousal on 1–9.
const fn rated(
    name: &'static str,
    words: &'static str,
    angle_deg: Option<f64>,
    glasgow: (f64, f64),
) -> Label {
    Label {
        name,
        words,
        place: Place::Rated { angle_deg, glasgow },
    }
}

const fn defined(name: &'static str, words: &'static str, (v, a): (f64, f64)) -> Label {
    Label {
        name,
        words,
        place: Place::Defined(v, a),
    }
}

/// The origin of the circumplex is its neutral point (Russell 1980).
const ORIGIN: (f64, f64) = (0.0, 0.0);

const FER: LabelSet = LabelSet {
    name: "fer",
    source: "labels: FER-2013 (Goodfellow et al. 2013); coordinates: Glasgow Norms (Scott et al. \
             2019) averaged with Russell (1980), neutral at the origin",
    labels: &[
        rated("angry", "angry; angry", ANGRY, (2.394, 5.906)),
        rated("disgust", "disgust; distressed", DISTRESSED, (2.371, 4.514)),
        rated("fear", "fear; afraid", AFRAID, (2.559, 5.171)),
        rated("happy", "happy; happy", HAPPY, (8.242, 6.938)),
        rated("sad", "sad; sad", SAD, (2.2, 3.941)),
        rated(
            "surprise",
            "surprise; astonished",
            ASTONISHED,
            (7.088, 7.353),
        ),
        defined("neutral", "origin", ORIGIN),
    ],
};

const GOEMOTIONS: LabelSet = LabelSet {
    name: "goemotions",
    source: "labels: GoEmotions (Demszky et al. 2020); coordinates: Glasgow Norms (Scott et al. \
             2019) averaged with Russell (1980), neutral at the origin",
    labels: &[
        rated("admiration", "admire; glad", GLAD, (7.625, 6.294)),
        rated(
            "amusement",
            "amusement; delighted",
            DELIGHTED,
            (7.629, 6.486),
        ),
        rated("anger", "anger; angry", ANGRY, (2.529, 5.636)),
        rated("annoyance", "annoyance; annoyed", ANNOYED, (2.471, 4.457)),
        rated("approval", "approval; satisfied", SATISFIED, (7.441, 5.714)),
        rated("caring", "care; pleased", PLEASED, (7.719, 5.294)),
        rated("confusion", "confused", None, (3.438, 4.323)),
        rated("curiosity", "curious; aroused", AROUSED, (6.781, 6.452)),
        rated("desire", "desire; aroused", AROUSED, (6.938, 7.424)),
        rated(
            "disappointment",
            "disappointed; gloomy",
            GLOOMY,
            (2.441, 3.818),
        ),
        rated(
            "disapproval",
            "reject; frustrated",
            FRUSTRATED,
            (2.088, 4.171),
        ),
        rated("disgust", "disgust; distressed", DISTRESSED, (2.371, 4.514)),
        rated(
            "embarrassment",
            "embarrassment; distressed",
            DISTRESSED,
            (2.258, 4.849),
        ),
        rated("excitement", "excitement; excited", EXCITED, (8.294, 7.697)),
        rated("fear", "fear; afraid", AFRAID, (2.559, 5.171)),
        rated("gratitude", "gratitude; pleased", PLEASED, (7.853, 5.429)),
        rated("grief", "grief; miserable", MISERABLE, (1.941, 4.875)),
        rated("joy", "joy; happy", HAPPY, (8.061, 6.941)),
        rated("love", "love; pleased", PLEASED, (8.647, 8.147)),
        rated("nervousness", "nervous; tense", TENSE, (3.029, 5.114)),
        rated("optimism", "optimism; glad", GLAD, (8.471, 6.765)),
        rated("pride", "proud; happy", HAPPY, (7.439, 6.092)),
        rated("realization", "realize", None, (6.303, 4.939)),
        rated("relief", "relieved; at ease", AT_EASE, (7.2, 5.152)),
        rated("remorse", "remorse; gloomy", GLOOMY, (3.794, 3.546)),
        rated("sadness", "sadness; sad", SAD, (1.849, 3.767)),
        rated(
            "surprise",
            "surprise; astonished",
            ASTONISHED,
            (7.088, 7.353),
        ),
        defined("neutral", "origin", ORIGIN),
    ],
};

const GEMS: LabelSet = LabelSet {
    name: "gems",
    source: "labels: Geneva Emotional Music Scale, nine factors (Zentner, Grandjean & Scherer \
             2008); coordinates: Glasgow Norms (Scott et al. 2019) averaged with Russell (1980)",
    labels: &[
        rated("wonder", "wonder; delighted", DELIGHTED, (7.25, 6.516)),
        rated("transcendence", "sublime; serene", SERENE, (6.71, 5.233)),
        rated("tenderness", "tender; at ease", AT_EASE, (7.061, 5.303)),
        rated("nostalgia", "wistful; gloomy", GLOOMY, (5.4, 4.636)),
        rated("peacefulness", "peaceful; calm", CALM, (7.824, 4.382)),
        rated("power", "powerful; aroused", AROUSED, (6.625, 7.031)),
        rated(
            "joyful activation",
            "joyful; excited",
            EXCITED,
            (7.971, 6.333),
        ),
        rated("tension", "tension; tense", TENSE, (3.364, 5.625)),
        rated("sadness", "sadness; sad", SAD, (1.849, 3.767)),
    ],
};

const TOHOILAM: LabelSet = LabelSet {
    name: "tohoilam",
    source: "labels: the four classes of tohoilam's system, the signs of valence and arousal; \
             coordinates: by that definition, uniform on each quadrant",
    labels: &[
        defined("Happiness", "quadrant 1", (0.5, 0.5)),
        defined("Anger", "quadrant 2", (-0.5, 0.5)),
        defined("Sadness", "quadrant 3", (-0.5, -0.5)),
        defined("Calmness", "quadrant 4", (0.5, -0.5)),
    ],
};

const SPOTIFY_MOODS: LabelSet = LabelSet {
    name: "spotify moods",
    source: "labels: the moods of a public table of 686 Spotify tracks; coordinates: Glasgow \
             Norms (Scott et al. 2019) averaged with Russell (1980)",
    labels: &[
        rated("Happy", "happy; happy", HAPPY, (8.242, 6.938)),
        rated("Sad", "sad; sad", SAD, (2.2, 3.941)),
        rated("Calm", "calm; calm", CALM, (7.343, 3.743)),
        rated("Energetic", "lively; aroused", AROUSED, (7.588, 6.656)),
    ],
};

const MIREX_CLUSTERS: LabelSet = LabelSet {
    name: "mirex clusters",
    source: "labels: the five mood clusters of MIREX audio mood classification (Hu & Downie \
             2007); coordinates: means over the words of a cluster that the Glasgow Norms (Scott \
             et al. 2019) have, averaged with Russell (1980)",
    labels: &[
        rated(
            "cluster 1",
            "passionate, confident; excited",
            EXCITED,
            (7.978, 7.589),
        ),
        rated(
            "cluster 2",
            "cheerful, fun, sweet; happy",
            HAPPY,
            (8.137, 6.31),
        ),
        rated("cluster 3", "wistful, autumn; sad", SAD, (5.729, 4.804)),
        rated(
            "cluster 4",
            "humorous, silly, witty; delighted",
            DELIGHTED,
            (6.807, 6.284),
        ),
        rated(
            "cluster 5",
            "aggressive, anxious, intense, tense; tense",
            TENSE,
            (3.306, 6.08),
        ),
    ],
};

impl LabelSet {
    /// From: the seven classes of facial expressions of FER-2013. To: an estimate.
    pub const FER: &Self = &FER;
    /// From: the 27 emotions of GoEmotions and neutral. To: an estimate.
    pub const GOEMOTIONS: &Self = &GOEMOTIONS;
    /// From: the nine emotions that music induces (GEMS). To: an estimate.
    pub const GEMS: &Self = &GEMS;
    /// From: the four classes of tohoilam's system. To: an estimate.
    pub const TOHOILAM: &Self = &TOHOILAM;
    /// From: Happy, Sad, Calm, Energetic as in tables of Spotify tracks. To: an estimate.
    pub const SPOTIFY_MOODS: &Self = &SPOTIFY_MOODS;
    /// From: the five mood clusters of MIREX. To: an estimate.
    pub const MIREX_CLUSTERS: &Self = &MIREX_CLUSTERS;
    /// All sets.
    pub const ALL: [&Self; 6] = [
        Self::FER,
        Self::GOEMOTIONS,
        Self::GEMS,
        Self::TOHOILAM,
        Self::SPOTIFY_MOODS,
        Self::MIREX_CLUSTERS,
    ];
}
