//! `luyuan green`: how near green is to every door, without a server.

use super::{Trouble, import::system, progress::Bar};
use clap::Args;
use luyuan_analysis::walk::{Entrances, Measured, access, centimetres, serves, why};
use luyuan_app::city::{self, Inputs, Loaded, Out};
use luyuan_domain::{geo::System, ruleset::GreenRules};
use std::path::PathBuf;

/// Files from which a city is put together.
#[derive(Args, Clone)]
pub struct Files {
    /// Walking network: an OpenStreetMap extract (.osm.pbf), lines in GeoJSON, or CSV
    #[arg(long)]
    pub network: PathBuf,
    /// Parks and greens as areas in GeoJSON or CSV [default: those of the extract]
    #[arg(long)]
    pub parks: Option<PathBuf>,
    /// The parks' entrances as points with the key of their park
    #[arg(long)]
    pub entrances: Option<PathBuf>,
    /// Buildings with their residents as points or areas [default: those of the extract]
    #[arg(long)]
    pub buildings: Option<PathBuf>,
    /// Residential land as areas [default: that of the extract]
    #[arg(long)]
    pub land: Option<PathBuf>,
    /// Areas for which coverage is told: district, streets, communities, compounds
    #[arg(long)]
    pub zones: Option<PathBuf>,
    /// The district's boundary: an extract is cut along it, and files that lie elsewhere are refused
    #[arg(long, conflicts_with = "bbox")]
    pub boundary: Option<PathBuf>,
    /// Cut an extract to a box: west,south,east,north in degrees
    #[arg(long, value_delimiter = ',', num_args = 1, allow_hyphen_values = true)]
    pub bbox: Vec<f64>,
    /// Coordinate system of GeoJSON and CSV files: wgs84, gcj02 or bd09; never guessed
    #[arg(long, value_parser = system)]
    pub crs: Option<System>,
    /// How maps are read for walkers, in TOML [default: the shipped walking-2020]
    #[arg(long)]
    pub walking: Option<PathBuf>,
}

impl Files {
    /// The same for the use cases.
    pub fn inputs(&self) -> Result<Inputs, Trouble> {
        let bbox = match self.bbox.as_slice() {
            [] => None,
            [west, south, east, north] => Some([*west, *south, *east, *north]),
            _ => return Err(Trouble { code: 2, sentence: "--bbox wants west,south,east,north".into() }),
        };
        Ok(Inputs {
            network: self.network.clone(),
            parks: self.parks.clone(),
            entrances: self.entrances.clone(),
            buildings: self.buildings.clone(),
            land: self.land.clone(),
            zones: self.zones.clone(),
            boundary: self.boundary.clone(),
            bbox,
            crs: self.crs,
        })
    }
}

/// What is measured, and where it goes.
#[derive(Args)]
#[command(after_help = "EXAMPLES:
  luyuan green --network monaco.osm.pbf --out doors.geojson
  luyuan green --network erqi.osm.pbf --boundary district.geojson --crs gcj02 --rules green-gb55014-2021 \\
      --zones communities.geojson --coverage coverage.csv --out doors.csv
  luyuan green --network monaco.osm.pbf --why way/93920567 --goal park --out why.geojson

The files are described in docs/green.md.")]
pub struct Options {
    #[command(flatten)]
    files: Files,
    /// How near green has to be: a file in TOML, or the name of a shipped set [default: green-300-500]
    #[arg(long)]
    rules: Option<PathBuf>,
    /// Count the radii that hold in historic quarters only
    #[arg(long)]
    historic: bool,
    /// Where every building goes: .geojson or .csv
    #[arg(long)]
    out: PathBuf,
    /// Where the coverage of the whole and of every zone goes: .csv
    #[arg(long)]
    coverage: Option<PathBuf>,
    /// Tell for one building why the nearest park is far: its key
    #[arg(long)]
    why: Option<String>,
    /// The goal of the set that is meant with --why [default: the first]
    #[arg(long, requires = "why")]
    goal: Option<String>,
    /// Folder for the network and what was found at every node, to be checked with other programs
    #[arg(long)]
    graph_out: Option<PathBuf>,
}

/// How far is looked for the way round, in metres.
const ROUND: f64 = 10_000.0;

/// Measures and tells.
pub fn run(options: &Options) -> Result<(), Trouble> {
    let walking = city::walk_rules(options.files.walking.as_deref())?;
    let rules = city::green_rules(options.rules.as_deref())?;
    let bar = Bar::new(0);
    let loaded = options.files.inputs()?.load(&walking, |_, done, all| bar.reach(done, all));
    bar.end();
    let loaded = loaded?;
    let report = Measured::new(&loaded.city, &loaded.zones, &walking).report(&rules, options.historic);
    let why = match &options.why {
        Some(id) => Some(reason(&loaded, &rules, id, options)?),
        None => None,
    };
    let out = Out { loaded: &loaded, rules: &rules, report: &report, why };
    out.write(&options.out)?;
    if let Some(file) = &options.coverage {
        city::coverage_csv(&out, file)?;
    }
    if let Some(folder) = &options.graph_out {
        let searches = rules.radii.iter().enumerate().map(|(number, radius)| {
            let counts =
                |park: &luyuan_analysis::walk::Park| serves(std::iter::once(radius), options.historic, park).is_some();
            let found = access(&loaded.city, counts, centimetres(f64::from(radius.metres)));
            (format!("{number}-{}-{}", radius.goal, radius.metres), found)
        });
        city::write_graph(folder, &loaded.city, &searches.collect::<Vec<_>>())?;
    }
    tell(&loaded, &rules, &out);
    Ok(())
}

fn reason(
    loaded: &Loaded,
    rules: &GreenRules,
    id: &str,
    options: &Options,
) -> Result<(usize, luyuan_analysis::walk::Why), Trouble> {
    let wrong = |sentence: String| Trouble { code: 3, sentence };
    let number = loaded.city.buildings.iter().position(|building| building.id == id);
    let number = number.ok_or_else(|| wrong(format!("there is no building {id}")))?;
    let goal = match &options.goal {
        Some(code) => rules.goals.iter().find(|goal| goal.code == *code),
        None => rules.goals.first(),
    };
    let codes: Vec<&str> = rules.goals.iter().map(|goal| goal.code.as_str()).collect();
    let goal = goal.ok_or_else(|| wrong(format!("the set has no such goal; it has {}", codes.join(", "))))?;
    let counts =
        |park: &luyuan_analysis::walk::Park| serves(rules.radii_of(&goal.code), options.historic, park).is_some();
    let found = why(&loaded.city, number, counts, centimetres(ROUND));
    Ok((number, found.ok_or_else(|| wrong("no park counts for this goal".into()))?))
}

/// What a city holds and what was found on the way, in a few lines.
pub fn tell_city(loaded: &Loaded) {
    let city = &loaded.city;
    println!(
        "nodes={} edges={} parks={} greens={} buildings={} residents={}",
        city.network.len(),
        city.network.edge_count(),
        city.parks.iter().filter(|park| park.is_park).count(),
        city.parks.iter().filter(|park| !park.is_park).count(),
        city.buildings.len(),
        city.residents()
    );
    let found = &loaded.findings;
    let known = Entrances::ALL.iter().zip(found.entrances).map(|(known, count)| format!("{}={count}", known.code()));
    println!("entrances: {}", known.collect::<Vec<_>>().join(" "));
    println!(
        "islands={} island_nodes={} island_metres={} unreachable={} estimated={} uninhabited={} unclosed={} invalid={}",
        found.islands,
        found.island_nodes,
        found.island_cm / 100,
        found.unlinked,
        found.estimated,
        found.uninhabited,
        loaded.left.unclosed,
        loaded.left.invalid_count
    );
    for (id, code) in &loaded.left.invalid {
        println!("left out: {id} ({code})");
    }
    if found.unlinked > 0 {
        println!(
            "{} buildings are farther from every path than the rules allow: unreachable, not near",
            found.unlinked
        );
    }
}

/// The result in a few lines.
fn tell(loaded: &Loaded, rules: &GreenRules, out: &Out<'_>) {
    tell_city(loaded);
    println!("ruleset={} ({}, {})", rules.name, rules.provenance.status.code(), rules.provenance.source);
    for row in out.report.rows.iter().filter(|row| row.zone.is_none()) {
        let goal = &rules.goals[row.goal];
        let percent = |share: luyuan_analysis::walk::Share| {
            share.percent().map_or_else(|| "none".to_owned(), |percent| format!("{percent:.1}%"))
        };
        let own = if row.measure == goal.measure { "" } else { " (beside)" };
        println!(
            "{} {}{own}: residents {} homes {} land {}",
            goal.code,
            row.measure.code(),
            percent(row.residents),
            percent(row.homes),
            percent(row.land)
        );
    }
    for (rule, found) in rules.per_person.iter().zip(&out.report.per_person) {
        let told = found.map_or_else(|| "none".to_owned(), |m2| format!("{m2:.2}"));
        println!("{}: {told} square metres for each resident, wanted {}", rule.code, rule.m2);
    }
    for part in &rules.not_computed {
        println!("not computed: {} ({})", part.en, part.provenance.source);
    }
    if let Some((number, why)) = &out.why {
        println!("{}", city::why_line(loaded, *number, why));
    }
    if !loaded.city.attribution.is_empty() {
        println!("{}", loaded.city.attribution);
    }
}
