//! Sealing: what happened since the last time, in its order, becomes leaves of the tree, and the
//! new head is signed.

use super::{
    corrupt,
    key::{Hand, Round},
    shelf, signed, verify,
};
use crate::{App, AppError};
use luyuan_analysis::evidence::{Checkpoint, Fact, Frontier, Hash, Node, Verifier, to_base64};
use luyuan_domain::ids::JurisdictionId;
use luyuan_store::{
    Conn, Engine, StoreError,
    evidence::{self, Batch, Entry, Kind},
};
use std::time::Duration;

/// How often it is looked whether something is new.
const BEAT: Duration = Duration::from_secs(3);
/// How long somebody who asks for a receipt waits for sealing.
const PATIENCE: Duration = Duration::from_secs(2);
/// Most entries of one batch: hashed and written in some milliseconds, so that nobody waits long.
const BATCH: i64 = 1_000;

/// A fact as the log sees it.
pub(super) fn fact(kind: Kind, kept: &evidence::Fact) -> Fact {
    Fact {
        kind: kind.code().to_owned(),
        subject: kept.subject.clone(),
        seq: kept.seq,
        name: kept.name.clone(),
        at: kept.at,
        what: kept.what.clone(),
        by: kept.by.clone(),
        org: kept.org.clone(),
        content: kept.content.clone(),
        person: kept.person.clone(),
    }
}

/// What comes after a batch.
enum Then {
    /// More may follow at once.
    More,
    /// Something is missing that may come.
    Gap,
    /// That was all.
    Done,
}

/// What was read for a batch.
struct Read {
    facts: Vec<evidence::Fact>,
    /// The last place that was looked at.
    last: i64,
    then: Then,
    frontier: Frontier,
}

impl App {
    /// Seals what happened since the last time; how many entries. Without a key ([`App::open_log`])
    /// nothing is sealed. Safe when several programs seal at once: one of them wins each batch.
    ///
    /// # Errors
    /// As the database says; [`StoreError::Corrupt`] when the kept tree is not the one that was
    /// signed: then it is not signed again.
    pub async fn seal(&self) -> Result<usize, AppError> {
        let Some(hand) = self.ledger.hand() else { return Ok(0) };
        let mut rounds = self.ledger.rounds.lock().await;
        let mut sealed = 0;
        for kind in Kind::ALL {
            let round = rounds.entry(kind).or_default();
            let mut tries = 1;
            loop {
                match self.seal_some(kind, round, &hand, &mut sealed).await? {
                    Then::More => {}
                    // Most of the time what is missing has come, or was given up, meanwhile.
                    Then::Gap if tries > 0 => tries -= 1,
                    Then::Gap | Then::Done => break,
                }
            }
        }
        Ok(sealed)
    }

    /// As [`App::seal`], but gives up waiting after a while: who asks for one event should not wait
    /// until a long past is sealed. What has begun goes on.
    pub(super) async fn seal_soon(&self) -> Result<(), AppError> {
        match tokio::time::timeout(PATIENCE, self.seal()).await {
            Ok(sealed) => sealed.map(|_| ()),
            Err(_) => Ok(()),
        }
    }

    /// Seals a batch, and tells what comes next.
    async fn seal_some(
        &self,
        kind: Kind,
        round: &mut Round,
        hand: &Hand,
        sealed: &mut usize,
    ) -> Result<Then, AppError> {
        // Read before the database, which is ahead of it in whatever order others seal.
        let here = hand.newest()?;
        let read = self.read_fresh(kind, round, hand.key.verifier(), here).await?;
        if !read.facts.is_empty() {
            let batch = self.batch(kind, &read.facts, read.frontier, hand)?;
            let (count, note) = (batch.entries.len(), batch.checkpoint.note.clone());
            let j = self.jurisdiction.clone();
            let kept =
                self.db.write(move |mut conn| Box::pin(async move { evidence::append(&mut conn, &j, &batch).await }));
            match kept.await {
                Ok(()) => {}
                // Another program sealed it.
                Err(StoreError::Conflict(_)) => return Ok(Then::Done),
                Err(error) => return Err(error.into()),
            }
            *sealed += count;
            hand.remember(&note)?;
        }
        round.seen = round.seen.max(read.last);
        Ok(read.then)
    }

    async fn read_fresh(
        &self,
        kind: Kind,
        round: &mut Round,
        by: Verifier,
        here: Option<Checkpoint>,
    ) -> Result<Read, AppError> {
        let (j, seen, mut settled) = (self.jurisdiction.clone(), round.seen, round.settled.clone());
        let takes_turns = self.db.engine() == Engine::Sqlite;
        let read = self.db.read(move |mut conn| {
            Box::pin(async move {
                if !takes_turns {
                    settled.look(evidence::horizon(&mut conn).await?);
                }
                let after = seen.max(evidence::sealed_to(&mut conn, &j, kind).await?);
                let mut fresh = evidence::fresh(&mut conn, &j, kind, after, BATCH).await?;
                let full = signed(fresh.len() as u64) == BATCH;
                let places: Vec<i64> = fresh.iter().map(|fresh| fresh.ord).collect();
                let last = if takes_turns { places.len() } else { settled.last(after, &places) };
                if let Some(highest) = places.last().filter(|_| last < places.len()) {
                    settled.wait(*highest, evidence::horizon(&mut conn).await?);
                }
                fresh.truncate(last);
                let frontier = match fresh.iter().any(|fresh| fresh.fact.is_some()) {
                    true => frontier(&mut conn, &j, &by, here.as_ref()).await?,
                    false => Frontier::default(),
                };
                let read = Read {
                    last: fresh.last().map_or(after, |fresh| fresh.ord),
                    then: if last < places.len() {
                        Then::Gap
                    } else if full {
                        Then::More
                    } else {
                        Then::Done
                    },
                    facts: fresh.into_iter().filter_map(|fresh| fresh.fact).collect(),
                    frontier,
                };
                Ok::<_, AppError>((read, settled))
            })
        });
        let (read, settled) = read.await?;
        round.settled = settled;
        Ok(read)
    }

    fn batch(
        &self,
        kind: Kind,
        facts: &[evidence::Fact],
        mut frontier: Frontier,
        hand: &Hand,
    ) -> Result<Batch, AppError> {
        let (mut entries, mut nodes) = (Vec::with_capacity(facts.len()), Vec::new());
        for kept in facts {
            let (fact, salt) = (fact(kind, kept), self.env.bytes()?);
            let leaf = fact.entry(fact.commitments(&salt)).leaf();
            entries.push(Entry {
                leaf: signed(frontier.size()),
                kind: fact.kind,
                subject: fact.subject,
                seq: fact.seq,
                ord: kept.ord,
                hash: to_base64(leaf),
                salt: Some(to_base64(salt)),
                erased: None,
            });
            let kept = |node: Node, hash: Hash| {
                nodes.push((i64::from(node.level), signed(node.index), to_base64(hash)));
            };
            frontier.add(leaf, kept);
        }
        let checkpoint = evidence::Checkpoint {
            size: signed(frontier.size()),
            kind: kind.code().to_owned(),
            ord: facts.last().map_or(0, |last| last.ord),
            at: self.env.now(),
            note: Checkpoint::signed(frontier.size(), frontier.root(), &hand.key),
        };
        Ok(Batch { entries, nodes, checkpoint })
    }

    /// Seals for as long as the program runs.
    pub(crate) async fn run_sealing(self) {
        let mut beat = tokio::time::interval(BEAT);
        beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut failed = false;
        loop {
            beat.tick().await;
            match self.seal().await {
                Ok(_) => failed = false,
                // Said once, not every three seconds.
                Err(error) if !failed => {
                    failed = true;
                    tracing::error!(%error, "what happened could not be sealed; it is tried again");
                }
                Err(_) => {}
            }
        }
    }
}

/// The tree's right edge, if its root is the one that was signed last, the key is the one in force
/// (it may have been renewed while this program ran), and the database is not older than what was
/// signed here (it may have been put back).
async fn frontier(
    conn: &mut Conn<'_>,
    j: &JurisdictionId,
    by: &Verifier,
    here: Option<&Checkpoint>,
) -> Result<Frontier, AppError> {
    let keys = evidence::keys(conn, j).await?;
    if keys.last().is_none_or(|last| last.verifier != by.to_string()) {
        return Err(AppError::File("the key that signs the log was renewed; restart this program".into()));
    }
    let Some(newest) = evidence::newest(conn, j).await? else {
        return here.map_or(Ok(Frontier::default()), |here| Err(older(0, here)));
    };
    let signed = verify::standing(conn, j, &newest).await?.checkpoint;
    if let Some(here) =
        here.filter(|here| here.size > signed.size || (here.size == signed.size && here.root != signed.root))
    {
        return Err(older(signed.size, here));
    }
    let shelf = shelf(conn, j, &Frontier::nodes(signed.size)).await?;
    let frontier = Frontier::read(signed.size, &shelf).ok_or_else(|| corrupt("log_nodes", "hash", "missing"))?;
    if frontier.root() != signed.root {
        return Err(corrupt("log_checkpoints", "note", newest.size));
    }
    Ok(frontier)
}

/// The database holds another log than the one that was signed: nothing may be signed over it.
pub(super) fn older(size: u64, here: &Checkpoint) -> AppError {
    AppError::File(format!(
        "this database holds {size} sealed entries, and log.checkpoint says that {} were signed: it is an older copy. Restore the newer one, or go on with a new key by `luyuan log renew-key`",
        here.size
    ))
}
