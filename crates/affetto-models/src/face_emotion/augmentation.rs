//! What training does to a face: mirror, rotate, zoom, shift, bend the gray values, cover a part.

use rand::RngExt;
use rand_pcg::Pcg64Mcg;

use super::config::Augmentation;
use super::data::SIDE;

/// Standard deviations below this many gray levels count as this: a flat picture stays flat.
const MIN_SD: f32 = 8.0;

/// A face as the network sees it: mean 0, standard deviation 1 over its own pixels, so that
/// neither the light nor the contrast of the room is learned.
///
/// # Shapes
/// - `pixels`: any number of gray values
pub(crate) fn standardize(pixels: &mut [f32]) {
    let n = pixels.len().max(1) as f32;
    let mean = pixels.iter().sum::<f32>() / n;
    let variance = pixels.iter().map(|p| (p - mean).powi(2)).sum::<f32>() / n;
    let scale = 1.0 / variance.sqrt().max(MIN_SD);
    pixels.iter_mut().for_each(|p| *p = (*p - mean) * scale);
}

/// One face, drawn anew, `side` × `side` standardized pixels appended to `out`.
///
/// # Shapes
/// - `image`: `[SIDE, SIDE]` gray
pub(crate) fn augmented(
    image: &[u8],
    side: usize,
    options: &Augmentation,
    rng: &mut Pcg64Mcg,
    out: &mut Vec<f32>,
) {
    let mut around = |limit: f32| limit * (2.0 * rng.random::<f32>() - 1.0);
    let angle = around(options.rotation_deg).to_radians();
    let zoom = around(options.zoom.ln()).exp();
    let (shift_x, shift_y) = (around(options.shift), around(options.shift));
    let gamma = around(options.gamma.ln()).exp();
    let mirror = if rng.random::<f32>() < 0.5 { -1.0 } else { 1.0 };
    let (sin, cos) = angle.sin_cos();
    // From the middle of the output, in output pixels, to the middle of the image.
    let (half_in, half_out) = (SIDE as f32 / 2.0, side as f32 / 2.0);
    let step = SIDE as f32 / side as f32 / zoom;
    let curve: Vec<f32> = (0..=255)
        .map(|gray| 255.0 * (gray as f32 / 255.0).powf(gamma))
        .collect();
    let start = out.len();
    for y in 0..side {
        for x in 0..side {
            let dx = (x as f32 + 0.5 - half_out) * step * mirror;
            let dy = (y as f32 + 0.5 - half_out) * step;
            let from_x = half_in + shift_x + cos * dx - sin * dy - 0.5;
            let from_y = half_in + shift_y + sin * dx + cos * dy - 0.5;
            out.push(sampled(image, &curve, from_x, from_y));
        }
    }
    standardize(&mut out[start..]);
    if rng.random::<f32>() < options.cutout_share {
        cover(&mut out[start..], side, options.cutout_size, rng);
    }
}

/// The image at a place between pixels, edges repeated.
fn sampled(image: &[u8], curve: &[f32], x: f32, y: f32) -> f32 {
    let last = (SIDE - 1) as f32;
    let (x, y) = (x.clamp(0.0, last), y.clamp(0.0, last));
    let (left, top) = (x as usize, y as usize);
    let (right, bottom) = ((left + 1).min(SIDE - 1), (top + 1).min(SIDE - 1));
    let (fx, fy) = (x - left as f32, y - top as f32);
    let at = |x: usize, y: usize| curve[usize::from(image[y * SIDE + x])];
    let upper = at(left, top) * (1.0 - fx) + at(right, top) * fx;
    let lower = at(left, bottom) * (1.0 - fx) + at(right, bottom) * fx;
    upper * (1.0 - fy) + lower * fy
}

/// Sets a rectangle to the mean (DeVries & Taylor 2017, "Cutout").
fn cover(pixels: &mut [f32], side: usize, size: f32, rng: &mut Pcg64Mcg) {
    let mut length = || ((0.3 + 0.7 * rng.random::<f32>()) * size * side as f32) as usize;
    let (width, height) = (length().clamp(1, side), length().clamp(1, side));
    let left = rng.random_range(0..=side - width);
    let top = rng.random_range(0..=side - height);
    for row in pixels.chunks_exact_mut(side).skip(top).take(height) {
        row[left..left + width].fill(0.0);
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    fn none() -> Augmentation {
        Augmentation {
            rotation_deg: 0.0,
            zoom: 1.0,
            shift: 0.0,
            gamma: 1.0,
            cutout_share: 0.0,
            ..Augmentation::default()
        }
    }

    fn ramp() -> Vec<u8> {
        (0..SIDE * SIDE).map(|i| (i % SIDE * 5) as u8).collect()
    }

    #[test]
    fn nothing_but_the_mirror_leaves_the_face_or_mirrors_it() {
        let mut plain: Vec<f32> = ramp().iter().map(|&p| f32::from(p)).collect();
        standardize(&mut plain);
        let mirrored: Vec<f32> = plain
            .chunks(SIDE)
            .flat_map(|row| row.iter().rev().copied())
            .collect();
        let mut rng = Pcg64Mcg::seed_from_u64(1);
        for _ in 0..8 {
            let mut out = Vec::new();
            augmented(&ramp(), SIDE, &none(), &mut rng, &mut out);
            let differs = |other: &[f32]| {
                out.iter()
                    .zip(other)
                    .map(|(a, b)| (a - b).abs())
                    .fold(0.0, f32::max)
            };
            assert!(differs(&plain).min(differs(&mirrored)) < 1e-4);
        }
    }

    #[test]
    fn drawn_faces_are_standardized_and_seeded() {
        let draw = |seed| {
            let mut out = Vec::new();
            let mut rng = Pcg64Mcg::seed_from_u64(seed);
            let options = Augmentation {
                cutout_share: 0.0,
                ..Augmentation::default()
            };
            augmented(&ramp(), 36, &options, &mut rng, &mut out);
            out
        };
        let face = draw(3);
        assert_eq!(face.len(), 36 * 36);
        assert!(face.iter().sum::<f32>().abs() < 1e-2);
        assert_eq!(face, draw(3));
        assert_ne!(face, draw(4));
    }

    #[test]
    fn flat_pictures_stay_flat() {
        let mut flat = [7.0; 9];
        standardize(&mut flat);
        assert_eq!(flat, [0.0; 9]);
    }
}
