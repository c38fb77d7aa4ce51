//! Country: guitars, root–fifth bass, train beat.

use affetto_music::{Meter, Role};

use super::piano;
use crate::genre::band::any;
use crate::genre::{
    Band, Drum, Entry, Groove, Instrument, Line, MelodyHints, Palette, Profile, Progressions,
    ScaleHints, Swing, TempoBand, Voicing,
};
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
            "Iadd9 IVadd9 Iadd9 I IV vi7 V7 V7",
            "| I | IV | I | V7 | I I7 | IV | I V7 | I |",
            "I I6 IVadd9 IV6 V7 V7 Iadd9 I",
            "| I | IV | I V7 | I |",
            "| I | Iadd9 | IV | I | I6 | IV | I V7 | I |",
        ],
        b: &[
            "IV IV I I V V IV V7",
            "IV I V I IV I V7 V7",
            "vi IV I V vi IV V7 V7",
            "| IV | I | V7 | I | IV | I | V7 | V7 |",
        ],
    },
    minor: Progressions {
        a: &[
            "i i bVII bVII bVI bVI bVII bVII",
            "i bVII i i7 iv7 i v7 i",
            "iadd9 iv7 iadd9 bVII",
            "i bIII bVII iv i bIII bVII i",
        ],
        b: &[
            "bVI bIII bVII i bVI bIII bVII bVII",
            "iv iv i i iv iv bVII V7",
            "bIII bVII i i bIII bVII bVI bVII",
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
    band: BAND,
};

/// Who plays and what.
const BAND: Band = Band {
    palette: Palette {
        melody: &[
            Instrument::new("Fiddle", (110, 99, 58), (0.4, 0.7)),
            Instrument::new("Steel guitar", (25, 127, 56), (0.0, 0.35)),
            Instrument::new("Harmonica", (22, 97, 60), (-0.4, 0.3)),
        ],
        counter: &[
            Instrument::new("Banjo", (105, 88, 88), (0.5, 0.8)),
            Instrument::new("Clean guitar", (27, 99, 86), (-0.1, 0.4)),
        ],
        chords: &[Instrument::new("Acoustic guitar", (25, 83, 44), (0.0, 0.5))],
        pad: &[
            Instrument::new("Strings", (49, 57, 80), (0.0, 0.3)),
            Instrument::new("Accordion", (21, 81, 80), (0.5, 0.5)),
        ],
        bass: &[
            Instrument::new("Acoustic bass", (32, 87, 64), (0.0, 0.4)),
            Instrument::new("Electric bass", (33, 88, 64), (0.0, 0.8)),
        ],
        drums: &[
            Instrument::new("Drums", (0, 75, 64), (0.0, 0.7)),
            Instrument::new("Brushes", (40, 65, 64), (0.0, 0.3)),
        ],
    },
    entries: &[
        Entry::new(Role::Chords, 0.0, -1.0),
        Entry::new(Role::Bass, 0.15, -1.0),
        Entry::new(Role::Drums, 0.35, -0.55),
        Entry {
            role: Role::Pad,
            from: 0.3,
            to: 0.62,
            arousal: -1.0,
        },
        Entry::new(Role::Counter, 0.3, -0.8),
    ],
    grooves: &[
        Groove::new(
            any(0.0, 0.4),
            &[
                (Drum::Rim, &[".... 6... .... 6..."]),
                (Drum::Kick, &["7... .... 6... ...."]),
                (Drum::Hat, &["4.3. 4.3. 4.3. 4.3."]),
            ],
        ),
        Groove::new(
            any(0.3, 0.8),
            &[
                (Drum::Snare, &["3142 8243 4142 8243", "3142 8243 4142 8263"]),
                (Drum::Kick, &["9... .... 7... ...."]),
            ],
        ),
        Groove::new(
            any(0.35, 1.0),
            &[
                (Drum::Hat, &["7.4. 6.4. 7.4. 6.4."]),
                (Drum::Snare, &[".... 8... .... 8..."]),
                (Drum::Kick, &["9... .... 8... ..6.", "9... .... 8.6. ...."]),
            ],
        ),
        Groove::new(
            any(0.6, 1.0),
            &[
                (Drum::Snare, &["4253 9354 5253 9374"]),
                (Drum::Kick, &["9... 5... 8... 5..."]),
                (Drum::Pedal, &[".... 5... .... 5..."]),
            ],
        ),
        Groove::new(
            any(0.0, 1.0),
            &[
                (Drum::Kick, &["8... .... ...."]),
                (Drum::Rim, &[".... 5... 6..."]),
                (Drum::Hat, &["5... 5.3. 5.3."]),
            ],
        ),
    ],
    fills: &[
        &[
            (Drum::Snare, &["3142 8243 6567 7889"]),
            (Drum::Kick, &["9... .... 8... 8..."]),
        ],
        &[
            (Drum::Snare, &["3142 8243 88.. ...."]),
            (Drum::High, &[".... .... ..77 ...."]),
            (Drum::Low, &[".... .... .... 88.8"]),
            (Drum::Kick, &["9... .... 8... 8..."]),
        ],
    ],
    bass: &[
        Line::new(any(0.0, 0.4), &["R--- ---- 5--- --s-"]),
        Line::new(
            any(0.15, 1.0),
            &["R--- .... l--- ....", "R--- .... l--- ..s-"],
        ),
        Line::new(
            any(0.3, 1.0),
            &["R--- .... 5--- ....", "R--- .... 5--- s---"],
        ),
        Line::new(
            any(0.6, 1.0),
            &["R--- 3--- 5--- 6---", "R--- 5--- l--- s---"],
        ),
        Line::new(any(0.0, 1.0), &["R--- .... ....", "R--- .... s---"]),
    ],
    comping: &[
        Line::new(any(0.0, 0.35), &["1-2- 3-2- 4-3- 2-3-"]),
        Line::new(any(0.0, 0.4), &["d--- --u- d--- --u-"]),
        Line::new(any(0.2, 0.8), &["b--- d-u- b--- d-u-"]),
        Line::new(any(0.3, 1.0), &[".... d-u. .... d-u."]),
        Line::new(any(0.55, 1.0), &["b-u- d-u- b-u- d-uu"]),
        Line::new(any(0.0, 1.0), &["b--- d--- d-u-"]),
    ],
    left_hand: piano::SONG,
    voicing: Voicing::Triads,
    laid_back_ms: 2.0,
};
