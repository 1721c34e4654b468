//! The same problem for other solvers, so that anybody can check a plan.

use super::instance::{Instance, Limit};
use std::fmt::{self, Write};

/// Terms on a line: readers of the format know lines of 560 letters at most.
const TERMS: usize = 8;

impl Instance {
    /// Writes the problem in the LP format that HiGHS, CPLEX, Gurobi and GLPK read: `x` are
    /// candidates, `z` demands, both numbered as here.
    ///
    /// # Errors
    /// When the writer refuses.
    pub fn write_lp(&self, into: &mut impl Write) -> fmt::Result {
        let terms = |into: &mut dyn Write, list: &mut dyn Iterator<Item = String>| -> fmt::Result {
            for (number, term) in list.enumerate() {
                let end = if number > 0 && number % TERMS == 0 { "\n " } else { " " };
                write!(into, "{end}{term}")?;
            }
            Ok(())
        };
        write!(into, "\\ residents covered, each once\nMaximize\n covered: 0 x_none")?;
        terms(into, &mut self.weights.iter().enumerate().map(|(demand, weight)| format!("+ {weight} z{demand}")))?;
        write!(into, "\nSubject To")?;
        for (demand, list) in self.covers.turned(self.weights.len()).iter().enumerate() {
            write!(into, "\n d{demand}: z{demand}")?;
            terms(into, &mut list.iter().map(|site| format!("- x{site}")))?;
            write!(into, " <= 0")?;
        }
        for (number, group) in self.groups.iter().enumerate() {
            write!(into, "\n g{number}:")?;
            terms(into, &mut group.iter().map(|site| format!("+ x{site}")))?;
            write!(into, " <= 1")?;
        }
        let room = match self.limit {
            Limit::Sites(sites) => i64::from(sites),
            Limit::Budget(fen) => fen,
        };
        write!(into, "\n limit: 0 x_none")?;
        terms(into, &mut (0..self.candidates()).map(|site| format!("+ {} x{site}", self.price(site))))?;
        write!(into, " <= {room}\nBounds\n 0 <= x_none <= 0")?;
        terms(into, &mut (0..self.weights.len()).map(|demand| format!("\n 0 <= z{demand} <= 1")))?;
        write!(into, "\nBinary")?;
        terms(into, &mut (0..self.candidates()).map(|site| format!("x{site}")))?;
        writeln!(into, "\nEnd")
    }
}
