//! Pictures for tests: good ones, and the kinds that people and attackers send.

use image::{DynamicImage, ImageFormat, RgbImage};
use std::io::Cursor;

fn drawn(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
    let tone = |at: u32| u8::try_from(at % 256).unwrap();
    let picture = RgbImage::from_fn(width, height, |x, y| image::Rgb([tone(x), tone(y), 90]));
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(picture).write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// A small photo.
pub fn jpeg() -> Vec<u8> {
    drawn(64, 48, ImageFormat::Jpeg)
}

/// A photo that is larger than lists show.
pub fn large() -> Vec<u8> {
    drawn(1200, 900, ImageFormat::Jpeg)
}

/// A small PNG.
pub fn png() -> Vec<u8> {
    drawn(64, 48, ImageFormat::Png)
}

/// A small photo with an EXIF record: taken at 34°45′36″ N, 113°39′ E, by a camera with a name.
pub fn jpeg_with_position() -> Vec<u8> {
    // TIFF, little-endian: IFD0 with a maker and a pointer to the GPS directory.
    let mut tiff = Vec::new();
    let entry = |tag: u16, kind: u16, count: u32, value: [u8; 4]| {
        let mut bytes = Vec::new();
        bytes.extend(tag.to_le_bytes());
        bytes.extend(kind.to_le_bytes());
        bytes.extend(count.to_le_bytes());
        bytes.extend(value);
        bytes
    };
    tiff.extend(b"II*\0\x08\0\0\0");
    let (maker_at, gps_at) = (8 + 2 + 2 * 12 + 4, 8 + 2 + 2 * 12 + 4 + 12);
    tiff.extend(2u16.to_le_bytes());
    tiff.extend(entry(0x010F, 2, 12, u32::to_le_bytes(maker_at)));
    tiff.extend(entry(0x8825, 4, 1, u32::to_le_bytes(gps_at)));
    tiff.extend(0u32.to_le_bytes());
    tiff.extend(b"SecretCamera");
    let values_at = gps_at + 2 + 4 * 12 + 4;
    tiff.extend(4u16.to_le_bytes());
    tiff.extend(entry(1, 2, 2, *b"N\0\0\0"));
    tiff.extend(entry(2, 5, 3, u32::to_le_bytes(values_at)));
    tiff.extend(entry(3, 2, 2, *b"E\0\0\0"));
    tiff.extend(entry(4, 5, 3, u32::to_le_bytes(values_at + 24)));
    tiff.extend(0u32.to_le_bytes());
    for part in [34u32, 45, 36, 113, 39, 0] {
        tiff.extend(part.to_le_bytes());
        tiff.extend(1u32.to_le_bytes());
    }
    let plain = jpeg();
    let mut bytes = plain[..2].to_vec();
    let length = u16::try_from(2 + 6 + tiff.len()).unwrap();
    bytes.extend([0xFF, 0xE1]);
    bytes.extend(length.to_be_bytes());
    bytes.extend(b"Exif\0\0");
    bytes.extend(tiff);
    bytes.extend(&plain[2..]);
    bytes
}

/// A chunk of a PNG with its check sum.
fn chunk(name: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let mut bytes = u32::try_from(data.len()).unwrap().to_be_bytes().to_vec();
    bytes.extend(name);
    bytes.extend(data);
    let sum = name.iter().chain(data).fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| if sum & 1 == 1 { (sum >> 1) ^ 0xEDB8_8320 } else { sum >> 1 })
    });
    bytes.extend((!sum).to_be_bytes());
    bytes
}

/// A PNG of a few bytes that claims to be 60,000 × 60,000 pixels.
pub fn huge_claim() -> Vec<u8> {
    let size = 60_000u32.to_be_bytes();
    let header = [&size[..], &size[..], &[8, 2, 0, 0, 0]].concat();
    [
        b"\x89PNG\r\n\x1a\n".to_vec(),
        chunk(b"IHDR", &header),
        chunk(b"IDAT", &[0x78, 0x9C, 3, 0, 0, 0, 0, 1]),
        chunk(b"IEND", &[]),
    ]
    .concat()
}

/// A PNG of two frames (APNG): the second repeats the first.
pub fn animated() -> Vec<u8> {
    let plain = png();
    let at = |name: &[u8; 4]| plain.windows(4).position(|window| window == name).unwrap() - 4;
    let (first, end) = (at(b"IDAT"), at(b"IEND"));
    let length = u32::from_be_bytes(plain[first..first + 4].try_into().unwrap()) as usize;
    let data = &plain[first + 8..first + 8 + length];
    let frame = |number: u32| {
        let mut control = number.to_be_bytes().to_vec();
        control.extend([64u32, 48, 0, 0].iter().flat_map(|value| value.to_be_bytes()));
        control.extend([0, 1, 0, 10, 0, 0]);
        chunk(b"fcTL", &control)
    };
    let second = [&2u32.to_be_bytes()[..], data].concat();
    let counts = [2u32.to_be_bytes(), 0u32.to_be_bytes()].concat();
    [
        &plain[..first],
        &chunk(b"acTL", &counts),
        &frame(0),
        &plain[first..end],
        &frame(1),
        &chunk(b"fdAT", &second),
        &plain[end..],
    ]
    .concat()
}

/// A photo that is a page with a script as well.
pub fn polyglot() -> Vec<u8> {
    [jpeg(), b"<html><script>alert('polyglot')</script></html>".to_vec()].concat()
}
