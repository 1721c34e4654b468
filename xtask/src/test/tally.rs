//! How many tests passed and failed, read from what the runners print.

/// A count of tests.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    /// Tests that passed.
    pub passed: u32,
    /// Tests that failed, timed out or could not be run.
    pub failed: u32,
}

impl Tally {
    /// Adds what one line of output says, if it is a closing line of nextest, cargo test or node's
    /// runner.
    pub fn read(&mut self, line: &str) {
        let whole = plain(line);
        let line = whole.trim();
        // Nextest shows what a failed test's own runner printed, moved to the right.
        if let Some(rest) = whole.strip_prefix("test result: ").and_then(|rest| rest.split_once(". ")) {
            self.add(rest.1.split(';'));
        } else if let Some((_, rest)) =
            line.strip_prefix("Summary [").and_then(|rest| rest.split_once(" run: ").filter(|_| rest.contains(" test")))
        {
            self.add(rest.split(','));
        } else if let Some(count) = line.strip_prefix("\u{2139} pass ").and_then(|count| count.parse::<u32>().ok()) {
            self.passed += count;
        } else if let Some(count) = ["\u{2139} fail ", "\u{2139} cancelled "]
            .iter()
            .find_map(|start| line.strip_prefix(start)?.parse::<u32>().ok())
        {
            self.failed += count;
        }
    }

    /// Adds another count.
    pub fn join(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }

    fn add<'a>(&mut self, parts: impl Iterator<Item = &'a str>) {
        for part in parts {
            match part.trim().split_once(' ').and_then(|(count, word)| Some((count.parse::<u32>().ok()?, word))) {
                Some((count, "passed")) => self.passed += count,
                Some((count, "failed" | "timed out" | "exec failed")) => self.failed += count,
                _ => {}
            }
        }
    }
}

/// Without colours, and without what stands in round brackets.
fn plain(line: &str) -> String {
    let (mut kept, mut colour, mut depth) = (String::with_capacity(line.len()), false, 0);
    for letter in line.chars() {
        match letter {
            '\u{1b}' => colour = true,
            'm' if colour => colour = false,
            _ if colour => {}
            '(' => {
                depth += 1;
                while kept.ends_with(' ') {
                    kept.pop();
                }
            }
            ')' if depth > 0 => depth -= 1,
            _ if depth > 0 => {}
            _ => kept.push(letter),
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::Tally;

    fn read(lines: &str) -> (u32, u32) {
        let mut tally = Tally::default();
        lines.lines().for_each(|line| tally.read(line));
        (tally.passed, tally.failed)
    }

    #[test]
    fn reads_nextest() {
        assert_eq!(
            read(
                "     Summary [   2.041s] 25 tests run: 23 passed (1 slow, 2 leaky), 1 failed, 1 timed out, 4 skipped"
            ),
            (23, 2)
        );
        assert_eq!(
            read(
                "\u{1b}[31;1m     Summary\u{1b}[0m [   0.004s] \u{1b}[1m1\u{1b}[0m test run: \u{1b}[1m1\u{1b}[0m \u{1b}[32;1mpassed\u{1b}[0m, 3 skipped"
            ),
            (1, 0)
        );
    }

    #[test]
    fn reads_cargo_test_of_several_programs() {
        let lines = "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s\n\
                     test result: FAILED. 2 passed; 5 failed; 0 ignored; 0 measured; 0 filtered out";
        assert_eq!(read(lines), (5, 5));
    }

    #[test]
    fn reads_node() {
        assert_eq!(
            read("\u{2139} tests 9\n\u{2139} pass 6\n\u{2139} fail 2\n\u{2139} cancelled 1\n\u{2139} skipped 0"),
            (6, 3)
        );
    }

    #[test]
    fn counts_a_failed_test_once() {
        let lines = "    test result: FAILED. 0 passed; 1 failed; 0 ignored\n     Summary [   0.2s] 2 tests run: 1 passed, 1 failed, 0 skipped";
        assert_eq!(read(lines), (1, 1));
    }

    #[test]
    fn is_not_misled_by_names_of_tests() {
        assert_eq!(read("PASS [ 0.01s] luyuan store::tests::summary_of_3_passed\n3 passed, 1 failed"), (0, 0));
    }
}
