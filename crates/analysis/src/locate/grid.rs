//! One layer on its grid.

use super::{
    find::{Edge, holds},
    rings::{edges_of, rings},
};
use crate::rows::starts;
use geo::{BoundingRect, LineString, MultiPolygon, Polygon, Rect};
use std::{collections::HashMap, ops::RangeInclusive};

/// Marks a cell code that points to a list of polygons to try.
pub(super) const MIXED: u32 = 1 << 31;
/// Cells for each edge: more make more cells that no border crosses, and need more memory.
const CELLS_PER_EDGE: usize = 12;
const CELLS: RangeInclusive<usize> = 1 << 8..=1 << 23;
/// However much polygons overlap and however long their edges are, at most so many entries of
/// polygons in cells, and so many of each edge in rows: a wrong import must not fill the memory.
const ENTRIES: f64 = 1.6e7;
const ROWS_PER_EDGE: f64 = 24.0;
/// How far a border is taken to reach beyond where arithmetic puts it, in degrees and as a part of
/// a cell: far more than rounding can do. A cell too many in a list costs time, never truth.
const MARGIN: f64 = 1.0e-12;
const MARGIN_OF_CELL: f64 = 1.0e-6;

/// Equal steps along one axis.
#[derive(Debug, Clone)]
pub(super) struct Steps {
    start: f64,
    inverse: f64,
    limit: f64,
    /// Width of a cell in degrees.
    pub(super) size: f64,
    /// How many cells.
    pub(super) count: usize,
}

impl Steps {
    fn new(low: f64, high: f64, count: usize) -> Self {
        // A little wider than the shapes, so that their last corner is inside.
        let slack = ((high - low) * MARGIN_OF_CELL).max(MARGIN);
        let size = (high - low + 2.0 * slack) / count as f64;
        Self { start: low - slack, inverse: size.recip(), limit: count as f64, size, count }
    }

    /// The cell of a value; none outside, and none for what is no number. Growing values never get
    /// a lower cell: subtraction and multiplication round monotonically.
    #[inline]
    pub(super) fn cell(&self, value: f64) -> Option<usize> {
        let cell = (value - self.start) * self.inverse;
        (cell >= 0.0 && cell < self.limit).then(|| truncate(cell))
    }

    fn clamped(&self, value: f64) -> usize {
        truncate(((value - self.start) * self.inverse).clamp(0.0, self.limit - 1.0))
    }

    /// The cells within `reach` of a value, perhaps none.
    pub(super) fn window(&self, value: f64, reach: f64) -> std::ops::Range<usize> {
        let reach = reach + self.margin();
        let end = self.start + self.size * self.limit;
        if !(value + reach >= self.start && value - reach <= end) {
            return 0..0;
        }
        self.clamped(value - reach)..self.clamped(value + reach) + 1
    }

    fn middle(&self, cell: usize) -> f64 {
        self.start + (cell as f64 + 0.5) * self.size
    }

    fn margin(&self) -> f64 {
        (self.size * MARGIN_OF_CELL).max(MARGIN)
    }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // never negative, at most 2^23
fn truncate(cell: f64) -> usize {
    cell as usize
}

#[allow(clippy::cast_possible_truncation)] // four thousand million edges would not fit in memory
fn small(value: usize) -> u32 {
    value as u32
}

/// The rows that a polygon has edges in, and where their lists begin.
#[derive(Debug, Clone)]
struct Rows {
    first: usize,
    starts: usize,
    count: usize,
}

/// A layer: cells with codes, lists of polygons, edges by polygon and row.
///
/// A code is 0 (nothing), a polygon's number + 1 (that one alone covers the cell), or [`MIXED`]
/// with the number of a list. A list's entries are twice a polygon's number, plus one when it
/// covers the whole cell, in the order of keys. A "polygon" is one part of a multipolygon.
#[derive(Debug, Clone)]
pub(super) struct Layer {
    pub(super) across: Steps,
    pub(super) up: Steps,
    pub(super) cells: Vec<u32>,
    /// Key of each polygon, ascending.
    pub(super) keys: Vec<u32>,
    lists: Vec<u32>,
    list_starts: Vec<u32>,
    rows: Vec<Rows>,
    row_starts: Vec<u32>,
    edges: Vec<Edge>,
}

/// How fine the grid is: square cells in metres, more for more edges.
fn steps(parts: &[(u32, &Polygon)], bounds: Rect) -> (Steps, Steps) {
    let edges: usize = parts.iter().map(|(_, part)| rings(part).map(|ring| ring.0.len()).sum::<usize>()).sum();
    // How often the polygons' boxes cover the layer, and how often their edges climb it.
    let boxes = parts.iter().filter_map(|(_, part)| part.bounding_rect());
    let cover: f64 = boxes.map(|own| own.width() * own.height()).sum::<f64>() / (bounds.width() * bounds.height());
    let lines = parts.iter().flat_map(|(_, part)| rings(part)).flat_map(LineString::lines);
    let climb: f64 = lines.map(|line| line.dy().abs()).sum::<f64>() / bounds.height();
    let wanted = (edges * CELLS_PER_EDGE).clamp(*CELLS.start(), *CELLS.end()) as f64;
    let cells = wanted.min(ENTRIES / cover.max(1.0)).max(1.0);
    let ratio = bounds.width() * bounds.center().y.to_radians().cos().max(0.01) / bounds.height();
    let rows = (cells / ratio).sqrt().min(edges as f64 * ROWS_PER_EDGE / climb).clamp(1.0, cells);
    let (columns, rows) = (truncate(cells / rows).max(1), truncate(rows));
    (Steps::new(bounds.min().x, bounds.max().x, columns), Steps::new(bounds.min().y, bounds.max().y, rows))
}

impl Layer {
    /// The layer of checked shapes, sorted by key; none when there is nothing in them.
    pub(super) fn build(shapes: &[(u32, MultiPolygon)]) -> Option<Self> {
        let parts: Vec<(u32, &Polygon)> =
            shapes.iter().flat_map(|(key, shape)| shape.iter().map(|part| (*key, part))).collect();
        let boxes = parts.iter().filter_map(|(_, part)| part.bounding_rect());
        let bounds = boxes.reduce(|a, b| {
            let (low, high) = ((a.min(), b.min()), (a.max(), b.max()));
            Rect::new(
                geo::Coord { x: low.0.x.min(low.1.x), y: low.0.y.min(low.1.y) },
                geo::Coord { x: high.0.x.max(high.1.x), y: high.0.y.max(high.1.y) },
            )
        })?;
        let (across, up) = steps(&parts, bounds);
        let mut layer = Self {
            cells: vec![0; across.count * up.count],
            across,
            up,
            keys: parts.iter().map(|(key, _)| *key).collect(),
            lists: Vec::new(),
            list_starts: vec![0],
            rows: Vec::new(),
            row_starts: Vec::new(),
            edges: Vec::new(),
        };
        let mut entries = Vec::new();
        for (number, (_, part)) in parts.iter().enumerate() {
            layer.add(small(number), part, &mut entries);
        }
        layer.fill(&entries);
        Some(layer)
    }

    /// The edges of a polygon in a grid row.
    #[inline]
    pub(super) fn edges(&self, part: u32, row: usize) -> &[Edge] {
        let rows = &self.rows[part as usize];
        let Some(at) = row.checked_sub(rows.first).filter(|at| *at < rows.count) else { return &[] };
        let at = rows.starts + at;
        &self.edges[self.row_starts[at] as usize..self.row_starts[at + 1] as usize]
    }

    /// The entries of a mixed cell.
    #[inline]
    pub(super) fn list(&self, code: u32) -> &[u32] {
        let at = (code & !MIXED) as usize;
        &self.lists[self.list_starts[at] as usize..self.list_starts[at + 1] as usize]
    }

    pub(super) fn bytes(&self) -> usize {
        4 * (self.cells.len() + self.keys.len() + self.lists.len() + self.list_starts.len() + self.row_starts.len())
            + size_of::<Rows>() * self.rows.len()
            + size_of::<Edge>() * self.edges.len()
    }

    /// Keeps a polygon's edges by row, and notes the cells that it touches.
    fn add(&mut self, number: u32, part: &Polygon, entries: &mut Vec<(u32, u32)>) {
        let all: Vec<Edge> = rings(part).flat_map(edges_of).collect();
        let low = all.iter().map(|edge| self.up.clamped(edge.y1)).min().unwrap_or(0);
        let high = all.iter().map(|edge| self.up.clamped(edge.y2)).max().unwrap_or(0);
        let count = if all.is_empty() { 0 } else { high - low + 1 };
        let mut by_row: Vec<Vec<Edge>> = vec![Vec::new(); count];
        for edge in &all {
            for row in self.up.clamped(edge.y1)..=self.up.clamped(edge.y2) {
                by_row[row - low].push(*edge);
            }
        }
        self.rows.push(Rows { first: low, starts: self.row_starts.len(), count });
        for edges in &by_row {
            self.row_starts.push(small(self.edges.len()));
            self.edges.extend(edges);
        }
        self.row_starts.push(small(self.edges.len()));
        for (at, edges) in by_row.iter().enumerate() {
            self.note(number, low + at, edges, entries);
        }
    }

    /// Notes the cells of one row: those that an edge may cross, and the runs between them that
    /// are inside.
    fn note(&self, number: u32, row: usize, edges: &[Edge], entries: &mut Vec<(u32, u32)>) {
        let mut crossed: Vec<(usize, usize)> = edges.iter().map(|edge| self.columns(edge, row)).collect();
        crossed.sort_unstable();
        let mut push = |columns: std::ops::Range<usize>, whole: u32| {
            entries.extend(columns.map(|column| (small(row * self.across.count + column), number << 1 | whole)));
        };
        let mut next = crossed.first().map_or(0, |(first, _)| *first);
        for (first, last) in crossed {
            // No edge comes near a cell between two crossed ones: its middle speaks for the run.
            if first > next && holds(edges, self.across.middle(next), self.up.middle(row)) {
                push(next..first, 1);
            }
            push(first.max(next)..last + 1, 0);
            next = next.max(last + 1);
        }
    }

    /// The columns that an edge may cross within a row.
    fn columns(&self, edge: &Edge, row: usize) -> (usize, usize) {
        let margin = self.up.margin();
        let low = self.up.start + row as f64 * self.up.size - margin;
        let high = self.up.start + (row + 1) as f64 * self.up.size + margin;
        let rise = edge.y2 - edge.y1;
        let x = |y: f64, otherwise: f64| {
            if rise <= margin {
                otherwise
            } else {
                edge.x1 + (edge.x2 - edge.x1) * ((y - edge.y1) / rise).clamp(0.0, 1.0)
            }
        };
        let (a, b) = (x(low, edge.x1), x(high, edge.x2));
        let margin = self.across.margin();
        (self.across.clamped(a.min(b) - margin), self.across.clamped(a.max(b) + margin))
    }

    /// Turns (cell, entry), in the order of polygons, into codes and lists; equal lists are kept once.
    fn fill(&mut self, entries: &[(u32, u32)]) {
        let starts = starts(self.cells.len(), entries.iter().map(|(cell, _)| *cell as usize));
        let mut by_cell = vec![0; entries.len()];
        let mut next = starts.clone();
        for (cell, entry) in entries {
            let at = &mut next[*cell as usize];
            by_cell[*at as usize] = *entry;
            *at += 1;
        }
        let mut known: HashMap<&[u32], u32> = HashMap::new();
        for (cell, code) in self.cells.iter_mut().enumerate() {
            *code = match &by_cell[starts[cell] as usize..starts[cell + 1] as usize] {
                [] => 0,
                [whole] if whole & 1 == 1 => (whole >> 1) + 1,
                list => *known.entry(list).or_insert_with(|| {
                    self.lists.extend(list);
                    self.list_starts.push(small(self.lists.len()));
                    MIXED | small(self.list_starts.len() - 2)
                }),
            };
        }
    }
}
