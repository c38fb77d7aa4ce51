//! `affetto library` and `affetto catalogue`.

use std::path::PathBuf;

use affetto_engine::songs::catalogue::known;
use affetto_engine::songs::scan::{Depth, ScanOptions};
use affetto_engine::songs::{Playable, Search, Song, Songs};
use affetto_engine::{Engine, Quadrant};
use anyhow::Result;
use serde_json::{Value, json};

use crate::args::{Catalogue, Library, ListSongs};
use crate::output::{Printer, table};

pub(crate) fn catalogue(engine: &Engine, printer: Printer, args: &Catalogue) -> Result<()> {
    let songs = engine.songs()?;
    match args {
        Catalogue::Add {
            catalogue,
            data,
            name,
        } => {
            let bar = printer.progress(0, catalogue);
            let added = engine.add_catalogue(catalogue, data, name.as_deref(), &mut |rows| {
                bar.set_position(rows);
            })?;
            bar.finish_and_clear();
            for fault in &added.faults {
                printer.say(fault);
            }
            let answer = json!({
                "source": added.source,
                "rows": added.rows,
                "added": added.added,
                "known": added.known,
                "left_out": added.left_out,
                "faults": added.faults,
            });
            printer.result(&answer, || {
                format!(
                    "{}: {} rows, {} new songs, {} known already, {} left out",
                    added.source, added.rows, added.added, added.known, added.left_out
                )
            });
        }
        Catalogue::List => list_catalogues(&songs, printer)?,
        Catalogue::Remove { name } => {
            let gone = songs.remove_source(name)?;
            printer.result(&json!({"source": name, "songs_removed": gone}), || {
                format!("removed {name}; {gone} songs that only it knew went with it")
            });
        }
    }
    Ok(())
}

fn list_catalogues(songs: &Songs, printer: Printer) -> Result<()> {
    let sources = songs.sources()?;
    let lists = known();
    let known: Vec<Value> = lists
        .iter()
        .map(|known| {
            json!({"name": known.name, "what": known.what, "files": known.files, "licence": known.licence})
        })
        .collect();
    let added: Vec<Value> = sources
        .iter()
        .map(|summary| json!({"source": summary.source.name, "songs": summary.songs}))
        .collect();
    printer.result(&json!({"catalogues": known, "sources": added}), || {
        let known: Vec<Vec<String>> = lists
            .iter()
            .map(|known| vec![known.name.into(), known.what.into(), known.files.join(", ")])
            .collect();
        let added: Vec<Vec<String>> = sources
            .iter()
            .map(|summary| vec![summary.source.name.clone(), summary.songs.to_string()])
            .collect();
        format!(
            "{}\n\n{}",
            table(&["can be read", "what it is", "files"], &known),
            table(&["in the library", "songs"], &added)
        )
    });
    Ok(())
}

pub(crate) fn library(engine: &Engine, printer: Printer, args: &Library) -> Result<()> {
    let songs = engine.songs()?;
    match args {
        Library::Scan { places, quick } => scan(engine, printer, places, *quick)?,
        Library::Starter => {
            let bar = printer.progress(0, "composing");
            let folder = engine.starter_album(&|done, all| {
                bar.set_length(all as u64);
                bar.set_position(done as u64);
            })?;
            bar.finish_and_clear();
            printer.result(&json!({ "folder": folder }), || {
                format!("an album lies in {} and in the library", folder.display())
            });
        }
        Library::Failed => {
            let failed = songs.failed_files()?;
            printer.result(&json!({ "failed": failures(&failed) }), || told(&failed));
        }
        Library::Status => status(&songs, printer)?,
        Library::List(args) => list(&songs, printer, args)?,
        Library::Labels => {
            let csv = songs.labels_csv()?;
            printer.result(&json!({ "csv": csv }), || csv.clone());
        }
        Library::Export => {
            let kept = songs.export_listener()?;
            let json = serde_json::from_str(&kept)?;
            printer.result(&json, || kept.clone());
        }
        Library::Erase => {
            songs.erase_listener()?;
            printer.result(&json!({"erased": true}), || {
                "erased everything about you from the library; affetto profile forget does the same \
                 for what was learnt while music was composed"
                    .into()
            });
        }
    }
    Ok(())
}

fn scan(engine: &Engine, printer: Printer, places: &[PathBuf], quick: bool) -> Result<()> {
    let bar = printer.progress(0, "hearing");
    let options = ScanOptions {
        places: places.to_vec(),
        depth: if quick { Depth::Quick } else { Depth::Full },
    };
    let started = std::time::Instant::now();
    let report = engine.scan(&options, &mut |progress| {
        bar.set_length(progress.all);
        bar.set_position(progress.done);
    })?;
    bar.finish_and_clear();
    let seconds = started.elapsed().as_secs_f64();
    let answer = json!({
        "files": report.files,
        "heard": report.heard,
        "unchanged": report.unchanged,
        "added": report.added,
        "gone": report.gone,
        "failed": failures(&report.failed),
        "seconds": seconds,
    });
    printer.result(&answer, || {
        let mut lines = vec![format!(
            "{} files: {} heard ({:.1} a second), {} unchanged, {} failed; {} new songs, {} gone",
            report.files,
            report.heard,
            report.heard as f64 / seconds.max(1e-3),
            report.unchanged,
            report.failed.len(),
            report.added,
            report.gone,
        )];
        if !report.failed.is_empty() {
            lines.push(told(&report.failed));
        }
        lines.join("\n")
    });
    Ok(())
}

fn failures(failed: &[(PathBuf, String)]) -> Vec<Value> {
    let row = |(path, reason): &(PathBuf, String)| json!({"path": path, "reason": reason});
    failed.iter().map(row).collect()
}

fn told(failed: &[(PathBuf, String)]) -> String {
    let row = |(path, reason): &(PathBuf, String)| vec![path.display().to_string(), reason.clone()];
    let rows: Vec<Vec<String>> = failed.iter().map(row).collect();
    table(&["could not be heard", "why"], &rows)
}

fn status(songs: &Songs, printer: Printer) -> Result<()> {
    let facets = songs.facets()?;
    let quadrants = Quadrant::ALL.iter().zip(facets.quadrants);
    let by_quadrant: serde_json::Map<String, Value> = quadrants
        .clone()
        .map(|(quadrant, n)| (quadrant.name().to_owned(), json!(n)))
        .collect();
    let answer = json!({
        "songs": facets.songs,
        "playable": facets.playable,
        "quadrants": by_quadrant,
        "genres": facets.genres,
    });
    printer.result(&answer, || {
        let row = |name: &str, n: u64| vec![name.to_owned(), n.to_string()];
        let mut rows = vec![
            row("all", facets.songs),
            row("playable here", facets.playable),
        ];
        rows.extend(quadrants.map(|(quadrant, n)| row(quadrant.name(), n)));
        rows.extend(facets.genres.iter().take(10).map(|(name, n)| row(name, *n)));
        table(&["songs", "number"], &rows)
    });
    Ok(())
}

fn list(songs: &Songs, printer: Printer, args: &ListSongs) -> Result<()> {
    let page = songs.search(&Search {
        text: args.text.clone(),
        genre: args.genre.as_ref().map(|genre| genre.to_lowercase()),
        quadrant: args.quadrant.as_deref().map(str::parse).transpose()?,
        playable: match args.playable {
            true => Playable::Only,
            false => Playable::Any,
        },
        source: args.source.clone(),
        offset: args.offset,
        limit: args.limit,
    })?;
    let rows: Vec<Value> = page.songs.iter().map(to_json).collect();
    printer.result(&json!({"songs": rows, "total": page.total}), || {
        let rows: Vec<Vec<String>> = page.songs.iter().map(row).collect();
        let header = ["song", "artist", "title", "valence", "arousal", "sources"];
        let shown = format!("{} of {} songs", page.songs.len(), page.total);
        format!("{}\n{shown}", table(&header, &rows))
    });
    Ok(())
}

fn to_json(song: &Song) -> Value {
    let mood = song.info.mood;
    json!({
        "id": song.id.0,
        "title": song.info.title,
        "artist": song.info.artist,
        "album": song.info.album,
        "year": song.info.year,
        "genre": song.info.genre,
        "seconds": song.info.duration_s,
        "path": song.info.path,
        "link": song.info.link,
        "valence": mood.map(|mood| mood.valence),
        "arousal": mood.map(|mood| mood.arousal),
        "sources": song.sources,
    })
}

fn row(song: &Song) -> Vec<String> {
    let number = |value: Option<f64>| value.map_or_else(String::new, |x| format!("{x:+.2}"));
    let mood = song.info.mood;
    vec![
        song.id.to_string(),
        song.info.artist.clone(),
        song.info.title.clone(),
        number(mood.map(|mood| mood.valence)),
        number(mood.map(|mood| mood.arousal)),
        song.sources.join(", "),
    ]
}
