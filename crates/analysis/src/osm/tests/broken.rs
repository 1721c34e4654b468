//! Files that are none, are torn, or are damaged: each is told apart, with the place.

use super::*;

fn code(bytes: &[u8]) -> &'static str {
    of(bytes, &Cut::Whole).unwrap_err().code()
}

#[test]
fn what_is_no_extract_is_told_as_that() {
    assert_eq!(code(b""), "osm_empty");
    assert_eq!(code(b"<?xml version=\"1.0\"?><osm version=\"0.6\"></osm>"), "osm_not_pbf");
    assert_eq!(code(&[0; 4096]), "osm_not_pbf");
    assert_eq!(code(b"{}"), "osm_not_pbf");
    assert_eq!(code(&[0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 1, 2, 3, 4, 5]), "osm_not_pbf");
    let gone = read(|| Err::<&[u8], _>(io::ErrorKind::NotFound.into()), &Cut::Whole, &rules(), |_| {});
    assert_eq!(gone.unwrap_err().code(), "osm_io");
}

/// The extract cut off at many places: never read as whole, never a panic, and the place is told.
#[test]
fn a_torn_file_is_told_with_the_place() {
    let bytes = file("helsinki");
    for part in 1..60 {
        let end = bytes.len() * part / 60 + part % 7;
        let wrong = of(&bytes[..end], &Cut::Whole).unwrap_err();
        assert!(matches!(wrong, OsmError::Torn { at } if at <= end as u64), "{end}: {wrong}");
        assert!(wrong.to_string().contains("byte"), "{wrong}");
    }
    for less in 1..=5 {
        assert_eq!(code(&bytes[..bytes.len() - less]), "osm_torn", "the last {less} bytes are missing");
    }
    // A few bytes after the end are the beginning of a block that is not there.
    assert_eq!(code(&[&bytes[..], &[0, 0]].concat()), "osm_torn");
}

/// Bytes changed in the middle: the packed blocks carry a checksum.
#[test]
fn a_damaged_file_is_told_with_the_place() {
    let bytes = file("helsinki");
    let mut codes = std::collections::BTreeSet::new();
    for part in 1..40 {
        let mut bytes = bytes.clone();
        let at = bytes.len() * part / 40;
        for byte in &mut bytes[at..at + 3] {
            *byte ^= 0x55;
        }
        match of(&bytes, &Cut::Whole) {
            Err(wrong) => {
                codes.insert(wrong.code());
            }
            Ok(_) => panic!("bytes changed at {at} went unnoticed"),
        }
    }
    assert!(codes.iter().all(|code| ["osm_damaged", "osm_torn"].contains(code)), "{codes:?}");
}
