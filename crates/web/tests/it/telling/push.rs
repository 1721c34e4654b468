//! Browsers that ring: who may subscribe, and what becomes of browsers that are gone.

use super::{
    accept,
    doubles::{Receiver, Reply},
    reaching, stands, told, until,
};
use crate::district::{Browser, on_both};
use luyuan_app::telling::Browser as Subscription;
use luyuan_domain::{
    actor::Actor,
    telling::{Recipient, Sent},
};

/// The browser of RFC 8291, appendix A.
fn subscription(endpoint: String) -> Subscription {
    Subscription {
        endpoint,
        p256dh: "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4".into(),
        auth: "BTBZMqHH6r4Tts7J_aSIgg".into(),
    }
}

#[tokio::test]
async fn a_reporters_browser_rings_until_it_is_gone() {
    on_both(|site, _| async move {
        let service = Receiver::start().await;
        let app = reaching(&site, None);
        until(&app, 10, 0);
        let placed = app.place(&Actor::Anyone, site.lamp()).await.unwrap();
        let own = app.order(&Actor::Anyone, &placed.number, Some(&placed.secret)).await.unwrap().own.unwrap();
        app.allow_push(Recipient::Reporter(own), subscription(service.url())).await.unwrap();
        let staff = accept(&app, &site, &placed).await;
        app.do_jobs().await.unwrap();
        let got = service.got();
        assert_eq!(got.len(), 1);
        assert_eq!(got[0].header("content-encoding"), "aes128gcm");
        assert_eq!(got[0].header("ttl"), "86400");
        assert_eq!(got[0].header("topic").len(), 32);
        assert!(
            got[0].header("authorization").starts_with("vapid t=") && got[0].header("authorization").contains(",k=")
        );
        let wire = String::from_utf8_lossy(&got[0].body).into_owned();
        assert!(!wire.contains(&placed.number), "the push service reads nothing");
        service.answers([Reply::Says(410, String::new())]);
        let seen = luyuan_app::orders::Seen { number: placed.number.clone(), version: None };
        app.contact(&staff, &seen, "x".into()).await.unwrap();
        app.ask(&staff, &seen, "哪一盏？".into()).await.unwrap();
        app.do_jobs().await.unwrap();
        assert_eq!(stands(&told(&app, placed.id).await), [("accepted", Sent::Sent), ("asked", Sent::Withdrawn)]);
        assert_eq!(app.reporter_wishes(own).await.unwrap().1, 0, "it is forgotten");
    })
    .await;
}

#[tokio::test]
async fn only_who_may_subscribes_and_only_real_push_services() {
    on_both(|site, _| async move {
        let placed = site.place(site.lamp()).await;
        let mut browser = Browser::open(&site, "en").await;
        let page = browser.get(&format!("/orders/{}?key={}", placed.number, placed.secret)).await.text();
        assert!(page.contains("luyuan-push") && page.contains("data-key=\"B"), "the site's key is on the page");
        let real = subscription("https://push.example.org/p/1".into());
        let path = format!("/orders/{}/push", placed.number);
        let (p256dh, auth) = (real.p256dh.as_str(), real.auth.as_str());
        for (key, endpoint, p256dh, status) in [
            ("wrong", "https://push.example.org/p/1", p256dh, 403),
            (placed.secret.as_str(), "http://push.example.org/p/1", p256dh, 422),
            (&placed.secret, "https://127.0.0.1/p", p256dh, 422),
            (&placed.secret, "https://169.254.169.254/p", p256dh, 422),
            (&placed.secret, "https://intranet/p", p256dh, 422),
            (&placed.secret, "https://push.example.org/p/1", "AAAA", 422),
            (&placed.secret, "https://push.example.org/p/1", p256dh, 204),
        ] {
            let fields = [("key", key), ("endpoint", endpoint), ("p256dh", p256dh), ("auth", auth)];
            assert_eq!(browser.submit(&path, &fields).await.status, status, "{endpoint}");
        }
        assert_eq!(browser.submit("/work/telling/push", &[]).await.status, 401);
        let page = browser.get(&format!("/orders/{}?key={}", placed.number, placed.secret)).await.text();
        assert!(page.contains("One device notifies you"), "{page}");
        let end = browser.submit(&format!("{path}/end"), &[("key", &placed.secret)]).await;
        assert_eq!(end.status, 303);
        let page = browser.get(&format!("/orders/{}?key={}", placed.number, placed.secret)).await.text();
        assert!(!page.contains("One device notifies you"));
    })
    .await;
}
