//! The evidence log on both engines: what is sealed is found again, and every tampering is named.

mod keys;
mod late;
mod tampered;

use crate::stage::app;
use luyuan_app::{
    App,
    evidence::{Anchors, Finding, Report},
    orders::{Contact, Place, Placed, Where},
};
use luyuan_domain::{
    actor::Actor,
    orders::{Channel, Kind},
};
use luyuan_store::{Db, Engine, StoreError, testing::on_both_engines};
use std::time::{Duration, Instant};

/// A demonstration district whose log is open, and sealed.
pub async fn sealed(db: Db) -> (App, tempfile::TempDir) {
    let (app, folder) = app(db).await;
    app.open_log(folder.path()).await.unwrap();
    assert!(seal_all(&app).await > 1_000, "more than one batch");
    (app, folder)
}

/// Seals until everything is: on a shared server somebody else's transaction may hold up a gap.
pub async fn seal_all(app: &App) -> usize {
    let open = "SELECT (SELECT COUNT(*) FROM events WHERE jurisdiction_id = 'erqi')
         + (SELECT COUNT(*) FROM log_erased) - (SELECT COUNT(*) FROM log_entries)";
    let (mut sealed, begun) = (app.seal().await.unwrap(), Instant::now());
    while number(app, open).await > 0 && begun.elapsed() < Duration::from_secs(60) {
        sealed += app.seal().await.unwrap();
    }
    sealed
}

pub fn lamp(app: &App, words: &str) -> Place {
    let directory = app.directory();
    Place {
        kind: Kind::Help,
        category: "E01037".into(),
        description: words.into(),
        at: Where {
            point: directory.place_by_code("410103012012001").unwrap().centre,
            place_code: None,
            address: "金祥花园".into(),
        },
        channel: Channel::Web,
        private: false,
        attributes: vec![],
        contact: Contact { phone: "13800000000".into(), ..Contact::default() },
        photos: vec![],
        key: None,
    }
}

pub async fn place(app: &App, words: &str) -> Placed {
    app.place(&Actor::Anyone, lamp(app, words)).await.unwrap()
}

pub async fn report(app: &App) -> Report {
    app.verify_log(Anchors::default(), |_, _| ()).await.unwrap()
}

/// Runs a statement as somebody who can write into the database.
pub async fn write(app: &App, text: &str) -> Result<u64, StoreError> {
    let text = text.to_owned();
    app.db.write(move |mut conn| Box::pin(async move { conn.composed(text).run().await })).await
}

/// Lets a table be changed, as somebody who owns the database can.
pub async fn unlock(app: &App, table: &str) {
    match app.db.engine() {
        Engine::Postgres => drop(write(app, &format!("ALTER TABLE {table} DISABLE TRIGGER USER")).await.unwrap()),
        Engine::Sqlite => {
            for kind in ["update", "delete"] {
                write(app, &format!("DROP TRIGGER {table}_keep_{kind}")).await.unwrap();
            }
        }
    }
}

pub async fn number(app: &App, text: &str) -> i64 {
    let text = text.to_owned();
    let read = app.db.read(move |mut conn| Box::pin(async move { conn.composed(text).one().await?.get::<i64>(0) }));
    read.await.unwrap()
}

#[tokio::test]
async fn what_is_sealed_is_found_whole_and_only_what_is_new_is_sealed_again() {
    on_both_engines(|db, engine| async move {
        let (app, _folder) = sealed(db).await;
        let events = number(&app, "SELECT COUNT(*) FROM events WHERE jurisdiction_id = 'erqi'").await;
        let whole = report(&app).await;
        assert_eq!(whole.findings, [], "{engine}");
        assert_eq!((whole.entries as i64, whole.erased), (events, 0), "{engine}");
        assert!(whole.checkpoints > 1);
        assert_eq!(app.seal().await.unwrap(), 0, "nothing is new");
        place(&app, "路灯不亮").await;
        assert_eq!(seal_all(&app).await, 2, "{engine}: placed and routed");
        let (to, proof) = app.grown(whole.entries, None).await.unwrap();
        assert_eq!(to, whole.entries + 2);
        assert!(!proof.is_empty());
        // The trial's orders are nobody's evidence, and do not hold up the district's.
        let trial = app.trial();
        for _ in 0..3 {
            place(&trial, "试一试").await;
        }
        place(&app, "路灯又不亮").await;
        assert_eq!((trial.seal().await.unwrap(), seal_all(&app).await), (0, 2), "{engine}");
        assert_eq!(report(&app).await.findings, [], "{engine}");
    })
    .await;
}

#[tokio::test]
async fn two_programs_that_seal_at_once_make_one_log() {
    on_both_engines(|db, engine| async move {
        let (app, folder) = app(db.clone()).await;
        let other =
            App::start(db, app.jurisdiction.clone(), folder.path().join("files"), app.env.clone()).await.unwrap();
        app.open_log(folder.path()).await.unwrap();
        other.open_log(folder.path()).await.unwrap();
        for _ in 0..5 {
            for nth in 0..4 {
                place(&app, &format!("第 {nth} 盏路灯不亮")).await;
            }
            let (a, b) = tokio::join!(app.seal(), other.seal());
            a.unwrap();
            b.unwrap();
        }
        seal_all(&app).await;
        let events = number(&app, "SELECT COUNT(*) FROM events WHERE jurisdiction_id = 'erqi'").await;
        let report = report(&app).await;
        assert_eq!((report.findings, report.entries as i64), (vec![], events), "{engine}");
    })
    .await;
}

#[tokio::test]
async fn a_receipt_proves_what_was_placed_and_shows_words_only_to_who_may_read_them() {
    on_both_engines(|db, engine| async move {
        let (app, _folder) = sealed(db).await;
        let placed = place(&app, "三号楼门口的路灯不亮").await;
        // Not sealed yet: asking seals it.
        let receipt = app.order_receipt(&Actor::Anyone, &placed.number, None, 1).await.unwrap();
        let checked = receipt.check(None).unwrap();
        assert_eq!((checked.entry.name.as_str(), checked.entry.what.as_str()), (placed.number.as_str(), "placed"));
        assert!(checked.content.unwrap().ends_with("\n\"三号楼门口的路灯不亮\""), "{engine}: the words are sealed too");
        assert!(!receipt.text().contains("13800000000"));
        let person = receipt.entry.bytes();
        assert!(!person.contains("路灯"), "an entry has no words: {person}");

        let missing = app.order_receipt(&Actor::Anyone, &placed.number, None, 99).await.unwrap_err();
        assert_eq!(missing.code(), "not_found");
        let mut hidden = lamp(&app, "不公开的事");
        hidden.private = true;
        let hidden = app.place(&Actor::Anyone, hidden).await.unwrap();
        let refused = app.order_receipt(&Actor::Anyone, &hidden.number, None, 1).await.unwrap_err();
        assert_eq!(refused.code(), "not_found", "{engine}");
        let own = app.order_receipt(&Actor::Anyone, &hidden.number, Some(&hidden.secret), 1).await.unwrap();
        assert!(own.check(None).unwrap().content.unwrap().contains("不公开的事"));
    })
    .await;
}

#[tokio::test]
async fn erased_words_leave_the_log_as_verifiable_as_before() {
    on_both_engines(|db, engine| async move {
        let (app, _folder) = sealed(db).await;
        let placed = place(&app, "路灯不亮").await;
        app.seal().await.unwrap();
        let order = app.order(&Actor::Anyone, &placed.number, None).await.unwrap().order.id;
        // Without a stated reason neither the salt nor the words can be touched.
        let words = format!(
            "UPDATE events SET data = '{{\"what\":\"placed\",\"channel\":\"phone\"}}' WHERE order_id = '{order}' AND seq = 1"
        );
        assert!(write(&app, &words).await.is_err(), "{engine}");
        assert!(write(&app, "DELETE FROM log_salts").await.is_err(), "{engine}");
        app.erase_sealed(order, 1, "request of the person concerned").await.unwrap();
        write(&app, &words).await.unwrap();
        // Nothing but words and person: not when, not which.
        for column in ["at = at + 1", "seq = 7", "order_id = 'x'", "org_id = 'x'"] {
            let other = format!("UPDATE events SET {column} WHERE order_id = '{order}' AND seq = 1");
            assert!(write(&app, &other).await.is_err(), "{engine} {column}");
        }
        let after = report(&app).await;
        assert_eq!((after.findings, after.erased), (vec![], 1), "{engine}");
        // That it was erased, when and why, is sealed itself.
        assert_eq!(seal_all(&app).await, 1, "{engine}");
        let after = report(&app).await;
        assert_eq!((after.findings, after.erased), (vec![], 1), "{engine}");
        let receipt = app.order_receipt(&Actor::Anyone, &placed.number, Some(&placed.secret), 1).await.unwrap();
        assert_eq!(receipt.check(None).unwrap().content, None, "{engine}: nobody can show the words");
        assert_eq!(app.erase_sealed(order, 1, "again").await.unwrap_err().code(), "conflict");
        // What is not personal still may not change.
        unlock(&app, "events").await;
        let what = format!("UPDATE events SET data = '{{\"what\":\"closed\"}}' WHERE order_id = '{order}' AND seq = 1");
        write(&app, &what).await.unwrap();
        assert!(matches!(report(&app).await.findings[..], [Finding::Changed { .. }]), "{engine}");
        write(&app, &what.replace("closed", "placed")).await.unwrap();
        assert_eq!(report(&app).await.findings, [], "{engine}");
        unlock(&app, "log_erased").await;
        write(&app, "UPDATE log_erased SET reason = 'none of your business'").await.unwrap();
        let findings = report(&app).await.findings;
        assert!(
            matches!(&findings[..], [Finding::Changed { of, .. }] if of.contains("erasure")),
            "{engine}: {findings:?}"
        );
    })
    .await;
}
