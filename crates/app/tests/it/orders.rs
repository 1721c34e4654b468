//! Orders through the use cases, on both engines: the whole way, two people at once, replays, time.

use crate::stage::{app, staff};
use jiff::SignedDuration;
use luyuan_app::{
    App, AppError,
    orders::{Contact, Deferring, Place, Rate, Replying, Seen, Where, Whistling},
};
use luyuan_domain::{
    actor::Actor,
    geo::Wgs84,
    orders::{Channel, Kind, Refusal, Solved},
};
use luyuan_store::{orders::Filter, testing::on_both_engines};

pub fn lamp(app: &App) -> Place {
    let garden = app.directory();
    let garden = garden.place_by_code("410103012012001").unwrap();
    Place {
        kind: Kind::Help,
        category: "E01037".into(),
        description: "门口路灯不亮".into(),
        at: Where { point: garden.centre, place_code: None, address: "金祥花园".into() },
        channel: Channel::Web,
        private: false,
        attributes: vec![],
        contact: Contact { phone: "13800000000".into(), ..Contact::default() },
        photos: vec![],
        key: None,
    }
}

fn seen(number: &str) -> Seen {
    Seen { number: number.into(), version: None }
}

#[tokio::test]
async fn an_order_goes_its_whole_way() {
    on_both_engines(|db, engine| async move {
        let (app, _files) = app(db).await;
        let placed = app.place(&Actor::Anyone, lamp(&app)).await.unwrap();
        let holder = app.directory().org(placed.to.unwrap()).unwrap().name.clone();
        assert_eq!(holder, "金祥花园楼院党组织", "{engine}: the lowest organisation gets it");
        let compound = staff(&app, "410103012012001");
        let city = staff(&app, "D-CITY");
        let number = &placed.number;
        // Only who holds it may accept it.
        let refused = app.accept(&city, &seen(number)).await.unwrap_err();
        assert!(matches!(refused, AppError::Refused(Refusal::NotPermitted)));
        app.accept(&compound, &seen(number)).await.unwrap();
        app.contact(&compound, &seen(number), "已打电话".into()).await.unwrap();
        let to = city.org().unwrap();
        let order = app.whistle(&compound, &seen(number), Whistling { to, ask: "请修路灯".into() }).await.unwrap();
        let whistle = order.whistles[0].id;
        let reply = || Replying { text: "已修好".into(), files: vec![] };
        let early = app.reply(&compound, &seen(number), reply()).await.unwrap_err();
        assert_eq!(early.code(), "whistles_open");
        app.report(&city, &seen(number), whistle, "灯已换".into()).await.unwrap();
        app.reply(&compound, &seen(number), reply()).await.unwrap();
        let detail = app.order(&Actor::Anyone, number, Some(&placed.secret)).await.unwrap();
        assert!(detail.reporters.is_empty(), "contact data is not for the public");
        let reporter = detail.own.unwrap();
        let rate = Rate { solved: Solved::Yes, satisfied: None, comment: String::new(), go_on: false };
        let order = app.rate(&Actor::Reporter { id: reporter }, &seen(number), reporter, rate).await.unwrap();
        assert_eq!(order.state.code(), "closed");
        let story: Vec<_> =
            app.order(&Actor::Anyone, number, None).await.unwrap().events.iter().map(|e| e.what.code()).collect();
        assert_eq!(
            story,
            ["placed", "routed", "accepted", "contacted", "whistled", "reported", "replied", "rated", "closed"]
        );
    })
    .await;
}

#[tokio::test]
async fn of_two_at_once_one_is_refused_and_nothing_is_overwritten() {
    on_both_engines(|db, engine| async move {
        let (app, _files) = app(db).await;
        let placed = app.place(&Actor::Anyone, lamp(&app)).await.unwrap();
        let actor = staff(&app, "410103012012001");
        let at = Seen { number: placed.number.clone(), version: Some(2) };
        let (a, b) = tokio::join!(app.accept(&actor, &at), app.give_back(&actor, &at, "不归我管".into()));
        assert!(a.is_ok() != b.is_ok(), "{engine}: {a:?} {b:?}");
        let refused = a.err().or(b.err()).unwrap();
        assert_eq!(refused.code(), "stale", "{engine}");
        let detail = app.order(&actor, &placed.number, None).await.unwrap();
        assert_eq!(detail.events.len(), 3);
    })
    .await;
}

#[tokio::test]
async fn the_same_request_sent_again_places_nothing_twice() {
    on_both_engines(|db, engine| async move {
        let (app, _files) = app(db).await;
        let keyed = || Place { key: Some("k1".into()), ..lamp(&app) };
        let (a, b) = tokio::join!(app.place(&Actor::Anyone, keyed()), app.place(&Actor::Anyone, keyed()));
        let (a, b) = (a.unwrap(), b.unwrap());
        assert_eq!(a, b, "{engine}");
        assert_eq!(app.place(&Actor::Anyone, keyed()).await.unwrap(), a);
        let other = Place { description: "别的事".into(), ..keyed() };
        assert_eq!(app.place(&Actor::Anyone, other).await.unwrap_err().code(), "key_reused");
    })
    .await;
}

#[tokio::test]
async fn time_escalates_what_nobody_accepts_and_closes_what_nobody_rates() {
    on_both_engines(|db, engine| async move {
        let (app, _files) = app(db).await;
        while app.tick().await.unwrap() > 0 {}
        let placed = app.place(&Actor::Anyone, lamp(&app)).await.unwrap();
        let by_now = || async { app.order(&Actor::System, &placed.number, None).await.unwrap().order };
        app.tick().await.unwrap();
        assert_eq!(by_now().await.state.holder(), placed.to, "{engine}: not before it is due");
        // Each level has its deadline; at the top it stays, supervised.
        for _ in 0..5 {
            app.env.advance(SignedDuration::from_hours(24 * 12));
            app.tick().await.unwrap();
        }
        let order = by_now().await;
        assert_eq!(order.state.holder(), app.directory().top().map(|org| org.id), "{engine}");
        assert!(order.supervised && order.state.due().is_none());
        let top = staff(&app, "410103");
        app.accept(&top, &seen(&placed.number)).await.unwrap();
        app.contact(&top, &seen(&placed.number), "已联系".into()).await.unwrap();
        let review_on = "2030-01-01".parse().unwrap();
        let far =
            app.defer(&top, &seen(&placed.number), Deferring { reason: "等".into(), review_on }).await.unwrap_err();
        assert_eq!(far.code(), "review_date");
        app.reply(&top, &seen(&placed.number), Replying { text: "好了".into(), files: vec![] }).await.unwrap();
        app.env.advance(SignedDuration::from_hours(24 * 8));
        app.tick().await.unwrap();
        assert_eq!(by_now().await.state.code(), "closed", "{engine}");
    })
    .await;
}

#[tokio::test]
async fn what_is_wrong_is_said_and_nothing_is_kept() {
    on_both_engines(|db, engine| async move {
        let (app, _files) = app(db).await;
        let count = || async { app.count(Filter::default()).await.unwrap().iter().map(|(_, n)| n).sum::<i64>() };
        let before = count().await;
        let paris = Where { point: Wgs84::new(2.35, 48.85), ..Where::default() };
        for (order, code) in [
            (Place { at: paris, ..lamp(&app) }, "outside"),
            (Place { at: Where::default(), ..lamp(&app) }, "no_location"),
            (Place { description: "路".repeat(100_000), ..lamp(&app) }, "too_long"),
            (Place { description: "\u{0}\u{7} ".into(), ..lamp(&app) }, "empty"),
            (Place { category: "X".into(), ..lamp(&app) }, "unknown_category"),
            (
                Place { at: Where { place_code: Some("410103999".into()), ..Where::default() }, ..lamp(&app) },
                "unknown_place",
            ),
        ] {
            assert_eq!(app.place(&Actor::Anyone, order).await.unwrap_err().code(), code, "{engine}");
        }
        assert_eq!(count().await, before);
    })
    .await;
}

#[tokio::test]
async fn a_categorys_own_questions_are_checked_one_by_one() {
    on_both_engines(|db, engine| async move {
        let (app, _files) = app(db).await;
        let vehicle = |answers: &[(&str, &str)]| Place {
            category: "E06034".into(),
            attributes: answers.iter().map(|(code, value)| ((*code).into(), vec![(*value).into()])).collect(),
            ..lamp(&app)
        };
        let wrong = app.place(&Actor::Anyone, vehicle(&[("count", "many"), ("since", "yesterday")])).await.unwrap_err();
        let AppError::Wrong(wrong) = wrong else { panic!("{engine}: {wrong:?}") };
        let mut named: Vec<_> = wrong.iter().map(|one| (one.field.as_str(), one.code)).collect();
        named.sort_unstable();
        let expected = [("count", "not_a_number"), ("since", "bad_datetime"), ("vehicle_kind", "required")];
        assert_eq!(named, expected, "{engine}");
        // What the category does not ask for is kept as it came.
        let right = vehicle(&[("uprn", "7"), ("vehicle_kind", " tricycle "), ("count", "")]);
        let placed = app.place(&Actor::Anyone, right).await.unwrap();
        let order = app.order(&Actor::Anyone, &placed.number, None).await.unwrap().order;
        let kept: Vec<_> = order.attributes.iter().map(|(code, values)| (code.as_str(), values[0].as_str())).collect();
        assert_eq!(kept, [("vehicle_kind", "tricycle"), ("uprn", "7")], "{engine}");
    })
    .await;
}
