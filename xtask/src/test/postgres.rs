//! A private PostgreSQL server for the tests: fresh, on a free port, gone when the tests are.

use crate::{
    command::{output, program, run},
    debian::is_root,
    workspace::{find, root},
};
use std::{
    fs,
    io::Read,
    net::TcpListener,
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// The oldest server that is supported.
const OLDEST: u32 = 15;

/// Stops the server and removes its folder when standard input ends, which it does however this
/// program ends.
const WARDEN: &str = r#"
trap '' INT HUP TERM
folder=$1; shift
"$@" >"$folder/log" 2>&1 &
cat >/dev/null
kill -INT $! && wait $!
rm -rf "$folder"
"#;

/// A running server; dropping it stops it.
pub struct Server {
    warden: Child,
    /// `postgres://…`
    pub address: String,
}

/// The folder of the newest server programs that are new enough.
pub fn programs() -> Option<PathBuf> {
    let debian = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().map(|dir| dir.path().join("bin"));
    let on_path = find(&["postgres"]).and_then(|file| Some(file.parent()?.to_path_buf()));
    let found = debian.chain(on_path).filter_map(|dir| Some((version(&dir)?, dir)));
    found.filter(|(version, _)| *version >= OLDEST).max().map(|(_, dir)| dir)
}

fn version(dir: &Path) -> Option<u32> {
    let told = output(&mut program(dir.join("postgres"), &root(), &["--version"]))?;
    let number = told.split_whitespace().find(|word| word.starts_with(|first: char| first.is_ascii_digit()))?;
    number.split('.').next()?.parse().ok()
}

impl Server {
    /// Starts one.
    pub fn start() -> Result<Self, String> {
        let programs = programs().ok_or("no PostgreSQL server programs")?;
        let folder = std::env::temp_dir().join(format!("luyuan-postgres-{}", std::process::id()));
        fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
        let (data, folder) =
            (folder.join("data").to_string_lossy().into_owned(), folder.to_string_lossy().into_owned());
        let user = server_user();
        if let Some(user) = &user {
            run(&mut program("chown", &root(), &[user, &folder]))?;
        }
        let initdb = programs.join("initdb").to_string_lossy().into_owned();
        // Sorted by the rules of language, as most servers are: tests must not lean on byte order.
        let words = [
            initdb.as_str(),
            "--pgdata",
            &data,
            "--username",
            "luyuan",
            "--auth",
            "trust",
            "--no-sync",
            "--encoding",
            "UTF8",
            "--locale-provider",
            "icu",
            "--icu-locale",
            "zh",
            "--locale",
            "C.UTF-8",
        ];
        let made = as_user(user.as_deref(), &words).output().map_err(|error| error.to_string())?;
        if !made.status.success() {
            return Err(format!("initdb: {}", String::from_utf8_lossy(&made.stderr).trim()));
        }
        let port = TcpListener::bind("127.0.0.1:0")
            .and_then(|socket| socket.local_addr())
            .map_err(|error| error.to_string())?
            .port();
        let (port, sockets) = (port.to_string(), format!("unix_socket_directories={folder}"));
        let postgres = programs.join("postgres").to_string_lossy().into_owned();
        let mut words = vec![postgres.as_str(), "-D", &data, "-h", "127.0.0.1", "-p", &port];
        // Nothing here has to survive a power cut.
        let settings = [
            sockets.as_str(),
            "fsync=off",
            "synchronous_commit=off",
            "full_page_writes=off",
            "max_connections=300",
            "jit=off",
        ];
        words.extend(settings.iter().flat_map(|setting| ["-c", setting]));
        let server = as_user(user.as_deref(), &words);
        let mut warden = Command::new("sh");
        warden.args(["-c", WARDEN, "warden", &folder]).arg(server.get_program()).args(server.get_args());
        // Its own process group: Ctrl-C reaches this program, and the warden hears of it by its input.
        warden.process_group(0).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let warden = warden.current_dir("/").spawn().map_err(|error| error.to_string())?;
        let server = Self { warden, address: format!("postgres://luyuan@127.0.0.1:{port}/postgres") };
        wait_for(Path::new(&data), &folder)?;
        Ok(server)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.warden.stdin.take());
        let _ = self.warden.wait();
    }
}

/// PostgreSQL refuses to run as root.
fn server_user() -> Option<String> {
    let is_there = |user: &&str| output(&mut program("id", &root(), &["-u", user])).is_some();
    is_root().then(|| ["postgres", "nobody"].into_iter().find(is_there).unwrap_or("nobody").to_owned())
}

fn as_user(user: Option<&str>, words: &[&str]) -> Command {
    let mut command = match user {
        Some(user) => {
            let group = output(&mut program("id", &root(), &["-g", user])).unwrap_or_else(|| user.to_owned());
            let mut command = Command::new("setpriv");
            command.args(["--reuid", user, "--regid", &group, "--init-groups"]).args(words);
            command
        }
        None => {
            let mut command = Command::new(words[0]);
            command.args(&words[1..]);
            command
        }
    };
    command.current_dir("/").stdin(Stdio::null());
    command
}

/// The server writes `ready` on the eighth line of its lock file.
fn wait_for(data: &Path, folder: &str) -> Result<(), String> {
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(30) {
        let lock = fs::read_to_string(data.join("postmaster.pid")).unwrap_or_default();
        if lock.lines().nth(7).is_some_and(|line| line.trim() == "ready") {
            return Ok(());
        }
        thread::sleep(Duration::from_millis(50));
    }
    let mut log = String::new();
    let _ = fs::File::open(Path::new(folder).join("log")).and_then(|mut file| file.read_to_string(&mut log));
    Err(format!("PostgreSQL did not start: {}", log.trim()))
}
