//! What there is to choose from, with words for people. Names are those that requests take.

use std::path::Path;

use affetto_compose::Genre;
use affetto_compose::genre::profile;
use affetto_music::Role;

use crate::styles;

/// A choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Choice {
    /// Name in requests.
    pub name: &'static str,
    /// Name for people.
    pub label: &'static str,
    /// What it does, in a sentence.
    pub description: &'static str,
}

/// A genre.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GenreChoice {
    /// Name in requests.
    pub name: &'static str,
    /// Name for people.
    pub label: &'static str,
    /// Slowest tempo in quarter notes a minute.
    pub tempo_min: f64,
    /// Fastest tempo in quarter notes a minute.
    pub tempo_max: f64,
}

/// A cue that may be pulled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CueChoice {
    /// Name in requests.
    pub name: &'static str,
    /// Name for people.
    pub label: &'static str,
    /// What −1 sounds like.
    pub low: &'static str,
    /// What 1 sounds like.
    pub high: &'static str,
}

/// All genres.
#[must_use]
pub fn genres() -> Vec<GenreChoice> {
    Genre::ALL.iter().map(genre_choice).collect()
}

fn genre_choice(genre: &Genre) -> GenreChoice {
    let profile = profile(*genre);
    GenreChoice {
        name: genre.name(),
        label: profile.label,
        tempo_min: profile.tempo.min,
        tempo_max: profile.tempo.max,
    }
}

/// The names of the styles that a user has trained, each with the genre whose band it uses.
#[must_use]
pub fn own_styles(folder: Option<&Path>) -> Vec<(String, GenreChoice)> {
    let styles = styles::list(folder).into_iter();
    styles
        .filter_map(|style| Some((style.name.clone(), genre_choice(&style.genre().ok()?))))
        .collect()
}

const fn choice(name: &'static str, label: &'static str, description: &'static str) -> Choice {
    Choice {
        name,
        label,
        description,
    }
}

/// Textures.
pub const TEXTURES: &[Choice] = &[
    choice(
        "mono",
        "One melody",
        "A single line, never two notes at once",
    ),
    choice("poly", "Piano", "One piano, both hands"),
    choice("band", "Band", "The instruments of the genre"),
];

/// Who writes the bars.
pub const WRITERS: &[Choice] = &[
    choice(
        "rules",
        "Rules",
        "Musical knowledge: clear forms, every genre",
    ),
    choice(
        "neural",
        "Neural",
        "A model that has learnt from thousands of pieces",
    ),
];

/// What the neural writer composes with.
pub const WEIGHTS: &[Choice] = &[
    choice("notes", "All", "Learnt from all the music there is"),
    choice(
        "free",
        "Free",
        "Learnt from permissively licensed music alone",
    ),
];

/// What the music may do about a feeling.
pub const STRATEGIES: &[Choice] = &[
    choice("match", "Match", "Stays with the feeling"),
    choice(
        "lift",
        "Lift",
        "Meets the feeling, then leads toward happiness",
    ),
    choice(
        "soothe",
        "Soothe",
        "Meets the feeling, then leads toward calm",
    ),
    choice(
        "focus",
        "Focus",
        "Steady rhythm without pauses, for concentration",
    ),
    choice("goal", "Goal", "Leads to a point of your choice"),
];

/// Kinds of concentration.
pub const FOCUS_MODES: &[Choice] = &[
    choice("calm", "Calm", "For reading and learning"),
    choice("inspiration", "Inspiration", "For writing and making"),
    choice("vigor", "Vigor", "For chores and exercise"),
];

/// How fast the music leads.
pub const PACES: &[Choice] = &[
    choice("gentle", "Gentle", "Takes its time"),
    choice("steady", "Steady", "Within a few minutes"),
    choice("quick", "Quick", "Soon"),
];

/// Settings for an occasion.
pub const PRESETS: &[Choice] = &[
    choice("study", "Study", "Calm and unobtrusive, for learning"),
    choice(
        "work",
        "Work",
        "Pleasant and in the middle, for work at a desk",
    ),
    choice("workout", "Workout", "As much energy as there is"),
    choice("reading", "Reading", "The calmest"),
];

const fn cue(
    name: &'static str,
    label: &'static str,
    low: &'static str,
    high: &'static str,
) -> CueChoice {
    CueChoice {
        name,
        label,
        low,
        high,
    }
}

/// The cues that may be pulled.
pub const CUES: &[CueChoice] = &[
    cue("brightness", "Brightness", "darker", "brighter"),
    cue("tempo", "Tempo", "slower", "faster"),
    cue("density", "Density", "fewer notes", "more notes"),
    cue("register", "Register", "lower", "higher"),
    cue("dynamics", "Loudness", "softer", "louder"),
    cue("articulation", "Articulation", "detached", "connected"),
    cue("tension", "Tension", "consonant", "tense"),
    cue("layers", "Layers", "fewer instruments", "more instruments"),
];

/// What a listener may say about the music that plays.
pub const FEEDBACK: &[Choice] = &[
    choice(
        "more-like-this",
        "More like this",
        "Plays this part again and remembers what you changed",
    ),
    choice("too-busy", "Too busy", "Fewer notes and instruments"),
    choice("too-empty", "Too empty", "More notes and instruments"),
    choice("too-sad", "Too sad", "Happier"),
    choice("too-happy", "Too happy", "Sadder"),
    choice("too-calm", "Too calm", "More energy"),
    choice("too-wild", "Too wild", "Less energy"),
    choice("too-tense", "Too tense", "More consonant harmony"),
    choice("less-drums", "Less drums", "Softer drums, then none"),
    choice(
        "more-drums",
        "More drums",
        "Louder drums, also in calm music",
    ),
];

/// Roles of the instruments, as notes name them.
pub const ROLES: &[Role] = &[
    Role::Melody,
    Role::Counter,
    Role::Chords,
    Role::Pad,
    Role::Bass,
    Role::Drums,
    Role::Other,
];

#[cfg(test)]
mod tests {
    use std::str::FromStr;

    use super::*;

    #[track_caller]
    fn check<T: FromStr>(names: impl Iterator<Item = &'static str>, count: usize) {
        let names: Vec<_> = names.collect();
        assert_eq!(names.len(), count);
        for name in names {
            assert!(name.parse::<T>().is_ok(), "{name} is no name");
        }
    }

    fn names(choices: &'static [Choice]) -> impl Iterator<Item = &'static str> {
        choices.iter().map(|choice| choice.name)
    }

    #[test]
    fn every_choice_is_understood_and_none_is_missing() {
        check::<Genre>(
            genres().into_iter().map(|genre| genre.name),
            Genre::ALL.len(),
        );
        check::<affetto_compose::Texture>(names(TEXTURES), affetto_compose::Texture::ALL.len());
        check::<affetto_compose::Writer>(names(WRITERS), affetto_compose::Writer::ALL.len());
        check::<affetto_compose::Weights>(names(WEIGHTS), 2);
        check::<affetto_affect::FocusMode>(
            names(FOCUS_MODES),
            affetto_affect::FocusMode::ALL.len(),
        );
        check::<affetto_affect::Pace>(names(PACES), affetto_affect::Pace::ALL.len());
        check::<affetto_affect::Preset>(names(PRESETS), affetto_affect::Preset::ALL.len());
        check::<crate::Feedback>(names(FEEDBACK), crate::Feedback::ALL.len());
        // A goal needs its point.
        check::<affetto_affect::Strategy>(names(&STRATEGIES[..4]), 4);
    }
}
