//! Exports: every order once, what a spreadsheet must not run made harmless, and all of it back again.

use crate::{
    import::import,
    stage::{app, staff},
};
use calamine::{Data, Reader};
use futures::TryStreamExt;
use luyuan_app::{
    App,
    export::{COLUMNS, Format},
    orders::{Contact, Filter, Place, Seen, Where},
};
use luyuan_domain::{
    actor::Actor,
    orders::{Channel, Diversion, Kind, clean},
};
use luyuan_store::testing::on_both_engines;
use proptest::prelude::*;
use std::collections::BTreeSet;

const MAPPING: &str = include_str!("../../../../data/mappings/luyuan.toml");

async fn export(app: &App, filter: Filter, format: Format) -> Vec<u8> {
    app.export_orders(filter, format, false).try_concat().await.unwrap()
}

fn csv_rows(bytes: &[u8]) -> Vec<csv::StringRecord> {
    let mut reader = csv::Reader::from_reader(bytes);
    assert_eq!(reader.headers().unwrap(), COLUMNS.as_slice());
    reader.records().map(|row| row.unwrap()).collect()
}

fn column(name: &str) -> usize {
    COLUMNS.iter().position(|column| *column == name).unwrap()
}

async fn place(app: &App, description: &str, private: bool) -> String {
    let new = Place {
        kind: Kind::Help,
        category: "E01037".into(),
        description: description.into(),
        at: Where { point: None, place_code: Some("410103012012001".into()), address: "=1+1".into() },
        channel: Channel::Web,
        private,
        attributes: vec![],
        contact: Contact { name: "李奶奶".into(), phone: "13800000000".into(), ..Contact::default() },
        photos: vec![],
        key: None,
    };
    app.place(&Actor::Anyone, new).await.unwrap().number
}

#[tokio::test]
async fn every_format_has_every_order_once_and_no_contact_data() {
    on_both_engines(|db, engine| async move {
        let (app, folder) = app(db).await;
        let csv = include_bytes!("../../../../data/mappings/boston311-200.csv");
        import(&app, folder.path(), crate::import::BOSTON, csv, None).await.unwrap();
        // More than two pages of the database.
        let more: String = std::str::from_utf8(csv).unwrap().split_inclusive('\n').skip(1).collect();
        let head = std::str::from_utf8(csv).unwrap().split_inclusive('\n').next().unwrap();
        for round in 1..=9 {
            let again = format!("{head}{}", more.replace("\n1010", &format!("\n{round}010")));
            import(&app, folder.path(), crate::import::BOSTON, again.as_bytes(), None).await.unwrap();
        }
        place(&app, "=HYPERLINK(\"x\")", false).await;
        place(&app, "private words", true).await;
        let diverted = place(&app, "for 110", false).await;
        let top = staff(&app, "410103");
        let diverting = luyuan_app::orders::Diverting { reason: Diversion::Emergency, note: "110".into() };
        app.divert(&top, &Seen { number: diverted, version: None }, diverting).await.unwrap();
        for public in [true, false] {
            let filter = Filter { public, ..Filter::default() };
            let total: i64 = app.count(filter.clone()).await.unwrap().iter().map(|(_, count)| count).sum();
            let total = usize::try_from(total).unwrap();
            assert!(total > 2_000, "{engine}: {total}");
            let csv = export(&app, filter.clone(), Format::Csv).await;
            let rows = csv_rows(&csv);
            let numbers: BTreeSet<&str> = rows.iter().map(|row| &row[0]).collect();
            assert_eq!((rows.len(), numbers.len()), (total, total), "{engine}");
            assert_eq!(rows.iter().any(|row| &row[column("description")] == "private words"), !public, "{engine}");
            assert!(rows.iter().any(|row| &row[column("description")] == "'=HYPERLINK(\"x\")"));

            let lines = String::from_utf8(export(&app, filter.clone(), Format::Ndjson).await).unwrap();
            let objects: Vec<serde_json::Value> =
                lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
            assert_eq!(objects.len(), total, "{engine}");
            assert!(objects.iter().any(|object| object["description"] == "=HYPERLINK(\"x\")"));

            let map: serde_json::Value =
                serde_json::from_slice(&export(&app, filter.clone(), Format::Geojson).await).unwrap();
            let features = map["features"].as_array().unwrap();
            assert_eq!((map["type"].as_str(), features.len()), (Some("FeatureCollection"), total), "{engine}");
            let point = &features.iter().find(|one| !one["geometry"].is_null()).unwrap()["geometry"];
            assert_eq!((point["type"].as_str(), point["coordinates"].as_array().unwrap().len()), (Some("Point"), 2));

            let book = export(&app, filter, Format::Xlsx).await;
            let mut book = calamine::Xlsx::new(std::io::Cursor::new(book)).unwrap();
            let sheet = book.worksheet_range("orders").unwrap();
            assert_eq!((sheet.height(), sheet.width()), (total + 1, COLUMNS.len()), "{engine}");
            let described =
                sheet.rows().any(|row| row[column("description")] == Data::String("'=HYPERLINK(\"x\")".into()));
            assert!(described, "{engine}");
            for text in [String::from_utf8(csv).unwrap(), lines, map.to_string()] {
                assert!(!text.contains("13800000000") && !text.contains("李奶奶"), "{engine}");
            }
        }
        let none = Filter { states: vec!["nonesuch".into()], ..Filter::default() };
        assert_eq!(csv_rows(&export(&app, none.clone(), Format::Csv).await).len(), 0);
        let map: serde_json::Value =
            serde_json::from_slice(&export(&app, none.clone(), Format::Geojson).await).unwrap();
        assert_eq!(map["features"], serde_json::json!([]));
        let book = export(&app, none, Format::Xlsx).await;
        assert_eq!(
            calamine::Xlsx::new(std::io::Cursor::new(book)).unwrap().worksheet_range("orders").unwrap().height(),
            1
        );
    })
    .await;
}

/// Texts as people and attackers write them.
fn words() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        Just("\"".to_owned()),
        Just("\n".to_owned()),
        Just("\r\n".to_owned()),
        Just("'".to_owned()),
        Just(",".to_owned()),
        Just("😀👨‍👩‍👧".to_owned()),
        Just("=cmd|' /C calc'!A0".to_owned()),
        Just("+1".to_owned()),
        Just("@SUM(1)".to_owned()),
        Just("\t".to_owned()),
        Just("路灯不亮".to_owned()),
        any::<String>(),
    ];
    proptest::collection::vec(part, 1..8).prop_map(|parts| clean(&parts.concat()))
}

#[test]
fn what_was_exported_comes_back_word_for_word() {
    use proptest::{strategy::ValueTree, test_runner::TestRunner};
    let mut runner = TestRunner::deterministic();
    let texts = proptest::collection::vec(words(), 150..151).new_tree(&mut runner).unwrap().current();
    let texts: Vec<String> = texts.into_iter().filter(|text| !text.is_empty() && !text.contains('\u{FFFD}')).collect();
    assert!(texts.len() > 100);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(on_both_engines(|db, engine| {
        let texts = texts.clone();
        async move {
            let (app, folder) = app(db).await;
            let mut wanted = BTreeSet::new();
            for text in &texts {
                wanted.insert((place(&app, text, false).await, text.clone()));
            }
            let since = Filter { categories: vec!["E01037".into()], ..Filter::default() };
            let csv = export(&app, since, Format::Csv).await;
            let other = luyuan_domain::ids::JurisdictionId("other".into());
            let files = folder.path().join("files");
            let there = App::start(app.db.clone(), other, files, app.env.clone()).await.unwrap();
            there.load_rules().await.unwrap();
            let mapping = format!("{MAPPING}default = \"410103\"\n");
            let orgs = folder.path().join("orgs.csv");
            std::fs::write(&orgs, "code,name,kind\n410103,二七区委,district_committee\n").unwrap();
            let sheet = luyuan_app::import::Sheet::open(&orgs, None).unwrap();
            let mut rejects = luyuan_app::import::Rejects::to(&folder.path().join("r.csv")).unwrap();
            there.import_orgs(&sheet, luyuan_app::import::Strictness::Whole, &mut rejects).await.unwrap();
            let report = import(&there, folder.path(), &mapping, &csv, None).await.unwrap();
            assert_eq!((report.added, report.rejected), (report.read, 0), "{engine}");
            let back = there.orders(Filter::default(), None, 10_000).await.unwrap().orders;
            let mut found: Vec<&str> = back.iter().map(|order| order.description.as_str()).collect();
            found.sort_unstable();
            for (number, text) in &wanted {
                assert!(found.binary_search(&text.as_str()).is_ok(), "{engine}: {number} {text:?}");
            }
            assert_eq!(back.iter().filter(|order| order.location.address == "=1+1").count(), wanted.len(), "{engine}");
        }
    }));
}
