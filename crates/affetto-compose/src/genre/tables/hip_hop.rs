//! Hip hop: a drum loop, short minor progressions, deep bass.

use affetto_music::{Meter, Role};

use super::piano;
use crate::genre::band::any;
use crate::genre::{
    Band, Drum, Entry, Groove, Instrument, Line, MelodyHints, Palette, Profile, Progressions,
    ScaleHints, Swing, TempoBand, Voicing,
};
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
    band: BAND,
};

/// Who plays and what.
const BAND: Band = Band {
    palette: Palette {
        melody: &[
            Instrument::new("Synth lead", (80, 73, 60), (-0.3, 0.8)),
            Instrument::new("Flute", (73, 84, 60), (-0.2, 0.3)),
            Instrument::new("Vibraphone", (11, 106, 60), (0.4, 0.4)),
            Instrument::new("Muted trumpet", (59, 74, 58), (0.0, 0.5)),
        ],
        counter: &[
            Instrument::new("Bells", (14, 108, 86), (-0.5, 0.6)),
            Instrument::new("Pizzicato strings", (45, 110, 84), (0.0, 0.6)),
        ],
        chords: &[
            Instrument::new("Electric piano", (4, 71, 50), (0.2, 0.4)),
            Instrument::new("Piano", (0, 85, 50), (-0.5, 0.7)),
        ],
        pad: &[
            Instrument::new("Warm pad", (89, 91, 74), (0.0, 0.3)),
            Instrument::new("Synth strings", (50, 54, 76), (-0.4, 0.7)),
        ],
        bass: &[
            Instrument::new("Synth bass", (38, 127, 64), (0.0, 0.6)),
            Instrument::new("Deep bass", (39, 73, 64), (-0.4, 0.8)),
            Instrument::new("Electric bass", (33, 101, 64), (0.4, 0.3)),
        ],
        drums: &[
            Instrument::new("TR-808", (25, 45, 64), (-0.3, 0.7)),
            Instrument::new("Drums", (8, 72, 64), (0.3, 0.4)),
        ],
    },
    entries: &[
        Entry::new(Role::Chords, 0.0, -1.0),
        Entry::new(Role::Drums, 0.12, -0.85),
        Entry::new(Role::Bass, 0.2, -1.0),
        Entry::new(Role::Pad, 0.45, -1.0),
        Entry::new(Role::Counter, 0.7, -0.2),
    ],
    grooves: &[
        Groove::new(
            any(0.0, 0.35),
            &[
                (Drum::Kick, &["8... .... ..6. ....", "8... .... ..6. ...."]),
                (Drum::Rim, &[".... 6... .... 6..."]),
                (Drum::Hat, &["5.3. 5.3. 5.3. 5.3."]),
            ],
        ),
        Groove::new(
            any(0.2, 0.75),
            &[
                (Drum::Kick, &["9... ..8. .g8. ....", "9... ...6 .g8. ...."]),
                (Drum::Snare, &[".... 8..g .g.. 8..g"]),
                (Drum::Hat, &["7.4. 7.4. 7.4. 7.4."]),
            ],
        ),
        Groove::new(
            any(0.35, 1.0),
            &[
                (Drum::Kick, &["9..7 .... .78. ....", "9..7 .... .78. ..6."]),
                (Drum::Snare, &[".... 9..g .g.. 9..."]),
                (Drum::Hat, &["7.5. 7.53 7.5. 7.5."]),
                (Drum::Open, &[".... .... .... ..6."]),
            ],
        ),
        Groove::new(
            any(0.55, 1.0),
            &[
                (Drum::Kick, &["9... ..7. ..9. ..7.", "9..7 .... ..9. .6.."]),
                (Drum::Clap, &[".... .... 9... ...."]),
                (Drum::Hat, &["7565 7565 7565 7577", "7565 7555 7565 7777"]),
            ],
        ),
        Groove::new(
            any(0.6, 1.0),
            &[
                (Drum::Kick, &["9.6. ..8. .88. ..6."]),
                (Drum::Snare, &[".... 9..4 .4.. 9..4"]),
                (Drum::Hat, &["7.6. 7.6. 7.6. 7..."]),
                (Drum::Open, &[".... .... .... ..7."]),
            ],
        ),
    ],
    fills: &[
        &[
            (Drum::Snare, &[".... 9..g .... 9.78"]),
            (Drum::Kick, &["9... ..8. ..8. ...."]),
        ],
        &[
            (Drum::Kick, &["9... .... .... ...."]),
            (Drum::Hat, &["7.5. 7.5. .... ...."]),
            (Drum::Clap, &[".... 8... .... 8..."]),
        ],
        &[
            (Drum::Snare, &[".... 9... 6.6. 7788"]),
            (Drum::Kick, &["9... ..8. ...8 .8.8"]),
        ],
    ],
    bass: &[
        Line::new(
            any(0.0, 0.4),
            &["R--- ---- --R- ----", "R--- ---- ---- --5-"],
        ),
        Line::new(
            any(0.2, 1.0),
            &["R--- ..R- .R-- ..5-", "R--- ...R .R-- 8-a-"],
        ),
        Line::new(
            any(0.35, 1.0),
            &["R--R .... .RR- ..7-", "R--R .... .5R- --a-"],
        ),
        Line::new(
            any(0.6, 1.0),
            &["R--- --R- --8- --R-", "R--R ---- --R- 5-7-"],
        ),
    ],
    comping: &[
        Line::new(any(0.0, 0.45), &["x--- ---- ---- ----"]),
        Line::new(
            any(0.1, 0.7),
            &["x--- --x- ---- ----", "x--- --x- ---- x---"],
        ),
        Line::new(
            any(0.3, 1.0),
            &["x-.x ..x- ..x- ....", "x-.x ..x- .... x-.."],
        ),
        Line::new(
            any(0.3, 1.0),
            &["1-2- 3-4- 3-2- 3---", "1-2- 3-4- 5-4- 3---"],
        ),
        Line::new(any(0.6, 1.0), &["x.x. x.x. x.x. x.x."]),
    ],
    left_hand: piano::LOOP,
    voicing: Voicing::Rootless,
    laid_back_ms: 10.0,
};
