//! Search by name, initials and pinyin: `NameIndex` against looking at every name with its pinyin
//! kept beside it.

use luyuan_analysis::text::{NameIndex, folded, initials, readings};
use luyuan_benches::{Chance, best_of_three, ratio};

fn main() {
    let roads = [
        "京广路",
        "嵩山路",
        "大学路",
        "陇海路",
        "航海路",
        "长江路",
        "兴华街",
        "政通路",
        "人和路",
        "红云路",
        "福华街",
        "祥云",
        "绿云",
        "佛岗",
    ];
    for size in [1_000, 5_000, 20_000] {
        let mut chance = Chance(9);
        let names: Vec<String> = (0..size)
            .map(|_| {
                format!("{}{}号院{}号楼", roads[chance.below(14) as usize], 1 + chance.below(200), 1 + chance.below(9))
            })
            .collect();
        let index = NameIndex::new((0..).zip(&names).map(|(key, name)| (key, name.as_str(), 0)));
        // The peer knows the usual reading only.
        let spelled: Vec<(String, String, String)> = names
            .iter()
            .map(|name| {
                let name = folded(name);
                let full = name.chars().filter_map(|letter| readings(letter).into_iter().next()).collect();
                (name.clone(), initials(&name), full)
            })
            .collect();
        let typed = ["京广路12号", "路", "jgl12", "jgl", "guanglu", "x"];
        let (found, time) = best_of_three(|| typed.map(|typed| index.search(typed, 12).len()));
        let (_, peer_time) = best_of_three(|| {
            typed.map(|typed| {
                let fits = spelled.iter().enumerate().filter(|(_, (name, initials, full))| {
                    name.contains(typed) || initials.starts_with(typed) || full.contains(typed)
                });
                let mut fits: Vec<(usize, usize)> = fits.map(|(at, (name, ..))| (name.len(), at)).collect();
                fits.sort_unstable();
                fits.truncate(12);
                fits.len()
            })
        });
        let (each, peer) = (time / typed.len() as f64, peer_time / typed.len() as f64);
        println!("{size} names: {:.0} µs a search ({found:?} found), one by one {:.0} µs", each * 1e6, peer * 1e6);
        for word in typed {
            let (_, one) = best_of_three(|| index.search(word, 12));
            println!("  {word}: {:.0} µs", one * 1e6);
        }
        ratio(
            "search by name",
            &format!("{size} names"),
            &format!("{:.0} µs", each * 1e6),
            &format!("{:.0} µs", peer * 1e6),
            peer / each,
            "< 1 ms",
        );
    }
}
