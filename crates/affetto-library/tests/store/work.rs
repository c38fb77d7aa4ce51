//! Checks of the queue of work.

use std::collections::BTreeSet;

use affetto_library::{Error, Job, JobCounts, Lease, NewJob, Retry, Store, Take};

type Checked = Result<(), Error>;

fn jobs(count: u32) -> Vec<NewJob> {
    (0..count)
        .map(|i| NewJob {
            key: format!("/music/{i}.mp3"),
            payload: format!("{{\"n\":{i}}}"),
        })
        .collect()
}

fn take(worker: &str, limit: u32) -> Take {
    Take {
        kind: "analyze".into(),
        worker: worker.into(),
        limit,
        lease_s: 60,
        max_attempts: 3,
    }
}

fn keys(jobs: &[Job]) -> Vec<&str> {
    jobs.iter().map(|job| job.key.as_str()).collect()
}

fn counts(waiting: u64, leased: u64, poisoned: u64) -> JobCounts {
    JobCounts {
        waiting,
        leased,
        poisoned,
    }
}

pub(crate) async fn jobs_are_taken_once(store: &dyn Store) -> Checked {
    assert_eq!(store.enqueue("analyze", &jobs(3), 100).await?, 3);
    assert_eq!(
        store.enqueue("analyze", &jobs(4), 100).await?,
        1,
        "three wait already"
    );
    assert_eq!(store.enqueue("other", &jobs(1), 100).await?, 1);
    assert_eq!(
        store.take_jobs(&take("a", 10), 99).await?,
        [],
        "not before their time"
    );
    let a = store.take_jobs(&take("a", 2), 100).await?;
    let b = store.take_jobs(&take("b", 10), 100).await?;
    assert_eq!(keys(&a), ["/music/0.mp3", "/music/1.mp3"]);
    assert_eq!(keys(&b), ["/music/2.mp3", "/music/3.mp3"]);
    assert_eq!((a[1].payload.as_str(), a[1].attempt), ("{\"n\":1}", 1));
    assert_eq!(store.job_counts("analyze", 100).await?, counts(0, 4, 0));
    assert_eq!(
        store.finish_job("b", a[0].id).await?,
        Lease::Lost,
        "a holds it"
    );
    assert_eq!(store.finish_job("a", a[0].id).await?, Lease::Held);
    assert_eq!(
        store.finish_job("a", a[0].id).await?,
        Lease::Lost,
        "it is done"
    );
    assert_eq!(store.job_counts("analyze", 100).await?, counts(0, 3, 0));
    assert_eq!(
        store.enqueue("analyze", &jobs(1), 100).await?,
        1,
        "done work may come again"
    );
    Ok(())
}

pub(crate) async fn leases_end(store: &dyn Store) -> Checked {
    store.enqueue("analyze", &jobs(2), 0).await?;
    let a = store.take_jobs(&take("a", 2), 0).await?;
    assert_eq!(store.extend_jobs("a", &[a[1].id], 500).await?, [a[1].id]);
    assert_eq!(store.take_jobs(&take("b", 2), 59).await?, []);
    assert_eq!(store.job_counts("analyze", 60).await?, counts(1, 1, 0));
    let b = store.take_jobs(&take("b", 2), 60).await?;
    assert_eq!((keys(&b), b[0].attempt), (vec!["/music/0.mp3"], 2));
    assert_eq!(store.finish_job("a", a[0].id).await?, Lease::Lost);
    assert_eq!(
        store.extend_jobs("a", &[a[0].id, a[1].id], 900).await?,
        [a[1].id]
    );
    assert_eq!(store.finish_job("b", b[0].id).await?, Lease::Held);
    assert_eq!(store.finish_job("a", a[1].id).await?, Lease::Held);
    assert_eq!(store.job_counts("analyze", 60).await?, counts(0, 0, 0));
    Ok(())
}

pub(crate) async fn failures_wait_longer_and_become_poison(store: &dyn Store) -> Checked {
    let retry = Retry {
        max_attempts: 3,
        base_s: 10,
        max_s: 1000,
    };
    store.enqueue("analyze", &jobs(1), 0).await?;
    let mut now = 0;
    for (attempt, wait) in [(1, 10), (2, 20)] {
        let job = store.take_jobs(&take("a", 1), now).await?;
        assert_eq!(job[0].attempt, attempt);
        let lease = store
            .fail_job("a", job[0].id, "bad\0 luck", retry, now)
            .await?;
        assert_eq!(lease, Lease::Held);
        assert_eq!(store.take_jobs(&take("a", 1), now + wait - 1).await?, []);
        now += wait;
    }
    let job = store.take_jobs(&take("a", 1), now).await?;
    assert_eq!(
        store.fail_job("b", job[0].id, "", retry, now).await?,
        Lease::Lost
    );
    assert_eq!(
        store
            .fail_job("a", job[0].id, "no hope", retry, now)
            .await?,
        Lease::Held
    );
    assert_eq!(store.take_jobs(&take("a", 1), now + 5000).await?, []);
    assert_eq!(store.job_counts("analyze", now).await?, counts(0, 0, 1));
    let poisoned = store.poisoned_jobs("analyze", 10).await?;
    assert_eq!(
        (poisoned[0].failure.as_str(), poisoned[0].attempts),
        ("no hope", 3)
    );
    assert_eq!(
        store.enqueue("analyze", &jobs(1), now).await?,
        0,
        "poison stays poison"
    );
    store.retry_poisoned(poisoned[0].id, now).await?;
    let again = store.take_jobs(&take("a", 1), now).await?;
    assert_eq!(again[0].attempt, 1);
    let error = store.retry_poisoned(again[0].id, now).await.unwrap_err();
    assert!(matches!(error, Error::NotFound { .. }));
    Ok(())
}

pub(crate) async fn jobs_that_kill_workers_become_poison(store: &dyn Store) -> Checked {
    store.enqueue("analyze", &jobs(1), 0).await?;
    for now in [0, 60, 120] {
        assert_eq!(store.take_jobs(&take("a", 1), now).await?.len(), 1);
    }
    assert_eq!(store.take_jobs(&take("a", 1), 180).await?, []);
    let poisoned = store.poisoned_jobs("analyze", 10).await?;
    assert_eq!(poisoned[0].failure, "its workers died or took too long");
    for wrong in [
        Take {
            limit: 0,
            ..take("a", 1)
        },
        Take {
            lease_s: 0,
            ..take("a", 1)
        },
    ] {
        let error = store.take_jobs(&wrong, 0).await.unwrap_err();
        assert!(matches!(error, Error::Field { .. }));
    }
    Ok(())
}

pub(crate) async fn workers_at_once_share_the_work(store: &dyn Store) -> Checked {
    store.enqueue("analyze", &jobs(300), 0).await?;
    let work = async |worker: &str| -> Result<Vec<i64>, Error> {
        let mut done = Vec::new();
        loop {
            let jobs = store.take_jobs(&take(worker, 7), 0).await?;
            if jobs.is_empty() {
                return Ok(done);
            }
            for job in jobs {
                assert_eq!(store.finish_job(worker, job.id).await?, Lease::Held);
                done.push(job.id);
            }
        }
    };
    let (a, b, c) = tokio::join!(work("a"), work("b"), work("c"));
    let done = [a?, b?, c?].concat();
    let distinct: BTreeSet<i64> = done.iter().copied().collect();
    assert_eq!((done.len(), distinct.len()), (300, 300));
    assert_eq!(store.job_counts("analyze", 0).await?, counts(0, 0, 0));
    Ok(())
}
