"""`sam local invoke` for real: an engine, an image, and how events are replayed with them."""

import os
import pathlib
import signal
import subprocess

import pytest
from engine import Unavailable, engine
from image import base_image

ROOT = pathlib.Path(__file__).resolve().parents[2]
SAM = ROOT / "target" / "tools" / "sam" / "bin"
# How long one replay may take: sam builds an image of its own first.
LONGEST_SECONDS = 180
# What `make` tells its children, and a choice made for a replay by hand.
NOT_FOR_TESTS = {"MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "WORLD", "EVENT", "SETTINGS", "AS_IS"}
NOT_FOR_TESTS |= {"MODE", "PAUSE_SCOPE", "NOT_RECORDED_STATUS", "AWS_LAMBDA_LOG_LEVEL", "AWS_PROFILE"}
# Nobody's own account has a part in this. sam asks AWS whose it is; port 9 of loopback: nobody listens. The function
# does not get to know that address, since the template does not declare it.
NOBODY = {
    "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
    "AWS_MAX_ATTEMPTS": "1",
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "SAM_CLI_TELEMETRY": "0",
}


def say(what):
    """What is being waited for, past pytest's capture."""
    print(f"sam-local-test: {what}", file=os.fdopen(os.dup(2), "w"), flush=True)


@pytest.fixture(scope="session")
def docker_env():
    """The environment for `sam local invoke`; without an engine no test is run, and in CI that fails."""
    # Whoever ends pytest so has the engine stopped too, as by Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with engine(say) as env, base_image(env, say):
            mine = {name: value for name, value in env.items() if name not in NOT_FOR_TESTS}
            # The image is there, whichever it is.
            yield mine | NOBODY | {"SAM_SKIP_PULL_IMAGE": "true"}
    except Unavailable as reason:
        say(f"`sam local invoke` is not tested: {reason}")
        if os.environ.get("CI") == "true":
            pytest.fail(str(reason))
        pytest.skip(str(reason))


@pytest.fixture(scope="session")
def run(docker_env):
    """Runs a command of the documents in the project's directory."""

    def run(command):
        say(command)
        env = docker_env | {"PATH": f"{SAM}:{docker_env['PATH']}"}
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        with subprocess.Popen(["bash", "-c", command], cwd=ROOT, env=env, start_new_session=True, **pipes) as process:
            try:
                stdout, stderr = process.communicate(timeout=LONGEST_SECONDS)
            except BaseException:
                # All that it has started ends with it, as by Ctrl-C: sam takes its container away.
                os.killpg(process.pid, signal.SIGINT)
                raise
        return subprocess.CompletedProcess(command, process.returncode, stdout, stderr)

    return run
