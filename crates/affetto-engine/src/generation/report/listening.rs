//! A page of blind pairs, so that people can judge: same SoundFont, same loudness, random order,
//! answers by keyboard, saved as CSV with a sign test.

use std::path::Path;

use affetto_models::{ItemHash, shuffled_indices};
use serde_json::{Value, json};

use super::blocks::Block;
use crate::generation::{GenerationReport, Pair};
use crate::{Engine, Error, write_atomic};

const PAGE: &str = include_str!("listening.html");
/// What stands in the page for the pairs, and for a name of this set of pairs.
const PLACES: [&str; 2] = ["/*PAIRS*/[]", "/*ID*/\"\""];

/// Writes the page with its sounds below `listening/`; no block where there are no pairs.
pub(super) fn write(
    engine: &Engine,
    report: &GenerationReport,
    out: &Path,
) -> Result<Vec<Block>, Error> {
    if report.pairs.is_empty() {
        return Ok(Vec::new());
    }
    let order = shuffled_indices(report.pairs.len(), 1);
    let mut shown = Vec::new();
    for (number, pair) in order
        .into_iter()
        .map(|pair| &report.pairs[pair])
        .enumerate()
    {
        let swapped = sides(number);
        for (side, &of) in ["first", "second"].iter().zip(&swapped) {
            let path = out.join(format!("listening/{number}_{side}.opus"));
            write_atomic(&path, &engine.sound(&pair.scores[of])?)?;
        }
        shown.push(entry(number, pair, swapped));
    }
    let page = page(&Value::Array(shown));
    write_atomic(&out.join("listening/index.html"), page.as_bytes())?;
    Ok(vec![
        Block::Heading("Listening".into()),
        Block::Text(
            "Judges are programs. Whether people agree can be tried on the page of blind pairs; nobody has \
             judged them yet."
                .into(),
        ),
        Block::Link {
            caption: "Blind pairs".into(),
            file: "listening/index.html".into(),
        },
    ])
}

/// Which of a pair comes first and second.
fn sides(number: usize) -> [usize; 2] {
    let order = shuffled_indices(2, number as u64 + 100);
    [order[0], order[1]]
}

fn entry(number: usize, pair: &Pair, order: [usize; 2]) -> Value {
    json!({
        "feeling": pair.feeling,
        "files": [format!("{number}_first.opus"), format!("{number}_second.opus")],
        "sides": order.map(|of| pair.names[of].clone()),
    })
}

fn page(pairs: &Value) -> String {
    // A name such as </script> must not end the script.
    let text = pairs.to_string().replace('<', "\\u003c");
    let id = json!(ItemHash::of(text.as_bytes()).tail().to_string());
    let page = PAGE.replace(PLACES[0], &text);
    page.replace(PLACES[1], &id.to_string())
}

#[cfg(test)]
mod tests {
    use affetto_music::Score;

    use super::*;

    #[test]
    fn pairs_are_blind_and_shuffled() {
        let pair = Pair {
            feeling: "calm<ness".into(),
            names: ["rules".into(), "real".into()],
            scores: [Score::default(), Score::default()],
        };
        let shown = entry(3, &pair, [1, 0]);
        assert_eq!(shown["sides"], json!(["real", "rules"]));
        let page = page(&Value::Array(vec![shown]));
        assert!(page.contains("3_first.opus") && page.contains("calm\\u003cness"));
        assert!(PLACES.iter().all(|place| !page.contains(place)));
        assert!(page.contains("Nobody has judged these pairs yet"));
        let orders: Vec<[usize; 2]> = (0..20).map(sides).collect();
        assert!(orders.contains(&[0, 1]) && orders.contains(&[1, 0]));
    }
}
