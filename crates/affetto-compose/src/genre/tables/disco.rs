//! Disco: four on the floor, octave bass, strings.

use affetto_music::{Meter, Role};

use super::piano;
use crate::genre::band::{any, chorus};
use crate::genre::{
    Band, Drum, Entry, Groove, Instrument, Line, MelodyHints, Palette, Profile, Progressions,
    ScaleHints, Swing, TempoBand, Voicing,
};
use crate::{Genre, Scale};

/// Sevenths over a steady kick.
pub(crate) static PROFILE: Profile = Profile {
    genre: Genre::Disco,
    label: "Disco",
    tempo: TempoBand {
        min: 100.0,
        slow: 108.0,
        typical: 120.0,
        fast: 128.0,
        max: 136.0,
    },
    meters: &[Meter::COMMON],
    swing: Swing::STRAIGHT,
    major: Progressions {
        a: &[
            "Imaj7 vi7 Imaj7 vi7",
            "I IV I V",
            "Imaj7 IVmaj7 Imaj7 V",
            "I vi IV V",
        ],
        b: &[
            "IV V I vi IV V I I",
            "IVmaj7 V Imaj7 vi7 ii7 V7 Imaj7 V7",
            "IV I V vi IV I V V",
        ],
    },
    minor: Progressions {
        a: &[
            "i7 i7 iv7 i7",
            "i bVII bVI bVII",
            "i7 bVII i7 bVII",
            "i iv bVII bIII",
            "i bVI bVII i",
        ],
        b: &[
            "bVI bVII i i bVI bVII bIII v",
            "iv bVII bIII bVI iv bVII i i",
            "bVI bVII bIII i bVI bVII i V7",
        ],
    },
    scales: ScaleHints {
        darkest: Scale::Aeolian,
        minor: Scale::Dorian,
        major: Scale::Ionian,
        brightest: Scale::Ionian,
        blue_notes: 0.1,
        pentatonic: 0.35,
    },
    melody: MelodyHints {
        notes_per_beat: (0.8, 2.4),
        syncopation: 0.35,
        stepwise: 0.55,
        repeated: 0.25,
        chromatic: 0.06,
        grid: 4,
        rests: 0.25,
        range: (60, 82),
    },
    band: BAND,
};

/// Who plays and what.
const BAND: Band = Band {
    palette: Palette {
        melody: &[
            Instrument::new("Synth lead", (81, 86, 60), (0.0, 0.7)),
            Instrument::new("Brass section", (61, 75, 58), (0.4, 0.8)),
            Instrument::new("Electric piano", (4, 95, 58), (-0.2, 0.25)),
        ],
        counter: &[
            Instrument::new("String section", (48, 97, 84), (0.2, 0.7)),
            Instrument::new("Trumpet", (56, 90, 82), (0.4, 0.8)),
        ],
        chords: &[
            Instrument::new("Funk guitar", (28, 77, 40), (0.1, 0.7)),
            Instrument::new("Clean guitar", (27, 59, 42), (-0.2, 0.4)),
        ],
        pad: &[Instrument::new("String ensemble", (50, 54, 78), (0.0, 0.5))],
        bass: &[
            Instrument::new("Finger bass", (33, 88, 64), (0.0, 0.5)),
            Instrument::new("Slap bass", (36, 106, 64), (0.3, 0.9)),
            Instrument::new("Synth bass", (38, 111, 64), (-0.4, 0.7)),
        ],
        drums: &[
            Instrument::new("Drums", (0, 82, 64), (0.0, 0.5)),
            Instrument::new("Electronic drums", (24, 69, 64), (-0.3, 0.8)),
        ],
    },
    entries: &[
        Entry::new(Role::Bass, 0.0, -1.0),
        Entry::new(Role::Drums, 0.0, -1.0),
        Entry::new(Role::Chords, 0.2, -1.0),
        Entry::new(Role::Pad, 0.3, -1.0),
        Entry::new(Role::Counter, 0.65, -0.2),
    ],
    grooves: &[
        Groove::new(
            any(0.0, 0.3),
            &[
                (Drum::Kick, &["7... 6... 7... 6..."]),
                (Drum::Rim, &[".... 5... .... 5..."]),
                (Drum::Shaker, &["4.6. 4.6. 4.6. 4.6."]),
            ],
        ),
        Groove::new(
            any(0.2, 0.6),
            &[
                (Drum::Kick, &["9... 8... 9... 8..."]),
                (Drum::Snare, &[".... 7... .... 7..."]),
                (Drum::Hat, &["5.7. 5.7. 5.7. 5.7."]),
            ],
        ),
        Groove::new(
            any(0.4, 1.0),
            &[
                (Drum::Kick, &["9... 9... 9... 9..."]),
                (Drum::Snare, &[".... 8... .... 8..g"]),
                (Drum::Hat, &["6... 6... 6... 6..."]),
                (Drum::Open, &["..7. ..7. ..7. ..7."]),
            ],
        ),
        Groove::new(
            any(0.55, 1.0),
            &[
                (Drum::Kick, &["9... 9... 9... 9..."]),
                (Drum::Snare, &[".... 8... .... 8..."]),
                (Drum::Clap, &[".... 7... .... 7..."]),
                (Drum::Hat, &["64.4 64.4 64.4 64.4"]),
                (Drum::Open, &["..8. ..8. ..8. ..8."]),
            ],
        ),
        Groove::new(
            chorus(0.6, 1.0),
            &[
                (Drum::Kick, &["9... 9... 9... 9..."]),
                (Drum::Snare, &[".... 9... .... 9.5."]),
                (Drum::Hat, &["7574 7574 7574 7574"]),
                (Drum::Tambourine, &["..6. ..6. ..6. ..6."]),
            ],
        ),
    ],
    fills: &[
        &[
            (Drum::Kick, &["9... 9... 9... 9..."]),
            (Drum::Snare, &[".... 8... ..56 7789"]),
        ],
        &[
            (Drum::Kick, &["9... 9... 9... 9..."]),
            (Drum::Snare, &[".... 8... 88.. ...."]),
            (Drum::High, &[".... .... ..88 ...."]),
            (Drum::Middle, &[".... .... .... 88.."]),
            (Drum::Low, &[".... .... .... ..88"]),
        ],
        &[
            (Drum::Kick, &["9... 9... 9... 9..."]),
            (Drum::Clap, &[".... 8... .... 8.88"]),
            (Drum::Open, &["..7. ..7. ..7. ...."]),
        ],
    ],
    bass: &[
        Line::new(any(0.0, 0.35), &["R-.. 8-.. R-.. 8-.."]),
        Line::new(any(0.2, 1.0), &["R.8. R.8. R.8. R.8."]),
        Line::new(
            any(0.4, 1.0),
            &["R-.R 8.R. R-.5 8.5.", "R-.R 8.R. 5.6. 7.8."],
        ),
        Line::new(any(0.6, 1.0), &["R.88 R.88 R.88 R.5a"]),
        Line::new(any(0.5, 1.0), &["R--R ..8. R--5 7.8."]),
    ],
    comping: &[
        Line::new(any(0.0, 0.35), &["..x. ..x. ..x. ..x."]),
        Line::new(any(0.15, 0.7), &["x.x. ..xx ..x. x.x."]),
        Line::new(any(0.4, 1.0), &["d.mu m.du .mdu m.du"]),
        Line::new(any(0.5, 1.0), &["..xx ..xx ..xx .xxx"]),
        Line::new(chorus(0.4, 1.0), &["X-.X ..X. ..X. X-.."]),
    ],
    left_hand: piano::SONG,
    voicing: Voicing::Triads,
    laid_back_ms: 0.0,
};
