//! Lists of songs that others made: published catalogues and tables of one's own.

use std::path::Path;

use affetto_library::catalogue::{Catalogue, CatalogueRow, Input, Limits, Report};
use affetto_library::{Entry, Source, SourceKind};

use super::Songs;
use crate::{Engine, Error};

/// Songs that are written at once.
const BATCH: usize = 500;

/// A list that can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnownCatalogue {
    /// Its name.
    pub name: &'static str,
    /// Who made it, to find it and to cite it.
    pub what: &'static str,
    /// Its files; each may be packed as `.zst`.
    pub files: &'static [&'static str],
    /// The terms under which it was published.
    pub licence: &'static str,
}

/// Tables of one's own.
const OWN: [KnownCatalogue; 2] = [
    KnownCatalogue {
        name: "csv",
        what: "a table of your own: title, artist, and valence and arousal or mood",
        files: &["songs.csv"],
        licence: "yours",
    },
    KnownCatalogue {
        name: "tags",
        what: "a table of tags: artist, title, tag and weight, as Last.fm exports give them",
        files: &["tags.csv"],
        licence: "yours",
    },
];

/// What became of a list.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AddedCatalogue {
    /// Name of the source in the library.
    pub source: String,
    /// Rows that became songs.
    pub rows: u64,
    /// Songs that are new in the library.
    pub added: u64,
    /// Songs that were known already.
    pub known: u64,
    /// Rows that could not be read.
    pub left_out: u64,
    /// Why not, the first few.
    pub faults: Vec<String>,
}

/// Every list that can be read.
#[must_use]
pub fn known() -> Vec<KnownCatalogue> {
    let published = Catalogue::ALL.map(|catalogue| KnownCatalogue {
        name: catalogue.name(),
        what: catalogue.source(),
        files: catalogue.files(),
        licence: catalogue.licence(),
    });
    published.into_iter().chain(OWN).collect()
}

impl Engine {
    /// Adds a list of songs to the library, or brings it up to date; lyrics in it are read for
    /// what they say and not kept. `progress` hears how many rows are done.
    ///
    /// # Errors
    /// [`Error::User`] for an unknown list or a file that is something else; [`Error::Io`] for one
    /// that cannot be read; as [`Engine::songs`].
    pub fn add_catalogue(
        &self,
        name: &str,
        data: &Path,
        source: Option<&str>,
        progress: &mut dyn FnMut(u64),
    ) -> Result<AddedCatalogue, Error> {
        let songs = self.songs()?;
        let source = Source::new(source.unwrap_or(name), SourceKind::Catalogue);
        let mut added = AddedCatalogue {
            source: source.name.clone(),
            ..AddedCatalogue::default()
        };
        let mut batch = Vec::new();
        let mut failed = None;
        let report = read(name, data, &mut |row| {
            if failed.is_some() {
                return;
            }
            batch.push(self.entry(row));
            if batch.len() == BATCH {
                failed = songs.write(&source, &mut batch, &mut added).err();
                progress(added.added + added.known);
            }
        })?;
        if let Some(error) = failed {
            return Err(error);
        }
        songs.write(&source, &mut batch, &mut added)?;
        progress(added.added + added.known);
        added.rows = report.rows;
        added.left_out = report.bad;
        added.faults = report.reasons;
        Ok(added)
    }

    /// A row as a record of the library, with what its lyrics say.
    fn entry(&self, mut row: CatalogueRow) -> Entry {
        if let Some(lyrics) = row.lyrics.take() {
            row.info.words = self.words_of(&lyrics);
        }
        Entry::from(row)
    }
}

impl Songs {
    fn write(
        &self,
        source: &Source,
        batch: &mut Vec<Entry>,
        added: &mut AddedCatalogue,
    ) -> Result<(), Error> {
        let written = self.wait(self.store.upsert(source, batch))?;
        self.changed();
        batch.clear();
        added.added += written.added;
        added.known += written.known;
        Ok(())
    }

    /// Forgets a source and what it said; how many songs went with it.
    ///
    /// # Errors
    /// [`Error::User`] when there is no such source, and as [`Self::search`].
    pub fn remove_source(&self, name: &str) -> Result<u64, Error> {
        let sources = self.sources()?;
        if !sources.iter().any(|summary| summary.source.name == name) {
            let known: Vec<&str> = sources.iter().map(|s| &*s.source.name).collect();
            return Err(Error::user(
                "not_found",
                format!(
                    "there is no source {name:?} in the library, which has: {}",
                    known.join(", ")
                ),
            ));
        }
        self.changed();
        self.wait(self.store.remove_source(name))
    }
}

fn read(name: &str, data: &Path, each: &mut dyn FnMut(CatalogueRow)) -> Result<Report, Error> {
    let (input, limits) = (Input::Path(data), Limits::default());
    let read = match name {
        "csv" => affetto_library::catalogue::read_csv(&input, &limits, each),
        "tags" => affetto_library::catalogue::read_tags(&input, &limits, each),
        name => {
            let catalogue: Catalogue = name.parse().map_err(|_| unknown(name))?;
            catalogue.read(&input, &limits, each)
        }
    };
    Ok(read?)
}

fn unknown(name: &str) -> Error {
    let names: Vec<&str> = known().iter().map(|known| known.name).collect();
    Error::user(
        "unknown_name",
        format!(
            "unknown catalogue {name:?}, expected one of: {}",
            names.join(", ")
        ),
    )
}
