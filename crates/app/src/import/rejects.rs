//! Rows that were not kept, written down with line, reason and the row itself, so that they can be
//! corrected and imported again.

use crate::AppError;
use csv::ByteRecord;
use std::{
    fs::File,
    io::{BufWriter, Read},
    path::{Path, PathBuf},
};

/// First columns of a file of rejects.
const HEAD: [&str; 3] = ["line", "code", "reason"];

/// A row that was not kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reject {
    /// Line on which the row begins, from 1.
    pub line: u64,
    /// Stable code.
    pub code: &'static str,
    /// What is wrong, in a sentence.
    pub sentence: String,
    /// The row as it was read.
    pub row: ByteRecord,
}

/// The file of rejects: made when the first row is rejected.
pub struct Rejects {
    path: PathBuf,
    header: ByteRecord,
    file: Option<csv::Writer<BufWriter<File>>>,
}

impl Rejects {
    /// Rejects go to a path. What an earlier import left there is removed.
    ///
    /// # Errors
    /// [`AppError::Import`] when something else lies there, which is not overwritten.
    pub fn to(path: &Path) -> Result<Self, AppError> {
        let cannot = |why: String| AppError::Import(format!("{}: {why}", path.display()));
        if let Ok(mut file) = File::open(path) {
            let mut start = [0; 16];
            let read = file.read(&mut start).map_err(|error| cannot(error.to_string()))?;
            if read > 0 && !start[..read].starts_with(HEAD.join(",").as_bytes()) {
                return Err(cannot("this is not a file of rejects; name another with --rejects".into()));
            }
            std::fs::remove_file(path).map_err(|error| cannot(error.to_string()))?;
        }
        Ok(Self { path: path.to_owned(), header: ByteRecord::new(), file: None })
    }

    /// The columns of the rows.
    pub(super) fn header(&mut self, header: &ByteRecord) {
        self.header = header.clone();
    }

    /// Writes one down.
    ///
    /// # Errors
    /// [`AppError::File`] when the file cannot be written.
    pub fn push(&mut self, reject: &Reject) -> Result<(), AppError> {
        let failed = |error: csv::Error| AppError::File(error.to_string());
        let file = match &mut self.file {
            Some(file) => file,
            none => {
                let made = File::create(&self.path).map_err(|error| AppError::File(error.to_string()))?;
                let mut file = csv::WriterBuilder::new().flexible(true).from_writer(BufWriter::new(made));
                let head = HEAD.iter().map(|name| name.as_bytes()).chain(self.header.iter());
                file.write_byte_record(&head.collect()).map_err(failed)?;
                none.insert(file)
            }
        };
        let line = reject.line.to_string();
        let told = [line.as_bytes(), reject.code.as_bytes(), reject.sentence.as_bytes()];
        file.write_byte_record(&told.into_iter().chain(reject.row.iter()).collect()).map_err(failed)
    }

    /// Ends the file; where it is, when there is one.
    ///
    /// # Errors
    /// [`AppError::File`] when the file cannot be written.
    pub fn finish(self) -> Result<Option<PathBuf>, AppError> {
        let Some(mut file) = self.file else { return Ok(None) };
        file.flush().map_err(|error| AppError::File(error.to_string()))?;
        Ok(Some(self.path))
    }
}
