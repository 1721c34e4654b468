//! A demonstration district of a test's own: the real program, in a folder of its own, on a free
//! port, stopped when the test ends.

use super::{LUYUAN, http::Http};
use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// A running `luyuan demo`.
pub struct Site {
    program: Child,
    /// Where it answers.
    pub http: Http,
    /// The key with which programs place orders.
    pub key: String,
    /// What it printed before it served: `name=value`, one a line.
    pub said: Vec<String>,
    /// From its start to its first answer.
    pub started_in: Duration,
}

impl Site {
    /// Starts it on data in a folder, and waits for its first answer.
    pub fn start(data: &Path) -> Self {
        Self::start_with(data, &[])
    }

    /// As [`Site::start`], with more words on the command line.
    pub fn start_with(data: &Path, words: &[&str]) -> Self {
        Self::run(data, words, &[])
    }

    /// As [`Site::start`], with more in its environment.
    pub fn start_in(data: &Path, environment: &[(&str, &str)]) -> Self {
        Self::run(data, &[], environment)
    }

    /// As [`Site::start`], so that a write beyond a limit fails instead of ending it.
    pub fn start_limited(data: &Path) -> Self {
        let mut shell = Command::new("sh");
        shell.args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\"", LUYUAN]);
        Self::begin(shell, data, &[], &[])
    }

    /// The number of its process.
    pub fn id(&self) -> u32 {
        self.program.id()
    }

    fn run(data: &Path, words: &[&str], environment: &[(&str, &str)]) -> Self {
        Self::begin(Command::new(LUYUAN), data, words, environment)
    }

    fn begin(mut command: Command, data: &Path, words: &[&str], environment: &[(&str, &str)]) -> Self {
        let start = Instant::now();
        command.envs(environment.iter().copied());
        command.args(["demo", "--listen", "127.0.0.1:0"]).arg("--data").arg(data).args(words);
        let mut program = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().expect("luyuan starts");
        let mut said = Vec::new();
        for line in BufReader::new(program.stdout.take().expect("its output")).lines() {
            said.push(line.expect("a line of text"));
            if said.last().is_some_and(|line| line.starts_with("api_key=")) {
                break;
            }
        }
        let value = |name: &str| said.iter().find_map(|line| line.strip_prefix(name)).map(str::to_owned);
        let key = value("api_key=").unwrap_or_else(|| panic!("luyuan said only {said:?}"));
        let address = value("address=http://").expect("its address");
        let http = Http::new(&address);
        assert_eq!(http.get("/").expect("an answer").status, 200);
        Self { program, http, key, said, started_in: start.elapsed() }
    }

    /// `http://127.0.0.1:PORT`.
    pub fn address(&self) -> String {
        format!("http://{}", self.http.host)
    }

    /// Ends it without any warning, as a power cut or the kernel would.
    pub fn kill(mut self) {
        self.program.kill().expect("it was running");
        self.program.wait().expect("it ended");
    }
}

impl Site {
    /// Asks it to stop, as the system does, and waits until it has; how long that took.
    pub fn stop(mut self) -> Duration {
        let begun = Instant::now();
        let asked = Command::new("kill").args(["-TERM", &self.program.id().to_string()]).status();
        assert!(asked.expect("kill runs").success());
        let ended = self.program.wait().expect("it ended");
        assert!(ended.success(), "{ended}");
        begun.elapsed()
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}
