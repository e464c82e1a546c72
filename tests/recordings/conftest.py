"""The desk: the tools as processes with a terminal of their own where somebody types, in the simulated world."""

import dataclasses
import fcntl
import json
import os
import pathlib
import pty
import re
import select
import signal
import subprocess
import sys
import tempfile
import termios
import time
import urllib.request

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOOLS = ROOT / "tools" / "recordings"
WORLD = ROOT / "target" / "debug" / "world"
sys.path.insert(0, str(TOOLS))
CONVERSATION = "3d2c9a10-0000-4000-8000-000000000001"
VOICE = "7b1f6f0e-0000-4000-8000-00000000a001"
USER = "a1d3c7a2-1b52-4c1e-8a57-0d6b6f3e9a01"
SCREEN = "7b1f6f0e-0000-4000-8000-00000000a002"
READER = {"recording:recording:view", "recording:screenRecording:view", "conversation:communication:view"}
PURGER = READER | {"recording:screenRecording:editRetention"}
# All that a desk tool may ever ask.
ID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
ALLOWED = (
    r"POST /oauth/token",
    rf"GET /api/v2/conversations/{ID}",
    rf"GET /api/v2/conversations/{ID}/recordings\?maxWaitMs=5000",
    rf"GET /api/v2/conversations/{ID}/recordingmetadata/{ID}",
    r"POST /api/v2/recordings/deletionprotection",
    rf"PUT /api/v2/conversations/{ID}/recordings/{ID}\?clearExport=true",
)
# A tool ends within seconds, the looks after a deletion included.
PATIENCE = 60
QUESTION = re.compile(rb"OAuth client (?:id|secret): |Type yes:|to delete it:|Ctrl-C does no harm")
CTRL_C = "\x03"


def screen(**changed):
    """Five minutes of screen, of which a secure pause of 90 s is not missing."""
    told = {
        "id": SCREEN,
        "conversationId": CONVERSATION,
        "media": "screen",
        "mediaSubtype": "Screen",
        "fileState": "AVAILABLE",
        "startTime": "2026-11-20T09:00:06.000Z",
        "endTime": "2026-11-20T09:05:06.000Z",
        "outputDurationMs": 300000,
        "deleteDate": "2027-02-18T00:00:00.000Z",
        "annotations": [],
    }
    return {name: value for name, value in (told | changed).items() if value is not ...}


def noted(**changed):
    told = {"id": "c0ff", "type": "pause", "reason": "SecurePause", "location": 60000, "durationMs": 90000}
    told["realtimeLocation"] = 60000
    return {name: value for name, value in (told | changed).items() if value is not ...}


def voice(*annotations, **changed):
    told = {"id": VOICE, "media": "audio", "mediaSubtype": "Trunk", "outputDurationMs": 211000}
    times = {"startTime": "2026-11-20T09:00:04.000Z", "endTime": "2026-11-20T09:05:05.000Z"}
    return screen() | told | times | {"annotations": list(annotations)} | changed


def call(**changed):
    return {
        "id": CONVERSATION,
        "startTime": "2026-11-20T09:00:02.000Z",
        "endTime": "2026-11-20T09:05:05.000Z",
        "participants": [agent(endAcwTime="2026-11-20T09:05:20Z")],
    } | changed


def agent(**changed):
    return {"purpose": "agent", "userId": USER, "startAcwTime": "2026-11-20T09:05:05Z"} | changed


class Genesys:
    """The organization: one call with an exposed screen recording."""

    def __init__(self, ready):
        self.control = ready["control"]
        self.env = {name: ready["env"][name] for name in ("GENESYS_API_URL", "GENESYS_LOGIN_URL")}
        told = self.ask("GET", "/recordings-client")
        self.client = told["client_id"], told["client_secret"]
        self.set(recordingsRights=sorted(PURGER), deletesAfterMs=500)
        self.serve(voice(noted()), screen())

    def ask(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.control + path, data, method=method)
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return json.load(answer)

    def set(self, **settings):
        self.ask("POST", "/organization", settings)

    def serve(self, *recordings, conversation=None):
        bodies = {"conversation": call() if conversation is None else conversation, "recordings": recordings}
        self.ask("POST", "/serve", {"conversationId": CONVERSATION} | bodies)

    def hold(self):
        self.ask("POST", "/hold", {"conversationId": CONVERSATION, "on": True})

    def fault(self, on, status=None, times=1, **how):
        self.ask("POST", "/fault", {"on": on, "times": times} | ({"status": status} if status else {}) | how)

    def recording(self, wanted):
        """As it truly is."""
        listed = self.ask("GET", f"/recordings?conversation={CONVERSATION}")
        return next(it for it in listed if it["id"] == wanted)

    def requests(self):
        return [f"{it['method']} {it['path']}" for it in self.ask("GET", "/requests")]

    def changes(self):
        return [it for it in self.requests() if it.startswith("PUT")]

    def check(self):
        """No request but those has arrived, whatever was to be done. The world complains of one to change a voice."""
        for request in self.requests():
            assert any(re.fullmatch(it, request) for it in ALLOWED), request
        assert self.ask("GET", "/complaints") == []


@pytest.fixture
def genesys():
    assert WORLD.exists(), "make recordings-test builds it"
    command = [WORLD, "--until-stdin-closes"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        try:
            served = Genesys(json.loads(process.stdout.readline()))
            yield served
            served.check()
        finally:
            process.kill()


@dataclasses.dataclass
class Done:
    code: int
    out: str
    err: str
    shown: str

    def line(self):
        (line,) = self.out.splitlines()
        return json.loads(line)


class Desk:
    """Runs a tool, and sees to it that no run shows, keeps or hands on a secret."""

    def __init__(self, genesys, folder):
        self.genesys, self.folder = genesys, folder
        self.file = folder / "client.json"
        self.file.write_text(json.dumps(dict(zip(("client_id", "client_secret"), genesys.client))))
        self.file.chmod(0o600)

    def calibrate(self, *options, **how):
        return self.run("calibrate", "--conversation", CONVERSATION, *options, **how)

    def purge(self, *options, recording=SCREEN, **how):
        return self.run("purge", "--conversation", CONVERSATION, "--recording", recording, *options, **how)

    def run(self, tool, *options, answers=None, piped="", client=True, env=None, stopped_at=None):
        """`answers`: what is typed on a terminal, a line for each time the tool asks; without these there is none.
        `stopped_at`: a word of a request; once it has arrived, Ctrl-C is typed."""
        command = [sys.executable, str(TOOLS / f"{tool}.py"), *map(str, options)]
        command += ["--client", str(self.file)] if client else []
        env = self.genesys.env | (env or {})
        is_time = lambda: stopped_at and any(stopped_at in it for it in self.genesys.requests())
        done = on_terminal(command, env, answers, is_time) if answers is not None else plainly(command, env, piped)
        kept = [it.read_text() for it in self.folder.iterdir() if it != self.file]
        for secret in (self.genesys.client[0], *self.genesys.ask("GET", "/secrets")):
            assert secret not in done.out + done.err + done.shown + " ".join([*command, *env.values(), *kept])
        assert "Traceback" not in done.err
        return done

    def make(self, *words):
        """A command as it is typed, in an environment that names no other setting."""
        # And those of the build, or it would be another one.
        kept = {it: told for it, told in os.environ.items() if it.startswith(("PATH", "HOME", "CARGO", "RUST"))}
        command = ["make", "--silent", "-C", str(ROOT), *words, f"CLIENT={self.file}"]
        return plainly(command, kept | self.genesys.env)


def plainly(command, env, piped=""):
    """Without a terminal, the one included from which the tests were started."""
    done = subprocess.run(
        command, input=piped, capture_output=True, text=True, env=env, timeout=PATIENCE, start_new_session=True
    )
    return Done(done.returncode, done.stdout, done.stderr, "")


def on_terminal(command, env, answers, is_time):
    """Once it `is_time`, Ctrl-C is typed. `shown` is what the terminal has shown, what was typed included."""
    mine, theirs = pty.openpty()
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        process = subprocess.Popen(command, stdin=theirs, stdout=out, stderr=err, env=env, preexec_fn=take_terminal)
        os.close(theirs)
        shown, typed, until, is_stopped = b"", 0, time.monotonic() + PATIENCE, False
        while process.poll() is None and time.monotonic() < until:
            shown += read(mine)
            if typed < min(len(answers), len(QUESTION.findall(shown + content(err)))):
                os.write(mine, answers[typed].encode() + b"\n")
                typed += 1
            if not is_stopped and is_time():
                os.write(mine, CTRL_C.encode())
                is_stopped = True
        process.kill()
        process.wait()
        shown += read(mine)
        os.close(mine)
        assert typed == len(answers), "it has not asked as often"
        return Done(process.returncode, content(out).decode(), content(err).decode(), shown.decode())


def take_terminal():
    os.setsid()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    # A shell ignores Ctrl-C for what it runs in the background, and a child would inherit that.
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def read(terminal):
    try:
        ready, _, _ = select.select([terminal], [], [], 0.05)
        return os.read(terminal, 65536) if ready else b""
    except OSError:  # nobody is there any more
        return b""


def content(file):
    return os.pread(file.fileno(), 1 << 20, 0)


@pytest.fixture
def desk(genesys, tmp_path):
    return Desk(genesys, tmp_path)
