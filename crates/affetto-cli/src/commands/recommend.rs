//! `affetto recommend` and `affetto feedback`.

use std::path::Path;

use affetto_engine::songs::feedback::reaction;
use affetto_engine::songs::playlist::{format_of, playlist};
use affetto_engine::songs::recommend::{Bridges, ChosenSong, SetMusic, SongRequest, SongSet};
use affetto_engine::songs::{Song, SongId};
use affetto_engine::{Engine, Sensed, write_atomic};
use anyhow::Result;
use serde_json::{Value, json};

use crate::args::{ModeArg, Recommend, SongFeedback};
use crate::output::{Printer, table};

pub(crate) fn run(engine: &Engine, printer: Printer, args: &Recommend) -> Result<()> {
    let format = args.output.as_deref().map(format_of).transpose()?;
    let set = engine.recommend(&SongRequest {
        mood: args.feel.request(engine, printer)?,
        count: args.count,
        minutes: args.minutes,
        mode: Some(mode(args.mode).into()),
        after: None,
        bridges: match args.bridges {
            true => Bridges::WhereNeeded,
            false => Bridges::Never,
        },
    })?;
    if let (Some(path), Some(format)) = (&args.output, format) {
        let songs: Vec<Song> = set.songs().map(|chosen| chosen.song.clone()).collect();
        let folder = path.parent().unwrap_or(Path::new("."));
        let written = playlist("Affetto", &songs, format, folder);
        write_atomic(path, written.text.as_bytes())?;
        let there = songs.len() - written.left_out.len();
        printer.say(format!(
            "wrote {} with {there} of {} songs",
            path.display(),
            songs.len()
        ));
        if !written.left_out.is_empty() {
            printer.say("the others are not here and have no link; xspf and jspf keep their names");
        }
    }
    printer.result(&to_json(&set), || told(&set));
    Ok(())
}

pub(crate) fn feedback(engine: &Engine, printer: Printer, args: &SongFeedback) -> Result<()> {
    let songs = engine.songs()?;
    let point = args.valence.zip(args.arousal);
    let reaction = reaction(&args.reaction, args.after, point)?;
    let id = SongId(args.song);
    songs.react(id, reaction, None)?;
    let song = songs.song(id)?;
    let answer = json!({"id": id.0, "reaction": args.reaction});
    printer.result(&answer, || {
        format!(
            "{}: {} – {}",
            args.reaction, song.info.artist, song.info.title
        )
    });
    Ok(())
}

fn mode(mode: ModeArg) -> &'static str {
    match mode {
        ModeArg::Audio => "audio",
        ModeArg::Text => "text",
        ModeArg::All => "all",
    }
}

/// The documented shape: what was sensed, the plan, the songs; bridges where they were asked for.
fn to_json(set: &SongSet) -> Value {
    let plan = set.plan.iter().map(|moment| {
        json!({
            "t_seconds": moment.t_seconds,
            "valence": moment.point.v(),
            "arousal": moment.point.a(),
        })
    });
    let bridges = set.slots.iter().filter_map(|slot| match &slot.music {
        SetMusic::Song(_) => None,
        SetMusic::Compose(compose) => Some(json!({
            "t_seconds": slot.start_s,
            "seconds": compose.duration_s,
            "from": {"valence": compose.from.v(), "arousal": compose.from.a()},
            "to": {"valence": compose.to.v(), "arousal": compose.to.a()},
        })),
    });
    json!({
        "sensed": set.sensed.as_ref().map(sensed),
        "strategy": set.strategy,
        "plan": plan.collect::<Vec<_>>(),
        "songs": set.songs().map(song).collect::<Vec<_>>(),
        "bridges": bridges.collect::<Vec<_>>(),
    })
}

fn sensed(sensed: &Sensed) -> Value {
    let estimate = &sensed.estimate;
    json!({
        "valence": estimate.mean.v(),
        "arousal": estimate.mean.a(),
        "valence_sd": estimate.covariance.valence_sd(),
        "arousal_sd": estimate.covariance.arousal_sd(),
        "quadrant": estimate.quadrants.most_likely().name(),
    })
}

fn song(chosen: &ChosenSong) -> Value {
    let parts: serde_json::Map<String, Value> = chosen
        .parts
        .iter()
        .map(|(name, value)| ((*name).to_owned(), json!(value)))
        .collect();
    let alternatives = chosen.alternatives.iter().map(|(song, behind, change)| {
        json!({
            "id": song.id.0,
            "title": song.info.title,
            "artist": song.info.artist,
            "behind": behind,
            "change": change,
        })
    });
    let info = &chosen.song.info;
    json!({
        "id": chosen.song.id.0,
        "title": info.title,
        "artist": info.artist,
        "source": chosen.song.sources.join(", "),
        "path": info.path,
        "link": info.link,
        "valence": chosen.heard.v(),
        "arousal": chosen.heard.a(),
        "valence_sd": chosen.sd[0],
        "arousal_sd": chosen.sd[1],
        "score": chosen.score,
        "parts": parts,
        "because": chosen.because,
        "alternatives": alternatives.collect::<Vec<_>>(),
    })
}

fn told(set: &SongSet) -> String {
    let rows: Vec<Vec<String>> = set
        .slots
        .iter()
        .map(|slot| {
            let minutes = slot.start_s / 60.0;
            let time = format!("{:.0}:{:02.0}", minutes.floor(), slot.start_s % 60.0);
            match &slot.music {
                SetMusic::Song(chosen) => vec![
                    time,
                    chosen.song.id.to_string(),
                    chosen.song.info.artist.clone(),
                    chosen.song.info.title.clone(),
                    format!("{:+.2}", chosen.heard.v()),
                    format!("{:+.2}", chosen.heard.a()),
                    chosen.because.clone(),
                ],
                SetMusic::Compose(compose) => vec![
                    time,
                    String::new(),
                    "Affetto".into(),
                    format!("composed bridge, {:.0} s", compose.duration_s),
                    format!("{:+.2}", compose.to.v()),
                    format!("{:+.2}", compose.to.a()),
                    "because no song follows well".into(),
                ],
            }
        })
        .collect();
    let header = ["at", "song", "artist", "title", "valence", "arousal", "why"];
    format!(
        "Strategy: {}; from ({:+.2}, {:+.2})\n\n{}",
        set.strategy,
        set.felt.v(),
        set.felt.a(),
        table(&header, &rows)
    )
}
