//! Whether a text is in a language that the models do not understand.
//!
//! Languages are told apart by `whatlang` (trigrams, after Cavnar & Trenkle 1994). It errs on
//! short texts, so a text whose words stand in the (English) training data is never foreign.

use whatlang::{Lang, Script, detect, detect_script};

/// A text with this share of known words is taken as English.
const KNOWN_SHARE: f64 = 0.5;
/// Words in Latin letters below which a language is not told.
const MIN_WORDS: usize = 4;

/// Words below which it is not told even where it seems sure.
const MIN_WORDS_IF_SURE: usize = 2;

/// A language other than English.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Language {
    /// ISO 639-3 code, e.g. `"deu"`; `"und"` where only the script is known.
    pub code: &'static str,
    /// English name of the language.
    pub name: &'static str,
}

impl Language {
    /// The language of a text where it is surely not English; `knows` tells known words.
    pub(super) fn foreign(text: &str, knows: impl Fn(&str) -> bool) -> Option<Self> {
        let words = words(text);
        if words.is_empty() {
            return None;
        }
        let n_known = words.iter().filter(|word| knows(word)).count();
        let letters = words.join(" ");
        if letters.chars().count() < 2 {
            // A lone letter is a face made of signs, such as ¯\_(ツ)_/¯.
            return None;
        }
        let script = detect_script(&letters)?;
        let found = detect(&letters)?;
        if script != Script::Latin {
            let is_lone = matches!(found.lang(), Lang::Eng) || !found.is_reliable();
            return Some(if is_lone && words.len() < MIN_WORDS {
                Self {
                    code: "und",
                    name: "another language",
                }
            } else {
                Self::of(found.lang())
            });
        }
        let is_known = n_known as f64 >= KNOWN_SHARE * words.len() as f64;
        // Of two or three words, none may be known and the trigrams must leave no doubt.
        let is_told = words.len() >= MIN_WORDS
            || (words.len() >= MIN_WORDS_IF_SURE && n_known == 0 && found.is_reliable());
        let is_foreign = found.lang() != Lang::Eng && is_told && !is_known;
        is_foreign.then(|| Self::of(found.lang()))
    }

    fn of(lang: Lang) -> Self {
        Self {
            code: lang.code(),
            name: lang.eng_name(),
        }
    }

    /// What the listener should be told.
    #[must_use]
    pub fn warning(&self) -> String {
        format!(
            "this looks like {}: only English is understood, so the words were left out and \
             only emoji and signs counted",
            self.name
        )
    }
}

/// The words of a text, without mentions and links.
fn words(text: &str) -> Vec<&str> {
    text.split_whitespace()
        .filter(|piece| !piece.starts_with(['@', '#']) && !piece.contains("://"))
        .flat_map(|piece| piece.split(|c: char| !c.is_alphabetic() && c != '\'' && c != '’'))
        .filter(|word| word.chars().any(char::is_alphabetic))
        .collect()
}

/// A text without its letters.
pub(super) fn signs_alone(text: &str) -> String {
    text.split_whitespace()
        .map(|piece| {
            piece
                .chars()
                .filter(|c| !c.is_alphabetic())
                .collect::<String>()
        })
        .filter(|piece| !piece.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::super::TextEmotion;
    use super::super::phrases::all_phrases;
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let answer = TextEmotion::load_embedded()
            .unwrap()
            .estimate(text)
            .unwrap();
        let found = answer.foreign.map_or("", |language| language.code);
        // Short texts of kindred languages are told apart badly: any of them is a fair warning.
        assert!(
            expected.split('|').any(|code| code == found),
            "{text}: {found}"
        );
    }

    #[test]
    fn other_languages_are_told() {
        check("ich bin heute sehr traurig und müde", "deu");
        check("estoy muy cansado, hoy no quiero hacer nada", "spa|por");
        check("je suis tellement fatigué aujourd'hui", "fra");
        check("мне сегодня очень грустно и одиноко", "rus|bul|ukr");
        check("今日はとても嬉しいです", "jpn");
        check("오늘 정말 행복해요", "kor");
        check("εἶμαι πολύ χαρούμενος σήμερα", "ell");
    }

    #[test]
    fn english_is_not_foreign() {
        check("so done with today", "");
        check("I can't focus and everything is annoying", "");
        check("lmao ngl im so hyped rn", "");
        check("😤", "");
        check("meh", "");
        check("https://example.org/ein/langer/verweis @jemand", "");
    }

    #[test]
    fn no_phrase_is_foreign() {
        let model = TextEmotion::load_embedded().unwrap();
        for phrase in all_phrases() {
            assert_eq!(model.estimate(phrase).unwrap().foreign, None, "{phrase}");
        }
    }

    #[test]
    fn emoji_count_in_any_language() {
        let valence = |text: &str| {
            let answer = TextEmotion::load_embedded().unwrap().estimate(text);
            answer.unwrap().estimate.mean.v()
        };
        assert!(valence("ich bin heute sehr traurig und müde 😢") < -0.1);
        assert!(valence("estoy muy contento con mi nueva casa 😀") > 0.1);
        assert_eq!(valence("ich bin heute sehr traurig und müde"), 0.0);
    }

    #[test]
    fn warning_is_plain() {
        let german = Language::of(Lang::Deu);
        assert!(
            german
                .warning()
                .starts_with("this looks like German: only English")
        );
    }
}
