//! Green within reach over HTTP: the same figures on the page, in the table and for programs, what a
//! change brings, scenarios that staff keep and everybody reads.

use crate::district::{Browser, GARDEN, Site, encoded, on_both};
use axum::{body::Body, http::Method};
use luyuan_app::keys::NewKey;
use luyuan_domain::{
    actor::Actor,
    roles::{Scope, Scopes},
};
use serde_json::{Value, json};

const TRY: &str = "/api/v1/green/what-if";

async fn try_out(site: &Site, edits: Value) -> crate::district::Answer {
    let body = json!({ "edits": edits }).to_string();
    site.ask(Method::POST, TRY, &[("content-type", "application/json")], Body::from(body)).await
}

fn park(at: [f64; 2], square_metres: f64) -> Value {
    let entrances = json!([{ "lon": at[0], "lat": at[1] }]);
    json!({ "edit": "park", "entrances": entrances, "square_metres": square_metres, "is_park": true })
}

/// Figures of a goal in an answer to what was tried.
fn goal<'a>(answer: &'a Value, code: &str) -> &'a Value {
    answer["goals"].as_array().unwrap().iter().find(|goal| goal["goal"] == code).unwrap()
}

/// A door that reaches no park but has a path: its key and where it is.
async fn left_out(site: &Site) -> (String, [f64; 2]) {
    let map = site.get("/green/map").await.json();
    assert_eq!(map["goals"], json!(["green", "park"]));
    for door in map["doors"].as_array().unwrap() {
        if door[4].as_u64().unwrap() & 2 == 0 {
            let at = [door[1].as_f64().unwrap(), door[2].as_f64().unwrap()];
            let answer = try_out(site, json!([park(at, 600.0)])).await;
            if answer.status == 200 && goal(&answer.json(), "park")["doors_gained"].as_u64().unwrap() > 0 {
                return (door[0].as_str().unwrap().to_owned(), at);
            }
        }
    }
    panic!("every door reaches a park");
}

#[tokio::test]
async fn page_table_map_and_interface_tell_the_same_figures() {
    on_both(|site, engine| async move {
        let told = site.get("/api/v1/green").await.json();
        assert_eq!((&told["ruleset"], &told["made"]), (&json!("green-300-500"), &json!(true)), "{engine}");
        let rows = told["coverage"].as_array().unwrap();
        let walking = |row: &&Value| row["goal"] == "park" && row["measure"] == "walking";
        let whole = rows.iter().filter(walking).find(|row| row["place"].is_null()).unwrap();
        // Streets lie in the district without a gap: their residents are all of it.
        let streets: Vec<&Value> = rows
            .iter()
            .filter(walking)
            .filter(|row| row["place"].as_str().is_some_and(|code| code.len() == 9))
            .collect();
        assert!(streets.len() > 10);
        let sum = |field: &str| streets.iter().map(|row| row["residents"][field].as_u64().unwrap()).sum::<u64>();
        assert_eq!(sum("total"), whole["residents"]["total"].as_u64().unwrap());
        assert_eq!(sum("covered"), whole["residents"]["covered"].as_u64().unwrap());
        // The map's doors are those that were counted.
        let map = site.get("/green/map").await.json();
        let doors = map["doors"].as_array().unwrap();
        let reached = |door: &&Value| door[4].as_u64().unwrap() & 2 == 2;
        let people = |doors: Vec<&Value>| doors.iter().map(|door| door[3].as_u64().unwrap()).sum::<u64>();
        assert_eq!(people(doors.iter().filter(reached).collect()), sum("covered"));
        assert_eq!(doors.len() as u64, whole["doors"]["total"].as_u64().unwrap());
        let percent = format!("{:.1}%", whole["residents"]["percent"].as_f64().unwrap());
        for (language, title, made) in [
            ("zh-CN", "300 米见绿、500 米见园", "不是二七区的实测数据"),
            ("en", "Green within 300 m", "no survey of Erqi"),
        ] {
            let mut browser = Browser::open(&site, language).await;
            let page = browser.get("/green").await;
            page.is_page(200, title);
            for words in [made, percent.as_str(), "GB 55014", "data-place=\"410103012\""] {
                assert!(page.text().contains(words), "{engine}: no {words} in {}", page.text());
            }
            assert!(browser.get("/").await.text().contains("href=\"/green\""), "in the navigation");
            // Another ruleset, and inside a street.
            let other = browser.get("/green?rules=green-gb55014-2021&in=410103012&sort=residents").await;
            assert!(other.status == 200 && other.text().contains("data-place=\"410103012012\""), "{}", other.text());
            let none = browser.get("/green?rules=green-1999").await;
            none.is_page(422, "green-300-500");
        }
    })
    .await;
}

#[tokio::test]
async fn what_a_park_brings_is_told_and_nothing_is_saved() {
    on_both(|site, engine| async move {
        let before = site.rows().await;
        let asis = try_out(&site, json!([])).await.json();
        let (id, at) = left_out(&site).await;
        let one = try_out(&site, json!([park(at, 600.0)])).await.json();
        let (was, now) = (goal(&asis, "park"), goal(&one, "park"));
        let number = |goal: &Value, path: &str| goal.pointer(path).unwrap().as_u64().unwrap();
        let changed = now["changed"].as_array().unwrap();
        assert!(changed.iter().any(|door| door["id"] == id && door["gained"] == true), "{engine}: {now}");
        assert_eq!(changed.len() as u64, number(now, "/doors_gained"));
        let people: u64 = changed.iter().map(|door| door["residents"].as_u64().unwrap()).sum();
        assert_eq!(number(now, "/residents_gained"), people);
        assert_eq!(number(was, "/residents/covered") + people, number(now, "/residents/covered"));
        assert_eq!(number(was, "/doors/total"), number(now, "/doors/total"));
        // A green serves the goal of 300 m alone.
        let mut green = park(at, 600.0);
        green["is_park"] = json!(false);
        let green = try_out(&site, json!([green])).await.json();
        assert_eq!(number(goal(&green, "park"), "/residents_gained"), 0);
        // The same park twice brings nothing more, and the pool forgets what was tried before.
        let twice = try_out(&site, json!(vec![park(at, 600.0); 6])).await.json();
        assert_eq!(goal(&twice, "park")["residents"], now["residents"]);
        assert_eq!(try_out(&site, json!([])).await.json(), asis, "{engine}");
        // All parks less: nobody reaches one.
        let map = site.get("/green/map").await.json();
        let parks = map["parks"]["features"].as_array().unwrap().iter();
        let without: Vec<Value> =
            parks.map(|park| json!({ "edit": "without_park", "park": park["properties"]["id"] })).collect();
        assert!(without.len() <= 64, "{}", without.len());
        let bare = try_out(&site, json!(without)).await.json();
        assert_eq!(number(goal(&bare, "park"), "/residents/covered"), 0);
        assert_eq!(number(goal(&bare, "park"), "/residents_lost"), number(was, "/residents/covered"));
        assert_eq!(site.rows().await, before);
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_tried_is_refused_with_its_position_and_what_to_do() {
    on_both(|site, _| async move {
        let (_, at) = left_out(&site).await;
        let good = park(at, 600.0);
        let far = json!({ "lon": at[0] + 0.01, "lat": at[1] });
        for (edits, code) in [
            (json!([good, park([116.4, 39.9], 600.0)]), "green_outside"),
            (json!([good, park([500.0, 39.9], 600.0)]), "green_point"),
            (json!([good, park(at, 0.0)]), "green_area"),
            (
                json!([good, { "edit": "park", "entrances": [], "square_metres": 9, "is_park": true }]),
                "green_no_entrance",
            ),
            (json!([good, { "edit": "without_park", "park": "nowhere" }]), "green_no_park"),
            (
                json!([good, { "edit": "crossing", "from": { "lon": at[0], "lat": at[1] }, "to": far }]),
                "green_crossing_long",
            ),
        ] {
            let answer = try_out(&site, edits).await;
            answer.is_problem(422, code);
            assert_eq!(answer.json()["errors"][0]["field"], "edits.1");
        }
        try_out(&site, json!(vec![good.clone(); 65])).await.is_problem(422, "green_many");
        for edits in
            [json!([{ "edit": "lake" }]), json!([{ "edit": "without_park", "park": "a", "more": 1 }]), json!("x")]
        {
            try_out(&site, edits).await.is_problem(422, "body");
        }
        let body = json!({ "ruleset": "green-1999", "edits": [] });
        site.post(TRY, &body).await.is_problem(422, "green_ruleset");
        site.get("/api/v1/green?ruleset=green-1999").await.is_problem(422, "green_ruleset");
        site.get("/api/v1/green/why?door=nowhere").await.is_problem(404, "not_found");
        site.get("/api/v1/green/scenarios/x").await.is_problem(404, "not_found");
    })
    .await;
}

#[tokio::test]
async fn without_a_script_a_park_is_added_by_words_and_its_address_can_be_shared() {
    on_both(|site, engine| async move {
        let (_, [lon, lat]) = left_out(&site).await;
        let mut browser = Browser::open(&site, "zh-CN").await;
        let answer = browser.get(&format!("/green?add=park&at={}&size=600", encoded(&format!("{lon}, {lat}")))).await;
        assert_eq!(answer.status, 303, "{}", answer.text());
        let address = answer.header("location");
        assert!(address.starts_with("/green?edit=park%40113."), "{address}");
        let page = browser.get(address).await;
        page.is_page(200, "居民 +");
        assert!(
            page.text().contains("新公园 600 m²") && page.text().contains("<th scope=\"col\">变化</th>"),
            "{engine}"
        );
        // Everybody who opens the address sees the same, in their language.
        let english = Browser::open(&site, "en").await.get(address).await;
        assert!(english.text().contains("New park, 600 m²") && english.text().contains("As it is: "));
        assert!(!english.text().contains("data-keep"), "only staff keep scenarios");
        // By a compound's name.
        let named = browser.get(&format!("/green?add=green&at={}&size=300", encoded("金祥花园"))).await;
        assert_eq!(named.status, 303, "{}", named.text());
        // What is wrong is said at the form, and what was typed is still in it.
        let wrong = browser.get(&format!("/green?add=park&at={}&size=77", encoded("没有这里"))).await;
        wrong.is_page(422, "找不到“没有这里”");
        assert!(wrong.text().contains("value=\"没有这里\"") && wrong.text().contains("value=\"77\""));
        browser.get("/green?add=park&at=116.4,39.9&size=600").await.is_page(422, "不在本区内");
        browser.get("/green?edit=lake@1,2").await.is_page(400, "lake@1,2");
    })
    .await;
}

#[tokio::test]
async fn a_door_says_how_near_its_park_is_and_how_far_on_foot() {
    on_both(|site, _| async move {
        let (id, _) = left_out(&site).await;
        let why = site.get(&format!("/api/v1/green/why?door={}&goal=park", encoded(&id))).await.json();
        let straight = why["straight_metres"].as_f64().unwrap();
        assert_eq!(why["within"], false);
        if let Some(walking) = why["walking_metres"].as_f64() {
            assert!(walking > 500.0 && walking + 1.0 > straight, "{why}");
            assert!(why["way"].as_array().unwrap().len() > 1);
        }
        let mut browser = Browser::open(&site, "en").await;
        let page = browser.get(&format!("/green/why?door={}&goal=park", encoded(&id))).await;
        page.is_page(200, "is not reached");
        assert!(page.text().contains("<svg viewBox=") && page.text().contains(&id), "{}", page.text());
        // By a place's name: its doors, each with a link.
        let list = browser.get(&format!("/green/why?q={}", encoded("金祥花园"))).await;
        assert!(
            list.text().contains("/green/why?rules=green-300-500&amp;goal=park&amp;door=410103012012001"),
            "{}",
            list.text()
        );
        browser.get(&format!("/green/why?q={}", encoded("没有这里"))).await.is_page(200, "No buildings were found");
        browser.get("/green/why?door=nowhere").await.is_page(404, "Not found");
    })
    .await;
}

#[tokio::test]
async fn staff_keep_scenarios_and_everybody_lays_them_side_by_side() {
    on_both(|site, engine| async move {
        let centre = site.app.directory().place_by_code(GARDEN).unwrap().centre.unwrap();
        let (_, [lon, lat]) = left_out(&site).await;
        let edit = format!("park@{lon},{lat}@600");
        let mut public = Browser::open(&site, "zh-CN").await;
        public.get("/green/scenarios").await.is_page(200, "还没有保存的方案");
        public
            .submit("/green/scenarios", &[("name", "甲"), ("rules", "green-300-500"), ("edit", &edit)])
            .await
            .is_page(403, "");
        let mut staff = Browser::open(&site, "zh-CN").await;
        staff.log_in("community").await;
        assert!(staff.get(&format!("/green?edit={}", encoded(&edit))).await.text().contains("data-keep"));
        for (name, edit, sentence) in [("", edit.as_str(), "方案要有名称"), ("乙", "park@116.4,39.9@600", "不在本区内")]
        {
            let fields = [("name", name), ("rules", "green-300-500"), ("edit", edit)];
            staff.submit("/green/scenarios", &fields).await.is_page(422, sentence);
        }
        staff
            .submit("/green/scenarios", &[("name", "乙"), ("rules", "green-300-500")])
            .await
            .is_page(422, "还没有任何改动");
        public.get("/green/scenarios").await.is_page(200, "还没有保存的方案");
        let mut links = Vec::new();
        let second = format!("green@{},{}@300", centre.lon, centre.lat);
        for (name, edit) in [("甲 <口袋公园>", edit.as_str()), ("乙", second.as_str())] {
            let kept =
                staff.submit("/green/scenarios", &[("name", name), ("rules", "green-300-500"), ("edit", edit)]).await;
            assert_eq!(kept.status, 303, "{engine}: {}", kept.text());
            links.push(kept.header("location").to_owned());
        }
        let page = public.get(&links[0]).await;
        page.is_page(200, "甲 &#60;口袋公园&#62;");
        let tried = try_out(&site, json!([park([lon, lat], 600.0)])).await.json();
        let percent = format!("{:.1}%", goal(&tried, "park")["residents"]["percent"].as_f64().unwrap());
        assert!(page.text().contains(&percent), "{engine}: {percent}");
        let id = links[1].rsplit('/').next().unwrap();
        let both = public.get(&format!("{}?beside={id}", links[0])).await.text();
        assert_eq!(both.matches("<luyuan-green").count(), 2);
        assert!(both.contains("<h1>乙</h1>") && both.contains("新绿地 300 m²"));
        public.get(&format!("{}?beside=x", links[0])).await.is_page(404, "");
        // For programs, newest first.
        let told = site.get("/api/v1/green/scenarios").await.json();
        assert_eq!((&told[0]["name"], told.as_array().unwrap().len()), (&json!("乙"), 2));
        let one = site.get(&format!("/api/v1/green/scenarios/{id}")).await.json();
        assert_eq!((&one["edits"][0]["edit"], &one["edits"][0]["is_park"]), (&json!("park"), &json!(false)));
    })
    .await;
}

#[tokio::test]
async fn where_next_is_planned_from_a_grid_or_a_list_and_says_what_is_proven() {
    on_both(|site, engine| async move {
        let (_, [lon, lat]) = left_out(&site).await;
        let gained = goal(&try_out(&site, json!([park([lon, lat], 800.0)])).await.json(), "park")["residents_gained"]
            .as_u64()
            .unwrap();
        let mut browser = Browser::open(&site, "zh-CN").await;
        browser.get("/green/next").await.is_page(200, "下一个公园该建在哪");
        let fields = [("by", "sites"), ("sites", "2"), ("from", "grid"), ("grid", "900")];
        let plan = browser.submit("/green/next", &fields).await;
        plan.is_page(200, "已证明");
        let text = plan.text();
        assert!(text.contains("<th scope=\"row\">2. 新公园") && !text.contains("<th scope=\"row\">3. "), "{text}");
        // What the plan shows on the map is what it says here.
        let address = text.split("class=\"button\" href=\"").nth(1).unwrap().split('"').next().unwrap();
        browser.get(&address.replace("&#38;", "&").replace("&amp;", "&")).await.is_page(200, "居民 +");
        assert!(!text.contains("name=\"name\""), "only staff keep it");
        // A list of cleared land: the second is too dear.
        let list = format!(
            "id,kind,lon,lat,square_metres,yuan\nA,cleared,{lon},{lat},800,100000\nB,vacant,{lon},{lat},800,9000000\n"
        );
        let fields = [("by", "budget"), ("budget", "150000"), ("from", "list"), ("crs", "wgs84")];
        let plan = browser.submit_files("/green/next", &fields, &[("list", "a.csv", list.as_bytes())]).await;
        plan.is_page(200, "100,000");
        let people = plan.text().split("\">+").nth(1).unwrap().split('<').next().unwrap().replace(',', "");
        assert_eq!(people.parse::<u64>().unwrap(), gained, "{engine}");
        for (fields, sentence) in [
            (vec![("by", "sites"), ("sites", "0"), ("from", "grid")], "写 1 到 60 处"),
            (vec![("by", "budget"), ("budget", "viel"), ("from", "grid")], "预算写 1 到"),
            (vec![("by", "sites"), ("from", "grid"), ("grid", "5")], "网格间距"),
            (vec![("by", "sites"), ("from", "list")], "请选择清单文件"),
        ] {
            browser.submit("/green/next", &fields).await.is_page(422, sentence);
        }
        let fields = [("by", "sites"), ("from", "list"), ("crs", "wgs84")];
        let bad = b"id,kind,lon,lat\nA,lake,113.6,34.7\n".as_slice();
        let refused = browser.submit_files("/green/next", &fields, &[("list", "a.csv", bad)]).await;
        refused.is_page(422, "第 2 行：kind 不能是“lake”");
        assert!(!refused.text().contains("/tmp/") && !refused.text().contains("cannot"), "{}", refused.text());
    })
    .await;
}

#[tokio::test]
async fn entrances_and_crossings_are_proposed_by_themselves() {
    on_both(|site, engine| async move {
        let mut browser = Browser::open(&site, "zh-CN").await;
        let form = browser.get("/green/next").await.text();
        assert!(form.contains("name=\"entrances_every\" inputmode=\"numeric\" value=\"100\""), "the rules' spacing");
        let fields = [
            ("by", "budget"),
            ("budget", "400000"),
            ("from", "none"),
            ("entrances", "1"),
            ("entrances_every", "50"),
            ("crossings", "1"),
            ("crossings_every", "50"),
        ];
        let plan = browser.submit("/green/next", &fields).await;
        plan.is_page(200, "已证明");
        let text = plan.text();
        assert!(text.contains("name=\"crossings\" value=\"1\" checked"), "what was chosen stays");
        // The same for programs, step by step.
        let asked = json!({ "yuan": 400_000, "entrances_every_metres": 50, "crossings_every_metres": 50 });
        let told = site.post("/api/v1/green/next", &asked).await.json();
        assert_eq!((&told["goal"], &told["optimal"]), (&json!("park"), &json!(true)), "{told}");
        let steps = told["steps"].as_array().unwrap();
        let kinds = |step: &Value| ["entrance", "crossing"].contains(&step["change"]["edit"].as_str().unwrap());
        assert!(!steps.is_empty() && steps.iter().all(kinds), "{engine}: {told}");
        assert_eq!(told["candidates"], told["candidates_measured"]);
        assert_eq!(text.matches("<th scope=\"row\">").count(), steps.len());
        // What the plan gains is what trying it out gains.
        let edits: Vec<Value> = steps.iter().map(|step| step["change"].clone()).collect();
        let tried = try_out(&site, json!(edits)).await.json();
        assert_eq!(goal(&tried, "park")["residents_gained"], told["residents_gained"]);
        browser.submit("/green/next", &[("by", "sites"), ("from", "none")]).await.is_page(422, "至少选一种候选");
        let fields = [("by", "sites"), ("from", "none"), ("crossings", "1"), ("crossings_every", "1")];
        browser.submit("/green/next", &fields).await.is_page(422, "间距在 20 到 2000 米之间");
        for (asked, code) in [
            (json!({ "sites": 1 }), "green_no_candidates"),
            (json!({ "grid_metres": 500 }), "green_sites"),
            (json!({ "sites": 1, "yuan": 1, "grid_metres": 500 }), "green_sites"),
            (json!({ "yuan": 0, "grid_metres": 500 }), "green_budget"),
            (json!({ "sites": 1, "grid_metres": 5 }), "green_grid"),
            (json!({ "sites": 1, "crossings_every_metres": 5 }), "green_every"),
            (json!({ "sites": 1, "grid_metres": 500, "goal": "sea" }), "green_goal"),
        ] {
            site.post("/api/v1/green/next", &asked).await.is_problem(422, code);
        }
    })
    .await;
}

#[tokio::test]
async fn the_time_limit_holds_for_measuring_and_says_how_many_were_measured() {
    on_both(|site, engine| async move {
        let settings = luyuan_app::settings::Settings { siting: std::time::Duration::ZERO, ..Default::default() };
        let site = site.set_up(settings);
        let told = site.post("/api/v1/green/next", &json!({ "sites": 3, "grid_metres": 100 })).await.json();
        let [all, measured] = ["candidates", "candidates_measured"].map(|field| told[field].as_u64().unwrap());
        assert!(all > 1000 && measured < all, "{engine}: {measured} of {all}");
        for (language, words) in [("zh-CN", "时间到了"), ("en", "The time was over")] {
            let mut browser = Browser::open(&site, language).await;
            let plan = browser.submit("/green/next", &[("by", "sites"), ("from", "grid"), ("grid", "100")]).await;
            plan.is_page(200, words);
            assert!(plan.text().contains(&all.to_string()), "{engine}: of how many");
        }
    })
    .await;
}

#[tokio::test]
async fn a_scenario_is_removed_by_who_may_keep_it_after_a_second_question() {
    on_both(|site, engine| async move {
        let at = site.app.directory().place_by_code(GARDEN).unwrap().centre.unwrap();
        let edit = format!("park@{},{}@600", at.lon, at.lat);
        let mut staff = Browser::open(&site, "zh-CN").await;
        staff.log_in("community").await;
        let mut kept = Vec::new();
        for name in ["甲方案", "乙方案"] {
            let fields = [("name", name), ("rules", "green-300-500"), ("edit", edit.as_str())];
            kept.push(staff.submit("/green/scenarios", &fields).await.header("location").to_owned());
        }
        let removal = format!("{}/removal", kept[0]);
        let mut public = Browser::open(&site, "zh-CN").await;
        assert!(!public.get(&kept[0]).await.text().contains("移除方案"));
        public.get(&removal).await.is_page(403, "");
        public.submit(&removal, &[]).await.is_page(403, "");
        assert!(staff.get(&kept[0]).await.text().contains(&format!("href=\"{removal}\"")), "{engine}");
        let asked = staff.get(&removal).await;
        asked.is_page(200, "移除方案“甲方案”？");
        assert!(asked.text().contains("新公园 600 m²"));
        staff.get(&kept[0]).await.is_page(200, "甲方案");
        let done = staff.submit(&removal, &[]).await;
        assert_eq!((done.status.as_u16(), done.header("location")), (303, "/green/scenarios"));
        staff.submit(&removal, &[]).await.is_page(404, "");
        public.get(&kept[0]).await.is_page(404, "");
        let list = public.get("/green/scenarios").await.text();
        assert!(list.contains("乙方案") && !list.contains("甲方案"), "{engine}");
        // By a program whose key is for it, once.
        let id = kept[1].rsplit('/').next().unwrap();
        let address = format!("/api/v1/green/scenarios/{id}");
        let key = |scope: Scope| {
            let new = NewKey { label: format!("{engine} {}", scope.code()), scopes: Scopes(vec![scope]), until: None };
            let app = site.app.clone();
            async move { format!("Bearer {}", app.make_key(&Actor::System, new).await.unwrap()) }
        };
        site.ask(Method::DELETE, &address, &[], "").await.is_problem(401, "api_key");
        let bulk = key(Scope::Bulk).await;
        site.ask(Method::DELETE, &address, &[("authorization", &bulk)], "").await.is_problem(403, "scope");
        let plan = key(Scope::Plan).await;
        let removed = site.ask(Method::DELETE, &address, &[("authorization", &plan)], "").await;
        assert_eq!((removed.status.as_u16(), removed.text().as_str()), (204, ""), "{engine}");
        site.ask(Method::DELETE, &address, &[("authorization", &plan)], "").await.is_problem(404, "not_found");
        assert_eq!(site.get("/api/v1/green/scenarios").await.json(), json!([]));
        // Who did it, and what, stands in the audit trail.
        let trail = site.app.audit(&Actor::System, "", 9).await.unwrap();
        let told: Vec<_> = trail.iter().filter(|entry| entry.what == "scenario_removed").collect();
        assert_eq!(told.iter().map(|entry| entry.about.as_str()).collect::<Vec<_>>(), ["乙方案", "甲方案"]);
        assert!(matches!(told[0].actor, Actor::Integrator { .. }) && matches!(told[1].actor, Actor::Staff { .. }));
    })
    .await;
}

#[tokio::test]
async fn what_is_wrong_with_a_list_is_told_with_its_row_in_the_readers_language() {
    on_both(|site, engine| async move {
        let (_, [lon, lat]) = left_out(&site).await;
        let head = "id,kind,lon,lat,park,square_metres,yuan,shape\n";
        let good = format!("A,vacant,{lon},{lat},,,,\n");
        let row = |row: &str| format!("{head}{good}{row}\n");
        let files = [
            (row("A,vacant,113.6,34.7,,,,"), "第 3 行：编号“A”出现了两次", "Row 3: the key “A” stands twice"),
            (row("B,lake,113.6,34.7,,,,"), "第 3 行：kind 不能是“lake”", "Row 3: kind cannot be “lake”"),
            (row("B,vacant,a,34.7,,,,"), "第 3 行：lon = a 不是数字", "Row 3: lon = a is no number"),
            (row("B,vacant,,,,,,"), "第 3 行：要写一个点", "Row 3: a point (lon, lat) or an area"),
            (row("B,vacant,34.7,113.6,,,,"), "第 3 行：34.7, 113.6 不是", "Row 3: 34.7, 113.6 is no position"),
            (row("B,entrance,113.6,34.7,P9,,,"), "没有公园“P9”", "there is no park “P9”"),
            (row("B,entrance,,,,,,"), "出入口要写成一个点", "an entrance is a point"),
            (row("B,crossing,113.6,34.7,,,,"), "过街要写成两个点的线", "a crossing is a line with two points"),
            (row("B,vacant,113.6,34.7,,-5,,"), "square_metres 不是面积", "square_metres is no area"),
            (row("B,vacant,113.6,34.7,,,-1,"), "yuan 不是费用", "yuan is no cost"),
            (row("B,vacant,113.6,34.7,,,,x"), "第 3 行的图形不是", "Row 3: the shape is no geometry"),
            (row("B,vacant"), "第 3 行的列数和表头不一致", "Row 3 has another number of columns"),
            (head.to_owned(), "清单里没有一行内容", "There is no row"),
            (format!("{head}A,vacant,7.42,43.73,,,,\n"), "多数位置不在这里", "Most places lie elsewhere"),
            ("{\"type\":".to_owned(), "不是正确的 JSON", "is no JSON"),
            ("{\"type\":\"Feature\"}".to_owned(), "FeatureCollection", "FeatureCollection"),
        ];
        let mut browsers = [Browser::open(&site, "zh-CN").await, Browser::open(&site, "en").await];
        let fields = [("by", "sites"), ("from", "list"), ("crs", "wgs84")];
        for (file, zh, en) in &files {
            for (browser, sentence) in browsers.iter_mut().zip([zh, en]) {
                let sent = [("list", "a.csv", file.as_bytes())];
                let answer = browser.submit_files("/green/next", &fields, &sent).await;
                answer.is_page(422, sentence);
                assert!(!answer.text().contains("/tmp/"), "{engine}");
            }
        }
        let gbk = [b"id,kind\nA,".as_slice(), &[0xBF, 0xD5, 0xB5, 0xD8], b"\n"].concat();
        let answer = browsers[0].submit_files("/green/next", &fields, &[("list", "a.csv", gbk.as_slice())]).await;
        answer.is_page(422, "UTF-8");
        // For programs: the row stands behind the field.
        let point = json!({ "type": "Point", "coordinates": [lon, lat] });
        let feature = |kind: &str| json!({ "type": "Feature", "properties": { "kind": kind }, "geometry": point });
        let list = json!({ "type": "FeatureCollection", "features": [feature("vacant"), feature("lake")] });
        let answer = site.post("/api/v1/green/next", &json!({ "sites": 1, "candidates": list })).await;
        answer.is_problem(422, "green_list_kind");
        assert_eq!(answer.json()["errors"][0]["field"], "candidates.2");
        let list = json!({ "type": "FeatureCollection", "features": [feature("vacant")] });
        let told = site.post("/api/v1/green/next", &json!({ "sites": 1, "candidates": list })).await.json();
        assert_eq!((&told["candidates"], &told["steps"][0]["id"]), (&json!(1), &json!("1")));
    })
    .await;
}
