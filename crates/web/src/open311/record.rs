//! An order as a service request.

use super::{
    call::{Call, Endpoint, written},
    catalogue,
    reply::Node,
};
use crate::{i18n::Language, pages::order::steps, viewer::Viewer};
use luyuan_app::orders::{FileRow, Recorded, Story};
use luyuan_domain::{
    ids::FileId,
    orders::{Order, State},
};

/// The code under which a picture that lies elsewhere is kept with an order's answers.
pub(super) const MEDIA: &str = "media_url";

/// Open311's two statuses.
pub(super) fn status(order: &Order) -> &'static str {
    if order.state.ended() { "closed" } else { "open" }
}

/// The name of an order's category on the day on which it was placed.
pub(super) fn service_name(call: &Call, order: &Order) -> String {
    let day = call.app().rulebook().on(order.placed_at).ok();
    let category = day.as_ref().and_then(|day| day.category(&order.category));
    category.map_or_else(|| order.category.clone(), |category| catalogue::name(category, call.language).to_owned())
}

/// Who handles it.
pub(super) fn agency(call: &Call, order: &Order) -> Option<String> {
    order.state.holder().map(|org| call.app().directory().org_name(org))
}

/// Where it is, in words: what the person wrote, else the names of the places around it.
pub(super) fn address(call: &Call, order: &Order) -> String {
    if !order.location.address.is_empty() {
        return order.location.address.clone();
    }
    let directory = call.app().directory();
    let path = order.location.place.map(|place| directory.path(place)).unwrap_or_default();
    path.iter().rev().map(|place| place.name.as_str()).collect::<Vec<_>>().join(" ")
}

fn state(call: &Call, order: &Order) -> String {
    call.language.t(&format!("state-{}", order.state.code())).to_owned()
}

/// Where it stands, in words, with what the handler says of it.
pub(super) fn notes(call: &Call, order: &Order) -> String {
    let words = state(call, order);
    let more = match &order.state {
        State::Replied { reply, .. } | State::Closed { reply, .. } => reply.text.as_str(),
        State::Deferred { reason, .. } => reason,
        State::Merged { number, .. } => number,
        State::Diverted { note, .. } => note,
        _ => "",
    };
    if more.is_empty() { words } else { format!("{words}: {more}") }
}

/// When it ended.
pub(super) fn closed_at(order: &Order) -> Option<jiff::Timestamp> {
    match &order.state {
        State::Closed { at, .. } => Some(*at),
        state => state.ended().then_some(order.updated_at),
    }
}

/// When it will be handled.
fn expected(order: &Order) -> Option<jiff::Timestamp> {
    match &order.state {
        State::Accepted { handle_due, .. } => *handle_due,
        State::InProgress { due, .. } | State::Deferred { due, .. } => *due,
        _ => None,
    }
}

/// The address of a photo.
pub(super) fn photo(endpoint: &Endpoint, number: &str, file: FileId) -> String {
    format!("{}/requests/{number}/media/{file}.jpg", endpoint.url)
}

/// What somebody sent of pictures that lie elsewhere.
fn elsewhere(order: &Order) -> impl Iterator<Item = &String> {
    order.attributes.iter().filter(|(code, _)| code == MEDIA).flat_map(|(_, addresses)| addresses)
}

/// The record, with the extensions when they were asked for.
pub(super) fn record(call: &Call, story: &Story, whole: bool) -> Node {
    let order = &story.order;
    let directory = call.app().directory();
    let place = order.location.place.and_then(|place| directory.place(place));
    // The reporter's own photo, not the handler's.
    let first = story.files.iter().find(|file| !file.evidence);
    let media = first.map(|file| photo(&call.endpoint, &order.number, file.id));
    let media = media.or_else(|| elsewhere(order).next().cloned());
    let mut elements = vec![
        ("service_request_id", Node::text(&order.number)),
        ("status", Node::text(status(order))),
        ("status_notes", Node::text(notes(call, order))),
        ("service_name", Node::text(service_name(call, order))),
        ("service_code", Node::text(&order.category)),
        ("description", Node::text(&order.description)),
        ("agency_responsible", Node::maybe(agency(call, order))),
        ("service_notice", Node::Empty),
        ("requested_datetime", Node::text(written(order.placed_at))),
        ("updated_datetime", Node::text(written(closed_at(order).unwrap_or(order.updated_at)))),
        ("expected_datetime", Node::maybe(expected(order).map(written))),
        ("address", Node::text(address(call, order))),
        ("address_id", Node::maybe(place.map(|place| place.code.as_str()))),
        ("zipcode", Node::Empty),
        ("lat", order.location.point.map_or(Node::Empty, |point| Node::Number(point.lat))),
        ("long", order.location.point.map_or(Node::Empty, |point| Node::Number(point.lon))),
        ("media_url", Node::maybe(media)),
    ];
    if whole {
        elements.push(("extended_attributes", extended(call, story)));
        elements.push(("attributes", answers(call, order)));
        elements.push(("notes", story_notes(call, &story.events)));
    }
    Node::Map(elements)
}

fn extended(call: &Call, story: &Story) -> Node {
    let order = &story.order;
    let picture = |file: &FileRow| {
        let (width, height) = file.size.unwrap_or_default();
        Node::Map(vec![
            ("media_url", Node::text(photo(&call.endpoint, &order.number, file.id))),
            ("title", Node::text(call.language.t(if file.evidence { "photo-after" } else { "photo-before" }))),
            ("width", Node::Whole(i64::from(width))),
            ("height", Node::Whole(i64::from(height))),
            ("orientation", Node::text(if width >= height { "landscape" } else { "portrait" })),
            ("created_at", Node::text(written(file.added_at))),
        ])
    };
    let linked = |address: &String| Node::Map(vec![("media_url", Node::text(address))]);
    let photos = story.files.iter().filter(|file| file.is_picture()).map(picture).chain(elsewhere(order).map(linked));
    Node::Map(vec![
        ("channel", Node::text(order.channel.code())),
        ("state", Node::text(order.state.code())),
        ("state_name", Node::text(state(call, order))),
        ("kind", Node::text(order.kind.code())),
        ("urgency", Node::text(order.urgency.code())),
        ("supervised", Node::Flag(order.supervised)),
        ("reopened", Node::Whole(i64::from(order.reworks))),
        ("reporters", Node::Whole(story.reporters)),
        ("photos", Node::List("photo", photos.collect())),
    ])
}

/// The answers to the category's own questions. What was sent beyond them is not shown: nobody
/// knows what it holds.
fn answers(call: &Call, order: &Order) -> Node {
    let day = call.app().rulebook().on(order.placed_at).ok();
    let category = day.as_ref().and_then(|day| day.category(&order.category));
    let zh = call.language == Language::Zh;
    let asked = category.map(|category| category.attributes.as_slice()).unwrap_or_default();
    let answers = asked.iter().flat_map(|asked| {
        let given = order.attributes.iter().filter(|(code, _)| *code == asked.code).flat_map(|(_, values)| values);
        given.map(move |value| {
            let choice = asked.values.iter().find(|choice| choice.key == *value);
            let name = choice.map_or(value.as_str(), |choice| if zh { &choice.zh } else { &choice.en });
            Node::Map(vec![
                ("code", Node::text(&asked.code)),
                ("label", Node::text(if zh { &asked.zh } else { &asked.en })),
                ("value", Node::text(value)),
                ("name", Node::text(name)),
            ])
        })
    });
    Node::List("attribute", answers.collect())
}

/// The words of something that happened, as the public page has them.
pub(super) fn told(call: &Call, events: &[Recorded]) -> Vec<String> {
    let viewer = Viewer::program(call.app(), call.language);
    let told = steps(call.app(), &viewer, events, false);
    told.into_iter().map(|step| [step.title, step.words].join(" ").trim_end().to_owned()).collect()
}

fn story_notes(call: &Call, events: &[Recorded]) -> Node {
    let notes = events.iter().zip(told(call, events)).map(|(event, words)| {
        // The words that other cities use for the two ends of a request's life.
        let kind = match event.what.code() {
            "placed" => "submitted",
            "accepted" => "opened",
            other => other,
        };
        Node::Map(vec![
            ("datetime", Node::text(written(event.at))),
            ("description", Node::text(words)),
            ("type", Node::text(kind)),
        ])
    });
    Node::List("note", notes.collect())
}
