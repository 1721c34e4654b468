//! Places that an address in words names.

use super::Directory;
use luyuan_domain::place::{Place, PlaceKind};

impl Directory {
    /// Places whose names stand in an address (金祥花园 in 金祥花园3号楼东侧), the longest name
    /// first; at most `most`. Buildings and units are left out: their names (3号楼) say nothing
    /// without their compound's, and so are the district, streets and towns, which are too large to
    /// answer for.
    pub fn named_in(&self, address: &str, most: usize) -> Vec<&Place> {
        let folded = luyuan_analysis::text::folded(address);
        if folded.is_empty() {
            return Vec::new();
        }
        let kinds = [
            PlaceKind::Community,
            PlaceKind::Village,
            PlaceKind::Grid,
            PlaceKind::Compound,
            PlaceKind::RoadSection,
            PlaceKind::Park,
        ];
        let mut found: Vec<(usize, &Place)> = self
            .places()
            .iter()
            .filter(|place| kinds.contains(&place.kind))
            .filter_map(|place| {
                let name = luyuan_analysis::text::folded(&place.name);
                // A single letter is in many words that name no place.
                (name.chars().count() > 1 && folded.contains(&name)).then(|| (name.chars().count(), place))
            })
            .collect();
        found.sort_by(|(a, one), (b, other)| b.cmp(a).then_with(|| one.code.cmp(&other.code)));
        found.into_iter().take(most).map(|(_, place)| place).collect()
    }
}
