//! Pop: straight eighths, four-chord progressions.

use affetto_music::{Meter, Role};

use super::piano;
use crate::genre::band::{any, chorus};
use crate::genre::{
    Band, Drum, Entry, Groove, Instrument, Line, MelodyHints, Palette, Profile, Progressions,
    ScaleHints, Swing, TempoBand, Voicing,
};
use crate::{Genre, Scale};

/// Four chords, verse and chorus.
pub(crate) static PROFILE: Profile = Profile {
    genre: Genre::Pop,
    label: "Pop",
    tempo: TempoBand {
        min: 66.0,
        slow: 99.0,
        typical: 118.0,
        fast: 124.0,
        max: 140.0,
    },
    meters: &[Meter::COMMON],
    swing: Swing::STRAIGHT,
    major: Progressions {
        a: &[
            "Iadd9 V vi7 IVadd9",
            "I vi7 IVadd9 V",
            "I V/7 vi7 IV I/3 IV V I",
            "vi7 IVadd9 I V",
            "Iadd9 IV Iadd9 V",
            "I IVadd9 vi7 V",
        ],
        b: &[
            "IV V vi I/3 IV V I I",
            "IV I V vi",
            "vi V IV I",
            "IV V vi IV I V I I",
        ],
    },
    minor: Progressions {
        a: &[
            "iadd9 bVImaj7 bIII bVII",
            "i7 bVII bVI bVII",
            "i iv7 bVImaj7 bVII",
            "i v7 bVI bVII",
            "iadd9 bVI iadd9 bVII",
        ],
        b: &[
            "bVI bVII i i bVI bVII bIII V",
            "bIII bVII i bVI",
            "iv bVII bIII bVI iiø7 V i i",
            "bVI bIII bVII i",
        ],
    },
    scales: ScaleHints {
        darkest: Scale::Aeolian,
        minor: Scale::Aeolian,
        major: Scale::Ionian,
        brightest: Scale::Lydian,
        blue_notes: 0.05,
        pentatonic: 0.4,
    },
    melody: MelodyHints {
        notes_per_beat: (0.8, 2.3),
        syncopation: 0.28,
        stepwise: 0.62,
        repeated: 0.28,
        chromatic: 0.03,
        grid: 4,
        rests: 0.2,
        range: (58, 80),
    },
    band: BAND,
};

/// Who plays and what.
const BAND: Band = Band {
    palette: Palette {
        melody: &[
            Instrument::new("Synth lead", (81, 86, 62), (0.2, 0.8)),
            Instrument::new("Piano", (0, 118, 62), (0.0, 0.3)),
            Instrument::new("Voice", (54, 100, 62), (0.3, 0.5)),
            Instrument::new("Flute", (73, 84, 60), (0.4, 0.25)),
        ],
        counter: &[
            Instrument::new("Clean guitar", (27, 99, 88), (0.0, 0.5)),
            Instrument::new("Strings", (48, 87, 84), (-0.2, 0.4)),
            Instrument::new("Glockenspiel", (9, 101, 86), (0.6, 0.5)),
        ],
        chords: &[
            Instrument::new("Acoustic guitar", (25, 96, 42), (0.2, 0.4)),
            Instrument::new("Electric piano", (4, 73, 46), (-0.2, 0.4)),
            Instrument::new("Clean guitar", (27, 72, 42), (0.2, 0.8)),
        ],
        pad: &[
            Instrument::new("Warm pad", (89, 91, 72), (0.0, 0.3)),
            Instrument::new("String ensemble", (48, 68, 76), (0.0, 0.6)),
        ],
        bass: &[
            Instrument::new("Electric bass", (33, 80, 64), (0.0, 0.5)),
            Instrument::new("Synth bass", (38, 102, 64), (0.0, 0.9)),
        ],
        drums: &[
            Instrument::new("Drums", (0, 84, 64), (0.0, 0.5)),
            Instrument::new("Electronic drums", (24, 71, 64), (0.0, 0.9)),
        ],
    },
    entries: &[
        Entry::new(Role::Chords, 0.0, -1.0),
        Entry::new(Role::Bass, 0.2, -1.0),
        Entry::new(Role::Pad, 0.12, -1.0),
        Entry::new(Role::Drums, 0.35, -0.5),
        Entry::new(Role::Counter, 0.65, -0.3),
    ],
    grooves: &[
        Groove::new(
            any(0.0, 0.35),
            &[
                (Drum::Kick, &["7... .... ..5. ...."]),
                (Drum::Rim, &[".... 6... .... 6..."]),
                (Drum::Hat, &["5.3. 5.3. 5.3. 5.3."]),
            ],
        ),
        Groove::new(
            any(0.2, 0.5),
            &[
                (Drum::Kick, &["8... .... .... ..5.", "8... .... ..6. ...."]),
                (Drum::Snare, &[".... .... 7... ...."]),
                (Drum::Hat, &["6.3. 6.3. 6.3. 6.3."]),
            ],
        ),
        Groove::new(
            any(0.35, 0.85),
            &[
                (Drum::Kick, &["9... ..6. 8... ...."]),
                (Drum::Snare, &[".... 8... .... 8..g"]),
                (Drum::Hat, &["7.4. 6.4. 7.4. 6.4."]),
            ],
        ),
        Groove::new(
            any(0.35, 1.0),
            &[
                (Drum::Kick, &["9... .... 8.6. ....", "9... ..6. 8.6. ...."]),
                (Drum::Snare, &[".... 8... .g.. 8..g"]),
                (Drum::Hat, &["7.4. 6.4. 7.4. 6.4."]),
            ],
        ),
        Groove::new(
            chorus(0.5, 1.0),
            &[
                (Drum::Kick, &["9..6 ..6. 8..6 ...."]),
                (Drum::Snare, &[".... 9... .... 9..."]),
                (Drum::Open, &["6.4. 6.4. 6.4. 6.4."]),
                (Drum::Tambourine, &["..5. ..5. ..5. ..5."]),
            ],
        ),
        Groove::new(
            any(0.7, 1.0),
            &[
                (Drum::Kick, &["9... 8... 9... 8..."]),
                (Drum::Clap, &[".... 8... .... 8..."]),
                (Drum::Snare, &[".... 8... .... 8..."]),
                (Drum::Hat, &["6474 6474 6474 6474"]),
            ],
        ),
    ],
    fills: &[
        &[
            (Drum::Snare, &[".... 8... .... 8.88"]),
            (Drum::Kick, &["9... ..6. 8... ...."]),
            (Drum::Hat, &["7.4. 6.4. 7.4. ...."]),
        ],
        &[
            (Drum::Snare, &[".... 8... 77.. ...."]),
            (Drum::High, &[".... .... ..77 ...."]),
            (Drum::Middle, &[".... .... .... 87.."]),
            (Drum::Low, &[".... .... .... ..88"]),
            (Drum::Kick, &["9... ..6. 8... 8..."]),
        ],
        &[
            (Drum::Snare, &[".... 8... ..5. 6.78"]),
            (Drum::Low, &[".... .... .... .7.."]),
            (Drum::Kick, &["9... ..6. 8... ...."]),
        ],
    ],
    bass: &[
        Line::new(
            any(0.0, 0.4),
            &["R--- ---- ---- ----", "R--- ---- ---- --5-"],
        ),
        Line::new(
            any(0.15, 0.7),
            &["R--- --R- R--- ----", "R--- --R- R--- --5-"],
        ),
        Line::new(
            any(0.35, 1.0),
            &["R-R- R-R- R-R- R-R-", "R-R- R-R- R-R- R-5-"],
        ),
        Line::new(
            any(0.45, 1.0),
            &["R--R --R- R--R --5-", "R--R --R- R--R --5-"],
        ),
        Line::new(any(0.7, 1.0), &["R.R8 R.R8 R.R8 R.5a"]),
    ],
    comping: &[
        Line::new(any(0.0, 0.4), &["1-2- 3-4- 3-2- 3-2-"]),
        Line::new(
            any(0.0, 0.35),
            &["x--- ---- ---- ----", "x--- ---- x--- ----"],
        ),
        Line::new(any(0.15, 0.7), &["d--- d-u- --u- d-u-"]),
        Line::new(any(0.2, 0.8), &["x--- x--- x--- x---"]),
        Line::new(any(0.4, 1.0), &["d-d- d-u- .ud- d-u-"]),
        Line::new(any(0.45, 1.0), &["x--x --x- ..x- x---"]),
        Line::new(any(0.6, 1.0), &["1323 1424 1323 1424"]),
    ],
    left_hand: piano::SONG,
    voicing: Voicing::Triads,
    laid_back_ms: 2.0,
};
