//! The ways that are wanted, and the nodes that they name.

use super::{
    relations::Wanted,
    tags::{Tagged, Tags},
};
use crate::walk::{EdgeKind, Spot};
use luyuan_domain::ruleset::Meaning;
use osmpbf::PrimitiveBlock;
use std::collections::HashMap;

/// A way on which one walks.
#[derive(Debug)]
pub(super) struct Walked {
    pub(super) refs: Vec<i64>,
    pub(super) kind: EdgeKind,
}

/// A closed way that encloses something wanted.
#[derive(Debug)]
pub(super) struct Closed {
    pub(super) id: i64,
    pub(super) tagged: Tagged,
    pub(super) refs: Vec<i64>,
}

/// Everything that is kept of ways.
#[derive(Debug, Default)]
pub(super) struct Ways {
    pub(super) walked: Vec<Walked>,
    pub(super) closed: Vec<Closed>,
    /// Named roads, walked or not.
    pub(super) named: Vec<(String, Vec<i64>)>,
    /// Members of wanted relations.
    pub(super) members: HashMap<i64, Vec<i64>>,
}

impl Ways {
    pub(super) fn take(&mut self, block: &PrimitiveBlock, wanted: &Wanted, tags: &mut Tags<'_>) {
        for way in block.groups().flat_map(|group| group.ways()) {
            let tagged = tags.read(way.tags());
            let refs = || way.refs().collect::<Vec<i64>>();
            if wanted.names(way.id()) {
                self.members.insert(way.id(), refs());
            }
            let kind = carries(&tagged);
            if let Some(kind) = kind {
                self.walked.push(Walked { refs: refs(), kind });
            }
            if tagged.highway && !tagged.name.is_empty() {
                self.named.push((tagged.name.clone(), refs()));
            }
            if tagged.is_ground() || tagged.is_residential() || tagged.building {
                let refs = refs();
                if refs.len() > 3 && refs.first() == refs.last() {
                    self.closed.push(Closed { id: way.id(), tagged, refs });
                }
            }
        }
    }
}

/// What a way carries for walkers; nothing when it does not.
fn carries(tagged: &Tagged) -> Option<EdgeKind> {
    let has = |meaning| tagged.meanings.has(meaning);
    if has(Meaning::Refused) || (has(Meaning::Closed) && !has(Meaning::Allowed)) {
        return None;
    }
    // A crossing is told by the kind of footway, so that both tags are there.
    if has(Meaning::Crossing) && tagged.highway {
        return Some(EdgeKind::Crossing);
    }
    if has(Meaning::Stairs) {
        return Some(EdgeKind::Stairs);
    }
    if has(Meaning::Path) {
        return Some(EdgeKind::Path);
    }
    let along = match () {
        () if has(Meaning::Apart) => false,
        () if has(Meaning::Street) => true,
        () => has(Meaning::Main) && (has(Meaning::Beside) || has(Meaning::Allowed)),
    };
    along.then_some(EdgeKind::Street)
}

/// The nodes that the ways name: sorted by number, with positions once they were read.
#[derive(Debug)]
pub(super) struct Nodes {
    ids: Vec<i64>,
    spots: Vec<Option<Spot>>,
    /// What the tags of a few of them say.
    marks: HashMap<i64, Mark>,
}

/// What a node is to walkers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) stop: bool,
    pub(super) gate: bool,
    pub(super) door: bool,
    pub(super) main_door: bool,
}

impl Nodes {
    pub(super) fn of(ways: &Ways) -> Self {
        let lists = ways.walked.iter().map(|way| &way.refs);
        let lists = lists.chain(ways.closed.iter().map(|way| &way.refs));
        let lists = lists.chain(ways.named.iter().map(|(_, refs)| refs)).chain(ways.members.values());
        let mut ids: Vec<i64> = lists.flatten().copied().collect();
        ids.sort_unstable();
        ids.dedup();
        Self { spots: vec![None; ids.len()], ids, marks: HashMap::new() }
    }

    pub(super) fn take(&mut self, block: &PrimitiveBlock, tags: &mut Tags<'_>) {
        for group in block.groups() {
            // Both lists come sorted from every program; a cursor then saves most of the search.
            for node in group.dense_nodes() {
                let spot = Spot { lon: node.decimicro_lon(), lat: node.decimicro_lat() };
                self.put(node.id(), spot, || tags.read(node.tags()));
            }
            for node in group.nodes() {
                let spot = Spot { lon: node.decimicro_lon(), lat: node.decimicro_lat() };
                self.put(node.id(), spot, || tags.read(node.tags()));
            }
        }
    }

    fn put(&mut self, id: i64, spot: Spot, tagged: impl FnOnce() -> Tagged) {
        let Ok(at) = self.ids.binary_search(&id) else { return };
        self.spots[at] = Some(spot);
        let tagged = tagged();
        if tagged.meanings.is_empty() {
            return;
        }
        let mark = Mark {
            stop: tagged.is_stop(),
            gate: tagged.is_gate(),
            door: tagged.meanings.has(Meaning::Door),
            main_door: tagged.meanings.has(Meaning::MainDoor),
        };
        if mark != Mark::default() {
            self.marks.insert(id, mark);
        }
    }

    /// A node's place in the list.
    pub(super) fn number(&self, id: i64) -> Option<usize> {
        self.ids.binary_search(&id).ok()
    }

    pub(super) fn len(&self) -> usize {
        self.ids.len()
    }

    pub(super) fn spot_of(&self, number: usize) -> Option<Spot> {
        self.spots.get(number).copied().flatten()
    }

    pub(super) fn spot(&self, id: i64) -> Option<Spot> {
        self.number(id).and_then(|number| self.spot_of(number))
    }

    pub(super) fn mark(&self, id: i64) -> Mark {
        self.marks.get(&id).copied().unwrap_or_default()
    }

    pub(super) fn missing(&self) -> usize {
        self.spots.iter().filter(|spot| spot.is_none()).count()
    }
}
