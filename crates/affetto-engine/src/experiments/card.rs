//! Model cards: what weights are, what they were made of, how good they are and what they are not
//! for (Mitchell et al. 2019, "Model Cards for Model Reporting").

use std::fmt::Write as _;

use affetto_models::datasets::Description;
use affetto_models::{Bin, Evaluation, TrainingReport};

use super::runs::RunRecord;

/// What is the same for every training of a task.
#[derive(Debug, Clone, Copy)]
pub struct CardFacts {
    /// Heading, e.g. `"Text emotion"`.
    pub title: &'static str,
    /// What goes in and what comes out.
    pub purpose: &'static str,
    /// What it is known to fail on.
    pub weaknesses: &'static str,
    /// Data sets: name with citation, and terms as their authors state them.
    pub data: &'static [(&'static str, &'static str)],
    /// The command that makes it again, without paths.
    pub command: &'static str,
}

/// What a card is written from.
#[derive(Debug, Clone, Copy)]
pub struct Card<'a> {
    /// What is the same for every training of the task.
    pub facts: &'a CardFacts,
    /// What the training made.
    pub report: &'a TrainingReport,
    /// The data as it was found.
    pub description: Option<&'a Description>,
    /// The log of the run.
    pub run: Option<&'a RunRecord>,
    /// Cross-validation, where the task has one.
    pub cross_validation: Option<&'a Evaluation>,
    /// The new weights on items that they have not seen.
    pub evaluation: Option<&'a Evaluation>,
    /// The configuration as TOML.
    pub config: &'a str,
}

/// What every card says about use.
const NOT_FOR: &str = "For choosing music by the person's own wish. Not for medical, workplace or \
school use, not for judging, ranking or watching people: what a voice, a face or a sentence shows \
is not what somebody feels, and errors are not spread evenly over people.";

impl Card<'_> {
    /// The card as Markdown.
    #[must_use]
    pub fn to_markdown(&self) -> String {
        let mut card = format!(
            "# {}: model card\n\n{}\n\n**Use.** {NOT_FOR}\n",
            self.facts.title, self.facts.purpose
        );
        self.data(&mut card);
        if let Some(evaluation) = self.cross_validation {
            numbers(&mut card, "Cross-validation", evaluation);
        }
        if let Some(evaluation) = self.evaluation {
            numbers(
                &mut card,
                "Items that the weights have not seen",
                evaluation,
            );
        }
        if !self.report.metrics.is_empty() {
            card += "\n## Rows that tune\n\nThe best epoch, thresholds and calibration were chosen \
                     on these; they flatter.\n\n| metric | value |\n|---|---|\n";
            for (name, value) in &self.report.metrics {
                let _ = writeln!(card, "| {name} | {value:.4} |");
            }
        }
        self.calibration(&mut card);
        let _ = write!(card, "\n## Fails on\n\n{}\n", self.facts.weaknesses);
        card += "\n## Terms of the data\n\nWeights carry the terms of what they were trained on.\n\n\
                 | data | terms |\n|---|---|\n";
        for (name, terms) in self.facts.data {
            let _ = writeln!(card, "| {name} | {terms} |");
        }
        let _ = write!(
            card,
            "\n## Again\n\n```\n{}\n```\n\n```toml\n{}\n```\n",
            self.facts.command,
            self.config.trim_end()
        );
        card
    }

    fn data(&self, card: &mut String) {
        *card += "\n## Data\n\n";
        let _ = writeln!(card, "{} items were trained on.", self.report.n_items);
        if let Some(run) = self.run {
            let _ = writeln!(
                card,
                "SHA-256 over their hashes: `{}`. Trained by Affetto {} on the {} in {:.0} s.",
                run.data, run.version, run.device, run.seconds
            );
        }
        let Some(description) = self.description else {
            return;
        };
        *card += "\n| part | items | duplicates | faults | leaks between splits |\n\
                  |---|---|---|---|---|\n";
        for part in &description.parts {
            let _ = writeln!(
                card,
                "| {} | {} | {} | {} | {} |",
                part.name, part.n_items, part.duplicates.n, part.faults.n, part.leaks.n
            );
        }
    }

    fn calibration(&self, card: &mut String) {
        let sources = [
            self.evaluation.map(|evaluation| &evaluation.reliability),
            self.cross_validation
                .map(|evaluation| &evaluation.reliability),
            Some(&self.report.reliability),
        ];
        let Some(reliability) = sources.into_iter().flatten().find(|r| !r.is_empty()) else {
            return;
        };
        *card += "\n## Calibration\n\nShare that was right among answers of a confidence; equal \
                  numbers are what is wanted.\n";
        for (name, bins) in reliability {
            let _ = write!(
                card,
                "\n**{name}**, expected calibration error {:.3}\n\n| confidence | right | items |\n|---|---|---|\n",
                affetto_models::metrics::expected_calibration_error(bins)
            );
            let filled: Vec<&Bin> = bins.iter().filter(|bin| bin.n > 0).collect();
            for bin in filled {
                let _ = writeln!(
                    card,
                    "| {:.2} | {:.2} | {} |",
                    bin.confidence, bin.accuracy, bin.n
                );
            }
        }
    }
}

fn numbers(card: &mut String, title: &str, evaluation: &Evaluation) {
    let _ = write!(
        card,
        "\n## {title}\n\n{}. {} items, {} left out because training saw them.\n\n\
         | metric | value | 95 % interval |\n|---|---|---|\n",
        evaluation.protocol.trim_end_matches('.'),
        evaluation.n,
        evaluation.n_seen_left_out
    );
    for (name, value) in &evaluation.metrics {
        let interval = evaluation.intervals.get(name);
        let interval = interval.map_or_else(String::new, |(a, b)| format!("{a:.3}–{b:.3}"));
        let _ = writeln!(card, "| {name} | {value:.3} | {interval} |");
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn a_card_says_all_it_must() {
        let facts = CardFacts {
            title: "Tiny",
            purpose: "Numbers in, a number out.",
            weaknesses: "Everything else.",
            data: &[("Made up (2026)", "none")],
            command: "affetto reproduce tiny",
        };
        let bins = vec![Bin {
            low: 0.8,
            high: 0.87,
            n: 3,
            confidence: 0.85,
            accuracy: 0.75,
        }];
        let evaluation = Evaluation {
            protocol: "by hand".into(),
            n: 9,
            metrics: BTreeMap::from([("accuracy".into(), 0.5)]),
            intervals: BTreeMap::from([("accuracy".into(), (0.4, 0.6))]),
            reliability: BTreeMap::from([("all".into(), bins)]),
            ..Evaluation::default()
        };
        let card = Card {
            facts: &facts,
            report: &TrainingReport::default(),
            description: Some(&Description::default()),
            run: None,
            cross_validation: None,
            evaluation: Some(&evaluation),
            config: "seed = 1\n",
        }
        .to_markdown();
        for part in [
            "# Tiny: model card",
            "Not for medical, workplace or school use",
            "| accuracy | 0.500 | 0.400–0.600 |",
            "expected calibration error 0.100",
            "| Made up (2026) | none |",
            "seed = 1\n```",
        ] {
            assert!(card.contains(part), "{part} is not in {card}");
        }
    }
}
