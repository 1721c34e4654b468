//! Telling people: what goes out, when, to whom, how often, and what is seen of it.

pub mod doubles;
mod hooks;
mod inbox;
mod mail;
mod push;
mod sealed;

use crate::district::Site;
use doubles::MailServer;
use jiff::{SignedDuration, tz};
use luyuan_app::{
    App,
    orders::{Contact, Place, Placed, Seen},
    outside::{Outside, Settings},
    telling::Delivery,
};
use luyuan_domain::{actor::Actor, ids::OrderId, telling::Sent};
use std::time::Duration;

/// The site with a mail server, and with its own network open to it.
pub fn reaching(site: &Site, mail: Option<&MailServer>) -> App {
    let mut app = site.app.clone();
    app.outside = Outside::new(Settings {
        smtp: mail.map(|server| format!("smtp://127.0.0.1:{}", server.port)),
        mail_from: None,
        reachable: "127.0.0.1".parse().unwrap(),
        address: "https://erqi.example".into(),
        patience: Duration::from_millis(700),
        ..Settings::default()
    });
    app
}

/// Moves the clock to the next time that it is this hour and minute in the district.
pub fn until(app: &App, hour: i8, minute: i8) {
    let zone = tz::TimeZone::fixed(tz::offset(8));
    let now = app.env.now();
    let local = zone.to_datetime(now);
    let mut wanted = local.date().at(hour, minute, 0, 0);
    if wanted <= local {
        wanted = wanted.date().tomorrow().unwrap().at(hour, minute, 0, 0);
    }
    let at = zone.to_timestamp(wanted).unwrap();
    app.env.advance(SignedDuration::from_millis(at.as_millisecond() - now.as_millisecond()));
    // What was placed on the way is told as of then; deadlines and digests are tests of their own.
}

/// A lamp whose reporter left an address.
pub fn with_email(site: &Site, email: &str, language: &str) -> Place {
    let contact = Contact { email: email.into(), language: language.into(), ..Contact::default() };
    Place { contact, ..site.lamp() }
}

/// The organisation that an order was sent to accepts it.
pub async fn accept(app: &App, site: &Site, placed: &Placed) -> Actor {
    let org = app.directory().org(placed.to.unwrap()).unwrap().code.clone();
    let staff = site.staff(&org);
    app.accept(&staff, &Seen { number: placed.number.clone(), version: None }).await.unwrap();
    staff
}

/// What was told of an order over other channels.
pub async fn told(app: &App, order: OrderId) -> Vec<Delivery> {
    app.deliveries_of(order).await.unwrap()
}

/// Event and state of each.
pub fn stands(told: &[Delivery]) -> Vec<(&str, Sent)> {
    told.iter().map(|one| (one.event.as_str(), one.state)).collect()
}
