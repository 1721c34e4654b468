//! An area cut into pieces by straight lines, again and again. Neighbours share their corners: a
//! corner put on an edge by cutting one side is found by the other, so that the pieces meet
//! without gap or overlap however they are later joined or moved.

use super::flat::{At, along, area, between, cross, distance, dot, minus};
use std::collections::HashMap;

/// What an edge is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Way {
    /// The district's border.
    Border,
    /// A named road, by its number in the plan.
    Road(usize),
    /// A nameless road between quarters.
    Local,
    /// A lane between blocks.
    Lane,
}

/// A ring of corner numbers, turning left.
pub(super) type Piece = Vec<usize>;

/// A line to cut along: a point, a unit direction, and how far it reaches from the point.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cut {
    pub(super) from: At,
    pub(super) direction: At,
    pub(super) reach: (f64, f64),
}

/// Corners nearer than this to a cut are taken instead of a new one.
const SNAP: f64 = 7.0;
/// A cut gets corners at least so often, so that it can bend later.
const STRIDE: f64 = 110.0;

/// Corners and what lies between them.
#[derive(Default)]
pub(super) struct Mesh {
    pub(super) corners: Vec<At>,
    /// Whether a corner is on the border and stays where it is.
    pub(super) fixed: Vec<bool>,
    added: HashMap<(usize, usize), usize>,
    ways: HashMap<(usize, usize), Way>,
}

fn key(a: usize, b: usize) -> (usize, usize) {
    (a.min(b), a.max(b))
}

impl Mesh {
    /// A mesh of one piece.
    pub(super) fn new(border: &[At]) -> (Self, Piece) {
        let mut mesh = Self::default();
        let mut piece: Piece = border.iter().map(|at| mesh.corner(*at, true)).collect();
        if area(border) < 0.0 {
            piece.reverse();
        }
        for at in 0..piece.len() {
            mesh.ways.insert(key(piece[at], piece[(at + 1) % piece.len()]), Way::Border);
        }
        (mesh, piece)
    }

    fn corner(&mut self, at: At, fixed: bool) -> usize {
        self.corners.push(at);
        self.fixed.push(fixed);
        self.corners.len() - 1
    }

    /// What the edge between two corners is.
    pub(super) fn way(&self, a: usize, b: usize) -> Way {
        self.ways.get(&key(a, b)).copied().unwrap_or(Way::Lane)
    }

    /// All edges with what they are, by corner numbers. Edges that were divided are not among them.
    pub(super) fn ways(&self) -> Vec<((usize, usize), Way)> {
        let mut ways: Vec<_> = self
            .ways
            .iter()
            .filter(|(edge, _)| !self.added.contains_key(edge))
            .map(|(edge, way)| (*edge, *way))
            .collect();
        ways.sort_unstable();
        ways
    }

    /// The piece with the corners that neighbours have put on its edges.
    pub(super) fn whole(&self, piece: &[usize]) -> Piece {
        let mut ring = Vec::with_capacity(piece.len());
        for at in 0..piece.len() {
            ring.push(piece[at]);
            self.between(piece[at], piece[(at + 1) % piece.len()], &mut ring);
        }
        ring
    }

    fn between(&self, a: usize, b: usize, ring: &mut Piece) {
        if let Some(middle) = self.added.get(&key(a, b)) {
            self.between(a, *middle, ring);
            ring.push(*middle);
            self.between(*middle, b, ring);
        }
    }

    /// The places of a piece's corners.
    pub(super) fn ring(&self, piece: &[usize]) -> Vec<At> {
        piece.iter().map(|corner| self.corners[*corner]).collect()
    }

    /// Cuts a piece along a line; each new edge is a `way`. Where the line misses the piece, or
    /// would cut off a sliver, the piece stays whole.
    pub(super) fn cut(&mut self, piece: &[usize], cut: Cut, way: Way) -> Vec<Piece> {
        let ring = self.whole(piece);
        let mut crossings = self.crossings(&ring, cut);
        crossings.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut pieces = vec![ring];
        for pair in crossings.chunks_exact(2) {
            let middle = (pair[0].0 + pair[1].0) / 2.0;
            if middle < cut.reach.0 || middle > cut.reach.1 {
                continue;
            }
            let ends = pair.iter().map(|(_, edge, share)| self.end(*edge, *share)).collect::<Vec<_>>();
            self.divide(&mut pieces, ends[0], ends[1], way);
        }
        pieces
    }

    /// Where a line crosses a ring: how far along the line, the edge, the share of the edge.
    fn crossings(&self, ring: &[usize], cut: Cut) -> Vec<(f64, (usize, usize), f64)> {
        let side = |corner: usize| cross(cut.direction, minus(self.corners[corner], cut.from));
        let mut found = Vec::new();
        for at in 0..ring.len() {
            let edge = (ring[at], ring[(at + 1) % ring.len()]);
            let (a, b) = (side(edge.0), side(edge.1));
            if (a > 0.0) != (b > 0.0) {
                let share = a / (a - b);
                let at = between(self.corners[edge.0], self.corners[edge.1], share);
                found.push((dot(minus(at, cut.from), cut.direction), edge, share));
            }
        }
        found
    }

    /// The corner where a cut ends on an edge: one of the edge's if near enough, else a new one. An
    /// edge divided meanwhile is followed down to the part that is meant.
    fn end(&mut self, (a, b): (usize, usize), share: f64) -> usize {
        let at = between(self.corners[a], self.corners[b], share);
        if let Some(middle) = self.added.get(&key(a, b)).copied() {
            let first = distance(self.corners[a], at) < distance(self.corners[a], self.corners[middle]);
            let edge = if first { (a, middle) } else { (middle, b) };
            let share = distance(self.corners[edge.0], at) / distance(self.corners[edge.0], self.corners[edge.1]);
            return self.end(edge, share.clamp(0.0, 1.0));
        }
        if let Some(near) = [a, b].into_iter().find(|corner| distance(self.corners[*corner], at) < SNAP) {
            return near;
        }
        let way = self.way(a, b);
        let new = self.corner(at, way == Way::Border);
        self.added.insert(key(a, b), new);
        self.ways.insert(key(a, new), way);
        self.ways.insert(key(new, b), way);
        new
    }

    /// Divides the piece that holds both corners, if the parts are worth having.
    fn divide(&mut self, pieces: &mut Vec<Piece>, from: usize, to: usize, way: Way) {
        let rings: Vec<Piece> = pieces.iter().map(|piece| self.whole(piece)).collect();
        for (number, ring) in rings.iter().enumerate() {
            let (Some(first), Some(last)) =
                (ring.iter().position(|at| *at == from), ring.iter().position(|at| *at == to))
            else {
                continue;
            };
            let (low, high) = (first.min(last), first.max(last));
            if from == to || high - low < 2 || ring.len() + low - high < 2 {
                continue;
            }
            let one: Piece = ring[low..=high].to_vec();
            let other: Piece = ring[high..].iter().chain(&ring[..=low]).copied().collect();
            let whole = area(&self.ring(ring));
            if [&one, &other].iter().any(|part| area(&self.ring(part)) < (whole * 0.02).min(900.0)) {
                continue;
            }
            let inner = self.chain(ring[high], ring[low], way);
            let back: Vec<usize> = inner.iter().rev().copied().collect();
            pieces[number] = [one, inner].concat();
            pieces.push([other, back].concat());
            return;
        }
    }

    /// New corners between two, so that the edge can bend, and what the edges are.
    fn chain(&mut self, from: usize, to: usize, way: Way) -> Piece {
        let (a, b) = (self.corners[from], self.corners[to]);
        let count = super::whole_number((distance(a, b) / STRIDE).floor());
        let inner: Piece = (1..=count)
            .map(|at| {
                let step = distance(a, b) / (count + 1) as f64;
                self.corner(along(a, super::flat::unit(minus(b, a)), step * at as f64), false)
            })
            .collect();
        let all: Vec<usize> = std::iter::once(from).chain(inner.iter().copied()).chain([to]).collect();
        for pair in all.windows(2) {
            self.ways.insert(key(pair[0], pair[1]), way);
        }
        inner
    }
}
