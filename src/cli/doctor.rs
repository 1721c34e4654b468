//! `luyuan doctor`: is everything in order?

use super::{Common, Trouble, backup, progress::Steps};
use clap::Args;
use luyuan_app::{
    App, AppError,
    backup::Progress,
    doctor::{self, Depth, Finding, Grade},
    env::Env,
};
use luyuan_domain::ids::JurisdictionId;
use luyuan_store::{Db, Engine};
use std::{os::unix::fs::PermissionsExt, path::Path};

/// How closely it looks.
#[derive(Args)]
#[command(after_help = "Each line begins with ok, warn or bad, and says what to do.

EXIT CODES:
  0 all is well, or there are only warnings   1 it could not be found out   3 something is bad
  4 the database cannot be reached")]
pub struct Options {
    /// Warn when less than so many MiB are free where the data lies
    #[arg(long, env = "LUYUAN_LEAST_FREE", default_value_t = 1024)]
    least_free: u64,
    /// Only see whether files are there, without reading every byte
    #[arg(long)]
    quick: bool,
    /// Remove files that no row has named for a day
    #[arg(long)]
    clean: bool,
}

/// Prints findings and remembers the worst.
struct Said(Grade);

impl Said {
    fn say(&mut self, finding: &Finding) {
        println!("{:5}{}", finding.grade.word(), finding.words);
        self.0 = self.0.max(finding.grade);
    }

    fn all(&mut self, findings: &[Finding]) {
        findings.iter().for_each(|finding| self.say(finding));
    }
}

/// Checks one thing after another and says how each stands.
pub async fn run(common: &Common, options: &Options) -> Result<(), Trouble> {
    let mut said = Said(Grade::Ok);
    for finding in places(common, options.least_free)? {
        said.say(&finding);
    }
    let env = Env::default();
    let db = match Db::open_there(&common.database()).await {
        Ok(db) => db,
        Err(error) if error.code() != "busy" => {
            let advice = "stop the server, keep a copy of it, and restore the newest good backup";
            said.say(&Finding::bad(format!("the database is damaged or none of ours ({error}): {advice}")));
            return Err(Trouble { code: 3, sentence: "something is bad; see above what to do".into() });
        }
        Err(error) => {
            said.say(&Finding::bad(format!("{error}: start it, or name the right one with --database or --data")));
            return Err(Trouble { code: 4, sentence: "the database cannot be reached".into() });
        }
    };
    said.say(&Finding::ok(format!("the database answers ({:?})", db.engine())));
    let one = |finding| vec![finding];
    let tables = found(doctor::migrations(&db).await.map(one))?;
    let fit = tables.iter().all(|finding| finding.grade == Grade::Ok);
    said.all(&tables);
    said.all(&found(doctor::integrity(&db).await.map(one))?);
    if fit {
        let j = JurisdictionId(common.jurisdiction.clone());
        said.all(&found(doctor::clock(&db, &j, env.now()).await.map(one))?);
        let examined = match App::start(db.clone(), j, common.files()?, env.clone()).await {
            Ok(app) => {
                said.all(&sealing(&app, common).await);
                app.examine_data().await
            }
            Err(error) => Err(error),
        };
        match examined {
            Ok(all) => said.all(&all),
            Err(error) => said.say(&Finding::bad(format!("{error}: correct the rules, or restore a backup"))),
        }
        let depth = if options.quick { Depth::There } else { Depth::Bytes };
        let steps = Steps::new();
        let show = |done, total| steps.show(Progress { step: "files", done, total });
        let examined = doctor::files(&db, &common.files()?, env.now(), depth, options.clean, show).await;
        steps.end();
        said.all(&found(examined)?);
    }
    db.close().await;
    if said.0 == Grade::Bad {
        return Err(Trouble { code: 3, sentence: "something is bad; see above what to do".into() });
    }
    Ok(())
}

/// Whether the key that is there signs the log that is there. None is made here.
async fn sealing(app: &App, common: &Common) -> Vec<Finding> {
    let begun = app.log_keys().await.is_ok_and(|keys| !keys.is_empty());
    if !begun && !common.data.join("log.key").exists() {
        return vec![Finding::ok("the evidence log was not begun yet")];
    }
    vec![match app.open_log(&common.data).await {
        Ok(_) => Finding::ok("log.key signs the evidence log"),
        Err(error) => Finding::bad(error.to_string()),
    }]
}

/// A check that failed is a finding too, unless the database went away meanwhile.
fn found(checked: Result<Vec<Finding>, AppError>) -> Result<Vec<Finding>, Trouble> {
    match checked {
        Err(AppError::Store(error)) if error.code() != "busy" => {
            Ok(vec![Finding::bad(format!("{error}: the database cannot be read; restore the newest good backup"))])
        }
        checked => Ok(checked?),
    }
}

/// The folder, its room, and who may read it.
fn places(common: &Common, least_free: u64) -> Result<Vec<Finding>, Trouble> {
    let mut found = Vec::new();
    let data = &common.data;
    if !data.exists() {
        found.push(Finding::bad(format!("there is no folder {}: name the right one with --data", data.display())));
        return Ok(found);
    }
    found.push(room(data, least_free)?);
    if Db::check_address(&common.database())? == Engine::Sqlite && common.database.is_some() {
        let database = common.database();
        let folder = luyuan_store::sqlite_path(&database).parent().unwrap_or(data);
        if folder.exists() {
            found.push(room(folder, least_free)?);
        }
    }
    if std::fs::metadata(data)?.permissions().mode() & 0o007 != 0 {
        let advice = "it holds names and phone numbers: chmod 700";
        found.push(Finding::warn(format!("everybody on this machine may look into {}; {advice}", data.display())));
    }
    for key in backup::keys(data)? {
        let open = std::fs::metadata(&key)?.permissions().mode() & 0o077 != 0;
        let name = key.display();
        found.push(if open {
            Finding::bad(format!("others on this machine can read {name}: chmod 600 it, and renew it if they may have"))
        } else {
            Finding::ok(format!("only its owner can read {name}"))
        });
    }
    Ok(found)
}

fn room(folder: &Path, least: u64) -> Result<Finding, Trouble> {
    let free = luyuan_app::doctor::free(folder)? / 1024 / 1024;
    let name = folder.display();
    Ok(if free < least {
        Finding::warn(format!("{free} MiB are free in {name}, less than {least}: make room before the disk is full"))
    } else {
        Finding::ok(format!("{free} MiB are free in {name}"))
    })
}
