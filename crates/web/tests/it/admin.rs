//! The administrators' pages: giving and ending roles and keys, the three offices apart, what a place
//! means for an inbox, and what programs are told of keys that have ended or are not for this.

use crate::district::{Browser, GARDEN, LAMP, Site, on_both};
use axum::{body::Body, http::Method};
use jiff::SignedDuration;
use luyuan_app::{
    demo::{PASSWORD, RULES},
    keys::NewKey,
    orders::Place,
    roles::Giving,
};
use luyuan_domain::{
    actor::Actor,
    roles::{Role, Scope, Scopes},
};
use serde_json::json;

async fn admin(site: &Site, language: &'static str) -> Browser {
    let mut browser = Browser::open(site, language).await;
    browser.log_in("admin").await;
    browser
}

/// Ends all roles of somebody.
async fn end_roles(site: &Site, login: &str) {
    for one in site.app.standing_roles(&Actor::System).await.unwrap() {
        if one.login == login {
            site.app.end_role(&Actor::System, one.held.id).await.unwrap();
        }
    }
}

async fn give(site: &Site, login: &str, org: &str, role: Role, place: Option<&str>) {
    let directory = site.app.directory();
    let giving = Giving {
        login: login.into(),
        org: directory.org_by_code(org).unwrap().id,
        role,
        place: place.map(|code| directory.place_by_code(code).unwrap().id),
        since: None,
        until: None,
    };
    site.app.give_role(&Actor::System, giving).await.unwrap();
}

#[tokio::test]
async fn an_administrator_gives_and_ends_a_role() {
    on_both(|site, engine| async move {
        let mut admin = admin(&site, "en").await;
        assert_eq!(admin.get("/work").await.header("location"), "/admin", "an administrator sees no orders");
        let mut worker = Browser::open(&site, "en").await;
        worker.log_in("lvyun").await;
        let org = |code: &str| site.app.directory().org_by_code(code).unwrap().name.clone();
        let give = [("login", "lvyun"), ("org", GARDEN), ("role", "worker"), ("until", "2099-12-31")];
        assert_eq!(admin.submit("/admin/roles", &give).await.status, 303);
        let page = admin.get("/admin/roles").await.text();
        assert!(page.contains(&org(GARDEN)) && page.contains("31 Dec 2099") | page.contains("1 Jan 2100"), "{page}");
        admin.submit("/admin/roles", &give).await.is_page(422, "holds this role there already");
        // What was typed is still there.
        let wrong = [("login", "nobody-here"), ("org", GARDEN), ("role", "lead")];
        let answer = admin.submit("/admin/roles", &wrong).await;
        answer.is_page(422, "There is no account “nobody-here”");
        assert!(
            answer.text().contains("value=\"nobody-here\"")
                && answer.text().contains("value=\"lead\" required checked")
        );
        for (field, value, sentence) in [
            ("org", "X", "no organisation with the code “X”"),
            ("place", "X", "No such place"),
            ("until", "31.12.2099", "“31.12.2099” is no day"),
            ("until", "2001-01-01", "The last day lies before"),
            ("role", "king", "Please choose a role"),
        ] {
            let fields: Vec<_> = [("login", "huaihe"), ("org", GARDEN), ("role", "lead")]
                .into_iter()
                .filter(|(name, _)| *name != field)
                .chain([(field, value)])
                .collect();
            admin.submit("/admin/roles", &fields).await.is_page(422, sentence);
        }
        // The role is ended, and with the last one the session.
        assert_eq!(worker.get("/work").await.status, 200);
        for one in site.app.standing_roles(&Actor::System).await.unwrap() {
            if one.login == "lvyun" {
                let answer = admin.submit(&format!("/admin/roles/{}/end", one.held.id), &[]).await;
                assert_eq!(answer.status, 303, "{engine}");
                admin.submit(&format!("/admin/roles/{}/end", one.held.id), &[]).await.is_page(404, "Not found");
            }
        }
        worker.get("/work").await.is_page(401, "Please log in first");
        worker.submit("/login", &[("login", "lvyun"), ("password", PASSWORD)]).await.is_page(401, "wrong");
        let trail = admin.get("/admin/audit").await.text();
        assert_eq!(trail.matches("gave a role").count(), 1, "{trail}");
        assert_eq!(trail.matches("ended a role").count(), 2);
        // The trail itself cannot be changed.
        let changed = site
            .app
            .db
            .write(|mut conn| Box::pin(async move { conn.query("UPDATE audit SET about = 'x'").run().await }));
        assert!(changed.await.unwrap_err().to_string().contains("append-only"));
    })
    .await;
}

#[tokio::test]
async fn where_the_three_are_separate_nobody_holds_two() {
    on_both(|site, engine| async move {
        for (login, role) in [("district", Role::SystemAdministrator), ("street", Role::SecurityAdministrator)] {
            give(&site, login, "410103", role, None).await;
        }
        end_roles(&site, "street").await;
        give(&site, "street", "410103", Role::SecurityAdministrator, None).await;
        let mut one_for_all = admin(&site, "en").await;
        let mut security = Browser::open(&site, "en").await;
        security.log_in("street").await;
        assert_eq!(security.get("/admin/roles").await.status, 200);
        security.get("/admin/audit").await.is_page(403, "You may not do this");
        let audit = [("login", "district"), ("org", "410103"), ("role", "audit_administrator")];
        // The district decides that they are separate.
        let (name, text) = RULES.into_iter().find(|(name, _)| *name == "roles-2020.toml").unwrap();
        let strict = text.replace("required = false", "required = true");
        site.app.import_rules(name, &strict, true).await.unwrap();
        security.submit("/admin/roles", &audit).await.is_page(422, "holds another of the three offices");
        let own = [("login", "street"), ("org", "410103"), ("role", "lead")];
        security.submit("/admin/roles", &own).await.is_page(422, "nobody gives a role to themselves");
        let all = [("login", "city"), ("org", "410103"), ("role", "administrator")];
        security.submit("/admin/roles", &all).await.is_page(422, "there is no administrator for all");
        let free = [("login", "city"), ("org", "410103"), ("role", "audit_administrator")];
        assert_eq!(security.submit("/admin/roles", &free).await.status, 303, "{engine}");
        // Nor does one of the three take another's account over.
        security.submit("/admin/resets", &[("login", "district")]).await.is_page(403, "You may not do this");
        assert_eq!(security.submit("/admin/resets", &[("login", "town")]).await.status, 200);
        assert!(security.get("/admin").await.text().contains("The three administrators are separate here"));
        // Who was administrator for all is nobody now.
        one_for_all.get("/admin").await.is_page(401, "Please log in first");
    })
    .await;
}

#[tokio::test]
async fn a_role_over_a_place_shows_its_orders_only() {
    on_both(|site, engine| async move {
        let street = "410103012";
        end_roles(&site, "street").await;
        give(&site, "street", street, Role::Lead, Some(GARDEN)).await;
        let here = site.place(Place { private: true, ..site.lamp() }).await.number;
        let directory = site.app.directory();
        let next = directory
            .places()
            .iter()
            .find(|place| place.code.starts_with(street) && place.kind.level() == Some(4) && place.code != GARDEN);
        let next = next.unwrap().clone();
        let mut lamp = Place { private: true, ..site.lamp() };
        (lamp.at.point, lamp.at.place_code) = (next.centre, Some(next.code.clone()));
        let there = site.place(lamp).await.number;
        let mut browser = Browser::open(&site, "en").await;
        browser.log_in("street").await;
        for path in ["/work".to_owned(), format!("/work?place={street}"), format!("/work?place={GARDEN}")] {
            let page = browser.get(&path).await.text();
            assert!(page.contains(&here) && !page.contains(&there), "{engine} {path}");
        }
        let elsewhere = browser.get(&format!("/work?place={}", next.code)).await.text();
        assert!(!elsewhere.contains(&here) && !elsewhere.contains(&there), "{engine}");
        assert_eq!(browser.get(&format!("/work/orders/{here}")).await.status, 200);
        browser.get(&format!("/work/orders/{there}")).await.is_page(404, "Not found");
    })
    .await;
}

#[tokio::test]
async fn a_key_is_made_once_shown_once_and_ended_everywhere() {
    on_both(|site, engine| async move {
        let mut admin = admin(&site, "en").await;
        admin.submit("/admin/keys", &[("label", "x")]).await.is_page(422, "choose what the key may be used for");
        admin.submit("/admin/keys", &[("label", " "), ("scope", "place")]).await.is_page(422, "which program");
        let answer = admin.submit("/admin/keys", &[("label", "邻区热线"), ("scope", "place")]).await;
        assert_eq!((answer.status.as_u16(), answer.header("cache-control")), (200, "no-store"));
        let page = answer.text();
        let key = page.split("<code>").nth(1).unwrap().split("</code>").next().unwrap().to_owned();
        assert!(!admin.get("/admin/keys").await.text().contains(&key), "shown once");

        let bearer = format!("Bearer {key}");
        let order = json!({ "category": LAMP, "description": "灯不亮", "place": GARDEN }).to_string();
        let json = |key: &str, language: &'static str| {
            let (site, order, key) = (site.clone(), order.clone(), key.to_owned());
            async move {
                let headers =
                    [("authorization", key.as_str()), ("content-type", "application/json"), ("accept-language", language)];
                site.ask(Method::POST, "/api/v1/orders", &headers, order).await
            }
        };
        let open311 = |key: &str| {
            let (site, body) = (site.clone(), format!("api_key={key}&service_code={LAMP}&address_string=x&description=y"));
            async move {
                let headers = [("content-type", "application/x-www-form-urlencoded"), ("accept-language", "en")];
                site.ask(Method::POST, "/open311/v2/requests.json", &headers, body).await
            }
        };
        assert_eq!(json(&bearer, "en").await.status, 201, "{engine}");
        // It is for placing orders, not for what another platform knows.
        let number = site.place(site.lamp()).await.number;
        let update = format!(
            "api_key={key}&service_request_id={number}&update_id=1&status=unchanged&updated_datetime=2026-01-01T00:00:00Z&description=x"
        );
        let headers = [("content-type", "application/x-www-form-urlencoded"), ("accept-language", "en")];
        let answer = site.ask(Method::POST, "/open311/v2/servicerequestupdates.json", &headers, update).await;
        assert_eq!(answer.status, 403);
        assert!(answer.text().contains("It needs the scope “update-status”"), "{}", answer.text());

        let name = admin.get("/admin/keys").await.text();
        let name = name.split("/admin/keys/").nth(1).unwrap().split("/end").next().unwrap().to_owned();
        assert_eq!(admin.submit(&format!("/admin/keys/{name}/end"), &[]).await.status, 303);
        admin.submit(&format!("/admin/keys/{name}/end"), &[]).await.is_page(404, "Not found");
        let before = site.rows().await;
        json(&bearer, "en").await.is_problem(401, "key_ended");
        let told = json(&bearer, "zh-CN").await;
        assert!(told.text().contains("该密钥已于"), "{}", told.text());
        let told = open311(&key).await;
        assert_eq!(told.status, 403);
        assert!(told.text().contains("This api_key ended on 20"), "{}", told.text());
        assert_eq!(site.rows().await, before, "{engine}");
        let answer = site.ask(Method::GET, "/api/v1/orders", &[("authorization", &bearer)], Body::empty()).await;
        answer.is_problem(401, "key_ended");
    })
    .await;
}

#[tokio::test]
async fn a_key_expires_on_its_day_and_reads_what_its_scopes_say() {
    on_both(|site, engine| async move {
        let key = |scopes: &[Scope]| {
            let until = Some(site.app.env.now() + SignedDuration::from_hours(24));
            let new = NewKey { label: "reader".into(), scopes: Scopes(scopes.to_vec()), until };
            let app = site.app.clone();
            async move { format!("Bearer {}", app.make_key(&Actor::System, new).await.unwrap()) }
        };
        let private = site.place(Place { private: true, ..site.lamp() }).await.number;
        let list = "/api/v1/orders?internal=true&limit=200";
        let get = |path: String, key: String| {
            let site = site.clone();
            async move { site.ask(Method::GET, &path, &[("authorization", &key)], Body::empty()).await }
        };
        let (one, both) = (key(&[Scope::ReadInternal]).await, key(&[Scope::ReadInternal, Scope::Bulk]).await);
        assert_eq!(get(format!("/api/v1/orders/{private}"), one.clone()).await.json()["number"], private.as_str());
        let refused = get(list.into(), one).await;
        refused.is_problem(403, "scope");
        assert!(refused.text().contains("bulk"), "{}", refused.text());
        assert!(get(list.into(), both.clone()).await.text().contains(&private), "{engine}");
        assert!(!get("/api/v1/orders?limit=200".into(), both.clone()).await.text().contains(&private));
        site.get(list).await.is_problem(401, "api_key");
        site.app.env.advance(SignedDuration::from_hours(25));
        get(list.into(), both).await.is_problem(401, "key_ended");
    })
    .await;
}
