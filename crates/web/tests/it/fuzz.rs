//! Outside bytes, bent at random: whatever comes, the site answers in order, and goes on.
//!
//! This bends known inputs (`fuzz/corpus`) by a seed that is printed; it does not see which code was
//! reached, as a fuzzer with coverage would. What it asserts is the same: no panic, no failure inside,
//! no endless work.

use crate::district::{Answer, Site};
use axum::http::Method;
use luyuan_app::{
    AppError,
    city::{CityKind, Inputs, Origin, walk_rules},
    evidence::{Receipt, Verifier},
    import::{Input, Mapping, Rejects, Sheet, Strictness},
};
use luyuan_domain::geo::System;
use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

/// What is tried, each with a folder of known inputs.
const TARGETS: [&str; 10] =
    ["open311-form", "order-json", "photo", "address", "mapping", "rows", "geojson", "table", "receipt", "pbf"];
/// Longest time for one input: more than any of them takes in a build without optimisation.
const MOST: Duration = Duration::from_secs(20);

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz")
}

/// Numbers of a fixed sequence (xorshift64*, Vigna 2016).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        usize::try_from(self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33).unwrap() % sides.max(1)
    }

    /// A bent copy: bytes flipped, cut, doubled, set to edges, or with words put in that parsers care for.
    fn bend(&mut self, known: &[u8], other: &[u8]) -> Vec<u8> {
        const WORDS: [&[u8]; 22] = [
            b"\0",
            b"\xff\xfe",
            b"\xef\xbb\xbf",
            b"%",
            b"%00",
            b"%zz",
            b"<!DOCTYPE a [<!ENTITY b \"c\">]>",
            b"]]>",
            b"{",
            b"[[[[[[[[",
            b"\"",
            b"'",
            b"\r\n",
            b",",
            b";",
            b"-1",
            b"1e999",
            b"NaN",
            b"18446744073709551616",
            "\u{202e}".as_bytes(),
            "𠮷".as_bytes(),
            b"=cmd|'/c'!A0",
        ];
        let mut bytes = known.to_vec();
        for _ in 0..=self.roll(6) {
            let at = self.roll(bytes.len() + 1);
            match self.roll(7) {
                0 => bytes.truncate(at),
                1 if at < bytes.len() => bytes[at] ^= 1 << self.roll(8),
                2 => {
                    let word = WORDS[self.roll(WORDS.len())];
                    bytes.splice(at..at, word.iter().copied());
                }
                3 => {
                    let end = (at + self.roll(64)).min(bytes.len());
                    let piece = bytes[at..end].to_vec();
                    for _ in 0..self.roll(20) {
                        bytes.splice(at..at, piece.iter().copied());
                    }
                }
                4 if at < bytes.len() => bytes[at] = [0, 1, 0x7f, 0x80, 0xff][self.roll(5)],
                5 => {
                    let end = (at + self.roll(32)).min(bytes.len());
                    bytes.drain(at..end);
                }
                _ => {
                    let from = self.roll(other.len() + 1);
                    bytes.splice(at..at, other[from..].iter().take(200).copied());
                }
            }
            bytes.truncate(256 * 1024);
        }
        bytes
    }
}

/// A refusal says what is wrong; anything else is a fault of ours.
fn in_order(done: Result<(), AppError>) -> Result<(), String> {
    match done {
        Ok(()) | Err(AppError::Import(_) | AppError::Wrong(_) | AppError::Rules(_) | AppError::Refused(_)) => Ok(()),
        Err(error) => Err(format!("{error:?}")),
    }
}

fn answered(answer: &Answer) -> Result<(), String> {
    if answer.status.is_server_error() { Err(format!("{}: {}", answer.status, answer.text())) } else { Ok(()) }
}

/// Gives an input to the parser that a target stands for.
async fn give(site: &Site, target: &str, bytes: Vec<u8>, folder: &Path) -> Result<(), String> {
    let file = |ending: &str| {
        let path = folder.join(format!("input.{ending}"));
        fs::write(&path, &bytes).unwrap();
        path
    };
    let rejects = || Rejects::to(&folder.join("rejects.csv")).unwrap();
    let bearer = format!("Bearer {}", site.key);
    match target {
        "open311-form" => {
            let body = [bytes.as_slice(), b"&api_key=", site.key.as_bytes()].concat();
            let form = [("content-type", "application/x-www-form-urlencoded")];
            answered(&site.ask(Method::POST, "/open311/v2/requests.xml", &form, body.clone()).await)?;
            answered(&site.ask(Method::POST, "/open311/v2/servicerequestupdates.json", &form, body).await)
        }
        "order-json" => {
            let json = [("content-type", "application/json"), ("authorization", bearer.as_str())];
            answered(&site.ask(Method::POST, "/api/v1/orders", &json, bytes).await)
        }
        "photo" => {
            let image = [("content-type", "image/jpeg"), ("authorization", bearer.as_str())];
            answered(&site.ask(Method::POST, "/api/v1/photos", &image, bytes).await)
        }
        "address" => {
            // What cannot be sent as an address at all does not reach us.
            let text = String::from_utf8_lossy(&bytes).into_owned();
            match axum::http::Request::get(text).body(axum::body::Body::empty()) {
                Ok(request) if request.uri().path().starts_with('/') => answered(&site.send(request).await),
                _ => Ok(()),
            }
        }
        "receipt" => receipt(&String::from_utf8_lossy(&bytes)),
        "pbf" => in_order(extract(site, &file("osm.pbf")).await),
        "mapping" => in_order(Mapping::parse("bent.toml", &String::from_utf8_lossy(&bytes)).map(drop)),
        "rows" => {
            let mapping = fs::read_to_string(root().join("corpus/mapping/boston311.toml")).unwrap();
            let mapping = Mapping::parse("known.toml", &mapping).unwrap();
            match Input::open(&file("csv"), None) {
                Ok(input) => in_order(site.app.import_orders(input, &mapping, &mut rejects(), |_| {}).await.map(drop)),
                Err(error) => in_order(Err(error)),
            }
        }
        "geojson" => match Sheet::geojson(&file("geojson")) {
            Ok(sheet) => in_order(
                site.app.import_places(&sheet, System::Wgs84, Strictness::Whole, &mut rejects()).await.map(drop),
            ),
            Err(error) => in_order(Err(error)),
        },
        _ => {
            let path = file(if bytes.starts_with(b"PK") { "xlsx" } else { "csv" });
            match Sheet::open(&path, None) {
                Ok(sheet) => in_order(site.app.import_orgs(&sheet, Strictness::Whole, &mut rejects()).await.map(drop)),
                Err(error) => in_order(Err(error)),
            }
        }
    }
}

/// What `luyuan import osm` does with a file: the city and the base map of it are kept, read back, and
/// drawn.
async fn extract(site: &Site, network: &Path) -> Result<(), AppError> {
    let inputs = Inputs { network: network.to_owned(), ..Inputs::default() };
    let loaded = inputs.load(&walk_rules(None)?, |_, _, _| {})?;
    let (base, _) = inputs.base(|_, _| {})?;
    site.app.keep_city(&loaded, Origin { kind: CityKind::Osm, name: "bent".into(), source: "bent".into() }).await?;
    site.app.keep_base(&base, CityKind::Osm).await?;
    assert_eq!(*site.app.city().unwrap().city, *loaded.city, "as it was written");
    let map = site.app.base_map().unwrap();
    (0..16).for_each(|tile| drop(map.tile(14, 8192 + tile % 4, 8188 + tile / 4)));
    drop(map.tile(14, 8529, 5975));
    Ok(())
}

/// What `luyuan verify receipt --key …` does with a file: nothing that was bent is true.
fn receipt(text: &str) -> Result<(), String> {
    let known: Vec<String> = known("receipt").into_iter().map(|bytes| String::from_utf8(bytes).unwrap()).collect();
    let trusted: Verifier = Receipt::read(&known[0]).unwrap().verifier.parse().unwrap();
    let Ok(read) = Receipt::read(text) else { return Ok(()) };
    // With its own key it is only whole; that may not fail otherwise than by saying so.
    let _ = read.check(None);
    match read.check(Some(&trusted)) {
        Ok(checked) if !known.iter().any(|one| one == text) => Err(format!("it was taken for true: {checked:?}")),
        _ => Ok(()),
    }
}

fn known(target: &str) -> Vec<Vec<u8>> {
    let folder = root().join("corpus").join(target);
    let mut files: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(!files.is_empty(), "{} is empty", folder.display());
    files.iter().map(|file| fs::read(file).unwrap()).collect()
}

/// Tries a target until the time is over; how many inputs that were.
async fn run(site: &Site, target: &str, seed: u64, enough: impl Fn(u64, Duration) -> bool) -> u64 {
    let (known, folder) = (known(target), tempfile::tempdir().unwrap());
    let (mut dice, begun, mut tried) = (Dice(seed), Instant::now(), 0);
    while !enough(tried, begun.elapsed()) {
        let (one, other) = (&known[dice.roll(known.len())], &known[dice.roll(known.len())]);
        let input = dice.bend(one, other);
        // Written first: what ends the whole program leaves its input behind.
        let place = root().join("crashes");
        fs::create_dir_all(&place).unwrap();
        let path = place.join(format!("{target}-{seed:x}"));
        fs::write(&path, &input).unwrap();
        let given = tokio::time::timeout(MOST, give(site, target, input, folder.path())).await;
        match given {
            Ok(Ok(())) => fs::remove_file(&path).unwrap(),
            Ok(Err(said)) => {
                panic!("{target}, seed {seed:#x}, input {tried}: {said}\nthe input lies in {}", path.display())
            }
            Err(_) => {
                panic!("{target}, seed {seed:#x}, input {tried}: it did not end\nthe input lies in {}", path.display())
            }
        }
        tried += 1;
    }
    tried
}

/// A site on SQLite: the parsers stand before the database.
async fn site(folder: &Path) -> Site {
    let db = luyuan_store::testing::sqlite(folder).await.unwrap();
    Site::new(db, &folder.join("files")).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_few_bent_inputs_of_each_kind_are_answered_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let site = site(folder.path()).await;
    for target in TARGETS {
        // Made from the name, so that each run tries the same.
        let seed = target.bytes().fold(0x9E37_79B9_7F4A_7C15, |seed: u64, byte| seed.rotate_left(8) ^ u64::from(byte));
        run(&site, target, seed, |tried, _| tried == 40).await;
    }
}

/// `cargo xtask fuzz` runs this with a seed, a time and perhaps a target.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "runs as long as it is told to: cargo xtask fuzz"]
async fn bent_inputs_for_some_time() {
    let said = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let number = |name: &str, other: u64| said(name).map_or(other, |value| value.parse().expect("a number"));
    let (seconds, seed) = (number("LUYUAN_FUZZ_SECONDS", 10), number("LUYUAN_FUZZ_SEED", 1).max(1));
    let wanted = said("LUYUAN_FUZZ_TARGET");
    let folder = tempfile::tempdir().unwrap();
    let site = site(folder.path()).await;
    for target in TARGETS.into_iter().filter(|target| wanted.as_ref().is_none_or(|wanted| wanted == target)) {
        let tried = run(&site, target, seed, |_, elapsed| elapsed >= Duration::from_secs(seconds)).await;
        println!("{target}: {tried} inputs, seed {seed}");
    }
}
