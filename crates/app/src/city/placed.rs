//! Whether a file lies where it should: a check against the boundary, or against the network.

use super::{
    bad_rows::{BadRows, Why},
    features::{Features, Source},
};
use geo::MultiPolygon;
use luyuan_analysis::{locate::PlaceIndex, walk::Network};
use luyuan_domain::geo::{System, Wgs84};

/// How far around a network a file may reach, in degrees: some two kilometres.
const ROOM: f64 = 0.02;

/// Where files should lie.
pub(super) enum Frame {
    /// In the boundary.
    Boundary(Box<PlaceIndex>),
    /// Around the network: west, south, east, north.
    Around([f64; 4]),
}

impl Frame {
    pub(super) fn boundary(area: &MultiPolygon) -> Self {
        Self::Boundary(Box::new(PlaceIndex::build(vec![(0, 0, area.clone())]).0))
    }

    pub(super) fn around(network: &Network) -> Self {
        let mut around = [f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY];
        for at in network.spots().iter().map(|spot| spot.position()) {
            around = [around[0].min(at.lon), around[1].min(at.lat), around[2].max(at.lon), around[3].max(at.lat)];
        }
        Self::Around([around[0] - ROOM, around[1] - ROOM, around[2] + ROOM, around[3] + ROOM])
    }

    fn holds(&self, at: Wgs84) -> bool {
        match self {
            Self::Boundary(area) => area.at(at)[0].is_some(),
            Self::Around([west, south, east, north]) => {
                (*west..=*east).contains(&at.lon) && (*south..=*north).contains(&at.lat)
            }
        }
    }

    /// Refuses a file most of which plainly lies elsewhere, and says what would put it right.
    pub(super) fn check(&self, features: &Features) -> Result<(), BadRows> {
        self.check_firsts(features, &features.firsts())
    }

    /// The same of a file of which only the first position of every row, as written, was kept.
    pub(super) fn check_firsts(&self, source: &Source, raw: &[[f64; 2]]) -> Result<(), BadRows> {
        let crs = source.crs;
        let inside = |system: System, swapped: bool| {
            let read = |[x, y]: &[f64; 2]| if swapped { system.read(*y, *x) } else { system.read(*x, *y) };
            raw.iter().filter_map(read).filter(|at| self.holds(*at)).count()
        };
        let (all, here) = (raw.len(), inside(crs, false));
        if here == all {
            return Ok(());
        }
        let others = [System::Wgs84, System::Gcj02, System::Bd09].into_iter().filter(|system| *system != crs);
        // The others only where they differ plainly: a tenth of the file.
        let better = others.map(|system| (inside(system, false), system)).max_by_key(|(count, _)| *count);
        let better = better.filter(|(count, _)| *count > here + all / 10);
        let where_to = match self {
            Self::Boundary(_) => "in the boundary",
            Self::Around(_) => "where the network is",
        };
        let told = format!("read as {}, {here} of {all} rows lie {where_to}", crs.code());
        let bad = |why: Why| Err(BadRows { file: source.name.clone(), row: None, why });
        if let Some((count, system)) = better {
            return bad(Why::OtherSystem { system, told: format!("{told}, read as {}, {count}", system.code()) });
        }
        if here * 2 >= all {
            return Ok(());
        }
        let swapped = inside(crs, true);
        bad(match swapped * 2 >= all && all > 0 {
            true => Why::Swapped { told: format!("{told}, with longitude and latitude swapped, {swapped}") },
            false => Why::Elsewhere { told },
        })
    }
}
