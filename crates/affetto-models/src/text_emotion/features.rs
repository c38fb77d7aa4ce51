//! Features of a text: hashed word and character n-grams.
//!
//! After fastText (Joulin et al. 2017, "Bag of Tricks for Efficient Text Classification") and its
//! subword n-grams (Bojanowski et al. 2017). Added: pairs of words with one between them, marks
//! for capitals and for lengthened words, emoticons and emoji as words.

/// Raised with every change of what a text is turned into; weights of another version are refused.
pub const FEATURE_VERSION: u32 = 1;

/// Kinds of features, each with its own quota of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Kind {
    Word,
    Pair,
    Triple,
    GapPair,
    Characters,
}

impl Kind {
    /// All kinds in the order of `rows_by_kind`.
    pub(crate) const ALL: [Self; 5] = [
        Self::Word,
        Self::Pair,
        Self::Triple,
        Self::GapPair,
        Self::Characters,
    ];

    /// Which of the two bags of a text the kind belongs to: words 0, characters 1.
    pub(crate) fn bag(self) -> usize {
        usize::from(self == Self::Characters)
    }
}

/// One feature: its kind and the hash of its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Feature {
    pub(crate) kind: Kind,
    pub(crate) hash: u32,
}

/// Lengths of character n-grams.
const CHARACTER_GRAMS: std::ops::RangeInclusive<usize> = 3..=5;
/// Characters of a word that are looked at; longer words are cut.
const MAX_WORD_CHARS: usize = 24;
/// Marks a word in capitals.
const CAPITALS: &str = "<capitals>";
/// Marks a word with a letter three or more times in a row.
const LENGTHENED: &str = "<lengthened>";

/// All features of a text, in order of appearance, with repetitions.
pub(crate) fn features(text: &str) -> Vec<Feature> {
    let tokens = tokens(text);
    let mut found = Vec::with_capacity(tokens.len() * 12);
    for (i, token) in tokens.iter().enumerate() {
        let word = token.text.as_str();
        found.push(feature(Kind::Word, &[word]));
        found.extend(token.marks.iter().map(|mark| feature(Kind::Word, &[mark])));
        if let Some(spelled) = &token.spelled {
            found.push(feature(Kind::Word, &[spelled]));
        }
        // The text's edges count as words, so that "sad" alone differs from "sad" in a sentence.
        let before = |n: usize| i.checked_sub(n).map(|j| tokens[j].text.as_str());
        let previous = before(1).unwrap_or("<start>");
        found.push(feature(Kind::Pair, &[previous, word]));
        if let Some(first) = before(2) {
            found.push(feature(Kind::Triple, &[first, previous, word]));
            found.push(feature(Kind::GapPair, &[first, word]));
        }
        if token.is_word {
            character_grams(word, &mut found);
        }
    }
    if let Some(last) = tokens.last() {
        found.push(feature(Kind::Pair, &[&last.text, "<end>"]));
    }
    found
}

fn character_grams(word: &str, found: &mut Vec<Feature>) {
    let mut chars = vec!['<'];
    chars.extend(word.chars().take(MAX_WORD_CHARS));
    chars.push('>');
    let mut buffer = String::new();
    for n in CHARACTER_GRAMS {
        // The whole word is a feature of its own already.
        for gram in chars.windows(n).filter(|gram| gram.len() < chars.len()) {
            buffer.clear();
            buffer.extend(gram);
            found.push(feature(Kind::Characters, &[&buffer]));
        }
    }
}

/// FNV-1a with 32 bits (Fowler, Noll & Vo) over the kind and the parts.
fn feature(kind: Kind, parts: &[&str]) -> Feature {
    let mut hash = 0x811c_9dc5_u32;
    let mut eat = |byte: u8| hash = (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    eat(kind as u8);
    for part in parts {
        part.bytes().for_each(&mut eat);
        eat(0);
    }
    Feature { kind, hash }
}

/// A word, emoticon, emoji or run of punctuation.
#[derive(Debug, Default, PartialEq)]
struct Token {
    text: String,
    /// The word as it was spelled, where lengthening was removed; shortened to two letters.
    spelled: Option<String>,
    marks: Vec<&'static str>,
    is_word: bool,
}

/// Splits a text; lower case, apostrophes and invisible characters removed.
fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    for piece in text.split_whitespace() {
        if piece.starts_with("http") || piece.starts_with("www.") {
            tokens.push(plain("<link>"));
        } else if piece.len() > 1 && piece.starts_with('@') {
            tokens.push(plain("@"));
        } else {
            split_piece(&piece.chars().collect::<Vec<_>>(), &mut tokens);
        }
    }
    tokens
}

fn plain(text: &str) -> Token {
    Token {
        text: text.to_owned(),
        ..Token::default()
    }
}

fn split_piece(chars: &[char], tokens: &mut Vec<Token>) {
    let mut rest = chars;
    while let Some(&first) = rest.first() {
        let taken = if is_ignored(first) {
            1
        } else if first.is_alphanumeric() {
            let n = rest
                .iter()
                .take_while(|&&c| c.is_alphanumeric() || is_apostrophe(c))
                .count();
            tokens.extend(word(&rest[..n]));
            n
        } else if first.is_ascii() {
            let n = punctuation_length(rest);
            tokens.push(plain(&squeezed(&rest[..n].iter().collect::<String>(), 2)));
            n
        } else {
            tokens.push(plain(&first.to_string()));
            1
        };
        rest = &rest[taken..];
    }
}

/// Length of a run of punctuation, with the letter or digit that completes an emoticon.
fn punctuation_length(chars: &[char]) -> usize {
    let is_mark = |c: &&char| c.is_ascii() && !c.is_alphanumeric() && !is_ignored(**c);
    let n = chars.iter().take_while(is_mark).count();
    let eyes = |c: char| matches!(c, ':' | ';' | '=' | '8');
    let mouth = |c: char| matches!(c, 'd' | 'D' | 'p' | 'P' | 'o' | 'O' | '3' | '0' | 'c' | 'S');
    let ends_word = chars.get(n + 1).is_none_or(|c| !c.is_alphanumeric());
    let completes = match (chars[n - 1], chars.get(n)) {
        ('<', Some('3')) => true,
        ('-', Some(&c)) => n > 1 && eyes(chars[n - 2]) && mouth(c),
        (last, Some(&c)) => eyes(last) && mouth(c),
        _ => false,
    };
    n + usize::from(completes && ends_word)
}

fn word(chars: &[char]) -> Option<Token> {
    let spelled: String = chars.iter().filter(|c| !is_apostrophe(**c)).collect();
    if spelled.is_empty() {
        return None;
    }
    if spelled.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(plain("<number>"));
    }
    let is_capitals =
        chars.len() > 2 && chars.iter().all(|c| c.is_uppercase() || is_apostrophe(*c));
    let lower = spelled.to_lowercase();
    let twice = squeezed(&lower, 2);
    let is_lengthened = twice.len() < lower.len();
    let mut marks = Vec::new();
    if is_capitals {
        marks.push(CAPITALS);
    }
    if is_lengthened {
        marks.push(LENGTHENED);
    }
    let (text, spelled) = if is_lengthened {
        (without_long_runs(&lower), Some(twice))
    } else {
        (lower, None)
    };
    Some(Token {
        text,
        spelled,
        marks,
        is_word: true,
    })
}

/// Shortens runs of one character to `most`.
fn squeezed(text: &str, most: usize) -> String {
    let mut run = 0;
    let mut previous = None;
    text.chars()
        .filter(|&c| {
            run = if previous == Some(c) { run + 1 } else { 1 };
            previous = Some(c);
            run <= most
        })
        .collect()
}

/// Shortens runs of three and more to one character, keeping real double letters: "sooo" → "so".
fn without_long_runs(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    chars
        .chunk_by(|a, b| a == b)
        .flat_map(|run| if run.len() > 2 { &run[..1] } else { run })
        .collect()
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’' | '`' | '´')
}

/// Quotes, hashes, brackets of placeholders, variation selectors, joiners, skin tones, controls.
fn is_ignored(c: char) -> bool {
    matches!(
        c,
        '"' | '#' | '“' | '”' | '[' | ']' | '\u{fe0f}' | '\u{200d}' | '\'' | '’' | '`'
    ) || ('\u{1f3fb}'..='\u{1f3ff}').contains(&c)
        || c.is_control()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let shown: Vec<String> = tokens(text)
            .into_iter()
            .map(|t| {
                let spelled = t.spelled.map(|s| format!("/{s}")).unwrap_or_default();
                format!("{}{spelled}{}", t.text, t.marks.concat())
            })
            .collect();
        assert_eq!(shown.join(" "), expected);
    }

    #[test]
    fn words() {
        check("I can't focus", "i cant focus");
        check("I can’t FOCUS", "i cant focus<capitals>");
        check("half-hearted, tired.", "half - hearted , tired .");
        check("\"quoted\" #happy @someone", "quoted happy @");
        check("see https://x.y/z now", "see <link> now");
        check("[NAME] is 42", "name<capitals> is <number>");
        check("don't", "dont");
    }

    #[test]
    fn lengthened_words_and_marks() {
        check("sooo good", "so/soo<lengthened> good");
        check("nooooo!!!!", "no/noo<lengthened> !!");
        check("wait.......", "wait ..");
    }

    #[test]
    fn emoji_and_emoticons() {
        check("😀", "😀");
        check("sad😢😢", "sad 😢 😢");
        check("👍🏽 ❤️", "👍 ❤");
        check("ok :) :-( :D <3 :3", "ok :) :-( :D <3 :3");
        check("at 8:30", "at <number> : <number>");
    }

    #[test]
    fn nothing() {
        check("", "");
        check(" \n\t \u{200d} ' ", "");
        assert!(features("").is_empty());
    }

    #[test]
    fn order_matters() {
        let sorted = |text| {
            let mut list = features(text);
            list.sort_unstable();
            list
        };
        assert_ne!(sorted("not happy just sad"), sorted("not sad just happy"));
        assert_eq!(sorted("Not happy"), sorted("not  happy"));
    }

    proptest! {
        #[test]
        fn any_text_has_bounded_features(text in ".{0,200}") {
            prop_assert!(features(&text).len() <= 100 * (text.chars().count() + 1));
        }
    }
}
