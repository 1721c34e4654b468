//! The whole way without a server: from three CSV files (a network, buildings, 5,000 candidates) to
//! twenty chosen places, as `luyuan site` goes it, in a process of its own, so that its time and its
//! memory are its own. Against a networkx program that reads the same files, searches around the same
//! candidates and chooses greedily, when `LUYUAN_BENCH_PYTHON` names a Python that has networkx.

use luyuan_analysis::{
    siting::{Limit, Patience, choose, greedy, measure},
    whatif::Base,
};
use luyuan_app::{
    AppError,
    city::{Inputs, green_rules, read_sites, siting_rules, walk_rules},
};
use luyuan_benches::{
    district::Result,
    ratio,
    street::{SIDE, street},
};
use luyuan_domain::geo::System;
use std::{
    fs::{self, File},
    io::{BufWriter, Write},
    path::Path,
    process::Command,
    time::Instant,
};

const CANDIDATES: usize = 5_000;
const SITES: u32 = 20;
/// How far a park serves in the set that is used, in metres.
const METRES: u32 = 500;

fn main() -> Result<()> {
    let words: Vec<String> = std::env::args().collect();
    if words.get(1).is_some_and(|word| word == "plan") {
        return plan(Path::new(&words[2]));
    }
    let folder = tempfile::tempdir()?;
    write(folder.path())?;
    let (ours, kilobytes) = told(Command::new(std::env::current_exe()?).arg("plan").arg(folder.path()))?;
    let shown = |seconds: f64| format!("{seconds:.2} s, {} MiB", kilobytes / 1024);
    let proven = shown(ours[1]);
    println!("ours: {} residents at most, {proven}; {} by greedy, {:.2} s", ours[0], ours[2], ours[3]);
    let Ok(python) = std::env::var("LUYUAN_BENCH_PYTHON") else {
        println!("networkx: not measured, LUYUAN_BENCH_PYTHON is not set");
        return Ok(());
    };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers/cold.py");
    let words = [METRES.to_string(), SITES.to_string()];
    let (theirs, kilobytes) = told(Command::new(python).arg(script).arg(folder.path()).args(words))?;
    println!("networkx: {} residents, {:.1} s, {} MiB", theirs[0], theirs[1], kilobytes / 1024);
    // A door at the very bound may fall to either side: networkx adds fractions of metres.
    assert!((theirs[0] - ours[2]).abs() < 1e-4 * ours[2], "both choose greedily alike");
    let peer = format!("{:.1} s, {} MiB networkx", theirs[1], kilobytes / 1024);
    let size = "204304 nodes";
    let greedily = shown(ours[3]);
    ratio("from files to 20 places, greedily", size, &greedily, &peer, theirs[1] / ours[3], "20, under 64 MB");
    ratio("from files to 20 places, proven", size, &proven, &peer, theirs[1] / ours[1], "20, under 64 MB");
    Ok(())
}

/// What a program said: numbers separated by tabs, of which the last is its most memory in kilobytes.
fn told(command: &mut Command) -> Result<(Vec<f64>, u64)> {
    let output = command.output()?;
    let text = String::from_utf8(output.stdout)?;
    let numbers = text.trim().split('\t').map(str::parse).collect::<std::result::Result<Vec<f64>, _>>();
    let mut numbers = numbers.map_err(|error| format!("{error}: {text}{}", String::from_utf8_lossy(&output.stderr)))?;
    let kilobytes = numbers.pop().ok_or("no numbers")?;
    Ok((numbers, kilobytes as u64))
}

/// The town's files. Doors and candidates stand on junctions, so that nothing is left to snapping.
fn write(folder: &Path) -> Result<()> {
    let town = street(SIDE, 50_000, CANDIDATES, 7);
    let network = &town.city.network;
    let at = |node: u32| {
        let spot = network.spot(node);
        let degrees = |e7: i32| format!("{}.{:07}", e7 / 10_000_000, e7 % 10_000_000);
        format!("{},{}", degrees(spot.lon), degrees(spot.lat))
    };
    let table = |name: &str, header: &str| -> Result<BufWriter<File>> {
        let mut file = BufWriter::new(File::create(folder.join(name))?);
        writeln!(file, "{header}")?;
        Ok(file)
    };
    let mut edges = table("network.csv", "from_lon,from_lat,to_lon,to_lat,metres")?;
    for edge in network.edges() {
        writeln!(edges, "{},{},{}.{:02}", at(edge.a), at(edge.b), edge.cm / 100, edge.cm % 100)?;
    }
    edges.flush()?;
    // A junction without a path is no node of a network that is read from its edges.
    let reached = |node: u32| network.rows()[node as usize] < network.rows()[node as usize + 1];
    let mut buildings = table("buildings.csv", "id,lon,lat,residents")?;
    let doors = town.city.buildings.iter().filter_map(|building| Some((building, building.link.as_ref()?.a)));
    for (building, node) in doors.filter(|(_, node)| reached(*node)) {
        writeln!(buildings, "{},{},{}", building.id, at(node), building.residents)?;
    }
    buildings.flush()?;
    let mut candidates = table("candidates.csv", "id,kind,lon,lat,square_metres")?;
    for (number, node) in town.candidates.iter().filter(|node| reached(**node)).enumerate() {
        writeln!(candidates, "{number},free,{},10000", at(*node))?;
    }
    Ok(candidates.flush()?)
}

/// The way of `luyuan site`; prints residents, seconds, residents by greedy, seconds until the greedy
/// plan, kilobytes at most.
fn plan(folder: &Path) -> Result<()> {
    let start = Instant::now();
    let (walking, rules, costs) = (walk_rules(None)?, green_rules(None)?.only("park"), siting_rules(None)?);
    let goal = 0;
    let inputs = Inputs {
        network: folder.join("network.csv"),
        buildings: Some(folder.join("buildings.csv")),
        crs: Some(System::Wgs84),
        ..Inputs::default()
    };
    let loaded = inputs.load(&walking, |_, _, _| {})?;
    let sites = read_sites(&folder.join("candidates.csv"), Some(System::Wgs84), &loaded.city, &costs, &walking);
    let sites = sites.map_err(AppError::from)?;
    let base = Base::new(loaded.city, &loaded.zones, &rules, &walking, false);
    let hands = std::thread::available_parallelism().map_or(1, usize::from);
    let measured = measure(&base, goal, &sites, Limit::Sites(SITES), hands, |_, _| true);
    let stop = || start.elapsed().as_secs() >= 120;
    let ready = start.elapsed().as_secs_f64();
    // What the peer does: the same files, the same searches, a greedy choice. The proven plan begins
    // with it too, so that its time is taken beside the rest and not in it.
    let alone = greedy(&measured.instance);
    let greedy_seconds = start.elapsed().as_secs_f64() - ready;
    let start = start + std::time::Duration::from_secs_f64(greedy_seconds);
    let chosen = choose(&base, goal, &sites, &measured, &Patience { nodes: u64::MAX, stop: &stop })?;
    let outcome = &chosen.outcome;
    if !outcome.is_optimal() {
        return Err(format!("not proven: {} of at most {}", outcome.covered, outcome.bound).into());
    }
    let seconds = start.elapsed().as_secs_f64();
    eprintln!("files read and {} candidates measured in {ready:.2} s", sites.len());
    let status = fs::read_to_string("/proc/self/status")?;
    let most = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no VmHWM")?;
    let most = most.trim().trim_end_matches(" kB");
    assert_eq!(alone.covered, outcome.greedy.covered);
    let by_greedy = ready + greedy_seconds;
    println!("{}\t{seconds}\t{}\t{by_greedy}\t{most}", outcome.covered, outcome.greedy.covered);
    Ok(())
}
