//! Disco: four on the floor, octave bass, strings.

use affetto_music::Meter;

use crate::genre::{MelodyHints, Profile, Progressions, ScaleHints, Swing, TempoBand};
use crate::{Genre, Scale};

/// Sevenths over a steady kick.
pub(crate) static PROFILE: Profile = Profile {
    genre: Genre::Disco,
    label: "Disco",
    tempo: TempoBand {
        min: 100.0,
        slow: 108.0,
        typical: 120.0,
        fast: 128.0,
        max: 136.0,
    },
    meters: &[Meter::COMMON],
    swing: Swing::STRAIGHT,
    major: Progressions {
        a: &[
            "Imaj7 vi7 ii7 V7",
            "Imaj7 iii7 IVmaj7 V",
            "I vi7 IV V",
            "IVmaj7 iii7 ii7 Imaj7",
        ],
        b: &[
            "IVmaj7 V iii7 vi7 ii7 V7 Imaj7 V7",
            "IV V I vi IV V I I",
            "ii7 V7 iii7 vi7 ii7 V7 Imaj7 Imaj7",
        ],
    },
    minor: Progressions {
        a: &[
            "i7 bVII bVImaj7 V7",
            "i7 iv7 bVII bIIImaj7",
            "i7 i7 iv7 V7",
            "i iv bVII bIII bVI iiø7 V7 i",
        ],
        b: &[
            "bVImaj7 bVII i7 i7 bVImaj7 bVII V7 V7",
            "iv7 bVII bIIImaj7 bVImaj7 iiø7 V7 i7 i7",
            "bVI bVII bIII i bVI bVII i V7",
        ],
    },
    scales: ScaleHints {
        darkest: Scale::Aeolian,
        minor: Scale::Dorian,
        major: Scale::Ionian,
        brightest: Scale::Ionian,
        blue_notes: 0.1,
        pentatonic: 0.35,
    },
    melody: MelodyHints {
        notes_per_beat: (0.8, 2.4),
        syncopation: 0.35,
        stepwise: 0.55,
        repeated: 0.25,
        chromatic: 0.06,
        grid: 4,
        rests: 0.25,
        range: (60, 82),
    },
};
