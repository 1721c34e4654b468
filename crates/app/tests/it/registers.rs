//! Places, organisations, members and rules from files: all or nothing, and what is wrong is told.

use crate::stage::app;
use luyuan_app::{
    App,
    import::{Rejects, Report, Sheet, Strictness},
    login::Origin,
};
use luyuan_domain::geo::{Bd09, System, Wgs84};
use luyuan_store::testing::on_both_engines;
use std::path::{Path, PathBuf};

fn write(folder: &Path, name: &str, text: &str) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path
}

fn told(folder: &Path) -> Vec<(String, String)> {
    let Ok(mut file) = csv::ReaderBuilder::new().flexible(true).from_path(folder.join("rejects.csv")) else {
        return vec![];
    };
    file.records().map(|row| row.unwrap()).map(|row| (row[0].to_owned(), row[1].to_owned())).collect()
}

async fn places(app: &App, folder: &Path, text: &str, crs: System, strictness: Strictness) -> Report {
    let json = text.starts_with('{');
    let path = write(folder, if json { "places.geojson" } else { "places.csv" }, text);
    let sheet = if json { Sheet::geojson(&path) } else { Sheet::open(&path, None) }.unwrap();
    let mut rejects = Rejects::to(&folder.join("rejects.csv")).unwrap();
    let report = app.import_places(&sheet, crs, strictness, &mut rejects).await.unwrap();
    rejects.finish().unwrap();
    report
}

#[tokio::test]
async fn places_are_added_and_changed_and_bad_ones_are_told() {
    on_both_engines(|db, engine| async move {
        let (app, folder) = app(db).await;
        let folder = folder.path();
        let garden = app.directory().place_by_code("410103012012001").unwrap().clone();
        let middle = garden.centre.unwrap();
        let Bd09 { lon, lat } = middle.to_bd09();
        let square = |at: Wgs84, d: f64| {
            format!(
                "\"{{\"\"type\"\":\"\"Polygon\"\",\"\"coordinates\"\":[[[{0},{1}],[{2},{1}],[{2},{3}],[{0},{3}],[{0},{1}]]]}}\"",
                at.lon - d, at.lat - d, at.lon + d, at.lat + d
            )
        };
        let bow = "\"{\"\"type\"\":\"\"Polygon\"\",\"\"coordinates\"\":[[[113.6,34.7],[113.61,34.71],[113.61,34.7],[113.6,34.71],[113.6,34.7]]]}\"";
        let inside = square(Wgs84 { lon, lat }, 0.00005);
        let csv = format!(
            "code,kind,name,parent,lon,lat,shape\n\
             410103012012001,compound,金祥花园（改名）,410103012012,,,\n\
             X1,building,一号楼,410103012012001,,,{inside}\n\
             X2,castle,城堡,410103012012001,{lon},{lat},\n\
             X3,building,三号楼,NOBODY,{lon},{lat},\n\
             X4,unit,三号楼一单元,X3,{lon},{lat},\n\
             X5,building,五号楼,410103012012001,,,{bow}\n\
             X6,building,六号楼,410103012012001,2.35,48.85,\n\
             X7,grid,甲,X8,{lon},{lat},\n\
             X8,grid,乙,X7,{lon},{lat},\n\
             X9,street,街,410103012012001,{lon},{lat},\n\
             X1,building,一号楼,410103012012001,{lon},{lat},\n\
             X10,building,,410103012012001,{lon},{lat},\n\
             X11,building,十一,410103012012001,五,{lat},\n"
        );
        let before = app.directory().places().to_vec();
        let report = places(&app, folder, &csv, System::Bd09, Strictness::Whole).await;
        assert_eq!((report.read, report.rejected), (13, 11), "{engine}");
        let codes: Vec<(String, String)> = told(folder);
        let codes: Vec<(&str, &str)> = codes.iter().map(|(line, code)| (line.as_str(), code.as_str())).collect();
        let wanted = [
            ("4", "unknown_kind"),
            ("5", "unknown_parent"),
            ("6", "unknown_parent"),
            ("7", "shape"),
            ("8", "outside"),
            ("9", "loop"),
            ("10", "loop"),
            ("11", "parent_below"),
            ("12", "code_twice"),
            ("13", "no_name"),
            ("14", "point"),
        ];
        assert_eq!(codes, wanted, "{engine}");
        assert_eq!(app.directory().places(), before, "{engine}: nothing of it is kept");

        let report = places(&app, folder, &csv, System::Bd09, Strictness::Partial).await;
        assert_eq!((report.added, report.changed), (1, 1), "{engine}");
        let now = app.directory();
        let renamed = now.place_by_code("410103012012001").unwrap();
        assert_eq!((renamed.name.as_str(), renamed.id, &renamed.shape), ("金祥花园（改名）", garden.id, &garden.shape));
        let made = now.place_by_code("X1").unwrap();
        assert!(made.centre.unwrap().metres_to(middle) < 2.0, "{engine}: BD-09 became WGS-84");
        assert_eq!(now.locate(middle).unwrap().code, "X1", "{engine}");
        assert_eq!(now.places().len(), before.len() + 1, "{engine}");
    })
    .await;
}

#[tokio::test]
async fn a_running_program_notices_what_another_imported() {
    on_both_engines(|db, engine| async move {
        let (app, folder) = app(db.clone()).await;
        let files = folder.path().join("files");
        let other = App::start(db, app.jurisdiction.clone(), files, app.env.clone()).await.unwrap();
        assert!(!other.notice().await.unwrap(), "{engine}");
        let at = app.directory().place_by_code("410103012012001").unwrap().centre.unwrap();
        let json = format!(
            r#"{{"type":"FeatureCollection","features":[{{"type":"Feature","properties":{{"code":"P1","kind":"park","name":"新公园","parent":"410103012"}},"geometry":{{"type":"Point","coordinates":[{},{}]}}}}]}}"#,
            at.lon, at.lat
        );
        let report = places(&app, folder.path(), &json, System::Wgs84, Strictness::Whole).await;
        assert_eq!((report.added, report.rejected), (1, 0), "{engine}: {:?}", told(folder.path()));
        assert!(other.directory().place_by_code("P1").is_none());
        assert!(other.notice().await.unwrap(), "{engine}");
        assert_eq!(other.directory().place_by_code("P1").unwrap().name, "新公园", "{engine}");
        assert!(!other.notice().await.unwrap(), "{engine}: once");
    })
    .await;
}

#[tokio::test]
async fn organisations_and_members_come_from_tables() {
    on_both_engines(|db, engine| async move {
        let (app, folder) = app(db).await;
        let folder = folder.path();
        let path = folder.join("orgs.xlsx");
        let mut book = rust_xlsxwriter::Workbook::new();
        let sheet = book.add_worksheet();
        for (row, cells) in (0..).zip([
            ["code", "name", "kind", "parent", "place"],
            ["9001", "绿城物业", "property_company", "410103012", "410103012012001"],
            ["9002", "绿城物业一部", "property_company", "9001", ""],
        ]) {
            for (column, cell) in (0..).zip(cells) {
                // Codes as Excel likes to keep them: as numbers.
                match cell.parse::<f64>() {
                    Ok(number) if row > 0 => sheet.write_number(row, column, number).unwrap(),
                    _ => sheet.write_string(row, column, cell).unwrap(),
                };
            }
        }
        book.save(&path).unwrap();
        let mut rejects = Rejects::to(&folder.join("rejects.csv")).unwrap();
        let report =
            app.import_orgs(&Sheet::open(&path, None).unwrap(), Strictness::Whole, &mut rejects).await.unwrap();
        rejects.finish().unwrap();
        assert_eq!((report.added, report.rejected), (2, 0), "{engine}: {:?}", told(folder));
        let lower = app.directory().org_by_code("9002").unwrap().clone();
        assert_eq!(app.directory().above(lower.id)[0], app.directory().org_by_code("9001").unwrap().id, "{engine}");

        let loops = write(folder, "loop.csv", "code,name,kind,parent\n9001,绿城物业,property_company,9002\n");
        let mut rejects = Rejects::to(&folder.join("rejects.csv")).unwrap();
        let report =
            app.import_orgs(&Sheet::open(&loops, None).unwrap(), Strictness::Partial, &mut rejects).await.unwrap();
        rejects.finish().unwrap();
        assert_eq!((report.rejected, report.changed), (1, 0), "{engine}");
        assert_eq!(told(folder)[0].1, "loop");

        let people = write(folder, "people.csv", "login,name,org\nwang,王工,9002\nzhao,赵工,9002\ncity,城管,D-CITY\n");
        let mut rejects = Rejects::to(&folder.join("rejects.csv")).unwrap();
        let sheet = Sheet::open(&people, None).unwrap();
        let (report, first) = app.import_members(&sheet, Strictness::Whole, &mut rejects).await.unwrap();
        assert_eq!((report.added, report.known, first.len()), (2, 1, 2), "{engine}");
        let entered = app.log_in("wang", &first[0].password, &Origin::default()).await.unwrap();
        let token = entered.session().unwrap();
        assert_eq!(app.session(&token).await.unwrap().unwrap().org, lower.id, "{engine}");
        let secrets = write(folder, "secrets.csv", "login,name,org,Password\nqian,钱工,9002,123456\n");
        let mut rejects = Rejects::to(&folder.join("rejects.csv")).unwrap();
        let sheet = Sheet::open(&secrets, None).unwrap();
        let refused = app.import_members(&sheet, Strictness::Whole, &mut rejects).await.unwrap_err();
        assert!(refused.to_string().contains("passwords are not imported"), "{engine}: {refused}");
    })
    .await;
}

#[tokio::test]
async fn rules_are_kept_only_when_everything_still_holds() {
    on_both_engines(|db, engine| async move {
        let (app, _folder) = app(db).await;
        let calendar = "year = 2027\nstatus = \"assumed\"\nsource = \"a test\"\n\n[[holiday]]\nname = \"元旦\"\n\
                        name_en = \"New Year's Day\"\nfrom = 2027-01-01\nto = 2027-01-03\n";
        let wrong = calendar.replacen("year = 2027", "year = 2027\nyeer = 1", 1);
        let refused = app.import_rules("calendar/2027.toml", &wrong, false).await.unwrap_err().to_string();
        assert!(refused.contains("calendar/2027.toml:"), "{engine}: {refused}");
        let line = refused.split("calendar/2027.toml:").nth(1).and_then(|rest| rest.split(':').next()).unwrap();
        assert_eq!(wrong.lines().nth(line.parse::<usize>().unwrap() - 1), Some("yeer = 1"), "{engine}: {refused}");
        let day = || "2027-05-01".parse().unwrap();
        let covered = |app: &App| app.rulebook().on(app.env.now()).unwrap().rules.calendar.is_covered(day());
        assert!(!covered(&app), "{engine}");
        app.import_rules("calendar/2027.toml", calendar, false).await.unwrap();
        assert!(covered(&app), "{engine}");
        let again = app.import_rules("calendar/2027.toml", calendar, false).await.unwrap_err().to_string();
        assert!(again.contains("--replace"), "{engine}: {again}");
        app.import_rules("calendar/2027.toml", calendar, true).await.unwrap();
        assert!(app.import_rules("../x.toml", calendar, false).await.is_err());
    })
    .await;
}
