"""The built binary under the tools an owner replays events with that need no Docker, and the settings of those that do.

Under Lambda's Runtime Interface Emulator no upstream is within reach: what needs none is answered, and what needs one
ends in a named error in time. `sam local invoke` itself is tested in `tests/local`.
"""

import json
import os
import pathlib
import re
import subprocess
import time
import urllib.request

import pytest
import samcli

from conftest import ROOT, TOOLS, free_port, say, stop, wait_for
from rendered import of_type

BOOTSTRAP = ROOT / "target" / "lambda" / "secure-pause" / "bootstrap"
EMULATOR = pathlib.Path(samcli.__file__).parent / "local" / "rapid" / "aws-lambda-rie-x86_64"
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
        ("snapshot/snapshot.json", 0, '"outcome": "paused"'),
        ("malformed/conversation_null.json", 1, "InvalidEvent"),
    ],
)
def test_make_invoke_replays_it_under_cargo_lambda(event, status, printed):
    say(f"replaying {event}")
    command = [ROOT / "tests" / "local" / "invoke", TOOLS / "sam" / "bin", ROOT / "target" / "debug" / "world"]
    done = subprocess.run([*command, ROOT / "events" / event], text=True, capture_output=True, timeout=120)
    assert done.returncode == status, done.stdout + done.stderr
    assert printed in done.stdout


def references(node):
    """The names that an expression of the template refers to."""
    if isinstance(node, list):
        return set().union(*map(references, node))
    if not isinstance(node, dict):
        return set()
    ((function, of),) = node.items()
    match function:
        case "Ref":
            return {of}
        case "Fn::GetAtt":
            return {of[0] if isinstance(of, list) else of.split(".")[0]}
        case "Fn::Sub":
            text, given = of if isinstance(of, list) else (of, {})
            names = set(re.findall(r"\$\{([^!.}]+)[^}]*\}", text)) - set(given)
            return names.union(*map(references, given.values()))
    return references(of)


@pytest.mark.parametrize(
    ("expression", "names"),
    [
        ("text", set()),
        ({"Ref": "Mode"}, {"Mode"}),
        ({"Fn::GetAtt": ["Queue", "Arn"]}, {"Queue"}),
        ({"Fn::If": ["Creates", {"Ref": "Secret"}, {"Ref": "SecretArn"}]}, {"Secret", "SecretArn"}),
        ({"Fn::Sub": "https://${Queue.QueueName}/${!literal}/${AWS::Region}"}, {"Queue", "AWS::Region"}),
        ({"Fn::Sub": ["${name}-${Mode}", {"name": {"Ref": "Queue"}}]}, {"Mode", "Queue"}),
    ],
)
def test_references_are_found_in_every_form(expression, names):
    assert references(expression) == names


def test_the_example_of_settings_names_every_variable_that_only_a_stack_gives_a_value(template):
    """`sam local invoke` puts the name of a resource, or nothing, where a stack puts its URL or ARN."""
    variables = of_type(template, "AWS::Lambda::Function")["Function"]["Properties"]["Environment"]["Variables"]
    without_default = {name for name, it in template["Parameters"].items() if "Default" not in it}
    of_stack = set(template["Resources"]) | without_default
    needed = {name for name, node in variables.items() if references(node) & of_stack}
    assert {"GENESYS_SECRET_ID", "GENESYS_REGION", "WATCH_QUEUE_URL"} <= needed
    ((function, settings),) = json.loads((ROOT / "events" / "env.example.json").read_text()).items()
    assert function == "Function"
    assert needed <= set(settings), needed - set(settings)
    assert set(settings) <= set(variables), "sam passes on only what the template declares"
