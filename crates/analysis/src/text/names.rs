//! Names found while they are typed.

use super::{folded, pinyin::spellings};
use std::collections::HashSet;

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
    /// Some later syllable begins with it.
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
    letters: usize,
    name: String,
}

/// Texts one after another, so that one pass looks through all; a line break, which no folded text
/// holds, stands before each.
#[derive(Default)]
struct Lines {
    text: String,
    /// Where each begins, behind its line break, and the entry that it belongs to.
    starts: Vec<(usize, usize)>,
}

impl Lines {
    fn push(&mut self, line: &str, entry: usize) {
        self.text.push('\n');
        self.starts.push((self.text.len(), entry));
        self.text.push_str(line);
    }

    /// Every place where `part` occurs: its position, and the line it is in.
    fn places(&self, part: &str) -> impl Iterator<Item = (usize, usize)> + '_ {
        let (mut from, part) = (0, part.to_owned());
        std::iter::from_fn(move || {
            let at = from + self.text.get(from..)?.find(&part)?;
            // Occurrences may overlap: go on with the next letter.
            from = at + self.text[at..].chars().next().map_or(1, char::len_utf8);
            Some((at, self.starts.partition_point(|(start, _)| *start <= at).saturating_sub(1)))
        })
    }
}

/// Names by what people type: the name, a part of it, its pinyin initials or its pinyin.
pub struct NameIndex {
    entries: Vec<Entry>,
    names: Lines,
    initials: Lines,
    full: Lines,
    /// Positions in `full` at which a syllable begins.
    syllables: HashSet<usize>,
}

impl NameIndex {
    /// An index over (key, name, weight). Among names that fit equally well lower weights come
    /// first, then shorter names, then names in the order of their letters, then lower keys.
    pub fn new<'a>(names: impl IntoIterator<Item = (u32, &'a str, u8)>) -> Self {
        let mut index = Self {
            entries: Vec::new(),
            names: Lines::default(),
            initials: Lines::default(),
            full: Lines::default(),
            syllables: HashSet::new(),
        };
        for (key, name, weight) in names {
            let number = index.entries.len();
            let folded = folded(name);
            index.names.push(&folded, number);
            let spelled = spellings(name);
            let initials: HashSet<String> = spelled.iter().map(super::Spelling::initials).collect();
            initials.iter().for_each(|initials| index.initials.push(initials, number));
            for spelling in spelled {
                let mut at = index.full.text.len() + 1;
                index.full.push(&spelling.full(), number);
                for syllable in spelling.syllables {
                    index.syllables.insert(at);
                    at += syllable.len();
                }
            }
            index.entries.push(Entry { key, weight, letters: folded.chars().count(), name: folded });
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
        let mut fits = |entry: usize, rank: Rank| {
            ranks[entry] = Some(ranks[entry].map_or(rank, |before| before.min(rank)));
        };
        for (at, line) in self.names.places(&typed) {
            let (start, entry) = self.names.starts[line];
            let whole = self.entries[entry].name.len() == typed.len();
            fits(
                entry,
                if at > start {
                    Rank::Part
                } else if whole {
                    Rank::Exact
                } else {
                    Rank::Beginning
                },
            );
        }
        if typed.is_ascii() {
            for (at, line) in self.initials.places(&format!("\n{typed}")) {
                // The line break stands before the line's start, so the line found is the one before.
                let line = if self.initials.starts[line].0 > at { line } else { line + 1 };
                fits(self.initials.starts[line].1, Rank::Initials);
            }
            for (at, line) in self.full.places(&typed).filter(|(at, _)| self.syllables.contains(at)) {
                let (start, entry) = self.full.starts[line];
                fits(entry, if at == start { Rank::Pinyin } else { Rank::PinyinPart });
            }
        }
        let mut found: Vec<(Rank, &Entry)> =
            ranks.iter().zip(&self.entries).filter_map(|(rank, entry)| rank.map(|rank| (rank, entry))).collect();
        let order = |(rank, entry): &(Rank, &'_ Entry), (other_rank, other): &(Rank, &'_ Entry)| {
            (rank, entry.weight, entry.letters, &entry.name, entry.key).cmp(&(
                other_rank,
                other.weight,
                other.letters,
                &other.name,
                other.key,
            ))
        };
        if found.len() > most {
            found.select_nth_unstable_by(most, order);
            found.truncate(most);
        }
        found.sort_unstable_by(order);
        found.into_iter().map(|(rank, entry)| Hit { key: entry.key, rank }).collect()
    }
}
