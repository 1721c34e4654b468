//! Green within reach for those who ask: the kept city measured by the rules of the day, what a
//! change would bring, why a park that is near is far, where next, and scenarios that are kept.

mod measured;
mod next;
mod ready;
mod scenarios;
mod trying;
mod why;

pub use luyuan_analysis::{
    walk::{Row, Share, Spot, UNREACHED, Why, metres_to},
    whatif::{Edit, EditError, GoalChange},
};
pub use measured::{Door, Measured, ZoneAt};
pub use next::{List, MOST_SITES, Most, Next, Sources, Step};
pub use scenarios::{Keep, Kept};
pub use trying::{MOST_EDITS, points};

pub(crate) use measured::Cache;
