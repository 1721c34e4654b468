//! A base map as bytes: small, exact, and checked when it is read again.

use super::{Base, Feature, Kind, Names, Part, World};
use thiserror::Error;

/// The first bytes; another form gets another number.
const MAGIC: &[u8; 8] = b"LYBASE1\n";

/// Why bytes are no base map.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum BadBase {
    /// They begin otherwise.
    #[error("this is no base map of this version; import it again")]
    Form,
    /// They end too early, or hold what cannot be.
    #[error("the base map is damaged at byte {0}; import it again")]
    Damaged(usize),
}

impl Base {
    /// As bytes.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Writer(MAGIC.to_vec());
        out.text(&self.attribution);
        out.count(self.names.len());
        for names in &self.names {
            for text in [&names.own, &names.zh, &names.en] {
                out.text(text);
            }
        }
        out.count(self.rows.len());
        let mut last = [0i64; 2];
        for row in &self.rows {
            out.0.extend([row.kind as u8, row.zoom]);
            out.number(u64::from(row.name));
            let parts = &self.parts[row.parts.start as usize..row.parts.end as usize];
            out.count(parts.len());
            for part in parts {
                let points = &self.points[part.points.start as usize..part.points.end as usize];
                out.number((points.len() as u64) << 1 | u64::from(part.hole));
                for World { x, y } in points {
                    for (side, value) in [*x, *y].into_iter().enumerate() {
                        let by = i64::from(value) - last[side];
                        out.number((by << 1 ^ by >> 63).cast_unsigned());
                        last[side] = i64::from(value);
                    }
                }
            }
        }
        out.0
    }

    /// From such bytes.
    ///
    /// # Errors
    /// [`BadBase`] for anything else.
    pub fn decode(bytes: &[u8]) -> Result<Self, BadBase> {
        let rest = bytes.strip_prefix(MAGIC).ok_or(BadBase::Form)?;
        let mut from = Reader { bytes: rest, at: 0 };
        read(&mut from).ok_or(BadBase::Damaged(MAGIC.len() + from.at))
    }
}

fn read(from: &mut Reader<'_>) -> Option<Base> {
    let attribution = from.text()?;
    let count = from.count()?;
    let mut names = Vec::with_capacity(count);
    for _ in 0..count {
        names.push(Names { own: from.text()?, zh: from.text()?, en: from.text()? });
    }
    let rows = from.count_of_rows()?;
    let mut features = Vec::with_capacity(rows);
    let mut last = [0i64; 2];
    for _ in 0..rows {
        let kind = *Kind::ALL.get(from.byte()? as usize)?;
        let zoom = from.byte()?;
        let names = names.get(usize::try_from(from.number()?).ok()?)?.clone();
        let mut parts = Vec::new();
        for _ in 0..from.count()? {
            let head = from.number()?;
            let count = usize::try_from(head >> 1).ok().filter(|count| *count <= from.left())?;
            let mut points = Vec::with_capacity(count);
            for _ in 0..count {
                for side in &mut last {
                    let by = from.number()?;
                    *side = side.checked_add((by >> 1).cast_signed() ^ -((by & 1).cast_signed()))?;
                }
                points.push(World { x: u32::try_from(last[0]).ok()?, y: u32::try_from(last[1]).ok()? });
            }
            parts.push(Part { points, hole: head & 1 == 1 });
        }
        features.push((zoom, Feature { kind, names, parts }));
    }
    (from.left() == 0).then(|| Base::of(attribution, features))
}

struct Writer(Vec<u8>);

impl Writer {
    #[allow(clippy::cast_possible_truncation)] // seven bits at a time
    fn number(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }

    fn count(&mut self, count: usize) {
        self.number(count as u64);
    }

    fn text(&mut self, text: &str) {
        self.count(text.len());
        self.0.extend_from_slice(text.as_bytes());
    }
}

struct Reader<'b> {
    bytes: &'b [u8],
    at: usize,
}

impl Reader<'_> {
    fn left(&self) -> usize {
        self.bytes.len() - self.at
    }

    fn byte(&mut self) -> Option<u8> {
        let byte = *self.bytes.get(self.at)?;
        self.at += 1;
        Some(byte)
    }

    fn number(&mut self) -> Option<u64> {
        let mut value = 0u64;
        for shift in (0..63).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(value);
            }
        }
        None
    }

    /// A count of things that take a byte each at least, so that a lie takes no memory.
    fn count(&mut self) -> Option<usize> {
        usize::try_from(self.number()?).ok().filter(|count| *count <= self.left())
    }

    fn count_of_rows(&mut self) -> Option<usize> {
        // Kind, zoom, name and parts.
        self.count().filter(|count| count * 4 <= self.left())
    }

    fn text(&mut self) -> Option<String> {
        let count = self.count()?;
        let text = self.bytes.get(self.at..self.at + count)?;
        self.at += count;
        String::from_utf8(text.to_vec()).ok()
    }
}
