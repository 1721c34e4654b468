//! Use cases: one function per verb, called by every front door (pages, JSON API, Open311, files,
//! command line, the clock).

pub mod audit;
pub mod backup;
pub mod base_map;
pub mod city;
pub mod contact;
mod counts;
pub mod demo;
pub mod directory;
pub mod doctor;
pub mod env;
pub mod error;
pub mod evidence;
pub mod export;
pub mod factors;
pub mod files;
pub mod green;
pub mod import;
pub mod invitations;
pub mod jobs;
mod key_file;
pub mod keys;
pub mod live;
pub mod login;
pub mod oidc;
pub mod orders;
pub mod outside;
pub mod passkeys;
pub mod passwords;
pub mod people;
pub mod residents;
pub mod roles;
pub mod rules;
pub mod sessions;
pub mod settings;
pub mod streets;
pub mod telling;
pub mod tokens;

pub use error::{AppError, Wrong};

/// Search text, as the use cases keep and look for it.
pub use luyuan_analysis::text;

use directory::Directory;
use env::Env;
use live::Live;
use luyuan_domain::ids::JurisdictionId;
use luyuan_store::Db;
use outside::Outside;
use rules::Rulebook;
use std::sync::{
    Arc, OnceLock, RwLock,
    atomic::{AtomicI64, Ordering},
};

/// Everything that a use case needs. Cheap to clone.
#[derive(Clone)]
pub struct App {
    /// The database.
    pub db: Db,
    /// Which district this is.
    pub jurisdiction: JurisdictionId,
    /// Clock, ids, numbers and secrets.
    pub env: Env,
    /// Where photos and documents lie.
    pub files: files::Files,
    /// News of changes, for pages that are open.
    pub live: Live,
    /// Whose rules, accounts and keys hold: the district's own, also in its trial.
    rules_of: JurisdictionId,
    /// How this deployment is set up.
    pub settings: Arc<settings::Settings>,
    provider: Option<Arc<oidc::Provider>>,
    counts: counts::Counts,
    /// Orders that were read a short while ago.
    kept: luyuan_store::orders::Kept,
    /// What seals the log of this district; its trial has none.
    ledger: Arc<evidence::Ledger>,
    vault: contact::Vault,
    /// When it was last looked for what may be forgotten, in milliseconds.
    forgot: Arc<AtomicI64>,
    hashed: passwords::Work,
    directory: Arc<RwLock<Arc<Directory>>>,
    rulebook: Arc<RwLock<Arc<Rulebook>>>,
    city: Arc<RwLock<Option<Arc<city::KeptCity>>>>,
    green: Arc<green::Cache>,
    /// One plan for new parks is computed at a time.
    planning: Arc<tokio::sync::Semaphore>,
    base_map: Arc<RwLock<Option<Arc<base_map::KeptBase>>>>,
    /// Mail server, push services, programs, chat groups.
    pub outside: Outside,
    reach: Arc<RwLock<Arc<telling::Reach>>>,
    telling_keys: Arc<tokio::sync::OnceCell<Arc<telling::Keys>>>,
    words: Arc<OnceLock<Arc<dyn telling::Words>>>,
    /// Which generation of places, organisations and rules is in memory.
    generation: Arc<AtomicI64>,
}

impl App {
    /// Starts the use cases on a migrated database.
    ///
    /// # Errors
    /// [`AppError::Store`] when the database cannot be read, [`AppError::Rules`] when a kept
    /// ruleset, catalogue or calendar is wrong.
    pub async fn start(
        db: Db,
        jurisdiction: JurisdictionId,
        files: impl Into<files::Files>,
        env: Env,
    ) -> Result<Self, AppError> {
        let app = Self {
            db,
            rules_of: jurisdiction.clone(),
            jurisdiction,
            env,
            files: files.into(),
            live: Live::new(),
            settings: Arc::default(),
            provider: None,
            counts: counts::Counts::default(),
            kept: luyuan_store::orders::Kept::default(),
            ledger: Arc::default(),
            vault: contact::Vault::default(),
            forgot: Arc::default(),
            hashed: Arc::default(),
            directory: Arc::default(),
            rulebook: Arc::default(),
            city: Arc::default(),
            green: Arc::default(),
            planning: Arc::new(tokio::sync::Semaphore::new(1)),
            base_map: Arc::default(),
            outside: Outside::default(),
            reach: Arc::default(),
            telling_keys: Arc::default(),
            words: Arc::default(),
            generation: Arc::default(),
        };
        app.reload().await?;
        app.open_contacts(app.files.key("contact.key")).await?;
        Ok(app)
    }

    /// The same use cases in a deployment that is set up like this.
    ///
    /// # Errors
    /// [`AppError::Import`] with what to do for a provider that cannot be used.
    pub fn set_up(mut self, settings: settings::Settings) -> Result<Self, AppError> {
        self.provider = settings.oidc.clone().map(oidc::Provider::new).transpose()?.map(Arc::new);
        self.settings = Arc::new(settings);
        Ok(self)
    }

    /// Reads places, organisations and rules again after they changed.
    ///
    /// # Errors
    /// As [`App::start`].
    pub async fn reload(&self) -> Result<(), AppError> {
        let (j, now) = (self.rules_of.clone(), self.env.now());
        let (generation, places, orgs, rules, reach) = self
            .db
            .scan(move |mut conn| {
                Box::pin(async move {
                    // First, so that what changes while the rest is read is read again.
                    let generation = luyuan_store::settings::generation(&mut conn, &j).await?;
                    let places = luyuan_store::directory::places(&mut conn, &j).await?;
                    let orgs = luyuan_store::directory::orgs(&mut conn, &j).await?;
                    let rules = luyuan_store::settings::rules(&mut conn, &j).await?;
                    let hooks = luyuan_store::hooks::all(&mut conn, &j).await?;
                    let hooks = hooks.into_iter().map(|(id, kept)| (id, kept.hook)).collect();
                    let members = luyuan_store::tell_settings::members(&mut conn, &j, None, now).await?;
                    let listening = members.into_iter().map(|(_, org, _)| org).collect();
                    let reach = telling::Reach { hooks, listening };
                    Ok::<_, AppError>((generation, places, orgs, rules, reach))
                })
            })
            .await?;
        let directory = Arc::new(Directory::new(places, orgs));
        let rulebook = Arc::new(Rulebook::parse(&rules)?);
        // A poisoned lock only means that another reload panicked; what it holds is still whole.
        *self.directory.write().unwrap_or_else(std::sync::PoisonError::into_inner) = directory;
        *self.rulebook.write().unwrap_or_else(std::sync::PoisonError::into_inner) = rulebook;
        *self.reach.write().unwrap_or_else(std::sync::PoisonError::into_inner) = Arc::new(reach);
        self.reload_city().await?;
        self.reload_base().await?;
        self.generation.store(generation, Ordering::Relaxed);
        Ok(())
    }

    /// The district's trial: the same places, organisations, rules and clock, but orders of its own,
    /// which nobody but the program that places them looks for.
    #[must_use]
    pub fn trial(&self) -> Self {
        Self {
            jurisdiction: tokens::trial(&self.jurisdiction),
            env: self.env.beside(),
            live: Live::new(),
            counts: counts::Counts::default(),
            ledger: Arc::default(),
            ..self.clone()
        }
    }

    /// Reads places, organisations and rules again if another program changed them; whether it did.
    ///
    /// # Errors
    /// As [`App::start`]; then what was in memory stays in use.
    pub async fn notice(&self) -> Result<bool, AppError> {
        let j = self.rules_of.clone();
        let read = self
            .db
            .read(move |mut conn| Box::pin(async move { luyuan_store::settings::generation(&mut conn, &j).await }));
        if read.await.map_err(AppError::Store)? == self.generation.load(Ordering::Relaxed) {
            return Ok(false);
        }
        self.reload().await?;
        Ok(true)
    }

    /// Places and organisations as of the last load.
    pub fn directory(&self) -> Arc<Directory> {
        self.directory.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }

    /// Rulesets, catalogues and calendars as of the last load.
    pub fn rulebook(&self) -> Arc<Rulebook> {
        self.rulebook.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }
}
