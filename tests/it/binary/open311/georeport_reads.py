"""georeport: reads services, definitions and requests, in JSON and in XML."""

import os

import requests
from georeport import GeoReport

URL, KEY = os.environ["OPEN311_URL"], os.environ["OPEN311_KEY"]


def place(code, description):
    """georeport only reads; somebody else places."""
    form = {"api_key": KEY, "service_code": code, "lat": "34.73", "long": "113.64", "description": description}
    answer = requests.post(f"{URL}/requests.json", data=form)
    answer.raise_for_status()
    return answer.json()[0]["service_request_id"]


ids = [place("E01017", f"电缆井盖 {nth} <b>&") for nth in range(2)]

for form in ["json", "xml"]:
    client = GeoReport(URL, jurisdiction="erqi", output_format=form)
    services = client.get_service_list()
    codes = [service["service_code"] for service in services]
    assert len(codes) == len(set(codes)) > 100, len(codes)
    lamp = services[codes.index("E01037")]
    assert lamp["type"] == "realtime" and str(lamp["metadata"]).lower() == "true", lamp

    definition = client.get_service_definition("E06034")
    assert definition["service_code"] == "E06034"
    attributes = definition["attributes"]
    attributes = attributes["attribute"] if form == "xml" else attributes
    assert [one["code"] for one in attributes] == ["vehicle_kind", "since", "count"], attributes

    def listed(found):
        # In XML a single child comes back as a dict.
        found = found["request"] if isinstance(found, dict) else found
        return found if isinstance(found, list) else [found]

    found = listed(client.get_service_requests(service_code="E01017", status="open"))
    assert [one["service_request_id"] for one in found] == ids[::-1], found
    assert found[0]["description"] == "电缆井盖 1 <b>&", found[0]
    one = listed(client.get_service_request(ids[0]))
    assert len(one) == 1 and one[0]["service_request_id"] == ids[0], one
    assert float(one[0]["lat"]) == 34.73 and float(one[0]["long"]) == 113.64

    try:
        client.get_service_request("1999-000001")
    except requests.HTTPError as error:
        assert error.response.status_code == 404
    else:
        raise AssertionError("a request that is not there was found")
