//! From a detected face to 48 × 48 gray as FER-2013 has it, and whether there is light to see.

use super::data::{N_PIXELS, SIDE};
use super::picture::Picture;

/// Side of the square that is cut out, as a share of the side of the detected box. On faces of
/// FER-2013, enlarged and with their edges continued, the detector's box has a median side of
/// .906 of the image (58 found of the first 70), and its middle is the image's (.506, .506).
const CUT_SIDE: f32 = 1.1;
/// Samples in each direction for an output pixel, at most.
const MAX_SAMPLES: usize = 8;

/// Mean gray values below this are too dark: of the training faces of FER-2013 one in a thousand
/// is darker.
const MIN_MEAN: f32 = 30.0;
/// Mean gray values above this are overexposed.
const MAX_MEAN: f32 = 235.0;
/// Standard deviations of gray values below this show no features.
const MIN_SD: f32 = 9.0;

/// A square face, in pixels of the kept picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct FaceBox {
    /// Left edge; may lie outside.
    pub(crate) x: f32,
    /// Upper edge; may lie outside.
    pub(crate) y: f32,
    /// Length of a side, above 0.
    pub(crate) side: f32,
    /// How sure the detector is; above 2, often above 10.
    pub(crate) score: f32,
}

/// Whether a face can be seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Light {
    Enough,
    TooDark,
    TooBright,
    TooFlat,
}

/// Cuts a face out, scaled to `[SIDE, SIDE]`; beyond the picture its edge repeats.
pub(crate) fn cut_out(picture: &Picture, face: &FaceBox) -> Vec<u8> {
    let side = face.side * CUT_SIDE;
    let left = face.x + 0.5 * (face.side - side);
    let top = face.y + 0.5 * (face.side - side);
    let step = side / SIDE as f32;
    let n = (step.ceil() as usize).clamp(1, MAX_SAMPLES);
    let mut pixels = Vec::with_capacity(N_PIXELS);
    for y in 0..SIDE {
        for x in 0..SIDE {
            let mut sum = 0.0;
            for j in 0..n * n {
                let (dx, dy) = ((j % n) as f32 + 0.5, (j / n) as f32 + 0.5);
                let at = |start: f32, cell: usize, part: f32| {
                    start + (cell as f32 + part / n as f32) * step - 0.5
                };
                sum += between(picture, at(left, x, dx), at(top, y, dy));
            }
            pixels.push((sum / (n * n) as f32).round().clamp(0.0, 255.0) as u8);
        }
    }
    pixels
}

/// The gray value at a place between pixels.
fn between(picture: &Picture, x: f32, y: f32) -> f32 {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let x = x.clamp(0.0, (width - 1) as f32);
    let y = y.clamp(0.0, (height - 1) as f32);
    let (left, top) = (x as usize, y as usize);
    let (right, bottom) = ((left + 1).min(width - 1), (top + 1).min(height - 1));
    let (fx, fy) = (x - left as f32, y - top as f32);
    let gray = picture.gray();
    let at = |x: usize, y: usize| f32::from(gray[y * width + x]);
    let upper = at(left, top) * (1.0 - fx) + at(right, top) * fx;
    let lower = at(left, bottom) * (1.0 - fx) + at(right, bottom) * fx;
    upper * (1.0 - fy) + lower * fy
}

/// Judges the light on a face that was cut out.
pub(crate) fn light_of(pixels: &[u8]) -> Light {
    let n = pixels.len().max(1) as f32;
    let mean = pixels.iter().map(|&p| f32::from(p)).sum::<f32>() / n;
    let variance = pixels
        .iter()
        .map(|&p| (f32::from(p) - mean).powi(2))
        .sum::<f32>()
        / n;
    match variance.sqrt() {
        _ if mean < MIN_MEAN => Light::TooDark,
        _ if mean > MAX_MEAN => Light::TooBright,
        sd if sd < MIN_SD => Light::TooFlat,
        _ => Light::Enough,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(gray: impl Fn(usize) -> u8, expected: Light) {
        let pixels: Vec<u8> = (0..N_PIXELS).map(gray).collect();
        assert_eq!(light_of(&pixels), expected);
    }

    #[test]
    fn light_is_judged() {
        check(|i| (i % 200) as u8 + 20, Light::Enough);
        check(|i| (i % 20) as u8, Light::TooDark);
        check(|i| 240 + (i % 15) as u8, Light::TooBright);
        check(|i| 100 + (i % 5) as u8, Light::TooFlat);
        assert_eq!(light_of(&[]), Light::TooDark);
    }

    #[test]
    fn a_cut_keeps_what_lies_where() {
        // A picture whose gray value is its column.
        let gray = (0..200 * 200).map(|i| (i % 200) as u8).collect();
        let picture = Picture::from_gray(200, 200, gray).unwrap();
        let face = FaceBox {
            x: 52.0,
            y: 52.0,
            side: 96.0,
            score: 5.0,
        };
        let cut = cut_out(&picture, &face);
        assert_eq!(cut.len(), N_PIXELS);
        let middle = f32::from(cut[SIDE * 24 + 24]);
        assert!((middle - 100.5).abs() < 2.0, "{middle}");
        // Outside the picture its edge repeats.
        let outside = FaceBox {
            x: 180.0,
            y: -40.0,
            side: 96.0,
            score: 5.0,
        };
        assert_eq!(cut_out(&picture, &outside)[SIDE - 1], 199);
    }
}
