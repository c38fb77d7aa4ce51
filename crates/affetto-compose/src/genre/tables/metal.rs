//! Metal: distorted guitars, double kick, Phrygian and Aeolian power chords.

use affetto_music::Meter;

use crate::genre::{MelodyHints, Profile, Progressions, ScaleHints, Swing, TempoBand};
use crate::{Genre, Scale};

/// Power chords over a pedal; tempo written from practice.
pub(crate) static PROFILE: Profile = Profile {
    genre: Genre::Metal,
    label: "Metal",
    tempo: TempoBand {
        min: 92.0,
        slow: 120.0,
        typical: 146.0,
        fast: 176.0,
        max: 204.0,
    },
    meters: &[Meter::COMMON],
    swing: Swing::STRAIGHT,
    major: Progressions {
        a: &["I5 bVII5 IV5 I5", "I5 V5 vi5 IV5", "I5 I5 bVI5 bVII5"],
        b: &[
            "vi5 IV5 I5 V5",
            "IV5 V5 vi5 V5 IV5 V5 I5 I5",
            "bVI5 bVII5 I5 I5",
        ],
    },
    minor: Progressions {
        a: &[
            "i5 i5 bII5 i5",
            "| i5 | i5 | i5 bIII5 | bII5 |",
            "i5 bVI5 bVII5 i5",
            "| i5 | i5 | bVI5 | bVII5 bII5 |",
            "i5 bII5 i5 bVII5",
            "| i5 | i5 | bV5 iv5 | bIII5 bII5 |",
        ],
        b: &[
            "bVI5 bVII5 i5 i5 bVI5 bVII5 bIII5 V5",
            "i5 bVI5 bIII5 bVII5",
            "iv5 i5 bVI5 V5",
            "bVI5 bIII5 bVII5 i5 bVI5 bIII5 bII5 bII5",
        ],
    },
    scales: ScaleHints {
        darkest: Scale::Phrygian,
        minor: Scale::Aeolian,
        major: Scale::Mixolydian,
        brightest: Scale::Ionian,
        blue_notes: 0.2,
        pentatonic: 0.25,
    },
    melody: MelodyHints {
        notes_per_beat: (0.7, 2.8),
        syncopation: 0.2,
        stepwise: 0.6,
        repeated: 0.22,
        chromatic: 0.15,
        grid: 4,
        rests: 0.2,
        range: (57, 83),
    },
};
