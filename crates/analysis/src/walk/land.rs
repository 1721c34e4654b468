//! Residential land as points, so that the walking measure can be told for land too.

use super::{Access, EdgeGrid, Link, Spot, UNREACHED, ground::extent};
use geo::MultiPolygon;
use luyuan_domain::geo::{Local, Wgs84};

/// Points on residential land, each for a square of the same size.
#[derive(Debug, Clone, Default)]
pub struct Land {
    /// Where they are.
    pub spots: Vec<Spot>,
    /// Where they join the network.
    pub links: Vec<Option<Link>>,
}

impl Land {
    /// Points `step` metres apart on pieces of land that do not overlap; each joins the network within
    /// `link_metres`.
    pub fn sample(land: &MultiPolygon, grid: &EdgeGrid<'_>, step: f64, link_metres: f64) -> Self {
        let mut spots = Vec::new();
        for part in land {
            let whole = MultiPolygon(vec![part.clone()]);
            let Some((low, high)) = extent(&whole) else { continue };
            let [_, degree] = Local::around(low.position()).degree();
            let height = step / degree;
            // Rows and columns lie on one lattice for all pieces.
            let first = (low.position().lat / height).ceil();
            let rows = ((high.position().lat / height).floor() - first).max(-1.0);
            let mut number = 0.0;
            while number <= rows {
                let lat = (first + number) * height;
                number += 1.0;
                let [degree, _] = Local::around(Wgs84 { lon: 0.0, lat }).degree();
                let width = step / degree;
                let mut crossings: Vec<f64> = super::ground::stretches(&whole)
                    .filter(|(a, b)| (a.y > lat) != (b.y > lat))
                    .map(|(a, b)| a.x + (lat - a.y) / (b.y - a.y) * (b.x - a.x))
                    .collect();
                crossings.sort_by(f64::total_cmp);
                for pair in crossings.chunks_exact(2) {
                    let mut column = (pair[0] / width).ceil();
                    while column * width < pair[1] {
                        spots.push(Spot::of(Wgs84 { lon: column * width, lat }));
                        column += 1.0;
                    }
                }
            }
        }
        let links = spots.iter().map(|spot| grid.nearest(*spot, link_metres)).collect();
        Self { spots, links }
    }

    /// Which points are within reach on foot.
    pub fn reached(&self, access: &Access) -> Vec<bool> {
        let near = |link: &Link| access.gates.nearest(link, &access.nodes, access.bound).cm != UNREACHED;
        self.links.iter().map(|link| link.as_ref().is_some_and(near)).collect()
    }
}
