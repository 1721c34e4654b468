//! A database that goes away and comes back, and a disk that is full and has room again.

use super::{
    crash::{place, send_photo},
    http::Http,
    site::Site,
};
use luyuan_store::testing;
use std::{
    fs,
    io::Write,
    net::{Shutdown, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

/// The only way to a database, which can be cut and joined again.
struct Way {
    open: Arc<AtomicBool>,
    ends: Arc<Mutex<Vec<TcpStream>>>,
    port: u16,
}

impl Way {
    fn to(server: String) -> Self {
        let door = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = door.local_addr().unwrap().port();
        let (open, ends) = (Arc::new(AtomicBool::new(true)), Arc::new(Mutex::new(Vec::new())));
        let way = Self { open: open.clone(), ends: ends.clone(), port };
        thread::spawn(move || {
            for near in door.incoming().map_while(Result::ok) {
                if !open.load(Ordering::SeqCst) {
                    continue; // closed at once, as by a server that is not there
                }
                let far = TcpStream::connect(&server).unwrap();
                for (mut from, mut to) in
                    [(&near, &far), (&far, &near)].map(|(a, b)| (a.try_clone().unwrap(), b.try_clone().unwrap()))
                {
                    thread::spawn(move || {
                        let _ = std::io::copy(&mut from, &mut to);
                        let _ = to.shutdown(Shutdown::Both);
                    });
                }
                ends.lock().unwrap().extend([near, far]);
            }
        });
        way
    }

    fn cut(&self) {
        self.open.store(false, Ordering::SeqCst);
        for end in self.ends.lock().unwrap().drain(..) {
            let _ = end.shutdown(Shutdown::Both);
        }
    }

    fn join(&self) {
        self.open.store(true, Ordering::SeqCst);
    }
}

fn order(http: &Http, key: &str, language: &str) -> super::http::Answer {
    let bearer = format!("Bearer {key}");
    let headers =
        [("Authorization", bearer.as_str()), ("Content-Type", "application/json"), ("Accept-Language", language)];
    let body = r#"{"category":"E01037","description":"灯","lon":113.64,"lat":34.73,"address":"路口"}"#;
    http.send("POST", "/api/v1/orders", &headers, body.as_bytes()).unwrap()
}

/// What is said while nothing can be kept: in each language, in each format, and as a page.
fn refused_in_words(http: &Http, key: &str) {
    for (language, words) in [("en", "nothing was saved"), ("zh-CN", "没有保存")] {
        let refused = order(http, key, language);
        assert_eq!((refused.status, refused.json()["code"].as_str()), (503, Some("busy")), "{}", refused.text());
        assert!(refused.text().contains(words), "{}", refused.text());
        assert!(refused.header("retry-after").is_some());
    }
}

#[test]
fn a_database_that_goes_away_and_comes_back_needs_no_restart() {
    let Ok(server) = std::env::var("LUYUAN_TEST_POSTGRES") else {
        assert!(std::env::var("CI").is_err(), "LUYUAN_TEST_POSTGRES is not set");
        return;
    };
    let tokio = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let address = tokio.block_on(testing::postgres_address(&server)).unwrap();
    let (_, rest) = address.split_once("://").unwrap();
    let (user, rest) = rest.split_once('@').unwrap();
    let (host, rest) = rest.split_once('/').unwrap();
    let way = Way::to(host.to_owned());
    let address = format!("postgres://{user}@127.0.0.1:{}/{rest}", way.port);
    let folder = tempfile::tempdir().unwrap();
    let site = Site::start_with(&folder.path().join("data"), &["--database", &address]);
    let (http, key) = (site.http.clone(), site.key.clone());
    let acknowledged = Mutex::new(Vec::new());
    let (stop, refused) = (AtomicBool::new(false), AtomicBool::new(false));
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    let answer = order(&http, &key, "en");
                    match answer.status {
                        201 => acknowledged.lock().unwrap().push(answer.json()["number"].as_str().unwrap().to_owned()),
                        status => {
                            assert_eq!(status, 503, "{}", answer.text());
                            refused.store(true, Ordering::Relaxed);
                        }
                    }
                }
            });
        }
        let wait = |enough: &dyn Fn() -> bool| {
            let begun = Instant::now();
            while !enough() {
                assert!(begun.elapsed() < Duration::from_secs(60), "it takes too long");
                thread::yield_now();
            }
        };
        wait(&|| acknowledged.lock().unwrap().len() >= 20);
        way.cut();
        wait(&|| refused.load(Ordering::Relaxed));
        let ready = http.get("/health/ready").unwrap();
        assert_eq!((ready.status, &ready.json()["database"]), (503, &false.into()));
        assert_eq!(http.get("/health/live").unwrap().status, 200, "the program itself is well");
        let page = http.get("/orders").unwrap();
        assert!(page.status == 503 && page.text().contains("<html"), "{}", page.text());
        refused_in_words(&http, &key);
        let before = acknowledged.lock().unwrap().len();
        way.join();
        wait(&|| acknowledged.lock().unwrap().len() > before + 5);
        stop.store(true, Ordering::Relaxed);
    });
    assert_eq!(http.get("/health/ready").unwrap().status, 200);
    let acknowledged = acknowledged.into_inner().unwrap();
    for number in &acknowledged {
        assert_eq!(http.get(&format!("/api/v1/orders/{number}")).unwrap().status, 200, "{number} is lost");
    }
}

fn total(http: &Http) -> u64 {
    http.get("/api/v1/orders?limit=1&total=true").unwrap().json()["total"].as_u64().expect("a total")
}

/// Fills the disk, sees what is said, makes room, and sees that all goes on.
fn full_and_free(site: &Site, data: &Path, fill: impl FnOnce(), free: impl FnOnce()) {
    let (http, key) = (&site.http, &site.key);
    let mut numbers = vec![place(http, key, 0, 0).unwrap()];
    let before = total(http);
    fill();
    let mut more = 0;
    // What the log has room for already is still taken.
    let refused = loop {
        let answer = order(http, key, "en");
        if answer.status != 201 {
            break answer;
        }
        more += 1;
        assert!(more < 20_000, "the disk is never full");
        numbers.push(answer.json()["number"].as_str().unwrap().to_owned());
    };
    assert_eq!(refused.status, 503, "{}", refused.text());
    refused_in_words(http, key);
    let photo = send_photo(http, key, 1).unwrap();
    assert_eq!((photo.status, photo.json()["code"].as_str()), (503, Some("busy")), "{}", photo.text());
    for path in ["/", "/orders", &format!("/orders/{}", numbers[0]), "/api/v1/orders"] {
        assert_eq!(http.get(path).unwrap().status, 200, "reading goes on: {path}");
    }
    free();
    let photo = send_photo(http, key, 1).unwrap();
    assert_eq!(photo.status, 201, "{}", photo.text());
    numbers.push(place(http, key, 2, 2).expect("it takes orders again"));
    for number in &numbers {
        assert_eq!(http.get(&format!("/api/v1/orders/{number}")).unwrap().status, 200, "{number} is lost");
    }
    assert_eq!(total(http), before + more + 1, "nothing was half saved");
    let doctor =
        Command::new(super::LUYUAN).args(["doctor", "--least-free", "0", "--data"]).arg(data).output().unwrap();
    let said = String::from_utf8_lossy(&doctor.stdout).into_owned();
    assert!(doctor.status.success() && !said.contains("\nbad"), "{said}");
}

#[test]
fn when_nothing_can_be_written_it_says_so_and_goes_on_when_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let site = Site::start_limited(&data);
    let limit = |most: &str| {
        let words = ["--pid", &site.id().to_string(), &format!("--fsize={most}:unlimited")];
        assert!(Command::new("prlimit").args(words).status().expect("prlimit runs").success());
    };
    full_and_free(&site, &data, || limit("4096"), || limit("unlimited"));
}

/// A small disk of its own, where the machine lets us.
struct Disk(PathBuf);

impl Disk {
    fn mount(at: &Path) -> Option<Self> {
        fs::create_dir_all(at).unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=24m,mode=700", "tmpfs"]).arg(at).stderr(Stdio::null());
        mount.status().is_ok_and(|done| done.success()).then(|| Self(at.to_owned()))
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(&self.0).status();
    }
}

#[test]
fn a_full_disk_is_told_and_over_when_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    // Only root may mount; the test above sees the same without it.
    let Some(disk) = Disk::mount(&folder.path().join("disk")) else { return };
    let data = disk.0.join("data");
    let site = Site::start(&data);
    let ballast = disk.0.join("ballast");
    let fill = || {
        let mut file = fs::File::create(&ballast).unwrap();
        while file.write_all(&[0; 4096]).is_ok() {}
    };
    full_and_free(&site, &data, fill, || fs::remove_file(&ballast).unwrap());
    drop(site);
}
