//! Text for searching: overlapping bigrams, the same on every database.

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

/// The first letters of a name's pinyin (金祥花园 → `jxhy`); what is not Chinese stays, in lower case.
pub fn initials(name: &str) -> String {
    use pinyin::ToPinyin;
    let letters = name.chars().zip(name.to_pinyin());
    letters
        .map(|(letter, pinyin)| {
            pinyin.map_or_else(|| letter.to_lowercase().to_string(), |p| p.first_letter().to_owned())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_of_names() {
        assert_eq!(initials("金祥花园12号A"), "jxhy12ha");
    }

    #[test]
    fn a_part_of_the_text_is_found_and_nothing_else() {
        let document = bigrams("京广路 12号院，路灯不亮 Street LAMP");
        let found = |words: &str| query(words).iter().all(|gram| document.contains(gram.as_str()));
        for words in ["路灯", "灯不亮", "ＬＡＭＰ", "12号", "京广路 路灯"] {
            assert!(found(words), "{words}");
        }
        assert!(!found("井盖"));
        assert_eq!(query("  ，。"), Vec::<String>::new());
    }
}
