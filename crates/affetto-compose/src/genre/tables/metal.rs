//! Metal: distorted guitars, double kick, Phrygian and Aeolian power chords.

use affetto_music::{Meter, Role};

use super::piano;
use crate::genre::band::{any, chorus, verse};
use crate::genre::{
    Band, Drum, Entry, Groove, Instrument, Line, MelodyHints, Palette, Profile, Progressions,
    ScaleHints, Swing, TempoBand, Voicing,
};
use crate::{Genre, Scale};

/// Power chords over a pedal; tempo written from practice.
pub(crate) static PROFILE: Profile = Profile {
    genre: Genre::Metal,
    label: "Metal",
    tempo: TempoBand {
        min: 92.0,
        slow: 120.0,
        typical: 146.0,
        fast: 176.0,
        max: 204.0,
    },
    meters: &[Meter::COMMON],
    swing: Swing::STRAIGHT,
    major: Progressions {
        a: &["I5 bVII5 IV5 I5", "I5 V5 vi5 IV5", "I5 I5 bVI5 bVII5"],
        b: &[
            "vi5 IV5 I5 V5",
            "IV5 V5 vi5 V5 IV5 V5 I5 I5",
            "bVI5 bVII5 I5 I5",
        ],
    },
    minor: Progressions {
        a: &[
            "i5 i5 bII5 i5",
            "| i5 | i5 | i5 bIII5 | bII5 |",
            "i5 bVI5 bVII5 i5",
            "| i5 | i5 | bVI5 | bVII5 bII5 |",
            "i5 bII5 i5 bVII5",
            "| i5 | i5 | bV5 iv5 | bIII5 bII5 |",
        ],
        b: &[
            "bVI5 bVII5 i5 i5 bVI5 bVII5 bIII5 V5",
            "i5 bVI5 bIII5 bVII5",
            "iv5 i5 bVI5 V5",
            "bVI5 bIII5 bVII5 i5 bVI5 bIII5 bII5 bII5",
        ],
    },
    scales: ScaleHints {
        darkest: Scale::Phrygian,
        minor: Scale::Aeolian,
        major: Scale::Mixolydian,
        brightest: Scale::Ionian,
        blue_notes: 0.2,
        pentatonic: 0.25,
    },
    melody: MelodyHints {
        notes_per_beat: (0.7, 2.8),
        syncopation: 0.2,
        stepwise: 0.6,
        repeated: 0.22,
        chromatic: 0.15,
        grid: 4,
        rests: 0.2,
        range: (57, 83),
    },
    band: BAND,
};

/// Who plays and what.
const BAND: Band = Band {
    palette: Palette {
        melody: &[
            Instrument::new("Lead guitar", (29, 97, 60), (0.0, 0.6)),
            Instrument::new("Distorted lead", (30, 88, 60), (-0.4, 0.9)),
            Instrument::new("Clean guitar", (27, 88, 60), (0.0, 0.1)),
        ],
        counter: &[
            Instrument::new("Second lead", (29, 82, 88), (0.0, 0.7)),
            Instrument::new("Strings", (48, 87, 84), (-0.2, 0.3)),
        ],
        chords: &[
            Instrument::new("Distorted guitar", (30, 80, 36), (-0.2, 0.8)),
            Instrument::new("Clean guitar", (27, 55, 40), (0.0, 0.1)),
        ],
        pad: &[
            Instrument::new("Choir", (52, 67, 90), (-0.3, 0.4)),
            Instrument::new("Strings", (48, 68, 90), (0.0, 0.6)),
        ],
        bass: &[Instrument::new("Pick bass", (34, 91, 64), (0.0, 0.6))],
        drums: &[Instrument::new("Power kit", (16, 49, 64), (0.0, 0.6))],
    },
    entries: &[
        Entry::new(Role::Chords, 0.0, -1.0),
        Entry::new(Role::Bass, 0.1, -1.0),
        Entry::new(Role::Drums, 0.2, -0.75),
        Entry {
            role: Role::Pad,
            from: 0.0,
            to: 0.45,
            arousal: -1.0,
        },
        Entry::new(Role::Counter, 0.7, 0.1),
    ],
    grooves: &[
        Groove::new(
            any(0.0, 0.35),
            &[
                (Drum::Kick, &["9... .... ..8. ...."]),
                (Drum::Snare, &[".... .... 8... ...."]),
                (Drum::Ride, &["7... 7... 7... 7..."]),
            ],
        ),
        Groove::new(
            any(0.25, 0.7),
            &[
                (Drum::Kick, &["9.8. .... 9.8. ..8."]),
                (Drum::Snare, &[".... 9... .... 9..."]),
                (Drum::Open, &["6... 6... 6... 6..."]),
            ],
        ),
        Groove::new(
            any(0.5, 1.0),
            &[
                (Drum::Kick, &["9.88 9.88 9.88 9.88"]),
                (Drum::Snare, &[".... 9... .... 9..."]),
                (Drum::Hat, &["7.5. 7.5. 7.5. 7.5."]),
            ],
        ),
        Groove::new(
            any(0.6, 1.0),
            &[
                (Drum::Kick, &["9888 9888 9888 9888"]),
                (Drum::Snare, &[".... 9... .... 9..."]),
                (Drum::Ride, &["8... 8... 8... 8..."]),
            ],
        ),
        Groove::new(
            any(0.78, 1.0),
            &[
                (Drum::Kick, &["9.8. 9.8. 9.8. 9.8."]),
                (Drum::Snare, &["..8. ..8. ..8. ..8."]),
                (Drum::Hat, &["8... 8... 8... 8..."]),
            ],
        ),
        Groove::new(
            chorus(0.4, 1.0),
            &[
                (Drum::Kick, &["9... ..8. 98.. ..8."]),
                (Drum::Snare, &[".... 9... .... 9..."]),
                (Drum::Crash, &["6... 6... 6... 6..."]),
            ],
        ),
    ],
    fills: &[
        &[
            (Drum::Snare, &["8888 .... .... ...."]),
            (Drum::High, &[".... 8888 .... ...."]),
            (Drum::Middle, &[".... .... 8888 ...."]),
            (Drum::Low, &[".... .... .... 8888"]),
            (Drum::Kick, &["9.9. 9.9. 9.9. 9.9."]),
        ],
        &[
            (Drum::Snare, &[".... 9... 8.88 8.88"]),
            (Drum::Kick, &["9888 9888 .8.. .8.."]),
        ],
        &[
            (Drum::Snare, &[".... 9... 8888 8889"]),
            (Drum::Kick, &["9.88 9.88 8888 8888"]),
        ],
    ],
    bass: &[
        Line::new(any(0.0, 0.35), &["R--- ---- R--- ----"]),
        Line::new(any(0.2, 0.8), &["R-R- R-R- R-R- R-R-"]),
        Line::new(any(0.5, 1.0), &["R-RR R-RR R-RR R-RR"]),
        Line::new(any(0.65, 1.0), &["RRRR RRRR RRRR RRRR"]),
    ],
    comping: &[
        Line::new(any(0.0, 0.3), &["1-2- 3-2- 1-2- 3-2-"]),
        Line::new(
            any(0.15, 0.6),
            &["x--- ---- x--- ----", "x--- ---- x-m- m-m-"],
        ),
        Line::new(
            verse(0.35, 1.0),
            &["X-m- m-m- X-m- m-m-", "X-m- m-m- X-m- X-X-"],
        ),
        Line::new(verse(0.5, 1.0), &["Xmmm Xmmm Xmmm Xmmm"]),
        Line::new(any(0.55, 1.0), &["X-mm X-mm X-mm X-mm"]),
        Line::new(any(0.5, 1.0), &["X--m m-X- -mm- X-m-"]),
        Line::new(
            chorus(0.4, 1.0),
            &["X--- ---- X--- ----", "X--- ---- X--- X---"],
        ),
    ],
    left_hand: piano::SONG,
    voicing: Voicing::Power,
    laid_back_ms: 0.0,
};
