//! What is said when a text speaks of self-harm.

/// A place to find help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HelpResource {
    /// Who helps.
    pub name: &'static str,
    /// How to reach them.
    pub contact: &'static str,
    /// Where they are there for people.
    pub region: &'static str,
}

/// What is said when a text speaks of self-harm.
pub const HELP_MESSAGE: &str = "It sounds as if things are very hard right now. You do not have to \
     carry that alone: people are there to listen, at any hour. If you are in danger, please call \
     your local emergency number.";

/// Where to find help. International directories first, since nobody knows where a text was typed.
pub const HELP_RESOURCES: &[HelpResource] = &[
    HelpResource {
        name: "Find A Helpline",
        contact: "findahelpline.com",
        region: "worldwide directory",
    },
    HelpResource {
        name: "Befrienders Worldwide",
        contact: "befrienders.org",
        region: "worldwide directory",
    },
    HelpResource {
        name: "Emergency number",
        contact: "112",
        region: "European Union",
    },
    HelpResource {
        name: "988 Suicide & Crisis Lifeline",
        contact: "call or text 988",
        region: "United States, Canada",
    },
    HelpResource {
        name: "Samaritans",
        contact: "call 116 123",
        region: "United Kingdom, Ireland",
    },
];
