//! Why a park that is near is far on foot.

use super::{Measured, Why};
use luyuan_analysis::walk::{self, Park, centimetres};

/// How far on foot a way is looked for, in metres: half an hour's walk, so that "none" means a wall.
const FAR: f64 = 2500.0;

impl Measured {
    /// Sets, for a building, the straight line to the nearest park that counts for a goal beside the
    /// way on foot to the same park; looked for up to 2.5 km. Nothing when no park counts or there is
    /// no such building.
    pub fn why(&self, door: u32, goal: usize) -> Option<Why> {
        let goal = self.rules.goals.get(goal)?;
        let counts = |park: &Park| {
            self.rules
                .radii_of(&goal.code)
                .any(|radius| !radius.historic && radius.takes(park.is_park, park.square_metres))
        };
        walk::why(&self.kept.city, door as usize, counts, centimetres(FAR))
    }

    /// A park of the city.
    pub fn park(&self, number: u32) -> Option<&Park> {
        self.kept.city.parks.get(number as usize)
    }

    /// The parks of the city.
    pub fn parks(&self) -> &[Park] {
        &self.kept.city.parks
    }
}
