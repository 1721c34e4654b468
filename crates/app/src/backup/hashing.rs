//! Hashes of what passes by.

use sha2::{Digest as _, Sha256};
use std::io::{self, Read};

/// Bytes as lower-case hex.
pub(super) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Reads through, and knows the hash and number of bytes that passed.
pub(crate) struct Hashed<R> {
    inner: R,
    hash: Sha256,
    /// Bytes so far.
    pub bytes: u64,
}

impl<R: Read> Hashed<R> {
    pub fn new(inner: R) -> Self {
        Self { inner, hash: Sha256::new(), bytes: 0 }
    }

    /// The hash of what was read.
    pub fn finish(self) -> String {
        hex(&self.hash.finalize())
    }
}

impl<R: Read> Read for Hashed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.hash.update(&buffer[..read]);
        self.bytes += read as u64;
        Ok(read)
    }
}

/// The sum of hashes of rows: the same in whatever order they come, and another when a row is
/// changed, missing or there twice. It finds accidents; who forges rows on purpose can choose them
/// so that the sum fits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Sum {
    lanes: [u64; 4],
    /// How many rows.
    pub rows: u64,
}

impl Sum {
    /// Adds a row's line.
    pub fn add(&mut self, line: &[u8]) {
        let hash = Sha256::digest(line);
        for (lane, bytes) in self.lanes.iter_mut().zip(hash.chunks_exact(8)) {
            let part = bytes.iter().fold(0u64, |sum, byte| (sum << 8) | u64::from(*byte));
            *lane = lane.wrapping_add(part);
        }
        self.rows += 1;
    }

    /// As text.
    pub fn text(&self) -> String {
        self.lanes.iter().map(|lane| format!("{lane:016x}")).collect()
    }
}
