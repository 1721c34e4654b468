//! From an extract to the base map: three times through the file, as for the walkers' city, keeping
//! only what is drawn.

mod meaning;

use super::{
    ATTRIBUTION, Cut, OsmError, Progress, Sea,
    blocks::{Blocks, Kind as Block},
    coast::{self, Frame},
    rings,
};
use crate::tiles::{Base, Feature, Part, World};
use geo::BoundingRect;
use meaning::{Told, told};
use osmpbf::{PrimitiveBlock, RelMemberType};
use std::{
    collections::HashMap,
    io::{self, Read},
};

/// How far beyond the part that is wanted the map is drawn, in degrees: some five hundred metres.
const AROUND: f64 = 0.005;

/// Reads an extract for its base map. `open` opens the file anew each time; `tell` hears of progress.
/// Things of which a part lies in the box around what is wanted are kept whole; the sea is filled in
/// that box, or it is told why not.
///
/// # Errors
/// As [`super::read`], but for a file in which nothing carries walking.
pub fn base<R: Read + Send>(
    open: impl Fn() -> io::Result<R>,
    cut: &Cut,
    tell: impl FnMut(Progress),
) -> Result<(Base, Sea), OsmError> {
    let (features, sea) = features(open, cut, tell)?;
    Ok((Base::new(ATTRIBUTION.to_owned(), features), sea))
}

/// What is drawn.
pub(super) fn features<R: Read + Send>(
    open: impl Fn() -> io::Result<R>,
    cut: &Cut,
    mut tell: impl FnMut(Progress),
) -> Result<(Vec<Feature>, Sea), OsmError> {
    let mut blocks = Blocks::default();
    let mut hear = |pass: u8, bytes: u64| tell(Progress { bytes, pass });
    let mut kept = Kept::default();
    let size = blocks.each(open()?, Block::Relation, |bytes| hear(1, bytes), |block| kept.relations(block))?;
    kept.members.sort_unstable();
    kept.members.dedup();
    blocks.each(open()?, Block::Way, |bytes| hear(2, size + bytes), |block| kept.ways(block))?;
    let mut spots = Spots::of(&kept);
    let mut points = Vec::new();
    let read = |block: &PrimitiveBlock| spots.take(block, &mut points);
    blocks.each(open()?, Block::Node, |bytes| hear(3, size * 2 + bytes), read)?;
    let view = View::of(cut);
    let coast = std::mem::take(&mut kept.coast);
    let (water, sea) = match view.frame(blocks.bbox, spots.extent) {
        Some(frame) if !coast.is_empty() => coast::sea(coast, |node| spots.at(node), frame),
        _ => (Vec::new(), Sea::None),
    };
    let mut features = kept.drawn(&spots);
    features.extend(points);
    features.extend(water);
    features.retain(|feature| view.touches(feature));
    Ok((features, sea))
}

/// A relation: what it is, and the ways of its outer and inner rings.
struct Relation {
    told: Told,
    outer: Vec<i64>,
    inner: Vec<i64>,
}

/// What is drawn, by the numbers of its nodes.
#[derive(Default)]
struct Kept {
    relations: Vec<Relation>,
    /// Their ways, sorted.
    members: Vec<i64>,
    rings: HashMap<i64, Vec<i64>>,
    ways: Vec<(Told, Vec<i64>)>,
    /// Coastlines, whatever else they are.
    coast: Vec<Vec<i64>>,
}

impl Kept {
    fn relations(&mut self, block: &PrimitiveBlock) {
        for relation in block.groups().flat_map(|group| group.relations()) {
            if !relation.tags().any(|tag| tag == ("type", "multipolygon")) {
                continue;
            }
            let Some(told) = told(relation.tags(), true).filter(|told| told.kind.is_area()) else { continue };
            let (mut outer, mut inner) = (Vec::new(), Vec::new());
            for member in relation.members().filter(|member| member.member_type == RelMemberType::Way) {
                let inside = matches!(member.role(), Ok("inner"));
                if inside { &mut inner } else { &mut outer }.push(member.member_id);
            }
            self.members.extend(outer.iter().chain(&inner));
            self.relations.push(Relation { told, outer, inner });
        }
    }

    fn ways(&mut self, block: &PrimitiveBlock) {
        for way in block.groups().flat_map(|group| group.ways()) {
            let refs: Vec<i64> = way.refs().collect();
            if self.members.binary_search(&way.id()).is_ok() {
                self.rings.insert(way.id(), refs.clone());
            }
            if way.tags().any(|tag| tag == ("natural", "coastline")) {
                self.coast.push(refs.clone());
            }
            let closed = refs.len() > 3 && refs.first() == refs.last();
            if let Some(told) = told(way.tags(), closed) {
                self.ways.push((told, refs));
            }
        }
    }

    fn drawn(self, spots: &Spots) -> Vec<Feature> {
        let mut drawn = Vec::new();
        for (told, refs) in self.ways {
            let part = Part { points: spots.line(&refs), hole: false };
            if part.points.len() > 1 {
                drawn.push(Feature { kind: told.kind, names: told.names, parts: vec![part] });
            }
        }
        for relation in self.relations {
            let joined = |members: &[i64]| {
                rings::join(members.iter().filter_map(|way| self.rings.get(way)).cloned().collect()).0
            };
            let ring = |hole: bool| move |refs: &Vec<i64>| Part { points: spots.line(refs), hole };
            let outer: Vec<Part> = joined(&relation.outer).iter().map(ring(false)).collect();
            let inner: Vec<Part> = joined(&relation.inner).iter().map(ring(true)).collect();
            let mut parts = Vec::with_capacity(outer.len() + inner.len());
            let around: Vec<usize> = inner.iter().map(|hole| holder(&outer, hole)).collect();
            for (number, ring) in outer.into_iter().enumerate() {
                parts.push(ring);
                let own = inner.iter().zip(&around).filter(|(_, around)| **around == number);
                parts.extend(own.map(|(hole, _)| hole.clone()));
            }
            parts.retain(|part| part.points.len() > 3);
            if parts.iter().any(|part| !part.hole) {
                drawn.push(Feature { kind: relation.told.kind, names: relation.told.names, parts });
            }
        }
        drawn
    }
}

/// Which of the rings a hole lies in; none keeps it out.
fn holder(outer: &[Part], hole: &Part) -> usize {
    let holds = |ring: &&Part| hole.points.iter().any(|at| inside(&ring.points, *at));
    outer.iter().position(|ring| holds(&ring)).unwrap_or(usize::MAX)
}

fn inside(ring: &[World], at: World) -> bool {
    ring.windows(2).fold(false, |inside, pair| {
        let [(ax, ay), (bx, by), (x, y)] = [pair[0], pair[1], at].map(|at| (f64::from(at.x), f64::from(at.y)));
        let crosses = (ay > y) != (by > y) && x < (bx - ax) * (y - ay) / (by - ay) + ax;
        inside != crosses
    })
}

/// Where the nodes lie: sorted by number.
struct Spots {
    ids: Vec<i64>,
    spots: Vec<Option<World>>,
    /// West, south, east and north of all nodes of the file, in degrees.
    extent: [f64; 4],
}

impl Spots {
    fn of(kept: &Kept) -> Self {
        let lists = kept.ways.iter().map(|(_, refs)| refs).chain(kept.rings.values()).chain(&kept.coast);
        let mut ids: Vec<i64> = lists.flatten().copied().collect();
        ids.sort_unstable();
        ids.dedup();
        let extent = [f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY];
        Self { spots: vec![None; ids.len()], ids, extent }
    }

    fn take(&mut self, block: &PrimitiveBlock, points: &mut Vec<Feature>) {
        for group in block.groups() {
            for node in group.dense_nodes() {
                let at = || World::of(node.lon(), node.lat());
                self.grow(node.lon(), node.lat());
                self.put(node.id(), at);
                points.extend(point(node.tags(), at));
            }
            for node in group.nodes() {
                let at = || World::of(node.lon(), node.lat());
                self.grow(node.lon(), node.lat());
                self.put(node.id(), at);
                points.extend(point(node.tags(), at));
            }
        }
    }

    fn put(&mut self, id: i64, at: impl FnOnce() -> World) {
        if let Ok(number) = self.ids.binary_search(&id) {
            self.spots[number] = Some(at());
        }
    }

    fn grow(&mut self, lon: f64, lat: f64) {
        let [west, south, east, north] = self.extent;
        self.extent = [west.min(lon), south.min(lat), east.max(lon), north.max(lat)];
    }

    /// Where a node lies, if the file holds it.
    fn at(&self, id: i64) -> Option<World> {
        self.ids.binary_search(&id).ok().and_then(|number| self.spots[number])
    }

    /// The points of a way that the file holds.
    fn line(&self, refs: &[i64]) -> Vec<World> {
        refs.iter().filter_map(|id| self.at(*id)).collect()
    }
}

fn point<'t>(tags: impl Iterator<Item = (&'t str, &'t str)> + Clone, at: impl FnOnce() -> World) -> Option<Feature> {
    let kind = meaning::point(tags.clone())?;
    let names = meaning::names(tags);
    (!names.is_empty()).then(|| Feature::point(kind, names, at()))
}

/// The box that is drawn: north-west and south-east corner.
struct View(Option<(World, World)>);

impl View {
    fn of(cut: &Cut) -> Self {
        let corners = match cut {
            Cut::Whole => None,
            Cut::Box(low, high) => {
                let (low, high) = (low.position(), high.position());
                Some(((low.lon, low.lat), (high.lon, high.lat)))
            }
            Cut::Area(area) => area.bounding_rect().map(|rect| (rect.min().x_y(), rect.max().x_y())),
        };
        Self(corners.map(|((west, south), (east, north))| {
            (World::of(west - AROUND, north + AROUND), World::of(east + AROUND, south - AROUND))
        }))
    }

    /// The box in which the sea is filled: what is drawn of what the file holds. The file's own box
    /// counts when it tells one that fits its nodes; some name half the world.
    fn frame(&self, told: Option<[f64; 4]>, nodes: [f64; 4]) -> Option<Frame> {
        let size = |[west, south, east, north]: [f64; 4]| (east - west, north - south);
        let (wide, tall) = size(nodes);
        let fits = |told: &[f64; 4]| {
            let (width, height) = size(*told);
            width > 0.0 && height > 0.0 && width <= 3.0 * wide && height <= 3.0 * tall
        };
        let [west, south, east, north] = told.filter(fits).unwrap_or(nodes);
        if !(west < east && south < north) {
            return None;
        }
        let (mut low, mut high) = (World::of(west, north), World::of(east, south));
        if let Some((from, to)) = self.0 {
            low = World { x: low.x.max(from.x), y: low.y.max(from.y) };
            high = World { x: high.x.min(to.x), y: high.y.min(to.y) };
        }
        (low.x < high.x && low.y < high.y).then_some(Frame { low, high })
    }

    fn touches(&self, feature: &Feature) -> bool {
        let Some((low, high)) = self.0 else { return true };
        let (mut least, mut most) = (World { x: u32::MAX, y: u32::MAX }, World { x: 0, y: 0 });
        for at in feature.parts.iter().flat_map(|part| &part.points) {
            least = World { x: least.x.min(at.x), y: least.y.min(at.y) };
            most = World { x: most.x.max(at.x), y: most.y.max(at.y) };
        }
        least.x <= high.x && most.x >= low.x && least.y <= high.y && most.y >= low.y
    }
}
