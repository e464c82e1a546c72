"""The desk: `make doctor` on a terminal of its own, and the simulated world as the organization."""

import dataclasses
import fcntl
import json
import os
import pathlib
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
import urllib.request

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOOL = ROOT / "tools" / "doctor" / "doctor.py"
FUNCTION = ROOT / "target" / "debug" / "secure-pause"
sys.path.insert(0, str(TOOL.parent))
# A build on a busy machine included.
PATIENCE = 600
QUESTION = re.compile(r"OAuth client (?:id|secret): ")
# What the build needs to be found where it is, in a home of its own.
TOOLCHAIN = {"CARGO_HOME": ".cargo", "RUSTUP_HOME": ".rustup"}
# Smaller than what a build writes.
LARGEST_NOTE = 1 << 20


class World:
    """The simulated Genesys Cloud."""

    def __init__(self, ready):
        self.env = {name: ready["env"][name] for name in ("GENESYS_API_URL", "GENESYS_LOGIN_URL")}
        self.control = ready["control"]
        self.client = self.ask("GET", "/client")
        self.seen = 0

    def ask(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(urllib.request.Request(self.control + path, data, method=method), timeout=10) as answer:
            return json.load(answer)

    def is_organization(self, **settings):
        self.ask("POST", "/organization", settings)

    def fault(self, **fault):
        self.ask("POST", "/fault", {"on": "topics", "times": 100} | fault)

    def new_requests(self):
        requests = self.ask("GET", "/requests")
        new, self.seen = requests[self.seen :], len(requests)
        return new


@pytest.fixture(scope="session")
def served():
    command = [ROOT / "target" / "debug" / "world", "--until-stdin-closes"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        try:
            yield World(json.loads(process.stdout.readline()))
        finally:
            process.stdin.close()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


@pytest.fixture
def world(served):
    """The world as it is by default. Whatever the doctor is run for, it has only read."""
    served.ask("POST", "/organization", {"topics": "all", "mayPauseVoices": True, "showsRoles": True})
    served.new_requests()
    yield served
    served.ask("DELETE", "/fault")
    for it in served.new_requests():
        wanted = ("POST", "/oauth/token") if it["service"] == "login" else ("GET", it["path"])
        assert (it["method"], it["path"]) == wanted, it
        assert it["service"] in ("login", "api"), it
    assert served.ask("GET", "/complaints") == []


@dataclasses.dataclass
class Done:
    code: int
    out: str
    err: str = ""

    def table(self):
        """The rows of the table by check: mark, what was found, what to set."""
        lines = self.out.splitlines()
        (head,) = [at for at, line in enumerate(lines) if line.split() == "what found what to set".split()]
        starts = [0, lines[head].index("what"), lines[head].index("found"), lines[head].index("what to set")]
        rows = {}
        for line in lines[head + 1 : lines.index("", head)]:
            mark, check, *cells = (line[start:end].strip() for start, end in zip(starts, [*starts[1:], None]))
            if check:
                row = rows[check] = [mark, "", ""]
            row[1:] = (" ".join([before, cell]).strip() for before, cell in zip(row[1:], cells))
        return rows

    def mark(self, check):
        return self.table()[check][0]


class Desk:
    """Runs the doctor, and sees to it that no run shows, keeps or hands on the client."""

    def __init__(self, world, folder):
        self.world, self.folder = world, folder
        self.file = folder / "client.json"

    def client_file(self):
        self.file.write_text(json.dumps(self.world.client))
        self.file.chmod(0o600)
        return self.file

    def env(self):
        home = pathlib.Path.home()
        tools = {name: os.environ.get(name, str(home / where)) for name, where in TOOLCHAIN.items()}
        build = {name: value for name, value in os.environ.items() if name.startswith(("CARGO_", "RUST"))}
        own = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "TMPDIR": str(self.folder), "LANG": "C.UTF-8"}
        return build | tools | own | self.world.env

    def make(self, *words, answers=(), env=None):
        """`make doctor` as a person types it; `answers`: what is typed, a line for each time it asks."""
        command = ["make", "-C", str(ROOT), "doctor", "REGION=mypurecloud.ie", *words]
        wanted = () if env else ("doctor.py", "secure-pause")
        env = self.env() | (env or {})
        return self.checked(lambda sampled: on_terminal(command, env, answers, sampled), *wanted)

    def run(self, *options, env=None, client=True):
        """The tool itself, without a terminal."""
        named = ["--client", str(self.client_file())] if client else []
        command = [sys.executable, str(TOOL), "--region", "mypurecloud.ie", "--function", str(FUNCTION), *named, *options]
        return self.checked(lambda sampled: plainly(command, self.env() | (env or {}), sampled))

    def checked(self, run, *wanted):
        began, processes = time.time(), {}
        done = run(processes)
        told = [*self.world.client.values(), *self.world.ask("GET", "/secrets")]
        for process, (arguments, environment) in processes.items():
            assert not [it for it in told if it in arguments + environment], f"{process} shows the client"
        for name in wanted:
            seen = [environment for arguments, environment in processes.values() if name in arguments]
            assert any(seen), f"{name} was looked at while it ran: {list(processes.values())}"
        assert not [it for it in told if it in done.out + done.err], "the client is shown"
        assert not [it for it in ("Traceback", "never shown", "Sentinel") if it in done.out + done.err]
        for path in written(began, self.folder, ROOT):
            assert not [it for it in told if it in text(path)] or path == self.file, f"{path} keeps the client"
        return done


@pytest.fixture
def desk(world, tmp_path):
    return Desk(world, tmp_path)


def on_terminal(command, env, answers, sampled):
    mine, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=env, preexec_fn=take_terminal)
    os.close(theirs)
    shown, typed, until = "", 0, time.monotonic() + PATIENCE
    try:
        while process.poll() is None and time.monotonic() < until:
            shown += read(mine)
            look(process.pid, sampled)
            if typed < min(len(answers), len(QUESTION.findall(shown))):
                os.write(mine, answers[typed].encode() + b"\n")
                typed += 1
        has_ended = process.poll() is not None
    finally:
        process.kill()
        process.wait()
    shown += read(mine)
    assert has_ended, f"it has not ended: {shown}"
    os.close(mine)
    assert typed == len(answers), f"it has not asked as often: {shown}"
    return Done(process.returncode, shown.replace("\r\n", "\n"))


def take_terminal():
    os.setsid()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    # A shell ignores Ctrl-C for what it runs in the background, and a child would inherit that.
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def read(terminal):
    try:
        ready, _, _ = select.select([terminal], [], [], 0.01)
        return os.read(terminal, 65536).decode() if ready else ""
    except OSError:  # nobody is there any more
        return ""


def plainly(command, env, sampled):
    """Without a terminal, the one included from which the tests were started."""
    out, err = subprocess.PIPE, subprocess.PIPE
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=out, stderr=err, env=env, text=True, start_new_session=True
    )
    until = time.monotonic() + PATIENCE
    try:
        while process.poll() is None and time.monotonic() < until:
            look(process.pid, sampled)
            time.sleep(0.005)
    finally:
        process.kill()
    return Done(process.returncode, *process.communicate())


def look(pid, sampled):
    """Arguments and environment of a process and of all it has started."""
    for it in [pid, *descendants(pid)]:
        known = sampled.get(it, ("", ""))
        folder = pathlib.Path("/proc", str(it))
        # A process that has just been forked shows its parent's.
        sampled[it] = tuple(b if a in b else b + a for a, b in zip((text(folder / "cmdline"), text(folder / "environ")), known))


def descendants(pid):
    parents = {}
    for path in pathlib.Path("/proc").glob("[0-9]*/stat"):
        if stat := text(path):
            parents[int(path.parent.name)] = int(stat.rpartition(")")[2].split()[1])
    found = [pid]
    for it in found:
        found += [child for child, parent in parents.items() if parent == it]
    return found[1:]


def text(path):
    try:
        return path.read_bytes().decode(errors="replace")
    except OSError:  # it has gone
        return ""


def written(since, *folders):
    """The files that have been changed since then."""
    for folder in folders:
        for above, below, names in os.walk(folder):
            below[:] = [it for it in below if it != ".git"]
            for path in (pathlib.Path(above, name) for name in names):
                try:
                    stat = path.lstat()
                except OSError:
                    continue
                if stat.st_mtime >= since - 1 and stat.st_size < LARGEST_NOTE:
                    yield path
