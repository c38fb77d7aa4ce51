//! Chords as Magenta's `polyphony` sees them: in each sixteenth note the notes that begin and those
//! that go on, the highest first, then the end of the step (after Liang's BachBot 2016).

use affetto_music::Note;

use super::cells::Recurrent;
use super::checkpoint::Bundle;
use super::{Dice, MagentaOptions, StepNote, Steps};

/// Number of outputs, and length of an input: start, end, end of a step, and two for each pitch.
const N_CLASSES: usize = 3 + 2 * 128;
/// Events of one step after which it is ended, where Magenta has no bound.
const MAX_EVENTS_PER_STEP: usize = 64;

/// What is said next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Event {
    Start,
    End,
    StepEnd,
    New(u8),
    Continued(u8),
}

impl Event {
    fn class(self) -> usize {
        match self {
            Self::Start => 0,
            Self::End => 1,
            Self::StepEnd => 2,
            Self::New(pitch) => 3 + usize::from(pitch),
            Self::Continued(pitch) => 131 + usize::from(pitch),
        }
    }

    fn of_class(class: usize) -> Self {
        match class {
            0 => Self::Start,
            1 => Self::End,
            3..131 => Self::New((class - 3) as u8),
            131..N_CLASSES => Self::Continued((class - 131) as u8),
            _ => Self::StepEnd,
        }
    }
}

/// The network of chords.
#[derive(Debug)]
pub(super) struct PolyphonyNetwork(Recurrent);

impl PolyphonyNetwork {
    pub(super) fn read(bundle: &Bundle) -> Result<Self, String> {
        Recurrent::plain(bundle, N_CLASSES, N_CLASSES).map(Self)
    }

    /// Goes on from a primer (`condition_on_primer`), whose notes are also played once more over
    /// what follows it (`inject_primer_during_generation`): so does tohoilam's system.
    pub(super) fn compose(
        &self,
        options: &MagentaOptions,
        primer: &Steps,
        dice: &mut Dice,
    ) -> Vec<Note> {
        let mut primer = primer.clone();
        if primer.notes.is_empty() {
            let (pitch, from, to) = (60, 0, 1);
            primer.notes.push(StepNote { pitch, from, to });
        }
        let steps = events_of(&primer);
        let mut events = vec![Event::Start];
        for step in &steps {
            events.extend(step);
            events.push(Event::StepEnd);
        }
        let mut state = self.0.start();
        let mut logits = Vec::new();
        let mut read = |events: &[Event]| {
            for event in events {
                let mut input = vec![0.0; N_CLASSES];
                input[event.class()] = 1.0;
                logits = self.0.step(&input, &mut state);
            }
            logits.clone()
        };
        let mut logits = read(&events);
        for step in steps.len()..options.n_steps {
            let injected = steps.get(step - steps.len()).map_or(&[][..], Vec::as_slice);
            if !injected.is_empty() {
                events.extend(injected);
                logits = read(injected);
            }
            for n in 0.. {
                let event = match n {
                    MAX_EVENTS_PER_STEP.. => Event::StepEnd,
                    _ => Event::of_class(dice.draw(&logits)),
                };
                events.push(event);
                logits = read(&[event]);
                if event == Event::StepEnd {
                    break;
                }
            }
        }
        notes_of(&events)
    }
}

/// The events of each step, without its end.
fn events_of(primer: &Steps) -> Vec<Vec<Event>> {
    let n_steps = primer.notes.iter().map(|note| note.to).max().unwrap_or(0);
    let mut steps = vec![Vec::new(); n_steps];
    for note in &primer.notes {
        for (step, events) in steps[note.from..note.to].iter_mut().enumerate() {
            events.push(match step {
                0 => (note.pitch, Event::New(note.pitch)),
                _ => (note.pitch, Event::Continued(note.pitch)),
            });
        }
    }
    let sorted = steps.into_iter().map(|mut events| {
        // Of one pitch, what goes on comes before what begins.
        events
            .sort_by_key(|&(pitch, event)| (std::cmp::Reverse(pitch), event == Event::New(pitch)));
        events.into_iter().map(|(_, event)| event).collect()
    });
    sorted.collect()
}

/// Notes of events; what is not continued ends, and what continues nothing is not heard.
fn notes_of(events: &[Event]) -> Vec<Note> {
    let mut notes = Vec::new();
    let mut step = 0;
    let mut started: Vec<(u8, usize)> = Vec::new();
    let mut ending: Vec<u8> = Vec::new();
    for event in events.iter().chain([&Event::StepEnd]) {
        match *event {
            Event::Start | Event::End => (),
            Event::New(pitch) => started.push((pitch, step)),
            Event::Continued(pitch) => {
                if let Some(at) = ending.iter().position(|&other| other == pitch) {
                    ending.remove(at);
                }
            }
            Event::StepEnd => {
                started.retain(|&(pitch, from)| {
                    let Some(at) = ending.iter().position(|&other| other == pitch) else {
                        return true;
                    };
                    ending.remove(at);
                    notes.push(Steps::note(pitch, from, step));
                    false
                });
                step += 1;
                ending = started.iter().map(|&(pitch, _)| pitch).collect();
            }
        }
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(notes: &[(u8, usize, usize)]) -> Steps {
        let notes = notes.iter();
        Steps {
            notes: notes
                .map(|&(pitch, from, to)| StepNote { pitch, from, to })
                .collect(),
        }
    }

    #[test]
    fn classes_are_read_back() {
        for class in 0..N_CLASSES {
            assert_eq!(Event::of_class(class).class(), class);
        }
    }

    #[test]
    fn notes_become_events_and_notes_again() {
        let given = [(60, 0, 3), (67, 0, 1), (64, 2, 4), (60, 3, 4)];
        let mut events = vec![Event::Start];
        for step in events_of(&steps(&given)) {
            events.extend(step);
            events.push(Event::StepEnd);
        }
        assert_eq!(
            events[1..4],
            [Event::New(67), Event::New(60), Event::StepEnd]
        );
        let mut expected = given.map(|(pitch, from, to)| Steps::note(pitch, from, to));
        expected.sort_unstable();
        let mut actual = notes_of(&events);
        actual.sort_unstable();
        assert_eq!(actual, expected);
    }

    #[test]
    fn what_continues_nothing_is_not_heard() {
        let events = [
            Event::Continued(50),
            Event::End,
            Event::StepEnd,
            Event::Start,
        ];
        assert_eq!(notes_of(&events), []);
    }
}
