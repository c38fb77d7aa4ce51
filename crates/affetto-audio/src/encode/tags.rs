//! What is written into a file about how it was made.

/// Tags of a sound file. What is `None` is not written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tags {
    /// Title of the piece.
    pub title: Option<String>,
    /// Who made it.
    pub artist: Option<String>,
    /// Anything else.
    pub comment: Option<String>,
    /// What was asked for, so that it can be asked for again.
    pub request: Option<String>,
    /// Seed with which the same request gives the same piece.
    pub seed: Option<u64>,
    /// Models that took part, with versions.
    pub model: Option<String>,
    /// Program and version.
    pub software: Option<String>,
    /// Date as `YYYY-MM-DD`; written only when given, so that equal pieces give equal bytes.
    pub date: Option<String>,
}

impl Tags {
    /// Name–value pairs as Vorbis comments use them (Ogg and FLAC).
    pub(super) fn vorbis(&self) -> Vec<(&'static str, String)> {
        let seed = self.seed.map(|seed| seed.to_string());
        [
            ("TITLE", &self.title),
            ("ARTIST", &self.artist),
            ("COMMENT", &self.comment),
            ("REQUEST", &self.request),
            ("SEED", &seed),
            ("MODEL", &self.model),
            ("ENCODED-BY", &self.software),
            ("DATE", &self.date),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value.clone()?)))
        .collect()
    }

    /// Comment, request, seed and model in one line, for formats with one comment field.
    pub(super) fn summary(&self) -> Option<String> {
        let labeled = |label: &str, value: &Option<String>| {
            value.as_ref().map(|value| format!("{label}: {value}"))
        };
        let seed = self.seed.map(|seed| seed.to_string());
        let parts: Vec<_> = [
            self.comment.clone(),
            labeled("request", &self.request),
            labeled("seed", &seed),
            labeled("model", &self.model),
        ]
        .into_iter()
        .flatten()
        .collect();
        (!parts.is_empty()).then(|| parts.join("; "))
    }
}

/// The content of a Vorbis comment header without framing (Vorbis I, section 5).
pub(super) fn vorbis_comment(vendor: &str, tags: &Tags) -> Vec<u8> {
    let mut out = Vec::new();
    let put = |out: &mut Vec<u8>, text: &str| {
        out.extend(u32::try_from(text.len()).unwrap_or(u32::MAX).to_le_bytes());
        out.extend(text.bytes());
    };
    put(&mut out, vendor);
    let comments = tags.vorbis();
    out.extend((comments.len() as u32).to_le_bytes());
    for (name, value) in comments {
        put(&mut out, &format!("{name}={value}"));
    }
    out
}

/// An ID3v2.4 tag (id3.org 2000), as MP3 files begin with; empty without tags.
#[cfg(feature = "mp3")]
pub(super) fn id3(tags: &Tags) -> Vec<u8> {
    let mut frames = Vec::new();
    let texts = [
        (b"TIT2", &tags.title),
        (b"TPE1", &tags.artist),
        (b"TDRC", &tags.date),
        (b"TSSE", &tags.software),
    ];
    for (id, text) in texts {
        if let Some(text) = text {
            id3_frame(&mut frames, id, &[], text);
        }
    }
    if let Some(comment) = &tags.comment {
        // Language and an empty description come before the text.
        id3_frame(&mut frames, b"COMM", b"eng\0", comment);
    }
    let seed = tags.seed.map(|seed| seed.to_string());
    for (name, text) in [
        ("REQUEST", &tags.request),
        ("SEED", &seed),
        ("MODEL", &tags.model),
    ] {
        if let Some(text) = text {
            id3_frame(&mut frames, b"TXXX", format!("{name}\0").as_bytes(), text);
        }
    }
    if frames.is_empty() {
        return frames;
    }
    let mut out = b"ID3\x04\0\0".to_vec();
    out.extend(synchsafe(frames.len()));
    out.extend(frames);
    out
}

#[cfg(feature = "mp3")]
fn id3_frame(out: &mut Vec<u8>, id: &[u8; 4], before: &[u8], text: &str) {
    const UTF_8: u8 = 3;
    out.extend(id);
    out.extend(synchsafe(1 + before.len() + text.len()));
    out.extend([0, 0, UTF_8]);
    out.extend(before);
    out.extend(text.bytes());
}

/// 28 bits in four bytes whose highest bits are 0, so that no size looks like an MP3 frame.
#[cfg(feature = "mp3")]
fn synchsafe(size: usize) -> [u8; 4] {
    [21, 14, 7, 0].map(|shift| (size >> shift & 0x7F) as u8)
}
