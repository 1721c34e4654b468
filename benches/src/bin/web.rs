//! Pages and JSON: processor time of a request to the real site, against a bare axum and rusqlite
//! server that reads the same text from as many rows and sends it. Each serves from a process of
//! its own, so that its time is its own.

use axum::{Router, body::Body, http::Uri, response::Response, routing::get};
use luyuan_app::orders::Filter;
use luyuan_benches::{Chance, district, processor, ratio, sizes};
use luyuan_web::Site;
use rusqlite::Connection;
use std::{
    cell::OnceCell,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Instant,
};

/// Different addresses of each kind.
const ADDRESSES: usize = 200;
/// Connections that are kept open.
const CONNECTIONS: usize = 4;
/// What a browser sends that has been here before.
const HEADERS: &str = "Host: localhost\r\nCookie: luyuan_form=0123456789abcdefghjkmnpqrs; luyuan_lang=zh-CN\r\n\r\n";

fn main() -> district::Result<()> {
    let words: Vec<String> = std::env::args().collect();
    let runtime = || tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    match words.get(1).map(String::as_str) {
        Some("serve-site") => runtime()?.block_on(site(Path::new(&words[2]))),
        Some("serve-bare") => runtime()?.block_on(bare(PathBuf::from(&words[2]))),
        _ => {
            let folder = tempfile::tempdir()?;
            for size in sizes() {
                run(folder.path(), size, &runtime()?)?;
            }
            Ok(())
        }
    }
}

async fn listen() -> district::Result<tokio::net::TcpListener> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?.port());
    Ok(listener)
}

/// The product.
async fn site(folder: &Path) -> district::Result<()> {
    let app = district::open(folder).await?;
    let site = Site::new(app, "http://localhost".into(), false);
    Ok(axum::serve(listen().await?, luyuan_web::router(site)).await?)
}

thread_local! {
    static CONNECTION: OnceCell<Connection> = const { OnceCell::new() };
}

/// The peer: one indexed query for the rows of the address, and their text.
async fn bare(file: PathBuf) -> district::Result<()> {
    let answer = move |uri: Uri| {
        let file = file.clone();
        async move {
            let (kind, body) = CONNECTION.with(|kept| {
                let conn = kept.get_or_init(|| Connection::open(&file).expect("the peer's file"));
                read(conn, &uri.to_string()).expect("the peer's rows")
            });
            Response::builder().header("content-type", kind).body(Body::from(body)).expect("an answer")
        }
    };
    Ok(axum::serve(listen().await?, Router::new().fallback(get(answer))).await?)
}

fn read(conn: &Connection, address: &str) -> rusqlite::Result<(String, String)> {
    let mut statement = conn.prepare_cached("SELECT kind, text FROM answers WHERE address = ?1 ORDER BY part")?;
    let mut rows = statement.query([address])?;
    let (mut kind, mut body) = (String::new(), String::new());
    while let Some(row) = rows.next()? {
        kind = row.get(0)?;
        body.push_str(row.get_ref(1)?.as_str()?);
    }
    Ok((kind, body))
}

/// A server in a process of its own; it ends with this value.
struct Server {
    child: Child,
    port: u16,
}

impl Server {
    fn start(what: &str, path: &Path) -> district::Result<Self> {
        let mut child = Command::new(std::env::current_exe()?).arg(what).arg(path).stdout(Stdio::piped()).spawn()?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().ok_or("no output")?).read_line(&mut line)?;
        Ok(Self { child, port: line.trim().parse()? })
    }

    fn time(&self) -> district::Result<f64> {
        processor(&self.child.id().to_string())
    }

    /// Asks for so many addresses, one after another around the list, over a few connections;
    /// processor time and time of a request in microseconds.
    fn drive(&self, addresses: &[String], requests: usize) -> district::Result<(f64, f64)> {
        let (before, start) = (self.time()?, Instant::now());
        std::thread::scope(|scope| {
            let work = (0..CONNECTIONS).map(|first| {
                scope.spawn(move || {
                    let mut client = Client::new(self.port).expect("a connection");
                    for number in (first..requests).step_by(CONNECTIONS) {
                        client.get(&addresses[number % addresses.len()]).expect("an answer");
                    }
                })
            });
            for thread in work.collect::<Vec<_>>() {
                thread.join().expect("a client");
            }
        });
        let each = 1e6 / requests as f64;
        Ok(((self.time()? - before) * each, start.elapsed().as_secs_f64() * each))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// One kept connection.
struct Client(BufReader<TcpStream>);

impl Client {
    fn new(port: u16) -> district::Result<Self> {
        let stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_nodelay(true)?;
        Ok(Self(BufReader::with_capacity(1 << 16, stream)))
    }

    /// Kind and text of what stands at an address.
    fn get(&mut self, address: &str) -> district::Result<(String, String)> {
        self.0.get_mut().write_all(format!("GET {address} HTTP/1.1\r\n{HEADERS}").as_bytes())?;
        let (mut length, mut kind, mut line) = (0, String::new(), String::new());
        self.0.read_line(&mut line)?;
        if !line.starts_with("HTTP/1.1 200") {
            return Err(format!("{address}: {line}").into());
        }
        loop {
            line.clear();
            self.0.read_line(&mut line)?;
            let Some((name, value)) = line.trim().split_once(": ") else { break };
            match name {
                "content-length" => length = value.parse()?,
                "content-type" => kind = value.to_owned(),
                _ => {}
            }
        }
        let mut body = vec![0; length];
        self.0.read_exact(&mut body)?;
        Ok((kind, String::from_utf8(body)?))
    }
}

/// What is asked: name, addresses, rows from which the peer reads an answer, requests.
type Kind = (&'static str, Vec<String>, usize, usize);

/// Addresses of every kind, of orders all over the table.
async fn kinds(folder: &Path) -> district::Result<Vec<Kind>> {
    let app = district::open(folder).await?;
    let mut chance = Chance(11);
    let (mut pages, mut items, mut lists, mut arrays) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    while pages.len() < ADDRESSES {
        let days = chance.between(1.0, 700.0);
        let before = app.env.now() - std::time::Duration::from_secs((days * 86_400.0) as u64);
        let filter = Filter { public: true, placed_to: Some(before), ..Filter::default() };
        let found = app.orders(filter, None, 1).await?;
        let (Some(order), Some(next)) = (found.orders.first(), found.next) else { continue };
        let page = format!("/orders/{}", order.number);
        if pages.contains(&page) {
            continue;
        }
        pages.push(page);
        items.push(format!("/api/v1/orders/{}", order.number));
        lists.push(format!("/orders?after={}_{}", next.ms, next.id));
        arrays.push(format!("/api/v1/orders?after={}_{}", next.ms, next.id));
    }
    let home = vec!["/".to_owned()];
    app.db.close().await;
    // An order's page is read from the order, its events and its reporters.
    Ok(vec![
        ("order page", pages, 6, 6_000),
        ("list page, 30 orders", lists, 30, 2_000),
        ("home page", home, 6, 4_000),
        ("order as JSON", items, 1, 10_000),
        ("50 orders as JSON", arrays, 50, 2_000),
    ])
}

/// Keeps an answer in as many rows as the product reads for it.
fn keep(conn: &Connection, address: &str, (kind, body): &(String, String), rows: usize) -> rusqlite::Result<()> {
    let letters: Vec<char> = body.chars().collect();
    for (part, text) in (0_i64..).zip(letters.chunks(letters.len().div_ceil(rows).max(1))) {
        let text: String = text.iter().collect();
        conn.execute("INSERT INTO answers VALUES (?1, ?2, ?3, ?4)", rusqlite::params![address, part, kind, text])?;
    }
    Ok(())
}

fn run(folder: &Path, size: usize, runtime: &tokio::runtime::Runtime) -> district::Result<()> {
    runtime.block_on(async {
        let app = district::open(folder).await?;
        district::fill(&app, size).await?;
        app.db.close().await;
        district::Result::Ok(())
    })?;
    let kinds = runtime.block_on(kinds(folder))?;
    let site = Server::start("serve-site", folder)?;
    let answers = folder.join(format!("answers-{size}.db"));
    let conn = Connection::open(&answers)?;
    conn.execute_batch(
        "CREATE TABLE answers (address TEXT, part INTEGER, kind TEXT, text TEXT, PRIMARY KEY (address, part)); BEGIN",
    )?;
    let mut client = Client::new(site.port)?;
    for (_, addresses, rows, _) in &kinds {
        for address in addresses {
            keep(&conn, address, &client.get(address)?, *rows)?;
        }
    }
    conn.execute_batch("COMMIT")?;
    let bare = Server::start("serve-bare", &answers)?;
    for (what, addresses, _, requests) in &kinds {
        let bytes = client.get(&addresses[0])?.1.len();
        // Once around before measuring: both have what they keep in memory.
        site.drive(addresses, addresses.len())?;
        bare.drive(addresses, addresses.len())?;
        let (ours, waited) = site.drive(addresses, *requests)?;
        let (theirs, peer_waited) = bare.drive(addresses, *requests)?;
        println!(
            "{size} {what}, {bytes} bytes: {ours:.0} µs of processor, {waited:.0} µs a request; bare {theirs:.0}, {peer_waited:.0}"
        );
        let own = format!("{ours:.0} µs");
        ratio(what, &size.to_string(), &own, &format!("{theirs:.0} µs axum + rusqlite"), ours / theirs, "within 1.5");
    }
    Ok(())
}
