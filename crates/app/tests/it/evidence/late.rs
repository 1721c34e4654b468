//! PostgreSQL: a place that is given early may be seen late. Sealing waits for it, and goes on when
//! its transaction was undone.

use super::{number, place, report, seal_all, sealed};
use luyuan_store::{Db, Engine, StoreError, testing::on_both_engines};
use tokio::sync::oneshot;

const LATE: &str = "INSERT INTO events (jurisdiction_id, order_id, seq, at, actor, org_id, data)
    SELECT jurisdiction_id, order_id, 77, at, actor, org_id, data FROM events
    WHERE ord = (SELECT MIN(ord) FROM events WHERE jurisdiction_id = 'erqi')";

async fn late(db: Db, keep: bool) {
    if db.engine() == Engine::Sqlite {
        return; // writers take turns
    }
    let (app, _folder) = sealed(db.clone()).await;
    let before = number(&app, "SELECT MAX(size) FROM log_checkpoints").await;
    let (written, is_written) = oneshot::channel();
    let (finish, finished) = oneshot::channel::<()>();
    let late = tokio::spawn(async move {
        let done = db.write(move |mut conn| {
            Box::pin(async move {
                conn.query(LATE).run().await?;
                written.send(()).unwrap();
                finished.await.unwrap();
                if keep { Ok(()) } else { Err(StoreError::Busy("changed my mind".into())) }
            })
        });
        done.await
    });
    is_written.await.unwrap();
    place(&app, "路灯不亮").await;
    // The later places can be seen, the earlier one cannot.
    assert_eq!(app.seal().await.unwrap(), 0, "it waits");
    assert_eq!(app.seal().await.unwrap(), 0, "it still waits");
    finish.send(()).unwrap();
    assert_eq!(late.await.unwrap().is_ok(), keep);
    let sealed = if keep { 3 } else { 2 };
    assert_eq!(seal_all(&app).await, sealed);
    let report = report(&app).await;
    assert_eq!((report.findings, report.entries as i64), (vec![], before + sealed as i64));
}

#[tokio::test]
async fn an_event_that_commits_late_is_sealed() {
    on_both_engines(|db, _| late(db, true)).await;
}

#[tokio::test]
async fn an_event_that_never_commits_holds_nothing_up() {
    on_both_engines(|db, _| late(db, false)).await;
}
