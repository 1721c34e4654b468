//! What a search still has to look at, nearest first, to within a few metres.
//!
//! Distances are whole and bounded, so that they are sorted into buckets rather than compared (Dial
//! 1969). A bucket is wider than the shortest edge: a node whose distance shrinks after it was looked
//! at is looked at again (Meyer and Sanders 2003, with one worker), which is rare and cheaper than
//! exact order. Within a bucket first come is first served, so that a network full of tiny edges costs
//! no more than Bellman and Ford's round after round.

/// A bucket is so wide, as a power of two: 10.24 m. Half of it and four times as much were measured to
/// take about as long.
const WIDTH: u32 = 10;
/// At most so many buckets, as a power of two: beyond 168 km they grow wider.
const MOST: u32 = 14;

/// Nodes with their distances, by buckets.
#[derive(Debug, Clone, Default)]
pub(crate) struct Queue {
    buckets: Vec<Vec<(u32, u32)>>,
    /// The bucket that is being emptied, and how far.
    now: usize,
    taken: usize,
    width: u32,
}

impl Queue {
    /// Empties it for a search within `bound` centimetres.
    pub fn begin(&mut self, bound: u32) {
        self.buckets.iter_mut().skip(self.now).for_each(Vec::clear);
        (self.now, self.taken) = (0, 0);
        self.width = WIDTH.max((u32::BITS - bound.leading_zeros()).saturating_sub(MOST));
    }

    /// Adds a node; not nearer than what was taken last.
    #[inline]
    pub fn push(&mut self, cm: u32, node: u32) {
        let bucket = (cm >> self.width) as usize;
        if bucket >= self.buckets.len() {
            self.buckets.resize_with(bucket + 1, Vec::new);
        }
        self.buckets[bucket].push((cm, node));
    }

    /// One of the nearest, and its distance when it was added.
    #[inline]
    pub fn pop(&mut self) -> Option<(u32, u32)> {
        loop {
            let bucket = self.buckets.get_mut(self.now)?;
            if let Some(entry) = bucket.get(self.taken) {
                self.taken += 1;
                return Some(*entry);
            }
            bucket.clear();
            (self.now, self.taken) = (self.now + 1, 0);
        }
    }
}
