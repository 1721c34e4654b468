//! Orders: placing them and everything that happens to them afterwards.

mod act;
mod change;
mod clock;
mod place;
mod rate;
mod read;

pub use act::{Answering, Deferring, Diverting, Extending, Replying, Routing, Whistling};
pub use change::Seen;
pub use luyuan_store::{
    events::Recorded,
    orders::{Bounds, ByDue, Cursor, Filter, Sort},
};
pub use place::{Contact, Place, Placed, Where};
pub use rate::Rate;
pub use read::{Cluster, Detail, Page};
