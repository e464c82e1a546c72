"""What one test call says of PAUSED_SCREEN."""

import json

import figures
import genesys as client
import pytest
from conftest import call, noted, screen, voice
from standin import CONVERSATION, READER, SCREEN

SECOND = "7b1f6f0e-0000-4000-8000-00000000a003"
CUT = screen(outputDurationMs=210000)
LATER = screen(id=SECOND, startTime="2026-11-20T09:03:00Z", outputDurationMs=126000)
SHORT = noted(durationMs=59000)


@pytest.mark.parametrize(
    ("recordings", "value", "reason"),
    [
        ([voice(noted()), CUT], "cut", "as much is missing"),
        ([voice(noted()), screen(outputDurationMs=214000)], "cut", "4 s late are within the tolerance"),
        ([voice(noted()), screen()], "look", "nothing is missing"),
        ([voice(noted()), screen(outputDurationMs=296000)], "look", "4 s are within the tolerance"),
        ([voice(noted()), screen(outputDurationMs=302000)], "look", "two clocks"),
        ([voice(noted()), screen(outputDurationMs=250000)], None, "half is missing"),
        ([voice(noted()), screen(outputDurationMs=100000)], None, "more is missing than the secure pause lasted"),
        ([voice(noted()), screen(outputDurationMs=306000)], None, "longer than its times"),
        ([voice(noted()), CUT, CUT | {"id": SECOND}], "cut", "two monitors"),
        ([voice(noted()), CUT, screen(id=SECOND)], None, "two monitors that differ"),
        ([voice(noted()), CUT, LATER], "cut", "the second began after it"),
        ([voice(noted()), screen(endTime="2026-11-20T09:01:00Z", outputDurationMs=54000)], None, "it ended before"),
        ([voice(noted()), screen(endTime="2026-11-20T11:05:06.000Z")], None, "longer than the call"),
        ([voice(noted()), screen(startTime=None)], None, "no time"),
        ([voice(noted()), screen(startTime="2026-11-20T09:00:06")], None, "of no zone"),
        ([voice(noted()), screen(outputDurationMs=0)], None, "no length"),
        ([voice(noted()), screen(outputDurationMs=True)], None, "no number"),
        ([voice(noted()), screen(fileState="ERROR")], None, "failed"),
        ([voice(noted()), screen(fileState="UPLOADING")], None, "not there yet"),
        ([voice(noted(), fileState="UPLOADING"), CUT], None, "the voice is not there yet"),
        ([voice(noted())], None, "no screen"),
        ([voice(), CUT], None, "no secure pause"),
        ([voice(noted(reason="Hold")), CUT], None, "on hold"),
        ([voice(noted(reason="FlowOrQueue")), CUT], None, "in a flow"),
        ([voice(noted(reason="Pause")), CUT], None, "another pause"),
        ([CUT | {"annotations": [noted()]}], None, "a mark of the screen's own"),
        ([voice(SHORT), screen(outputDurationMs=241000)], None, "59 s"),
        ([voice(noted(realtimeLocation=...)), CUT], "cut", "the first pause, by its place in the file"),
        ([voice(noted(type="hold", reason="Hold", location=1000), noted(realtimeLocation=...)), CUT], None, "not the first"),
        ([voice(noted(durationMs=...)), CUT], None, "of no length"),
        ([voice(noted(), noted(realtimeLocation=900000)), CUT], None, "and one after the call"),
        ([voice(noted()), voice(noted(), id=SECOND, mediaSubtype="Consult"), CUT], "cut", "noted twice, and one"),
        ([], None, "nothing"),
    ],
)
def test_the_figures_speak_for(desk, recordings, value, reason):
    desk.genesys.recordings = recordings
    done = desk.calibrate("--json")
    assert json.loads(done.out)["speaksFor"] == value, reason
    assert done.code == (0 if value else 1)
    assert not desk.genesys.changes()


def test_every_figure_is_shown(desk):
    desk.genesys.recordings = [voice(noted()), CUT | {"exportedDate": "2026-11-20T09:30:00Z"}]
    done = desk.calibrate("--json")
    assert done.line() == {
        "conversationId": CONVERSATION,
        "call": {"from": "2026-11-20T09:00:02.000Z", "to": "2026-11-20T09:05:20.000Z"},
        "pauses": [{"from": "2026-11-20T09:01:04.000Z", "to": "2026-11-20T09:02:34.000Z", "durationMs": 90000}],
        "screens": [
            {
                "id": SCREEN,
                "fileState": "AVAILABLE",
                "start": "2026-11-20T09:00:06.000Z",
                "end": "2026-11-20T09:05:06.000Z",
                "outputDurationMs": 210000,
                "missingMs": 90000,
                "overlapMs": 90000,
                "marks": 0,
                "exported": "2026-11-20T09:30:00.000Z",
                "speaksFor": "cut",
                "reason": "as much is missing as the secure pauses lasted",
            }
        ],
        "speaksFor": "cut",
        "reason": "as much is missing as the secure pauses lasted",
    }


def test_the_table_is_for_a_person(desk):
    done = desk.calibrate()
    assert "lasted 300.0 s, plays 300.0 s, missing 0.0 s, of secure pauses 90.0 s" in done.out
    assert "frozen, masked or untouched: open the recording" in done.out


@pytest.mark.parametrize(
    "conversation",
    [
        call(endTime=None),
        call(startTime="yesterday"),
        call(participants=[{"startAcwTime": "2026-11-20T09:05:05Z"}]),
        {},
    ],
)
def test_a_call_that_is_not_over_is_not_judged(desk, conversation):
    desk.genesys.conversation = conversation
    done = desk.calibrate()
    assert done.code == 2 and "the conversation is not over" in done.err


def test_recordings_that_are_not_ready_are_not_judged(desk):
    desk.genesys.faults = {("GET", "recordings"): [(202, {}, None)]}
    done = desk.calibrate()
    assert done.code == 2 and "ask again in some minutes" in done.err


@pytest.mark.parametrize("missing", sorted(READER))
def test_it_needs_three_rights_and_no_other(desk, missing):
    desk.genesys.rights = READER
    assert desk.calibrate().code == 0
    desk.genesys.rights = READER - {missing}
    assert desk.calibrate().code != 0, "never a value for want of a right"


ODD = [None, "", "x", 0, -1, 1.5, 2**70, True, [], [7], {}, "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00"]


def test_no_body_brings_it_down():
    for odd in ODD:
        bodies = [(call(**{name: odd}), [voice(noted()), screen()]) for name in call()]
        bodies += [(call(), [voice(noted()), screen(**{name: odd})]) for name in screen()]
        bodies += [(call(), [voice(noted(), **{name: odd}), screen()]) for name in screen() if name != "annotations"]
        bodies += [(call(), [voice(noted(**{name: odd})), screen()]) for name in noted()]
        bodies += [(call(participants=[odd, {"endAcwTime": odd}]), [voice(odd), screen()])]
        for conversation, recordings in bodies:
            try:
                evidence = figures.Evidence(conversation, recordings, 5000)
            except client.NotReady:
                continue
            assert evidence.calibration()[0] in ("cut", "look", None)
            assert figures.table(evidence, [evidence.verdict(it, "cut") for it in evidence.screens])


def test_an_id_that_is_none_goes_nowhere(desk):
    done = desk.run("calibrate", "--conversation", "../users/me")
    assert (done.code, desk.genesys.requests) == (2, [])


def test_the_command_as_it_is_typed(desk):
    done = desk.make("calibrate", f"CONVERSATION={CONVERSATION}", "JSON=1")
    assert done.code == 0 and done.line()["speaksFor"] == "look", done.err
    assert desk.make("calibrate").code == 2
