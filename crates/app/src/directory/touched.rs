//! What an order touches: the organisations that have to do with it, and where it is.

use super::Directory;
use luyuan_domain::{
    actor::{Action, Actor, Subject, may},
    ids::{OrgId, PlaceId, ReporterId},
    orders::Order,
};

/// The organisations and places of one order, as permission is asked by.
#[derive(Debug, Clone, Default)]
pub struct Touched {
    /// Who holds it; before triage the district committee, which decides.
    pub holder: Option<OrgId>,
    /// The organisations above the holder, nearest first.
    pub above: Vec<OrgId>,
    /// Organisations that were called to help.
    pub whistled: Vec<OrgId>,
    /// Its place and everything that contains it.
    pub places: Vec<PlaceId>,
}

impl Touched {
    /// Whether somebody may do something to the order; `reporters` are those behind it, where their
    /// own actions are asked about.
    pub fn may(&self, actor: &Actor, action: Action, reporters: &[ReporterId]) -> bool {
        let Self { holder, above, whistled, places } = self;
        may(actor, action, &Subject { holder: *holder, above, whistled, reporters, places })
    }
}

impl Directory {
    /// What is touched by something that an organisation holds at a place; nobody is called to help.
    pub fn touching(&self, holder: Option<OrgId>, place: Option<PlaceId>) -> Touched {
        let holder = holder.or_else(|| self.top().map(|org| org.id));
        let above = holder.map(|holder| self.above(holder)).unwrap_or_default();
        Touched { holder, above, whistled: Vec::new(), places: self.around(place) }
    }

    /// What an order touches; called to help are those who have not reported yet.
    pub fn touched(&self, order: &Order) -> Touched {
        let whistled = order.whistled();
        Touched { whistled, ..self.touching(order.state.holder(), order.location.place) }
    }
}
