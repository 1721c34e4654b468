//! The walk along the log, some entries at a time.

use super::{Anchors, Finding, Report};
use crate::{
    App, AppError,
    evidence::{seal::fact, unsigned},
};
use luyuan_analysis::evidence::{Checkpoint, Frontier, Hash, Node, Verifier, hash_from_base64};
use luyuan_store::evidence::{self, Entry, Fact, Kind};
use std::collections::{BTreeMap, HashMap, HashSet};

/// Entries that are read at a time.
const PIECE: i64 = 1_000;
/// More findings than this say nothing new.
const MOST: usize = 100;

/// A root that the tree must have when it is of a size, and who says so.
struct Wanted {
    root: Hash,
    from: String,
    /// It is in the database, not an anchor.
    kept: bool,
}

/// Some entries and what they are of.
struct Piece {
    entries: Vec<Entry>,
    facts: HashMap<i64, Fact>,
    /// What stands at the places of these entries, and was never sealed: kind, place, subject, number.
    others: Vec<(&'static str, i64, String, i64)>,
    /// Stored hashes of the subtrees that these entries complete.
    nodes: HashMap<Node, String>,
}

pub(super) struct Walk<'a> {
    app: &'a App,
    wanted: BTreeMap<u64, Vec<Wanted>>,
    frontier: Frontier,
    /// The entries are without a gap so far, so that the tree can be computed.
    whole: bool,
    /// Up to which size the tree is the one that was signed.
    good: u64,
    /// Up to which size a checkpoint in the database covers it.
    covered: u64,
    /// The last place of each kind.
    last: HashMap<String, i64>,
    report: Report,
}

fn named(kind: &str, name: &str, subject: &str, seq: i64) -> String {
    let name = if name.is_empty() { subject } else { name };
    format!("event {seq} of {kind} {name}")
}

impl<'a> Walk<'a> {
    /// Reads keys and checkpoints.
    pub async fn begin(app: &'a App, anchors: Anchors) -> Result<Self, AppError> {
        let mut walk = Self {
            app,
            wanted: BTreeMap::new(),
            frontier: Frontier::default(),
            whole: true,
            good: 0,
            covered: 0,
            last: HashMap::new(),
            report: Report::default(),
        };
        let keys = app.log_keys().await?;
        let mut verifiers: Vec<Verifier> = keys.iter().filter_map(|key| key.verifier.parse().ok()).collect();
        if let Some(key) = anchors.key {
            if let Some(other) = keys.last().filter(|last| last.verifier != key.to_string()) {
                walk.found(Finding::Key { verifier: other.verifier.clone() });
            }
            verifiers = vec![key];
        }
        let mut after = 0;
        loop {
            let j = app.jurisdiction.clone();
            let read = app.db.read(move |mut conn| {
                Box::pin(async move { evidence::checkpoints(&mut conn, &j, after, PIECE).await })
            });
            let some = read.await.map_err(AppError::Store)?;
            let Some(last) = some.last() else { break };
            after = last.size;
            for kept in &some {
                let size = unsigned(kept.size)?;
                walk.want(&verifiers, format!("the checkpoint of {size} entries"), &kept.note, Some(size));
                walk.report.checkpoints += 1;
            }
        }
        for (from, note) in &anchors.notes {
            walk.want(&verifiers, from.clone(), note, None);
        }
        Ok(walk)
    }

    fn found(&mut self, finding: Finding) {
        if self.report.findings.len() < MOST {
            self.report.findings.push(finding);
        }
    }

    /// Takes note of what a checkpoint demands, if it is signed.
    fn want(&mut self, by: &[Verifier], from: String, note: &str, size: Option<u64>) {
        let read: Vec<_> = by.iter().map(|verifier| Checkpoint::verified(note, verifier)).collect();
        let known = read.iter().find_map(|read| read.as_ref().ok());
        let why = read.iter().find_map(|read| read.as_ref().err());
        match known {
            Some(checkpoint) if size.is_none_or(|size| size == checkpoint.size) => {
                self.wanted.entry(checkpoint.size).or_default().push(Wanted {
                    root: checkpoint.root,
                    from,
                    kept: size.is_some(),
                });
            }
            Some(checkpoint) => {
                let why = format!("it is signed for {} entries", checkpoint.size);
                self.found(Finding::Checkpoint { from, why });
            }
            None => {
                let why = why.map_or("no key of the log is known".to_owned(), ToString::to_string);
                self.found(Finding::Checkpoint { from, why });
            }
        }
    }

    /// Walks to the end.
    pub async fn run(mut self, tell: impl Fn(u64, u64)) -> Result<Report, AppError> {
        let all = self.wanted.keys().next_back().copied().unwrap_or(0);
        let mut from = 0;
        loop {
            let piece = self.read(from).await?;
            let Some(last) = piece.entries.last() else { break };
            from = last.leaf + 1;
            self.check(&piece)?;
            tell(unsigned(from)?, all.max(unsigned(from)?));
        }
        self.never_sealed().await?;
        self.end();
        self.report.findings.sort_by_key(Finding::leaf);
        Ok(self.report)
    }

    /// Finds what stands below the first place of a kind of which nothing was ever sealed.
    async fn never_sealed(&mut self) -> Result<(), AppError> {
        for kind in Kind::ALL {
            if self.last.contains_key(kind.code()) {
                continue;
            }
            let j = self.app.jurisdiction.clone();
            let read = self.app.db.read(move |mut conn| {
                Box::pin(async move { evidence::places(&mut conn, &j, kind, i64::MIN..1).await })
            });
            for (_, subject, seq) in read.await.map_err(AppError::Store)? {
                let (leaf, of) = (self.frontier.size(), named(kind.code(), "", &subject, seq));
                self.found(Finding::Added { leaf, of });
            }
        }
        Ok(())
    }

    async fn read(&self, from: i64) -> Result<Piece, AppError> {
        let (j, before) = (self.app.jurisdiction.clone(), self.last.clone());
        let read = self.app.db.read(move |mut conn| {
            Box::pin(async move {
                let entries = evidence::entries(&mut conn, &j, from, PIECE).await?;
                let (mut facts, mut others, mut nodes) = (HashMap::new(), Vec::new(), HashMap::new());
                let end = entries.last().map_or(from, |last| last.leaf + 1);
                for kind in Kind::ALL {
                    let own = || entries.iter().filter(|entry| entry.kind == kind.code());
                    let Some(last) = own().map(|entry| entry.ord).max() else { continue };
                    facts.extend(evidence::facts_of(&mut conn, &j, kind, from..end).await?);
                    let known: HashSet<(&str, i64)> = own().map(|entry| (entry.subject.as_str(), entry.seq)).collect();
                    // From below the first on: a place may be forged below all that were given.
                    let first = before.get(kind.code()).map_or(i64::MIN, |last| last + 1);
                    let there = evidence::places(&mut conn, &j, kind, first..last + 1).await?;
                    for (ord, subject, seq) in there {
                        let sealed = known.contains(&(subject.as_str(), seq))
                            || evidence::entry_of(&mut conn, &j, kind, &subject, seq).await?.is_some();
                        if !sealed {
                            others.push((kind.code(), ord, subject, seq));
                        }
                    }
                }
                for level in (8..64_u8).step_by(8) {
                    let range = from >> level..end >> level;
                    if !range.is_empty() {
                        for (index, hash) in evidence::hashes(&mut conn, &j, level.into(), &range).await? {
                            nodes.insert(Node { level, index: unsigned(index)? }, hash);
                        }
                    }
                }
                Ok::<_, AppError>(Piece { entries, facts, others, nodes })
            })
        });
        read.await
    }

    fn check(&mut self, piece: &Piece) -> Result<(), AppError> {
        let mut expected = self.frontier.size();
        for entry in &piece.entries {
            let leaf = unsigned(entry.leaf)?;
            if self.whole && leaf != expected {
                self.whole = false;
                self.found(Finding::Missing { leaf: expected });
            }
            expected = leaf + 1;
            self.check_entry(leaf, entry, piece.facts.get(&entry.leaf));
            self.last.insert(entry.kind.clone(), entry.ord);
            if self.whole {
                self.add(leaf, entry, &piece.nodes);
            }
            self.report.entries += 1;
        }
        for (kind, ord, subject, seq) in &piece.others {
            let after =
                piece.entries.iter().find(|entry| entry.kind == *kind && entry.ord > *ord).or(piece.entries.last());
            let leaf = after.map_or(Ok(0), |entry| unsigned(entry.leaf))?;
            self.found(Finding::Added { leaf, of: named(kind, "", subject, *seq) });
        }
        Ok(())
    }

    /// Holds an entry against what it is of.
    fn check_entry(&mut self, leaf: u64, entry: &Entry, kept: Option<&Fact>) {
        let of = |name: &str| named(&entry.kind, name, &entry.subject, entry.seq);
        let Some(kind) = Kind::parse(&entry.kind) else {
            return self.found(Finding::Changed { leaf, of: of("") });
        };
        let Some(kept) = kept else { return self.found(Finding::Removed { leaf, of: of("") }) };
        let of = of(&kept.name);
        if super::entry(&fact(kind, kept), entry).is_err() {
            return self.found(Finding::Changed { leaf, of });
        }
        self.report.erased += u64::from(entry.salt.is_none());
        if kept.ord != entry.ord || self.last.get(&entry.kind).is_some_and(|before| entry.ord <= *before) {
            self.found(Finding::Reordered { leaf, of });
        }
    }

    /// Lets the tree grow by an entry, and holds it against what is stored and signed.
    fn add(&mut self, leaf: u64, entry: &Entry, nodes: &HashMap<Node, String>) {
        let Some(hash) = hash_from_base64(&entry.hash) else {
            self.whole = false;
            return;
        };
        let mut wrong = Vec::new();
        self.frontier.add(hash, |node, hash| {
            if nodes.get(&node).and_then(|text| hash_from_base64(text)) != Some(hash) {
                wrong.push(node);
            }
        });
        for node in wrong {
            self.found(Finding::Node { level: node.level, index: node.index });
        }
        let Some(wanted) = self.wanted.remove(&(leaf + 1)) else { return };
        let root = self.frontier.root();
        for other in wanted.iter().filter(|wanted| wanted.root != root) {
            let why = "its root is not that of the entries that are here".to_owned();
            self.found(Finding::Checkpoint { from: other.from.clone(), why });
        }
        if wanted.iter().any(|wanted| wanted.root == root && wanted.kept) {
            self.covered = leaf + 1;
        }
        if wanted.iter().any(|wanted| wanted.root == root) {
            self.good = leaf + 1;
        } else if !self.report.findings.iter().any(|finding| matches!(finding, Finding::Tree { .. })) {
            self.found(Finding::Tree { from: self.good, to: leaf + 1 });
        }
    }

    /// What only shows at the end.
    fn end(&mut self) {
        let there = self.frontier.size();
        if self.whole {
            let left = std::mem::take(&mut self.wanted);
            for (size, wanted) in left.range(there + 1..) {
                for one in wanted {
                    self.found(Finding::Short { size: *size, there, from: one.from.clone() });
                }
            }
            if self.covered < there && self.report.findings.is_empty() {
                self.found(Finding::Unsigned { from: self.covered });
            }
        }
    }
}
