//! Who composes: the arms of the comparison that answer a request.

use crate::Error;
use crate::request::MusicRequest;

/// One way of composing.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Arm {
    /// Name on the command line and in metrics.
    pub(crate) name: &'static str,
    /// What a request says so that this arm answers it.
    pub(crate) choose: fn(&mut MusicRequest),
}

/// Every arm that composes; add a line to compare another source of bars.
pub(crate) const ARMS: &[Arm] = &[
    Arm {
        name: "rules",
        choose: |request| request.writer = Some("rules".into()),
    },
    Arm {
        name: "neural",
        choose: |request| request.writer = Some("neural".into()),
    },
    Arm {
        name: "neural_unguided",
        choose: |request| {
            (request.writer, request.guidance) = (Some("neural".into()), Some(1.0));
        },
    },
];

/// The arms of some names.
///
/// # Errors
/// [`Error::User`] names the first that is unknown.
pub(crate) fn arms(names: &[String]) -> Result<Vec<Arm>, Error> {
    let named = |name: &String| {
        let found = ARMS.iter().find(|arm| arm.name == name).copied();
        found.ok_or_else(|| {
            let known: Vec<&str> = ARMS.iter().map(|arm| arm.name).collect();
            Error::user(
                "unknown_name",
                format!(
                    "unknown arm {name:?}, expected some of: {}",
                    known.join(", ")
                ),
            )
        })
    };
    names.iter().map(named).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arms_have_names() {
        assert_eq!(arms(&["rules".into()]).unwrap().len(), 1);
        assert_eq!(
            arms(&["polka".into()]).unwrap_err().to_string(),
            "unknown arm \"polka\", expected some of: rules, neural, neural_unguided"
        );
    }
}
