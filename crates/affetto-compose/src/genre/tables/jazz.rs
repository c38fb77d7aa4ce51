//! Jazz: swing ride, walking bass, seventh chords.

use affetto_music::Meter;

use crate::genre::{MelodyHints, Profile, Progressions, ScaleHints, Swing, TempoBand};
use crate::{Genre, Scale};

/// ii–V–I in all its clothes.
pub(crate) static PROFILE: Profile = Profile {
    genre: Genre::Jazz,
    label: "Jazz",
    tempo: TempoBand {
        min: 58.0,
        slow: 95.0,
        typical: 115.0,
        fast: 140.0,
        max: 210.0,
    },
    meters: &[
        Meter::COMMON,
        Meter {
            numerator: 3,
            denominator: 4,
        },
    ],
    swing: Swing {
        ratio: 0.63,
        unit: 8,
    },
    major: Progressions {
        a: &[
            "| Imaj7 VI7 | ii7 V7 | iii7 VI7 | ii7 V7 | Imaj7 I7 | IVmaj7 #iv°7 | iii7 VI7 | ii7 V7 |",
            "ii7 V7 Imaj7 VI7 ii7 V7 Imaj7 Imaj7",
            "| Imaj7 | vi7 | ii7 | V7 | iii7 | VI7 | ii7 V7 | I6 |",
            "| Imaj7 | Imaj7 | iv7 | bVII7 | Imaj7 | VI7 | ii7 | V7 |",
            "vi7 ii7 V7 Imaj7 IVmaj7 ii7 V7 I6",
        ],
        b: &[
            "III7 III7 VI7 VI7 II7 II7 V7 V7",
            "v7 I7 IVmaj7 IVmaj7 iv7 bVII7 iii7 VI7",
            "IVmaj7 iv6 iii7 biii°7 ii7 V7 Imaj7 V7",
        ],
    },
    minor: Progressions {
        a: &[
            "i6 iiø7 V7 i6 iv7 i6 iiø7 V7",
            "iv7 bVII7 bIIImaj7 bVImaj7 iiø7 V7 i6 i6",
            "| i6 | iiø7 V7 | i6 | iiø7 V7 | iv7 | i6 | bVI7 V7 | i6 |",
            "i7 i7 iv7 iv7 iiø7 V7 i6 V7",
        ],
        b: &[
            "iv7 bVII7 bIIImaj7 bIIImaj7 iiø7 V7 i6 i6",
            "bVImaj7 bVImaj7 bIIImaj7 bIIImaj7 iiø7 iiø7 V7 V7",
            "iv7 iv7 i6 i6 bVI7 bVI7 V7 V7",
        ],
    },
    scales: ScaleHints {
        darkest: Scale::Aeolian,
        minor: Scale::Dorian,
        major: Scale::Ionian,
        brightest: Scale::Lydian,
        blue_notes: 0.3,
        pentatonic: 0.1,
    },
    melody: MelodyHints {
        notes_per_beat: (0.8, 2.4),
        syncopation: 0.4,
        stepwise: 0.55,
        repeated: 0.1,
        chromatic: 0.3,
        grid: 2,
        rests: 0.25,
        range: (58, 82),
    },
};
