//! Shares that can be worked out on paper.

use super::super::*;
use super::drawn::{city, ground, home, network, rectangle, rules};
use luyuan_domain::ruleset::{GreenRules, Measure};

fn set(radii: &str) -> GreenRules {
    let head = "name = \"x\"\nset = \"x\"\nzh = \"x\"\nen = \"x\"\nvalid_from = 2020-01-01\nstatus = \"made\"\nsource = \"x\"\n";
    let goal =
        "[[goal]]\ncode = \"g\"\nzh = \"g\"\nen = \"g\"\nmeasure = \"straight\"\nstatus = \"made\"\nsource = \"x\"\n";
    let radii = radii
        .split(';')
        .map(|radius| format!("[[radius]]\ngoal = \"g\"\nstatus = \"made\"\nsource = \"x\"\n{radius}\n"));
    let per = "[[per_person]]\ncode = \"p\"\nzh = \"p\"\nen = \"p\"\nground = \"park\"\nm2 = 8.0\nstatus = \"made\"\nsource = \"x\"\n";
    GreenRules::parse("x.toml", &format!("{head}{goal}{}{per}", radii.collect::<String>())).unwrap()
}

/// A park of 100 by 100 m at the origin's right, a road along it, homes on the road, land around it.
fn town() -> Draft {
    Draft {
        network: network(&[
            &[(-1000.0, 0.0), (0.0, 0.0), (100.0, 0.0), (1000.0, 0.0)],
            &[(0.0, 0.0), (0.0, 50.0), (50.0, 50.0)],
        ]),
        grounds: vec![ground(rectangle(0.0, 0.0, 100.0, 100.0))],
        buildings: vec![home(-200.0, 0.0, 100), home(-299.0, 0.0, 10), home(-301.0, 0.0, 1), home(900.0, 0.0, 0)],
        residential: vec![rectangle(-700.0, 10.0, -200.0, 110.0), rectangle(-400.0, 10.0, -300.0, 60.0)],
        ..Draft::default()
    }
}

#[test]
fn the_service_radius_covers_what_a_ruler_says() {
    let (city, _) = city(town());
    let zones = [Zone {
        code: "w".into(),
        name: "west".into(),
        kind: "community".into(),
        area: rectangle(-800.0, -50.0, -290.0, 200.0),
    }];
    let rules = set("ground = \"park\"\nfrom_m2 = 5000\nmetres = 300");
    let report = Measured::new(&city, &zones, &self::rules()).report(&rules, false);
    let row = |measure, zone| *report.rows.iter().find(|row| (row.measure, row.zone) == (measure, zone)).unwrap();
    let all = row(Measure::Straight, None);
    assert_eq!((all.homes, all.residents), (Share { covered: 2, total: 3 }, Share { covered: 110, total: 111 }));
    // Land from -700 to -200, of which -300 to -200 is served; the second piece lies within the first.
    let share = all.land.covered as f64 / all.land.total as f64;
    assert!(all.land.total.abs_diff(50_000) < 300 && (share - 0.2).abs() < 0.003, "{:?}", all.land);
    let west = row(Measure::Straight, Some(0));
    assert_eq!((west.homes, west.residents), (Share { covered: 1, total: 2 }, Share { covered: 10, total: 11 }));
    assert!(west.land.total.abs_diff(41_000) < 300 && west.land.covered.abs_diff(1_000) < 60, "{:?}", west.land);
    // On foot one turns the corner: from the road to where the way leads in at (0, 0).
    let walking = row(Measure::Walking, None);
    assert_eq!(walking.residents, Share { covered: 110, total: 111 });
    let metres: Vec<_> = report.goals[0].buildings.iter().map(|row| row.walking.cm).collect();
    assert_eq!(metres, [20_000, 29_900, UNREACHED, UNREACHED]);
    let walked = walking.land.percent().unwrap();
    // Twenty metres apart, ten to a hundred and ten metres off the road, and up to 100 m from a path.
    assert!((8.0..=14.0).contains(&walked), "{walked}");
    let per_person = report.per_person[0].unwrap();
    assert!((per_person - city.parks[0].square_metres / 111.0).abs() < 1e-9);
}

#[test]
fn small_parks_serve_less_far_and_too_small_ones_not_at_all() {
    let (city, _) = city(town());
    let zones = [];
    let measured = Measured::new(&city, &zones, &rules());
    let covered = |radii| {
        let report = measured.report(&set(radii), false);
        (report.goals[0].parks, report.rows[1].residents.covered)
    };
    assert_eq!(covered("ground = \"park\"\nfrom_m2 = 20000\nmetres = 500"), (0, 0));
    assert_eq!(
        covered(
            "ground = \"park\"\nfrom_m2 = 20000\nmetres = 500;ground = \"park\"\nfrom_m2 = 400\nbelow_m2 = 20000\nmetres = 250"
        ),
        (1, 100)
    );
    assert_eq!(covered("ground = \"park\"\nfrom_m2 = 400\nmetres = 500\nhistoric = true"), (0, 0));
    assert_eq!(
        measured.report(&set("ground = \"park\"\nfrom_m2 = 400\nmetres = 500\nhistoric = true"), true).goals[0].parks,
        1
    );
}

#[test]
fn nobody_and_no_land_are_no_hundred_per_cent() {
    let mut empty = town();
    empty.residential.clear();
    empty.buildings.retain(|home| home.residents == Some(0));
    let (city, _) = city(empty);
    let report =
        Measured::new(&city, &[], &rules()).report(&set("ground = \"park\"\nfrom_m2 = 1\nmetres = 300"), false);
    assert!(
        report
            .rows
            .iter()
            .all(|row| [row.homes, row.residents, row.land].iter().all(|share| share.percent().is_none()))
    );
    assert_eq!(report.per_person, [None]);
}

/// The buffer of a square: its area, four sides and a circle in the corners.
#[test]
fn a_buffer_has_the_area_of_its_formula() {
    let (city, _) = city(town());
    let service = Service::new(&city, |_| Some(500));
    use geo::Area;
    let area = service.ground(&Plane::of(&city)).unsigned_area();
    let exact = 100.0 * 100.0 + 4.0 * 100.0 * 500.0 + std::f64::consts::PI * 500.0 * 500.0;
    assert!(area < exact && area > exact * 0.999, "{area} {exact}");
}
