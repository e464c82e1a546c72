"""The process that the tests start: the simulated world, with the function in it."""

import json
import os
import pathlib
import subprocess
import urllib.request

import pytest

from action import ROOT

TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "debug"
STARTED = ROOT / "events" / "secure_pause" / "started.json"
# How long a process may take to end by itself, and the control door to answer: an invocation and its retries, in seconds.
PATIENCE = 40


class World:
    """The simulated Genesys Cloud, Secrets Manager and SQS, and the function."""

    def __init__(self, process, ready):
        self.process, self.env, self.control = process, ready["env"], ready["control"]

    def ask(self, method, path, body=None):
        return self._ask(method, path, None if body is None else json.dumps(body).encode())

    def invoke(self, payload):
        """What the function answers to this text: `result` or `failure`, and the document."""
        ((kind, document),) = self._ask("POST", "/invoke", payload.encode()).items()
        return kind, document

    def _ask(self, method, path, data):
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
    binary, function = TARGET / "world", TARGET / "secure-pause"
    for built in (binary, function):
        assert built.exists(), f"{built} is not there; build it with `cargo build -p secure-pause -p world`"
    command = [binary, "--until-stdin-closes", "--function", function]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
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
