//! The rows of the Mercator plane by latitude.

use std::f64::consts::PI;

/// More rows than this are not listed: there the formula is worked out for each point.
const MOST: i64 = 1 << 16;
/// The plane ends near 85° north and south; what lies beyond belongs to its last rows.
const END: f64 = 85.06;

/// The height of a latitude on the plane, 0 in the north, 1 in the south.
pub(super) fn height(lat: f64) -> f64 {
    (1.0 - lat.clamp(-END, END).to_radians().tan().asinh() / PI) / 2.0
}

#[allow(clippy::cast_possible_truncation)] // at most 2^24 · 5 cells a side
pub(super) fn floor(value: f64) -> i64 {
    value.floor() as i64
}

/// The rows between two latitudes.
pub(super) struct Rows {
    first: i64,
    last: i64,
    cells: f64,
    /// The latitude of each row's lower border, from north to south; empty where there are too many.
    borders: Vec<f64>,
    north: f64,
    /// Rows for each degree, if all were as high.
    density: f64,
}

impl Rows {
    pub(super) fn new(south: f64, north: f64, cells: f64) -> Self {
        let row = |lat: f64| floor(height(lat) * cells);
        // One more on each side: a border may be rounded to the other side of a point.
        let (first, last) = (row(north) - 1, row(south) + 1);
        let border = |row: i64| (PI * (1.0 - 2.0 * (row + 1) as f64 / cells)).sinh().atan().to_degrees();
        let borders: Vec<f64> = if last - first < MOST { (first..=last).map(border).collect() } else { Vec::new() };
        let north = borders.first().copied().unwrap_or(north);
        let density = match borders.as_slice() {
            [top, .., bottom] if top > bottom => (borders.len() - 1) as f64 / (top - bottom),
            _ => 0.0,
        };
        Self { first, last, cells, borders, north, density }
    }

    pub(super) fn first(&self) -> i64 {
        self.first
    }

    pub(super) fn count(&self) -> i64 {
        self.last - self.first + 1
    }

    /// The row of a latitude between the two.
    #[inline]
    pub(super) fn of(&self, lat: f64) -> i64 {
        if self.borders.is_empty() {
            return floor(height(lat) * self.cells).clamp(self.first, self.last);
        }
        // Within a district rows are equally high to a part in a thousand: the guess is right or
        // next to it. On a map of the earth it may be far off, then the list is searched.
        let guess = floor((self.north - lat) * self.density + 1.0).clamp(0, self.count() - 1);
        let guess = usize::try_from(guess).unwrap_or(0);
        let right = |at: usize| {
            (at == 0 || lat < self.borders[at - 1]) && (at + 1 == self.borders.len() || self.borders[at] <= lat)
        };
        let near = [guess, guess.saturating_sub(1), (guess + 1).min(self.borders.len() - 1)];
        let row = near.into_iter().find(|at| right(*at));
        let row =
            row.unwrap_or_else(|| self.borders.partition_point(|border| *border > lat).min(self.borders.len() - 1));
        self.first + i64::try_from(row).unwrap_or(0)
    }
}
