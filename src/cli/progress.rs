//! How far a long command is, for who watches it: on standard error, and only on a terminal.

use indicatif::{ProgressBar, ProgressStyle};
use luyuan_app::import::Progress;

/// A bar over the bytes of a file.
pub struct Bar(ProgressBar);

impl Bar {
    /// A bar for a file of so many bytes; hidden when standard error is no terminal.
    pub fn new(size: u64) -> Self {
        let bar = ProgressBar::new(size);
        if let Ok(style) = ProgressStyle::with_template("{bar:30} {percent}%  {msg}  {elapsed}, {eta} left") {
            bar.set_style(style);
        }
        Self(bar)
    }

    /// Shows how far it is.
    pub fn show(&self, progress: &Progress) {
        let report = progress.report;
        self.0.set_position(progress.bytes);
        self.0.set_message(format!(
            "{} added, {} there already, {} rejected",
            report.added, report.known, report.rejected
        ));
    }

    /// Shows how many of how many are done.
    pub fn reach(&self, done: u64, all: u64) {
        self.0.set_length(all);
        self.0.set_position(done);
        self.0.set_message(format!("{done} of {all}"));
    }

    /// Takes the bar away.
    pub fn end(&self) {
        self.0.finish_and_clear();
    }
}
