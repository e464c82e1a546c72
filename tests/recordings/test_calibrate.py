"""What one test call says of PAUSED_SCREEN."""

import json

import calibrate
import figures
import genesys
import pytest
from conftest import CONVERSATION, READER, SCREEN, agent, call, noted, screen, voice

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
        ([voice(noted()), screen(outputDurationMs=250000)], None, "half is missing"),
        ([voice(noted()), screen(outputDurationMs=100000)], None, "more is missing than the secure pause lasted"),
        ([voice(noted()), CUT, CUT | {"id": SECOND}], "cut", "two monitors"),
        ([voice(noted()), CUT, screen(id=SECOND)], None, "two monitors that differ"),
        ([voice(noted()), CUT, screen(id=SECOND, fileState="ERROR")], None, "one of two that failed"),
        ([voice(noted()), CUT, LATER], "cut", "the second began after it"),
        ([voice(noted()), screen(endTime="2026-11-20T09:01:00Z", outputDurationMs=54000)], None, "it ended before"),
        ([voice(noted(), fileState="UPLOADING"), CUT], None, "the voice is not there yet"),
        ([voice(noted())], None, "no screen"),
        ([voice(), CUT], None, "no secure pause"),
        ([voice(SHORT), screen(outputDurationMs=241000)], None, "59 s"),
        ([voice(noted(), noted(realtimeLocation=200000)), screen(outputDurationMs=120000)], "cut", "two secure pauses"),
        ([voice(noted(), noted(realtimeLocation=900000)), CUT], None, "one cannot be placed"),
        ([], None, "nothing"),
    ],
)
def test_the_figures_speak_for(desk, recordings, value, reason):
    desk.genesys.serve(*recordings)
    done = desk.calibrate("--json")
    assert json.loads(done.out)["speaksFor"] == value, reason
    assert done.code == (0 if value else 1)
    assert not desk.genesys.changes()


def test_every_figure_is_shown(desk):
    desk.genesys.serve(voice(noted()), CUT | {"exportedDate": "2026-11-20T09:30:00Z"})
    done = desk.calibrate("--json")
    assert done.line() == {
        "conversationId": CONVERSATION,
        "call": {"from": "2026-11-20T09:00:02.000Z", "to": "2026-11-20T09:05:20.000Z"},
        "pauses": [{"from": "2026-11-20T09:01:04.000Z", "to": "2026-11-20T09:02:34.000Z", "durationMs": 90000}],
        "screens": [
            {
                "id": SCREEN,
                "media": "screen",
                "fileState": "available",
                "start": "2026-11-20T09:00:06Z",
                "end": "2026-11-20T09:05:06Z",
                "outputDurationMs": 210000,
                "missingMs": 90000,
                "overlapMs": 90000,
                "marks": 0,
                "exported": "2026-11-20T09:30:00.000Z",
                "verdicts": [["cut-out", "as much is missing in the file as the secure pauses lasted"]],
            }
        ],
        "speaksFor": "cut",
        "reason": "as much is missing in the file as the secure pauses lasted",
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
        call(participants=[agent()]),
        {},
    ],
)
def test_a_call_that_is_not_over_is_not_judged(desk, conversation):
    desk.genesys.serve(voice(noted()), CUT, conversation=conversation)
    done = desk.calibrate()
    assert done.code == 1 and "no value (the conversation is not" in done.out


def test_recordings_that_are_not_ready_are_not_judged(desk):
    desk.genesys.set(files="transcoding")
    done = desk.calibrate()
    assert done.code == 2 and "ask again in some minutes" in done.err


@pytest.mark.parametrize("missing", sorted(READER))
def test_it_needs_three_rights_and_no_other(desk, missing):
    desk.genesys.set(recordingsRights=sorted(READER))
    assert desk.calibrate().code == 0
    desk.genesys.set(recordingsRights=sorted(READER - {missing}))
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
            evidence = figures.Evidence(CONVERSATION, conversation, recordings, 5000)
            assert calibrate.spoken_for(evidence)[0] in ("cut", "look", None)
            assert figures.table(evidence)


def test_what_is_no_json_is_not_judged():
    for odd in (float("nan"), "\ud800"):
        recordings = [voice(noted()), screen(outputDurationMs=odd)]
        try:
            evidence = figures.Evidence(CONVERSATION, call(), recordings, 5000)
        except genesys.Refused:
            continue
        assert calibrate.spoken_for(evidence)[0] is None


def test_an_id_that_is_none_goes_nowhere(desk):
    done = desk.run("calibrate", "--conversation", "../users/me")
    assert (done.code, desk.genesys.requests()) == (2, [])


def test_the_command_as_it_is_typed(desk):
    done = desk.make("calibrate", f"CONVERSATION={CONVERSATION}", "JSON=1")
    assert done.code == 0 and done.line()["speaksFor"] == "look", done.err
    assert desk.make("calibrate").code == 2
