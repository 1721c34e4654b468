//! Open orders near a point, from memory: what is shown to a resident before a second order about
//! the same thing is sent.
//!
//! Orders lie in cells of about a hundred metres, in each by class and time. A probe reads the
//! cells around the point, in each only its class since its time, and keeps no more than it was
//! asked for. Positions are kept to 10⁻⁷ degrees, about a centimetre. The caller cares for threads.

use luyuan_domain::geo::{Local, Wgs84};
use std::collections::{BinaryHeap, HashMap};

/// An open order, as far as the index cares.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Open<P> {
    /// What the caller knows it by: a row number, or the 128 bits of an id.
    pub payload: P,
    /// Where it is.
    pub at: Wgs84,
    /// The class of its category; what counts as the same is the caller's.
    pub class: u32,
    /// When it was placed, in milliseconds of any epoch.
    pub placed_at: i64,
}

/// What is looked for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Probe {
    /// Around which point.
    pub at: Wgs84,
    /// Of which class; any if none.
    pub class: Option<u32>,
    /// Within how many metres, the limit included.
    pub metres: f64,
    /// Placed at this instant or later, in milliseconds.
    pub since: i64,
    /// The most answers.
    pub most: usize,
}

/// Degrees of a cell, times 10⁷: about 111 m from south to north, 110 m from west to east in the
/// middle of China. Elsewhere cells are wider or narrower, and answers the same.
const CELL: (i32, i32) = (12_000, 10_000);
const UNIT: f64 = 1e7;

#[derive(Debug, Clone, Copy)]
struct Item<P> {
    class: u32,
    lon: i32,
    lat: i32,
    placed_at: i64,
    payload: P,
}

impl<P: Copy + Ord> Item<P> {
    fn new(open: &Open<P>) -> Self {
        let Open { payload, at, class, placed_at } = *open;
        Self { class, lon: scaled(at.lon), lat: scaled(at.lat), placed_at, payload }
    }

    fn cell(&self) -> (i32, i32) {
        (self.lon.div_euclid(CELL.0), self.lat.div_euclid(CELL.1))
    }

    fn order(&self) -> (u32, i64, P) {
        (self.class, self.placed_at, self.payload)
    }
}

#[allow(clippy::cast_possible_truncation)] // 180 · 10⁷ fits
fn scaled(degrees: f64) -> i32 {
    (degrees * UNIT).round() as i32
}

/// The index. `P` is the payload: `u32` makes an order 24 bytes, `u128` 48.
#[derive(Debug, Clone)]
pub struct SimilarIndex<P> {
    cells: HashMap<(i32, i32), Vec<Item<P>>>,
    count: usize,
}

impl<P> Default for SimilarIndex<P> {
    fn default() -> Self {
        Self { cells: HashMap::new(), count: 0 }
    }
}

impl<P: Copy + Ord> SimilarIndex<P> {
    /// How many orders are in it.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Memory held, in bytes, without the allocator's own.
    pub fn bytes(&self) -> usize {
        let items: usize = self.cells.values().map(|cell| cell.capacity() * size_of::<Item<P>>()).sum();
        items + self.cells.capacity() * (size_of::<((i32, i32), Vec<Item<P>>)>() + 1)
    }

    /// Adds an order; false, and nothing changed, when it is there already.
    pub fn insert(&mut self, open: &Open<P>) -> bool {
        let item = Item::new(open);
        let cell = self.cells.entry(item.cell()).or_default();
        let Err(at) = cell.binary_search_by(|other| other.order().cmp(&item.order())) else { return false };
        // Growing by a quarter instead of doubling: orders are many and come slowly.
        if cell.len() == cell.capacity() {
            cell.reserve_exact(cell.len() / 4 + 2);
        }
        cell.insert(at, item);
        self.count += 1;
        true
    }

    /// Takes an order out that was added with the same facts; false when it is not there.
    pub fn remove(&mut self, open: &Open<P>) -> bool {
        let item = Item::new(open);
        let Some(cell) = self.cells.get_mut(&item.cell()) else { return false };
        let Ok(at) = cell.binary_search_by(|other| other.order().cmp(&item.order())) else { return false };
        cell.remove(at);
        if cell.is_empty() {
            self.cells.remove(&item.cell());
        }
        self.count -= 1;
        true
    }

    /// The orders that a probe finds with their distance in metres: nearest first, then by payload.
    pub fn near(&self, probe: &Probe) -> Vec<(P, f64)> {
        let plane = Local::around(probe.at);
        let [lon, lat] = plane.degree();
        let mut best = Best { most: probe.most, limit: probe.metres, found: BinaryHeap::new() };
        if probe.most == 0 || !probe.metres.is_finite() || probe.metres < 0.0 {
            return Vec::new();
        }
        let span = |degrees: f64, reach: f64, cell: i32| {
            let limit = |value: f64| scaled(value.clamp(-200.0, 200.0)).div_euclid(cell);
            limit(degrees - reach)..=limit(degrees + reach)
        };
        let columns = span(probe.at.lon, probe.metres / lon + 1.0 / UNIT, CELL.0);
        let rows = span(probe.at.lat, probe.metres / lat + 1.0 / UNIT, CELL.1);
        let wide = |range: &std::ops::RangeInclusive<i32>| f64::from(*range.end()) - f64::from(*range.start()) + 1.0;
        if wide(&columns) * wide(&rows) > self.cells.len() as f64 {
            for (_, cell) in self.cells.iter().filter(|((x, y), _)| columns.contains(x) && rows.contains(y)) {
                best.look(cell, probe, &plane);
            }
        } else {
            for cell in columns.flat_map(|x| rows.clone().map(move |y| (x, y))) {
                if let Some(cell) = self.cells.get(&cell) {
                    best.look(cell, probe, &plane);
                }
            }
        }
        let mut found: Vec<Found<P>> = best.found.into_vec();
        found.sort_unstable();
        found.into_iter().map(|found| (found.payload, found.metres)).collect()
    }
}

#[derive(PartialEq)]
struct Found<P> {
    metres: f64,
    payload: P,
}

impl<P: Ord> Eq for Found<P> {}

impl<P: Ord> Ord for Found<P> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.metres.total_cmp(&other.metres).then_with(|| self.payload.cmp(&other.payload))
    }
}

impl<P: Ord> PartialOrd for Found<P> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// The nearest so far, the farthest of them on top.
struct Best<P> {
    most: usize,
    /// Nothing farther is wanted: the probe's reach, then the farthest of a full list.
    limit: f64,
    found: BinaryHeap<Found<P>>,
}

impl<P: Copy + Ord> Best<P> {
    fn look(&mut self, cell: &[Item<P>], probe: &Probe, plane: &Local) {
        match probe.class {
            Some(class) => self.take(of_class(cell, class, probe.since), plane),
            None => {
                let mut rest = cell;
                while let Some(first) = rest.first() {
                    let (own, others) = rest.split_at(rest.partition_point(|item| item.class == first.class));
                    self.take(of_class(own, first.class, probe.since), plane);
                    rest = others;
                }
            }
        }
    }

    fn take(&mut self, items: &[Item<P>], plane: &Local) {
        let mut square = self.limit * self.limit;
        for item in items {
            let [x, y] = plane.metres(f64::from(item.lon) / UNIT, f64::from(item.lat) / UNIT);
            let distance = x * x + y * y;
            // A hair more, so that the exact limit is decided below.
            if distance > square * (1.0 + 1e-12) {
                continue;
            }
            let found = Found { metres: x.hypot(y), payload: item.payload };
            if found.metres > self.limit {
                continue;
            }
            self.found.push(found);
            if self.found.len() > self.most {
                self.found.pop();
            }
            if self.found.len() == self.most
                && let Some(last) = self.found.peek()
            {
                self.limit = last.metres;
                square = self.limit * self.limit;
            }
        }
    }
}

/// The part of a cell, sorted by class and time, that is of a class and not older than `since`.
fn of_class<P>(cell: &[Item<P>], class: u32, since: i64) -> &[Item<P>] {
    let from = cell.partition_point(|item| (item.class, item.placed_at) < (class, since));
    let to = from + cell[from..].partition_point(|item| item.class == class);
    &cell[from..to]
}

#[cfg(test)]
mod tests;
