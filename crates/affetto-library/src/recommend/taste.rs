//! Taste: votes for and against songs, artists and genres, that fade and are shrunk.

use serde::{Deserialize, Serialize};

use crate::Reaction;

/// After this long a vote counts half: tastes last, but not for ever (90 days).
const HALF_LIFE_S: f64 = 90.0 * 86_400.0;
/// A skip before this many seconds says that the song is wrong; later ones say less.
const SURE_SKIP_S: f64 = 30.0;
/// Length taken for a song of unknown length, in seconds.
const USUAL_DURATION_S: f64 = 210.0;

/// Votes for and against something, each at least 0, as they counted at a time.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Votes {
    /// Votes for.
    pub liked: f64,
    /// Votes against.
    pub disliked: f64,
    /// When they counted this much, in seconds.
    pub at_s: f64,
}

impl Votes {
    /// The same votes at a later time.
    #[must_use]
    pub fn at(&self, now_s: f64) -> Self {
        let age_s = (now_s - self.at_s).max(0.0);
        let fading = if age_s.is_finite() {
            (-age_s / HALF_LIFE_S).exp2()
        } else {
            0.0
        };
        Self {
            liked: self.liked * fading,
            disliked: self.disliked * fading,
            at_s: self.at_s.max(now_s),
        }
    }

    /// Adds a vote: for where it is above 0, against below.
    pub(crate) fn add(&mut self, vote: f64, now_s: f64) {
        *self = self.at(now_s);
        self.liked += vote.max(0.0);
        self.disliked += (-vote).max(0.0);
    }

    /// Logarithm of the odds of liking, shrunk towards 0 by as many votes for and against:
    /// ln((liked + κ) / (disliked + κ)), the mean of a Beta posterior as log-odds.
    #[must_use]
    pub fn log_odds(&self, now_s: f64, shrinkage: f64) -> f64 {
        let now = self.at(now_s);
        ((now.liked + shrinkage) / (now.disliked + shrinkage)).ln()
    }
}

/// What a reaction says about taste, as a number of votes; 0 where it is about the mood.
///
/// Explicit signals count most; a skip counts less the later it came (implicit feedback, Hu, Koren
/// & Volinsky 2008); hearing a song to its end counts little, since nobody may have listened.
#[must_use]
pub fn vote(reaction: &Reaction, duration_s: Option<f64>) -> f64 {
    match *reaction {
        Reaction::Like => 2.0,
        Reaction::Dislike => -3.0,
        Reaction::Replay => 1.5,
        Reaction::Finish => 0.4,
        Reaction::Skip { at_s } => -skip_weight(at_s, duration_s),
        _ => 0.0,
    }
}

/// 1 for an early skip, falling to 0 at the end of the song.
fn skip_weight(at_s: f64, duration_s: Option<f64>) -> f64 {
    let end_s = duration_s.filter(|d| d.is_finite() && *d > 0.0);
    let end_s = end_s.unwrap_or(USUAL_DURATION_S);
    if at_s.is_nan() || at_s <= SURE_SKIP_S.min(0.5 * end_s) {
        return 1.0;
    }
    let sure_s = SURE_SKIP_S.min(0.5 * end_s);
    ((end_s - at_s) / (end_s - sure_s)).clamp(0.0, 1.0)
}

/// Where the votes of a song come from and how much they are shrunk.
///
/// A song's own votes count as they are, those of its artist half, of its genre a quarter, each
/// after its own shrinkage: one liked song says little about a genre.
pub(crate) const SONG: Level = Level::new(1.0, 1.0);
/// See [`SONG`].
pub(crate) const ARTIST: Level = Level::new(0.5, 3.0);
/// See [`SONG`].
pub(crate) const GENRE: Level = Level::new(0.5, 8.0);

/// A level of taste.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Level {
    share: f64,
    shrinkage: f64,
}

impl Level {
    const fn new(share: f64, shrinkage: f64) -> Self {
        Self { share, shrinkage }
    }

    /// What votes at this level say of a song, in nats.
    pub(crate) fn taste(&self, votes: Option<&Votes>, now_s: f64) -> f64 {
        votes.map_or(0.0, |v| self.share * v.log_odds(now_s, self.shrinkage))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_skip(at_s: f64, duration_s: Option<f64>, expected: f64) {
        let actual = vote(&Reaction::Skip { at_s }, duration_s);
        assert!((actual - expected).abs() < 1e-9, "{actual}");
    }

    #[test]
    fn skips_count_less_the_later() {
        check_skip(0.0, Some(200.0), -1.0);
        check_skip(30.0, Some(200.0), -1.0);
        check_skip(115.0, Some(200.0), -0.5);
        check_skip(200.0, Some(200.0), 0.0);
        check_skip(999.0, Some(200.0), 0.0);
        check_skip(120.0, None, -0.5);
        check_skip(-5.0, None, -1.0);
        check_skip(f64::NAN, Some(f64::NAN), -1.0);
        check_skip(3.0, Some(4.0), -0.5);
    }

    #[test]
    fn votes_fade_and_are_shrunk() {
        let mut votes = Votes::default();
        votes.add(2.0, 0.0);
        let fresh = votes.log_odds(0.0, 1.0);
        assert!((fresh - 3.0_f64.ln()).abs() < 1e-12);
        assert!(votes.log_odds(0.0, 8.0) < 0.3 * fresh);
        assert!((votes.at(HALF_LIFE_S).liked - 1.0).abs() < 1e-12);
        assert!(votes.log_odds(1e12, 1.0).abs() < 1e-6);
        assert_eq!(votes.log_odds(f64::INFINITY, 1.0), 0.0);
        votes.add(-2.0, 0.0);
        assert_eq!(votes.log_odds(0.0, 1.0), 0.0);
    }
}
