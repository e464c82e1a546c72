"""What the documents say of `sam local invoke`, done: the release build in Lambda's base image."""

import json
import os
import re
import shutil
import subprocess

import certifi
import pytest
from conftest import ROOT, SAM

EXAMPLE = ROOT / "events" / "env.example.json"
BUILT = ROOT / ".aws-sam" / "build"


@pytest.fixture
def settings(tmp_path):
    """A copy of the example, as an owner makes one."""
    copy = tmp_path / "env.json"
    shutil.copy(EXAMPLE, copy)
    return copy


def answer(done):
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_the_documents_line_runs_as_it_stands_and_without_an_upstream_ends_in_a_named_error(run, settings):
    documents = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]
    (line,) = {line for path in documents for line in re.findall(r"^sam local invoke .*$", path.read_text(), re.M)}
    assert "secure_pause/started.json" in line and line.count("events/env.json") == 1
    done = run(line.replace("events/env.json", str(settings)))
    assert answer(done)["errorType"] == "CredentialsUnavailable", done.stderr


@pytest.mark.parametrize(
    ("event", "field", "value"),
    [
        ("other/user_end.json", "outcome", "ignored"),
        ("malformed/conversation_null.json", "errorType", "InvalidEvent"),
    ],
)
def test_make_sam_local_replays_an_event_with_the_examples_settings(run, settings, event, field, value):
    done = run(f"make --silent sam-local EVENT=events/{event} SETTINGS={settings}")
    assert answer(done)[field] == value, done.stderr


@pytest.mark.parametrize(
    ("event", "outcome", "screen"),
    [("started", "paused", "paused"), ("ended", "resumed", "active")],
)
def test_in_the_simulated_world_a_pause_and_its_resume_are_carried_out(run, event, outcome, screen):
    done = run(f"make --silent sam-local WORLD=1 EVENT=events/secure_pause/{event}.json")
    assert done.returncode == 0, done.stdout + done.stderr
    answered, _, seen = done.stdout.partition("\nrequests\n")
    assert json.loads(answered)["outcome"] == outcome, done.stderr
    assert re.search(rf"initiator's: +{screen}$", seen, re.M), seen
    assert "complaints" not in seen


def test_a_bundle_of_certificates_is_read_from_the_package(run, tmp_path):
    shutil.copytree(BUILT, tmp_path / "build")
    shutil.copy(certifi.where(), tmp_path / "build" / "Function" / "ca.pem")
    settings = json.loads(EXAMPLE.read_text())
    settings["Function"]["EXTRA_CA_BUNDLE"] = "/var/task/ca.pem"
    (tmp_path / "env.json").write_text(json.dumps(settings))
    options = f"--template {tmp_path}/build/template.yaml --env-vars {tmp_path}/env.json"
    done = run(f"sam local invoke Function -e events/other/user_end.json {options}")
    assert answer(done)["outcome"] == "ignored", done.stderr


def test_without_a_bridge_on_this_machine_sam_local_says_so_and_names_the_other_way(tmp_path):
    docker = tmp_path / "docker"
    docker.write_text('#!/bin/sh\ntest "$1" = info\n')
    docker.chmod(0o755)
    env = os.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}", "WORLD": "1"}
    command = [ROOT / "tests" / "local" / "sam-local", SAM, ROOT / "events" / "secure_pause" / "started.json"]
    done = subprocess.run(command, env=env, text=True, capture_output=True, timeout=60)
    assert done.returncode == 2, done.stdout + done.stderr
    assert "bridge" in done.stderr and "make invoke" in done.stderr


def test_without_a_docker_engine_sam_local_says_so_in_one_line():
    env = os.environ | {"DOCKER_HOST": "tcp://127.0.0.1:9"}
    command = [ROOT / "tests" / "local" / "sam-local", SAM, ROOT / "events" / "other" / "audit.json"]
    done = subprocess.run(command, env=env, text=True, capture_output=True, timeout=60)
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert "Docker" in line and "make invoke" in line
