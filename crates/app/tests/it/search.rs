//! What is found and counted, on both engines: similar orders to the metre and the day, counts right
//! after writes, deadlines.

use crate::{
    import::import,
    stage::{acting, app},
};
use jiff::SignedDuration;
use luyuan_app::{
    App,
    orders::{ByDue, Contact, Filter, Place, Replying, Seen, Sort, Where},
};
use luyuan_domain::{
    actor::Actor,
    geo::{Local, Wgs84},
    orders::{Channel, Kind},
};
use luyuan_store::testing::on_both_engines;

/// A category that the demonstration's own orders do not have.
const CATEGORY: &str = "E01001";
const COMPOUND: &str = "410103012012001";

fn middle(app: &App) -> Wgs84 {
    app.directory().place_by_code(COMPOUND).unwrap().centre.unwrap()
}

/// An order so many metres east and north of the compound's middle, for that compound.
async fn place(app: &App, [east, north]: [f64; 2], change: impl FnOnce(&mut Place)) -> String {
    let mut new = Place {
        kind: Kind::Help,
        category: CATEGORY.into(),
        description: "水管漏水".into(),
        at: Where {
            point: Some(Local::around(middle(app)).position([east, north])),
            place_code: Some(COMPOUND.into()),
            address: String::new(),
        },
        channel: Channel::Web,
        private: false,
        attributes: vec![],
        contact: Contact::default(),
        photos: vec![],
        key: None,
    };
    change(&mut new);
    app.place(&Actor::Anyone, new).await.unwrap().number
}

async fn similar(app: &App) -> Vec<String> {
    app.similar(middle(app), CATEGORY).await.unwrap().into_iter().map(|order| order.number).collect()
}

fn seen(number: &str) -> Seen {
    Seen { number: number.into(), version: None }
}

#[tokio::test]
async fn similar_orders_are_near_recent_open_public_and_of_the_category() {
    on_both_engines(|db, engine| async move {
        let (app, files) = app(db.clone()).await;
        assert_eq!(similar(&app).await, [""; 0], "{engine}");
        // The ruleset says 120 m; cells of the grid end somewhere between.
        let far = place(&app, [-84.0, 84.0], |_| {}).await;
        let near = place(&app, [0.0, -30.0], |_| {}).await;
        let east = place(&app, [119.9, 0.0], |_| {}).await;
        place(&app, [120.1, 0.0], |_| {}).await;
        place(&app, [86.0, 86.0], |_| {}).await;
        place(&app, [1.0, 1.0], |new| new.category = "E01037".into()).await;
        place(&app, [1.0, 1.0], |new| new.private = true).await;
        place(&app, [1.0, 1.0], |new| new.at.point = None).await;
        let expected = [near.clone(), far.clone(), east.clone()];
        let mut found = similar(&app).await;
        // An order placed for the compound without a point stands at its middle.
        assert_eq!(found.remove(0).len(), near.len());
        assert_eq!(found, expected, "{engine}: nearest first");
        // Another process on the same database sees the same at once.
        let other =
            App::start(db, app.jurisdiction.clone(), files.path().join("files"), app.env.clone()).await.unwrap();
        assert_eq!(similar(&other).await[1..], expected, "{engine}");
        let compound = app.directory().org_by_code(COMPOUND).unwrap().id;
        let staff = acting(&app, compound);
        other.accept(&staff, &seen(&near)).await.unwrap();
        other.contact(&staff, &seen(&near), "已联系".into()).await.unwrap();
        assert_eq!(similar(&app).await[1..], expected, "{engine}: still open");
        other.reply(&staff, &seen(&near), Replying { text: "好了".into(), files: vec![] }).await.unwrap();
        assert_eq!(similar(&app).await[1..], [far, east], "{engine}: answered");
        // No more than the ruleset's five.
        for step in 0..6 {
            place(&app, [f64::from(step), 0.0], |_| {}).await;
        }
        assert_eq!(similar(&app).await.len(), 5, "{engine}");
        app.env.advance(SignedDuration::from_hours(24 * 30 - 1));
        assert_eq!(similar(&app).await.len(), 5, "{engine}");
        app.env.advance(SignedDuration::from_hours(2));
        assert_eq!(similar(&app).await, [""; 0], "{engine}: older than thirty days");
    })
    .await;
}

#[tokio::test]
async fn counts_are_right_after_every_write() {
    on_both_engines(|db, engine| async move {
        let (app, _files) = app(db).await;
        let open = || Filter { public: true, categories: vec![CATEGORY.into()], ..Filter::default() };
        assert_eq!(app.count(open()).await.unwrap(), []);
        let first = place(&app, [0.0, 0.0], |_| {}).await;
        place(&app, [5.0, 0.0], |_| {}).await;
        place(&app, [5.0, 0.0], |new| new.private = true).await;
        assert_eq!(app.count(open()).await.unwrap(), [("routed".into(), 2)], "{engine}");
        let compound = app.directory().org_by_code(COMPOUND).unwrap().id;
        let staff = acting(&app, compound);
        app.accept(&staff, &seen(&first)).await.unwrap();
        let expected = [("accepted".into(), 1), ("routed".into(), 1)];
        assert_eq!(app.count(open()).await.unwrap(), expected, "{engine}");
        let inside = Filter { places: vec!["410103012".into()], ..open() };
        assert_eq!(app.count(inside.clone()).await.unwrap(), expected, "{engine}");
        let page = app.orders(inside.clone(), None, 1).await.unwrap();
        let rest = app.orders(inside, page.next, 1).await.unwrap();
        assert_eq!(rest.orders[0].number, first, "{engine}: newest first, then the next page");
        assert!(rest.next.is_none(), "{engine}");
        let elsewhere = Filter { places: vec!["410103001".into()], ..open() };
        assert_eq!(app.count(elsewhere).await.unwrap(), [], "{engine}");
    })
    .await;
}

#[tokio::test]
async fn deadlines_are_counted_as_they_are_listed() {
    on_both_engines(|db, engine| async move {
        let (app, _files) = app(db).await;
        let filter =
            || Filter { states: ["routed", "accepted", "in_progress"].map(str::to_owned).into(), ..Filter::default() };
        let now = app.env.now();
        let soon = now + SignedDuration::from_hours(12);
        let counted = app.count_by_due(filter(), now, soon).await.unwrap();
        let listed = |filter: Filter| async {
            i64::try_from(app.orders(filter, None, 1000).await.unwrap().orders.len()).unwrap()
        };
        let expected = ByDue {
            late: listed(Filter { due_before: Some(now), ..filter() }).await,
            soon: listed(Filter { due_from: Some(now), due_before: Some(soon), ..filter() }).await,
            fine: listed(Filter { due_from: Some(soon), ..filter() }).await,
            all: listed(filter()).await,
        };
        assert_eq!(counted, expected, "{engine}");
        // By deadline, for one holder as for all: the same orders in the same order.
        let by_due = || Filter { sort: Sort::Due, ..filter() };
        let all = app.orders(by_due(), None, 1000).await.unwrap().orders;
        let holder = all[0].state.holder().unwrap();
        let own = app.orders(Filter { holders: vec![holder], ..by_due() }, None, 1000).await.unwrap().orders;
        let expected: Vec<_> = all.into_iter().filter(|order| order.state.holder() == Some(holder)).collect();
        assert_eq!(own, expected, "{engine}");
        assert!(counted.late > 0 && counted.fine > 0 && counted.all >= counted.late + counted.soon + counted.fine);
    })
    .await;
}

#[tokio::test]
async fn a_count_that_is_kept_is_the_districts_own() {
    on_both_engines(|db, engine| async move {
        let (app, folder) = app(db).await;
        let mapping = "name = \"many\"\ncrs = \"wgs84\"\nzone = \"UTC\"\ntime = \"%Y-%m-%d\"\n[columns]\nkey = \"key\"\nplaced = \"day\"\n\
             description = \"words\"\naddress = \"words\"\n[category]\ncolumn = \"words\"\ndefault = \"E06010\"\n";
        let rows = |from: u32| (from..from + 1_500).map(|row| format!("{row},2026-03-01,row {row}\n")).collect::<String>();
        let sum = |counted: Vec<(String, i64)>| counted.iter().map(|(_, count)| count).sum::<i64>();
        let here = sum(app.count(Filter::default()).await.unwrap());
        let trial = app.trial();
        for (round, from) in (1..).zip([0, 10_000]) {
            let csv = format!("key,day,words\n{}", rows(from));
            let report = import(&app, folder.path(), mapping, csv.as_bytes(), None).await.unwrap();
            assert_eq!(report.added, 1_500, "{engine}: {report:?}");
            // Large enough to be kept, and right at once after the next import all the same.
            assert_eq!(sum(app.count(Filter::default()).await.unwrap()), here + 1_500 * round, "{engine}");
            assert_eq!(sum(trial.count(Filter::default()).await.unwrap()), 0, "{engine}: the trial counts its own");
        }
    })
    .await;
}
