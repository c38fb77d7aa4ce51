//! Names of songs made comparable: two sources that mean the same song get a key in common.
//!
//! Case, accents, punctuation, guests and notes such as "Remastered 2009" do not count; what
//! sounds different ("Live", "Acoustic", "Remix") does.

use unicode_normalization::UnicodeNormalization;

/// Between the artist and the title of a key.
const SEPARATOR: char = '\t';

/// Longest artist or title within a key, in bytes; folding may make text longer.
const MAX_PART_BYTES: usize = 500;

/// Words that begin a list of guests.
const GUEST_WORDS: [&str; 4] = ["feat", "ft", "featuring", "with"];

/// Words of notes that change nothing about how a song feels: a note is dropped when it has no
/// other words but numbers.
const NEUTRAL_WORDS: &[&str] = &[
    "album",
    "anniversary",
    "bonus",
    "clean",
    "deluxe",
    "digital",
    "digitally",
    "edit",
    "edition",
    "ep",
    "expanded",
    "explicit",
    "lp",
    "main",
    "mix",
    "mono",
    "original",
    "radio",
    "reissue",
    "remaster",
    "remastered",
    "remastering",
    "single",
    "stereo",
    "the",
    "track",
    "uk",
    "us",
    "version",
];

/// Artists and titles that say only that nothing is known.
const PLACEHOLDERS: &[&str] = &[
    "",
    "artist",
    "no artist",
    "title",
    "unbekannt",
    "unknown",
    "unknown album",
    "unknown artist",
    "unknown title",
    "untitled",
    "va",
    "various",
    "various artists",
];

/// Text without case, accents and punctuation: letters and digits, words apart by one space.
///
/// Compatibility forms are resolved (NFKD), accents of Latin, Greek and Cyrillic letters dropped,
/// `&` and `+` read as "and". The same text always folds to the same result, and folding twice
/// changes nothing.
#[must_use]
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    let mut gap = false;
    let plain: Vec<char> = text.nfkd().filter(|c| !is_accent(*c)).collect();
    for (i, &c) in plain.iter().enumerate() {
        match letters(c, within_word(&plain, i)) {
            Letters::Nothing => {}
            Letters::Gap => gap = true,
            Letters::Word(word) => {
                push_gap(&mut folded, true);
                folded.push_str(word);
                gap = true;
            }
            Letters::Some(text) => {
                push_gap(&mut folded, gap);
                folded.push_str(text);
                gap = false;
            }
            Letters::Same => {
                push_gap(&mut folded, gap);
                let lower = c.to_lowercase().flat_map(|c| c.nfkd().collect::<Vec<_>>());
                folded.extend(lower.filter(|c| !is_accent(*c)));
                gap = false;
            }
        }
    }
    folded
}

fn push_gap(folded: &mut String, gap: bool) {
    if gap && !folded.is_empty() && !folded.ends_with(' ') {
        folded.push(' ');
    }
}

/// What a character becomes.
enum Letters {
    Nothing,
    Gap,
    Word(&'static str),
    Some(&'static str),
    Same,
}

/// What a character becomes; `in_word` says whether letters stand on both sides.
fn letters(c: char, in_word: bool) -> Letters {
    match c {
        '\'' | '’' | '‘' | '`' | '´' | 'ʼ' | '.' => Letters::Nothing,
        '&' | '+' => Letters::Word("and"),
        '!' if in_word => Letters::Some("i"),
        '$' => Letters::Some("s"),
        'ß' | 'ẞ' => Letters::Some("ss"),
        'æ' | 'Æ' => Letters::Some("ae"),
        'œ' | 'Œ' => Letters::Some("oe"),
        'ø' | 'Ø' => Letters::Some("o"),
        'ł' | 'Ł' => Letters::Some("l"),
        'đ' | 'Đ' | 'ð' | 'Ð' => Letters::Some("d"),
        'þ' | 'Þ' => Letters::Some("th"),
        'ı' => Letters::Some("i"),
        c if c.is_alphanumeric() || unicode_normalization::char::is_combining_mark(c) => {
            Letters::Same
        }
        _ => Letters::Gap,
    }
}

/// Accents of the European scripts. Signs of other scripts are part of their letters and stay.
fn is_accent(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}')
}

fn within_word(text: &[char], i: usize) -> bool {
    let letter = |i: Option<usize>| {
        i.and_then(|i| text.get(i))
            .is_some_and(|c| c.is_alphanumeric())
    };
    letter(i.checked_sub(1)) && letter(i.checked_add(1))
}

/// The keys under which a song is found again: the whole artist with the title, and the first of
/// several artists with the title.
///
/// Empty where the names say nothing ("Unknown artist", "Track 01").
#[must_use]
pub fn match_keys(artist: &str, title: &str) -> Vec<String> {
    let title = limited(title_key(title));
    let mut keys = Vec::with_capacity(2);
    for artist in [artist, first_artist(artist)] {
        let artist = limited(artist_key(artist));
        if is_placeholder(&artist) || is_placeholder(&title) || is_track_number(&title) {
            continue;
        }
        let key = format!("{artist}{SEPARATOR}{title}");
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    keys
}

/// The beginning of a text, whole characters only.
pub(crate) fn limited(mut text: String) -> String {
    let end = (0..=MAX_PART_BYTES.min(text.len()))
        .rev()
        .find(|&end| text.is_char_boundary(end));
    text.truncate(end.unwrap_or_default());
    text
}

fn is_placeholder(folded: &str) -> bool {
    PLACEHOLDERS.contains(&folded)
}

/// "Track 01" and the like, as programs that copy discs write them.
fn is_track_number(title: &str) -> bool {
    let mut words = title.split(' ');
    let first = words.next().unwrap_or_default();
    let numbered = words.next().is_some_and(|w| w.parse::<u16>().is_ok());
    matches!(first, "track" | "audiotrack" | "piste" | "titel" | "pista")
        && numbered
        && words.next().is_none()
}

/// The artists as words without "the" and "and", guests dropped.
fn artist_key(artist: &str) -> String {
    let folded = fold_or_raw(before_guests(artist));
    let words: Vec<&str> = folded.split(' ').collect();
    let kept: Vec<&str> = words
        .iter()
        .copied()
        .filter(|word| !matches!(*word, "the" | "and"))
        .collect();
    if kept.is_empty() {
        folded
    } else {
        kept.join(" ")
    }
}

/// The first of several artists, as `", "`, `";"` and `" / "` part them.
fn first_artist(artist: &str) -> &str {
    let ends = [artist.find(", "), artist.find(';'), artist.find(" / ")];
    let end = ends.into_iter().flatten().min().unwrap_or(artist.len());
    let rest = artist[end..].trim_start_matches([',', ' ']);
    // "Tyler, The Creator" is one artist, "Beatles, The" as well.
    if rest.to_lowercase().starts_with("the") || artist[..end].trim().is_empty() {
        artist
    } else {
        &artist[..end]
    }
}

/// The title without guests and neutral notes, folded.
fn title_key(title: &str) -> String {
    let mut title = title.trim();
    while let Some(shorter) = without_last_note(title) {
        title = shorter;
    }
    fold_or_raw(before_guests(title))
}

/// The title without its last note, where that note does not count.
fn without_last_note(title: &str) -> Option<&str> {
    let (base, note) = last_bracket(title).or_else(|| last_dash(title))?;
    let base = base.trim_end();
    (!base.is_empty() && is_neutral(note)).then_some(base)
}

/// Splits at the bracket that ends the title.
fn last_bracket(title: &str) -> Option<(&str, &str)> {
    let open = match title.chars().last()? {
        ')' => title.rfind('(')?,
        ']' => title.rfind('[')?,
        _ => return None,
    };
    Some((&title[..open], &title[open + 1..title.len() - 1]))
}

/// Splits at the last dash between spaces.
fn last_dash(title: &str) -> Option<(&str, &str)> {
    [" - ", " – ", " — "]
        .into_iter()
        .filter_map(|dash| title.rsplit_once(dash))
        .min_by_key(|(_, note)| note.len())
}

/// Whether a note names guests, a film, or an edition that sounds the same.
fn is_neutral(note: &str) -> bool {
    let folded = fold(note);
    let mut words = folded.split(' ').peekable();
    let first = words.peek().copied().unwrap_or_default();
    if GUEST_WORDS.contains(&first) || first == "from" {
        return true;
    }
    let mut neutral = false;
    for word in words {
        if NEUTRAL_WORDS.contains(&word) {
            neutral = true;
        } else if !is_number(word) {
            return false;
        }
    }
    neutral
}

/// "2009", "50th".
fn is_number(word: &str) -> bool {
    let digits = word.trim_end_matches(char::is_alphabetic);
    let ending = &word[digits.len()..];
    !digits.is_empty()
        && digits.chars().all(|c| c.is_ascii_digit())
        && matches!(ending, "" | "st" | "nd" | "rd" | "th")
}

/// The text before an unbracketed "feat." with its guests.
fn before_guests(text: &str) -> &str {
    let lower = text.to_ascii_lowercase();
    let marks = [" feat. ", " feat ", " ft. ", " ft ", " featuring "];
    let end = marks.iter().filter_map(|mark| lower.find(mark)).min();
    match end {
        Some(end) if end > 0 => text[..end].trim_end_matches([' ', '(', '[', ',']),
        _ => text,
    }
}

/// The folded text, or where nothing is left ("!!!") the text itself in lower case.
fn fold_or_raw(text: &str) -> String {
    let folded = fold(text);
    if folded.is_empty() {
        text.trim().to_lowercase()
    } else {
        folded
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Whether two sources mean the same song.
    fn same(a: (&str, &str), b: (&str, &str)) -> bool {
        let known = match_keys(a.0, a.1);
        match_keys(b.0, b.1).iter().any(|key| known.contains(key))
    }

    #[test]
    fn the_same_song_under_different_names() {
        let table = [
            (("Beyoncé", "Déjà Vu"), ("BEYONCE", "Deja Vu (feat. Jay-Z)")),
            (
                ("The Beatles", "Help!"),
                ("Beatles, The", "Help! - Remastered 2009"),
            ),
            (
                ("The Beatles", "Let It Be"),
                ("Beatles", "Let It Be (2021 Mix)"),
            ),
            (
                ("Queen & David Bowie", "Under Pressure"),
                ("Queen, David Bowie", "Under Pressure - Remastered 2011"),
            ),
            (
                ("Queen", "Under Pressure"),
                ("Queen, David Bowie", "Under Pressure"),
            ),
            (
                ("Drake feat. Rihanna", "Take Care"),
                ("Drake", "Take Care (Album Version)"),
            ),
            (
                ("Earth, Wind & Fire", "September"),
                ("Earth Wind and Fire", "September"),
            ),
            (
                ("Tyler, The Creator", "Earfquake"),
                ("Tyler The Creator", "EARFQUAKE"),
            ),
            (("P!nk", "So What"), ("Pink", "So What [Explicit]")),
            (("Ke$ha", "TiK ToK"), ("Kesha", "Tik Tok - Radio Edit")),
            (("Björk", "Jóga"), ("Bjork", "Joga")),
            (
                ("Mötley Crüe", "Kickstart My Heart"),
                ("motley crue", "kickstart my heart (Remastered)"),
            ),
            (
                ("Guns N' Roses", "Sweet Child O' Mine"),
                ("Guns N’ Roses", "Sweet Child O’ Mine"),
            ),
            (("AC/DC", "T.N.T."), ("AC/DC", "TNT")),
            (("Røyksopp", "Eple"), ("Royksopp", "Eple")),
            (
                ("Sigur Rós", "Hoppípolla"),
                ("Sigur Ros", "Hoppipolla - Single Version"),
            ),
            (
                ("21 Savage", "X Bitch (feat. Future)"),
                ("21 Savage", "X Bitch ft. Future"),
            ),
            (
                ("Smash Mouth", "All Star"),
                ("Smash Mouth", "All Star - From \"Shrek\""),
            ),
            (
                ("宇多田ヒカル", "First Love"),
                ("宇多田ヒカル", "First Love (Remastered 2014)"),
            ),
            (
                ("Би-2", "Полковнику никто не пишет"),
                ("БИ-2", "Полковнику Никто Не Пишет"),
            ),
            (("!!!", "Heart of Hearts"), ("!!!", "Heart Of Hearts")),
            (
                ("Ryuichi Sakamoto", "ＭＥＲＲＹ Christmas"),
                ("Ryūichi Sakamoto", "Merry Christmas"),
            ),
        ];
        for (a, b) in table {
            assert!(
                same(a, b),
                "{a:?} {b:?}: {:?}",
                (match_keys(a.0, a.1), match_keys(b.0, b.1))
            );
        }
    }

    #[test]
    fn different_songs_stay_different() {
        let table = [
            (
                ("Nirvana", "About a Girl"),
                ("Nirvana", "About a Girl (Live)"),
            ),
            (
                ("Eric Clapton", "Layla"),
                ("Eric Clapton", "Layla - Acoustic"),
            ),
            (
                ("Leonard Cohen", "Hallelujah"),
                ("Jeff Buckley", "Hallelujah"),
            ),
            (
                ("Pink Floyd", "Another Brick in the Wall, Pt. 1"),
                ("Pink Floyd", "Another Brick in the Wall, Pt. 2"),
            ),
            (("Prince", "1999"), ("Prince", "2000")),
            (
                ("Daft Punk", "Around the World"),
                ("Daft Punk", "Around the World (Club Mix)"),
            ),
            (
                ("Taylor Swift", "Red"),
                ("Taylor Swift", "Red (Taylor's Version)"),
            ),
            (("A", "Two (2)"), ("A", "Two")),
            (("がか", "a"), ("かが", "a")),
        ];
        for (a, b) in table {
            assert!(!same(a, b), "{a:?} {b:?}: {:?}", match_keys(a.0, a.1));
        }
    }

    #[test]
    fn names_that_say_nothing_have_no_key() {
        for (artist, title) in [
            ("Unknown Artist", "Hello"),
            ("Various Artists", "Hello"),
            ("Adele", "Track 01"),
            ("Adele", "Untitled"),
            ("", "Hello"),
        ] {
            assert!(match_keys(artist, title).is_empty(), "{artist} {title}");
        }
    }

    #[test]
    fn a_title_that_is_a_note_stays() {
        assert_eq!(match_keys("A", "(Remastered)"), ["a\tremastered"]);
        assert_eq!(match_keys("A", "Radio Edit"), ["a\tradio edit"]);
    }

    proptest! {
        #[test]
        fn folding_is_idempotent_and_plain(text in "\\PC{0,40}") {
            let folded = fold(&text);
            prop_assert_eq!(fold(&folded), folded.clone());
            prop_assert!(!folded.contains("  ") && !folded.starts_with(' '));
        }

        #[test]
        fn any_names_have_keys_without_panic(artist in "\\PC{0,30}", title in "\\PC{0,30}") {
            let keys = match_keys(&artist, &title);
            prop_assert!(keys.len() <= 2);
            prop_assert!(same((&artist, &title), (&artist, &title)) || keys.is_empty());
        }
    }
}
