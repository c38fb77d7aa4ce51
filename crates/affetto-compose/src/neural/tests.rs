//! The source with a model that knows nothing: whatever is drawn must be a bar.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::{Composer, Length, Request, faults};

/// Gives every symbol a logit by hash of all it has read, so that it is random and repeatable.
struct Hashes {
    n_read: AtomicUsize,
}

impl Hashes {
    fn logits(memory: &[u64]) -> Vec<f32> {
        let last = memory.last().copied().unwrap_or(0);
        (0..u64::from(crate::tokens::N_TOKENS))
            .map(|id| (crate::random::mix(&[last, id]) % 1000) as f32 / 300.0)
            .collect()
    }

    fn hear(memory: &mut Vec<u64>, token: u16, condition: u64) {
        let last = memory.last().copied().unwrap_or(0);
        memory.push(crate::random::mix(&[last, u64::from(token), condition]));
    }
}

impl NoteModel for Hashes {
    type Memory = Vec<u64>;
    type Condition = u64;

    fn context(&self) -> usize {
        384
    }

    fn memory(&self) -> Vec<u64> {
        Vec::new()
    }

    fn condition(&self, condition: &Condition) -> u64 {
        condition
            .to_vector()
            .iter()
            .map(|x| u64::from(x.to_bits()))
            .sum()
    }

    fn read(&self, memory: &mut Vec<u64>, tokens: &[u16], condition: &u64) -> Vec<f32> {
        self.n_read.fetch_add(tokens.len(), Ordering::Relaxed);
        for &token in tokens {
            Self::hear(memory, token, *condition);
        }
        assert!(memory.len() <= self.context());
        Self::logits(memory)
    }

    fn step(&self, rows: &mut [Row<'_, Self>], logits: &mut Vec<f32>) {
        logits.clear();
        for row in rows {
            Self::hear(row.memory, row.token, *row.condition);
            assert!(row.memory.len() <= self.context());
            logits.extend(Self::logits(row.memory));
        }
    }

    fn attributes(&self, target: Affect, _: Genre, _: Texture) -> [f64; N_ATTRIBUTES] {
        [target.a(); N_ATTRIBUTES]
    }
}

fn source(sampling: Sampling) -> NeuralSource<Hashes> {
    let model = Hashes {
        n_read: AtomicUsize::new(0),
    };
    NeuralSource::new(Arc::new(model), sampling)
}

fn request(texture: Texture, genre: Genre, seed: u64) -> Request {
    let mut request = Request::new(Affect::clamped(0.5, 0.5));
    (request.texture, request.genre, request.seed) = (texture, genre, seed);
    request.length = Length::Endless;
    request
}

#[track_caller]
fn check(texture: Texture, genre: Genre, sampling: Sampling) {
    let compose = || {
        let mut composer =
            Composer::with_source(request(texture, genre, 3), None, source(sampling)).unwrap();
        let bars: Vec<_> = (0..40).map(|_| composer.next_bar()).collect();
        assert_eq!(composer.plain_bars(), 0, "{texture} {genre}");
        bars
    };
    let bars = compose();
    for bar in &bars {
        assert_eq!(faults(&bar.plan, &bar.parts), []);
    }
    let mut parts = bars.iter().flat_map(|bar| &bar.parts);
    assert!(parts.any(|part| part.role == Role::Melody));
    assert_eq!(bars, compose());
}

#[test]
fn no_bar_is_ever_invalid() {
    let plain = Sampling {
        guidance: 1.0,
        ..Sampling::default()
    };
    check(Texture::Mono, Genre::Pop, plain);
    check(Texture::Poly, Genre::Classical, Sampling::default());
    check(Texture::Band, Genre::Jazz, plain);
    check(Texture::Band, Genre::Metal, Sampling::default());
}

#[test]
fn a_clone_goes_on_as_the_original() {
    let request = request(Texture::Band, Genre::Rock, 5);
    let mut composer = Composer::with_source(request, None, source(Sampling::default())).unwrap();
    for _ in 0..5 {
        composer.next_bar();
    }
    let mut copy = composer.clone();
    let next: Vec<_> = (0..6).map(|_| composer.next_bar()).collect();
    let again: Vec<_> = (0..6).map(|_| copy.next_bar()).collect();
    assert_eq!(next, again);
}

#[test]
fn a_bar_is_read_once() {
    let source = source(Sampling {
        guidance: 1.0,
        ..Sampling::default()
    });
    let model = Arc::clone(&source.model);
    let mut composer =
        Composer::with_source(request(Texture::Mono, Genre::Pop, 1), None, source).unwrap();
    let mut n_symbols = 0;
    for _ in 0..4 {
        composer.next_bar();
        n_symbols += 1;
    }
    // Each bar's opening is read for each, and each finished bar once more.
    let read = model.n_read.load(Ordering::Relaxed);
    assert!(
        read < n_symbols * (crate::tokens::MAX_BAR_TOKENS + 8),
        "{read}"
    );
}

#[test]
fn late_bars_come_from_the_rules() {
    let late = source(Sampling::default()).with_time_limit(0.0);
    let request = request(Texture::Poly, Genre::Pop, 2);
    let mut composer = Composer::with_source(request.clone(), None, late).unwrap();
    let mut rules = Composer::new(request, None).unwrap();
    for _ in 0..8 {
        assert_eq!(composer.next_bar().parts, rules.next_bar().parts);
    }
}

/// A beat and a fill for every genre, with every drum now and then.
fn busy_drummer() -> DrumPatterns {
    let hits = |role| {
        let places = (0..16).flat_map(|step| (35..60).map(move |key| (step, key)));
        places.map(move |(step, key)| crate::DrumHit {
            step,
            key,
            probability: f64::from(u32::from(step) * 7 + u32::from(key) * 13 + role) % 17.0 / 16.0,
            velocity: 90.0,
            offset_ms: 30.0,
            deviation_ms: 40.0,
        })
    };
    let roles = [crate::DrumRole::Beat, crate::DrumRole::Fill];
    let patterns = Genre::ALL.iter().flat_map(|&genre| {
        roles.map(|role| crate::DrumPattern {
            genre,
            role,
            energy: 1,
            share: 1.0,
            hits: hits(role as u32).collect(),
        })
    });
    DrumPatterns::new(patterns.collect())
}

#[test]
fn learnt_drums_are_valid_in_all_genres() {
    for &genre in Genre::ALL {
        let plain = Sampling {
            guidance: 1.0,
            ..Sampling::default()
        };
        let source = source(plain).with_drums(Arc::new(busy_drummer()));
        let request = request(Texture::Band, genre, 11);
        let mut composer = Composer::with_source(request, None, source).unwrap();
        for _ in 0..12 {
            let bar = composer.next_bar();
            assert_eq!(faults(&bar.plan, &bar.parts), [], "{genre}");
            assert_eq!(faults(&bar.plan, &bar.performed), [], "{genre}");
            let n_drums = bar.parts.iter().filter(|part| part.role == Role::Drums);
            assert!(n_drums.count() <= 1);
        }
        assert_eq!(composer.plain_bars(), 0, "{genre}");
    }
}
