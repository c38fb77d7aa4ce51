//! Pictures from outside: decoded by content, bounded in bytes, pixels and memory, turned upright.

use std::fs::File;
use std::io::{Cursor, Read};
use std::path::Path;

use image::imageops::{FilterType, resize};
use image::{DynamicImage, GrayImage, ImageDecoder, ImageFormat, ImageReader, Limits};

use crate::Error;

/// No picture file has more bytes.
pub const MAX_PICTURE_BYTES: usize = 40 << 20;
/// No picture has more pixels: a 50-megapixel telephone still fits, 100 megapixels do not.
pub const MAX_PICTURE_PIXELS: u64 = 52_000_000;
/// No side is longer, in pixels.
const MAX_SIDE: u32 = 20_000;
/// No decoder may take more memory for its own work, in bytes.
const MAX_ALLOCATION: u64 = 400 << 20;
/// Larger pictures are kept at this length of their longer side: enough for a face that is a
/// thirtieth of it.
const KEPT_SIDE: u32 = 1600;

/// A gray picture, upright, its longer side at most 1,600 pixels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    gray: GrayImage,
    /// How many pixels of the original one pixel is, at least 1.
    reduced: u32,
}

impl Picture {
    /// Reads a PNG, JPEG or WebP picture; the type is told from the content, never from a name.
    /// The orientation that a camera notes (EXIF) is applied.
    ///
    /// # Errors
    /// [`Error::Picture`] when the bytes are too many, of another type or damaged, or when the
    /// picture is larger than [`MAX_PICTURE_PIXELS`]; that is known before anything is decoded.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        if bytes.len() > MAX_PICTURE_BYTES {
            return Err(refused(format!(
                "{} bytes, expected at most {MAX_PICTURE_BYTES}",
                bytes.len()
            )));
        }
        let format = image::guess_format(bytes).ok();
        let known = [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP];
        let Some(format) = format.filter(|format| known.contains(format)) else {
            return Err(refused("its content is none of PNG, JPEG and WebP".into()));
        };
        let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
        let mut limits = Limits::no_limits();
        limits.max_image_width = Some(MAX_SIDE);
        limits.max_image_height = Some(MAX_SIDE);
        limits.max_alloc = Some(MAX_ALLOCATION);
        reader.limits(limits);
        let unreadable = |error: image::ImageError| refused(error.to_string());
        let mut decoder = reader.into_decoder().map_err(unreadable)?;
        let (width, height) = decoder.dimensions();
        if u64::from(width) * u64::from(height) > MAX_PICTURE_PIXELS {
            return Err(refused(format!(
                "{width} × {height} pixels, expected at most {MAX_PICTURE_PIXELS} in all"
            )));
        }
        let orientation = decoder.orientation().map_err(unreadable)?;
        let decoded = DynamicImage::from_decoder(decoder).map_err(unreadable)?;
        let (gray, reduced) = kept(decoded.into_luma8());
        let mut upright = DynamicImage::ImageLuma8(gray);
        upright.apply_orientation(orientation);
        Ok(Self {
            gray: upright.into_luma8(),
            reduced,
        })
    }

    /// A picture from its gray values, row by row.
    ///
    /// # Shapes
    /// - `gray`: `[height, width]`
    ///
    /// # Errors
    /// [`Error::Picture`] when a side is 0 or too long or the number of values does not fit.
    pub fn from_gray(width: u32, height: u32, gray: Vec<u8>) -> Result<Self, Error> {
        let sides = 1..=MAX_SIDE;
        let n = gray.len();
        let fits = sides.contains(&width)
            && sides.contains(&height)
            && n as u64 == u64::from(width) * u64::from(height)
            && n as u64 <= MAX_PICTURE_PIXELS;
        let image = if fits {
            GrayImage::from_raw(width, height, gray)
        } else {
            None
        };
        let Some(image) = image else {
            return Err(refused(format!(
                "{width} × {height} pixels from {n} gray values"
            )));
        };
        let (gray, reduced) = kept(image);
        Ok(Self { gray, reduced })
    }

    /// Reads a picture file, as [`Picture::from_bytes`].
    ///
    /// # Errors
    /// [`Error::Io`] when it cannot be read, else as [`Picture::from_bytes`].
    pub fn load(path: &Path) -> Result<Self, Error> {
        let file = File::open(path).map_err(|source| Error::io(path, source))?;
        let mut bytes = Vec::new();
        file.take(MAX_PICTURE_BYTES as u64 + 1)
            .read_to_end(&mut bytes)
            .map_err(|source| Error::io(path, source))?;
        Self::from_bytes(&bytes)
    }

    /// Width in pixels, as kept.
    #[must_use]
    pub fn width(&self) -> u32 {
        self.gray.width()
    }

    /// Height in pixels, as kept.
    #[must_use]
    pub fn height(&self) -> u32 {
        self.gray.height()
    }

    /// How many pixels of the original a kept pixel spans in each direction, at least 1.
    pub(crate) fn reduced(&self) -> u32 {
        self.reduced
    }

    /// The gray values, row by row.
    #[must_use]
    pub fn gray(&self) -> &[u8] {
        self.gray.as_raw()
    }

    /// The picture at another size, `[height, width]`; averages where it shrinks.
    pub(crate) fn scaled(&self, width: u32, height: u32) -> Vec<u8> {
        if (width, height) == self.gray.dimensions() {
            return self.gray.as_raw().clone();
        }
        resize(&self.gray, width, height, FilterType::Triangle).into_raw()
    }
}

/// The picture as it is kept, by whole factors, and the factor.
fn kept(image: GrayImage) -> (GrayImage, u32) {
    let (width, height) = image.dimensions();
    let factor = width.max(height).div_ceil(KEPT_SIDE);
    if factor <= 1 {
        return (image, 1);
    }
    let (width, height) = ((width / factor).max(1), (height / factor).max(1));
    (image::imageops::thumbnail(&image, width, height), factor)
}

fn refused(reason: String) -> Error {
    Error::Picture { reason }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A PNG of one gray value.
    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        let image = GrayImage::from_pixel(width, height, image::Luma([90]));
        image.write_to(&mut bytes, ImageFormat::Png).unwrap();
        bytes.into_inner()
    }

    #[track_caller]
    fn check(bytes: &[u8], expected: &str) {
        let actual = match Picture::from_bytes(bytes) {
            Ok(picture) => format!("{} × {}", picture.width(), picture.height()),
            Err(error) => error.to_string(),
        };
        assert!(actual.starts_with(expected), "{actual}");
    }

    #[test]
    fn content_counts() {
        check(&png(64, 48), "64 × 48");
        check(&png(4000, 2000), "1333 × 666");
        check(
            b"",
            "the picture cannot be read: its content is none of PNG",
        );
        check(
            b"GIF89a\x01\x00\x01\x00",
            "the picture cannot be read: its content is none of PNG",
        );
        check(
            b"RIFF\x24\x00\x00\x00WAVEfmt ",
            "the picture cannot be read",
        );
        check(&png(64, 48)[..60], "the picture cannot be read");
        check(
            &[0xff, 0xd8, 0xff, 0xe0, 0, 16],
            "the picture cannot be read",
        );
    }

    #[test]
    fn what_is_too_large_is_refused_before_it_is_decoded() {
        // A PNG header that promises 100 megapixels in a few bytes.
        let mut huge = png(10, 10);
        huge[16..20].copy_from_slice(&10_000_u32.to_be_bytes());
        huge[20..24].copy_from_slice(&10_000_u32.to_be_bytes());
        let crc = crc_of(&huge[12..29]);
        huge[29..33].copy_from_slice(&crc.to_be_bytes());
        check(
            &huge,
            "the picture cannot be read: 10000 × 10000 pixels, expected at most 52000000",
        );
        check(
            &vec![0; MAX_PICTURE_BYTES + 1],
            "the picture cannot be read: 41943041 bytes",
        );
        assert!(Picture::from_gray(0, 3, vec![]).is_err());
        assert!(Picture::from_gray(2, 2, vec![0; 5]).is_err());
    }

    /// CRC-32 as PNG uses it (ISO 3309).
    fn crc_of(bytes: &[u8]) -> u32 {
        let step = |crc: u32, byte: &u8| {
            (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
                if crc & 1 == 1 {
                    0xedb8_8320 ^ (crc >> 1)
                } else {
                    crc >> 1
                }
            })
        };
        !bytes.iter().fold(u32::MAX, step)
    }

    #[test]
    fn cameras_that_were_turned() {
        // A JPEG with an EXIF block that says "rotate by 90°" (orientation 6).
        let mut jpeg = Cursor::new(Vec::new());
        let image = GrayImage::from_pixel(40, 20, image::Luma([90]));
        image.write_to(&mut jpeg, ImageFormat::Jpeg).unwrap();
        let jpeg = jpeg.into_inner();
        let mut exif =
            b"\xff\xe1\x00\x22Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01".to_vec();
        exif.extend([0, 6, 0, 0, 0, 0, 0, 0]);
        let turned = [&jpeg[..2], &exif, &jpeg[2..]].concat();
        check(&jpeg, "40 × 20");
        check(&turned, "20 × 40");
    }
}
