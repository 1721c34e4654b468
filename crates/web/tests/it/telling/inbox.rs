//! The in-app inbox, deadlines, the digest, and settings.

use super::{accept, doubles::MailServer, reaching, stands, until};
use crate::district::{Browser, GARDEN, on_both};
use jiff::SignedDuration;
use luyuan_app::{jobs::Which, orders::Seen, telling::Wishes};
use luyuan_domain::{actor::Actor, ids::PersonId, telling::Sent};

#[tokio::test]
async fn every_organisation_has_an_inbox_and_every_person_their_own_marks() {
    on_both(|site, _| async move {
        let placed = site.place(site.lamp()).await;
        let jobs = site.app.jobs(Which::All, 10).await.unwrap();
        assert!(jobs.is_empty(), "nobody listens elsewhere: nothing but the notice is written");
        let mut li = Browser::open(&site, "en").await;
        li.log_in("compound").await;
        let page = li.get("/work/notices").await.text();
        assert!(page.contains(&placed.number) && page.contains("unread"), "{page}");
        let id = page
            .split("/work/notices/")
            .find_map(|part| part.split_once("/reading").map(|(id, _)| id))
            .filter(|id| id.len() == 36)
            .map(str::to_owned);
        let id = id.unwrap_or_else(|| {
            let mut parts = page.split("/work/notices/").skip(1).filter_map(|part| part.split('/').next());
            parts.find(|id| id.len() == 36).expect("a notice").to_owned()
        });
        let opened = li.submit(&format!("/work/notices/{id}/reading"), &[]).await;
        assert_eq!(opened.header("location"), format!("/work/orders/{}", placed.number));
        let org = site.app.directory().org_by_code(GARDEN).unwrap().id;
        let other = PersonId(site.app.env.id());
        assert!(site.app.unread(org, other, 99).await.unwrap() > 0, "somebody else has not read it");
        // Another organisation cannot open it.
        let mut wang = Browser::open(&site, "en").await;
        wang.log_in("street").await;
        assert_eq!(wang.submit(&format!("/work/notices/{id}/reading"), &[]).await.status, 404);
        let until = site.app.notices(org, other, None, 1).await.unwrap().notices[0].0.id;
        site.app.read_notices(other, until).await.unwrap();
        assert_eq!(site.app.unread(org, other, 99).await.unwrap(), 0);
        site.place(site.lamp()).await;
        assert_eq!(site.app.unread(org, other, 99).await.unwrap(), 1);
        // A reporter sees theirs on the order's own page.
        accept(&site.app, &site, &placed).await;
        let mut resident = Browser::open(&site, "en").await;
        let own = resident.get(&format!("/orders/{}?key={}", placed.number, placed.secret)).await.text();
        assert!(own.contains("Messages for you"), "{own}");
        assert!(!resident.get(&format!("/orders/{}", placed.number)).await.text().contains("Messages for you"));
    })
    .await;
}

#[tokio::test]
async fn a_deadline_is_told_once_before_and_once_after() {
    on_both(|site, _| async move {
        let app = &site.app;
        app.tell_deadlines().await.unwrap();
        let placed = site.place(site.lamp()).await;
        let org = placed.to.unwrap();
        let events = || async {
            let found = app.notices(org, PersonId(app.env.id()), None, 100).await.unwrap();
            let own = found.notices.into_iter().filter(|(notice, _)| notice.order == placed.id);
            let mut events: Vec<_> = own.map(|(notice, _)| notice.event).collect();
            events.reverse();
            events
        };
        app.tell_deadlines().await.unwrap();
        assert_eq!(events().await, ["routed"], "not near at once");
        let staff = accept(app, &site, &placed).await;
        app.contact(&staff, &Seen { number: placed.number.clone(), version: None }, "x".into()).await.unwrap();
        let due = app.order(&staff, &placed.number, None).await.unwrap().order.state.due().unwrap();
        let to = |at: jiff::Timestamp| {
            app.env.advance(SignedDuration::from_millis(at.as_millisecond() - app.env.now().as_millisecond()));
        };
        to(due - SignedDuration::from_hours(3));
        // Two clocks at once.
        let (one, two) = tokio::join!(app.tell_deadlines(), app.tell_deadlines());
        one.unwrap();
        two.unwrap();
        assert_eq!(events().await, ["routed", "late_soon"]);
        to(due + SignedDuration::from_mins(1));
        app.tell_deadlines().await.unwrap();
        app.tell_deadlines().await.unwrap();
        assert_eq!(events().await, ["routed", "late_soon", "late"]);
    })
    .await;
}

#[tokio::test]
async fn who_wants_a_digest_gets_one_a_day() {
    on_both(|site, _| async move {
        let mail = MailServer::start().await;
        let app = reaching(&site, Some(&mail));
        until(&app, 8, 40);
        let mut li = Browser::open(&site, "en").await;
        li.log_in("compound").await;
        let fields = [("email", "li@office.example"), ("digest", "1"), ("quiet", "default"), ("language", "en")];
        let saved = li.submit("/work/telling", &fields).await;
        assert_eq!(saved.status, 303, "{}", saved.text());
        let first = app.place(&Actor::Anyone, site.lamp()).await.unwrap();
        let second = app.place(&Actor::Anyone, site.lamp()).await.unwrap();
        app.do_jobs().await.unwrap();
        assert!(mail.letters().is_empty(), "no mail of its own for each");
        app.env.advance(SignedDuration::from_mins(5));
        assert_eq!(app.tell_digests().await.unwrap(), 1);
        let (one, two) = tokio::join!(app.tell_digests(), app.tell_digests());
        assert_eq!(one.unwrap() + two.unwrap(), 0, "once a day");
        app.do_jobs().await.unwrap();
        let letters = mail.letters();
        assert_eq!(letters.len(), 1);
        assert_eq!(letters[0].header("subject"), "Today: 2 notices · Luyuan");
        let text = letters[0].text();
        assert!(text.contains(&first.number) && text.contains(&second.number), "{text}");
        until(&app, 8, 29);
        app.place(&Actor::Anyone, site.lamp()).await.unwrap();
        assert_eq!(app.tell_digests().await.unwrap(), 0, "not before its time");
        until(&app, 8, 31);
        assert_eq!(app.tell_digests().await.unwrap(), 1);
        app.do_jobs().await.unwrap();
        assert_eq!(mail.letters().len(), 2);
        until(&app, 9, 0);
        assert_eq!(app.tell_digests().await.unwrap(), 0, "nothing happened since");
    })
    .await;
}

#[tokio::test]
async fn staff_choose_how_they_are_told_and_are_told_what_is_wrong() {
    on_both(|site, _| async move {
        let mail = MailServer::start().await;
        let app = reaching(&site, Some(&mail));
        let mut li = Browser::open(&site, "en").await;
        li.log_in("compound").await;
        for (email, from, sentence) in
            [("nobody at home", "21:00", "no e-mail address"), ("li@office.example", "soon", "no quiet hours")]
        {
            let fields = [("email", email), ("quiet", "own"), ("from", from), ("until", "08:00"), ("language", "en")];
            let page = li.submit("/work/telling", &fields).await;
            page.is_page(422, sentence);
            assert!(page.text().contains(email), "what was typed stays");
        }
        let fields = [
            ("email", "li@office.example"),
            ("quiet", "own"),
            ("from", "09:00"),
            ("until", "11:00"),
            ("language", "en"),
        ];
        assert_eq!(li.submit("/work/telling", &fields).await.status, 303);
        until(&app, 10, 0);
        let placed = app.place(&Actor::Anyone, site.lamp()).await.unwrap();
        app.do_jobs().await.unwrap();
        assert_eq!(stands(&app.deliveries_of(placed.id).await.unwrap()), [("routed", Sent::Queued)]);
        until(&app, 11, 0);
        app.do_jobs().await.unwrap();
        let letters = mail.letters();
        assert_eq!(letters.len(), 1);
        assert!(letters[0].text().contains("please accept it") && letters[0].header("list-unsubscribe").is_empty());
        // No address, no mail.
        let person = app.people().await.unwrap().into_iter().find(|person| person.login == "compound").unwrap().id;
        app.wish(person, Wishes::default()).await.unwrap();
        app.place(&Actor::Anyone, site.lamp()).await.unwrap();
        app.do_jobs().await.unwrap();
        assert_eq!(mail.letters().len(), 1);
        // The trial tells nobody.
        let trial = app.trial();
        trial.place(&Actor::Anyone, site.lamp()).await.unwrap();
        assert!(trial.jobs(Which::All, 10).await.unwrap().is_empty());
    })
    .await;
}
