//! Names found while they are typed.

use super::{folded, pinyin::readings};
use std::collections::HashMap;

/// How well a name fits what was typed, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// It is the name.
    Exact,
    /// The name begins with it.
    Beginning,
    /// It is somewhere in the name.
    Part,
    /// The name's pinyin initials begin with it.
    Initials,
    /// The name's pinyin begins with it.
    Pinyin,
    /// The pinyin of a later part begins with it.
    PinyinPart,
}

/// A name that fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hit {
    /// The caller's key.
    pub key: u32,
    /// How well it fits.
    pub rank: Rank,
}

struct Entry {
    key: u32,
    weight: u8,
    /// The folded name, its letters' numbers, as ranges of the index's lists.
    name: std::ops::Range<usize>,
    letters: std::ops::Range<usize>,
}

/// A letter that occurs in names: how it is read, and the first bytes of that as a set of bits.
struct Letter {
    readings: Vec<String>,
    first: u64,
}

/// A bit for a byte: letters and digits have their own, all others share one.
fn bit(byte: u8) -> u64 {
    match byte {
        b'a'..=b'z' => 1 << (byte - b'a'),
        b'0'..=b'9' => 1 << (26 + byte - b'0'),
        _ => 1 << 36,
    }
}

/// Names by what people type: the name, a part of it, its pinyin initials or its pinyin, with every
/// reading of every letter.
#[derive(Default)]
pub struct NameIndex {
    entries: Vec<Entry>,
    /// All folded names, each behind a line break, which no folded name holds: one pass looks
    /// through all.
    names: String,
    /// The letters of all names, by number.
    spelled: Vec<usize>,
    letters: Vec<Letter>,
}

impl NameIndex {
    /// An index over (key, name, weight). Among names that fit equally well lower weights come
    /// first, then shorter names, then names in the order of their letters, then lower keys.
    pub fn new<'a>(names: impl IntoIterator<Item = (u32, &'a str, u8)>) -> Self {
        let mut index = Self::default();
        let mut known: HashMap<char, usize> = HashMap::new();
        for (key, name, weight) in names {
            let name = folded(name);
            let (start, first) = (index.names.len() + 1, index.spelled.len());
            index.names.push('\n');
            index.names.push_str(&name);
            for letter in name.chars() {
                let number = *known.entry(letter).or_insert_with(|| {
                    let readings = readings(letter);
                    let first = readings.iter().filter_map(|reading| reading.bytes().next()).map(bit);
                    index.letters.push(Letter { first: first.fold(0, |all, one| all | one), readings });
                    index.letters.len() - 1
                });
                index.spelled.push(number);
            }
            let (name, letters) = (start..index.names.len(), first..index.spelled.len());
            index.entries.push(Entry { key, weight, name, letters });
        }
        index
    }

    /// The names that fit, best first; at most `most`. Nothing fits an empty or unreadable text.
    pub fn search(&self, typed: &str, most: usize) -> Vec<Hit> {
        let typed = folded(typed);
        if typed.is_empty() || most == 0 {
            return Vec::new();
        }
        let mut ranks: Vec<Option<Rank>> = vec![None; self.entries.len()];
        self.by_name(&typed, &mut ranks);
        if typed.is_ascii() {
            for (rank, entry) in ranks.iter_mut().zip(&self.entries).filter(|(rank, _)| rank.is_none()) {
                *rank = self.by_sound(typed.as_bytes(), &self.spelled[entry.letters.clone()]);
            }
        }
        let ranked = ranks.iter().zip(&self.entries);
        let mut found: Vec<(Rank, &Entry)> =
            ranked.filter_map(|(rank, entry)| rank.map(|rank| (rank, entry))).collect();
        fn order<'a>(names: &'a str, rank: Rank, entry: &Entry) -> (Rank, u8, usize, &'a str, u32) {
            (rank, entry.weight, entry.letters.len(), &names[entry.name.clone()], entry.key)
        }
        let compare = |(rank, entry): &(Rank, &Entry), (other_rank, other): &(Rank, &Entry)| {
            order(&self.names, *rank, entry).cmp(&order(&self.names, *other_rank, other))
        };
        if found.len() > most {
            found.select_nth_unstable_by(most, compare);
            found.truncate(most);
        }
        found.sort_unstable_by(compare);
        found.into_iter().map(|(rank, entry)| Hit { key: entry.key, rank }).collect()
    }

    /// Ranks the names that hold what was typed. The first place in a name is the best.
    fn by_name(&self, typed: &str, ranks: &mut [Option<Rank>]) {
        let mut from = 0;
        while let Some(at) = self.names.get(from..).and_then(|rest| rest.find(typed)).map(|at| from + at) {
            let number = self.entries.partition_point(|entry| entry.name.start <= at).saturating_sub(1);
            let name = &self.entries[number].name;
            ranks[number] = Some(match () {
                () if at > name.start => Rank::Part,
                () if name.len() == typed.len() => Rank::Exact,
                () => Rank::Beginning,
            });
            from = name.end;
        }
    }

    fn by_sound(&self, typed: &[u8], name: &[usize]) -> Option<Rank> {
        let first = bit(*typed.first()?);
        let letter = |number: &usize| &self.letters[*number];
        let begins = |number: &usize, byte: u8| {
            let letter = letter(number);
            letter.first & bit(byte) != 0
                && letter.readings.iter().any(|reading| reading.as_bytes().first() == Some(&byte))
        };
        if name.len() >= typed.len() && name.iter().zip(typed).all(|(number, byte)| begins(number, *byte)) {
            return Some(Rank::Initials);
        }
        let mut starts = (0..name.len()).filter(|at| letter(&name[*at]).first & first != 0);
        let start = starts.find(|at| self.sounds(typed, &name[*at..]))?;
        Some(if start == 0 { Rank::Pinyin } else { Rank::PinyinPart })
    }

    /// Whether the readings of some letters, one after another, begin with what was typed.
    fn sounds(&self, typed: &[u8], name: &[usize]) -> bool {
        let Some((first, rest)) = name.split_first() else { return false };
        self.letters[*first].readings.iter().map(String::as_bytes).any(|reading| {
            reading.starts_with(typed) || typed.strip_prefix(reading).is_some_and(|typed| self.sounds(typed, rest))
        })
    }
}
