//! Numbered steps that bring a database to the layout of this program. Steps are only ever
//! appended: a published one is never edited.

use super::sql::{Dialect, Tx, params};
use crate::Error;

/// One step, written for both databases.
struct Migration {
    name: &'static str,
    sqlite: &'static str,
    postgres: &'static str,
}

macro_rules! migration {
    ($name:literal) => {
        Migration {
            name: $name,
            sqlite: include_str!(concat!("../../migrations/sqlite/", $name, ".sql")),
            postgres: include_str!(concat!("../../migrations/postgres/", $name, ".sql")),
        }
    };
}

/// All steps; the version of a database is how many of them it has seen.
const MIGRATIONS: &[Migration] = &[migration!("0001_songs"), migration!("0002_work")];

/// The table that remembers the steps taken, the same on both databases.
const CREATE_TABLE: &str = "CREATE TABLE IF NOT EXISTS migration \
     (version BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL)";

/// The version of databases that this program writes.
pub(crate) const VERSION: i64 = MIGRATIONS.len() as i64;

/// Takes the steps that are missing.
///
/// # Errors
/// [`Error::NewerDatabase`] when the database has seen steps that are not known here.
pub(crate) async fn migrate(tx: &mut Tx, place: &str) -> Result<(), Error> {
    tx.script(CREATE_TABLE).await?;
    let version = version(tx).await?;
    if version > VERSION {
        return Err(Error::NewerDatabase {
            place: place.to_owned(),
            expected: VERSION,
            actual: version,
        });
    }
    for (number, migration) in (1..).zip(MIGRATIONS) {
        if number <= version {
            continue;
        }
        tx.script(match tx.dialect() {
            Dialect::Sqlite => migration.sqlite,
            Dialect::Postgres => migration.postgres,
        })
        .await?;
        let sql = "INSERT INTO migration (version, name) VALUES ($1, $2)";
        tx.run(sql, params![number, migration.name]).await?;
    }
    Ok(())
}

/// The version of a database that has the table of steps.
pub(crate) async fn version(tx: &mut Tx) -> Result<i64, Error> {
    let sql = "SELECT COALESCE(MAX(version), 0) AS version FROM migration";
    tx.one(sql, params![]).await?.int("version")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_numbered_without_gaps() {
        for (number, migration) in (1..).zip(MIGRATIONS) {
            assert!(
                migration.name.starts_with(&format!("{number:04}_")),
                "{}",
                migration.name
            );
        }
    }
}
