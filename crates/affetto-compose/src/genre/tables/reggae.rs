//! Reggae: one-drop drums, offbeat skank, melodic bass.

use affetto_music::{Meter, Role};

use super::piano;
use crate::genre::band::any;
use crate::genre::{
    Band, Drum, Entry, Groove, Instrument, Line, MelodyHints, Palette, Profile, Progressions,
    ScaleHints, Swing, TempoBand, Voicing,
};
use crate::{Genre, Scale};

/// Few chords, much space; tempo written from practice (the felt half of 130–170).
pub(crate) static PROFILE: Profile = Profile {
    genre: Genre::Reggae,
    label: "Reggae",
    tempo: TempoBand {
        min: 60.0,
        slow: 68.0,
        typical: 75.0,
        fast: 82.0,
        max: 92.0,
    },
    meters: &[Meter::COMMON],
    swing: Swing {
        ratio: 0.56,
        unit: 16,
    },
    major: Progressions {
        a: &[
            "I IV I IV",
            "I V vi IV",
            "I ii I ii",
            "I IV V IV",
            "| I | I | IV V | I |",
        ],
        b: &[
            "IV I IV V",
            "vi IV I V",
            "ii IV I I ii IV V V",
            "IV V I vi IV V I I",
        ],
    },
    minor: Progressions {
        a: &[
            "i bVII i bVII",
            "i iv i iv",
            "i7 iv7 i7 v7",
            "i bVI bVII i",
            "i iv bVII bIII",
        ],
        b: &[
            "bVI bVII i i",
            "iv i iv V",
            "bIII bVII i i bIII bVII V V",
            "iv7 v7 i7 i7",
        ],
    },
    scales: ScaleHints {
        darkest: Scale::Aeolian,
        minor: Scale::Dorian,
        major: Scale::Ionian,
        brightest: Scale::Ionian,
        blue_notes: 0.1,
        pentatonic: 0.5,
    },
    melody: MelodyHints {
        notes_per_beat: (0.8, 2.4),
        syncopation: 0.35,
        stepwise: 0.6,
        repeated: 0.28,
        chromatic: 0.03,
        grid: 4,
        rests: 0.3,
        range: (58, 79),
    },
    band: BAND,
};

/// Who plays and what.
const BAND: Band = Band {
    palette: Palette {
        melody: &[
            Instrument::new("Melodica", (22, 97, 60), (-0.2, 0.4)),
            Instrument::new("Trombone", (57, 65, 58), (0.2, 0.7)),
            Instrument::new("Steel drums", (114, 120, 60), (0.7, 0.5)),
            Instrument::new("Alto saxophone", (65, 83, 60), (0.0, 0.2)),
        ],
        counter: &[
            Instrument::new("Muted guitar", (28, 111, 90), (0.0, 0.5)),
            Instrument::new("Brass section", (61, 73, 84), (0.3, 0.8)),
        ],
        chords: &[
            Instrument::new("Clean guitar", (27, 75, 40), (0.0, 0.5)),
            Instrument::new("Piano", (0, 90, 42), (0.2, 0.3)),
        ],
        pad: &[Instrument::new("Organ bubble", (16, 88, 84), (0.0, 0.5))],
        bass: &[Instrument::new("Electric bass", (33, 104, 64), (0.0, 0.5))],
        drums: &[Instrument::new("Drums", (0, 84, 64), (0.0, 0.5))],
    },
    entries: &[
        Entry::new(Role::Chords, 0.0, -1.0),
        Entry::new(Role::Bass, 0.0, -1.0),
        Entry::new(Role::Drums, 0.25, -0.8),
        Entry::new(Role::Pad, 0.45, -1.0),
        Entry::new(Role::Counter, 0.72, -0.2),
    ],
    grooves: &[
        Groove::new(
            any(0.0, 0.4),
            &[
                (Drum::Rim, &[".... .... 7... ...."]),
                (Drum::Kick, &[".... .... 7... ...."]),
                (Drum::Hat, &["5.4. 5.4. 5.4. 5.4."]),
            ],
        ),
        Groove::new(
            any(0.2, 0.85),
            &[
                (Drum::Kick, &[".... .... 9... ...."]),
                (Drum::Rim, &[".... .... 8... ....", ".... ..g. 8... ...g"]),
                (Drum::Hat, &["7.5. 7.53 7.5. 7.5.", "7.5. 7.5. 7.5. 7.54"]),
            ],
        ),
        Groove::new(
            any(0.4, 1.0),
            &[
                (Drum::Kick, &["7... .... 9... ...."]),
                (Drum::Snare, &[".... .... 8... ...g"]),
                (Drum::Hat, &["7.5. 7.53 7.5. 7..."]),
                (Drum::Open, &[".... .... .... ..5."]),
            ],
        ),
        Groove::new(
            any(0.6, 1.0),
            &[
                (Drum::Kick, &["9... 8... 9... 8..."]),
                (Drum::Rim, &[".... .... 8..5 ....", "..5. .5.. 8... ..5."]),
                (Drum::Hat, &["7.6. 7.6. 7.6. 7.65"]),
            ],
        ),
    ],
    fills: &[
        &[
            (Drum::Rim, &["..6. .6.. 7..6 ...."]),
            (Drum::High, &[".... .... .... 78.."]),
            (Drum::Low, &[".... .... .... ..88"]),
        ],
        &[
            (Drum::Snare, &[".... .... 8.78 .88."]),
            (Drum::Kick, &[".... .... 9... ...9"]),
            (Drum::Hat, &["7.5. 7.5. .... ...."]),
        ],
        &[
            (Drum::Snare, &[".... .... .... 8788"]),
            (Drum::Kick, &[".... .... 9... ...."]),
            (Drum::Hat, &["7.5. 7.5. 7.5. ...."]),
        ],
    ],
    bass: &[
        Line::new(
            any(0.0, 0.5),
            &["R--- ---- 5--- 3---", "R--- ---- ..l- R---"],
        ),
        Line::new(
            any(0.15, 1.0),
            &["..R- R-3- 5--- ....", "..R- R-5- 3--- l---"],
        ),
        Line::new(
            any(0.3, 1.0),
            &["R--R ..3- 5--- ..R.", "R--R ..5- 6-5- 3-.."],
        ),
        Line::new(
            any(0.5, 1.0),
            &[".... R.R. 3-5- ..8.", "R-.. R.R. 5-3- l-.."],
        ),
    ],
    comping: &[
        Line::new(any(0.0, 1.0), &["..x. ..x. ..x. ..x."]),
        Line::new(
            any(0.3, 1.0),
            &["..X. ..x. ..X. ..xx", "..X. ..x. ..X. ..x."],
        ),
        Line::new(any(0.5, 1.0), &["..xx ..x. ..xx ..x."]),
    ],
    left_hand: piano::SKANK,
    voicing: Voicing::Triads,
    laid_back_ms: 8.0,
};
