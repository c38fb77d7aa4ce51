//! Harmony: which chords a phrase has.
//!
//! A section takes one progression of its genre's pool and keeps it whenever it returns. Cadences,
//! secondary dominants, borrowed chords, sevenths, suspensions and inversions color it, more of
//! them as tension rises (functional harmony after Piston 1941, "Harmony").

mod roman;
mod shade;

use affetto_music::{Chord, ChordQuality, ChordSpan, Key, Meter, Mode, PitchClass};
use rand_pcg::Pcg64Mcg;

use crate::genre::{self, Profile, numeral};
use crate::random::{chance, mix, unit};
use crate::{Cadence, Genre};

pub use roman::roman;

/// How a genre colors its harmony; each a chance at full tension, in 0..=1.
#[derive(Debug, Clone, Copy)]
struct Habit {
    /// A section closes with a cadence that the progression does not have by itself.
    cadence: f64,
    /// A phrase inside a section is made to stop on the dominant.
    half: f64,
    /// A dominant of the next chord is put before it.
    secondary: f64,
    /// A chord is borrowed from the parallel mode.
    borrowed: f64,
    /// A triad gets its seventh or ninth.
    seventh: f64,
    /// A chord takes its third into the bass where that makes the bass move by step.
    inversion: f64,
}

fn habit(genre: Genre) -> Habit {
    let [cadence, half, secondary, borrowed, seventh, inversion] = match genre {
        Genre::Classical => [0.95, 0.6, 0.75, 0.35, 0.6, 0.5],
        Genre::Jazz => [0.8, 0.2, 0.4, 0.3, 1.0, 0.0],
        Genre::Country => [0.7, 0.4, 0.2, 0.03, 0.8, 0.15],
        Genre::Blues => [0.2, 0.1, 0.15, 0.05, 0.9, 0.0],
        Genre::Pop => [0.5, 0.1, 0.03, 0.08, 0.9, 0.3],
        Genre::Rock => [0.35, 0.1, 0.06, 0.2, 0.4, 0.05],
        Genre::Disco => [0.4, 0.05, 0.0, 0.0, 0.1, 0.0],
        Genre::HipHop => [0.1, 0.0, 0.05, 0.2, 0.5, 0.0],
        Genre::Reggae => [0.3, 0.1, 0.1, 0.12, 0.25, 0.0],
        Genre::Metal => [0.2, 0.1, 0.0, 0.2, 0.0, 0.0],
        Genre::Ambient => [0.15, 0.05, 0.05, 0.4, 0.6, 0.3],
    };
    Habit {
        cadence,
        half,
        secondary,
        borrowed,
        seventh,
        inversion,
    }
}

/// What the harmony of a phrase must fit.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PhraseHarmony<'a> {
    pub(crate) genre: Genre,
    pub(crate) key: Key,
    pub(crate) letter: char,
    pub(crate) tune: u64,
    /// First bar of the phrase within its section.
    pub(crate) section_bar: u32,
    pub(crate) bars: u32,
    pub(crate) closes_section: bool,
    pub(crate) closes_piece: bool,
    /// No stops: rhythm and harmony flow on.
    pub(crate) steady: bool,
    /// The listener's own chords and how many bars of them were played; empty for none.
    pub(crate) chords: &'a [Chord],
    pub(crate) bars_before: u64,
}

/// The chords of a phrase, bar by bar, before [`color`], and how it ends.
pub(crate) fn phrase(wanted: &PhraseHarmony<'_>) -> (Vec<Vec<Chord>>, Option<Cadence>) {
    let count = wanted.bars as usize;
    if !wanted.chords.is_empty() {
        let first = (wanted.bars_before % wanted.chords.len() as u64) as usize;
        let bars: Vec<Vec<Chord>> = (0..count)
            .map(|bar| vec![wanted.chords[(first + bar) % wanted.chords.len()]])
            .collect();
        let cadence = cadence_of(&bars, wanted.key.tonic);
        return (bars, cadence);
    }
    let pool = progression(wanted);
    let mut bars: Vec<Vec<Chord>> = (0..count)
        .map(|bar| pool[(wanted.section_bar as usize + bar) % pool.len()].clone())
        .collect();
    close(wanted, &mut bars);
    let cadence = cadence_of(&bars, wanted.key.tonic);
    (bars, cadence)
}

/// The progression of a section: the same tune has the same one; in the other mode, its fellow.
fn progression(wanted: &PhraseHarmony<'_>) -> Vec<Vec<Chord>> {
    let profile: &Profile = genre::profile(wanted.genre);
    let pools = match wanted.key.mode {
        Mode::Major => profile.major,
        Mode::Minor => profile.minor,
    };
    let pool = if wanted.letter == 'A' {
        pools.a
    } else {
        pools.b
    };
    // Commoner progressions stand first and are taken more often.
    let place = (mix(&[wanted.tune, 77]) % 1000) as f64 / 1000.0;
    let index = (place.powf(1.3) * pool.len() as f64) as usize;
    let pace_place = (mix(&[wanted.tune, 78]) % 1000) as f64 / 1000.0;
    pool.get(index)
        .and_then(|text| numeral::progression(text, wanted.key.tonic))
        .filter(|bars| !bars.is_empty() && bars.iter().all(|bar| !bar.is_empty()))
        .map(|bars| paced(bars, pace(wanted.genre), pace_place))
        .unwrap_or_else(|| vec![vec![tonic_chord(wanted.genre, wanted.key)]])
}

/// How often a genre stays two bars on each chord of a short progression, and how often it puts
/// two chords into a bar, each 0..=1.
fn pace(genre: Genre) -> (f64, f64) {
    match genre {
        Genre::Disco => (0.8, 0.1),
        Genre::Ambient => (0.4, 0.0),
        Genre::Pop => (0.3, 0.3),
        Genre::Country => (0.35, 0.3),
        Genre::Rock => (0.2, 0.2),
        Genre::HipHop | Genre::Reggae => (0.2, 0.0),
        Genre::Classical => (0.0, 0.5),
        Genre::Blues | Genre::Jazz | Genre::Metal => (0.0, 0.0),
    }
}

/// A progression of four plain bars at half or double pace for `place` in 0..1; others as they are.
fn paced(bars: Vec<Vec<Chord>>, (slow, fast): (f64, f64), place: f64) -> Vec<Vec<Chord>> {
    if bars.len() != 4 || bars.iter().any(|bar| bar.len() > 1) {
        return bars;
    }
    if place < slow {
        bars.into_iter()
            .flat_map(|bar| [bar.clone(), bar])
            .collect()
    } else if place > 1.0 - fast {
        bars.chunks(2).map(|pair| pair.concat()).collect()
    } else {
        bars
    }
}

/// Gives the phrase the ending that form and genre ask for.
fn close(wanted: &PhraseHarmony<'_>, bars: &mut [Vec<Chord>]) {
    let habit = habit(wanted.genre);
    let place = |salt: u64| {
        (mix(&[wanted.tune, u64::from(wanted.section_bar), salt]) % 1000) as f64 / 1000.0
    };
    let (tonic, dominant) = (
        tonic_chord(wanted.genre, wanted.key),
        dominant_chord(wanted.genre, wanted.key),
    );
    let last = bars.len() - 1;
    if wanted.closes_piece {
        bars[last] = vec![tonic];
        if last >= 1 {
            bars[last - 1] = match wanted.genre {
                Genre::Jazz | Genre::Classical => vec![predominant(wanted.key), dominant],
                Genre::Reggae | Genre::Ambient => vec![subdominant(wanted.key)],
                _ => vec![dominant],
            };
        }
    } else if wanted.steady || last == 0 {
    } else if wanted.closes_section && place(1) < habit.cadence {
        bars[last] = vec![tonic];
        let modal = wanted.key.mode == Mode::Minor && place(3) < 0.6;
        bars[last - 1] = match wanted.genre {
            Genre::Classical | Genre::Jazz => vec![predominant(wanted.key), dominant],
            Genre::Pop | Genre::Disco | Genre::Country if modal => {
                vec![Chord::new(
                    wanted.key.tonic.transposed(10),
                    ChordQuality::Major,
                )]
            }
            Genre::Rock | Genre::Reggae | Genre::Ambient => vec![subdominant(wanted.key)],
            _ => vec![dominant],
        };
    } else if !wanted.closes_section && place(2) < habit.half {
        bars[last] = vec![dominant];
    }
}

/// How the last two chords of a phrase close it, if they do.
pub(crate) fn cadence_of(bars: &[Vec<Chord>], tonic: PitchClass) -> Option<Cadence> {
    let mut chords = bars.iter().flatten().rev();
    let (last, before) = (chords.next()?, chords.next());
    let degree = |chord: &Chord| tonic.interval_to(chord.root);
    match (before.map(degree), degree(last)) {
        (_, 7) => Some(Cadence::Half),
        (Some(7), 0) => Some(Cadence::Authentic),
        (Some(5 | 10 | 2), 0) => Some(Cadence::Plagal),
        (Some(7), _) => Some(Cadence::Deceptive),
        (None, 0) => Some(Cadence::Authentic),
        _ => None,
    }
}

/// The chord of rest in a genre's own color.
pub(crate) fn tonic_chord(genre: Genre, key: Key) -> Chord {
    use ChordQuality as Q;
    let quality = match (genre, key.mode) {
        (Genre::Metal, _) => Q::Power,
        (Genre::Blues, Mode::Major) => Q::Dominant7,
        (Genre::Blues, Mode::Minor) => Q::Minor7,
        (Genre::Jazz, Mode::Major) => Q::Major6,
        (Genre::Jazz, Mode::Minor) => Q::Minor6,
        (Genre::Ambient, Mode::Major) => Q::MajorAdd9,
        (Genre::Ambient, Mode::Minor) => Q::MinorAdd9,
        (_, Mode::Major) => Q::Major,
        (_, Mode::Minor) => Q::Minor,
    };
    Chord::new(key.tonic, quality)
}

/// The dominant in a genre's own color; major in minor keys too.
pub(crate) fn dominant_chord(genre: Genre, key: Key) -> Chord {
    let quality = match genre {
        Genre::Metal => ChordQuality::Power,
        Genre::Ambient => ChordQuality::Suspended4,
        Genre::Pop | Genre::Rock | Genre::Reggae | Genre::Country => ChordQuality::Major,
        _ => ChordQuality::Dominant7,
    };
    Chord::new(key.tonic.transposed(7), quality)
}

fn subdominant(key: Key) -> Chord {
    let quality = match key.mode {
        Mode::Major => ChordQuality::Major,
        Mode::Minor => ChordQuality::Minor,
    };
    Chord::new(key.tonic.transposed(5), quality)
}

fn predominant(key: Key) -> Chord {
    let quality = match key.mode {
        Mode::Major => ChordQuality::Minor7,
        Mode::Minor => ChordQuality::HalfDiminished7,
    };
    Chord::new(key.tonic.transposed(2), quality)
}

/// The dominant with its third held back: the bar that leads into another mode.
pub(crate) fn bridge(key: Key) -> Vec<Chord> {
    let dominant = key.tonic.transposed(7);
    vec![
        Chord::new(dominant, ChordQuality::Suspended4),
        Chord::new(dominant, ChordQuality::Dominant7),
    ]
}

/// By what a bar's harmony is colored.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Coloring {
    pub(crate) genre: Genre,
    pub(crate) key: Key,
    /// As in the cues, 0..=1.
    pub(crate) tension: f64,
    /// As in the cues, −1..=1.
    pub(crate) brightness: f64,
    /// The last chord before the bar and the first one after it.
    pub(crate) previous: Option<Chord>,
    pub(crate) next: Option<Chord>,
    /// The bar ends its phrase: its roots stay.
    pub(crate) closes: bool,
}

/// Colors one bar by mood: what was planned stays recognizable, its function is kept.
pub(crate) fn color(bar: &[Chord], coloring: &Coloring, rng: &mut Pcg64Mcg) -> Vec<Chord> {
    let Coloring {
        genre,
        key,
        tension,
        brightness,
        previous,
        next,
        closes,
    } = *coloring;
    let habit = habit(genre);
    // Functional harmony leaves its key for a chord or two in the calmest mood.
    let tension = if genre == Genre::Classical {
        tension.max(0.25)
    } else {
        tension
    };
    let mut chords: Vec<Chord> = bar.to_vec();
    let borrow = chance(rng, habit.borrowed * (tension - 0.2).max(0.0));
    // Country's major songs go by way of the dominant's dominant, its minor ones hardly.
    let by_way = match genre {
        Genre::Country if brightness > 0.2 => 0.2,
        Genre::Country => 0.02,
        _ => habit.secondary * (0.3 + 0.6 * tension),
    };
    let lead = chance(rng, by_way);
    let invert = chance(rng, habit.inversion);
    if borrow && let Some(first) = chords.first_mut() {
        *first = borrowed(*first, key);
    }
    for chord in &mut chords {
        if !closes {
            *chord = shade::root(*chord, (genre, key), brightness, rng);
        }
        // Dance music of today plays triads where disco of old had sevenths.
        if genre == Genre::Disco && chance(rng, 0.6) {
            *chord = plain(*chord);
        } else if chance(rng, habit.seventh * (0.25 + tension)) {
            *chord = enriched(*chord, (genre, key), unit(rng));
        }
        *chord = shade::quality(*chord, (genre, key), brightness, rng);
    }
    if lead
        && chords.len() == 1
        && let Some(next) = next
        && let Some(dominant) = secondary_dominant(chords[0], next, key)
    {
        chords.push(dominant);
    }
    if invert && let (Some(previous), Some(next)) = (previous, next) {
        chords[0] = inverted(chords[0], previous, next);
    }
    chords
}

/// The parallel mode's version of a chord where it has one.
fn borrowed(chord: Chord, key: Key) -> Chord {
    let degree = key.tonic.interval_to(chord.root);
    match (key.mode, degree, chord.quality) {
        (Mode::Major, 5, ChordQuality::Major | ChordQuality::Major7) => Chord {
            quality: ChordQuality::Minor,
            ..chord
        },
        (Mode::Major, 9, ChordQuality::Minor) => {
            Chord::new(key.tonic.transposed(8), ChordQuality::Major)
        }
        (Mode::Major, 2, ChordQuality::Minor7) => Chord {
            quality: ChordQuality::HalfDiminished7,
            ..chord
        },
        (Mode::Minor, 5, ChordQuality::Minor) => {
            Chord::new(key.tonic.transposed(1), ChordQuality::Major)
        }
        (Mode::Minor, 7, ChordQuality::Minor) => Chord {
            quality: ChordQuality::Dominant7,
            ..chord
        },
        _ => chord,
    }
}

/// A triad with sixth, seventh or ninth added: in popular music a tone of the scale that colors
/// without pulling, elsewhere the seventh.
fn enriched(chord: Chord, (genre, key): (Genre, Key), which: f64) -> Chord {
    use ChordQuality as Q;
    let degree = key.tonic.interval_to(chord.root);
    let soft = matches!(
        genre,
        Genre::Pop | Genre::Rock | Genre::Ambient | Genre::Reggae
    );
    let quality = match (chord.quality, degree) {
        (Q::Major, 7) if soft && which < 0.6 => Q::MajorAdd9,
        (Q::Major, 7) => Q::Dominant7,
        (Q::Major, 0 | 5) if genre == Genre::Country && which < 0.7 => Q::Major6,
        (Q::Major, 0 | 3 | 5 | 8 | 10) if soft && which < 0.7 => Q::MajorAdd9,
        (Q::Major, 0) if which < 0.5 => Q::MajorAdd9,
        (Q::Major, 0 | 3 | 5 | 8) => Q::Major7,
        (Q::Minor, 0 | 2 | 5 | 9) if which < 0.3 => Q::MinorAdd9,
        (Q::Minor, _) => Q::Minor7,
        (Q::Diminished, 2) => Q::HalfDiminished7,
        (other, _) => other,
    };
    Chord { quality, ..chord }
}

/// The triad of a minor or major seventh chord.
fn plain(chord: Chord) -> Chord {
    let quality = match chord.quality {
        ChordQuality::Major7 => ChordQuality::Major,
        ChordQuality::Minor7 => ChordQuality::Minor,
        other => other,
    };
    Chord { quality, ..chord }
}

/// The dominant of the next chord, if that is a stable chord other than the tonic and would not
/// repeat what sounds already.
fn secondary_dominant(now: Chord, next: Chord, key: Key) -> Option<Chord> {
    let stable = matches!(
        next.quality,
        ChordQuality::Major | ChordQuality::Minor | ChordQuality::Minor7 | ChordQuality::Major7
    );
    let root = next.root.transposed(7);
    let fits = stable && next.root != key.tonic && root != now.root && next.root != now.root;
    fits.then(|| Chord::new(root, ChordQuality::Dominant7))
}

/// The chord over its third where the bass then moves by step on both sides.
fn inverted(chord: Chord, previous: Chord, next: Chord) -> Chord {
    if chord.bass.is_some()
        || !matches!(chord.quality, ChordQuality::Major | ChordQuality::Dominant7)
    {
        return chord;
    }
    let third = chord.root.transposed(4);
    let low = |chord: Chord| chord.bass.unwrap_or(chord.root);
    let step = |a: PitchClass, b: PitchClass| matches!(a.interval_to(b), 1 | 2 | 10 | 11);
    if step(low(previous), third) && step(third, low(next)) {
        Chord {
            bass: Some(third),
            ..chord
        }
    } else {
        chord
    }
}

/// Chords spread evenly over a bar, changing on beats.
pub(crate) fn spans(chords: &[Chord], meter: Meter, ticks_per_quarter: u32) -> Vec<ChordSpan> {
    let (bar, beat) = (
        meter.bar_ticks(ticks_per_quarter),
        meter.beat_ticks(ticks_per_quarter),
    );
    let count = chords.len().max(1) as u32;
    let at = |index: u32| (bar * index / count).div_ceil(beat.max(1)) * beat;
    let mut spans: Vec<ChordSpan> = Vec::new();
    for (index, &chord) in (0..).zip(chords) {
        let (start, end) = (
            at(index),
            if index + 1 == count {
                bar
            } else {
                at(index + 1).min(bar)
            },
        );
        if end > start {
            spans.push(ChordSpan {
                onset: start,
                duration: end - start,
                chord,
            });
        }
    }
    spans
}

/// The key that fits a chord cycle best: the one with most chord tones in its scale, among equals
/// the one whose tonic chord begins or ends the cycle.
pub(crate) fn key_of(chords: &[Chord]) -> Option<Key> {
    let (first, last) = (chords.first()?, chords.last()?);
    let score = |key: Key| {
        let inside = chords
            .iter()
            .flat_map(|chord| chord.pitch_classes())
            .filter(|&tone| key.contains(tone));
        let minor = |chord: &Chord| chord.quality.tones().contains(&3);
        let home =
            |chord: &Chord| chord.root == key.tonic && minor(chord) == (key.mode == Mode::Minor);
        inside.count() * 8
            + usize::from(home(first)) * 7
            + usize::from(home(last)) * 5
            + chords.iter().filter(|chord| home(chord)).count()
    };
    (0..12)
        .flat_map(|tonic| {
            [Mode::Major, Mode::Minor].map(|mode| Key {
                tonic: PitchClass::new(tonic),
                mode,
            })
        })
        .max_by_key(|&key| score(key))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(genre: Genre, key: &str) -> PhraseHarmony<'static> {
        PhraseHarmony {
            genre,
            key: key.parse().unwrap(),
            letter: 'A',
            tune: 5,
            section_bar: 0,
            bars: 4,
            closes_section: true,
            closes_piece: true,
            steady: false,
            chords: &[],
            bars_before: 0,
        }
    }

    fn numerals(bars: &[Vec<Chord>], key: Key) -> String {
        let bar = |bar: &Vec<Chord>| {
            bar.iter()
                .map(|&c| roman(c, key))
                .collect::<Vec<_>>()
                .join(" ")
        };
        bars.iter().map(bar).collect::<Vec<_>>().join(" | ")
    }

    #[track_caller]
    fn check_ending(genre: Genre, key: &str, ending: &str, cadence: Cadence) {
        let wanted = wanted(genre, key);
        let (bars, found) = phrase(&wanted);
        let text = numerals(&bars, wanted.key);
        assert!(text.ends_with(ending), "{text}");
        assert_eq!(found, Some(cadence));
    }

    #[test]
    fn pieces_close_in_their_genre() {
        check_ending(Genre::Pop, "G major", "V | I", Cadence::Authentic);
        check_ending(
            Genre::Classical,
            "C minor",
            "iiø7 V7 | i",
            Cadence::Authentic,
        );
        check_ending(Genre::Jazz, "F major", "ii7 V7 | I6", Cadence::Authentic);
        check_ending(Genre::Metal, "E minor", "V5 | I5", Cadence::Authentic);
        check_ending(Genre::Reggae, "A minor", "iv | i", Cadence::Plagal);
        check_ending(Genre::Blues, "A major", "V7 | I7", Cadence::Authentic);
    }

    #[test]
    fn own_chords_are_kept_and_cycle() {
        let chords: Vec<Chord> = "Am F C".split(' ').map(|c| c.parse().unwrap()).collect();
        let (bars, _) = phrase(&PhraseHarmony {
            chords: &chords,
            bars_before: 4,
            ..wanted(Genre::Pop, "A minor")
        });
        assert_eq!(
            numerals(&bars, "A minor".parse().unwrap()),
            "bVI | bIII | i | bVI"
        );
    }

    #[track_caller]
    fn check_key(chords: &str, expected: &str) {
        let chords: Vec<Chord> = chords.split(' ').map(|c| c.parse().unwrap()).collect();
        assert_eq!(key_of(&chords).unwrap().to_string(), expected, "{chords:?}");
    }

    #[test]
    fn a_chord_cycle_tells_its_key() {
        check_key("Am F C G", "A minor");
        check_key("C G Am F", "C major");
        check_key("Dm7 G7 Cmaj7", "C major");
        check_key("Em Am B7 Em", "E minor");
    }

    #[test]
    fn tension_brings_dominants_and_calm_leaves_harmony_alone() {
        let chord = |text: &str| text.parse::<Chord>().unwrap();
        let key: Key = "C major".parse().unwrap();
        let mut changed = [0, 0];
        for seed in 0..200 {
            for (count, tension) in changed.iter_mut().zip([0.0, 0.9]) {
                let mut rng = crate::random::stream(&[seed]);
                let coloring = Coloring {
                    genre: Genre::Jazz,
                    key,
                    tension,
                    brightness: 0.4,
                    previous: None,
                    next: Some(chord("Dm")),
                    closes: false,
                };
                let colored = color(&[chord("C")], &coloring, &mut rng);
                *count += usize::from(colored.len() == 2);
                assert_eq!(colored[0].root, key.tonic);
            }
        }
        assert!(changed[0] < changed[1], "{changed:?}");
    }

    #[test]
    fn chords_change_on_beats() {
        let chords: Vec<Chord> = ["C", "F"].map(|c| c.parse().unwrap()).to_vec();
        let waltz = Meter {
            numerator: 3,
            denominator: 4,
        };
        let lengths = |meter| {
            spans(&chords, meter, 480)
                .iter()
                .map(|s| s.duration)
                .collect::<Vec<_>>()
        };
        assert_eq!(lengths(Meter::COMMON), [960, 960]);
        assert_eq!(lengths(waltz), [960, 480]);
    }
}
