//! Names spelled in pinyin, without tones, as people type them.

use pinyin::{Pinyin, ToPinyinMulti};

/// The first letters of a name's pinyin in its usual reading (金祥花园 → `jxhy`); what is not
/// Chinese stays, in lower case.
pub fn initials(name: &str) -> String {
    super::folded(name).chars().filter_map(|letter| readings(letter).first()?.chars().next()).collect()
}

/// The ways in which a letter is read, the usual one first, in the letters of a keyboard: 长 →
/// `zhang`, `chang`; 绿 → `lv`, `lu`. A letter that is not Chinese reads as itself.
pub fn readings(letter: char) -> Vec<String> {
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
    readings
}
