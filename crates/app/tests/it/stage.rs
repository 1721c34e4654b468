//! What every test of use cases starts from.

use luyuan_app::{App, env::Env};
use luyuan_domain::{
    actor::Actor,
    ids::{JurisdictionId, OrgId, PersonId},
    roles::Role,
};
use luyuan_store::Db;
use uuid::Uuid;

/// A demonstration district without its orders would be smaller, but this is what users meet.
pub async fn app(db: Db) -> (App, tempfile::TempDir) {
    let files = tempfile::tempdir().unwrap();
    let app = App::start(db, JurisdictionId("erqi".into()), files.path().join("files"), Env::default()).await.unwrap();
    app.load_rules().await.unwrap();
    app.load_demo(|_| {}).await.unwrap();
    (app, files)
}

/// Somebody who acts for the organisation with a code.
pub fn staff(app: &App, code: &str) -> Actor {
    acting(app, app.directory().org_by_code(code).unwrap().id)
}

/// Somebody who acts for an organisation and leads it.
pub fn acting(app: &App, org: OrgId) -> Actor {
    app.acting(PersonId(Uuid::from_u128(1)), org, Role::Lead).unwrap()
}
