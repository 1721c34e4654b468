//! Files in a bucket: the real program against other people's S3.

use super::{LUYUAN, crash::keep_photo, site::Site};
use std::{
    io::{BufRead, BufReader},
    net::TcpListener,
    process::{Child, Command, Stdio},
};

/// A running S3 that forgets everything when the test ends.
struct S3 {
    program: Child,
    address: String,
}

impl S3 {
    /// Nothing when there is no Python to run it with, which a machine of continuous integration may
    /// not say.
    fn start() -> Option<Self> {
        let Ok(python) = std::env::var("LUYUAN_TEST_PYTHON") else {
            assert!(std::env::var("CI").is_err(), "LUYUAN_TEST_PYTHON is not set");
            return None;
        };
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut command = Command::new(python);
        command.args(["-m", "moto.server", "-H", "127.0.0.1", "-p", &port.to_string()]);
        let mut program = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut said = String::new();
        let mut lines = BufReader::new(program.stderr.take().unwrap());
        while !said.contains("Running on") {
            assert!(lines.read_line(&mut said).unwrap() > 0, "it ended: {said}");
        }
        // What it says later must go somewhere.
        std::thread::spawn(move || std::io::copy(&mut lines, &mut std::io::sink()));
        let made = super::http::Http::new(&format!("127.0.0.1:{port}")).send("PUT", "/photos", &[], b"").unwrap();
        assert_eq!(made.status, 200, "{}", made.text());
        Some(Self { program, address: format!("http://127.0.0.1:{port}") })
    }

    /// The variables with which a program finds it.
    fn environment(&self) -> [(&'static str, &str); 6] {
        [
            ("LUYUAN_FILES", "s3://photos/erqi"),
            ("AWS_ENDPOINT_URL", &self.address),
            ("AWS_ALLOW_HTTP", "true"),
            ("AWS_ACCESS_KEY_ID", "test"),
            ("AWS_SECRET_ACCESS_KEY", "test"),
            ("AWS_DEFAULT_REGION", "us-east-1"),
        ]
    }
}

impl Drop for S3 {
    fn drop(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

#[test]
fn photos_lie_in_a_bucket_and_go_through_a_backup() {
    let Some(s3) = S3::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let site = Site::start_in(&data, &s3.environment());
    let address = keep_photo(&site.http, &site.key, 1).expect("it was kept");
    let photo = site.http.get(&address).unwrap();
    assert_eq!((photo.status, photo.header("content-type")), (200, Some("image/jpeg")), "{}", photo.text());
    assert!(!data.join("files").exists(), "nothing lies beside the database");

    let run = |data: &std::path::Path, words: &[&str], bucket: bool| {
        let mut command = Command::new(LUYUAN);
        command.args(words).arg("--data").arg(data).stdin(Stdio::null());
        if bucket {
            command.envs(s3.environment());
        }
        let output = command.output().unwrap();
        let said = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
        (output.status.code(), String::from_utf8_lossy(&said).into_owned())
    };
    let archive = folder.path().join("all.tar.gz");
    let archive = archive.to_str().unwrap();
    let (code, said) = run(&data, &["backup", archive], true);
    assert_eq!(code, Some(0), "{said}");
    let (code, said) = run(&data, &["doctor"], true);
    assert!(code == Some(0) && said.contains("as they were"), "{said}");
    drop(site);
    // Out of the bucket, into a folder.
    let other = folder.path().join("other");
    let (code, said) = run(&other, &["restore", archive], false);
    assert_eq!(code, Some(0), "{said}");
    let site = Site::start(&other);
    assert_eq!(site.http.get(&address).unwrap().body, photo.body);
    drop(site);

    // A bucket that is away: the photo is refused in words, and orders without one are still taken.
    let site = Site::start_in(&data, &s3.environment());
    drop(s3);
    let refused = super::crash::send_photo(&site.http, &site.key, 2).unwrap();
    assert_eq!((refused.status, refused.json()["code"].as_str()), (503, Some("busy")), "{}", refused.text());
    super::crash::place(&site.http, &site.key, 1, 1).expect("it takes orders");
}
