//! Blues: shuffle, twelve bars, dominant sevenths, blue notes.

use affetto_music::Meter;

use crate::genre::{MelodyHints, Profile, Progressions, ScaleHints, Swing, TempoBand};
use crate::{Genre, Scale};

/// Twelve bars of dominant sevenths; tempo written from practice.
pub(crate) static PROFILE: Profile = Profile {
    genre: Genre::Blues,
    label: "Blues",
    tempo: TempoBand {
        min: 60.0,
        slow: 76.0,
        typical: 94.0,
        fast: 112.0,
        max: 132.0,
    },
    meters: &[Meter::COMMON],
    swing: Swing {
        ratio: 0.66,
        unit: 8,
    },
    major: Progressions {
        a: &[
            "I7 IV7 I7 I7 IV7 IV7 I7 I7 V7 IV7 I7 V7",
            "I7 I7 I7 I7 IV7 IV7 I7 I7 V7 IV7 I7 V7",
            "| I7 | IV7 | I7 | I7 | IV7 | #iv°7 | I7 | VI7 | ii7 | V7 | I7 VI7 | ii7 V7 |",
        ],
        b: &[
            "IV7 IV7 I7 I7 IV7 IV7 V7 V7",
            "| IV7 | #iv°7 | I7 | VI7 | II7 | II7 | V7 | V7 |",
        ],
    },
    minor: Progressions {
        a: &[
            "i7 iv7 i7 i7 iv7 iv7 i7 i7 bVI7 V7 i7 V7",
            "i7 i7 i7 i7 iv7 iv7 i7 i7 V7 iv7 i7 V7",
        ],
        b: &[
            "iv7 iv7 i7 i7 bVI7 bVI7 V7 V7",
            "iv7 i7 iv7 i7 iv7 i7 bVI7 V7",
        ],
    },
    scales: ScaleHints {
        darkest: Scale::Aeolian,
        minor: Scale::Dorian,
        major: Scale::Mixolydian,
        brightest: Scale::Mixolydian,
        blue_notes: 0.8,
        pentatonic: 0.7,
    },
    melody: MelodyHints {
        notes_per_beat: (0.7, 2.0),
        syncopation: 0.35,
        stepwise: 0.55,
        repeated: 0.2,
        chromatic: 0.25,
        grid: 2,
        rests: 0.3,
        range: (57, 79),
    },
};
