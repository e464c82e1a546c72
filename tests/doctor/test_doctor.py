"""Three kinds of organization, and those in which nothing can be found out."""

import http.client
import json
import re
import socket

import answer
import doctor
import pytest
from conftest import ROOT

CHECKS = ["settings", "secret", "token", "clock", "permissions", "conversation", "events", "call_ends",
          "screen_recording_path", "voice_pause", "recordings"]
# A gateway's.
PAGE = {"headers": {"content-type": "text/html"}, "body": "<html><body>never shown</body></html>"}
YES = "Secure pauses can be handled, as far as can be known without a live call."
NO = "Secure pauses cannot be handled as things are: see FAILED and NO."
NO_EVENT = "No event of a secure pause comes here; orders by a flow or a script's button remain."
UNKNOWN = "Whether secure pauses can be handled could not be found out."


def typed(world):
    return world.client["client_id"], world.client["client_secret"]


@pytest.mark.parametrize(
    ("topics", "code", "mark", "to_set", "said"),
    [
        ("all", 0, "ok", "Trigger=both", f"{YES} Trigger=both."),
        ("snapshots", 0, "ok", "Trigger=snapshots", f"{YES} Trigger=snapshots."),
        ("websocket", 1, "NO", "let a script's button or a secure call flow order the pause", NO_EVENT),
        ("absent", 1, "NO", "let a script's button or a secure call flow order the pause", NO_EVENT),
    ],
)
def test_an_owner_learns_it_by_typing_in_the_client(desk, world, topics, code, mark, to_set, said):
    world.is_organization(topics=topics)
    done = desk.make(answers=typed(world))
    shown, _, wanted = done.table()["events"]
    assert (shown, done.mark("token"), done.mark("recordings")) == (mark, "ok", "ok"), done.out
    assert to_set in wanted, done.out
    assert said in done.out.splitlines()
    # Make has one exit code for every failure, and names the tool's.
    assert (done.code, "Error 1" in done.out) == ((0, False) if code == 0 else (2, True)), done.out
    assert max(map(len, done.out.splitlines())) <= 120
    # There is no stack, and so no mode.
    assert re.fullmatch(r"preflight ok: version \S+ \(\S+\)", [it for it in done.out.splitlines() if "preflight ok" in it][0])


def test_the_table_has_a_row_for_each_check_and_none_for_what_is_the_stacks(desk):
    done = desk.make(f"CLIENT={desk.client_file()}")
    assert "OAuth client id" not in done.out
    assert list(done.table()) == CHECKS, done.out
    assert "may refuse a service client, whatever its rights" in done.table()["screen_recording_path"][2], done.out


@pytest.mark.parametrize(
    "fault",
    [{"status": 429}, {"status": 503}, {"status": 404}, PAGE | {"status": 401}, PAGE | {"status": 403}],
)
def test_a_list_that_cannot_be_had_is_no_verdict(desk, world, fault):
    world.fault(**fault)
    done = desk.run()
    assert (done.code, done.mark("events")) == (2, "?"), done.out + done.err
    assert UNKNOWN in done.out.splitlines()


def test_the_same_as_json(desk, world):
    world.is_organization(topics="absent", mayPauseVoices=False)
    done = desk.run("--json")
    told = json.loads(done.out)
    assert (done.code, told["securePauses"], told["trigger"], told["preflight"]) == (1, "no", "none", "ok")
    assert [it["check"] for it in told["checks"]] == CHECKS
    (events,) = [it for it in told["checks"] if it["check"] == "events"]
    assert events["securePauses"] == "no" and "script's button" in events["remedy"]


def test_a_client_that_genesys_refuses_is_a_no(desk, world):
    world.client = world.client | {"client_secret": "never-heard-of"}
    try:
        done = desk.run()
    finally:
        world.client = world.ask("GET", "/client")
    assert (done.code, done.mark("token"), done.mark("events")) == (1, "FAILED", "-"), done.out
    assert NO in done.out.splitlines()


def test_a_network_without_a_way_out_is_no_verdict(desk):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        done = desk.run(env={"GENESYS_LOGIN_URL": f"http://127.0.0.1:{nobody.getsockname()[1]}"})
    assert (done.code, done.mark("token")) == (2, "FAILED"), done.out
    assert UNKNOWN in done.out.splitlines()


@pytest.mark.parametrize(
    ("options", "env", "said"),
    [
        (["--region", "mypurecloud.ie.example.com"], {"GENESYS_API_URL": ""}, "REGION is none of"),
        ([], {"GENESYS_API_URL": "https://api.example.com"}, "are for tests"),
        ([], {"GENESYS_API_URL": "http://192.0.2.7:80"}, "are for tests"),
        (["--function", "/nowhere"], {}, "cannot be started"),
        (["--function", "/bin/false"], {}, "no answer to its preflight and has ended with 1"),
    ],
)
def test_what_cannot_be_asked_is_said_in_one_line(desk, world, options, env, said):
    done = desk.run(*options, env=env)
    assert (done.code, done.out, world.new_requests()) == (2, "", [])
    assert said in done.err and len(done.err.splitlines()) == 1


def test_without_a_terminal_nothing_is_typed_in(desk, world):
    done = desk.run(client=False)
    assert (done.code, world.new_requests()) == (2, [])
    assert "there is no terminal" in done.err


def test_a_region_that_is_none_is_refused_before_anybody_types(desk):
    done = desk.run("--region", "mypurecloud.example", client=False, env={"GENESYS_API_URL": ""})
    assert done.code == 2 and "REGION is none of" in done.err


def test_a_region_that_is_none_is_refused_before_anything_is_built(desk):
    done = desk.make("REGION=mypurecloud.example", "CARGO=/nowhere", env={"GENESYS_API_URL": ""})
    assert done.code == 2 and "REGION is none of" in done.out and "building" not in done.out, done.out


def test_what_the_function_says_of_why_it_cannot_run_is_shown(desk, tmp_path):
    broken = tmp_path / "broken"
    broken.write_text("#!/bin/sh\necho no such library >&2\nexit 127\n")
    broken.chmod(0o700)
    done = desk.run("--function", str(broken))
    assert done.code == 2 and "no such library" in done.err and "has ended with 127" in done.err


def test_settings_of_the_function_are_handed_on(desk):
    done = desk.run(env={"EXTRA_CA_BUNDLE": str(ROOT / "README.md")})
    assert (done.code, done.mark("settings")) == (1, "FAILED"), done.out
    assert "EXTRA_CA_BUNDLE" in done.table()["settings"][1]


@pytest.fixture
def standin():
    desk = doctor.Desk(("made-up-id", "made-up-secret"))
    yield desk
    desk.close()


def ask(standin, key, target="secretsmanager.GetSecretValue"):
    connection = http.client.HTTPConnection("127.0.0.1", standin.server_port, timeout=5)
    signed = f"AWS4-HMAC-SHA256 Credential={key}/20261101/us-east-1/secretsmanager/aws4_request, Signature=0"
    connection.request("POST", "/", "{}", {"X-Amz-Target": target, "Authorization": signed})
    found = connection.getresponse()
    return found.status, found.read().decode()


def test_the_secret_is_handed_to_the_function_alone(standin):
    status, told = ask(standin, standin.access_key)
    assert status == 200 and json.loads(json.loads(told)["SecretString"])["client_secret"] == "made-up-secret"
    for key in ("", "unused", standin.access_key[:-1], standin.access_key + "0"):
        assert ask(standin, key) == (404, "")
    assert ask(standin, standin.access_key, "secretsmanager.ListSecrets") == (404, "")
    assert standin.server_address[0] == "127.0.0.1"


def test_a_function_that_never_answers_is_given_up(standin, monkeypatch):
    monkeypatch.setattr(doctor, "PATIENCE_SECONDS", 0.3)

    class Hanging:
        def poll(self):
            return None

    with pytest.raises(doctor.genesys.Refused, match="no answer to its preflight within 0.3 s"):
        standin.answer_of(Hanging())


def told(**changed):
    check = {"check": "events", "status": "unknown", "detail": "nothing", "remedy": "all of it", "securePauses": "no"}
    return {"preflight": "ok", "version": "1.2.3", "commit": "abc", "mode": None, "checks": [check]} | changed


@pytest.mark.parametrize(
    ("told", "code"),
    [
        (told(securePauses="yes"), 0),
        (told(securePauses="no"), 1),
        (told(securePauses="unknown"), 2),
        (told(securePauses="perhaps"), 2),
        (told(), 2),
        (told(preflight="failed"), 1),
    ],
)
def test_an_answer_that_does_not_say_is_never_a_good_one(told, code):
    assert answer.code(told) == code


def test_orders_remain_only_where_nothing_but_the_event_is_missing():
    missing = told(securePauses="no", trigger="none")
    assert NO_EVENT in answer.document(missing, 120).splitlines()
    refused = {"check": "conversation", "status": "failed", "detail": "403", "remedy": "a role", "securePauses": "no"}
    missing["checks"].append(refused)
    assert NO in answer.document(missing, 120).splitlines()


@pytest.mark.parametrize("width", [40, 80, 120, 300])
def test_the_table_fits_the_terminal_that_is_wide_enough(width):
    text = answer.document(told(securePauses="no"), width)
    assert text.splitlines()[1].split()[:2] == ["NO", "events"]
    assert text.splitlines()[-1] == "preflight ok: version 1.2.3 (abc), mode unknown"
    assert all(len(line) <= max(width, 80) for line in text.splitlines())
