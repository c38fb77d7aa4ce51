//! Time of whole questions: prepare, scan, plan a set of ten songs.

use affetto_affect::{Affect, Covariance, Estimate, Pace, Plan, QuadrantProbabilities, Strategy};
use affetto_library::Reaction;
use affetto_library::recommend::{
    Feedback, Felt, HeardSong, ListenerModel, RankOptions, Ranker, Said, SetLength, SetRequest,
    Snapshot, WeightedKeyword,
};
use affetto_library::{Keyword, Mood, MoodOrigin, Song, SongId, SongInfo, Sound, Words};
use divan::{Bencher, black_box};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

/// Dimension of the descriptor vectors.
const DIMENSION: usize = 64;

fn main() {
    divan::main();
}

/// Songs with places, sounds, 20,000 artists at most and, every third, lyrics.
fn songs(n: usize) -> Vec<Song> {
    let mut rng = Pcg64Mcg::seed_from_u64(1);
    (0..n as i64).map(|id| song(id, &mut rng)).collect()
}

fn song(id: i64, rng: &mut Pcg64Mcg) -> Song {
    let mood = Mood {
        valence: rng.random_range(-0.6..0.6) + rng.random_range(-0.3..0.3),
        arousal: rng.random_range(-0.6..0.6) + rng.random_range(-0.3..0.3),
        valence_sd: rng.random_range(0.1..0.4),
        arousal_sd: rng.random_range(0.1..0.4),
        origin: MoodOrigin::Sound,
    };
    let sound = Sound {
        tempo_bpm: rng.random_range(60.0..180.0),
        tonic: rng.random_range(0..12),
        major: rng.random(),
        loudness_lufs: rng.random_range(-20.0..-8.0),
    };
    let keywords = (0..6).map(|_| Keyword {
        text: format!("word {}", rng.random_range(0..5000)),
        weight: 1.0 / 6.0,
    });
    let words = (id % 3 == 0).then(|| Words {
        quadrants: [0.1, 0.2, 0.3, 0.4],
        language: None,
        keywords: keywords.collect(),
    });
    Song {
        id: SongId(id),
        info: SongInfo {
            title: format!("Song {id}"),
            artist: format!("Artist {}", rng.random_range(0..20_000)),
            genre: Some(format!("genre {}", rng.random_range(0..30))),
            mood: Some(mood),
            sound: Some(sound),
            words,
            ..SongInfo::default()
        },
        sources: Vec::new(),
    }
}

/// A listener with 500 reactions.
fn listener(songs: &[Song], snapshot: &Snapshot) -> ListenerModel {
    let step = (songs.len() / 500).max(1);
    let events = songs.iter().step_by(step).zip(0..).map(|(song, i)| {
        let reaction = match i % 3 {
            0 => Reaction::Like,
            1 => Reaction::Finish,
            _ => Reaction::Skip { at_s: 12.0 },
        };
        let heard = HeardSong::new(song, snapshot, None);
        Feedback::song(f64::from(i) * 600.0, heard, reaction)
    });
    let events: Vec<Feedback> = events.collect();
    ListenerModel::from_feedback(&events)
}

fn felt(said: Option<Said>) -> Felt {
    let point = Affect::clamped(-0.5, -0.3);
    Felt {
        estimate: Estimate::from_gaussian(point, Covariance::independent(0.2, 0.2)),
        said,
    }
}

fn said() -> Said {
    let keyword = |i: usize| WeightedKeyword {
        text: format!("word {i}"),
        weight: 0.25,
        vector: Vec::new(),
    };
    Said {
        quadrants: QuadrantProbabilities::UNIFORM,
        keywords: (0..4).map(keyword).collect(),
    }
}

fn recommend(bencher: Bencher, n: usize, said: Option<Said>) {
    let songs = songs(n);
    let snapshot = Snapshot::new(&songs);
    let listener = listener(&songs, &snapshot);
    let felt = felt(said);
    let options = RankOptions {
        now_s: 1e6,
        ..RankOptions::default()
    };
    bencher.bench_local(|| {
        let ranker = Ranker::new(&snapshot, &listener, &felt, &options).expect("usual weights");
        let plan = Plan::new(felt.estimate.mean, Strategy::Lift, Pace::Steady);
        let request = SetRequest::new(plan, SetLength::Songs(10));
        black_box(ranker.plan_set(&request).expect("ten slots"))
    });
}

/// Sound alone; at most 10 ms for 100,000 songs and 60 ms for 1,000,000.
#[divan::bench(args = [10_000, 100_000, 1_000_000], sample_count = 20, sample_size = 1)]
fn set_of_ten_by_sound(bencher: Bencher, n: usize) {
    recommend(bencher, n, None);
}

/// With words and themes of a third of the songs.
#[divan::bench(args = [10_000, 100_000, 1_000_000], sample_count = 20, sample_size = 1)]
fn set_of_ten_by_all(bencher: Bencher, n: usize) {
    recommend(bencher, n, Some(said()));
}

/// The 40 songs that sound most alike among 64-dimensional descriptors.
#[divan::bench(args = [10_000, 100_000, 1_000_000], sample_count = 20, sample_size = 1)]
fn similar_songs(bencher: Bencher, n: usize) {
    let songs = songs(n);
    let mut rng = Pcg64Mcg::seed_from_u64(2);
    let snapshot = Snapshot::new(&songs)
        .with_descriptors(|_| {
            Some(
                (0..DIMENSION)
                    .map(|_| rng.random_range(-1.0..1.0))
                    .collect(),
            )
        })
        .expect("vectors of one dimension");
    bencher.bench_local(|| black_box(snapshot.similar(SongId(7), 40)));
}

/// Building the columns.
#[divan::bench(args = [100_000], sample_count = 5, sample_size = 1)]
fn build_snapshot(bencher: Bencher, n: usize) {
    let songs = songs(n);
    bencher.bench_local(|| black_box(Snapshot::new(&songs)));
}
