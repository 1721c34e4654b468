//! Names spelled in pinyin, without tones, as people type them.

use pinyin::{Pinyin, ToPinyinMulti};
use std::collections::{HashSet, VecDeque};

/// The most spellings of one name. Letters with several readings multiply; the usual reading of
/// each comes first, then one letter read otherwise, then two.
const MOST: usize = 24;

/// One way to spell a name.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Spelling {
    /// A syllable for each Chinese letter; other letters and digits stand for themselves, folded.
    pub syllables: Vec<String>,
}

impl Spelling {
    /// The first letters: 京广路 → `jgl`. What is not Chinese is kept whole.
    pub fn initials(&self) -> String {
        self.syllables.iter().filter_map(|syllable| syllable.chars().next()).collect()
    }

    /// All letters: 京广路 → `jingguanglu`.
    pub fn full(&self) -> String {
        self.syllables.concat()
    }
}

/// The first letters of a name's pinyin in its usual reading (金祥花园 → `jxhy`); what is not
/// Chinese stays, in lower case.
pub fn initials(name: &str) -> String {
    spell(&letters(name), &[]).initials()
}

/// The ways to spell a name, the usual one first; at most 24.
pub fn spellings(name: &str) -> Vec<Spelling> {
    let letters = letters(name);
    let mut found = Vec::new();
    let mut seen = HashSet::new();
    // Each change is (letter, reading), letters ascending: every combination comes up once, those
    // with fewer changes earlier.
    let mut next: VecDeque<Vec<(usize, usize)>> = VecDeque::from([vec![]]);
    while let Some(changes) = next.pop_front() {
        if found.len() == MOST {
            break;
        }
        let spelling = spell(&letters, &changes);
        if seen.insert(spelling.clone()) {
            found.push(spelling);
        }
        let after = changes.last().map_or(0, |(letter, _)| letter + 1);
        for (letter, readings) in letters.iter().enumerate().skip(after) {
            for reading in 1..readings.len() {
                next.push_back([changes.as_slice(), &[(letter, reading)]].concat());
            }
        }
        // More waiting than can still be used: the rest has more changes.
        next.truncate(MOST * 4);
    }
    found
}

fn spell(letters: &[Vec<String>], changes: &[(usize, usize)]) -> Spelling {
    let reading = |at: usize| changes.iter().find(|(letter, _)| *letter == at).map_or(0, |(_, reading)| *reading);
    Spelling { syllables: letters.iter().enumerate().map(|(at, readings)| readings[reading(at)].clone()).collect() }
}

/// The readings of each letter, the usual one first.
fn letters(name: &str) -> Vec<Vec<String>> {
    let mut letters = Vec::new();
    for letter in super::fold(name).into_iter().flatten() {
        let mut readings: Vec<String> = Vec::new();
        for reading in letter.to_pinyin_multi().into_iter().flatten().map(Pinyin::plain) {
            // ü is typed as v; a few interjections have no vowel that a keyboard has.
            let reading = reading.replace('ü', "v");
            if reading.is_ascii() && !readings.contains(&reading) {
                readings.push(reading);
            }
        }
        if readings.is_empty() {
            readings.push(letter.to_string());
        }
        letters.push(readings);
    }
    letters
}
