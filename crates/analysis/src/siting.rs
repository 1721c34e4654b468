//! Where next: which new parks, entrances and crossings bring most residents within reach, for a
//! number of sites or a budget.
//!
//! This is the maximal covering location problem (Church and ReVelle 1974). [`solve()`] finds a plan
//! and proves that none is better, or says how much better one could be at most; [`greedy()`] is the
//! usual answer, shown beside it. How it is done:
//!
//! * candidates that others beat, demands that are alike, demands of one candidate are taken out
//!   (`problem`);
//! * a Lagrangian bound in exact integers says how good any plan can be, and decides most
//!   candidates (`dual`);
//! * neighbouring sites are chosen anew by handfuls (`polish`);
//! * regions that are solved exactly sharpen the bound (`regions`), parts without a demand in
//!   common are solved apart (`combine`), and the rest is branched on (`search`).
//!
//! Candidates come from a list, a grid (`sites`), or the city itself (`propose`).
//!
//! The same instance gives the same plan, unless it was stopped.

mod combine;
mod dual;
mod greedy;
mod instance;
mod model;
mod polish;
mod problem;
mod propose;
mod regions;
mod search;
mod sites;
mod solve;

pub use greedy::{Greedy, greedy};
pub use instance::{Instance, InstanceError, Limit, Lists};
pub use propose::{Opening, Zebra, openings, zebras};
pub use sites::{Chosen, Measured, Site, Step, choose, grid, measure};
pub use solve::{Outcome, Patience, solve};

#[cfg(test)]
mod tests;
