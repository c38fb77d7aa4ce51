//! Classical: functional harmony, piano and strings.

use affetto_music::Meter;

use crate::genre::{MelodyHints, Profile, Progressions, ScaleHints, Swing, TempoBand};
use crate::{Genre, Scale};

/// Periods of four and eight bars with clear cadences.
pub(crate) static PROFILE: Profile = Profile {
    genre: Genre::Classical,
    label: "Classical",
    tempo: TempoBand {
        min: 52.0,
        slow: 93.0,
        typical: 110.0,
        fast: 120.0,
        max: 160.0,
    },
    meters: &[
        Meter::COMMON,
        Meter {
            numerator: 3,
            denominator: 4,
        },
    ],
    swing: Swing::STRAIGHT,
    major: Progressions {
        a: &[
            "| I | I | V7/2 | I/3 | IV | I/3 | ii V7 | I |",
            "| I | V/7 | vi | I/5 | IV | I/3 | ii7/4 | V7 |",
            "I V7 I V7 I IV V7 I",
            "| I | vi | IV | V | I/3 | ii7/4 | I/5 V7 | I |",
            "I V vi iii IV I IV V",
        ],
        b: &[
            "| vi | II7 | V | V | vi | II7 | V7/4 | I/3 |",
            "| ii | VI7/b2 | ii | V | IV | iv | I/5 | V7 |",
            "| V7 | I | V7 | I | vi ii | II7 | V | V7 |",
        ],
    },
    minor: Progressions {
        a: &[
            "| i | i | V7/2 | i/b3 | iv | i/b3 | iiø7 V7 | i |",
            "| i | V7 | i | V7 | i | iv | i/5 V7 | i |",
            "| i | iv | bVII7 | bIII | bVI | iiø7 | V | V7 |",
            "| i | i/b7 | iv/b6 | V | i | iv | i/5 V7 | i |",
            "| i | vii°7/2 | i/b3 | iv | i/5 | iiø7/4 | V7 | i |",
        ],
        b: &[
            "| bIII | bVII7 | bIII | bIII | iv | i | II7 | V |",
            "| bVI | bIII | iv | i | bII/4 | bII/4 | V7 | V7 |",
            "| iv7 | bVII7 | bIII | bVI | iiø7 | V7 | i | V7 |",
        ],
    },
    scales: ScaleHints {
        darkest: Scale::Aeolian,
        minor: Scale::Aeolian,
        major: Scale::Ionian,
        brightest: Scale::Lydian,
        blue_notes: 0.0,
        pentatonic: 0.0,
    },
    melody: MelodyHints {
        notes_per_beat: (0.7, 2.6),
        syncopation: 0.05,
        stepwise: 0.62,
        repeated: 0.12,
        chromatic: 0.12,
        grid: 4,
        rests: 0.1,
        range: (60, 86),
    },
};
