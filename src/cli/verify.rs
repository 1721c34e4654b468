//! `luyuan verify`: receipts, without a database or a network; and the whole log.

use super::{Common, Trouble, progress::Bar};
use clap::{Args, Subcommand};
use jiff::Timestamp;
use luyuan_app::evidence::{Anchors, Checked, Receipt, Verifier, to_base64};
use std::{fs, path::PathBuf};

/// What to check.
#[derive(Subcommand)]
pub enum What {
    /// Check a receipt: needs nothing but the file
    #[command(after_help = "EXAMPLES:
  luyuan verify receipt 2026-000123.tlog-proof --key 'luyuan/erqi+5a1c09d2+AW…'

Give the public key as the district shows it on its page about evidence. Without it only
the receipt's own key is used: then it is known to be whole, but not who made it.

EXIT CODES:
  0 the receipt is true   1 it is not, or cannot be read   2 wrong use")]
    Receipt(ReceiptOptions),
    /// Check every sealed event, the tree over them, and each signed checkpoint
    #[command(after_help = "EXAMPLES:
  luyuan verify log
  luyuan verify log --checkpoint kept-last-year.txt --checkpoint 2026-000123.tlog-proof

A database that was cut off or put back as a whole shows only against a checkpoint that was
kept outside it. The copy in the data folder is one; yours or anybody's receipts are others.

EXIT CODES:
  0 nothing was changed   1 something was; the first places are named   4 database cannot be reached")]
    Log(LogOptions),
}

/// Which receipt.
#[derive(Args)]
pub struct ReceiptOptions {
    /// The file
    file: PathBuf,
    /// The district's public key
    #[arg(long)]
    key: Option<String>,
}

/// Against what the log is held.
#[derive(Args)]
pub struct LogOptions {
    /// The district's public key, instead of those that the database names
    #[arg(long)]
    key: Option<String>,
    /// A checkpoint or receipt that was kept elsewhere; may be repeated
    #[arg(long)]
    checkpoint: Vec<PathBuf>,
}

fn wrong(sentence: impl Into<String>) -> Trouble {
    Trouble { code: 1, sentence: sentence.into() }
}

fn verifier(text: &str) -> Result<Verifier, Trouble> {
    let wrong = || Trouble {
        code: 2,
        sentence: format!(
            "{text:?} is no public key; it looks like luyuan/erqi+5a1c09d2+AW… and stands on the page about evidence"
        ),
    };
    text.trim().parse().map_err(|_| wrong())
}

fn read(file: &PathBuf) -> Result<String, Trouble> {
    fs::read_to_string(file).map_err(|error| wrong(format!("{}: {error}", file.display())))
}

/// Checks a receipt.
pub fn receipt(options: &ReceiptOptions) -> Result<(), Trouble> {
    let key = options.key.as_deref().map(verifier).transpose()?;
    let text = read(&options.file)?;
    let checked = Receipt::read(&text).and_then(|receipt| receipt.check(key.as_ref()));
    let checked = checked.map_err(|error| wrong(format!("{}: not true: {error}", options.file.display())))?;
    println!("{}", told(&checked));
    if key.is_none() {
        println!(
            "The key is the receipt's own: compare it with the one on the district's page, or give it with --key."
        );
    }
    Ok(())
}

/// What stands in a file, without what would move a terminal's cursor.
fn plain(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { char::REPLACEMENT_CHARACTER } else { letter }).collect()
}

/// What a receipt proves, in words.
fn told(checked: &Checked) -> String {
    let Checked { entry, content, index, checkpoint, verifier } = checked;
    let at = Timestamp::from_millisecond(entry.at).unwrap_or_default();
    let mut lines = vec![
        format!("true: event {} of {} {} is in the sealed log.", entry.seq, plain(&entry.kind), plain(&entry.name)),
        format!("  what   {} by {}, at {}", plain(&entry.what), plain(&entry.by), at),
    ];
    if let Some(content) = content {
        let mut parts = content.lines();
        lines.push(format!("  facts  {}", plain(parts.next().unwrap_or_default())));
        lines.extend(parts.map(|words| format!("  words  {}", plain(words))));
    }
    lines.push(format!("  place  entry {index} of {}", checkpoint.size));
    lines.push(format!("  root   {}", to_base64(checkpoint.root)));
    lines.push(format!("  key    {verifier}"));
    lines.join("\n")
}

/// Checks the whole log.
pub async fn log(common: &Common, options: LogOptions) -> Result<(), Trouble> {
    let key = options.key.as_deref().map(verifier).transpose()?;
    let mut notes = Vec::new();
    for file in &options.checkpoint {
        let text = read(file)?;
        let note = Receipt::read(&text).map_or(text, |receipt| receipt.checkpoint);
        notes.push((file.display().to_string(), note));
    }
    let own = common.data.join("log.checkpoint");
    if own.exists() {
        notes.push((own.display().to_string(), read(&own)?));
    }
    let app = common.start().await?;
    let bar = Bar::new(0);
    let report = app.verify_log(Anchors { key, notes }, |done, all| bar.reach(done, all)).await;
    bar.end();
    app.db.close().await;
    let report = report?;
    for finding in &report.findings {
        println!("{}", plain(&finding.to_string()));
    }
    let checked = format!("{} entries and {} checkpoints were checked", report.entries, report.checkpoints);
    let erased = match report.erased {
        0 => String::new(),
        count => format!("; of {count} the words were erased, and only the public part could be checked"),
    };
    match report.findings.first() {
        None => println!("true: {checked}{erased}"),
        Some(first) => {
            return Err(wrong(format!(
                "the log is not what was sealed; first {}. {checked}{erased}",
                plain(&first.to_string())
            )));
        }
    }
    Ok(())
}
