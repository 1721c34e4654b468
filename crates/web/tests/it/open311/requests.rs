//! Lists of requests and single ones: filters, windows, pages, extensions, what stays hidden.

use super::*;
use jiff::SignedDuration;
use luyuan_app::orders::{Replying, Seen};
use luyuan_domain::{ids::PersonId, roles::Role};
use luyuan_store::testing::on_both_engines;

fn days(days: i64) -> SignedDuration {
    SignedDuration::from_hours(24 * days)
}

#[tokio::test]
async fn a_record_has_every_field_and_a_list_is_an_array() {
    on_both_engines(|db, engine| async move {
        let site = Site::new(db).await;
        for count in 0..3 {
            let list = site.get(&format!("{V2}/requests.json?service_code={QUIET}")).await.json();
            assert_eq!(list.as_array().map(Vec::len), Some(count), "{engine}");
            let xml = site.get(&format!("{V2}/requests.xml?service_code={QUIET}")).await.text();
            assert_eq!(xml.matches("<request>").count(), count);
            placed(&site, QUIET, &[("address_string", "路口")]).await;
        }
        let number = placed(&site, QUIET, &[]).await;
        let one = site.get(&format!("{V2}/requests/{number}.json")).await.json();
        assert_eq!(one.as_array().map(Vec::len), Some(1));
        let names: Vec<_> = one[0].as_object().unwrap().keys().map(String::as_str).collect();
        let expected = [
            "address",
            "address_id",
            "agency_responsible",
            "description",
            "expected_datetime",
            "lat",
            "long",
            "media_url",
            "requested_datetime",
            "service_code",
            "service_name",
            "service_notice",
            "service_request_id",
            "status",
            "status_notes",
            "updated_datetime",
            "zipcode",
        ];
        assert_eq!(names, expected);
        assert_eq!(one[0]["status"], "open");
        assert!(one[0]["agency_responsible"].is_string());
        let xml = site.get(&format!("{V2}/requests/{number}.xml")).await.text();
        assert!(xml.contains("<lat>34.73</lat><long>113.64</long>") && xml.contains("<zipcode/>"), "{xml}");
    })
    .await;
}

#[tokio::test]
async fn an_empty_parameter_is_no_parameter() {
    on_both_engines(|db, engine| async move {
        let site = Site::new(db).await;
        let plain = ids(&site, "").await;
        assert!(plain.len() > 100);
        let all = [
            "jurisdiction_id",
            "service_request_id",
            "service_code",
            "status",
            "start_date",
            "end_date",
            "page",
            "page_size",
            "max_requests",
            "updated_after",
            "updated_before",
            "extensions",
            "lat",
            "long",
            "radius",
            "agency_responsible",
            "has_photo",
            "interface_used",
        ];
        for name in all {
            assert_eq!(ids(&site, &format!("{name}=")).await, plain, "{engine} {name}");
        }
        let query: Vec<_> = all.iter().map(|name| format!("{name}=")).collect();
        assert_eq!(ids(&site, &query.join("&")).await, plain);
        let fields = request(
            &site,
            QUIET,
            &[
                ("jurisdiction_id", ""),
                ("address_string", ""),
                ("address_id", ""),
                ("email", ""),
                ("device_id", ""),
                ("account_id", ""),
                ("first_name", ""),
                ("last_name", ""),
                ("phone", ""),
                ("media_url", ""),
                ("description", ""),
            ],
        );
        let answer = site.post(&format!("{V2}/requests.json"), &fields).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert!(answer.json()[0]["account_id"].is_null());
    })
    .await;
}

#[tokio::test]
async fn lists_of_codes_and_ids_narrow_or_override() {
    on_both_engines(|db, engine| async move {
        let site = Site::new(db).await;
        let (a, b) = (placed(&site, QUIET, &[]).await, placed(&site, "E01018", &[]).await);
        let both = ids(&site, &format!("service_code={QUIET},E01018")).await;
        assert_eq!(both, [b.clone(), a.clone()], "{engine}: newest first");
        assert_eq!(ids(&site, &format!("service_code={QUIET}&service_code=E01018")).await, both);
        assert_eq!(ids(&site, &format!("service_code={QUIET},X")).await, std::slice::from_ref(&a));
        assert!(ids(&site, "service_code=X").await.is_empty(), "an unknown code in a filter fits nothing");
        assert_eq!(ids(&site, &format!("service_code={QUIET}&status=open,closed")).await, std::slice::from_ref(&a));
        assert!(ids(&site, &format!("service_code={QUIET}&status=closed")).await.is_empty());
        let contradicting = "service_code=E01018&status=closed&start_date=2020-01-01T00:00:00Z";
        assert_eq!(
            ids(&site, &format!("service_request_id={a},X,%20&{contradicting}")).await,
            std::slice::from_ref(&a)
        );
        assert_eq!(ids(&site, &format!("service_request_id={a},{b}")).await, both);
        assert!(ids(&site, "service_request_id=X,Y").await.is_empty());
        let open = ids(&site, "status=open").await.len();
        let closed = ids(&site, "status=closed").await.len();
        assert_eq!(open + closed, ids(&site, "").await.len());
        assert!(closed > 10);
    })
    .await;
}

#[tokio::test]
async fn a_list_spans_90_days() {
    on_both_engines(|db, engine| async move {
        let site = Site::new(db).await;
        let first = placed(&site, QUIET, &[]).await;
        let now = site.app.env.now();
        let old =
            copies(&site, &first, &[now - days(10), now - days(89), now - days(91), now - days(170), now - days(400)])
                .await;
        let list = |query: String| {
            let site = &site;
            async move { ids(site, &format!("service_code={QUIET}&{query}")).await }
        };
        let at = |back: i64| (now - days(back)).to_string();
        // Neither end: the latest 90 days.
        assert_eq!(list(String::new()).await, [&first, &old[0], &old[1]].map(String::clone), "{engine}");
        // Only a start: 90 days from there, or up to now.
        assert_eq!(list(format!("start_date={}", at(20))).await, [&first, &old[0]].map(String::clone));
        assert_eq!(list(format!("start_date={}", at(175))).await, [&old[1], &old[2], &old[3]].map(String::clone));
        // Only an end: 90 days up to there.
        assert_eq!(list(format!("end_date={}", at(85))).await, [&old[1], &old[2], &old[3]].map(String::clone));
        // Both: at most 90 days between them, in their order.
        assert_eq!(list(format!("start_date={}&end_date={}", at(170), at(91))).await, [&old[3]].map(String::clone));
        for (from, to) in [(171, 80), (10, 20)] {
            let path = format!("{V2}/requests.json?start_date={}&end_date={}", at(from), at(to));
            let refused = site.get(&path).await;
            assert_eq!((refused.status.as_u16(), errors(&refused).len()), (400, 1));
        }
        // Asked by what changed, the age does not count.
        let changed = format!("updated_after={}&updated_before={}", at(172), at(90));
        assert_eq!(list(changed).await, [&old[2], &old[3]].map(String::clone));
        assert_eq!(
            list(format!("updated_after={}&start_date={}", at(95), at(89))).await,
            [&old[0], &old[1]].map(String::clone)
        );
    })
    .await;
}

#[tokio::test]
async fn at_most_1000_come_at_once_and_pages_follow() {
    on_both_engines(|db, engine| async move {
        let site = Site::new(db).await;
        let first = placed(&site, QUIET, &[]).await;
        let now = site.app.env.now();
        let at: Vec<_> = (1..=1004).map(|minute| now - SignedDuration::from_mins(minute)).collect();
        copies(&site, &first, &at).await;
        let path = |more: &str| format!("{V2}/requests.json?service_code={QUIET}{more}");
        let all = site.get(&path("")).await;
        assert_eq!(all.json().as_array().map(Vec::len), Some(1000), "{engine}");
        let link = all.header("link");
        assert!(link.contains("&page=2&page_size=1000>; rel=\"next\""), "{link}");
        let next = link.split(['<', '>']).nth(1).unwrap().strip_prefix("http://erqi.example").unwrap();
        assert_eq!(site.get(next).await.json().as_array().map(Vec::len), Some(5));
        // The pages of 200 that one client reads are the whole list, once each.
        let mut seen = Vec::new();
        for page in 1.. {
            let part = ids(&site, &format!("service_code={QUIET}&page={page}&page_size=200")).await;
            let short = part.len() < 200;
            seen.extend(part);
            if short {
                break;
            }
        }
        let count = seen.len();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!((count, seen.len()), (1005, 1005));
        let past = site.get(&path("&page=7&page_size=200")).await;
        assert_eq!((past.status.as_u16(), past.json()), (200, serde_json::json!([])));
        assert!(past.header("link").is_empty());
        assert_eq!(ids(&site, "max_requests=2").await.len(), 2);
        assert_eq!(ids(&site, "max_requests=100000").await.len(), 1000, "as many as there may be");
        // The table and the feed know no such bound, or their own.
        let table = site.get(&format!("{V2}/requests.csv?service_code={QUIET}")).await.text();
        assert_eq!(table.lines().count(), 1006);
        let feed = site.get(&format!("{V2}/requests.rss?service_code={QUIET}")).await.text();
        assert_eq!(feed.matches("<item>").count(), 50);
    })
    .await;
}

#[tokio::test]
async fn extensions_tell_the_story_and_other_filters_narrow() {
    on_both_engines(|db, engine| async move {
        let site = Site::new(db).await;
        let number = placed(&site, QUIET, &[("lat", "34.7301"), ("long", "113.6401")]).await;
        let record =
            || async { site.get(&format!("{V2}/requests/{number}.json?extensions=true")).await.json()[0].clone() };
        let fresh = record().await;
        assert_eq!(fresh["extended_attributes"]["channel"], "open311", "{engine}");
        assert_eq!(fresh["extended_attributes"]["state"], "routed");
        assert_eq!(fresh["extended_attributes"]["reporters"], 1);
        let kinds = |record: &Value| -> Vec<String> {
            record["notes"].as_array().unwrap().iter().map(|note| note["type"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(kinds(&fresh), ["submitted", "routed"]);
        // The holder handles it.
        let order = site.app.order(&Actor::System, &number, None).await.unwrap().order;
        let holder = order.state.holder().unwrap();
        let staff = site.app.acting(PersonId(Uuid::from_u128(1)), holder, Role::Lead).unwrap();
        let seen = Seen { number: number.clone(), version: None };
        site.app.accept(&staff, &seen).await.unwrap();
        site.app.contact(&staff, &seen, "电话里说的话".into()).await.unwrap();
        let replying = Replying { text: "井盖已加固".into(), files: vec![] };
        site.app.reply(&staff, &seen, replying).await.unwrap();
        let handled = record().await;
        assert_eq!(kinds(&handled), ["submitted", "routed", "opened", "contacted", "replied"]);
        assert_eq!(handled["status"], "open", "the reporter has not said that it is solved");
        assert!(handled["status_notes"].as_str().unwrap().ends_with("井盖已加固"));
        let text = handled.to_string();
        assert!(text.contains("井盖已加固") && !text.contains("电话里说的话"), "what is not public is not told");
        // In a list too, and only when asked for.
        let list = site.get(&format!("{V2}/requests.json?service_code={QUIET}&extensions=true")).await.json();
        assert_eq!(list[0], handled);
        let plain = site.get(&format!("{V2}/requests.json?service_code={QUIET}")).await.json();
        assert!(plain[0]["notes"].is_null() && !plain[0].as_object().unwrap().contains_key("extended_attributes"));

        let only = |query: String| {
            let site = &site;
            async move { ids(site, &format!("service_code={QUIET}&{query}")).await.len() }
        };
        // 0.001 degrees of latitude are 111 m.
        assert_eq!(only("lat=34.7311&long=113.6401&radius=112".into()).await, 1);
        assert_eq!(only("lat=34.7311&long=113.6401&radius=110".into()).await, 0);
        assert_eq!(only("lat=34.7301&long=113.6411&radius=93".into()).await, 1, "narrower from west to east");
        assert_eq!(only("lat=34.7301&long=113.6411&radius=90".into()).await, 0);
        let agency = handled["agency_responsible"].as_str().unwrap();
        assert_eq!(only(format!("agency_responsible={}", crate::site::encode(agency))).await, 1);
        assert_eq!(only("agency_responsible=nobody".into()).await, 0);
        assert_eq!(only("interface_used=open311".into()).await, 1);
        assert_eq!(only("interface_used=web,phone".into()).await, 0);
    })
    .await;
}

#[tokio::test]
async fn what_is_hidden_is_nowhere() {
    on_both_engines(|db, engine| async move {
        let site = Site::new(db).await;
        let number = private(&site).await;
        for path in [
            "requests.json",
            "requests.xml",
            "requests.rss?page_size=1000",
            "requests.csv",
            "servicerequestupdates.json",
            &format!("requests.json?service_request_id={number}"),
            &format!("requests.csv?service_request_id={number}"),
            &format!("servicerequestupdates.xml?service_request_id={number}"),
        ] {
            let answer = site.get(&format!("{V2}/{path}")).await;
            assert_eq!(answer.status, 200, "{path}");
            let text = answer.text();
            assert!(!text.contains(&number) && !text.contains("不公开的事"), "{engine} {path}");
        }
        for path in [format!("requests/{number}.json"), format!("requests/{number}.xml")] {
            let answer = site.get(&format!("{V2}/{path}")).await;
            assert_eq!(answer.status, 404);
            assert!(!answer.text().contains("不公开的事"));
        }
        let note = [
            ("api_key", site.key.as_str()),
            ("service_request_id", number.as_str()),
            ("update_id", "1"),
            ("status", "OPEN"),
            ("updated_datetime", "2026-10-01T00:00:00Z"),
            ("description", "x"),
        ];
        assert_eq!(site.post(&format!("{V2}/servicerequestupdates.json"), &note).await.status, 404);
    })
    .await;
}

#[tokio::test]
async fn the_table_is_what_rfc_4180_says_and_the_feed_what_rss_says() {
    on_both_engines(|db, engine| async move {
        let site = Site::new(db).await;
        let words = "第一行,\n\"第二行\" <b>";
        let number = placed(&site, QUIET, &[("description", words)]).await;
        let table = site.get(&format!("{V2}/requests.csv?service_code={QUIET}")).await.text();
        let (head, rest) = table.split_once("\r\n").unwrap();
        let names = "service_request_id,requested_datetime,updated_datetime,closed_date,status_description,status_notes,\
                     source,service_name,service_subtype,description,agency_responsible,address,lat,long";
        assert_eq!(head, names, "{engine}");
        assert!(rest.starts_with(&format!("{number},2")) && rest.ends_with(",34.73,113.64\r\n"), "{rest}");
        assert!(rest.contains(",\"第一行,\n\"\"第二行\"\" <b>\","), "{rest}");
        // Without a filter it is every public request, however old.
        let whole = site.get(&format!("{V2}/requests.csv")).await.text();
        let public = luyuan_app::orders::Filter { public: true, ..Default::default() };
        let count: i64 = site.app.count(public).await.unwrap().iter().map(|(_, count)| count).sum();
        assert_eq!(whole.matches("\r\n").count() as i64, count + 1);
        let feed = site.get(&format!("{V2}/requests.rss?service_code={QUIET}")).await.text();
        let link = format!("<link>http://erqi.example/orders/{number}</link>");
        assert!(feed.contains(&link) && feed.contains("&lt;b&gt;") && feed.contains(" +0000</pubDate>"), "{feed}");
        let mut reader = quick_xml::Reader::from_str(&feed);
        reader.config_mut().check_end_names = true;
        while !matches!(reader.read_event().unwrap(), quick_xml::events::Event::Eof) {}
    })
    .await;
}
