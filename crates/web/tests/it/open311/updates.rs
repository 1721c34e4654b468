//! Updates: what happened here, and what other platforms add.

use super::*;
use luyuan_store::testing::on_both_engines;

fn path() -> String {
    format!("{V2}/servicerequestupdates.json")
}

async fn listed(site: &Site, query: &str) -> Vec<Value> {
    let answer = site.get(&format!("{}?{query}", path())).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json().as_array().expect("an array").clone()
}

#[tokio::test]
async fn updates_have_stable_names_and_a_window() {
    on_both_engines(|db, engine| async move {
        let site = Site::new(db).await;
        let before = site.app.env.now();
        site.app.env.advance(jiff::SignedDuration::from_secs(10));
        let number = placed(&site, QUIET, &[]).await;
        let recent = listed(&site, &format!("start_date={before}")).await;
        let names: Vec<_> = recent.iter().map(|one| one["update_id"].as_str().unwrap().to_owned()).collect();
        assert_eq!(names, [format!("{number}.1"), format!("{number}.2")], "{engine}");
        assert_eq!(recent, listed(&site, &format!("start_date={before}")).await);
        for update in &recent {
            assert_eq!((&update["service_request_id"], &update["status"]), (&number.clone().into(), &"open".into()));
            assert!(update["description"].is_string() && update["media_url"].is_null());
        }
        assert!(listed(&site, "end_date=2020-01-01T00:00:00Z").await.is_empty());
        let empty = site.get(&format!("{V2}/servicerequestupdates.xml?end_date=2020-01-01T00:00:00Z")).await;
        assert!(empty.text().ends_with("<service_request_updates></service_request_updates>\n"));
        let both = format!("start_date={before}&end_date={}", site.app.env.now() + jiff::SignedDuration::from_secs(1));
        assert_eq!(listed(&site, &both).await.len(), 2);
        let wrong = site.get(&format!("{}?start_date={before}&end_date=2020-01-01T00:00:00Z", path())).await;
        assert_eq!(wrong.status, 400);
        // Every page of everything is every event of what is public, once.
        let mut names = std::collections::BTreeSet::new();
        let mut count = 0;
        for page in 1.. {
            let part = listed(&site, &format!("page={page}&page_size=500")).await;
            count += part.len();
            names.extend(part.iter().map(|one| one["update_id"].as_str().unwrap().to_owned()));
            if part.len() < 500 {
                break;
            }
        }
        assert!(count > 1000 && names.len() == count, "{count}");
        let capped = site.get(&path()).await;
        assert_eq!(capped.json().as_array().map(Vec::len), Some(1000));
        assert!(capped.header("link").contains("page=2"));
    })
    .await;
}

#[tokio::test]
async fn another_platforms_update_is_kept_once() {
    on_both_engines(|db, engine| async move {
        let site = Site::new(db).await;
        let number = placed(&site, QUIET, &[]).await;
        let fields = |more: &[(&'static str, &'static str)]| {
            let base = [
                ("api_key", site.key.clone()),
                ("service_request_id", number.clone()),
                ("update_id", "u-1".into()),
                ("status", "FIXED".into()),
                ("updated_datetime", "2026-10-01T12:00:00+08:00".into()),
                ("description", "已经修好了，谢谢".into()),
            ];
            let own = base.into_iter().filter(|(name, _)| more.iter().all(|(other, _)| other != name));
            own.chain(more.iter().map(|(name, value)| (*name, (*value).to_owned()))).collect::<Vec<_>>()
        };
        let post = |more: &'static [(&'static str, &'static str)]| {
            let (site, fields) = (&site, fields(more));
            async move {
                let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
                site.post(&path(), &fields).await
            }
        };
        let first = post(&[("media_url", "https://a.example/1.jpg")]).await;
        assert_eq!(first.status, 200, "{engine}: {}", first.text());
        let name = first.json()[0]["update_id"].as_str().unwrap().to_owned();
        assert_eq!(name, format!("{number}.3"));
        let again = post(&[("media_url", "https://a.example/1.jpg")]).await;
        assert_eq!((again.status, again.json()), (first.status, first.json()), "sent again, not kept again");
        let other = post(&[("description", "不一样的话")]).await;
        assert_eq!((other.status.as_u16(), errors(&other)), (400, vec!["Bad request: already exists".into()]));
        let own = listed(&site, &format!("service_request_id={number}")).await;
        assert_eq!(own.len(), 3);
        assert_eq!((&own[2]["update_id"], &own[2]["status"]), (&name.into(), &"fixed".into()));
        assert_eq!(
            (&own[2]["description"], &own[2]["media_url"]),
            (&"已经修好了，谢谢".into(), &"https://a.example/1.jpg".into())
        );
        // It is told, but decides nothing.
        let record = site.get(&format!("{V2}/requests/{number}.json?extensions=true")).await.json();
        assert_eq!(record[0]["extended_attributes"]["state"], "routed");
        assert!(record[0]["notes"][2]["description"].as_str().unwrap().contains("谢谢"));

        for (more, description) in [
            (&[("description", "")] as &'static [_], "Bad request: description"),
            (&[("update_id", "")], "Bad request: update_id"),
            (&[("status", "LOST")], "Bad request: status"),
            (&[("updated_datetime", "yesterday")], "Bad request: updated_datetime"),
        ] {
            let refused = post(more).await;
            assert_eq!((refused.status.as_u16(), errors(&refused)), (400, vec![description.into()]), "{engine}");
        }
        let many = "钥".repeat(4000);
        let long: Vec<_> = fields(&[("update_id", "")]);
        let long = long.iter().map(|(name, value)| (*name, if *name == "update_id" { many.as_str() } else { value }));
        let kept = site.post(&path(), &long.collect::<Vec<_>>()).await;
        assert_eq!(kept.status, 200, "{engine}: {}", kept.text());
        let unknown = post(&[("service_request_id", "1999-000001")]).await;
        assert_eq!((unknown.status.as_u16(), errors(&unknown)), (404, vec!["Bad request: not found".into()]));
        let wrong = post(&[("api_key", "wrong"), ("status", "")]).await;
        assert_eq!(wrong.status, 403);
        let nothing = site.post(&path(), &[("api_key", site.key.as_str())]).await;
        assert_eq!(errors(&nothing).len(), 5);
    })
    .await;
}

#[tokio::test]
async fn the_same_update_at_the_same_moment_is_kept_once() {
    on_both_engines(|db, engine| async move {
        let site = Site::new(db).await;
        let number = placed(&site, QUIET, &[]).await;
        let fields = [
            ("api_key", site.key.as_str()),
            ("service_request_id", number.as_str()),
            ("update_id", "u-1"),
            ("status", "OPEN"),
            ("updated_datetime", "2026-10-01T12:00:00Z"),
            ("description", "还没修"),
        ];
        let (path, other) = (path(), [&fields[..2], &[("update_id", "u-2")], &fields[3..]].concat());
        let (a, b, c) = tokio::join!(site.post(&path, &fields), site.post(&path, &fields), site.post(&path, &other));
        assert!(
            [&a, &b, &c].iter().all(|answer| answer.status == 200),
            "{engine}: {} {} {}",
            a.text(),
            b.text(),
            c.text()
        );
        assert_eq!(a.json(), b.json());
        assert_ne!(a.json(), c.json());
        assert_eq!(listed(&site, &format!("service_request_id={number}")).await.len(), 4);
    })
    .await;
}
