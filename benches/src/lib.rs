//! What every benchmark needs: the sizes it was asked for, chance that repeats, and the line that
//! `cargo xtask bench` gathers into its table.

pub mod district;
pub mod street;

use std::time::Instant;

/// As in the product; the peers have it too.
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// 10,000, 100,000 and 1,000,000, up to `--size` (100,000 if not given).
pub fn sizes() -> Vec<usize> {
    let words: Vec<String> = std::env::args().collect();
    let size = words.windows(2).find(|pair| pair[0] == "--size").and_then(|pair| pair[1].parse().ok());
    let most = size.unwrap_or(100_000).max(10_000);
    [10_000, 100_000, 1_000_000].into_iter().filter(|size| *size <= most).collect()
}

/// A row of the table: what, size, ours, the peer's, the ratio, the goal.
pub fn ratio(what: &str, size: &str, ours: &str, peer: &str, ratio: f64, goal: &str) {
    println!("RATIO\t{what}\t{size}\t{ours}\t{peer}\t{ratio:.1}\t{goal}");
}

/// SplitMix64: the same numbers in every run.
pub struct Chance(pub u64);

impl Chance {
    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number from `low` up to `high`.
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * (self.bits() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// A number from 0 below `limit`.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.bits() % limit
    }
}

/// What a piece of work gave, and the best of three times in seconds.
pub fn best_of_three<T>(mut work: impl FnMut() -> T) -> (T, f64) {
    let mut best = f64::INFINITY;
    let mut last = None;
    for _ in 0..3 {
        let start = Instant::now();
        last = Some(work());
        best = best.min(start.elapsed().as_secs_f64());
    }
    (last.expect("three runs"), best)
}

/// Processor time that a process took so far, in seconds: user and system, in hundredths (`proc(5)`);
/// `self` is this one. Other programs on the machine do not change it much.
pub fn processor(process: &str) -> district::Result<f64> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat"))?;
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    Ok((fields[11].parse::<f64>()? + fields[12].parse::<f64>()?) / 100.0)
}

/// The value below which `share` of the sorted values lie.
pub fn quantile(sorted: &[f64], share: f64) -> f64 {
    sorted[((sorted.len() - 1) as f64 * share) as usize]
}
