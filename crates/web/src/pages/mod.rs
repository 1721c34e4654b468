//! Pages: each works without a script; scripts make them quicker.

mod acts;
mod deliveries;
mod export;
pub(crate) mod filter;
mod home;
mod list;
mod login;
mod new;
mod notices;
pub(crate) mod order;
mod photos;
mod places;
mod placing;
mod row;
mod rules;
mod telling;
mod work;

use crate::Site;
use axum::Router;

pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .merge(home::routes())
        .merge(new::routes())
        .merge(placing::routes())
        .merge(list::routes())
        .merge(export::routes())
        .merge(order::routes())
        .merge(acts::routes())
        .merge(work::routes())
        .merge(places::routes())
        .merge(rules::routes())
        .merge(notices::routes())
        .merge(telling::routes())
        .merge(deliveries::routes())
        .merge(photos::routes())
        .merge(login::routes())
}
