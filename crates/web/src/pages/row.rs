//! An order as lists and headings show it.

use crate::{i18n::Language, viewer::Viewer};
use luyuan_app::{App, directory::Directory, rules::Rulebook};
use luyuan_domain::{ids::OrgId, orders::Order};
use std::{borrow::Cow, sync::Arc};

/// Where the names of places, organisations and categories stand, as of one instant.
pub(crate) struct Names {
    directory: Arc<Directory>,
    rulebook: Arc<Rulebook>,
}

impl Names {
    pub fn of(app: &App) -> Self {
        Self { directory: app.directory(), rulebook: app.rulebook() }
    }

    /// Name of an organisation, or its id when it is gone.
    fn holder(&self, id: OrgId) -> Cow<'_, str> {
        let found = self.directory.org(id).map(|org| org.name.as_str());
        found.map_or_else(|| id.to_string().into(), Into::into)
    }

    /// Name of a category in the viewer's language, and its heading's code.
    fn category<'a>(&'a self, v: &Viewer, order: &'a Order) -> (&'a str, &'a str) {
        let found = self.rulebook.all().at(order.placed_at).and_then(|(_, catalogue)| catalogue.get(&order.category));
        match found {
            Some(found) if v.language == Language::Zh => (&found.zh, &found.group),
            Some(found) => (&found.en, &found.group),
            None => (&order.category, "ask"),
        }
    }
}

/// What one line of a list says.
pub(crate) struct Row<'a> {
    pub number: &'a str,
    pub state: &'static str,
    pub state_name: String,
    pub category: &'a str,
    pub group: &'a str,
    pub address: &'a str,
    pub description: &'a str,
    pub placed: String,
    pub holder: Cow<'a, str>,
    /// The deadline in words, and late, soon or fine.
    pub due: Option<(String, &'static str, String)>,
    pub supervised: bool,
    pub reworks: u8,
    pub private: bool,
}

/// The answers to the category's own questions in the viewer's language: question, answer. What the
/// category did not ask for (other programs send such things) is not for the page.
pub(crate) fn answers(app: &App, v: &Viewer, order: &Order) -> Vec<(String, String)> {
    let Ok(day) = app.rulebook().on(order.placed_at) else { return Vec::new() };
    let Some(category) = day.category(&order.category) else { return Vec::new() };
    let zh = v.language == Language::Zh;
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
pub(crate) fn address<'a>(directory: &'a Directory, order: &'a Order) -> &'a str {
    let place = order.location.place.and_then(|place| directory.place(place));
    match (order.location.address.as_str(), place) {
        ("", Some(place)) => &place.name,
        (address, _) => address,
    }
}

impl<'a> Row<'a> {
    pub fn of(names: &'a Names, v: &Viewer, order: &'a Order) -> Self {
        let (category, group) = names.category(v, order);
        let state = order.state.code();
        Self {
            number: &order.number,
            state,
            state_name: v.code("state", state),
            category,
            group,
            address: address(&names.directory, order),
            description: &order.description,
            placed: v.when(order.placed_at),
            holder: order.state.holder().map(|org| names.holder(org)).unwrap_or_default(),
            due: order.state.due().map(|due| v.due(due)),
            supervised: order.supervised,
            reworks: order.reworks,
            private: order.private,
        }
    }
}
