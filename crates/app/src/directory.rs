//! Places and organisations in memory: who answers for a point, who stands above whom.

mod named;

use luyuan_domain::{
    geo::Wgs84,
    ids::{OrgId, PlaceId},
    org::{Chain, Org},
    place::{Place, PlaceKind, Shape},
};
use std::collections::HashMap;

/// Places and organisations of one district, as of the last load.
#[derive(Default)]
pub struct Directory {
    places: Vec<Place>,
    orgs: Vec<Org>,
    place_by_id: HashMap<PlaceId, usize>,
    place_by_code: HashMap<String, usize>,
    org_by_id: HashMap<OrgId, usize>,
    org_by_code: HashMap<String, usize>,
    org_of_place: HashMap<PlaceId, OrgId>,
    boxes: Vec<Option<[f64; 4]>>,
    initials: Vec<String>,
}

impl Directory {
    /// Puts the directory together.
    pub fn new(places: Vec<Place>, orgs: Vec<Org>) -> Self {
        let place_by_id = places.iter().enumerate().map(|(at, place)| (place.id, at)).collect();
        let place_by_code = places.iter().enumerate().map(|(at, place)| (place.code.clone(), at)).collect();
        let org_by_id = orgs.iter().enumerate().map(|(at, org)| (org.id, at)).collect();
        let org_by_code = orgs.iter().enumerate().map(|(at, org)| (org.code.clone(), at)).collect();
        // What a place names itself comes first; otherwise the organisation that names the place.
        let mut org_of_place: HashMap<PlaceId, OrgId> =
            orgs.iter().rev().filter_map(|org| org.place.map(|place| (place, org.id))).collect();
        org_of_place.extend(places.iter().filter_map(|place| place.responsible.map(|org| (place.id, org))));
        let boxes = places.iter().map(|place| place.shape.as_ref().and_then(bounds)).collect();
        let initials = places.iter().map(|place| luyuan_analysis::text::initials(&place.name)).collect();
        Self { initials, places, orgs, place_by_id, place_by_code, org_by_id, org_by_code, org_of_place, boxes }
    }

    /// All places, by code.
    pub fn places(&self) -> &[Place] {
        &self.places
    }

    /// All organisations, by code.
    pub fn orgs(&self) -> &[Org] {
        &self.orgs
    }

    /// The place with an id.
    pub fn place(&self, id: PlaceId) -> Option<&Place> {
        self.place_by_id.get(&id).map(|at| &self.places[*at])
    }

    /// The place with a code.
    pub fn place_by_code(&self, code: &str) -> Option<&Place> {
        self.place_by_code.get(code).map(|at| &self.places[*at])
    }

    /// The organisation with an id.
    pub fn org(&self, id: OrgId) -> Option<&Org> {
        self.org_by_id.get(&id).map(|at| &self.orgs[*at])
    }

    /// The organisation with a code.
    pub fn org_by_code(&self, code: &str) -> Option<&Org> {
        self.org_by_code.get(code).map(|at| &self.orgs[*at])
    }

    /// The name of an organisation, or its id when it is gone.
    pub fn org_name(&self, id: OrgId) -> String {
        self.org(id).map_or_else(|| id.to_string(), |org| org.name.clone())
    }

    /// The lowest place of the tree that contains a point; none outside the district.
    pub fn locate(&self, point: Wgs84) -> Option<&Place> {
        self.places
            .iter()
            .zip(&self.boxes)
            .filter(|(place, bounds)| {
                place.kind.level().is_some() && bounds.is_some_and(|bounds| within(bounds, point))
            })
            .filter(|(place, _)| place.shape.as_ref().is_some_and(|shape| contains(shape, point)))
            .max_by(|(a, _), (b, _)| a.kind.level().cmp(&b.kind.level()).then_with(|| b.code.cmp(&a.code)))
            .map(|(place, _)| place)
    }

    /// A place and everything that contains it, from the lowest up to the district.
    pub fn path(&self, from: PlaceId) -> Vec<&Place> {
        let mut path = Vec::new();
        let mut next = self.place(from);
        while let Some(place) = next {
            // A loop in imported data must not hang a request.
            if path.len() > 16 {
                break;
            }
            path.push(place);
            next = place.parent.and_then(|parent| self.place(parent));
        }
        path
    }

    /// The organisations that answer for a place, lowest first.
    pub fn chain(&self, place: PlaceId) -> Chain {
        let lowest = self.path(place).into_iter().find_map(|place| self.org_of_place.get(&place.id));
        lowest.map(|org| self.chain_from(*org)).unwrap_or_default()
    }

    /// An organisation and all above it.
    pub fn chain_from(&self, org: OrgId) -> Chain {
        let mut chain = Vec::new();
        let mut next = self.org(org);
        while let Some(org) = next {
            if chain.len() > 16 {
                break;
            }
            chain.push(org.id);
            next = org.parent.and_then(|parent| self.org(parent));
        }
        Chain(chain)
    }

    /// The organisations above one, nearest first.
    pub fn above(&self, org: OrgId) -> Vec<OrgId> {
        self.chain_from(org).0.into_iter().skip(1).collect()
    }

    /// An organisation and all below it in the chain.
    pub fn below(&self, org: OrgId) -> Vec<OrgId> {
        let mut found = vec![org];
        let mut at = 0;
        while at < found.len() {
            let upper = found[at];
            found.extend(self.orgs.iter().filter(|org| org.parent == Some(upper)).map(|org| org.id));
            at += 1;
        }
        found
    }

    /// Places whose name fits what somebody typed: exact, beginning, part, or pinyin initials
    /// (`jxhy` for 金祥花园), best first; at most `most`.
    pub fn search(&self, typed: &str, most: usize) -> Vec<&Place> {
        let typed = typed.trim().to_lowercase();
        if typed.is_empty() {
            return Vec::new();
        }
        let mut found: Vec<(u8, u8, usize)> = self
            .places
            .iter()
            .zip(&self.initials)
            .enumerate()
            .filter(|(_, (place, _))| place.kind != PlaceKind::Building && place.kind != PlaceKind::Unit)
            .filter_map(|(at, (place, initials))| {
                let rank = if place.name == typed || place.code == typed {
                    0
                } else if place.name.starts_with(&typed) {
                    1
                } else if place.name.contains(&typed) {
                    2
                } else if initials.starts_with(&typed) {
                    3
                } else {
                    return None;
                };
                // Compounds before the communities around them: an order is about the nearest thing.
                Some((rank, u8::MAX - place.kind.level().unwrap_or(3), at))
            })
            .collect();
        found.sort_unstable();
        found.into_iter().take(most).map(|(_, _, at)| &self.places[at]).collect()
    }

    /// The district committee: where an order goes that nobody else answers for.
    pub fn top(&self) -> Option<&Org> {
        self.orgs.iter().find(|org| org.kind == luyuan_domain::org::OrgKind::DistrictCommittee)
    }

    /// The district itself.
    pub fn district(&self) -> Option<&Place> {
        self.places.iter().find(|place| place.kind == PlaceKind::District)
    }
}

fn rings(shape: &Shape) -> impl Iterator<Item = &Vec<[f64; 2]>> {
    let (one, many): (&[_], &[_]) = match shape {
        Shape::Polygon(rings) => (rings.as_slice(), &[]),
        Shape::MultiPolygon(polygons) => (&[], polygons.as_slice()),
        Shape::Point(_) | Shape::LineString(_) => (&[], &[]),
    };
    one.iter().chain(many.iter().flatten())
}

fn bounds(shape: &Shape) -> Option<[f64; 4]> {
    rings(shape).flatten().fold(None, |found, [lon, lat]| {
        let [west, south, east, north] = found.unwrap_or([*lon, *lat, *lon, *lat]);
        Some([west.min(*lon), south.min(*lat), east.max(*lon), north.max(*lat)])
    })
}

fn within([west, south, east, north]: [f64; 4], point: Wgs84) -> bool {
    (west..=east).contains(&point.lon) && (south..=north).contains(&point.lat)
}

/// Even-odd rule over all rings: inside the outer ring and not inside a hole.
fn contains(shape: &Shape, point: Wgs84) -> bool {
    rings(shape).fold(false, |mut inside, ring| {
        for edge in ring.windows(2) {
            let ([x1, y1], [x2, y2]) = (edge[0], edge[1]);
            if (y1 > point.lat) != (y2 > point.lat) && point.lon < (x2 - x1) * (point.lat - y1) / (y2 - y1) + x1 {
                inside = !inside;
            }
        }
        inside
    })
}
