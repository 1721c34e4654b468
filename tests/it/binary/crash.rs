//! The program is killed while orders come in: what it acknowledged is there afterwards.

use super::{http::Http, site::Site};
use std::{
    collections::BTreeSet,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

/// Writers at once.
const WRITERS: usize = 16;
/// Acknowledged orders after which it is killed.
const ENOUGH: usize = 400;

/// Places one order; its number when it was acknowledged.
pub fn place(http: &Http, key: &str, writer: usize, nth: usize) -> Option<String> {
    let body = format!(
        r#"{{"category":"E01037","description":"路灯不亮 {writer}-{nth}","lon":113.64,"lat":34.73,"address":"路口"}}"#
    );
    let headers = [("Authorization", format!("Bearer {key}")), ("Content-Type", "application/json".into())];
    let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let answer = http.send("POST", "/api/v1/orders", &headers, body.as_bytes()).ok()?;
    assert_eq!(answer.status, 201, "{}", answer.text());
    Some(answer.json()["number"].as_str().expect("a number").to_owned())
}

#[test]
fn killed_under_load_it_loses_no_acknowledged_order() {
    let data = tempfile::tempdir().expect("a folder");
    let site = Site::start(data.path());
    let acknowledged = Mutex::new(BTreeSet::new());
    let count = AtomicUsize::new(0);
    let (http, key) = (site.http.clone(), site.key.clone());
    thread::scope(|scope| {
        for writer in 0..WRITERS {
            let (http, key, acknowledged, count) = (&http, &key, &acknowledged, &count);
            scope.spawn(move || {
                for nth in 0.. {
                    let Some(number) = place(http, key, writer, nth) else { break };
                    assert!(acknowledged.lock().unwrap().insert(number), "a number was given twice");
                    count.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        while count.load(Ordering::Relaxed) < ENOUGH {
            thread::yield_now();
        }
        site.kill();
    });
    let acknowledged = acknowledged.into_inner().unwrap();
    assert!(acknowledged.len() >= ENOUGH);

    let site = Site::start(data.path());
    for number in &acknowledged {
        let answer = site.http.get(&format!("/api/v1/orders/{number}")).expect("an answer");
        assert_eq!(answer.status, 200, "order {number} was acknowledged and is lost");
    }
    // It goes on after the crash, with numbers that were not given before.
    let number = place(&site.http, &site.key, 0, 0).expect("it takes orders again");
    assert!(!acknowledged.contains(&number));
}
