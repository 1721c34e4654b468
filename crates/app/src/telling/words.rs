//! What a message says, in the reader's language and without more than they need: contact data never,
//! the reporter's own words never, what was written to the reporter only in a mail to them.

use super::deliver::Case;
use crate::{App, AppError};
use luyuan_domain::{
    orders::{Order, What},
    telling::{Recipient, Way},
};

/// The sentences of the interface, which stand with the pages.
pub trait Words: Send + Sync {
    /// The sentence under a key with values, in a language (`zh-CN`, `en`).
    fn say(&self, language: &str, key: &str, values: &[(&str, &str)]) -> String;
}

/// A message in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Text {
    /// One line.
    pub subject: String,
    /// One sentence.
    pub sentence: String,
    /// What was written to the reader, if anything.
    pub quote: String,
    /// Where to read more.
    pub link: String,
}

impl App {
    /// Gives the use cases the sentences of the interface.
    pub fn speak(&self, words: std::sync::Arc<dyn Words>) {
        // Whoever came first stays: they are the same sentences.
        let _ = self.words.set(words);
    }

    pub(crate) fn say(&self, language: &str, key: &str, values: &[(&str, &str)]) -> Result<String, AppError> {
        let words = self.words.get().ok_or_else(|| AppError::File("no sentences were given".into()))?;
        Ok(words.say(language, key, values))
    }

    /// The name of an order's category in a language.
    fn category_in(&self, language: &str, order: &Order) -> String {
        let day = self.rulebook().on(order.placed_at).ok();
        match day.as_ref().and_then(|day| day.category(&order.category)) {
            Some(found) if language.starts_with("en") => found.en.clone(),
            Some(found) => found.zh.clone(),
            None => order.category.clone(),
        }
    }

    /// What a message about an order says.
    pub(super) fn text(&self, case: &Case, order: &Order, key: &str) -> Result<Text, AppError> {
        let (language, directory) = (case.language.as_str(), self.directory());
        let event = case.delivery.event.as_str();
        let category = self.category_in(language, order);
        let org = match &case.what {
            Some(What::Accepted { by } | What::Reported { by, .. }) => Some(*by),
            Some(what) => luyuan_domain::telling::Audience::Named.org(what, order).or(order.state.holder()),
            None => order.state.holder(),
        };
        let org = org.map(|org| directory.org_name(org)).unwrap_or_default();
        let what = self.say(language, &format!("event-{event}"), &[])?;
        let values = [("number", order.number.as_str()), ("category", &category), ("org", &org), ("what", &what)];
        let reporter = matches!(case.delivery.to, Recipient::Reporter(_));
        let start = if reporter { "told" } else { "desk" };
        let address = &self.outside.settings().address;
        let link = match (reporter, case.delivery.way) {
            (true, _) => format!("{address}/orders/{}?key={key}", order.number),
            (false, Way::Email | Way::Push) => format!("{address}/work/orders/{}", order.number),
            (false, _) => format!("{address}/work/orders/{}", order.number),
        };
        Ok(Text {
            subject: self.say(language, "tell-subject", &values)?,
            sentence: self.say(language, &format!("{start}-{event}"), &values)?,
            quote: case.what.as_ref().filter(|_| case.delivery.way == Way::Email).map(quote).unwrap_or_default(),
            link,
        })
    }
}

/// What was written to the reader.
fn quote(what: &What) -> String {
    match what {
        What::Asked { text } | What::Answered { text } | What::Replied { text, .. } | What::Reported { text, .. } => {
            text.clone()
        }
        What::Deferred { reason, review_on } => format!("{reason} · {review_on}"),
        What::Diverted { note, .. } => note.clone(),
        What::Merged { number, .. } => number.clone(),
        What::Returned { reason, .. } => reason.clone(),
        What::Whistled { ask, .. } => ask.clone(),
        _ => String::new(),
    }
}
