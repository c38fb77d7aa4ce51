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

/// A row: label; rated word and word on the circle; angle; valence mean, sd, arousal mean, sd.
const fn rated(
    name: &'static str,
    words: &'static str,
    angle_deg: Option<f64>,
    glasgow: [f64; 4],
) -> Label {
    Label {
        name,
        words,
        place: Place::Rated { angle_deg, glasgow },
    }
}

const fn defined(name: &'static str, words: &'static str, (v, a, sd): (f64, f64, f64)) -> Label {
    Label {
        name,
        words,
        place: Place::Defined(v, a, sd),
    }
}

/// The origin of the circumplex is its neutral point (Russell 1980); spread of our choosing.
const ORIGIN: (f64, f64, f64) = (0.0, 0.0, 0.25);
/// Standard deviation of a uniform distribution on a quadrant's side of length 1: 1/√12.
const QUADRANT_SD: f64 = 0.288_675_134_594_812_9;

const FER: LabelSet = LabelSet {
    name: "fer",
    source: "labels: FER-2013 (Goodfellow et al. 2013); coordinates: Glasgow Norms (Scott et al. \
             2019) averaged with Russell (1980), neutral at the origin",
    labels: &[
        rated("angry", "angry; angry", ANGRY, [2.394, 1.013, 5.906, 2.283]),
        rated(
            "disgust",
            "disgust; distressed",
            DISTRESSED,
            [2.371, 1.071, 4.514, 2.196],
        ),
        rated("fear", "fear; afraid", AFRAID, [2.559, 1.701, 5.171, 2.656]),
        rated("happy", "happy; happy", HAPPY, [8.242, 1.207, 6.938, 1.767]),
        rated("sad", "sad; sad", SAD, [2.2, 1.26, 3.941, 2.496]),
        rated(
            "surprise",
            "surprise; astonished",
            ASTONISHED,
            [7.088, 1.502, 7.353, 1.185],
        ),
        defined("neutral", "origin", ORIGIN),
    ],
};

const GOEMOTIONS: LabelSet = LabelSet {
    name: "goemotions",
    source: "labels: GoEmotions (Demszky et al. 2020); coordinates: Glasgow Norms (Scott et al. \
             2019) averaged with Russell (1980), neutral at the origin",
    labels: &[
        rated(
            "admiration",
            "admire; glad",
            GLAD,
            [7.625, 1.139, 6.294, 1.871],
        ),
        rated(
            "amusement",
            "amusement; delighted",
            DELIGHTED,
            [7.629, 0.929, 6.486, 2.183],
        ),
        rated("anger", "anger; angry", ANGRY, [2.529, 1.5, 5.636, 2.568]),
        rated(
            "annoyance",
            "annoyance; annoyed",
            ANNOYED,
            [2.471, 0.882, 4.457, 2.465],
        ),
        rated(
            "approval",
            "approval; satisfied",
            SATISFIED,
            [7.441, 1.006, 5.714, 2.05],
        ),
        rated(
            "caring",
            "care; pleased",
            PLEASED,
            [7.719, 0.874, 5.294, 1.963],
        ),
        rated("confusion", "confused", None, [3.438, 0.966, 4.323, 1.654]),
        rated(
            "curiosity",
            "curious; aroused",
            AROUSED,
            [6.781, 1.452, 6.452, 1.757],
        ),
        rated(
            "desire",
            "desire; aroused",
            AROUSED,
            [6.938, 1.6, 7.424, 1.436],
        ),
        rated(
            "disappointment",
            "disappointed; gloomy",
            GLOOMY,
            [2.441, 1.168, 3.818, 2.022],
        ),
        rated(
            "disapproval",
            "reject; frustrated",
            FRUSTRATED,
            [2.088, 0.981, 4.171, 2.558],
        ),
        rated(
            "disgust",
            "disgust; distressed",
            DISTRESSED,
            [2.371, 1.071, 4.514, 2.196],
        ),
        rated(
            "embarrassment",
            "embarrassment; distressed",
            DISTRESSED,
            [2.258, 1.077, 4.849, 2.607],
        ),
        rated(
            "excitement",
            "excitement; excited",
            EXCITED,
            [8.294, 0.824, 7.697, 1.732],
        ),
        rated("fear", "fear; afraid", AFRAID, [2.559, 1.701, 5.171, 2.656]),
        rated(
            "gratitude",
            "gratitude; pleased",
            PLEASED,
            [7.853, 1.061, 5.429, 2.208],
        ),
        rated(
            "grief",
            "grief; miserable",
            MISERABLE,
            [1.941, 0.838, 4.875, 2.77],
        ),
        rated("joy", "joy; happy", HAPPY, [8.061, 1.071, 6.941, 1.798]),
        rated(
            "love",
            "love; pleased",
            PLEASED,
            [8.647, 0.723, 8.147, 0.944],
        ),
        rated(
            "nervousness",
            "nervous; tense",
            TENSE,
            [3.029, 1.108, 5.114, 2.108],
        ),
        rated(
            "optimism",
            "optimism; glad",
            GLAD,
            [8.471, 0.848, 6.765, 1.61],
        ),
        rated("pride", "proud; happy", HAPPY, [7.439, 1.478, 6.092, 1.689]),
        rated("realization", "realize", None, [6.303, 1.218, 4.939, 2.282]),
        rated(
            "relief",
            "relieved; at ease",
            AT_EASE,
            [7.2, 1.037, 5.152, 1.708],
        ),
        rated(
            "remorse",
            "remorse; gloomy",
            GLOOMY,
            [3.794, 1.906, 3.546, 2.297],
        ),
        rated("sadness", "sadness; sad", SAD, [1.849, 0.857, 3.767, 2.39]),
        rated(
            "surprise",
            "surprise; astonished",
            ASTONISHED,
            [7.088, 1.502, 7.353, 1.185],
        ),
        defined("neutral", "origin", ORIGIN),
    ],
};

const GEMS: LabelSet = LabelSet {
    name: "gems",
    source: "labels: Geneva Emotional Music Scale, nine factors (Zentner, Grandjean & Scherer \
             2008); coordinates: Glasgow Norms (Scott et al. 2019) averaged with Russell (1980)",
    labels: &[
        rated(
            "wonder",
            "wonder; delighted",
            DELIGHTED,
            [7.25, 1.09, 6.516, 2.077],
        ),
        rated(
            "transcendence",
            "sublime; serene",
            SERENE,
            [6.71, 2.188, 5.233, 2.216],
        ),
        rated(
            "tenderness",
            "tender; at ease",
            AT_EASE,
            [7.061, 1.613, 5.303, 2.355],
        ),
        rated(
            "nostalgia",
            "wistful; gloomy",
            GLOOMY,
            [5.4, 1.497, 4.636, 2.129],
        ),
        rated(
            "peacefulness",
            "peaceful; calm",
            CALM,
            [7.824, 1.248, 4.382, 2.668],
        ),
        rated(
            "power",
            "powerful; aroused",
            AROUSED,
            [6.625, 1.576, 7.031, 1.551],
        ),
        rated(
            "joyful activation",
            "joyful; excited",
            EXCITED,
            [7.971, 0.891, 6.333, 1.682],
        ),
        rated(
            "tension",
            "tension; tense",
            TENSE,
            [3.364, 1.096, 5.625, 2.162],
        ),
        rated("sadness", "sadness; sad", SAD, [1.849, 0.857, 3.767, 2.39]),
    ],
};

const TOHOILAM: LabelSet = LabelSet {
    name: "tohoilam",
    source: "labels: the four classes of tohoilam's system, the signs of valence and arousal; \
             coordinates: by that definition, uniform on each quadrant",
    labels: &[
        defined("Happiness", "quadrant 1", (0.5, 0.5, QUADRANT_SD)),
        defined("Anger", "quadrant 2", (-0.5, 0.5, QUADRANT_SD)),
        defined("Sadness", "quadrant 3", (-0.5, -0.5, QUADRANT_SD)),
        defined("Calmness", "quadrant 4", (0.5, -0.5, QUADRANT_SD)),
    ],
};

const SPOTIFY_MOODS: LabelSet = LabelSet {
    name: "spotify moods",
    source: "labels: the moods of a public table of 686 Spotify tracks; coordinates: Glasgow \
             Norms (Scott et al. 2019) averaged with Russell (1980)",
    labels: &[
        rated("Happy", "happy; happy", HAPPY, [8.242, 1.207, 6.938, 1.767]),
        rated("Sad", "sad; sad", SAD, [2.2, 1.26, 3.941, 2.496]),
        rated("Calm", "calm; calm", CALM, [7.343, 1.17, 3.743, 2.061]),
        rated(
            "Energetic",
            "lively; aroused",
            AROUSED,
            [7.588, 0.943, 6.656, 1.914],
        ),
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
            [7.978, 0.94, 7.589, 1.146],
        ),
        rated(
            "cluster 2",
            "cheerful, fun, sweet; happy",
            HAPPY,
            [8.137, 1.012, 6.31, 1.756],
        ),
        rated(
            "cluster 3",
            "wistful, autumn; sad",
            SAD,
            [5.729, 1.495, 4.804, 2.097],
        ),
        rated(
            "cluster 4",
            "humorous, silly, witty; delighted",
            DELIGHTED,
            [6.807, 1.228, 6.284, 1.685],
        ),
        rated(
            "cluster 5",
            "aggressive, anxious, intense, tense; tense",
            TENSE,
            [3.306, 1.328, 6.08, 2.209],
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
