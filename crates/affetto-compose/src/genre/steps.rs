//! The notation of patterns: a character a sixteenth note, spaces for the eye.

/// Bars of a pattern, played in turn by the bar of the phrase.
///
/// A character stands for a sixteenth; spaces are ignored. `.` rests, `-` holds what sounds. A bar
/// of twelve characters is meant for three quarters. What else may stand there depends on the part:
///
/// - **bass**: `R` root, `8` octave above, `3 5 6 7` degrees of the chord, `l` fifth below the root,
///   `s` step of the scale and `a` semitone leading to the next root, `w` walking.
/// - **comping**: `x` chord, `X` accented chord, `d` `u` strum down and up, `m` muted, `1`–`6` one
///   voice from below (above the number of voices: an octave higher), `b` lowest voice, `p` root and
///   fifth, `q` root and sixth.
/// - **left hand**: `R` root, `5 8` above it, `l` fifth below, `B` root in octaves, `T` root and
///   tenth, `x` chord in the middle, `1`–`4` voices of that chord.
pub type Grid = &'static [&'static str];

/// A drum and what it plays: bars of sixteenths, `1` (softest) to `9` (loudest) strikes, `g` is a
/// ghost note that comes and goes, `.` nothing.
pub type Lane = (Drum, Grid);

/// Drums of a kit with their General MIDI percussion keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Drum {
    /// Bass drum.
    Kick,
    /// Side stick.
    Rim,
    /// Snare.
    Snare,
    /// Hand clap.
    Clap,
    /// Closed hi-hat.
    Hat,
    /// Hi-hat played with the foot.
    Pedal,
    /// Open hi-hat.
    Open,
    /// High tom.
    High,
    /// Middle tom.
    Middle,
    /// Low tom.
    Low,
    /// Crash cymbal.
    Crash,
    /// Ride cymbal.
    Ride,
    /// Bell of the ride.
    Bell,
    /// Tambourine.
    Tambourine,
    /// Cowbell.
    Cowbell,
    /// Shaker.
    Shaker,
    /// Timpani-like low drum of the orchestra kit.
    Timpani,
}

impl Drum {
    /// All drums.
    pub const ALL: [Self; 17] = [
        Self::Kick,
        Self::Rim,
        Self::Snare,
        Self::Clap,
        Self::Hat,
        Self::Pedal,
        Self::Open,
        Self::High,
        Self::Middle,
        Self::Low,
        Self::Crash,
        Self::Ride,
        Self::Bell,
        Self::Tambourine,
        Self::Cowbell,
        Self::Shaker,
        Self::Timpani,
    ];

    /// General MIDI percussion key (General MIDI Level 1, percussion map).
    #[must_use]
    pub fn key(self) -> u8 {
        match self {
            Self::Kick => 36,
            Self::Rim => 37,
            Self::Snare => 38,
            Self::Clap => 39,
            Self::Timpani => 41,
            Self::Hat => 42,
            Self::Pedal => 44,
            Self::Low => 45,
            Self::Open => 46,
            Self::Middle => 47,
            Self::Crash => 49,
            Self::High => 50,
            Self::Ride => 51,
            Self::Bell => 53,
            Self::Tambourine => 54,
            Self::Cowbell => 56,
            Self::Shaker => 82,
        }
    }
}

/// One sounding step of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// First sixteenth, from 0.
    pub start: u32,
    /// Sixteenths it lasts, at least 1.
    pub length: u32,
    /// What is played.
    pub symbol: char,
}

/// The steps of the bar with number `bar` of a grid, for a bar of `sixteenths`.
///
/// A pattern that is too long is cut, one that is too short starts over.
#[must_use]
pub fn steps(grid: Grid, bar: u32, sixteenths: u32) -> Vec<Step> {
    let Some(text) = grid.get(bar as usize % grid.len().max(1)) else {
        return Vec::new();
    };
    let symbols: Vec<char> = text.chars().filter(|c| !c.is_whitespace()).collect();
    let mut found: Vec<Step> = Vec::new();
    let mut holding = false;
    for (start, symbol) in (0..sixteenths).zip(symbols.iter().copied().cycle()) {
        match symbol {
            '.' => holding = false,
            '-' if holding => {
                if let Some(last) = found.last_mut() {
                    last.length += 1;
                }
            }
            '-' => {}
            _ => {
                found.push(Step {
                    start,
                    length: 1,
                    symbol,
                });
                holding = true;
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(grid: Grid, bar: u32, sixteenths: u32, expected: &str) {
        let written: Vec<String> = steps(grid, bar, sixteenths)
            .iter()
            .map(|s| format!("{}{}+{}", s.symbol, s.start, s.length))
            .collect();
        assert_eq!(written.join(" "), expected);
    }

    #[test]
    fn steps_hold_rest_and_repeat() {
        check(&["R--- ..5- .... 8..."], 0, 16, "R0+4 56+2 812+1");
        check(&["x---", "-x.."], 1, 4, "x1+1");
        check(&["x.."], 0, 6, "x0+1 x3+1");
        check(&["R--- R--- R--- R---"], 0, 12, "R0+4 R4+4 R8+4");
        check(&[], 0, 16, "");
    }
}
