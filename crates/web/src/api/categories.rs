//! Categories of the catalogue in force, with their own questions.

use super::{Problem, codes};
use crate::Site;
use axum::{
    Json,
    extract::{Path, State},
};
use luyuan_domain::catalogue::{Attribute, Category};
use serde::Serialize;
use utoipa::ToSchema;

/// A category of the catalogue in force today.
#[derive(Serialize, ToSchema)]
pub(super) struct CategoryItem {
    /// Stable code.
    code: String,
    /// Name in Chinese.
    zh: String,
    /// Name in English.
    en: String,
    /// Name in the standard.
    standard: String,
    /// Heading that it stands under.
    group: String,
    /// How soon such orders must be handled.
    #[schema(value_type = codes::Urgency)]
    urgency: &'static str,
    /// What such orders usually are.
    #[schema(value_type = codes::Kind)]
    kind: &'static str,
    /// How many questions of its own it asks.
    questions: usize,
}

impl CategoryItem {
    fn of(category: &Category) -> Self {
        Self {
            code: category.code.clone(),
            zh: category.zh.clone(),
            en: category.en.clone(),
            standard: category.standard.clone(),
            group: category.group.clone(),
            urgency: category.urgency.code(),
            kind: category.kind.code(),
            questions: category.attributes.len(),
        }
    }
}

/// A category with its questions.
#[derive(Serialize, ToSchema)]
pub(super) struct WholeCategory {
    #[serde(flatten)]
    category: CategoryItem,
    /// Its own questions, in their order.
    attributes: Vec<Question>,
}

/// A question of a category.
#[derive(Serialize, ToSchema)]
pub(super) struct Question {
    /// Code under which the answer is sent.
    code: String,
    /// Type of the answer: string, number, datetime, text, singlevaluelist, multivaluelist.
    datatype: &'static str,
    /// Whether an answer must be given.
    required: bool,
    /// The question in Chinese.
    zh: String,
    /// The question in English.
    en: String,
    /// How to answer, in Chinese; may be empty.
    hint_zh: String,
    /// How to answer, in English; may be empty.
    hint_en: String,
    /// The values of a list.
    values: Vec<Value>,
}

/// A value that can be chosen.
#[derive(Serialize, ToSchema)]
pub(super) struct Value {
    /// What is sent.
    key: String,
    /// Name in Chinese.
    zh: String,
    /// Name in English.
    en: String,
}

fn question(attribute: &Attribute) -> Question {
    let values = attribute.values.iter();
    Question {
        code: attribute.code.clone(),
        datatype: attribute.datatype.code(),
        required: attribute.required,
        zh: attribute.zh.clone(),
        en: attribute.en.clone(),
        hint_zh: attribute.hint_zh.clone(),
        hint_en: attribute.hint_en.clone(),
        values: values.map(|one| Value { key: one.key.clone(), zh: one.zh.clone(), en: one.en.clone() }).collect(),
    }
}

/// The categories in force today.
#[utoipa::path(get, path = "/api/v1/categories", operation_id = "listCategories", tag = "reference", responses((status = 200, body = Vec<CategoryItem>)))]
pub(super) async fn all(State(site): State<Site>) -> Result<Json<Vec<CategoryItem>>, Problem> {
    let day = site.app.rulebook().on(site.app.env.now())?;
    Ok(Json(day.catalogue.category.iter().map(CategoryItem::of).collect()))
}

/// One category with its questions.
#[utoipa::path(get, path = "/api/v1/categories/{code}", operation_id = "getCategory", tag = "reference",
    params(("code" = String, Path, description = "The category's code")),
    responses((status = 200, body = WholeCategory)),
)]
pub(super) async fn one(State(site): State<Site>, Path(code): Path<String>) -> Result<Json<WholeCategory>, Problem> {
    let day = site.app.rulebook().on(site.app.env.now())?;
    let category = day.category(&code).ok_or_else(Problem::not_found)?;
    let attributes = category.attributes.iter().map(question).collect();
    Ok(Json(WholeCategory { category: CategoryItem::of(category), attributes }))
}
