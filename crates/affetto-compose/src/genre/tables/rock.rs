//! Rock: straight eighths, power chords.

use affetto_music::{Meter, Role};

use super::piano;
use crate::genre::band::{any, chorus, verse};
use crate::genre::{
    Band, Drum, Entry, Groove, Instrument, Line, MelodyHints, Palette, Profile, Progressions,
    ScaleHints, Swing, TempoBand, Voicing,
};
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
            "I IV I V",
            "I V vi IV",
            "I I IV I",
            "I5 I5 IV5 V5",
            "I Vsus4 IV I",
        ],
        b: &[
            "IV V I I IV V I I",
            "vi IV I V",
            "IV I IV V",
            "IV I V V IV I V V7",
        ],
    },
    minor: Progressions {
        a: &[
            "i bVII bVI bVII",
            "i bVI i bVII",
            "i5 i5 iv5 i5",
            "i bIII bVII i",
            "i i bVI bVII",
        ],
        b: &[
            "bVI bVII i i bVI bVII i i",
            "bIII bVII i i",
            "iv i iv bVII",
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
    band: BAND,
};

/// Who plays and what.
const BAND: Band = Band {
    palette: Palette {
        melody: &[
            Instrument::new("Lead guitar", (29, 97, 60), (0.0, 0.7)),
            Instrument::new("Clean guitar", (27, 88, 60), (0.0, 0.2)),
            Instrument::new("Rock organ", (18, 103, 60), (0.4, 0.6)),
        ],
        counter: &[
            Instrument::new("Second guitar", (27, 104, 90), (0.0, 0.5)),
            Instrument::new("Organ", (18, 89, 86), (0.2, 0.7)),
        ],
        chords: &[
            Instrument::new("Overdriven guitar", (29, 78, 38), (0.0, 0.8)),
            Instrument::new("Acoustic guitar", (25, 76, 40), (0.2, 0.2)),
            Instrument::new("Clean guitar", (27, 57, 40), (-0.2, 0.35)),
        ],
        pad: &[
            Instrument::new("Rock organ", (18, 65, 84), (0.0, 0.5)),
            Instrument::new("Strings", (48, 68, 84), (-0.1, 0.1)),
        ],
        bass: &[
            Instrument::new("Pick bass", (34, 91, 64), (0.0, 0.8)),
            Instrument::new("Electric bass", (33, 88, 64), (0.0, 0.3)),
        ],
        drums: &[
            Instrument::new("Rock drums", (16, 62, 64), (0.0, 0.8)),
            Instrument::new("Drums", (8, 62, 64), (0.0, 0.3)),
        ],
    },
    entries: &[
        Entry::new(Role::Chords, 0.0, -1.0),
        Entry::new(Role::Bass, 0.12, -1.0),
        Entry::new(Role::Drums, 0.3, -0.55),
        Entry {
            role: Role::Pad,
            from: 0.1,
            to: 0.4,
            arousal: -1.0,
        },
        Entry::new(Role::Pad, 0.75, -1.0),
        Entry::new(Role::Counter, 0.6, 0.0),
    ],
    grooves: &[
        Groove::new(
            any(0.0, 0.35),
            &[
                (Drum::Kick, &["8... .... ..6. ...."]),
                (Drum::Rim, &[".... .... 7... ...."]),
                (Drum::Hat, &["6.4. 6.4. 6.4. 6.4."]),
            ],
        ),
        Groove::new(
            any(0.2, 0.6),
            &[
                (Drum::Kick, &["9... ..6. 8... ...."]),
                (Drum::Snare, &[".... 8... .... 8..."]),
                (Drum::Hat, &["7.5. 7.5. 7.5. 7.5."]),
            ],
        ),
        Groove::new(
            any(0.4, 1.0),
            &[
                (Drum::Kick, &["9.6. .... 8.7. ....", "9.6. ..6. 8.7. ...."]),
                (Drum::Snare, &[".... 9... .... 9..g"]),
                (Drum::Hat, &["8.6. 8.6. 8.6. 8.6."]),
            ],
        ),
        Groove::new(
            verse(0.5, 1.0),
            &[
                (Drum::Kick, &["9... ..8. .68. ....", "9... ..8. .68. ..7."]),
                (Drum::Snare, &[".... 9..g .g.. 9..."]),
                (Drum::Hat, &["8.6. 8.6. 8.6. 8.6."]),
            ],
        ),
        Groove::new(
            chorus(0.45, 1.0),
            &[
                (Drum::Kick, &["9... ..7. 8.7. ...."]),
                (Drum::Snare, &[".... 9... .... 9..."]),
                (Drum::Ride, &["8.6. 8.6. 8.6. 8.6."]),
            ],
        ),
        Groove::new(
            chorus(0.65, 1.0),
            &[
                (Drum::Kick, &["9.7. ..7. 9.7. ..7."]),
                (Drum::Snare, &[".... 9... .... 9..."]),
                (Drum::Open, &["7... 7... 7... 7..."]),
            ],
        ),
        Groove::new(
            any(0.82, 1.0),
            &[
                (Drum::Kick, &["9.7. .... 9.7. ...."]),
                (Drum::Snare, &[".... 9..7 .7.. 9..."]),
                (Drum::Crash, &["6... 6... 6... 6..."]),
            ],
        ),
    ],
    fills: &[
        &[
            (Drum::Snare, &[".... 9... 8877 ...."]),
            (Drum::High, &[".... .... .... 88.."]),
            (Drum::Low, &[".... .... .... ..88"]),
            (Drum::Kick, &["9... ..7. 8... 8..."]),
        ],
        &[
            (Drum::Snare, &[".... 9... .... 8.88"]),
            (Drum::Low, &[".... .... .... .8.."]),
            (Drum::Kick, &["9... ..7. 8.7. ...."]),
            (Drum::Hat, &["8.6. 8.6. 8.6. ...."]),
        ],
        &[
            (Drum::Snare, &["8.88 .... .... ...."]),
            (Drum::High, &[".... 8.88 .... ...."]),
            (Drum::Middle, &[".... .... 8.88 ...."]),
            (Drum::Low, &[".... .... .... 8.88"]),
            (Drum::Kick, &[".8.. .8.. .8.. .8.."]),
        ],
    ],
    bass: &[
        Line::new(
            any(0.0, 0.35),
            &["R--- ---- R--- ----", "R--- ---- R--- 5---"],
        ),
        Line::new(any(0.2, 0.7), &["R-R- --R- R-R- --5-"]),
        Line::new(
            any(0.35, 1.0),
            &["R-R- R-R- R-R- R-R-", "R-R- R-R- R-R- R-s-"],
        ),
        Line::new(any(0.5, 1.0), &["R-R- R-R- R-R- R-R-"]),
        Line::new(any(0.75, 1.0), &["RRR- RRR- RRR- R-5-"]),
    ],
    comping: &[
        Line::new(any(0.0, 0.35), &["1-2- 3-2- 4-2- 3-2-"]),
        Line::new(any(0.1, 0.5), &["d--- d-u- --u- d-u-"]),
        Line::new(
            verse(0.35, 1.0),
            &["m-m- m-m- m-m- m-m-", "m-m- m-m- m-X- --m-"],
        ),
        Line::new(
            any(0.4, 1.0),
            &["X--- --X- X--- ----", "X--- --X- --X- X---"],
        ),
        Line::new(chorus(0.4, 1.0), &["X-x- X-x- X-x- X-x-"]),
        Line::new(any(0.65, 1.0), &["X-.X ..X- X-.X X-X-"]),
    ],
    left_hand: piano::SONG,
    voicing: Voicing::Power,
    laid_back_ms: 1.0,
};
