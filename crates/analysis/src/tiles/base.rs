//! The base map in memory, and how a tile is cut from it.

use super::{
    BUFFER, EXTENT, Feature, Kind, Layer, Names, Part, World, ZOOMS,
    clip::{self, At},
    join::join,
    levels::levels,
    mvt::{Bytes, Commands, LayerOut, Shape},
};
use crate::made::centre;
use geo::{Coord, LineString, MultiPolygon, Polygon};
use std::{collections::HashMap, ops::Range};

/// The least area that is drawn, in square pixels.
const LEAST: f64 = 12.0;
/// The least area whose name is drawn.
const NAMED: f64 = 900.0;

/// A base map, ready for cutting. Features are sorted by the zoom from which on they are drawn, so
/// that a look through the first of them finds all that a tile may need.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Base {
    /// Whom every map that shows it names.
    pub attribution: String,
    pub(super) names: Vec<Names>,
    pub(super) rows: Vec<Row>,
    /// Of each row: west, north, east, south.
    boxes: Vec<[u32; 4]>,
    pub(super) parts: Vec<PartRow>,
    pub(super) points: Vec<World>,
    /// Of each point: from which zoom on it is drawn.
    levels: Vec<u8>,
}

/// A feature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) kind: Kind,
    pub(super) zoom: u8,
    pub(super) name: u32,
    /// Of the parts.
    pub(super) parts: Range<u32>,
}

/// A part of a feature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PartRow {
    pub(super) points: Range<u32>,
    pub(super) hole: bool,
}

fn small(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

fn within(range: &Range<u32>) -> Range<usize> {
    range.start as usize..range.end as usize
}

impl Base {
    /// A base of features. Lines are joined, names of areas get a point of their own, what is too
    /// small waits for a nearer zoom.
    pub fn new(attribution: String, features: Vec<Feature>) -> Self {
        let mut features = join(features);
        let labels: Vec<(u8, Feature)> = features.iter().filter_map(label).collect();
        let mut zoomed: Vec<(u8, Feature)> = features.drain(..).map(|feature| (zoom(&feature), feature)).collect();
        zoomed.extend(labels);
        Self::of(attribution, zoomed)
    }

    /// A base of what [`Base::new`] made of features.
    pub(super) fn of(attribution: String, mut features: Vec<(u8, Feature)>) -> Self {
        features.sort_by_key(|(zoom, feature)| (*zoom, feature.kind));
        let mut known: HashMap<Names, u32> = HashMap::new();
        let mut base = Self { attribution, ..Self::default() };
        for (zoom, feature) in features {
            let mut bounds = [u32::MAX, u32::MAX, 0, 0];
            let first = small(base.parts.len());
            for Part { points, hole } in &feature.parts {
                let start = small(base.points.len());
                for World { x, y } in points {
                    bounds = [bounds[0].min(*x), bounds[1].min(*y), bounds[2].max(*x), bounds[3].max(*y)];
                }
                base.points.extend(points);
                base.levels.extend(levels(points, feature.kind.is_area()));
                base.parts.push(PartRow { points: start..small(base.points.len()), hole: *hole });
            }
            let next = small(base.names.len());
            let name = *known.entry(feature.names).or_insert_with_key(|names| {
                base.names.push(names.clone());
                next
            });
            base.rows.push(Row { kind: feature.kind, zoom, name, parts: first..small(base.parts.len()) });
            base.boxes.push(bounds);
        }
        base
    }

    /// Whether there is nothing to draw.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// How many features it has.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// West, south, east and north of all of it, in degrees; none of an empty one.
    pub fn bounds(&self) -> Option<[f64; 4]> {
        let all = self
            .boxes
            .iter()
            .copied()
            .reduce(|a, b| [a[0].min(b[0]), a[1].min(b[1]), a[2].max(b[2]), a[3].max(b[3])])?;
        let (west, north) = World { x: all[0], y: all[1] }.degrees();
        let (east, south) = World { x: all[2], y: all[3] }.degrees();
        Some([west, south, east, north])
    }

    /// The bytes of a tile; none where nothing is drawn, and for tiles that do not exist.
    pub fn tile(&self, zoom: u8, x: u32, y: u32) -> Option<Vec<u8>> {
        if !ZOOMS.contains(&zoom) || x >> zoom != 0 || y >> zoom != 0 {
            return None;
        }
        let frame = Frame { zoom, corner: [i64::from(x) * i64::from(EXTENT), i64::from(y) * i64::from(EXTENT)] };
        let (low, high) = frame.reach();
        let drawn = self.rows.partition_point(|row| row.zoom <= zoom);
        let mut out: Vec<(Layer, LayerOut)> =
            Layer::ALL.iter().map(|layer| (*layer, LayerOut::new(layer.code()))).collect();
        // What is alike stands in one feature: fewer bytes, and the same picture.
        let mut alike: HashMap<(Kind, u32), usize> = HashMap::new();
        let mut shapes: Vec<(Kind, u32, Commands)> = Vec::new();
        for (row, bounds) in self.rows[..drawn].iter().zip(&self.boxes[..drawn]) {
            let [west, north, east, south] = bounds.map(i64::from);
            if east < low[0] || west > high[0] || south < low[1] || north > high[1] {
                continue;
            }
            let name = if zoom >= row.kind.label_zoom() && !row.kind.is_area() { row.name } else { u32::MAX };
            let new = shapes.len();
            let number = *alike.entry((row.kind, name)).or_insert(new);
            if number == new {
                shapes.push((row.kind, name, Commands::default()));
            }
            self.draw(row, &frame, &mut shapes[number].2);
        }
        for (kind, name, commands) in shapes.iter().filter(|(.., commands)| !commands.is_empty()) {
            let mut tags = vec![("kind", kind.code())];
            if let Some(names) = self.names.get(*name as usize) {
                let all = [("name", &names.own), ("name_zh", &names.zh), ("name_en", &names.en)];
                tags.extend(
                    all.into_iter().filter(|(_, text)| !text.is_empty()).map(|(key, text)| (key, text.as_str())),
                );
            }
            let shape = match () {
                () if kind.is_area() => Shape::Area,
                () if kind.is_line() => Shape::Line,
                () => Shape::Point,
            };
            if let Some((_, layer)) = out.iter_mut().find(|(layer, _)| *layer == kind.layer()) {
                layer.add(shape, commands, &tags);
            }
        }
        let mut bytes = Bytes::default();
        for (_, layer) in out.iter().filter(|(_, layer)| !layer.is_empty()) {
            bytes.layer(layer);
        }
        (!bytes.0.is_empty()).then_some(bytes.0)
    }

    fn draw(&self, row: &Row, frame: &Frame, commands: &mut Commands) {
        let mut outer = false;
        for part in &self.parts[within(&row.parts)] {
            let range = within(&part.points);
            let drawn = self.points[range.clone()].iter().zip(&self.levels[range]);
            let points: Vec<At> =
                drawn.filter(|(_, level)| **level <= frame.zoom).map(|(at, _)| frame.at(*at)).collect();
            match () {
                () if row.kind.is_line() => {
                    for piece in clip::line(&points) {
                        commands.path(&piece, false);
                    }
                }
                () if row.kind.is_area() => {
                    let ring = if part.hole && !outer { None } else { clip::ring(&points) };
                    outer = if part.hole { outer } else { ring.is_some() };
                    let Some(mut ring) = ring else { continue };
                    if (clip::area(&ring) > 0) == part.hole {
                        ring.reverse();
                    }
                    commands.path(&ring, true);
                }
                // Only in the tile in which it lies, so that it is drawn once.
                () => {
                    let own = |at: &At| at.iter().all(|value| (0..EXTENT).contains(value));
                    for at in points.into_iter().filter(own) {
                        commands.point(at);
                    }
                }
            }
        }
    }
}

/// A tile's place in the world, in its own units.
struct Frame {
    zoom: u8,
    corner: [i64; 2],
}

impl Frame {
    fn shift(&self) -> u8 {
        20 - self.zoom
    }

    /// The corners of the tile with its buffer, in the world's units.
    fn reach(&self) -> ([i64; 2], [i64; 2]) {
        let low = self.corner.map(|corner| (corner - i64::from(BUFFER)) << self.shift());
        let high = self.corner.map(|corner| (corner + i64::from(EXTENT + BUFFER)) << self.shift());
        (low, high)
    }

    /// Rounded on the whole world's grid, so that neighbours round alike.
    #[allow(clippy::cast_possible_truncation)] // held within what fits
    fn at(&self, World { x, y }: World) -> At {
        let half = 1i64 << (self.shift() - 1);
        let on = |value: u32, corner: i64| {
            let unit = (i64::from(value) + half) >> self.shift();
            (unit - corner).clamp(i64::from(i32::MIN / 4), i64::from(i32::MAX / 4)) as i32
        };
        [on(x, self.corner[0]), on(y, self.corner[1])]
    }
}

/// Square pixels of an area at zoom 0; tiles are 512 pixels wide.
fn pixels(feature: &Feature) -> f64 {
    let unit = f64::from(1u32 << 23);
    let rings = feature.parts.iter().map(|part| {
        let origin = part.points.first().copied().unwrap_or(World { x: 0, y: 0 });
        let flat: Vec<[f64; 2]> = part
            .points
            .iter()
            .map(|at| [(f64::from(at.x) - f64::from(origin.x)) / unit, (f64::from(at.y) - f64::from(origin.y)) / unit])
            .collect();
        let twice: f64 = flat.windows(2).map(|pair| pair[0][0] * pair[1][1] - pair[1][0] * pair[0][1]).sum();
        if part.hole { -(twice / 2.0).abs() } else { (twice / 2.0).abs() }
    });
    rings.sum()
}

/// The first zoom at which an area has so many square pixels.
fn large(pixels: f64, least: f64) -> u8 {
    let grown = |zoom: u8| pixels * 4f64.powi(i32::from(zoom));
    ZOOMS.clone().find(|zoom| grown(*zoom) >= least).unwrap_or(*ZOOMS.end())
}

fn zoom(feature: &Feature) -> u8 {
    let zoom = feature.kind.zoom();
    if feature.kind.is_area() { zoom.max(large(pixels(feature), LEAST)) } else { zoom }
}

/// The point at which the name of an area stands.
fn label(feature: &Feature) -> Option<(u8, Feature)> {
    let kind = feature.kind.name_kind().filter(|_| !feature.names.is_empty())?;
    let rings = feature.parts.iter().filter(|part| !part.hole).map(|part| {
        let line: LineString = part.points.iter().map(|at| Coord { x: f64::from(at.x), y: f64::from(at.y) }).collect();
        Polygon::new(line, vec![])
    });
    let middle = centre(&MultiPolygon(rings.collect()))?;
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // within the area
    let at = World { x: middle.x as u32, y: middle.y as u32 };
    let zoom = feature.kind.label_zoom().max(large(pixels(feature), NAMED)).max(kind.zoom());
    Some((zoom.min(*ZOOMS.end()), Feature::point(kind, feature.names.clone(), at)))
}
