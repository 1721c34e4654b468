//! `luyuan import`: orders of another system, places, organisations, members, rules.

use super::{Trouble, green::Files, progress::Bar};
use clap::{Args, Subcommand};
use luyuan_app::{
    App,
    city::{CityKind, Origin, Sea, is_extract},
    import::{Input, Mapping, Rejects, Report, Sheet, Strictness},
};
use luyuan_domain::geo::System;
use std::{
    io::Write,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

/// What to import.
#[derive(Subcommand)]
#[command(after_help = "EXIT CODES:
  0 all rows are in   1 failed   2 wrong use   3 rows were rejected   4 database cannot be reached

Rejected rows are written to FILE.rejects.csv with line, code, reason and the row itself.
Every import may be repeated: what is here already is not added again.
The formats are described in docs/bulk.md.")]
pub enum What {
    /// Orders of another system, from CSV (also packed as .csv.gz), by a mapping file
    #[command(after_help = "EXAMPLES:
  luyuan import orders requests.csv.gz --mapping data/mappings/boston311.toml
  luyuan import orders 工单.csv --mapping ours.toml --encoding gbk --rejects rejected.csv")]
    Orders(Orders),
    /// Places from CSV or GeoJSON; those whose code is here already are changed
    #[command(after_help = "EXAMPLES:
  luyuan import places compounds.geojson --crs gcj02
  luyuan import places places.csv --crs wgs84 --partial")]
    Places(Places),
    /// Organisations from CSV or XLSX; those whose code is here already are changed
    Orgs(Table),
    /// Accounts from CSV or XLSX with the columns login, name, org; first passwords are made here
    Members(Members),
    /// A ruleset, catalogue or calendar from TOML or CSV; checked before it is kept
    #[command(after_help = "EXAMPLES:
  luyuan import rules calendar-2027.toml --name calendar/2027.toml")]
    Rules(Rules),
    /// Streets, parks and buildings for walkers from an OpenStreetMap extract (.osm.pbf)
    #[command(after_help = "EXAMPLES:
  luyuan import osm erqi.osm.pbf --boundary district.geojson --crs gcj02
  luyuan import osm monaco.osm.pbf --bbox 7.41,43.73,7.43,43.74

What was imported before is replaced. See docs/green.md.")]
    Osm(Osm),
}

/// How an extract is imported.
#[derive(Args)]
pub struct Osm {
    /// The extract
    file: PathBuf,
    /// Cut it to a box: west,south,east,north in degrees
    #[arg(long, value_delimiter = ',', num_args = 1, allow_hyphen_values = true)]
    bbox: Vec<f64>,
    /// Cut it along a boundary, an area in GeoJSON or CSV
    #[arg(long, conflicts_with = "bbox")]
    boundary: Option<PathBuf>,
    /// The district's own parks and greens instead of those of the extract, as areas
    #[arg(long)]
    parks: Option<PathBuf>,
    /// The parks' entrances, as points with the key of their park
    #[arg(long)]
    entrances: Option<PathBuf>,
    /// The district's own buildings with their residents instead of those of the extract
    #[arg(long)]
    buildings: Option<PathBuf>,
    /// Residential land instead of that of the extract, as areas
    #[arg(long)]
    land: Option<PathBuf>,
    /// Coordinate system of the GeoJSON and CSV files: wgs84, gcj02 or bd09; never guessed
    #[arg(long, env = "LUYUAN_IMPORT_CRS", value_parser = system)]
    crs: Option<System>,
}

/// How orders are imported.
#[derive(Args)]
pub struct Orders {
    /// The file
    file: PathBuf,
    /// Which column means what; see docs/bulk.md and data/mappings
    #[arg(long, env = "LUYUAN_IMPORT_MAPPING")]
    mapping: PathBuf,
    #[command(flatten)]
    reading: Reading,
}

/// How a file is read.
#[derive(Args)]
pub struct Reading {
    /// Encoding of a CSV file that is not UTF-8, such as gbk
    #[arg(long, env = "LUYUAN_IMPORT_ENCODING")]
    encoding: Option<String>,
    /// Where rejected rows go [default: the file's name with .rejects.csv]
    #[arg(long, env = "LUYUAN_IMPORT_REJECTS")]
    rejects: Option<PathBuf>,
}

/// How places are imported.
#[derive(Args)]
pub struct Places {
    /// The file: .csv, .geojson or .json
    file: PathBuf,
    /// Coordinate system of the file: wgs84, gcj02 or bd09; never guessed
    #[arg(long, env = "LUYUAN_IMPORT_CRS", value_parser = system)]
    crs: System,
    /// Keep the good rows of a file that has bad ones [default: keep nothing then]
    #[arg(long)]
    partial: bool,
    #[command(flatten)]
    reading: Reading,
}

/// How a table is imported.
#[derive(Args)]
pub struct Table {
    /// The file: .csv or .xlsx
    file: PathBuf,
    /// Keep the good rows of a file that has bad ones [default: keep nothing then]
    #[arg(long)]
    partial: bool,
    #[command(flatten)]
    reading: Reading,
}

/// How members are imported.
#[derive(Args)]
pub struct Members {
    #[command(flatten)]
    table: Table,
    /// New file, readable by you alone, for the first passwords
    #[arg(long)]
    passwords: PathBuf,
}

/// How rules are imported.
#[derive(Args)]
pub struct Rules {
    /// The file: .toml or .csv
    file: PathBuf,
    /// The name under which it is kept, such as orders-2027.toml or calendar/2027.toml
    #[arg(long)]
    name: String,
    /// Replace rules of the same name
    #[arg(long)]
    replace: bool,
}

/// A coordinate system by its code.
pub(super) fn system(code: &str) -> Result<System, String> {
    System::parse(code).ok_or_else(|| "write wgs84, gcj02 or bd09".into())
}

impl Reading {
    fn rejects(&self, file: &Path) -> Result<Rejects, Trouble> {
        let beside = || {
            let mut name = file.as_os_str().to_owned();
            name.push(".rejects.csv");
            PathBuf::from(name)
        };
        Ok(Rejects::to(&self.rejects.clone().unwrap_or_else(beside))?)
    }
}

impl Table {
    fn strictness(&self) -> Strictness {
        strictness(self.partial)
    }
}

fn strictness(partial: bool) -> Strictness {
    if partial { Strictness::Partial } else { Strictness::Whole }
}

/// Carries it out.
pub async fn run(app: App, what: What) -> Result<(), Trouble> {
    let done = match what {
        What::Orders(options) => orders(&app, options).await,
        What::Places(options) => places(&app, options).await,
        What::Orgs(options) => orgs(&app, options).await,
        What::Members(options) => members(&app, options).await,
        What::Rules(options) => rules(&app, options).await,
        What::Osm(options) => osm(&app, options).await,
    };
    app.db.close().await;
    done
}

async fn orders(app: &App, options: Orders) -> Result<(), Trouble> {
    let text = text(&options.mapping)?;
    let mapping = Mapping::parse(&options.mapping.to_string_lossy(), &text)?;
    let input = Input::open(&options.file, options.reading.encoding.as_deref())?;
    let mut rejects = options.reading.rejects(&options.file)?;
    let bar = Bar::new(input.size);
    let done = app.import_orders(input, &mapping, &mut rejects, |progress| bar.show(progress)).await;
    bar.end();
    let place = rejects.finish()?;
    tell(done?, place.as_deref(), Strictness::Partial)
}

async fn places(app: &App, options: Places) -> Result<(), Trouble> {
    let json = options.file.extension().is_some_and(|ending| ending == "geojson" || ending == "json");
    let sheet = if json {
        Sheet::geojson(&options.file)?
    } else {
        Sheet::open(&options.file, options.reading.encoding.as_deref())?
    };
    let mut rejects = options.reading.rejects(&options.file)?;
    let strictness = strictness(options.partial);
    let report = app.import_places(&sheet, options.crs, strictness, &mut rejects).await?;
    tell(report, rejects.finish()?.as_deref(), strictness)
}

async fn orgs(app: &App, options: Table) -> Result<(), Trouble> {
    let sheet = Sheet::open(&options.file, options.reading.encoding.as_deref())?;
    let mut rejects = options.reading.rejects(&options.file)?;
    let report = app.import_orgs(&sheet, options.strictness(), &mut rejects).await?;
    tell(report, rejects.finish()?.as_deref(), options.strictness())
}

async fn members(app: &App, options: Members) -> Result<(), Trouble> {
    let Members { table, passwords } = options;
    let sheet = Sheet::open(&table.file, table.reading.encoding.as_deref())?;
    let mut rejects = table.reading.rejects(&table.file)?;
    // Made before anybody is added, so that no password is lost.
    let file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&passwords);
    let mut file = file.map_err(|error| Trouble {
        code: 1,
        sentence: format!("{} cannot be made: {error}; name a new file with --passwords", passwords.display()),
    })?;
    let imported = app.import_members(&sheet, table.strictness(), &mut rejects).await;
    let (report, told) = match imported {
        Ok((report, told)) if !told.is_empty() => (report, told),
        other => (other?.0, Vec::new()),
    };
    if !told.is_empty() {
        for first in &told {
            writeln!(file, "{}\t{}\t{}", first.login, first.name, first.password)?;
        }
        file.sync_all()?;
        println!("passwords={}", passwords.display());
    }
    tell(report, rejects.finish()?.as_deref(), table.strictness())
}

async fn rules(app: &App, options: Rules) -> Result<(), Trouble> {
    app.import_rules(&options.name, &text(&options.file)?, options.replace).await?;
    println!("kept {}; running servers notice it within {} s", options.name, super::serve::BEAT.as_secs());
    Ok(())
}

async fn osm(app: &App, options: Osm) -> Result<(), Trouble> {
    let walking = app.rulebook().walking(app.env.now())?;
    let name = options.file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let files = Files {
        network: options.file,
        parks: options.parks,
        entrances: options.entrances,
        buildings: options.buildings,
        land: options.land,
        zones: None,
        boundary: options.boundary,
        bbox: options.bbox,
        crs: options.crs,
        walking: None,
    };
    if !is_extract(&files.network) {
        return Err(Trouble { code: 2, sentence: format!("{name}: an extract ends in .osm.pbf") });
    }
    let inputs = files.inputs()?;
    let bar = Bar::new(0);
    let loaded = inputs.load(&walking, |_, done, all| bar.reach(done, all));
    bar.end();
    let loaded = loaded?;
    super::green::tell_city(&loaded);
    let bar = Bar::new(0);
    let base = inputs.base(|done, all| bar.reach(done, all));
    bar.end();
    let (base, sea) = base?;
    let source = format!("OpenStreetMap, {name}");
    let row = app.keep_city(&loaded, Origin { kind: CityKind::Osm, name, source }).await?;
    let map = app.keep_base(&base, CityKind::Osm).await?;
    println!("base map: {} things to draw, {} bytes", base.len(), map.bytes);
    println!("{}", told_of(sea));
    println!("kept {} bytes; running servers notice it within {} s", row.bytes, super::serve::BEAT.as_secs());
    println!("{}", row.attribution);
    Ok(())
}

/// What became of the sea, in words.
fn told_of(sea: Sea) -> String {
    match sea {
        Sea::None => "sea: no coast lies here".into(),
        Sea::Filled(areas) => format!("sea: filled, areas={areas}"),
        Sea::Broken { at: (lon, lat) } => format!(
            "sea: not filled; the coast does not close near {lon:.5}, {lat:.5}. Its lines are drawn; mend it in \
             OpenStreetMap, or cut the extract elsewhere (--bbox, --boundary)"
        ),
    }
}

fn text(path: &Path) -> Result<String, Trouble> {
    std::fs::read_to_string(path)
        .map_err(|error| Trouble { code: 1, sentence: format!("{} cannot be read: {error}", path.display()) })
}

/// Prints what became of the rows; rejected ones are exit code 3.
fn tell(report: Report, rejects: Option<&Path>, strictness: Strictness) -> Result<(), Trouble> {
    let nothing = report.rejected > 0 && strictness == Strictness::Whole;
    let (added, changed) = if nothing { (0, 0) } else { (report.added, report.changed) };
    println!(
        "read={} added={added} changed={changed} known={} rejected={}",
        report.read, report.known, report.rejected
    );
    let Some(place) = rejects else { return Ok(()) };
    println!("rejects={}", place.display());
    let told = if nothing { "nothing was saved: " } else { "" };
    let advice =
        if nothing { "correct them, or keep the good rows with --partial" } else { "correct them and import again" };
    Err(Trouble {
        code: 3,
        sentence: format!("{told}{} of {} rows were rejected; {advice}", report.rejected, report.read),
    })
}
