//! Point → place over three layers of polygons: `PlaceIndex` against an R*-tree of envelopes
//! (rstar) with geo's exact test, one thread each, the same answers.

use geo::{Coord, Intersects, LineString, MultiPolygon, Point, Polygon};
use luyuan_analysis::{
    locate::PlaceIndex,
    made::{self, Listed, MadeKind},
};
use luyuan_benches::{Chance, best_of_three, ratio};
use luyuan_domain::geo::Wgs84;
use rstar::{AABB, PointDistance, RTree, RTreeObject};

type Shapes = Vec<(u32, u8, MultiPolygon)>;

const POINTS: usize = 400_000;

/// A polygon in the tree of the peer.
struct Leaf {
    key: u32,
    layer: u8,
    shape: MultiPolygon,
    envelope: AABB<[f64; 2]>,
}

impl RTreeObject for Leaf {
    type Envelope = AABB<[f64; 2]>;
    fn envelope(&self) -> Self::Envelope {
        self.envelope
    }
}

impl PointDistance for Leaf {
    fn distance_2(&self, point: &[f64; 2]) -> f64 {
        let Wgs84 { lon, lat } = Wgs84 { lon: point[0], lat: point[1] };
        if self.shape.intersects(&Point::new(lon, lat)) { 0.0 } else { f64::INFINITY }
    }
    fn contains_point(&self, point: &[f64; 2]) -> bool {
        self.shape.intersects(&Point::new(point[0], point[1]))
    }
}

fn main() {
    let district = erqi();
    run("the made district", &district, [113.498, 34.601, 113.671, 34.768]);
    for side in [3, 10] {
        run("made country", &country(side), [0.0, 0.0, 1.0, 1.0]);
    }
}

fn run(what: &str, shapes: &Shapes, [west, south, east, north]: [f64; 4]) {
    let start = std::time::Instant::now();
    let (index, rejected) = PlaceIndex::build(shapes.clone());
    let built = start.elapsed();
    assert!(rejected.is_empty(), "{rejected:?}");
    let tree = RTree::bulk_load(
        shapes
            .iter()
            .map(|(key, layer, shape)| {
                let corners = shape.iter().flat_map(|part| part.exterior().0.iter().map(|at| [at.x, at.y]));
                let corners: Vec<[f64; 2]> = corners.collect();
                Leaf { key: *key, layer: *layer, shape: shape.clone(), envelope: AABB::from_points(&corners) }
            })
            .collect(),
    );
    let mut chance = Chance(1);
    let points: Vec<Wgs84> =
        (0..POINTS).map(|_| Wgs84 { lon: chance.between(west, east), lat: chance.between(south, north) }).collect();
    let (ours, time) = best_of_three(|| points.iter().map(|at| index.at(*at)).collect::<Vec<_>>());
    let peer = |at: &Wgs84| {
        let mut found = [None::<u32>; 3];
        for leaf in tree.locate_all_at_point(&[at.lon, at.lat]) {
            let own = &mut found[usize::from(leaf.layer)];
            *own = Some(own.map_or(leaf.key, |before| before.min(leaf.key)));
        }
        found
    };
    let (theirs, peer_time) = best_of_three(|| points.iter().map(peer).collect::<Vec<_>>());
    let same = ours.iter().zip(&theirs).all(|(ours, theirs)| ours[..3] == theirs[..]);
    assert!(same, "the answers differ");
    let corners: usize = shapes.iter().flat_map(|(.., shape)| shape.iter()).map(|part| part.exterior().0.len()).sum();
    let (rate, peer_rate) = (POINTS as f64 / time, POINTS as f64 / peer_time);
    println!(
        "{what}: {} polygons, {corners} corners, built in {:.0} ms, {:.1} MB; {:.2} million points/s, rstar + geo {:.3}",
        shapes.len(),
        built.as_secs_f64() * 1e3,
        index.bytes() as f64 / 1e6,
        rate / 1e6,
        peer_rate / 1e6,
    );
    let size = format!("{} polygons", shapes.len());
    ratio(
        "point to place, 3 layers",
        &size,
        &format!("{:.2} M/s", rate / 1e6),
        &format!("{:.3} M/s", peer_rate / 1e6),
        rate / peer_rate,
        "5, and 2 M/s",
    );
}

/// The made district: boundary, streets, communities.
fn erqi() -> Shapes {
    let text = include_str!("../../../data/erqi/places/boundary_wgs84.geojson");
    let json: serde_json::Value = serde_json::from_str(text).expect("the boundary");
    let ring: Vec<[f64; 2]> =
        serde_json::from_value(json["features"][0]["geometry"]["coordinates"][0].clone()).expect("a ring");
    let boundary = Polygon::new(ring.into_iter().map(|[x, y]| Coord { x, y }).collect(), vec![]);
    let listed = |text: &str| -> Vec<Listed> {
        let rows = text.lines().skip(1).map(|line| line.split(',').collect::<Vec<_>>());
        rows.map(|row| Listed { code: row[0].into(), name: row[1].into() }).collect()
    };
    let streets = listed(include_str!("../../../data/erqi/places/erqi_streets.csv"));
    let communities = listed(include_str!("../../../data/erqi/places/erqi_villages.csv"));
    let places = made::district(&boundary, &streets, &communities, made::ERQI, 410_103);
    let layered = places.into_iter().filter_map(|place| match place.kind {
        MadeKind::Street => Some((1, place.area)),
        MadeKind::Community => Some((2, place.area)),
        _ => None,
    });
    let whole = std::iter::once((0, MultiPolygon(vec![boundary])));
    (0..).zip(whole.chain(layered)).map(|(key, (layer, area))| (key, layer, area)).collect()
}

/// A square of nested regions with ragged borders that neighbours share: `side`², then 16 and 256
/// times as many.
fn country(side: u32) -> Shapes {
    let mut shapes = Vec::new();
    for (layer, count) in [(0, side), (1, side * 4), (2, side * 16)] {
        for number in 0..count * count {
            let (column, row) = (number % count, number / count);
            let corner = |x: u32, y: u32| (f64::from(x) / f64::from(count), f64::from(y) / f64::from(count));
            let round = [(0, 0), (1, 0), (1, 1), (0, 1), (0, 0)].map(|(x, y)| corner(column + x, row + y));
            let ring: LineString = round.windows(2).flat_map(|pair| ragged(pair[0], pair[1], 24)).collect();
            let key = u32::try_from(shapes.len()).unwrap_or(u32::MAX);
            shapes.push((key, layer, Polygon::new(ring, vec![]).into()));
        }
    }
    shapes
}

/// A border between two corners, the same from either side; without its last point.
fn ragged(from: (f64, f64), to: (f64, f64), steps: u32) -> Vec<Coord> {
    let forward = from < to;
    let (a, b) = if forward { (from, to) } else { (to, from) };
    let seed =
        a.0.to_bits() ^ a.1.to_bits().rotate_left(17) ^ b.0.to_bits().rotate_left(31) ^ b.1.to_bits().rotate_left(47);
    let mut chance = Chance(seed);
    let length = (b.0 - a.0).abs() + (b.1 - a.1).abs();
    let edge = |value: f64| value <= 0.0 || value >= 1.0;
    let along_edge = (edge(a.0) && a.0 == b.0) || (edge(a.1) && a.1 == b.1);
    let mut line: Vec<Coord> = (0..=steps)
        .map(|step| {
            let share = f64::from(step) / f64::from(steps);
            // None at the corners, where another border begins.
            let most = if along_edge { 0.0 } else { 0.24 * share * (1.0 - share) * length };
            let off = chance.between(-1.0, 1.0) * most;
            Coord {
                x: a.0 + (b.0 - a.0) * share + if a.0 == b.0 { off } else { 0.0 },
                y: a.1 + (b.1 - a.1) * share + if a.1 == b.1 { off } else { 0.0 },
            }
        })
        .collect();
    if !forward {
        line.reverse();
    }
    line.pop();
    line
}
