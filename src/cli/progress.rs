//! How far a long command is, for who watches it: on standard error, and only on a terminal.

use indicatif::{ProgressBar, ProgressStyle};
use luyuan_app::{backup, import::Progress};
use std::sync::{Arc, Mutex, PoisonError};

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

/// A bar for each step of a command, one after the other.
#[derive(Clone)]
pub struct Steps(Arc<Mutex<(&'static str, ProgressBar)>>);

impl Steps {
    /// Nothing is shown before the first step; hidden when standard error is no terminal.
    pub fn new() -> Self {
        Self(Arc::new(Mutex::new(("", ProgressBar::hidden()))))
    }

    /// Shows how far a step is.
    pub fn show(&self, progress: backup::Progress) {
        let mut shown = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if shown.0 != progress.step {
            shown.1.finish_and_clear();
            let bar = ProgressBar::new(progress.total);
            if let Ok(style) = ProgressStyle::with_template("{msg:10} {bar:30} {percent}%  {elapsed}, {eta} left") {
                bar.set_style(style);
            }
            bar.set_message(progress.step);
            *shown = (progress.step, bar);
        }
        shown.1.set_length(progress.total);
        shown.1.set_position(progress.done);
    }

    /// Takes the bar away.
    pub fn end(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).1.finish_and_clear();
    }
}
