//! Who plays what in a score from anywhere.

use std::collections::HashSet;

use affetto_music::{Note, Role, Score, Track};

use crate::Texture;
use crate::tokens::{Voice, track_voices, voices};

/// The role of every note of a score.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Roles {
    /// Of each track; `None` where it plays none, and for the tracks of a piano that is split.
    tracks: Vec<Option<Role>>,
    /// Onset and pitch of the notes of the tune where one piano plays everything.
    tune: Option<HashSet<(u32, u8)>>,
    /// The roles that play, in the order of [`Role::ALL`], with the track that plays most of each.
    homes: Vec<(Role, usize)>,
    texture: Texture,
}

impl Roles {
    /// Finds the roles: those that tracks say, else melody, bass and chords as
    /// [`track_voices`] finds them. One piano has a melody, its upper line, and chords.
    #[must_use]
    pub fn of(score: &Score) -> Self {
        let found = track_voices(score);
        let is_told = score.tracks.iter().any(tells);
        let tune = (found.is_none() && !is_told).then(|| {
            let [melody, ..] = voices(score);
            melody
                .iter()
                .map(|note| (note.onset, note.pitch))
                .collect::<HashSet<_>>()
        });
        let tracks = score.tracks.iter().enumerate().map(|(index, track)| {
            let voice = found.as_ref().and_then(|voices| voices[index]);
            match track.role {
                _ if track.is_drums() => Some(Role::Drums),
                Role::Other if found.is_none() => is_told.then_some(Role::Chords),
                Role::Other => voice.map(Voice::role),
                told => Some(told),
            }
        });
        let mut roles = Self {
            tracks: tracks.collect(),
            tune,
            homes: Vec::new(),
            texture: Texture::Band,
        };
        roles.homes = roles.find_homes(score);
        roles.texture = match roles.present().collect::<Vec<_>>()[..] {
            [Role::Melody] => Texture::Mono,
            _ if roles.tune.is_some() && !roles.plays(Role::Drums) => Texture::Poly,
            _ => Texture::Band,
        };
        roles
    }

    fn find_homes(&self, score: &Score) -> Vec<(Role, usize)> {
        let n_notes = |role: Role, index: usize| {
            let notes = &score.tracks[index].notes;
            let plays = |note: &&Note| self.role(index, note) == Some(role);
            notes.iter().filter(plays).count()
        };
        let most = |role: Role| {
            let (count, index) = (0..score.tracks.len())
                .map(|index| (n_notes(role, index), index))
                .max_by_key(|&(count, index)| (count, std::cmp::Reverse(index)))?;
            (count > 0).then_some((role, index))
        };
        Role::ALL.iter().filter_map(|&role| most(role)).collect()
    }

    /// The role of a note of a track; `None` for sound effects.
    #[must_use]
    pub fn role(&self, track: usize, note: &Note) -> Option<Role> {
        match (self.tracks.get(track)?, &self.tune) {
            (Some(role), _) => Some(*role),
            (None, Some(tune)) if tune.contains(&(note.onset, note.pitch)) => Some(Role::Melody),
            (None, Some(_)) => Some(Role::Chords),
            (None, None) => None,
        }
    }

    /// The roles that play, in the order of [`Role::ALL`].
    pub fn present(&self) -> impl Iterator<Item = Role> {
        self.homes.iter().map(|&(role, _)| role)
    }

    /// Whether a role plays anywhere.
    #[must_use]
    pub fn plays(&self, role: Role) -> bool {
        self.home(role).is_some()
    }

    /// The track that plays most of a role.
    #[must_use]
    pub fn home(&self, role: Role) -> Option<usize> {
        let found = self.homes.iter().find(|(other, _)| *other == role);
        found.map(|&(_, track)| track)
    }

    /// One melody, one piano, or a band.
    #[must_use]
    pub fn texture(&self) -> Texture {
        self.texture
    }

    /// The role of a composed part in this score: all that a piano plays beside its tune is chords.
    pub(super) fn of_part(&self, role: Role) -> Role {
        match (self.texture, role) {
            (Texture::Poly, Role::Melody) => Role::Melody,
            (Texture::Poly, _) => Role::Chords,
            _ => role,
        }
    }
}

/// Whether a track with pitches says what it does.
fn tells(track: &Track) -> bool {
    track.role != Role::Other && !track.is_drums() && !track.notes.is_empty()
}
