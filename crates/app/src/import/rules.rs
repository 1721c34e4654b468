//! Rulesets, catalogues and calendars: checked together with those that are here, then kept.

use crate::{App, AppError, rules::Rulebook};
use luyuan_store::settings;

impl App {
    /// Keeps a named rule text (TOML or CSV) if everything still reads and holds with it. Orders
    /// keep the rules of their day: a change is a new text with a later first day, so one that is
    /// here is replaced only when that is asked for.
    ///
    /// # Errors
    /// [`AppError::Rules`] with name and line of what is wrong; [`AppError::Import`] for a name that
    /// is taken or cannot be one.
    pub async fn import_rules(&self, name: &str, text: &str, replace: bool) -> Result<(), AppError> {
        let fits = |part: &str| {
            !part.is_empty()
                && !part.starts_with('.')
                && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-".contains(c))
        };
        if !name.split('/').all(fits) || !(name.ends_with(".toml") || name.ends_with(".csv")) {
            let why = "use small letters, digits, dots and hyphens, and .toml or .csv at the end";
            return Err(AppError::Import(format!("{name:?} cannot be the name of rules: {why}")));
        }
        let text = text.trim_start_matches('\u{feff}').to_owned();
        let (j, name, now) = (self.jurisdiction.clone(), name.to_owned(), self.env.now());
        self.db
            .write(move |mut conn| {
                Box::pin(async move {
                    let mut all = settings::rules(&mut conn, &j).await?;
                    let there = all.iter().position(|(kept, _)| *kept == name);
                    match there {
                        Some(at) if replace => all[at].1.clone_from(&text),
                        Some(_) => {
                            let why =
                                "rules of that name are here; add a new text with a later first day, or say --replace";
                            return Err(AppError::Import(format!("{name}: {why}")));
                        }
                        None => all.push((name.clone(), text.clone())),
                    }
                    Rulebook::parse(&all)?.on(now)?;
                    settings::put_rules(&mut conn, &j, &name, &text, now).await?;
                    settings::mark_changed(&mut conn, &j).await?;
                    Ok::<_, AppError>(())
                })
            })
            .await?;
        self.reload().await
    }
}
