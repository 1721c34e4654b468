//! What a change would bring, before anybody builds it.

use super::{Edit, EditError, GoalChange, Measured};
use crate::{AppError, Wrong};
use luyuan_domain::geo::Wgs84;

/// Most edits of a scenario: beyond that it is another city.
pub const MOST_EDITS: usize = 64;
/// Most entrances of a new park.
const MOST_ENTRANCES: usize = 16;
/// Areas of new parks, in square metres: from a flower bed to the largest parks of a city.
const AREAS: std::ops::RangeInclusive<f64> = 1.0..=10_000_000.0;
/// The longest crossing, in metres: wider is no road.
const LONGEST: f64 = 200.0;

/// The points of an edit; none for a park that is taken away.
pub fn points(edit: &Edit) -> Vec<Wgs84> {
    match edit {
        Edit::Park { entrances, .. } => entrances.clone(),
        Edit::Entrance { at, .. } | Edit::WithoutEntrance { at, .. } => vec![*at],
        Edit::Crossing { from, to } => vec![*from, *to],
        Edit::WithoutPark { .. } => Vec::new(),
    }
}

impl Measured {
    /// Refuses edits that make no sense here: too many, outside the district, no areas.
    ///
    /// # Errors
    /// [`AppError::Wrong`] with every edit that is wrong, as `edits.N`, and why.
    pub fn check(&self, edits: &[Edit]) -> Result<(), AppError> {
        if edits.len() > MOST_EDITS {
            return Err(AppError::wrong("edits", "green_many", MOST_EDITS.to_string()));
        }
        let wrong: Vec<Wrong> = (0..).zip(edits).filter_map(|(at, edit)| self.wrong(at, edit)).collect();
        if wrong.is_empty() { Ok(()) } else { Err(AppError::Wrong(wrong)) }
    }

    fn wrong(&self, at: usize, edit: &Edit) -> Option<Wrong> {
        let wrong = |code, detail: String| Some(Wrong { field: format!("edits.{at}"), code, detail });
        let points = points(edit);
        if points.iter().any(|at| Wgs84::new(at.lon, at.lat).is_none()) {
            return wrong("green_point", String::new());
        }
        let drawn = self.directory.district().is_some_and(|district| district.shape.is_some());
        if let Some(out) = points.iter().find(|at| drawn && self.directory.locate(**at).is_none()) {
            return wrong("green_outside", format!("{:.5}, {:.5}", out.lon, out.lat));
        }
        match edit {
            Edit::Park { entrances, .. } if entrances.len() > MOST_ENTRANCES => {
                wrong("green_entrances", MOST_ENTRANCES.to_string())
            }
            Edit::Park { square_metres, .. } if !AREAS.contains(square_metres) => {
                wrong("green_area", AREAS.end().to_string())
            }
            Edit::Crossing { from, to } if from.metres_to(*to) > LONGEST => {
                wrong("green_crossing_long", LONGEST.to_string())
            }
            _ => None,
        }
    }

    /// What a list of edits changes, for every goal of the rules in their order; `read` sees it in the
    /// room in which it was computed.
    ///
    /// # Errors
    /// [`AppError::Wrong`] as [`Measured::check`], and for an edit that cannot be joined to the network.
    pub fn try_out<T>(&self, edits: &[Edit], read: impl FnOnce(&[GoalChange]) -> T) -> Result<T, AppError> {
        self.check(edits)?;
        self.in_room(|room| match room.plan.fill(&self.base, edits) {
            Ok(()) => Ok(read(room.space.run(&self.base, &room.plan))),
            Err((at, error)) => Err(refused(at, &error)),
        })
    }
}

fn refused(at: usize, error: &EditError) -> AppError {
    let (code, detail) = match error {
        EditError::Far { at } => ("green_far", format!("{:.5}, {:.5}", at.lon, at.lat)),
        EditError::NoPark { park } => ("green_no_park", park.clone()),
        EditError::NoEntrance => ("green_no_entrance", String::new()),
        EditError::Small { square_metres } => ("green_small", format!("{square_metres:.0}")),
        EditError::Many { most } => ("green_many_crossings", most.to_string()),
    };
    AppError::wrong(format!("edits.{at}"), code, detail)
}
