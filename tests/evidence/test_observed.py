"""A log of MODE=observe becomes what the organization says."""

import collections
import json

from evidence import made_up, report
from test_page import figures


def test_what_the_readings_told_is_counted(browser, tmp_path):
    log = tmp_path / "log.jsonl"
    log.write_text(made_up("--seed", 5, "--pauses", 40, "--observe"))
    page, _ = report(tmp_path, log)
    browser.get(page.as_uri())
    came = figures(browser)
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    readings = [line for line in lines if "reading" in line]
    events = collections.defaultdict(list)
    for line in readings:
        events[line["conversationId"], line["phase"], line["eventTime"]].append(line)
    wanted = collections.Counter()
    for (_, phase, _), read in events.items():
        pause, voice = ("on", "paused") if phase == "started" else ("off", "active")
        for field, value in (("securePause", pause), ("recordingState", voice)):
            shown = [line["reading"] for line in read if line[field] == value]
            wanted[f"trail-{phase}-{field}-{min(shown, default='never')}"] += 1
    assert came["observed-events"] == str(len(events)) == "80"
    assert came["observed-readings"] == str(len(readings))
    assert came["plan-started-pause"] == "40"
    assert came["screen-ended-live-active"] == "120"
    trails = {name: int(count) for name, count in came.items() if name.startswith("trail-") and count != "0"}
    assert trails == wanted
