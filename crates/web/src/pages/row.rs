//! An order as lists and headings show it.

use crate::viewer::Viewer;
use luyuan_app::{App, directory::Directory};
use luyuan_domain::orders::Order;

/// What one line of a list says.
pub(crate) struct Row {
    pub number: String,
    pub state: &'static str,
    pub state_name: String,
    pub category: String,
    pub group: String,
    pub address: String,
    pub description: String,
    pub placed: String,
    pub holder: String,
    /// The deadline in words, and late, soon or fine.
    pub due: Option<(String, &'static str, String)>,
    pub supervised: bool,
    pub reworks: u8,
    pub private: bool,
}

/// Name of a category in the viewer's language, and its heading's code.
pub(crate) fn category(app: &App, v: &Viewer, order: &Order) -> (String, String) {
    let day = app.rulebook().on(order.placed_at).ok();
    match day.as_ref().and_then(|day| day.category(&order.category)) {
        Some(found) if v.language == crate::i18n::Language::Zh => (found.zh.clone(), found.group.clone()),
        Some(found) => (found.en.clone(), found.group.clone()),
        None => (order.category.clone(), "ask".into()),
    }
}

/// The answers to the category's own questions in the viewer's language: question, answer. What the
/// category did not ask for (other programs send such things) is not for the page.
pub(crate) fn answers(app: &App, v: &Viewer, order: &Order) -> Vec<(String, String)> {
    let Ok(day) = app.rulebook().on(order.placed_at) else { return Vec::new() };
    let Some(category) = day.category(&order.category) else { return Vec::new() };
    let zh = v.language == crate::i18n::Language::Zh;
    let given = order.attributes.iter().filter_map(|(code, values)| {
        let asked = category.attributes.iter().find(|attribute| attribute.code == *code)?;
        let words = |value: &String| match asked.values.iter().find(|choice| choice.key == *value) {
            Some(choice) if zh => choice.zh.clone(),
            Some(choice) => choice.en.clone(),
            None => value.clone(),
        };
        let answer = values.iter().map(words).collect::<Vec<_>>().join(v.t("list-comma"));
        Some((if zh { asked.zh.clone() } else { asked.en.clone() }, answer))
    });
    given.collect()
}

/// The address in words: what the person wrote, or the place's name.
pub(crate) fn address(directory: &Directory, order: &Order) -> String {
    let place = order.location.place.and_then(|place| directory.place(place));
    match (order.location.address.as_str(), place) {
        ("", Some(place)) => place.name.clone(),
        (address, _) => address.to_owned(),
    }
}

impl Row {
    pub fn of(app: &App, v: &Viewer, order: &Order) -> Self {
        let directory = app.directory();
        let (category, group) = category(app, v, order);
        let state = order.state.code();
        Self {
            number: order.number.clone(),
            state,
            state_name: v.code("state", state),
            category,
            group,
            address: address(&directory, order),
            description: order.description.clone(),
            placed: v.when(order.placed_at),
            holder: order.state.holder().map(|org| directory.org_name(org)).unwrap_or_default(),
            due: order.state.due().map(|due| v.due(due)),
            supervised: order.supervised,
            reworks: order.reworks,
            private: order.private,
        }
    }
}
