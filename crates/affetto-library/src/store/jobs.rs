//! The queue of work: leases, attempts with growing waits, and a list of poison.
//!
//! A job waits (no worker), is leased (a worker, until `ready_unix_s`) or poisoned. A worker that
//! dies needs nobody to notice: its leases end and others take the jobs. Only who holds a lease
//! can finish a job, so that none counts twice.

use super::sql::{Dialect, Row, Tx, params};
use super::types::{Job, JobCounts, Lease, NewJob, PoisonedJob, Retry, Take};
use crate::Error;
use crate::error::shown;
use crate::song::required;

/// Most jobs taken at once.
const MAX_TAKEN: u32 = 1000;
/// Longest payload.
const MAX_PAYLOAD_BYTES: usize = 1 << 20;
/// Longest list of poison.
const MAX_LISTED: u32 = 10_000;
/// Longest reason kept, in bytes.
const MAX_REASON_BYTES: usize = 2000;

/// Queues work; how many jobs were not queued before.
pub(super) async fn enqueue(
    tx: &mut Tx,
    kind: &str,
    jobs: &[NewJob],
    unix_s: i64,
) -> Result<u64, Error> {
    required("kind", kind)?;
    let sql = "INSERT INTO job (kind, key, payload, ready_unix_s) VALUES ($1, $2, $3, $4) \
               ON CONFLICT (kind, key) DO NOTHING";
    let mut queued = 0;
    for job in jobs {
        required("key", &job.key)?;
        if job.payload.len() > MAX_PAYLOAD_BYTES || job.payload.contains('\0') {
            let actual = format!("{} bytes", job.payload.len());
            return Err(Error::field("payload", "at most 1 MiB without NUL", actual));
        }
        let values = params![kind, &job.key, &job.payload, unix_s];
        queued += tx.run(sql, values).await?;
    }
    Ok(queued)
}

/// A job that was left by its workers too often.
const POISON_LEFT: &str = "UPDATE job SET poisoned = 1, worker = NULL, \
     failure = COALESCE(failure, 'its workers died or took too long') \
     WHERE kind = $1 AND poisoned = 0 AND ready_unix_s <= $2 AND attempts >= $3";

const TAKE_SQLITE: &str = "UPDATE job SET worker = $1, ready_unix_s = $2, \
     attempts = attempts + 1 WHERE id IN (SELECT id FROM job WHERE kind = $3 AND poisoned = 0 \
     AND ready_unix_s <= $4 ORDER BY ready_unix_s, id LIMIT $5) \
     RETURNING id, key, payload, attempts";

const TAKE_POSTGRES: &str = "UPDATE job SET worker = $1, ready_unix_s = $2, \
     attempts = attempts + 1 WHERE id IN (SELECT id FROM job WHERE kind = $3 AND poisoned = 0 \
     AND ready_unix_s <= $4 ORDER BY ready_unix_s, id LIMIT $5 FOR UPDATE SKIP LOCKED) \
     RETURNING id, key, payload, attempts";

/// Takes work under a lease.
pub(super) async fn take(tx: &mut Tx, take: &Take, unix_s: i64) -> Result<Vec<Job>, Error> {
    required("worker", &take.worker)?;
    if !(1..=MAX_TAKEN).contains(&take.limit) {
        return Err(Error::field("limit", "in 1..=1000", take.limit));
    }
    if take.lease_s == 0 || take.max_attempts == 0 {
        let actual = format!("{} and {}", take.lease_s, take.max_attempts);
        return Err(Error::field("lease and attempts", "above 0", actual));
    }
    let values = params![&take.kind, unix_s, take.max_attempts];
    tx.run(POISON_LEFT, values).await?;
    let sql = match tx.dialect() {
        Dialect::Sqlite => TAKE_SQLITE,
        Dialect::Postgres => TAKE_POSTGRES,
    };
    let until = unix_s.saturating_add(i64::from(take.lease_s));
    let values = params![&take.worker, until, &take.kind, unix_s, take.limit];
    let rows = tx.rows(sql, values).await?;
    let mut jobs: Vec<Job> = rows.iter().map(job).collect::<Result<_, _>>()?;
    jobs.sort_unstable_by_key(|job| job.id);
    Ok(jobs)
}

fn job(row: &Row) -> Result<Job, Error> {
    Ok(Job {
        id: row.int("id")?,
        key: row.text("key")?,
        payload: row.text("payload")?,
        attempt: row.small("attempts")?.unwrap_or_default(),
    })
}

/// Lengthens leases; the jobs still held.
pub(super) async fn extend(
    tx: &mut Tx,
    worker: &str,
    ids: &[i64],
    until_unix_s: i64,
) -> Result<Vec<i64>, Error> {
    let sql = "UPDATE job SET ready_unix_s = $1 WHERE id = $2 AND worker = $3";
    let mut held = Vec::new();
    for id in ids {
        if tx.run(sql, params![until_unix_s, *id, worker]).await? > 0 {
            held.push(*id);
        }
    }
    Ok(held)
}

/// Takes a done job out of the queue.
pub(super) async fn finish(tx: &mut Tx, worker: &str, id: i64) -> Result<Lease, Error> {
    let sql = "DELETE FROM job WHERE id = $1 AND worker = $2";
    tx.run(sql, params![id, worker]).await.map(lease)
}

fn lease(changed: u64) -> Lease {
    if changed > 0 {
        Lease::Held
    } else {
        Lease::Lost
    }
}

/// Puts a failed job back, or on the list of poison.
pub(super) async fn fail(
    tx: &mut Tx,
    worker: &str,
    id: i64,
    reason: &str,
    retry: Retry,
    unix_s: i64,
) -> Result<Lease, Error> {
    let sql = "SELECT attempts FROM job WHERE id = $1 AND worker = $2";
    let Some(row) = tx.row(sql, params![id, worker]).await? else {
        return Ok(Lease::Lost);
    };
    let attempts: u32 = row.small("attempts")?.unwrap_or_default();
    let poisoned = i64::from(attempts >= retry.max_attempts);
    let ready = unix_s.saturating_add(i64::from(retry.wait_s(attempts)));
    let sql = "UPDATE job SET worker = NULL, ready_unix_s = $1, poisoned = $2, failure = $3 \
               WHERE id = $4 AND worker = $5";
    let values = params![ready, poisoned, kept_reason(reason), id, worker];
    tx.run(sql, values).await.map(lease)
}

/// The beginning of a reason, without NUL.
fn kept_reason(reason: &str) -> String {
    let mut kept = String::new();
    for c in reason.chars().filter(|c| *c != '\0') {
        if kept.len() + c.len_utf8() > MAX_REASON_BYTES {
            break;
        }
        kept.push(c);
    }
    kept
}

/// How much work of a kind there is.
pub(super) async fn counts(tx: &mut Tx, kind: &str, unix_s: i64) -> Result<JobCounts, Error> {
    let sql = "SELECT COUNT(CASE WHEN poisoned = 1 THEN 1 END) AS poisoned, \
               COUNT(CASE WHEN poisoned = 0 AND worker IS NOT NULL AND ready_unix_s > $2 \
               THEN 1 END) AS leased, COUNT(*) AS n FROM job WHERE kind = $1";
    let row = tx.one(sql, params![kind, unix_s]).await?;
    let (poisoned, leased) = (row.count("poisoned")?, row.count("leased")?);
    Ok(JobCounts {
        waiting: row.count("n")? - poisoned - leased,
        leased,
        poisoned,
    })
}

/// Jobs that failed too often.
pub(super) async fn poisoned(
    tx: &mut Tx,
    kind: &str,
    limit: u32,
) -> Result<Vec<PoisonedJob>, Error> {
    let sql = "SELECT id, key, attempts, failure FROM job WHERE kind = $1 AND poisoned = 1 \
               ORDER BY id LIMIT $2";
    let rows = tx.rows(sql, params![kind, limit.min(MAX_LISTED)]).await?;
    rows.iter()
        .map(|row| {
            Ok(PoisonedJob {
                id: row.int("id")?,
                key: row.text("key")?,
                attempts: row.small("attempts")?.unwrap_or_default(),
                failure: row.text_opt("failure")?.unwrap_or_default(),
            })
        })
        .collect()
}

/// Gives a poisoned job all its attempts again.
pub(super) async fn retry_poisoned(tx: &mut Tx, id: i64, unix_s: i64) -> Result<(), Error> {
    let sql = "UPDATE job SET poisoned = 0, attempts = 0, ready_unix_s = $1, failure = NULL \
               WHERE id = $2 AND poisoned = 1";
    if tx.run(sql, params![unix_s, id]).await? == 0 {
        return Err(Error::not_found("poisoned job", shown(id)));
    }
    Ok(())
}
