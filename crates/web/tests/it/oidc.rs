//! Logging in through another provider over HTTP, with a provider that may say anything: what is good
//! is taken once, everything else is refused in words, and the password still works.

mod double;

use crate::district::{Answer, Browser, Site, on_both};
use double::{Double, Says};
use jiff::SignedDuration;
use luyuan_app::{demo::PASSWORD, oidc::Back};
use serde_json::json;
use std::future::Future;

/// What a provider does otherwise than it should.
type Change = Box<dyn FnOnce(&mut Says)>;

/// Runs a test on a district with the provider, on both engines.
async fn on_both_with<F, T>(test: F)
where
    F: Fn(Site, Double, &'static str) -> T,
    T: Future<Output = ()>,
{
    on_both(|site, engine| {
        let test = &test;
        async move {
            let double = Double::start().await;
            test(site.set_up(double.settings()), double, engine).await;
        }
    })
    .await;
}

fn value<'a>(way: &'a str, name: &str) -> &'a str {
    let query = way.split_once('?').unwrap_or_else(|| panic!("no query in {way}")).1;
    query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('=')).unwrap_or_else(|| panic!("no {name}"))
}

/// What the provider does when somebody called `subject` was sent to it: the state to come back with.
fn asked(site: &Site, double: &Double, way: &str, subject: &str) -> String {
    assert!(way.starts_with(&format!("{}/authorize?", double.issuer)), "{way}");
    assert_eq!(
        (value(way, "response_type"), value(way, "client_id"), value(way, "scope")),
        ("code", "luyuan", "openid")
    );
    assert_eq!(value(way, "code_challenge_method"), "S256");
    let now = site.app.env.now().as_second();
    let mut says = double.says.lock().unwrap();
    says.challenge = value(way, "code_challenge").to_owned();
    says.claims = json!({
        "iss": double.issuer, "aud": "luyuan", "sub": subject, "nonce": value(way, "nonce"),
        "iat": now, "exp": now + 300, "email": "community@example.org",
    });
    value(way, "state").to_owned()
}

/// Goes to the provider and comes back; `change` is what the provider does otherwise than it should.
async fn through(
    site: &Site,
    double: &Double,
    browser: &mut Browser,
    subject: &str,
    change: impl FnOnce(&mut Says),
) -> Answer {
    let answer = browser.get("/login/oidc").await;
    assert_eq!(answer.status, 303, "{}", answer.text());
    let state = asked(site, double, answer.header("location"), subject);
    change(&mut double.says.lock().unwrap());
    browser.get(&format!("/login/oidc/return?state={state}&code=c")).await
}

/// Links an account, whose session the browser has.
async fn link(site: &Site, double: &Double, browser: &mut Browser, subject: &str) -> Answer {
    let page = browser.submit("/account/oidc", &[("password", PASSWORD)]).await;
    assert_eq!(page.status, 200, "{}", page.text());
    let text = page.text();
    let way = text.split("rel=\"noreferrer\" href=\"").nth(1).unwrap().split('"').next().unwrap().replace("&#38;", "&");
    let state = asked(site, double, &way, subject);
    browser.get(&format!("/login/oidc/return?state={state}&code=c")).await
}

async fn audit(site: &Site) -> Vec<String> {
    let mut admin = Browser::open(site, "en").await;
    admin.log_in("admin").await;
    let text = admin.get("/admin/audit").await.text();
    let told = ["linked their account with a provider", "ended the link with a provider"];
    told.into_iter().filter(|sentence| text.contains(sentence)).map(str::to_owned).collect()
}

#[tokio::test]
async fn an_account_is_linked_used_and_unlinked_by_its_owner_only() {
    on_both_with(|site, double, engine| async move {
        let mut browser = Browser::open(&site, "en").await;
        // Not by a name, not by an address.
        let answer = through(&site, &double, &mut browser, "community", |_| {}).await;
        answer.is_page(422, "No account here is linked with");
        assert!(answer.text().contains("name=\"password\""), "the password is at hand");
        browser.get("/work").await.is_page(401, "log in");

        browser.log_in("community").await;
        browser.submit("/account/oidc", &[("password", "wrong")]).await.is_page(422, "The present password is wrong");
        assert_eq!(link(&site, &double, &mut browser, "s-1").await.header("location"), "/account/oidc", "{engine}");
        assert!(browser.get("/account/oidc").await.text().contains("s-1"));
        // Nobody else can have the same identity.
        let mut other = Browser::open(&site, "en").await;
        other.log_in("street").await;
        link(&site, &double, &mut other, "s-1").await.is_page(422, "is linked with another account");

        let mut fresh = Browser::open(&site, "zh-CN").await;
        let answer = through(&site, &double, &mut fresh, "s-1", |_| {}).await;
        assert_eq!((answer.status.as_u16(), answer.header("location")), (303, "/work"), "{}", answer.text());
        assert_eq!(fresh.get("/work").await.status, 200);

        browser
            .submit("/account/oidc/end", &[("password", "wrong")])
            .await
            .is_page(422, "The present password is wrong");
        assert_eq!(browser.submit("/account/oidc/end", &[("password", PASSWORD)]).await.status, 303);
        browser.submit("/account/oidc/end", &[("password", PASSWORD)]).await.is_page(404, "Not found");
        let mut gone = Browser::open(&site, "zh-CN").await;
        through(&site, &double, &mut gone, "s-1", |_| {}).await.is_page(422, "没有账号与City Pass的");
        assert_eq!(audit(&site).await.len(), 2, "{engine}");
    })
    .await;
}

#[tokio::test]
async fn a_return_belongs_to_one_browser_and_one_account_once_and_for_ten_minutes() {
    on_both_with(|site, double, engine| async move {
        let mut owner = Browser::open(&site, "en").await;
        owner.log_in("community").await;
        link(&site, &double, &mut owner, "s-1").await;
        let mut browser = Browser::open(&site, "en").await;
        let ended = "That took too long, or was done already";
        for made_up in ["/login/oidc/return", "/login/oidc/return?state=abc&code=c", "/login/oidc/return?code=c&state="]
        {
            browser.get(made_up).await.is_page(401, ended);
        }
        let way = browser.get("/login/oidc?next=//evil.example").await.header("location").to_owned();
        let state = asked(&site, &double, &way, "s-1");
        let back = format!("/login/oidc/return?state={state}&code=c");
        // Another browser neither enters by it nor spoils it.
        let mut other = Browser::open(&site, "en").await;
        other.get(&back).await.is_page(401, ended);
        assert_eq!(double.says.lock().unwrap().asked, 1, "{engine}: nothing was exchanged but for the link");
        assert_eq!(browser.get(&back).await.header("location"), "/work", "to no other site");
        let mut again = Browser::open(&site, "en").await;
        again.get(&back).await.is_page(401, ended);
        browser.get(&back).await.is_page(401, ended);
        // Too late.
        let way = other.get("/login/oidc").await.header("location").to_owned();
        let state = asked(&site, &double, &way, "s-1");
        site.app.env.advance(SignedDuration::from_secs(601));
        other.get(&format!("/login/oidc/return?state={state}&code=c")).await.is_page(401, ended);
        // Begun by one, ended by another on the same browser.
        let way = site.app.begin_elsewhere("https://erqi.example", "t", "").await.unwrap();
        let state = asked(&site, &double, &way, "s-1");
        let back = Back { state, code: "c".into(), iss: "https://evil.example".into(), ..Back::default() };
        let refused = site.app.come_back(&back, "https://erqi.example", "t", None, &Default::default()).await;
        assert_eq!(refused.unwrap_err().code(), "provider_refused", "mixed up with another provider");
    })
    .await;
}

#[tokio::test]
async fn a_token_that_is_not_good_here_is_refused() {
    on_both_with(|site, double, engine| async move {
        let mut owner = Browser::open(&site, "en").await;
        owner.log_in("community").await;
        link(&site, &double, &mut owner, "s-1").await;
        let now = site.app.env.now().as_second();
        let bad: Vec<(&str, Change)> = vec![
            ("nonce", Box::new(|says| says.claims["nonce"] = "another".into())),
            ("no nonce", Box::new(|says| drop(says.claims.as_object_mut().unwrap().remove("nonce")))),
            ("audience", Box::new(|says| says.claims["aud"] = "another".into())),
            ("audiences", Box::new(|says| says.claims["aud"] = json!(["luyuan", "another"]))),
            ("party", Box::new(|says| says.claims["azp"] = "another".into())),
            ("issuer", Box::new(|says| says.claims["iss"] = "https://evil.example".into())),
            ("expired", Box::new(move |says| says.claims["exp"] = (now - 40).into())),
            ("to come", Box::new(move |says| says.claims["iat"] = (now + 90).into())),
            ("signature", Box::new(|says| says.spoilt = true)),
            ("key", Box::new(|says| says.signed_by = 7)),
            ("unsigned", Box::new(|says| says.unsigned = true)),
            ("pkce", Box::new(|says| says.challenge = "another".into())),
            ("subject", Box::new(|says| says.claims["sub"] = "s".repeat(256).into())),
        ];
        for (what, change) in bad {
            let mut browser = Browser::open(&site, "en").await;
            let answer = through(&site, &double, &mut browser, "s-1", change).await;
            assert_eq!(answer.status, 422, "{engine} {what}: {}", answer.text());
            answer.is_page(422, "is not good for this login");
            browser.get("/work").await.is_page(401, "log in");
            let says = &mut *double.says.lock().unwrap();
            (says.spoilt, says.unsigned, says.signed_by) = (false, false, 0);
        }
        // Clocks may differ by half a minute.
        let mut browser = Browser::open(&site, "en").await;
        let late = move |says: &mut Says| says.claims["exp"] = (now - 15).into();
        assert_eq!(through(&site, &double, &mut browser, "s-1", late).await.header("location"), "/work");
        // New keys are read when they are first met.
        let mut browser = Browser::open(&site, "en").await;
        let renewed = |says: &mut Says| (says.signed_by, says.published) = (9, 9);
        assert_eq!(through(&site, &double, &mut browser, "s-1", renewed).await.header("location"), "/work");
        // The provider says no.
        let mut browser = Browser::open(&site, "en").await;
        let way = browser.get("/login/oidc").await.header("location").to_owned();
        let back = format!("/login/oidc/return?state={}&error=access_denied", value(&way, "state"));
        browser.get(&back).await.is_page(422, "City Pass did not let you in");
    })
    .await;
}

#[tokio::test]
async fn a_provider_that_is_away_hangs_or_rambles_holds_nobody_up() {
    on_both_with(|site, double, engine| async move {
        let away = "City Pass gives no answer at the moment";
        let mut browser = Browser::open(&site, "en").await;
        for what in ["hangs", "moved", "endless"] {
            {
                let says = &mut *double.says.lock().unwrap();
                (says.hangs, says.moved, says.endless) = (what == "hangs", what == "moved", what == "endless");
            }
            let answer = browser.get("/login/oidc").await;
            assert_eq!(answer.status, 502, "{engine} {what}");
            answer.is_page(502, away);
            assert!(answer.text().contains("name=\"password\""));
        }
        double.says.lock().unwrap().endless = false;
        // It goes away between the two requests.
        let hangs = |says: &mut Says| says.hangs = true;
        through(&site, &double, &mut browser, "s-1", hangs).await.is_page(502, away);
        browser.log_in("community").await;
        double.says.lock().unwrap().hangs = false;
        let mut settings = double.settings();
        settings.oidc.as_mut().unwrap().issuer = "http://127.0.0.1:1".into();
        let mut nowhere = Browser::open(&site.set_up(settings), "zh-CN").await;
        nowhere.get("/login/oidc").await.is_page(502, "City Pass暂时没有响应");
    })
    .await;
}

#[tokio::test]
async fn a_provider_is_not_spoken_to_in_the_clear() {
    let double = Double::start().await;
    let mut oidc = double.settings().oidc.unwrap();
    oidc.issuer = "http://login.example.org".into();
    let refused = luyuan_app::oidc::Provider::new(oidc).map(drop).unwrap_err().to_string();
    assert!(refused.contains("has to begin with https://"), "{refused}");
}

#[tokio::test]
async fn the_providers_login_is_the_first_factor_only() {
    on_both_with(|site, double, engine| async move {
        let mut owner = Browser::open(&site, "en").await;
        crate::second::set_up(&site, &mut owner).await;
        assert_eq!(link(&site, &double, &mut owner, "s-1").await.header("location"), "/account/oidc");
        let mut browser = Browser::open(&site, "en").await;
        let answer = through(&site, &double, &mut browser, "s-1", |_| {}).await;
        answer.is_page(200, "Type the six digits");
        browser.get("/work").await.is_page(401, "log in");
        // Coming again is an attempt too, so that nobody guesses on and on.
        let mut last = 200;
        for _ in 0..5 {
            last = through(&site, &double, &mut browser, "s-1", |_| {}).await.status.as_u16();
        }
        assert_eq!(last, 429, "{engine}");
        // Whoever holds no role any more comes in as little.
        site.app.env.advance(SignedDuration::from_hours(25));
        for one in site.app.standing_roles(&luyuan_domain::actor::Actor::System).await.unwrap() {
            if one.login == "community" {
                site.app.end_role(&luyuan_domain::actor::Actor::System, one.held.id).await.unwrap();
            }
        }
        let answer = through(&site, &double, &mut browser, "s-1", |_| {}).await;
        answer.is_page(401, "Your account holds no role");
    })
    .await;
}

#[tokio::test]
async fn an_invitation_may_name_who_somebody_is_at_the_provider() {
    on_both_with(|site, double, engine| async move {
        let mut owner = Browser::open(&site, "en").await;
        owner.log_in("community").await;
        link(&site, &double, &mut owner, "s-1").await;
        let mut admin = Browser::open(&site, "en").await;
        admin.log_in("admin").await;
        let fields = |subject| [("org", crate::district::GARDEN), ("role", "worker"), ("subject", subject)];
        let taken = admin.submit("/admin/invitations", &fields("s-1")).await;
        taken.is_page(422, "“s-1” is linked with another account");
        let long = "s".repeat(256);
        admin.submit("/admin/invitations", &fields(&long)).await.is_page(422, "at most 255 characters");
        let mut links = Vec::new();
        for _ in 0..2 {
            let page = admin.submit("/admin/invitations", &fields("s-2")).await.text();
            links.push(page.split("https://erqi.example").nth(1).unwrap().split('<').next().unwrap().to_owned());
        }
        let mut guest = Browser::open(&site, "en").await;
        assert!(guest.get(&links[0]).await.text().contains("log in as “s-2” at City Pass"), "{engine}: they are told");
        let password = "青瓦 lantern 河边 17";
        let join = |login| [("name", "王晓"), ("login", login), ("password", password), ("again", password)];
        assert_eq!(guest.submit(&links[0], &join("wangxiao")).await.status, 303);
        let answer = through(&site, &double, &mut guest, "s-2", |_| {}).await;
        assert_eq!(answer.header("location"), "/work", "{}", answer.text());
        assert!(guest.get("/account").await.text().contains("wangxiao"));
        // One identity, one account: the second link makes none, and stays good for nothing else.
        let mut second = Browser::open(&site, "en").await;
        second.submit(&links[1], &join("lisi")).await.is_page(422, "“s-2” is linked with another account");
        assert!(!site.app.people().await.unwrap().iter().any(|person| person.login == "lisi"), "nothing half-made");
    })
    .await;
}
