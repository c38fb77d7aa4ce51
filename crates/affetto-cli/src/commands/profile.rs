//! `affetto profile`.

use affetto_engine::{Engine, Preferences, Sense};
use anyhow::Result;
use serde_json::{Value, json};

use crate::args::{Learnt, Profile};
use crate::output::{Printer, table};

pub(crate) fn run(engine: &Engine, printer: Printer, args: &Profile) -> Result<()> {
    match args {
        Profile::Show => printer.result(&describe(engine), || written(engine)),
        Profile::Forget { what } => {
            if *what != Learnt::Corrections {
                engine.forget_preferences()?;
            }
            if *what != Learnt::Preferences {
                engine.forget_corrections()?;
            }
            printer.result(&describe(engine), || {
                match what {
                    Learnt::All => "forgot preferences and corrections",
                    Learnt::Preferences => "forgot the preferences",
                    Learnt::Corrections => "forgot the corrections",
                }
                .into()
            });
        }
    }
    Ok(())
}

/// Preferences as JSON of the documented shape.
pub(crate) fn to_json(preferences: &Preferences) -> Value {
    let rows = preferences
        .rows()
        .map(|(name, wish)| (name.to_owned(), json!(wish)));
    let mut json: serde_json::Map<String, Value> = rows.into_iter().collect();
    json.insert("words".into(), json!(preferences.words()));
    json.into()
}

fn describe(engine: &Engine) -> Value {
    let reliabilities = engine.reliabilities();
    let doubt = Sense::ALL.map(|sense| {
        let factor = reliabilities.of(sense).factor();
        (sense.name().to_owned(), json!(factor))
    });
    let doubt: serde_json::Map<String, Value> = doubt.into_iter().collect();
    json!({"preferences": to_json(&engine.preferences()), "doubt": doubt})
}

fn written(engine: &Engine) -> String {
    let preferences = engine.preferences();
    let words = preferences.words();
    let liked = if words.is_empty() {
        "as the mood asks".into()
    } else {
        words.join(", ")
    };
    let wishes = preferences.rows();
    let mut rows: Vec<Vec<String>> = wishes
        .iter()
        .map(|(name, wish)| vec![format!("wish for {name}"), format!("{wish:+.2}")])
        .collect();
    let reliabilities = engine.reliabilities();
    rows.extend(Sense::ALL.map(|sense| {
        let factor = reliabilities.of(sense).factor();
        vec![format!("doubt about the {sense}"), format!("{factor:.2}")]
    }));
    let rows = table(&["learnt", "value"], &rows);
    format!(
        "Music: {liked}\n\n{rows}\n\nWishes run from -1 to 1; a doubt of 1 is that of a stranger."
    )
}
