//! Whether a text speaks of self-harm, so that the app can show where to find help.
//!
//! This is a list of phrases, not a diagnosis: it prefers a false alarm to a miss and knows
//! English only. The phrases follow how the Columbia Suicide Severity Rating Scale (Posner et al.
//! 2011) words its questions (wish to be dead, thoughts, method, intent, self-injury), with the
//! short forms that people type. Nothing is kept.

/// Phrases that speak of self-harm, without apostrophes; whole words only.
const PHRASES: &[&str] = &[
    // Wish to be dead.
    "want to die",
    "wanna die",
    "wanted to die",
    "wanting to die",
    "want to be dead",
    "wanna be dead",
    "wish i was dead",
    "wish i were dead",
    "wish i would die",
    "wish i could die",
    "wish i could just die",
    "wish i was never born",
    "wish i were never born",
    "wish i had never been born",
    "wish i wasnt alive",
    "wish i werent alive",
    "wish i wouldnt wake up",
    "hope i die",
    "hope i dont wake up",
    "rather be dead",
    "better off dead",
    "better off if i was dead",
    "better off if i were dead",
    "better off if i died",
    "better off without me",
    "better without me",
    "i should be dead",
    "i should just die",
    "i deserve to die",
    "ready to die",
    "let me die",
    "dont want to live",
    "do not want to live",
    "dont wanna live",
    "dont feel like living",
    "dont want to be alive",
    "dont wanna be alive",
    "do not want to be alive",
    "dont want to exist",
    "dont wanna exist",
    "do not want to exist",
    "dont want to be here anymore",
    "dont want to be here any more",
    "dont wanna be here anymore",
    "dont want to wake up",
    "dont wanna wake up",
    "do not want to wake up",
    "never wake up",
    "not wake up again",
    "no reason to live",
    "no reason to keep living",
    "no point in living",
    "no point living",
    "nothing to live for",
    "nothing left to live for",
    "not worth living",
    "isnt worth living",
    "no longer want to live",
    "tired of living",
    "tired of being alive",
    "sick of living",
    "sick of being alive",
    "done with living",
    "cant go on living",
    "cannot go on living",
    "cant live anymore",
    "cant live like this anymore",
    // Thoughts, method, intent.
    "suicide",
    "suicidal",
    "kms",
    "unalive",
    "unaliving",
    "kill myself",
    "kill my self",
    "killing myself",
    "killing my self",
    "end my life",
    "ending my life",
    "end my own life",
    "end it all",
    "ending it all",
    "take my life",
    "take my own life",
    "taking my life",
    "taking my own life",
    "hang myself",
    "hanging myself",
    "shoot myself",
    "shooting myself",
    "drown myself",
    "drowning myself",
    "starve myself",
    "starving myself",
    "poison myself",
    "jump off a bridge",
    "jump off the bridge",
    "jump in front of a train",
    "jump in front of the train",
    "overdose",
    "overdosing",
    "take all my pills",
    "slit my wrists",
    "slit my wrist",
    "slitting my wrists",
    // Self-injury.
    "self harm",
    "self harming",
    "selfharm",
    "self injury",
    "hurt myself",
    "hurting myself",
    "harm myself",
    "harming myself",
    "injure myself",
    "cut myself",
    "cutting myself",
    "cut my wrists",
    "cut my wrist",
    "cutting my wrists",
    "cut my arms",
    "cutting my arms",
    "burn myself",
    "burning myself",
    "punish myself by",
];

/// Phrases that contain one of the above and speak of something else.
const HARMLESS: &[&str] = &[
    "suicide squad",
    "suicide squeeze",
    "suicide door",
    "suicide doors",
    "suicide prevention",
    "want to die laughing",
    "wanna die laughing",
    "want to die of laughter",
    "hurt myself laughing",
    "cut myself shaving",
    "cut myself while shaving",
    "cut myself some slack",
    "cut myself a slice",
    "cut myself a piece",
    "cutting myself some slack",
    "burn myself out",
    "burning myself out",
    "overdose of cuteness",
    "kill myself laughing",
    "killing myself laughing",
];

/// Whether a text speaks of self-harm.
///
/// Letters' case, apostrophes, punctuation and spaces do not matter.
#[must_use]
pub fn speaks_of_self_harm(text: &str) -> bool {
    let mut words = normalized(text);
    for phrase in HARMLESS {
        words = words.replace(&format!(" {phrase} "), " ");
    }
    PHRASES
        .iter()
        .any(|phrase| words.contains(&format!(" {phrase} ")))
}

/// Lower-case words with one space around each.
fn normalized(text: &str) -> String {
    let mut words = String::with_capacity(text.len() + 2);
    words.push(' ');
    for c in text
        .chars()
        .filter(|c| !matches!(c, '\'' | '’' | '`' | '´' | '*'))
    {
        if c.is_alphanumeric() {
            words.extend(c.to_lowercase());
        } else if !words.ends_with(' ') {
            words.push(' ');
        }
    }
    if !words.ends_with(' ') {
        words.push(' ');
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: bool) {
        assert_eq!(speaks_of_self_harm(text), expected, "{text}");
    }

    #[test]
    fn speaks_of_it() {
        check("I want to die", true);
        check("i just wanna die", true);
        check("I don't want to live anymore", true);
        check("I don’t want to be alive", true);
        check("thinking about suicide", true);
        check("Suicidal thoughts again...", true);
        check("I'm going to kill myself", true);
        check("KILL MYSELF", true);
        check("i want to end it all", true);
        check("I cut myself last night", true);
        check("been self-harming for weeks", true);
        check("everyone would be better off without me", true);
        check("I wish I was dead", true);
        check("there is no reason to live", true);
        check("i hope i don't wake up tomorrow", true);
        check("kms", true);
        check("I hurt myself on purpose", true);
        check("life is not worth living", true);
        check("want\nto   die!", true);
        check("I loved Suicide Squad but I want to die", true);
    }

    #[test]
    fn speaks_of_something_else() {
        check("this song kills me", false);
        check("killing it today", false);
        check("I'm dying to see you", false);
        check("I could kill for a coffee", false);
        check("dead tired", false);
        check("drop dead gorgeous", false);
        check("Suicide Squad was fun", false);
        check("I want to die laughing", false);
        check("I cut myself shaving", false);
        check("my phone died", false);
        check("to die for", false);
        check("so sad and tired", false);
        check("I hate everything", false);
        check("live and let die", false);
        check("the kmsx driver", false);
        check("", false);
    }
}
