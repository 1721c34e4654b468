//! Who asks too often is told so in their language and format, and nobody else is held up.

use super::site::Site;

const WORDS: [&str; 10] = [
    "--limit-writes",
    "3",
    "--limit-logins",
    "2",
    "--limit-uploads",
    "2",
    "--limit-searches",
    "3",
    "--limit-keys",
    "8",
];

fn seconds(answer: &super::http::Answer) -> u64 {
    let seconds = answer.header("retry-after").expect("when to come again").parse().unwrap();
    assert!((1..=60).contains(&seconds), "{seconds}");
    seconds
}

#[test]
fn too_many_is_said_in_the_callers_language_and_format() {
    let folder = tempfile::tempdir().unwrap();
    let site = Site::start_with(&folder.path().join("data"), &WORDS);
    let page = |language: &str| {
        let headers = [("Content-Type", "application/x-www-form-urlencoded"), ("Accept-Language", language)];
        site.http.send("POST", "/orders/2026-1/rating", &headers, b"solved=yes").unwrap()
    };
    for _ in 0..3 {
        assert_eq!(page("en").status, 403, "a forged form, but counted");
    }
    let refused = page("en");
    assert_eq!(refused.status, 429);
    assert!(refused.text().contains(&format!("in {} seconds", seconds(&refused))), "{}", refused.text());
    assert!(page("zh-CN").text().contains("操作过于频繁"));
    // Reading and searching go on.
    assert_eq!(site.http.get("/orders").unwrap().status, 200);
    for _ in 0..3 {
        assert_eq!(site.http.get("/api/v1/orders?q=%E7%81%AF").unwrap().status, 200);
    }
    let refused = site.http.get("/api/v1/orders?q=%E7%81%AF").unwrap();
    assert_eq!(refused.header("content-type"), Some("application/problem+json"));
    assert_eq!((refused.status, refused.json()["code"].as_str()), (429, Some("too_many")), "{}", refused.text());
    seconds(&refused);
    assert_eq!(site.http.get("/orders?q=").unwrap().status, 200, "an empty search is a list");

    // A program with a key has an allowance of its own, in each of its doors.
    let mut numbers = Vec::new();
    while let Some(number) = place(&site, numbers.len()) {
        numbers.push(number);
    }
    assert_eq!(numbers.len(), 8);
    for (ending, language, words) in [("json", "en", "too often"), ("xml", "zh-CN", "操作过于频繁")] {
        // Open311 takes its key as a parameter, so it counts by the address, which is used up.
        let headers = [("Content-Type", "application/x-www-form-urlencoded"), ("Accept-Language", language)];
        let path = format!("/open311/v2/requests.{ending}");
        let refused = site.http.send("POST", &path, &headers, b"api_key=x&service_code=E01037").unwrap();
        assert_eq!(refused.status, 429, "{}", refused.text());
        assert!(refused.text().contains(words) && refused.text().contains("429"), "{}", refused.text());
        assert!(refused.header("content-type").unwrap().contains(ending));
        seconds(&refused);
    }
}

fn place(site: &Site, nth: usize) -> Option<String> {
    let body = format!(r#"{{"category":"E01037","description":"灯 {nth}","lon":113.64,"lat":34.73,"address":"路口"}}"#);
    let bearer = format!("Bearer {}", site.key);
    let headers = [("Authorization", bearer.as_str()), ("Content-Type", "application/json")];
    let answer = site.http.send("POST", "/api/v1/orders", &headers, body.as_bytes()).unwrap();
    match answer.status {
        201 => Some(answer.json()["number"].as_str().unwrap().to_owned()),
        status => {
            assert_eq!((status, answer.json()["code"].as_str()), (429, Some("too_many")), "{}", answer.text());
            None
        }
    }
}

#[test]
fn keys_cannot_be_tried_and_a_made_up_address_helps_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let words: Vec<&str> = WORDS.iter().copied().chain(["--proxies", "192.0.2.200"]).collect();
    let site = Site::start_with(&data, &words);
    let with = |http: &super::http::Http, key: &str, from: &str| {
        let bearer = format!("Bearer {key}");
        let headers =
            [("Authorization", bearer.as_str()), ("Content-Type", "application/json"), ("X-Forwarded-For", from)];
        http.send("POST", "/api/v1/orders", &headers, b"{}").unwrap().status
    };
    let tried: Vec<u16> =
        (0..5).map(|nth| with(&site.http, &format!("guess-{nth}"), &format!("192.0.2.{nth}"))).collect();
    assert_eq!(tried, [401, 401, 401, 429, 429], "another address in a header is not another address");
    drop(site);
    let words: Vec<&str> = WORDS.iter().copied().chain(["--proxies", "127.0.0.1"]).collect();
    let site = Site::start_with(&data, &words);
    let tried: Vec<u16> =
        (0..5).map(|nth| with(&site.http, &format!("guess-{nth}"), &format!("192.0.2.{nth}"))).collect();
    assert_eq!(tried, [401; 5], "five addresses, as the proxy says");
    let tried: Vec<u16> =
        (0..5).map(|nth| with(&site.http, &format!("guess-{nth}"), &format!("6.6.6.{nth}, 192.0.2.9"))).collect();
    assert_eq!(tried, [401, 401, 401, 429, 429], "what stands before the proxy's own word is made up");
    assert_eq!(with(&site.http, &site.key, "198.51.100.1"), 422, "a good key from elsewhere works");
}
