//! Hip hop: a drum loop, short minor progressions, deep bass.

use affetto_music::Meter;

use crate::genre::{MelodyHints, Profile, Progressions, ScaleHints, Swing, TempoBand};
use crate::{Genre, Scale};

/// Loops of two to four chords.
pub(crate) static PROFILE: Profile = Profile {
    genre: Genre::HipHop,
    label: "Hip hop",
    tempo: TempoBand {
        min: 68.0,
        slow: 90.0,
        typical: 97.0,
        fast: 115.0,
        max: 124.0,
    },
    meters: &[Meter::COMMON],
    swing: Swing {
        ratio: 0.56,
        unit: 16,
    },
    major: Progressions {
        a: &[
            "Imaj7 ii7 Imaj7 ii7",
            "IVmaj7 iii7 ii7 Imaj7",
            "Imaj7 vi7 Imaj7 vi7",
            "Imaj7 IVmaj7 iii7 vi7",
        ],
        b: &[
            "ii7 V7 Imaj7 vi7",
            "IVmaj7 Imaj7 IVmaj7 V",
            "vi7 V IVmaj7 V",
        ],
    },
    minor: Progressions {
        a: &[
            "i7 iv7 i7 iv7",
            "i7 bVImaj7 i7 bVImaj7",
            "i bVI bIII bVII",
            "i7 i7 iv7 v7",
            "i i bII bII",
        ],
        b: &[
            "bVImaj7 v7 i7 i7",
            "iv7 v7 i7 i7",
            "bVI bVII i i",
            "iv7 bVII7 bIIImaj7 V7",
        ],
    },
    scales: ScaleHints {
        darkest: Scale::Phrygian,
        minor: Scale::Aeolian,
        major: Scale::Ionian,
        brightest: Scale::Ionian,
        blue_notes: 0.2,
        pentatonic: 0.6,
    },
    melody: MelodyHints {
        notes_per_beat: (0.5, 2.2),
        syncopation: 0.4,
        stepwise: 0.55,
        repeated: 0.3,
        chromatic: 0.05,
        grid: 4,
        rests: 0.32,
        range: (60, 79),
    },
};
