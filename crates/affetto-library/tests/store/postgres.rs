//! The suite on PostgreSQL, where `AFFETTO_TEST_POSTGRES` holds the URL of a server; every check
//! runs in a schema of its own. `scripts/postgres_test.sh` starts such a server.

#![expect(clippy::print_stderr, reason = "a test that tests nothing must say so")]

use affetto_library::{Error, PostgresOptions, PostgresStore, Store};
use sqlx::{AssertSqlSafe, PgPool};

use crate::contract::{CHECKS, catalogue, named};
use crate::sqlite::check_old;

/// The URL of a server, where there is one.
fn server() -> Option<String> {
    let url = std::env::var("AFFETTO_TEST_POSTGRES").ok();
    if url.is_none() {
        eprintln!("NOT TESTED: AFFETTO_TEST_POSTGRES names no PostgreSQL server");
    }
    url
}

/// A schema that is empty before and gone after.
struct Schema {
    url: String,
    options: PostgresOptions,
}

impl Schema {
    async fn new(url: &str, name: &str) -> Self {
        let schema = format!("affetto_test_{}_{name}", std::process::id());
        let schema = schema.chars().take(60).collect();
        let options = PostgresOptions {
            schema,
            ..PostgresOptions::new(url)
        };
        Self {
            url: url.to_owned(),
            options,
        }
    }

    async fn run(&self, sql: String) {
        let pool = PgPool::connect(&self.url).await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(sql))
            .execute(&pool)
            .await
            .unwrap();
        pool.close().await;
    }

    async fn drop(self) {
        self.run(format!(
            "DROP SCHEMA IF EXISTS {} CASCADE",
            self.options.schema
        ))
        .await;
    }
}

#[tokio::test]
async fn the_contract_holds() {
    let Some(url) = server() else { return };
    for (i, (name, check)) in CHECKS.iter().enumerate() {
        let schema = Schema::new(&url, &i.to_string()).await;
        let store = PostgresStore::open(&schema.options).await.unwrap();
        let result = check(&store).await;
        result.unwrap_or_else(|error| panic!("{name}: {error}"));
        store.close().await;
        schema.drop().await;
    }
}

#[tokio::test]
async fn programs_that_start_at_once_agree() {
    let Some(url) = server() else { return };
    let schema = Schema::new(&url, "start").await;
    let options = &schema.options;
    let (a, b) = tokio::join!(PostgresStore::open(options), PostgresStore::open(options));
    let (a, b) = (a.unwrap(), b.unwrap());
    a.upsert(&catalogue("c"), &[named("A", "One")])
        .await
        .unwrap();
    assert_eq!(b.facets().await.unwrap().songs, 1);
    a.close().await;
    b.close().await;
    schema.drop().await;
}

/// What version 1 of the program wrote: see the head of the file.
const OLD_DATABASE: &str = include_str!("../../test_data/old_database_1.postgres.sql");

#[tokio::test]
async fn an_old_database_is_upgraded_and_opens_twice() {
    let Some(url) = server() else { return };
    let schema = Schema::new(&url, "old").await;
    let name = &schema.options.schema;
    schema
        .run(format!(
            "CREATE SCHEMA {name}; SET search_path TO {name}; {OLD_DATABASE}"
        ))
        .await;
    for _ in 0..2 {
        let store = PostgresStore::open(&schema.options).await.unwrap();
        check_old(&store).await.unwrap();
        store.close().await;
    }
    let later = "INSERT INTO migration (version, name) VALUES (99, '0099_later')";
    schema
        .run(format!("SET search_path TO {name}; {later}"))
        .await;
    let error = PostgresStore::open(&schema.options).await.err().unwrap();
    assert!(
        matches!(error, Error::NewerDatabase { actual: 99, .. }),
        "{error}"
    );
    schema.drop().await;
}

#[tokio::test]
async fn wrong_options_are_named_without_the_password() {
    for (options, expected) in [
        (
            PostgresOptions::new("http://me:secret@host/db"),
            "url must be postgres://",
        ),
        (
            PostgresOptions {
                schema: "a; drop".into(),
                ..PostgresOptions::new("postgres://h/d")
            },
            "schema must be 1 to 60",
        ),
        (
            PostgresOptions::new("postgres://me:secret@127.0.0.1:1/db"),
            "db on 127.0.0.1:1",
        ),
    ] {
        let error = PostgresStore::open(&options)
            .await
            .err()
            .unwrap()
            .to_string();
        assert!(
            error.contains(expected) && !error.contains("secret"),
            "{error}"
        );
    }
}
