//! Doubt: when an estimate is too wide to act upon, one short question says more than a guess.

use crate::{Affect, Covariance, Estimate};

/// When to ask.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DoubtOptions {
    /// The standard deviation along the longer axis of the ellipse from which on a question is
    /// asked, > 0. Smaller asks more often. Default 0.35: then about one truth in seven lies
    /// further than 0.5 from the mean along that axis.
    pub max_sd: f64,
    /// The share of the expected squared error that an answer must take away, in 0..=1, so that a
    /// listener is not asked in vain. Default 0.15.
    pub min_gain: f64,
}

impl Default for DoubtOptions {
    fn default() -> Self {
        Self {
            max_sd: 0.35,
            min_gain: 0.15,
        }
    }
}

/// A question with 2 to 4 answers.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// What is asked.
    pub text: &'static str,
    /// What may be answered.
    pub choices: Vec<Choice>,
    /// The share of the expected squared error that an answer is expected to take away, in 0..=1.
    pub gain: f64,
}

/// An answer and what follows from it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Choice {
    /// The answer in a word or two.
    pub label: &'static str,
    /// What is believed once it was given.
    pub estimate: Estimate,
}

/// Whether an estimate is too wide to act upon.
#[must_use]
pub fn in_doubt(estimate: &Estimate, options: &DoubtOptions) -> bool {
    major_sd(&estimate.covariance) > options.max_sd
}

/// The question whose answer is expected to tell most, where the estimate is in doubt; `None` where
/// it is not, or where no question would help.
///
/// For every question of a fixed list the expected squared error after the answer is computed over
/// a grid of the plane: a listener at *x* gives the answer placed at *c* with probability
/// proportional to exp(−|x − c|² / 2τ²) (Luce's choice rule over Gaussian likelihoods), and Bayes'
/// rule says what is believed after each answer. Maximizing the expected reduction of uncertainty
/// is the classic design of experiments (Lindley 1956, "On a measure of the information provided
/// by an experiment"), here with squared error for information, since the music follows the mean.
/// A question with more answers must tell more: each beyond two costs a few hundredths of the error.
#[must_use]
pub fn ask(estimate: &Estimate, options: &DoubtOptions) -> Option<Question> {
    if !in_doubt(estimate, options) {
        return None;
    }
    let grid = Grid::new(estimate);
    let before = grid.error(&grid.weights);
    let worth = |asked: &Asked| {
        let gain = 1.0 - grid.error_after(asked.places) / before;
        gain - CHOICE_COST * asked.places.len().saturating_sub(2) as f64
    };
    let (worth, best) = QUESTIONS
        .iter()
        .map(|asked| (worth(asked), asked))
        .reduce(|best, next| if next.0 > best.0 { next } else { best })?;
    if worth.is_nan() || worth < options.min_gain {
        return None;
    }
    let choices = (0..best.places.len()).map(|index| Choice {
        label: best.places[index].0,
        estimate: grid.after(best.places, index),
    });
    Some(Question {
        text: best.text,
        choices: choices.collect(),
        gain: 1.0 - grid.error_after(best.places) / before,
    })
}

/// The standard deviation along the longer axis of the ellipse: the root of the larger eigenvalue.
fn major_sd(covariance: &Covariance) -> f64 {
    let middle = 0.5 * (covariance.valence + covariance.arousal);
    let half = 0.5 * (covariance.valence - covariance.arousal);
    (middle + half.hypot(covariance.cross)).sqrt()
}

/// How far apart two answers must lie to be told apart: the τ of the choice rule. People place the
/// same word about this far from each other (Warriner et al. 2013 report a standard deviation of
/// ratings of about 2 of 8 scale points for both axes, which is 0.5 of a half axis; a listener who
/// compares two words is surer than one who rates one).
const CHOICE_SD: f64 = 0.35;
/// What each answer beyond two costs, as a share of the expected squared error: reading takes time.
const CHOICE_COST: f64 = 0.03;

/// A question with the places of its answers on the plane.
struct Asked {
    text: &'static str,
    places: &'static [Place],
}

/// A word with its valence and arousal, after Russell (1980) and Warriner et al. (2013).
type Place = (&'static str, f64, f64);

const TENSE: Place = ("tense", -0.6, 0.6);
const ANGRY: Place = ("angry", -0.7, 0.7);
const SAD: Place = ("sad", -0.7, -0.4);
const TIRED: Place = ("tired", -0.2, -0.8);
const BORED: Place = ("bored", -0.4, -0.5);
const CALM: Place = ("calm", 0.5, -0.6);
const CONTENT: Place = ("content", 0.7, -0.2);
const HAPPY: Place = ("happy", 0.8, 0.3);
const EXCITED: Place = ("excited", 0.6, 0.8);
const LIVELY: Place = ("lively", 0.4, 0.6);
const SO_SO: Place = ("so-so", 0.0, 0.0);
const GOOD: Place = ("good", 0.6, 0.0);
const BAD: Place = ("bad", -0.6, 0.0);
const WIDE_AWAKE: Place = ("wide awake", 0.0, 0.6);
const SLEEPY: Place = ("sleepy", 0.0, -0.6);

/// The questions that may be asked.
const QUESTIONS: &[Asked] = &[
    Asked {
        text: "Rather good or rather bad?",
        places: &[GOOD, BAD],
    },
    Asked {
        text: "Rather good, so-so or rather bad?",
        places: &[GOOD, SO_SO, BAD],
    },
    Asked {
        text: "More wide awake or more sleepy?",
        places: &[WIDE_AWAKE, SLEEPY],
    },
    Asked {
        text: "More tense or more tired?",
        places: &[TENSE, TIRED],
    },
    Asked {
        text: "More angry or more sad?",
        places: &[ANGRY, SAD],
    },
    Asked {
        text: "More excited or more tense?",
        places: &[EXCITED, TENSE],
    },
    Asked {
        text: "More excited or more calm?",
        places: &[EXCITED, CALM],
    },
    Asked {
        text: "More happy or more content?",
        places: &[HAPPY, CONTENT],
    },
    Asked {
        text: "More calm or more bored?",
        places: &[CALM, BORED],
    },
    Asked {
        text: "More calm or more sad?",
        places: &[CALM, SAD],
    },
    Asked {
        text: "More calm or more tense?",
        places: &[CALM, TENSE],
    },
    Asked {
        text: "More lively or more tired?",
        places: &[LIVELY, TIRED],
    },
    Asked {
        text: "More happy or more sad?",
        places: &[HAPPY, SAD],
    },
    Asked {
        text: "Tense, sad or tired?",
        places: &[TENSE, SAD, TIRED],
    },
    Asked {
        text: "Excited, content or calm?",
        places: &[EXCITED, CONTENT, CALM],
    },
    Asked {
        text: "Which is closest?",
        places: &[HAPPY, TENSE, SAD, CALM],
    },
    Asked {
        text: "Which comes closest?",
        places: &[EXCITED, ANGRY, TIRED, CONTENT],
    },
];

/// Points of the grid along each axis.
const SIDE: usize = 17;

/// What is believed, as weights on a grid over the plane.
struct Grid {
    points: Vec<(f64, f64)>,
    weights: Vec<f64>,
}

/// Moments of weighted points.
struct Moments {
    total: f64,
    mean: (f64, f64),
    covariance: Covariance,
}

impl Grid {
    /// The Gaussian of an estimate, cut to the plane.
    fn new(estimate: &Estimate) -> Self {
        let precision = estimate.covariance.inverse();
        let place = |index: usize| -1.0 + 2.0 * index as f64 / (SIDE - 1) as f64;
        let points: Vec<(f64, f64)> = (0..SIDE * SIDE)
            .map(|index| (place(index % SIDE), place(index / SIDE)))
            .collect();
        let density = |&(v, a): &(f64, f64)| {
            let error = (v - estimate.mean.v(), a - estimate.mean.a());
            let (x, y) = precision.times(error);
            (-0.5 * (error.0 * x + error.1 * y)).exp()
        };
        let weights: Vec<f64> = points.iter().map(density).collect();
        let total: f64 = weights.iter().sum();
        Self {
            weights: weights.iter().map(|weight| weight / total).collect(),
            points,
        }
    }

    fn moments(&self, weights: &[f64]) -> Moments {
        let total: f64 = weights.iter().sum();
        let sum = |value: &dyn Fn(f64, f64) -> f64| -> f64 {
            let terms = self.points.iter().zip(weights);
            terms
                .map(|(&(v, a), weight)| weight * value(v, a))
                .sum::<f64>()
                / total
        };
        let mean = (sum(&|v, _| v), sum(&|_, a| a));
        let covariance = Covariance::clamped(
            sum(&|v, _| (v - mean.0).powi(2)),
            sum(&|_, a| (a - mean.1).powi(2)),
            sum(&|v, a| (v - mean.0) * (a - mean.1)),
        );
        Moments {
            total,
            mean,
            covariance,
        }
    }

    /// The expected squared distance from the mean.
    fn error(&self, weights: &[f64]) -> f64 {
        let moments = self.moments(weights);
        moments.covariance.valence + moments.covariance.arousal
    }

    /// The weights once an answer was given; they sum to the probability of the answer.
    fn given(&self, places: &[Place], index: usize) -> Vec<f64> {
        let likelihood = |(v, a): (f64, f64), place: &Place| {
            let squared = (v - place.1).powi(2) + (a - place.2).powi(2);
            (-0.5 * squared / (CHOICE_SD * CHOICE_SD)).exp()
        };
        let points = self.points.iter().zip(&self.weights);
        points
            .map(|(&point, weight)| {
                let all: f64 = places.iter().map(|place| likelihood(point, place)).sum();
                let share = likelihood(point, &places[index]) / all;
                if share.is_finite() {
                    weight * share
                } else {
                    0.0
                }
            })
            .collect()
    }

    /// The squared error that is expected once a question was answered.
    fn error_after(&self, places: &[Place]) -> f64 {
        (0..places.len())
            .map(|index| {
                let moments = self.moments(&self.given(places, index));
                let error = moments.covariance.valence + moments.covariance.arousal;
                // An answer that nobody would give has no moments.
                if moments.total > 0.0 {
                    moments.total * error
                } else {
                    0.0
                }
            })
            .sum()
    }

    /// What is believed once an answer was given.
    fn after(&self, places: &[Place], index: usize) -> Estimate {
        let moments = self.moments(&self.given(places, index));
        let (v, a) = if moments.total > 0.0 {
            moments.mean
        } else {
            (places[index].1, places[index].2)
        };
        Estimate::from_gaussian(Affect::clamped(v, a), moments.covariance)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(v: f64, a: f64, sd_v: f64, sd_a: f64) -> Estimate {
        Estimate::from_gaussian(Affect::clamped(v, a), Covariance::independent(sd_v, sd_a))
    }

    /// The question about a Gaussian, with where its answers lead.
    #[track_caller]
    fn check(estimate: Estimate, expected: &str) {
        let answer = ask(&estimate, &DoubtOptions::default());
        let written = answer.map_or_else(
            || "no question".to_owned(),
            |question| {
                let choices = question.choices.iter().map(|choice| {
                    let mean = choice.estimate.mean;
                    format!(" {} {:.1},{:.1}", choice.label, mean.v(), mean.a())
                });
                question.text.to_owned() + &choices.collect::<String>()
            },
        );
        assert_eq!(written, expected);
    }

    #[test]
    fn the_question_fits_the_doubt() {
        check(at(0.5, 0.5, 0.2, 0.2), "no question");
        check(
            at(0.0, 0.5, 0.6, 0.2),
            "Rather good or rather bad? good 0.4,0.5 bad -0.4,0.5",
        );
        check(
            at(-0.6, 0.0, 0.2, 0.6),
            "More wide awake or more sleepy? wide awake -0.6,0.4 sleepy -0.6,-0.4",
        );
        check(
            at(0.5, 0.0, 0.2, 0.6),
            "More excited or more calm? excited 0.5,0.5 calm 0.5,-0.3",
        );
        check(
            at(0.0, 0.0, 0.8, 0.8),
            "Which is closest? happy 0.5,0.3 tense -0.4,0.5 sad -0.5,-0.4 calm 0.4,-0.5",
        );
        check(
            at(0.0, 0.0, 0.6, 0.2),
            "More happy or more sad? happy 0.4,0.0 sad -0.4,-0.0",
        );
    }

    #[test]
    fn the_wider_axis_decides() {
        let covariance = Covariance::clamped(0.16, 0.16, 0.14);
        assert!((major_sd(&covariance) - 0.30_f64.sqrt()).abs() < 1e-12);
        let estimate = Estimate::from_gaussian(Affect::default(), covariance);
        assert!(in_doubt(&estimate, &DoubtOptions::default()));
        assert!(!in_doubt(&at(0.0, 0.0, 0.3, 0.3), &DoubtOptions::default()));
    }

    prop_compose! {
        fn wide()(v in -1.0..1.0, a in -1.0..1.0, sv in 0.01..9.0, sa in 0.01..9.0, r in -0.99..0.99)
            -> Estimate {
            let covariance = Covariance::clamped(sv * sv, sa * sa, r * sv * sa);
            Estimate::from_gaussian(Affect::clamped(v, a), covariance)
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn a_question_is_worth_asking(estimate in wide()) {
            let options = DoubtOptions::default();
            let Some(question) = ask(&estimate, &options) else { return Ok(()) };
            prop_assert!(in_doubt(&estimate, &options));
            prop_assert!((2..=4).contains(&question.choices.len()));
            prop_assert!((options.min_gain..=1.0).contains(&question.gain), "{}", question.gain);
            for choice in &question.choices {
                let sum: f64 = choice.estimate.quadrants.to_array().iter().sum();
                prop_assert!((sum - 1.0).abs() < 1e-9);
            }
        }

        /// The law of total expectation: the answers, weighted by how likely they are, mean what
        /// was believed before.
        #[test]
        fn answers_average_to_what_was_believed(estimate in wide()) {
            let grid = Grid::new(&estimate);
            let before = grid.moments(&grid.weights);
            for asked in QUESTIONS {
                let mut mean = (0.0, 0.0);
                for index in 0..asked.places.len() {
                    let given = grid.moments(&grid.given(asked.places, index));
                    if given.total > 0.0 {
                        mean.0 += given.total * given.mean.0;
                        mean.1 += given.total * given.mean.1;
                    }
                }
                prop_assert!((mean.0 - before.mean.0).abs() < 1e-9, "{}", asked.text);
                prop_assert!((mean.1 - before.mean.1).abs() < 1e-9, "{}", asked.text);
            }
        }
    }
}
