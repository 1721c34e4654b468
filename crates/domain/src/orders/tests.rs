//! The state machine through its public functions: the golden path, the refusals, and random walks.

use super::*;
use crate::{ids::ReporterId, org::Chain};
use jiff::{Span, Timestamp};
use proptest::prelude::*;
use uuid::Uuid;

/// Every hop takes one hour; dates are UTC. Enough to see that deadlines are asked for and kept.
struct Hours;
impl Timetable for Hours {
    fn due(&self, _: Hop, _: Urgency, from: Timestamp) -> Option<(Timestamp, bool)> {
        Some((from + Span::new().hours(1), false))
    }
    fn extended(&self, _: Urgency, due: Timestamp) -> Option<(Timestamp, bool)> {
        Some((due + Span::new().hours(2), false))
    }
    fn max_extensions(&self) -> u8 {
        1
    }
    fn max_reworks(&self) -> u8 {
        2
    }
    fn latest_review(&self, today: Date) -> Date {
        today + Span::new().days(90)
    }
    fn date(&self, at: Timestamp) -> Date {
        jiff::tz::TimeZone::UTC.to_datetime(at).date()
    }
    fn end_of(&self, day: Date) -> Timestamp {
        jiff::tz::TimeZone::UTC.to_timestamp(day.at(23, 59, 59, 0)).unwrap()
    }
    fn max_text(&self) -> usize {
        100
    }
    fn wants_evidence(&self, category: &str) -> bool {
        category == "E01037"
    }
}

fn org(n: u128) -> OrgId {
    OrgId(Uuid::from_u128(n))
}
fn chain() -> Chain {
    Chain(vec![org(1), org(2), org(3)])
}
fn at(minutes: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + Span::new().minutes(minutes)
}
fn reporter() -> ReporterId {
    ReporterId(Uuid::from_u128(77))
}
fn draft(text: &str) -> Draft {
    Draft {
        kind: Kind::Help,
        category: "S06012".into(),
        urgency: Urgency::General,
        description: text.into(),
        location: Location { address: "京广路".into(), ..Location::default() },
        channel: Channel::Web,
        private: false,
        attributes: vec![],
    }
}
fn placed() -> Order {
    Order::place(draft("路灯不亮"), OrderId(Uuid::from_u128(5)), "2026-000001".into(), &Hours, at(0)).unwrap().0
}
fn routed() -> Order {
    placed().route(Route { to: org(1), rule: "lowest".into() }, &Hours, at(1)).unwrap().0
}
fn in_progress() -> Order {
    let order = routed().accept(&Hours, at(2)).unwrap().0;
    order.contact("已电话联系", &Hours, at(3)).unwrap().0
}
fn replied(order: Order, minute: i64) -> Order {
    order.reply(ReplyText { text: "已更换灯泡".into(), files: vec![] }, &Hours, at(minute)).unwrap().0
}
fn rating(solved: Solved) -> Rating {
    Rating { solved, satisfied: None, comment: "还是黑的".into(), go_on: false, called_back: false, at: at(9) }
}

#[test]
fn an_order_lives_from_placed_to_closed() {
    let order = replied(in_progress(), 8);
    let (order, events) = order.rate(reporter(), &rating(Solved::Yes), &[], &chain(), &Hours, at(9)).unwrap();
    assert_eq!(order.state.code(), "closed");
    assert_eq!(order.lead, Some(org(1)));
    assert_eq!(events.iter().map(|event| event.what.code()).collect::<Vec<_>>(), ["rated", "closed"]);
    assert_eq!(events.last().map(|event| event.seq), Some(order.version));
}

#[test]
fn it_waits_for_every_reporter_unless_one_says_no() {
    let order = replied(in_progress(), 8);
    let (waiting, _) = order.clone().rate(reporter(), &rating(Solved::Yes), &[None], &chain(), &Hours, at(9)).unwrap();
    assert_eq!(waiting.state.code(), "replied");
    let others = [Some(rating(Solved::Yes)), None];
    let (again, _) = order.rate(reporter(), &rating(Solved::No), &others, &chain(), &Hours, at(9)).unwrap();
    assert_eq!((again.state.code(), again.reworks), ("routed", 1));
}

#[test]
fn unsolved_three_times_goes_to_the_superior_under_supervision() {
    let mut order = replied(in_progress(), 8);
    for round in 1..=2u8 {
        let minute = 10 * i64::from(round);
        order = order.rate(reporter(), &rating(Solved::No), &[], &chain(), &Hours, at(minute)).unwrap().0;
        assert_eq!((order.state.holder(), order.reworks, order.supervised), (Some(org(1)), round, false));
        order = order.accept(&Hours, at(minute + 1)).unwrap().0;
        order = replied(order.contact("再次联系", &Hours, at(minute + 2)).unwrap().0, minute + 3);
    }
    let (order, events) = order.rate(reporter(), &rating(Solved::No), &[], &chain(), &Hours, at(40)).unwrap();
    assert_eq!((order.state.holder(), order.reworks, order.supervised), (Some(org(2)), 3, true));
    assert_eq!(events[1].what.code(), "supervised");
}

#[test]
fn nobody_accepts_so_it_climbs_and_stays_at_the_top() {
    let mut order = routed();
    assert!(order.clone().escalate(Some(org(2)), &Hours, at(60)).is_err(), "not before it is due");
    for (minute, holder) in [(61, org(2)), (121, org(3))] {
        let above = order.above(&chain());
        order = order.escalate(above, &Hours, at(minute)).unwrap().0;
        assert_eq!(order.state.holder(), Some(holder));
    }
    let above = order.above(&chain());
    order = order.escalate(above, &Hours, at(181)).unwrap().0;
    assert_eq!((order.state.holder(), order.state.due(), order.supervised), (Some(org(3)), None, true));
    assert_eq!(order.clone().give_back("不归我", None, &Hours, at(190)), Err(Refusal::NobodyAbove));
}

#[test]
fn the_lead_cannot_reply_before_the_co_handlers_report() {
    let order = in_progress();
    let id = WhistleId(Uuid::from_u128(8));
    let ask = Ask { id, to: org(9), ask: "请查线路".into() };
    let order = order.whistle(ask.clone(), &Hours, at(4)).unwrap().0;
    assert_eq!(order.clone().whistle(ask, &Hours, at(5)), Err(Refusal::AlreadyWhistled));
    let early = order.clone().reply(ReplyText { text: "好了".into(), files: vec![] }, &Hours, at(5));
    assert_eq!(early, Err(Refusal::WhistlesOpen { open: 1 }));
    let order = order.report(id, "线路已修", &Hours, at(6)).unwrap().0;
    assert_eq!(replied(order, 7).state.code(), "replied");
}

#[test]
fn a_reply_shows_what_was_done_where_the_rules_want_it() {
    let lamp = Draft { category: "E01037".into(), ..draft("路灯不亮") };
    let order = Order::place(lamp, OrderId(Uuid::from_u128(5)), "2026-000002".into(), &Hours, at(0)).unwrap().0;
    let order = order.route(Route { to: org(1), rule: "lowest".into() }, &Hours, at(1)).unwrap().0;
    let order = order.accept(&Hours, at(2)).unwrap().0.contact("已联系", &Hours, at(3)).unwrap().0;
    let bare = ReplyText { text: "已更换".into(), files: vec![] };
    assert_eq!(order.clone().reply(bare.clone(), &Hours, at(4)), Err(Refusal::NoEvidence));
    let shown = ReplyText { files: vec![crate::ids::FileId(Uuid::from_u128(6))], ..bare };
    assert_eq!(order.reply(shown, &Hours, at(4)).unwrap().0.state.code(), "replied");
}

#[test]
fn what_nobody_triages_in_time_stays_at_the_top_supervised() {
    assert!(placed().triage_overdue(org(3), at(59)).is_err(), "not before it is due");
    let (order, event) = placed().triage_overdue(org(3), at(60)).unwrap();
    assert_eq!((order.state.code(), order.state.due(), order.supervised), ("placed", None, true));
    assert_eq!(event.what, What::Overdue { at_org: org(3) });
    assert!(order.triage_overdue(org(3), at(61)).is_err(), "told once");
}

#[test]
fn extension_is_bounded_and_a_review_date_must_be_ahead() {
    let extend = Extend { reason: "等配件".into() };
    let order = in_progress().extend(&extend, &Hours, at(4)).unwrap().0;
    assert_eq!(order.state.due(), Some(at(2 + 60 + 120)));
    assert_eq!(order.clone().extend(&extend, &Hours, at(5)), Err(Refusal::ExtendedAlready));
    let defer = |day| Defer {
        reason: "等天暖".into(),
        review_on: Hours.date(at(0)) + Span::new().days(day),
        owner: PersonId(Uuid::nil()),
    };
    assert_eq!(order.clone().defer(defer(0), &Hours, at(6)), Err(Refusal::ReviewDate));
    assert_eq!(order.clone().defer(defer(91), &Hours, at(6)), Err(Refusal::ReviewDate));
    let order = order.defer(defer(30), &Hours, at(6)).unwrap().0;
    assert_eq!(order.resume("天暖了", &Hours, at(7)).unwrap().0.state.code(), "in_progress");
}

#[test]
fn a_note_of_another_platform_decides_nothing() {
    let note = |text: &str| Note {
        key: "u-1".into(),
        status: "fixed".into(),
        text: text.into(),
        media: vec![],
        files: vec![],
    };
    for before in [placed(), routed(), in_progress(), replied(in_progress(), 8)] {
        let (after, event) = before.clone().note(note(" 修好了\u{7} "), &Hours, at(9)).unwrap();
        assert_eq!((&after.state, after.lead, after.version), (&before.state, before.lead, before.version + 1));
        let noted = matches!(event.what, What::Noted { ref text, .. } if text == "修好了");
        assert!(noted && event.what.words_public(), "{event:?}");
    }
    assert_eq!(placed().note(note(" "), &Hours, at(9)), Err(Refusal::Empty { field: "description" }));
    let long = placed().note(note(&"路".repeat(101)), &Hours, at(9)).unwrap_err();
    assert_eq!(long.code(), "too_long");
}

#[test]
fn everything_wrong_is_named_at_once() {
    let empty = Draft { location: Location::default(), ..draft(" \r\n ") };
    let refusal = Order::place(empty, OrderId(Uuid::nil()), "n".into(), &Hours, at(0)).unwrap_err();
    assert_eq!(refusal, Refusal::Several(vec![Refusal::Empty { field: "description" }, Refusal::NoLocation]));
    let long = "路".repeat(101);
    let refusal = Order::place(draft(&long), OrderId(Uuid::nil()), "n".into(), &Hours, at(0)).unwrap_err();
    assert_eq!(refusal, Refusal::TooLong { field: "description", length: 101, most: 100 });
}

/// One step of a random walk; whatever the order's state, the step is tried.
fn step(order: &Order, choice: u8, now: Timestamp) -> Result<(Order, Vec<Event>), Refusal> {
    let one = |changed: Changed| changed.map(|(order, event)| (order, vec![event]));
    let order = order.clone();
    let above = order.above(&chain());
    let first = order.whistles.iter().find(|whistle| whistle.report.is_none()).map(|whistle| whistle.id);
    match choice % 16 {
        0 => one(order.route(Route { to: org(1), rule: "r".into() }, &Hours, now)),
        1 | 2 => one(order.accept(&Hours, now)),
        3 => one(order.give_back("不归我", above, &Hours, now)),
        4 => one(order.escalate(above, &Hours, now)),
        5 | 6 => one(order.contact("联系", &Hours, now)),
        7 => one(order.whistle(
            Ask { id: WhistleId(Uuid::from_u128(u128::from(choice))), to: org(9), ask: "查".into() },
            &Hours,
            now,
        )),
        8 => one(order.report(first.unwrap_or(WhistleId(Uuid::nil())), "报到", &Hours, now)),
        9 => one(order.extend(&Extend { reason: "等".into() }, &Hours, now)),
        10 => one(order.defer(
            Defer {
                reason: "等".into(),
                review_on: Hours.date(now) + Span::new().days(3),
                owner: PersonId(Uuid::nil()),
            },
            &Hours,
            now,
        )),
        11 => one(order.resume("继续", &Hours, now)),
        12 | 13 => one(order.reply(ReplyText { text: "好".into(), files: vec![] }, &Hours, now)),
        14 => order.rate(reporter(), &rating(Solved::No), &[], &chain(), &Hours, now),
        _ => one(order.lapse(&[], now)),
    }
}

proptest! {
    #[test]
    fn random_walks_keep_the_promises(choices in prop::collection::vec(any::<u8>(), 1..200)) {
        let mut order = placed();
        for (index, choice) in choices.iter().enumerate() {
            let now = at(10 * i64::try_from(index).unwrap());
            let before = order.clone();
            let Ok((after, events)) = step(&order, *choice, now) else { continue };
            // Every change is one event, numbered without a gap.
            let seqs: Vec<i64> = events.iter().map(|event| event.seq).collect();
            prop_assert_eq!(seqs, ((before.version + 1)..=after.version).collect::<Vec<_>>());
            // Only a reporter's word brings back what had ended; a reply means nobody is awaited.
            if before.state.ended() { prop_assert!(*choice % 16 == 14); }
            if matches!(after.state, State::Replied { .. }) { prop_assert!(after.whistled().is_empty()); }
            // Who works on it is who answers for it, and there is always somebody once routed.
            if let State::InProgress { by, .. } | State::Accepted { by, .. } = after.state {
                prop_assert_eq!(after.lead, Some(by));
            }
            prop_assert!(before.state.holder().is_none() || after.state.holder().is_some());
            prop_assert!(after.extensions <= 1);
            // What is kept is read back the same.
            let kept = serde_json::to_string(&after).unwrap();
            prop_assert_eq!(&serde_json::from_str::<Order>(&kept).unwrap(), &after);
            order = after;
        }
    }
}
