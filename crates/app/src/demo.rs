//! The demonstration district: Erqi's real streets, communities and boundary; everything below
//! them, the accounts and the orders are made from a fixed seed and say so.

mod life;
mod orders;
mod orgs;
mod pictures;
mod scenario;

use crate::{
    App, AppError,
    city::{CityKind, Loaded, Origin},
    keys::NewKey,
    orders::Filter,
};
use geo::{Coord, LineString, MultiPolygon, Polygon};
use luyuan_analysis::made::{self, Listed, Made, MadeKind};
use luyuan_domain::{
    actor::Actor,
    geo::Wgs84,
    ids::PlaceId,
    place::{Place, PlaceKind, Shape},
    roles::Scopes,
};
use luyuan_store::{directory, settings};
use std::collections::HashMap;

const BOUNDARY: &str = include_str!("../../../data/erqi/places/boundary_wgs84.geojson");
const STREETS: &str = include_str!("../../../data/erqi/places/erqi_streets.csv");
const COMMUNITIES: &str = include_str!("../../../data/erqi/places/erqi_villages.csv");

/// Rules that a new district starts with, by name.
pub const RULES: [(&str, &str); 28] = [
    ("receipts-2020.toml", include_str!("../../../data/erqi/rulesets/receipts-2020.toml")),
    ("telling-2020.toml", include_str!("../../../data/erqi/rulesets/telling-2020.toml")),
    ("orders-2020.toml", include_str!("../../../data/erqi/rulesets/orders-2020.toml")),
    ("catalogue-2013.toml", include_str!("../../../data/erqi/rulesets/catalogue-2013.toml")),
    ("catalogue-2026.toml", include_str!("../../../data/erqi/rulesets/catalogue-2026.toml")),
    ("catalogue-gbt30428-2013.csv", include_str!("../../../data/erqi/rulesets/catalogue-gbt30428-2013.csv")),
    ("catalogue-gbt47678-2026.csv", include_str!("../../../data/erqi/rulesets/catalogue-gbt47678-2026.csv")),
    ("catalogue-local.csv", include_str!("../../../data/erqi/rulesets/catalogue-local.csv")),
    ("catalogue-plain.toml", include_str!("../../../data/erqi/rulesets/catalogue-plain.toml")),
    ("catalogue-attributes.toml", include_str!("../../../data/erqi/rulesets/catalogue-attributes.toml")),
    ("catalogue-disorders.toml", include_str!("../../../data/erqi/rulesets/catalogue-disorders.toml")),
    ("calendar/2024.toml", include_str!("../../../data/erqi/calendar/2024.toml")),
    ("calendar/2025.toml", include_str!("../../../data/erqi/calendar/2025.toml")),
    ("calendar/2026.toml", include_str!("../../../data/erqi/calendar/2026.toml")),
    ("privacy-2021.toml", include_str!("../../../data/erqi/rulesets/privacy-2021.toml")),
    ("accounts-2020.toml", include_str!("../../../data/erqi/rulesets/accounts-2020.toml")),
    ("residents-2021.toml", include_str!("../../../data/erqi/rulesets/residents-2021.toml")),
    ("roles-2020.toml", include_str!("../../../data/erqi/rulesets/roles-2020.toml")),
    ("siting-2020.toml", include_str!("../../../data/erqi/rulesets/siting-2020.toml")),
    ("walking-2020.toml", include_str!("../../../data/erqi/rulesets/walking-2020.toml")),
    ("green-300-500.toml", include_str!("../../../data/erqi/rulesets/green-300-500.toml")),
    ("green-gb50563-2010.toml", include_str!("../../../data/erqi/rulesets/green-gb50563-2010.toml")),
    ("green-garden-city-2016.toml", include_str!("../../../data/erqi/rulesets/green-garden-city-2016.toml")),
    ("green-garden-city-2022.toml", include_str!("../../../data/erqi/rulesets/green-garden-city-2022.toml")),
    ("green-gb55014-2021.toml", include_str!("../../../data/erqi/rulesets/green-gb55014-2021.toml")),
    ("green-3-30-300.toml", include_str!("../../../data/erqi/rulesets/green-3-30-300.toml")),
    ("green-angst.toml", include_str!("../../../data/erqi/rulesets/green-angst.toml")),
    ("green-who-2016.toml", include_str!("../../../data/erqi/rulesets/green-who-2016.toml")),
];

/// The seed of everything that is made.
const SEED: u64 = 410_103;
/// Password of all demonstration accounts.
pub const PASSWORD: &str = "luyuan-demo";
const KEY: &str = "demo_api_key";
const LOADED: &str = "demo_loaded";

/// What a newcomer is told.
#[derive(Debug, Clone)]
pub struct Welcome {
    /// Accounts: login, name.
    pub accounts: Vec<(String, String)>,
    /// The key with which programs place orders.
    pub api_key: String,
}

impl App {
    /// Loads the demonstration district, unless it is there already. `tell` hears of each step.
    ///
    /// # Errors
    /// As the database says; [`AppError::Rules`] when shipped data is wrong.
    pub async fn load_demo(&self, tell: impl Fn(&str) + Send + Sync) -> Result<Welcome, AppError> {
        if self.setting(LOADED).await?.is_none() {
            // Each step is kept whole or not at all, so that loading goes on where it broke off.
            if self.directory().places().is_empty() {
                tell("places");
                self.load_places().await?;
            }
            if self.directory().orgs().is_empty() {
                tell("organisations");
                self.load_orgs().await?;
            }
            self.reload().await?;
            tell("accounts");
            self.load_people().await?;
            if self.count(Filter::default()).await?.is_empty() {
                tell("orders");
                self.load_orders().await?;
            }
            let new = NewKey { label: "demo".into(), scopes: Scopes::usual(), until: None };
            let key = self.make_key(&Actor::System, new).await?;
            self.set(KEY, key).await?;
            self.set(LOADED, "1".into()).await?;
        }
        self.load_maps(tell).await?;
        let people = self.people().await?.into_iter().filter(|person| person.demo);
        let accounts = people.map(|person| (person.login, person.name)).collect();
        Ok(Welcome { accounts, api_key: self.setting(KEY).await?.unwrap_or_default() })
    }

    async fn setting(&self, name: &'static str) -> Result<Option<String>, AppError> {
        let j = self.jurisdiction.clone();
        let found = self.db.read(move |mut conn| Box::pin(async move { settings::get(&mut conn, &j, name).await }));
        found.await.map_err(AppError::Store)
    }

    async fn set(&self, name: &'static str, value: String) -> Result<(), AppError> {
        let j = self.jurisdiction.clone();
        let kept =
            self.db.write(move |mut conn| Box::pin(async move { settings::set(&mut conn, &j, name, &value).await }));
        kept.await.map_err(AppError::Store)
    }

    /// Keeps the shipped rules, if there are none of that name.
    ///
    /// # Errors
    /// As the database says.
    pub async fn load_rules(&self) -> Result<(), AppError> {
        let (j, now) = (self.jurisdiction.clone(), self.env.now());
        self.db
            .write(move |mut conn| {
                Box::pin(async move {
                    let there = settings::rules(&mut conn, &j).await?;
                    for (name, text) in RULES {
                        if !there.iter().any(|(kept, _)| kept == name) {
                            settings::put_rules(&mut conn, &j, name, text, now).await?;
                        }
                    }
                    Ok::<_, AppError>(())
                })
            })
            .await?;
        self.reload().await
    }

    async fn load_places(&self) -> Result<(), AppError> {
        let places = places(|| PlaceId(self.env.id()))?;
        let j = self.jurisdiction.clone();
        self.db
            .write(move |mut conn| {
                Box::pin(async move {
                    for place in places {
                        directory::put_place(&mut conn, &j, &place).await?;
                    }
                    Ok::<_, AppError>(())
                })
            })
            .await
    }
}

impl App {
    /// What is missing of the made district's maps: streets, parks and buildings for the distances on
    /// foot, and the base map. Demonstrations of before there were any get them too.
    async fn load_maps(&self, tell: impl Fn(&str) + Send + Sync) -> Result<(), AppError> {
        let (city, base) = (self.city().is_none(), self.base_map().is_none());
        if !city && !base {
            return Ok(());
        }
        tell("streets, parks and buildings for walkers and for the map");
        let drawing = drawing()?;
        if city {
            self.load_city(&drawing).await?;
        }
        if base {
            self.keep_base(&made::base(&drawing), CityKind::Made).await?;
        }
        Ok(())
    }

    async fn load_city(&self, drawing: &made::Drawing) -> Result<(), AppError> {
        let rules = self.rulebook().walking(self.env.now())?;
        let (city, findings) = made::city(drawing).join(&rules);
        let loaded = Loaded {
            city: std::sync::Arc::new(city),
            zones: Vec::new(),
            findings,
            left: luyuan_analysis::osm::Left::default(),
        };
        let source = "made from a fixed seed inside the real boundary".into();
        self.keep_city(&loaded, Origin { kind: CityKind::Made, name: "二七区（示例）".into(), source }).await?;
        Ok(())
    }
}

fn drawing() -> Result<made::Drawing, AppError> {
    Ok(made::draw(&boundary()?, &listed(STREETS), &listed(COMMUNITIES), made::ERQI, SEED))
}

fn listed(csv: &str) -> Vec<Listed> {
    let rows = csv.lines().skip(1).filter_map(|line| {
        let mut cells = line.split(',');
        Some(Listed { code: cells.next()?.to_owned(), name: cells.next()?.to_owned() })
    });
    rows.collect()
}

/// The outer ring of the shipped boundary.
fn boundary() -> Result<Polygon, AppError> {
    let bad = || AppError::Rules("boundary_wgs84.geojson has no polygon".into());
    let json: serde_json::Value = serde_json::from_str(BOUNDARY).map_err(|_| bad())?;
    let shape: Shape = serde_json::from_value(json["features"][0]["geometry"].clone()).map_err(|_| bad())?;
    let Shape::Polygon(rings) = shape else { return Err(bad()) };
    let ring = rings.into_iter().next().ok_or_else(bad)?;
    let ring: Vec<Coord> = ring.into_iter().map(|[x, y]| Coord { x, y }).collect();
    Ok(Polygon::new(LineString::from(ring), vec![]))
}

/// Decimetres are enough, and short numbers keep pages small.
fn round(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}

fn ring(line: &LineString) -> Vec<[f64; 2]> {
    line.coords().map(|at| [round(at.x), round(at.y)]).collect()
}

fn area_shape(area: &MultiPolygon) -> Shape {
    let polygons =
        area.iter().map(|polygon| std::iter::once(polygon.exterior()).chain(polygon.interiors()).map(ring).collect());
    let mut polygons: Vec<Vec<Vec<[f64; 2]>>> = polygons.collect();
    if polygons.len() == 1 { Shape::Polygon(polygons.remove(0)) } else { Shape::MultiPolygon(polygons) }
}

/// All places of the demonstration, parents before children.
fn places(mut id: impl FnMut() -> PlaceId) -> Result<Vec<Place>, AppError> {
    let boundary = boundary()?;
    let made = made::district(&boundary, &listed(STREETS), &listed(COMMUNITIES), made::ERQI, SEED);
    let whole = MultiPolygon(vec![boundary]);
    let district = Place {
        id: id(),
        code: "410103".into(),
        kind: PlaceKind::District,
        name: "二七区".into(),
        parent: None,
        responsible: None,
        centre: made::centre(&whole).map(|at| Wgs84 { lon: round(at.x), lat: round(at.y) }),
        shape: Some(area_shape(&whole)),
        made: false,
        facts: serde_json::Map::new(),
    };
    let ids: HashMap<String, PlaceId> = made.iter().map(|place| (place.code.clone(), id())).collect();
    let top = district.id;
    let mut places = vec![district];
    places.extend(made.iter().map(|made| place(made, &ids, top)));
    places.sort_by_key(|place| (place.kind.level().unwrap_or(u8::MAX), place.code.clone()));
    Ok(places)
}

fn place(made: &Made, ids: &HashMap<String, PlaceId>, district: PlaceId) -> Place {
    let kind = match made.kind {
        MadeKind::Street if made.name.ends_with('镇') => PlaceKind::Town,
        MadeKind::Street => PlaceKind::Street,
        MadeKind::Community if made::is_village(&made.name) => PlaceKind::Village,
        MadeKind::Community => PlaceKind::Community,
        MadeKind::Grid => PlaceKind::Grid,
        MadeKind::Compound => PlaceKind::Compound,
        MadeKind::Building => PlaceKind::Building,
        MadeKind::Road => PlaceKind::RoadSection,
        MadeKind::Park => PlaceKind::Park,
    };
    let (shape, centre) = match &made.line {
        Some(lines) => {
            let longest = lines.iter().max_by_key(|line| line.0.len());
            let middle = longest.and_then(|line| line.0.get(line.0.len() / 2)).copied();
            (longest.map(|line| Shape::LineString(ring(line))), middle)
        }
        None => (Some(area_shape(&made.area)), made::centre(&made.area)),
    };
    let mut facts = serde_json::Map::new();
    for (name, value) in [("households", made.households), ("built", made.built)] {
        if value > 0 {
            facts.insert(name.into(), value.into());
        }
    }
    let name = if made.kind == MadeKind::Community { made::short(&made.name) } else { made.name.clone() };
    Place {
        id: ids[&made.code],
        code: made.code.clone(),
        kind,
        name,
        parent: Some(made.parent.as_ref().and_then(|code| ids.get(code)).copied().unwrap_or(district)),
        responsible: None,
        shape,
        centre: centre.map(|at| Wgs84 { lon: round(at.x), lat: round(at.y) }),
        made: true,
        facts,
    }
}
