//! Shares and their tables, as the page and kept scenarios show them.

use super::{asked::Asked, words};
use crate::viewer::Viewer;
use luyuan_app::{
    AppError,
    green::{Edit, Measured, Share},
};
use luyuan_domain::ruleset::Measure;

/// A choice of a list.
pub(crate) struct Choice {
    /// What is sent.
    pub value: String,
    /// What is shown.
    pub words: String,
    /// Whether it is chosen.
    pub chosen: bool,
}

/// A goal and how far it is reached.
pub(crate) struct Figure {
    /// The goal's code.
    pub code: String,
    /// The goal in words.
    pub name: String,
    /// The share of residents on foot, with what is tried.
    pub percent: String,
    /// Residents within reach, of all.
    pub people: String,
    /// Doors within reach, of all.
    pub doors: String,
    /// What is tried brings so much; empty without.
    pub gain: String,
    /// The share of residents in a straight line, as it is.
    pub straight: String,
    /// As it is, when something is tried.
    pub before: String,
}

/// A place with its figures for one goal.
pub(crate) struct Line {
    /// Its name.
    pub name: String,
    /// Its code.
    pub code: String,
    /// Its kind in words.
    pub kind: String,
    /// The address of the table of what is inside; none for the lowest.
    pub inner: Option<String>,
    /// Residents.
    pub residents: String,
    /// Residents within reach on foot.
    pub covered: String,
    /// The same as a share.
    pub percent: String,
    /// The share in whole hundredths, for the bar.
    pub share: u64,
    /// Doors within reach, of all.
    pub doors: String,
    /// The share in a straight line.
    pub straight: String,
    /// Residents whom what is tried brings; empty for none.
    pub gain: String,
}

/// A share in per cent, to a tenth; a dash for nothing of nothing.
pub(crate) fn percent(share: Share) -> String {
    share.percent().map_or_else(|| "–".to_owned(), |percent| format!("{percent:.1}%"))
}

/// A number with its thousands told apart.
pub(crate) fn many(number: impl Into<f64>) -> String {
    let digits = format!("{:.0}", number.into());
    let (sign, digits) = digits.strip_prefix('-').map_or(("", digits.as_str()), |rest| ("−", rest));
    let mut out = String::from(sign);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

fn count(number: u64) -> String {
    #[allow(clippy::cast_precision_loss)] // residents of a city
    many(number as f64)
}

/// A difference with its sign.
fn signed(gained: u64, lost: u64) -> String {
    match gained.checked_sub(lost) {
        Some(more) => format!("+{}", count(more)),
        None => format!("−{}", count(lost - gained)),
    }
}

fn of(v: &Viewer, share: Share) -> String {
    v.t("green-of").replace("%n", &count(share.covered)).replace("%m", &count(share.total))
}

/// Every goal with what the edits change.
pub(crate) fn figures(v: &Viewer, measured: &Measured, edits: &[Edit]) -> Result<Vec<Figure>, AppError> {
    measured.try_out(edits, |changes| {
        let goals = measured.rules.goals.iter().zip(changes).enumerate();
        goals
            .map(|(at, (goal, change))| {
                let gain = v.t("green-gain").to_owned();
                let gain = gain.replace("%p", &signed(change.residents_gained, change.residents_lost));
                let gain = gain.replace("%d", &signed(change.homes_gained, change.homes_lost));
                let straight = measured.row(at, Measure::Straight, None).map(|row| percent(row.residents));
                let before = measured.row(at, Measure::Walking, None).map(|row| percent(row.residents));
                Figure {
                    code: goal.code.clone(),
                    name: words(v, &goal.zh, &goal.en),
                    percent: percent(change.residents),
                    people: of(v, change.residents),
                    doors: of(v, change.homes),
                    gain: if edits.is_empty() { String::new() } else { gain },
                    straight: straight.unwrap_or_default(),
                    before: before.unwrap_or_default(),
                }
            })
            .collect()
    })
}

/// The places inside one, or below the district, for a goal; the least served first unless the
/// address asks for another order.
pub(crate) fn lines(
    v: &Viewer,
    measured: &Measured,
    goal: usize,
    inside: Option<usize>,
    edits: &[Edit],
    asked: &Asked,
) -> Vec<Line> {
    let tried = measured.try_out(edits, |changes| changes.get(goal).map(|change| change.zones.clone()));
    let tried = tried.ok().flatten().unwrap_or_default();
    let inner = |at: usize| measured.zones.iter().any(|zone| zone.parent == Some(at));
    let mut found: Vec<(Share, Line)> = measured
        .zones
        .iter()
        .enumerate()
        .filter(|(_, zone)| zone.parent == inside)
        .filter_map(|(at, zone)| {
            let row = measured.row(goal, Measure::Walking, Some(at))?;
            let straight = measured.row(goal, Measure::Straight, Some(at));
            let now = tried.get(at).copied().unwrap_or(row.residents);
            let changed = now.covered != row.residents.covered;
            let line = Line {
                name: zone.name.clone(),
                code: zone.code.clone(),
                kind: v.code("place-kind", zone.kind.code()),
                inner: inner(at).then(|| asked.inside(&zone.code)),
                residents: count(now.total),
                covered: count(now.covered),
                percent: percent(now),
                share: (now.covered * 100).checked_div(now.total).unwrap_or_default(),
                doors: of(v, row.homes),
                straight: straight.map(|row| percent(row.residents)).unwrap_or_default(),
                gain: if changed { signed(now.covered, row.residents.covered) } else { String::new() },
            };
            Some((now, line))
        })
        .collect();
    let share = |share: &Share| share.percent().unwrap_or(f64::INFINITY);
    match asked.sort.as_deref() {
        Some("name") => found.sort_by(|(_, a), (_, b)| a.code.cmp(&b.code)),
        Some("residents") => found.sort_by_key(|(share, _)| std::cmp::Reverse(share.total)),
        Some("without") => found.sort_by_key(|(share, _)| std::cmp::Reverse(share.total - share.covered)),
        _ => {
            found.sort_by(|(a, one), (b, other)| share(a).total_cmp(&share(b)).then_with(|| one.code.cmp(&other.code)));
        }
    }
    found.into_iter().map(|(_, line)| line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_told_apart() {
        assert_eq!([0.0, 999.0, 1000.0, 1_234_567.4, -1234.0].map(many), ["0", "999", "1,000", "1,234,567", "−1,234"]);
        assert_eq!((signed(5, 2), signed(2, 1500), signed(0, 0)), ("+3".into(), "−1,498".into(), "+0".into()));
    }
}
