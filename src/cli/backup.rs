//! `luyuan backup` and `luyuan restore`.

use super::{Common, Trouble, progress::Steps};
use clap::Args;
use luyuan_app::{
    backup::{self, Manifest, Source, Target},
    env::{Env, sha256_of},
};
use luyuan_store::Db;
use std::{
    fs::{self, File},
    path::{Path, PathBuf},
};

/// How a backup is made.
#[derive(Args)]
#[command(after_help = "EXAMPLES:
  luyuan backup /backup/                       a file named after district and time
  luyuan backup /backup/today.tar.gz --with-keys
  luyuan backup /backup/ --database postgres://luyuan@localhost/luyuan

It may run while the server does. The archive holds names and phone numbers of residents: keep it as
safe as the server itself. Without --with-keys it holds no key files; keep them elsewhere then.

EXIT CODES:
  0 written and verified   1 failed   3 written, but files that rows name were missing   4 database away")]
pub struct Options {
    /// File to write, which must not be there; or a folder
    to: PathBuf,
    /// Put the key files of the data folder into it too: who has it can then sign as you
    #[arg(long)]
    with_keys: bool,
    /// Do not restore it into a temporary place beside it to see that it is whole
    #[arg(long)]
    no_verify: bool,
}

/// How a backup is restored.
#[derive(Args)]
#[command(after_help = "EXAMPLES:
  luyuan restore today.tar.gz --data /var/lib/luyuan
  luyuan restore today.tar.gz --database postgres://luyuan@localhost/luyuan --replace

A backup of SQLite can be restored into PostgreSQL and the other way round. Stop the server first. An
archive that was cut short or changed is refused before anything is written.

EXIT CODES:
  0 restored   1 failed   3 the archive or the target was refused   4 database away")]
pub struct Back {
    /// The archive
    file: PathBuf,
    /// Replace what the database holds; a SQLite file is kept beside it as .before-restore
    #[arg(long)]
    replace: bool,
}

/// Makes a backup.
pub async fn run(common: &Common, options: Options) -> Result<(), Trouble> {
    let env = Env::default();
    let db = Db::open_there(&common.database()).await?;
    let keys = if options.with_keys { keys(&common.data)? } else { Vec::new() };
    let source = Source { db, files: common.files()?, keys, env: env.clone() };
    let path = if options.to.is_dir() {
        let stamp = env.now().strftime("%Y%m%dT%H%M%SZ");
        options.to.join(format!("luyuan-{}-{stamp}.tar.gz", common.jurisdiction))
    } else {
        options.to
    };
    if path.exists() {
        let sentence = format!("{} is there already; name another file", path.display());
        return Err(Trouble { code: 3, sentence });
    }
    let mut part = path.clone().into_os_string();
    part.push(".part");
    let part = PathBuf::from(part);
    let made = make(&source, &part, !options.no_verify).await;
    source.db.close().await;
    let kept = made.and_then(|manifest| {
        fs::rename(&part, &path)?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(folder)?.sync_all()?;
        Ok(manifest)
    });
    if kept.is_err() {
        let _ = fs::remove_file(&part);
    }
    let manifest = kept?;
    println!("backup={}", path.display());
    told(&manifest);
    println!("sha256={}", sha256_of(&mut File::open(&path)?)?);
    println!("verified={}", if options.no_verify { "no" } else { "yes" });
    if manifest.missing.is_empty() {
        return Ok(());
    }
    let sentence = format!(
        "the backup is written, but {} files that rows name are missing or changed, beginning with {}; run `luyuan doctor`",
        manifest.missing.len(),
        manifest.missing[0]
    );
    Err(Trouble { code: 3, sentence })
}

async fn make(source: &Source, part: &Path, verify: bool) -> Result<Manifest, Trouble> {
    // Left by a backup that was killed; nobody has been told of it.
    let _ = fs::remove_file(part);
    let steps = Steps::new();
    let shown = steps.clone();
    let written = backup::write(source, part, move |progress| shown.show(progress)).await;
    let checked = match written {
        Ok(manifest) if verify => {
            let shown = steps.clone();
            let beside = part.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
            backup::verify(part, beside, move |progress| shown.show(progress)).await.map(|_| manifest)
        }
        other => other,
    };
    steps.end();
    Ok(checked?)
}

/// Restores a backup.
pub async fn restore(common: &Common, options: Back) -> Result<(), Trouble> {
    let target = Target {
        database: common.database(),
        data: common.data.clone(),
        files: common.files()?,
        replace: options.replace,
    };
    let steps = Steps::new();
    let shown = steps.clone();
    let done = backup::restore(&options.file, &target, move |progress| shown.show(progress)).await;
    steps.end();
    let manifest = done?;
    println!("restored={}", options.file.display());
    told(&manifest);
    if !manifest.missing.is_empty() {
        eprintln!("luyuan: {} files were missing already when the backup was made", manifest.missing.len());
    }
    Ok(())
}

fn told(manifest: &Manifest) {
    println!("rows={} tables={}", manifest.rows(), manifest.tables.len());
    println!("files={} bytes={}", manifest.files.count, manifest.files.bytes);
    println!("keys={}", if manifest.keys { "yes" } else { "no" });
}

/// Files of the data folder that hold keys.
pub fn keys(data: &Path) -> Result<Vec<PathBuf>, Trouble> {
    let mut found = Vec::new();
    for entry in fs::read_dir(data)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        // Those that were renewed have the time behind their name.
        if entry.file_type()?.is_file() && !name.starts_with('.') && (name.ends_with(".key") || name.contains(".key."))
        {
            found.push(entry.path());
        }
    }
    found.sort();
    Ok(found)
}
