//! Where the program keeps things for its user.

use std::path::PathBuf;

use crate::env_vars;

/// The folder for data that the program makes or pulls for its user: the one named by
/// [`env_vars::DATA`], else `affetto` in the data folder of the XDG base directories
/// (`~/.local/share` unless set otherwise). It need not exist; `None` where the system names no
/// home.
#[must_use]
pub fn data_folder() -> Option<PathBuf> {
    data_folder_from(|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
}

fn data_folder_from(var: impl Fn(&str) -> Option<String>) -> Option<PathBuf> {
    if let Some(folder) = var(env_vars::DATA) {
        return Some(PathBuf::from(folder));
    }
    let shared = var("XDG_DATA_HOME")
        .map(PathBuf::from)
        .or_else(|| var("HOME").map(|home| PathBuf::from(home).join(".local").join("share")))?;
    Some(shared.join("affetto"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(variables: &[(&str, &str)], expected: Option<&str>) {
        let var = |name: &str| {
            let found = variables.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        assert_eq!(data_folder_from(var), expected.map(PathBuf::from));
    }

    #[test]
    fn the_strongest_name_wins() {
        check(&[], None);
        check(
            &[("HOME", "/home/me")],
            Some("/home/me/.local/share/affetto"),
        );
        let both = [("HOME", "/home/me"), ("XDG_DATA_HOME", "/data")];
        check(&both, Some("/data/affetto"));
        check(
            &[("HOME", "/home/me"), (env_vars::DATA, "/here")],
            Some("/here"),
        );
    }
}
