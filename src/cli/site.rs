//! `luyuan site`: where the next parks, entrances and crossings should be, without a server.

use super::{Trouble, green::Files, progress::Bar};
use clap::Args;
use luyuan_analysis::{
    siting::{Limit, Patience, choose, measure},
    whatif::Base,
};
use luyuan_app::{
    AppError,
    city::{self, PlanOut},
};
use std::{path::PathBuf, time::Instant};

/// What may be chosen, and where the plan goes.
#[derive(Args)]
#[command(after_help = "EXAMPLES:
  luyuan site --network monaco.osm.pbf --grid 100 --sites 5 --out plan.geojson
  luyuan site --network helsinki.osm.pbf --entrances-every 100 --crossings-every 100 \\
      --budget 500000 --out plan.csv
  luyuan site --network erqi.osm.pbf --candidates cleared.csv --crs gcj02 --budget 3000000 \\
      --goal park --out plan.csv

The files are described in docs/siting.md.")]
pub struct Options {
    #[command(flatten)]
    files: Files,
    /// How near green has to be: a file in TOML, or the name of a shipped set [default: green-300-500]
    #[arg(long)]
    rules: Option<PathBuf>,
    /// The goal of the set that is planned for [default: the first]
    #[arg(long)]
    goal: Option<String>,
    /// Count the radii that hold in historic quarters only
    #[arg(long)]
    historic: bool,
    /// What each kind of candidate costs, in TOML [default: the shipped siting-2020]
    #[arg(long)]
    costs: Option<PathBuf>,
    /// Candidates: cleared land, vacant lots, pavements, entrances, crossings
    #[arg(long, required_unless_present_any = ["grid", "entrances_every", "crossings_every"])]
    candidates: Option<PathBuf>,
    /// Candidates on a grid so many metres apart, outside parks
    #[arg(long, value_parser = spacing)]
    grid: Option<f64>,
    /// Entrances where a path passes a park's boundary but the way in is far, so many metres apart at
    /// least
    #[arg(long, value_name = "METRES", value_parser = spacing)]
    entrances_every: Option<f64>,
    /// Crossings where two ways lie side by side but the way round is long, so many metres apart at
    /// least
    #[arg(long, value_name = "METRES", value_parser = spacing)]
    crossings_every: Option<f64>,
    /// Choose at most so many
    #[arg(long, required_unless_present = "budget", conflicts_with = "budget")]
    sites: Option<u32>,
    /// Choose what costs at most so many yuan together
    #[arg(long, value_parser = yuan)]
    budget: Option<i64>,
    /// Measure candidates and search for at most so many seconds; what is found by then comes with its
    /// proven gap, and with how many candidates were measured
    #[arg(long, default_value_t = 60)]
    limit: u64,
    /// Where the plan goes: .geojson or .csv
    #[arg(long)]
    out: PathBuf,
    /// Where the problem goes for another solver, in LP format, so that the plan can be checked
    #[arg(long)]
    model_out: Option<PathBuf>,
}

fn spacing(text: &str) -> Result<f64, String> {
    let metres: f64 = text.parse().map_err(|_| "a number of metres is wanted".to_owned())?;
    if (10.0..=5_000.0).contains(&metres) { Ok(metres) } else { Err("between 10 and 5000 metres".into()) }
}

/// Fen of an amount in yuan.
fn yuan(text: &str) -> Result<i64, String> {
    let amount: f64 = text.parse().map_err(|_| "an amount in yuan is wanted".to_owned())?;
    if !(0.0..=1.0e11).contains(&amount) {
        return Err("between 0 and 100000000000 yuan".into());
    }
    #[allow(clippy::cast_possible_truncation)] // bounded above
    Ok((amount * 100.0).round() as i64)
}

/// Plans and tells.
pub fn run(options: &Options) -> Result<(), Trouble> {
    let wrong = |sentence: String| Trouble { code: 3, sentence };
    let walking = city::walk_rules(options.files.walking.as_deref())?;
    let rules = city::green_rules(options.rules.as_deref())?;
    let costs = city::siting_rules(options.costs.as_deref())?;
    let goal = match &options.goal {
        Some(code) => rules.goals.iter().position(|goal| goal.code == *code),
        None => Some(0),
    };
    let codes: Vec<&str> = rules.goals.iter().map(|goal| goal.code.as_str()).collect();
    let goal = goal.ok_or_else(|| wrong(format!("the set has no such goal; it has {}", codes.join(", "))))?;
    let code = rules.goals[goal].code.clone();
    let (rules, goal) = (rules.only(&code), 0);
    let bar = Bar::new(0);
    let loaded = options.files.inputs()?.load(&walking, |_, done, all| bar.reach(done, all));
    bar.end();
    let loaded = loaded?;
    let mut sites = match &options.candidates {
        Some(file) => {
            city::read_sites(file, options.files.crs, &loaded.city, &costs, &walking).map_err(AppError::from)?
        }
        None => Vec::new(),
    };
    if let Some(metres) = options.grid {
        sites.extend(city::grid_sites(&loaded.city, &costs, metres));
    }
    let limit = match (options.sites, options.budget) {
        (Some(sites), _) => Limit::Sites(sites),
        (None, fen) => Limit::Budget(fen.unwrap_or(0)),
    };
    let base = Base::new(loaded.city.clone(), &loaded.zones, &rules, &walking, options.historic);
    let begun = Instant::now();
    let stop = || begun.elapsed().as_secs() >= options.limit;
    if let Some(metres) = options.entrances_every {
        sites.extend(city::entrance_sites(&base, goal, &costs, Some(metres))?);
    }
    if let Some(metres) = options.crossings_every {
        sites.extend(city::crossing_sites(&base, goal, &costs, Some(metres))?);
    }
    let bar = Bar::new(0);
    let count = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    let hands = std::thread::available_parallelism().map_or(1, usize::from);
    let measured = measure(&base, goal, &sites, limit, hands, |done, all| {
        bar.reach(count(done), count(all));
        !stop()
    });
    bar.end();
    if let Some(file) = &options.model_out {
        let mut text = String::new();
        let written = measured.instance.write_lp(&mut text).map_err(|error| error.to_string());
        let written = written.and_then(|()| std::fs::write(file, text).map_err(|error| error.to_string()));
        written.map_err(|error| wrong(format!("{} cannot be written: {error}", file.display())))?;
    }
    let patience = Patience { nodes: u64::MAX, stop: &stop };
    let chosen = choose(&base, goal, &sites, &measured, &patience).map_err(|error| wrong(error.to_string()))?;
    let out = PlanOut {
        loaded: &loaded,
        rules: &rules,
        goal,
        costs: &costs,
        sites: &sites,
        measured: &measured,
        base: &base,
        chosen: &chosen,
    };
    out.write(&options.out)?;
    super::green::tell_city(&loaded);
    out.lines().iter().for_each(|line| println!("{line}"));
    if !loaded.city.attribution.is_empty() {
        println!("{}", loaded.city.attribution);
    }
    Ok(())
}
