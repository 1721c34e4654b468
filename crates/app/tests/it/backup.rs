//! Backups of either engine, restored into either; and archives that must be refused.

use crate::stage;
use luyuan_app::{
    App, AppError,
    backup::{self, Manifest, Source, Target},
    env::{Env, sha256},
    orders::Filter,
};
use luyuan_domain::{actor::Actor, ids::JurisdictionId};
use luyuan_store::{Db, testing};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// Writes an archive of a demonstration district with one photo, and verifies it.
async fn archive(app: &App, to: &Path) -> Manifest {
    let source = Source { db: app.db.clone(), files: app.files.clone(), keys: Vec::new(), env: app.env.clone() };
    let manifest = backup::write(&source, to, |_| {}).await.unwrap();
    assert_eq!(backup::verify(to, to.parent().unwrap(), |_| {}).await.unwrap(), manifest);
    manifest
}

fn into(database: String, data: &Path) -> Target {
    Target { database, data: data.to_owned(), files: data.join("files").into(), replace: false }
}

async fn open(target: &Target) -> App {
    let db = Db::open(&target.database).await.unwrap();
    App::start(db, JurisdictionId("erqi".into()), target.files.clone(), Env::default()).await.unwrap()
}

async fn orders(app: &App) -> Vec<(String, i64)> {
    app.count(Filter::default()).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_of_either_engine_restores_into_either() {
    testing::on_both_engines(|db, engine| async move {
        let (app, kept) = stage::app(db).await;
        let folder = tempfile::tempdir().unwrap();
        let first = folder.path().join("first.tar.gz");
        let manifest = archive(&app, &first).await;
        assert_eq!(manifest.about.engine, engine);
        assert!(manifest.rows() > 5000 && manifest.files.count > 5, "{manifest:?}");
        let before = orders(&app).await;

        let mut addresses = vec![folder.path().join("new/luyuan.db").to_string_lossy().into_owned()];
        if let Ok(server) = std::env::var("LUYUAN_TEST_POSTGRES") {
            addresses.push(testing::postgres_address(&server).await.unwrap());
        }
        for (nth, address) in addresses.into_iter().enumerate() {
            let data = if nth == 0 { folder.path().join("new") } else { folder.path().join("other") };
            let target = into(address, &data);
            backup::restore(&first, &target, |_| {}).await.unwrap();
            // The keys are kept apart from the backup; without them nobody can be reached.
            let locked = open(&target).await;
            assert!(locked.contact_key().unwrap_err().to_string().contains("contact.key is missing"), "{engine}");
            locked.db.close().await;
            fs::copy(kept.path().join("contact.key"), data.join("contact.key")).unwrap();
            let restored = open(&target).await;
            restored.contact_key().unwrap();
            assert_eq!(orders(&restored).await, before);
            // Every row and every file is as it was, also after the way through the other engine.
            let again = folder.path().join(format!("again-{nth}.tar.gz"));
            let second = archive(&restored, &again).await;
            assert_eq!((second.tables, second.files), (manifest.tables.clone(), manifest.files));
            // It lives on: what the database counts by itself goes on after the highest.
            let number = stage::place_one(&restored).await;
            let order = restored.order(&Actor::Anyone, &number, None).await.unwrap();
            assert_eq!(order.order.number.to_string(), number);
            restored.db.close().await;
            // A second time it is refused, and replaced only when that is said.
            let error = backup::restore(&first, &target, |_| {}).await.unwrap_err();
            assert!(matches!(&error, AppError::Import(why) if why.contains("not empty")), "{error}");
            let same = open(&target).await;
            assert!(same.order(&Actor::Anyone, &number, None).await.is_ok(), "what was there is still there");
            same.db.close().await;
            backup::restore(&first, &Target { replace: true, ..target.clone() }, |_| {}).await.unwrap();
            let replaced = open(&target).await;
            assert!(replaced.order(&Actor::Anyone, &number, None).await.is_err());
            assert_eq!(orders(&replaced).await, before);
            replaced.db.close().await;
        }
    })
    .await;
}

/// A small archive: an empty district's rules.
async fn small(folder: &Path) -> PathBuf {
    let db = testing::sqlite(folder).await.unwrap();
    let app = App::start(db, JurisdictionId("erqi".into()), folder.join("files"), Env::default()).await.unwrap();
    app.load_rules().await.unwrap();
    let path = folder.join("small.tar.gz");
    archive(&app, &path).await;
    app.db.close().await;
    path
}

/// Restores what must be refused; the sentence. Nothing may be left behind.
async fn refused(archive: &Path, nth: usize) -> String {
    let data = archive.parent().unwrap().join(format!("target-{nth}"));
    let target = into(data.join("luyuan.db").to_string_lossy().into_owned(), &data);
    let error = backup::restore(archive, &target, |_| {}).await.expect_err("it must be refused");
    assert!(!data.join("luyuan.db").exists() && !data.join("files").exists(), "{error}: something was restored");
    match error {
        AppError::Import(sentence) => sentence,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_that_was_cut_short_or_changed_is_refused_wherever_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let path = small(folder.path()).await;
    let whole = fs::read(&path).unwrap();
    let broken = folder.path().join("broken.tar.gz");
    for nth in 0..40 {
        fs::write(&broken, &whole[..whole.len() * nth / 40]).unwrap();
        let said = refused(&broken, nth).await;
        assert!(said.contains("cut short") || said.contains("no backup"), "{said}");
        // Behind the head of gzip, which holds a time and the like that nobody reads.
        let at = 10 + (whole.len() - 11) * nth / 40;
        let mut changed = whole.clone();
        changed[at] ^= 0x10;
        fs::write(&broken, changed).unwrap();
        refused(&broken, 100 + nth).await;
    }
    fs::write(&broken, &whole[..whole.len() - 1]).unwrap();
    refused(&broken, 200).await;
}

/// Packs an archive anew, with a change to each of its entries.
fn packed_anew(from: &Path, to: &Path, mut change: impl FnMut(&str, Vec<u8>) -> Vec<(String, Vec<u8>)>) {
    let mut old = tar::Archive::new(flate2::read::GzDecoder::new(fs::File::open(from).unwrap()));
    let packed = flate2::write::GzEncoder::new(fs::File::create(to).unwrap(), flate2::Compression::fast());
    let mut new = tar::Builder::new(packed);
    for entry in old.entries().unwrap() {
        let mut entry = entry.unwrap();
        let name = String::from_utf8(entry.path_bytes().into_owned()).unwrap();
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut entry, &mut bytes).unwrap();
        for (name, bytes) in change(&name, bytes) {
            let mut header = tar::Header::new_gnu();
            header.set_size(bytes.len() as u64);
            // The library refuses to write a path upwards; an attacker does not.
            header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
            header.set_cksum();
            new.append(&header, bytes.as_slice()).unwrap();
        }
    }
    new.into_inner().unwrap().finish().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_well_packed_archive_with_wrong_contents_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = small(folder.path()).await;
    let evil = folder.path().join("evil.tar.gz");
    let same = |name: &str, bytes: Vec<u8>| vec![(name.to_owned(), bytes)];
    packed_anew(&path, &evil, same);
    backup::check(&evil, |_| {}).expect("unchanged it is fine");

    // A row was changed.
    packed_anew(&path, &evil, |name, bytes| {
        let text = String::from_utf8(bytes).unwrap();
        same(name, if name.contains("tables/rules") { text.replacen("2020", "2021", 1) } else { text }.into_bytes())
    });
    refused(&evil, 1).await;
    // A table is gone.
    packed_anew(&path, &evil, |name, bytes| if name.contains("tables/rules") { vec![] } else { same(name, bytes) });
    refused(&evil, 2).await;
    // A file that is not what its name says.
    let hash = sha256(b"one");
    packed_anew(&path, &evil, |name, bytes| {
        let file = (format!("files/{}/{hash}", &hash[..2]), b"two".to_vec());
        if name == "manifest.json" { vec![file, (name.into(), bytes)] } else { same(name, bytes) }
    });
    refused(&evil, 3).await;
    // Of a newer program.
    packed_anew(&path, &evil, |name, bytes| {
        let text = String::from_utf8(bytes).unwrap();
        same(name, text.replacen("\"luyuan_backup\": 1", "\"luyuan_backup\": 9", 1).into_bytes())
    });
    assert!(refused(&evil, 4).await.contains("newer program"));
    // A key that wants to lie elsewhere, with a manifest that names it.
    packed_anew(&path, &evil, |name, bytes| {
        if name != "manifest.json" {
            return same(name, bytes);
        }
        let mut manifest: Manifest = serde_json::from_slice(&bytes).unwrap();
        let part = backup::Part { name: "keys/../../evil.key".into(), bytes: 1, sha256: sha256(b"k") };
        manifest.parts.push(part.clone());
        vec![(part.name, b"k".to_vec()), (name.into(), serde_json::to_vec(&manifest).unwrap())]
    });
    refused(&evil, 5).await;
    assert!(!folder.path().join("evil.key").exists() && !folder.path().parent().unwrap().join("evil.key").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_missing_is_told_and_the_rest_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let (app, kept) = stage::app(testing::sqlite(folder.path()).await.unwrap()).await;
    let whole = archive(&app, &folder.path().join("whole.tar.gz")).await;
    let lost = find(&kept.path().join("files"));
    fs::write(&lost, b"rotten").unwrap();
    let manifest = archive(&app, &folder.path().join("less.tar.gz")).await;
    assert_eq!(manifest.missing, [lost.file_name().unwrap().to_string_lossy()]);
    assert_eq!(manifest.files.count, whole.files.count - 1);
}

/// Any kept file.
fn find(folder: &Path) -> PathBuf {
    let first = fs::read_dir(folder).unwrap().next().unwrap().unwrap().path();
    fs::read_dir(first).unwrap().next().unwrap().unwrap().path()
}
