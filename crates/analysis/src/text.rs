//! Text for searching: overlapping bigrams for what people wrote, the same on every database; and
//! names found by their beginning, a part of them, or their pinyin.

mod names;
mod pinyin;

pub use names::{Hit, NameIndex, Rank};
pub use pinyin::{initials, readings};

/// Folds a text for comparison: full-width letters to ASCII, lower case; everything that is neither
/// letter nor digit becomes a break.
fn fold(text: &str) -> Vec<Vec<char>> {
    let mut runs = vec![Vec::new()];
    for letter in text.chars() {
        // U+FF01–FF5E are the full-width forms of U+0021–007E.
        let letter = match letter {
            '\u{FF01}'..='\u{FF5E}' => char::from_u32(letter as u32 - 0xFEE0).unwrap_or(letter),
            other => other,
        };
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

fn grams(text: &str) -> Vec<String> {
    let mut grams = Vec::new();
    for run in fold(text) {
        if run.len() == 1 {
            grams.push(run.iter().collect());
        }
        grams.extend(run.windows(2).map(|pair| pair.iter().collect::<String>()));
    }
    grams.sort_unstable();
    grams.dedup();
    grams
}

/// The search text of a document: its bigrams, sorted, each once, between spaces.
pub fn bigrams(text: &str) -> String {
    format!(" {} ", grams(text).join(" "))
}

/// The bigrams that a document must contain to be found by a query; at most 32.
pub fn query(text: &str) -> Vec<String> {
    let mut grams = grams(text);
    grams.truncate(32);
    grams
}

/// A name as one folded string: full-width letters, case, spaces and punctuation make no difference.
pub fn folded(text: &str) -> String {
    fold(text).into_iter().flatten().collect()
}

#[cfg(test)]
mod tests;
