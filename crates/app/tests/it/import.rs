//! Orders of another system: taken over with their own times, once, and told apart from bad rows.

use crate::stage::app;
use luyuan_app::{
    App, AppError,
    import::{Input, Mapping, Rejects, Report},
    orders::{Filter, Seen},
};
use luyuan_domain::{actor::Actor, geo::Gcj02, orders::State};
use luyuan_store::testing::on_both_engines;
use std::path::Path;

pub const BOSTON: &str = include_str!("../../../../data/mappings/boston311.toml");
const OURS: &str = r#"
name = "hotline"
crs = "gcj02"
zone = "Asia/Shanghai"
time = "%Y/%m/%d %H:%M"
[columns]
key = "编号"
placed = "时间"
closed = "办结"
description = "诉求"
reply = "答复"
address = "地址"
lon = "经度"
lat = "纬度"
[category]
column = "类别"
[category.values]
"路灯" = "E01037"
"#;

pub async fn import(
    app: &App,
    folder: &Path,
    mapping: &str,
    csv: &[u8],
    encoding: Option<&str>,
) -> Result<Report, AppError> {
    let file = folder.join("orders.csv");
    std::fs::write(&file, csv).unwrap();
    let mapping = Mapping::parse("mapping.toml", mapping)?;
    let mut rejects = Rejects::to(&folder.join("rejects.csv"))?;
    let report = app.import_orders(Input::open(&file, encoding)?, &mapping, &mut rejects, |_| {}).await?;
    rejects.finish()?;
    Ok(report)
}

fn rejected(folder: &Path) -> Vec<(u64, String)> {
    let mut file = csv::ReaderBuilder::new().flexible(true).from_path(folder.join("rejects.csv")).unwrap();
    file.records().map(|row| row.unwrap()).map(|row| (row[0].parse().unwrap(), row[1].to_owned())).collect()
}

/// The middle of a compound as a web map has it, and rows around it.
fn rows(app: &App) -> String {
    let directory = app.directory();
    let Gcj02 { lon, lat } = directory.place_by_code("410103012012001").unwrap().centre.unwrap().to_gcj02();
    format!(
        "\u{feff}编号,时间,办结,诉求,答复,地址,经度,纬度,类别\n\
         A1,2025/03/04 09:30,2025/03/05 17:00,\"门口路灯不亮\n晚上看不清\",灯已换,金祥花园,{lon},{lat},路灯\n\
         A2,2025/03/06 10:00,,路灯闪,,金祥花园,{lon},{lat},路灯\n\
         A3,2025/03/06 10:00,,路灯闪,,巴黎,2.35,48.85,路灯\n\
         A4,3月6日,,路灯闪,,金祥花园,{lon},{lat},路灯\n\
         A5,2025/03/06 10:00,,狗叫,,金祥花园,{lon},{lat},噪声\n\
         A6,2025/03/06 10:00,2025/03/05 10:00,路灯闪,,金祥花园,{lon},{lat},路灯\n\
         ,2025/03/06 10:00,,路灯闪,,金祥花园,{lon},{lat},路灯\n\
         A8,2025/03/06 10:00,,,,金祥花园,{lon},{lat},路灯\n\
         A9,2025/03/06 10:00\n\
         A10,2025/03/06 10:00,,路灯闪,,金祥花园,东,北,路灯\n\
         A11,2125/03/06 10:00,,路灯闪,,金祥花园,{lon},{lat},路灯\n\
         A1,2025/03/04 09:30,,again,,金祥花园,{lon},{lat},路灯\n"
    )
}

#[tokio::test]
async fn rows_become_orders_with_their_own_times_and_bad_ones_are_told() {
    on_both_engines(|db, engine| async move {
        let (app, folder) = app(db).await;
        let all = || async { app.count(Filter::default()).await.unwrap().iter().map(|(_, n)| n).sum::<i64>() };
        let before = all().await;
        let csv = rows(&app);
        let report = import(&app, folder.path(), OURS, csv.as_bytes(), None).await.unwrap();
        assert_eq!(report, Report { read: 12, added: 2, changed: 0, known: 1, rejected: 9 }, "{engine}");
        let told = rejected(folder.path());
        let codes: Vec<&str> = told.iter().map(|(_, code)| code.as_str()).collect();
        let wanted =
            ["outside", "time_format", "unknown_category", "time", "no_key", "empty", "fields", "point", "time"];
        assert_eq!(codes, wanted, "{engine}");
        // The first order takes two lines.
        assert_eq!(told[0].0, 5);
        assert_eq!(all().await, before + 2, "{engine}: nothing of a bad row is kept");

        let orders =
            app.orders(Filter { categories: vec!["E01037".into()], ..Filter::default() }, None, 500).await.unwrap();
        let order = orders.orders.iter().find(|order| order.description.starts_with("门口路灯不亮\n")).unwrap();
        assert_eq!(order.placed_at, "2025-03-04T01:30:00Z".parse().unwrap());
        let place = app.directory().place(order.location.place.unwrap()).unwrap().code.clone();
        assert!(place.starts_with("410103012012001"), "{engine}: {place}");
        let State::Closed { reply, at, .. } = &order.state else { panic!("{:?}", order.state) };
        assert_eq!((reply.text.as_str(), *at), ("灯已换", "2025-03-05T09:00:00Z".parse().unwrap()));
        assert!(order.number.starts_with("2025-"), "{}", order.number);
        let story = app.order(&Actor::Anyone, &order.number, None).await.unwrap().events;
        let times: Vec<(&str, String)> = story.iter().map(|e| (e.what.code(), e.at.to_string())).collect();
        let (placed, closed) = ("2025-03-04T01:30:00Z".to_owned(), "2025-03-05T09:00:00Z".to_owned());
        assert_eq!(times, [("placed", placed), ("replied", closed.clone()), ("closed", closed)], "{engine}");

        // What is open goes on here: somebody has it, with a deadline that counts from today.
        let open = orders.orders.iter().find(|order| order.description == "路灯闪").unwrap();
        assert_eq!(open.state.code(), "routed", "{engine}");
        assert!(open.state.due().unwrap() > app.env.now());
        let holder = app.directory().org(open.state.holder().unwrap()).unwrap().code.clone();
        let staff = crate::stage::staff(&app, &holder);
        app.accept(&staff, &Seen { number: open.number.clone(), version: Some(open.version) }).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn the_same_file_again_adds_nothing_and_numbers_go_on() {
    on_both_engines(|db, engine| async move {
        let (app, folder) = app(db).await;
        let whole = include_bytes!("../../../../data/mappings/boston311-200.csv");
        let text = std::str::from_utf8(whole).unwrap();
        let half: String = text.split_inclusive('\n').take(90).collect();
        let first = import(&app, folder.path(), BOSTON, half.as_bytes(), None).await.unwrap();
        assert_eq!((first.added, first.known), (first.read, 0), "{engine}");
        let second = import(&app, folder.path(), BOSTON, whole, None).await.unwrap();
        assert_eq!((second.read, second.added + first.added, second.known), (200, 200, first.added), "{engine}");
        let third = import(&app, folder.path(), BOSTON, whole, None).await.unwrap();
        assert_eq!((third.added, third.known, third.rejected), (0, 200, 0), "{engine}");
        let year = Filter {
            placed_from: Some("2011-01-01T05:00:00Z".parse().unwrap()),
            placed_to: Some("2012-01-01T05:00:00Z".parse().unwrap()),
            ..Filter::default()
        };
        let page = app.orders(year, None, 500).await.unwrap().orders;
        let mut numbers: Vec<&str> = page.iter().map(|order| order.number.as_str()).collect();
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(numbers.len(), 200, "{engine}");
        assert_eq!((numbers[0], numbers[199]), ("2011-000001", "2011-000200"), "{engine}: no number is lost");
    })
    .await;
}

#[tokio::test]
async fn two_at_once_add_every_row_once() {
    on_both_engines(|db, engine| async move {
        let (app, folder) = app(db).await;
        let csv = include_bytes!("../../../../data/mappings/boston311-200.csv");
        let (a, b) = (folder.path().join("a"), folder.path().join("b"));
        std::fs::create_dir(&a).unwrap();
        std::fs::create_dir(&b).unwrap();
        let (one, two) = tokio::join!(import(&app, &a, BOSTON, csv, None), import(&app, &b, BOSTON, csv, None));
        let (one, two) = (one.unwrap(), two.unwrap());
        assert_eq!(one.added + two.added, 200, "{engine}: {one:?} {two:?}");
        assert_eq!(one.known + two.known, 200, "{engine}: {one:?} {two:?}");
    })
    .await;
}

#[tokio::test]
async fn what_a_mapping_leaves_open_is_asked_for() {
    let wrong = |text: &str| Mapping::parse("m.toml", text).unwrap_err().to_string();
    for (from, to, word) in [
        ("crs = \"gcj02\"\n", "", "crs = \"wgs84\""),
        ("gcj02", "cgcs", "wgs84, gcj02 or bd09"),
        ("zone = \"Asia/Shanghai\"\n", "", "zone ="),
        ("Asia/Shanghai", "Asia/Erqi", "Asia/Erqi"),
        ("time = \"%Y/%m/%d %H:%M\"\n", "", "time ="),
        ("key = \"编号\"\n", "", "m.toml:5"),
        ("reply", "replies", "replies"),
    ] {
        let text = OURS.trim_start().replace(from, to);
        assert!(wrong(&text).contains(word), "{from:?}: {}", wrong(&text));
    }
    on_both_engines(|db, engine| async move {
        let (app, folder) = app(db).await;
        let csv = rows(&app);
        for (mapping, word) in [
            (OURS.replace("\"地址\"", "\"住址\""), "住址"),
            (OURS.replace("E01037", "E99999"), "E99999"),
            (format!("{OURS}[holder]\ndefault = \"D-NOBODY\"\n"), "D-NOBODY"),
        ] {
            let refused = import(&app, folder.path(), &mapping, csv.as_bytes(), None).await.unwrap_err().to_string();
            assert!(refused.contains(word), "{engine}: {refused}");
        }
    })
    .await;
}
