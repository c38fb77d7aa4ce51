//! Checking settings against their allowed ranges.

use std::ops::RangeInclusive;

use crate::Error;

/// A setting: whether it is sound, its name, its actual value, its allowed range.
pub(crate) type Setting = (bool, &'static str, String, &'static str);

/// Checks settings in their order.
///
/// # Errors
/// [`Error::InvalidSetting`] for the first that is not sound.
pub(crate) fn check_settings(settings: impl IntoIterator<Item = Setting>) -> Result<(), Error> {
    let wrong = settings.into_iter().find(|(sound, ..)| !sound);
    wrong.map_or(Ok(()), |(_, name, actual, expected)| {
        Err(Error::InvalidSetting {
            name,
            actual,
            expected,
        })
    })
}

/// A number of things that must lie in a range.
pub(crate) fn count(
    name: &'static str,
    actual: usize,
    range: RangeInclusive<usize>,
    expected: &'static str,
) -> Setting {
    (range.contains(&actual), name, actual.to_string(), expected)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(sound: [bool; 2], expected: &str) {
        let settings = [
            (sound[0], "width", "0".to_owned(), "1..=8"),
            (sound[1], "depth", "9".to_owned(), "1..=6"),
        ];
        let found =
            check_settings(settings).map_or_else(|error| error.to_string(), |()| "fine".into());
        assert_eq!(found, expected);
    }

    #[test]
    fn the_first_wrong_setting_is_named() {
        check([true, true], "fine");
        check([false, false], "width must be 1..=8, but was 0");
        check([true, false], "depth must be 1..=6, but was 9");
    }
}
