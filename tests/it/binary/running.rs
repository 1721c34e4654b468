//! How the program tells how it is, and how it ends.

use super::{crash::place, http::Http, site::Site};
use std::{
    collections::BTreeSet,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Command, Stdio},
    sync::Mutex,
    thread,
    time::{Duration, Instant},
};

#[test]
fn it_tells_that_it_lives_and_is_ready_and_counts_only_where_it_is_told_to() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let site = Site::start_with(&data, &["--metrics-listen", "127.0.0.1:0"]);
    let live = site.http.get("/health/live").unwrap();
    assert_eq!((live.status, live.text().as_str(), live.header("cache-control")), (200, "ok\n", Some("no-store")));
    let ready = site.http.get("/health/ready").unwrap();
    assert_eq!((ready.status, &ready.json()["ready"], &ready.json()["room"]), (200, &true.into(), &true.into()));
    assert_eq!(site.http.get("/metrics").unwrap().status, 404, "nothing leaks to the public");

    let number = place(&site.http, &site.key, 0, 0).unwrap();
    site.http.get(&format!("/orders/{number}")).unwrap();
    site.http.get("/no/such/page").unwrap();
    let address = site.said.iter().find_map(|line| line.strip_prefix("metrics=http://")).expect("where").to_owned();
    let metrics = Http::new(address.trim_end_matches("/metrics"));
    let told = metrics.get("/metrics").unwrap();
    assert!(told.header("content-type").is_some_and(|kind| kind.starts_with("application/openmetrics-text")));
    // The demonstration's clock writes as soon as it runs: asked until that is done.
    let mut asked = (0..20_000).map(|_| metrics.get("/metrics").unwrap().text());
    let text = asked.find(|text| text.contains("luyuan_writes_waiting 0\n")).expect("writing ends");
    for line in [
        "luyuan_http_requests_total{route=\"/api/v1/orders\",method=\"POST\",status=\"2xx\"} 1",
        "luyuan_http_requests_total{route=\"/orders/{number}\",method=\"GET\",status=\"2xx\"} 1",
        "luyuan_http_requests_total{route=\"none\",method=\"GET\",status=\"4xx\"}",
        "luyuan_http_request_seconds_bucket{le=\"+Inf\",route=\"/api/v1/orders\"} 1",
        "luyuan_writes_waiting 0",
        "luyuan_jobs_dead 0",
        "luyuan_jobs_waiting ",
        "luyuan_orders_open ",
        "luyuan_orders_late ",
    ] {
        assert!(text.contains(line), "{line} is not in\n{text}");
    }
    assert!(text.ends_with("# EOF\n") && !text.contains(&number), "no number of an order stands in it");
    assert_eq!(metrics.get("/orders").unwrap().status, 404, "and nothing but this is served there");
}

#[test]
fn its_log_can_be_read_by_programs() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let mut command = Command::new(super::LUYUAN);
    command.args(["demo", "--listen", "127.0.0.1:0", "--data"]).arg(&data).stdin(Stdio::null());
    command.env("LUYUAN_LOG", "debug").env("LUYUAN_LOG_FORMAT", "json").stdout(Stdio::null()).stderr(Stdio::piped());
    let mut program = command.spawn().unwrap();
    let lines = BufReader::new(program.stderr.take().unwrap()).lines();
    // The demonstration's clock writes one as soon as it runs.
    let first = lines.map_while(Result::ok).find(|line| line.contains("deadlines passed")).expect("a record");
    let record: serde_json::Value = serde_json::from_str(&first).unwrap();
    assert_eq!(
        (record["level"].as_str(), record["target"].as_str()),
        (Some("INFO"), Some("luyuan_app::orders::clock"))
    );
    assert!(record["timestamp"].is_string() && record["fields"]["changed"].is_u64(), "{first}");
    program.kill().unwrap();
    program.wait().unwrap();
}

#[test]
fn told_to_stop_under_load_it_finishes_what_it_took() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let site = Site::start_with(&data, &["--grace", "20"]);
    let (http, key) = (site.http.clone(), site.key.clone());
    // A page that listens for news must not hold it up.
    let mut listener = TcpStream::connect(&http.host).unwrap();
    write!(listener, "GET /events HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    let acknowledged = Mutex::new(BTreeSet::new());
    let took = thread::scope(|scope| {
        for writer in 0..8 {
            let (http, key, acknowledged) = (&http, &key, &acknowledged);
            scope.spawn(move || {
                // Every answer that comes is whole and good: `place` checks it.
                for nth in 0.. {
                    let Some(number) = place(http, key, writer, nth) else { break };
                    acknowledged.lock().unwrap().insert(number);
                }
            });
        }
        while acknowledged.lock().unwrap().len() < 100 {
            thread::yield_now();
        }
        site.stop()
    });
    assert!(took < Duration::from_secs(10), "{took:?}");
    let mut rest = Vec::new();
    listener.read_to_end(&mut rest).expect("its connection was closed in order");
    let site = Site::start(&data);
    for number in &acknowledged.into_inner().unwrap() {
        assert_eq!(site.http.get(&format!("/api/v1/orders/{number}")).unwrap().status, 200, "{number} is lost");
    }
}

#[test]
fn who_sends_half_a_request_does_not_hold_it_up_for_ever() {
    let folder = tempfile::tempdir().unwrap();
    let site = Site::start_with(&folder.path().join("data"), &["--grace", "1"]);
    let mut half = TcpStream::connect(&site.http.host).unwrap();
    let head = format!("Host: x\r\nAuthorization: Bearer {}\r\nContent-Type: application/json", site.key);
    write!(half, "POST /api/v1/orders HTTP/1.1\r\n{head}\r\nContent-Length: 1000\r\n\r\n{{").unwrap();
    // Its answer to somebody else says that it has read this far.
    site.http.get("/health/live").unwrap();
    let begun = Instant::now();
    site.stop();
    assert!(begun.elapsed() < Duration::from_secs(8), "{:?}", begun.elapsed());
}

#[test]
fn the_city_is_measured_before_anybody_asks() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let mut command = Command::new(super::LUYUAN);
    command.args(["demo", "--listen", "127.0.0.1:0", "--data"]).arg(&data).stdin(Stdio::null());
    command.env("LUYUAN_LOG", "info").env("LUYUAN_LOG_FORMAT", "json").stdout(Stdio::null()).stderr(Stdio::piped());
    let mut program = command.spawn().unwrap();
    let lines = BufReader::new(program.stderr.take().unwrap()).lines().map_while(Result::ok);
    let told = lines.filter(|line| line.contains("the city was measured")).map(|line| {
        let record: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert!(record["fields"]["milliseconds"].as_i64().is_some_and(|took| took >= 0), "{line}");
        record["fields"]["ruleset"].as_str().unwrap().to_owned()
    });
    // Nobody asks, and every set in force is measured, the one that pages show first.
    let first: Vec<String> = told.take(3).collect();
    assert_eq!(first[0], "green-300-500", "{first:?}");
    assert!(first[1] != first[0] && first[2] != first[1], "{first:?}");
    program.kill().unwrap();
    program.wait().unwrap();
}
