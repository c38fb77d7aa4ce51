//! Ambient: pads and slow arpeggios without a beat, for focus and rest.

use affetto_music::Meter;

use crate::genre::{MelodyHints, Profile, Progressions, ScaleHints, Swing, TempoBand};
use crate::{Genre, Scale};

/// Suspended harmony that goes nowhere in a hurry.
pub(crate) static PROFILE: Profile = Profile {
    genre: Genre::Ambient,
    label: "Ambient",
    tempo: TempoBand {
        min: 48.0,
        slow: 60.0,
        typical: 70.0,
        fast: 82.0,
        max: 100.0,
    },
    meters: &[Meter::COMMON],
    swing: Swing::STRAIGHT,
    major: Progressions {
        a: &[
            "Iadd9 IVmaj7 Iadd9 IVmaj7",
            "Imaj7 Imaj7 IVmaj7 IVmaj7",
            "Iadd9 vi7 IVmaj7 Isus2",
            "Imaj7 iii7 IVmaj7 Isus2",
        ],
        b: &[
            "vi7 IVmaj7 Iadd9 Vsus4",
            "ii7 IVmaj7 Iadd9 Iadd9",
            "IVmaj7 Iadd9 ii7 Vsus4",
            "Imaj7 II Imaj7 IVmaj7",
        ],
    },
    minor: Progressions {
        a: &[
            "iadd9 bVImaj7 iadd9 bVImaj7",
            "i7 iv7 i7 bVImaj7",
            "iadd9 bVII bVImaj7 bVImaj7",
            "iadd9 iadd9 iv7 iv7",
        ],
        b: &[
            "bVImaj7 bIIImaj7 bVII iadd9",
            "iv7 iadd9 bVImaj7 Vsus4",
            "bIIImaj7 bVII iv7 iadd9",
        ],
    },
    scales: ScaleHints {
        darkest: Scale::Aeolian,
        minor: Scale::Aeolian,
        major: Scale::Ionian,
        brightest: Scale::Lydian,
        blue_notes: 0.0,
        pentatonic: 0.55,
    },
    melody: MelodyHints {
        notes_per_beat: (0.25, 1.0),
        syncopation: 0.1,
        stepwise: 0.5,
        repeated: 0.1,
        chromatic: 0.0,
        grid: 2,
        rests: 0.3,
        range: (60, 84),
    },
};
