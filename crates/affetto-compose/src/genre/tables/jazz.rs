//! Jazz: swing ride, walking bass, seventh chords.

use affetto_music::{Meter, Role};

use super::piano;
use crate::genre::band::any;
use crate::genre::{
    Band, Drum, Entry, Groove, Instrument, Line, MelodyHints, Palette, Profile, Progressions,
    ScaleHints, Swing, TempoBand, Voicing,
};
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
    band: BAND,
};

/// Who plays and what.
const BAND: Band = Band {
    palette: Palette {
        melody: &[
            Instrument::new("Tenor saxophone", (66, 87, 58), (0.0, 0.5)),
            Instrument::new("Trumpet", (56, 80, 58), (0.5, 0.8)),
            Instrument::new("Flugelhorn", (60, 92, 58), (-0.2, 0.2)),
            Instrument::new("Vibraphone", (11, 106, 58), (0.5, 0.35)),
        ],
        counter: &[
            Instrument::new("Trombone", (57, 62, 84), (0.0, 0.7)),
            Instrument::new("Alto saxophone", (65, 86, 84), (0.2, 0.5)),
        ],
        chords: &[
            Instrument::new("Piano", (0, 82, 46), (0.1, 0.5)),
            Instrument::new("Jazz guitar", (26, 81, 44), (-0.3, 0.3)),
        ],
        pad: &[Instrument::new("Slow strings", (49, 57, 78), (-0.3, 0.1))],
        bass: &[Instrument::new("Acoustic bass", (32, 87, 64), (0.0, 0.5))],
        drums: &[
            Instrument::new("Jazz drums", (32, 64, 64), (0.0, 0.7)),
            Instrument::new("Brushes", (40, 64, 64), (0.0, 0.25)),
        ],
    },
    entries: &[
        Entry::new(Role::Chords, 0.0, -1.0),
        Entry::new(Role::Bass, 0.1, -1.0),
        Entry::new(Role::Drums, 0.3, -0.8),
        Entry {
            role: Role::Pad,
            from: 0.2,
            to: 0.45,
            arousal: -1.0,
        },
        Entry::new(Role::Counter, 0.75, 0.0),
    ],
    grooves: &[
        Groove::new(
            any(0.0, 0.35),
            &[
                (Drum::Snare, &["4... 5... 4... 5..."]),
                (Drum::Pedal, &[".... 4... .... 4..."]),
            ],
        ),
        Groove::new(
            any(0.15, 0.7),
            &[
                (
                    Drum::Ride,
                    &[
                        "6... 7.4. 6... 7.4.",
                        "6... 7.4. 6... 7...",
                        "6... 7... 6.4. 7.4.",
                        "6... 7... 6... 7.4.",
                    ],
                ),
                (Drum::Pedal, &[".... 6... .... 6..."]),
                (Drum::Snare, &["..g. ..g. ..g. ..g."]),
                (Drum::Kick, &["2... 2... 2... 2..."]),
            ],
        ),
        Groove::new(
            any(0.4, 1.0),
            &[
                (
                    Drum::Ride,
                    &[
                        "7... 8.5. 7... 8.5.",
                        "7... 8.5. 7.5. 8...",
                        "7... 8... 7.5. 8.5.",
                        "7.5. 8... 7... 8.5.",
                    ],
                ),
                (Drum::Pedal, &[".... 7... .... 7..."]),
                (
                    Drum::Snare,
                    &[
                        "..g. ..5. .... ..g.",
                        ".... ..g. ..5. ....",
                        "..g. .... ..g. .5..",
                        "..5. .... ..g. ..5.",
                    ],
                ),
                (Drum::Kick, &["3... 3... 3... 3.5.", "3... 3... 5... 3..."]),
            ],
        ),
        Groove::new(
            any(0.65, 1.0),
            &[
                (
                    Drum::Ride,
                    &[
                        "8... 9.6. 8... 9.6.",
                        "8.6. 9... 8... 9.6.",
                        "8... 9.6. 8.6. 9...",
                        "8... 9... 8... 9.6.",
                    ],
                ),
                (Drum::Pedal, &[".... 7... .... 7..."]),
                (Drum::Snare, &["..5. .... ..6. ..g.", "..g. ..6. .... 6..."]),
                (Drum::Kick, &["4... ..6. 4... ....", "4... .... 4.6. ...."]),
            ],
        ),
        Groove::new(
            any(0.0, 1.0),
            &[
                (Drum::Ride, &["6... 6.4. 6.4."]),
                (Drum::Pedal, &[".... 6... ...."]),
                (Drum::Kick, &["5... .... ...."]),
                (Drum::Snare, &[".... ..g. ..g."]),
            ],
        ),
    ],
    fills: &[
        &[
            (Drum::Ride, &["7... 8.5. .... ...."]),
            (Drum::Snare, &[".... .... 765. 876."]),
            (Drum::Kick, &["3... 3... .... ..7."]),
        ],
        &[
            (Drum::Ride, &["7... 8.5. 7... ...."]),
            (Drum::Snare, &[".... .... ..6. 7..."]),
            (Drum::Low, &[".... .... .... ..7."]),
            (Drum::Pedal, &[".... 6... .... 6..."]),
        ],
        &[
            (Drum::Snare, &[".... 5... 5.6. ...."]),
            (Drum::High, &[".... .... .... 76.."]),
            (Drum::Low, &[".... .... .... ..7."]),
            (Drum::Pedal, &[".... 6... .... 6..."]),
        ],
    ],
    bass: &[
        Line::new(
            any(0.0, 0.4),
            &["R--- ---- 5--- --a-", "R--- ---- 3--- a---"],
        ),
        Line::new(
            any(0.25, 1.0),
            &[
                "w--- w--- w--- w---",
                "w--- w-w- w--- w---",
                "w--- w--- w--- w-w-",
                "w-w- w--- w--- w---",
            ],
        ),
        Line::new(
            any(0.4, 1.0),
            &["w--- w--- w--- w-a-", "w--- w--- w--- w---"],
        ),
        Line::new(any(0.0, 0.45), &["R--- ---- a---"]),
        Line::new(any(0.3, 1.0), &["w--- w--- w---"]),
    ],
    comping: &[
        Line::new(
            any(0.0, 0.35),
            &["x--- ---- ---- ----", "x--- ---- --x- ----"],
        ),
        Line::new(
            any(0.15, 1.0),
            &["x--- ..x- .... ....", "..x- .... ..x- ...."],
        ),
        Line::new(
            any(0.3, 1.0),
            &[
                "x-.. ..x. .... ..x.",
                ".... x-.. ..x. ....",
                "..x. .... x--- ..x.",
                ".... ..x. x... ....",
            ],
        ),
        Line::new(
            any(0.5, 1.0),
            &[
                "..x. .... ..x- ....",
                "x-.. ..x. ..x. ....",
                ".... ..x. ..x- --..",
            ],
        ),
        Line::new(any(0.0, 1.0), &["x--- ..x- ....", ".... x--- ..x-"]),
    ],
    left_hand: piano::STRIDE,
    voicing: Voicing::Rootless,
    laid_back_ms: 8.0,
};
