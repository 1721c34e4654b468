//! Programs and chat groups: signed, never twice, never lost, and never where they must not go.

use super::{
    accept,
    doubles::{Receiver, Reply},
    reaching, stands, told, until, with_email,
};
use crate::district::{Browser, Site, on_both};
use base64::{Engine, prelude::BASE64_STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use jiff::SignedDuration;
use luyuan_app::{App, jobs::Which, telling::Hook};
use luyuan_domain::{
    actor::Actor,
    telling::{Sent, Way},
};
use sha2::Sha256;
use std::collections::BTreeSet;

fn hook(way: Way, url: String) -> Hook {
    Hook {
        name: "receiver".into(),
        way,
        url,
        secret: String::new(),
        asymmetric: false,
        events: vec!["placed".into()],
        orgs: vec![],
        language: "zh-CN".into(),
    }
}

/// A site, a receiver that it tells of orders placed, and the receiver's secret.
async fn set(site: &Site) -> (App, Receiver, String) {
    let receiver = Receiver::start().await;
    let app = reaching(site, None);
    until(&app, 10, 0);
    let (_, kept) = app.add_hook(&Actor::System, hook(Way::Webhook, receiver.url())).await.unwrap();
    (app, receiver, kept.secret)
}

#[tokio::test]
async fn a_message_is_signed_as_the_standard_says() {
    on_both(|site, _| async move {
        let (app, receiver, secret) = set(&site).await;
        let placed = app.place(&Actor::Anyone, with_email(&site, "li@example.org", "")).await.unwrap();
        app.do_jobs().await.unwrap();
        let got = receiver.got();
        assert_eq!(got.len(), 1);
        let got = &got[0];
        let key = BASE64_STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
        let (id, at) = (got.header("webhook-id"), got.header("webhook-timestamp"));
        let mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
        let mac = mac.chain_update(format!("{id}.{at}.")).chain_update(&got.body).finalize().into_bytes();
        assert_eq!(got.header("webhook-signature"), format!("v1,{}", BASE64_STANDARD.encode(mac)));
        assert!((app.env.now().as_second() - at.parse::<i64>().unwrap()).abs() < 60);
        let said = got.json();
        assert_eq!(said["type"], "order.placed");
        assert_eq!(said["data"]["number"], placed.number.as_str());
        let text = got.json().to_string();
        assert!(!text.contains("example.org") && !text.contains("路灯不亮"), "no contact data, no words: {text}");
    })
    .await;
}

#[tokio::test]
async fn a_receiver_that_is_down_gets_the_same_message_when_it_is_up() {
    on_both(|site, _| async move {
        let (app, receiver, _) = set(&site).await;
        receiver.answers([Reply::Says(503, String::new()), Reply::Hangs, Reply::Leads("http://127.0.0.1:1/".into())]);
        let placed = app.place(&Actor::Anyone, site.lamp()).await.unwrap();
        let mut reasons = Vec::new();
        for wait in [0, 30, 120] {
            app.env.advance(SignedDuration::from_secs(wait));
            app.do_jobs().await.unwrap();
            let told = told(&app, placed.id).await;
            let webhook = told.iter().find(|one| one.way == Way::Webhook).unwrap();
            assert_eq!(webhook.state, Sent::Failed);
            assert!(webhook.next_at.is_some_and(|at| at > app.env.now()), "when it is tried again is seen");
            reasons.push(webhook.reason.clone().unwrap());
            assert_eq!(app.do_jobs().await.unwrap(), 0, "not before its time");
        }
        assert_eq!(reasons, ["http 503", "timeout", "http 302"]);
        assert_eq!(app.jobs(Which::Failing, 10).await.unwrap().len(), 1);
        app.env.advance(SignedDuration::from_secs(600));
        app.do_jobs().await.unwrap();
        let ids: BTreeSet<_> = receiver.got().iter().map(|got| got.header("webhook-id").to_owned()).collect();
        assert_eq!((receiver.got().len(), ids.len()), (4, 1), "one message, four attempts");
        assert_eq!(stands(&told(&app, placed.id).await), [("placed", Sent::Delivered)]);
        assert!(app.jobs(Which::All, 10).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn what_is_given_up_is_seen_and_can_be_sent_again() {
    on_both(|site, _| async move {
        let (app, receiver, _) = set(&site).await;
        receiver.answers([Reply::Says(410, String::new())]);
        let gone = app.place(&Actor::Anyone, site.lamp()).await.unwrap();
        app.do_jobs().await.unwrap();
        assert_eq!(stands(&told(&app, gone.id).await), [("placed", Sent::Dead)]);
        // Another one fails until nothing is tried any more.
        receiver.answers((0..8).map(|_| Reply::Says(500, String::new())));
        let tired = app.place(&Actor::Anyone, site.lamp()).await.unwrap();
        for _ in 0..9 {
            app.do_jobs().await.unwrap();
            app.env.advance(SignedDuration::from_hours(25));
        }
        let one = told(&app, tired.id).await.remove(0);
        assert_eq!((one.state, one.attempts, one.reason.as_deref()), (Sent::Dead, 8, Some("http 500")));
        assert_eq!(app.jobs(Which::Dead, 10).await.unwrap().len(), 2);

        let mut chief = Browser::open(&site, "en").await;
        chief.log_in("admin").await;
        let page = chief.get("/work/deliveries?state=dead").await.text();
        assert!(page.contains("the answer was HTTP 410") && page.contains("the answer was HTTP 500"), "{page}");
        assert!(page.contains(&gone.number) && page.contains("tried 8 times"));
        let mut holder = Browser::open(&site, "en").await;
        holder.log_in("compound").await;
        let order = holder.get(&format!("/work/orders/{}", gone.number)).await.text();
        assert!(order.contains("given up") && order.contains("webhook"));
        let again = chief.submit(&format!("/work/deliveries/{}/retry", one.id), &[]).await;
        assert_eq!(again.status, 303);
        app.do_jobs().await.unwrap();
        assert_eq!(stands(&told(&app, tired.id).await), [("placed", Sent::Delivered)]);
        let first = told(&app, gone.id).await.remove(0).id;
        assert_eq!(chief.submit(&format!("/work/deliveries/{first}/drop"), &[]).await.status, 303);
        assert_eq!(stands(&told(&app, gone.id).await), [("placed", Sent::Withdrawn)]);
        assert!(app.jobs(Which::All, 10).await.unwrap().is_empty());

        let mut worker = Browser::open(&site, "en").await;
        worker.log_in("community").await;
        assert_eq!(worker.get("/work/deliveries").await.status, 403);
        assert_eq!(worker.submit(&format!("/work/deliveries/{first}/retry"), &[]).await.status, 403);
    })
    .await;
}

#[tokio::test]
async fn workers_that_race_tell_everybody_once() {
    on_both(|site, engine| async move {
        const ORDERS: usize = 30;
        let (app, receiver, _) = set(&site).await;
        for _ in 0..ORDERS {
            app.place(&Actor::Anyone, site.lamp()).await.unwrap();
        }
        let workers = (0..5).map(|_| {
            let app = app.clone();
            tokio::spawn(async move { while app.do_jobs().await.unwrap() > 0 {} })
        });
        for worker in workers.collect::<Vec<_>>() {
            worker.await.unwrap();
        }
        app.do_jobs().await.unwrap();
        let ids: BTreeSet<_> = receiver.got().iter().map(|got| got.header("webhook-id").to_owned()).collect();
        assert_eq!((receiver.got().len(), ids.len()), (ORDERS, ORDERS), "{engine}");
    })
    .await;
}

#[tokio::test]
async fn addresses_inside_are_not_asked() {
    on_both(|site, _| async move {
        let receiver = Receiver::start().await;
        let port = receiver.port;
        // Without the operator's leave, however the address is written.
        for url in [
            format!("http://127.0.0.1:{port}/"),
            format!("https://127.0.0.1:{port}/"),
            format!("http://localhost:{port}/"),
            format!("https://localhost:{port}/"),
            format!("http://0x7f.1:{port}/"),
            format!("https://[::ffff:127.0.0.1]:{port}/"),
            "http://169.254.169.254/latest/meta-data/".to_owned(),
            "https://[fd00:ec2::254]/".to_owned(),
        ] {
            let refused = site.app.add_hook(&Actor::System, hook(Way::Webhook, url.clone())).await.unwrap_err();
            assert_eq!(refused.code(), "hook_inside", "{url}");
        }
        for url in ["ftp://example.org/", "https://user:pw@example.org/", "nonsense", "file:///etc/passwd"] {
            let refused = site.app.add_hook(&Actor::System, hook(Way::Webhook, url.into())).await.unwrap_err();
            assert_eq!(refused.code(), "hook_url", "{url}");
        }
        // One that was allowed once, or whose name leads inside by now, is refused when it is asked.
        let app = reaching(&site, None);
        until(&app, 10, 0);
        app.add_hook(&Actor::System, hook(Way::Webhook, receiver.url())).await.unwrap();
        let placed = app.place(&Actor::Anyone, site.lamp()).await.unwrap();
        site.app.speak(std::sync::Arc::new(Nothing));
        site.app.do_jobs().await.unwrap();
        let one = told(&app, placed.id).await.remove(0);
        assert_eq!((one.state, one.reason.as_deref()), (Sent::Dead, Some("inside")));
        assert!(receiver.got().is_empty());
    })
    .await;
}

/// Sentences that are there already stay.
struct Nothing;

impl luyuan_app::telling::Words for Nothing {
    fn say(&self, _: &str, _: &str, _: &[(&str, &str)]) -> String {
        String::new()
    }
}

#[tokio::test]
async fn an_answer_without_end_is_not_read_to_its_end() {
    on_both(|site, _| async move {
        let (app, receiver, _) = set(&site).await;
        receiver.answers([Reply::Endless]);
        let placed = app.place(&Actor::Anyone, site.lamp()).await.unwrap();
        app.do_jobs().await.unwrap();
        assert_eq!(stands(&told(&app, placed.id).await), [("placed", Sent::Delivered)]);
    })
    .await;
}

#[tokio::test]
async fn groups_are_told_in_words_as_each_product_wants_them() {
    on_both(|site, _| async move {
        let receiver = Receiver::start().await;
        let app = reaching(&site, None);
        until(&app, 10, 0);
        for (way, path) in [(Way::Wecom, "wecom?key=k"), (Way::Dingtalk, "ding?access_token=t"), (Way::Feishu, "fei")] {
            let url = format!("http://127.0.0.1:{}/{path}", receiver.port);
            let own = Hook { secret: "SEC".into(), name: path.into(), ..hook(way, url) };
            app.add_hook(&Actor::System, Hook { events: vec!["accepted".into()], ..own }).await.unwrap();
        }
        let placed = app.place(&Actor::Anyone, site.lamp()).await.unwrap();
        accept(&app, &site, &placed).await;
        receiver.answers([Reply::Says(200, "{\"errcode\":310000,\"code\":19024}".into())]);
        app.do_jobs().await.unwrap();
        let states: Vec<_> = told(&app, placed.id).await.into_iter().map(|one| (one.state, one.reason)).collect();
        assert!(
            states.iter().any(|(state, reason)| *state == Sent::Failed
                && reason.as_deref().is_some_and(|why| why.starts_with("robot "))),
            "200 alone is no yes: {states:?}"
        );
        app.env.advance(SignedDuration::from_secs(60));
        app.do_jobs().await.unwrap();
        let got = receiver.got();
        assert_eq!(got.len(), 4);
        let find = |start: &str| got.iter().rfind(|one| one.path.starts_with(start)).unwrap().clone();
        let words = format!("{}（路灯不亮）由", placed.number);
        let wecom = find("/wecom?key=k").json();
        assert_eq!(wecom["msgtype"], "text");
        let said = wecom["text"]["content"].as_str().unwrap().to_owned();
        assert!(
            said.contains(&placed.number) && said.contains("接单") && said.contains("/work/orders/"),
            "{said} {words}"
        );
        let ding = find("/ding");
        assert!(ding.path.starts_with("/ding?access_token=t&timestamp=") && ding.path.contains("&sign="));
        assert_eq!(ding.json()["msgtype"], "text");
        let fei = find("/fei").json();
        assert_eq!(fei["msg_type"], "text");
        assert!(fei["sign"].as_str().is_some_and(|sign| sign.len() == 44) && fei["timestamp"].is_string());
    })
    .await;
}

#[tokio::test]
async fn the_self_test_says_what_happened() {
    on_both(|site, _| async move {
        let (app, receiver, _) = set(&site).await;
        assert_eq!(app.test_hook("receiver").await.unwrap(), Ok(()));
        assert_eq!(receiver.got()[0].json()["type"], "test");
        receiver.answers([Reply::Says(401, String::new())]);
        assert_eq!(app.test_hook("receiver").await.unwrap().unwrap_err().reason, "http 401");
        assert_eq!(app.test_hook("nobody").await.unwrap_err().code(), "not_found");
        assert_eq!(app.test_mail("li@example.org", "en").await.unwrap().unwrap_err().reason, "mail_off");
        // The page runs in a site without leave to ask inside, and says so.
        let mut chief = Browser::open(&site, "en").await;
        chief.log_in("admin").await;
        let id = app.hooks().await.unwrap()[0].0.to_string();
        let page = chief.submit("/work/deliveries/test", &[("channel", &id)]).await.text();
        assert!(page.contains("It was not sent: the address leads inside"), "{page}");
        let page = chief.submit("/work/deliveries/test", &[("channel", "email")]).await.text();
        assert!(page.contains("First set an address"), "{page}");
    })
    .await;
}
