//! Changes as they stand in an address, so that what somebody tries can be shared without an account:
//! `park@LON,LAT;LON,LAT@AREA`, `green@…`, `crossing@LON,LAT;LON,LAT`, `entrance@LON,LAT@PARK`,
//! `without-park@PARK`, `without-entrance@LON,LAT@PARK`.

use luyuan_app::green::Edit;
use luyuan_domain::geo::Wgs84;

/// An edit as one word.
pub(crate) fn written(edit: &Edit) -> String {
    match edit {
        Edit::Park { entrances, square_metres, is_park } => {
            let points: Vec<String> = entrances.iter().map(point).collect();
            format!("{}@{}@{square_metres}", if *is_park { "park" } else { "green" }, points.join(";"))
        }
        Edit::Entrance { park, at } => format!("entrance@{}@{park}", point(at)),
        Edit::Crossing { from, to } => format!("crossing@{};{}", point(from), point(to)),
        Edit::WithoutPark { park } => format!("without-park@{park}"),
        Edit::WithoutEntrance { park, at } => format!("without-entrance@{}@{park}", point(at)),
    }
}

/// The edit of a word; none when it is not written like one.
pub(crate) fn read(word: &str) -> Option<Edit> {
    let (kind, rest) = word.split_once('@')?;
    let split = || rest.split_once('@');
    Some(match kind {
        "park" | "green" => {
            let (points, area) = split()?;
            let entrances = points.split(';').map(position).collect::<Option<Vec<_>>>()?;
            let square_metres: f64 = area.parse().ok().filter(|area: &f64| area.is_finite())?;
            Edit::Park { entrances, square_metres, is_park: kind == "park" }
        }
        "crossing" => {
            let (from, to) = rest.split_once(';')?;
            Edit::Crossing { from: position(from)?, to: position(to)? }
        }
        "entrance" => {
            let (at, park) = split()?;
            Edit::Entrance { at: position(at)?, park: park.to_owned() }
        }
        "without-entrance" => {
            let (at, park) = split()?;
            Edit::WithoutEntrance { at: position(at)?, park: park.to_owned() }
        }
        "without-park" => Edit::WithoutPark { park: rest.to_owned() },
        _ => return None,
    })
}

/// "Longitude, latitude" as people and addresses write it.
pub(crate) fn position(text: &str) -> Option<Wgs84> {
    let mut halves = text.split([',', '，', ' ']).filter(|part| !part.is_empty());
    let (lon, lat) = (halves.next()?.parse().ok()?, halves.next()?.parse().ok()?);
    if halves.next().is_some() { None } else { Wgs84::new(lon, lat) }
}

/// A position to a tenth of a metre.
fn point(at: &Wgs84) -> String {
    format!("{:.6},{:.6}", at.lon, at.lat)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_edit_is_read_as_it_was_written() {
        let at = |lon, lat| Wgs84 { lon, lat };
        let (a, b) = (at(113.64, 34.75), at(113.650_001, 34.750_002));
        let edits = [
            Edit::Park { entrances: vec![a, b], square_metres: 600.5, is_park: true },
            Edit::Park { entrances: vec![a], square_metres: 400.0, is_park: false },
            Edit::Entrance { park: "way/7@x".into(), at: a },
            Edit::Crossing { from: a, to: b },
            Edit::WithoutPark { park: "way/7".into() },
            Edit::WithoutEntrance { park: "410103-P1".into(), at: b },
        ];
        for edit in edits {
            assert_eq!(read(&written(&edit)), Some(edit.clone()), "{edit:?}");
        }
        for word in
            ["", "park", "park@1@2", "park@113,95@2", "park@113,34@many", "crossing@1,2", "lake@1,2@3", "park@NaN,1@2"]
        {
            assert_eq!(read(word), None, "{word}");
        }
        assert_eq!(position("113.64，34.75"), Some(a));
        assert_eq!(position("113.64, 34.75"), Some(a));
        assert_eq!(position("金祥花园"), None);
    }
}
