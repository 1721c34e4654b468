//! Running other programs: shown before they start, clear when they fail, counted when they test.

use crate::test::Tally;
use std::{
    io::{BufRead, BufReader, IsTerminal, Read},
    path::Path,
    process::{Command, Stdio},
    sync::Mutex,
    thread,
};

/// A program in a folder, with what it is told.
pub fn program(name: impl AsRef<std::ffi::OsStr>, folder: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(name);
    command.current_dir(folder).args(words).stdin(Stdio::null());
    command
}

/// `cargo` in the workspace.
pub fn cargo(words: &[&str]) -> Command {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    program(cargo, &crate::workspace::root(), words)
}

/// The command as it would be typed.
pub fn typed(command: &Command) -> String {
    let name = Path::new(command.get_program()).file_name().unwrap_or_default().to_string_lossy().into_owned();
    command.get_args().fold(name, |line, word| {
        let word = word.to_string_lossy();
        if word.contains([' ', '|', '(']) { format!("{line} '{word}'") } else { format!("{line} {word}") }
    })
}

/// Shows the command, runs it, and fails when it does.
pub fn run(command: &mut Command) -> Result<(), String> {
    println!("   $ {}", typed(command));
    let status = command.status().map_err(|error| missing(command, &error))?;
    if status.success() { Ok(()) } else { Err(format!("`{}` failed ({status})", typed(command))) }
}

/// What a command prints, without showing it; nothing when it fails.
pub fn output(command: &mut Command) -> Option<String> {
    let output = command.stderr(Stdio::null()).output().ok().filter(|output| output.status.success())?;
    Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Like [`run`], and reads in what it prints how many tests passed and failed.
pub fn count(command: &mut Command) -> (Tally, Result<(), String>) {
    println!("   $ {}", typed(command));
    if std::io::stdout().is_terminal() {
        command.env("CARGO_TERM_COLOR", "always").env("FORCE_COLOR", "1");
    }
    let mut child = match command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn() {
        Ok(child) => child,
        Err(error) => return (Tally::default(), Err(missing(command, &error))),
    };
    let tally = Mutex::new(Tally::default());
    let (out, err) = (child.stdout.take(), child.stderr.take());
    thread::scope(|scope| {
        scope.spawn(|| out.map(|pipe| pass_on(pipe, &tally, |line| println!("{line}"))));
        scope.spawn(|| err.map(|pipe| pass_on(pipe, &tally, |line| eprintln!("{line}"))));
    });
    let tally = tally.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    let done = match child.wait() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("`{}` failed ({status})", typed(command))),
        Err(error) => Err(error.to_string()),
    };
    (tally, done)
}

fn pass_on(pipe: impl Read, tally: &Mutex<Tally>, show: impl Fn(&str)) {
    for line in BufReader::new(pipe).split(b'\n').map_while(Result::ok) {
        let line = String::from_utf8_lossy(&line);
        show(&line);
        tally.lock().unwrap_or_else(std::sync::PoisonError::into_inner).read(&line);
    }
}

fn missing(command: &Command, error: &std::io::Error) -> String {
    format!("`{}` cannot be started: {error}", command.get_program().to_string_lossy())
}
