//! Mail to reporters: receipts, steps, languages, quiet hours, and the link that ends it.

use super::{accept, doubles::MailServer, reaching, stands, told, until, with_email};
use crate::district::{Browser, Site, on_both};
use axum::{body::Body, http::Method};
use luyuan_app::{App, jobs::Which, orders::Seen};
use luyuan_domain::{actor::Actor, telling::Sent};

#[tokio::test]
async fn a_reporter_is_told_of_each_step_in_their_language_once() {
    on_both(|site, engine| async move {
        let mail = MailServer::start().await;
        let app = reaching(&site, Some(&mail));
        until(&app, 10, 0);
        let placed = app.place(&Actor::Anyone, with_email(&site, "li@example.org", "zh-CN")).await.unwrap();
        assert_eq!(stands(&told(&app, placed.id).await), [], "nothing is sent while the request waits");
        let jobs = app.jobs(Which::All, 10).await.unwrap();
        assert_eq!(jobs.len(), 1, "one row more than the notice");
        assert!(!jobs[0].body.contains("example.org"), "a job names the order, never the address");
        app.do_jobs().await.unwrap();
        let staff = accept(&app, &site, &placed).await;
        app.do_jobs().await.unwrap();
        let seen = Seen { number: placed.number.clone(), version: None };
        app.contact(&staff, &seen, "电话联系".into()).await.unwrap();
        app.ask(&staff, &seen, "哪一盏灯？".into()).await.unwrap();
        app.do_jobs().await.unwrap();
        app.do_jobs().await.unwrap();
        let letters = mail.letters();
        let subjects: Vec<_> = letters.iter().map(|letter| letter.header("subject")).collect();
        let number = &placed.number;
        assert_eq!(
            subjects,
            [format!("{number} 下单 · 路院"), format!("{number} 接单 · 路院"), format!("{number} 向反映人提问 · 路院")],
            "{engine}"
        );
        assert!(letters.iter().all(|letter| letter.to == ["li@example.org"]));
        assert!(letters[2].text().contains("哪一盏灯？"), "the question itself");
        assert!(letters[1].text().contains("金祥花园"), "by whom: {}", letters[1].text());
        let ids: std::collections::BTreeSet<_> = letters.iter().map(|letter| letter.header("message-id")).collect();
        assert_eq!(ids.len(), 3);
        for (letter, one) in letters.iter().zip(told(&app, placed.id).await) {
            assert_eq!(letter.header("message-id"), format!("<{}@erqi.example>", one.id));
        }
        assert!(app.jobs(Which::All, 10).await.unwrap().is_empty());

        // In English for those who read it.
        let placed = app.place(&Actor::Anyone, with_email(&site, "ann@example.org", "en")).await.unwrap();
        app.do_jobs().await.unwrap();
        let letter = mail.letters().pop().unwrap();
        assert_eq!(letter.header("subject"), format!("{} Placed · Luyuan", placed.number));
        assert!(letter.text().contains("has arrived") && letter.header("content-language") == "en");
    })
    .await;
}

/// The link in a mail.
fn link(text: &str, start: &str) -> String {
    let at = text.find(start).unwrap_or_else(|| panic!("no {start} in {text}"));
    text[at..].split_whitespace().next().unwrap().trim_start_matches("https://erqi.example").to_owned()
}

#[tokio::test]
async fn the_link_in_a_mail_is_the_reporters_and_one_click_ends_mail() {
    on_both(|site, _| async move {
        let mail = MailServer::start().await;
        let app = reaching(&site, Some(&mail));
        until(&app, 10, 0);
        let placed = app.place(&Actor::Anyone, with_email(&site, "li@example.org", "zh-CN")).await.unwrap();
        let other = app.place(&Actor::Anyone, with_email(&site, "wang@example.org", "zh-CN")).await.unwrap();
        app.do_jobs().await.unwrap();
        let letters = mail.letters();
        let letter = letters.iter().find(|letter| letter.to == ["li@example.org"]).unwrap();
        let own = link(&letter.text(), "https://erqi.example/orders/");
        assert!(own.contains(&placed.number) && !own.contains(&placed.secret));
        let mut browser = Browser::open(&site, "zh-CN").await;
        let page = browser.get(&own).await.text();
        assert!(page.contains("给您的消息") && page.contains("进展会发到您留下的邮箱"), "{page}");
        // It opens no other order, and nothing that was changed opens it.
        let elsewhere = own.replace(&placed.number, &other.number);
        assert!(!browser.get(&elsewhere).await.text().contains("给您的消息"));
        let forged = format!("{}x", &own[..own.len() - 1]);
        assert!(!browser.get(&forged).await.text().contains("给您的消息"));

        // RFC 8058: a mail program posts without cookies.
        let click = letter.header("list-unsubscribe");
        let click = click.trim_matches(['<', '>']).trim_start_matches("https://erqi.example").to_owned();
        assert_eq!(letter.header("list-unsubscribe-post"), "List-Unsubscribe=One-Click");
        assert_eq!(link(&letter.text(), "https://erqi.example/unsubscribe/"), click);
        let ask = |method, path: String| {
            let site = site.clone();
            async move {
                let form = [("content-type", "application/x-www-form-urlencoded")];
                site.ask(method, &path, &form, Body::from("List-Unsubscribe=One-Click")).await
            }
        };
        let forged = click.replace("/unsubscribe/", "/unsubscribe/0");
        assert_eq!(ask(Method::POST, forged).await.status, 404);
        browser.get(&click).await.is_page(200, "不再收邮件");
        assert!(app.unsubscriber(click.rsplit('/').next().unwrap()).await.unwrap().1, "looking ends nothing");
        assert_eq!(ask(Method::POST, click.clone()).await.status, 200);
        accept(&app, &site, &placed).await;
        app.do_jobs().await.unwrap();
        assert_eq!(mail.letters().len(), letters.len(), "no more mail");
        assert!(browser.get(&own).await.text().contains("您已退订邮件"));
        let token = browser.token();
        let undo = browser.submit_bare(&format!("{click}/undo"), &[("token", &token)]).await;
        assert_eq!(undo.status, 303);
        assert!(app.unsubscriber(click.rsplit('/').next().unwrap()).await.unwrap().1);
    })
    .await;
}

#[tokio::test]
async fn nobody_is_woken_but_who_is_awake_gets_a_receipt() {
    on_both(|site, _| async move {
        let mail = MailServer::start().await;
        let app = reaching(&site, Some(&mail));
        until(&app, 22, 30);
        let placed = app.place(&Actor::Anyone, with_email(&site, "li@example.org", "zh-CN")).await.unwrap();
        app.do_jobs().await.unwrap();
        assert_eq!(mail.letters().len(), 1, "the receipt comes at night too");
        accept(&app, &site, &placed).await;
        app.do_jobs().await.unwrap();
        assert_eq!(stands(&told(&app, placed.id).await), [("placed", Sent::Sent), ("accepted", Sent::Queued)]);
        until(&app, 7, 59);
        app.do_jobs().await.unwrap();
        assert_eq!(mail.letters().len(), 1, "midnight has passed, the quiet hours have not");
        until(&app, 8, 0);
        app.do_jobs().await.unwrap();
        app.do_jobs().await.unwrap();
        assert_eq!(mail.letters().len(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_mail_that_failed_in_the_evening_is_not_tried_at_night() {
    on_both(|site, _| async move {
        let mail = MailServer::start().await;
        let app = reaching(&site, Some(&mail));
        until(&app, 20, 59);
        let placed = app.place(&Actor::Anyone, with_email(&site, "li@example.org", "zh-CN")).await.unwrap();
        app.do_jobs().await.unwrap();
        accept(&app, &site, &placed).await;
        mail.refuses(["451 later <li@example.org>"]);
        app.do_jobs().await.unwrap();
        let all = told(&app, placed.id).await;
        let one = &all[1];
        assert_eq!((one.state, one.reason.as_deref(), one.attempts), (Sent::Failed, Some("smtp 451"), 1));
        app.env.advance(jiff::SignedDuration::from_mins(2));
        app.do_jobs().await.unwrap();
        assert_eq!(mail.letters().len(), 1, "it is quiet now");
        until(&app, 8, 0);
        app.do_jobs().await.unwrap();
        assert_eq!(mail.letters().len(), 2);
    })
    .await;
}

/// Everything that is kept or shown of telling, where an address must not stand.
async fn kept(app: &App) -> String {
    let mut all = format!("{:?}", app.jobs(Which::All, 100).await.unwrap());
    for state in Sent::ALL {
        all += &format!("{:?}", app.deliveries(*state, 100).await.unwrap());
    }
    all
}

async fn sent_to(site: &Site, email: &str) -> (MailServer, String, Vec<(String, Sent)>) {
    let mail = MailServer::start().await;
    let app = reaching(site, Some(&mail));
    until(&app, 10, 0);
    let placed = app.place(&Actor::Anyone, with_email(site, email, "zh-CN")).await.unwrap();
    app.do_jobs().await.unwrap();
    let told = told(&app, placed.id).await;
    let stands = told.iter().map(|one| (one.reason.clone().unwrap_or_default(), one.state)).collect();
    (mail, kept(&app).await, stands)
}

#[tokio::test]
async fn what_is_typed_adds_no_recipient_and_stays_out_of_what_is_kept() {
    on_both(|site, _| async move {
        for email in ["a@b.example\r\nBcc: all@example.org", "a@b.example, all@example.org", "no address"] {
            let (mail, kept, stands) = sent_to(&site, email).await;
            assert!(mail.letters().is_empty(), "{email}");
            assert_eq!(stands, [("mail_address".to_owned(), Sent::Dead)]);
            assert!(!kept.contains("example.org") && !kept.contains("b.example"), "{kept}");
        }
        let mail = MailServer::start().await;
        let app = reaching(&site, Some(&mail));
        let mut new = with_email(&site, "li@example.org", "zh-CN");
        new.description = "<script>alert(1)</script>\r\nSubject: x".into();
        new.contact.name = "李\r\nBcc: all@example.org".into();
        app.place(&Actor::Anyone, new).await.unwrap();
        mail.refuses(["550 <li@example.org> unknown here"]);
        app.do_jobs().await.unwrap();
        let all = kept(&app).await;
        assert!(all.contains("smtp 550") && !all.contains("li@example"), "the server's words name the address");
        let dead = app.jobs(Which::Dead, 10).await.unwrap();
        app.retry_job(&Actor::System, dead[0].id).await.unwrap();
        app.do_jobs().await.unwrap();
        let letters = mail.letters();
        assert_eq!((letters.len(), letters[0].to.clone()), (1, vec!["li@example.org".to_owned()]));
        assert!(!letters[0].wire.contains("script") && !letters[0].text().contains("script"));
        assert_eq!(letters[0].header("bcc"), "");
    })
    .await;
}
