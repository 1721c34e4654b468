"""three: discovery, services, placing with a name, an address and a picture, lists by date."""

import datetime
import io
import itertools
import os
import struct
import zlib

# It was written for Python 2; this is all that it lacks.
itertools.ifilter = filter

from three import Three  # noqa: E402

URL, KEY = os.environ["OPEN311_URL"], os.environ["OPEN311_KEY"]
city = Three(URL, api_key=KEY, jurisdiction="erqi", format="json")


def picture():
    """A red dot, as PNG."""

    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    data = zlib.compress(b"\0\xff\0\0")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


discovery = city.discovery()
assert [endpoint["type"] for endpoint in discovery["endpoints"]] == ["production", "test"], discovery
assert discovery["endpoints"][0]["url"] == URL

codes = [service["service_code"] for service in city.services()]
assert "E01017" in codes and city.services("E06034")["attributes"][0]["code"] == "vehicle_kind"

placed = city.post("E01017", address="京广路与兴华街口", name="Ann Lee", phone="555-5555", description="井盖松了")
number = placed[0]["service_request_id"]
assert city.post_response.status_code == 200

shot = io.BytesIO(picture())
shot.name = "photo.png"
with_picture = city.post("E01017", lat="34.73", long="113.64", description="有照片", media=shot)
pictured = city.request(with_picture[0]["service_request_id"])[0]
assert pictured["media_url"].startswith(URL) and pictured["media_url"].endswith(".jpg"), pictured
photo = city.session.get(pictured["media_url"])
assert photo.status_code == 200 and photo.headers["content-type"] == "image/jpeg"

assert city.request(number)[0]["address"] == "京广路与兴华街口"
mine = city.requests("E01017")
assert [one["service_request_id"] for one in mine] == [pictured["service_request_id"], number]

# From two weeks ago to the beginning of tomorrow, two at most.
start = datetime.date.today() - datetime.timedelta(days=14)
end = datetime.date.today() + datetime.timedelta(days=2)
two = city.requests(start=start.strftime("%m-%d-%Y"), end=end.strftime("%m-%d-%Y"), count=2)
assert len(two) == 2, two
assert len(city.requests(start=start.strftime("%m-%d-%Y"), count=2)) == 2

refused = city.post("E06034", lat="34.73", long="113.64", description="僵尸车")
assert city.post_response.status_code == 400
assert refused[0]["description"].startswith("vehicle_kind required"), refused
refused = city.post("E01017", lat="34.73", long="113.64", api_key="wrong")
assert city.post_response.status_code == 403 and refused[0]["code"] == 403, refused
