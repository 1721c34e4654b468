//! The bytes of a tile: Mapbox Vector Tile Specification 2.1, written by hand, since it needs no
//! more than five messages.

use super::{EXTENT, clip::At};
use std::collections::HashMap;

/// Bytes of a message (Protocol Buffers).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Bytes(pub(super) Vec<u8>);

impl Bytes {
    #[allow(clippy::cast_possible_truncation)] // seven bits at a time
    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }

    fn number(&mut self, field: u64, value: u64) {
        self.varint(field << 3);
        self.varint(value);
    }

    fn bytes(&mut self, field: u64, bytes: &[u8]) {
        self.varint(field << 3 | 2);
        self.varint(bytes.len() as u64);
        self.0.extend_from_slice(bytes);
    }

    fn numbers(&mut self, field: u64, values: &[u32]) {
        let mut packed = Self::default();
        for value in values {
            packed.varint(u64::from(*value));
        }
        self.bytes(field, &packed.0);
    }

    /// Adds a layer to a tile.
    pub(super) fn layer(&mut self, layer: &LayerOut) {
        self.bytes(3, &layer.bytes().0);
    }
}

/// What a geometry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Point = 1,
    Line = 2,
    Area = 3,
}

/// A geometry as commands of the specification (4.3).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Commands {
    words: Vec<u32>,
    at: At,
}

impl Commands {
    fn step(&mut self, to: At) {
        for (to, at) in to.into_iter().zip(self.at) {
            let by = to - at;
            self.words.push((by << 1 ^ by >> 31).cast_unsigned());
        }
        self.at = to;
    }

    fn command(&mut self, id: u32, count: usize) {
        self.words.push(id | u32::try_from(count).unwrap_or(u32::MAX >> 3) << 3);
    }

    /// A point.
    pub(super) fn point(&mut self, at: At) {
        self.command(1, 1);
        self.step(at);
    }

    /// A line; with `close` a ring without its repeated last point.
    pub(super) fn path(&mut self, points: &[At], close: bool) {
        let Some((first, rest)) = points.split_first() else { return };
        self.point(*first);
        self.command(2, rest.len());
        for at in rest {
            self.step(*at);
        }
        if close {
            self.command(7, 1);
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.words.is_empty()
    }
}

/// A layer that is being written.
#[derive(Debug)]
pub(super) struct LayerOut {
    name: &'static str,
    features: Vec<Bytes>,
    keys: Vec<&'static str>,
    values: Vec<String>,
    known: HashMap<String, u32>,
}

impl LayerOut {
    pub(super) fn new(name: &'static str) -> Self {
        Self { name, features: Vec::new(), keys: Vec::new(), values: Vec::new(), known: HashMap::new() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.features.is_empty()
    }

    /// Adds a feature with its tags.
    pub(super) fn add(&mut self, shape: Shape, commands: &Commands, tags: &[(&'static str, &str)]) {
        let mut numbers = Vec::with_capacity(tags.len() * 2);
        for (key, value) in tags {
            let at = self.keys.iter().position(|known| known == key).unwrap_or_else(|| {
                self.keys.push(key);
                self.keys.len() - 1
            });
            numbers.push(u32::try_from(at).unwrap_or(u32::MAX));
            let next = u32::try_from(self.values.len()).unwrap_or(u32::MAX);
            let number = *self.known.entry((*value).to_owned()).or_insert_with(|| {
                self.values.push((*value).to_owned());
                next
            });
            numbers.push(number);
        }
        let mut feature = Bytes::default();
        feature.numbers(2, &numbers);
        feature.number(3, shape as u64);
        feature.numbers(4, &commands.words);
        self.features.push(feature);
    }

    fn bytes(&self) -> Bytes {
        let mut out = Bytes::default();
        out.bytes(1, self.name.as_bytes());
        for feature in &self.features {
            out.bytes(2, &feature.0);
        }
        for key in &self.keys {
            out.bytes(3, key.as_bytes());
        }
        for value in &self.values {
            let mut text = Bytes::default();
            text.bytes(1, value.as_bytes());
            out.bytes(4, &text.0);
        }
        out.number(5, u64::from(EXTENT.unsigned_abs()));
        out.number(15, 2);
        out
    }
}
