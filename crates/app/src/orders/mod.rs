//! Orders: placing them and everything that happens to them afterwards.

mod act;
mod change;
mod clock;
mod external;
mod join;
mod place;
mod rate;
mod read;
mod story;

pub use act::{Answering, Deferring, Diverting, Extending, Replying, Routing, Whistling};
pub use change::Seen;
pub(crate) use change::{find, keep};
pub use external::{Noting, event_name};
pub use join::Joining;
pub use luyuan_store::{
    events::Recorded,
    files::FileRow,
    orders::{Bounds, ByDue, Cursor, Filter, Sort},
    stories::{Happened, Window},
};
pub use place::{Contact, Place, Placed, Where};
pub use rate::Rate;
pub use read::{Cluster, Detail, Page};
pub use story::{Leaf, Story};
