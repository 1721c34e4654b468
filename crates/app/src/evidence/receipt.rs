//! What the log hands out: its newest checkpoint, proofs that it only grew, and receipts.

use super::{proven, seal::fact, unsigned, verify};
use crate::{App, AppError, orders::Recorded};
use jiff::Timestamp;
use luyuan_analysis::evidence::{Checkpoint, Entry, Hash, Receipt, consistency, inclusion};
use luyuan_domain::{actor::Actor, orders::What};
use luyuan_store::{
    StoreError,
    evidence::{self, Kind},
};

/// A signed checkpoint as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// What it says.
    pub checkpoint: Checkpoint,
    /// The whole note.
    pub note: String,
    /// The public key that signed it.
    pub verifier: String,
    /// When it was signed.
    pub at: Timestamp,
}

/// Whether everybody may read the facts of an event: those that name no reporter, and whose words
/// the public timeline shows.
fn open_to_all(what: &What) -> bool {
    what.words_public() && !matches!(what, What::Joined { .. })
}

impl App {
    /// The newest checkpoint; nothing before the first sealing.
    ///
    /// # Errors
    /// As the database says; [`StoreError::Corrupt`] when it is not signed by a key of this log.
    pub async fn checkpoint(&self) -> Result<Option<Standing>, AppError> {
        let j = self.jurisdiction.clone();
        let read = self.db.read(move |mut conn| {
            Box::pin(async move {
                let Some(newest) = evidence::newest(&mut conn, &j).await? else { return Ok(None) };
                Ok::<_, AppError>(Some(verify::standing(&mut conn, &j, &newest).await?))
            })
        });
        read.await
    }

    /// The proof that the log of `to` entries grew out of that of `from`; and `to`, which is the
    /// newest checkpoint's size when it is not said.
    ///
    /// # Errors
    /// [`AppError::Wrong`] when there is no such size, [`AppError::NotFound`] before the first sealing.
    pub async fn grown(&self, from: u64, to: Option<u64>) -> Result<(u64, Vec<Hash>), AppError> {
        let newest = self.checkpoint().await?.ok_or(AppError::NotFound("checkpoint"))?.checkpoint.size;
        let to = to.unwrap_or(newest);
        let wrong = |field: &str| AppError::wrong(field, "query_log_size", newest.to_string());
        if to == 0 || to > newest {
            return Err(wrong("to"));
        }
        let plan = consistency(from, to).map_err(|_| wrong("from"))?;
        let j = self.jurisdiction.clone();
        let read = self.db.read(move |mut conn| Box::pin(async move { proven(&mut conn, &j, &plan).await }));
        Ok((to, read.await?))
    }

    /// The receipt for what happened to an order: by default that it was placed. Who may read the
    /// words gets them with it.
    ///
    /// # Errors
    /// As [`App::order`]; [`AppError::NotFound`] when nothing of that number happened;
    /// [`StoreError::Busy`] when it is not sealed yet.
    pub async fn order_receipt(
        &self,
        actor: &Actor,
        number: &str,
        secret: Option<&str>,
        version: i64,
    ) -> Result<Receipt, AppError> {
        let detail = self.order(actor, number, secret).await?;
        let event = detail.events.iter().find(|event| event.seq == version).ok_or(AppError::NotFound("event"))?;
        let open = detail.own.is_some() || detail.internal || open_to_all(&event.what);
        if let Some(receipt) = self.sealed_receipt(event, open).await? {
            return Ok(receipt);
        }
        // Just happened: who asks need not wait for the next beat.
        self.seal_soon().await?;
        let busy = || AppError::Store(StoreError::Busy("the event is not sealed yet".into()));
        self.sealed_receipt(event, open).await?.ok_or_else(busy)
    }

    async fn sealed_receipt(&self, event: &Recorded, open: bool) -> Result<Option<Receipt>, AppError> {
        let (j, subject, seq) = (self.jurisdiction.clone(), event.order.to_string(), event.seq);
        let read = self.db.read(move |mut conn| {
            Box::pin(async move {
                let Some(sealed) = evidence::entry_of(&mut conn, &j, Kind::Order, &subject, seq).await? else {
                    return Ok(None);
                };
                let Some(newest) = evidence::newest(&mut conn, &j).await? else { return Ok(None) };
                let standing = verify::standing(&mut conn, &j, &newest).await?;
                let index = unsigned(sealed.leaf)?;
                let plan = inclusion(index, standing.checkpoint.size)
                    .map_err(|_| super::corrupt("log_checkpoints", "size", standing.checkpoint.size))?;
                let proof = proven(&mut conn, &j, &plan).await?;
                let leaves = sealed.leaf..sealed.leaf + 1;
                let kept = evidence::facts_of(&mut conn, &j, Kind::Order, leaves).await?.pop();
                let (_, kept) = kept.ok_or_else(|| super::corrupt("log_entries", "leaf", sealed.leaf))?;
                let fact = fact(Kind::Order, &kept);
                let (entry, salt): (Entry, Option<Hash>) = verify::entry(&fact, &sealed)?;
                let opening = salt.filter(|_| open).map(|salt| fact.opening(&salt));
                let Standing { note: checkpoint, verifier, .. } = standing;
                Ok::<_, AppError>(Some(Receipt { entry, opening, verifier, index, proof, checkpoint }))
            })
        });
        read.await
    }
}
