"""Only a screen recording that is known to be exposed is deleted, and only by somebody who was asked."""

import gzip
import json
import time

import pytest
from conftest import CONVERSATION, CTRL_C, PURGER, ROOT, SCREEN, VOICE, noted, screen, voice

CUT = "--paused-screen", "cut"
APPLY = *CUT, "--apply"
OTHER = "3d2c9a10-0000-4000-8000-000000000002"
PAUSES = [{"from": "2026-11-20T09:01:04.000Z", "to": "2026-11-20T09:02:34.000Z"}]
# What is written down of a deletion that goes well: that it was asked for, before anything else.
DELETED = ["unconfirmed", "ordered", "deleted"]
LATER = "2026-11-20T11:00:00Z"
SECOND = {"from": "2026-11-20T09:03:04.12Z", "to": "2026-11-20T09:04:04.000000001Z"}


def shown(**changed):
    """A recording in a proof record."""
    told = {"id": SCREEN, "media": "screen", "start": "2026-11-20T09:00:06Z", "end": "2026-11-20T09:05:06Z", "missingMs": 0}
    return told | changed


def proof(**changed):
    """A proof record of the function."""
    recording = shown()
    told = {"kind": "secure_pause_proof", "schema": 1, "conversationId": CONVERSATION, "verdict": "exposed"}
    told |= {"timestamp": "2026-11-20T09:20:05Z", "toleranceMs": 5000}
    return told | PAUSES[0] | {"recordings": [{"id": VOICE, "media": "audio"}, recording]} | changed


@pytest.fixture
def log(tmp_path):
    def write(*lines):
        path = tmp_path / "proof.jsonl"
        path.write_text("\n".join(it if isinstance(it, str) else json.dumps(it) for it in lines))
        return "--log", path

    return write


def outcomes(done):
    return [json.loads(it)["outcome"] for it in done.out.splitlines()]


def refused(desk, said, *options, reason=None, **how):
    done = desk.purge(*options, **how)
    assert (done.code, desk.genesys.changes()) == (2, [])
    assert said in done.err, done.err
    lines = [json.loads(it) for it in done.out.splitlines()]
    assert [(it["outcome"], it["reason"]) for it in lines] == ([("refused", reason)] if reason else [])


def test_without_being_told_it_changes_nothing(desk):
    done = desk.purge(*CUT)
    assert (done.code, done.out, desk.genesys.changes()) == (0, "", [])
    assert "Dry run: nothing was changed" in done.err
    assert "missing 0.0 s, of secure pauses 90.0 s" in done.err
    assert "the secure pause of 2026-11-20T09:01:04.000Z to 2026-11-20T09:02:34.000Z" in done.err


def test_it_is_deleted_and_followed_until_it_is(desk):
    done = desk.purge(*APPLY, answers=[SCREEN])
    assert done.code == 0, done.err
    assert outcomes(done) == DELETED
    assert desk.genesys.changes() == [f"PUT /api/v2/conversations/{CONVERSATION}/recordings/{SCREEN}?clearExport=true"]
    assert "AVAILABLE" in done.err and "DELETED" in done.err, "progress is shown"


def test_the_line_for_the_report(desk):
    done = desk.purge(*APPLY, answers=[SCREEN])
    line = json.loads(done.out.splitlines()[-1])
    assert line.pop("at").endswith("Z")
    assert line.pop("deleteDate").endswith("T00:00:00.000Z")
    assert line == {
        "kind": "secure_pause_purge",
        "schema": 1,
        "conversationId": CONVERSATION,
        "recordingId": SCREEN,
        "outcome": "deleted",
        "reason": None,
        "pauses": PAUSES,
        "knownBy": "figures",
        "exported": None,
    }


def test_the_line_is_added_to_a_file(desk, tmp_path):
    out = tmp_path / "purges.jsonl"
    out.write_text("{}\n")
    done = desk.purge(*APPLY, "--out", out, answers=[SCREEN])
    assert (done.code, done.out) == (0, "")
    assert [json.loads(it).get("outcome") for it in out.read_text().splitlines()] == [None, *DELETED]


def test_nothing_is_changed_where_the_line_could_not_be_kept(desk, tmp_path):
    refused(desk, "cannot be written", *APPLY, "--out", tmp_path / "none" / "purges.jsonl", answers=[SCREEN])


@pytest.mark.parametrize("answer", ["yes", "", VOICE, SCREEN[:-1]])
def test_whoever_does_not_type_its_id_deletes_nothing(desk, answer):
    refused(desk, "nothing was changed", *APPLY, answers=[answer])


def test_no_script_confirms_it(desk):
    refused(desk, "a person has to confirm it", *APPLY, piped=SCREEN + "\n")


def test_a_voice_is_never_deleted(desk):
    refused(desk, "not a screen recording", *APPLY, recording=VOICE, reason="not-a-screen")


@pytest.mark.parametrize(
    "changed",
    [{"media": "audio"}, {"media": "chat"}, {"media": ..., "mediaSubtype": "Trunk"}, {"mediaSubtype": "Station"}],
)
def test_what_is_not_plainly_a_screen_is_never_deleted(desk, changed):
    desk.genesys.serve(voice(noted()), screen(**changed))
    refused(desk, "not a screen recording", *APPLY, reason="not-a-screen")


def test_an_id_that_nothing_has_deletes_nothing(desk):
    refused(desk, "knows no such recording", *APPLY, recording=OTHER, reason="not-shown")


@pytest.mark.parametrize("answer", [[{"id": CONVERSATION}], [{"id": OTHER}], [{}], {}, None, "", 0, False])
def test_under_legal_hold_nothing_is_deleted(desk, answer):
    desk.genesys.fault("protection", 200, body=answer)
    refused(desk, "under legal hold", *APPLY, reason="legal-hold")


def test_what_is_refused_is_a_line_for_the_report_and_a_copy_is_named_in_it(desk, tmp_path):
    out = tmp_path / "purges.jsonl"
    desk.genesys.serve(voice(noted()), screen(exportedDate="2026-11-20T10:00:00Z"))
    desk.genesys.hold()
    done = desk.purge(*CUT, "--out", out)
    assert (done.code, done.out) == (2, "")
    line = json.loads(out.read_text())
    wanted = {"outcome": "refused", "reason": "legal-hold", "pauses": PAUSES, "exported": "2026-11-20T10:00:00.000Z"}
    assert {name: line[name] for name in wanted} == wanted


def test_under_a_legal_hold_of_genesys_nothing_is_deleted(desk):
    desk.genesys.hold()
    refused(desk, "under legal hold", *APPLY, "--seen", reason="legal-hold")


@pytest.mark.parametrize("status", [400, 403, 404, 500])
def test_where_legal_hold_is_not_known_nothing_is_deleted(desk, status):
    desk.genesys.fault("protection", status, times=9)
    refused(desk, f"POST deletionprotection: answered {status}", *APPLY)


def test_a_legal_hold_that_came_while_it_asked_is_seen(desk):
    desk.genesys.fault("protection", 200, body=[])
    desk.genesys.hold()
    refused(desk, "under legal hold", *APPLY, answers=[SCREEN], reason="legal-hold")


@pytest.mark.parametrize("setting", ["unknown", "frozen", "masked"])
def test_what_may_be_dark_is_not_known_to_be_exposed(desk, setting):
    refused(desk, "not-provable", "--paused-screen", setting, "--apply", reason="not-exposed")


@pytest.mark.parametrize(
    ("recordings", "said"),
    [
        ([voice(noted()), screen(outputDurationMs=210000)], "cut-out"),
        ([voice(noted()), screen(fileState="ERROR")], "unknown"),
        ([voice(noted()), screen(endTime="2026-11-20T09:01:00Z", outputDurationMs=54000)], "not-recorded"),
        ([voice(), screen()], "no-secure-pause"),
        ([screen()], "unknown"),
        ([voice(noted()), screen(outputDurationMs=210000), screen(id=OTHER)], "cut-out"),
    ],
)
def test_what_the_figures_do_not_call_exposed_stays(desk, recordings, said):
    desk.genesys.serve(*recordings)
    refused(desk, f"but {said}", *APPLY, reason="not-exposed")


def test_a_short_secure_pause_that_is_wholly_in_the_file_is_exposed(desk):
    desk.genesys.serve(voice(noted(durationMs=4000)), screen())
    assert desk.purge(*CUT).code == 0


def test_one_screen_is_exposed_whatever_another_one_shows(desk):
    dark, failed = screen(id=OTHER, outputDurationMs=210000), screen(id=CONVERSATION, fileState="ERROR")
    desk.genesys.serve(voice(noted()), dark, failed, screen())
    assert desk.purge(*CUT).code == 0


def test_a_screen_that_is_not_listed_is_not_judged(desk):
    desk.genesys.fault("recordings", 200, body=[voice(noted())])
    refused(desk, "but nothing", *APPLY, reason="not-exposed")


def test_somebody_who_has_looked_knows_it_and_is_asked(desk):
    desk.genesys.set(recordingsRights=["recording:screenRecording:view", "recording:screenRecording:editRetention"])
    done = desk.purge("--seen", "--apply", answers=["yes", SCREEN])
    assert done.code == 0, done.err
    lines = [json.loads(it) for it in done.out.splitlines()]
    assert [it["outcome"] for it in lines] == DELETED
    assert [(it["knownBy"], it["pauses"]) for it in lines] == [("seen", [])] * 3


@pytest.mark.parametrize("answer", ["", "no", SCREEN])
def test_whoever_has_seen_no_card_deletes_nothing(desk, answer):
    refused(desk, "nobody has seen a card on it", "--seen", "--apply", answers=[answer])


def test_nobody_s_look_opens_a_voice_or_a_script(desk):
    refused(desk, "not a screen recording", "--seen", "--apply", recording=VOICE, reason="not-a-screen")
    refused(desk, "a person has to confirm it", "--seen", "--apply", piped=f"yes\n{SCREEN}\n")


def test_a_call_that_was_lived_and_whose_screen_nobody_paused(desk):
    started = json.loads((ROOT / "events" / "secure_pause" / "started.json").read_text())
    staged = desk.genesys.ask("POST", "/stage", started)
    ids = {name: staged[name] for name in ("conversationId", "userId")}
    time.sleep(0.1)
    desk.genesys.ask("POST", "/secure-pause", ids | {"on": False})
    desk.genesys.ask("POST", "/hang-up", ids)
    stored = desk.genesys.ask("GET", f"/recordings?conversation={ids['conversationId']}")
    words = "--conversation", ids["conversationId"], "--recording"
    for told in stored:
        done = desk.run("purge", *words, told["id"], *APPLY, answers=[told["id"]] if told["media"] == "screen" else None)
        assert done.code == (0 if told["media"] == "screen" else 2), done.err
    assert len(desk.genesys.changes()) == len(stored) - 1 == 2, "the screens of two agents, and never the voice"


def test_a_proof_record_is_as_good_as_the_figures(desk, log):
    desk.genesys.set(recordingsRights=["recording:screenRecording:view", "recording:screenRecording:editRetention"])
    done = desk.purge(*log("not JSON", "[]", proof()), "--apply", answers=[SCREEN])
    assert done.code == 0, done.err
    lines = [json.loads(it) for it in done.out.splitlines()]
    assert [(it["knownBy"], it["pauses"]) for it in lines] == [("proof", PAUSES)] * 3


@pytest.mark.parametrize(
    "lines",
    [
        [proof(verdict="not-provable")],
        [proof(verdict="unknown")],
        [proof(), proof(verdict="cut-out", timestamp=LATER)],
        [proof(verdict="cut-out", timestamp=LATER), proof()],
        [proof(), proof(verdict="cut-out", timestamp=LATER, recordings=None)],
        # A later look saw one more recording of the voice, and places it otherwise.
        [proof(), proof(verdict="cut-out", timestamp=LATER, **{"from": "2026-11-20T09:01:03.6Z"})],
        [proof(timestamp=None)],
        [proof(toleranceMs=None)],
        [{**proof(), "from": None}],
        [proof(recordings=[shown(media="audio")])],
        [proof(recordings=[shown(id=OTHER)])],
        [proof(recordings=[shown(start="2026-11-20T09:03:06Z")])],
        # Another screen is exposed, this one was dark.
        [proof(recordings=[shown(id=OTHER), shown(missingMs=90000)])],
        [proof(recordings=[shown(id=OTHER), shown(missingMs=86000)])],
        [proof(recordings=[shown(id=OTHER), shown(missingMs=62000)], toleranceMs=30000)],
        [proof(recordings=[shown(missingMs=None)])],
        [proof(recordings=[7])],
    ],
)
def test_a_record_that_does_not_say_exposed_of_this_recording_proves_nothing(desk, log, lines):
    refused(desk, "no proof record in LOG", *log(*lines), *APPLY, reason="not-exposed")


@pytest.mark.parametrize(
    "lines",
    [
        [proof(), proof(**SECOND, verdict="cut-out")],
        # One of two secure pauses is missing, and the other one is there.
        [proof(**it, recordings=[shown(missingMs=90000)]) for it in (PAUSES[0], SECOND)],
        # A piece of a screen that was cut up.
        [proof(recordings=[shown(start="2026-11-20T09:02:31Z")])],
        # Two pieces of four seconds of it, each of which lacks a little.
        [proof(recordings=[shown(start="2026-11-20T09:02:30Z", missingMs=1), shown(id=OTHER, end="2026-11-20T09:01:08Z", missingMs=200)])],
        [proof(recordings=[shown(id=OTHER), shown(missingMs=88000)], toleranceMs=1000)],
        ["[]", "2026-11-20T09:20:06.1Z " + json.dumps(proof())],
        [json.dumps({"events": [{"message": json.dumps(proof())}, {"message": None}], "searchedLogStreams": []}, indent=4)],
        [json.dumps({"events": []}), json.dumps({"nextToken": "a", "events": [{"message": json.dumps(proof()) + "\n"}]})],
    ],
)
def test_a_recording_that_has_a_part_of_an_exposed_secure_pause_is_known_to_be(desk, log, lines):
    done = desk.purge(*log(*lines))
    assert done.code == 0, done.err


@pytest.mark.parametrize(
    "lines",
    [
        [],
        ["{"],
        [proof(conversationId=OTHER)],
        [proof(schema=2)],
        [proof(kind="secure_pause_audit")],
        [json.dumps({"events": [{"message": json.dumps(proof(conversationId=OTHER))}]})],
    ],
)
def test_a_log_without_a_proof_record_of_the_conversation_is_the_wrong_file(desk, log, lines):
    refused(desk, "LOG has no proof record of this conversation", *log(*lines), *APPLY)


def test_a_log_may_be_gzip(desk, tmp_path_factory):
    path = tmp_path_factory.mktemp("log") / "month.gz"
    path.write_bytes(gzip.compress(json.dumps(proof()).encode()))
    assert desk.purge("--log", path).code == 0
    path.write_bytes(path.read_bytes()[:40])
    refused(desk, "month.gz cannot be read", "--log", path)


def test_a_log_that_cannot_be_read_is_named(desk, tmp_path):
    refused(desk, "none.jsonl cannot be read", "--log", tmp_path / "none.jsonl", *APPLY)


def test_a_proof_record_does_not_open_a_voice(desk, log):
    refused(desk, "not a screen recording", *log(proof(recordings=[shown(id=VOICE)])), *APPLY, recording=VOICE, reason="not-a-screen")


def test_a_copy_that_has_left_genesys_is_named(desk):
    desk.genesys.serve(voice(noted()), screen(exportedDate="2026-11-20T10:00:00Z"))
    done = desk.purge(*APPLY, answers=[SCREEN])
    assert "EXPORTED:       2026-11-20T10:00:00.000Z. Genesys cannot delete that copy" in done.err
    assert [json.loads(it)["exported"] for it in done.out.splitlines()] == ["2026-11-20T10:00:00.000Z"] * 3


def test_an_export_that_waits_is_called_off(desk):
    desk.genesys.serve(voice(noted()), screen(exportDate="2026-11-27T10:00:00Z"))
    done = desk.purge(*APPLY, answers=[SCREEN])
    assert "it is called off" in done.err
    assert "exportDate" not in desk.genesys.recording(SCREEN)


def test_what_is_not_deleted_in_time_is_said(desk):
    desk.genesys.set(deletesAfterMs=60000)
    done = desk.purge(*APPLY, "--follow-minutes", "0.05", answers=[SCREEN])
    assert (done.code, outcomes(done)) == (1, DELETED[:2])
    assert "not seen to be deleted yet" in done.err


def test_whoever_does_not_want_to_wait_may_go(desk):
    desk.genesys.set(deletesAfterMs=60000)
    done = desk.purge(*APPLY, answers=[SCREEN, CTRL_C])
    assert (done.code, outcomes(done)) == (1, DELETED[:2])
    assert "not seen to be deleted yet" in done.err


def test_whoever_stops_at_the_question_changes_nothing(desk):
    refused(desk, "stopped; nothing was changed", *APPLY, answers=[CTRL_C])


def test_what_is_gone_is_deleted(desk):
    desk.genesys.set(forgetsDeleted=True)
    done = desk.purge(*APPLY, answers=[SCREEN])
    assert outcomes(done) == [*DELETED[:2], "gone"]


@pytest.mark.parametrize("body", [None, {"message": "no route"}, {"code": "no.route"}, {"code": 404}, "not.found"])
def test_a_gateways_404_is_not_gone(desk, body):
    desk.genesys.fault("metadata", 200, body=screen(deleteDate="2020-01-01T00:00:00Z"))
    desk.genesys.fault("metadata", 404, times=99, body=body)
    done = desk.purge(*APPLY, "--follow-minutes", "0.05", answers=[SCREEN])
    assert (done.code, outcomes(done)) == (1, DELETED[:2])


@pytest.mark.parametrize("asked", [False, True])
def test_asked_again_later_it_says_that_it_is_deleted(desk, asked):
    desk.genesys.serve(screen(fileState="DELETED", startTime=None, endTime=None))
    if asked:
        desk.genesys.fault("recordings", 200, body=[])
    done = desk.purge()
    assert (done.code, done.line()["outcome"], desk.genesys.changes()) == (0, "deleted", [])
    assert (done.line()["knownBy"], done.line()["pauses"]) == (None, [])


def test_asked_again_later_what_is_gone_was_ordered(desk, log):
    desk.genesys.serve(voice(noted()))
    ordered = {"kind": "secure_pause_purge", "outcome": "ordered", "conversationId": CONVERSATION, "recordingId": SCREEN}
    for other in ({"recordingId": OTHER}, {"outcome": "unconfirmed"}, {"kind": "secure_pause_audit"}):
        refused(desk, "knows no such recording", *log(ordered | other), reason="not-shown")
    done = desk.purge(*log(ordered))
    assert (done.code, done.line()["outcome"]) == (0, "gone")


def test_a_date_that_was_not_taken_is_no_order(desk):
    desk.genesys.fault("retention", kind="idle")
    done = desk.purge(*APPLY, answers=[SCREEN])
    assert (done.code, done.line()["outcome"]) == (1, "unconfirmed")


@pytest.mark.parametrize(("status", "outcome"), [(500, "unconfirmed"), (503, "unconfirmed"), (408, "unconfirmed")])
def test_a_lost_answer_is_read_back_and_nothing_is_sent_twice(desk, status, outcome):
    desk.genesys.fault("retention", status)
    done = desk.purge(*APPLY, answers=[SCREEN])
    assert (done.code, done.line()["outcome"], len(desk.genesys.changes())) == (1, outcome, 1)


def test_whoever_stops_while_it_is_read_back_has_asked_for_it(desk):
    desk.genesys.fault("metadata", 500, times=99)
    done = desk.purge(*APPLY, answers=[SCREEN], stopped_at="recordingmetadata")
    assert (done.code, done.line()["outcome"], len(desk.genesys.changes())) == (1, "unconfirmed", 1)
    assert "nothing was changed" not in done.err and "its deletion was asked for" in done.err


def test_a_lost_answer_to_what_was_carried_out_is_read_back(desk):
    desk.genesys.fault("retention", kind="lost")
    done = desk.purge(*APPLY, answers=[SCREEN])
    assert outcomes(done) == DELETED


@pytest.mark.parametrize(
    ("missing", "lines"),
    [("recording:screenRecording:editRetention", []), ("recording:screenRecording:view", ["not-shown"])],
)
def test_without_its_rights_nothing_is_deleted(desk, missing, lines):
    desk.genesys.set(recordingsRights=sorted(PURGER - {missing}), deletesAfterMs=0)
    done = desk.purge(*APPLY, answers=[SCREEN] if "edit" in missing else None)
    assert done.code == 2 and [json.loads(it)["reason"] for it in done.out.splitlines()] == lines
    assert desk.genesys.recording(SCREEN) == screen()


def test_a_token_that_has_run_out_is_renewed(desk):
    desk.genesys.fault("retention", 401)
    assert desk.purge(*APPLY, answers=[SCREEN]).code == 0
    assert len(desk.genesys.changes()) == 2, "the first was not carried out"


def test_the_client_is_typed_in_before_it_asks(desk):
    done = desk.purge(*APPLY, client=False, answers=[*desk.genesys.client, SCREEN])
    assert done.code == 0, done.err


def test_the_command_as_it_is_typed_is_a_dry_run(desk):
    done = desk.make("purge", f"CONVERSATION={CONVERSATION}", f"RECORDING={SCREEN}", "PAUSED_SCREEN=cut", "APPLY=0")
    assert (done.code, done.out) == (0, "") and "Dry run" in done.err, done.err
    asked = len(desk.genesys.requests())
    for words in (["purge"], ["purge", f"CONVERSATION={CONVERSATION}"], ["purge", f"RECORDING={SCREEN}"]):
        done = desk.make(*words)
        assert done.code == 2 and "make purge" in done.err
    assert len(desk.genesys.requests()) == asked
