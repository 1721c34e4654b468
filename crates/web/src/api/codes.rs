//! Codes as the OpenAPI document lists them; a test holds them against the rules' own lists.
#![allow(dead_code)] // the values are read in the document, the rules have types of their own

use utoipa::ToSchema;

/// What a person wants.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(super) enum Kind {
    Enquiry,
    Help,
    Complaint,
    Tip,
    Suggestion,
}

/// How soon an order must be handled.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(super) enum Urgency {
    Urgent,
    Utility,
    General,
    Difficult,
}

/// How an order arrived.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(super) enum Channel {
    Web,
    Phone,
    Paper,
    Visit,
    Open311,
    Api,
    Import,
}

/// Where an order stands. Private and diverted orders are not public.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(super) enum State {
    Placed,
    Routed,
    Accepted,
    InProgress,
    Deferred,
    Replied,
    Closed,
    Merged,
    Diverted,
}

/// Whether a reporter says that it is solved.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(super) enum Solved {
    Yes,
    Partly,
    No,
}

/// How satisfied a reporter is: 非常满意, 满意, 基本满意, 不满意, 非常不满意.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(super) enum Satisfied {
    Very,
    Yes,
    Basically,
    No,
    NotAtAll,
}

/// Language to write to a person in.
#[derive(ToSchema)]
pub(super) enum Language {
    #[schema(rename = "zh-CN")]
    Zh,
    #[schema(rename = "en")]
    En,
}

/// How far a piece of data can be trusted: read in the law or standard itself, read in a secondary
/// source, set by the project for want of a source, or made up for demonstration.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(super) enum Status {
    Official,
    Reported,
    Assumed,
    Made,
}
