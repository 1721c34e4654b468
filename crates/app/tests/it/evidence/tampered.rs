//! A tampered database, each way on both engines; the place is named.

use super::{number, place, report, sealed, unlock, write};
use luyuan_app::{
    App,
    evidence::{Anchors, Finding},
};
use luyuan_store::testing::on_both_engines;

/// The order and number that were sealed as a leaf, and the place of the event.
async fn sealed_as(app: &App, leaf: i64) -> (String, i64, i64) {
    let read = app.db.read(move |mut conn| {
        Box::pin(async move {
            let text = "SELECT subject, seq, ord FROM log_entries WHERE jurisdiction_id = 'erqi' AND leaf = $1";
            let row = conn.query(text).bind(leaf).one().await?;
            Ok::<_, luyuan_store::StoreError>((row.get(0)?, row.get(1)?, row.get(2)?))
        })
    });
    read.await.unwrap()
}

fn at(order: &str, seq: i64) -> String {
    format!("WHERE jurisdiction_id = 'erqi' AND order_id = '{order}' AND seq = {seq}")
}

#[tokio::test]
async fn nothing_can_be_changed_or_deleted_without_breaking_the_locks() {
    on_both_engines(|db, engine| async move {
        let (app, _folder) = sealed(db).await;
        for (table, column) in [
            ("events", "at = 0"),
            ("log_entries", "hash = ''"),
            ("log_nodes", "hash = ''"),
            ("log_checkpoints", "note = ''"),
            ("log_keys", "verifier = ''"),
            ("log_salts", "salt = ''"),
        ] {
            assert!(write(&app, &format!("UPDATE {table} SET {column}")).await.is_err(), "{engine} {table}");
            assert!(write(&app, &format!("DELETE FROM {table}")).await.is_err(), "{engine} {table}");
            if engine == "postgres" {
                assert!(write(&app, &format!("TRUNCATE {table}")).await.is_err(), "{table}");
            }
        }
        assert_eq!(report(&app).await.findings, [], "{engine}");
    })
    .await;
}

#[tokio::test]
async fn a_changed_event_is_named() {
    on_both_engines(|db, engine| async move {
        let (app, _folder) = sealed(db).await;
        unlock(&app, "events").await;
        for (leaf, column) in
            [(700, "at = at + 1"), (300, "data = 'no JSON'"), (1200, "actor = '{\"kind\":\"system\",\"x\":1}'")]
        {
            let (order, seq, _) = sealed_as(&app, leaf).await;
            assert_eq!(write(&app, &format!("UPDATE events SET {column} {}", at(&order, seq))).await.unwrap(), 1);
        }
        let findings = report(&app).await.findings;
        let leaves: Vec<_> =
            findings.iter().map(|one| matches!(one, Finding::Changed { .. }).then(|| one.to_string())).collect();
        assert_eq!(leaves.len(), 3, "{engine}: {findings:?}");
        for (said, leaf) in leaves.iter().zip([300, 700, 1200]) {
            assert!(
                said.as_ref().unwrap().ends_with(&format!("what was sealed as entry {leaf}")),
                "{engine}: {said:?}"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn changed_words_of_an_order_are_named() {
    on_both_engines(|db, engine| async move {
        let (app, _folder) = sealed(db).await;
        let placed = place(&app, "路灯不亮").await;
        app.seal().await.unwrap();
        let text = format!("UPDATE orders SET data = REPLACE(data, '路灯不亮', '一切都好') WHERE number = '{}'", placed.number);
        assert_eq!(write(&app, &text).await.unwrap(), 1);
        let findings = report(&app).await.findings;
        assert!(matches!(&findings[..], [Finding::Changed { of, .. }] if *of == format!("event 1 of order {}", placed.number)), "{engine}: {findings:?}");
    })
    .await;
}

#[tokio::test]
async fn a_deleted_event_and_a_cut_off_tail_are_named() {
    on_both_engines(|db, engine| async move {
        let (app, _folder) = sealed(db).await;
        unlock(&app, "events").await;
        let (order, seq, _) = sealed_as(&app, 500).await;
        assert_eq!(write(&app, &format!("DELETE FROM events {}", at(&order, seq))).await.unwrap(), 1);
        let findings = report(&app).await.findings;
        assert!(matches!(findings[..], [Finding::Removed { leaf: 500, .. }]), "{engine}: {findings:?}");

        let size = number(&app, "SELECT MAX(size) FROM log_checkpoints").await;
        let (_, _, ord) = sealed_as(&app, size - 3).await;
        assert_eq!(write(&app, &format!("DELETE FROM events WHERE ord >= {ord}")).await.unwrap(), 3);
        let findings = report(&app).await.findings;
        assert_eq!(findings.len(), 4, "{engine}: {findings:?}");
        assert!(findings.iter().all(|one| matches!(one, Finding::Removed { .. })), "{engine}: {findings:?}");
        // What happens afterwards is sealed all the same, and does not cover the hole.
        place(&app, "路灯不亮").await;
        assert_eq!(app.seal().await.unwrap(), 2, "{engine}");
        assert_eq!(report(&app).await.findings.len(), 4, "{engine}");
    })
    .await;
}

#[tokio::test]
async fn two_swapped_events_are_named() {
    on_both_engines(|db, engine| async move {
        let (app, _folder) = sealed(db).await;
        unlock(&app, "events").await;
        let ((a, a_seq, a_ord), (b, b_seq, b_ord)) = (sealed_as(&app, 40).await, sealed_as(&app, 900).await);
        write(&app, &format!("UPDATE events SET ord = -1 {}", at(&a, a_seq))).await.unwrap();
        write(&app, &format!("UPDATE events SET ord = {a_ord} {}", at(&b, b_seq))).await.unwrap();
        write(&app, &format!("UPDATE events SET ord = {b_ord} {}", at(&a, a_seq))).await.unwrap();
        let findings = report(&app).await.findings;
        assert!(
            matches!(findings[..], [Finding::Reordered { leaf: 40, .. }, Finding::Reordered { leaf: 900, .. }]),
            "{engine}: {findings:?}"
        );
    })
    .await;
}

#[tokio::test]
async fn an_event_that_was_slipped_in_is_named() {
    on_both_engines(|db, engine| async move {
        let (app, _folder) = sealed(db).await;
        let columns = "jurisdiction_id, order_id, seq, at, actor, org_id, data";
        let forged = "jurisdiction_id, order_id, 99, at, actor, org_id, data";
        // A place below all that were given, and one of an event that is gone.
        let (order, seq, _) = sealed_as(&app, 0).await;
        let text = format!("INSERT INTO events (ord, {columns}) SELECT -5, {forged} FROM events {}", at(&order, seq));
        assert_eq!(write(&app, &text).await.unwrap(), 1);
        let findings = report(&app).await.findings;
        assert!(
            matches!(&findings[..], [Finding::Added { leaf: 0, of }] if of.contains(&order)),
            "{engine}: {findings:?}"
        );

        unlock(&app, "events").await;
        let (gone, gone_seq, ord) = sealed_as(&app, 800).await;
        write(&app, &format!("DELETE FROM events {}", at(&gone, gone_seq))).await.unwrap();
        let (order, seq, _) = sealed_as(&app, 801).await;
        let text =
            format!("INSERT INTO events (ord, {columns}) SELECT {ord}, {forged} FROM events {}", at(&order, seq));
        assert_eq!(write(&app, &text).await.unwrap(), 1);
        let findings = report(&app).await.findings;
        assert!(
            matches!(
                findings[..],
                [Finding::Added { leaf: 0, .. }, Finding::Removed { leaf: 800, .. }, Finding::Added { leaf: 801, .. }]
            ),
            "{engine}: {findings:?}"
        );
    })
    .await;
}

#[tokio::test]
async fn the_log_itself_is_checked() {
    on_both_engines(|db, engine| async move {
        let (app, folder) = sealed(db).await;
        let size = number(&app, "SELECT MAX(size) FROM log_checkpoints").await;
        let own = std::fs::read_to_string(folder.path().join("log.checkpoint")).unwrap();
        unlock(&app, "log_nodes").await;
        write(&app, "UPDATE log_nodes SET hash = (SELECT hash FROM log_nodes WHERE level = 8 AND idx = 0) WHERE level = 8 AND idx = 1").await.unwrap();
        let findings = report(&app).await.findings;
        assert!(matches!(findings[..], [Finding::Node { level: 8, index: 1 }]), "{engine}: {findings:?}");
        // What is not the tree that was signed is not signed again.
        place(&app, "路灯不亮").await;
        assert_eq!(app.seal().await.unwrap_err().code(), "corrupt", "{engine}");

        // A checkpoint that another key signed, and one that is cut off with all that it covers.
        unlock(&app, "log_checkpoints").await;
        let first = number(&app, "SELECT MIN(size) FROM log_checkpoints").await;
        let text = format!("UPDATE log_checkpoints SET note = (SELECT note FROM log_checkpoints WHERE size = {size}) WHERE size = {first}");
        write(&app, &text).await.unwrap();
        let findings = report(&app).await.findings;
        assert!(
            findings.iter().any(|one| matches!(one, Finding::Checkpoint { from, .. } if from.contains(&first.to_string()))),
            "{engine}: {findings:?}"
        );
        write(&app, &format!("DELETE FROM log_checkpoints WHERE size = {size}")).await.unwrap();
        let findings = report(&app).await.findings;
        assert!(findings.iter().any(|one| matches!(one, Finding::Checkpoint { .. })), "{engine}: {findings:?}");

        unlock(&app, "log_entries").await;
        unlock(&app, "events").await;
        let (_, _, ord) = sealed_as(&app, size - 1).await;
        write(&app, &format!("DELETE FROM events WHERE ord >= {ord}")).await.unwrap();
        write(&app, &format!("DELETE FROM log_entries WHERE leaf = {}", size - 1)).await.unwrap();
        let anchors = Anchors { key: None, notes: vec![("the copy in the folder".into(), own)] };
        let findings = app.verify_log(anchors, |_, _| ()).await.unwrap().findings;
        assert!(
            findings.iter().any(|one| matches!(one, Finding::Short { from, .. } if from == "the copy in the folder")),
            "{engine}: {findings:?}"
        );
    })
    .await;
}

#[tokio::test]
async fn an_event_and_its_entry_rewritten_together_do_not_fit_what_was_signed() {
    on_both_engines(|db, engine| async move {
        let (app, _folder) = sealed(db).await;
        for table in ["events", "log_entries", "log_salts"] {
            unlock(&app, table).await;
        }
        let before = number(&app, "SELECT MAX(size) FROM log_checkpoints WHERE size <= 1100").await;
        let first = number(&app, "SELECT MIN(size) FROM log_checkpoints WHERE size > 1100").await;
        // A new event with its own entry and salt takes the place of one that was sealed.
        let placed = place(&app, "路灯不亮").await;
        app.seal().await.unwrap();
        let last = number(&app, "SELECT MAX(leaf) FROM log_entries").await - 1;
        let ((gone, gone_seq, ord), (new, new_seq, _)) = (sealed_as(&app, 1100).await, sealed_as(&app, last).await);
        for text in [
            format!("DELETE FROM events {}", at(&gone, gone_seq)),
            "DELETE FROM log_entries WHERE leaf = 1100".into(),
            "DELETE FROM log_salts WHERE leaf = 1100".into(),
        ] {
            write(&app, &text).await.unwrap();
        }
        let findings = report(&app).await.findings;
        assert!(matches!(findings[..], [Finding::Missing { leaf: 1100 }]), "{engine}: {findings:?}");
        for text in [
            format!("UPDATE events SET ord = {ord} {}", at(&new, new_seq)),
            format!("UPDATE log_entries SET leaf = 1100, ord = {ord} WHERE leaf = {last}"),
            format!("UPDATE log_salts SET leaf = 1100 WHERE leaf = {last}"),
        ] {
            write(&app, &text).await.unwrap();
        }
        let findings = report(&app).await.findings;
        let tree = Finding::Tree { from: before as u64, to: first as u64 };
        assert!(findings.contains(&tree), "{engine} {}: {findings:?}", placed.number);
        assert!(!findings.iter().any(|one| matches!(one, Finding::Changed { .. })), "{engine}: {findings:?}");
    })
    .await;
}
