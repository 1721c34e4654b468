//! `cargo xtask fuzz`: outside bytes, bent at random, for a bounded time.

use crate::command::{cargo, run};
use clap::Args;
use std::time::{SystemTime, UNIX_EPOCH};

/// How long, and what.
#[derive(Args)]
pub struct Options {
    /// Seconds for each target
    #[arg(long, default_value_t = 30)]
    seconds: u64,
    /// The seed, to repeat a run [default: from the clock]
    #[arg(long)]
    seed: Option<u64>,
    /// One of open311-form, order-json, photo, address, mapping, rows, geojson, table, receipt, pbf [default: each]
    target: Option<String>,
}

/// Runs it; it stops by itself.
pub fn bend(options: &Options) -> Result<(), String> {
    #[allow(clippy::disallowed_methods)] // any seed will do; it is printed
    let clock = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let seed = options.seed.unwrap_or(clock);
    let words = ["test", "-p", "luyuan-web", "--test", "it", "fuzz::bent_inputs", "--", "--ignored", "--nocapture"];
    let mut command = cargo(&words);
    command.env("LUYUAN_FUZZ_SECONDS", options.seconds.to_string());
    command.env("LUYUAN_FUZZ_SEED", seed.to_string());
    command.env("LUYUAN_FUZZ_TARGET", options.target.clone().unwrap_or_default());
    run(&mut command)
}
