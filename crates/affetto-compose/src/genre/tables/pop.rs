//! Pop: straight eighths, four-chord progressions.

use affetto_music::Meter;

use crate::genre::{MelodyHints, Profile, Progressions, ScaleHints, Swing, TempoBand};
use crate::{Genre, Scale};

/// Four chords, verse and chorus.
pub(crate) static PROFILE: Profile = Profile {
    genre: Genre::Pop,
    label: "Pop",
    tempo: TempoBand {
        min: 66.0,
        slow: 99.0,
        typical: 118.0,
        fast: 124.0,
        max: 140.0,
    },
    meters: &[Meter::COMMON],
    swing: Swing::STRAIGHT,
    major: Progressions {
        a: &[
            "I V vi IV",
            "I vi IV V",
            "I V/7 vi I/5 IV I/3 ii V",
            "vi IV I V",
            "Iadd9 IV vi V",
            "I iii IV V",
        ],
        b: &[
            "IV V vi I/3 IV V I I",
            "IV I V vi",
            "vi V IV V",
            "IV V iii vi ii V I I",
            "IV iv I I IV iv Vsus4 V",
        ],
    },
    minor: Progressions {
        a: &[
            "i bVI bIII bVII",
            "i bVII bVI bVII",
            "i iv bVI V",
            "i v bVI iv",
            "i bIII bVII iv",
        ],
        b: &[
            "bVI bVII i i bVI bVII bIII V",
            "bIII bVII i bVI",
            "iv bVII bIII bVI iiø7 V i i",
            "bVI bIII bVII i",
        ],
    },
    scales: ScaleHints {
        darkest: Scale::Aeolian,
        minor: Scale::Aeolian,
        major: Scale::Ionian,
        brightest: Scale::Lydian,
        blue_notes: 0.05,
        pentatonic: 0.4,
    },
    melody: MelodyHints {
        notes_per_beat: (0.8, 2.3),
        syncopation: 0.28,
        stepwise: 0.62,
        repeated: 0.28,
        chromatic: 0.03,
        grid: 4,
        rests: 0.2,
        range: (58, 80),
    },
};
