//! Measures rankings with the labels of public catalogues.
//!
//! `cargo run --release -p affetto-library --example evaluate_catalogues -- DIR`, where DIR holds
//! the files of the data folder `catalogue`: Deezer's mood set, PMEmo, lists with Spotify's features and the 4,519
//! songs of tohoilam's system. Nothing is trained or tuned here.
//!
//! What is predicted from what:
//! - *Spotify → Deezer, PMEmo*: a song's place is Spotify's valence and energy, the label is people's
//!   tags or ratings of the same song, joined by artist and title.
//! - *tohoilam → Deezer*: a song's place is what that system's model said.
//! - *noisy label*: a song's place is its own label plus noise: an upper bound of what a ranking can
//!   do with a place that good, no prediction.

#![expect(clippy::print_stdout, reason = "an example shows its results")]

use std::collections::{BTreeMap, HashMap};
use std::error::Error;
use std::path::{Path, PathBuf};

use affetto_affect::{Affect, Covariance, Estimate, Pace, Plan};
use affetto_library::recommend::evaluate::{
    quadrant_precision, reachability, spearman, trajectory_error,
};
use affetto_library::recommend::simulate::{Dynamics, Policy, Simulation, World};
use affetto_library::recommend::tohoilam::{TohoilamSong, tohoilam_rank};
use affetto_library::recommend::{
    AnalysisMode, Bridges, Felt, ListenerModel, Neutral, RankOptions, Ranker, SetLength,
    SetRequest, Snapshot, Target, over_windows,
};
use affetto_library::{Mood, MoodOrigin, Song, SongId, SongInfo};

type Outcome<T> = Result<T, Box<dyn Error>>;
type Points = HashMap<String, Affect>;

/// Error of a model's valence and arousal that all windows and songs share, as assumed here.
const MODEL_SD: f64 = 0.3;

fn main() -> Outcome<()> {
    let dir = std::env::args()
        .nth(1)
        .ok_or("give the folder of the catalogues")?;
    let dir = PathBuf::from(dir);
    let deezer = deezer(&dir.join("deezer_mood_validation.csv.zst"))?;
    let pmemo = pmemo(&dir.join("pmemo_static_va_767.json"))?;
    let spotify = spotify(&dir)?;
    let tohoilam = tohoilam(&dir.join("tohoilam_songs_4519.json.zst"))?;
    let (first, mean): (Vec<_>, Vec<_>) = tohoilam.iter().map(|s| (s.first, s.mean)).unzip();

    let all_deezer = deezer_all(&dir, &deezer)?;
    retrieval("Spotify -> Deezer (validation)", &joined(&spotify, &deezer));
    retrieval(
        "Spotify -> Deezer (train + validation)",
        &joined(&spotify, &all_deezer),
    );
    retrieval("Spotify -> PMEmo", &joined(&spotify, &pmemo));
    let predicted = tohoilam.iter().map(|s| (s.key.clone(), s.mean)).collect();
    retrieval(
        "tohoilam's means -> Deezer (train + validation)",
        &joined(&predicted, &all_deezer),
    );
    for sd in [0.0, 0.3, 0.6] {
        retrieval(
            &format!("noisy label sd {sd}, Deezer (validation)"),
            &noisy(&deezer, sd),
        );
        retrieval(&format!("noisy label sd {sd}, PMEmo"), &noisy(&pmemo, sd));
    }
    reach("tohoilam's 4,519 songs, mean of windows", &mean);
    reach("tohoilam's 4,519 songs, first window", &first);
    simulations(
        "Spotify -> Deezer (train + validation)",
        &joined(&spotify, &all_deezer),
    )?;
    simulations("noisy label sd 0.3, PMEmo", &noisy(&pmemo, 0.3))?;
    Ok(())
}

/// A song with where a model and where people put it.
struct Pair {
    key: String,
    predicted: Affect,
    label: Affect,
}

fn joined(predicted: &Points, labels: &Points) -> Vec<Pair> {
    let mut pairs: Vec<Pair> = labels
        .iter()
        .filter_map(|(key, &label)| {
            let &predicted = predicted.get(key)?;
            let key = key.clone();
            Some(Pair {
                key,
                predicted,
                label,
            })
        })
        .collect();
    pairs.sort_by(|a, b| a.key.cmp(&b.key));
    pairs
}

/// Labels with noise: the sum of 12 uniform numbers less 6 is nearly normal.
fn noisy(labels: &Points, sd: f64) -> Vec<Pair> {
    use rand::{RngExt, SeedableRng};
    let mut rng = rand_pcg::Pcg64Mcg::seed_from_u64(12);
    let mut pairs = joined(labels, labels);
    for pair in &mut pairs {
        let mut noise = || sd * ((0..12).map(|_| rng.random::<f64>()).sum::<f64>() - 6.0);
        let (v, a) = (pair.label.v() + noise(), pair.label.a() + noise());
        pair.predicted = Affect::clamped(v, a);
    }
    pairs
}

fn songs(pairs: &[Pair]) -> Vec<Song> {
    let song = |(pair, id): (&Pair, i64)| {
        let (artist, title) = pair.key.split_once('\t').unwrap_or(("", &pair.key));
        let mood = Mood {
            valence: pair.predicted.v(),
            arousal: pair.predicted.a(),
            valence_sd: MODEL_SD,
            arousal_sd: MODEL_SD,
            origin: MoodOrigin::Features,
        };
        Song {
            id: SongId(id),
            info: SongInfo {
                title: title.to_owned(),
                artist: artist.to_owned(),
                mood: Some(mood),
                ..SongInfo::default()
            },
            sources: Vec::new(),
        }
    };
    pairs.iter().zip(0..).map(song).collect()
}

fn tohoilam_songs(points: &[Affect]) -> Vec<TohoilamSong> {
    let song = |(&first_window, id): (&Affect, i64)| TohoilamSong {
        id: SongId(id),
        first_window,
        lyrics: None,
        keywords: 0.0,
    };
    points.iter().zip(0..).map(song).collect()
}

/// The list of our ranking for a point that is known, without a listener's taste.
fn ours(snapshot: &Snapshot, point: Affect, seed: u64) -> Vec<SongId> {
    let felt = Felt {
        estimate: Estimate::certain(point),
        said: None,
    };
    let options = RankOptions {
        mode: AnalysisMode::Audio,
        seed,
        ..RankOptions::default()
    };
    let nobody = ListenerModel::default();
    let ranked = Ranker::new(snapshot, &nobody, &felt, &options)
        .map(|ranker| ranker.rank(&Target::certain(point), 10));
    let ranked = ranked.unwrap_or_default();
    ranked.iter().map(|song| song.song).collect()
}

fn retrieval(name: &str, pairs: &[Pair]) {
    println!("\n## {name}: {} songs", pairs.len());
    if pairs.len() < 50 {
        return println!("too few songs: not measured");
    }
    let axis = |of: fn(&Affect) -> f64| {
        let predicted: Vec<f64> = pairs.iter().map(|pair| of(&pair.predicted)).collect();
        let labels: Vec<f64> = pairs.iter().map(|pair| of(&pair.label)).collect();
        spearman(&predicted, &labels).unwrap_or(0.0)
    };
    println!(
        "Spearman of place and label: valence {:.2}, arousal {:.2}",
        axis(|p| p.v()),
        axis(|p| p.a())
    );
    let label = |id: SongId| pairs.get(id.0 as usize).map(|pair| pair.label);
    let counted = [(1.0, 1.0), (-1.0, 1.0), (-1.0, -1.0), (1.0, -1.0)].map(|(v, a)| {
        let wanted = Affect::clamped(v, a).quadrant();
        let n = pairs
            .iter()
            .filter(|pair| pair.label.quadrant() == wanted)
            .count();
        n as f64 / pairs.len() as f64
    });
    let mean = counted.iter().sum::<f64>() / 4.0;
    row(
        "share of labels (chance)",
        &[counted[0], counted[1], counted[2], counted[3], mean],
    );
    let songs = songs(pairs);
    let snapshot = Snapshot::new(&songs);
    row(
        "ours",
        &quadrant_precision(7, |point, seed| ours(&snapshot, point, seed), label),
    );
    let compared = Snapshot::with_neutral(&songs, Neutral::Median);
    row(
        "ours, neutral is the median",
        &quadrant_precision(7, |point, seed| ours(&compared, point, seed), label),
    );
    let points: Vec<Affect> = pairs.iter().map(|pair| pair.predicted).collect();
    let theirs = tohoilam_songs(&points);
    row(
        "tohoilam's formula",
        &quadrant_precision(7, |point, _| tohoilam_rank(&theirs, point, 10), label),
    );
    println!(
        "trajectory error, lift from (-0.6, -0.4), 10 songs, 20 seeds: {:.3}",
        trajectory(&snapshot, label)
    );
}

fn row(name: &str, precision: &[f64; 5]) {
    let [q1, q2, q3, q4, mean] = precision;
    println!("precision@10 {name}: Q1 {q1:.2} Q2 {q2:.2} Q3 {q3:.2} Q4 {q4:.2} mean {mean:.3}");
}

/// Root mean square distance of labels from targets, mean over seeds.
fn trajectory(snapshot: &Snapshot, label: impl Fn(SongId) -> Option<Affect>) -> f64 {
    let start = Affect::clamped(-0.6, -0.4);
    let felt = Felt {
        estimate: Estimate::from_gaussian(start, Covariance::independent(0.2, 0.2)),
        said: None,
    };
    let nobody = ListenerModel::default();
    let errors: Vec<f64> = (0..20)
        .filter_map(|seed| {
            let options = RankOptions {
                seed,
                ..RankOptions::default()
            };
            let ranker = Ranker::new(snapshot, &nobody, &felt, &options).ok()?;
            let plan = Plan::new(start, affetto_affect::Strategy::Lift, Pace::Steady);
            let mut request = SetRequest::new(plan, SetLength::Songs(10));
            request.bridges = Bridges::Never;
            trajectory_error(&ranker.plan_set(&request).ok()?, &label)
        })
        .collect();
    errors.iter().sum::<f64>() / errors.len() as f64
}

fn reach(name: &str, points: &[Affect]) {
    println!(
        "\n## Reachability, {name}: {} songs, 4,000 uniform points, top 10",
        points.len()
    );
    let pairs: Vec<Pair> = points
        .iter()
        .enumerate()
        .map(|(i, &point)| Pair {
            key: format!("artist {i}\ttitle"),
            predicted: point,
            label: point,
        })
        .collect();
    let songs = songs(&pairs);
    for neutral in [Neutral::Kept, Neutral::Median] {
        let snapshot = Snapshot::with_neutral(&songs, neutral);
        let of_ours = reachability(points.len(), 4000, 5, |point, seed| {
            ours(&snapshot, point, seed)
        });
        println!("ours, neutral {neutral:?}: {of_ours:.3}");
    }
    let theirs = tohoilam_songs(points);
    let of_theirs = reachability(points.len(), 4000, 5, |point, _| {
        tohoilam_rank(&theirs, point, 10)
    });
    println!("tohoilam's formula: {of_theirs:.3}");
}

fn simulations(name: &str, pairs: &[Pair]) -> Outcome<()> {
    println!(
        "\n## Simulated listeners on {name}: {} songs, 20 x 30 sessions x 8 songs",
        pairs.len()
    );
    let songs = songs(pairs);
    let world = World::new(&songs, |id| pairs.get(id.0 as usize).map(|pair| pair.label));
    for dynamics in [Dynamics::Contagion, Dynamics::Contrast] {
        for policy in Policy::ALL {
            let outcome = world.run(policy, &Simulation::new(dynamics, 11))?;
            println!(
                "{dynamics:?} {policy:?}: regret {:.3}, last third {:.3}, gain {:.3}, skips {:.3}",
                outcome.regret, outcome.late_regret, outcome.gain, outcome.skips
            );
        }
    }
    Ok(())
}

/// A name by which songs of several lists are joined: letters and digits of the first artist and
/// of the title without what stands in brackets or after a dash.
fn key(artist: &str, title: &str) -> String {
    let plain = |text: &str| {
        let letters = text.chars().filter(|c| c.is_alphanumeric());
        letters.flat_map(char::to_lowercase).collect::<String>()
    };
    let title = title.split(['(', '[']).next().unwrap_or(title);
    let title = title.split(" - ").next().unwrap_or(title);
    let artist = artist.split([',', '&']).next().unwrap_or(artist);
    format!("{}\t{}", plain(artist), plain(title))
}

fn text(path: &Path) -> Outcome<String> {
    let bytes = std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let bytes = if path.extension().is_some_and(|e| e == "zst") {
        zstd::decode_all(bytes.as_slice())?
    } else {
        bytes
    };
    Ok(String::from_utf8_lossy(&bytes)
        .trim_start_matches('\u{feff}')
        .to_owned())
}

fn rows(path: &Path) -> Outcome<Vec<BTreeMap<String, String>>> {
    let text = text(path)?;
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    Ok(reader.deserialize().filter_map(Result::ok).collect())
}

fn number(row: &BTreeMap<String, String>, column: &str) -> Option<f64> {
    row.get(column)?.parse().ok()
}

/// Deezer's labels are z-scores of tags: a standard deviation is taken as 0.5 of the plane.
fn deezer(path: &Path) -> Outcome<Points> {
    let points = rows(path)?.into_iter().filter_map(|row| {
        let point = Affect::clamped(
            number(&row, "valence")? / 2.0,
            number(&row, "arousal")? / 2.0,
        );
        Some((key(row.get("artist_name")?, row.get("track_name")?), point))
    });
    Ok(points.collect())
}

fn deezer_all(dir: &Path, validation: &Points) -> Outcome<Points> {
    let mut all = deezer(&dir.join("deezer_mood_train.csv.zst"))?;
    all.extend(validation.iter().map(|(key, point)| (key.clone(), *point)));
    Ok(all)
}

/// PMEmo's ratings are in 0..=1.
fn pmemo(path: &Path) -> Outcome<Points> {
    let songs: Vec<serde_json::Value> = serde_json::from_str(&text(path)?)?;
    let points = songs.iter().filter_map(|song| {
        let axis = |name: &str| Some(2.0 * song[name].as_f64()? - 1.0);
        let key = key(song["artist"].as_str()?, song["title"].as_str()?);
        Some((key, Affect::clamped(axis("v")?, axis("a")?)))
    });
    Ok(points.collect())
}

/// Spotify's valence and energy of three lists, both in 0..=1 or 0..=100.
fn spotify(dir: &Path) -> Outcome<Points> {
    let lists = [
        (
            "spotify_2000.csv",
            "Artist",
            "Title",
            "Valence",
            "Energy",
            100.0,
        ),
        (
            "top_hits_spotify_2000_2019.csv",
            "artist",
            "song",
            "valence",
            "energy",
            1.0,
        ),
        ("data_moods.csv", "artist", "name", "valence", "energy", 1.0),
    ];
    let mut points = Points::new();
    for (file, artist, title, valence, energy, most) in lists {
        points.extend(rows(&dir.join(file))?.into_iter().filter_map(|row| {
            let axis = |name: &str| Some(2.0 * number(&row, name)? / most - 1.0);
            let point = Affect::clamped(axis(valence)?, axis(energy)?);
            Some((key(row.get(artist)?, row.get(title)?), point))
        }));
    }
    Ok(points)
}

struct Predicted {
    key: String,
    first: Affect,
    mean: Affect,
}

fn tohoilam(path: &Path) -> Outcome<Vec<Predicted>> {
    let songs: Vec<serde_json::Value> = serde_json::from_str(&text(path)?)?;
    let predicted = songs.iter().filter_map(|song| {
        let windows = |name: &str| -> Vec<f64> {
            let values = song[name].as_array().into_iter().flatten();
            values.filter_map(serde_json::Value::as_f64).collect()
        };
        let (valence, arousal) = (windows("all_valence"), windows("all_arousal"));
        let mean = |windows: &[f64]| over_windows(windows, MODEL_SD).map(|(mean, _)| mean);
        Some(Predicted {
            key: key(song["artist"][0].as_str()?, song["song_name"].as_str()?),
            first: Affect::clamped(*valence.first()?, *arousal.first()?),
            mean: Affect::clamped(mean(&valence)?, mean(&arousal)?),
        })
    });
    Ok(predicted.collect())
}
