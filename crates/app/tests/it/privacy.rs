//! Contact data: sealed, forgotten in time, erased on request; figures and the log stay as they were.

use crate::{
    evidence::{lamp, place, report, seal_all, write},
    stage::{app, staff},
};
use jiff::SignedDuration;
use luyuan_app::{
    App,
    contact::Erasing,
    orders::{Answering, Contact, Filter, Joining, Place, Placed, Rate, Replying, Seen},
};
use luyuan_domain::{
    actor::Actor,
    ids::ReporterId,
    orders::{Satisfied, Solved},
    ruleset::Kept,
};
use luyuan_store::{Db, testing::on_both_engines};

const PHONE: &str = "13811112222";
const WORDS: &str = "我家阁楼漏水，姓欧阳";
const GARDEN: &str = "410103012012001";

/// Everything that a table holds, as text.
async fn dump(db: &Db, table: &'static str, columns: &[&str]) -> String {
    let all = columns.iter().map(|column| format!("COALESCE({column}, '')")).collect::<Vec<_>>().join(" || ' ' || ");
    let text = format!("SELECT {all} FROM {table}");
    let read = db.read(move |mut conn| {
        Box::pin(async move {
            let rows = conn.composed(text).all().await?;
            rows.iter().map(|row| row.get::<String>(0)).collect::<Result<Vec<_>, luyuan_store::StoreError>>()
        })
    });
    read.await.unwrap().join("\n")
}

/// What the database knows of people and orders.
async fn everything(app: &App) -> String {
    let mut all = String::new();
    for (table, columns) in [
        ("orders", &["number", "search", "data"][..]),
        ("events", &["actor", "data"]),
        ("reporters", &["data"]),
        ("contacts", &["sealed"]),
        ("idempotency", &["key", "answer"]),
        ("files", &["data"]),
        ("audit", &["actor", "what", "about", "detail"]),
    ] {
        all.push_str(&dump(&app.db, table, columns).await);
    }
    all
}

/// What a process tells of an order, alone and in a list.
async fn told(app: &App, order: &Placed) -> String {
    let detail = app.order(&Actor::System, &order.number, None).await.unwrap();
    let page = app.orders(Filter::default(), None, 50).await.unwrap();
    format!("{detail:?} {page:?}")
}

fn seen(placed: &Placed) -> Seen {
    Seen { number: placed.number.clone(), version: None }
}

async fn placed(app: &App, unnamed: bool) -> (Placed, ReporterId) {
    let contact = Contact { name: "欧阳明".into(), phone: PHONE.into(), unnamed, ..Contact::default() };
    let placed = app.place(&Actor::Anyone, Place { contact, ..lamp(app, WORDS) }).await.unwrap();
    let detail = app.order(&Actor::Anyone, &placed.number, Some(&placed.secret)).await.unwrap();
    (placed, detail.own.unwrap())
}

/// Takes an order to its end, with words of its reporter on the way.
async fn end(app: &App, placed: &Placed, id: ReporterId) {
    let (own, garden, seen) = (Actor::Reporter { id }, staff(app, GARDEN), seen(placed));
    app.accept(&garden, &seen).await.unwrap();
    app.contact(&garden, &seen, "已电话联系欧阳先生".into()).await.unwrap();
    app.ask(&garden, &seen, "几楼？".into()).await.unwrap();
    app.answer(&own, &seen, Answering { text: "阁楼，欧阳家".into() }).await.unwrap();
    app.reply(&garden, &seen, Replying { text: "已修好".into(), files: vec![] }).await.unwrap();
    let rate = Rate {
        solved: Solved::Yes,
        satisfied: Some(Satisfied::Very),
        comment: "谢谢，欧阳家不漏了".into(),
        go_on: false,
    };
    app.rate(&own, &seen, id, rate).await.unwrap();
}

#[tokio::test]
async fn contact_data_stands_nowhere_open_and_is_shown_with_a_purpose_only() {
    on_both_engines(|db, engine| async move {
        let (app, _folder) = app(db).await;
        let (order, id) = placed(&app, false).await;
        let kept = everything(&app).await;
        assert!(!kept.contains(PHONE) && !kept.contains("欧阳明"), "{engine}");
        let garden = staff(&app, GARDEN);
        let detail = app.order(&garden, &order.number, None).await.unwrap();
        let behind = app.behind(&garden, &detail).await.unwrap();
        assert_eq!((behind[0].masked.name.as_str(), behind[0].masked.phone.as_str()), ("欧**", "138****2222"));

        let refused = app.reveal(&garden, &order.number, id, "curiosity").await.unwrap_err();
        assert_eq!(refused.code(), "choose_reason");
        let elsewhere = staff(&app, "410103013");
        assert!(app.reveal(&elsewhere, &order.number, id, "handle").await.is_err(), "{engine}: another street");
        assert!(app.reveal(&Actor::Anyone, &order.number, id, "handle").await.is_err());
        assert!(!everything(&app).await.contains("contact_shown"), "{engine}: nothing was shown");
        let data = app.reveal(&garden, &order.number, id, "handle").await.unwrap();
        assert_eq!((data.name.as_str(), data.phone.as_str()), ("欧阳明", PHONE));
        let trail = dump(&app.db, "audit", &["what", "about", "detail"]).await;
        assert!(trail.contains(&format!("contact_shown {} handle", order.number)), "{engine}: {trail}");
    })
    .await;
}

#[tokio::test]
async fn who_stays_unnamed_is_known_only_to_those_who_call_back() {
    on_both_engines(|db, engine| async move {
        let (app, _folder) = app(db).await;
        let (order, id) = placed(&app, true).await;
        let (garden, above) = (staff(&app, GARDEN), staff(&app, "410103012"));
        for (actor, known) in [(&garden, false), (&above, true)] {
            let detail = app.order(actor, &order.number, None).await.unwrap();
            let behind = app.behind(actor, &detail).await.unwrap();
            assert_eq!((behind[0].reachable, behind[0].unnamed, behind[0].masked.is_empty()), (known, true, !known));
        }
        let refused = app.reveal(&garden, &order.number, id, "handle").await.unwrap_err();
        assert_eq!(refused.code(), "unnamed", "{engine}");
        assert_eq!(app.reveal(&above, &order.number, id, "call_back").await.unwrap().phone, PHONE);
    })
    .await;
}

#[tokio::test]
async fn what_a_reporter_wants_erased_is_nowhere_and_figures_and_log_stay() {
    on_both_engines(|db, engine| async move {
        let (app, folder) = app(db.clone()).await;
        app.open_log(folder.path()).await.unwrap();
        let (order, id) = placed(&app, false).await;
        let own = Actor::Reporter { id };
        let early = app.erase(&own, &order.number, id, Erasing { words: true }).await.unwrap_err();
        assert_eq!(early.code(), "wrong_state", "{engine}: words are what is worked by");
        let other = place(&app, "另一盏灯").await;
        let stranger = app.order(&Actor::Anyone, &other.number, Some(&other.secret)).await.unwrap().own.unwrap();
        let foreign = Actor::Reporter { id: stranger };
        assert!(app.erase(&foreign, &order.number, id, Erasing::default()).await.is_err(), "{engine}");
        end(&app, &order, id).await;
        seal_all(&app).await;
        let before = everything(&app).await;
        assert!(["欧阳", "阁楼"].iter().all(|words| before.contains(words)), "{engine}: it was there");
        let counted = app.count(Default::default()).await.unwrap();
        // Another process has read it, and keeps what it read.
        let other = App::start(db, app.jurisdiction.clone(), folder.path().join("files"), app.env.clone()).await;
        let readers = [app.clone(), other.unwrap()];
        for reader in &readers {
            assert!(told(reader, &order).await.contains("阁楼"), "{engine}: it was told");
        }

        // The contact data first; then the words too.
        app.erase(&own, &order.number, id, Erasing::default()).await.unwrap();
        let held = app.order(&staff(&app, "410103"), &order.number, None).await.unwrap();
        assert!(held.reporters[0].about.erased_at.is_some() && held.order.description == WORDS);
        assert!(app.address_of(id).await.unwrap().is_none(), "{engine}");
        let erased = app.erase(&own, &order.number, id, Erasing { words: true }).await.unwrap();
        let after = everything(&app).await;
        for words in ["欧阳", "阁楼", PHONE] {
            assert!(!after.contains(words), "{engine}: {words} is still there");
        }
        for reader in &readers {
            let told = told(reader, &order).await;
            assert!(told.contains(&order.number) && !told.contains("阁楼"), "{engine}: {told}");
        }
        assert_eq!(app.count(Default::default()).await.unwrap(), counted, "{engine}: the figures stay");
        assert_eq!(erased.state.code(), "closed");
        let detail = app.order(&Actor::Anyone, &order.number, Some(&order.secret)).await.unwrap();
        let rating = detail.own_about.unwrap().rating.unwrap().1;
        assert_eq!((rating.solved, rating.satisfied), (Solved::Yes, Some(Satisfied::Very)), "{engine}");
        seal_all(&app).await;
        let checked = report(&app).await;
        assert_eq!(checked.findings, [], "{engine}");
        assert!(checked.erased >= 3, "{engine}: description, answer, rating: {}", checked.erased);
        // Asked again, nothing breaks.
        app.erase(&own, &order.number, id, Erasing { words: true }).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn others_behind_an_order_keep_their_words() {
    on_both_engines(|db, engine| async move {
        let (app, folder) = app(db).await;
        app.open_log(folder.path()).await.unwrap();
        let (order, id) = placed(&app, false).await;
        let contact = Contact { phone: "13733334444".into(), ..Contact::default() };
        let joining = Joining { contact, words: "二楼李家也漏".into(), ..Joining::default() };
        let secret = app.join(&Actor::Anyone, &order.number, joining).await.unwrap();
        let second = app.order(&Actor::Anyone, &order.number, Some(&secret)).await.unwrap().own.unwrap();
        end(&app, &order, id).await;
        let rate = Rate { solved: Solved::Yes, satisfied: None, comment: "李家也好了".into(), go_on: false };
        app.rate(&Actor::Reporter { id: second }, &seen(&order), second, rate).await.unwrap();
        app.erase(&Actor::Reporter { id: second }, &order.number, second, Erasing { words: true }).await.unwrap();
        let kept = everything(&app).await;
        assert!(!kept.contains("李家") && kept.contains(WORDS) && kept.contains("不漏了"), "{engine}");
        assert!(app.address_of(second).await.unwrap().is_none());
        assert_eq!(app.address_of(id).await.unwrap().unwrap().phone, PHONE, "{engine}");
    })
    .await;
}

#[tokio::test]
async fn contact_data_is_forgotten_when_the_rules_say() {
    on_both_engines(|db, engine| async move {
        let (app, _folder) = app(db).await;
        let days = app.rulebook().privacy(app.env.now()).unwrap().days(Kept::Contact).unwrap();
        let (ended, id) = placed(&app, false).await;
        let (open, waiting) = placed(&app, false).await;
        end(&app, &ended, id).await;
        app.forget().await.unwrap();
        assert!(app.address_of(id).await.unwrap().is_some(), "{engine}: not yet");
        app.env.advance(SignedDuration::from_hours(24 * i64::from(days) - 2));
        app.forget().await.unwrap();
        assert!(app.address_of(id).await.unwrap().is_some(), "{engine}: two hours too early");
        app.env.advance(SignedDuration::from_hours(3));
        assert!(app.forget().await.unwrap() > 0);
        assert!(app.address_of(id).await.unwrap().is_none(), "{engine}: gone");
        assert_eq!(app.address_of(waiting).await.unwrap().unwrap().phone, PHONE, "{engine}: {} goes on", open.number);
    })
    .await;
}

#[tokio::test]
async fn what_an_older_program_kept_open_is_sealed_at_the_next_start() {
    on_both_engines(|db, engine| async move {
        let (app, folder) = app(db.clone()).await;
        let order = place(&app, "路灯不亮").await;
        let id = app.order(&Actor::Anyone, &order.number, Some(&order.secret)).await.unwrap().own.unwrap();
        // As the first programs left it.
        write(&app, "DELETE FROM contacts").await.unwrap();
        write(&app, "DELETE FROM settings WHERE name = 'contact_key'").await.unwrap();
        let old = format!(r#"{{"name":"欧阳明","phone":"{PHONE}","language":"en","words":"a \"name\":\"x\" inside"}}"#);
        write(&app, &format!("UPDATE reporters SET data = '{old}' WHERE id = '{id}'")).await.unwrap();
        let again =
            App::start(db, app.jurisdiction.clone(), folder.path().join("files"), app.env.clone()).await.unwrap();
        let kept = everything(&again).await;
        assert!(!kept.contains(PHONE) && !kept.contains("欧阳明"), "{engine}");
        assert_eq!(again.address_of(id).await.unwrap().unwrap().phone, PHONE, "{engine}");
        let about = again.order(&Actor::Anyone, &order.number, Some(&order.secret)).await.unwrap().own_about.unwrap();
        assert_eq!((about.language.as_str(), about.words.as_str()), ("en", "a \"name\":\"x\" inside"));
    })
    .await;
}

#[tokio::test]
async fn a_key_that_is_lost_or_wrong_is_told_and_a_new_one_opens_everything() {
    on_both_engines(|db, engine| async move {
        let (app, folder) = app(db.clone()).await;
        let (_, id) = placed(&app, false).await;
        let (_, second) = placed(&app, false).await;
        let file = folder.path().join("contact.key");
        let old = std::fs::read(&file).unwrap();
        // A row that is put in another's place does not open.
        let swap = format!(
            "UPDATE contacts SET sealed = (SELECT sealed FROM contacts WHERE reporter_id = '{second}') WHERE reporter_id = '{id}'"
        );
        let before = dump(&app.db, "contacts", &["sealed"]).await;
        write(&app, &swap).await.unwrap();
        assert_eq!(app.address_of(id).await.unwrap_err().code(), "corrupt", "{engine}");
        write(&app, &format!("DELETE FROM contacts WHERE reporter_id = '{id}'")).await.unwrap();

        let renewed = app.renew_contact_key().await.unwrap();
        assert!(renewed > 100, "{engine}: {renewed}, the demonstration's too");
        assert_eq!(app.address_of(second).await.unwrap().unwrap().phone, PHONE);
        assert_ne!(dump(&app.db, "contacts", &["sealed"]).await, before);
        assert_eq!(std::fs::read_to_string(&file).unwrap().lines().count(), 1, "{engine}: the old key is gone");

        let start =
            || App::start(db.clone(), app.jurisdiction.clone(), folder.path().join("files"), app.env.clone());
        assert_eq!(start().await.unwrap().address_of(second).await.unwrap().unwrap().phone, PHONE, "{engine}");
        std::fs::write(&file, &old).unwrap();
        let wrong = start().await.unwrap().contact_key().err().unwrap().to_string();
        assert!(wrong.contains("contact.key") && wrong.contains("right file"), "{engine}: {wrong}");
        std::fs::remove_file(&file).unwrap();
        let without = start().await.unwrap();
        let missing = without.contact_key().err().unwrap().to_string();
        assert!(missing.contains("is missing") && missing.contains("backup"), "{engine}: {missing}");
        assert!(!file.exists(), "{engine}: no other key is made in its place");
        // What needs no contact data goes on; what would be lost is refused.
        let nobody = Place { contact: Contact::default(), ..lamp(&without, "路灯不亮") };
        without.place(&Actor::Anyone, nobody).await.unwrap();
        assert_eq!(without.place(&Actor::Anyone, lamp(&without, "路灯不亮")).await.unwrap_err().code(), "file");
    })
    .await;
}
