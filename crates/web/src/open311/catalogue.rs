//! Services, which are the catalogue's categories, and their definitions, which are its questions.

use super::{
    Answer,
    call::{Call, written},
    errors::Errors,
    reply::Node,
};
use crate::i18n::Language;
use axum::http::{HeaderValue, StatusCode, header};
use luyuan_domain::{catalogue::Category, ruleset::Receipt};

/// A category's name.
pub(super) fn name(category: &Category, language: Language) -> &str {
    if language == Language::Zh { &category.zh } else { &category.en }
}

/// Open311's word for what a program learns at once.
fn kind(receipt: Receipt) -> &'static str {
    match receipt {
        Receipt::Number => "realtime",
        Receipt::Token => "batch",
        Receipt::Nothing => "blackbox",
    }
}

/// All services. With a point, those that are valid there: the same everywhere in the district, none
/// outside.
pub(super) async fn list(call: &Call) -> Result<Answer, Errors> {
    call.check_jurisdiction(&call.query)?;
    let inside = match super::requests::point(call, &call.query)? {
        Some(point) => call.app().directory().locate(point).is_some(),
        None => true,
    };
    let part = if inside { "all" } else { "none" };
    let (tag, unchanged) = tag(call, part).await?;
    if unchanged {
        return Ok(Answer::unchanged(tag));
    }
    let day = call.day()?;
    let mut services = Vec::new();
    for category in day.catalogue.category.iter().filter(|_| inside) {
        let receipt = call.app().receipt(&category.code).map_err(|error| call.failed(error))?;
        let group = day.catalogue.group.iter().find(|group| group.code == category.group);
        let group = group.map(|group| if call.language == Language::Zh { &group.zh } else { &group.en });
        let described = if call.language == Language::Zh { &category.standard } else { &category.en };
        services.push(Node::Map(vec![
            ("service_code", Node::text(&category.code)),
            ("service_name", Node::text(name(category, call.language))),
            ("description", Node::text(described)),
            ("metadata", Node::Flag(!category.attributes.is_empty())),
            ("type", Node::text(kind(receipt))),
            ("keywords", Node::text(category.words.join(","))),
            ("group", Node::maybe(group)),
        ]));
    }
    Ok(Answer::tree("services", Node::List("service", services)).tagged(tag))
}

/// The questions of one service; none for a service that asks none.
pub(super) async fn definition(call: &Call, code: &str) -> Result<Answer, Errors> {
    call.check_jurisdiction(&call.query)?;
    let day = call.day()?;
    let unknown = || Errors::new(StatusCode::NOT_FOUND, call.language.with("open311-no-service", &[("detail", code)]));
    let category = day.category(code).ok_or_else(unknown)?;
    let (tag, unchanged) = tag(call, code).await?;
    if unchanged {
        return Ok(Answer::unchanged(tag));
    }
    let zh = call.language == Language::Zh;
    let attributes = category.attributes.iter().map(|asked| {
        let values = asked.values.iter().map(|choice| {
            let name = if zh { &choice.zh } else { &choice.en };
            Node::Map(vec![("key", Node::text(&choice.key)), ("name", Node::text(name))])
        });
        Node::Map(vec![
            ("variable", Node::Flag(true)),
            ("code", Node::text(&asked.code)),
            ("datatype", Node::text(asked.datatype.code())),
            ("required", Node::Flag(asked.required)),
            ("datatype_description", Node::text(if zh { &asked.hint_zh } else { &asked.hint_en })),
            ("order", Node::Whole(i64::from(asked.order))),
            ("description", Node::text(if zh { &asked.zh } else { &asked.en })),
            ("values", Node::List("value", values.collect())),
        ])
    });
    let node = Node::Map(vec![
        ("service_code", Node::text(code)),
        ("attributes", Node::List("attribute", attributes.collect())),
    ]);
    Ok(Answer::tree("service_definition", node).tagged(tag))
}

/// The entity tag of what the catalogue says, and whether the caller has it already.
async fn tag(call: &Call, part: &str) -> Result<(HeaderValue, bool), Errors> {
    let changeset = call.app().changeset().await.map_err(|error| call.failed(error))?;
    // Milliseconds: two changes within a second must not look the same.
    let changed = format!("{}.{}", written(changeset), changeset.as_millisecond() % 1000);
    let tag = format!("\"{changed}-{part}-{}-{}\"", call.language.code(), call.format.suffix());
    let known = call.header(header::IF_NONE_MATCH.as_str()).is_some_and(|list| {
        list.split(',').map(|one| one.trim().trim_start_matches("W/")).any(|one| one == tag || one == "*")
    });
    let tag = HeaderValue::from_str(&tag).map_err(|_| call.missing())?;
    Ok((tag, known))
}
