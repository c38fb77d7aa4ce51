//! Storage on a PostgreSQL server: for many machines at once.

use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{AssertSqlSafe, PgPool};

use super::migrations;
use super::sql::{Tx, failure, params};
use super::{Access, Backend, Pending};
use crate::Error;

/// How long a call waits for a free connection or for a server that is away.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(10);

/// Number of the lock that makes writers of songs take turns, within one schema; "affetto".
const SONG_LOCK: &str =
    "SELECT 1 AS locked FROM pg_advisory_xact_lock(6384, hashtext(current_schema()))";
/// The lock under which one program upgrades the database.
const MIGRATION_LOCK: &str =
    "SELECT 1 AS locked FROM pg_advisory_xact_lock(6385, hashtext(current_schema()))";

/// How to reach a PostgreSQL server.
#[derive(Clone, PartialEq, Eq)]
pub struct PostgresOptions {
    /// `postgres://USER:PASSWORD@HOST:PORT/DATABASE`. Connections are not encrypted: stay on one
    /// machine, a private network or a tunnel.
    pub url: String,
    /// Schema that holds the tables, letters, digits and `_` in up to 60 bytes; made where it is
    /// missing. By default `"affetto"`.
    pub schema: String,
    /// Most connections at once, above 0. By default 8.
    pub max_connections: u32,
}

impl PostgresOptions {
    /// The defaults for a server.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            schema: "affetto".into(),
            max_connections: 8,
        }
    }

    fn connect_options(&self) -> Result<PgConnectOptions, Error> {
        // The URL holds a password: errors say what is wrong with it without repeating it.
        let wrong = || Error::field("url", "postgres://USER:PASSWORD@HOST/DATABASE", "other");
        let schemes = ["postgres://", "postgresql://"];
        if !schemes.iter().any(|scheme| self.url.starts_with(scheme)) {
            return Err(wrong());
        }
        let options = PgConnectOptions::from_str(&self.url).map_err(|_| wrong())?;
        Ok(options
            .application_name("affetto")
            .options([("search_path", self.schema.as_str())]))
    }

    fn validate(&self) -> Result<(), Error> {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        if self.schema.is_empty() || self.schema.len() > 60 || !self.schema.chars().all(plain) {
            let expected = "1 to 60 lower-case letters, digits and _";
            return Err(Error::field("schema", expected, &self.schema));
        }
        if self.max_connections == 0 {
            return Err(Error::field("max_connections", "above 0", 0));
        }
        Ok(())
    }
}

/// A library on a PostgreSQL server.
///
/// Any number of programs may use it at once. Connections that break are replaced: a call that
/// failed with [`Error::Unavailable`] changed nothing and may be made again.
pub struct PostgresStore {
    place: Arc<str>,
    pool: PgPool,
}

impl PostgresStore {
    /// Connects; makes the tables where there are none, and upgrades those of an older version.
    ///
    /// # Errors
    /// [`Error::Field`] where an option is wrong, [`Error::AccessDenied`] for a wrong user or
    /// password, [`Error::Unavailable`] when the server does not answer,
    /// [`Error::NewerDatabase`] when a later version of the program wrote the tables.
    pub async fn open(options: &PostgresOptions) -> Result<Self, Error> {
        options.validate()?;
        let connect = options.connect_options()?;
        let database = connect.get_database().unwrap_or_default();
        let place = format!(
            "{database} on {}:{}",
            connect.get_host(),
            connect.get_port()
        );
        let place: Arc<str> = place.into();
        let pool = PgPoolOptions::new()
            .max_connections(options.max_connections)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .connect_with(connect)
            .await
            .map_err(|error| failure(&error, &place))?;
        let store = Self { place, pool };
        store.prepare(&options.schema).await?;
        Ok(store)
    }

    async fn prepare(&self, schema: &str) -> Result<(), Error> {
        // The name was checked: letters, digits and `_` only. Two programs that make it at once
        // may collide within PostgreSQL although it says "if not exists": one more try then.
        let sql = format!("CREATE SCHEMA IF NOT EXISTS {schema}");
        let mut made = Ok(());
        for _ in 0..2 {
            let query = sqlx::query(AssertSqlSafe(sql.clone()));
            made = query.execute(&self.pool).await.map(drop);
        }
        made.map_err(|error| failure(&error, &self.place))?;
        let mut tx = self.begin(Access::Write).await?;
        tx.one(MIGRATION_LOCK, params![]).await?;
        migrations::migrate(&mut tx, &self.place).await?;
        tx.commit().await
    }

    /// Waits for calls in progress and closes all connections.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

impl Backend for PostgresStore {
    fn begin(&self, access: Access) -> Pending<'_, Tx> {
        Box::pin(async move {
            let open = match access {
                Access::Read => {
                    let sql = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
                    self.pool.begin_with(sql).await
                }
                Access::Write | Access::WriteSongs => self.pool.begin().await,
            };
            let open = open.map_err(|error| failure(&error, &self.place))?;
            let mut tx = Tx::postgres(open, Arc::clone(&self.place));
            if access == Access::WriteSongs {
                tx.one(SONG_LOCK, params![]).await?;
            }
            Ok(tx)
        })
    }
}
