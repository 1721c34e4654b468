//! The city as walkers know it: read from OpenStreetMap and a district's own files, measured by the
//! rules of the day, written down for others.

mod bad_rows;
mod features;
mod graph;
mod kept;
mod layers;
mod out;
mod placed;
mod sites;

pub use bad_rows::BadRows;
pub use graph::write_graph;
pub(crate) use kept::pack;
pub use kept::{KeptCity, Origin};
pub use luyuan_analysis::osm::Sea;
pub use luyuan_store::city::{CityCounts, CityKind, CityRow};
pub use out::{Out, coverage_csv, why_line};
pub use sites::{PlanOut, crossing_sites, entrance_sites, grid_sites, read_sites, siting_rules};

use crate::{AppError, demo};
use features::Features;
use luyuan_analysis::{
    osm,
    tiles::Base,
    walk::{City, Draft, Findings, Zone},
};
use luyuan_domain::{
    geo::System,
    ruleset::{GreenRules, WalkRules},
};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

/// The set by which a city is measured when none is named: 300米见绿、500米见园.
pub const USUAL: &str = "green-300-500.toml";
/// How maps are read when nothing else is said.
const WALKING: &str = "walking-2020.toml";

/// Files from which a city is put together.
#[derive(Debug, Clone, Default)]
pub struct Inputs {
    /// The walking network: `.osm.pbf`, GeoJSON lines, or CSV.
    pub network: PathBuf,
    /// Parks and greens; none takes those of the extract.
    pub parks: Option<PathBuf>,
    /// The parks' entrances.
    pub entrances: Option<PathBuf>,
    /// Buildings; none takes those of the extract.
    pub buildings: Option<PathBuf>,
    /// Residential land; none takes that of the extract.
    pub land: Option<PathBuf>,
    /// Areas for which coverage is told.
    pub zones: Option<PathBuf>,
    /// The district's boundary: what lies outside is cut off, and files that lie elsewhere are caught.
    pub boundary: Option<PathBuf>,
    /// A box instead of a boundary: west, south, east, north in degrees.
    pub bbox: Option<[f64; 4]>,
    /// The system in which GeoJSON and CSV files are written; never guessed.
    pub crs: Option<System>,
}

/// A city with all that was found on the way.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The city.
    pub city: Arc<City>,
    /// Areas for which coverage is told.
    pub zones: Vec<Zone>,
    /// What joining found.
    pub findings: Findings,
    /// What could not be used of an extract.
    pub left: osm::Left,
}

/// Rules for reading maps from a file, or the shipped ones.
///
/// # Errors
/// [`AppError::Rules`] with file and line; [`AppError::Import`] when it cannot be read.
pub fn walk_rules(file: Option<&Path>) -> Result<WalkRules, AppError> {
    let (name, text) = text(file, WALKING)?;
    WalkRules::parse(&name, &text).map_err(|wrong| AppError::Rules(wrong.to_string()))
}

/// A green set from a file or by the name of a shipped one; see [`USUAL`].
///
/// # Errors
/// As [`walk_rules`].
pub fn green_rules(file: Option<&Path>) -> Result<GreenRules, AppError> {
    let (name, text) = text(file, USUAL)?;
    GreenRules::parse(&name, &text).map_err(|wrong| AppError::Rules(wrong.to_string()))
}

/// The text of a rule file: of that path, or shipped under that name.
fn text(file: Option<&Path>, usual: &str) -> Result<(String, String), AppError> {
    let wanted = file.map_or_else(|| usual.to_owned(), |file| file.to_string_lossy().into_owned());
    let shipped = demo::RULES.iter().find(|(name, _)| *name == wanted || name.strip_suffix(".toml") == Some(&wanted));
    if let Some((name, text)) = shipped.filter(|_| !Path::new(&wanted).exists()) {
        return Ok(((*name).to_owned(), (*text).to_owned()));
    }
    let text = std::fs::read_to_string(&wanted).map_err(|error| {
        let names = demo::RULES.iter().filter_map(|(name, _)| name.strip_suffix(".toml"));
        let names: Vec<&str> = names.filter(|name| name.starts_with("green-")).collect();
        AppError::Import(format!("{wanted} cannot be read: {error}; shipped sets are {}", names.join(", ")))
    })?;
    Ok((wanted, text))
}

impl Inputs {
    /// Reads all files and joins doors and entrances to the network. `tell` hears of each step and how
    /// far it is: done of all.
    ///
    /// # Errors
    /// [`AppError::Import`] with file, row or byte, and what to do: files that cannot be read, that lie
    /// elsewhere, that do not say their coordinate system.
    pub fn load(&self, rules: &WalkRules, mut tell: impl FnMut(&'static str, u64, u64)) -> Result<Loaded, AppError> {
        let own = |file: &Option<PathBuf>| file.as_deref().map(|file| Features::read(file, self.crs)).transpose();
        let boundary = own(&self.boundary)?.map(|features| layers::boundary(&features)).transpose()?;
        let within = boundary.as_ref().map(placed::Frame::boundary);
        let (mut draft, mut left) = match is_extract(&self.network) {
            true => self.extract(rules, boundary.as_ref(), &mut tell)?,
            false => {
                tell("network", 0, 1);
                let network = layers::network(&self.network, self.crs, within.as_ref())?;
                (Draft { network, ..Draft::default() }, osm::Left::default())
            }
        };
        let frame = within.unwrap_or_else(|| placed::Frame::around(&draft.network));
        let parks = own(&self.parks)?;
        if let Some(features) = &parks {
            tell("parks", 0, 1);
            frame.check(features)?;
            draft.grounds = layers::grounds(features, &mut left)?;
        }
        if let Some(features) = own(&self.entrances)? {
            frame.check(&features)?;
            layers::entrances(&features, &mut draft.grounds)?;
        }
        if let Some(file) = &self.buildings {
            tell("buildings", 0, 1);
            draft.buildings = layers::buildings(file, self.crs, &frame)?;
        }
        if let Some(features) = own(&self.land)? {
            frame.check(&features)?;
            draft.residential = layers::land(&features, &mut left)?;
        }
        let zones = match own(&self.zones)? {
            Some(features) => {
                frame.check(&features)?;
                layers::zones(&features)?
            }
            None => Vec::new(),
        };
        tell("joining", 0, 1);
        let (city, findings) = draft.join(rules);
        Ok(Loaded { city: Arc::new(city), zones, findings, left })
    }

    /// Reads the extract for the base map, and says what became of the sea. `tell` hears how far it is: bytes done of all.
    ///
    /// # Errors
    /// As [`Inputs::load`].
    pub fn base(&self, mut tell: impl FnMut(u64, u64)) -> Result<(Base, Sea), AppError> {
        let boundary = self.boundary.as_deref().map(|file| Features::read(file, self.crs)).transpose()?;
        let boundary = boundary.map(|features| layers::boundary(&features)).transpose()?;
        let cut = self.cut(boundary.as_ref())?;
        let size = std::fs::metadata(&self.network).map_or(0, |found| found.len());
        let open = || std::fs::File::open(&self.network);
        let read = osm::base(open, &cut, |progress| tell(progress.bytes, size * 3));
        read.map_err(|error| AppError::Import(format!("{}: {error} ({})", self.network.display(), error.code())))
    }

    fn cut(&self, boundary: Option<&geo::MultiPolygon>) -> Result<osm::Cut, AppError> {
        Ok(match (boundary, self.bbox) {
            (Some(area), _) => osm::Cut::Area(area.clone()),
            (None, Some(bbox)) => layers::bbox(bbox)?,
            (None, None) => osm::Cut::Whole,
        })
    }

    fn extract(
        &self,
        rules: &WalkRules,
        boundary: Option<&geo::MultiPolygon>,
        tell: &mut impl FnMut(&'static str, u64, u64),
    ) -> Result<(Draft, osm::Left), AppError> {
        let cut = self.cut(boundary)?;
        let size = std::fs::metadata(&self.network).map_or(0, |found| found.len());
        let open = || std::fs::File::open(&self.network);
        let read = osm::read(open, &cut, rules, |progress| tell("network", progress.bytes, size * 3));
        read.map_err(|error| AppError::Import(format!("{}: {error} ({})", self.network.display(), error.code())))
    }
}

/// Whether a file is an extract of OpenStreetMap, by its name.
pub fn is_extract(file: &Path) -> bool {
    file.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("pbf"))
}
