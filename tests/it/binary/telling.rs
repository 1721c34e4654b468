//! The program tells the world outside, checked by others' libraries, and is killed in the middle.

use super::{LUYUAN, http::Http, site::Site};
use serde_json::Value;
use std::{
    collections::BTreeSet,
    fs,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, ChildStdin, Command, Stdio},
    sync::mpsc::{self, Receiver},
    thread,
    time::Duration,
};

/// A mail server, receiver and push service; what they got comes line by line.
struct Double {
    program: Child,
    input: ChildStdin,
    lines: Receiver<Value>,
}

impl Double {
    fn start(python: &str) -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/binary/telling.py");
        let mut command = Command::new(python);
        command.arg(script).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut program = command.spawn().expect("Python starts");
        let (input, output) = (program.stdin.take().expect("its input"), program.stdout.take().expect("its output"));
        let (send, lines) = mpsc::channel();
        thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                let _ = send.send(serde_json::from_str(&line).expect("a line of JSON"));
            }
        });
        Self { program, input, lines }
    }

    fn next(&self) -> Value {
        self.lines.recv_timeout(Duration::from_secs(60)).expect("something comes in")
    }

    /// The next of these, and all that came before it.
    fn until(&self, what: &str) -> (Value, Vec<Value>) {
        let mut before = Vec::new();
        loop {
            let told = self.next();
            assert!(told["wrong"].is_null(), "{told}");
            if told["what"] == what {
                return (told, before);
            }
            before.push(told);
        }
    }
}

impl Drop for Double {
    fn drop(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

fn luyuan(data: &Path, words: &[&str]) -> String {
    let output = Command::new(LUYUAN).args(words).arg("--data").arg(data).stdin(Stdio::null()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Posts a form with cookies; the cookies afterwards.
fn submit(http: &Http, cookies: &mut Vec<String>, path: &str, fields: &[(&str, &str)]) -> u16 {
    let token = cookies.iter().find_map(|cookie| cookie.strip_prefix("luyuan_form=")).unwrap_or_default().to_owned();
    let encoded = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
    let all = [&[("token", token.as_str())], fields].concat();
    let body: Vec<String> = all.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
    let headers = [("Cookie", cookies.join("; ")), ("Content-Type", "application/x-www-form-urlencoded".into())];
    let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let answer = http.send("POST", path, &headers, body.join("&").as_bytes()).unwrap();
    for (name, value) in answer.headers.iter().filter(|(name, _)| name == "set-cookie") {
        assert_eq!(name, "set-cookie");
        cookies.push(value.split(';').next().unwrap_or_default().to_owned());
    }
    answer.status
}

#[test]
fn killed_in_the_middle_it_tells_everybody_and_the_receiver_knows_the_repetition() {
    let Ok(python) = std::env::var("LUYUAN_TEST_PYTHON") else {
        assert!(std::env::var("CI").is_err(), "LUYUAN_TEST_PYTHON is not set");
        return;
    };
    let mut double = Double::start(&python);
    let there = double.next();
    let (smtp, port) = (there["smtp"].as_u64().unwrap(), there["http"].as_u64().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    // The district, with rules under which nothing waits for the morning and a lease is short.
    drop(Site::start(&data));
    let rules = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("data/erqi/rulesets/telling-2020.toml"));
    let rules = rules.unwrap().replace("lease_seconds = 120", "lease_seconds = 20").replace("21:00", "08:00");
    let file = folder.path().join("telling.toml");
    fs::write(&file, rules).unwrap();
    luyuan(&data, &["import", "rules", file.to_str().unwrap(), "--name", "telling-2020.toml", "--replace"]);
    let url = format!("http://127.0.0.1:{port}/hook");
    let added = luyuan(
        &data,
        &[
            "hook",
            "add",
            "--kind",
            "webhook",
            "--name",
            "receiver",
            "--url",
            &url,
            "--asymmetric",
            "--events",
            "placed",
            "--reachable",
            "127.0.0.1",
        ],
    );
    let secret = added.lines().find_map(|line| line.strip_prefix("secret=")).expect("a secret");
    writeln!(double.input, "{secret}").unwrap();
    let server = format!("smtp://127.0.0.1:{smtp}");
    let words = ["--smtp", server.as_str(), "--reachable", "127.0.0.1"];
    let site = Site::start_with(&data, &words);
    let body = r#"{"category":"E01037","description":"路灯不亮","lon":113.64,"lat":34.73,"address":"路口","contact":{"name":"李","email":"li@example.org"}}"#;
    let key = format!("Bearer {}", site.key);
    let headers = [("Authorization", key.as_str()), ("Content-Type", "application/json")];
    let answer = site.http.send("POST", "/api/v1/orders", &headers, body.as_bytes()).unwrap();
    assert_eq!(answer.status, 201, "{}", answer.text());
    let (number, secret) = (answer.json()["number"].clone(), answer.json()["secret"].clone());
    let (number, own) = (number.as_str().unwrap(), secret.as_str().unwrap_or_default().to_owned());

    let (hangs, mut seen) = double.until("hangs");
    site.kill();
    let site = Site::start_with(&data, &words);
    let (webhook, more) = double.until("webhook");
    seen.extend(more);
    assert_eq!(webhook["id"], hangs["id"], "the receiver can tell that it is the same");
    // The site came back on another port; all else is the same.
    let told = |message: &Value| {
        let mut told = message["message"].clone();
        told["data"]["url"].take();
        told
    };
    assert_eq!(told(&webhook), told(&hangs));
    assert_eq!(webhook["message"]["data"]["number"], number);
    while !seen.iter().any(|told| told["what"] == "mail") {
        seen.push(double.next());
    }
    let mails: Vec<&Value> = seen.iter().filter(|told| told["what"] == "mail").collect();
    let ids: BTreeSet<_> = mails.iter().map(|mail| mail["id"].to_string()).collect();
    assert_eq!(ids.len(), 1, "one mail, however often it was sent: {mails:?}");
    assert_eq!(mails[0]["to"], serde_json::json!(["li@example.org"]));
    assert_eq!(mails[0]["defects"], serde_json::json!([]));
    assert!(mails[0]["subject"].as_str().unwrap().contains(number));
    assert!(mails[0]["unsubscribe"].as_str().unwrap().contains("/unsubscribe/"));
    let link = mails[0]["text"].as_str().unwrap().split("key=").nth(1).and_then(|rest| rest.split_whitespace().next());
    let key = if own.is_empty() { link.expect("a key in the link").to_owned() } else { own };

    // A browser of the reporter's rings when somebody accepts; only it can read why.
    let mut cookies = Vec::new();
    let page = site.http.get("/").unwrap();
    cookies.extend(page.header("set-cookie").and_then(|cookie| cookie.split(';').next()).map(str::to_owned));
    let endpoint = format!("http://127.0.0.1:{port}/push");
    let (p256dh, auth) = (there["p256dh"].as_str().unwrap(), there["auth"].as_str().unwrap());
    let fields = [("key", key.as_str()), ("endpoint", endpoint.as_str()), ("p256dh", p256dh), ("auth", auth)];
    assert_eq!(submit(&site.http, &mut cookies, &format!("/orders/{number}/push"), &fields), 204);
    let login = [("login", "district"), ("password", "luyuan-demo")];
    assert_eq!(submit(&site.http, &mut cookies, "/login", &login), 303);
    let route = [("org", "410103"), ("reason", "test")];
    assert_eq!(submit(&site.http, &mut cookies, &format!("/orders/{number}/route"), &route), 303);
    assert_eq!(submit(&site.http, &mut cookies, &format!("/orders/{number}/acceptance"), &[]), 303);
    let (push, _) = double.until("push");
    assert!(push["message"]["title"].as_str().unwrap().contains(number), "{push}");
    assert!(push["proof"].as_str().unwrap().starts_with("vapid t="));
    assert_eq!(luyuan(&data, &["jobs", "list", "--state", "dead"]), "");
}
