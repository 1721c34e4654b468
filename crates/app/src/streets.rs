//! Named streets of the kept city, found by what people type or write.
//!
//! Streets are no places: nobody answers for them. They say where something is, as a point in the
//! middle of the named way; a long street has one in about every square kilometre.

use crate::App;
use luyuan_analysis::{
    text::{NameIndex, folded},
    walk::City,
};
use luyuan_domain::geo::Wgs84;
use std::{collections::HashSet, sync::Arc};

/// A named street, at one point of it.
#[derive(Debug, Clone, PartialEq)]
pub struct StreetAt {
    /// Its name.
    pub name: String,
    /// A point in its middle.
    pub at: Wgs84,
}

/// The names of a city's streets, by what people type.
#[derive(Clone, Default)]
pub(crate) struct Streets(Arc<NameIndex>);

impl std::fmt::Debug for Streets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Streets")
    }
}

impl Streets {
    pub(crate) fn of(city: &City) -> Self {
        Self(Arc::new(NameIndex::new((0..).zip(&city.streets).map(|(key, street)| (key, street.name.as_str(), 0)))))
    }
}

/// How many hits are looked through for streets that lie in the district.
const LOOKED: usize = 200;

impl App {
    /// Streets of the district by their name, a part of it, its pinyin or its pinyin initials, best
    /// first; at most `most`. Each name once in a place of the lowest kind that holds it. None where
    /// no city is kept.
    pub fn search_streets(&self, typed: &str, most: usize) -> Vec<StreetAt> {
        let Some(kept) = self.city() else { return Vec::new() };
        let found = kept.streets.0.search(typed, LOOKED);
        let streets = found.into_iter().filter_map(|hit| kept.city.streets.get(hit.key as usize));
        self.in_district(streets, most)
    }

    /// Streets whose names stand in an address (京广路 in 京广路东侧), the longest name first; at most
    /// `most`.
    pub fn streets_in(&self, address: &str, most: usize) -> Vec<StreetAt> {
        let (Some(kept), address) = (self.city(), folded(address)) else { return Vec::new() };
        let mut found: Vec<_> = kept
            .city
            .streets
            .iter()
            .filter_map(|street| {
                let name = folded(&street.name);
                let letters = name.chars().count();
                // A single letter is in many words that name no street.
                (letters > 1 && address.contains(&name)).then_some((letters, street))
            })
            .collect();
        found.sort_by(|(a, one), (b, other)| b.cmp(a).then_with(|| (&one.name, one.at).cmp(&(&other.name, other.at))));
        self.in_district(found.into_iter().map(|(_, street)| street), most)
    }

    fn in_district<'s>(
        &self,
        streets: impl Iterator<Item = &'s luyuan_analysis::walk::Street>,
        most: usize,
    ) -> Vec<StreetAt> {
        let directory = self.directory();
        let anywhere = directory.district().is_none_or(|district| district.shape.is_none());
        let mut seen = HashSet::new();
        streets
            .map(|street| StreetAt { name: street.name.clone(), at: street.at.position() })
            .filter(|street| {
                let place = directory.locate(street.at).map(|place| place.id);
                (anywhere || place.is_some()) && seen.insert((street.name.clone(), place))
            })
            .take(most)
            .collect()
    }
}
