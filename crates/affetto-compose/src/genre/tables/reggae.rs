//! Reggae: one-drop drums, offbeat skank, melodic bass.

use affetto_music::Meter;

use crate::genre::{MelodyHints, Profile, Progressions, ScaleHints, Swing, TempoBand};
use crate::{Genre, Scale};

/// Few chords, much space; tempo written from practice (the felt half of 130–170).
pub(crate) static PROFILE: Profile = Profile {
    genre: Genre::Reggae,
    label: "Reggae",
    tempo: TempoBand {
        min: 60.0,
        slow: 68.0,
        typical: 75.0,
        fast: 82.0,
        max: 92.0,
    },
    meters: &[Meter::COMMON],
    swing: Swing {
        ratio: 0.56,
        unit: 16,
    },
    major: Progressions {
        a: &[
            "I IV I IV",
            "I V vi IV",
            "I ii I ii",
            "I IV V IV",
            "| I | I | IV V | I |",
        ],
        b: &[
            "IV I IV V",
            "vi IV I V",
            "ii IV I I ii IV V V",
            "IV V I vi IV V I I",
        ],
    },
    minor: Progressions {
        a: &[
            "i bVII i bVII",
            "i iv i iv",
            "i7 iv7 i7 v7",
            "i bVI bVII i",
            "i iv bVII bIII",
        ],
        b: &[
            "bVI bVII i i",
            "iv i iv V",
            "bIII bVII i i bIII bVII V V",
            "iv7 v7 i7 i7",
        ],
    },
    scales: ScaleHints {
        darkest: Scale::Aeolian,
        minor: Scale::Dorian,
        major: Scale::Ionian,
        brightest: Scale::Ionian,
        blue_notes: 0.1,
        pentatonic: 0.5,
    },
    melody: MelodyHints {
        notes_per_beat: (0.8, 2.4),
        syncopation: 0.35,
        stepwise: 0.6,
        repeated: 0.28,
        chromatic: 0.03,
        grid: 4,
        rests: 0.3,
        range: (58, 79),
    },
};
