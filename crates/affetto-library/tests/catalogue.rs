//! Readers of catalogues on invented rows, and, where they are given, on the real files.

#![expect(clippy::unwrap_used, reason = "helpers of tests are test code")]

use std::path::{Path, PathBuf};

use affetto_library::catalogue::{Catalogue, CatalogueRow, Input, Limits, Report};
use affetto_library::{Entry, Source, SourceKind, SqliteStore, Store};

fn folder(catalogue: Catalogue) -> PathBuf {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("test_data/catalogue");
    data.join(catalogue.name())
}

fn read(catalogue: Catalogue, input: &Input<'_>) -> (Vec<CatalogueRow>, Report) {
    let mut rows = Vec::new();
    let report = catalogue.read(input, &Limits::default(), &mut |row| rows.push(row));
    (rows, report.unwrap())
}

/// A row in a line: item, names, mood with its spread and origin, and the rest that is there.
fn show(row: &CatalogueRow) -> String {
    let info = &row.info;
    let mut shown = format!(
        "{}: {} - {}",
        row.item.as_deref().unwrap_or("-"),
        info.artist,
        info.title
    );
    if let Some(m) = info.mood {
        let (v, a) = (m.valence, m.arousal);
        let (v_sd, a_sd) = (m.valence_sd, m.arousal_sd);
        shown += &format!(" ({v:.2}±{v_sd:.2}, {a:.2}±{a_sd:.2} {:?})", m.origin);
    }
    for text in [&info.album, &info.genre, &info.link, &row.label]
        .into_iter()
        .flatten()
    {
        shown += &format!(" {text}");
    }
    if let Some(year) = info.year {
        shown += &format!(" {year}");
    }
    if let Some(seconds) = info.duration_s {
        shown += &format!(" {seconds} s");
    }
    if let Some(features) = row.features {
        let (energy, tempo, key) = (features.energy, features.tempo_bpm, features.key);
        shown += &format!(" energy {energy:?} tempo {tempo:?} key {key:?}");
    }
    shown
}

#[track_caller]
fn check(catalogue: Catalogue, songs: &[&str], reasons: &[&str]) {
    let folder = folder(catalogue);
    let (rows, report) = read(catalogue, &Input::Path(&folder));
    let shown: Vec<String> = rows.iter().map(show).collect();
    assert_eq!(shown, songs);
    assert_eq!(report.reasons, reasons);
    assert_eq!(
        (report.rows, report.bad),
        (songs.len() as u64, reasons.len() as u64)
    );
}

#[test]
fn deezer_is_squashed_to_the_plane() {
    check(
        Catalogue::Deezer,
        &[
            "1: The Inventors - Rain, again (-0.76±0.35, 0.46±0.30 Tags) https://www.deezer.com/track/1",
            "2: Någon - Ljus (0.00±0.35, 0.96±0.30 Tags) https://www.deezer.com/track/2",
            "x/4: The Inventors - Linkless (0.20±0.35, 0.20±0.30 Tags)",
        ],
        &["row 3: valence is empty"],
    );
}

#[test]
fn pmemo_has_ratings() {
    check(
        Catalogue::Pmemo,
        &["1: The Inventors - Paper Boat (0.50±0.20, -0.50±0.20 Ratings)"],
        &[
            "row 2: invalid type: string \"high\", expected f64",
            "row 3: valence must be in -1..=1, but was 2",
        ],
    );
}

#[test]
fn spotify_moods_have_words_and_features() {
    check(
        Catalogue::SpotifyMoods,
        &[
            "0abcDEF: The Inventors - Rain (-0.70±0.55, -0.32±0.40 Tags) Weather \
             https://open.spotify.com/track/0abcDEF Sad 1982 180.5 s energy Some(0.75) tempo \
             Some(120.5) key Some(5)",
            "0abcDEG: The Inventors - Sun (0.80±0.55, 0.30±0.40 Tags) Weather \
             https://open.spotify.com/track/0abcDEG Happy 1982 180.5 s energy None tempo \
             Some(120.5) key None",
        ],
        &["row 3: unknown spotify moods \"Foggy\", expected one of: Happy, Sad, Calm, Energetic"],
    );
}

#[test]
fn tables_without_moods_keep_features() {
    check(
        Catalogue::Spotify2000,
        &[
            "-: The Inventors - Paper Boat art rock 2004 energy Some(0.3) tempo Some(157.0) key None",
        ],
        &["row 2: title is empty"],
    );
    check(
        Catalogue::TopHits,
        &[
            "-: The Inventors - Rain (Remastered) rock 2000 211.16 s energy Some(0.5) tempo \
             Some(95.5) key Some(1)",
            "-: The Inventors - Sun 2001 energy Some(0.5) tempo Some(95.5) key Some(1)",
        ],
        &[],
    );
}

#[test]
fn taffc_has_quadrants() {
    check(
        Catalogue::Taffc,
        &["MT1: Die Erfinder - Bühne (-0.50±0.35, -0.50±0.35 Tags) country Q3"],
        &["row 2: quadrant is \"Q5\", not Q1 to Q4"],
    );
}

#[test]
fn emomusic_joins_its_two_files() {
    check(
        Catalogue::Emomusic,
        &[
            "2: The Inventors - Paper  Boat (0.50±0.32, -0.50±0.15 Ratings) blues",
            "3: The Inventors - Rain (-1.00±0.15, 1.00±0.15 Ratings) blues",
        ],
        &["row 3: song 4 has no ratings"],
    );
}

#[test]
fn tohoilam_is_hardly_believed() {
    check(
        Catalogue::Tohoilam4519,
        &[
            "genius:7: The Inventors, A Guest - Rain (0.10±0.80, -0.20±0.80 Features) rap \
             https://open.spotify.com/track/0abcDEF",
            "spotify:../evil: The Inventors - Moon (0.00±0.80, 0.00±0.80 Features)",
        ],
        &["row 2: artist must be not empty, but was empty"],
    );
}

#[test]
fn every_catalogue_says_what_it_is() {
    for catalogue in Catalogue::ALL {
        assert_eq!(catalogue.name().parse::<Catalogue>().unwrap(), catalogue);
        assert!(!catalogue.licence().is_empty() && !catalogue.source().is_empty());
        let missing = catalogue.read(&Input::Bytes(&[]), &Limits::default(), &mut |_| {});
        let missing = missing.unwrap_err().to_string();
        assert!(missing.starts_with("there is no file "), "{missing}");
        for name in catalogue.files() {
            let files = [(*name, &b"\x00\xff{\n,\n"[..])];
            let wrong = catalogue.read(&Input::Bytes(&files), &Limits::default(), &mut |_| {});
            assert!(wrong.is_err(), "{catalogue}: {wrong:?}");
        }
    }
    let error = "dezer".parse::<Catalogue>().unwrap_err().to_string();
    assert!(
        error.starts_with("unknown catalogue \"dezer\", expected one of: deezer, "),
        "{error}"
    );
}

#[test]
fn limits_hold() {
    let folder = folder(Catalogue::TopHits);
    let limits = Limits {
        max_rows: 1,
        ..Limits::default()
    };
    let error = Catalogue::TopHits.read(&Input::Path(&folder), &limits, &mut |_| {});
    let error = error.unwrap_err().to_string();
    assert_eq!(
        error,
        "a table of songs may have at most 1 rows, but has more"
    );
}

/// How many songs the real files have, and how many of them have no artist.
const REAL: [(Catalogue, u64, u64); 8] = [
    (Catalogue::Deezer, 15_130, 0),
    (Catalogue::Pmemo, 767, 0),
    (Catalogue::SpotifyMoods, 686, 0),
    (Catalogue::Spotify2000, 1994, 0),
    (Catalogue::TopHits, 1821, 0),
    (Catalogue::Taffc, 900, 3),
    (Catalogue::Emomusic, 744, 0),
    (Catalogue::Tohoilam4519, 4519, 0),
];

/// `AFFETTO_CATALOGUES=FOLDER cargo test -p affetto-library --test catalogue -- --ignored`
#[tokio::test]
#[ignore = "needs the published files, in the folder that AFFETTO_CATALOGUES names"]
async fn the_published_files_are_read() {
    let data = std::env::var_os("AFFETTO_CATALOGUES").expect("AFFETTO_CATALOGUES names a folder");
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&folder.path().join("library.db"))
        .await
        .unwrap();
    for (catalogue, songs, bad) in REAL {
        let (rows, report) = read(catalogue, &Input::Path(Path::new(&data)));
        println!("{catalogue}: {report:?}");
        assert_eq!(
            (report.rows, report.bad),
            (songs - bad, bad),
            "{catalogue}: {report:?}"
        );
        let entries: Vec<Entry> = rows.into_iter().map(Entry::from).collect();
        let source = Source::new(catalogue.name(), SourceKind::Catalogue);
        let started = std::time::Instant::now();
        let done = store.upsert(&source, &entries).await.unwrap();
        let seconds = started.elapsed().as_secs_f64();
        println!("  {} new, {} known, {seconds:.1} s", done.added, done.known);
    }
    println!("{} songs in all", store.facets().await.unwrap().songs);
}
