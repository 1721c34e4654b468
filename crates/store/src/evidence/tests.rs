//! What an older database brings along, and batches that meet.
#![allow(clippy::unwrap_used)]

use super::*;
use crate::{Db, Engine, testing::on_both_engines};

const BEFORE: [[&str; 3]; 4] = [
    [
        include_str!("../../migrations/0001_orders.sql"),
        include_str!("../../migrations/0001_orders.sqlite.sql"),
        include_str!("../../migrations/0001_orders.postgres.sql"),
    ],
    [
        include_str!("../../migrations/0002_open311.sql"),
        include_str!("../../migrations/0002_open311.sqlite.sql"),
        include_str!("../../migrations/0002_open311.postgres.sql"),
    ],
    [
        include_str!("../../migrations/0003_search.sql"),
        include_str!("../../migrations/0003_search.sqlite.sql"),
        include_str!("../../migrations/0003_search.postgres.sql"),
    ],
    [
        include_str!("../../migrations/0005_handling.sql"),
        include_str!("../../migrations/0005_handling.sqlite.sql"),
        include_str!("../../migrations/0005_handling.postgres.sql"),
    ],
];
const THIS: [&str; 3] = [
    include_str!("../../migrations/0006_evidence.sql"),
    include_str!("../../migrations/0006_evidence.sqlite.sql"),
    include_str!("../../migrations/0006_evidence.postgres.sql"),
];

async fn run(db: &Db, text: &str) -> Result<u64, StoreError> {
    let text = text.to_owned();
    db.write(move |mut conn| Box::pin(async move { conn.composed(text).run().await })).await
}

async fn migrate(db: &Db, [both, lite, pg]: [&'static str; 3]) {
    let own = if db.engine() == Engine::Sqlite { lite } else { pg };
    let text = format!("{both}\n{own}");
    db.write(move |mut conn| Box::pin(async move { conn.script(text).await })).await.unwrap();
}

/// A database of before the log existed, with a few events; and after it was brought up to date.
async fn older(db: &Db) {
    for migration in BEFORE {
        migrate(db, migration).await;
    }
    for (order, seq, at) in [("b", 2, 30), ("a", 1, 10), ("b", 1, 10), ("a", 3, 40), ("a", 2, 20)] {
        let text = format!(
            "INSERT INTO events (jurisdiction_id, order_id, seq, at, actor, org_id, data)
             VALUES ('erqi', '{order}', {seq}, {at}, '{{\"kind\":\"system\"}}', NULL, '{{\"what\":\"closed\"}}')"
        );
        run(db, &text).await.unwrap();
    }
    migrate(db, THIS).await;
}

async fn holds(db: &Db, engine: &str) {
    let j = JurisdictionId("erqi".into());
    let read = db.read(move |mut conn| Box::pin(async move { fresh(&mut conn, &j, Kind::Order, 0, 100).await }));
    let found: Vec<_> = read.await.unwrap().into_iter().map(|one| (one.ord, one.fact.unwrap())).collect();
    let order: Vec<_> = found.iter().map(|(ord, fact)| (*ord, fact.subject.as_str(), fact.seq, fact.at)).collect();
    assert_eq!(
        order,
        [(1, "a", 1, 10), (2, "b", 1, 10), (3, "a", 2, 20), (4, "b", 2, 30), (5, "a", 3, 40)],
        "{engine}"
    );
    assert_eq!((found[0].1.what.as_str(), found[0].1.by.as_str()), ("closed", "system"));
    // New ones follow, twice the same is refused, and nothing changes or goes.
    let more =
        "INSERT INTO events (jurisdiction_id, order_id, seq, at, actor, data) VALUES ('erqi', 'c', 1, 5, '{}', '{}')";
    run(db, more).await.unwrap();
    assert!(matches!(run(db, more).await, Err(StoreError::Conflict(_))), "{engine}");
    for text in ["UPDATE events SET at = 0", "DELETE FROM events"] {
        assert!(run(db, text).await.is_err(), "{engine} {text}");
    }
}

#[tokio::test]
async fn an_older_database_keeps_its_events_in_their_order() {
    let folder = tempfile::tempdir().unwrap();
    let lite = Db::open(&folder.path().join("old.db").to_string_lossy()).await.unwrap();
    older(&lite).await;
    holds(&lite, "sqlite").await;
    lite.close().await;
    let Ok(server) = std::env::var("LUYUAN_TEST_POSTGRES") else { return };
    let schema = format!("older_{}", std::process::id());
    let admin = Db::open(&server).await.unwrap();
    run(&admin, &format!("CREATE SCHEMA {schema}")).await.unwrap();
    let join = if server.contains('?') { '&' } else { '?' };
    let pg = Db::open(&format!("{server}{join}options=-c%20search_path%3D{schema}")).await.unwrap();
    older(&pg).await;
    holds(&pg, "postgres").await;
    pg.close().await;
    run(&admin, &format!("DROP SCHEMA {schema} CASCADE")).await.unwrap();
    admin.close().await;
}

fn batch(from: i64, count: i64) -> Batch {
    let entry = |leaf: i64| Entry {
        leaf,
        kind: "order".into(),
        subject: format!("s{leaf}"),
        seq: 1,
        ord: leaf + 1,
        hash: format!("h{leaf}"),
        salt: Some(format!("salt{leaf}")),
        erased: None,
    };
    let size = from + count;
    let at = Timestamp::from_millisecond(1).unwrap();
    Batch {
        entries: (from..size).map(entry).collect(),
        nodes: vec![(8, from, "n".into())],
        checkpoint: Checkpoint { size, kind: "order".into(), ord: size, at, note: format!("note {size}") },
    }
}

#[tokio::test]
async fn of_two_batches_that_begin_at_the_same_leaf_one_is_kept_whole() {
    on_both_engines(|db, engine| async move {
        let j = JurisdictionId("erqi".into());
        let add = |batch: Batch| {
            let (db, j) = (db.clone(), j.clone());
            async move { db.write(move |mut conn| Box::pin(async move { append(&mut conn, &j, &batch).await })).await }
        };
        add(batch(0, 3)).await.unwrap();
        let (a, b) = tokio::join!(add(batch(3, 2)), add(batch(3, 5)));
        assert!(a.is_ok() != b.is_ok(), "{engine}: {a:?} {b:?}");
        assert!(matches!(a.clone().and(b.clone()), Err(StoreError::Conflict(_))), "{engine}");
        let size = if a.is_ok() { 5 } else { 8 };
        for wrong in [batch(0, 1), batch(size + 1, 1)] {
            assert!(matches!(add(wrong).await, Err(StoreError::Conflict(_))), "{engine}");
        }
        let read = db.read(move |mut conn| {
            Box::pin(async move {
                let kept = entries(&mut conn, &j, 1, 100).await?;
                let all = checkpoints(&mut conn, &j, 0, 10).await?;
                let to = sealed_to(&mut conn, &j, Kind::Order).await?;
                Ok::<_, StoreError>((kept, all, to, hashes(&mut conn, &j, 0, &(1..3)).await?))
            })
        });
        let (kept, all, to, some) = read.await.unwrap();
        let wanted: Vec<_> = batch(0, 3).entries.into_iter().skip(1).chain(batch(3, size - 3).entries).collect();
        assert_eq!(kept, wanted, "{engine}");
        assert_eq!((all.len(), all[1].size, to), (2, size, size), "{engine}");
        assert_eq!(some, [(1, "h1".to_owned()), (2, "h2".to_owned())], "{engine}");
    })
    .await;
}
