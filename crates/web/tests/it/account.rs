//! Accounts over HTTP: passwords and their rules, waits after failed attempts, sessions, invitations
//! and links to a new password; expired, used and foreign links.

use crate::district::{Browser, GARDEN, Site, on_both};
use axum::http::{Method, StatusCode};
use jiff::SignedDuration;
use luyuan_app::{AppError, demo::PASSWORD, invitations::Inviting, login::Origin};
use luyuan_domain::{actor::Actor, roles::Role};

const GOOD: &str = "青瓦 lantern 河边 17";

fn from(address: &str) -> Origin {
    Origin { address: Some(address.into()), device: "Chrome · Android".into() }
}

async fn try_in(site: &Site, login: &str, password: &str, address: &str) -> Result<(), &'static str> {
    site.app.log_in(login, password, &from(address)).await.map(drop).map_err(|error| error.code())
}

#[tokio::test]
async fn a_login_that_nobody_has_takes_the_same_work_and_gets_the_same_answers() {
    on_both(|site, engine| async move {
        let mut told = Vec::new();
        for login in ["community", "nobody-at-all"] {
            let mut answers = Vec::new();
            for attempt in 0..8 {
                let before = site.app.hash_work();
                let answer = try_in(&site, login, "wrong", &format!("203.0.113.{attempt}")).await.unwrap_err();
                answers.push((answer, site.app.hash_work() - before));
            }
            told.push(answers);
        }
        assert_eq!(told[0], told[1], "{engine}");
        let expected = [[("login", 1); 5].as_slice(), &[("wait", 0); 3]].concat();
        assert_eq!(told[0], expected, "five tries are free, then nothing is even looked at");
        // Somebody without a role does not tell either.
        let work = site.app.hash_work();
        for one in site.app.standing_roles(&Actor::System).await.unwrap() {
            if one.login == "city" {
                site.app.end_role(&Actor::System, one.held.id).await.unwrap();
            }
        }
        assert_eq!(try_in(&site, "city", PASSWORD, "203.0.113.99").await, Err("login"));
        assert_eq!(site.app.hash_work() - work, 1);
    })
    .await;
}

#[tokio::test]
async fn failures_wait_longer_and_longer_and_are_forgotten() {
    on_both(|site, engine| async move {
        let wait = |password: &'static str| {
            let site = site.clone();
            async move {
                match site.app.log_in("community", password, &from("203.0.113.1")).await {
                    Err(AppError::Wait(until)) => (until.as_second() - site.app.env.now().as_second()).max(1),
                    Err(AppError::Login) => 0,
                    other => panic!("{other:?}"),
                }
            }
        };
        for _ in 0..5 {
            assert_eq!(wait("wrong").await, 0);
        }
        for expected in [15, 30, 60, 120, 240, 480, 900, 900] {
            // Also the right password has to wait; to the second, as the clock runs meanwhile.
            let told = wait(PASSWORD).await;
            assert!((expected - 3..=expected).contains(&told), "{engine}: {told} for {expected}");
            site.app.env.advance(SignedDuration::from_secs(expected + 1));
            assert_eq!(wait("wrong").await, 0, "{engine} after {expected}");
        }
        // In words, with when to try again.
        let mut browser = Browser::open(&site, "en").await;
        let answer = browser.submit("/login", &[("login", "community"), ("password", PASSWORD)]).await;
        answer.is_page(429, "Too many failed attempts. Try again at ");
        let mut chinese = Browser::open(&site, "zh-CN").await;
        chinese.submit("/login", &[("login", "community"), ("password", PASSWORD)]).await.is_page(429, "失败次数过多");
        // Another account is not held up; a success forgets the failures.
        assert_eq!(try_in(&site, "street", PASSWORD, "203.0.113.2").await, Ok(()));
        site.app.env.advance(SignedDuration::from_secs(901));
        assert_eq!(try_in(&site, "community", PASSWORD, "203.0.113.2").await, Ok(()));
        assert_eq!(wait("wrong").await, 0);
        assert_eq!(wait("wrong").await, 0, "{engine}: counted anew");
    })
    .await;
}

#[tokio::test]
async fn an_address_that_tries_many_accounts_waits_too() {
    on_both(|site, engine| async move {
        for attempt in 0..30 {
            let login = format!("guess-{attempt}");
            assert_eq!(try_in(&site, &login, "wrong", "198.51.100.1").await, Err("login"), "{attempt}");
            // A success of one's own does not wash the others' failures away.
            if attempt == 20 {
                assert_eq!(try_in(&site, "street", PASSWORD, "198.51.100.1").await, Ok(()));
            }
        }
        assert_eq!(try_in(&site, "street", PASSWORD, "198.51.100.1").await, Err("wait"), "{engine}");
        assert_eq!(try_in(&site, "street", PASSWORD, "198.51.100.2").await, Ok(()), "others are not held up");
        site.app.env.advance(SignedDuration::from_hours(25));
        assert_eq!(try_in(&site, "guess-1", "wrong", "198.51.100.1").await, Err("login"), "forgotten after a day");
    })
    .await;
}

#[tokio::test]
async fn many_attempts_at_one_moment_do_not_slip_through() {
    on_both(|site, engine| async move {
        let work = site.app.hash_work();
        let all = (0..40).map(|_| try_in(&site, "community", "wrong", "198.51.100.9"));
        let answers = futures_all(all.collect()).await;
        assert!(answers.iter().all(Result::is_err));
        let looked_at = site.app.hash_work() - work;
        assert!((1..=5).contains(&looked_at), "{engine}: {looked_at} passwords were compared");
    })
    .await;
}

async fn futures_all<T: Send + 'static>(all: Vec<impl Future<Output = T>>) -> Vec<T> {
    let mut done = Vec::new();
    let mut waiting: Vec<_> = all.into_iter().map(Box::pin).collect();
    std::future::poll_fn(|context| {
        waiting.retain_mut(|one| match one.as_mut().poll(context) {
            std::task::Poll::Ready(value) => {
                done.push(value);
                false
            }
            std::task::Poll::Pending => true,
        });
        if waiting.is_empty() { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    done
}

#[tokio::test]
async fn a_password_is_changed_by_its_rules_and_ends_other_sessions() {
    on_both(|site, engine| async move {
        let mut own = Browser::open(&site, "en").await;
        let mut other = Browser::open(&site, "en").await;
        for browser in [&mut own, &mut other] {
            browser.log_in("community").await;
        }
        let change = |old: &'static str, new: &'static str, again: &'static str| {
            [("old", old), ("password", new), ("again", again)]
        };
        for (old, new, again, sentence) in [
            ("wrong", GOOD, GOOD, "The present password is wrong"),
            (PASSWORD, "kurz", "kurz", "at least 12 characters"),
            (PASSWORD, "Community2026!!", "Community2026!!", "holds the login"),
            (PASSWORD, "password12345", "password12345", "among the first that others would try"),
            (PASSWORD, "qwertyuiop123", "qwertyuiop123", "among the first that others would try"),
            (PASSWORD, "路院同治2020", "路院同治2020", "too short"),
            (PASSWORD, GOOD, "something else", "are not the same"),
        ] {
            let answer = own.submit("/account/password", &change(old, new, again)).await;
            answer.is_page(422, sentence);
            assert!(!answer.text().contains(new), "a password is not written back");
        }
        let long = "长".repeat(129);
        let fields = [("old", PASSWORD), ("password", long.as_str()), ("again", long.as_str())];
        own.submit("/account/password", &fields).await.is_page(422, "at most 128 characters");
        assert_eq!(other.get("/work").await.status, 200, "{engine}: nothing has changed");
        let done = own.submit("/account/password", &change(PASSWORD, GOOD, GOOD)).await;
        assert_eq!(done.header("location"), "/account?done=password");
        assert_eq!(own.get("/work").await.status, 200, "one's own session goes on");
        other.get("/work").await.is_page(401, "log in");
        assert_eq!(try_in(&site, "community", PASSWORD, "203.0.113.1").await, Err("login"));
        assert_eq!(try_in(&site, "community", GOOD, "203.0.113.1").await, Ok(()));
    })
    .await;
}

#[tokio::test]
async fn sessions_are_listed_and_ended_by_their_owner_only() {
    on_both(|site, engine| async move {
        let mut phone = Browser::open(&site, "en").await;
        phone.log_in("community").await;
        let mut office = Browser::open(&site, "en").await;
        office.log_in("community").await;
        let mut stranger = Browser::open(&site, "en").await;
        stranger.log_in("street").await;
        let page = office.get("/account").await;
        assert_eq!(page.header("cache-control"), "no-store");
        let text = page.text();
        let names: Vec<String> = text
            .split("/account/sessions/")
            .skip(1)
            .filter_map(|part| part.split_once("/end").map(|(name, _)| name.to_owned()))
            .filter(|name| name != "end\"")
            .collect();
        assert_eq!((names.len(), text.matches("this one").count()), (1, 1), "{text}");
        let end = format!("/account/sessions/{}/end", names[0]);
        stranger.submit(&end, &[]).await.is_page(404, "Not found");
        assert_eq!(phone.get("/work").await.status, 200, "{engine}");
        assert_eq!(office.submit(&end, &[]).await.status, 303);
        phone.get("/work").await.is_page(401, "log in");
        phone.log_in("community").await;
        assert_eq!(phone.submit("/account/sessions/end", &[]).await.status, 303);
        office.get("/account").await.is_page(401, "log in");
        assert_eq!(stranger.get("/work").await.status, 200);
        // A session ends after twelve hours, and its token is nothing anywhere else.
        site.app.env.advance(SignedDuration::from_hours(13));
        phone.get("/work").await.is_page(401, "log in");
    })
    .await;
}

#[tokio::test]
async fn somebody_with_two_roles_acts_for_one_organisation_at_a_time() {
    on_both(|site, engine| async move {
        let directory = site.app.directory();
        let (garden, city) = (directory.org_by_code(GARDEN).unwrap(), directory.org_by_code("D-CITY").unwrap());
        let giving = luyuan_app::roles::Giving {
            login: "community".into(),
            org: garden.id,
            role: Role::Worker,
            place: None,
            since: None,
            until: None,
        };
        site.app.give_role(&Actor::System, giving).await.unwrap();
        let mut browser = Browser::open(&site, "en").await;
        browser.log_in("community").await;
        assert!(browser.get("/account").await.text().contains(&garden.name));
        browser.submit("/account/org", &[("org", &city.code)]).await.is_page(404, "Not found");
        assert_eq!(browser.submit("/account/org", &[("org", GARDEN)]).await.status, 303, "{engine}");
        assert!(browser.get("/work").await.text().contains(&format!("<h1>{}</h1>", garden.name)));
    })
    .await;
}

#[tokio::test]
async fn an_invitation_makes_one_account_once() {
    on_both(|site, engine| async move {
        let mut admin = Browser::open(&site, "en").await;
        admin.log_in("admin").await;
        let page = admin.submit("/admin/invitations", &[("org", GARDEN), ("role", "worker")]).await.text();
        let link = page.split("https://erqi.example").nth(1).unwrap().split('<').next().unwrap().to_owned();
        let mut guest = Browser::open(&site, "en").await;
        assert!(guest.get(&link).await.text().contains("Worker"));
        let with = |login: &'static str, password: &'static str| {
            [("name", "王晓"), ("login", login), ("password", password), ("again", password)]
        };
        for (login, password, sentence) in [
            ("community", GOOD, "“community” is taken"),
            ("wang xiao", GOOD, "A login has 1 to 64 letters"),
            ("wangxiao", "wangxiao-2026", "holds the login"),
        ] {
            let answer = guest.submit(&link, &with(login, password)).await;
            answer.is_page(422, sentence);
            assert!(answer.text().contains("王晓") && !answer.text().contains(password), "{engine}");
        }
        assert_eq!(guest.submit(&link, &with("wangxiao", GOOD)).await.header("location"), "/login");
        guest.submit(&link, &with("wangxiao2", GOOD)).await.is_page(404, "This link was used or has ended");
        guest.get(&link).await.is_page(404, "This link was used or has ended");
        assert_eq!(guest.submit("/login", &[("login", "wangxiao"), ("password", GOOD)]).await.status, 303);
        assert_eq!(guest.get("/work").await.status, 200);
        // Expired, taken back, and never made; a link of one kind is none of the other.
        let org = site.app.directory().org_by_code(GARDEN).unwrap().id;
        let inviting = Inviting { org, role: Role::Worker, place: None, until: None, subject: None };
        let token = site.app.invite(&Actor::System, inviting.clone()).await.unwrap();
        guest.get(&format!("/reset/{token}")).await.is_page(404, "This link was used or has ended");
        site.app.env.advance(SignedDuration::from_hours(73));
        guest.get(&format!("/invitation/{token}")).await.is_page(404, "This link was used or has ended");
        admin.log_in("admin").await;
        let token = site.app.invite(&Actor::System, inviting).await.unwrap();
        let page = admin.get("/admin/invitations").await.text();
        let name = page.split("/admin/invitations/").nth(1).unwrap().split("/end").next().unwrap().to_owned();
        assert_eq!(admin.submit(&format!("/admin/invitations/{name}/end"), &[]).await.status, 303);
        guest.get(&format!("/invitation/{token}")).await.is_page(404, "This link was used or has ended");
        // Who may not give roles may not invite.
        guest.log_in("community").await;
        let answer = guest.submit("/admin/invitations", &[("org", GARDEN), ("role", "worker")]).await;
        answer.is_page(403, "You may not do this");
    })
    .await;
}

#[tokio::test]
async fn a_link_to_a_new_password_works_once_and_for_its_account_only() {
    on_both(|site, engine| async move {
        let mut admin = Browser::open(&site, "en").await;
        admin.log_in("admin").await;
        let made =
            |page: String| page.split("https://erqi.example").nth(1).unwrap().split('<').next().unwrap().to_owned();
        let first = made(admin.submit("/admin/resets", &[("login", "community")]).await.text());
        let second = made(admin.submit("/admin/resets", &[("login", "community")]).await.text());
        let mut person = Browser::open(&site, "en").await;
        person.log_in("community").await;
        person.get(&first).await.is_page(404, "This link was used or has ended");
        let new = [("password", GOOD), ("again", GOOD)];
        person.submit(&second, &[("password", "short"), ("again", "short")]).await.is_page(422, "at least 12");
        assert_eq!(person.submit(&second, &new).await.header("location"), "/login", "{engine}");
        person.get("/work").await.is_page(401, "log in");
        person.submit(&second, &new).await.is_page(404, "This link was used or has ended");
        assert_eq!(try_in(&site, "community", GOOD, "203.0.113.5").await, Ok(()));
        let third = made(admin.submit("/admin/resets", &[("login", "street")]).await.text());
        site.app.env.advance(SignedDuration::from_hours(25));
        person.get(&third).await.is_page(404, "This link was used or has ended");
        // An administrator further down takes over nobody above.
        let org = site.app.directory().org_by_code("410103001009").unwrap().id;
        let below = site.app.acting(luyuan_domain::ids::PersonId(site.app.env.id()), org, Role::Administrator).unwrap();
        assert_eq!(site.app.make_reset(&below, "street").await.unwrap_err().code(), "not_permitted");
        assert_eq!(site.app.make_reset(&below, "lvyun").await.map(drop).map_err(|e| e.code()), Ok(()));
    })
    .await;
}

#[tokio::test]
async fn a_session_leads_only_to_pages_of_ours() {
    on_both(|site, _| async move {
        for (next, to) in [
            ("/work/orders/2026-000001", "/work/orders/2026-000001"),
            ("/account", "/account"),
            ("https://elsewhere.example/work", "/work"),
            ("//elsewhere.example", "/work"),
            ("/work\\elsewhere", "/work"),
        ] {
            let mut browser = Browser::open(&site, "en").await;
            let form = [("login", "community"), ("password", PASSWORD), ("next", next)];
            let answer = browser.submit("/login", &form).await;
            assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, to));
            let cookie = answer.header("set-cookie");
            assert!(["HttpOnly", "SameSite=Lax", "Secure"].iter().all(|word| cookie.contains(word)), "{cookie}");
            let again = browser.send(Method::GET, "/account", "", axum::body::Body::empty()).await;
            assert_eq!(again.status, 200);
        }
    })
    .await;
}

#[tokio::test]
async fn an_account_has_one_allowance_in_all_its_browsers() {
    on_both(|site, engine| async move {
        let site = site.limited(luyuan_web::Bounds { accounts: 4, ..luyuan_web::Bounds::default() });
        let (mut office, mut home) = (Browser::open(&site, "en").await, Browser::open(&site, "en").await);
        let mut other = Browser::open(&site, "en").await;
        for (browser, login) in [(&mut office, "community"), (&mut home, "community"), (&mut other, "street")] {
            browser.log_in(login).await;
        }
        for _ in 0..2 {
            for browser in [&mut office, &mut home] {
                assert_ne!(browser.submit("/work/telling", &[]).await.status, 429, "{engine}");
            }
        }
        let early = office.submit("/work/telling", &[]).await;
        early.is_page(429, "too often");
        assert!(early.header("retry-after").parse::<u64>().is_ok_and(|seconds| seconds <= 60));
        assert_eq!(home.submit("/work/telling", &[]).await.status, 429, "{engine}: from another browser too");
        assert_eq!(home.get("/work").await.status, 200, "reading is not counted");
        assert_ne!(other.submit("/work/telling", &[]).await.status, 429, "{engine}: others are not held up");
    })
    .await;
}
