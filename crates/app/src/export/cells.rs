//! Cells, and what a spreadsheet must not make of them.

use std::borrow::Cow;

/// A cell of an exported row.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cell {
    /// Somebody's words, or a code.
    Text(String),
    /// Degrees.
    Number(f64),
    /// A count.
    Count(u8),
    /// Yes or no.
    Flag(bool),
    /// Not known, or does not apply.
    Empty,
}

impl Cell {
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    pub fn maybe(text: Option<impl Into<String>>) -> Self {
        text.map_or(Self::Empty, Self::text)
    }

    /// As a field of a CSV file.
    pub fn field(&self) -> Cow<'_, str> {
        match self {
            Self::Text(text) => neutral(text),
            Self::Number(number) => number.to_string().into(),
            Self::Count(count) => count.to_string().into(),
            Self::Flag(flag) => flag.to_string().into(),
            Self::Empty => "".into(),
        }
    }

    /// As JSON: what residents wrote, unchanged.
    pub fn json(&self) -> serde_json::Value {
        match self {
            Self::Text(text) => text.as_str().into(),
            Self::Number(number) => (*number).into(),
            Self::Count(count) => (*count).into(),
            Self::Flag(flag) => (*flag).into(),
            Self::Empty => serde_json::Value::Null,
        }
    }
}

/// Whether a spreadsheet would take the text for a formula, or for one that was made harmless.
fn dangerous(text: &str) -> bool {
    text.trim_start_matches('\'').starts_with(['=', '+', '-', '@', '\t', '\r'])
}

/// A text that no spreadsheet takes for a formula: with an apostrophe in front where it would
/// (CWE-1236). Texts that begin with apostrophes and then such a sign get one more, so that the
/// change can be undone exactly.
pub(super) fn neutral(text: &str) -> Cow<'_, str> {
    if dangerous(text) { format!("'{text}").into() } else { text.into() }
}

/// What a text was before [`neutral`].
pub(crate) fn restored(text: &str) -> Cow<'_, str> {
    match text.strip_prefix('\'') {
        Some(rest) if dangerous(text) => rest.into(),
        _ => text.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn formulas_become_text() {
        for text in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "'=1", "''-1"] {
            assert_eq!(neutral(text), format!("'{text}"));
        }
        for text in ["", "路灯不亮", "a=1", "'quoted'", " =1"] {
            assert_eq!(neutral(text), text);
        }
    }

    proptest! {
        #[test]
        fn what_was_made_harmless_is_restored(text in "['=+@a路\\-\\t\\r\"]{0,6}") {
            let written = neutral(&text).into_owned();
            prop_assert_eq!(restored(&written), text.as_str());
            prop_assert!(!written.starts_with(['=', '+', '-', '@', '\t', '\r']));
        }
    }
}
