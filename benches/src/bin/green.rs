//! The nearest park within 500 m and the nearest green within 300 m for every node and every door:
//! against a bare loop of a heap over rows, against scipy when Python has it, and over three sizes.
//!
//! `--size` bounds the sizes of the last part: 100,000 (the usual) stops at 204,000 nodes, 1,000,000
//! goes on to two and to ten million. `LUYUAN_BENCH_PYTHON` names a Python with scipy (and pandana).

use luyuan_analysis::{
    osm,
    walk::{Access, City, Draft, DraftBuilding, DraftGround, Edge, EdgeKind, Link, Network, Seed, Spot, access, reach},
};
use luyuan_benches::{Chance, best_of_three, ratio};
use luyuan_domain::ruleset::WalkRules;
use std::{cmp::Reverse, collections::BinaryHeap, fs, io::Write, process::Command, time::Instant};

const RULES: &str = include_str!("../../../data/erqi/rulesets/walking-2020.toml");
/// Metres of a degree on the sphere.
const DEGREE: f64 = 111_195.079_734;
/// The goals, in centimetres.
const PARK: u32 = 50_000;
const GREEN: u32 = 30_000;

fn main() {
    let rules = WalkRules::parse("walking-2020.toml", RULES).expect("the shipped rules");
    let city = town(202, 50_000, &rules);
    run("made town", &city, 1.3);
    // Building pandana's network of this size takes longer than everything else here together.
    python("made town", &city, &["scipy"]);
    for name in ["monaco", "helsinki", "heidelberg"] {
        let bytes = fs::read(format!("data/osm/{name}.osm.pbf")).expect("an extract");
        let start = Instant::now();
        let (draft, _) =
            osm::read(|| Ok(bytes.as_slice()), &osm::Cut::Whole, &rules, |_| {}).expect("a readable extract");
        let (city, _) = draft.join(&rules);
        let built = start.elapsed().as_secs_f64();
        println!("{name}: from {} bytes to a city in {:.0} ms", bytes.len(), built * 1e3);
        pyrosm(name, city.network.len(), built);
        run(name, &city, 1.3);
        python(name, &city, &["scipy", "pandana"]);
    }
    let most = luyuan_benches::sizes().last().copied().unwrap_or(0);
    let sides = [202u32, 632, 1_414].into_iter().filter(|side| *side == 202 || most >= 1_000_000);
    for side in sides {
        let start = Instant::now();
        let city = town(side, side as usize * side as usize * 5 / 4, &rules);
        let built = start.elapsed().as_secs_f64();
        let (found, with_doors) = best_of_three(|| access(&city, |park| park.is_park, PARK));
        let seeds = found.gates.seeds();
        let (_, seconds) = best_of_three(|| reach(&city.network, &seeds, PARK));
        let nodes = city.network.len();
        println!(
            "{nodes} nodes, {} doors: made and joined in {built:.1} s, searched in {:.2} ms ({:.0} ns a node), with the doors {:.2} ms, network {:.1} bytes a node",
            city.buildings.len(),
            seconds * 1e3,
            seconds * 1e9 / nodes as f64,
            with_doors * 1e3,
            city.network.bytes() as f64 / nodes as f64,
        );
    }
    if let Ok(status) = fs::read_to_string("/proc/self/status") {
        status.lines().filter(|line| line.starts_with("VmHWM")).for_each(|line| println!("most memory: {line}"));
    }
}

/// Both searches with ours and with the bare loop, equal at every node: first the nodes alone, then
/// with what every door is away from its nearest gate.
fn run(what: &str, city: &City, goal: f64) {
    let both =
        |city: &City| -> [Access; 2] { [access(city, |park| park.is_park, PARK), access(city, |_| true, GREEN)] };
    let (ours, with_doors) = best_of_three(|| both(city));
    let bare = Bare::of(&city.network);
    let seeds = ours.each_ref().map(|found| found.gates.seeds());
    let (_, nodes_only) =
        best_of_three(|| [reach(&city.network, &seeds[0], PARK), reach(&city.network, &seeds[1], GREEN)]);
    let (theirs, bare_seconds) = best_of_three(|| [bare.search(&seeds[0], PARK), bare.search(&seeds[1], GREEN)]);
    for (ours, theirs) in ours.iter().zip(&theirs) {
        assert!(ours.nodes.centimetres().eq(theirs.iter().copied()), "{what}: not equal");
    }
    let doors = |far: &[u32], bound: u32| -> Vec<u32> {
        let near = |link: &Option<Link>| link.as_ref().map_or(u32::MAX, |link| link.from_ends(|at| far[at as usize]));
        city.buildings.iter().map(|door| near(&door.link)).map(|cm| if cm > bound { u32::MAX } else { cm }).collect()
    };
    let (_, bare_doors) = best_of_three(|| [doors(&theirs[0], PARK), doors(&theirs[1], GREEN)]);
    let within = ours.iter().map(|found| found.nodes.centimetres().filter(|cm| *cm != u32::MAX).count()).sum::<usize>();
    println!("{what}: {} nodes, {} doors, {within} nodes within reach", city.network.len(), city.buildings.len());
    let size = city.network.len().to_string();
    for (kind, ours, theirs) in
        [("nodes", nodes_only, bare_seconds), ("nodes and doors", with_doors, bare_seconds + bare_doors)]
    {
        ratio(
            &format!("{what}: park 500 m, green 300 m, {kind}"),
            &size,
            &format!("{:.2} ms", ours * 1e3),
            &format!("{:.2} ms bare rows and heap", theirs * 1e3),
            ours / theirs,
            &format!("≤ {goal}"),
        );
    }
}

/// Nothing but rows, a heap and a loop.
struct Bare {
    offsets: Vec<u32>,
    heads: Vec<u32>,
    lengths: Vec<u32>,
}

impl Bare {
    fn of(network: &Network) -> Self {
        let arcs = network.all_arcs();
        Self {
            offsets: network.rows().to_vec(),
            heads: arcs.iter().map(|arc| arc.to).collect(),
            lengths: arcs.iter().map(|arc| arc.cm).collect(),
        }
    }

    fn search(&self, seeds: &[Seed], bound: u32) -> Vec<u32> {
        let mut far = vec![u32::MAX; self.offsets.len() - 1];
        let mut heap = BinaryHeap::new();
        for seed in seeds {
            if seed.cm <= bound && seed.cm < far[seed.node as usize] {
                far[seed.node as usize] = seed.cm;
                heap.push(Reverse((seed.cm, seed.node)));
            }
        }
        while let Some(Reverse((cm, node))) = heap.pop() {
            if cm > far[node as usize] {
                continue;
            }
            for slot in self.offsets[node as usize] as usize..self.offsets[node as usize + 1] as usize {
                let (to, new) = (self.heads[slot] as usize, cm + self.lengths[slot]);
                if new <= bound && new < far[to] {
                    far[to] = new;
                    heap.push(Reverse((new, to as u32)));
                }
            }
        }
        far
    }
}

/// A town of crooked streets from a fixed seed: blocks of some 100 m, every street of three pieces,
/// some streets missing, parks and greens beside them. About five nodes for each corner.
fn town(side: u32, doors: usize, rules: &WalkRules) -> City {
    let mut chance = Chance(u64::from(side));
    let spot = |x: f64, y: f64| Spot { lon: (x / DEGREE * 1e7).round() as i32, lat: (y / DEGREE * 1e7).round() as i32 };
    let mut at: Vec<(f64, f64)> = Vec::new();
    for row in 0..side {
        for column in 0..side {
            let mut off = || chance.between(-22.0, 22.0);
            at.push((f64::from(column) * 100.0 + off(), f64::from(row) * 100.0 + off()));
        }
    }
    let mut spots: Vec<Spot> = at.iter().map(|(x, y)| spot(*x, *y)).collect();
    let mut edges = Vec::new();
    for row in 0..side {
        for column in 0..side {
            let from = row * side + column;
            let ends = [(column + 1 < side).then_some(from + 1), (row + 1 < side).then_some(from + side)];
            for to in ends.into_iter().flatten() {
                if chance.below(100) < 7 {
                    continue;
                }
                let ((ax, ay), (bx, by)) = (at[from as usize], at[to as usize]);
                let mut last = from;
                for piece in 1..=3 {
                    let next = if piece == 3 {
                        to
                    } else {
                        let share = f64::from(piece) / 3.0;
                        let mut off = || chance.between(-3.0, 3.0);
                        spots.push(spot(ax + (bx - ax) * share + off(), ay + (by - ay) * share + off()));
                        spots.len() as u32 - 1
                    };
                    let cm = spots[last as usize].cm_to(spots[next as usize]);
                    edges.push(Edge { a: last, b: next, cm, kind: EdgeKind::Street });
                    last = next;
                }
            }
        }
    }
    let extent = f64::from(side) * 100.0;
    let square = |x: f64, y: f64, size: f64| {
        let corner = |x: f64, y: f64| (x / DEGREE, y / DEGREE);
        let ring =
            vec![corner(x, y), corner(x + size, y), corner(x + size, y + size), corner(x, y + size), corner(x, y)];
        geo::MultiPolygon(vec![geo::Polygon::new(ring.into(), vec![])])
    };
    let grounds = (0..side * side / 50).map(|number| {
        let (x, y) = (chance.between(0.0, extent), chance.between(0.0, extent));
        let size = chance.between(20.0, 160.0);
        DraftGround {
            id: number.to_string(),
            name: String::new(),
            is_park: number % 3 == 0,
            ground: square(x, y, size),
            given: Vec::new(),
            gates: Vec::new(),
        }
    });
    let grounds = grounds.collect();
    let buildings = (0..doors).map(|number| DraftBuilding {
        id: number.to_string(),
        at: spot(chance.between(0.0, extent), chance.between(0.0, extent)),
        residents: Some(chance.below(200) as u32),
        home: true,
        ..DraftBuilding::default()
    });
    let buildings = buildings.collect();
    Draft { network: Network::new(spots, edges), grounds, buildings, ..Draft::default() }.join(rules).0
}

/// The walking network of an extract with pyrosm; ours has parks, greens, buildings and doors too.
fn pyrosm(name: &str, nodes: usize, ours: f64) {
    let Ok(python) = std::env::var("LUYUAN_BENCH_PYTHON") else { return };
    let file = format!("data/osm/{name}.osm.pbf");
    let told = Command::new(python).arg("benches/peers/extract.py").arg(file).output().expect("python runs");
    let words = String::from_utf8_lossy(&told.stdout).into_owned();
    let Some([their_nodes, edges, seconds]) = words.trim().split('\t').collect::<Vec<_>>().first_chunk().copied()
    else {
        println!("pyrosm: not measured, {}", String::from_utf8_lossy(&told.stderr).lines().last().unwrap_or_default());
        return;
    };
    let seconds: f64 = seconds.parse().expect("seconds");
    println!("{name}: pyrosm finds {their_nodes} nodes and {edges} edges in {:.0} ms", seconds * 1e3);
    let (ours_shown, theirs) = (format!("{:.0} ms", ours * 1e3), format!("{:.0} ms pyrosm", seconds * 1e3));
    ratio(
        &format!("{name}: from the extract to a network"),
        &nodes.to_string(),
        &ours_shown,
        &theirs,
        seconds / ours,
        "≥ 1",
    );
}

/// The same search with these peers, as far as they are there.
fn python(what: &str, city: &City, peers: &[&str]) {
    let Ok(python) = std::env::var("LUYUAN_BENCH_PYTHON") else {
        println!("{what}: {} not measured, LUYUAN_BENCH_PYTHON is not set", peers.join(", "));
        return;
    };
    let found = access(city, |park| park.is_park, PARK);
    let folder = tempfile::tempdir().expect("a folder");
    let table = |name: &str| std::io::BufWriter::new(fs::File::create(folder.path().join(name)).expect("a file"));
    let mut edges = table("edges.csv");
    for edge in city.network.edges() {
        writeln!(edges, "{},{},{}", edge.a, edge.b, edge.cm).expect("written");
    }
    edges.flush().expect("written");
    let mut seeds = table("seeds.csv");
    for seed in found.gates.seeds() {
        writeln!(seeds, "{},{}", seed.node, seed.cm).expect("written");
    }
    seeds.flush().expect("written");
    let mut nodes = table("nodes.csv");
    for (spot, cm) in city.network.spots().iter().zip(found.nodes.centimetres()) {
        writeln!(nodes, "{},{},{}", spot.lon, spot.lat, if cm == u32::MAX { -1 } else { i64::from(cm) })
            .expect("written");
    }
    nodes.flush().expect("written");
    let seeds = found.gates.seeds();
    let (_, seconds) = best_of_three(|| reach(&city.network, &seeds, PARK));
    let told = Command::new(python)
        .arg("benches/peers/green.py")
        .arg(folder.path())
        .arg(PARK.to_string())
        .args(peers)
        .output();
    let told = told.expect("python runs");
    print!("{}", String::from_utf8_lossy(&told.stderr));
    if !told.status.success() {
        println!("{what}: one of {} ended without an answer ({})", peers.join(", "), told.status);
    }
    for line in String::from_utf8_lossy(&told.stdout).lines() {
        // What it says about itself on the way has no tab.
        let Some((name, peer)) = line.split_once('\t') else { continue };
        let name = name.split_whitespace().last().unwrap_or(name);
        let peer: f64 = peer.parse().expect("seconds");
        let goal = if name == "scipy" { "≥ 1 × scipy" } else { "≥ 100 × pandana" };
        let size = city.network.len().to_string();
        ratio(
            &format!("{what}: park 500 m against {name}"),
            &size,
            &format!("{:.2} ms", seconds * 1e3),
            &format!("{:.2} ms", peer * 1e3),
            peer / seconds,
            goal,
        );
    }
}
