//! Posting requests: keys, locations, attributes, media, receipts, replays.

use super::*;
use crate::site::picture;
use image::ImageFormat;
use luyuan_store::testing::on_both_engines;

fn path(suffix: &str) -> String {
    format!("{V2}/requests.{suffix}")
}

async fn total(site: &Site) -> i64 {
    site.app.count(luyuan_app::orders::Filter::default()).await.unwrap().iter().map(|(_, count)| count).sum()
}

#[tokio::test]
async fn without_a_right_key_nothing_else_is_said() {
    on_both_engines(|db, engine| async move {
        let site = Site::new(db).await;
        let before = total(&site).await;
        for fields in [
            vec![],
            vec![("api_key", "")],
            vec![("api_key", "wrong"), ("service_code", "X"), ("jurisdiction_id", "elsewhere"), ("lat", "north")],
            request(&site, QUIET, &[("api_key", "wrong")]),
        ] {
            let refused = site.post(&path("json"), &fields).await;
            assert_eq!((refused.status.as_u16(), errors(&refused).len()), (403, 1), "{engine}");
            assert!(errors(&refused)[0].contains("api_key"));
        }
        let json = site.send("POST", &path("json"), &[("content-type", "application/json")], "{}").await;
        assert_eq!(json.status, 403, "a body that cannot be read names no key");
        let keyed = format!("{}?api_key={}", path("json"), site.key);
        let json = site.send("POST", &keyed, &[("content-type", "application/json")], "{}").await;
        assert_eq!(json.status, 400);
        let gbk = [("content-type", "application/x-www-form-urlencoded; charset=GBK")];
        assert_eq!(site.send("POST", &keyed, &gbk, "description=%C2%B7").await.status, 400);
        let bytes = site.send("POST", &keyed, &[], "description=%C2%B7%B2%BB").await;
        assert!(errors(&bytes)[0].contains("UTF-8"));
        assert_eq!(total(&site).await, before, "nothing was placed");
    })
    .await;
}

#[tokio::test]
async fn everything_wrong_is_said_at_once_and_nothing_is_kept() {
    on_both_engines(|db, engine| async move {
        let site = Site::new(db).await;
        let before = total(&site).await;
        let key = ("api_key", site.key.as_str());
        let refused = site.post(&path("json"), &[key, ("media_url", "javascript:x")]).await;
        let each = errors(&refused);
        assert_eq!((refused.status.as_u16(), each.len()), (400, 3), "{engine}: {each:?}");
        for (part, sentence) in ["service_code required", "lat, long required", "media_url"].iter().zip(&each) {
            assert!(sentence.contains(part), "{each:?}");
        }
        for (more, status, part) in [
            (vec![("service_code", "X")], 404, "service_code X"),
            (vec![("jurisdiction_id", "elsewhere")], 404, "elsewhere"),
            (vec![("long", "")], 400, "long required"),
            (vec![("lat", "north")], 400, "lat"),
            (vec![("lat", "91")], 400, "-90"),
            (vec![("lat", "48.85"), ("long", "2.35")], 400, ""),
            (vec![("lat", ""), ("long", ""), ("address_id", "410103999")], 400, "address_id"),
            (vec![("description", "\u{1} \u{7}")], 400, "description"),
            (vec![("media_url", "https://")], 400, "media_url"),
        ] {
            let refused = site.post(&path("json"), &request(&site, QUIET, &more)).await;
            assert_eq!(refused.status, status, "{engine} {more:?}: {}", refused.text());
            assert!(errors(&refused)[0].contains(part), "{more:?}: {}", refused.text());
        }
        assert_eq!(total(&site).await, before);
    })
    .await;
}

#[tokio::test]
async fn a_location_is_a_point_an_address_or_a_place() {
    on_both_engines(|db, engine| async move {
        let site = Site::new(db).await;
        let only = |location: (&'static str, &'static str)| {
            let site = &site;
            async move {
                let fields = [("api_key", site.key.as_str()), ("service_code", QUIET), location];
                let answer = site.post(&path("json"), &fields).await;
                assert_eq!(answer.status, 200, "{}", answer.text());
                let id = answer.json()[0]["service_request_id"].as_str().unwrap().to_owned();
                site.get(&format!("{V2}/requests/{id}.json")).await.json()[0].clone()
            }
        };
        let address = only(("address_string", "京广路与兴华街口")).await;
        assert_eq!(address["address"], "京广路与兴华街口", "{engine}");
        assert!(address["lat"].is_null() && address["long"].is_null());
        // Nobody answers for an address alone: somebody has to decide.
        assert!(address["agency_responsible"].is_null());
        // Without a description the service says it all.
        assert_eq!(address["description"], address["service_name"]);
        let place = only(("address_id", "410103012012001")).await;
        assert_eq!(place["address_id"], "410103012012001");
        assert!(place["lat"].is_f64() && place["address"].as_str().unwrap().ends_with("金祥花园"), "{place}");
        let english = [("accept-language", "en")];
        let answer = site.post_with(&path("json"), &english, &request(&site, QUIET, &[])).await.json();
        let notice = answer[0]["service_notice"].as_str().unwrap().to_owned();
        assert!(notice.starts_with("Placed and sent to "), "{notice}");
        let secret = notice.split_once("key=").unwrap().1;
        let number = answer[0]["service_request_id"].as_str().unwrap();
        let page = format!("http://erqi.example/orders/{number}?key={secret}");
        assert!(notice.ends_with(&page), "{notice}");
        assert!(site.app.order(&Actor::Anyone, number, Some(secret)).await.unwrap().own.is_some());
        let pointed =
            placed(&site, QUIET, &[("address_id", "#NOTPINPOINTED#"), ("deviceid", "d"), ("title", "t")]).await;
        let record = site.get(&format!("{V2}/requests/{pointed}.json")).await.json();
        assert_eq!((&record[0]["lat"], &record[0]["long"]), (&34.73.into(), &113.64.into()));
    })
    .await;
}

#[tokio::test]
async fn attributes_are_checked_one_by_one() {
    on_both_engines(|db, engine| async move {
        let site = Site::new(db).await;
        let sent = |code: &'static str, more: Vec<(&'static str, &'static str)>| {
            let site = &site;
            async move { site.post(&path("json"), &request(site, code, &more)).await }
        };
        let refused = sent("E06034", vec![("attribute[count]", "many"), ("attribute[since]", "yesterday")]).await;
        let each = errors(&refused);
        assert_eq!((refused.status.as_u16(), each.len()), (400, 3), "{engine}: {each:?}");
        assert!(each[0].starts_with("vehicle_kind required"), "{each:?}");
        assert!(each[1].starts_with("since ") && each[2].starts_with("count "), "{each:?}");
        // A list: only its keys; one value where one is wanted; an empty text is no answer.
        for (wrong, part) in [
            (vec![("attribute[vehicle_kind]", "plane")], "vehicle_kind unknown value"),
            (
                vec![("attribute[vehicle_kind]", "car"), ("attribute[vehicle_kind]", "bicycle")],
                "vehicle_kind one value",
            ),
            (vec![("attribute[vehicle_kind][]", "")], "vehicle_kind required"),
        ] {
            let refused = sent("E06034", wrong).await;
            assert!(errors(&refused)[0].starts_with(part), "{}", refused.text());
        }
        // Several values: repeated, or with brackets; what is not asked for is let through.
        for name in ["attribute[blocks]", "attribute[blocks][]"] {
            let more =
                vec![(name, "ramp"), (name, "fire_lane"), ("attribute[uprn]", "100"), ("attribute[vehicle_kind]", "")];
            let answer = sent("E09009", more).await;
            assert_eq!(answer.status, 200, "{name}: {}", answer.text());
            let id = answer.json()[0]["service_request_id"].as_str().unwrap().to_owned();
            let record = site.get(&format!("{V2}/requests/{id}.json?extensions=true")).await.json();
            let answers = record[0]["attributes"].as_array().unwrap();
            let values: Vec<_> = answers.iter().map(|one| (one["code"].as_str(), one["value"].as_str())).collect();
            assert_eq!(values, [(Some("blocks"), Some("ramp")), (Some("blocks"), Some("fire_lane"))]);
            assert_eq!(answers[0]["label"], "挡住了什么");
            assert_eq!(answers[0]["name"], "坡道、盲道");
            let order = site.app.order(&Actor::Anyone, &id, None).await.unwrap().order;
            assert!(order.attributes.contains(&("uprn".into(), vec!["100".into()])), "kept, but not shown");
        }
    })
    .await;
}

#[tokio::test]
async fn a_description_has_at_most_4000_characters() {
    on_both_engines(|db, engine| async move {
        let site = Site::new(db).await;
        let (fits, long) = ("路".repeat(4000), "路".repeat(4001));
        let id = placed(&site, QUIET, &[("description", &fits)]).await;
        let record = site.get(&format!("{V2}/requests/{id}.json")).await.json();
        assert_eq!(record[0]["description"], fits, "{engine}");
        let refused = site.post(&path("json"), &request(&site, QUIET, &[("description", &long)])).await;
        assert_eq!(refused.status, 400);
        assert!(errors(&refused)[0].contains("4000"), "{}", refused.text());
    })
    .await;
}

#[tokio::test]
async fn a_batch_service_gives_a_token_and_a_black_box_neither() {
    on_both_engines(|db, engine| async move {
        let site = Site::new(db).await;
        let answer = site.post(&path("xml"), &request(&site, "L0104", &[("account_id", "a7")])).await.text();
        assert!(answer.contains("<token>") && !answer.contains("service_request_id"), "{engine}: {answer}");
        assert!(answer.contains("<account_id>a7</account_id>"));
        let token = answer.split("<token>").nth(1).unwrap().split('<').next().unwrap().to_owned();
        let waiting = site.get(&format!("{V2}/tokens/{token}.json")).await.json();
        assert_eq!(waiting, serde_json::json!([{"service_request_id": null, "token": token}]));
        let waiting = site.get(&format!("{V2}/tokens/{token}.xml")).await.text();
        assert!(waiting.contains("<service_request_id/>"));
        // What the running program does every two seconds.
        assert_eq!(site.app.resolve_tokens().await.unwrap(), 1);
        assert_eq!(site.app.resolve_tokens().await.unwrap(), 0);
        let told = site.get(&format!("{V2}/tokens/{token}.json")).await.json();
        let number = told[0]["service_request_id"].as_str().unwrap().to_owned();
        let record = site.get(&format!("{V2}/requests/{number}.json")).await.json();
        assert_eq!(record[0]["service_code"], "L0104");

        let before = total(&site).await;
        let answer = site.post(&path("json"), &request(&site, "E08001", &[])).await.json();
        let names: Vec<_> = answer[0].as_object().unwrap().keys().cloned().collect();
        assert_eq!(names, ["account_id", "service_notice"], "{engine}");
        assert!(!answer[0]["service_notice"].as_str().unwrap().contains("20"), "no number in its words either");
        assert_eq!(total(&site).await, before + 1, "it is taken all the same");
    })
    .await;
}

#[tokio::test]
async fn photos_come_under_any_of_the_usual_names() {
    on_both_engines(|db, engine| async move {
        let site = Site::new(db).await;
        let (png, jpeg) = (picture(ImageFormat::Png), picture(ImageFormat::Jpeg));
        for name in ["media", "media[]", "photo1", "file_0"] {
            let fields = request(&site, QUIET, &[]);
            let files: [(&str, &str, &[u8]); 3] =
                [(name, "a.png", &png), (name, "b.jpg", &jpeg), ("photo9", "empty.jpg", b"")];
            let answer = site.post_files(&path("json"), &fields, &files).await;
            assert_eq!(answer.status, 200, "{engine} {name}: {}", answer.text());
            let id = answer.json()[0]["service_request_id"].as_str().unwrap().to_owned();
            let record = site.get(&format!("{V2}/requests/{id}.json?extensions=true")).await.json();
            let photos = record[0]["extended_attributes"]["photos"].as_array().unwrap();
            assert_eq!((photos.len(), photos[0]["width"].as_i64()), (2, Some(12)));
            let url = record[0]["media_url"].as_str().unwrap();
            assert_eq!(photos[0]["media_url"], url);
            let photo = site.get(url.strip_prefix("http://erqi.example").unwrap()).await;
            assert_eq!((photo.status.as_u16(), photo.header("content-type")), (200, "image/jpeg"));
            assert!(image::load_from_memory(&photo.body).is_ok());
            assert!(ids(&site, &format!("service_code={QUIET}&has_photo=true")).await.contains(&id));
            assert!(!ids(&site, &format!("service_code={QUIET}&has_photo=false")).await.contains(&id));
        }
        let fields = request(&site, QUIET, &[]);
        let fake = site.post_files(&path("json"), &fields, &[("media", "a.jpg", b"MZ not a picture")]).await;
        assert!(fake.status == 400 && errors(&fake)[0].starts_with("media"), "{}", fake.text());
        let many: Vec<_> = (0..100).map(|_| ("media", "a.png", png.as_slice())).collect();
        assert_eq!(site.post_files(&path("json"), &fields, &many).await.status, 400);
        let linked =
            placed(&site, QUIET, &[("media_url", "https://a.example/1.jpg"), ("media_url", "https://a.example/2.jpg")]);
        let linked = linked.await;
        let record = site.get(&format!("{V2}/requests/{linked}.json?extensions=true")).await.json();
        assert_eq!(record[0]["media_url"], "https://a.example/1.jpg");
        assert_eq!(record[0]["extended_attributes"]["photos"][1]["media_url"], "https://a.example/2.jpg");
    })
    .await;
}

#[tokio::test]
async fn the_same_request_sent_again_gets_the_same_answer() {
    on_both_engines(|db, engine| async move {
        let site = Site::new(db).await;
        let key = [("idempotency-key", "k-1")];
        let png = picture(ImageFormat::Png);
        for code in [QUIET, "L0104"] {
            let fields = request(&site, code, &[]);
            let files: [(&str, &str, &[u8]); 1] = [("media", "a.png", &png)];
            let key = [("idempotency-key", code)];
            let before = total(&site).await;
            let first = site.post_files_with(&path("json"), &key, &fields, &files).await.json();
            let again = site.post_files_with(&path("json"), &key, &fields, &files).await.json();
            assert_eq!(first, again, "{engine} {code}");
            assert_eq!(total(&site).await, before + 1);
        }
        let long = "k".repeat(8000);
        let answers = [
            site.post_with(&path("json"), &[("idempotency-key", &long)], &request(&site, QUIET, &[])).await.json(),
            site.post_with(&path("json"), &[("idempotency-key", &long)], &request(&site, QUIET, &[])).await.json(),
        ];
        assert!(answers[0][0]["service_request_id"].is_string() && answers[0] == answers[1], "{engine}: {answers:?}");
        let first = site.post_with(&path("json"), &key, &request(&site, QUIET, &[])).await;
        assert_eq!(first.status, 200);
        let other = site.post_with(&path("json"), &key, &request(&site, QUIET, &[("description", "别的")])).await;
        assert!(other.status == 400 && errors(&other)[0].contains("Idempotency-Key"));
    })
    .await;
}

#[tokio::test]
async fn what_is_placed_in_the_trial_reaches_nobody() {
    on_both_engines(|db, engine| async move {
        let site = Site::new(db).await;
        let before = total(&site).await;
        let trial = "/open311/test/v2";
        let answer = site.post(&format!("{trial}/requests.json"), &request(&site, QUIET, &[])).await;
        assert_eq!(answer.status, 200, "{engine}: {}", answer.text());
        let id = answer.json()[0]["service_request_id"].as_str().unwrap().to_owned();
        assert!(!answer.text().contains("/orders/"), "there is no page of it");
        let list = site.get(&format!("{trial}/requests.json")).await.json();
        assert_eq!((list.as_array().unwrap().len(), &list[0]["service_request_id"]), (1, &id.clone().into()));
        assert_eq!(total(&site).await, before);
        assert!(!ids(&site, &format!("service_code={QUIET}")).await.contains(&id));
        let token = site.post(&format!("{trial}/requests.json"), &request(&site, "L0104", &[])).await.json();
        let token = token[0]["token"].as_str().unwrap().to_owned();
        assert_eq!(site.get(&format!("{V2}/tokens/{token}.json")).await.status, 404);
        site.app.resolve_tokens().await.unwrap();
        let told = site.get(&format!("{trial}/tokens/{token}.json")).await.json();
        assert!(told[0]["service_request_id"].is_string());
        let refused = site.post(&format!("{trial}/requests.json"), &[("api_key", "wrong")]).await;
        assert_eq!(refused.status, 403);
    })
    .await;
}

#[tokio::test]
async fn names_are_written_as_their_language_does() {
    on_both_engines(|db, engine| async move {
        let site = Site::new(db).await;
        for (first, last, name) in [("小明", "王", "王小明"), ("Ann", "Lee", "Ann Lee"), ("Ann", "-", "Ann")] {
            let more = [("first_name", first), ("last_name", last), ("phone", "13800000000"), ("email", "a@b.example")];
            let id = placed(&site, QUIET, &more).await;
            let detail = site.app.order(&Actor::System, &id, None).await.unwrap();
            let about = site.app.address_of(detail.reporters[0].id).await.unwrap().unwrap();
            assert_eq!((about.name.as_str(), about.phone.as_str()), (name, "13800000000"), "{engine}");
            let public = site.get(&format!("{V2}/requests/{id}.xml?extensions=true")).await.text();
            assert!(!public.contains("13800000000") && !public.contains("a@b.example") && !public.contains(name));
        }
    })
    .await;
}
