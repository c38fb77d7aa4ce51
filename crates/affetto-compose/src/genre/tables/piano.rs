//! Left hands of the piano texture that several genres share.

use crate::genre::Line;
use crate::genre::band::{any, chorus, verse};

/// Ballads and slow pieces: broken chords with air.
pub(crate) static SONG: &[Line] = &[
    Line::new(
        any(0.0, 0.3),
        &["R--- 5--- 8--- 5---", "R--- 5--- 3--- ----"],
    ),
    Line::new(any(0.0, 0.35), &["R-5- 8--- x--- ----"]),
    Line::new(any(0.0, 0.25), &["B--- ---- x--- ----"]),
    Line::new(any(0.2, 0.55), &["R-5- 8-5- x-5- 8-5-"]),
    Line::new(any(0.2, 0.5), &["R--- x--- 5--- x---"]),
    Line::new(verse(0.4, 0.8), &["R-x- x-x- R-x- x-x-"]),
    Line::new(any(0.45, 0.85), &["B--R --R- B--- R-5-"]),
    Line::new(chorus(0.45, 0.85), &["R-5- 8-5- R-5- 8-x-"]),
    Line::new(any(0.6, 1.0), &["B-8- R-8- B-8- R-8-"]),
    Line::new(chorus(0.7, 1.0), &["R8R8 R8R8 R8R8 R8R8"]),
    Line::new(any(0.3, 1.0), &["R--- x-x- x---"]),
];

/// Swing: stride, walking bass, tenths.
pub(crate) static STRIDE: &[Line] = &[
    Line::new(
        any(0.0, 0.35),
        &["T--- ---- x--- ----", "T--- x--- T--- ----"],
    ),
    Line::new(any(0.0, 0.45), &["R--- x--- l--- x---"]),
    Line::new(any(0.25, 0.7), &["T--- x--- 5--- x---"]),
    Line::new(any(0.35, 0.9), &["w--- w--- w--- w---"]),
    Line::new(
        any(0.55, 1.0),
        &["B--- x--- l--- x---", "B--- x--- w--- w---"],
    ),
    Line::new(any(0.0, 1.0), &["R--- x--- x---"]),
];

/// Boogie and shuffle.
pub(crate) static BOOGIE: &[Line] = &[
    Line::new(any(0.0, 0.35), &["R--- x--- l--- x---"]),
    Line::new(any(0.0, 0.4), &["T--- ---- R--- x---"]),
    Line::new(any(0.25, 0.75), &["R-R- 5-5- 6-6- 5-5-"]),
    Line::new(any(0.4, 1.0), &["R-8- 3-8- 5-8- 6-8-"]),
    Line::new(
        any(0.55, 1.0),
        &["R-R- 3-3- 5-5- 6-6-", "7-7- 6-6- 5-5- 3-3-"],
    ),
];

/// Classical: Alberti, broken chords, waltz, chorale.
pub(crate) static CLASSICAL: &[Line] = &[
    Line::new(any(0.0, 0.3), &["1--- 2--- 3--- 2---"]),
    Line::new(any(0.0, 0.35), &["R-5- 3-5- R-5- 3-5-"]),
    Line::new(any(0.0, 0.3), &["R--- ---- x--- ----"]),
    Line::new(any(0.2, 0.7), &["1-3- 2-3- 1-3- 2-3-"]),
    Line::new(any(0.3, 0.75), &["R-5- 8-5- 3-5- 8-5-"]),
    Line::new(any(0.45, 1.0), &["1323 1323 1323 1323"]),
    Line::new(any(0.55, 1.0), &["R-x- x-x- R-x- x-x-"]),
    Line::new(any(0.7, 1.0), &["R-8- R-8- R-8- R-8-"]),
    Line::new(any(0.7, 1.0), &["R585 8585 R585 8585"]),
    Line::new(any(0.0, 0.4), &["R--- 5--- x---"]),
    Line::new(any(0.2, 0.8), &["R--- x--- x---"]),
    Line::new(any(0.35, 1.0), &["1-2- 3-2- 3-2-"]),
];

/// Loops under a beat: short chords, space.
pub(crate) static LOOP: &[Line] = &[
    Line::new(
        any(0.0, 0.45),
        &["R--- ---- x--- ----", "R--- --x- ---- 5---"],
    ),
    Line::new(any(0.15, 0.65), &["R--- ..R- x--- ..5-"]),
    Line::new(
        any(0.4, 1.0),
        &["R--R ..x- ..R- x-5-", "R--R ..x- ..R- x---"],
    ),
    Line::new(any(0.6, 1.0), &["B-.B ..x- B-.B x-x-"]),
];

/// Offbeat chords over a bass with holes.
pub(crate) static SKANK: &[Line] = &[
    Line::new(any(0.0, 0.4), &["R--- x-.. 5--- x-.."]),
    Line::new(any(0.2, 0.8), &["R-x. ..x. 3-x. 5-x."]),
    Line::new(
        any(0.3, 1.0),
        &["..x. R-x. ..x. 5-x.", "R-x. R-x. ..x. 3-x."],
    ),
    Line::new(any(0.6, 1.0), &["R-x. 8-x. 5-x. 3-x."]),
];

/// Slow arpeggios.
pub(crate) static DRIFT: &[Line] = &[
    Line::new(any(0.0, 0.4), &["R--- 5--- 8--- ----"]),
    Line::new(
        any(0.0, 0.3),
        &["R--- ---- 5--- ----", "R--- ---- ---- ----"],
    ),
    Line::new(any(0.2, 0.7), &["R-5- 8-3- 5-3- 8-5-"]),
    Line::new(any(0.4, 1.0), &["R-5- 8-5- x-5- 8-5-"]),
];
