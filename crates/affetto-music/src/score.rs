//! The score model: tracks of notes in ticks, with tempo map, metre, keys, chords and sections.

use crate::{Chord, Error, Key};

/// Tempo in quarter notes a minute, in 10..=400.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Bpm(f64);

impl Bpm {
    /// Wraps a tempo in 10..=400 quarter notes a minute.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] outside that range.
    pub fn new(bpm: f64) -> Result<Self, Error> {
        if (10.0..=400.0).contains(&bpm) {
            Ok(Self(bpm))
        } else {
            Err(Error::OutOfRange {
                what: "tempo in bpm",
                min: 10.0,
                max: 400.0,
                actual: bpm,
            })
        }
    }

    /// The nearest tempo in 10..=400; what is not a number becomes 120.
    #[must_use]
    pub fn clamped(bpm: f64) -> Self {
        if bpm.is_nan() {
            Self(120.0)
        } else {
            Self(bpm.clamp(10.0, 400.0))
        }
    }

    /// Quarter notes a minute.
    #[must_use]
    pub fn get(self) -> f64 {
        self.0
    }

    /// Seconds a quarter note lasts.
    #[must_use]
    pub fn seconds_per_quarter(self) -> f64 {
        60.0 / self.0
    }
}

/// Metre, e.g. 4/4.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Meter {
    /// Beats in a bar, in `1..=32`.
    pub numerator: u8,
    /// Note value of a beat: 1, 2, 4, 8, 16 or 32.
    pub denominator: u8,
}

impl Meter {
    /// Four quarter notes a bar.
    pub const COMMON: Self = Self {
        numerator: 4,
        denominator: 4,
    };

    /// Length of a bar in ticks.
    #[must_use]
    pub fn bar_ticks(self, ticks_per_quarter: u32) -> u32 {
        ticks_per_quarter * 4 * u32::from(self.numerator) / u32::from(self.denominator.max(1))
    }

    /// Length of one beat (one denominator unit) in ticks.
    #[must_use]
    pub fn beat_ticks(self, ticks_per_quarter: u32) -> u32 {
        ticks_per_quarter * 4 / u32::from(self.denominator.max(1))
    }
}

/// What a track does in the band.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// The tune.
    Melody,
    /// A second line against the tune.
    Counter,
    /// Chordal accompaniment: piano, guitar, arpeggios.
    Chords,
    /// Sustained chords: strings, synthesizer.
    Pad,
    /// The lowest line.
    Bass,
    /// Unpitched percussion, General MIDI channel 10.
    Drums,
    /// Not known, as in files from elsewhere; a solo piano holding everything is this too.
    Other,
}

impl Role {
    /// All roles, in the order in which scores list them.
    pub const ALL: &'static [Self] = &[
        Self::Melody,
        Self::Counter,
        Self::Chords,
        Self::Pad,
        Self::Bass,
        Self::Drums,
        Self::Other,
    ];

    /// The role of a name such as `"melody"`, in either case.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|role| role.name().eq_ignore_ascii_case(name.trim()))
    }

    /// Lower-case English name, e.g. `"melody"`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Melody => "melody",
            Self::Counter => "counter",
            Self::Chords => "chords",
            Self::Pad => "pad",
            Self::Bass => "bass",
            Self::Drums => "drums",
            Self::Other => "other",
        }
    }
}

/// One note. Notes compare by onset, then pitch, duration and velocity: the order of a track.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Note {
    /// Start in ticks from the start of the score.
    pub onset: u32,
    /// MIDI pitch in `0..128`, 60 = middle C (C4). In drum tracks a General MIDI percussion key.
    pub pitch: u8,
    /// Length in ticks, at least 1.
    pub duration: u32,
    /// MIDI velocity in `1..128`.
    pub velocity: u8,
}

impl Note {
    /// End in ticks: the first tick the note no longer sounds.
    #[must_use]
    pub fn end(self) -> u32 {
        self.onset.saturating_add(self.duration)
    }
}

/// A track: one instrument playing one role.
#[derive(Debug, Clone, PartialEq)]
pub struct Track {
    /// Name shown to people, e.g. `"Electric bass"`.
    pub name: String,
    /// What it does.
    pub role: Role,
    /// General MIDI program in `0..128`; for drums the kit.
    pub program: u8,
    /// MIDI channel in `0..16`; 9 is percussion.
    pub channel: u8,
    /// Channel volume (controller 7) in `0..128`; 100 is General MIDI's default.
    pub volume: u8,
    /// Stereo position (controller 10) in `0..128`; 64 is the middle.
    pub pan: u8,
    /// Notes, sorted by onset, then pitch.
    pub notes: Vec<Note>,
}

impl Track {
    /// An empty track at default volume in the middle.
    #[must_use]
    pub fn new(name: impl Into<String>, role: Role, program: u8, channel: u8) -> Self {
        Self {
            name: name.into(),
            role,
            program,
            channel,
            volume: 100,
            pan: 64,
            notes: Vec::new(),
        }
    }

    /// Sorts the notes and removes overlaps of one pitch: a note ends where the next note of its
    /// pitch starts, and of two that start together the longer stays.
    ///
    /// MIDI cannot tell such notes apart, so this is what both the reader and the writer do.
    pub fn cut_overlaps(&mut self) {
        self.notes.sort_unstable();
        let mut next_onset = [u32::MAX; 256];
        for note in self.notes.iter_mut().rev() {
            let next = &mut next_onset[usize::from(note.pitch)];
            note.duration = note.duration.min(next.saturating_sub(note.onset));
            *next = note.onset;
        }
        self.notes.retain(|note| note.duration > 0);
    }

    /// Whether the track is unpitched percussion.
    #[must_use]
    pub fn is_drums(&self) -> bool {
        self.channel == 9 || self.role == Role::Drums
    }
}

/// A tempo from a tick on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TempoChange {
    /// First tick of the tempo.
    pub tick: u32,
    /// The tempo.
    pub bpm: Bpm,
}

/// A metre from a tick on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MeterChange {
    /// First tick of the metre, at a bar line.
    pub tick: u32,
    /// The metre.
    pub meter: Meter,
}

/// A key from a tick on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyChange {
    /// First tick of the key.
    pub tick: u32,
    /// The key.
    pub key: Key,
}

/// A chord over a stretch of the score.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChordSpan {
    /// First tick.
    pub onset: u32,
    /// Length in ticks.
    pub duration: u32,
    /// The chord.
    pub chord: Chord,
}

/// A named stretch of the form, e.g. `"A"`, from a tick to the next section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// First tick.
    pub tick: u32,
    /// Rehearsal letter or name.
    pub name: String,
}

/// A piece of music.
#[derive(Debug, Clone, PartialEq)]
pub struct Score {
    /// Title, if any.
    pub title: Option<String>,
    /// Remarks for people, such as how the piece was made; they travel in MIDI and MusicXML files.
    pub comments: Vec<String>,
    /// Resolution in `1..=32767`.
    pub ticks_per_quarter: u32,
    /// Tempo map, sorted; empty means 120 bpm.
    pub tempos: Vec<TempoChange>,
    /// Metres, sorted; empty means 4/4.
    pub meters: Vec<MeterChange>,
    /// Keys, sorted; empty means unknown.
    pub keys: Vec<KeyChange>,
    /// Chords, sorted, not overlapping; may be empty.
    pub chords: Vec<ChordSpan>,
    /// Sections, sorted; may be empty.
    pub sections: Vec<Section>,
    /// Length in ticks; at least the end of the last note once [`Score::close`] was called.
    pub length: u32,
    /// The tracks.
    pub tracks: Vec<Track>,
}

/// Resolution of scores that this program makes: 480 ticks a quarter note, 120 a sixteenth.
pub const TICKS_PER_QUARTER: u32 = 480;

impl Default for Score {
    fn default() -> Self {
        Self {
            title: None,
            comments: Vec::new(),
            ticks_per_quarter: TICKS_PER_QUARTER,
            tempos: Vec::new(),
            meters: Vec::new(),
            keys: Vec::new(),
            chords: Vec::new(),
            sections: Vec::new(),
            length: 0,
            tracks: Vec::new(),
        }
    }
}

impl Score {
    /// All notes of pitched tracks.
    pub fn pitched_notes(&self) -> impl Iterator<Item = &Note> {
        self.tracks
            .iter()
            .filter(|track| !track.is_drums())
            .flat_map(|track| &track.notes)
    }

    /// Sorts all notes and makes `length` cover the last note.
    pub fn close(&mut self) {
        for track in &mut self.tracks {
            track.notes.sort_unstable();
        }
        let end = self
            .tracks
            .iter()
            .flat_map(|t| &t.notes)
            .map(|n| n.end())
            .max()
            .unwrap_or(0);
        self.length = self.length.max(end);
    }

    /// Time of a tick in seconds from the start, following the tempo map.
    #[must_use]
    pub fn seconds_at(&self, tick: u32) -> f64 {
        let per_tick = |bpm: f64| 60.0 / bpm / f64::from(self.ticks_per_quarter);
        let (mut seconds, mut from, mut bpm) = (0.0, 0, 120.0);
        for change in self.tempos.iter().take_while(|change| change.tick <= tick) {
            seconds += f64::from(change.tick - from) * per_tick(bpm);
            (from, bpm) = (change.tick, change.bpm.get());
        }
        seconds + f64::from(tick - from) * per_tick(bpm)
    }

    /// Length in seconds.
    #[must_use]
    pub fn duration_seconds(&self) -> f64 {
        self.seconds_at(self.length)
    }

    /// Ticks at which bars start, the first at 0, and at last the end of the last bar.
    ///
    /// A metre that changes within a bar starts a bar of its own, as notation programs do it.
    #[must_use]
    pub fn bar_lines(&self) -> Vec<u32> {
        let mut lines = vec![0];
        let (mut tick, mut meter, mut next) = (0_u32, Meter::COMMON, 0);
        while tick < self.length {
            while self
                .meters
                .get(next)
                .is_some_and(|change| change.tick <= tick)
            {
                meter = self.meters[next].meter;
                next += 1;
            }
            tick = tick.saturating_add(meter.bar_ticks(self.ticks_per_quarter).max(1));
            lines.push(tick);
        }
        lines
    }
}
