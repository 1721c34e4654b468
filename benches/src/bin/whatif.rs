//! What if, live: one park, entrance or crossing more or less over a city of 204,304 nodes and
//! 50,000 buildings, against computing all of it anew; and the same park asked for through HTTP.

use luyuan_analysis::{
    walk::{Entrance, Entrances, Link, Park, Spot, access},
    whatif::{Base, Edit, Plan, Workspace},
};
use luyuan_app::city::{CityKind, Loaded, Origin};
use luyuan_benches::{
    Chance, best_of_three, district, quantile, ratio,
    street::{SIDE, street},
};
use luyuan_domain::ruleset::{GreenRules, WalkRules};
use luyuan_web::Site;
use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    sync::Arc,
    time::Instant,
};

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
    let (_, anew) = best_of_three(|| (access(&city, |_| true, 30_000), access(&city, |park| park.is_park, 50_000)));
    let start = Instant::now();
    let base = Base::new(Arc::new(city), &[], &rules, &walk, false);
    println!("a base in {:.0} ms; both searches anew {:.1} ms", start.elapsed().as_secs_f64() * 1e3, anew * 1e3);
    let position = |chance: &mut Chance| base.city().network.spot(chance.below(nodes) as u32).position();
    let near = |at: luyuan_domain::geo::Wgs84| {
        let spot = Spot::of(at);
        Spot { lon: spot.lon + 5_000, lat: spot.lat }.position()
    };
    let kinds: [(&str, Box<dyn Fn(&mut Chance) -> Edit>); 4] = [
        (
            "park",
            Box::new(|chance| Edit::Park { entrances: vec![position(chance)], square_metres: 800.0, is_park: true }),
        ),
        (
            "entrance",
            Box::new(|chance| Edit::Entrance { park: (chance.below(150) * 2).to_string(), at: position(chance) }),
        ),
        (
            "crossing",
            Box::new(|chance| {
                let from = position(chance);
                Edit::Crossing { from, to: near(from) }
            }),
        ),
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
    let city = base.city().clone();
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    let times = runtime.block_on(through_http(city)).expect("an answer for every request");
    let (middle, late) = (quantile(&times, 0.5) * 1e3, quantile(&times, 0.99) * 1e3);
    println!("through HTTP: p50 {middle:.2} ms, p99 {late:.2} ms, most {:.2} ms", quantile(&times, 1.0) * 1e3);
    let theirs = format!("{:.1} ms all anew", anew * 1e3);
    ratio("what if through HTTP, p99", "204304 nodes", &format!("{late:.2} ms"), &theirs, anew * 1e3 / late, "< 20 ms");
}

/// Seconds that a pocket park takes from the request to the whole answer, sorted: one visitor who
/// drags it about, on one connection, all over the district.
async fn through_http(city: luyuan_analysis::walk::City) -> district::Result<Vec<f64>> {
    let folder = tempfile::tempdir()?;
    let app = district::open(folder.path()).await?;
    let loaded = Loaded {
        city: std::sync::Arc::new(city),
        zones: Vec::new(),
        findings: Default::default(),
        left: Default::default(),
    };
    let origin = Origin { kind: CityKind::Made, name: "town".into(), source: "a fixed seed".into() };
    app.keep_city(&loaded, origin).await?;
    let mut chance = Chance(17);
    let directory = app.directory();
    let network = &loaded.city.network;
    let all = std::iter::repeat_with(|| network.spot(chance.below(network.len() as u64) as u32).position());
    let places: Vec<_> = all.take(20_000).filter(|at| directory.locate(*at).is_some()).take(2_000).collect();
    assert_eq!(places.len(), 2_000, "the town lies in the district");
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let port = listener.local_addr()?.port();
    let site = Site::new(app, "http://localhost".into(), false);
    tokio::spawn(async move { axum::serve(listener, luyuan_web::router(site)).await });
    let asking = tokio::task::spawn_blocking(move || -> std::io::Result<Vec<f64>> {
        let stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_nodelay(true)?;
        let mut client = BufReader::with_capacity(1 << 16, stream);
        let mut times = Vec::with_capacity(places.len());
        for (number, at) in places.iter().enumerate() {
            let park = format!(
                "{{\"edits\":[{{\"edit\":\"park\",\"entrances\":[{{\"lon\":{:.7},\"lat\":{:.7}}}],\"square_metres\":800,\"is_park\":true}}]}}",
                at.lon, at.lat
            );
            let head = "POST /api/v1/green/what-if HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json";
            let request = format!("{head}\r\nContent-Length: {}\r\n\r\n{park}", park.len());
            let start = Instant::now();
            client.get_mut().write_all(request.as_bytes())?;
            answer(&mut client)?;
            // The first question measures the city; it is asked before anybody drags.
            if number > 0 {
                times.push(start.elapsed().as_secs_f64());
            }
        }
        times.sort_by(f64::total_cmp);
        Ok(times)
    });
    Ok(asking.await??)
}

/// Reads an answer that must be a good one.
fn answer(client: &mut BufReader<TcpStream>) -> std::io::Result<Vec<u8>> {
    let (mut line, mut length) = (String::new(), 0);
    client.read_line(&mut line)?;
    let good = line.starts_with("HTTP/1.1 200");
    let status = line.clone();
    while line != "\r\n" {
        line.clear();
        client.read_line(&mut line)?;
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length: ") {
            length = value.trim().parse().map_err(std::io::Error::other)?;
        }
    }
    let mut body = vec![0; length];
    client.read_exact(&mut body)?;
    let told = || std::io::Error::other(format!("{status}{}", String::from_utf8_lossy(&body)));
    if good { Ok(body) } else { Err(told()) }
}
