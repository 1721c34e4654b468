//! What if, live: one park, entrance or crossing more or less over a city of 204,304 nodes and
//! 50,000 buildings, against computing all of it anew.

use luyuan_analysis::{
    walk::{Entrance, Entrances, Link, Park, Spot, access},
    whatif::{Base, Edit, Plan, Workspace},
};
use luyuan_benches::{
    Chance, best_of_three, quantile, ratio,
    street::{SIDE, street},
};
use luyuan_domain::ruleset::{GreenRules, WalkRules};
use std::{sync::Arc, time::Instant};

const RULES: &str = include_str!("../../../data/erqi/rulesets/green-300-500.toml");
const WALKING: &str = include_str!("../../../data/erqi/rulesets/walking-2020.toml");

fn main() {
    let mut city = street(SIDE, 50_000, 0, 7).city;
    let mut chance = Chance(11);
    let nodes = city.network.len() as u64;
    for number in 0..300 {
        let entrance = |node: u32| Entrance { at: city.network.spot(node), link: Some(Link::at(node)) };
        city.parks.push(Park {
            id: number.to_string(),
            name: String::new(),
            is_park: number % 2 == 0,
            ground: geo::MultiPolygon(vec![]),
            square_metres: 6_000.0,
            entrances: (0..3).map(|_| entrance(chance.below(nodes) as u32)).collect(),
            known: Entrances::Given,
        });
    }
    let rules = GreenRules::parse("rules", RULES).expect("shipped rules");
    let walk = WalkRules::parse("walking", WALKING).expect("shipped rules");
    let (_, anew) = best_of_three(|| {
        (access(&city, |_| true, 30_000), access(&city, |park| park.is_park, 50_000))
    });
    let start = Instant::now();
    let base = Base::new(Arc::new(city), &[], &rules, &walk, false);
    println!("a base in {:.0} ms; both searches anew {:.1} ms", start.elapsed().as_secs_f64() * 1e3, anew * 1e3);
    let position = |chance: &mut Chance| base.city().network.spot(chance.below(nodes) as u32).position();
    let near = |at: luyuan_domain::geo::Wgs84| {
        let spot = Spot::of(at);
        Spot { lon: spot.lon + 5_000, lat: spot.lat }.position()
    };
    let kinds: [(&str, Box<dyn Fn(&mut Chance) -> Edit>); 4] = [
        ("park", Box::new(|chance| Edit::Park { entrances: vec![position(chance)], square_metres: 800.0, is_park: true })),
        ("entrance", Box::new(|chance| Edit::Entrance { park: (chance.below(150) * 2).to_string(), at: position(chance) })),
        ("crossing", Box::new(|chance| {
            let from = position(chance);
            Edit::Crossing { from, to: near(from) }
        })),
        ("park less", Box::new(|chance| Edit::WithoutPark { park: chance.below(300).to_string() })),
    ];
    let (mut room, mut plan) = (Workspace::new(&base), Plan::new(&base));
    for (name, edit) in &kinds {
        let mut chance = Chance(13);
        let edits: Vec<[Edit; 1]> = (0..3_000).map(|_| [edit(&mut chance)]).collect();
        let mut times = Vec::with_capacity(edits.len());
        let mut moved = 0;
        for edits in &edits {
            let start = Instant::now();
            plan.fill(&base, edits).expect("a path is near");
            moved += room.run(&base, &plan).iter().map(|change| change.changes.len()).sum::<usize>();
            times.push(start.elapsed().as_secs_f64());
        }
        times.sort_by(f64::total_cmp);
        let mean = times.iter().sum::<f64>() / times.len() as f64;
        println!(
            "{name}: mean {:.1} µs, p99 {:.1} µs, most {:.1} µs; {moved} doors moved",
            mean * 1e6,
            quantile(&times, 0.99) * 1e6,
            quantile(&times, 1.0) * 1e6
        );
        let (ours, theirs) = (format!("{:.3} ms", mean * 1e3), format!("{:.1} ms all anew", anew * 1e3));
        ratio(&format!("what if: {name}"), "204304 nodes", &ours, &theirs, anew / mean, "< 5 ms");
    }
}
