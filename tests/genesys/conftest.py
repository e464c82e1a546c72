"""Where things are, and the processes that the tests start: the simulated world, and the function under a runtime."""

import json
import os
import pathlib
import subprocess
import urllib.request

import pytest

from runtime import Function

ROOT = pathlib.Path(__file__).resolve().parents[2]
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "debug"
STARTED = ROOT / "events" / "secure_pause" / "started.json"
# How long a process may take to end by itself, in seconds.
PATIENCE = 10


class World:
    """The simulated Genesys Cloud, Secrets Manager and SQS."""

    def __init__(self, process, ready):
        self.process, self.env, self.control = process, ready["env"], ready["control"]

    def ask(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.control + path, data, method=method)
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return json.load(answer)

    def stage(self):
        """A call anew, in secure pause, its screen recorded: the ids of it."""
        return self.ask("POST", "/stage", json.loads(STARTED.read_text()))

    def screen(self, ids):
        """The state of the initiator's screen recording, in truth."""
        return self.ask("GET", f"/screens?conversation={ids['conversationId']}")[ids["participantId"]]


@pytest.fixture(scope="session")
def world():
    binary = TARGET / "world"
    assert binary.exists(), f"{binary} is not there; build it with `cargo build -p world`"
    with subprocess.Popen([binary, "--until-stdin-closes"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        try:
            served = World(process, json.loads(process.stdout.readline()))
            yield served
            assert served.ask("GET", "/complaints") == []
        finally:
            process.stdin.close()
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()


@pytest.fixture
def calm(world):
    """The world, with no fault left over."""
    yield world
    world.ask("DELETE", "/fault")


@pytest.fixture(scope="session")
def function(world):
    binary = TARGET / "secure-pause"
    assert binary.exists(), f"{binary} is not there; build it with `cargo build -p secure-pause`"
    with Function(binary, world.env) as running:
        yield running
