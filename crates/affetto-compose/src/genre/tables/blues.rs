//! Blues: shuffle, twelve bars, dominant sevenths, blue notes.

use affetto_music::{Meter, Role};

use super::piano;
use crate::genre::band::{any, verse};
use crate::genre::{
    Band, Drum, Entry, Groove, Instrument, Line, MelodyHints, Palette, Profile, Progressions,
    ScaleHints, Swing, TempoBand, Voicing,
};
use crate::{Genre, Scale};

/// Twelve bars of dominant sevenths; tempo written from practice.
pub(crate) static PROFILE: Profile = Profile {
    genre: Genre::Blues,
    label: "Blues",
    tempo: TempoBand {
        min: 60.0,
        slow: 76.0,
        typical: 94.0,
        fast: 112.0,
        max: 132.0,
    },
    meters: &[Meter::COMMON],
    swing: Swing {
        ratio: 0.66,
        unit: 8,
    },
    major: Progressions {
        a: &[
            "I7 IV7 I7 I7 IV7 IV7 I7 I7 V7 IV7 I7 V7",
            "I7 I7 I7 I7 IV7 IV7 I7 I7 V7 IV7 I7 V7",
            "| I7 | IV7 | I7 | I7 | IV7 | #iv°7 | I7 | VI7 | ii7 | V7 | I7 VI7 | ii7 V7 |",
        ],
        b: &[
            "IV7 IV7 I7 I7 IV7 IV7 V7 V7",
            "| IV7 | #iv°7 | I7 | VI7 | II7 | II7 | V7 | V7 |",
        ],
    },
    minor: Progressions {
        a: &[
            "i7 iv7 i7 i7 iv7 iv7 i7 i7 bVI7 V7 i7 V7",
            "i7 i7 i7 i7 iv7 iv7 i7 i7 V7 iv7 i7 V7",
        ],
        b: &[
            "iv7 iv7 i7 i7 bVI7 bVI7 V7 V7",
            "iv7 i7 iv7 i7 iv7 i7 bVI7 V7",
        ],
    },
    scales: ScaleHints {
        darkest: Scale::Aeolian,
        minor: Scale::Dorian,
        major: Scale::Mixolydian,
        brightest: Scale::Mixolydian,
        blue_notes: 0.8,
        pentatonic: 0.7,
    },
    melody: MelodyHints {
        notes_per_beat: (0.7, 2.0),
        syncopation: 0.35,
        stepwise: 0.55,
        repeated: 0.2,
        chromatic: 0.25,
        grid: 2,
        rests: 0.3,
        range: (57, 79),
    },
    band: BAND,
};

/// Who plays and what.
const BAND: Band = Band {
    palette: Palette {
        melody: &[
            Instrument::new("Harmonica", (22, 97, 60), (-0.2, 0.5)),
            Instrument::new("Overdriven guitar", (29, 97, 58), (0.0, 0.8)),
            Instrument::new("Alto saxophone", (65, 83, 60), (0.2, 0.35)),
        ],
        counter: &[
            Instrument::new("Clean guitar", (27, 99, 84), (0.0, 0.5)),
            Instrument::new("Tenor saxophone", (66, 82, 84), (0.0, 0.4)),
        ],
        chords: &[
            Instrument::new("Jazz guitar", (26, 86, 46), (0.0, 0.5)),
            Instrument::new("Piano", (0, 87, 44), (0.2, 0.6)),
        ],
        pad: &[Instrument::new("Drawbar organ", (16, 88, 82), (0.0, 0.5))],
        bass: &[
            Instrument::new("Electric bass", (33, 88, 64), (0.0, 0.6)),
            Instrument::new("Acoustic bass", (32, 87, 64), (0.0, 0.3)),
        ],
        drums: &[
            Instrument::new("Drums", (0, 75, 64), (0.0, 0.6)),
            Instrument::new("Brushes", (40, 65, 64), (0.0, 0.15)),
        ],
    },
    entries: &[
        Entry::new(Role::Bass, 0.12, -1.0),
        Entry::new(Role::Chords, 0.0, -1.0),
        Entry::new(Role::Drums, 0.3, -0.75),
        Entry::new(Role::Pad, 0.5, -1.0),
        Entry::new(Role::Counter, 0.75, -0.2),
    ],
    grooves: &[
        Groove::new(
            any(0.0, 0.3),
            &[
                (Drum::Hat, &["5... 5.3. 5... 5.3."]),
                (Drum::Rim, &[".... 6... .... 6..."]),
                (Drum::Kick, &["6... .... 5... ...."]),
            ],
        ),
        Groove::new(
            any(0.15, 0.5),
            &[
                (Drum::Hat, &["753. 753. 753. 753."]),
                (Drum::Rim, &[".... 7... .... 7..."]),
                (Drum::Kick, &["8... .... 7... ..5."]),
            ],
        ),
        Groove::new(
            verse(0.35, 0.85),
            &[
                (Drum::Hat, &["7.5. 7.4. 7.5. 7.4."]),
                (Drum::Snare, &["..g. 8..g ..g. 8.g."]),
                (Drum::Kick, &["8... ..6. 8... ....", "8... ..6. 8... ..5."]),
            ],
        ),
        Groove::new(
            any(0.4, 1.0),
            &[
                (Drum::Ride, &["7.5. 7.5. 7.5. 7.5."]),
                (Drum::Snare, &["..g. 8.g. ..g. 8.g."]),
                (Drum::Kick, &["9... 5... 8... 5.5."]),
                (Drum::Pedal, &[".... 4... .... 4..."]),
            ],
        ),
        Groove::new(
            any(0.65, 1.0),
            &[
                (Drum::Hat, &["8.6. 8.6. 8.6. 8.6."]),
                (Drum::Snare, &["3.4. 9.4. 3.4. 9.4."]),
                (Drum::Kick, &["9... 7... 9... 7.6."]),
            ],
        ),
    ],
    fills: &[
        &[
            (Drum::Snare, &["8.5. 8.5. 876. 876."]),
            (Drum::Kick, &["9... 8... 8... 8..."]),
        ],
        &[
            (Drum::Snare, &["8... 8.6. 87.. ...."]),
            (Drum::High, &[".... .... ..7. ...."]),
            (Drum::Low, &[".... .... .... 887."]),
            (Drum::Kick, &["9... 8... 8... 8..."]),
        ],
        &[
            (Drum::Snare, &["..g. 8... ..g. 8.78"]),
            (Drum::Kick, &["8... .... 8... ..8."]),
            (Drum::Hat, &["7.5. 7.5. 7.5. ...."]),
        ],
    ],
    bass: &[
        Line::new(any(0.0, 0.35), &["R--- ---- 5--- --a-"]),
        Line::new(any(0.15, 0.7), &["w--- w--- w--- w---"]),
        Line::new(
            any(0.35, 1.0),
            &["R-R- 3-3- 5-5- 6-6-", "8-8- 6-6- 5-5- 3-3-"],
        ),
        Line::new(any(0.5, 1.0), &["R-.R 3-.3 5-.6 5-3-"]),
    ],
    comping: &[
        Line::new(
            any(0.0, 0.35),
            &["x--- ---- ---- ----", "x--- ---- ..x- ----"],
        ),
        Line::new(
            any(0.1, 0.6),
            &["x--- ..x- .... ..x-", "..x- .... x--- ..x-"],
        ),
        Line::new(any(0.35, 1.0), &["p-p- q-q- p-p- q-q-"]),
        Line::new(any(0.5, 1.0), &["..x. x-.. ..x. x-.."]),
    ],
    left_hand: piano::BOOGIE,
    voicing: Voicing::Triads,
    laid_back_ms: 6.0,
};
