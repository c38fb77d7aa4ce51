//! The one place that talks to sqlx: values in, rows out, one transaction over either database.
//!
//! Statements are written once for both: numbered parameters (`$1`), `ON CONFLICT`, `RETURNING`,
//! whole numbers of 64 bits, floats of 64 bits, text and bytes; truth values are 0 and 1.

use std::sync::Arc;

use sqlx::postgres::{PgArguments, PgRow};
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{Postgres, Row as _, Sqlite};

use crate::Error;

/// A parameter of a statement; the type is known even where the value is not.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    Int(Option<i64>),
    Real(Option<f64>),
    Text(Option<String>),
    Bytes(Option<Vec<u8>>),
}

macro_rules! value_from {
    ($($kind:ident($from:ty) = |$x:ident| $made:expr;)*) => {$(
        impl From<$from> for Value {
            fn from($x: $from) -> Self {
                Self::$kind(Some($made))
            }
        }

        impl From<Option<$from>> for Value {
            fn from(value: Option<$from>) -> Self {
                Self::$kind(value.map(|$x: $from| $made))
            }
        }
    )*};
}

value_from! {
    Int(i64) = |x| x;
    Int(u32) = |x| i64::from(x);
    Int(u16) = |x| i64::from(x);
    Int(u8) = |x| i64::from(x);
    Int(bool) = |x| i64::from(x);
    Real(f64) = |x| x;
    Real(f32) = |x| f64::from(x);
    Text(String) = |x| x;
    Text(&str) = |x| x.to_owned();
    Text(&String) = |x| x.clone();
    Bytes(Vec<u8>) = |x| x;
}

/// Parameters in the order of their numbers.
macro_rules! params {
    ($($value:expr),* $(,)?) => { vec![$($crate::store::sql::Value::from($value)),*] };
}
pub(crate) use params;

/// One row of a result.
pub(crate) enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

macro_rules! getter {
    ($(#[$doc:meta])* $name:ident, $optional:ident, $type:ty) => {
        $(#[$doc])*
        pub(crate) fn $name(&self, column: &str) -> Result<$type, Error> {
            self.$optional(column)?
                .ok_or_else(|| unreadable(column, "it is empty"))
        }

        $(#[$doc])*
        pub(crate) fn $optional(&self, column: &str) -> Result<Option<$type>, Error> {
            let value = match self {
                Self::Sqlite(row) => row.try_get::<Option<$type>, _>(column),
                Self::Postgres(row) => row.try_get::<Option<$type>, _>(column),
            };
            value.map_err(|error| unreadable(column, error))
        }
    };
}

impl Row {
    getter!(/// A whole number.
        int, int_opt, i64);
    getter!(/// A float.
        real, real_opt, f64);
    getter!(/// A text.
        text, text_opt, String);
    getter!(/// Bytes.
        bytes, bytes_opt, Vec<u8>);

    /// A whole number of a smaller type.
    pub(crate) fn small<T: TryFrom<i64>>(&self, column: &str) -> Result<Option<T>, Error> {
        let Some(value) = self.int_opt(column)? else {
            return Ok(None);
        };
        let small = T::try_from(value);
        small
            .map(Some)
            .map_err(|_| unreadable(column, format!("it is {value}")))
    }

    /// A count, at least 0.
    pub(crate) fn count(&self, column: &str) -> Result<u64, Error> {
        self.small(column).map(Option::unwrap_or_default)
    }
}

/// A stored value that is not what was once written there.
pub(crate) fn unreadable(column: &str, reason: impl std::fmt::Display) -> Error {
    Error::Database {
        place: "of songs".into(),
        reason: format!("{column} cannot be read: {reason}"),
    }
}

/// Which of the two databases a transaction is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    Sqlite,
    Postgres,
}

enum Open {
    Sqlite(sqlx::Transaction<'static, Sqlite>),
    Postgres(sqlx::Transaction<'static, Postgres>),
}

/// A transaction. Dropped without [`Tx::commit`] it leaves nothing behind.
pub(crate) struct Tx {
    open: Open,
    place: Arc<str>,
}

impl Tx {
    pub(crate) fn sqlite(open: sqlx::Transaction<'static, Sqlite>, place: Arc<str>) -> Self {
        let open = Open::Sqlite(open);
        Self { open, place }
    }

    pub(crate) fn postgres(open: sqlx::Transaction<'static, Postgres>, place: Arc<str>) -> Self {
        let open = Open::Postgres(open);
        Self { open, place }
    }

    pub(crate) fn dialect(&self) -> Dialect {
        match self.open {
            Open::Sqlite(_) => Dialect::Sqlite,
            Open::Postgres(_) => Dialect::Postgres,
        }
    }

    /// Runs a statement; how many rows it changed.
    pub(crate) async fn run(
        &mut self,
        sql: &'static str,
        values: Vec<Value>,
    ) -> Result<u64, Error> {
        let done = match &mut self.open {
            Open::Sqlite(tx) => bind_sqlite(sql, values)
                .execute(&mut **tx)
                .await
                .map(|done| done.rows_affected()),
            Open::Postgres(tx) => bind_postgres(sql, values)
                .execute(&mut **tx)
                .await
                .map(|done| done.rows_affected()),
        };
        done.map_err(|error| failure(&error, &self.place))
    }

    /// Runs several statements without parameters.
    pub(crate) async fn script(&mut self, sql: &'static str) -> Result<(), Error> {
        let done = match &mut self.open {
            Open::Sqlite(tx) => sqlx::raw_sql(sql).execute(&mut **tx).await.map(drop),
            Open::Postgres(tx) => sqlx::raw_sql(sql).execute(&mut **tx).await.map(drop),
        };
        done.map_err(|error| failure(&error, &self.place))
    }

    /// All rows of a result. Statements whose result grows with the library carry a `LIMIT`.
    pub(crate) async fn rows(
        &mut self,
        sql: &'static str,
        values: Vec<Value>,
    ) -> Result<Vec<Row>, Error> {
        let rows = match &mut self.open {
            Open::Sqlite(tx) => bind_sqlite(sql, values)
                .fetch_all(&mut **tx)
                .await
                .map(|rows| rows.into_iter().map(Row::Sqlite).collect()),
            Open::Postgres(tx) => bind_postgres(sql, values)
                .fetch_all(&mut **tx)
                .await
                .map(|rows| rows.into_iter().map(Row::Postgres).collect()),
        };
        rows.map_err(|error| failure(&error, &self.place))
    }

    /// The first row of a result.
    pub(crate) async fn row(
        &mut self,
        sql: &'static str,
        values: Vec<Value>,
    ) -> Result<Option<Row>, Error> {
        Ok(self.rows(sql, values).await?.into_iter().next())
    }

    /// The only row of a result that always has one.
    pub(crate) async fn one(
        &mut self,
        sql: &'static str,
        values: Vec<Value>,
    ) -> Result<Row, Error> {
        let row = self.row(sql, values).await?;
        row.ok_or_else(|| unreadable("result", "it is empty"))
    }

    /// Makes all changes of the transaction last.
    pub(crate) async fn commit(self) -> Result<(), Error> {
        let done = match self.open {
            Open::Sqlite(tx) => tx.commit().await,
            Open::Postgres(tx) => tx.commit().await,
        };
        done.map_err(|error| failure(&error, &self.place))
    }
}

type SqliteQuery = sqlx::query::Query<'static, Sqlite, SqliteArguments>;
type PostgresQuery = sqlx::query::Query<'static, Postgres, PgArguments>;

fn bind_sqlite(sql: &'static str, values: Vec<Value>) -> SqliteQuery {
    let query = sqlx::query(sql);
    values.into_iter().fold(query, |query, value| match value {
        Value::Int(value) => query.bind(value),
        Value::Real(value) => query.bind(value),
        Value::Text(value) => query.bind(value),
        Value::Bytes(value) => query.bind(value),
    })
}

fn bind_postgres(sql: &'static str, values: Vec<Value>) -> PostgresQuery {
    let query = sqlx::query(sql);
    values.into_iter().fold(query, |query, value| match value {
        Value::Int(value) => query.bind(value),
        Value::Real(value) => query.bind(value),
        Value::Text(value) => query.bind(value),
        Value::Bytes(value) => query.bind(value),
    })
}

/// Result codes of SQLite that mean a damaged file: SQLITE_CORRUPT and SQLITE_NOTADB.
const SQLITE_DAMAGED: [i64; 2] = [11, 26];
/// SQLITE_BUSY and SQLITE_LOCKED.
const SQLITE_BUSY: [i64; 2] = [5, 6];

/// A failure of sqlx in the words of this crate.
pub(crate) fn failure(error: &sqlx::Error, place: &Arc<str>) -> Error {
    let place = place.to_string();
    let reason = match error {
        sqlx::Error::Database(database) => database.message().to_owned(),
        other => other.to_string(),
    };
    match error {
        sqlx::Error::Database(database) => {
            let code = database.code().unwrap_or_default();
            match database.try_downcast_ref::<sqlx::sqlite::SqliteError>() {
                Some(_) => by_sqlite_code(&code, place, reason),
                None => by_sqlstate(&code, place, reason),
            }
        }
        sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::WorkerCrashed => {
            Error::Unavailable { place, reason }
        }
        _ => Error::Database { place, reason },
    }
}

fn by_sqlite_code(code: &str, place: String, reason: String) -> Error {
    // The lower byte of SQLite's extended codes is the primary code.
    let primary = code.parse::<i64>().unwrap_or_default() & 0xff;
    if SQLITE_DAMAGED.contains(&primary) {
        Error::Corrupt { place, reason }
    } else if SQLITE_BUSY.contains(&primary) {
        Error::Unavailable { place, reason }
    } else {
        Error::Database { place, reason }
    }
}

/// Classes of PostgreSQL's SQLSTATE, appendix A of its manual.
fn by_sqlstate(code: &str, place: String, reason: String) -> Error {
    match code.get(..2).unwrap_or_default() {
        // Invalid authorization.
        "28" => Error::AccessDenied { place, reason },
        // Connection exception, rolled back by a conflict, no resources, operator intervention.
        "08" | "40" | "53" | "57" => Error::Unavailable { place, reason },
        // Internal error: data or index corrupted.
        "XX" => Error::Corrupt { place, reason },
        _ => Error::Database { place, reason },
    }
}
