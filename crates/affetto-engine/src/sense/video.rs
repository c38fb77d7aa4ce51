//! Frames of videos and cameras, through ffmpeg where it is installed.
//!
//! Videos come from strangers, so ffmpeg is told which container it gets, may open nothing but its
//! input, and has limited time; its frames are read one by one as small gray pictures. A video that
//! arrives as bytes goes through a pipe: nothing is written to disk.

use std::ffi::OsStr;
use std::io::{BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use affetto_models::face_emotion::Picture;

use super::Media;
use crate::Error;

/// Frames looked at in a second of video.
pub(super) const FRAMES_PER_SECOND: f64 = 2.0;
/// Longest stretch of a video that is looked at, in seconds.
const MAX_SECONDS: f64 = 60.0;
/// Width that frames are scaled to where they are wider; faces are looked for on fewer pixels yet.
const MAX_WIDTH: u32 = 640;
/// Longest that ffmpeg may take for a video of [`MAX_SECONDS`].
const TIME_LIMIT: Duration = Duration::from_secs(60);
/// Largest frame taken from ffmpeg, in pixels: far above what the scaling lets through.
const MAX_PIXELS: usize = 640 * 4096;

/// A gray picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Frame {
    pub(super) width: usize,
    pub(super) height: usize,
    /// Row by row, one byte a pixel.
    pub(super) gray: Vec<u8>,
}

impl Frame {
    /// The frame as what faces are looked for on.
    pub(super) fn picture(self) -> Result<Picture, Error> {
        let side = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
        Ok(Picture::from_gray(
            side(self.width),
            side(self.height),
            self.gray,
        )?)
    }
}

/// Whether ffmpeg is installed.
pub(super) fn is_available() -> bool {
    ffmpeg().is_some()
}

/// ffmpeg on the search path.
fn ffmpeg() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join("ffmpeg"))
        .find(|file| file.is_file())
}

/// The demuxer for a video, found in its first bytes; `None` when they start no known video.
pub(super) fn container(start: &[u8]) -> Option<&'static str> {
    let at =
        |offset: usize, magic: &[u8]| start.get(offset..).is_some_and(|s| s.starts_with(magic));
    // ISO base media: the brands of pictures share the container and are no videos.
    let still = [b"avif", b"heic", b"heix", b"mif1"];
    match () {
        () if at(0, b"\x1a\x45\xdf\xa3") => Some("matroska"),
        () if at(4, b"ftyp") && !still.iter().any(|brand| at(8, *brand)) => Some("mov"),
        () if at(0, b"RIFF") && at(8, b"AVI ") => Some("avi"),
        () if at(0, b"OggS") => Some("ogg"),
        () if at(0, b"YUV4MPEG2 ") => Some("yuv4mpegpipe"),
        () => None,
    }
}

/// Calls `look` with each frame of a video until that returns an error.
///
/// # Errors
/// [`Error::User`] when ffmpeg is not there, or cannot read the video; errors of `look`.
pub(super) fn frames_of_video(
    media: &Media<'_>,
    container: &'static str,
    look: impl FnMut(Frame) -> Result<(), Error>,
) -> Result<usize, Error> {
    let limit = MAX_SECONDS.to_string();
    let (input, allowed): (&OsStr, _) = match media {
        Media::Bytes(_) => (OsStr::new("pipe:0"), "pipe"),
        Media::File(path) => (path.as_os_str(), "file"),
    };
    let arguments: [&OsStr; 8] = [
        "-protocol_whitelist".as_ref(),
        allowed.as_ref(),
        "-f".as_ref(),
        container.as_ref(),
        "-t".as_ref(),
        limit.as_ref(),
        "-i".as_ref(),
        input,
    ];
    let filter = format!("fps={FRAMES_PER_SECOND},scale='min({MAX_WIDTH},iw)':-2");
    let bytes = match media {
        Media::Bytes(bytes) => Some(bytes.to_vec()),
        Media::File(_) => None,
    };
    run(&arguments, &filter, bytes, TIME_LIMIT, look)
}

/// Calls `look` with frames of a camera for some seconds.
///
/// # Errors
/// [`Error::User`] when there is no such camera, ffmpeg is not there, or the camera gives nothing.
pub(super) fn frames_of_camera(
    device: &Path,
    seconds: f64,
    look: impl FnMut(Frame) -> Result<(), Error>,
) -> Result<usize, Error> {
    if !device.exists() {
        return Err(Error::user_hint(
            "no_camera",
            format!("there is no camera at {}", device.display()),
            "connect one, or name its device, e.g. --camera /dev/video2",
        ));
    }
    let length = seconds.to_string();
    let arguments: [&OsStr; 6] = [
        "-f".as_ref(),
        "v4l2".as_ref(),
        "-t".as_ref(),
        length.as_ref(),
        "-i".as_ref(),
        device.as_os_str(),
    ];
    let filter = format!("fps=5,scale='min({MAX_WIDTH},iw)':-2");
    let limit = Duration::from_secs_f64(seconds.clamp(0.0, 3600.0)) + Duration::from_secs(15);
    run(&arguments, &filter, None, limit, look)
}

/// Runs ffmpeg over an input and hands out its frames; the answer counts them.
fn run(
    input: &[&OsStr],
    filter: &str,
    bytes: Option<Vec<u8>>,
    time_limit: Duration,
    mut look: impl FnMut(Frame) -> Result<(), Error>,
) -> Result<usize, Error> {
    let program = ffmpeg().ok_or_else(|| {
        Error::user_hint(
            "no_video",
            "videos and cameras need ffmpeg, which is not installed",
            "install ffmpeg, or give a picture (PNG, JPEG or WebP)",
        )
    })?;
    let output = [
        "-vf",
        filter,
        "-an",
        "-f",
        "image2pipe",
        "-c:v",
        "pgm",
        "pipe:1",
    ];
    let mut command = Command::new(&program);
    command
        .args([
            "-nostdin",
            "-hide_banner",
            "-loglevel",
            "error",
            "-threads",
            "1",
        ])
        .args(input)
        .args(output)
        .stdin(if bytes.is_some() {
            Stdio::piped()
        } else {
            Stdio::null()
        })
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let child = command.spawn();
    let mut child = Running(child.map_err(|source| Error::io("run", &program, source))?);
    if let (Some(bytes), Some(stdin)) = (bytes, child.0.stdin.take()) {
        feed(stdin, bytes)?;
    }
    let stdout = child.0.stdout.take();
    let stdout = stdout.ok_or_else(|| Error::Internal("ffmpeg has no output".into()))?;
    // Read in a thread of its own, so that an ffmpeg that hangs is noticed; one frame waits at most.
    let (frames, inbox) = channel();
    let (go_on, permission) = std::sync::mpsc::sync_channel::<()>(1);
    let reader = std::thread::Builder::new()
        .name("video".into())
        .spawn(move || {
            let mut stdout = BufReader::new(stdout);
            while let Some(frame) = read_pgm(&mut stdout) {
                if frames.send(frame).is_err() || permission.recv().is_err() {
                    return;
                }
            }
        });
    reader.map_err(|error| Error::Internal(format!("no thread for a video: {error}")))?;
    let deadline = std::time::Instant::now() + time_limit;
    let mut count = 0;
    loop {
        let left = deadline.saturating_duration_since(std::time::Instant::now());
        match inbox.recv_timeout(left) {
            Ok(frame) => {
                count += 1;
                look(frame)?;
                // A reader that has ended sends nothing more, which the next round notices.
                let _ = go_on.send(());
            }
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => {
                return Err(Error::user(
                    "unreadable_picture",
                    "reading the video took too long",
                ));
            }
        }
    }
    if count == 0 {
        return Err(Error::user_hint(
            "unreadable_picture",
            "no picture could be read from it",
            "an MP4 whose index stands at its end cannot be read from a stream: give WebM, a \
             fast-start MP4, or the file by name on the command line",
        ));
    }
    Ok(count)
}

/// Writes the video to ffmpeg from a thread of its own, since ffmpeg writes frames meanwhile.
fn feed(mut stdin: ChildStdin, bytes: Vec<u8>) -> Result<(), Error> {
    let writer = std::thread::Builder::new().name("video-input".into());
    writer
        // An ffmpeg that has seen enough closes its end, which is no error.
        .spawn(move || drop(stdin.write_all(&bytes)))
        .map(drop)
        .map_err(|error| Error::Internal(format!("no thread for a video: {error}")))
}

/// A child that does not outlive its use.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // One that has ended already cannot be killed, which is as good.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Reads a binary PGM (Netpbm, `P5`, one byte a pixel); `None` at the end or when it is broken.
fn read_pgm(input: &mut impl Read) -> Option<Frame> {
    let mut magic = [0; 2];
    input.read_exact(&mut magic).ok()?;
    if &magic != b"P5" {
        return None;
    }
    let width = read_number(input)?;
    let height = read_number(input)?;
    let most = read_number(input)?;
    let pixels = width.checked_mul(height)?;
    if most != 255 || pixels == 0 || pixels > MAX_PIXELS {
        return None;
    }
    let mut gray = vec![0; pixels];
    input.read_exact(&mut gray).ok()?;
    Some(Frame {
        width,
        height,
        gray,
    })
}

/// A number of at most six digits between single white spaces.
fn read_number(input: &mut impl Read) -> Option<usize> {
    let mut number: Option<usize> = None;
    for _ in 0..8 {
        let mut byte = [0];
        input.read_exact(&mut byte).ok()?;
        match (byte[0], number) {
            (digit @ b'0'..=b'9', _) => {
                number = Some(number.unwrap_or(0) * 10 + usize::from(digit - b'0'));
            }
            (b' ' | b'\n' | b'\t' | b'\r', Some(number)) => return Some(number),
            (b' ' | b'\n' | b'\t' | b'\r', None) => {}
            _ => return None,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_container(start: &[u8], expected: Option<&str>) {
        assert_eq!(container(start), expected, "{start:?}");
    }

    #[test]
    fn videos_are_known_by_their_content() {
        check_container(b"\x1a\x45\xdf\xa3rest", Some("matroska"));
        check_container(b"\0\0\0\x20ftypisom", Some("mov"));
        check_container(b"\0\0\0\x20ftypavif", None);
        check_container(b"RIFF\0\0\0\0AVI LIST", Some("avi"));
        check_container(b"RIFF\0\0\0\0WAVEfmt ", None);
        check_container(b"YUV4MPEG2 W64 H64", Some("yuv4mpegpipe"));
        check_container(b"#EXTM3U\nfile:///etc/passwd", None);
        check_container(b"ffconcat version 1.0", None);
        check_container(b"", None);
    }

    #[track_caller]
    fn check_pgm(bytes: &[u8], expected: Option<(usize, usize)>) {
        let frame = read_pgm(&mut &*bytes);
        assert_eq!(frame.map(|frame| (frame.width, frame.height)), expected);
    }

    #[test]
    fn broken_pictures_end_the_reading() {
        check_pgm(b"P5\n2 1\n255\nab", Some((2, 1)));
        check_pgm(b"P5\n2 1\n255\na", None);
        check_pgm(b"P6\n2 1\n255\nab", None);
        check_pgm(b"P5\n999999 999999\n255\n", None);
        check_pgm(b"P5\n99999999999999999999 1\n255\n", None);
        check_pgm(b"P5\n-2 1\n255\nab", None);
        check_pgm(b"", None);
    }

    /// A video of four gray frames at two frames a second, as anybody can write it.
    fn y4m() -> Vec<u8> {
        let mut video = b"YUV4MPEG2 W64 H48 F2:1 Ip A1:1 Cmono\n".to_vec();
        for level in [10_u8, 60, 120, 200] {
            video.extend_from_slice(b"FRAME\n");
            video.extend(std::iter::repeat_n(level, 64 * 48));
        }
        video
    }

    #[test]
    fn frames_come_through_ffmpeg() {
        if !is_available() {
            eprintln!("skipped: ffmpeg is not installed");
            return;
        }
        let video = y4m();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        std::fs::write(&path, &video).unwrap();
        for media in [Media::Bytes(&video), Media::File(&path)] {
            let mut sizes = Vec::new();
            let count = frames_of_video(&media, "yuv4mpegpipe", |frame| {
                sizes.push((frame.width, frame.height));
                Ok(())
            });
            assert_eq!(count.unwrap(), 4);
            assert_eq!(sizes, [(64, 48); 4]);
        }
        let broken = Media::Bytes(b"\x1a\x45\xdf\xa3 and nothing else");
        let error = frames_of_video(&broken, "matroska", |_| Ok(())).unwrap_err();
        assert_eq!(error.to_string(), "no picture could be read from it");
    }

    #[test]
    fn a_missing_camera_is_named() {
        let error = frames_of_camera(Path::new("/dev/no-camera"), 1.0, |_| Ok(())).unwrap_err();
        assert_eq!(error.to_string(), "there is no camera at /dev/no-camera");
    }
}
