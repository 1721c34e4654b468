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

/// A picture unlike the others.
fn picture(nth: usize) -> Vec<u8> {
    let tone = |at: u32| u8::try_from(at % 256).unwrap();
    let nth = u32::try_from(nth).unwrap();
    let drawn =
        image::RgbImage::from_fn(600, 400, |x, y| image::Rgb([tone(x + nth * 7), tone(y + nth * 13), tone(nth)]));
    let mut bytes = std::io::Cursor::new(Vec::new());
    drawn.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

/// Sends a photo.
pub fn send_photo(http: &Http, key: &str, nth: usize) -> std::io::Result<super::http::Answer> {
    let bearer = format!("Bearer {key}");
    http.send("POST", "/api/v1/photos", &[("Authorization", &bearer), ("Content-Type", "image/png")], &picture(nth))
}

/// Sends a photo and an order that takes it; where the photo is when both were acknowledged.
pub fn keep_photo(http: &Http, key: &str, nth: usize) -> Option<String> {
    let kept = send_photo(http, key, nth).ok()?;
    assert_eq!(kept.status, 201, "{}", kept.text());
    let id = kept.json()["id"].as_str().expect("an id").to_owned();
    let body = format!(
        r#"{{"category":"E01037","description":"照片 {nth}","lon":113.64,"lat":34.73,"address":"路口","photos":["{id}"]}}"#
    );
    let bearer = format!("Bearer {key}");
    let headers = [("Authorization", bearer.as_str()), ("Content-Type", "application/json")];
    let placed = http.send("POST", "/api/v1/orders", &headers, body.as_bytes()).ok()?;
    assert_eq!(placed.status, 201, "{}", placed.text());
    Some(format!("/api/v1/orders/{}/photos/{id}", placed.json()["number"].as_str().expect("a number")))
}

#[test]
fn killed_under_load_it_loses_no_acknowledged_photo() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let site = Site::start(&data);
    let acknowledged = Mutex::new(Vec::new());
    let count = AtomicUsize::new(0);
    let (http, key) = (site.http.clone(), site.key.clone());
    thread::scope(|scope| {
        for writer in 0..4 {
            let (http, key, acknowledged, count) = (&http, &key, &acknowledged, &count);
            scope.spawn(move || {
                for nth in 0.. {
                    let Some(address) = keep_photo(http, key, writer * 10_000 + nth) else { break };
                    acknowledged.lock().unwrap().push(address);
                    count.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        while count.load(Ordering::Relaxed) < 30 {
            thread::yield_now();
        }
        site.kill();
    });
    let site = Site::start(&data);
    for address in &acknowledged.into_inner().unwrap() {
        let photo = site.http.get(address).expect("an answer");
        assert_eq!(photo.status, 200, "{address} was acknowledged and is lost");
        let picture = image::load_from_memory(&photo.body).expect("a whole picture");
        assert_eq!((picture.width(), picture.height()), (600, 400));
    }
    drop(site);
    // What the crash left half-written is found, and nothing that a row names is missing.
    let doctor = std::process::Command::new(super::LUYUAN).arg("doctor").arg("--data").arg(&data).output().unwrap();
    let said = String::from_utf8_lossy(&doctor.stdout).into_owned();
    assert!(doctor.status.success() && said.contains("as they were"), "{said}");
}
