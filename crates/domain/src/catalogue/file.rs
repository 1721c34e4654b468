//! Reading a catalogue and its parts.

use super::{Attribute, Catalogue, Category, Choice, Datatype, Disorder, Group, search};
use crate::{
    dated::Status,
    located::{Located, Source},
    orders::{Kind, Urgency},
    ruleset::{
        RulesetProblem as Problem,
        read::{date, origin, toml},
    },
    table::Table,
};
use serde::Deserialize;
use std::collections::HashMap;
use toml::{Spanned, value::Datetime};

type Wrong = Located<Problem>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    name: String,
    edition: String,
    valid_from: Spanned<Datetime>,
    status: Status,
    source: Spanned<String>,
    items: Vec<Spanned<String>>,
    lists: Vec<Spanned<String>>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct List {
    group: Vec<Heading>,
    plain: Vec<Spanned<Plain>>,
    attribute: Vec<Spanned<Question>>,
    disorder: Vec<Spanned<Chaos>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Heading {
    code: Spanned<String>,
    zh: String,
    en: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Plain {
    code: String,
    zh: String,
    en: String,
    group: Option<String>,
    #[serde(default)]
    words: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Question {
    /// The categories that ask it.
    categories: Vec<String>,
    code: String,
    datatype: Datatype,
    #[serde(default)]
    required: bool,
    zh: String,
    en: String,
    #[serde(default)]
    hint_zh: String,
    #[serde(default)]
    hint_en: String,
    #[serde(default)]
    values: Vec<Choice>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Chaos {
    code: String,
    zh: String,
    en: String,
    categories: Vec<String>,
    status: Status,
    source: String,
}

pub(super) fn load<'a>(name: &str, text: &str, part: &dyn Fn(&str) -> Option<&'a str>) -> Result<Catalogue, Wrong> {
    let source = Source::new(name, text);
    let header: Header = toml(source)?;
    let provenance = origin(source, header.source.span().start, header.status, header.source.get_ref())?;
    let find = |wanted: &Spanned<String>| {
        let missing = || Problem::Missing { what: "file", code: wanted.get_ref().clone() };
        part(wanted.get_ref()).ok_or_else(|| source.at(wanted.span().start, missing()))
    };
    let mut draft = Draft::default();
    for list in &header.lists {
        draft.headings(Source::new(list.get_ref(), find(list)?))?;
    }
    for items in &header.items {
        draft.items(Source::new(items.get_ref(), find(items)?))?;
    }
    for list in &header.lists {
        draft.list(Source::new(list.get_ref(), find(list)?))?;
    }
    let mut category = draft.categories;
    // Residents' words first, in the order of their list; the rest keeps the items' order.
    category.sort_by_key(|(rank, _)| rank.unwrap_or(usize::MAX));
    let category: Vec<Category> = category.into_iter().map(|(_, category)| category).collect();
    Ok(Catalogue {
        name: header.name,
        edition: header.edition,
        valid_from: date(source, &header.valid_from)?,
        source: provenance.source,
        status: provenance.status,
        group: draft.groups,
        disorder: draft.disorders,
        by_code: category.iter().enumerate().map(|(at, category)| (category.code.clone(), at)).collect(),
        phrases: category.iter().map(search::phrases).collect(),
        category,
    })
}

/// What was read so far; each category with its rank among those in residents' words.
#[derive(Default)]
struct Draft {
    groups: Vec<Group>,
    categories: Vec<(Option<usize>, Category)>,
    at: HashMap<String, usize>,
    disorders: Vec<Disorder>,
    plain: usize,
}

impl Draft {
    fn headings(&mut self, source: Source<'_>) -> Result<(), Wrong> {
        let list: List = toml(source)?;
        for heading in list.group {
            let code = heading.code.get_ref();
            if self.groups.iter().any(|group| group.code == *code) {
                return Err(source.at(heading.code.span().start, repeated("group", code)));
            }
            self.groups.push(Group { code: code.clone(), zh: heading.zh, en: heading.en });
        }
        Ok(())
    }

    /// CSV with `code,zh,en,group,urgency,kind`; words between semicolons may follow in `words`.
    fn items(&mut self, source: Source<'_>) -> Result<(), Wrong> {
        let table = Table::read(source.text, &["code", "zh", "en", "group", "urgency", "kind"])
            .map_err(|problem| source.on(problem.line, Problem::Syntax(problem.to_string())))?;
        for row in table.rows() {
            let wrong = |problem| source.on(row.line, problem);
            let code = row.get("code").to_owned();
            let digits = code.strip_prefix(['E', 'L']).unwrap_or_default();
            if digits.len() < 4 || !digits.bytes().all(|b| b.is_ascii_digit()) {
                return Err(wrong(unknown("category code", &code)));
            }
            let urgency = row.get("urgency");
            let kind = row.get("kind");
            let category = Category {
                zh: row.get("zh").to_owned(),
                en: row.get("en").to_owned(),
                standard: row.get("zh").to_owned(),
                group: row.get("group").to_owned(),
                urgency: Urgency::parse(urgency).ok_or_else(|| wrong(unknown("urgency", urgency)))?,
                kind: Kind::parse(kind).ok_or_else(|| wrong(unknown("kind", kind)))?,
                words: row
                    .get("words")
                    .split(';')
                    .map(str::trim)
                    .filter(|w| !w.is_empty())
                    .map(str::to_owned)
                    .collect(),
                plain: false,
                attributes: Vec::new(),
                code,
            };
            for (what, text) in [("name", &category.zh), ("English name", &category.en)] {
                if text.is_empty() {
                    return Err(wrong(Problem::Missing { what, code: category.code }));
                }
            }
            if !self.groups.iter().any(|group| group.code == category.group) {
                return Err(wrong(unknown("group", &category.group)));
            }
            if self.at.insert(category.code.clone(), self.categories.len()).is_some() {
                return Err(wrong(repeated("category", &category.code)));
            }
            self.categories.push((None, category));
        }
        Ok(())
    }

    fn list(&mut self, source: Source<'_>) -> Result<(), Wrong> {
        let list: List = toml(source)?;
        for entry in list.plain {
            let at = entry.span().start;
            self.plain(entry.into_inner()).map_err(|problem| source.at(at, problem))?;
        }
        for entry in list.attribute {
            let at = entry.span().start;
            self.attribute(entry.get_ref()).map_err(|problem| source.at(at, problem))?;
        }
        for entry in list.disorder {
            let (at, chaos) = (entry.span().start, entry.into_inner());
            let provenance = origin(source, at, chaos.status, &chaos.source)?;
            if self.disorders.iter().any(|other| other.code == chaos.code) {
                return Err(source.at(at, repeated("disorder", &chaos.code)));
            }
            if let Some(code) = chaos.categories.iter().find(|code| !self.at.contains_key(*code)) {
                return Err(source.at(at, unknown("category", code)));
            }
            let Chaos { code, zh, en, categories, .. } = chaos;
            self.disorders.push(Disorder { code, zh, en, categories, provenance });
        }
        Ok(())
    }

    fn plain(&mut self, plain: Plain) -> Result<(), Problem> {
        if let Some(group) = &plain.group
            && !self.groups.iter().any(|known| known.code == *group)
        {
            return Err(unknown("group", group));
        }
        let at = *self.at.get(&plain.code).ok_or_else(|| unknown("category", &plain.code))?;
        let (rank, category) = &mut self.categories[at];
        if rank.is_some() {
            return Err(repeated("plain", &plain.code));
        }
        *rank = Some(self.plain);
        self.plain += 1;
        category.plain = true;
        category.zh = plain.zh;
        category.en = plain.en;
        category.group = plain.group.unwrap_or_else(|| category.group.clone());
        category.words.extend(plain.words);
        Ok(())
    }

    fn attribute(&mut self, question: &Question) -> Result<(), Problem> {
        let listed = question.datatype.is_list();
        if listed == question.values.is_empty() {
            return Err(Problem::Missing { what: "values of", code: question.code.clone() });
        }
        for (at, choice) in question.values.iter().enumerate() {
            if question.values[..at].iter().any(|other| other.key == choice.key) {
                return Err(repeated("value", &choice.key));
            }
        }
        for code in &question.categories {
            let at = *self.at.get(code).ok_or_else(|| unknown("category", code))?;
            let attributes = &mut self.categories[at].1.attributes;
            if attributes.iter().any(|other| other.code == question.code) {
                return Err(repeated("attribute", &question.code));
            }
            attributes.push(Attribute {
                code: question.code.clone(),
                datatype: question.datatype,
                required: question.required,
                order: u32::try_from(attributes.len()).unwrap_or(u32::MAX).saturating_add(1),
                zh: question.zh.clone(),
                en: question.en.clone(),
                hint_zh: question.hint_zh.clone(),
                hint_en: question.hint_en.clone(),
                values: question.values.clone(),
            });
        }
        Ok(())
    }
}

fn unknown(what: &'static str, code: &str) -> Problem {
    Problem::UnknownCode { what, code: code.to_owned() }
}

fn repeated(what: &'static str, code: &str) -> Problem {
    Problem::RepeatedCode { what, code: code.to_owned() }
}
