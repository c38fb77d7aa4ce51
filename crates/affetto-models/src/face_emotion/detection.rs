//! Where faces are: a cascade of boosted features and small networks (Wu et al. 2017,
//! "Funnel-structured cascade for multi-view face detection with alignment-awareness"), the
//! frontal model of SeetaFace through `rustface`.

use std::cell::RefCell;

use rustface::ImageData;

use super::alignment::FaceBox;
use super::picture::Picture;
use crate::{Error, ItemHash};

/// The detector's model: SeetaFace, BSD 2-clause, see `assets/face_detector/LICENSE`.
static MODEL: &[u8] = include_bytes!("../../../../assets/face_detector/seeta_fd_frontal_v1.0.bin");
/// SHA-256 of the model.
const MODEL_SHA256: &str = "c4619d066ed35e84d9a8e842860b0dff567aba0cbb139881075538761db3ff5d";
/// Faces below this are not found, in pixels of the picture that is searched.
const WINDOW: u32 = 40;
/// Detections below this score are left out; rustface's README uses 2.0, its default is 3.85.
const MIN_SCORE: f64 = 2.0;
/// No more faces are looked at.
const MAX_FACES: usize = 16;

/// How hard faces are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Effort {
    /// One pass at 320 pixels: a face of at least an eighth of the longer side, as before a
    /// webcam. For live frames.
    Frame,
    /// A second and a third pass, at 640 and 1,280 pixels, while nothing is found: faces down to
    /// a thirtieth. For photos.
    #[default]
    Photo,
}

impl Effort {
    /// Longer sides at which the picture is searched, in order, while nothing is found.
    fn sides(self) -> &'static [u32] {
        match self {
            Self::Frame => &[320],
            Self::Photo => &[320, 640, 1280],
        }
    }
}

thread_local! {
    // The detector keeps buffers between pictures and cannot move between threads.
    static DETECTOR: RefCell<Option<Box<dyn rustface::Detector>>> = const { RefCell::new(None) };
}

/// Finds faces, the largest first.
///
/// # Errors
/// [`Error::Weights`] when the model that is built in is damaged.
pub(crate) fn faces_in(picture: &Picture, effort: Effort) -> Result<Vec<FaceBox>, Error> {
    let longer = picture.width().max(picture.height());
    let mut searched = 0;
    for &side in effort.sides() {
        // Small pictures are enlarged to the first length, and never beyond.
        let side = side.min(longer.max(effort.sides()[0]));
        if side == searched {
            break;
        }
        searched = side;
        let found = search(picture, side)?;
        if !found.is_empty() {
            return Ok(found);
        }
    }
    Ok(Vec::new())
}

/// One pass at a length of the longer side.
fn search(picture: &Picture, side: u32) -> Result<Vec<FaceBox>, Error> {
    let (width, height) = (picture.width(), picture.height());
    let scale = f64::from(side) / f64::from(width.max(height));
    let to_length = |length: u32| ((f64::from(length) * scale).round() as u32).max(1);
    let (small_width, small_height) = (to_length(width), to_length(height));
    if small_width.min(small_height) < WINDOW {
        return Ok(Vec::new());
    }
    let gray = picture.scaled(small_width, small_height);
    let found = DETECTOR.with_borrow_mut(|detector| -> Result<_, Error> {
        let detector = match detector {
            Some(detector) => detector,
            None => detector.insert(open()?),
        };
        Ok(detector.detect(&ImageData::new(&gray, small_width, small_height)))
    })?;
    let mut faces: Vec<FaceBox> = found
        .iter()
        .map(|face| {
            let bbox = face.bbox();
            FaceBox {
                x: (f64::from(bbox.x()) / scale) as f32,
                y: (f64::from(bbox.y()) / scale) as f32,
                side: (f64::from(bbox.width().max(bbox.height())) / scale) as f32,
                score: face.score() as f32,
            }
        })
        .collect();
    faces.sort_by(|a, b| b.side.total_cmp(&a.side));
    faces.truncate(MAX_FACES);
    Ok(faces)
}

fn open() -> Result<Box<dyn rustface::Detector>, Error> {
    let damaged = |reason: String| Error::Weights {
        origin: "the built-in face detector".into(),
        reason,
    };
    let actual = ItemHash::of(MODEL).to_string();
    if actual != MODEL_SHA256 {
        return Err(damaged(format!(
            "expected SHA-256 {MODEL_SHA256}, but it is {actual}"
        )));
    }
    let model = rustface::read_model(MODEL).map_err(|error| damaged(error.to_string()))?;
    let mut detector = rustface::create_detector_with_model(model);
    detector.set_score_thresh(MIN_SCORE);
    detector.set_pyramid_scale_factor(0.8);
    detector.set_slide_window_step(4, 4);
    Ok(detector)
}
