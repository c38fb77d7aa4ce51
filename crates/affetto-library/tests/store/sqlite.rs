//! The suite on SQLite, and backup, restore, damage and upgrades of its file.

use std::fs;
use std::path::Path;

use affetto_library::{Error, Reaction, Search, SongId, SqliteStore, Store};
use tempfile::TempDir;

use crate::contract::{CHECKS, catalogue, named, placed};

async fn open(folder: &TempDir) -> SqliteStore {
    SqliteStore::open(&folder.path().join("library.db"))
        .await
        .unwrap()
}

#[tokio::test]
async fn the_contract_holds() {
    for (name, check) in CHECKS {
        let folder = TempDir::new().unwrap();
        let store = open(&folder).await;
        let result = check(&store).await;
        result.unwrap_or_else(|error| panic!("{name}: {error}"));
        store.close().await;
    }
}

#[tokio::test]
async fn what_is_stored_is_there_after_reopening() {
    let folder = TempDir::new().unwrap();
    let store = open(&folder).await;
    store
        .upsert(&catalogue("c"), &[named("A", "One")])
        .await
        .unwrap();
    store.close().await;
    let store = open(&folder).await;
    assert_eq!(store.facets().await.unwrap().songs, 1);
    store.check().await.unwrap();
}

#[tokio::test]
async fn a_backup_is_whole_and_restores() {
    let folder = TempDir::new().unwrap();
    let backup = folder.path().join("backup.db");
    let store = open(&folder).await;
    store
        .upsert(&catalogue("c"), &[named("A", "One")])
        .await
        .unwrap();
    store.backup(&backup).await.unwrap();
    store
        .upsert(&catalogue("c"), &[named("A", "Two")])
        .await
        .unwrap();
    store.backup(&backup).await.unwrap();
    store
        .upsert(&catalogue("c"), &[named("A", "Three")])
        .await
        .unwrap();
    store.close().await;
    SqliteStore::restore(&backup, store.path()).await.unwrap();
    let store = open(&folder).await;
    assert_eq!(store.facets().await.unwrap().songs, 2);
    let mut names: Vec<String> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| !name.starts_with("library.db"))
        .collect();
    names.sort();
    assert_eq!(names, ["backup.db"], "nothing is left beside it");
}

#[tokio::test]
async fn a_damaged_backup_is_not_restored() {
    let folder = TempDir::new().unwrap();
    let store = open(&folder).await;
    store
        .upsert(&catalogue("c"), &[named("A", "One")])
        .await
        .unwrap();
    store.close().await;
    let backup = folder.path().join("backup.db");
    fs::write(&backup, "no database at all".repeat(100)).unwrap();
    let error = SqliteStore::restore(&backup, store.path())
        .await
        .unwrap_err();
    assert!(matches!(error, Error::Corrupt { .. }), "{error}");
    let error = SqliteStore::restore(Path::new("/nowhere.db"), store.path())
        .await
        .unwrap_err();
    assert!(matches!(error, Error::NotFound { .. }), "{error}");
    assert_eq!(open(&folder).await.facets().await.unwrap().songs, 1);
}

/// A database with enough rows for several pages, closed.
async fn filled(folder: &TempDir) {
    let store = open(folder).await;
    let entries: Vec<_> = (0..500)
        .map(|i| placed("A", &format!("Song {i}"), 0.1, 0.2))
        .collect();
    store.upsert(&catalogue("c"), &entries).await.unwrap();
    store.close().await;
}

#[tokio::test]
async fn damage_is_refused_with_the_way_out() {
    for (name, from, to) in [
        ("header", 0, 100),
        ("schema", 100, 2000),
        ("pages", 40_000, 120_000),
    ] {
        let folder = TempDir::new().unwrap();
        filled(&folder).await;
        let path = folder.path().join("library.db");
        let mut bytes = fs::read(&path).unwrap();
        bytes[from..to].fill(0xa5);
        fs::write(&path, bytes).unwrap();
        let error = SqliteStore::open(&path)
            .await
            .err()
            .map(|error| error.to_string());
        let error = error.unwrap_or_default();
        assert!(error.contains("is damaged ("), "{name}: {error}");
        assert!(
            error.ends_with("restore the last backup over it"),
            "{name}: {error}"
        );
    }
}

#[tokio::test]
async fn a_cut_file_is_refused() {
    let folder = TempDir::new().unwrap();
    filled(&folder).await;
    let path = folder.path().join("library.db");
    let bytes = fs::read(&path).unwrap();
    fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    let error = SqliteStore::open(&path).await.err().unwrap();
    assert!(matches!(error, Error::Corrupt { .. }), "{error}");
}

#[tokio::test]
async fn a_newer_database_is_refused() {
    let folder = TempDir::new().unwrap();
    open(&folder).await.close().await;
    let path = folder.path().join("library.db");
    let url = format!("sqlite://{}", path.display());
    let pool = sqlx::SqlitePool::connect(&url).await.unwrap();
    let sql = "INSERT INTO migration (version, name) VALUES (99, '0099_later')";
    sqlx::query(sql).execute(&pool).await.unwrap();
    pool.close().await;
    let error = SqliteStore::open(&path).await.err().unwrap().to_string();
    assert!(
        error.contains("has version 99, but this program knows versions up to 2"),
        "{error}"
    );
}

#[tokio::test]
async fn a_folder_that_is_not_there_is_named() {
    let error = SqliteStore::open(Path::new("/nowhere/at/all/library.db"))
        .await
        .err()
        .unwrap();
    assert!(
        error.to_string().contains("/nowhere/at/all/library.db"),
        "{error}"
    );
}

/// What version 1 of the program wrote: see the head of the file.
const OLD_DATABASE: &str = include_str!("../../test_data/old_database_1.sqlite.sql");

#[tokio::test]
async fn an_old_database_is_upgraded_and_opens_twice() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("library.db");
    let url = format!("sqlite://{}?mode=rwc", path.display());
    let pool = sqlx::SqlitePool::connect(&url).await.unwrap();
    sqlx::raw_sql(OLD_DATABASE).execute(&pool).await.unwrap();
    pool.close().await;
    for _ in 0..2 {
        let store = open(&folder).await;
        check_old(&store).await.unwrap();
        store.close().await;
    }
}

/// What the old databases of the tests hold.
pub(crate) async fn check_old(store: &dyn Store) -> Result<(), Error> {
    let song = store.song(SongId(1)).await?.unwrap();
    assert_eq!(
        (song.info.artist.as_str(), song.info.year),
        ("Nina Simone", Some(1965))
    );
    assert_eq!(song.info.mood.unwrap().valence, 0.25);
    assert_eq!(song.sources, ["deezer"]);
    let feedback = store.feedback(Some("me"), 0, 10).await?;
    assert_eq!(feedback[0].feedback.reaction, Reaction::Skip { at_s: 12.5 });
    assert_eq!(
        store.playlist("me", "Evening").await?.unwrap().songs,
        [SongId(1)]
    );
    assert_eq!(store.labels(None, 10).await?, []);
    let search = Search {
        text: "pastel".into(),
        ..Search::default()
    };
    assert_eq!(store.search(&search).await?.total, 1);
    let known = store
        .upsert(&catalogue("deezer"), &[named("nina simone", "sinnerman")])
        .await?;
    assert_eq!(known.songs, [SongId(1)]);
    store
        .upsert(
            &catalogue("deezer"),
            &[{
                let mut entry = placed("Nina Simone", "Sinnerman", 0.25, 0.5);
                entry.info.album = Some("Pastel Blues".into());
                entry.info.year = Some(1965);
                entry
            }],
        )
        .await?;
    Ok(())
}
