//! Tokens: what a program gets in place of a number that is told later.

use crate::{
    App, AppError,
    env::sha256,
    orders::{Place, Placed},
};
use luyuan_domain::{actor::Actor, ids::JurisdictionId, orders::Timetable, ruleset::Receipt};
use luyuan_store::tokens;
use std::time::Duration;

/// How often waiting tokens are looked for: a program that asks every two seconds, five times,
/// must have its number by then.
const BEAT: Duration = Duration::from_secs(2);

/// What a program gets for an order that it placed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Given {
    /// The order's number, and the secret of the link with which it is followed and rated.
    Number(Placed),
    /// A token; the number is told under it soon.
    Token(String),
    /// Neither.
    Nothing,
}

/// What a token stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resolved {
    /// The number is not told yet.
    Waiting,
    /// The order's number.
    Number(String),
}

impl App {
    /// Places an order for a program, and gives it what the rules of the day say.
    ///
    /// # Errors
    /// As [`App::place`].
    pub async fn place_for_program(&self, actor: &Actor, new: Place) -> Result<Given, AppError> {
        let receipt = self.receipt(&new.category)?;
        let placed = self.place(actor, new).await?;
        match receipt {
            Receipt::Number => Ok(Given::Number(placed)),
            Receipt::Nothing => Ok(Given::Nothing),
            Receipt::Token => {
                // Made from the order's secret, so that the same request sent again gets the same
                // token, and nobody finds it by guessing.
                let token = sha256(format!("token:{}", placed.secret))[..32].to_owned();
                let (j, hash, number, now) = (self.jurisdiction.clone(), sha256(&token), placed.number, self.env.now());
                self.db
                    .write(move |mut conn| {
                        Box::pin(async move { tokens::issue(&mut conn, &j, &hash, &number, now).await })
                    })
                    .await
                    .map_err(AppError::Store)?;
                Ok(Given::Token(token))
            }
        }
    }

    /// What a program gets for orders of a category today.
    ///
    /// # Errors
    /// As [`crate::rules::Rulebook::on`].
    pub fn receipt(&self, category: &str) -> Result<Receipt, AppError> {
        let (book, now) = (self.rulebook(), self.env.now());
        Ok(book.all().receipt(category, book.on(now)?.date(now)))
    }

    /// What a token stands for.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for one that was never given.
    pub async fn token(&self, token: &str) -> Result<Resolved, AppError> {
        let (j, hash) = (self.jurisdiction.clone(), sha256(token));
        let found = self.db.read(move |mut conn| Box::pin(async move { tokens::get(&mut conn, &j, &hash).await }));
        match found.await.map_err(AppError::Store)? {
            None => Err(AppError::NotFound("token")),
            Some(None) => Ok(Resolved::Waiting),
            Some(Some(number)) => Ok(Resolved::Number(number)),
        }
    }

    /// Tells the numbers of all tokens that wait, here and in the trial; how many there were.
    ///
    /// # Errors
    /// As the database says.
    pub async fn resolve_tokens(&self) -> Result<u64, AppError> {
        let now = self.env.now();
        let mut told = 0;
        for j in [self.jurisdiction.clone(), trial(&self.jurisdiction)] {
            let asked = j.clone();
            // Looked at before anything is written: most of the time none waits.
            let waiting =
                self.db.read(move |mut conn| Box::pin(async move { tokens::waiting(&mut conn, &asked).await }));
            if waiting.await.map_err(AppError::Store)? {
                let done =
                    self.db.write(move |mut conn| Box::pin(async move { tokens::resolve(&mut conn, &j, now).await }));
                told += done.await.map_err(AppError::Store)?;
            }
        }
        Ok(told)
    }

    /// Tells waiting tokens for as long as the program runs.
    pub(crate) async fn run_tokens(self) {
        let mut beat = tokio::time::interval(BEAT);
        beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            beat.tick().await;
            if let Err(error) = self.resolve_tokens().await {
                tracing::warn!(%error, "tokens could not be resolved; it is tried again");
            }
        }
    }
}

/// The name under which a district's trial keeps its orders.
pub(crate) fn trial(j: &JurisdictionId) -> JurisdictionId {
    JurisdictionId(format!("{}:trial", j.0))
}
