//! The OpenAPI 3.1 document.

use super::{categories, green, list, log, next, orders, photos, place, places, problem, reporter, rules};
use utoipa::{
    Modify, OpenApi,
    openapi::{
        Content, Header, ObjectBuilder, Ref, RefOr, Response, ResponseBuilder,
        path::Operation,
        schema::Type,
        security::{Http, HttpAuthScheme, SecurityScheme},
    },
};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Luyuan",
        description = "Orders of a city district: read the public ones, place new ones, follow and rate them; \
            what orders refer to; the rules with their sources; the signed log of what happened. Errors are problem+json (RFC 9457) with a stable \
            code and a sentence in the language of Accept-Language. Every answer has an x-request-id.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    paths(
        list::list, list::similar, place::place, place::join, orders::one, orders::events,
        reporter::rate, reporter::answer, photos::keep, photos::one,
        categories::all, categories::one, places::search, places::at, places::one, places::streets,
        rules::in_force, rules::diversions,
        log::checkpoint, log::consistency, log::receipt,
        green::coverage, green::what_if, green::why, next::next, green::scenarios, green::scenario, green::remove_scenario,
    ),
    components(schemas(problem::Body9457)),
    modifiers(&Key, &Refusals),
    tags(
        (name = "orders", description = "诉求工单"),
        (name = "reporters", description = "What the people behind an order do; their secret proves who they are"),
        (name = "evidence", description = "The signed log of everything that happened, and receipts that are checked without it"),
        (name = "green", description = "300米见绿、500米见园: coverage on foot, and what a change would bring"),
        (name = "reference", description = "What orders refer to, and the rules that they follow"),
    )
)]
struct Document;

/// Says how programs identify themselves.
struct Key;

impl Modify for Key {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let components = document.components.get_or_insert_with(Default::default);
        components.add_security_scheme("key", SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)));
    }
}

/// Answers that say that something is wrong: status, name, when.
const REFUSALS: [(&str, &str, &str); 12] = [
    ("400", "Unreadable", "The address, its query or the body is not written as described"),
    ("401", "NoKey", "No API key, or one that is not known"),
    ("403", "NotPermitted", "The secret is not one of this order's, or the key lacks the scope"),
    ("404", "NotFound", "There is no such thing, or the caller may not know of it"),
    ("405", "Method", "The address does not take that method"),
    ("409", "Conflict", "The order has changed meanwhile, or its state does not allow it"),
    ("413", "TooLarge", "The body is larger than allowed"),
    ("415", "MediaType", "The body is of another type"),
    ("422", "Refused", "It is written as described, but refused for what it says; nothing was saved"),
    ("429", "TooMany", "Too often in a short time; nothing was saved. Try again after the seconds of Retry-After"),
    ("500", "Failed", "Something failed inside; `request_id` finds it in the log"),
    ("503", "Busy", "Nothing was saved; try again after the seconds of Retry-After"),
];

/// Adds to every operation the answers that its kind of request can have.
struct Refusals;

impl Modify for Refusals {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let components = document.components.get_or_insert_with(Default::default);
        for (status, name, when) in REFUSALS {
            components.responses.insert(name.into(), RefOr::T(refusal(status, when)));
        }
        for (path, item) in &mut document.paths.paths {
            for operation in [item.get.as_mut(), item.post.as_mut(), item.delete.as_mut()].into_iter().flatten() {
                let fits = |status: &str| match status {
                    "401" => operation.security.is_some(),
                    "403" => operation.security.is_some() || path.ends_with("/rating") || path.ends_with("/answer"),
                    "404" => {
                        path.contains('{')
                            || ["/at", "/checkpoint", "/consistency", "/green", "/what-if", "/why", "/green/next"]
                                .iter()
                                .any(|end| path.ends_with(end))
                    }
                    "409" => path.contains("{number}") && operation.request_body.is_some(),
                    "422" => {
                        operation.request_body.is_some()
                            || ["listOrders", "similarOrders", "proveConsistency", "getGreen", "whyGreen"]
                                .contains(&name(operation))
                    }
                    // What writes is counted, and what searches in words.
                    "429" => {
                        operation.request_body.is_some()
                            || ["listOrders", "searchPlaces", "searchStreets", "removeScenario"]
                                .contains(&name(operation))
                    }
                    "413" | "415" => operation.request_body.is_some(),
                    _ => true,
                };
                let fitting: Vec<_> = REFUSALS.into_iter().filter(|(status, ..)| fits(status)).collect();
                for (status, name, _) in fitting {
                    add(operation, status, name);
                }
            }
        }
    }
}

fn name(operation: &Operation) -> &str {
    operation.operation_id.as_deref().unwrap_or_default()
}

fn add(operation: &mut Operation, status: &str, name: &str) {
    let there = Ref::from_response_name(name);
    operation.responses.responses.entry(status.to_owned()).or_insert_with(|| RefOr::Ref(there));
}

fn refusal(status: &str, when: &str) -> Response {
    let text = || Header::new(ObjectBuilder::new().schema_type(Type::String).build());
    let response = ResponseBuilder::new().description(when).content(
        "application/problem+json",
        Content::new(Some(RefOr::<utoipa::openapi::Schema>::Ref(Ref::from_schema_name("Problem")))),
    );
    match status {
        "401" => response.header("WWW-Authenticate", text()),
        "429" => response.header("Retry-After", Header::new(ObjectBuilder::new().schema_type(Type::Integer).build())),
        "503" => response.header("Retry-After", text()),
        _ => response,
    }
    .build()
}

/// The OpenAPI 3.1 document.
///
/// # Errors
/// When it cannot be written, which its own types rule out.
pub fn document() -> Result<String, serde_json::Error> {
    serde_json::to_string_pretty(&Document::openapi())
}

#[cfg(test)]
mod tests {
    use super::*;
    use luyuan_domain::{
        dated, orders,
        orders::{Satisfied, Solved},
    };
    use serde_json::{Value, json};

    fn described() -> Value {
        serde_json::from_str(&document().unwrap()).unwrap()
    }

    #[test]
    fn lists_of_codes_are_those_of_the_rules() {
        let described = described();
        let listed = |name: &str| described["components"]["schemas"][name]["enum"].clone();
        let codes = |codes: Vec<&'static str>| json!(codes);
        assert_eq!(listed("Kind"), codes(orders::Kind::ALL.iter().map(|one| one.code()).collect()));
        assert_eq!(listed("Urgency"), codes(orders::Urgency::ALL.iter().map(|one| one.code()).collect()));
        assert_eq!(listed("Channel"), codes(orders::Channel::ALL.iter().map(|one| one.code()).collect()));
        assert_eq!(listed("State"), codes(orders::State::CODES.to_vec()));
        assert_eq!(listed("Solved"), codes(Solved::ALL.iter().map(|one| one.code()).collect()));
        assert_eq!(listed("Satisfied"), codes(Satisfied::ALL.iter().map(|one| one.code()).collect()));
        assert_eq!(listed("Status"), codes(dated::Status::ALL.iter().map(|one| one.code()).collect()));
    }

    #[test]
    fn every_operation_has_a_name_of_its_own() {
        let described = described();
        let items =
            described["paths"].as_object().unwrap().values().flat_map(|item| item.as_object().unwrap().values());
        let names: Vec<&str> = items.map(|operation| operation["operationId"].as_str().unwrap()).collect();
        let each: std::collections::BTreeSet<&str> = names.iter().copied().collect();
        assert_eq!(each.len(), names.len(), "{names:?}");
    }

    #[test]
    fn who_comes_too_often_is_told_when_to_come_again() {
        let described = described();
        let header = &described["components"]["responses"]["TooMany"]["headers"]["Retry-After"];
        assert_eq!(header["schema"]["type"], "integer");
        for path in ["/api/v1/orders", "/api/v1/places"] {
            assert!(described["paths"][path]["get"]["responses"]["429"].is_object(), "{path}: searches are counted");
        }
        let one = &described["paths"]["/api/v1/orders/{number}"]["get"]["responses"];
        assert!(one["429"].is_null(), "reading is not");
    }

    #[test]
    fn every_operation_says_how_it_can_be_refused() {
        let described = described();
        for (path, item) in described["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                let answers = operation["responses"].as_object().unwrap();
                for status in ["400", "405", "500", "503"] {
                    assert!(answers.contains_key(status), "{method} {path} {status}");
                }
                if method == "post" {
                    let all = ["413", "415", "422", "429"];
                    assert!(all.iter().all(|status| answers.contains_key(*status)), "{path}");
                }
            }
        }
    }
}
