//! One year's holidays as a notice sets them, from TOML or from a spreadsheet's CSV.

use super::{CalendarProblem as Problem, DayKind, SpecialDay, epoch_day};
use crate::{
    dated::{Status, plain_date},
    located::{Located, Source},
    table::Table,
};
use jiff::{ToSpan, civil::Date};
use serde::Deserialize;
use toml::{Spanned, value::Datetime};

type Wrong = Located<Problem>;

/// One year's holidays and make-up workdays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Year {
    /// The year.
    pub year: i16,
    /// How far it can be trusted.
    pub status: Status,
    /// The notice that sets them.
    pub source: String,
    /// Every day that the notice names.
    pub days: Vec<SpecialDay>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    year: Spanned<i16>,
    status: Status,
    source: Spanned<String>,
    holiday: Vec<Holiday>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Holiday {
    name: String,
    #[serde(default)]
    name_en: String,
    from: Spanned<Datetime>,
    to: Spanned<Datetime>,
    #[serde(default)]
    work: Vec<Spanned<Datetime>>,
}

impl Year {
    /// Reads a year from TOML; `name` is the file's, for errors.
    ///
    /// # Errors
    /// The first problem with its line: unreadable text, a missing source, overlapping dates, a
    /// date of another year (December of the year before is allowed, because the holiday of
    /// 1 January may begin there), a make-up workday on Monday to Friday.
    pub fn parse(name: &str, text: &str) -> Result<Self, Wrong> {
        let source = Source::new(name, text);
        let file: File = toml::from_str(source.text).map_err(|error| {
            source.at(error.span().map_or(0, |span| span.start), Problem::Syntax(error.message().to_owned()))
        })?;
        let text = file.source.get_ref().trim();
        if text.is_empty() {
            return Err(source.at(file.source.span().start, Problem::NoSource));
        }
        let mut year = Self::begin(*file.year.get_ref(), file.status, text)
            .map_err(|problem| source.at(file.year.span().start, problem))?;
        let date = |given: &Spanned<Datetime>| {
            let wrong = || source.at(given.span().start, Problem::NotADate(given.get_ref().to_string()));
            plain_date(given.get_ref()).ok_or_else(wrong)
        };
        for holiday in &file.holiday {
            let (from, to) = (date(&holiday.from)?, date(&holiday.to)?);
            if to < from || epoch_day(to) - epoch_day(from) > 31 {
                return Err(source.at(holiday.from.span().start, Problem::Range { from, to }));
            }
            let special = |date, kind| SpecialDay {
                date,
                kind,
                name: holiday.name.trim().to_owned(),
                name_en: holiday.name_en.trim().to_owned(),
            };
            for day in from.series(1.day()).take_while(|day| *day <= to) {
                let added = year.add(special(day, DayKind::Off));
                added.map_err(|problem| source.at(holiday.from.span().start, problem))?;
            }
            for given in &holiday.work {
                let added = year.add(special(date(given)?, DayKind::Work));
                added.map_err(|problem| source.at(given.span().start, problem))?;
            }
        }
        Ok(year)
    }

    /// Reads years from CSV with the columns `date,kind,name` (kind `off` or `work`; optionally
    /// `name_en`) under a line `# source: …`. Each year that a date lies in is taken as complete;
    /// being typed by hand, its status is [`Status::Reported`].
    ///
    /// # Errors
    /// As [`Year::parse`].
    pub fn parse_csv(name: &str, text: &str) -> Result<Vec<Self>, Wrong> {
        let source = Source::new(name, text);
        let table = Table::read(source.text, &["date", "kind", "name"])
            .map_err(|problem| source.on(problem.line, Problem::Syntax(problem.to_string())))?;
        let notice = table.remark("source").ok_or_else(|| source.whole(Problem::NoSource))?;
        let mut years: Vec<Self> = Vec::new();
        for row in table.rows() {
            let wrong = |problem| source.on(row.line, problem);
            let given = row.get("date");
            let date: Option<Date> = given.parse().ok().filter(|_| given.len() == 10);
            let date = date.ok_or_else(|| wrong(Problem::NotADate(given.to_owned())))?;
            let kind = match row.get("kind") {
                "off" => DayKind::Off,
                "work" => DayKind::Work,
                other => return Err(wrong(Problem::Kind(other.to_owned()))),
            };
            let at = match years.iter().position(|year| year.year == date.year()) {
                Some(at) => at,
                None => {
                    years.push(Self::begin(date.year(), Status::Reported, notice).map_err(wrong)?);
                    years.len() - 1
                }
            };
            let [name, name_en] = ["name", "name_en"].map(|column| row.get(column).to_owned());
            years[at].add(SpecialDay { date, kind, name, name_en }).map_err(wrong)?;
        }
        Ok(years)
    }

    fn begin(year: i16, status: Status, source: &str) -> Result<Self, Problem> {
        match year {
            1949..=2199 => Ok(Self { year, status, source: source.to_owned(), days: Vec::new() }),
            _ => Err(Problem::Year(year)),
        }
    }

    fn add(&mut self, day: SpecialDay) -> Result<(), Problem> {
        let (date, year) = (day.date, self.year);
        if date.year() != year && (date.year() + 1 != year || date.month() != 12) {
            return Err(Problem::OtherYear { date, year });
        }
        if self.days.iter().any(|other| other.date == date) {
            return Err(Problem::RepeatedDate(date));
        }
        if day.kind == DayKind::Work && date.weekday().to_monday_zero_offset() < 5 {
            return Err(Problem::WorkedAnyway(date));
        }
        self.days.push(day);
        Ok(())
    }
}
