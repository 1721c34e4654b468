//! Waits that grow with every attempt.

use jiff::{SignedDuration, Timestamp};

/// How long one waits after attempts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waits {
    /// Attempts before the first wait.
    pub free: u32,
    /// The first wait in seconds; each further attempt doubles it (NIST SP 800-63B 5.2.2).
    pub first: u32,
    /// The longest wait in seconds.
    pub most: u32,
    /// After how long attempts are forgotten.
    pub forget: SignedDuration,
}

impl Waits {
    /// Until when nobody may try again after so many attempts, of which the last was at `last`; none
    /// while there are free ones.
    pub fn until(&self, attempts: u32, last: Timestamp) -> Option<Timestamp> {
        let beyond = attempts.checked_sub(self.free)?;
        let seconds = self.first.checked_shl(beyond.min(20)).unwrap_or(u32::MAX).min(self.most);
        Some(last + SignedDuration::from_secs(seconds.into()))
    }
}
