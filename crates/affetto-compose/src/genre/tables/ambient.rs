//! Ambient: pads and slow arpeggios without a beat, for focus and rest.

use affetto_music::{Meter, Role};

use super::piano;
use crate::genre::band::any;
use crate::genre::{
    Band, Drum, Entry, Groove, Instrument, Line, MelodyHints, Palette, Profile, Progressions,
    ScaleHints, Swing, TempoBand, Voicing,
};
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
    band: BAND,
};

/// Who plays and what.
const BAND: Band = Band {
    palette: Palette {
        melody: &[
            Instrument::new("Electric piano", (4, 95, 60), (0.1, 0.4)),
            Instrument::new("Vibraphone", (11, 106, 60), (0.5, 0.4)),
            Instrument::new("Soft voice", (54, 100, 60), (-0.2, 0.2)),
            Instrument::new("Kalimba", (108, 115, 60), (0.5, 0.8)),
        ],
        counter: &[
            Instrument::new("Music box", (10, 98, 88), (0.4, 0.5)),
            Instrument::new("Nylon guitar", (24, 124, 86), (-0.1, 0.4)),
        ],
        chords: &[
            Instrument::new("Nylon guitar", (24, 80, 48), (0.1, 0.5)),
            Instrument::new("Harp", (46, 76, 48), (0.4, 0.3)),
            Instrument::new("Piano", (0, 85, 52), (-0.3, 0.4)),
        ],
        pad: &[
            Instrument::new("Warm pad", (89, 91, 72), (0.1, 0.3)),
            Instrument::new("Slow strings", (49, 57, 72), (-0.3, 0.3)),
            Instrument::new("Halo pad", (94, 68, 72), (0.4, 0.5)),
        ],
        bass: &[
            Instrument::new("Soft bass", (39, 63, 64), (0.0, 0.5)),
            Instrument::new("Fretless bass", (35, 91, 64), (0.2, 0.4)),
        ],
        drums: &[Instrument::new("Soft percussion", (25, 47, 64), (0.0, 0.5))],
    },
    entries: &[
        Entry::new(Role::Pad, 0.0, -1.0),
        Entry::new(Role::Chords, 0.15, -1.0),
        Entry::new(Role::Bass, 0.35, -1.0),
        Entry::new(Role::Counter, 0.7, -0.4),
        Entry::new(Role::Drums, 0.85, 0.35),
    ],
    grooves: &[
        Groove::new(
            any(0.0, 1.0),
            &[
                (Drum::Shaker, &["4.3. 4.3. 4.3. 4.3."]),
                (Drum::Kick, &["5... .... 4... ...."]),
            ],
        ),
        Groove::new(
            any(0.6, 1.0),
            &[
                (Drum::Shaker, &["5343 5343 5343 5343"]),
                (Drum::Kick, &["6... .... 5... ...."]),
                (Drum::Rim, &[".... 4... .... 4..."]),
            ],
        ),
    ],
    fills: &[&[
        (Drum::Shaker, &["4.3. 4.3. 4.4. 5.6."]),
        (Drum::Kick, &["5... .... 4... ...."]),
    ]],
    bass: &[
        Line::new(any(0.0, 1.0), &["R--- ---- ---- ----"]),
        Line::new(
            any(0.3, 1.0),
            &["R--- ---- ---- 5---", "R--- ---- ---- ----"],
        ),
        Line::new(any(0.55, 1.0), &["R--- ---- R--- ----"]),
    ],
    comping: &[
        Line::new(
            any(0.0, 0.35),
            &["1--- 3--- 2--- 4---", "1--- 3--- 2--- ----"],
        ),
        Line::new(any(0.0, 0.4), &["x--- ---- ---- ----"]),
        Line::new(any(0.2, 0.8), &["1-2- 3-4- 5-4- 3-2-"]),
        Line::new(
            any(0.2, 0.8),
            &["1--2 --3- -4-- 3---", "1--2 --3- -5-- 4---"],
        ),
        Line::new(any(0.55, 1.0), &["1234 3254 1234 3254"]),
    ],
    left_hand: piano::DRIFT,
    voicing: Voicing::Open,
    laid_back_ms: 0.0,
};
