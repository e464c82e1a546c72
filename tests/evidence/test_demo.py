"""The report of a demo shift against what happened in truth: the timeline of the simulated world."""

import collections
import csv
import datetime
import json
import subprocess

import pytest

from evidence import BINARIES, report
from recount import moment
from test_page import figures

# The world notes a pause as it answers it, the function as the answer arrives: so long at most on a busy machine.
TOLERANCE = datetime.timedelta(milliseconds=400)
# An event tells whole milliseconds.
ROUNDING = datetime.timedelta(milliseconds=2)
# The shift takes a quarter of a minute.
PATIENCE_SECONDS = 180


def secure_pauses(lines):
    """What happened in truth: a dictionary for each secure pause."""
    pauses, screens = [], collections.defaultdict(dict)
    for line in lines:
        at, call = moment(line["at"]), line["conversation"]
        current = next((it for it in reversed(pauses) if it["conversation"] == call), None)
        if line.get("securePause"):
            pauses.append({"conversation": call, "start": at, "end": None, "darkened": None, "recorded_again": None})
        elif "securePause" in line:
            current["end"] = at
        elif current:
            was = screens[call].get(line["participant"])
            if line["screen"] == "paused" and current["darkened"] is None:
                current["darkened"] = at
            elif was == "paused" and line["screen"] == "active" and current["recorded_again"] is None:
                current["recorded_again"] = at
        if "screen" in line:
            screens[call][line["participant"]] = line["screen"]
    return pauses


@pytest.fixture(scope="module")
def shift(tmp_path_factory):
    directory = tmp_path_factory.mktemp("demo")
    log, truth = directory / "log.jsonl", directory / "truth.jsonl"
    command = [BINARIES / "demo", "--function", BINARIES / "secure-pause", "--log", log, "--truth", truth]
    played = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_SECONDS)
    assert played.returncode == 0, played.stdout + played.stderr
    page, table = report(directory, log)
    with table.open(newline="") as rows:
        told = {row["conversation"]: row for row in csv.DictReader(rows)}
    happened = secure_pauses(json.loads(line) for line in truth.read_text().splitlines())
    return page, told, happened


def test_every_secure_pause_that_happened_is_told_as_it_happened(shift):
    _, told, happened = shift
    assert len(happened) >= 10
    for pause in happened:
        row = told[pause["conversation"]]
        assert abs(moment(row["start"]) - pause["start"]) < TOLERANCE, row
        if row["end_known_by"] == "ended":
            assert abs(moment(row["end"]) - pause["end"]) < TOLERANCE, row
        assert bool(row["darkened"]) == bool(pause["darkened"]), row
        if pause["darkened"]:
            assert row["standing"] == "verified", row
            exposed = pause["darkened"] - pause["start"]
            exposure = datetime.timedelta(milliseconds=int(row["exposure_ms"]))
            assert exposed - ROUNDING <= exposure <= exposed + TOLERANCE, (row, pause)
        assert bool(row["recorded_again"]) == bool(pause["recorded_again"]), row
        if pause["recorded_again"]:
            assert abs(moment(row["recorded_again"]) - pause["recorded_again"]) < TOLERANCE, row


def test_nothing_is_told_that_did_not_happen(shift):
    _, told, happened = shift
    # A secure flow takes the card without the agent's Secure Pause: an order, and none in the world's timeline. Nor is
    # the payment call there on which nobody pressed it.
    assert len(told) == len(happened) + 2
    others = [told[call] for call in told.keys() - {pause["conversation"] for pause in happened}]
    assert sorted(row["standing"] for row in others) == ["no-secure-pause", "verified"]


def test_what_is_stored_of_the_four_calls_is_told(shift):
    _, told, _ = shift
    looked_at = sorted((row["proof"], row["standing"]) for row in told.values() if row["proof"] != "missing")
    assert looked_at == [
        ("cut-out", "verified"), ("exposed", "no-record"), ("exposed", "not-dark"), ("no-secure-pause", "no-secure-pause"),
    ]  # fmt: skip


def test_the_figures_of_the_page_are_those_of_the_world(shift, browser):
    page, told, happened = shift
    browser.get(page.as_uri())
    came = figures(browser)
    dark = sum(pause["darkened"] is not None for pause in happened)
    over = sum(row["standing"] == "nothing-to-pause" for row in told.values())
    # One more by a flow's order, and one less of which no event came.
    wanted = {
        "secure-pauses": len(happened),
        "verified": dark + 1,
        "not-dark": len(happened) - dark - over - 1,
        "failed-Forbidden": 1,
        "fault-Forbidden": 1,
        "nameless-InvalidEvent": 1,
        "ended-without-started": 0,
        "broken": 0,
    }
    assert {name: int(came.get(name, "0")) for name in wanted} == wanted
    assert over == 1
