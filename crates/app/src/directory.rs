//! Places and organisations in memory: who answers for a point, who stands above whom.

mod named;
mod touched;

pub use touched::Touched;

use luyuan_analysis::{locate::PlaceIndex, text::NameIndex};
use luyuan_domain::{
    geo::Wgs84,
    ids::{OrgId, PlaceId},
    org::{Chain, Org, OrgKind},
    place::{Place, PlaceKind},
};
use std::collections::HashMap;

/// Levels that cover the one above them without a gap: streets a district, communities a street,
/// grids a community. Compounds and what is in them lie apart, with streets between.
const COVERING: std::ops::RangeInclusive<u8> = 1..=3;
/// The level of compounds, the lowest at which somebody is asked which side is meant.
const COMPOUND: u8 = 4;

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
    streets: Vec<usize>,
    top: Option<usize>,
    areas: PlaceIndex,
    names: NameIndex,
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
        let streets = (0..places.len()).filter(|at| places[*at].kind.level() == Some(1)).collect();
        let top = orgs.iter().position(|org| org.kind == OrgKind::DistrictCommittee);
        let (areas, rejected) = PlaceIndex::of_places(&places);
        for wrong in rejected {
            let code = places.get(wrong.key as usize).map_or("", |place| &place.code);
            tracing::warn!(code, problem = %wrong.problem, "a shape cannot be used; no point lies in it");
        }
        // Compounds before the communities around them: an order is about the nearest thing.
        let sought =
            (0..).zip(&places).filter(|(_, place)| !matches!(place.kind, PlaceKind::Building | PlaceKind::Unit));
        let names = NameIndex::new(
            sought.map(|(key, place)| (key, place.name.as_str(), u8::MAX - place.kind.level().unwrap_or(3))),
        );
        Self {
            places,
            orgs,
            place_by_id,
            place_by_code,
            org_by_id,
            org_by_code,
            org_of_place,
            streets,
            top,
            areas,
            names,
        }
    }

    /// All places, by code.
    pub fn places(&self) -> &[Place] {
        &self.places
    }

    /// Streets and towns, by code.
    pub fn streets(&self) -> impl Iterator<Item = &Place> {
        self.streets.iter().map(|at| &self.places[*at])
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

    fn at(&self, key: u32) -> Option<&Place> {
        self.places.get(key as usize)
    }

    /// The lowest place of the tree that contains a point; none outside the district.
    pub fn locate(&self, point: Wgs84) -> Option<&Place> {
        self.areas.at(point).into_iter().flatten().next_back().and_then(|key| self.at(key))
    }

    /// As [`Directory::locate`]; but drawn borders do not meet exactly, and a point between two
    /// streets, communities or grids belongs to the nearest of them within `gap` metres. A point in
    /// no place at all stays outside.
    pub fn locate_near(&self, point: Wgs84, gap: f64) -> Option<&Place> {
        let mut lowest = self.locate(point)?;
        for level in COVERING.filter(|level| lowest.kind.level() < Some(*level)) {
            // Only inside what holds the point for certain: a gap never moves it across a border.
            let mut near = self.areas.near_boundary(point, level, gap).into_iter().filter_map(|near| self.at(near.key));
            lowest = near.find(|place| place.parent == Some(lowest.id)).unwrap_or(lowest);
        }
        Some(lowest)
    }

    /// The lowest places on every side of the borders within `metres` of a point, nearest first,
    /// what holds the point before all. More than one: the person should be asked which is meant.
    /// Who stands in the street is not asked about the compounds beside it; who stands in a compound
    /// is asked about the next one.
    pub fn sides(&self, point: Wgs84, metres: f64) -> Vec<&Place> {
        let in_compound = self.locate(point).is_some_and(|place| place.kind.level() >= Some(COMPOUND));
        let lowest = if in_compound { COMPOUND } else { *COVERING.end() };
        let mut near: Vec<(f64, &Place)> = Vec::new();
        // From the lowest level up, so that a place inside another comes before it.
        for level in (0..=lowest).rev() {
            let found = self.areas.near_boundary(point, level, metres);
            near.extend(found.into_iter().filter_map(|near| Some((near.metres, self.at(near.key)?))));
        }
        let mut around: Vec<PlaceId> = Vec::new();
        near.retain(|(_, place)| {
            let upper = around.contains(&place.id);
            around.extend(self.path(place.id).iter().map(|place| place.id));
            !upper
        });
        near.sort_by(|(a, _), (b, _)| a.total_cmp(b));
        near.into_iter().map(|(_, place)| place).collect()
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

    /// The ids of a place and of everything that contains it; empty for none.
    pub fn around(&self, place: Option<PlaceId>) -> Vec<PlaceId> {
        place.map(|place| self.path(place).iter().map(|place| place.id).collect()).unwrap_or_default()
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

    /// Places by what somebody typed: the code, then names that are it, begin with it, hold it, or
    /// sound like it in pinyin or its initials (`jxhy` for 金祥花园), best first; at most `most`.
    pub fn search(&self, typed: &str, most: usize) -> Vec<&Place> {
        let coded = self.place_by_code(typed.trim());
        let named = self.names.search(typed, most).into_iter().filter_map(|hit| self.at(hit.key));
        let named = named.filter(|place| coded.is_none_or(|coded| coded.id != place.id));
        coded.into_iter().chain(named).take(most).collect()
    }

    /// The district committee: where an order goes that nobody else answers for.
    pub fn top(&self) -> Option<&Org> {
        self.top.map(|at| &self.orgs[at])
    }

    /// The district itself.
    pub fn district(&self) -> Option<&Place> {
        self.places.iter().find(|place| place.kind == PlaceKind::District)
    }
}

#[cfg(test)]
mod tests;
