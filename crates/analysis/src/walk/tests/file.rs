use super::super::{BadCity, City, Draft, decode, encode};
use super::drawn::{city, ground, home, network, rectangle};

fn town() -> City {
    let mut green = ground(rectangle(300.0, 0.0, 340.0, 40.0));
    green.is_park = false;
    let mut draft = Draft {
        network: network(&[&[(-600.0, 0.0), (50.0, 0.0), (50.0, 50.0)], &[(300.0, 20.0), (-600.0, 0.0)]]),
        grounds: vec![ground(rectangle(0.0, 0.0, 100.0, 100.0)), green],
        buildings: vec![home(-30.0, 20.0, 7), home(0.0, 900.0, 4)],
        residential: vec![rectangle(-100.0, 0.0, -20.0, 50.0)],
        attribution: "made".into(),
        ..Draft::default()
    };
    draft.buildings[1].residents = None;
    city(draft).0
}

#[test]
fn a_city_comes_back_as_it_was() {
    let city = town();
    assert!(city.buildings[0].link.is_some() && city.buildings[1].link.is_none());
    assert_eq!(decode(&encode(&city)), Ok(city));
    assert_eq!(decode(&encode(&City::default())), Ok(City::default()));
}

/// Whatever is cut off or changed: an error or another city, never a panic or endless work.
#[test]
fn damaged_bytes_are_refused() {
    let bytes = encode(&town());
    for end in 0..bytes.len() {
        let wrong = decode(&bytes[..end]).unwrap_err();
        assert!(end >= 8 || wrong == BadCity::Form, "{end}: {wrong}");
    }
    assert!(decode(&[&bytes[..], &[0]].concat()).is_err());
    let mut refused = 0;
    for at in 0..bytes.len() {
        let mut bytes = bytes.clone();
        bytes[at] = 0xFF;
        refused += usize::from(decode(&bytes).is_err());
    }
    assert!(refused > bytes.len() / 3, "{refused} of {}", bytes.len());
}
