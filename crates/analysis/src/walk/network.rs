//! The walking network: nodes and edges in compressed rows, every length in whole centimetres.

use crate::rows::starts;
use luyuan_domain::geo::Wgs84;

/// Where something is, in ten-millionths of a degree WGS-84: the unit of OpenStreetMap, about a
/// centimetre.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Spot {
    /// Longitude × 10⁷.
    pub lon: i32,
    /// Latitude × 10⁷.
    pub lat: i32,
}

/// Ten-millionths in a degree.
const UNITS: f64 = 1.0e7;

impl Spot {
    /// The spot nearest to a position.
    #[allow(clippy::cast_possible_truncation)] // a position's 180 × 10⁷ fit into 32 bits
    pub fn of(at: Wgs84) -> Self {
        Self { lon: (at.lon * UNITS).round() as i32, lat: (at.lat * UNITS).round() as i32 }
    }

    /// The position.
    pub fn position(self) -> Wgs84 {
        Wgs84 { lon: f64::from(self.lon) / UNITS, lat: f64::from(self.lat) / UNITS }
    }

    /// Great-circle distance in centimetres, rounded to the nearest.
    pub fn cm_to(self, other: Self) -> u32 {
        centimetres(self.position().metres_to(other.position()))
    }
}

/// Whole centimetres in so many metres; never the mark for "not reached".
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // the cast saturates
pub fn centimetres(metres: f64) -> u32 {
    ((metres * 100.0).round().max(0.0) as u32).min(UNREACHED - 1)
}

/// In a list of distances: not reached within the bound.
pub const UNREACHED: u32 = u32::MAX;

/// What an edge is, for what is said of a way: only what matters to a walker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[repr(u8)]
pub enum EdgeKind {
    /// A path for walkers.
    #[default]
    Path,
    /// A road on which or beside which one walks.
    Street,
    /// Stairs.
    Stairs,
    /// Across a road.
    Crossing,
}

impl EdgeKind {
    /// Every kind, in the order of their numbers.
    pub const ALL: [Self; 4] = [Self::Path, Self::Street, Self::Stairs, Self::Crossing];

    /// Stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Path => "path",
            Self::Street => "street",
            Self::Stairs => "stairs",
            Self::Crossing => "crossing",
        }
    }
}

/// A straight edge between two nodes; both ways have the same length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edge {
    /// One node.
    pub a: u32,
    /// The other.
    pub b: u32,
    /// Length in centimetres.
    pub cm: u32,
    /// What it is.
    pub kind: EdgeKind,
}

/// One direction of an edge, as it stands in a node's row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arc {
    /// Where it leads.
    pub to: u32,
    /// Length in centimetres.
    pub cm: u32,
}

/// A walking network. Every bend of a way is a node, so that every edge is straight, a door or a
/// park's entrance lies exactly on one edge, and a path is drawn as it is walked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Network {
    spots: Vec<Spot>,
    /// Where each node's row begins; one more than nodes.
    rows: Vec<u32>,
    arcs: Vec<Arc>,
    kinds: Vec<EdgeKind>,
}

impl Default for Network {
    fn default() -> Self {
        Self::new(Vec::new(), Vec::new())
    }
}

impl Network {
    /// A network of these nodes and edges. Edges that name no node, loops, and all but the shortest
    /// of several edges between the same two nodes are left out: nobody walks them.
    pub fn new(spots: Vec<Spot>, mut edges: Vec<Edge>) -> Self {
        let count = u32::try_from(spots.len()).unwrap_or(u32::MAX);
        edges.retain(|edge| edge.a != edge.b && edge.a.max(edge.b) < count);
        let ends = edges.iter().flat_map(|edge| [edge.a as usize, edge.b as usize]);
        let mut rows = starts(spots.len(), ends);
        let mut next = rows.clone();
        let mut arcs = vec![Arc { to: 0, cm: 0 }; edges.len() * 2];
        let mut kinds = vec![EdgeKind::Path; edges.len() * 2];
        for edge in &edges {
            for (from, to) in [(edge.a, edge.b), (edge.b, edge.a)] {
                let slot = next[from as usize] as usize;
                next[from as usize] += 1;
                arcs[slot] = Arc { to, cm: edge.cm };
                kinds[slot] = edge.kind;
            }
        }
        drop(edges);
        // Each row by where it leads, the shortest first; what leads there a second time is left out.
        let (mut row, mut kept, mut from) = (Vec::new(), 0, 0);
        for node in 0..spots.len() {
            let to = rows[node + 1] as usize;
            row.clear();
            row.extend((from..to).map(|slot| (arcs[slot], kinds[slot])));
            row.sort_unstable_by_key(|(arc, kind)| (arc.to, arc.cm, *kind as u8));
            row.dedup_by_key(|(arc, _)| arc.to);
            for (arc, kind) in &row {
                (arcs[kept], kinds[kept]) = (*arc, *kind);
                kept += 1;
            }
            from = to;
            rows[node + 1] = u32::try_from(kept).unwrap_or(u32::MAX);
        }
        arcs.truncate(kept);
        kinds.truncate(kept);
        Self { spots, rows, arcs, kinds }
    }

    /// How many nodes.
    pub fn len(&self) -> usize {
        self.spots.len()
    }

    /// Whether there is no node at all.
    pub fn is_empty(&self) -> bool {
        self.spots.is_empty()
    }

    /// How many edges, each counted once.
    pub fn edge_count(&self) -> usize {
        self.arcs.len() / 2
    }

    /// Where the nodes are.
    pub fn spots(&self) -> &[Spot] {
        &self.spots
    }

    /// Where a node is.
    pub fn spot(&self, node: u32) -> Spot {
        self.spots[node as usize]
    }

    /// What leads away from a node.
    #[inline]
    pub fn arcs(&self, node: u32) -> &[Arc] {
        let node = node as usize;
        &self.arcs[self.rows[node] as usize..self.rows[node + 1] as usize]
    }

    /// Where each node's row of [`Network::all_arcs`] begins; one more than nodes.
    pub fn rows(&self) -> &[u32] {
        &self.rows
    }

    /// All arcs, row by row.
    pub fn all_arcs(&self) -> &[Arc] {
        &self.arcs
    }

    /// Every edge once, by its nodes.
    pub fn edges(&self) -> impl Iterator<Item = Edge> + '_ {
        self.edges_at().map(|(_, edge)| edge)
    }

    /// The same with the place of each among all arcs.
    pub(super) fn edges_at(&self) -> impl Iterator<Item = (u32, Edge)> + '_ {
        (0..).zip(self.rows.windows(2)).flat_map(move |(a, row)| {
            (row[0]..row[1]).map(move |slot| (slot, self.edge_at(a, slot))).filter(move |(_, edge)| a < edge.b)
        })
    }

    /// The edge of an arc that leads away from `node`.
    pub(super) fn edge_at(&self, node: u32, slot: u32) -> Edge {
        let slot = slot as usize;
        let Arc { to, cm } = self.arcs[slot];
        Edge { a: node, b: to, cm, kind: self.kinds[slot] }
    }

    /// The length of the edge between two nodes, in centimetres; none when there is no such edge.
    pub fn between(&self, a: u32, b: u32) -> Option<u32> {
        self.arcs(a).iter().find(|arc| arc.to == b).map(|arc| arc.cm)
    }

    /// Bytes that it takes in memory.
    pub fn bytes(&self) -> usize {
        self.spots.len() * size_of::<Spot>()
            + self.rows.len() * size_of::<u32>()
            + self.arcs.len() * (size_of::<Arc>() + size_of::<EdgeKind>())
    }
}
