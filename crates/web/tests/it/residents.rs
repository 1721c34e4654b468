//! Residents who prove an address or a number: codes by mail and by text message, what they open, and
//! what they do not.

use crate::{
    district::{Browser, GARDEN, Site, on_both},
    telling::doubles::{MailServer, Receiver, Reply},
};
use jiff::SignedDuration;
use luyuan_app::{
    contact::Erasing,
    orders::{Contact, Place, Placed, Rate, Replying, Seen},
    outside::{Settings, sms::Gateway},
    residents::Asking,
};
use luyuan_domain::{actor::Actor, orders::Solved};
use std::time::Duration;

/// A number as its owner typed it when they placed the order.
const PHONE: &str = "138 1111 2222";

/// The site with a mail server and a gateway, both on this machine.
async fn reaching(site: &Site) -> (Site, MailServer, Receiver) {
    let (mail, gateway) = (MailServer::start().await, Receiver::start().await);
    let file = format!(
        "url = \"{}\"\nbody = '{{\"to\":\"{{phone}}\",\"text\":\"{{text}}\",\"code\":\"{{code}}\"}}'\n[headers]\n\
         content-type = \"application/json\"\nauthorization = \"Bearer known\"\n[took]\npointer = \"/code\"\nis = [\"0\"]\n",
        gateway.url()
    );
    let site = site.reach(Settings {
        smtp: Some(format!("smtp://127.0.0.1:{}", mail.port)),
        sms: Some(Gateway::parse(&file).unwrap()),
        reachable: "127.0.0.1".parse().unwrap(),
        address: "https://erqi.example".into(),
        patience: Duration::from_millis(700),
        ..Settings::default()
    });
    (site, mail, gateway)
}

fn with(site: &Site, phone: &str, email: &str) -> Place {
    Place { contact: Contact { phone: phone.into(), email: email.into(), ..Contact::default() }, ..site.lamp() }
}

/// The six digits in a text.
fn code(text: &str) -> String {
    let found = text.split(|letter: char| !letter.is_ascii_digit()).find(|part| part.len() == 6);
    found.unwrap_or_else(|| panic!("no code in {text}")).to_owned()
}

/// Another code.
fn other(code: &str) -> String {
    format!("{:06}", (code.parse::<u32>().unwrap() + 1) % 1_000_000)
}

/// Asks for a code for a number and types it in.
async fn proved(site: &Site, gateway: &Receiver, contact: &str) -> Browser {
    let mut browser = Browser::open(site, "zh-CN").await;
    assert_eq!(browser.submit("/mine/code", &[("contact", contact)]).await.header("location"), "/mine/code");
    let code = code(gateway.got().last().unwrap().json()["text"].as_str().unwrap());
    assert_eq!(browser.submit("/mine/proof", &[("code", &code)]).await.header("location"), "/mine");
    browser
}

/// The garden's organisation takes an order in hand and replies.
async fn reply(site: &Site, placed: &Placed) {
    let (staff, seen) = (site.staff(GARDEN), Seen { number: placed.number.clone(), version: None });
    site.app.accept(&staff, &seen).await.unwrap();
    site.app.contact(&staff, &seen, "已联系".into()).await.unwrap();
    site.app.reply(&staff, &seen, Replying { text: "已换灯泡".into(), files: vec![] }).await.unwrap();
}

/// All that is kept of residents, as text.
async fn kept(site: &Site) -> String {
    let read = site.app.db.read(|mut conn| {
        Box::pin(async move {
            let mut all = String::new();
            for text in [
                "SELECT token_hash || data FROM challenges",
                "SELECT name FROM attempts",
                "SELECT token_hash || sealed FROM resident_sessions",
                "SELECT sealed || COALESCE(email_mark, '') || COALESCE(phone_mark, '') FROM contacts",
            ] {
                for row in conn.query(text).all().await? {
                    all += &row.get::<String>(0)?;
                }
            }
            Ok::<_, luyuan_store::StoreError>(all)
        })
    });
    read.await.unwrap()
}

#[tokio::test]
async fn a_number_is_proved_by_a_code_and_shows_what_was_left_with_it() {
    on_both(|site, engine| async move {
        let (site, _, gateway) = reaching(&site).await;
        let own = site.place(Place { private: true, ..with(&site, PHONE, "") }).await;
        let other_one = site.place(with(&site, "139 0000 0000", "")).await;
        let joined = site.app.join(
            &Actor::Anyone,
            &other_one.number,
            luyuan_app::orders::Joining {
                contact: Contact { phone: "+86-138-1111-2222".into(), ..Contact::default() },
                ..Default::default()
            },
        );
        joined.await.unwrap();
        let strange = site.place(with(&site, "137 0000 0000", "")).await;

        // On another device than the one on which it was placed.
        let mut browser = Browser::open(&site, "zh-CN").await;
        browser.get("/mine").await.is_page(200, "手机号或邮箱");
        assert_eq!(browser.get(&format!("/orders/{}", own.number)).await.status, 404, "{engine}: it is private");
        let asked = browser.submit("/mine/code", &[("contact", "0086 13811112222")]).await;
        assert_eq!((asked.status.as_u16(), asked.header("location")), (303, "/mine/code"));
        assert!(asked.headers.get_all("set-cookie").iter().all(|one| one.to_str().unwrap().contains("HttpOnly")));
        let got = gateway.got();
        assert_eq!(got.len(), 1);
        assert_eq!(got[0].json()["to"], "+8613811112222");
        assert_eq!(got[0].header("authorization"), "Bearer known");
        let text = got[0].json()["text"].as_str().unwrap().to_owned();
        assert!(text.contains("10 分钟") && text.contains("请勿告诉任何人"), "{text}");
        let code = code(&text);
        assert_eq!(got[0].json()["code"], code.as_str());
        let page = browser.get("/mine/code").await;
        page.is_page(200, "138****2222");
        assert_eq!(page.header("cache-control"), "no-store");
        assert!(!page.text().contains(&code));
        assert_eq!(gateway.got().len(), 1, "looking sends nothing");
        let all = kept(&site).await;
        assert!(!all.contains(&code) && !all.contains("13811112222"), "{engine}: {all}");

        browser.submit("/mine/proof", &[("code", &other(&code))]).await.is_page(422, "还可以试 4 次");
        let wide = format!(" {} {} ", &code[..3], &code[3..]);
        assert_eq!(browser.submit("/mine/proof", &[("code", &wide)]).await.header("location"), "/mine");
        let page = browser.get("/mine").await;
        assert_eq!(page.header("cache-control"), "no-store");
        let page = page.text();
        assert!(page.contains(&own.number) && page.contains(&other_one.number), "{engine}: {page}");
        assert!(!page.contains(&strange.number) && page.contains("138****2222") && !page.contains("13811112222"));
        let all = kept(&site).await;
        assert!(!all.contains("13811112222"), "{engine}: {all}");

        // From there they answer and rate, without the link.
        let order = format!("/orders/{}", own.number);
        let page = browser.get(&order).await;
        page.is_page(200, "给您的消息");
        assert_eq!(page.header("cache-control"), "no-store");
        assert!(!page.text().contains("?key="), "the secret of the link is known to nobody");
        reply(&site, &own).await;
        let page = browser.get("/mine").await.text();
        let (waiting, others) = page.split_once("全部诉求</h2>").expect("two lists");
        assert!(
            waiting.contains("等您回答或评价") && waiting.contains(&own.number) && others.contains(&other_one.number)
        );
        let rated = browser.submit(&format!("{order}/rating"), &[("solved", "yes"), ("satisfied", "very")]).await;
        assert_eq!(rated.status, 303, "{}", rated.text());
        let detail = site.app.order(&Actor::System, &own.number, None).await.unwrap();
        assert_eq!(detail.order.state.code(), "closed", "{engine}");
        assert!(detail.reporters[0].about.rating.is_some());
        let last = detail.events.iter().rev().find(|event| event.what.code() == "rated").unwrap();
        assert_eq!(last.actor.code(), "reporter", "who it was is not kept");
        let stranger = format!("/orders/{}", strange.number);
        reply(&site, &strange).await;
        browser.submit(&format!("{stranger}/rating"), &[("solved", "no")]).await.is_page(403, "");

        // It ends by a button.
        assert_eq!(browser.submit("/mine/end", &[]).await.status, 303);
        browser.get("/mine").await.is_page(200, "获取验证码");
        assert_eq!(browser.get(&order).await.status, 404, "{engine}");
    })
    .await;
}

#[tokio::test]
async fn an_address_is_proved_by_mail_in_the_readers_language() {
    on_both(|site, engine| async move {
        let (site, mail, gateway) = reaching(&site).await;
        let placed = site.place(with(&site, "", "Ann@Example.org")).await;
        let staff = site.staff(GARDEN);
        let seen = Seen { number: placed.number.clone(), version: None };
        site.app.accept(&staff, &seen).await.unwrap();
        site.app.contact(&staff, &seen, "已联系".into()).await.unwrap();
        site.app.ask(&staff, &seen, "Which lamp?".into()).await.unwrap();
        let order = format!("/orders/{}", placed.number);
        let mut browser = Browser::open(&site, "en").await;
        let page = browser.get(&order).await.text();
        let way = format!("/mine?next={order}");
        assert!(page.contains(&way) && !page.contains("Which lamp?"), "{page}");
        let form = browser.get(&way).await.text();
        assert!(form.contains(&format!("name=\"next\" value=\"{order}\"")), "{form}");
        let asked = browser.submit("/mine/code", &[("contact", "ann@example.org"), ("next", &order)]).await;
        assert_eq!(asked.header("location"), "/mine/code", "{}", asked.text());
        let letter = mail.letters().pop().unwrap();
        assert_eq!(letter.to, ["ann@example.org"]);
        assert_eq!(letter.header("subject"), "Your code for Luyuan");
        assert_eq!(letter.header("content-language"), "en");
        browser.get("/mine/code").await.is_page(200, "a***@example.org");
        let proof = browser.submit("/mine/proof", &[("code", &code(&letter.text()))]).await;
        assert_eq!(proof.header("location"), order, "{engine}: on to where they came from");
        browser.get(&order).await.is_page(200, "Which lamp?");
        assert_eq!(browser.submit(&format!("{order}/answer"), &[("answer", "The third")]).await.status, 303);
        let detail = site.app.order(&Actor::System, &placed.number, None).await.unwrap();
        assert_eq!(detail.order.questions[0].answer.as_deref(), Some("The third"));
        assert!(gateway.got().is_empty());
        let mut desk = Browser::open(&site, "en").await;
        desk.log_in("compound").await;
        let page = desk.get(&format!("/work/orders/{}", placed.number)).await.text();
        assert!(page.contains("A***@Example.org") && page.contains("verified"), "{engine}: staff see that it is right");
        // Nobody is led to another site.
        for next in ["https://evil.example/", "//evil.example", "/work", "/orders/1\r\nset-cookie: a=b"] {
            let mut browser = Browser::open(&site, "en").await;
            browser.submit("/mine/code", &[("contact", "ann@example.org"), ("next", next)]).await;
            let letter = mail.letters().pop().unwrap();
            let proof = browser.submit("/mine/proof", &[("code", &code(&letter.text()))]).await;
            assert_eq!(proof.header("location"), "/mine", "{next}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_code_is_good_once_for_a_while_and_in_one_browser() {
    on_both(|site, engine| async move {
        let (site, _, gateway) = reaching(&site).await;
        site.place(with(&site, PHONE, "")).await;
        let last = || code(gateway.got().last().unwrap().json()["text"].as_str().unwrap());
        let mut browser = Browser::open(&site, "zh-CN").await;
        let mut foreign = Browser::open(&site, "en").await;
        browser.submit("/mine/proof", &[("code", "123456")]).await.is_page(422, "没有可用的验证码");

        browser.submit("/mine/code", &[("contact", PHONE)]).await;
        let first = last();
        foreign.submit("/mine/proof", &[("code", &first)]).await.is_page(422, "in another browser");
        // A new one ends what this browser knew of the first.
        browser.submit("/mine/code", &[("contact", PHONE)]).await;
        let second = last();
        if first != second {
            browser.submit("/mine/proof", &[("code", &first)]).await.is_page(422, "还可以试 4 次");
        }
        let cookies = browser.cookies();
        assert_eq!(browser.submit("/mine/proof", &[("code", &second)]).await.status, 303, "{engine}");
        // Used, also with the cookie of before.
        let form = [
            ("content-type", "application/x-www-form-urlencoded"),
            ("cookie", cookies.as_str()),
            ("accept-language", "en"),
        ];
        let body = format!("token={}&code={second}", browser.token());
        site.ask(axum::http::Method::POST, "/mine/proof", &form, body).await.is_page(422, "used already");

        // Too old.
        let mut browser = Browser::open(&site, "zh-CN").await;
        browser.submit("/mine/code", &[("contact", PHONE)]).await;
        let late = last();
        site.app.env.advance(SignedDuration::from_mins(11));
        browser.submit("/mine/proof", &[("code", &late)]).await.is_page(422, "已过期");
        browser.get("/mine/code").await.is_page(422, "已过期");

        // Guessed at too often: also the right one opens nothing any more.
        site.app.env.advance(SignedDuration::from_hours(25));
        browser.submit("/mine/code", &[("contact", PHONE)]).await;
        let right = last();
        let wrong = other(&right);
        for left in [4, 3, 2, 1] {
            let sentence = format!("还可以试 {left} 次");
            browser.submit("/mine/proof", &[("code", &wrong)]).await.is_page(422, &sentence);
        }
        browser.submit("/mine/proof", &[("code", &wrong)]).await.is_page(422, "输错次数过多");
        browser.submit("/mine/proof", &[("code", &right)]).await.is_page(422, "输错次数过多");
        // A form that is not ours asks for nothing.
        browser.submit_bare("/mine/code", &[("contact", PHONE)]).await.is_page(403, "");
        assert_eq!(last(), right);
    })
    .await;
}

#[tokio::test]
async fn whether_somebody_is_known_is_told_to_nobody() {
    on_both(|site, engine| async move {
        let (site, _, gateway) = reaching(&site).await;
        site.place(with(&site, PHONE, "")).await;
        let mut told = Vec::new();
        for number in ["13811112222", "13811113333"] {
            let mut browser = Browser::open(&site, "zh-CN").await;
            let token = browser.token();
            let asked = browser.submit("/mine/code", &[("contact", number)]).await;
            let page = browser.get("/mine/code").await;
            let same = |text: String| {
                let text = text.replace(&token, "TOKEN").replace("3333", "2222");
                // The time until which it holds.
                text.split("请在")
                    .map(|part| part.split_once("之前").map_or(part, |(_, rest)| rest).to_owned())
                    .collect::<String>()
            };
            let wrong = browser
                .submit(
                    "/mine/proof",
                    &[("code", &other(&code(gateway.got().last().unwrap().json()["text"].as_str().unwrap())))],
                )
                .await;
            told.push((
                asked.status,
                asked.header("location").to_owned(),
                same(page.text()),
                wrong.status,
                same(wrong.text()),
            ));
        }
        assert_eq!(told[0], told[1], "{engine}");
        assert_eq!(gateway.got().len(), 2, "both get a code");
        let browser = &mut proved(&site, &gateway, "13811113333").await;
        browser.get("/mine").await.is_page(200, "没有用它留下的诉求");
    })
    .await;
}

#[tokio::test]
async fn codes_are_not_sent_without_end() {
    on_both(|site, engine| async move {
        let (site, _, gateway) = reaching(&site).await;
        let ask = |contact: &'static str, browser: &'static str, address: &'static str| {
            let app = site.app.clone();
            async move {
                let asking = Asking { contact, language: "zh-CN", browser, address: Some(address), next: "" };
                app.send_code(asking).await.map(|_| ()).map_err(|error| error.code())
            }
        };
        // To one number, whatever the browser and the address.
        for (browser, address) in [("a", "192.0.2.1"), ("b", "192.0.2.2"), ("c", "192.0.2.3")] {
            assert_eq!(ask("13811112222", browser, address).await, Ok(()), "{engine}");
        }
        assert_eq!(ask("+86 138 1111 2222", "d", "192.0.2.4").await, Err("wait"), "{engine}: however it is written");
        assert_eq!(ask("13811113333", "d", "192.0.2.4").await, Ok(()), "others are not held up");
        site.app.env.advance(SignedDuration::from_secs(61));
        assert_eq!(ask("13811112222", "e", "192.0.2.5").await, Ok(()));
        site.app.env.advance(SignedDuration::from_secs(61));
        assert_eq!(ask("13811112222", "e", "192.0.2.5").await, Err("wait"), "the wait grows");
        site.app.env.advance(SignedDuration::from_secs(60));
        assert_eq!(ask("13811112222", "e", "192.0.2.5").await, Ok(()));
        // In one browser.
        let numbers = ["13700000001", "13700000002", "13700000003", "13700000004", "13700000005", "13700000006"];
        for number in &numbers[..5] {
            assert_eq!(ask(number, "f", "192.0.2.6").await, Ok(()));
        }
        assert_eq!(ask(numbers[5], "f", "192.0.2.7").await, Err("wait"), "{engine}");
        // From one address.
        const MANY: [&str; 21] = [
            "13600000001",
            "13600000002",
            "13600000003",
            "13600000004",
            "13600000005",
            "13600000006",
            "13600000007",
            "13600000008",
            "13600000009",
            "13600000010",
            "13600000011",
            "13600000012",
            "13600000013",
            "13600000014",
            "13600000015",
            "13600000016",
            "13600000017",
            "13600000018",
            "13600000019",
            "13600000020",
            "13600000021",
        ];
        for number in &MANY[..20] {
            assert_eq!(ask(number, number, "192.0.2.9").await, Ok(()));
        }
        assert_eq!(ask(MANY[20], "z", "192.0.2.9").await, Err("wait"), "{engine}");
        let sent = gateway.got().len();
        // On the page, in words.
        let mut browser = Browser::open(&site, "zh-CN").await;
        for _ in 0..3 {
            assert_eq!(browser.submit("/mine/code", &[("contact", "13500000000")]).await.status, 303);
        }
        browser.submit("/mine/code", &[("contact", "13500000000")]).await.is_page(429, "之后再试");
        assert_eq!(gateway.got().len(), sent + 3, "nothing was sent");
        // Who used their code is not held up later.
        let used = gateway.got().last().unwrap().json()["code"].as_str().unwrap().to_owned();
        assert_eq!(browser.submit("/mine/proof", &[("code", &used)]).await.status, 303);
        assert_eq!(browser.submit("/mine/code", &[("contact", "13500000000")]).await.status, 303);
    })
    .await;
}

#[tokio::test]
async fn what_is_no_address_and_what_cannot_be_sent_is_said_clearly() {
    on_both(|site, engine| async move {
        let (reached, mail, gateway) = reaching(&site).await;
        let mut browser = Browser::open(&reached, "zh-CN").await;
        for contact in ["", "12", "a b@example.org", "a@b.example, c@d.example", "李 <a@b.example>"] {
            browser.submit("/mine/code", &[("contact", contact)]).await.is_page(422, "这不是手机号，也不是邮箱地址");
        }
        let shown = browser.submit("/mine/code", &[("contact", "\"><script>x")]).await.text();
        assert!(!shown.contains("<script>x"));
        for reply in [Reply::Says(503, "busy".into()), Reply::Says(200, r#"{"code":7}"#.into()), Reply::Hangs] {
            gateway.answers([reply]);
            let mut browser = Browser::open(&reached, "zh-CN").await;
            let failed = browser.submit("/mine/code", &[("contact", PHONE)]).await;
            failed.is_page(502, "暂时发不出去");
            assert!(failed.text().contains(PHONE), "what was typed stays");
            let code = gateway.got().last().unwrap().json()["code"].as_str().unwrap().to_owned();
            browser.submit("/mine/proof", &[("code", &code)]).await.is_page(422, "没有可用的验证码");
            site.app.env.advance(SignedDuration::from_hours(25));
        }
        mail.refuses(["550 <ann@example.org> unknown"]);
        let failed = browser.submit("/mine/code", &[("contact", "ann@example.org")]).await;
        failed.is_page(502, "暂时发不出去");
        // A gateway inside that nobody allowed is not asked.
        let inside =
            Gateway::parse(&format!("method = \"GET\"\nurl = \"{}?to={{phone}}&text={{text}}\"", gateway.url()));
        let closed = site.reach(Settings { sms: Some(inside.unwrap()), ..Settings::default() });
        let mut browser = Browser::open(&closed, "zh-CN").await;
        let before = gateway.got().len();
        browser.submit("/mine/code", &[("contact", PHONE)]).await.is_page(502, "暂时发不出去");
        assert_eq!(gateway.got().len(), before, "{engine}");
        browser.submit("/mine/code", &[("contact", "ann@example.org")]).await.is_page(422, "不能发邮件");
        // Without any way the page says so, and nothing leads there.
        let mut browser = Browser::open(&site, "en").await;
        assert!(!browser.get("/").await.text().contains("/mine"));
        browser.get("/mine").await.is_page(200, "No codes can be sent here");
        browser.submit("/mine/code", &[("contact", PHONE)]).await.is_page(422, "No codes can be sent");
    })
    .await;
}

#[tokio::test]
async fn a_session_is_short_and_what_is_erased_is_found_no_more() {
    on_both(|site, engine| async move {
        let (site, _, gateway) = reaching(&site).await;
        let placed = site.place(with(&site, PHONE, "")).await;
        let mut browser = proved(&site, &gateway, PHONE).await;
        assert!(browser.get("/mine").await.text().contains(&placed.number));
        site.app.env.advance(SignedDuration::from_mins(31));
        browser.get("/mine").await.is_page(200, "获取验证码");

        // The marks go with the contact data.
        let mut browser = proved(&site, &gateway, PHONE).await;
        let detail = site.app.order(&Actor::System, &placed.number, None).await.unwrap();
        let id = detail.reporters[0].id;
        site.app.erase(&Actor::Reporter { id }, &placed.number, id, Erasing::default()).await.unwrap();
        browser.get("/mine").await.is_page(200, "没有用它留下的诉求");

        // So does what was kept long enough.
        let placed = site.place(with(&site, PHONE, "")).await;
        reply(&site, &placed).await;
        let detail = site.app.order(&Actor::System, &placed.number, None).await.unwrap();
        let id = detail.reporters[0].id;
        let rate = Rate { solved: Solved::Yes, satisfied: None, comment: String::new(), go_on: false };
        let seen = Seen { number: placed.number.clone(), version: None };
        site.app.rate(&Actor::Reporter { id }, &seen, id, rate).await.unwrap();
        let mut browser = proved(&site, &gateway, PHONE).await;
        assert!(browser.get("/mine").await.text().contains(&placed.number));
        site.app.env.advance(SignedDuration::from_hours(24 * 181));
        site.app.forget().await.unwrap();
        let mut browser = proved(&site, &gateway, PHONE).await;
        browser.get("/mine").await.is_page(200, "没有用它留下的诉求");
        let count = site.app.db.read(|mut conn| {
            Box::pin(async move {
                let text = "SELECT COUNT(*) FROM contacts WHERE phone_mark IS NOT NULL";
                conn.query(text).one().await?.get::<i64>(0)
            })
        });
        assert_eq!(count.await.unwrap(), 0, "{engine}");
    })
    .await;
}

#[tokio::test]
async fn rows_of_an_older_program_and_a_new_key_change_nothing() {
    on_both(|site, engine| async move {
        let (site, _, gateway) = reaching(&site).await;
        let placed = site.place(with(&site, PHONE, "")).await;
        // As migration 12 finds it.
        let old = site.app.db.write(|mut conn| {
            Box::pin(async move {
                conn.query("UPDATE contacts SET email_mark = NULL, phone_mark = NULL, marked = 0").run().await
            })
        });
        let rows = old.await.unwrap();
        let mut browser = proved(&site, &gateway, PHONE).await;
        browser.get("/mine").await.is_page(200, "没有用它留下的诉求");
        assert_eq!(site.app.mark_contacts().await.unwrap(), usize::try_from(rows).unwrap(), "{engine}");
        assert_eq!(site.app.mark_contacts().await.unwrap(), 0);
        assert!(browser.get("/mine").await.text().contains(&placed.number), "{engine}");
        site.app.renew_contact_key().await.unwrap();
        browser.get("/mine").await.is_page(200, "获取验证码");
        let mut browser = proved(&site, &gateway, PHONE).await;
        assert!(browser.get("/mine").await.text().contains(&placed.number), "{engine}: under the new key");
    })
    .await;
}
