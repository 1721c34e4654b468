//! Erasing what was said and by whom, and leaving the log as verifiable as before.

use super::{seal::fact, verify};
use crate::{App, AppError};
use luyuan_domain::ids::OrderId;
use luyuan_store::evidence::{self, Kind};

impl App {
    /// Destroys the salt under which an event of an order was sealed, so that nobody can show its
    /// words or person from the log any more. The commitments stay, and with them the leaf. After
    /// this the words may be taken out of the event; `reason` says why and is kept.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when it is not sealed, [`luyuan_store::StoreError::Conflict`] when it was
    /// done already, [`luyuan_store::StoreError::Corrupt`] when the event is not the one that was sealed.
    pub async fn erase_sealed(&self, order: OrderId, seq: i64, reason: &str) -> Result<(), AppError> {
        let (j, subject, reason, now) =
            (self.jurisdiction.clone(), order.to_string(), reason.to_owned(), self.env.now());
        let done = self.db.write(move |mut conn| {
            Box::pin(async move {
                let found = evidence::entry_of(&mut conn, &j, Kind::Order, &subject, seq).await?;
                let sealed = found.ok_or(AppError::NotFound("event"))?;
                let kept = evidence::facts_of(&mut conn, &j, Kind::Order, sealed.leaf..sealed.leaf + 1).await?.pop();
                let (_, kept) = kept.ok_or(AppError::NotFound("event"))?;
                let (entry, _) = verify::entry(&fact(Kind::Order, &kept), &sealed)?;
                let commitments = (entry.content.as_str(), entry.person.as_str());
                evidence::erase(&mut conn, &j, &sealed, commitments, &reason, now).await?;
                Ok::<_, AppError>(())
            })
        });
        done.await
    }
}
