//! Tokens that stand for a number until it is told.

use super::{Answer, call::Call, errors::Errors, reply::Node};
use luyuan_app::tokens::Resolved;

/// What a token stands for; an empty id while it is not told.
pub(super) async fn resolve(call: &Call, token: &str) -> Result<Answer, Errors> {
    call.check_jurisdiction(&call.query)?;
    let number = match call.app().token(token).await.map_err(|error| call.failed(error))? {
        Resolved::Waiting => String::new(),
        Resolved::Number(number) => number,
    };
    let request = Node::Map(vec![("service_request_id", Node::text(number)), ("token", Node::text(token))]);
    Ok(Answer::tree("service_requests", Node::List("request", vec![request])))
}
