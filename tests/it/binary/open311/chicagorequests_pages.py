"""chicagorequests: reads a month by pages of 200 with extensions, by dates with microseconds."""

import datetime
import os

import requests
from chicagorequests import Downloader

URL = os.environ["OPEN311_URL"]
Downloader.BASE_URL = f"{URL}/requests.json"

# A little ahead: deadlines pass and orders change while they are read.
end = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=999999) + datetime.timedelta(minutes=5)
start = end - datetime.timedelta(days=60)
found = Downloader()((start, end))
ids = [one["service_request_id"] for one in found]
whole = requests.get(f"{URL}/requests.json").json()
assert len(ids) == len(set(ids)) == len(whole) > 200, (len(ids), len(whole))
assert ids == [one["service_request_id"] for one in whole]
assert all(one["notes"][0]["type"] == "submitted" for one in found)
assert all(one["extended_attributes"]["channel"] for one in found)

changed = Downloader(updated_start_date=start.isoformat(), updated_end_date=end.isoformat())((start, end))
assert len(changed) == len(found)
