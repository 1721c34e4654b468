// A photo that says where it was taken, as a phone makes it.

/** A small JPEG drawn by the browser, with a position in its EXIF record (degrees WGS-84). */
export async function photoAt(page, lon, lat) {
  const drawn = await page.evaluate(() => {
    const canvas = document.createElement("canvas");
    canvas.width = 160;
    canvas.height = 120;
    const pen = canvas.getContext("2d");
    pen.fillStyle = "#486";
    pen.fillRect(0, 0, 160, 120);
    return canvas.toDataURL("image/jpeg").split(",")[1];
  });
  const jpeg = Buffer.from(drawn, "base64");
  return Buffer.concat([jpeg.subarray(0, 2), position(lon, lat), jpeg.subarray(2)]);
}

/** An APP1 segment whose TIFF structure holds nothing but a GPS directory. */
function position(lon, lat) {
  const rationals = (angle) => {
    const degrees = Math.floor(angle);
    const minutes = Math.floor((angle - degrees) * 60);
    const seconds = Math.round(((angle - degrees) * 60 - minutes) * 60 * 10000);
    const bytes = Buffer.alloc(24);
    [degrees, 1, minutes, 1, seconds, 10000].forEach((number, at) => bytes.writeUInt32BE(number, at * 4));
    return bytes;
  };
  const entry = (tag, type, count, value) => {
    const bytes = Buffer.alloc(12);
    bytes.writeUInt16BE(tag, 0);
    bytes.writeUInt16BE(type, 2);
    bytes.writeUInt32BE(count, 4);
    if (typeof value === "string") bytes.write(value, 8, "latin1");
    else bytes.writeUInt32BE(value, 8);
    return bytes;
  };
  const count = (number) => Buffer.from([0, number]);
  const end = Buffer.alloc(4);
  // Header 8, first directory 2 + 12 + 4, GPS directory 2 + 4 × 12 + 4, then the numbers.
  const gps = 8 + 18;
  const numbers = gps + 54;
  const tiff = Buffer.concat([
    Buffer.from("MM\0*\0\0\0\u0008", "latin1"),
    count(1), entry(0x8825, 4, 1, gps), end,
    count(4), entry(1, 2, 2, "N"), entry(2, 5, 3, numbers), entry(3, 2, 2, "E"), entry(4, 5, 3, numbers + 24), end,
    rationals(lat), rationals(lon),
  ]);
  const body = Buffer.concat([Buffer.from("Exif\0\0", "latin1"), tiff]);
  const head = Buffer.from([0xff, 0xe1, 0, 0]);
  head.writeUInt16BE(body.length + 2, 2);
  return Buffer.concat([head, body]);
}
