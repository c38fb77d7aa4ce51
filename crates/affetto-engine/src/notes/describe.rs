//! A corpus of notes, described: what was kept of each set, and what its bars are like.

use std::collections::BTreeMap;
use std::path::Path;

use affetto_compose::tokens::{ATTRIBUTES, Condition};
use affetto_models::datasets::{Description, Distribution, PartDescription};
use affetto_models::note_model::{CorpusSong, NoteCorpus};

use crate::Error;

/// Bars of a song are counted in steps of so many.
const LENGTH_STEP: usize = 16;
/// Lengths from here on are one.
const LONGEST: usize = 160;

/// Describes a corpus that `affetto data prepare notes` wrote: one part for each set.
///
/// # Errors
/// [`Error::User`] when the file cannot be read or is no corpus.
pub(crate) fn describe(path: &Path) -> Result<Description, Error> {
    let corpus = NoteCorpus::load(path)?;
    let mut sets: BTreeMap<&str, Vec<&CorpusSong>> = BTreeMap::new();
    for song in &corpus.songs {
        let set = song.name.split('/').next().unwrap_or_default();
        sets.entry(set).or_default().push(song);
    }
    let parts = sets.iter().map(|(set, songs)| part(&corpus, set, songs));
    Ok(Description {
        path: path.to_path_buf(),
        parts: parts.collect(),
        others: Vec::new(),
    })
}

fn part(corpus: &NoteCorpus, set: &str, songs: &[&CorpusSong]) -> PartDescription {
    let bars = |song: &CorpusSong| song.first_bar..song.first_bar + song.n_bars;
    let conditions: Vec<Condition> = songs
        .iter()
        .flat_map(|song| bars(song))
        .filter_map(|bar| Condition::from_vector(corpus.condition(bar)))
        .collect();
    let n_symbols: u32 = songs
        .iter()
        .map(|song| {
            let bars = bars(song);
            corpus.bar_starts[bars.end] - corpus.bar_starts[bars.start]
        })
        .sum();
    let n_held_out = songs.iter().filter(|song| song.is_held_out).count();
    let per_bar = f64::from(n_symbols) / conditions.len().max(1) as f64;
    let fact = |name: &str, value: String| (name.to_owned(), value);
    let plane = songs
        .iter()
        .filter_map(|song| Condition::from_vector(corpus.condition(song.first_bar))?.affect);
    PartDescription {
        name: set.to_owned(),
        kind: "notes",
        n_items: songs.len(),
        facts: vec![
            fact("held out", n_held_out.to_string()),
            fact("bars", conditions.len().to_string()),
            fact("symbols", n_symbols.to_string()),
            fact("symbols a bar", format!("{per_bar:.1}")),
        ],
        distributions: distributions(songs, &conditions),
        plane: plane
            .map(|point| (point.v() as f32, point.a() as f32))
            .collect(),
        ..PartDescription::default()
    }
}

fn distributions(songs: &[&CorpusSong], conditions: &[Condition]) -> Vec<Distribution> {
    let lengths = songs.iter().map(|song| match song.n_bars {
        LONGEST.. => format!("{LONGEST} and more"),
        n => format!(
            "{:3} to {}",
            n / LENGTH_STEP * LENGTH_STEP,
            n / LENGTH_STEP * LENGTH_STEP + LENGTH_STEP - 1
        ),
    });
    let of_bars = |name: &str, value: &dyn Fn(&Condition) -> Option<String>| {
        Distribution::of(name, conditions.iter().filter_map(value))
    };
    let mut all = vec![
        Distribution::of("bars of a song", lengths),
        of_bars("genre", &|bar| bar.genre.map(|genre| genre.to_string())),
        of_bars("mode", &|bar| {
            Some(format!("{:?}", bar.mode).to_lowercase())
        }),
        of_bars("metre", &|bar| {
            Some(format!("{}/{}", bar.meter.numerator, bar.meter.denominator))
        }),
    ];
    for (place, (name, center, scale)) in ATTRIBUTES.iter().enumerate() {
        all.push(of_bars(name, &|bar| {
            let steps = bar.attributes[place]?.round();
            Some(format!("about {:.2}", center + scale * steps))
        }));
    }
    all.retain(|distribution| !distribution.counts.is_empty());
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notes::{Licences, prepare_notes};
    use affetto_music::{midi, notation};

    #[test]
    fn a_corpus_tells_what_is_in_it() {
        let folder = tempfile::tempdir().unwrap();
        let jazz = folder.path().join("jazz");
        std::fs::create_dir(&jazz).unwrap();
        let tune = notation::parse(&format!("melody = {}", ["C4:q E4:q G4:h"; 8].join(" | ")));
        std::fs::write(jazz.join("a.mid"), midi::write(&tune.unwrap())).unwrap();
        let out = folder.path().join("notes.corpus");
        prepare_notes(&jazz, &out, Licences::All, &mut |_| {}).unwrap();
        let description = describe(&out).unwrap();
        let part = &description.parts[0];
        assert_eq!((part.name.as_str(), part.kind), ("own", "notes"));
        assert!(
            part.facts.contains(&("bars".into(), "16".into())),
            "{:?}",
            part.facts
        );
        let genre = part.distributions.iter().find(|d| d.name == "genre");
        assert_eq!(genre.unwrap().counts, [("jazz".to_owned(), 16)]);
        assert!(describe(&jazz.join("a.mid")).is_err());
    }
}
