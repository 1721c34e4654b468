//! The command line: what can be said, and what it leads to.

mod backup;
mod contact;
mod demo;
mod doctor;
mod export;
mod green;
mod hook;
mod import;
mod jobs;
mod key;
mod log;
mod place_order;
mod progress;
mod role;
mod serve;
mod site;
mod tell;
mod user;
mod verify;

use clap::{Args, Parser, Subcommand};
use luyuan_app::{
    App, AppError,
    env::Env,
    files::Files,
    outside::{self, Outside, guard::Reachable, sms::Gateway},
    settings::{Oidc, Secret, Settings},
};
use luyuan_domain::ids::JurisdictionId;
use luyuan_store::{Db, StoreError};
use std::{
    io::Write,
    os::unix::fs::{DirBuilderExt, PermissionsExt},
    path::PathBuf,
};

/// Luyuan 路院: the open platform with which a city district renews itself.
#[derive(Parser)]
#[command(
    version,
    after_help = "EXAMPLES:
  luyuan demo --data ./data-dir                  try it: Erqi district with made orders
  luyuan migrate && luyuan serve                 run it on ./data-dir/luyuan.db
  luyuan serve --database postgres://localhost/luyuan --listen 0.0.0.0:8311
  luyuan import orders requests.csv.gz --mapping data/mappings/boston311.toml
  luyuan export orders --format xlsx --out orders.xlsx
  luyuan user add --login li --name 李工 --org 410103012 < password.txt

EXIT CODES:
  0 done   1 failed   2 wrong use   3 data was refused, wholly or in part   4 database cannot be reached

Every option can be set in the environment instead, as shown with it."
)]
pub struct Cli {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Command,
}

/// Options of every command.
#[derive(Args, Clone)]
pub struct Common {
    /// Folder for the database file and the photos
    #[arg(long, global = true, env = "LUYUAN_DATA", default_value = "./data-dir")]
    data: PathBuf,
    /// SQLite file or postgres:// address [default: luyuan.db in the data folder]
    #[arg(long, global = true, env = "LUYUAN_DATABASE", hide_env_values = true)]
    database: Option<String>,
    /// Where photos lie: a folder, or s3://BUCKET/PLACE with the usual AWS_… variables [default: files in the data folder]
    #[arg(long, global = true, env = "LUYUAN_FILES")]
    files: Option<String>,
    /// Which district the data belongs to
    #[arg(long, global = true, env = "LUYUAN_JURISDICTION", default_value = "erqi")]
    jurisdiction: String,
    /// Address on which to listen
    #[arg(long, global = true, env = "LUYUAN_LISTEN", default_value = "127.0.0.1:8311")]
    listen: String,
    /// Address under which people reach it, for links and QR codes [default: http:// and the listen address]
    #[arg(long, global = true, env = "LUYUAN_ADDRESS")]
    address: Option<String>,
    #[command(flatten)]
    running: serve::Running,
    /// Mail server, such as smtps://user:password@mail.example.org [default: no mail]
    #[arg(long, global = true, env = "LUYUAN_SMTP", hide_env_values = true)]
    smtp: Option<String>,
    /// From whom mail comes; when not given, noreply at the host of the address
    #[arg(long, global = true, env = "LUYUAN_MAIL_FROM")]
    mail_from: Option<String>,
    /// File that describes the gateway for text messages [default: none are sent]
    #[arg(long, global = true, env = "LUYUAN_SMS_GATEWAY")]
    sms_gateway: Option<PathBuf>,
    /// Networks inside that webhooks and the gateway may reach, such as 10.1.2.0/24, with commas between them
    #[arg(long, global = true, env = "LUYUAN_REACHABLE", default_value = "", hide_default_value = true)]
    reachable: Reachable,
    /// Addresses of reverse proxies whose X-Forwarded-For is believed, with commas between them
    #[arg(long, global = true, env = "LUYUAN_PROXIES", value_delimiter = ',', default_value = "127.0.0.1,::1")]
    proxies: Vec<std::net::IpAddr>,
    /// Seconds for which the page "where next" measures and searches for a plan; what is found by then comes with its gap
    #[arg(long, global = true, env = "LUYUAN_SITING_SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=600))]
    siting_seconds: u64,
    /// Issuer of an OpenID Connect provider through which people can log in too
    #[arg(long, global = true, env = "LUYUAN_OIDC_ISSUER", requires = "oidc_client")]
    oidc_issuer: Option<String>,
    /// How that provider knows this platform (client id); its secret stands in LUYUAN_OIDC_SECRET
    #[arg(long, global = true, env = "LUYUAN_OIDC_CLIENT")]
    oidc_client: Option<String>,
    /// File with the secret that the provider gave, instead of LUYUAN_OIDC_SECRET
    #[arg(long, global = true, env = "LUYUAN_OIDC_SECRET_FILE")]
    oidc_secret_file: Option<PathBuf>,
    /// How people call the provider, for the button
    #[arg(long, global = true, env = "LUYUAN_OIDC_NAME", default_value = "OpenID")]
    oidc_name: String,
}

/// How long one request to the provider may take: somebody waits for a page meanwhile.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(10);

#[derive(Subcommand)]
enum Command {
    /// Serve the pages and let deadlines act
    Serve,
    /// Load the demonstration district if it is not there, and serve it
    Demo,
    /// Bring the database to the present form and load the shipped rules
    Migrate,
    /// Let deadlines act and seal what happened, without serving pages
    Worker,
    /// Write database and files into one archive, while the server runs, and verify it
    Backup(backup::Options),
    /// Restore such an archive into an empty database, of either engine
    Restore(backup::Back),
    /// Check that database, rules and files are in order; changes nothing by itself
    Doctor(doctor::Options),
    /// Place an order from the command line
    PlaceOrder(place_order::Options),
    /// Import orders of another system, places, organisations, members, rules
    #[command(subcommand)]
    Import(import::What),
    /// Export orders as csv, xlsx, geojson or ndjson
    #[command(subcommand)]
    Export(export::What),
    /// Measure how near green is to every door, without a server
    Green(Box<green::Options>),
    /// Choose where the next parks, entrances and crossings should be, without a server
    Site(Box<site::Options>),
    /// Print the OpenAPI document of the JSON API
    Openapi,
    /// Accounts
    #[command(subcommand)]
    User(user::Verb),
    /// Roles: what people may do, where, and for how long
    #[command(subcommand)]
    Role(role::Verb),
    /// Keys of programs
    #[command(subcommand)]
    Key(key::Verb),
    /// Programs and chat groups that are told of orders
    #[command(subcommand)]
    Hook(hook::Verb),
    /// Test a channel over which people are told
    Tell(tell::Options),
    /// Work that waits, is tried again, or was given up
    #[command(subcommand)]
    Jobs(jobs::Verb),
    /// The key that seals contact data
    #[command(subcommand)]
    Contact(contact::Verb),
    /// The evidence log, and the key that signs it
    #[command(subcommand)]
    Log(log::Verb),
    /// Check a receipt without a database, or the whole evidence log
    #[command(subcommand)]
    Verify(verify::What),
}

/// Why a command failed: a sentence for people, a code for programs.
pub struct Trouble {
    /// The exit code.
    pub code: u8,
    /// What went wrong and what to do.
    pub sentence: String,
}

impl From<AppError> for Trouble {
    fn from(error: AppError) -> Self {
        let code = match &error {
            AppError::Store(StoreError::Busy(_)) => 4,
            AppError::Refused(_)
            | AppError::Wrong(_)
            | AppError::Outside
            | AppError::Rules(_)
            | AppError::Import(_) => 3,
            _ => 1,
        };
        let sentence = match &error {
            AppError::Wrong(wrong) => {
                let each =
                    wrong.iter().map(|one| format!("{}: {} {}", one.field, one.code, one.detail).trim_end().to_owned());
                format!("nothing was saved; {}", each.collect::<Vec<_>>().join("; "))
            }
            AppError::Import(sentence) => sentence.clone(),
            _ => format!("{error} ({})", error.code()),
        };
        Self { code, sentence }
    }
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Self {
        AppError::Store(error).into()
    }
}

impl From<std::io::Error> for Trouble {
    fn from(error: std::io::Error) -> Self {
        Self { code: 1, sentence: error.to_string() }
    }
}

impl Common {
    fn database(&self) -> String {
        self.database.clone().unwrap_or_else(|| self.data.join("luyuan.db").to_string_lossy().into_owned())
    }

    /// Where photos and documents lie.
    fn files(&self) -> Result<Files, Trouble> {
        match &self.files {
            Some(address) => Ok(Files::at(address, &self.data)?),
            None => Ok(self.data.join("files").into()),
        }
    }

    /// How the world outside is reached, for a site under this address; a demonstration shows in its log
    /// the codes that it cannot send.
    fn outside(&self, address: &str, demo: bool) -> Result<Outside, Trouble> {
        Ok(Outside::new(outside::Settings {
            smtp: self.smtp.clone(),
            mail_from: self.mail_from.clone(),
            sms: self.gateway()?,
            show_codes: demo,
            reachable: self.reachable.clone(),
            address: address.trim_end_matches('/').to_owned(),
            ..outside::Settings::default()
        }))
    }

    /// The gateway for text messages, if one is described.
    fn gateway(&self) -> Result<Option<Gateway>, Trouble> {
        let Some(path) = &self.sms_gateway else { return Ok(None) };
        let trouble = |why: String| Trouble { code: 1, sentence: format!("--sms-gateway {}: {why}", path.display()) };
        let text = std::fs::read_to_string(path).map_err(|error| trouble(error.to_string()))?;
        let open = std::fs::metadata(path).is_ok_and(|about| about.permissions().mode() & 0o077 != 0);
        if open {
            eprintln!(
                "luyuan: others can read {}, which holds what the gateway knows you by; chmod 600 it",
                path.display()
            );
        }
        Gateway::parse(&text).map(Some).map_err(trouble)
    }

    /// The address under which people reach it, without a slash at the end.
    fn public(&self) -> String {
        let own = self.address.clone().unwrap_or_else(|| format!("http://{}", self.listen));
        own.trim_end_matches('/').to_owned()
    }

    /// Opens the database, brings it to the present form, and starts the use cases.
    async fn start(&self) -> Result<App, Trouble> {
        // For its owner alone: it holds names and phone numbers.
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&self.data)?;
        let db = Db::open(&self.database()).await?;
        db.migrate().await?;
        let mut app = App::start(db, JurisdictionId(self.jurisdiction.clone()), self.files()?, Env::default()).await?;
        app.outside = self.outside(&self.public(), false)?;
        app.load_rules().await?;
        Ok(app.set_up(Settings {
            proxies: self.proxies.clone(),
            oidc: self.oidc()?,
            siting: std::time::Duration::from_secs(self.siting_seconds),
        })?)
    }

    /// The provider for logins. Its secret never stands on the command line, where every user of the
    /// machine would see it.
    fn oidc(&self) -> Result<Option<Oidc>, Trouble> {
        let (Some(issuer), Some(client)) = (self.oidc_issuer.clone(), self.oidc_client.clone()) else {
            return Ok(None);
        };
        let secret = match &self.oidc_secret_file {
            Some(path) => Some(std::fs::read_to_string(path).map_err(|error| Trouble {
                code: 1,
                sentence: format!("cannot read --oidc-secret-file {}: {error}", path.display()),
            })?),
            None => std::env::var("LUYUAN_OIDC_SECRET").ok(),
        };
        let secret = secret.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()).map(Secret);
        Ok(Some(Oidc { issuer, client, secret, name: self.oidc_name.clone(), patience: PATIENCE }))
    }

    /// Takes the key that signs the evidence log. Without it everything else goes on: what happens
    /// meanwhile is sealed once the key is there.
    async fn open_log(&self, app: &App) {
        if let Err(error) = app.open_log(&self.data).await {
            eprintln!("luyuan: nothing is sealed: {error}");
        }
    }
}

/// Carries out what was said.
pub async fn run(cli: Cli) -> Result<(), Trouble> {
    let common = cli.common;
    match cli.command {
        Command::Serve => serve::run(&common).await,
        Command::Demo => demo::run(&common).await,
        Command::Migrate => {
            let app = common.start().await?;
            common.open_log(&app).await;
            app.db.close().await;
            // An address may hold a password; a path does not.
            let shown = if common.database.is_some() { "as named".to_owned() } else { common.database() };
            println!("the database is up to date: {shown}");
            Ok(())
        }
        Command::Worker => {
            let app = common.start().await?;
            luyuan_web::give_words(&app);
            common.open_log(&app).await;
            println!("deadlines act every {} s; stop with Ctrl-C", serve::BEAT.as_secs());
            tokio::select! { () = app.clone().run_clock(serve::BEAT) => {}, () = serve::stopped() => {} }
            app.db.close().await;
            Ok(())
        }
        Command::Backup(options) => backup::run(&common, options).await,
        Command::Restore(options) => backup::restore(&common, options).await,
        Command::Doctor(options) => doctor::run(&common, &options).await,
        Command::Green(options) => green::run(&options),
        Command::Site(options) => site::run(&options),
        Command::Openapi => {
            let text = luyuan_web::api::document().map_err(|error| Trouble { code: 1, sentence: error.to_string() })?;
            match writeln!(std::io::stdout(), "{text}") {
                // Who reads only the beginning has what they wanted.
                Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
                written => Ok(written?),
            }
        }
        Command::PlaceOrder(options) => place_order::run(common.start().await?, options).await,
        Command::Import(what) => import::run(common.start().await?, what).await,
        Command::Export(what) => export::run(common.start().await?, what).await,
        Command::User(verb) => user::run(common.start().await?, &common.public(), verb).await,
        Command::Role(verb) => role::run(common.start().await?, verb).await,
        Command::Key(verb) => key::run(common.start().await?, verb).await,
        Command::Hook(verb) => hook::run(common.start().await?, verb).await,
        Command::Tell(options) => tell::run(common.start().await?, options).await,
        Command::Jobs(verb) => jobs::run(common.start().await?, verb).await,
        Command::Contact(verb) => contact::run(&common, verb).await,
        Command::Log(verb) => log::run(&common, verb).await,
        Command::Verify(verify::What::Receipt(options)) => verify::receipt(&options),
        Command::Verify(verify::What::Log(options)) => verify::log(&common, options).await,
    }
}
