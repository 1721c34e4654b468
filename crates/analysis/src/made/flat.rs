//! Plane geometry in metres, on rings of points without a repeated last one.

/// Metres east and north of the plane's origin.
pub(super) type At = [f64; 2];

pub(super) fn minus(a: At, b: At) -> At {
    [a[0] - b[0], a[1] - b[1]]
}

/// `from` moved `by` times along `direction`.
pub(super) fn along(from: At, direction: At, by: f64) -> At {
    [from[0] + direction[0] * by, from[1] + direction[1] * by]
}

pub(super) fn between(a: At, b: At, share: f64) -> At {
    along(a, minus(b, a), share)
}

pub(super) fn cross(a: At, b: At) -> f64 {
    a[0] * b[1] - a[1] * b[0]
}

pub(super) fn dot(a: At, b: At) -> f64 {
    a[0] * b[0] + a[1] * b[1]
}

pub(super) fn length(a: At) -> f64 {
    a[0].hypot(a[1])
}

pub(super) fn distance(a: At, b: At) -> f64 {
    length(minus(a, b))
}

pub(super) fn unit(a: At) -> At {
    let length = length(a).max(1e-9);
    [a[0] / length, a[1] / length]
}

/// A quarter turn to the left.
pub(super) fn left(a: At) -> At {
    [-a[1], a[0]]
}

pub(super) fn turned(a: At, angle: f64) -> At {
    let (sin, cos) = angle.sin_cos();
    [a[0] * cos - a[1] * sin, a[0] * sin + a[1] * cos]
}

/// The edges of a ring.
pub(super) fn edges(ring: &[At]) -> impl Iterator<Item = (At, At)> + '_ {
    (0..ring.len()).map(|at| (ring[at], ring[(at + 1) % ring.len()]))
}

/// The area in square metres, positive when the ring turns left.
pub(super) fn area(ring: &[At]) -> f64 {
    edges(ring).map(|(a, b)| cross(a, b)).sum::<f64>() / 2.0
}

/// The centre of mass.
pub(super) fn centroid(ring: &[At]) -> At {
    let origin = ring.first().copied().unwrap_or_default();
    let (mut sum, mut whole) = ([0.0; 2], 0.0);
    for (a, b) in edges(ring) {
        let (a, b) = (minus(a, origin), minus(b, origin));
        let part = cross(a, b);
        sum = along(sum, [a[0] + b[0], a[1] + b[1]], part);
        whole += part;
    }
    if whole.abs() < 1e-9 { origin } else { along(origin, sum, 1.0 / (3.0 * whole)) }
}

/// Metres from a point to a stretch of line.
pub(super) fn to_edge(at: At, a: At, b: At) -> f64 {
    let step = minus(b, a);
    let share = (dot(minus(at, a), step) / dot(step, step).max(1e-12)).clamp(0.0, 1.0);
    distance(at, along(a, step, share))
}

/// Metres from a point to a line of several stretches.
pub(super) fn to_line(at: At, line: &[At]) -> f64 {
    line.windows(2).map(|pair| to_edge(at, pair[0], pair[1])).fold(f64::INFINITY, f64::min)
}

pub(super) fn inside(ring: &[At], at: At) -> bool {
    edges(ring).fold(false, |inside, (a, b)| {
        let crosses = (a[1] > at[1]) != (b[1] > at[1]) && at[0] < (b[0] - a[0]) * (at[1] - a[1]) / (b[1] - a[1]) + a[0];
        inside != crosses
    })
}

/// Whether two stretches cross.
pub(super) fn cut(a: At, b: At, c: At, d: At) -> bool {
    let side = |p, q, r| cross(minus(q, p), minus(r, p)) > 0.0;
    side(a, b, c) != side(a, b, d) && side(c, d, a) != side(c, d, b)
}

/// Whether `inner` lies within `outer`.
pub(super) fn fits(inner: &[At], outer: &[At]) -> bool {
    inner.iter().all(|at| inside(outer, *at)) && edges(outer).all(|(a, b)| edges(inner).all(|(c, d)| !cut(a, b, c, d)))
}

/// A rectangle: its middle, the direction of its width, width and depth.
#[derive(Debug, Clone, Copy)]
pub(super) struct Block {
    pub(super) middle: At,
    pub(super) axis: At,
    pub(super) width: f64,
    pub(super) depth: f64,
}

impl Block {
    /// The point so far along the axis and to its left from the middle.
    pub(super) fn at(&self, x: f64, y: f64) -> At {
        along(along(self.middle, self.axis, x), left(self.axis), y)
    }

    /// A rectangle within this one, in its own directions.
    pub(super) fn part(&self, x: f64, y: f64, width: f64, depth: f64) -> Self {
        Self { middle: self.at(x, y), width, depth, ..*self }
    }

    pub(super) fn ring(&self) -> Vec<At> {
        let (w, d) = (self.width / 2.0, self.depth / 2.0);
        [(-w, -d), (w, -d), (w, d), (-w, d)].map(|(x, y)| self.at(x, y)).to_vec()
    }

    pub(super) fn area(&self) -> f64 {
        self.width * self.depth
    }
}

/// The rectangle around a ring whose width runs along `axis`.
pub(super) fn around(ring: &[At], axis: At) -> Block {
    let (mut low, mut high) = ([f64::INFINITY; 2], [f64::NEG_INFINITY; 2]);
    for at in ring {
        let own = [dot(*at, axis), dot(*at, left(axis))];
        for side in 0..2 {
            low[side] = low[side].min(own[side]);
            high[side] = high[side].max(own[side]);
        }
    }
    let middle = [(low[0] + high[0]) / 2.0, (low[1] + high[1]) / 2.0];
    let middle = along(along([0.0; 2], axis, middle[0]), left(axis), middle[1]);
    Block { middle, axis, width: high[0] - low[0], depth: high[1] - low[1] }
}
