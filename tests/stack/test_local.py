"""The built binary under the tools an owner replays events with: Lambda's Runtime Interface Emulator, which needs
no Docker, and `sam local invoke`, where a Docker engine and the base image are there.

No upstream is within reach: what needs none is answered, and what needs one ends in a named error in time.
"""

import json
import os
import pathlib
import subprocess
import time
import urllib.request

import pytest
import samcli

from conftest import ROOT, TOOLS, free_port, say, stop, wait_for

BOOTSTRAP = ROOT / "target" / "lambda" / "secure-pause" / "bootstrap"
EMULATOR = pathlib.Path(samcli.__file__).parent / "local" / "rapid" / "aws-lambda-rie-x86_64"
IMAGE = "public.ecr.aws/lambda/provided:al2023-x86_64"
# Port 9 of loopback: nobody listens.
NOWHERE = "http://127.0.0.1:9"
SETTINGS = {
    "GENESYS_SECRET_ID": "development",
    "GENESYS_REGION": "mypurecloud.com",
    "GENESYS_API_URL": NOWHERE,
    "GENESYS_LOGIN_URL": NOWHERE,
    "AWS_ENDPOINT_URL": NOWHERE,
}
CASES = [
    ("other/user_end.json", "outcome", "ignored"),
    ("malformed/conversation_null.json", "errorType", "InvalidEvent"),
    ("secure_pause/started.json", "errorType", "CredentialsUnavailable"),
]


def engine():
    """Whether `docker run` would work without fetching anything."""
    try:
        found = subprocess.run(["docker", "image", "inspect", IMAGE], capture_output=True, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return found.returncode == 0


@pytest.fixture(scope="module")
def runtime_interface_emulator():
    port, runtime_api = free_port(), free_port()
    lambda_env = {
        "AWS_LAMBDA_FUNCTION_NAME": "secure-pause",
        "AWS_LAMBDA_FUNCTION_TIMEOUT": "30",
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "PATH": os.environ["PATH"],
    }
    addresses = [
        "--runtime-interface-emulator-address", f"127.0.0.1:{port}",
        "--runtime-api-address", f"127.0.0.1:{runtime_api}",
    ]  # fmt: skip
    EMULATOR.chmod(0o755)
    process = subprocess.Popen(
        [EMULATOR, *addresses, BOOTSTRAP], env=lambda_env | SETTINGS, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )

    def answers():
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=1)
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False

    try:
        wait_for("the Runtime Interface Emulator", answers)
        yield f"http://127.0.0.1:{port}/2015-03-31/functions/function/invocations"
    finally:
        stop(process)


@pytest.mark.parametrize(("event", "field", "value"), CASES)
def test_the_runtime_interface_emulator_serves_it(runtime_interface_emulator, event, field, value):
    say(f"invoking with {event}")
    body, started = (ROOT / "events" / event).read_bytes(), time.monotonic()
    with urllib.request.urlopen(runtime_interface_emulator, data=body, timeout=40) as answer:
        assert json.loads(answer.read())[field] == value
    assert time.monotonic() - started < 30, "it neither hangs nor dies"


@pytest.mark.parametrize(
    ("event", "status", "printed"),
    [
        ("secure_pause/started.json", 0, '"outcome": "paused"'),
        ("secure_pause/ended.json", 0, '"outcome": "resumed"'),
        ("malformed/conversation_null.json", 1, "InvalidEvent"),
    ],
)
def test_make_invoke_replays_it_under_cargo_lambda(event, status, printed):
    say(f"replaying {event}")
    command = [ROOT / "tests" / "local" / "invoke", TOOLS / "sam" / "bin", ROOT / "target" / "debug" / "world"]
    done = subprocess.run([*command, ROOT / "events" / event], text=True, capture_output=True, timeout=120)
    assert done.returncode == status, done.stdout + done.stderr
    assert printed in done.stdout


@pytest.mark.skipif(not engine(), reason="no Docker engine, or no base image")
@pytest.mark.parametrize(("event", "field", "value"), CASES)
def test_sam_local_serves_it(tmp_path, event, field, value):
    settings = tmp_path / "env.json"
    settings.write_text(json.dumps({"Function": SETTINGS}))
    # sam passes on only what the template declares, so AWS itself is kept out of reach by another way:
    # credentials that are nobody's. Either way there is no secret to be had.
    nobody = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1"}
    nobody |= {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull, "SETTINGS": str(settings)}
    done = sam_local(event, "--skip-pull-image", env=os.environ | nobody)
    assert json.loads(done.stdout)[field] == value, done.stderr


def sam_local(event, *options, env):
    command = [ROOT / "tests" / "local" / "sam-local", TOOLS / "sam" / "bin", ROOT / "events" / event]
    return subprocess.run([*command, *options], env=env, text=True, capture_output=True, timeout=120)


def test_without_a_docker_engine_sam_local_says_so_in_one_line():
    done = sam_local("other/audit.json", env=os.environ | {"DOCKER_HOST": "tcp://127.0.0.1:9"})
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert "Docker" in line and "make invoke" in line
