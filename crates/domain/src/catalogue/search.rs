//! Finding a category by plain words.
//!
//! Each category has phrases: its names and other words. What was typed is compared with each
//! phrase as a whole (equal, beginning, part), then the other way round (somebody typed a sentence
//! that contains the phrase), then by words (Latin script) or pairs of letters (Chinese) in
//! common. The best phrase counts; names before other words, categories in residents' words before
//! the rest of the standard, then the catalogue's order. Nothing depends on chance.

use super::{Catalogue, Category};
use std::cmp::Reverse;

/// A name or word of a category, made comparable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Phrase {
    text: String,
    words: Vec<String>,
    pairs: Vec<(char, char)>,
    /// Points less than a name's.
    handicap: u32,
}

/// Below this many points nothing is worth showing.
const LEAST: u32 = 25;

/// The phrases of a category.
pub(super) fn phrases(category: &Category) -> Vec<Phrase> {
    let names = [&category.zh, &category.en, &category.standard].into_iter().map(|name| phrase(name, 0));
    let words = category.words.iter().map(|word| phrase(word, 3));
    let mut all: Vec<Phrase> = names.chain(words).filter(|phrase| !phrase.text.is_empty()).collect();
    // Enumerating names (漏水、停水) stand for each of their parts.
    let parts = category.zh.split('、').filter(|part| *part != category.zh).map(|part| phrase(part, 1));
    all.extend(parts);
    all
}

fn phrase(text: &str, handicap: u32) -> Phrase {
    made(fold(text), handicap)
}

fn made(text: String, handicap: u32) -> Phrase {
    let pairs = if text.is_ascii() { Vec::new() } else { text.chars().zip(text.chars().skip(1)).collect() };
    Phrase { words: words(&text), pairs, text, handicap }
}

pub(super) fn search<'a>(catalogue: &'a Catalogue, typed: &str, most: usize) -> Vec<&'a Category> {
    // A sentence says what it is about long before its two hundredth letter.
    let typed: String = fold(typed).chars().take(200).collect();
    let typed = made(typed, 0);
    if typed.text.is_empty() {
        return Vec::new();
    }
    let mut found: Vec<(u32, usize)> = Vec::new();
    for (at, category) in catalogue.category.iter().enumerate() {
        let phrases = &catalogue.phrases[at];
        let best = phrases.iter().map(|phrase| fit(phrase, &typed).saturating_sub(phrase.handicap)).max();
        let code = if fold(&category.code) == typed.text { 100 } else { 0 };
        let best = best.unwrap_or(0).max(code);
        if best >= LEAST {
            found.push((best + if category.plain { 5 } else { 0 }, at));
        }
    }
    found.sort_by_key(|(best, at)| (Reverse(*best), *at));
    found.into_iter().take(most).map(|(_, at)| &catalogue.category[at]).collect()
}

/// How well a phrase fits what was typed, 0 to 100.
fn fit(phrase: &Phrase, typed: &Phrase) -> u32 {
    let (name, wanted) = (phrase.text.as_str(), typed.text.as_str());
    let chinese = !wanted.is_ascii();
    if name == wanted {
        return 100;
    }
    if name.starts_with(wanted) {
        return 90;
    }
    // Inside a Latin word a hit is chance ("ice" in "police"); words are compared below.
    if chinese && name.contains(wanted) {
        return 80;
    }
    if !name.is_ascii() && name.chars().count() >= 2 && wanted.contains(name) {
        return 60 + u32::try_from(name.chars().count().min(9)).unwrap_or(9) * 2;
    }
    in_words(&phrase.words, &typed.words).max(in_pairs(&phrase.pairs, &typed.pairs))
}

/// Words in common, as a share of those typed.
fn in_words(name: &[String], typed: &[String]) -> u32 {
    if name.is_empty() || typed.is_empty() {
        return 0;
    }
    let alike = |a: &String, b: &String| a == b || (b.len() >= 4 && a.starts_with(b.as_str()));
    let hits = typed.iter().filter(|word| name.iter().any(|own| alike(own, word))).count();
    let all = name.iter().all(|own| typed.iter().any(|word| alike(own, word)));
    if hits == typed.len() {
        return if all { 95 } else { 82 };
    }
    // Every word of the phrase occurs in a sentence.
    if all {
        return 60 + u32::try_from(name.len().min(4)).unwrap_or(4) * 4;
    }
    share(50, hits, typed.len())
}

/// Pairs of neighbouring letters in common, as a share of those typed: 灯坏了不亮 finds 路灯不亮.
fn in_pairs(have: &[(char, char)], wanted: &[(char, char)]) -> u32 {
    let common = wanted.iter().filter(|pair| have.contains(pair)).count();
    share(58, common, wanted.len().min(have.len() + 2))
}

fn share(most: u32, part: usize, whole: usize) -> u32 {
    if whole == 0 {
        return 0;
    }
    let part = u32::try_from(part.min(whole)).unwrap_or(0);
    most * part / u32::try_from(whole).unwrap_or(u32::MAX)
}

/// Lower case, full-width forms as ASCII, spaces and punctuation folded to single spaces.
fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.chars() {
        let c = match c {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
            c => c,
        };
        if c.is_alphanumeric() {
            folded.extend(c.to_lowercase());
        } else if !folded.ends_with(' ') && !folded.is_empty() {
            folded.push(' ');
        }
    }
    folded.truncate(folded.trim_end().len());
    folded
}

/// The Latin words of a folded text, without their plural s and without words that say nothing.
fn words(text: &str) -> Vec<String> {
    const EMPTY: [&str; 22] = [
        "a", "an", "the", "is", "are", "was", "of", "in", "on", "at", "to", "my", "our", "and", "or", "there", "has",
        "been", "it", "i", "for", "with",
    ];
    text.split(' ')
        .filter(|word| !word.is_empty() && word.is_ascii() && !EMPTY.contains(word))
        .map(|word| match word.strip_suffix('s') {
            Some(stem) if stem.len() >= 3 && !stem.ends_with('s') => stem.to_owned(),
            _ => word.to_owned(),
        })
        .collect()
}
