//! Which places are final. On PostgreSQL a place is given when an event is written, and seen when
//! its transaction commits: a lower one may appear after a higher one. Sealing must not pass over
//! it, and must not wait for ever for one whose transaction was undone.

use luyuan_store::evidence::Horizon;

/// What is known of places that are missing among those that can be seen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Settled {
    /// What is missing up to here was undone and never comes.
    to: i64,
    /// Up to which place gaps were seen, and the transaction that all of them are older than.
    waiting: Option<(i64, i64)>,
}

impl Settled {
    /// Takes note of which transactions have ended, before places are read.
    pub fn look(&mut self, horizon: Horizon) {
        if let Some((place, next)) = self.waiting.filter(|(_, next)| horizon.oldest >= *next) {
            tracing::debug!(place, next, "places that are still missing were given up");
            self.to = self.to.max(place);
            self.waiting = None;
        }
    }

    /// How many of the places that were read after `after`, in order, are final.
    pub fn last(&self, after: i64, places: &[i64]) -> usize {
        let before = std::iter::once(after).chain(places.iter().copied());
        places.iter().zip(before).take_while(|(place, before)| **place == before + 1 || **place <= self.to + 1).count()
    }

    /// Takes note of a gap below the last place that was read; `horizon` is of after the reading.
    pub fn wait(&mut self, last: i64, horizon: Horizon) {
        self.waiting.get_or_insert((last, horizon.next));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_is_waited_for_and_then_given_up() {
        let mut settled = Settled::default();
        assert_eq!(settled.last(0, &[1, 2, 4, 5]), 2);
        settled.wait(5, Horizon { oldest: 90, next: 100 });
        // Transaction 99 may hold place 3.
        settled.look(Horizon { oldest: 99, next: 120 });
        assert_eq!(settled.last(2, &[4, 5, 6]), 0);
        settled.wait(6, Horizon { oldest: 99, next: 130 });
        settled.look(Horizon { oldest: 100, next: 130 });
        // What is missing up to 5 is gone; 7 may still come.
        assert_eq!(settled.last(2, &[4, 5, 6, 8]), 3);
    }

    #[test]
    fn a_gap_that_fills_is_no_gap() {
        let mut settled = Settled::default();
        assert_eq!(settled.last(7, &[9]), 0);
        settled.wait(9, Horizon { oldest: 5, next: 9 });
        settled.look(Horizon { oldest: 6, next: 10 });
        assert_eq!(settled.last(7, &[8, 9]), 2);
        assert_eq!(settled.last(9, &[]), 0);
    }
}
