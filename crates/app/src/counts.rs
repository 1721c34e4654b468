//! Counts of many orders, kept for a moment: in a large district a count reads hundreds of thousands
//! of index entries, and every page of a list shows one.

use jiff::{SignedDuration, Timestamp};
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

/// Smaller counts are made afresh each time: they cost less than a page.
const LARGE: i64 = 1_000;
/// How old a kept count may be.
const AGE: SignedDuration = SignedDuration::from_secs(3);
/// How many different filters are kept at once.
const MOST: usize = 256;

/// Orders by state.
type ByState = Vec<(String, i64)>;

struct Kept {
    counted: ByState,
    at: Timestamp,
    writes: u64,
}

/// Kept counts, by filter. Cheap to clone; all clones are one.
#[derive(Clone, Default)]
pub(crate) struct Counts {
    kept: Arc<Mutex<HashMap<String, Kept>>>,
    writes: Arc<AtomicU64>,
}

impl Counts {
    /// A write of this process: what was counted before is no longer given.
    pub fn written(&self) {
        self.writes.fetch_add(1, Ordering::Release);
    }

    /// How many writes there were; asked before counting.
    pub fn writes(&self) -> u64 {
        self.writes.load(Ordering::Acquire)
    }

    /// The count for a filter, if it may still be given.
    pub fn get(&self, filter: &str, now: Timestamp) -> Option<ByState> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let found = kept.get(filter).filter(|kept| kept.writes == self.writes() && now.duration_since(kept.at) < AGE);
        found.map(|kept| kept.counted.clone())
    }

    /// Keeps a large count that was begun at an instant, after so many writes.
    pub fn keep(&self, filter: String, counted: &ByState, at: Timestamp, writes: u64) {
        if counted.iter().map(|(_, count)| count).sum::<i64>() < LARGE {
            return;
        }
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|_, kept| at.duration_since(kept.at) < AGE);
        if kept.len() < MOST {
            kept.insert(filter, Kept { counted: counted.clone(), at, writes });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_secs(seconds)
    }

    fn open(count: i64) -> ByState {
        vec![("open".into(), count)]
    }

    #[test]
    fn only_large_counts_are_kept_and_only_for_a_moment() {
        let counts = Counts::default();
        counts.keep("small".into(), &open(LARGE - 1), at(0), 0);
        counts.keep("large".into(), &open(LARGE), at(0), 0);
        assert_eq!(counts.get("small", at(0)), None);
        assert_eq!(counts.get("large", at(2)), Some(open(LARGE)));
        assert_eq!(counts.get("other", at(2)), None);
        assert_eq!(counts.get("large", at(3)), None);
    }

    #[test]
    fn a_write_ends_what_was_counted_before_or_during_it() {
        let counts = Counts::default();
        counts.keep("a".into(), &open(LARGE), at(0), counts.writes());
        let begun = counts.writes();
        counts.written();
        counts.keep("b".into(), &open(LARGE), at(0), begun);
        assert_eq!(counts.get("a", at(0)), None);
        assert_eq!(counts.get("b", at(0)), None, "the write may not be in it");
        counts.keep("b".into(), &open(LARGE + 1), at(0), counts.writes());
        assert_eq!(counts.get("b", at(0)), Some(open(LARGE + 1)));
    }
}
