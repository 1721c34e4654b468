//! What is kept for a while only goes by itself.

use crate::{App, AppError};
use jiff::{SignedDuration, Timestamp};
use luyuan_domain::ruleset::Kept;
use luyuan_store::{contacts, idempotency};
use std::sync::atomic::Ordering;

/// How often it is looked for what may go, in milliseconds: an hour more or less does not matter
/// for periods of days.
const PAUSE: i64 = 3_600_000;

impl App {
    /// Forgets what has been kept long enough by the rules of the day; how many rows went. Looks at
    /// most once an hour.
    ///
    /// # Errors
    /// As the database says.
    pub async fn forget(&self) -> Result<u64, AppError> {
        let now = self.env.now();
        let before = self.forgot.load(Ordering::Relaxed);
        if now.as_millisecond() - before < PAUSE {
            return Ok(0);
        }
        let Ok(privacy) = self.rulebook().privacy(now) else { return Ok(0) };
        let since = |what| privacy.days(what).map(|days| earlier(now, days));
        let (contact, answers) = (since(Kept::Contact), since(Kept::Answers));
        // The trial of programs keeps what was sent to it no longer than the district itself.
        let districts = [self.jurisdiction.clone(), crate::tokens::trial(&self.jurisdiction)];
        let gone = self.db.write(move |mut conn| {
            Box::pin(async move {
                let mut gone = 0;
                for j in &districts {
                    if let Some(before) = contact {
                        gone += contacts::forget_ended(&mut conn, j, before).await?;
                    }
                    if let Some(before) = answers {
                        gone += idempotency::forget(&mut conn, j, before).await?;
                    }
                }
                Ok(gone)
            })
        });
        let gone = gone.await.map_err(AppError::Store)?;
        self.forgot.store(now.as_millisecond(), Ordering::Relaxed);
        Ok(gone)
    }
}

fn earlier(now: Timestamp, days: u32) -> Timestamp {
    now.checked_sub(SignedDuration::from_hours(24 * i64::from(days))).unwrap_or(Timestamp::MIN)
}
