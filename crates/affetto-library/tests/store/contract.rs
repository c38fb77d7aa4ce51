//! What every database must do: a table of checks, each on a new and empty store.

use affetto_library::{Entry, Mood, MoodOrigin, Pending, SongInfo, Source, SourceKind, Store};

use crate::{listeners, songs, work};

/// A check of a new store.
pub(crate) type Check = for<'a> fn(&'a dyn Store) -> Pending<'a, ()>;

macro_rules! checks {
    ($($module:ident::$name:ident),* $(,)?) => {
        &[$((stringify!($name), |store| Box::pin($module::$name(store)))),*]
    };
}

/// All checks by name.
pub(crate) const CHECKS: &[(&str, Check)] = checks![
    songs::a_song_reads_back,
    songs::a_song_is_known_once,
    songs::files_are_found_again_when_moved,
    songs::a_renamed_file_keeps_its_song,
    songs::removing_a_source_restores_the_others,
    songs::songs_that_listeners_hold_stay,
    songs::numbers_are_never_given_again,
    songs::wrong_records_change_nothing,
    songs::searches_find_and_page,
    songs::facets_count,
    songs::all_songs_are_shown_in_order,
    songs::files_are_listed_with_their_failures,
    songs::descriptors_keep_their_version,
    songs::a_call_dropped_midway_leaves_nothing,
    songs::writers_at_once_make_one_song,
    listeners::feedback_is_appended,
    listeners::labels_become_the_mood,
    listeners::playlists_keep_their_order,
    listeners::taste_is_kept,
    listeners::everything_about_a_person_is_exported_and_erased,
    work::jobs_are_taken_once,
    work::leases_end,
    work::failures_wait_longer_and_become_poison,
    work::jobs_that_kill_workers_become_poison,
    work::workers_at_once_share_the_work,
];

/// A catalogue.
pub(crate) fn catalogue(name: &str) -> Source {
    Source::new(name, SourceKind::Catalogue)
}

/// A folder of files.
pub(crate) fn folder() -> Source {
    Source::new("/music", SourceKind::Folder)
}

/// A record with nothing but names.
pub(crate) fn named(artist: &str, title: &str) -> Entry {
    Entry::new(SongInfo {
        title: title.into(),
        artist: artist.into(),
        ..SongInfo::default()
    })
}

/// A mood from tags.
pub(crate) fn mood(valence: f64, arousal: f64) -> Mood {
    Mood {
        valence,
        arousal,
        valence_sd: 0.3,
        arousal_sd: 0.4,
        origin: MoodOrigin::Tags,
    }
}

/// A record with a mood.
pub(crate) fn placed(artist: &str, title: &str, valence: f64, arousal: f64) -> Entry {
    let mut entry = named(artist, title);
    entry.info.mood = Some(mood(valence, arousal));
    entry
}
