"""Every resource fits the schema of its answer, written after the published ones of GeoReport v2."""

import json
import os
import pathlib

import requests
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

URL, KEY = os.environ["OPEN311_URL"], os.environ["OPEN311_KEY"]
FOLDER = pathlib.Path(__file__).parent / "schemas"
SCHEMAS = {file.name: json.loads(file.read_text()) for file in FOLDER.glob("*.json")}
REGISTRY = Registry().with_resources((name, Resource.from_contents(text)) for name, text in SCHEMAS.items())


def check(schema, path, body=None):
    """The answer to a call fits a schema; the answer."""
    url = f"{URL}/{path}"
    answer = requests.post(url, data=body) if body is not None else requests.get(url)
    validator = Draft202012Validator(
        SCHEMAS[schema], registry=REGISTRY, format_checker=Draft202012Validator.FORMAT_CHECKER
    )
    wrong = [f"{list(error.absolute_path)}: {error.message}" for error in validator.iter_errors(answer.json())]
    assert not wrong, (path, wrong[:5])
    return answer.json()


def refuses(schema, document):
    """The schema itself refuses what it should."""
    return not Draft202012Validator(SCHEMAS[schema], registry=REGISTRY).is_valid(document)


right = {"api_key": KEY, "service_code": "E01017", "lat": "34.73", "long": "113.64", "description": "井盖"}
check("discovery.json", "discovery.json")
services = check("service_list.json", "services.json")
for service in services:
    if service["metadata"]:
        check("service_definition.json", f"services/{service['service_code']}.json")
check("service_definition.json", "services/E01017.json")
placed = check("placed.json", "requests.json", right)
check("placed.json", "requests.json", {**right, "service_code": "L0104"})
check("placed.json", "requests.json", {**right, "address_string": "路口", "media_url": "https://a.example/1.jpg"})
assert len(check("service_requests.json", "requests.json?extensions=true")) > 200
check("service_requests.json", f"requests/{placed[0]['service_request_id']}.json")
check("service_request_updates.json", "servicerequestupdates.json")
check("errors.json", "requests.json", {})
check("errors.json", "services/X.json")
check("errors.json", "requests.json?status=lost")

assert refuses("service_list.json", [{**services[0], "metadata": "true"}]), "a text is no truth"
assert refuses("placed.json", [{"service_request_id": "1", "token": "2"}]), "never both"
