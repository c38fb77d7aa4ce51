//! Country: guitars, root–fifth bass, train beat.

use affetto_music::Meter;

use crate::genre::{MelodyHints, Profile, Progressions, ScaleHints, Swing, TempoBand};
use crate::{Genre, Scale};

/// Three chords and the truth.
pub(crate) static PROFILE: Profile = Profile {
    genre: Genre::Country,
    label: "Country",
    tempo: TempoBand {
        min: 70.0,
        slow: 92.0,
        typical: 120.0,
        fast: 140.0,
        max: 168.0,
    },
    meters: &[
        Meter::COMMON,
        Meter {
            numerator: 3,
            denominator: 4,
        },
    ],
    swing: Swing {
        ratio: 0.53,
        unit: 8,
    },
    major: Progressions {
        a: &[
            "I I IV I I I V V",
            "I IV I V I IV V I",
            "I I IV IV V V I I",
            "I V vi IV I V IV I",
            "I IV V I",
        ],
        b: &[
            "IV IV I I II7 II7 V V7",
            "IV I V I IV I V V7",
            "vi IV I V vi IV V V7",
            "IV V I vi IV V I I7",
        ],
    },
    minor: Progressions {
        a: &[
            "i i bVII bVII bVI bVI V V",
            "i bVII i i iv i V i",
            "i iv i V",
            "i bIII bVII iv i bIII bVII i",
        ],
        b: &[
            "bVI bIII bVII i bVI bIII V V",
            "iv iv i i iv iv V V7",
            "bIII bVII i i bIII bVII V V",
        ],
    },
    scales: ScaleHints {
        darkest: Scale::Aeolian,
        minor: Scale::Dorian,
        major: Scale::Ionian,
        brightest: Scale::Ionian,
        blue_notes: 0.15,
        pentatonic: 0.6,
    },
    melody: MelodyHints {
        notes_per_beat: (0.7, 1.9),
        syncopation: 0.12,
        stepwise: 0.6,
        repeated: 0.22,
        chromatic: 0.06,
        grid: 2,
        rests: 0.22,
        range: (58, 79),
    },
};
