//! Rock: straight eighths, power chords.

use affetto_music::Meter;

use crate::genre::{MelodyHints, Profile, Progressions, ScaleHints, Swing, TempoBand};
use crate::{Genre, Scale};

/// Guitars first.
pub(crate) static PROFILE: Profile = Profile {
    genre: Genre::Rock,
    label: "Rock",
    tempo: TempoBand {
        min: 70.0,
        slow: 100.0,
        typical: 120.0,
        fast: 144.0,
        max: 176.0,
    },
    meters: &[Meter::COMMON],
    swing: Swing::STRAIGHT,
    major: Progressions {
        a: &[
            "I bVII IV I",
            "I IV V IV",
            "I V vi IV",
            "I I IV V",
            "I5 bIII5 IV5 I5",
            "I Vsus4 IV I",
        ],
        b: &[
            "IV V I vi IV V I I",
            "vi IV I V",
            "bVI bVII I I",
            "IV I V V IV I V V7",
        ],
    },
    minor: Progressions {
        a: &[
            "i bVII bVI bVII",
            "i bVI bIII bVII",
            "i5 bIII5 iv5 i5",
            "i bIII bVII IV",
            "i i bVI bVII",
        ],
        b: &[
            "bVI bVII i i bVI bVII V V",
            "bIII bVII iv i",
            "iv bVI i bVII",
            "bVI bIII bVII i",
        ],
    },
    scales: ScaleHints {
        darkest: Scale::Phrygian,
        minor: Scale::Aeolian,
        major: Scale::Ionian,
        brightest: Scale::Ionian,
        blue_notes: 0.25,
        pentatonic: 0.6,
    },
    melody: MelodyHints {
        notes_per_beat: (0.7, 2.2),
        syncopation: 0.25,
        stepwise: 0.58,
        repeated: 0.28,
        chromatic: 0.05,
        grid: 4,
        rests: 0.22,
        range: (57, 81),
    },
};
