"""civicbot: checks a request against our definition, places it, waits for a token's number, pages."""

import os
import time

from civicbot.open311 import Open311Client, ValidationError
from civicbot.registry import Endpoint

URL, KEY = os.environ["OPEN311_URL"], os.environ["OPEN311_KEY"]
endpoint = Endpoint(id="erqi", name="Erqi", base_url=URL, write=True)
client = Open311Client(endpoint, jurisdiction_id="erqi")
SEND = {"lat": 34.73, "lng": 113.64, "api_key": KEY, "dry_run": False, "confirm": "SEND", "validate_remote": True}

for attributes in [{}, {"vehicle_kind": "plane"}]:
    try:
        client.create_request("E06034", attributes=attributes, description="僵尸车", **SEND)
    except ValidationError as error:
        assert "vehicle_kind" in str(error)
    else:
        raise AssertionError("our definition let it through")

sent = client.create_request("E06034", attributes={"vehicle_kind": "tricycle", "count": 2}, description="僵尸车", **SEND)
number = sent.response[0]["service_request_id"]
assert client.get_request(number)["service_code"] == "E06034"
sent = client.create_request("E09009", attributes={"blocks": ["ramp", "fire_lane"]}, description="挡路", **SEND)
assert sent.response[0]["service_request_id"]

# A batch service: the number is told within ten seconds, as FixMyStreet waits for it.
sent = client.create_request("L0104", description="暖气不热", **SEND)
token = sent.response[0]["token"]
assert "service_request_id" not in sent.response[0], sent.response
deadline = time.monotonic() + 10
while True:
    answer = client.get_token(token)[0]
    assert answer["token"] == token
    if answer["service_request_id"]:
        break
    assert time.monotonic() < deadline, "no number after ten seconds"
    time.sleep(0.2)
assert client.get_request(answer["service_request_id"])["service_code"] == "L0104"

# A black box gives neither.
sent = client.create_request("E08001", description="工地太吵", **SEND)
assert not {"service_request_id", "token"} & set(sent.response[0]), sent.response

assert len(client.list_requests(page_size=5)) == 5
own = client.list_requests(service_code="E06034", status="open", page_size=5)
assert [one["service_request_id"] for one in own] == [number], own
assert [one["service_request_id"] for one in client.list_requests(service_request_ids=[number])] == [number]
