//! The second step at login over HTTP: set up, asked for, replayed, guessed at, lost.

use crate::district::{Answer, Browser, Site, on_both};
use jiff::SignedDuration;
use luyuan_app::demo::PASSWORD;
use totp_rs::{Builder, Secret};

/// The six digits of a secret, so many steps of thirty seconds from now.
fn digits(site: &Site, secret: &str, steps: i64) -> String {
    let totp = Builder::new().with_secret(Secret::try_from_base32(secret).unwrap()).build().unwrap();
    let time = site.app.env.now().as_second() + steps * 30;
    totp.generate(u64::try_from(time).unwrap()).to_string()
}

fn between<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
    text.split(start).nth(1).unwrap_or_else(|| panic!("no {start} in {text}")).split(end).next().unwrap()
}

/// Sets a second step up; its secret and the recovery codes.
pub async fn set_up(site: &Site, browser: &mut Browser) -> (String, Vec<String>) {
    // At the beginning of a step, so that none ends on the way.
    site.app.env.advance(SignedDuration::from_secs(30 - site.app.env.now().as_second() % 30));
    browser.log_in("community").await;
    assert_eq!(browser.submit("/account/factor", &[]).await.status, 303);
    let page = browser.get("/account/factor").await.text();
    assert!(page.contains("<svg class=\"square\"") && page.contains("otpauth://totp/Luyuan:"), "{page}");
    let secret = between(&page, "<code>", "</code>").to_owned();
    browser.submit("/account/factor/confirmation", &[("code", "000000")]).await.is_page(422, "This code is wrong");
    let code = digits(site, &secret, 0);
    let page = browser.submit("/account/factor/confirmation", &[("code", &code)]).await;
    assert_eq!((page.status.as_u16(), page.header("cache-control")), (200, "no-store"));
    let text = page.text();
    let codes: Vec<String> = text.split("<li><code>").skip(1).map(|part| part[..11].to_owned()).collect();
    assert_eq!(codes.len(), 10, "{text}");
    assert!(!browser.get("/account/factor").await.text().contains(&codes[0]), "told once");
    (secret, codes)
}

async fn first(browser: &mut Browser) -> String {
    let answer = browser.submit("/login", &[("login", "community"), ("password", PASSWORD)]).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    between(&answer.text(), "name=\"step\" value=\"", "\"").to_owned()
}

async fn second(browser: &mut Browser, step: &str, code: &str) -> Answer {
    browser.submit("/login/second", &[("step", step), ("code", code)]).await
}

#[tokio::test]
async fn a_code_is_asked_for_and_good_once() {
    on_both(|site, engine| async move {
        let mut owner = Browser::open(&site, "en").await;
        let (secret, codes) = set_up(&site, &mut owner).await;
        let mut browser = Browser::open(&site, "en").await;
        let step = first(&mut browser).await;
        browser.get("/work").await.is_page(401, "log in");
        // The code that set it up is used already.
        second(&mut browser, &step, &digits(&site, &secret, 0)).await.is_page(422, "This code is wrong or was used");
        let next = digits(&site, &secret, 1);
        assert_eq!(second(&mut browser, &step, &next).await.header("location"), "/work", "{engine}");
        assert_eq!(browser.get("/work").await.status, 200);
        // Neither the step nor the code works again, nor an earlier code.
        let mut other = Browser::open(&site, "en").await;
        second(&mut other, &step, &next).await.is_page(401, "took too long");
        let step = first(&mut other).await;
        second(&mut other, &step, &next).await.is_page(422, "This code is wrong or was used");
        // The clock of the phone may be one step off, not two.
        site.app.env.advance(SignedDuration::from_secs(120));
        second(&mut other, &step, &digits(&site, &secret, 2)).await.is_page(422, "check the clock");
        second(&mut other, &step, &digits(&site, &secret, -2)).await.is_page(422, "check the clock");
        assert_eq!(second(&mut other, &step, &digits(&site, &secret, -1)).await.status, 303, "{engine}");
        // A recovery code as people write it, once.
        let mut lost = Browser::open(&site, "zh-CN").await;
        let step = first(&mut lost).await;
        let written = format!(" {} ", codes[0].to_uppercase());
        assert_eq!(second(&mut lost, &step, &written).await.status, 303);
        assert!(lost.get("/account/factor").await.text().contains("还有 9 个备用码"));
        let step = first(&mut lost).await;
        second(&mut lost, &step, &codes[0]).await.is_page(422, "验证码不对或已使用过");
        assert_eq!(second(&mut lost, &step, &codes[1]).await.status, 303);
    })
    .await;
}

#[tokio::test]
async fn codes_cannot_be_guessed_at_for_long() {
    on_both(|site, engine| async move {
        let mut owner = Browser::open(&site, "en").await;
        let (secret, _) = set_up(&site, &mut owner).await;
        let mut thief = Browser::open(&site, "en").await;
        // Who has the password has five steps of five guesses, then waits, and longer each time.
        for round in 0..5 {
            let step = first(&mut thief).await;
            for _ in 0..5 {
                second(&mut thief, &step, "123456").await.is_page(422, "This code is wrong");
            }
            let right = digits(&site, &secret, 1);
            second(&mut thief, &step, &right).await.is_page(401, "too many codes were wrong");
            thief.get("/work").await.is_page(401, "log in");
            assert!(round < 5, "{engine}");
        }
        let answer = thief.submit("/login", &[("login", "community"), ("password", PASSWORD)]).await;
        answer.is_page(429, "Too many failed attempts");
        // The step ends by itself.
        site.app.env.advance(SignedDuration::from_hours(25));
        let step = first(&mut thief).await;
        site.app.env.advance(SignedDuration::from_mins(6));
        second(&mut thief, &step, &digits(&site, &secret, 0)).await.is_page(401, "took too long");
        // The token of a session is none of a step.
        second(&mut thief, "abcdefghjkmnpqrstvwxyz0123", "123456").await.is_page(401, "took too long");
    })
    .await;
}

#[tokio::test]
async fn a_second_step_is_ended_with_the_password_only() {
    on_both(|site, engine| async move {
        let mut owner = Browser::open(&site, "en").await;
        let (_, codes) = set_up(&site, &mut owner).await;
        owner.submit("/account/factor", &[]).await.is_page(422, "It is set up already");
        for path in ["/account/factor/end", "/account/factor/codes"] {
            owner.submit(path, &[("password", "wrong")]).await.is_page(422, "The present password is wrong");
        }
        let renewed = owner.submit("/account/factor/codes", &[("password", PASSWORD)]).await.text();
        assert!(renewed.contains("Recovery codes") && !renewed.contains(&codes[0]), "{engine}");
        let mut browser = Browser::open(&site, "en").await;
        let step = first(&mut browser).await;
        second(&mut browser, &step, &codes[0]).await.is_page(422, "This code is wrong");
        assert_eq!(owner.submit("/account/factor/end", &[("password", PASSWORD)]).await.status, 303);
        browser.log_in("community").await;
        // Whoever runs the platform can take it away too.
        set_up(&site, &mut owner).await;
        site.app.end_factor_of("community").await.unwrap();
        browser.log_in("community").await;
    })
    .await;
}

#[tokio::test]
async fn the_secret_of_an_authenticator_is_sealed_and_survives_a_new_key() {
    on_both(|site, engine| async move {
        let mut owner = Browser::open(&site, "en").await;
        let (secret, _) = set_up(&site, &mut owner).await;
        let kept = || async {
            let read = site.app.db.read(|mut conn| {
                Box::pin(async move { conn.query("SELECT secret FROM totp").one().await?.get::<String>(0) })
            });
            read.await.unwrap()
        };
        let before = kept().await;
        assert!(!before.contains(&secret), "{engine}");
        site.app.renew_contact_key().await.unwrap();
        assert_ne!(kept().await, before, "{engine}");
        let mut browser = Browser::open(&site, "en").await;
        let step = first(&mut browser).await;
        assert_eq!(second(&mut browser, &step, &digits(&site, &secret, 1)).await.status, 303, "{engine}");
    })
    .await;
}
