//! Who may do what by the shipped table, and what the three offices forbid.

use super::*;
use crate::{
    actor::{Actor, Subject, may},
    ids::{OrgId, PersonId, PlaceId, RoleId},
};
use jiff::SignedDuration;
use uuid::Uuid;

const SHIPPED: &str = include_str!("../../../../../data/erqi/rulesets/roles-2020.toml");

fn shipped(separate: bool) -> RoleRules {
    let text = SHIPPED.replacen("required = false", &format!("required = {separate}"), 1);
    RoleRules::parse("roles-2020.toml", &text).unwrap()
}

fn day(n: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_hours(24 * n)
}

const PERSON: PersonId = PersonId(Uuid::from_u128(9));
const ORG: OrgId = OrgId(Uuid::from_u128(1));

fn held(role: Role, since: i64, until: Option<i64>) -> Held {
    Held {
        id: RoleId(Uuid::from_u128(7)),
        person: PERSON,
        org: ORG,
        role,
        place: None,
        since: day(since),
        until: until.map(day),
    }
}

#[test]
fn a_role_begins_and_ends_on_its_day() {
    let (rules, lead) = (shipped(false), [held(Role::Lead, 1, Some(3))]);
    let may_on = |n| rules.grants(&lead, ORG, day(n)).anywhere(Action::Handle);
    assert_eq!([0, 1, 2, 3].map(may_on), [false, true, true, false], "the first day counts, the last does not");
    assert!(!rules.grants(&lead, OrgId(Uuid::from_u128(2)), day(1)).anywhere(Action::Handle), "elsewhere nothing");
}

#[test]
fn a_role_over_a_place_covers_what_is_inside_it() {
    let (street, compound, other) = ([1, 2, 3]).map(|n| PlaceId(Uuid::from_u128(n))).into();
    let over = Held { place: Some(street), ..held(Role::Worker, 0, None) };
    let actor = Actor::Staff { person: PERSON, org: ORG, grants: shipped(false).grants(&[over], ORG, day(1)) };
    let at =
        |places: &[PlaceId]| may(&actor, Action::Handle, &Subject { holder: Some(ORG), places, ..Subject::default() });
    assert!(at(&[compound, street]) && at(&[street]));
    assert!(!at(&[other]) && !at(&[]), "neither elsewhere nor where nobody knows");
}

#[test]
fn offices_are_separate_only_where_the_rules_say_so() {
    let offices = [held(Role::SystemAdministrator, 0, None), held(Role::AuditAdministrator, 0, None)];
    let all = [held(Role::Administrator, 0, None)];
    let (free, strict) = (shipped(false), shipped(true));
    assert!(free.grants(&offices, ORG, day(1)).anywhere(Action::ReadAudit));
    assert_eq!(strict.grants(&offices, ORG, day(1)), Grants::default(), "two in one hand count for nothing");
    assert!(strict.grants(&offices[..1], ORG, day(1)).anywhere(Action::Configure));
    assert!(free.grants(&all, ORG, day(1)).anywhere(Action::GiveKeys));
    assert_eq!(strict.grants(&all, ORG, day(1)), Grants::default());

    let audit = held(Role::AuditAdministrator, 0, None);
    assert_eq!(free.may_give(&audit, &offices[..1], true), Ok(()));
    assert_eq!(strict.may_give(&audit, &offices[..1], false), Err(RoleRefusal::TwoOffices));
    assert_eq!(strict.may_give(&audit, &[], true), Err(RoleRefusal::OwnRole));
    assert_eq!(strict.may_give(&all[0], &[], false), Err(RoleRefusal::Separate));
    assert_eq!(strict.may_give(&held(Role::Worker, 0, None), &offices[..1], false), Ok(()));
    // One after the other is no overlap.
    let before = [held(Role::SystemAdministrator, 0, Some(5))];
    assert_eq!(strict.may_give(&held(Role::AuditAdministrator, 5, None), &before, false), Ok(()));
    assert_eq!(strict.may_give(&held(Role::AuditAdministrator, 4, None), &before, false), Err(RoleRefusal::TwoOffices));
    assert_eq!(free.may_give(&audit, std::slice::from_ref(&audit), false), Err(RoleRefusal::AlreadyHeld));
    assert_eq!(free.may_give(&held(Role::Lead, 3, Some(3)), &[], false), Err(RoleRefusal::EndsFirst));
}

#[test]
fn each_office_does_its_own_and_no_orders() {
    let rules = shipped(true);
    let own = [
        (Role::SystemAdministrator, Action::Configure),
        (Role::SecurityAdministrator, Action::GiveRoles),
        (Role::AuditAdministrator, Action::ReadAudit),
    ];
    for (role, action) in own {
        assert!(rules.may(role).contains(action));
        for (other, _) in own.iter().filter(|(other, _)| *other != role) {
            assert!(!rules.may(*other).contains(action), "{other:?} {action:?}");
        }
        assert!(!rules.may(role).contains(Action::ReadInternal), "{role:?} sees no orders");
    }
}

#[test]
fn a_wrong_table_is_refused_with_its_line() {
    let wrong = |from: &str, to: &str| {
        let text = SHIPPED.replacen(from, to, 1);
        assert_ne!(text, SHIPPED);
        let wrong = RoleRules::parse("x.toml", &text).unwrap_err();
        (wrong.problem.code(), wrong.line > 0)
    };
    assert_eq!(wrong("role = \"worker\"", "role = \"king\""), ("ruleset_unknown_code", true));
    assert_eq!(wrong("\"take_in\"", "\"take_out\""), ("ruleset_unknown_code", true));
    assert_eq!(wrong("role = \"worker\"", "role = \"lead\""), ("ruleset_repeated_code", true));
}
