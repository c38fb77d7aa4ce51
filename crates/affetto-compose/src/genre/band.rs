//! Who plays in a genre and what: instruments, drum grooves, bass lines and comping as text that
//! a musician can read.

use affetto_music::Role;

use super::steps::{Grid, Lane};
use crate::Layers;

/// An instrument with its place in the mix.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Instrument {
    /// Name for people, e.g. `"Electric bass"`.
    pub name: &'static str,
    /// General MIDI program in `0..128`; for drums the kit.
    pub program: u8,
    /// Channel volume in `0..128`.
    pub volume: u8,
    /// Stereo position in `0..128`, 64 the middle.
    pub pan: u8,
    /// The mood it suits best: brightness (−1 dark, 1 bright) and energy (0 calm, 1 driving).
    pub mood: (f64, f64),
}

impl Instrument {
    pub(crate) const fn new(
        name: &'static str,
        (program, volume, pan): (u8, u8, u8),
        mood: (f64, f64),
    ) -> Self {
        Self {
            name,
            program,
            volume,
            pan,
            mood,
        }
    }
}

/// The instruments of a genre by role; the first of each is the usual one.
#[derive(Debug, Clone, Copy)]
pub struct Palette {
    /// For the tune.
    pub melody: &'static [Instrument],
    /// For the second line.
    pub counter: &'static [Instrument],
    /// For comping.
    pub chords: &'static [Instrument],
    /// For sustained chords.
    pub pad: &'static [Instrument],
    /// For the bass.
    pub bass: &'static [Instrument],
    /// Drum kits.
    pub drums: &'static [Instrument],
}

impl Palette {
    /// The instruments of a role; those of the tune for [`Role::Other`].
    #[must_use]
    pub fn of(&self, role: Role) -> &'static [Instrument] {
        match role {
            Role::Melody | Role::Other => self.melody,
            Role::Counter => self.counter,
            Role::Chords => self.chords,
            Role::Pad => self.pad,
            Role::Bass => self.bass,
            Role::Drums => self.drums,
        }
    }
}

/// Where in the form a pattern belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Anywhere.
    Any,
    /// Sections A: verse, theme.
    Verse,
    /// All other sections: chorus, bridge.
    Chorus,
}

/// When a pattern may be chosen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Use {
    /// Lowest and highest energy, 0..=1.
    pub energy: (f64, f64),
    /// Where in the form.
    pub place: Place,
}

/// Anywhere in the form between two energies.
pub(crate) const fn any(low: f64, high: f64) -> Use {
    Use {
        energy: (low, high),
        place: Place::Any,
    }
}

/// In sections A between two energies.
pub(crate) const fn verse(low: f64, high: f64) -> Use {
    Use {
        energy: (low, high),
        place: Place::Verse,
    }
}

/// In the other sections between two energies.
pub(crate) const fn chorus(low: f64, high: f64) -> Use {
    Use {
        energy: (low, high),
        place: Place::Chorus,
    }
}

/// A drum groove: lanes of a kit.
#[derive(Debug, Clone, Copy)]
pub struct Groove {
    /// When.
    pub when: Use,
    /// What each drum plays; see [`Lane`].
    pub lanes: &'static [Lane],
}

/// A line of one part: bass, comping or left hand.
#[derive(Debug, Clone, Copy)]
pub struct Line {
    /// When.
    pub when: Use,
    /// The bars of the line, played in turn; see [`Grid`].
    pub bars: Grid,
}

impl Line {
    pub(crate) const fn new(when: Use, bars: Grid) -> Self {
        Self { when, bars }
    }
}

impl Groove {
    pub(crate) const fn new(when: Use, lanes: &'static [Lane]) -> Self {
        Self { when, lanes }
    }
}

/// How chords are spread over the hands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Voicing {
    /// Three close voices, now and then four.
    Triads,
    /// Thirds and sevenths with a colour; the root is left to the bass.
    Rootless,
    /// Root, fifth and octave low on the guitar.
    Power,
    /// Open positions with the ninth, widely spread.
    Open,
}

/// At which share of layers and down to which arousal a role plays.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Entry {
    /// The role.
    pub role: Role,
    /// Plays from this value of the layers cue on, 0..=1.
    pub from: f64,
    /// Plays up to this value of the layers cue.
    pub to: f64,
    /// Never plays below this arousal, −1..=1.
    pub arousal: f64,
}

impl Entry {
    /// Plays from a share of layers on and never below an arousal.
    pub(crate) const fn new(role: Role, from: f64, arousal: f64) -> Self {
        Self {
            role,
            from,
            to: 1.0,
            arousal,
        }
    }
}

/// The band of a genre.
#[derive(Debug, Clone, Copy)]
pub struct Band {
    /// Instruments.
    pub palette: Palette,
    /// When the roles enter.
    pub entries: &'static [Entry],
    /// Drum grooves.
    pub grooves: &'static [Groove],
    /// Drum fills of one bar, of which the end is played.
    pub fills: &'static [&'static [Lane]],
    /// Bass lines.
    pub bass: &'static [Line],
    /// Comping.
    pub comping: &'static [Line],
    /// Left hands of the piano texture.
    pub left_hand: &'static [Line],
    /// Voicing of the chords.
    pub voicing: Voicing,
    /// How much later than the beat the tune sits, in milliseconds; laid back above 0.
    pub laid_back_ms: f64,
}

impl Band {
    /// Who plays at a share of layers in 0..=1 and an arousal in −1..=1; the tune always does.
    #[must_use]
    pub fn layers(&self, share: f64, arousal: f64) -> Layers {
        let plays = |role: Role| {
            self.entries.iter().any(|entry| {
                entry.role == role
                    && (entry.from..=entry.to).contains(&share.clamp(0.0, 1.0))
                    && arousal >= entry.arousal
            })
        };
        Layers {
            melody: true,
            counter: plays(Role::Counter),
            chords: plays(Role::Chords),
            pad: plays(Role::Pad),
            bass: plays(Role::Bass),
            drums: plays(Role::Drums),
        }
    }
}
