//! `luyuan doctor`: is everything in order?

use super::{Common, Trouble};
use luyuan_app::orders::Filter;

/// Checks one thing after another and says how each stands.
pub async fn run(common: &Common) -> Result<(), Trouble> {
    let app = common.start().await?;
    println!("ok  database opened and up to date ({:?})", app.db.engine());
    let directory = app.directory();
    println!("ok  {} places, {} organisations", directory.places().len(), directory.orgs().len());
    app.rulebook().on(app.env.now())?;
    println!("ok  a ruleset and a catalogue are in force today");
    let lost: Vec<_> = directory
        .places()
        .iter()
        .filter(|place| place.parent.is_some_and(|parent| directory.place(parent).is_none()))
        .map(|place| place.code.as_str())
        .collect();
    let counts = app.count(Filter::default()).await?;
    println!("ok  {} orders", counts.iter().map(|(_, count)| count).sum::<i64>());
    let seals = app.open_log(&common.data).await;
    let sealed = app.checkpoint().await?.map_or(0, |standing| standing.checkpoint.size);
    if seals.is_ok() {
        println!("ok  log.key signs the evidence log; {sealed} events are sealed");
    }
    app.db.close().await;
    seals?;
    if lost.is_empty() {
        return Ok(());
    }
    Err(Trouble { code: 3, sentence: format!("these places name a parent that does not exist: {}", lost.join(", ")) })
}
