//! Running programs with visible progress.

use std::{
    io::{BufRead, BufReader, Write},
    path::PathBuf,
    process::{Command, Stdio},
    time::Instant,
};

/// Where cargo builds to.
pub fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| PathBuf::from("target"), PathBuf::from)
}

/// Runs a step and says how long it took.
pub fn step(name: &str, command: &mut Command) -> Result<(), String> {
    println!("── {name}");
    let start = Instant::now();
    quiet(command).map_err(|error| format!("{name}: {error}"))?;
    println!("   {name}: done in {:.0} s", start.elapsed().as_secs_f64());
    Ok(())
}

/// Runs a program to its end.
pub fn quiet(command: &mut Command) -> Result<(), String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let status = command.stdin(Stdio::null()).status().map_err(|error| format!("{name} cannot be started: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("{name} ended with {status}")) }
}

/// Whether a program ends well, without showing what it prints.
pub fn works(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// How many tests passed and failed.
#[derive(Default, Clone, Copy)]
pub struct Count {
    /// Passed.
    pub passed: usize,
    /// Failed.
    pub failed: usize,
}

/// Runs tests, shows what they print, and counts by their closing lines.
pub fn tests(name: &str, command: &mut Command, count: &mut Count) -> Result<(), String> {
    println!("── {name}");
    let start = Instant::now();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("{name} cannot be started: {error}"))?;
    let before = *count;
    if let Some(out) = child.stdout.take() {
        for line in BufReader::new(out).lines().map_while(Result::ok) {
            // Cargo: «test result: ok. 5 passed; 0 failed; …»; Node: «ℹ pass 5», «# fail 0».
            let words: Vec<&str> = line.split([' ', ';']).filter(|word| !word.is_empty()).collect();
            let number = |at: usize| words.get(at).and_then(|word| word.parse::<usize>().ok()).unwrap_or(0);
            match words.as_slice() {
                ["test", "result:", ..] => {
                    count.passed += number(3);
                    count.failed += number(5);
                }
                ["ℹ" | "#", "pass", _] => count.passed += number(2),
                ["ℹ" | "#", "fail", _] => count.failed += number(2),
                _ => {}
            }
            println!("{line}");
            let _ = std::io::stdout().flush();
        }
    }
    let status = child.wait().map_err(|error| error.to_string())?;
    if !status.success() && count.failed == before.failed {
        count.failed += 1;
    }
    println!("   {name}: {} passed in {:.0} s", count.passed - before.passed, start.elapsed().as_secs_f64());
    Ok(())
}
