//! Nothing that is sensed is stored or sent: the real program is watched by `strace` while it
//! serves and senses.

#![cfg(target_os = "linux")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// What a program is seen to do: to open or rename files, and to reach out.
const WATCHED: &str = "trace=open,openat,openat2,creat,rename,renameat,renameat2,link,linkat,\
                       symlinkat,mkdir,mkdirat,memfd_create,connect,sendto,sendmsg,sendmmsg";

struct Watched {
    child: Child,
    address: String,
}

impl Drop for Watched {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Whether strace may watch programs here.
fn can_watch(folder: &Path) -> bool {
    let log = folder.join("try.log");
    let tried = Command::new("strace")
        .args(["-D", "-f", "-o"])
        .arg(log)
        .arg("true")
        .status();
    tried.is_ok_and(|status| status.success())
}

fn serve(folder: &Path, log: &Path) -> Watched {
    let program = assert_cmd::cargo::cargo_bin("affetto");
    let mut command = Command::new("strace");
    // The tracer runs beside the program (-D), so that our child is the program and ends when it is
    // killed.
    command
        .args(["-D", "-f", "-qq", "-e", WATCHED, "-o"])
        .arg(log)
        .arg(program);
    command.args(["serve", "--listen", "127.0.0.1:0"]);
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("AFFETTO_")) {
        command.env_remove(name);
    }
    let mut child = command
        .current_dir(folder)
        .env("XDG_CONFIG_HOME", folder)
        .env("AFFETTO_DATA", folder.join("data"))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("strace starts");
    let mut first = String::new();
    let stdout = child.stdout.take().expect("stdout is a pipe");
    BufReader::new(stdout)
        .read_line(&mut first)
        .expect("the address is printed");
    let address = first
        .trim()
        .trim_start_matches("http://")
        .trim_end_matches('/')
        .to_owned();
    Watched { child, address }
}

/// Posts bytes; the answer's status line and body.
fn post(address: &str, path: &str, body: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).expect("the server answers");
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).expect("it works");
    stream.write_all(body).expect("it works");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("it works");
    String::from_utf8_lossy(&answer).into_owned()
}

/// Three seconds of a tone with a voice's pitch, as WAV.
fn wav() -> Vec<u8> {
    let data: Vec<u8> = (0..48_000_u32)
        .map(|i| if i % 100 < 50 { 8_000_i16 } else { -8_000 })
        .flat_map(i16::to_le_bytes)
        .collect();
    let size = u32::try_from(data.len()).expect("it is short");
    let mut file = b"RIFF".to_vec();
    file.extend((36 + size).to_le_bytes());
    file.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0\x80\x3e\0\0\0\x7d\0\0\x02\0\x10\0data");
    file.extend(size.to_le_bytes());
    file.extend(data);
    file
}

/// Two seconds of gray video that ffmpeg reads.
fn video() -> Vec<u8> {
    let mut video = b"YUV4MPEG2 W64 H48 F2:1 Ip A1:1 Cmono\n".to_vec();
    for _ in 0..4 {
        video.extend_from_slice(b"FRAME\n");
        video.extend(std::iter::repeat_n(120, 64 * 48));
    }
    video
}

/// A gray PNG of one pixel.
const PIXEL: &[u8] =
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\0\0\0\0\x3a\x7e\x9b\x55\
    \0\0\0\nIDAT\x78\xda\x63\x68\0\0\0\x82\0\x81\xda\x45\x08\x3b\0\0\0\0IEND\xae\x42\x60\x82";

/// Calls that store or send, among the watched ones.
fn faults(log: &str) -> Vec<&str> {
    let writes = |line: &str| {
        let opens = line.contains("open") && line.contains('"');
        let for_writing = ["O_WRONLY", "O_RDWR", "O_CREAT", "O_TMPFILE"]
            .iter()
            .any(|flag| line.contains(flag));
        // Devices and the system's own files are no storage.
        let harmless = ["\"/dev/null\"", "\"/dev/tty", "\"/proc/", "\"/sys/"]
            .iter()
            .any(|path| line.contains(path));
        opens && for_writing && !harmless
    };
    let moves = |line: &str| {
        [
            "rename",
            "creat(",
            "link(",
            "linkat(",
            "mkdir",
            "memfd_create",
        ]
        .iter()
        .any(|call| line.contains(call))
    };
    // Answers to clients go out through connections that came in, not through these calls.
    let reaches_out = |line: &str| line.contains("connect(") && line.contains("sa_family=AF_INET");
    let sends = |line: &str| line.contains("send") && line.contains("sa_family=AF_INET");
    log.lines()
        .filter(|line| writes(line) || moves(line) || reaches_out(line) || sends(line))
        .collect()
}

#[test]
fn sensing_stores_nothing_and_sends_nothing() {
    let folder = tempfile::tempdir().expect("it works");
    if !can_watch(folder.path()) {
        eprintln!("skipped: strace is not installed, or may not watch programs here");
        return;
    }
    let log = folder.path().join("watched.log");
    let server = serve(folder.path(), &log);
    let asked = [
        (
            "/api/v1/sense/text",
            br#"{"text":"bit blue but ok"}"#.to_vec(),
        ),
        ("/api/v1/sense/speech", wav()),
        ("/api/v1/sense/face", PIXEL.to_vec()),
        ("/api/v1/sense/face", video()),
    ];
    for (path, body) in asked {
        let answer = post(&server.address, path, &body);
        assert!(
            answer.starts_with("HTTP/1.1 200") || path.ends_with("face"),
            "{path}: {answer}"
        );
    }
    let before = std::fs::read_to_string(&log).expect("strace wrote its log");
    let found = faults(&before);
    assert!(
        found.is_empty(),
        "while sensing the program did:\n{}",
        found.join("\n")
    );

    // The watch itself works: a correction is stored, and is seen to be.
    let correction = br#"{"sense":"face","sensed":{"valence":0.5,"arousal":0,"valence_sd":0.2,
        "arousal_sd":0.2},"valence":-0.5,"arousal":0}"#;
    let answer = post(&server.address, "/api/v1/sense/correct", correction);
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    let after = std::fs::read_to_string(&log).expect("strace wrote its log");
    assert!(!faults(&after).is_empty(), "the watch saw nothing");
    let stored: Vec<_> = std::fs::read_dir(folder.path().join("data"))
        .expect("the profile's folder is there")
        .map(|entry| entry.expect("it works").file_name())
        .collect();
    assert_eq!(stored, ["listener.json"]);
}
