//! Laws of ranking and of sets, and the faults of an earlier system that must not come back.

use crate::Reaction;
use affetto_affect::{Affect, Covariance, Estimate, FocusMode, Pace, Plan, QuadrantProbabilities};
use proptest::prelude::*;

use super::testing::{at, by, grid, saying, song, sounding};
use super::*;
use crate::{Song, SongId};

fn felt(v: f64, a: f64) -> Felt {
    let point = Affect::clamped(v, a);
    Felt {
        estimate: Estimate::from_gaussian(point, Covariance::independent(0.2, 0.3)),
        said: None,
    }
}

fn said(quadrants: [f64; 4], keywords: &[(&str, f64)]) -> Option<Said> {
    let keyword = |&(text, weight): &(&str, f64)| WeightedKeyword {
        text: text.to_owned(),
        weight,
        vector: Vec::new(),
    };
    Some(Said {
        quadrants: QuadrantProbabilities::from_weights(quadrants).unwrap(),
        keywords: keywords.iter().map(keyword).collect(),
    })
}

fn plan(strategy: &str, start: Affect) -> Plan {
    Plan::new(start, strategy.parse().unwrap(), Pace::Steady)
}

/// The score of every song, by asking for each.
fn all_scores(ranker: &Ranker, songs: &[Song], target: &Target) -> Vec<f64> {
    let score = |song: &Song| ranker.score(song.id, target).unwrap().total;
    songs.iter().map(score).collect()
}

/// Songs with words, sound, artists and places of all kinds.
fn library() -> impl Strategy<Value = Vec<Song>> {
    let kinds = (
        -1.0..1.0,
        -1.0..1.0,
        0..4u8,
        0..12u8,
        60.0f32..180.0,
        0..9u8,
    );
    prop::collection::vec(kinds, 0..120).prop_map(|rows| {
        let make =
            |(id, (v, a, kind, tonic, tempo, artist)): (i64, (f64, f64, u8, u8, f32, u8))| {
                let song = by(song(id), &format!("Artist {artist}"));
                match kind {
                    0 => song,
                    1 => at(song, v, a),
                    2 => sounding(at(song, v, a), tempo, tonic),
                    _ => saying(
                        at(song, v, a),
                        [0.1, 0.2, 0.3, 0.4],
                        &[("sea", 0.7), ("sun", 0.3)],
                    ),
                }
            };
        (1..).zip(rows).map(make).collect()
    })
}

fn feedback(songs: &[Song], snapshot: &Snapshot, picks: &[(usize, u8)]) -> Vec<Feedback> {
    let reaction = |kind: u8| match kind {
        0 => Reaction::Like,
        1 => Reaction::Dislike,
        2 => Reaction::Skip { at_s: 20.0 },
        3 => Reaction::TooSad,
        _ => Reaction::Rated {
            valence: 0.9,
            arousal: 0.8,
        },
    };
    let event = |&(i, kind): &(usize, u8)| {
        let song = songs.get(i % songs.len().max(1))?;
        let heard = HeardSong::new(song, snapshot, None);
        Some(Feedback::song(i as f64 * 1000.0, heard, reaction(kind)))
    };
    picks.iter().filter_map(event).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn the_top_beats_every_other(
        songs in library(), v in -1.0..1.0, a in -1.0..1.0, count in 1usize..30,
        picks in prop::collection::vec((0usize..200, 0u8..5), 0..12),
    ) {
        let snapshot = Snapshot::new(&songs);
        let listener = ListenerModel::from_feedback(&feedback(&songs, &snapshot, &picks));
        let felt = Felt { said: said([0.1, 0.1, 0.7, 0.1], &[("sun", 1.0)]), ..felt(v, a) };
        let options = RankOptions { now_s: 2e5, ..RankOptions::default() };
        let ranker = Ranker::new(&snapshot, &listener, &felt, &options).unwrap();
        let target = ranker.here();
        let ranked = ranker.rank(&target, count);
        prop_assert_eq!(ranked.len(), count.min(songs.len()));
        prop_assert!(ranked.iter().all(|song| song.total.is_finite()));
        prop_assert!(ranked.is_sorted_by(|a, b| a.total >= b.total));
        let mut all = all_scores(&ranker, &songs, &target);
        all.sort_by(|a, b| b.total_cmp(a));
        for (song, expected) in ranked.iter().zip(&all) {
            prop_assert!((song.total - expected).abs() < 1e-3, "{} {}", song.total, expected);
        }
    }

    #[test]
    fn sets_keep_their_laws(
        songs in library(), v in -1.0..1.0, a in -1.0..1.0, n in 1usize..14, seed in 0u64..5,
        strategy in prop::sample::select(vec!["match", "lift", "soothe", "focus", "goal:0.9,-0.9"]),
        bridges in prop::sample::select(vec![Bridges::Never, Bridges::WhereNeeded]),
    ) {
        let snapshot = Snapshot::new(&songs);
        let (listener, felt) = (ListenerModel::default(), felt(v, a));
        let options = RankOptions { seed, ..RankOptions::default() };
        let ranker = Ranker::new(&snapshot, &listener, &felt, &options).unwrap();
        let mut request = SetRequest::new(plan(strategy, felt.estimate.mean), SetLength::Songs(n));
        request.bridges = bridges;
        let set = ranker.plan_set(&request).unwrap();
        prop_assert_eq!(&set, &ranker.plan_set(&request).unwrap());
        let ids: Vec<SongId> = set.songs().map(|song| song.song).collect();
        let distinct: std::collections::BTreeSet<_> = ids.iter().collect();
        prop_assert_eq!(distinct.len(), ids.len());
        match bridges {
            Bridges::Never => prop_assert_eq!(ids.len(), n.min(songs.len())),
            Bridges::WhereNeeded => prop_assert_eq!(set.slots.len(), n),
        }
        let expected: f64 = set.slots.iter().map(|slot| slot.start_s).sum();
        prop_assert!(expected.is_finite() && set.total.is_finite());
        for song in set.songs() {
            prop_assert!((song.parts.total(ranker.weights()) - song.total).abs() < 1e-9);
        }
    }
}

#[test]
fn artists_are_kept_apart() {
    let songs: Vec<Song> = grid(20);
    let snapshot = Snapshot::new(&songs);
    let (listener, felt) = (ListenerModel::default(), felt(-0.6, -0.4));
    let ranker = Ranker::new(&snapshot, &listener, &felt, &RankOptions::default()).unwrap();
    for strategy in ["match", "lift", "soothe"] {
        let request = SetRequest::new(plan(strategy, felt.estimate.mean), SetLength::Songs(15));
        let set = ranker.plan_set(&request).unwrap();
        let position = |id: SongId| songs.iter().position(|s| s.id == id).unwrap();
        let artist = |song: &Ranked| songs[position(song.song)].info.artist.clone();
        let artists: Vec<String> = set.songs().map(artist).collect();
        assert!(artists.len() >= 14, "{strategy}");
        for window in artists.windows(request.artist_gap + 1) {
            let distinct: std::collections::BTreeSet<_> = window.iter().collect();
            assert_eq!(distinct.len(), window.len(), "{strategy}: {window:?}");
        }
    }
}

#[test]
fn a_set_follows_its_plan() {
    let snapshot = Snapshot::new(&grid(30));
    let (listener, felt) = (ListenerModel::default(), felt(-0.7, -0.6));
    let ranker = Ranker::new(&snapshot, &listener, &felt, &RankOptions::default()).unwrap();
    let request = SetRequest::new(plan("lift", felt.estimate.mean), SetLength::Songs(10));
    let set = ranker.plan_set(&request).unwrap();
    assert_eq!(set.slots[0].target.point, felt.estimate.mean);
    assert_eq!(set.slots[9].target.point, request.plan.goal());
    let valences: Vec<f64> = set.songs().map(|song| song.place.mean.v()).collect();
    assert!(valences[0] < -0.4 && valences[9] > 0.4, "{valences:?}");
    for (slot, song) in set.slots.iter().zip(set.songs()) {
        assert!(slot.target.point.distance(song.place.mean) < 0.4);
    }
}

#[test]
fn a_set_lasts_as_long_as_asked() {
    let snapshot = Snapshot::new(&grid(20));
    let (listener, felt) = (ListenerModel::default(), felt(0.2, 0.2));
    let ranker = Ranker::new(&snapshot, &listener, &felt, &RankOptions::default()).unwrap();
    let focus = Plan::new(
        felt.estimate.mean,
        affetto_affect::Strategy::Focus(FocusMode::Calm),
        Pace::Gentle,
    );
    let set = |length| ranker.plan_set(&SetRequest::new(focus, length));
    let last = set(SetLength::Minutes(45.0))
        .unwrap()
        .slots
        .last()
        .unwrap()
        .start_s;
    assert!(last < 2700.0 && last + 210.0 >= 2700.0, "{last}");
    for length in [
        SetLength::Songs(0),
        SetLength::Songs(MAX_SLOTS + 1),
        SetLength::Minutes(-1.0),
        SetLength::Minutes(f64::NAN),
        SetLength::Minutes(f64::INFINITY),
    ] {
        assert!(
            matches!(set(length), Err(RecommendError::SetLength { .. })),
            "{length:?}"
        );
    }
}

#[test]
fn a_bridge_leads_over_where_nothing_follows() {
    // Songs at the two ends of the way, none between.
    let ends = |i: i64| if i % 2 == 0 { -0.9 } else { 0.9 };
    let songs: Vec<Song> = (0..400)
        .map(|i| {
            sounding(
                at(song(i), ends(i), ends(i)),
                90.0 + ends(i) as f32 * 30.0,
                0,
            )
        })
        .collect();
    let mut songs = songs;
    for song in &mut songs {
        if let Some(mood) = &mut song.info.mood {
            (mood.valence_sd, mood.arousal_sd) = (0.02, 0.02);
        }
    }
    let snapshot = Snapshot::new(&songs);
    let listener = ListenerModel::default();
    let felt = Felt {
        estimate: Estimate::certain(Affect::clamped(-0.5, -0.5)),
        said: None,
    };
    let ranker = Ranker::new(&snapshot, &listener, &felt, &RankOptions::default()).unwrap();
    let goal = plan("goal:0.5,0.5", felt.estimate.mean);
    let mut request = SetRequest::new(goal, SetLength::Songs(9));
    request.bridge_below = -2.0;
    let set = ranker.plan_set(&request).unwrap();
    let bridge = set.slots.iter().find_map(|slot| match &slot.music {
        SlotMusic::Compose(bridge) => Some(*bridge),
        SlotMusic::Song(_) => None,
    });
    let bridge = bridge.expect("a bridge in the middle");
    assert!(bridge.from.v() < 0.0 && bridge.to.v() > 0.0, "{bridge:?}");
    assert!(bridge.from_tempo_bpm < bridge.to_tempo_bpm);
    assert!(bridge.duration_s > 10.0);
    request.bridges = Bridges::Never;
    assert_eq!(ranker.plan_set(&request).unwrap().songs().count(), 9);
}

#[test]
fn an_empty_library_is_all_composed() {
    let snapshot = Snapshot::new([]);
    let (listener, felt) = (ListenerModel::default(), felt(0.2, 0.2));
    let ranker = Ranker::new(&snapshot, &listener, &felt, &RankOptions::default()).unwrap();
    assert_eq!(ranker.rank(&ranker.here(), 10), []);
    let mut request = SetRequest::new(plan("lift", felt.estimate.mean), SetLength::Songs(3));
    assert_eq!(ranker.plan_set(&request).unwrap().slots.len(), 3);
    request.bridges = Bridges::Never;
    assert_eq!(ranker.plan_set(&request).unwrap().slots, []);
}

#[test]
fn wrong_weights_are_refused() {
    let snapshot = Snapshot::new([]);
    let (listener, felt) = (ListenerModel::default(), felt(0.2, 0.2));
    let options = RankOptions {
        weights: ScoreWeights::default().with(Part::Taste, -1.0),
        ..RankOptions::default()
    };
    let error = Ranker::new(&snapshot, &listener, &felt, &options).unwrap_err();
    let expected = "the weight of taste must be a number that is at least 0, but was -1";
    assert_eq!(error.to_string(), expected);
}

/// An earlier system sorted in the wrong direction before its last step, so that it chose among
/// the 20 songs that were least alike.
#[test]
fn fault_the_least_alike() {
    let songs: Vec<Song> = grid(12)
        .into_iter()
        .enumerate()
        .map(|(i, song)| {
            let sad = (i % 12) as f32 / 12.0;
            saying(
                song,
                [1.0 - sad, 0.0, sad, 0.0],
                &[("night", 1.0 - sad), ("day", sad)],
            )
        })
        .collect();
    let snapshot = Snapshot::new(&songs);
    let felt = Felt {
        said: said([0.0, 0.0, 1.0, 0.0], &[("day", 1.0)]),
        ..felt(0.6, 0.5)
    };
    let listener = ListenerModel::default();
    for mode in [
        AnalysisMode::Audio,
        AnalysisMode::AudioText,
        AnalysisMode::All,
    ] {
        let options = RankOptions {
            mode,
            ..RankOptions::default()
        };
        let ranker = Ranker::new(&snapshot, &listener, &felt, &options).unwrap();
        let target = ranker.here();
        let top = ranker.rank(&target, 1)[0];
        let all = all_scores(&ranker, &songs, &target);
        assert!(
            all.iter().all(|&other| other <= top.total + 1e-4),
            "{mode:?}"
        );
    }
}

/// An earlier system put 44 % of its songs on one point, so that file order decided.
#[test]
fn fault_collapsed_catalogue() {
    let songs: Vec<Song> = (0..100).map(|id| at(song(id), 0.32, 0.07)).collect();
    let snapshot = Snapshot::new(&songs);
    let (listener, felt) = (ListenerModel::default(), felt(0.5, 0.5));
    let mut seen = std::collections::BTreeSet::new();
    for seed in 0..100 {
        let options = RankOptions {
            seed,
            ..RankOptions::default()
        };
        let ranker = Ranker::new(&snapshot, &listener, &felt, &options).unwrap();
        seen.extend(ranker.rank(&ranker.here(), 10).iter().map(|song| song.song));
    }
    assert!(seen.len() >= 95, "{}", seen.len());
}

/// An earlier system crashed where nothing was said.
#[test]
fn fault_empty_keywords() {
    let songs = [
        saying(at(song(1), 0.5, 0.5), [0.25; 4], &[]),
        saying(
            at(song(2), 0.5, 0.5),
            [0.0; 4],
            &[("", 1.0), ("x", f32::NAN)],
        ),
        at(song(3), 0.5, 0.5),
    ];
    let snapshot = Snapshot::new(&songs);
    let listener = ListenerModel::default();
    let nothing: [&[(&str, f64)]; 3] = [&[], &[("x", f64::NAN)], &[("x", 1.0)]];
    for keywords in nothing {
        let felt = Felt {
            said: said([0.25; 4], keywords),
            ..felt(0.5, 0.5)
        };
        let ranker = Ranker::new(&snapshot, &listener, &felt, &RankOptions::default()).unwrap();
        let ranked = ranker.rank(&ranker.here(), 9);
        assert_eq!(ranked.len(), 3);
        assert!(ranked.iter().all(|song| song.total.is_finite()));
        let unsung = ranked.iter().find(|song| song.song == SongId(3)).unwrap();
        assert_eq!(
            (unsung.basis, unsung.parts.words, unsung.parts.themes),
            (Basis::Sound, 0.0, 0.0)
        );
    }
}

#[test]
fn what_is_heard_shapes_what_comes() {
    let songs = grid(15);
    let snapshot = Snapshot::new(&songs);
    let felt = felt(0.3, 0.3);
    let options = |now_s| RankOptions {
        now_s,
        ..RankOptions::default()
    };
    let top = |listener: &ListenerModel, now_s| {
        let ranker = Ranker::new(&snapshot, listener, &felt, &options(now_s)).unwrap();
        ranker.rank(&ranker.here(), 1)[0].song
    };
    let first = top(&ListenerModel::default(), 0.0);
    let song = songs.iter().find(|song| song.id == first).unwrap();
    let after = |reaction| {
        let heard = HeardSong::new(song, &snapshot, None);
        ListenerModel::from_feedback([&Feedback::song(0.0, heard, reaction)])
    };
    // Played just now: something else first, and a month later the liked song is back.
    let liked = after(Reaction::Like);
    assert_ne!(top(&liked, 60.0), first);
    assert_eq!(top(&liked, 30.0 * 86_400.0), first);
    assert_ne!(top(&after(Reaction::Dislike), 30.0 * 86_400.0), first);
    let sad = Reaction::Rated {
        valence: -0.9,
        arousal: -0.9,
    };
    assert_ne!(top(&after(sad), 30.0 * 86_400.0), first);
}
