//! How long faces take: a crop, a camera frame, a photo; percentiles over runs on one core.
//!
//! `RAYON_NUM_THREADS=1 cargo run --release -p affetto-models --example face_latency -- PHOTO`
#![expect(clippy::print_stdout, reason = "the example's purpose")]

use std::time::Instant;

use affetto_models::face_emotion::{Effort, FaceEmotion, FaceOptions, Picture};
use anyhow::{Context, Result};

fn main() -> Result<()> {
    let path = std::env::args()
        .nth(1)
        .context("expected a photo with a face")?;
    let bytes = std::fs::read(&path).with_context(|| path.clone())?;
    let model = FaceEmotion::load_embedded()?;
    let photo = Picture::from_bytes(&bytes)?;
    let answer = model.estimate(&photo, &FaceOptions::default())?;
    println!(
        "{} faces, abstained: {:?}",
        answer.faces.len(),
        answer.abstained
    );
    let crop: Vec<u8> = (0..48 * 48).map(|i| (i * 7 % 251) as u8).collect();
    measure("crop with its mirror image", 200, || {
        model.estimate_crop(&crop).map(|_| ())
    })?;
    let frame = resized(&photo)?;
    let options = FaceOptions {
        effort: Effort::Frame,
        ..FaceOptions::default()
    };
    measure("frame of 640 × 480, whole", 60, || {
        model.estimate(&frame, &options).map(|_| ())
    })?;
    measure("photo, decoded and judged", 20, || {
        let photo = Picture::from_bytes(&bytes)?;
        model.estimate(&photo, &FaceOptions::default()).map(|_| ())
    })
}

/// The photo repeated over a frame of 640 × 480.
fn resized(photo: &Picture) -> Result<Picture> {
    let (width, height) = (photo.width() as usize, photo.height() as usize);
    let gray = photo.gray();
    let at = |i: usize| gray[i / 640 % height * width + i % 640 % width];
    Ok(Picture::from_gray(
        640,
        480,
        (0..640 * 480).map(at).collect(),
    )?)
}

fn measure(
    name: &str,
    n: usize,
    mut work: impl FnMut() -> Result<(), affetto_models::Error>,
) -> Result<()> {
    work()?;
    let mut times = Vec::with_capacity(n);
    for _ in 0..n {
        let start = Instant::now();
        work()?;
        times.push(start.elapsed().as_secs_f64() * 1000.0);
    }
    times.sort_by(f64::total_cmp);
    let at = |share: f64| times[((n - 1) as f64 * share) as usize];
    println!("{name}: p50 {:.1} ms, p95 {:.1} ms", at(0.5), at(0.95));
    Ok(())
}
