//! Text for searching: overlapping bigrams for what people wrote, the same on every database; and
//! names found by their beginning, a part of them, or their pinyin.

mod names;
mod pinyin;

pub use names::{Hit, NameIndex, Rank};
pub use pinyin::{initials, readings};

/// A full-width letter as its ASCII form: U+FF01–FF5E are those of U+0021–007E.
fn narrow(letter: char) -> char {
    match letter {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(letter as u32 - 0xFEE0).unwrap_or(letter),
        other => other,
    }
}

/// Folds a text for comparison: full-width letters to ASCII, lower case; everything that is neither
/// letter nor digit becomes a break.
fn fold(text: &str) -> Vec<Vec<char>> {
    let mut runs = vec![Vec::new()];
    for letter in text.chars() {
        let letter = narrow(letter);
        if letter.is_alphanumeric() {
            if let Some(run) = runs.last_mut() {
                run.extend(letter.to_lowercase());
            }
        } else if runs.last().is_some_and(|run| !run.is_empty()) {
            runs.push(Vec::new());
        }
    }
    runs.retain(|run| !run.is_empty());
    runs
}

/// Stands where a run has one letter only; no letter or digit itself.
const NONE: char = '\0';

/// The bigrams of a text, sorted, each once.
fn pairs(text: &str) -> Vec<[char; 2]> {
    let mut pairs = Vec::with_capacity(text.len());
    let (mut last, mut alone) = (NONE, false);
    let mut add = |letter: char| {
        if letter == NONE {
            if alone {
                pairs.push([last, NONE]);
            }
            (last, alone) = (NONE, false);
        } else {
            if last != NONE {
                pairs.push([last, letter]);
            }
            (last, alone) = (letter, last == NONE);
        }
    };
    for letter in text.chars() {
        match narrow(letter) {
            letter if letter.is_ascii_alphanumeric() => add(letter.to_ascii_lowercase()),
            letter if letter.is_alphanumeric() => letter.to_lowercase().for_each(&mut add),
            _ => add(NONE),
        }
    }
    add(NONE);
    pairs.sort_unstable();
    pairs.dedup();
    pairs
}

/// The search text of a document: its bigrams, sorted, each once, between spaces.
pub fn bigrams(text: &str) -> String {
    let pairs = pairs(text);
    let mut grams = String::with_capacity(2 + pairs.len() * 4);
    grams.push(' ');
    for pair in &pairs {
        grams.extend(pair.iter().filter(|letter| **letter != NONE));
        grams.push(' ');
    }
    if pairs.is_empty() {
        grams.push(' ');
    }
    grams
}

/// The bigrams that a document must contain to be found by a query; at most 32.
pub fn query(text: &str) -> Vec<String> {
    let grams = pairs(text).into_iter().take(32);
    grams.map(|pair| pair.iter().filter(|letter| **letter != NONE).collect()).collect()
}

/// A name as one folded string: full-width letters, case, spaces and punctuation make no difference.
pub fn folded(text: &str) -> String {
    fold(text).into_iter().flatten().collect()
}

#[cfg(test)]
mod tests;
