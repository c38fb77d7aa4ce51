//! Whole pieces: every genre, texture and quadrant gives music without faults that ends exactly.
#![expect(clippy::unwrap_used, reason = "tests may")]

use affetto_affect::Affect;
use affetto_compose::{
    Composer, Genre, Length, Request, SoakReport, Texture, bars_to_score, compose, faults, soak,
};
use affetto_music::Role;
use proptest::prelude::*;

fn request(
    genre: Genre,
    texture: Texture,
    (valence, arousal): (f64, f64),
    bars: u32,
    seed: u64,
) -> Request {
    let mut request = Request::new(Affect::clamped(valence, arousal));
    (request.genre, request.texture, request.seed) = (genre, texture, seed);
    request.length = Length::Bars(bars);
    request
}

const CORNERS: [(f64, f64); 5] = [
    (0.8, 0.8),
    (-0.8, 0.8),
    (-0.8, -0.8),
    (0.8, -0.8),
    (0.0, 0.0),
];

#[track_caller]
fn check_faultless(request: &Request) {
    let mut composer = Composer::new(request.clone(), None).unwrap();
    let mut bars = Vec::new();
    while !composer.is_over() {
        let bar = composer.next_bar();
        let found = [
            faults(&bar.plan, &bar.parts),
            faults(&bar.plan, &bar.performed),
        ]
        .concat();
        assert!(found.is_empty(), "{request:?}: {}", found[0]);
        assert_ne!(bar.parts, bar.performed, "not performed: {request:?}");
        bars.push(bar);
    }
    assert_eq!(composer.plain_bars(), 0, "{request:?}");
    if let Length::Bars(expected) = request.length {
        assert_eq!(bars.len(), expected as usize, "{request:?}");
    }
    let (score, performed) = bars_to_score(&bars);
    assert_eq!(score.length, performed.length);
    for track in score.tracks.iter().chain(&performed.tracks) {
        for (index, note) in track.notes.iter().enumerate() {
            let later = track.notes[index + 1..]
                .iter()
                .find(|other| other.pitch == note.pitch);
            assert!(
                later.is_none_or(|other| other.onset >= note.end()),
                "{request:?}: {note:?} {later:?}"
            );
        }
    }
}

#[test]
fn every_genre_texture_and_quadrant_is_faultless() {
    for &genre in Genre::ALL {
        for &texture in Texture::ALL {
            for (index, corner) in CORNERS.into_iter().enumerate() {
                check_faultless(&request(
                    genre,
                    texture,
                    corner,
                    24 + index as u32,
                    index as u64,
                ));
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    #[test]
    fn any_request_is_faultless(
        genre in 0..Genre::ALL.len(),
        texture in 0..Texture::ALL.len(),
        valence in -1.0..=1.0_f64,
        arousal in -1.0..=1.0_f64,
        bars in 1..60_u32,
        seed: u64,
        steady: bool,
    ) {
        let mut wanted = request(Genre::ALL[genre], Texture::ALL[texture], (valence, arousal), bars, seed);
        wanted.steady = steady;
        check_faultless(&wanted);
    }
}

#[test]
fn the_same_request_gives_the_same_notes_and_another_seed_others() {
    let piece = |seed| {
        compose(
            &request(Genre::Jazz, Texture::Band, (0.3, 0.2), 16, seed),
            None,
        )
        .unwrap()
    };
    assert_eq!(piece(5), piece(5));
    assert_ne!(piece(5).score, piece(6).score);
}

#[test]
fn melodies_end_on_the_tonic() {
    let mut home = 0;
    for seed in 0..40 {
        let genre = Genre::ALL[seed as usize % Genre::ALL.len()];
        let piece = compose(
            &request(genre, Texture::Mono, CORNERS[seed as usize % 5], 16, seed),
            None,
        )
        .unwrap();
        let last = piece.score.tracks[0].notes.last().unwrap();
        home += usize::from(last.pitch % 12 == piece.key.tonic.get());
    }
    assert!(home >= 38, "{home} of 40");
}

#[test]
fn seconds_are_met_closely() {
    for seconds in [5.0, 20.0, 60.0, 181.0] {
        let mut wanted = request(Genre::Pop, Texture::Poly, (0.2, -0.4), 1, 3);
        wanted.length = Length::Seconds(seconds);
        let piece = compose(&wanted, None).unwrap();
        let actual = piece.score.duration_seconds();
        assert!(
            (actual - seconds).abs() < 0.12 * seconds + 0.5,
            "{actual} for {seconds}"
        );
    }
}

#[test]
fn own_key_tempo_and_chords_are_kept() {
    let mut wanted = request(Genre::Rock, Texture::Band, (0.9, 0.3), 12, 1);
    wanted.key = Some("F# minor".parse().unwrap());
    wanted.tempo = Some(affetto_music::Bpm::new(87.0).unwrap());
    wanted.chords = "F#m D A E"
        .split(' ')
        .map(|chord| chord.parse().unwrap())
        .collect();
    let piece = compose(&wanted, None).unwrap();
    assert_eq!(piece.key.to_string(), "F# minor");
    assert!((piece.bpm.get() - 87.0).abs() < 1e-9);
    let chords: Vec<String> = piece
        .score
        .chords
        .iter()
        .take(5)
        .map(|span| span.chord.to_string())
        .collect();
    assert_eq!(chords.join(" "), "F#m D A E F#m");
}

#[test]
fn textures_are_what_they_say() {
    let roles = |texture| {
        let piece = compose(&request(Genre::Pop, texture, (0.7, 0.7), 24, 2), None).unwrap();
        piece
            .score
            .tracks
            .iter()
            .map(|track| track.role)
            .collect::<Vec<_>>()
    };
    assert_eq!(roles(Texture::Mono), [Role::Melody]);
    assert_eq!(roles(Texture::Poly), [Role::Other]);
    assert!(roles(Texture::Band).len() >= 5);
}

fn endless(mut request: Request) -> Composer {
    request.length = Length::Endless;
    Composer::new(request, None).unwrap()
}

/// A short run of what `cargo xtask soak` does for 10,000 bars.
#[test]
fn endless_music_stays_alive() {
    for seed in 0..2 {
        let genre = [Genre::Pop, Genre::Jazz][seed as usize];
        let wanted = request(genre, Texture::Band, (0.2, 0.1), 1, seed);
        let report = soak(&mut endless(wanted), 300, |_| {}).unwrap();
        let SoakReport {
            bars,
            faults,
            silent_bars,
            ..
        } = report;
        assert_eq!(
            (bars, faults, silent_bars),
            (300, 0, 0),
            "{:?}",
            report.first_faults
        );
        assert!(report.max_repeated < 0.6, "{report:?}");
    }
}

/// The long run behind `cargo xtask soak`: every genre takes its turn.
#[test]
#[ignore = "takes a minute; cargo xtask soak runs it"]
fn ten_thousand_bars() {
    let wanted = request(Genre::Pop, Texture::Band, (0.2, 0.1), 1, 99);
    let report = soak(&mut endless(wanted), 10_000, |_| {}).unwrap();
    println!("{report:?}");
    assert_eq!(
        (report.bars, report.faults, report.silent_bars),
        (10_000, 0, 0),
        "{report:?}"
    );
}
