//! Taking out what a reporter wrote, at their request, when the order has ended: where, when, what
//! kind, how it went and how it was rated stay, so that no figure changes (个人信息保护法 art. 47).

use super::{Changed, Order, What};
use crate::ids::ReporterId;
use jiff::Timestamp;

impl What {
    /// The same step without the words that a reporter wrote or said in it; none when it has none.
    pub fn without_words(&self) -> Option<Self> {
        let mut bare = self.clone();
        let words = match &mut bare {
            Self::Answered { text } => text,
            Self::Rated { comment, .. } => comment,
            // Their reason is what the reporter commented.
            Self::Reopened { reason, .. } | Self::Supervised { reason, .. } => reason,
            Self::Contacted { note } => note,
            _ => return None,
        };
        if words.is_empty() {
            return None;
        }
        words.clear();
        Some(bare)
    }
}

impl Order {
    /// Notes that a reporter's data was taken out; with `words`, what they wrote too: answers that are
    /// in `said`, and the description if it is theirs.
    ///
    /// # Errors
    /// [`super::Refusal::WrongState`] for words while the order has not ended: they are what is worked by.
    pub fn erase(mut self, by: ReporterId, words: bool, described: bool, said: &[&str], now: Timestamp) -> Changed {
        if words && !self.state.ended() {
            return Err(self.refuse("erase"));
        }
        if words && described {
            self.description.clear();
            self.attributes.clear();
        }
        for question in self.questions.iter_mut().filter(|_| words) {
            if question.answer.as_deref().is_some_and(|answer| said.contains(&answer)) {
                question.answer = Some(String::new());
            }
        }
        Ok(self.changed(now, What::Erased { reporter: by, words }))
    }
}
