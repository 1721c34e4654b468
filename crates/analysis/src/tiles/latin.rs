//! Chinese names in Latin letters, as they stand on street signs: 京广路 → Jingguang Lu.

use crate::text::readings;

/// What a name ends with that is written as a word of its own, longer ones first.
const GENERIC: [&str; 30] = [
    "家属院",
    "火车站",
    "地铁站",
    "街道",
    "大道",
    "大街",
    "胡同",
    "公园",
    "花园",
    "社区",
    "小区",
    "广场",
    "学校",
    "小学",
    "中学",
    "大学",
    "医院",
    "水库",
    "高速",
    "路",
    "街",
    "巷",
    "桥",
    "河",
    "渠",
    "湖",
    "镇",
    "乡",
    "村",
    "区",
];
/// Letters that names of places read otherwise than most words do.
const READ: [(char, &str); 5] = [('长', "chang"), ('重', "chong"), ('朝', "chao"), ('厦', "xia"), ('都', "du")];

/// A Chinese name in pinyin without tones; none for a name without a Chinese character. Where a
/// character is read in several ways this may be the wrong one.
pub fn latin(name: &str) -> Option<String> {
    if !name.chars().any(is_han) {
        return None;
    }
    // A single character before the ending is no name by itself: 河街 stays one word.
    let ending = GENERIC.iter().find(|end| name.strip_suffix(**end).is_some_and(|rest| rest.chars().count() > 1));
    let (own, ending) = ending.map_or((name, ""), |end| (name.strip_suffix(*end).unwrap_or(name), end));
    let words = [spelled(own), spelled(ending)];
    Some(words.join(" ").trim().to_owned())
}

fn is_han(letter: char) -> bool {
    ('\u{3400}'..='\u{9fff}').contains(&letter)
}

/// Runs of Chinese as one word each, with a capital; the rest as it is.
fn spelled(text: &str) -> String {
    let (mut out, mut inside) = (String::new(), false);
    for letter in text.chars() {
        if !is_han(letter) {
            if inside && letter.is_alphanumeric() {
                out.push(' ');
            }
            out.push(letter);
            inside = false;
            continue;
        }
        let known = READ.iter().find(|(known, _)| *known == letter).map(|(_, read)| (*read).to_owned());
        let read = known.or_else(|| readings(letter).into_iter().next()).unwrap_or_default().replace('v', "ü");
        if inside {
            // A vowel in the middle of a word is set off: Xi'an.
            if read.starts_with(['a', 'e', 'o']) {
                out.push('\'');
            }
            out.push_str(&read);
        } else {
            if out.ends_with(char::is_alphanumeric) {
                out.push(' ');
            }
            let mut letters = read.chars();
            out.extend(letters.next().into_iter().flat_map(char::to_uppercase));
            out.push_str(letters.as_str());
        }
        inside = true;
    }
    out
}
