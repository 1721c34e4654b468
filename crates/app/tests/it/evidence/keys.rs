//! The key that signs: made once, kept from others, never silently another.

use super::{place, report, sealed};
use crate::stage::app;
use luyuan_app::evidence::Anchors;
use luyuan_store::testing::on_both_engines;
use std::os::unix::fs::PermissionsExt;

#[tokio::test]
async fn the_key_is_made_once_and_only_its_owner_reads_it() {
    on_both_engines(|db, engine| async move {
        let (app, folder) = app(db).await;
        assert_eq!(app.seal().await.unwrap(), 0, "{engine}: nothing is sealed without a key");
        let first = app.open_log(folder.path()).await.unwrap();
        assert_eq!(first.name(), "luyuan/erqi");
        let file = folder.path().join("log.key");
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(app.open_log(folder.path()).await.unwrap(), first);
        let secret = std::fs::read_to_string(&file).unwrap();
        // Base64 has plus signs of its own.
        let secret = secret.trim().splitn(5, '+').last().unwrap().to_owned();
        let keys = app.log_keys().await.unwrap();
        assert_eq!(keys.len(), 1);
        assert!(!keys[0].verifier.contains(&secret), "{engine}: the secret is not in the database");
    })
    .await;
}

#[tokio::test]
async fn another_key_and_an_older_database_are_refused_until_the_key_is_renewed() {
    on_both_engines(|db, engine| async move {
        let (app, folder) = sealed(db).await;
        let elsewhere = tempfile::tempdir().unwrap();
        let refused = app.open_log(elsewhere.path()).await.unwrap_err().to_string();
        assert!(refused.contains("is missing") && refused.contains("luyuan log renew-key"), "{engine}: {refused}");
        assert!(!elsewhere.path().join("log.key").exists(), "no second key is made");
        let other = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
        std::fs::write(elsewhere.path().join("log.key"), other).unwrap();
        let refused = app.open_log(elsewhere.path()).await.unwrap_err().to_string();
        assert!(refused.contains("PeterNeumann"), "{engine}: {refused}");
        std::fs::write(elsewhere.path().join("log.key"), "").unwrap();
        assert!(app.open_log(elsewhere.path()).await.unwrap_err().to_string().contains("not a key"), "{engine}");

        let old = app.log_keys().await.unwrap()[0].verifier.parse().unwrap();
        let new = app.renew_log_key(folder.path()).await.unwrap();
        assert_ne!(new, old);
        place(&app, "路灯不亮").await;
        assert_eq!(app.seal().await.unwrap(), 2);
        assert_eq!(report(&app).await.findings, [], "{engine}: old checkpoints are checked with the old key");
        assert_eq!(app.checkpoint().await.unwrap().unwrap().verifier, new.to_string());
        // Who trusts the old key alone learns of the change.
        let anchors = Anchors { key: Some(old), notes: vec![] };
        assert!(!app.verify_log(anchors, |_, _| ()).await.unwrap().findings.is_empty());
        // What was signed lies beside the key: a database that is older is noticed.
        let newest = std::fs::read_to_string(folder.path().join("log.checkpoint")).unwrap();
        super::unlock(&app, "log_checkpoints").await;
        super::write(&app, "DELETE FROM log_checkpoints WHERE size = (SELECT MAX(size) FROM log_checkpoints)")
            .await
            .unwrap();
        let refused = app.open_log(folder.path()).await.unwrap_err().to_string();
        assert!(refused.contains("older copy"), "{engine}: {refused}");
        // Also when it was put back under a running program.
        place(&app, "路灯又不亮").await;
        let refused = app.seal().await.unwrap_err().to_string();
        assert!(refused.contains("older copy"), "{engine}: {refused}");
        let anchors = Anchors { key: None, notes: vec![("kept".into(), newest)] };
        assert!(
            app.verify_log(anchors, |_, _| ())
                .await
                .unwrap()
                .findings
                .iter()
                .any(|one| one.to_string().contains("under no checkpoint") || one.to_string().contains("cut off")),
            "{engine}"
        );
    })
    .await;
}
