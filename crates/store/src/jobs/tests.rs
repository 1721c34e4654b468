use super::*;
use crate::{Db, testing::on_both_engines};
use std::collections::BTreeSet;

fn j() -> JurisdictionId {
    JurisdictionId("erqi".into())
}

fn at(ms: i64) -> Timestamp {
    from_ms(ms).unwrap()
}

async fn put(db: &Db, nth: u128, run_at: i64) {
    let job = New { id: Uuid::from_u128(nth), kind: "test", body: "{}".into(), run_at: at(run_at) };
    db.write(move |mut conn| Box::pin(async move { enqueue(&mut conn, &j(), &job).await })).await.unwrap();
}

async fn take(db: &Db, now: i64, lease: i64, limit: i64) -> Vec<Job> {
    let claimed =
        db.write(move |mut conn| Box::pin(async move { claim(&mut conn, &j(), at(now), at(lease), limit).await }));
    claimed.await.unwrap()
}

async fn done(db: &Db, id: Uuid, attempt: i64) -> bool {
    db.write(move |mut conn| Box::pin(async move { finish(&mut conn, &j(), id, attempt).await })).await.unwrap()
}

async fn shown(db: &Db, which: Which) -> Vec<Shown> {
    db.read(move |mut conn| Box::pin(async move { list(&mut conn, &j(), which, 100).await })).await.unwrap()
}

#[tokio::test]
async fn a_job_is_claimed_in_its_time_and_comes_again_after_its_lease() {
    on_both_engines(|db, _| async move {
        put(&db, 1, 100).await;
        assert!(take(&db, 99, 500, 9).await.is_empty(), "not before its time");
        let first = take(&db, 100, 200, 9).await;
        assert_eq!((first.len(), first[0].attempt), (1, 1));
        assert!(take(&db, 199, 500, 9).await.is_empty(), "leased");
        let second = take(&db, 200, 300, 9).await;
        assert_eq!((second[0].id, second[0].attempt), (first[0].id, 2));
        assert!(!done(&db, first[0].id, 1).await, "the first worker was too slow: fenced");
        assert_eq!(shown(&db, Which::All).await.len(), 1);
        assert!(done(&db, first[0].id, 2).await);
        assert!(shown(&db, Which::All).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn many_workers_at_once_do_each_job_once() {
    on_both_engines(|db, engine| async move {
        const JOBS: u128 = 120;
        for nth in 0..JOBS {
            put(&db, nth + 1, 1).await;
        }
        let workers = (0..6).map(|_| {
            let db = db.clone();
            tokio::spawn(async move {
                let mut own = Vec::new();
                loop {
                    let jobs = take(&db, 10, 1_000_000, 3).await;
                    if jobs.is_empty() {
                        return own;
                    }
                    for job in jobs {
                        assert!(done(&db, job.id, job.attempt).await);
                        own.push(job.id);
                    }
                }
            })
        });
        let mut all = Vec::new();
        for worker in workers.collect::<Vec<_>>() {
            all.extend(worker.await.unwrap());
        }
        let different: BTreeSet<_> = all.iter().collect();
        assert_eq!((all.len(), different.len()), (120, 120), "{engine}");
    })
    .await;
}

#[tokio::test]
async fn what_fails_is_tried_again_given_up_and_taken_up_by_the_operator() {
    on_both_engines(|db, _| async move {
        put(&db, 1, 0).await;
        let job = take(&db, 0, 50, 1).await.remove(0);
        let id = job.id;
        let failed = |attempt, again, dead: Option<i64>| {
            let db = db.clone();
            async move {
                db.write(move |mut conn| {
                    Box::pin(
                        async move { fail(&mut conn, &j(), (id, attempt), "HTTP 500", at(again), dead.map(at)).await },
                    )
                })
                .await
                .unwrap()
            }
        };
        assert!(!failed(7, 100, None).await, "an attempt that is not the present one");
        assert!(failed(1, 100, None).await);
        let failing = shown(&db, Which::Failing).await;
        assert_eq!((failing[0].error.as_deref(), failing[0].leased_until), (Some("HTTP 500"), None));
        assert!(take(&db, 99, 500, 1).await.is_empty());
        assert_eq!(take(&db, 100, 500, 1).await[0].attempt, 2);
        let retried = db.write(move |mut conn| Box::pin(async move { retry(&mut conn, &j(), id, at(0)).await }));
        assert!(!retried.await.unwrap(), "somebody is doing it");
        assert!(failed(2, 100, Some(120)).await);
        assert!(take(&db, 900, 999, 1).await.is_empty(), "given up");
        assert_eq!(shown(&db, Which::Dead).await.len(), 1);
        let retried = db.write(move |mut conn| Box::pin(async move { retry(&mut conn, &j(), id, at(5)).await }));
        assert!(retried.await.unwrap());
        let again = take(&db, 5, 50, 1).await;
        assert_eq!((again[0].attempt, again[0].failures), (3, 0), "the fence only grows");
        let put_back =
            db.write(move |mut conn| Box::pin(async move { put_off(&mut conn, &j(), (id, 3), at(80)).await }));
        assert!(put_back.await.unwrap());
        let dropped = db.write(move |mut conn| Box::pin(async move { drop(&mut conn, &j(), id).await }));
        assert!(dropped.await.unwrap());
    })
    .await;
}
