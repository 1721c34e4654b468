//! What if: a park, an entrance or a crossing more, or one less, and who is near enough then.
//!
//! A [`Base`] holds the distances of a city as it is. A scenario is a list of [`Edit`]s over it; a
//! [`Workspace`] computes what changes, and only that: searches begin at what is new and end where
//! it no longer is an improvement, and what is taken away is searched anew from its surroundings.
//! Nothing is allocated while somebody drags a park over the map, and two scenarios side by side
//! are two lists over one base.

mod base;
mod edit;
mod overlay;
mod plan;
mod tally;

pub use base::Base;
pub use edit::{Edit, EditError};
pub use plan::Plan;
pub use tally::{Change, GoalChange, Workspace};

#[cfg(test)]
mod tests;
