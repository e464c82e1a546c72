"""No other request leaves a desk tool, none would change a voice, and no secret is left anywhere."""

import ast
import json
import re
import ssl

import genesys as client
import pytest
from conftest import ALLOWED, CONVERSATION, ID, ROOT, SCREEN, TOOLS, VOICE, screen, voice

NETWORK = {"http", "socket", "ssl", "urllib", "subprocess", "asyncio", "requests", "ftplib", "smtplib", "xmlrpc"}
PATHS = [
    f"/api/v2/conversations/{CONVERSATION}/recordings/{SCREEN}",
    f"/api/v2/conversations/{CONVERSATION}/recordings/{SCREEN}?clearExport=false",
    f"/api/v2/conversations/{CONVERSATION}/recordings?maxWaitMs=5000&includePauseAnnotationsForScreenRecordings=true",
    f"/api/v2/conversations/{CONVERSATION}/recordings/{SCREEN}?clearExport=true&x=1",
    f"/api/v2/conversations/{CONVERSATION}/recordings/{SCREEN}/../{VOICE}?clearExport=true",
    f"/api/v2/conversations/{CONVERSATION}/participants/{SCREEN}/screenrecording/pause",
    "/api/v2/recordings/deletionprotection?protect=false",
    "/api/v2/recording/jobs",
    "/oauth/token",
]


class Silent:
    """A connection that would notice a request."""

    def __init__(self, *_):
        raise ConnectionError("a request has left")


@pytest.fixture
def tools(monkeypatch):
    monkeypatch.setattr(client, "connect", Silent)
    return [it("mypurecloud.ie", ("id", "secret")) for it in (client.Reader, client.Retention)]


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("path", PATHS)
def test_what_is_not_listed_never_leaves(tools, method, path):
    for tool in tools:
        with pytest.raises(AssertionError, match="do not make"):
            tool._send(tool._api, method, path, {}, None)


def test_what_only_reads_lists_nothing_that_changes():
    assert all(call.startswith("GET ") for call in client.Reader.CALLS)
    changing = [it for it in client.Retention.CALLS if not it.startswith("GET ")]
    assert changing == [client.PROTECTION, client.RETENTION], "the first one only asks"
    assert {"POST /oauth/token", *client.Retention.CALLS} == set(ALLOWED), "those that the tests let arrive"


@pytest.mark.parametrize(
    "told",
    [
        {"media": "audio", "mediaSubtype": "Trunk"},
        {"media": "audio", "mediaSubtype": "Screen"},
        {"media": "screen", "mediaSubtype": "Consult"},
        {"media": "screen", "mediaSubtype": ["Screen"]},
        {"media": "email"},
        {"media": None, "mediaSubtype": None},
        {},
    ],
)
def test_no_request_that_would_change_a_voice_can_be_made(tools, told):
    _, retention = tools
    with pytest.raises(client.Refused, match="not a screen recording"):
        retention.delete_screen(CONVERSATION, {"id": VOICE} | told, None)


def test_requests_leave_from_one_place_only():
    sent, imported = [], {}
    for path in TOOLS.glob("*.py"):
        tree = ast.parse(path.read_text())
        imported[path.name] = {
            name.split(".")[0]
            for node in ast.walk(tree)
            if isinstance(node, (ast.Import, ast.ImportFrom))
            for name in ([it.name for it in node.names] if isinstance(node, ast.Import) else [node.module])
        } & NETWORK
        sent += [node.lineno for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr == "getresponse"]
    assert len(sent) == 1
    used = {name: modules for name, modules in imported.items() if modules}
    assert used == {"genesys.py": {"http", "ssl", "urllib"}, "figures.py": {"subprocess"}}
    assert re.findall(r"subprocess\.\w+\(.*?[],]", (TOOLS / "figures.py").read_text()) == ["subprocess.run([VERDICTS]"]
    assert "urllib.request" not in (TOOLS / "genesys.py").read_text()


def test_a_secret_is_typed_in_without_echo(desk):
    done = desk.calibrate(client=False, answers=desk.genesys.client)
    assert (done.code, done.shown.count("OAuth client")) == (0, 2), done.err


def test_without_a_terminal_nothing_is_typed_in(desk):
    done = desk.calibrate(client=False, piped="\n".join([*desk.genesys.client, ""]))
    assert (done.code, desk.genesys.requests()) == (2, [])
    assert "there is no terminal" in done.err


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("no JSON, s3cret", "is no JSON object"),
        ('["s3cret"]', "is no JSON object"),
        ('{"client_id": "s3cret"}', "is no JSON object"),
        ('{"client_id": "s3cret\\r\\nHost: x", "client_secret": "s3cret"}', "is empty or holds"),
        ('{"client_id": "s3cret", "client_secret": 7}', "is empty or holds"),
    ],
)
def test_a_file_that_cannot_be_used_is_named_without_being_shown(desk, content, said):
    desk.file.write_text(content)
    done = desk.calibrate()
    assert (done.code, desk.genesys.requests()) == (2, [])
    assert said in done.err and "s3cret" not in done.err


def test_a_file_as_an_editor_leaves_it_is_read_and_one_that_others_can_read_is_warned_of(desk):
    desk.file.write_text(desk.file.read_text(), encoding="utf-8-sig")
    done = desk.calibrate()
    assert (done.code, done.err) == (0, "")
    desk.file.chmod(0o644)
    done = desk.calibrate()
    assert (done.code, done.err) == (0, f"warning: {desk.file} can be read by others: chmod 600 {desk.file}\n")


def test_a_client_that_genesys_refuses_is_named_by_the_call_alone(desk):
    desk.file.write_text(json.dumps({"client_id": desk.genesys.client[0], "client_secret": "s3cret"}))
    done = desk.calibrate()
    assert done.code == 2 and "s3cret" not in done.err
    assert re.fullmatch(rf"calibrate: POST token: answered 401, correlation id {ID}\n", done.err), done.err


@pytest.mark.parametrize(
    ("region", "api", "said"),
    [
        ("mypurecloud.ie.example.com", "", "REGION is none of"),
        ("", "", "REGION is none of"),
        ("mypurecloud.ie", "https://api.example.com", "are for tests"),
        ("mypurecloud.ie", "http://192.0.2.7:80", "are for tests"),
        ("mypurecloud.ie", "http://127.0.0.1.example.com:80", "are for tests"),
    ],
)
def test_credentials_go_to_the_regions_hosts_and_to_loopback_only(desk, region, api, said):
    done = desk.calibrate("--region", region, env={"GENESYS_API_URL": api})
    assert done.code == 2 and said in done.err


def test_the_hosts_are_the_regions(monkeypatch):
    for name in ("GENESYS_API_URL", "GENESYS_LOGIN_URL"):
        monkeypatch.delenv(name, raising=False)
    assert client.hosts("mypurecloud.ie") == ("https://api.mypurecloud.ie", "https://login.mypurecloud.ie")
    listed = re.search(r"pub const REGIONS[^=]*= \[(.*?)\];", (ROOT / "src" / "config" / "check.rs").read_text(), re.S)[1]
    assert list(client.REGIONS) == re.findall(r'"([^"]+)"', listed), "as the function's"


def test_nobody_else_is_taken_for_genesys(monkeypatch):
    connection = client.connect("https://api.mypurecloud.ie")
    assert connection._context.verify_mode == ssl.CERT_REQUIRED and connection._context.check_hostname

    def request(*_):
        raise ssl.SSLCertVerificationError

    monkeypatch.setattr(client, "connect", lambda _: connection)
    monkeypatch.setattr(connection, "request", request)
    with pytest.raises(client.Refused, match="SSL_CERT_FILE"):
        client.Reader("mypurecloud.ie", ("id", "secret")).recordings(CONVERSATION)


def test_neither_a_redirect_nor_a_proxy_is_followed(desk):
    desk.genesys.fault("recordings", 302, headers={"Location": "/api/v2/elsewhere"})
    done = desk.calibrate(env={"http_proxy": "http://127.0.0.1:9", "HTTP_PROXY": "http://127.0.0.1:9"})
    assert done.code == 2 and "GET recordings: answered 302" in done.err
    assert len(desk.genesys.requests()) == 3


def test_a_reading_is_tried_again_and_a_token_that_has_run_out_is_renewed(desk):
    desk.genesys.fault("conversation", 401)
    desk.genesys.fault("recordings", 429, headers={"Retry-After": "1"})
    desk.genesys.fault("recordings", 503)
    done = desk.calibrate()
    assert done.code == 0, done.err
    assert desk.genesys.requests().count("POST /oauth/token") == 2


def test_a_reading_is_given_up_at_last(desk):
    desk.genesys.fault("recordings", 500, times=9)
    done = desk.calibrate()
    asked = desk.genesys.requests().count(f"GET /api/v2/conversations/{CONVERSATION}/recordings?maxWaitMs=5000")
    assert (done.code, asked) == (2, 3)


HOSTILE = {"exportedDate": "\x1b[2J", "fileState": "\x1b[2J", "deleteDate": "\x1b[2J"}


@pytest.mark.parametrize("recordings", [[{}, {"id": 7}], [voice(), screen(id="\x1b[2J"), screen(**HOSTILE)]])
def test_nothing_of_a_body_reaches_the_terminal_but_what_is_known_of_it(desk, recordings):
    desk.genesys.serve(*recordings)
    assert "\x1b" not in desk.calibrate().out
