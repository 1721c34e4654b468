//! What telling keeps stands sealed in the database, also what an older program left open; and what
//! administrators do to it stands in the audit trail.

use super::{doubles::Receiver, reaching};
use crate::district::{Browser, Site, on_both};
use base64::{Engine, prelude::BASE64_STANDARD};
use luyuan_app::{
    App,
    env::Env,
    jobs::Which,
    telling::{Browser as Subscription, Hook},
};
use luyuan_domain::{
    actor::Actor,
    telling::{Recipient, Way},
};
use luyuan_store::StoreError;

const AUTH: &str = "BTBZMqHH6r4Tts7J_aSIgg";
const P256DH: &str = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";

/// All that telling keeps, as text.
async fn kept(app: &App) -> String {
    let read = app.db.read(|mut conn| {
        Box::pin(async move {
            let mut all = String::new();
            for text in [
                "SELECT data FROM hooks",
                "SELECT endpoint || ' ' || p256dh || ' ' || auth FROM pushes",
                "SELECT value FROM settings WHERE name = 'telling_keys'",
            ] {
                for row in conn.query(text).all().await? {
                    all += &row.get::<String>(0)?;
                    all.push('\n');
                }
            }
            Ok::<_, StoreError>(all)
        })
    });
    read.await.unwrap()
}

/// The same program, started again.
async fn again(site: &Site, app: &App) -> App {
    let started =
        App::start(app.db.clone(), app.jurisdiction.clone(), app.files.clone(), Env::default()).await.unwrap();
    luyuan_web::give_words(&started);
    let mut started = started;
    started.outside = reaching(site, None).outside;
    started
}

#[tokio::test]
async fn nothing_in_the_database_lets_anybody_write_in_our_name() {
    on_both(|site, engine| async move {
        let receiver = Receiver::start().await;
        let app = reaching(&site, None);
        let hook = Hook {
            name: "receiver".into(),
            way: Way::Webhook,
            url: receiver.url(),
            secret: String::new(),
            asymmetric: true,
            events: vec![],
            orgs: vec![],
            language: String::new(),
        };
        let (id, given) = app.add_hook(&Actor::System, hook).await.unwrap();
        let placed = app.place(&Actor::Anyone, site.lamp()).await.unwrap();
        let own = app.order(&Actor::Anyone, &placed.number, Some(&placed.secret)).await.unwrap().own.unwrap();
        let to = Recipient::Reporter(own);
        let subscription = Subscription { endpoint: receiver.url(), p256dh: P256DH.into(), auth: AUTH.into() };
        app.allow_push(to, subscription).await.unwrap();
        let key = app.push_key().await.unwrap();
        let sealed = kept(&app).await;
        for open in [given.secret.as_str(), &receiver.url(), AUTH, P256DH, "vapid"] {
            assert!(!sealed.contains(open), "{engine}: {open} stands open in {sealed}");
        }
        assert_eq!(app.hooks().await.unwrap()[0].1, given, "{engine}");
        let restarted = again(&site, &app).await;
        assert_eq!(restarted.push_key().await.unwrap(), key, "{engine}: browsers need not be asked again");
        assert_eq!(restarted.test_hook("receiver").await.unwrap(), Ok(()));

        // As older programs kept it.
        let hook = serde_json::to_string(&given).unwrap();
        let own_keys = |byte: u8| BASE64_STANDARD.encode([byte; 32]);
        let keys = format!(r#"{{"link":"{}","vapid":"{}","sign":"{}"}}"#, own_keys(1), own_keys(2), own_keys(3));
        let url = receiver.url();
        let opened = app.db.write(move |mut conn| {
            Box::pin(async move {
                conn.query("UPDATE hooks SET data = $1 WHERE id = $2").bind(&hook).bind(id.to_string()).run().await?;
                let text = "UPDATE pushes SET endpoint = $1, p256dh = $2, auth = $3";
                conn.query(text).bind(&url).bind(P256DH).bind(AUTH).run().await?;
                conn.query("UPDATE settings SET value = $1 WHERE name = 'telling_keys'").bind(&keys).run().await?;
                Ok::<_, StoreError>(())
            })
        });
        opened.await.unwrap();
        let upgraded = again(&site, &app).await;
        let sealed = kept(&upgraded).await;
        for open in [given.secret.as_str(), &receiver.url(), AUTH, P256DH, "vapid", &own_keys(1)] {
            assert!(!sealed.contains(open), "{engine}: {open} stands open in {sealed}");
        }
        assert_eq!(upgraded.hooks().await.unwrap()[0].1, given, "{engine}");
        let key = upgraded.push_key().await.unwrap();

        // A new key seals all of it anew, and it goes on.
        upgraded.renew_contact_key().await.unwrap();
        assert_ne!(kept(&upgraded).await, sealed);
        let renewed = again(&site, &app).await;
        assert_eq!(renewed.push_key().await.unwrap(), key, "{engine}");
        assert_eq!(renewed.test_hook("receiver").await.unwrap(), Ok(()));
        let before = receiver.got().len();
        let org = renewed.directory().org(placed.to.unwrap()).unwrap().code.clone();
        let seen = luyuan_app::orders::Seen { number: placed.number.clone(), version: None };
        super::until(&renewed, 10, 0);
        renewed.accept(&site.staff(&org), &seen).await.unwrap();
        renewed.do_jobs().await.unwrap();
        let got = receiver.got();
        assert!(
            got[before..].iter().any(|one| one.header("content-encoding") == "aes128gcm"),
            "{engine}: the browser rings"
        );
    })
    .await;
}

#[tokio::test]
async fn acts_on_programs_and_jobs_stand_in_the_audit_trail() {
    on_both(|site, engine| async move {
        let receiver = Receiver::start().await;
        let app = reaching(&site, None);
        let hook = Hook {
            name: "receiver".into(),
            way: Way::Webhook,
            url: receiver.url(),
            secret: String::new(),
            asymmetric: false,
            events: vec!["placed".into()],
            orgs: vec![],
            language: String::new(),
        };
        let (id, _) = app.add_hook(&Actor::System, hook).await.unwrap();
        super::until(&app, 10, 0);
        app.place(&Actor::Anyone, site.lamp()).await.unwrap();
        let job = app.jobs(Which::All, 10).await.unwrap()[0].id;
        let mut admin = Browser::open(&site, "en").await;
        admin.log_in("admin").await;
        assert_eq!(admin.submit(&format!("/work/deliveries/{job}/retry"), &[]).await.status, 303);
        assert_eq!(admin.submit(&format!("/work/deliveries/{job}/drop"), &[]).await.status, 303);
        assert_eq!(admin.submit(&format!("/work/deliveries/{job}/drop"), &[]).await.status, 404);
        app.remove_hook(&Actor::System, id).await.unwrap();
        assert_eq!(app.remove_hook(&Actor::System, id).await.unwrap_err().code(), "not_found");
        let trail = app.audit(&Actor::System, "", 4).await.unwrap();
        let told: Vec<_> = trail.iter().rev().map(|entry| (entry.what.as_str(), entry.actor.code())).collect();
        let expected =
            [("hook_added", "system"), ("job_retried", "staff"), ("job_dropped", "staff"), ("hook_removed", "system")];
        assert_eq!(told[told.len() - 3..], expected[1..], "{engine}");
        assert!(trail.iter().any(|entry| entry.what == "hook_removed" && entry.about == "receiver"));
        assert!(!format!("{trail:?}").contains(&receiver.port.to_string()), "no address stands in it");
        let page = admin.get("/admin/audit").await.text();
        assert!(page.contains("program or group removed") && page.contains("job dropped"), "{page}");
    })
    .await;
}
