//! Where a photo was taken, from its own EXIF record (CIPA DC-008, GPS information).

use exif::{Exif, In, Rational, Reader, Tag, Value};
use luyuan_domain::geo::Wgs84;
use std::io::Cursor;

/// The position that a picture carries; none when it has none or tells it wrongly.
pub(super) fn of(bytes: &[u8]) -> Option<Wgs84> {
    let exif = Reader::new().read_from_container(&mut Cursor::new(bytes)).ok()?;
    let lat = angle(&exif, Tag::GPSLatitude, Tag::GPSLatitudeRef, b'S')?;
    let lon = angle(&exif, Tag::GPSLongitude, Tag::GPSLongitudeRef, b'W')?;
    // Cameras without a fix write zeros.
    Wgs84::new(lon, lat).filter(|_| lon != 0.0 || lat != 0.0)
}

/// Degrees, minutes and seconds as degrees; negative on the side that `negative` names.
fn angle(exif: &Exif, value: Tag, side: Tag, negative: u8) -> Option<f64> {
    let Value::Rational(parts) = &exif.get_field(value, In::PRIMARY)?.value else { return None };
    let [degrees, minutes, seconds] = parts.as_slice() else { return None };
    let whole = |part: &Rational| (part.denom != 0).then(|| f64::from(part.num) / f64::from(part.denom));
    let angle = whole(degrees)? + whole(minutes)? / 60.0 + whole(seconds)? / 3600.0;
    let Value::Ascii(letters) = &exif.get_field(side, In::PRIMARY)?.value else { return None };
    let letter = letters.first()?.first()?;
    Some(if *letter == negative { -angle } else { angle })
}
