//! `luyuan export`: orders in a format that other programs read.

use super::Trouble;
use clap::{Args, Subcommand};
use futures::StreamExt;
use jiff::{SignedDuration, Timestamp, civil::Date};
use luyuan_app::{App, export::Format, orders::Filter};
use luyuan_domain::orders::{State, Timetable};
use std::{
    fs::File,
    io::{BufWriter, ErrorKind, Write},
    path::PathBuf,
};

/// What to export.
#[derive(Subcommand)]
pub enum What {
    /// Orders, oldest first, each exactly once; never with contact data
    #[command(after_help = "EXAMPLES:
  luyuan export orders --format csv --bom --out orders.csv     for Excel
  luyuan export orders --format geojson --place 410103012      one street, on standard output
  luyuan export orders --format xlsx --from 2026-01-01 --to 2026-02-01 --all --out january.xlsx

In csv and xlsx a text that a spreadsheet would take for a formula has an apostrophe in front.
The columns are described in docs/bulk.md.")]
    Orders(Orders),
}

/// Which orders, and how.
#[derive(Args)]
pub struct Orders {
    /// csv, xlsx, geojson or ndjson
    #[arg(long, env = "LUYUAN_EXPORT_FORMAT", value_parser = format)]
    format: Format,
    /// File to write [default: standard output]
    #[arg(long)]
    out: Option<PathBuf>,
    /// Only these states, such as placed or closed; may be repeated
    #[arg(long, value_parser = state)]
    state: Vec<String>,
    /// Only these categories, by code; may be repeated
    #[arg(long)]
    category: Vec<String>,
    /// Only what lies inside these places, by code; may be repeated
    #[arg(long)]
    place: Vec<String>,
    /// Placed on this day or later (2026-01-31), or at this instant or later (RFC 3339)
    #[arg(long)]
    from: Option<String>,
    /// Placed before this day or instant
    #[arg(long)]
    to: Option<String>,
    /// Only what everybody may see; this is the default
    #[arg(long, conflicts_with = "all")]
    public: bool,
    /// Also private and diverted orders
    #[arg(long)]
    all: bool,
    /// Begin a CSV file with a byte order mark, by which Excel knows that it is UTF-8
    #[arg(long)]
    bom: bool,
}

fn format(code: &str) -> Result<Format, String> {
    Format::parse(code).ok_or_else(|| "write csv, xlsx, geojson or ndjson".into())
}

fn state(code: &str) -> Result<String, String> {
    let known = State::CODES.contains(&code);
    if known { Ok(code.to_owned()) } else { Err(format!("one of {}", State::CODES.join(", "))) }
}

/// Carries it out.
pub async fn run(app: App, what: What) -> Result<(), Trouble> {
    let What::Orders(options) = what;
    let done = orders(&app, options).await;
    app.db.close().await;
    done
}

async fn orders(app: &App, options: Orders) -> Result<(), Trouble> {
    for code in &options.place {
        if app.directory().place_by_code(code).is_none() {
            return Err(Trouble { code: 3, sentence: format!("no place has the code {code}") });
        }
    }
    let filter = Filter {
        public: !options.all,
        states: options.state,
        categories: options.category,
        places: options.place,
        placed_from: options.from.as_deref().map(|text| instant(app, text)).transpose()?,
        placed_to: options.to.as_deref().map(|text| instant(app, text)).transpose()?,
        ..Filter::default()
    };
    let mut pieces = app.export_orders(filter, options.format, options.bom);
    let Some(path) = options.out else {
        let mut out = std::io::stdout().lock();
        while let Some(piece) = pieces.next().await {
            match out.write_all(&piece?) {
                Ok(()) => {}
                // Whoever read it has enough.
                Err(error) if error.kind() == ErrorKind::BrokenPipe => return Ok(()),
                Err(error) => return Err(error.into()),
            }
        }
        return Ok(out.flush()?);
    };
    // Under its name only when it is whole.
    let mut part = path.clone().into_os_string();
    part.push(".part");
    let part = PathBuf::from(part);
    let cannot = |error: std::io::Error| Trouble { code: 1, sentence: format!("{}: {error}", part.display()) };
    let mut file = BufWriter::new(File::create(&part).map_err(cannot)?);
    while let Some(piece) = pieces.next().await {
        file.write_all(&piece?).map_err(cannot)?;
    }
    file.flush().map_err(cannot)?;
    file.get_ref().sync_all().map_err(cannot)?;
    std::fs::rename(&part, &path).map_err(cannot)?;
    eprintln!("wrote {}", path.display());
    Ok(())
}

/// An instant, or the beginning of a day in the district.
fn instant(app: &App, text: &str) -> Result<Timestamp, Trouble> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(at);
    }
    let wrong = || Trouble { code: 2, sentence: format!("{text:?} is neither a day (2026-01-31) nor an instant") };
    let day: Date = text.parse().map_err(|_| wrong())?;
    let before = day.yesterday().map_err(|_| wrong())?;
    // A day ends with its last whole second.
    Ok(app.rulebook().on(app.env.now())?.end_of(before) + SignedDuration::from_secs(1))
}
