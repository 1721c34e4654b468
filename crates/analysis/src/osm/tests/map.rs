//! A map drawn by hand, written as an extract: the few parts of the format that are needed, unpacked
//! (<https://wiki.openstreetmap.org/wiki/PBF_Format>).

use std::collections::HashMap;

/// Tags of a thing.
pub(super) type Tags<'t> = &'t [(&'t str, &'t str)];

/// Tags, as numbers of their strings.
type Pairs = Vec<(u64, u64)>;

/// Members of a relation: a way, and the number of its role.
type Members = Vec<(i64, u64)>;

/// Nodes, ways and relations; positions in metres from a point on the equator.
#[derive(Default)]
pub(super) struct Map {
    nodes: Vec<(i64, f64, f64, Pairs)>,
    ways: Vec<(i64, Vec<i64>, Pairs)>,
    relations: Vec<(i64, Members, Pairs)>,
    strings: Vec<String>,
    known: HashMap<String, u64>,
}

impl Map {
    pub(super) fn new() -> Self {
        Self { strings: vec![String::new()], ..Self::default() }
    }

    fn string(&mut self, text: &str) -> u64 {
        if let Some(known) = self.known.get(text) {
            return *known;
        }
        self.strings.push(text.to_owned());
        let number = self.strings.len() as u64 - 1;
        self.known.insert(text.to_owned(), number);
        number
    }

    fn tags(&mut self, tags: Tags<'_>) -> Vec<(u64, u64)> {
        tags.iter().map(|(key, value)| (self.string(key), self.string(value))).collect()
    }

    pub(super) fn node(&mut self, id: i64, x: f64, y: f64, tags: Tags<'_>) -> &mut Self {
        let tags = self.tags(tags);
        self.nodes.push((id, x, y, tags));
        self
    }

    pub(super) fn way(&mut self, id: i64, nodes: &[i64], tags: Tags<'_>) -> &mut Self {
        let tags = self.tags(tags);
        self.ways.push((id, nodes.to_vec(), tags));
        self
    }

    pub(super) fn relation(&mut self, id: i64, members: &[(i64, &str)], tags: Tags<'_>) -> &mut Self {
        let tags = self.tags(tags);
        let members = members.iter().map(|(way, role)| (*way, self.string(role))).collect();
        self.relations.push((id, members, tags));
        self
    }

    /// The bytes of the extract.
    pub(super) fn bytes(&self) -> Vec<u8> {
        let mut header = Vec::new();
        text(&mut header, 4, b"OsmSchema-V0.6");
        let mut block = Vec::new();
        let mut table = Vec::new();
        for string in &self.strings {
            text(&mut table, 1, string.as_bytes());
        }
        text(&mut block, 1, &table);
        for group in [self.node_group(), self.way_group(), self.relation_group()] {
            text(&mut block, 2, &group);
        }
        [blob("OSMHeader", &header), blob("OSMData", &block)].concat()
    }

    fn node_group(&self) -> Vec<u8> {
        let mut group = Vec::new();
        for (id, x, y, tags) in &self.nodes {
            let mut node = Vec::new();
            number(&mut node, 1, zigzag(*id));
            packed(&mut node, 2, tags.iter().map(|(key, _)| *key));
            packed(&mut node, 3, tags.iter().map(|(_, value)| *value));
            let units = |metres: f64| (metres / 111_195.079_734 * 1e7).round() as i64;
            number(&mut node, 8, zigzag(units(*y)));
            number(&mut node, 9, zigzag(units(*x)));
            text(&mut group, 1, &node);
        }
        group
    }

    fn way_group(&self) -> Vec<u8> {
        let mut group = Vec::new();
        for (id, nodes, tags) in &self.ways {
            let mut way = Vec::new();
            number(&mut way, 1, u64::try_from(*id).unwrap());
            packed(&mut way, 2, tags.iter().map(|(key, _)| *key));
            packed(&mut way, 3, tags.iter().map(|(_, value)| *value));
            packed(&mut way, 8, deltas(nodes.iter().copied()));
            text(&mut group, 3, &way);
        }
        group
    }

    fn relation_group(&self) -> Vec<u8> {
        let mut group = Vec::new();
        for (id, members, tags) in &self.relations {
            let mut relation = Vec::new();
            number(&mut relation, 1, u64::try_from(*id).unwrap());
            packed(&mut relation, 2, tags.iter().map(|(key, _)| *key));
            packed(&mut relation, 3, tags.iter().map(|(_, value)| *value));
            packed(&mut relation, 8, members.iter().map(|(_, role)| *role));
            packed(&mut relation, 9, deltas(members.iter().map(|(way, _)| *way)));
            // All of them are ways.
            packed(&mut relation, 10, members.iter().map(|_| 1));
            text(&mut group, 4, &relation);
        }
        group
    }
}

fn deltas(values: impl Iterator<Item = i64>) -> impl Iterator<Item = u64> {
    let mut last = 0;
    values.map(move |value| {
        let delta = value - last;
        last = value;
        zigzag(delta)
    })
}

fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)) as u64
}

fn varint(into: &mut Vec<u8>, mut value: u64) {
    while value > 0x7F {
        into.push((value & 0x7F) as u8 | 0x80);
        value >>= 7;
    }
    into.push(value as u8);
}

fn number(into: &mut Vec<u8>, field: u64, value: u64) {
    varint(into, field << 3);
    varint(into, value);
}

fn text(into: &mut Vec<u8>, field: u64, bytes: &[u8]) {
    varint(into, field << 3 | 2);
    varint(into, bytes.len() as u64);
    into.extend(bytes);
}

fn packed(into: &mut Vec<u8>, field: u64, values: impl Iterator<Item = u64>) {
    let mut bytes = Vec::new();
    values.for_each(|value| varint(&mut bytes, value));
    text(into, field, &bytes);
}

fn blob(kind: &str, content: &[u8]) -> Vec<u8> {
    let mut blob = Vec::new();
    text(&mut blob, 1, content);
    let mut header = Vec::new();
    text(&mut header, 1, kind.as_bytes());
    number(&mut header, 3, blob.len() as u64);
    let length = u32::try_from(header.len()).unwrap().to_be_bytes();
    [&length[..], &header, &blob].concat()
}
