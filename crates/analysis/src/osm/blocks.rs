//! The blocks of a file, one after the other; which of them hold what is learnt the first time.

use super::OsmError;
use osmpbf::{BlobDecode, BlobError, BlobReader, BlobType, ErrorKind, PrimitiveBlock};
use std::{
    io::{self, BufReader, Read},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

/// What a block may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Kind {
    Node = 1,
    Way = 2,
    Relation = 4,
}

/// What is needed to understand a file; anything else changes what it means.
const UNDERSTOOD: [&str; 3] = ["OsmSchema-V0.6", "DenseNodes", "LocationsOnWays"];

/// Which blocks of the file hold which kinds, once that is known.
#[derive(Debug, Default)]
pub(super) struct Blocks {
    kinds: Vec<u8>,
    /// The box that the file's header names: west, south, east, north in degrees.
    pub(super) bbox: Option<[f64; 4]>,
}

/// Counts what was read.
struct Counted<R> {
    inner: R,
    bytes: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(into)?;
        self.bytes.fetch_add(read as u64, Relaxed);
        Ok(read)
    }
}

impl Blocks {
    /// Hands every block with things of a kind to `on`; how many bytes the file has.
    pub(super) fn each<R: Read + Send>(
        &mut self,
        file: R,
        kind: Kind,
        mut tell: impl FnMut(u64),
        mut on: impl FnMut(&PrimitiveBlock),
    ) -> Result<u64, OsmError> {
        let first_time = self.kinds.is_empty();
        let bytes = Arc::new(AtomicU64::new(0));
        // Counted outside the buffer: exact where blocks end.
        let blobs = BlobReader::new(Counted { inner: BufReader::new(file), bytes: bytes.clone() });
        let (mut number, mut begun, mut header) = (0usize, 0u64, false);
        for blob in blobs {
            let at = bytes.load(Relaxed);
            let blob = blob.map_err(|error| located(&error, begun, at, header))?;
            begun = at;
            tell(at);
            match blob.get_type() {
                BlobType::OsmHeader => {
                    let read = blob.to_headerblock().map_err(|error| located(&error, at, at, header))?;
                    if let Some(unknown) = read.required_features().iter().find(|f| !UNDERSTOOD.contains(&f.as_str())) {
                        return Err(OsmError::Feature(unknown.clone()));
                    }
                    self.bbox = read.bbox().map(|named| [named.left, named.bottom, named.right, named.top]);
                    header = true;
                }
                BlobType::OsmData if !header => {
                    return Err(OsmError::NotPbf("it does not begin with a header".to_owned()));
                }
                BlobType::OsmData => {
                    let wanted = first_time || self.kinds.get(number).is_some_and(|kinds| kinds & kind as u8 != 0);
                    if wanted {
                        let decoded = blob.decode().map_err(|error| located(&error, at, at, header))?;
                        if let BlobDecode::OsmData(block) = decoded {
                            if first_time {
                                self.kinds.push(kinds(&block));
                            }
                            on(&block);
                        }
                    }
                    number += 1;
                }
                BlobType::Unknown(_) if !header => {
                    return Err(OsmError::NotPbf("its first block is unknown".to_owned()));
                }
                // Later blocks of other programs may be passed over, the format says.
                BlobType::Unknown(_) => {}
            }
        }
        let at = bytes.load(Relaxed);
        match () {
            () if at == 0 => Err(OsmError::Empty),
            // One to three bytes of the next block's length.
            () if at != begun => Err(if header { OsmError::Torn { at } } else { not_pbf() }),
            () if number == 0 => Err(OsmError::NothingToWalk),
            () => Ok(at),
        }
    }
}

fn not_pbf() -> OsmError {
    OsmError::NotPbf("its first bytes are not those of one".to_owned())
}

fn kinds(block: &PrimitiveBlock) -> u8 {
    let mut kinds = 0;
    for group in block.groups() {
        if group.dense_nodes().next().is_some() || group.nodes().next().is_some() {
            kinds |= Kind::Node as u8;
        }
        if group.ways().next().is_some() {
            kinds |= Kind::Way as u8;
        }
        if group.relations().next().is_some() {
            kinds |= Kind::Relation as u8;
        }
    }
    kinds
}

/// What the decoder's error means, for a block that begins at `begun` in a file read up to `at`.
fn located(error: &osmpbf::Error, begun: u64, at: u64, header: bool) -> OsmError {
    let torn = match error.kind() {
        ErrorKind::Io(error) if error.kind() != io::ErrorKind::UnexpectedEof => {
            return OsmError::Io(io::Error::new(error.kind(), error.to_string()));
        }
        ErrorKind::Io(_) => true,
        ErrorKind::Protobuf { err, location } => {
            location.starts_with("blob") && format!("{err}").contains("end of file")
        }
        _ => false,
    };
    let too_big = matches!(
        error.kind(),
        ErrorKind::Blob(
            BlobError::HeaderTooBig { .. } | BlobError::InvalidHeaderSize | BlobError::MessageTooBig { .. }
        )
    );
    match () {
        () if !header && begun == 0 && (too_big || !torn) => not_pbf(),
        () if !header && begun == 0 => OsmError::NotPbf("its first bytes are not those of one, or it is torn".into()),
        () if torn => OsmError::Torn { at },
        () => OsmError::Damaged { at, why: error.to_string() },
    }
}
