//! Classical: functional harmony, piano and strings.

use affetto_music::{Meter, Role};

use super::piano;
use crate::genre::band::any;
use crate::genre::{
    Band, Drum, Entry, Groove, Instrument, Line, MelodyHints, Palette, Profile, Progressions,
    ScaleHints, Swing, TempoBand, Voicing,
};
use crate::{Genre, Scale};

/// Periods of four and eight bars with clear cadences.
pub(crate) static PROFILE: Profile = Profile {
    genre: Genre::Classical,
    label: "Classical",
    tempo: TempoBand {
        min: 52.0,
        slow: 93.0,
        typical: 110.0,
        fast: 120.0,
        max: 160.0,
    },
    meters: &[
        Meter::COMMON,
        Meter {
            numerator: 3,
            denominator: 4,
        },
    ],
    swing: Swing::STRAIGHT,
    major: Progressions {
        a: &[
            "| I | I | V7/2 | I/3 | IV | #iv°7 | I/5 V7 | I |",
            "| I | V/7 | vi | III7 | vi I/5 | IV | ii7/4 | V7 |",
            "| I | VI7/b2 | ii | V7/4 | I/3 | #iv°7 | I/5 V7 | I |",
            "| I | vi | II7/#4 | V | I/3 | ii7/4 | I/5 V7 | I |",
            "| I | I7/b7 | IV/6 | iv/b6 | I/5 | VI7 | ii V7 | I |",
            "| I V | vi iii | IV I | IV V | I V | VI7/b2 ii | IV I/3 | II7 V7 |",
        ],
        b: &[
            "| vi | II7 | V | V | vi | II7 | V7/4 | I/3 |",
            "| ii | VI7/b2 | ii | V | IV | iv | I/5 | V7 |",
            "| V7 | I V7/2 | I/3 IV | V I/3 | vi ii | II7 | V I/3 | ii V7 |",
        ],
    },
    minor: Progressions {
        a: &[
            "| i | i | V7/2 | i/b3 | iv | i/b3 | iiø7 V7 | i |",
            "| i V7 | i | iv i/b3 | V7 | i | iv bVII7 | bIII iiø7 | V7 |",
            "| i | iv | bVII7 | bIII | bVI | iiø7 | V | V7 |",
            "| i | i/b7 | iv/b6 | V | i | iv | i/5 V7 | i |",
            "| i | vii°7/2 | i/b3 | iv | i/5 | iiø7/4 | V7 | i |",
        ],
        b: &[
            "| bIII | bVII7 | bIII | bIII | iv | i | II7 | V |",
            "| bVI | bIII | iv | i | bII/4 | bII/4 | V7 | V7 |",
            "| iv7 | bVII7 | bIII | bVI | iiø7 | V7 | i | V7 |",
        ],
    },
    scales: ScaleHints {
        darkest: Scale::Aeolian,
        minor: Scale::Aeolian,
        major: Scale::Ionian,
        brightest: Scale::Lydian,
        blue_notes: 0.0,
        pentatonic: 0.0,
    },
    melody: MelodyHints {
        notes_per_beat: (0.7, 2.6),
        syncopation: 0.05,
        stepwise: 0.62,
        repeated: 0.12,
        chromatic: 0.12,
        grid: 4,
        rests: 0.1,
        range: (60, 86),
    },
    band: BAND,
};

/// Who plays and what.
const BAND: Band = Band {
    palette: Palette {
        melody: &[
            Instrument::new("Flute", (73, 84, 58), (0.6, 0.35)),
            Instrument::new("Violin", (40, 98, 56), (0.0, 0.6)),
            Instrument::new("Oboe", (68, 86, 58), (-0.4, 0.3)),
            Instrument::new("Clarinet", (71, 88, 60), (-0.1, 0.25)),
        ],
        counter: &[
            Instrument::new("Cello", (42, 81, 78), (-0.2, 0.4)),
            Instrument::new("French horn", (60, 79, 74), (0.2, 0.6)),
            Instrument::new("Bassoon", (70, 93, 76), (0.0, 0.4)),
        ],
        chords: &[
            Instrument::new("Piano", (0, 85, 60), (0.1, 0.5)),
            Instrument::new("Harp", (46, 76, 50), (0.3, 0.2)),
        ],
        pad: &[
            Instrument::new("Strings", (48, 68, 72), (0.0, 0.6)),
            Instrument::new("Slow strings", (49, 57, 72), (-0.2, 0.2)),
        ],
        bass: &[
            Instrument::new("Double bass", (43, 106, 70), (0.0, 0.5)),
            Instrument::new("Pizzicato bass", (45, 95, 68), (0.4, 0.5)),
        ],
        drums: &[Instrument::new(
            "Orchestra percussion",
            (48, 65, 64),
            (0.0, 0.5),
        )],
    },
    entries: &[
        Entry::new(Role::Chords, 0.0, -1.0),
        Entry::new(Role::Pad, 0.45, -1.0),
        Entry::new(Role::Bass, 0.35, -1.0),
        Entry::new(Role::Counter, 0.25, -1.0),
        Entry::new(Role::Drums, 0.88, 0.45),
    ],
    grooves: &[
        Groove::new(
            any(0.0, 1.0),
            &[(
                Drum::Timpani,
                &["6... .... .... ....", ".... .... 5... 5..."],
            )],
        ),
        Groove::new(
            any(0.7, 1.0),
            &[(
                Drum::Timpani,
                &["8... .... 6... ....", "8... .... 6... 6.6."],
            )],
        ),
    ],
    fills: &[
        &[(Drum::Timpani, &["6... 6... 4455 6678"])],
        &[(Drum::Timpani, &["8... .... 8... 8..."])],
    ],
    bass: &[
        Line::new(
            any(0.0, 0.5),
            &["R--- ---- ---- ----", "R--- ---- ---- s---"],
        ),
        Line::new(
            any(0.25, 0.8),
            &["R--- ---- 5--- ----", "R--- ---- 5--- s---"],
        ),
        Line::new(
            any(0.45, 1.0),
            &["R--- .... 5--- ....", "R--- 3--- 5--- s---"],
        ),
        Line::new(any(0.7, 1.0), &["R-R- R-R- R-R- R-R-"]),
        Line::new(any(0.0, 1.0), &["R--- ---- ----"]),
        Line::new(any(0.4, 1.0), &["R--- .... ....", "R--- ---- s---"]),
    ],
    comping: &[
        Line::new(any(0.0, 0.3), &["1--- 2--- 3--- 2---"]),
        Line::new(any(0.1, 0.5), &["1-2- 3-4- 3-2- 3-2-"]),
        Line::new(any(0.25, 0.8), &["1-3- 2-3- 1-3- 2-3-"]),
        Line::new(any(0.35, 0.8), &["..x. x.x. ..x. x.x."]),
        Line::new(any(0.5, 1.0), &["1323 1323 1323 1323"]),
        Line::new(any(0.65, 1.0), &["x-x- x-x- x-x- x-x-"]),
        Line::new(any(0.0, 0.6), &[".... x--- x---"]),
        Line::new(any(0.3, 1.0), &["1-2- 3-2- 3-2-"]),
    ],
    left_hand: piano::CLASSICAL,
    voicing: Voicing::Triads,
    laid_back_ms: 0.0,
};
