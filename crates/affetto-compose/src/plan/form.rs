//! Form: which phrase of which section comes next.
//!
//! Music is planned in phrases of four bars, two of them (antecedent and consequent) or, in a
//! twelve-bar blues, three to a section. Finite pieces get a form that ends exactly; endless ones
//! get cycle after cycle of four or five sections, each with new themes and now and then an old
//! one brought back.

use std::collections::VecDeque;

use crate::random;

/// What a phrase is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PhraseKind {
    /// Accompaniment alone.
    Intro,
    /// The tune.
    Body,
    /// One bar on the dominant that leads into a new mode.
    Bridge,
}

/// One phrase of the form.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Phrase {
    pub(crate) kind: PhraseKind,
    /// Section letter.
    pub(crate) section: char,
    /// Bars, mostly 4.
    pub(crate) bars: u32,
    /// Identity of the section's theme and progression.
    pub(crate) tune: u64,
    /// First bar of the phrase within its section.
    pub(crate) section_bar: u32,
    /// Number of the phrase within its section.
    pub(crate) number: u32,
    /// How often the section's theme was played before.
    pub(crate) pass: u32,
    /// Energy arc over the form, about −0.2..=0.2.
    pub(crate) energy: f64,
    /// Whether the section ends with it.
    pub(crate) closes_section: bool,
    /// Whether the piece ends with it.
    pub(crate) closes_piece: bool,
    /// Whether a new cycle begins: time for another key and other colors.
    pub(crate) drifts: bool,
}

/// What the form must know about genre and texture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shape {
    /// Phrases of four bars in a section: 2, in a twelve-bar blues 3.
    pub(crate) phrases: u32,
    /// Whether a long piece opens with accompaniment alone.
    pub(crate) intro: bool,
}

const PHRASE_BARS: u32 = 4;

/// Most passes of one section in a row that may be asked for.
const MAX_ENCORES: u32 = 3;

/// Sections of endless music; each letter is one section.
const CYCLES: [&str; 5] = ["AABA", "AABAC", "ABAC", "AABBA", "ABAB"];

/// The form of the music so far and to come.
#[derive(Debug, Clone)]
pub(crate) struct Form {
    seed: u64,
    /// Bars of a finite piece that are not yet planned into phrases handed out.
    remaining: Option<u32>,
    queue: VecDeque<Phrase>,
    cycle: u64,
    /// Raised to force new material; part of the identity of themes.
    renewal: u64,
    started: bool,
}

impl Form {
    pub(crate) fn new(seed: u64, bars: Option<u32>) -> Self {
        Self {
            seed,
            remaining: bars,
            queue: VecDeque::new(),
            cycle: 0,
            renewal: 0,
            started: false,
        }
    }

    /// Whether a finite piece has come to its end.
    pub(crate) fn is_over(&self) -> bool {
        self.remaining == Some(0)
    }

    /// The next phrase; after the end of a finite piece, a last bar again and again.
    pub(crate) fn next(&mut self, shape: Shape) -> Phrase {
        if self.queue.is_empty() {
            self.fill(shape);
        }
        let phrase = self.queue.pop_front().unwrap_or_else(|| self.after_end());
        self.remaining = self.remaining.map(|left| left.saturating_sub(phrase.bars));
        phrase
    }

    /// Cuts the current phrase short by `unplayed` bars: a bridge of one bar comes next and the
    /// rest of a finite piece is planned anew around it. Fails when no bar is left for a bridge.
    pub(crate) fn insert_bridge(&mut self, unplayed: u32) -> bool {
        if let Some(left) = self.remaining {
            let left = left + unplayed;
            if left < 3 {
                return false;
            }
            self.remaining = Some(left);
            self.queue.clear();
        }
        let mut bridge = self.after_end();
        bridge.kind = PhraseKind::Bridge;
        bridge.closes_piece = false;
        bridge.section = self.queue.front().map_or('A', |next| next.section);
        self.queue.push_front(bridge);
        true
    }

    /// Throws planned phrases away, so that what follows is planned for another genre.
    pub(crate) fn replan(&mut self) {
        self.queue.clear();
    }

    /// Plays the section of `present` once more before what was planned; before the first phrase
    /// and around a bridge the section that comes next. Without effect where enough of it follows.
    pub(crate) fn encore(&mut self, present: Option<&Phrase>, shape: Shape) {
        if self.queue.is_empty() {
            self.fill(shape);
        }
        let is_tune = |phrase: &&Phrase| phrase.kind == PhraseKind::Body;
        let Some(model) = present
            .filter(is_tune)
            .or_else(|| self.queue.iter().find(is_tune))
            .cloned()
        else {
            return;
        };
        // The rest of the section that plays.
        let at = self
            .queue
            .iter()
            .take_while(|phrase| (phrase.tune, phrase.pass) == (model.tune, model.pass))
            .count();
        let follows = self.queue.iter().skip(at);
        let again = follows.take_while(|phrase| phrase.tune == model.tune);
        if again.count() as u32 >= MAX_ENCORES * shape.phrases {
            return;
        }
        let later = self.queue.iter_mut().skip(at);
        for phrase in later.filter(|phrase| phrase.tune == model.tune) {
            phrase.pass += 1;
        }
        for number in (0..shape.phrases).rev() {
            let phrase = Phrase {
                bars: PHRASE_BARS,
                number,
                section_bar: number * PHRASE_BARS,
                pass: model.pass + 1,
                closes_section: number + 1 == shape.phrases,
                closes_piece: false,
                drifts: false,
                ..model.clone()
            };
            self.queue.insert(at, phrase);
        }
    }

    /// Makes the themes that follow new ones.
    pub(crate) fn renew(&mut self) {
        self.renewal += 1;
        self.queue.clear();
    }

    fn after_end(&self) -> Phrase {
        Phrase {
            kind: PhraseKind::Body,
            section: 'A',
            bars: 1,
            tune: self.theme('A'),
            section_bar: 0,
            number: 0,
            pass: 1,
            energy: 0.0,
            closes_section: true,
            closes_piece: true,
            drifts: false,
        }
    }

    fn fill(&mut self, shape: Shape) {
        match self.remaining {
            Some(0) => {}
            Some(bars) => self.fill_piece(bars, shape),
            None => self.fill_cycle(shape),
        }
        self.started = true;
    }

    /// The rest of a finite piece.
    fn fill_piece(&mut self, bars: u32, shape: Shape) {
        let mut left = bars;
        if shape.intro && !self.started && bars >= 20 {
            let odd = bars % PHRASE_BARS;
            let bars = if odd >= 2 { odd } else { PHRASE_BARS };
            self.queue.push_back(Phrase {
                kind: PhraseKind::Intro,
                bars,
                energy: -0.2,
                closes_piece: false,
                closes_section: false,
                ..self.after_end()
            });
            left -= bars;
        }
        let phrases = (left / PHRASE_BARS).max(1);
        let per_section = if phrases <= 5 && shape.phrases == 2 {
            1
        } else {
            shape.phrases
        };
        let letters = piece_letters(phrases.div_ceil(per_section));
        self.push_sections(&letters, per_section, phrases);
        let planned: u32 = self.queue.iter().map(|phrase| phrase.bars).sum();
        if let Some(last) = self.queue.back_mut() {
            last.bars = (last.bars + bars).saturating_sub(planned).max(1);
            last.closes_piece = true;
            last.closes_section = true;
        }
    }

    /// The next cycle of endless music.
    fn fill_cycle(&mut self, shape: Shape) {
        if shape.intro && !self.started {
            self.queue.push_back(Phrase {
                kind: PhraseKind::Intro,
                bars: 2,
                energy: -0.2,
                closes_piece: false,
                closes_section: false,
                ..self.after_end()
            });
        }
        let drifts = self.started;
        if self.started {
            self.cycle += 1;
        }
        let letters = CYCLES[(random::mix(&[self.seed, self.cycle, 1]) % 5) as usize];
        let letters: Vec<char> = letters.chars().collect();
        let first = self.queue.len();
        self.push_sections(&letters, shape.phrases, u32::MAX);
        if let Some(phrase) = self.queue.get_mut(first) {
            phrase.drifts = drifts;
        }
    }

    fn push_sections(&mut self, letters: &[char], per_section: u32, max_phrases: u32) {
        let mut phrases = 0;
        for (index, &letter) in letters.iter().enumerate() {
            let before = letters[..index]
                .iter()
                .filter(|&&other| other == letter)
                .count() as u32;
            for number in 0..per_section {
                if phrases == max_phrases {
                    return;
                }
                phrases += 1;
                // Sections of one phrase alternate between question and answer.
                let (number, section_bar) = if per_section == 1 {
                    (before % 2, 0)
                } else {
                    (number, number * PHRASE_BARS)
                };
                self.queue.push_back(Phrase {
                    kind: PhraseKind::Body,
                    section: letter,
                    bars: PHRASE_BARS,
                    tune: self.theme(letter),
                    section_bar,
                    number,
                    pass: before,
                    energy: energy(letter, index, letters.len()),
                    closes_section: per_section == 1 || number + 1 == per_section,
                    closes_piece: false,
                    drifts: false,
                });
            }
        }
    }

    /// Identity of the theme of a section letter in the current cycle. Now and then the second
    /// theme of a cycle is the first one of the cycle before.
    fn theme(&self, letter: char) -> u64 {
        let recalled = letter == 'B'
            && self.cycle > 0
            && random::mix(&[self.seed, self.cycle, 2]).is_multiple_of(3);
        let (cycle, letter) = if recalled {
            (self.cycle - 1, 'A')
        } else {
            (self.cycle, letter)
        };
        random::mix(&[self.seed, cycle, u64::from(u32::from(letter)), self.renewal])
    }
}

/// Section letters of a piece of so many sections: contrast in the middle, home at the end.
fn piece_letters(sections: u32) -> Vec<char> {
    let pattern: &[char] = match sections {
        0 | 1 => &['A'],
        2 => &['A', 'A'],
        3 => &['A', 'B', 'A'],
        4 => &['A', 'A', 'B', 'A'],
        5 => &['A', 'A', 'B', 'A', 'A'],
        _ => &[],
    };
    if !pattern.is_empty() {
        return pattern.to_vec();
    }
    let cycle: Vec<char> = "AABACABA".chars().collect();
    let mut letters: Vec<char> = (0..sections as usize)
        .map(|index| cycle[index % cycle.len()])
        .collect();
    if let Some(last) = letters.last_mut() {
        *last = 'A';
    }
    letters
}

/// Energy over the form: sections grow, contrast stands out, the first statement holds back.
fn energy(letter: char, index: usize, sections: usize) -> f64 {
    let growth = 0.12 * index as f64 / sections.max(2) as f64;
    let contrast = match letter {
        'A' => 0.0,
        'B' => 0.06,
        _ => 0.1,
    };
    growth + contrast - 0.08
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The form as letters with the bars of each phrase; `i` for an intro.
    fn written(bars: u32, shape: Shape) -> String {
        let mut form = Form::new(1, Some(bars));
        let mut text = Vec::new();
        while !form.is_over() {
            let phrase = form.next(shape);
            let letter = if phrase.kind == PhraseKind::Intro {
                'i'
            } else {
                phrase.section
            };
            text.push(format!(
                "{letter}{}{}",
                phrase.bars,
                if phrase.closes_piece { "." } else { "" }
            ));
        }
        text.join(" ")
    }

    #[track_caller]
    fn check(bars: u32, phrases: u32, expected: &str) {
        assert_eq!(
            written(
                bars,
                Shape {
                    phrases,
                    intro: true
                }
            ),
            expected
        );
    }

    #[test]
    fn pieces_end_exactly() {
        check(1, 2, "A1.");
        check(3, 2, "A3.");
        check(7, 2, "A7.");
        check(8, 2, "A4 A4.");
        check(16, 2, "A4 A4 B4 A4.");
        check(18, 2, "A4 A4 B4 A6.");
        check(22, 2, "i2 A4 A4 B4 A4 A4.");
        check(36, 2, "i4 A4 A4 A4 A4 B4 B4 A4 A4.");
        check(16, 3, "A4 A4 A4 A4.");
        check(28, 3, "i4 A4 A4 A4 A4 A4 A4.");
    }

    #[test]
    fn every_length_is_met() {
        for bars in 1..200 {
            for phrases in [2, 3] {
                let mut form = Form::new(7, Some(bars));
                let mut total = 0;
                while !form.is_over() {
                    total += form
                        .next(Shape {
                            phrases,
                            intro: bars % 2 == 0,
                        })
                        .bars;
                }
                assert_eq!(total, bars);
            }
        }
    }

    /// Section and pass of twelve phrases; more of the same is asked for after some of them.
    #[track_caller]
    fn check_encore(after: &[usize], expected: &str) {
        let shape = Shape {
            phrases: 2,
            intro: true,
        };
        let mut form = Form::new(1, None);
        let mut text = Vec::new();
        for index in 0..12 {
            let phrase = form.next(shape);
            let kind = if phrase.kind == PhraseKind::Intro {
                'i'
            } else {
                phrase.section
            };
            text.push(format!("{kind}{}", phrase.pass));
            for _ in after.iter().filter(|&&asked| asked == index) {
                form.encore(Some(&phrase), shape);
            }
        }
        assert_eq!(text.join(" "), expected);
    }

    #[test]
    fn more_of_the_same_comes_after_the_section() {
        check_encore(&[], "i1 A0 A0 A1 A1 B0 B0 B1 B1 A2 A2 A0");
        check_encore(&[5], "i1 A0 A0 A1 A1 B0 B0 B1 B1 B2 B2 A2");
        check_encore(&[6], "i1 A0 A0 A1 A1 B0 B0 B1 B1 B2 B2 A2");
        check_encore(&[0], "i1 A0 A0 A1 A1 A2 A2 B0 B0 B1 B1 A3");
        check_encore(&[10], "i1 A0 A0 A1 A1 B0 B0 B1 B1 A2 A2 A3");
        // Whoever asks again and again does not hear the same for ever.
        let many = [5; 20];
        check_encore(&many, "i1 A0 A0 A1 A1 B0 B0 B1 B1 B2 B2 B3");
    }

    #[test]
    fn a_bridge_keeps_the_length() {
        let shape = Shape {
            phrases: 2,
            intro: false,
        };
        let mut form = Form::new(3, Some(32));
        let first = form.next(shape);
        assert!(form.insert_bridge(first.bars - 2));
        let mut total = 2;
        assert_eq!(form.next(shape).kind, PhraseKind::Bridge);
        total += 1;
        while !form.is_over() {
            total += form.next(shape).bars;
        }
        assert_eq!(total, 32);
    }

    #[test]
    fn endless_music_brings_new_cycles_and_returns() {
        let shape = Shape {
            phrases: 2,
            intro: false,
        };
        let mut form = Form::new(11, None);
        let phrases: Vec<Phrase> = (0..400).map(|_| form.next(shape)).collect();
        let drifts: Vec<usize> = phrases
            .iter()
            .enumerate()
            .filter(|(_, p)| p.drifts)
            .map(|(index, _)| index)
            .collect();
        assert!(
            drifts
                .windows(2)
                .all(|pair| (8..=16).contains(&(pair[1] - pair[0]))),
            "{drifts:?}"
        );
        let first_b = phrases.iter().find(|p| p.section == 'B').unwrap().tune;
        assert_ne!(first_b, phrases[0].tune);
        assert!(phrases.iter().all(|p| !p.closes_piece));
    }
}
