//! A file as a stream of UTF-8: unpacked, decoded, and guarded against a quote that is never closed.

use crate::AppError;
use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Decoder, Encoding, UTF_8};
use flate2::read::MultiGzDecoder;
use std::{
    fs::File,
    io::{self, Cursor, Read},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

/// How much is looked at to tell the encoding.
const LOOK: u64 = 1 << 20;
/// Longest record: far above any order, far below what memory holds.
const LONGEST: u64 = 4 << 20;
/// Most bytes of a document that is read whole.
const WHOLE: usize = 1 << 30;

/// What a packed file may unpack to before it is looked at how well it was packed.
const FREE: u64 = 16 << 20;
/// How many times its size a packed file may unpack to. Tables pack ten to fifty times; only a file that
/// is made to fill a disk packs better than this (deflate cannot do more than 1,032 times).
const RATIO: u64 = 200;

/// A file that is being read.
pub struct Input {
    reader: Box<dyn Read + Send>,
    /// Bytes of the file that were read, as it lies on the disk.
    taken: Arc<AtomicU64>,
    /// Bytes that were handed out since the last whole record.
    since: Arc<AtomicU64>,
    /// Size of the file in bytes, as it lies on the disk.
    pub size: u64,
}

impl Input {
    /// Opens a text file, packed with gzip or not. Without `encoding` it must be UTF-8 (a byte order
    /// mark is allowed); with one (`gbk`, `gb18030`, `big5`, …) it is decoded while it is read.
    ///
    /// # Errors
    /// [`AppError::Import`] when it cannot be opened, is no text, is not in UTF-8 (the sentence names
    /// what it looks like), or the encoding is unknown.
    pub fn open(path: &Path, encoding: Option<&str>) -> Result<Self, AppError> {
        let name = path.display();
        let cannot = |error: io::Error| AppError::Import(format!("{name} cannot be read: {error}"));
        let file = File::open(path).map_err(cannot)?;
        let size = file.metadata().map_err(cannot)?.len();
        let taken = Arc::new(AtomicU64::new(0));
        let mut file = Counted { inner: file, count: taken.clone() };
        let mut magic = Vec::new();
        (&mut file).take(2).read_to_end(&mut magic).map_err(cannot)?;
        let packed = magic == [0x1F, 0x8B];
        let whole = Cursor::new(magic).chain(io::BufReader::with_capacity(1 << 17, file));
        let mut text: Box<dyn Read + Send> =
            if packed { Box::new(Unpacked::new(whole, taken.clone())) } else { Box::new(whole) };
        let mut head = Vec::new();
        (&mut text).take(LOOK).read_to_end(&mut head).map_err(cannot)?;
        let whole_seen = u64::try_from(head.len()).is_ok_and(|seen| seen < LOOK);
        let encoding = match encoding {
            Some(label) => Encoding::for_label(label.as_bytes())
                .ok_or_else(|| AppError::Import(format!("{label} is no encoding; try gbk, gb18030 or big5")))?,
            None => told(&head, whole_seen).map_err(|why| AppError::Import(format!("{name} {why}")))?,
        };
        let text = Cursor::new(head).chain(text);
        let reader: Box<dyn Read + Send> =
            if encoding == UTF_8 { Box::new(text) } else { Box::new(Decoded::new(text, encoding)) };
        let since = Arc::new(AtomicU64::new(0));
        Ok(Self { reader: Box::new(Guarded { inner: reader, since: since.clone() }), taken, since, size })
    }

    /// A counter of the bytes of the file that were read.
    pub fn taken(&self) -> Arc<AtomicU64> {
        self.taken.clone()
    }

    /// To be set to 0 whenever a record was read whole.
    pub(crate) fn since(&self) -> Arc<AtomicU64> {
        self.since.clone()
    }

    /// All of a file that is one document, such as GeoJSON, however long its only record is.
    pub(crate) fn whole(mut self) -> io::Result<String> {
        let mut bytes = Vec::new();
        loop {
            self.since.store(0, Relaxed);
            if (&mut self.reader).take(LONGEST / 2).read_to_end(&mut bytes)? == 0 {
                break;
            }
            if bytes.len() > WHOLE {
                return Err(io::Error::other(format!("the document is longer than {} MiB", WHOLE >> 20)));
            }
        }
        String::from_utf8(bytes).map_err(io::Error::other)
    }
}

impl Read for Input {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.reader.read(buffer)
    }
}

/// UTF-8, or why not.
fn told(head: &[u8], whole: bool) -> Result<&'static Encoding, String> {
    let advice = |encoding: &'static Encoding| {
        let label = encoding.name().to_ascii_lowercase();
        format!(
            "is not in UTF-8; it looks like {}. Repeat the command with --encoding {label}, or save the file as UTF-8",
            encoding.name()
        )
    };
    if let Some((encoding, _)) = Encoding::for_bom(head)
        && encoding != UTF_8
    {
        return Err(advice(encoding));
    }
    if head.starts_with(b"PK\x03\x04") || head.contains(&0) {
        return Err("is not a text file; save it as CSV in UTF-8".into());
    }
    match std::str::from_utf8(head) {
        Ok(_) => Ok(UTF_8),
        // Only the last character is cut off.
        Err(error) if error.error_len().is_none() && !whole => Ok(UTF_8),
        Err(_) => {
            let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
            detector.feed(head, whole);
            Err(advice(detector.guess(Some(b"cn"), Utf8Detection::Deny)))
        }
    }
}

struct Counted<R> {
    inner: R,
    count: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.count.fetch_add(u64::try_from(read).unwrap_or(0), Relaxed);
        Ok(read)
    }
}

/// What a packed file holds, unless it was packed to do harm.
struct Unpacked<R> {
    inner: MultiGzDecoder<R>,
    taken: Arc<AtomicU64>,
    out: u64,
}

impl<R: Read> Unpacked<R> {
    fn new(inner: R, taken: Arc<AtomicU64>) -> Self {
        Self { inner: MultiGzDecoder::new(inner), taken, out: 0 }
    }
}

impl<R: Read> Read for Unpacked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.out += u64::try_from(read).unwrap_or(0);
        if self.out > FREE && self.out / RATIO > self.taken.load(Relaxed) {
            let why = format!(
                "it unpacks to more than {RATIO} times its size, as no table does; unpack it first if it is right"
            );
            return Err(io::Error::other(why));
        }
        Ok(read)
    }
}

struct Guarded {
    inner: Box<dyn Read + Send>,
    since: Arc<AtomicU64>,
}

impl Read for Guarded {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        let since = self.since.fetch_add(u64::try_from(read).unwrap_or(0), Relaxed);
        if since > LONGEST {
            return Err(io::Error::other("a row is longer than 4 MiB; probably a quote is not closed"));
        }
        Ok(read)
    }
}

/// Another encoding, read as UTF-8. What cannot be decoded becomes U+FFFD, and its row is rejected.
struct Decoded<R> {
    inner: R,
    decoder: Decoder,
    raw: Vec<u8>,
    text: Vec<u8>,
    at: usize,
    ended: bool,
}

impl<R: Read> Decoded<R> {
    fn new(inner: R, encoding: &'static Encoding) -> Self {
        let decoder = encoding.new_decoder_with_bom_removal();
        Self { inner, decoder, raw: vec![0; 1 << 16], text: Vec::new(), at: 0, ended: false }
    }
}

impl<R: Read> Read for Decoded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.at == self.text.len() && !self.ended {
            let read = self.inner.read(&mut self.raw)?;
            self.ended = read == 0;
            let most = self.decoder.max_utf8_buffer_length(read).unwrap_or(1 << 18);
            self.text.resize(most, 0);
            let (_, _, written, _) = self.decoder.decode_to_utf8(&self.raw[..read], &mut self.text, self.ended);
            self.text.truncate(written);
            self.at = 0;
        }
        let count = buffer.len().min(self.text.len() - self.at);
        buffer[..count].copy_from_slice(&self.text[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8], encoding: Option<&str>) -> Result<String, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        std::fs::write(&path, bytes).unwrap();
        let mut text = String::new();
        let mut input = Input::open(&path, encoding).map_err(|error| error.to_string())?;
        input.read_to_string(&mut text).map_err(|error| error.to_string())?;
        Ok(text)
    }

    #[test]
    fn gbk_is_named_offered_and_decoded() {
        let words = "编号,描述\n1,金祥花园门口的路灯不亮，居民晚上出行不便\n".repeat(9000);
        let (bytes, _, _) = encoding_rs::GBK.encode(&words);
        let refused = read(&bytes, None).unwrap_err();
        assert!(refused.contains("looks like GBK") && refused.contains("--encoding gbk"), "{refused}");
        assert_eq!(read(&bytes, Some("gbk")).unwrap(), words);
        assert_eq!(read(words.as_bytes(), None).unwrap(), words);
    }

    #[test]
    fn a_file_that_is_packed_to_do_harm_is_refused_early() {
        use std::io::Write;
        let packed = |row: &str, times: usize| {
            let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
            for _ in 0..times {
                packer.write_all(row.as_bytes()).unwrap();
            }
            packer.finish().unwrap()
        };
        let line = "0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0\n";
        let bomb = packed(&line.repeat(1000), 3000);
        assert!(bomb.len() < 2 << 20, "{}", bomb.len());
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("bomb.csv.gz");
        std::fs::write(&path, &bomb).unwrap();
        let mut input = Input::open(&path, None).unwrap();
        let since = input.since();
        let (mut buffer, mut out) = (vec![0; 1 << 16], 0u64);
        let refused = loop {
            // As a reader of rows does.
            since.store(0, Relaxed);
            match input.read(&mut buffer) {
                Ok(0) => panic!("all of it was read"),
                Ok(read) => out += u64::try_from(read).unwrap(),
                Err(error) => break error.to_string(),
            }
        };
        // What the unpacker has read ahead, two pieces of 64 KiB, counts as taken.
        let most = FREE.max(RATIO * (128 << 10)) + (4 << 20);
        assert!(refused.contains("200 times") && out <= most, "{refused} after {out}");
        // What repeats itself as tables do is read.
        let table: String =
            (0..40_000).map(|n| format!("{n},E01037,金祥花园门口路灯不亮,2026-03-0{}\n", n % 9 + 1)).collect();
        assert_eq!(read(&packed(&table, 1), None).unwrap(), table);
    }

    #[test]
    fn what_is_no_text_is_refused_and_an_unclosed_quote_ends() {
        assert!(read(b"PK\x03\x04abc", None).unwrap_err().contains("not a text file"));
        assert!(read(b"\xFF\xFEa\0", None).unwrap_err().contains("UTF-16LE"));
        assert!(read(b"a", Some("klingon")).unwrap_err().contains("no encoding"));
        assert!(read(&vec![b'x'; 6 << 20], None).unwrap_err().contains("quote"));
    }
}
