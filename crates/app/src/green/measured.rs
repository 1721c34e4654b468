//! The kept city measured by one ruleset, computed once and kept ready.

use crate::{App, AppError, city::KeptCity, directory::Directory};
use luyuan_analysis::{
    locate::area,
    walk::{self, Report, Row, Zone},
    whatif::{Base, Plan, Workspace},
};
use luyuan_domain::{
    place::PlaceKind,
    ruleset::{GreenRules, Measure},
};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::OnceCell;

/// The set by which a city is measured when none is named.
const USUAL: &str = "300-500";
/// Kinds of places for which coverage is told.
const TOLD: [PlaceKind; 5] =
    [PlaceKind::Street, PlaceKind::Town, PlaceKind::Community, PlaceKind::Village, PlaceKind::Compound];

/// A place for which coverage is told.
#[derive(Debug, Clone)]
pub struct ZoneAt {
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Kind.
    pub kind: PlaceKind,
    /// The place of the list that contains it, by its position; none below the district.
    pub parent: Option<usize>,
}

/// A building as lists and maps show it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Door {
    /// Position in the city's list.
    pub number: u32,
    /// Longitude, degrees WGS-84.
    pub lon: f64,
    /// Latitude, degrees WGS-84.
    pub lat: f64,
    /// Residents.
    pub residents: u32,
    /// Which goals of the rules it reaches on foot: one bit for each, the first lowest.
    pub reached: u32,
}

/// Room to compute in, for one caller at a time.
pub(super) struct Room {
    pub space: Workspace,
    pub plan: Plan,
}

/// A city measured by one ruleset, ready to be asked.
pub struct Measured {
    /// The city.
    pub kept: Arc<KeptCity>,
    /// The rules.
    pub rules: Arc<GreenRules>,
    /// Places for which coverage is told, parents before children.
    pub zones: Vec<ZoneAt>,
    /// Coverage on foot and in a straight line.
    pub report: Report,
    pub(super) base: Base,
    pub(super) directory: Arc<Directory>,
    /// Kept from one caller to the next, so that nothing is allocated while somebody drags.
    rooms: Mutex<Vec<Room>>,
    /// For every building the lowest place of the list that holds it.
    lowest: Vec<Option<usize>>,
}

/// Rooms that are kept ready: more callers at once than this make their own.
const ROOMS: usize = 4;

impl Measured {
    fn new(
        kept: Arc<KeptCity>,
        directory: Arc<Directory>,
        rules: Arc<GreenRules>,
        walk: &luyuan_domain::ruleset::WalkRules,
    ) -> Self {
        let (mut zones, mut areas) = (Vec::new(), Vec::new());
        let mut told: Vec<_> = directory.places().iter().filter(|place| TOLD.contains(&place.kind)).collect();
        told.sort_by_key(|place| (place.kind.level(), place.code.clone()));
        let mut position = std::collections::HashMap::new();
        for place in told {
            let Some(shape) = place.shape.as_ref().and_then(area) else { continue };
            // Grids lie between communities and compounds and are not told.
            let parent = directory.path(place.id).iter().skip(1).find_map(|upper| position.get(&upper.id).copied());
            position.insert(place.id, zones.len());
            zones.push(ZoneAt { code: place.code.clone(), name: place.name.clone(), kind: place.kind, parent });
            areas.push(Zone {
                code: place.code.clone(),
                name: place.name.clone(),
                kind: place.kind.code().into(),
                area: shape,
            });
        }
        let report = walk::Measured::new(&kept.city, &areas, walk).report(&rules, false);
        let base = Base::new(kept.city.clone(), &areas, &rules, walk, false);
        let lowest = kept.city.buildings.iter().map(|building| {
            let place = directory.locate(building.at.position())?;
            directory.path(place.id).iter().find_map(|place| position.get(&place.id).copied())
        });
        let lowest = lowest.collect();
        Self { kept, rules, zones, report, base, directory, rooms: Mutex::default(), lowest }
    }

    /// Coverage by a goal: of a place of the list, or of the whole.
    pub fn row(&self, goal: usize, measure: Measure, zone: Option<usize>) -> Option<&Row> {
        self.report.rows.iter().find(|row| row.goal == goal && row.measure == measure && row.zone == zone)
    }

    /// The position of a place in the list, by its code.
    pub fn zone(&self, code: &str) -> Option<usize> {
        self.zones.iter().position(|zone| zone.code == code)
    }

    /// The lowest place of the list that holds a building.
    pub fn zone_of(&self, door: u32) -> Option<&ZoneAt> {
        self.lowest.get(door as usize).copied().flatten().map(|at| &self.zones[at])
    }

    /// The farthest radius of a goal, in metres.
    pub fn metres(&self, goal: usize) -> u32 {
        let code = self.rules.goals.get(goal).map_or("", |goal| goal.code.as_str());
        self.rules.radii_of(code).map(|radius| radius.metres).max().unwrap_or_default()
    }

    /// A building.
    pub fn door(&self, number: u32) -> Option<Door> {
        let building = self.kept.city.buildings.get(number as usize)?;
        let at = building.at.position();
        let reached = (0..self.base.goals()).filter(|goal| self.base.covers(*goal, number));
        let reached =
            reached.fold(0, |bits, goal| bits | 1u32.checked_shl(u32::try_from(goal).unwrap_or(32)).unwrap_or(0));
        Some(Door { number, lon: at.lon, lat: at.lat, residents: building.residents, reached })
    }

    /// Buildings in which people live.
    pub fn doors(&self) -> impl Iterator<Item = Door> + '_ {
        let count = u32::try_from(self.kept.city.buildings.len()).unwrap_or(u32::MAX);
        (0..count).filter_map(|number| self.door(number)).filter(|door| door.residents > 0)
    }

    /// The position of a building, by its key in the source.
    pub fn door_by_id(&self, id: &str) -> Option<u32> {
        let found = self.kept.city.buildings.iter().position(|building| building.id == id)?;
        u32::try_from(found).ok()
    }

    /// Computes in a room of the pool.
    pub(super) fn in_room<T>(&self, work: impl FnOnce(&mut Room) -> T) -> T {
        let ready = self.rooms.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut room = ready.unwrap_or_else(|| Room { space: Workspace::new(&self.base), plan: Plan::new(&self.base) });
        let done = work(&mut room);
        let mut rooms = self.rooms.lock().unwrap_or_else(PoisonError::into_inner);
        if rooms.len() < ROOMS {
            rooms.push(room);
        }
        done
    }
}

/// What a measurement was made from: the city, the generation of places and rules, the ruleset.
type Key = (String, i64, String);

/// A measurement that is made once, whoever asks for it first.
type Slot = Arc<OnceCell<Arc<Measured>>>;

/// Measurements of the city in use, one for each ruleset that was asked for.
#[derive(Default)]
pub(crate) struct Cache(Mutex<Vec<(Key, Slot)>>);

impl Cache {
    fn slot(&self, key: Key) -> Slot {
        let mut slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // What belongs to another city or to older rules is of no use any more.
        slots.retain(|((city, generation, _), _)| *city == key.0 && *generation == key.1);
        if let Some((_, slot)) = slots.iter().find(|(known, _)| *known == key) {
            return slot.clone();
        }
        let slot = Arc::default();
        slots.push((key, Arc::clone(&slot)));
        slot
    }
}

impl App {
    /// The sets in force now, the usual one first.
    ///
    /// # Errors
    /// [`AppError::Rules`] when no ruleset is in force.
    pub fn green_sets(&self) -> Result<Vec<Arc<GreenRules>>, AppError> {
        let mut sets = self.rulebook().green(self.env.now())?;
        sets.sort_by_key(|set| set.set != USUAL);
        Ok(sets)
    }

    /// The kept city measured by a ruleset in force, by its name or the usual one. Computed when it is
    /// asked for the first time, then kept ready. Nothing when no city is kept.
    ///
    /// # Errors
    /// [`AppError::Wrong`] for a name that no set in force has; [`AppError::Rules`] without rules.
    pub async fn green(&self, name: Option<&str>) -> Result<Option<Arc<Measured>>, AppError> {
        let Some(kept) = self.city() else { return Ok(None) };
        let sets = self.green_sets()?;
        let found = match name.filter(|name| !name.is_empty()) {
            Some(name) => sets.iter().find(|set| set.name == name),
            None => sets.first(),
        };
        let Some(rules) = found.cloned() else {
            let names: Vec<&str> = sets.iter().map(|set| set.name.as_str()).collect();
            return Err(AppError::wrong("ruleset", "green_ruleset", names.join(", ")));
        };
        let generation = self.generation.load(std::sync::atomic::Ordering::Relaxed);
        let slot = self.green.slot((kept.row.id.clone(), generation, rules.name.clone()));
        let (directory, walk) = (self.directory(), self.rulebook().walking(self.env.now())?);
        let measured = slot.get_or_try_init(|| async move {
            let work = move || Arc::new(Measured::new(kept, directory, rules, &walk));
            tokio::task::spawn_blocking(work).await.map_err(|error| AppError::File(error.to_string()))
        });
        measured.await.cloned().map(Some)
    }
}
