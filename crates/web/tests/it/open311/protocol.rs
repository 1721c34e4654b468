//! What holds for every resource: suffixes, headers, methods, errors, encodings.

use super::*;
use crate::site::encode;
use luyuan_store::testing::on_both_engines;

#[tokio::test]
async fn every_resource_answers_in_both_formats_by_its_suffix() {
    on_both_engines(|db, engine| async move {
        let site = Site::new(db).await;
        let number = placed(&site, QUIET, &[]).await;
        let token = site.post(&format!("{V2}/requests.json"), &request(&site, "L0104", &[])).await.json();
        let token = token[0]["token"].as_str().unwrap().to_owned();
        let resources = [
            ("discovery", "discovery"),
            ("services", "services"),
            (&format!("services/{QUIET}") as &str, "service_definition"),
            ("requests", "service_requests"),
            (&format!("requests/{number}"), "service_requests"),
            (&format!("tokens/{token}"), "service_requests"),
            ("servicerequestupdates", "service_request_updates"),
            ("location.%s?lat=34.73&long=113.64", "location"),
        ];
        for (path, root) in resources {
            let suffixed = |suffix: &str| match path.split_once(".%s") {
                Some((path, query)) => format!("{V2}/{path}{suffix}{query}"),
                None => format!("{V2}/{path}{suffix}"),
            };
            let xml = site.get(&suffixed(".xml")).await;
            assert_eq!(xml.status, 200, "{engine} {path}");
            assert_eq!(xml.header("content-type"), "text/xml; charset=utf-8", "{engine} {path}");
            let start = format!("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<{root}");
            assert!(xml.text().starts_with(&start), "{engine} {path}: {}", &xml.text()[..200]);
            let json = site.get(&suffixed(".json")).await;
            assert_eq!(json.header("content-type"), "application/json; charset=utf-8", "{engine} {path}");
            assert!(json.json().is_array() || json.json().is_object());
            assert_eq!(json.status, xml.status);
            for suffix in ["", ".", ".yaml", ".html", ".XML"] {
                let wrong = site.get(&suffixed(suffix)).await;
                assert_eq!(wrong.status, 404, "{path}{suffix}");
                assert!(wrong.text().contains("<errors><error><code>404</code><description>"), "{}", wrong.text());
            }
            for answer in [&xml, &json] {
                assert_eq!(answer.header("access-control-allow-origin"), "*", "{path}");
            }
        }
        for (path, kind) in [("requests.rss", "application/rss+xml"), ("requests.csv", "text/csv")] {
            let answer = site.get(&format!("{V2}/{path}")).await;
            assert!(answer.status == 200 && answer.header("content-type").starts_with(kind), "{path}");
            assert_eq!(site.get(&format!("{V2}/services.{}", &path[9..])).await.status, 404);
        }
    })
    .await;
}

#[tokio::test]
async fn there_are_three_statuses_of_error_in_the_callers_format() {
    on_both_engines(|db, engine| async move {
        let site = Site::new(db).await;
        for (path, status) in [
            ("services/X.", 404),
            ("requests/1999-000001.", 404),
            ("tokens/unknown.", 404),
            ("services.%s?jurisdiction_id=elsewhere", 404),
            ("requests.%s?jurisdiction_id=elsewhere", 404),
            ("requests.%s?start_date=yesterday", 400),
            ("requests.%s?status=lost", 400),
            ("requests.%s?lat=34.7", 400),
            ("requests.%s?lat=1e9&long=1", 400),
            ("requests.%s?page=0", 400),
            ("requests.%s?page_size=1001", 400),
            ("requests.%s?extensions=perhaps", 400),
            ("requests.%s?has_photo=perhaps", 400),
            ("requests.%s?lat=34.7&long=113.6&radius=-1", 400),
            ("requests.%s?status=%ff", 400),
            ("location.%s?lat=34.7&long=1130", 400),
        ] {
            let path = |suffix: &str| match path.strip_suffix('.') {
                Some(path) => format!("{V2}/{path}.{suffix}"),
                None => format!("{V2}/{}", path.replace("%s", suffix)),
            };
            let json = site.get(&path("json")).await;
            assert_eq!(json.status, status, "{engine} {}", path("json"));
            errors(&json);
            let xml = site.get(&path("xml")).await;
            assert_eq!(xml.status, status);
            let start = format!("<errors><error><code>{status}</code><description>");
            assert!(xml.text().contains(&start), "{}", xml.text());
        }
        for format in ["json", "xml"] {
            let answer = site.post(&format!("{V2}/requests.{format}"), &[]).await;
            assert_eq!(answer.status, 403, "{engine}");
        }
        // People are told in their language.
        let english = site
            .send("GET", &format!("{V2}/requests.json?status=lost"), &[("accept-language", "en-GB,en;q=0.8")], "")
            .await;
        assert_eq!(errors(&english), ["status is one of: open, closed"]);
        let chinese = site.get(&format!("{V2}/requests.json?status=lost")).await;
        assert!(errors(&chinese)[0].contains("应为其中之一"));
    })
    .await;
}

#[tokio::test]
async fn any_text_comes_back_whole_in_both_formats() {
    on_both_engines(|db, engine| async move {
        let site = Site::new(db).await;
        let words = "井盖<b>松</b> & \"响\" ]]> \u{1F6A7}\r\n第二行\u{1}\u{8}\u{b}末\u{fffe}";
        let number = placed(&site, QUIET, &[("description", words)]).await;
        let kept = "井盖<b>松</b> & \"响\" ]]> \u{1F6A7}\n第二行末";
        let json = site.get(&format!("{V2}/requests/{number}.json")).await.json();
        assert_eq!(json[0]["description"].as_str().unwrap().trim_end_matches('\u{fffe}'), kept, "{engine}");
        let xml = site.get(&format!("{V2}/requests/{number}.xml")).await.text();
        let escaped = "井盖&lt;b&gt;松&lt;/b&gt; &amp; &quot;响&quot; ]]&gt; \u{1F6A7}\n第二行末";
        assert!(xml.contains(&format!("<description>{escaped}</description>")), "{engine}: {xml}");
        // A reader that knows nothing of us agrees.
        let mut reader = quick_xml::Reader::from_str(&xml);
        while !matches!(reader.read_event().unwrap(), quick_xml::events::Event::Eof) {}
    })
    .await;
}

#[tokio::test]
async fn methods_are_answered_or_refused_in_the_callers_format() {
    on_both_engines(|db, engine| async move {
        let site = Site::new(db).await;
        for path in ["discovery.xml", "services.json", "requests.xml?service_code=E01037", "requests.rss"] {
            let path = format!("{V2}/{path}");
            let (get, head) = (site.get(&path).await, site.send("HEAD", &path, &[], "").await);
            assert!(head.body.is_empty() && head.status == get.status, "{engine} {path}");
            assert_eq!(head.header("content-length"), get.body.len().to_string());
            assert_eq!(head.header("content-type"), get.header("content-type"));
            let options = site.send("OPTIONS", &path, &[], "").await;
            assert_eq!(options.status, 204);
            assert!(options.header("access-control-allow-methods").contains("GET, HEAD"));
            assert_eq!(options.header("access-control-allow-origin"), "*");
            for method in ["PUT", "DELETE", "PATCH", "TRACE", "BREW"] {
                let refused = site.send(method, &path, &[], "").await;
                assert_eq!(refused.status, 405, "{method} {path}");
                assert_eq!(refused.header("allow"), options.header("allow"));
                assert!(refused.text().contains("405"));
            }
        }
        assert_eq!(site.post(&format!("{V2}/services.json"), &[]).await.status, 405);
        let allowed = site.send("OPTIONS", &format!("{V2}/requests.json"), &[], "").await;
        assert_eq!(allowed.header("allow"), "GET, HEAD, POST, OPTIONS");
    })
    .await;
}

#[tokio::test]
async fn dates_are_read_as_clients_send_them() {
    on_both_engines(|db, engine| async move {
        let site = Site::new(db).await;
        let number = placed(&site, QUIET, &[]).await;
        let noon: Timestamp = "2026-10-01T12:00:00.5Z".parse().unwrap();
        let copy = copies(&site, &number, &[noon]).await.remove(0);
        let found = |from: &str, to: &str| {
            let query = format!("service_code={QUIET}&start_date={from}&end_date={to}");
            let site = &site;
            async move { ids(site, &query).await }
        };
        for (from, to) in [
            ("2026-10-01T12:00:00Z", "2026-10-01T12:00:01Z"),
            ("2026-10-01T20:00:00%2B08:00", "2026-10-01T20:00:01%2B08:00"),
            ("2026-10-01T20:00:00+08:00", "2026-10-01T20:00:01+08:00"),
            ("2026-10-01T07:00:00-05:00", "2026-10-01T12:00:00.999999+00:00"),
            ("2026-10-01T12:00:00.500000Z", "2026-10-01T12:00:00.501Z"),
            // A date is a day in the district: from 16:00 to 16:00 in Greenwich.
            ("2026-10-01", "2026-10-02"),
        ] {
            assert_eq!(found(from, to).await, [copy.as_str()], "{engine} {from} {to}");
        }
        // The start counts, the end does not.
        assert_eq!(found("2026-10-01T12:00:00.5Z", "2026-10-01T12:00:00.501Z").await.len(), 1);
        assert!(found("2026-10-01T12:00:00Z", "2026-10-01T12:00:00.5Z").await.is_empty());
        let record = site.get(&format!("{V2}/requests/{copy}.json")).await.json();
        assert_eq!(record[0]["requested_datetime"], "2026-10-01T12:00:00Z");
        // However far away, an instant is an instant.
        for far in ["-009999-01-02T02:00:00Z", "9999-12-30T00:00:00Z", "0001-01-01"] {
            for name in ["start_date", "end_date", "updated_after", "updated_before"] {
                assert_eq!(site.get(&format!("{V2}/requests.json?{name}={far}")).await.status, 200, "{name}={far}");
            }
        }
        for wrong in ["2026-13-01T00:00:00Z", "2026-10-01T00:00:00", "01/10/2026", "now"] {
            let answer = site.get(&format!("{V2}/requests.json?start_date={}", encode(wrong))).await;
            assert_eq!(answer.status, 400, "{wrong}");
        }
    })
    .await;
}
