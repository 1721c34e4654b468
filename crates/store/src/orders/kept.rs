//! Orders that were read a short while ago, by id and version. An order of one version never changes,
//! and what happened to it until then does not either; so a list asks the database for ids and versions
//! and reads only what is not here.

use crate::events::Recorded;
use luyuan_domain::{ids::OrderId, orders::Order};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

/// Orders of one generation. Two are kept, so memory holds at most twice as many; an order is about
/// a kilobyte.
const MOST: usize = 16_384;

/// Orders that were read. Cheap to clone; all clones hold the same ones.
#[derive(Debug, Clone, Default)]
pub struct Kept(Arc<Mutex<Generations>>);

/// An order, and what happened to it if that was read too.
#[derive(Debug, Clone)]
pub(super) struct Held {
    pub order: Arc<Order>,
    pub events: Option<Arc<[Recorded]>>,
}

#[derive(Debug, Default)]
struct Generations {
    young: HashMap<OrderId, Held>,
    old: HashMap<OrderId, Held>,
}

impl Generations {
    fn get(&mut self, id: OrderId, version: i64) -> Option<Held> {
        if let Some(held) = self.young.get(&id) {
            return (held.order.version == version).then(|| held.clone());
        }
        // What is asked for again lives on.
        let held = self.old.remove(&id).filter(|held| held.order.version == version)?;
        self.put(held.clone());
        Some(held)
    }

    fn put(&mut self, held: Held) {
        if self.young.len() >= MOST {
            self.old = std::mem::take(&mut self.young);
        }
        let newer = |there: &Held| {
            let order = held.order.version.cmp(&there.order.version);
            order.is_gt() || order.is_eq() && held.events.is_some()
        };
        if self.young.get(&held.order.id).is_none_or(newer) {
            self.young.insert(held.order.id, held);
        }
    }
}

impl Kept {
    /// The orders of these ids and versions that are here.
    pub(super) fn all(&self, wanted: &[(OrderId, i64)]) -> Vec<Option<Arc<Order>>> {
        let mut kept = self.lock();
        wanted.iter().map(|(id, version)| kept.get(*id, *version).map(|held| held.order)).collect()
    }

    /// The order of this id and version, if it is here.
    pub(super) fn one(&self, id: OrderId, version: i64) -> Option<Held> {
        self.lock().get(id, version)
    }

    /// Keeps an order as a committed transaction left it; a later version that is here stays.
    pub(super) fn put(&self, order: Arc<Order>, events: Option<Arc<[Recorded]>>) {
        self.lock().put(Held { order, events });
    }

    /// Lets an order go that has changed: what was erased from it is not to stay here either.
    pub fn let_go(&self, id: OrderId) {
        let mut kept = self.lock();
        kept.young.remove(&id);
        kept.old.remove(&id);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Generations> {
        // Between two statements there is nothing half-done: a poisoned lock holds whole maps.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
