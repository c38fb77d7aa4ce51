//! Melodies as Magenta's `attention_rnn` sees them: one event a sixteenth note, in C major between
//! MIDI pitches 48 and 83 (`KeyMelodyEncoderDecoder`, Magenta 2.1).

use affetto_music::Note;

use super::cells::Recurrent;
use super::checkpoint::Bundle;
use super::{Dice, MagentaOptions, Steps};

/// Lowest pitch that the network knows.
const LOWEST: i16 = 48;
/// First pitch above those that it knows.
const END: i16 = 84;
/// Number of pitches.
const N_PITCHES: usize = (END - LOWEST) as usize;
/// Distances in steps at which repetition is seen: one bar and two.
const LOOKBACKS: [usize; 2] = [16, 32];
/// Bits of the counter of steps.
const N_COUNTER_BITS: usize = 7;
/// Steps of a bar.
const STEPS_PER_BAR: usize = 16;
/// Length of an input.
const N_INPUTS: usize = N_PITCHES + 4 + LOOKBACKS.len() + N_COUNTER_BITS + 1 + 12 + 12;
/// Number of outputs.
const N_OUTPUTS: usize = N_PITCHES + 2 + LOOKBACKS.len();

/// What happens in a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Event {
    /// What sounds goes on.
    Nothing,
    /// What sounds ends.
    Off,
    /// A pitch begins.
    On(i16),
}

/// The network of melodies.
#[derive(Debug)]
pub(super) struct MelodyNetwork(Recurrent);

impl MelodyNetwork {
    pub(super) fn read(bundle: &Bundle) -> Result<Self, String> {
        Recurrent::attentive(bundle, N_INPUTS, N_OUTPUTS).map(Self)
    }

    /// Goes on from a primer; without one, from a middle C.
    pub(super) fn compose(
        &self,
        options: &MagentaOptions,
        primer: &Steps,
        dice: &mut Dice,
    ) -> Vec<Note> {
        let mut events = melody_of(primer);
        if events.is_empty() {
            events.push(Event::On(60));
        }
        let moved_by = squash(&mut events);
        let mut state = self.0.start();
        let mut logits = Vec::new();
        for position in 0..events.len() {
            logits = self.0.step(&input(&events, position), &mut state);
        }
        while events.len() < options.n_steps {
            events.push(event_of(dice.draw(&logits), &events));
            let position = events.len() - 1;
            logits = self.0.step(&input(&events, position), &mut state);
        }
        transpose_back(&mut events, moved_by);
        notes_of(&events)
    }
}

/// One voice of a primer: the highest of notes that begin together; a note ends where the next
/// begins. Whole bars of silence before it are left out.
fn melody_of(primer: &Steps) -> Vec<Event> {
    let mut notes = primer.notes.clone();
    notes.sort_by_key(|note| (note.from, std::cmp::Reverse(note.pitch)));
    notes.dedup_by_key(|note| note.from);
    let Some(first) = notes.first() else {
        return Vec::new();
    };
    let start = first.from / STEPS_PER_BAR * STEPS_PER_BAR;
    let mut events = Vec::new();
    for note in &notes {
        let from = note.from - start;
        // The end that the note before wrote may lie after the start of this one.
        events.truncate(from);
        events.resize(from, Event::Nothing);
        events.push(Event::On(i16::from(note.pitch)));
        events.resize(note.to - start, Event::Nothing);
        events.push(Event::Off);
    }
    events.pop();
    events
}

/// In how many notes of a melody each of the twelve major keys has a part.
fn key_histogram(pitches: impl Iterator<Item = i16>) -> [u32; 12] {
    const MAJOR: [i16; 7] = [0, 2, 4, 5, 7, 9, 11];
    let mut histogram = [0; 12];
    for pitch in pitches {
        for step in MAJOR {
            histogram[(pitch - step).rem_euclid(12) as usize] += 1;
        }
    }
    histogram
}

fn pitches(events: &[Event]) -> impl Iterator<Item = i16> {
    events.iter().filter_map(|event| match event {
        Event::On(pitch) => Some(*pitch),
        _ => None,
    })
}

/// Moves a melody to C major and into the range; by how many semitones.
fn squash(events: &mut [Event]) -> i16 {
    let histogram = key_histogram(pitches(events));
    let (Some(low), Some(high)) = (pitches(events).min(), pitches(events).max()) else {
        return 0;
    };
    // The first of equally good keys, as in Magenta.
    let key = (0..12).rev().max_by_key(|&key| histogram[key]).unwrap_or(0);
    let to_c = -(key as i16);
    let center = f32::from(LOWEST + END - 1) / 2.0;
    let distance = center - (f32::from(low + high) / 2.0 + f32::from(to_c));
    let moved_by = to_c + 12 * (distance / 12.0).round_ties_even() as i16;
    for event in events {
        if let Event::On(pitch) = event {
            *pitch = match *pitch + moved_by {
                low if low < LOWEST => LOWEST + (low - LOWEST).rem_euclid(12),
                high if high >= END => END - 12 + (high - END).rem_euclid(12),
                inside => inside,
            };
        }
    }
    moved_by
}

fn transpose_back(events: &mut [Event], moved_by: i16) {
    for event in events {
        if let Event::On(pitch) = event {
            *pitch = match *pitch - moved_by {
                low if low < 0 => low.rem_euclid(12),
                high if high > 127 => 116 + (high - 128).rem_euclid(12),
                inside => inside,
            };
        }
    }
}

/// What the network sees of the events up to a position.
fn input(events: &[Event], position: usize) -> Vec<f32> {
    let (mut current, mut is_attack, mut direction) = (None, false, 0.0);
    let mut last_three: Vec<i16> = Vec::new();
    for event in &events[..=position] {
        match *event {
            Event::Nothing => is_attack = false,
            Event::Off => current = None,
            Event::On(pitch) => {
                (current, is_attack) = (Some(pitch), true);
                match last_three.last() {
                    Some(&last) if pitch > last => direction = 1.0,
                    Some(&last) if pitch < last => direction = -1.0,
                    _ => (),
                }
                last_three.retain(|&other| other != pitch);
                last_three.push(pitch);
                if last_three.len() > 3 {
                    last_three.remove(0);
                }
            }
        }
    }
    let flag = |is_set: bool| if is_set { 1.0 } else { 0.0 };
    let n = position + 1;
    let mut input = vec![0.0; N_PITCHES];
    if let Some(lamp) = current.and_then(|pitch| input.get_mut((pitch - LOWEST) as usize)) {
        *lamp = 1.0;
    }
    input.extend([flag(current.is_some()), flag(current.is_none())]);
    input.extend([flag(is_attack), direction]);
    input.extend(LOOKBACKS.map(|distance| {
        let before = position.checked_sub(distance);
        flag(before.is_some_and(|before| events[before] == events[position]))
    }));
    input.extend((0..N_COUNTER_BITS).map(|bit| if n >> bit & 1 == 1 { 1.0 } else { -1.0 }));
    input.push(flag(n.is_multiple_of(STEPS_PER_BAR)));
    for histogram in [
        key_histogram(pitches(&events[..n])),
        key_histogram(last_three.iter().copied()),
    ] {
        let most = histogram.iter().copied().max();
        input.extend(histogram.map(|count| flag(Some(count) == most)));
    }
    input
}

/// The event of an output.
fn event_of(output: usize, events: &[Event]) -> Event {
    match output {
        _ if output < N_PITCHES => Event::On(LOWEST + output as i16),
        _ if output == N_PITCHES => Event::Nothing,
        _ if output == N_PITCHES + 1 => Event::Off,
        _ => {
            let distance = LOOKBACKS[(output - N_PITCHES - 2).min(LOOKBACKS.len() - 1)];
            let before = events.len().checked_sub(distance);
            before.map_or(Event::Nothing, |before| events[before])
        }
    }
}

fn notes_of(events: &[Event]) -> Vec<Note> {
    let mut notes = Vec::new();
    let mut sounding: Option<(usize, i16)> = None;
    for (step, event) in events.iter().chain([&Event::Off]).enumerate() {
        if *event == Event::Nothing {
            continue;
        }
        if let Some((from, pitch)) = sounding.take() {
            notes.push(Steps::note(pitch.clamp(0, 127) as u8, from, step));
        }
        if let Event::On(pitch) = event {
            sounding = Some((step, *pitch));
        }
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on(pitches: &[i16]) -> Vec<Event> {
        pitches.iter().map(|&pitch| Event::On(pitch)).collect()
    }

    #[test]
    fn inputs_have_the_length_of_the_bundles() {
        assert_eq!((N_INPUTS, N_OUTPUTS), (74, 40));
        let events = on(&[60; 40]);
        for position in 0..40 {
            assert_eq!(input(&events, position).len(), N_INPUTS);
        }
    }

    #[test]
    fn input_says_what_was_heard() {
        let mut events = on(&[60, 64]);
        events.extend([Event::Nothing, Event::Off]);
        let at = |position: usize| input(&events, position);
        // After a rising third: pitch, that there is one, its attack, upwards.
        assert_eq!(
            (at(1)[16], at(1)[36], at(1)[38], at(1)[39]),
            (1.0, 1.0, 1.0, 1.0)
        );
        assert_eq!((at(2)[16], at(2)[38]), (1.0, 0.0));
        assert_eq!((at(3)[36], at(3)[37]), (0.0, 1.0));
        // The counter shows the number of the next step.
        assert_eq!(at(2)[42..49], [1.0, 1.0, -1.0, -1.0, -1.0, -1.0, -1.0]);
        // C and E have C, F and G in common, no other major key has both.
        let keys: Vec<usize> = (0..12).filter(|key| at(1)[50 + key] == 1.0).collect();
        assert_eq!(keys, [0, 5, 7]);
    }

    #[test]
    fn repetition_is_seen_after_one_bar_and_two() {
        let events = on(&[50; 33]);
        assert_eq!(input(&events, 15)[40..42], [0.0, 0.0]);
        assert_eq!(input(&events, 16)[40..42], [1.0, 0.0]);
        assert_eq!(input(&events, 32)[40..42], [1.0, 1.0]);
        assert_eq!(event_of(38, &events), Event::On(50));
        assert_eq!(event_of(39, &events[..20]), Event::Nothing);
    }

    #[test]
    fn melodies_are_moved_to_c_and_back() {
        // D major, an octave too high.
        let original = on(&[86, 90, 93, 98, 97, 85]);
        let mut events = original.clone();
        let moved_by = squash(&mut events);
        assert_eq!(moved_by, -26);
        assert!(pitches(&events).all(|pitch| (LOWEST..END).contains(&pitch)));
        transpose_back(&mut events, moved_by);
        assert_eq!(events, original);
    }

    #[test]
    fn events_become_notes() {
        let events = [
            Event::Nothing,
            Event::On(60),
            Event::Nothing,
            Event::On(62),
            Event::Off,
            Event::Off,
            Event::On(64),
        ];
        let expected = [(60, 1, 3), (62, 3, 4), (64, 6, 7)];
        let expected = expected.map(|(pitch, from, to)| Steps::note(pitch, from, to));
        assert_eq!(notes_of(&events), expected);
    }
}
