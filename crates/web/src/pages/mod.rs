//! Pages: each works without a script; scripts make them quicker.

mod account;
mod acts;
mod admin;
mod contact;
mod deliveries;
mod evidence;
mod export;
mod factor;
pub(crate) mod filter;
pub(crate) mod green;
mod home;
mod invitations;
mod keys;
mod list;
mod login;
mod mine;
mod new;
mod notices;
mod oidc;
pub(crate) mod order;
mod passkeys;
mod photos;
mod places;
mod placing;
mod roles;
mod row;
mod rules;
mod telling;
mod work;

pub(crate) use photos::headers;

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
        .merge(contact::routes())
        .merge(evidence::routes())
        .merge(green::routes())
        .merge(notices::routes())
        .merge(telling::routes())
        .merge(deliveries::routes())
        .merge(photos::routes())
        .merge(login::routes())
        .merge(mine::routes())
        .merge(admin::routes())
        .merge(roles::routes())
        .merge(keys::routes())
        .merge(account::routes())
        .merge(invitations::routes())
        .merge(factor::routes())
        .merge(passkeys::routes())
        .merge(oidc::routes())
}
