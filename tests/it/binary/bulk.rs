//! Bulk import and export with the real program.

use super::{LUYUAN, site::Site};
use calamine::Reader;
use std::{
    collections::BTreeSet,
    fs,
    io::Write,
    path::Path,
    process::{Command, Output, Stdio},
    time::{Duration, Instant},
};

fn luyuan(data: &Path, words: &[&str]) -> Output {
    let mut command = Command::new(LUYUAN);
    command.args(words).arg("--data").arg(data).stdin(Stdio::null());
    command.output().expect("luyuan runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn root(file: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(file).to_string_lossy().into_owned()
}

/// A district with one organisation.
fn district() -> tempfile::TempDir {
    let data = tempfile::tempdir().unwrap();
    let orgs = data.path().join("orgs.csv");
    fs::write(&orgs, "code,name,kind\n410103,二七区委,district_committee\n").unwrap();
    let done = luyuan(data.path(), &["import", "orgs", orgs.to_str().unwrap()]);
    assert!(done.status.success(), "{}", text(&done.stderr));
    data
}

fn import(data: &Path, file: &Path, more: &[&str]) -> Output {
    let mapping = root("data/mappings/boston311.toml");
    let words = ["import", "orders", file.to_str().unwrap(), "--mapping", &mapping];
    luyuan(data, &[&words, more].concat())
}

fn export(data: &Path, format: &str, more: &[&str]) -> Vec<u8> {
    let done = luyuan(data, &[&["export", "orders", "--format", format], more].concat());
    assert!(done.status.success(), "{}", text(&done.stderr));
    done.stdout
}

fn numbers(csv: &[u8]) -> Vec<String> {
    let mut reader = csv::Reader::from_reader(csv);
    reader.records().map(|row| row.expect("a row")[0].to_owned()).collect()
}

/// The extract so many times, each time with other keys.
fn repeated(times: usize) -> String {
    let extract = fs::read_to_string(root("data/mappings/boston311-200.csv")).unwrap();
    let (head, rows) = extract.split_once('\n').unwrap();
    let mut whole = format!("{head}\n");
    for round in 0..times {
        for row in rows.lines() {
            whole.push_str(&format!("{round}-{row}\n"));
        }
    }
    whole
}

#[test]
fn a_packed_file_is_imported_once_and_comes_out_whole_in_every_format() {
    let data = district();
    let file = data.path().join("requests.csv.gz");
    let extract = fs::read(root("data/mappings/boston311-200.csv")).unwrap();
    let mut packed = flate2::write::GzEncoder::new(fs::File::create(&file).unwrap(), flate2::Compression::fast());
    packed.write_all(&extract).unwrap();
    packed.finish().unwrap();
    let first = import(data.path(), &file, &[]);
    assert_eq!(text(&first.stdout), "read=200 added=200 changed=0 known=0 rejected=0\n", "{}", text(&first.stderr));
    let again = import(data.path(), &file, &[]);
    assert_eq!(text(&again.stdout), "read=200 added=0 changed=0 known=200 rejected=0\n");

    let all: BTreeSet<String> = numbers(&export(data.path(), "csv", &[])).into_iter().collect();
    assert_eq!(all.len(), 200);
    let lines = text(&export(data.path(), "ndjson", &["--state", "closed"]));
    assert!(lines.lines().all(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["state"] == "closed"));
    let months = export(data.path(), "csv", &["--from", "2011-07-01", "--to", "2011-10-01"]);
    let rest = export(data.path(), "csv", &["--from", "2011-10-01"]);
    assert_eq!(numbers(&months).len() + numbers(&rest).len(), 200);
    assert!(!numbers(&months).is_empty() && !numbers(&rest).is_empty());
    let map: serde_json::Value = serde_json::from_slice(&export(data.path(), "geojson", &[])).unwrap();
    assert_eq!(map["features"].as_array().unwrap().len(), 200);
    let book = data.path().join("orders.xlsx");
    export(data.path(), "xlsx", &["--out", book.to_str().unwrap()]);
    let mut book: calamine::Xlsx<_> = calamine::open_workbook(&book).unwrap();
    assert_eq!(book.worksheet_range("orders").unwrap().height(), 201);
    let marked = export(data.path(), "csv", &["--bom"]);
    assert!(marked.starts_with("\u{feff}number,".as_bytes()));
    let wrong = luyuan(data.path(), &["export", "orders", "--format", "csv", "--place", "nowhere"]);
    assert_eq!(wrong.status.code(), Some(3));
}

#[test]
fn killed_in_the_middle_and_repeated_it_has_every_row_once() {
    let data = district();
    let file = data.path().join("requests.csv");
    fs::write(&file, repeated(100)).unwrap();
    let mapping = root("data/mappings/boston311.toml");
    let mut program = Command::new(LUYUAN)
        .args(["import", "orders", file.to_str().unwrap(), "--mapping", &mapping, "--data"])
        .arg(data.path())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    // Some batches are kept, not all.
    let begun = Instant::now();
    let count = || numbers(&export(data.path(), "csv", &[])).len();
    while count() == 0 && begun.elapsed() < Duration::from_secs(120) {
        std::thread::yield_now();
    }
    program.kill().unwrap();
    program.wait().unwrap();
    let kept = count();
    assert!(kept > 0, "nothing was kept in time");
    let again = import(data.path(), &file, &[]);
    let said = text(&again.stdout);
    assert_eq!(said, format!("read=20000 added={} changed=0 known={kept} rejected=0\n", 20_000 - kept));
    let all = numbers(&export(data.path(), "csv", &[]));
    assert_eq!((all.len(), all.iter().collect::<BTreeSet<_>>().len()), (20_000, 20_000));
}

#[test]
fn gbk_is_refused_by_name_and_read_when_it_is_said() {
    let data = district();
    let mapping = data.path().join("hotline.toml");
    let words = "name = \"hotline\"\nzone = \"Asia/Shanghai\"\ntime = \"%Y-%m-%d %H:%M\"\n\
                 [columns]\nkey = \"编号\"\nplaced = \"时间\"\ndescription = \"诉求\"\naddress = \"地址\"\n\
                 [category]\ndefault = \"E01037\"\n";
    fs::write(&mapping, words).unwrap();
    let file = data.path().join("工单.csv");
    let rows = "编号,时间,诉求,地址\n1,2025-03-04 09:30,门口路灯不亮，老人晚上出行不便,金祥花园\n2,昨天,楼道堆放杂物,绿云小区\n";
    let (bytes, _, _) = encoding_rs::GBK.encode(rows);
    fs::write(&file, &bytes).unwrap();
    let command = |more: &[&str]| {
        let words = ["import", "orders", file.to_str().unwrap(), "--mapping", mapping.to_str().unwrap()];
        luyuan(data.path(), &[&words, more].concat())
    };
    let refused = command(&[]);
    let said = text(&refused.stderr);
    assert_eq!(refused.status.code(), Some(3));
    assert!(said.contains("looks like GBK") && said.contains("--encoding gbk"), "{said}");
    assert_eq!(export(data.path(), "csv", &["--all"]).iter().filter(|byte| **byte == b'\n').count(), 1);
    let read = command(&["--encoding", "gbk"]);
    assert_eq!(read.status.code(), Some(3), "one row has no readable time");
    assert!(text(&read.stdout).starts_with("read=2 added=1 changed=0 known=0 rejected=1\n"), "{}", text(&read.stdout));
    let rejects = fs::read_to_string(data.path().join("工单.csv.rejects.csv")).unwrap();
    let second = rejects.lines().nth(1).unwrap();
    assert!(second.starts_with("3,time_format,") && second.ends_with("2,昨天,楼道堆放杂物,绿云小区"), "{rejects}");
    assert!(text(&export(data.path(), "csv", &[])).contains("门口路灯不亮，老人晚上出行不便"));
}

#[test]
fn the_page_offers_the_same_orders_as_files() {
    let data = tempfile::tempdir().unwrap();
    let site = Site::start(data.path());
    let page = site.http.get("/orders?state=closed").unwrap().text();
    assert!(page.contains("/orders/export.csv?state=closed"), "the page links to its own filter");
    let file = site.http.get("/orders/export.csv?state=closed").unwrap();
    assert_eq!(file.status, 200);
    assert_eq!(file.header("content-disposition"), Some("attachment; filename=\"orders.csv\""));
    let mut reader = csv::Reader::from_reader(file.body.as_slice());
    let states: Vec<String> = reader.records().map(|row| row.unwrap()[1].to_owned()).collect();
    assert!(!states.is_empty() && states.iter().all(|state| state == "closed"));
    // All of them: time goes on and closes one or another meanwhile.
    let whole = numbers(&site.http.get("/orders/export.csv").unwrap().body);
    assert_eq!(whole, numbers(&export(data.path(), "csv", &[])), "page and command line tell the same");
    let map = site.http.get("/orders/export.geojson").unwrap().json();
    assert_eq!(map["features"].as_array().unwrap().len(), whole.len());
}

#[test]
fn members_get_passwords_in_a_file_that_only_its_owner_reads() {
    use std::os::unix::fs::PermissionsExt;
    let data = district();
    let file = data.path().join("members.csv");
    fs::write(&file, "login,name,org\nwang,王工,410103\n").unwrap();
    let secrets = data.path().join("first.txt");
    let words = ["import", "members", file.to_str().unwrap(), "--passwords", secrets.to_str().unwrap()];
    let done = luyuan(data.path(), &words);
    assert!(done.status.success(), "{}", text(&done.stderr));
    assert_eq!(fs::metadata(&secrets).unwrap().permissions().mode() & 0o777, 0o600);
    let told = fs::read_to_string(&secrets).unwrap();
    assert!(told.starts_with("wang\t王工\t") && told.trim_end().len() > "wang\t王工\t".len() + 10);
    assert!(!text(&done.stdout).contains(told.trim_end().rsplit('\t').next().unwrap()));
}
