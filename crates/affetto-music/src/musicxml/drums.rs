//! Where General MIDI percussion keys stand on a drum staff.

/// A percussion key as written, after the practice of drum-set notation (Weinberg 1998, "Guide to
/// Standardized Drumset Notation").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Drum {
    /// Instrument name of General MIDI level 1.
    pub(super) name: &'static str,
    /// Letter and octave on a staff with treble positions.
    pub(super) step: char,
    pub(super) octave: u8,
    /// Whether the note head is a cross, as for cymbals.
    pub(super) is_cross: bool,
    /// Whether a foot plays it: these make the lower voice.
    pub(super) is_foot: bool,
}

/// Keys 35 to 81: name, letter, octave, mark (`o` head, `x` cross, `f` foot, `p` foot with cross).
#[rustfmt::skip]
const DRUMS: [(&str, char, u8, char); 47] = [
    ("Acoustic Bass Drum", 'E', 4, 'f'), ("Bass Drum 1", 'F', 4, 'f'),
    ("Side Stick", 'C', 5, 'x'), ("Acoustic Snare", 'C', 5, 'o'),
    ("Hand Clap", 'E', 5, 'x'), ("Electric Snare", 'C', 5, 'o'),
    ("Low Floor Tom", 'G', 4, 'o'), ("Closed Hi-Hat", 'G', 5, 'x'),
    ("High Floor Tom", 'A', 4, 'o'), ("Pedal Hi-Hat", 'D', 4, 'p'),
    ("Low Tom", 'B', 4, 'o'), ("Open Hi-Hat", 'G', 5, 'x'),
    ("Low-Mid Tom", 'D', 5, 'o'), ("Hi-Mid Tom", 'D', 5, 'o'),
    ("Crash Cymbal 1", 'A', 5, 'x'), ("High Tom", 'E', 5, 'o'),
    ("Ride Cymbal 1", 'F', 5, 'x'), ("Chinese Cymbal", 'B', 5, 'x'),
    ("Ride Bell", 'F', 5, 'x'), ("Tambourine", 'B', 4, 'x'),
    ("Splash Cymbal", 'B', 5, 'x'), ("Cowbell", 'E', 5, 'x'),
    ("Crash Cymbal 2", 'A', 5, 'x'), ("Vibraslap", 'B', 4, 'x'),
    ("Ride Cymbal 2", 'F', 5, 'x'), ("Hi Bongo", 'E', 5, 'o'),
    ("Low Bongo", 'D', 5, 'o'), ("Mute Hi Conga", 'E', 5, 'x'),
    ("Open Hi Conga", 'E', 5, 'o'), ("Low Conga", 'D', 5, 'o'),
    ("High Timbale", 'E', 5, 'o'), ("Low Timbale", 'D', 5, 'o'),
    ("High Agogo", 'E', 5, 'x'), ("Low Agogo", 'D', 5, 'x'),
    ("Cabasa", 'B', 4, 'x'), ("Maracas", 'B', 4, 'x'),
    ("Short Whistle", 'B', 5, 'x'), ("Long Whistle", 'B', 5, 'x'),
    ("Short Guiro", 'B', 4, 'x'), ("Long Guiro", 'B', 4, 'x'),
    ("Claves", 'E', 5, 'x'), ("Hi Wood Block", 'E', 5, 'x'),
    ("Low Wood Block", 'D', 5, 'x'), ("Mute Cuica", 'E', 5, 'x'),
    ("Open Cuica", 'E', 5, 'o'), ("Mute Triangle", 'B', 5, 'x'),
    ("Open Triangle", 'B', 5, 'x'),
];

/// The drum of a MIDI key; keys outside General MIDI stand in the middle as crosses.
pub(super) fn drum(key: u8) -> Drum {
    let index = usize::from(key).checked_sub(35);
    let known = index.and_then(|index| DRUMS.get(index)).copied();
    let (name, step, octave, mark) = known.unwrap_or(("Percussion", 'B', 4, 'x'));
    Drum {
        name,
        step,
        octave,
        is_cross: matches!(mark, 'x' | 'p'),
        is_foot: matches!(mark, 'f' | 'p'),
    }
}

#[cfg(test)]
mod tests {
    use super::drum;

    #[test]
    fn the_set_of_a_rock_beat() {
        assert_eq!(
            (drum(36).name, drum(36).step, drum(36).octave),
            ("Bass Drum 1", 'F', 4)
        );
        assert_eq!(
            (drum(38).name, drum(38).step, drum(38).octave),
            ("Acoustic Snare", 'C', 5)
        );
        assert_eq!((drum(42).name, drum(42).is_cross), ("Closed Hi-Hat", true));
        assert_eq!(
            (drum(81).name, drum(82).name, drum(0).name),
            ("Open Triangle", "Percussion", "Percussion")
        );
        assert!(drum(44).is_foot && drum(44).is_cross);
    }
}
