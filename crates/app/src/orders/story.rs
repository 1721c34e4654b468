//! Reading orders as other platforms do: a numbered page with all that belongs to it, and what
//! happened lately. Everything here is what the public may see.

use crate::{App, AppError};
use jiff::{SignedDuration, Timestamp};
use luyuan_domain::orders::{Order, Timetable};
use luyuan_store::{
    events::Recorded,
    files::FileRow,
    orders::Filter,
    settings,
    stories::{self, Happened, Window},
};

/// An order with what the public may know of it.
#[derive(Debug, Clone)]
pub struct Story {
    /// The order.
    pub order: Order,
    /// Photos and documents, oldest first.
    pub files: Vec<FileRow>,
    /// What happened, oldest first; empty unless it was asked for.
    pub events: Vec<Recorded>,
    /// How many people stand behind it; 0 unless it was asked for.
    pub reporters: i64,
}

/// Which page of a list, and how much of each order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leaf {
    /// How many orders are left out before it.
    pub skip: i64,
    /// Most orders on it.
    pub limit: i64,
    /// Whether events and reporters are wanted too.
    pub whole: bool,
}

impl App {
    /// A page of public orders, newest first, and whether another follows. Two or four queries,
    /// however many orders.
    ///
    /// # Errors
    /// As the database says.
    pub async fn stories(&self, filter: Filter, leaf: Leaf) -> Result<(Vec<Story>, bool), AppError> {
        let j = self.jurisdiction.clone();
        let filter = Filter { public: true, ..filter };
        let read = self.db.scan(move |mut conn| {
            Box::pin(async move {
                let mut orders = stories::orders(&mut conn, &j, &filter, leaf.skip, leaf.limit + 1).await?;
                let more = i64::try_from(orders.len()).unwrap_or(i64::MAX) > leaf.limit;
                if more {
                    orders.pop();
                }
                let ids: Vec<_> = orders.iter().map(|order| order.id).collect();
                let mut files = stories::files(&mut conn, &j, &ids).await?;
                let wanted = if leaf.whole { ids.as_slice() } else { &[] };
                let mut events = stories::events(&mut conn, &j, wanted).await?;
                let reporters = stories::reporters(&mut conn, &j, wanted).await?;
                let whole = orders.into_iter().map(|order| Story {
                    files: files.remove(&order.id).unwrap_or_default(),
                    events: events.remove(&order.id).unwrap_or_default(),
                    reporters: reporters.get(&order.id).copied().unwrap_or_default(),
                    order,
                });
                Ok((whole.collect(), more))
            })
        });
        read.await.map_err(AppError::Store)
    }

    /// What happened to public orders in a window, oldest first, and whether more follows.
    ///
    /// # Errors
    /// As the database says.
    pub async fn happened(&self, window: Window) -> Result<(Vec<Happened>, bool), AppError> {
        let (j, limit) = (self.jurisdiction.clone(), window.limit);
        let window = Window { limit: limit + 1, ..window };
        let read =
            self.db.scan(move |mut conn| Box::pin(async move { stories::happened(&mut conn, &j, &window).await }));
        let mut found = read.await.map_err(AppError::Store)?;
        let more = i64::try_from(found.len()).unwrap_or(i64::MAX) > limit;
        if more {
            found.pop();
        }
        Ok((found, more))
    }

    /// Since when the catalogue and the rules have been what they are today: the last change of
    /// their texts, or the first day of the catalogue in force, whichever was later.
    ///
    /// # Errors
    /// As the database says; [`AppError::Rules`] when there is no catalogue.
    pub async fn changeset(&self) -> Result<Timestamp, AppError> {
        // The trial lives by the district's own rules.
        let j = self.rules_of.clone();
        let changed =
            self.db.read(move |mut conn| Box::pin(async move { settings::rules_changed(&mut conn, &j).await }));
        let (changed, now) = (changed.await.map_err(AppError::Store)?, self.env.now());
        let book = self.rulebook();
        let day = book.on(now)?;
        let today = day.date(now);
        let firsts = [
            Some(day.catalogue.valid_from),
            book.all().receipts_on(today).map(|receipts| receipts.valid_from).filter(|first| *first <= today),
        ];
        let begun = firsts.into_iter().flatten().filter_map(|first| first.yesterday().ok());
        // A second after the end of the day before is the beginning of the first.
        let begun = begun.map(|eve| day.end_of(eve) + SignedDuration::from_secs(1));
        Ok(begun.chain(changed).max().unwrap_or(now).min(now))
    }
}
