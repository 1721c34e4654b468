//! Where next, on the hard instance: 20,000 candidates, 500 m on foot, every one of 50,000
//! buildings, where choosing greedily is not best. Against HiGHS on the plain model, and the
//! coverage matrix of 5,000 sites against networkx, when `LUYUAN_BENCH_PYTHON` names a Python that
//! has `highspy` and `networkx`. `--sites P` solves one size, `--limit S` gives it S seconds.

use luyuan_analysis::{
    siting::{Instance, Patience, solve},
    walk::{Seed, Walker},
};
use luyuan_benches::{
    ratio,
    street::{SIDE, Street, street},
};
use std::{
    fs::File,
    io::{BufWriter, Write},
    path::Path,
    process::Command,
    time::Instant,
};

/// Junctions on a side of the small town.
const SMALL: usize = 150;
/// How far a park serves, in centimetres.
const BOUND: u32 = 50_000;

fn main() {
    let words: Vec<String> = std::env::args().collect();
    let number = |name: &str| -> Option<u64> {
        words.windows(2).find(|pair| pair[0] == name).and_then(|pair| pair[1].parse().ok())
    };
    let python = std::env::var("LUYUAN_BENCH_PYTHON").ok();
    let folder = tempfile::tempdir().expect("a folder");
    let town = street(SIDE, 50_000, 20_000, 7);
    matrix(&town, python.as_deref(), folder.path(), &["networkx"]);
    // Pandana does not end with a network of that size.
    matrix(&street(SMALL, 5_000, 5_000, 7), python.as_deref(), folder.path(), &["networkx", "pandana"]);
    let start = Instant::now();
    let covers = town.covers(BOUND);
    println!("20,000 candidates reach {} doors: {:.2} s", covers.items(), start.elapsed().as_secs_f64());
    let limit = number("--limit").unwrap_or(900);
    let sizes = number("--sites").map_or(vec![20, 50, 100], |sites| vec![sites as u32]);
    for sites in sizes {
        let instance = town.instance(covers.clone(), sites);
        let start = Instant::now();
        let stop = || start.elapsed().as_secs() >= limit;
        let found = solve(&instance, &Patience { nodes: u64::MAX, stop: &stop }).expect("a sound instance");
        let ours = start.elapsed().as_secs_f64();
        assert_eq!(instance.covered(&found.chosen), found.covered);
        println!(
            "{sites} sites: {} of at most {} ({}), greedy {} (proven {:.1} %), {} nodes, {ours:.2} s",
            found.covered,
            found.bound,
            if found.is_optimal() { "optimal".to_owned() } else { format!("gap {:.4} %", found.gap() * 100.0) },
            found.greedy.covered,
            found.greedy.share() * 100.0,
            found.nodes,
        );
        if let Some(python) = &python {
            let file = folder.path().join("instance.bin");
            write(&instance, sites, &file).expect("written");
            // As long as it takes to tell whether it is five times slower.
            let most = (ours * 5.5).max(60.0);
            let told = peer(python, "highs.py", &[&file.to_string_lossy(), &most.to_string()]);
            let words: Vec<&str> = told.split_whitespace().collect();
            println!("HiGHS: {told}");
            let [status, value, _, seconds] = words[..] else { continue };
            let seconds: f64 = seconds.parse().unwrap_or(most);
            let optimal = status == "Optimal";
            if optimal && found.is_optimal() {
                assert_eq!(value.parse::<f64>().map(f64::round).unwrap_or(0.0), found.covered as f64);
            }
            let theirs = format!("{seconds:.0} s HiGHS{}", if optimal { "" } else { ", not finished" });
            ratio(
                "siting, proven",
                &format!("{sites} of 20000"),
                &format!("{ours:.1} s"),
                &theirs,
                seconds / ours,
                "5",
            );
        }
    }
}

/// Searches from 5,000 sites, each within 500 m.
fn matrix(town: &Street, python: Option<&str>, folder: &Path, peers: &[&str]) {
    let sources = &town.candidates[..5_000];
    let mut walker = Walker::new(town.city.network.len());
    let start = Instant::now();
    let mut reached = 0;
    for node in sources {
        walker.run(&town.city.network, &[Seed { node: *node, cm: 0, source: 0 }], BOUND);
        reached += walker.touched().len();
    }
    let ours = start.elapsed().as_secs_f64();
    let size = town.city.network.len();
    println!("searches from 5,000 sites, {size} nodes: {reached} nodes, {:.0} ms", ours * 1e3);
    let Some(python) = python else { return };
    let file = folder.join("graph.bin");
    let mut into = BufWriter::new(File::create(&file).expect("a file"));
    let mut put = |number: u32| into.write_all(&number.to_le_bytes()).expect("written");
    put(town.city.network.edge_count() as u32);
    put(town.city.network.len() as u32);
    for edge in town.city.network.edges() {
        [edge.a, edge.b, edge.cm].into_iter().for_each(&mut put);
    }
    // A tenth of the sites is enough to tell.
    put(500);
    sources[..500].iter().for_each(|node| put(*node));
    into.flush().expect("written");
    let mut same = 0;
    for node in &sources[..500] {
        walker.run(&town.city.network, &[Seed { node: *node, cm: 0, source: 0 }], BOUND);
        same += walker.touched().len();
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers/matrix.py");
    let output =
        Command::new(python).arg(script).arg(&file).arg(BOUND.to_string()).args(peers).output().expect("python runs");
    print!("{}", String::from_utf8_lossy(&output.stderr));
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let words: Vec<&str> = line.split('\t').collect();
        let [name, nodes, seconds] = words[..] else { continue };
        // What pandana says about itself on the way stands before its name.
        let name = name.split_whitespace().last().unwrap_or(name);
        let nodes: usize = nodes.parse().expect("a count");
        // Pandana counts lengths in millimetres of its own and may lose a node at the very bound.
        let off = nodes.abs_diff(same);
        assert!(if name == "networkx" { off == 0 } else { off * 1_000 < same }, "{name}: {nodes} nodes, ours {same}");
        let theirs = seconds.parse::<f64>().unwrap_or(0.0) * 10.0;
        let (left, right) = (format!("{:.0} ms", ours * 1e3), format!("{:.0} ms {name}", theirs * 1e3));
        let goal = if name == "networkx" { "10" } else { "200" };
        ratio("coverage matrix, 500 m, 5,000 sites", &size.to_string(), &left, &right, theirs / ours, goal);
    }
}

fn peer(python: &str, script: &str, words: &[&str]) -> String {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers").join(script);
    let output = Command::new(python).arg(script).args(words).output().expect("python runs");
    let text = String::from_utf8_lossy(&output.stdout);
    let last = text.lines().rev().find_map(|line| line.strip_prefix("RESULT ")).map(str::to_owned);
    last.unwrap_or_else(|| String::from_utf8_lossy(&output.stderr).into_owned())
}

/// Candidates, demands, sites; residents; each candidate's list with its length before it.
fn write(instance: &Instance, sites: u32, file: &Path) -> std::io::Result<()> {
    let mut into = BufWriter::new(File::create(file)?);
    for number in [instance.candidates() as u32, instance.weights.len() as u32, sites] {
        into.write_all(&number.to_le_bytes())?;
    }
    for weight in &instance.weights {
        into.write_all(&weight.to_le_bytes())?;
    }
    for list in instance.covers.iter() {
        into.write_all(&(list.len() as u32).to_le_bytes())?;
        for demand in list {
            into.write_all(&demand.to_le_bytes())?;
        }
    }
    into.flush()
}
