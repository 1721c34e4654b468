//! Where in a data file something is wrong. Every loader of calendars, rulesets and catalogues
//! reports its problems as [`Located`], so that whoever edits a file sees name and line.

use std::fmt;

/// A problem with its position in a data file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Located<P> {
    /// Name of the file, as the caller gave it.
    pub file: String,
    /// Line, from 1; 0 when the problem concerns the file as a whole.
    pub line: usize,
    /// What is wrong.
    pub problem: P,
}

impl<P: fmt::Display> fmt::Display for Located<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.problem)
    }
}

impl<P: fmt::Debug + fmt::Display> std::error::Error for Located<P> {}

/// A named text that is being read; turns byte offsets into lines.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Source<'a> {
    /// Name of the file.
    pub name: &'a str,
    /// Its text.
    pub text: &'a str,
}

impl<'a> Source<'a> {
    /// The text under its name, without a byte order mark.
    pub fn new(name: &'a str, text: &'a str) -> Self {
        Self { name, text: text.strip_prefix('\u{feff}').unwrap_or(text) }
    }

    /// A problem at a byte offset.
    pub fn at<P>(&self, offset: usize, problem: P) -> Located<P> {
        let before = self.text.get(..offset).unwrap_or(self.text);
        self.on(before.matches('\n').count() + 1, problem)
    }

    /// A problem on a line.
    pub fn on<P>(&self, line: usize, problem: P) -> Located<P> {
        Located { file: self.name.to_owned(), line, problem }
    }

    /// A problem with the file as a whole.
    pub fn whole<P>(&self, problem: P) -> Located<P> {
        self.on(0, problem)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offset_becomes_a_line() {
        let source = Source::new("a.toml", "\u{feff}一\n二\n三");
        assert_eq!(source.at(0, "x").line, 1);
        assert_eq!(source.at(4, "x").line, 2);
        assert_eq!(source.at(8, "x").to_string(), "a.toml:3: x");
        assert_eq!(source.at(5, "x").line, 3, "inside a character: the end of the text");
    }
}
