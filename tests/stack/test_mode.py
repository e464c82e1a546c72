"""The brake, and what the next deployment makes of it: `make mode` and `make deploy` against the deployed stack."""

import argparse
import re
import shutil
import subprocess
import sys
import time

import jmespath
import pytest
from conftest import ROOT, STACK, TOOLS, event_file, wait_for

sys.path.insert(0, str(ROOT / "tools" / "stack"))
import deploy  # noqa: E402

pytestmark = pytest.mark.usefixtures("nothing_followed")
PYTHON = TOOLS / "sam" / "bin" / "python3"


def tool(emulator, name, *arguments):
    command = [PYTHON, ROOT / "tools" / "stack" / f"{name}.py", *arguments]
    return subprocess.run(command, env=emulator.env, text=True, capture_output=True, timeout=120)


def mode(emulator, *arguments):
    return tool(emulator, "mode", "--stack", STACK, *arguments)


def section(tmp_path, answers):
    """A samconfig.toml of one environment."""
    path = tmp_path / "samconfig.toml"
    path.write_text(f"[test.deploy.parameters]\nstack_name = '{STACK}'\nparameter_overrides = '{answers}'\n")
    return ["--config", path, "--env", "test"]


def variables(configuration):
    return {name: it for name, it in configuration["Environment"]["Variables"].items() if name != "MODE_SET_AT"}


@pytest.fixture(scope="module")
def braked(stack, emulator):
    """The stack with the brake on, put there by hand; afterwards as it was."""
    stack.fill_secret()
    before = stack.alias()
    began = time.monotonic()
    done = mode(emulator, "--mode", "pause-only")
    assert done.returncode == 0, done.stdout + done.stderr
    assert time.monotonic() - began < 20, "seconds, not a deployment"
    assert f"mode pause-only, was {before['Environment']['Variables']['MODE']}" in done.stdout
    try:
        yield before
    finally:
        stack.deploy(Mode="pause-only")
        stack.deploy()


def test_the_brake_changes_the_mode_alone_and_has_all_traffic_at_once(stack, world, emulator, braked):
    now = stack.alias()
    assert variables(now) == variables(braked) | {"MODE": "pause-only"}
    assert now["CodeSha256"] == braked["CodeSha256"] and now["Version"] != braked["Version"]
    before = len(stack.log_lines())
    world.call("POST", "/stage", event_file("secure_pause/ended.json"))
    stack.put_event(event_file("secure_pause/ended.json"))
    wait_for("a resume that is held back", lambda: "pause_only" in [it.get("outcome") for it in stack.log_lines()[before:]])
    shown = mode(emulator)
    assert shown.returncode == 1 and "mode pause-only; the stack's parameter says act" in shown.stdout
    again = mode(emulator, "--mode", "pause-only")
    assert again.returncode == 0 and stack.alias()["Version"] == now["Version"], "set already, nothing is published"


def test_no_share_of_the_traffic_stays_with_another_version(stack, emulator, braked):
    functions = emulator.client("lambda")
    alias = {"FunctionName": stack.outputs()["FunctionName"], "Name": "live"}

    def shares():
        return functions.get_alias(**alias).get("RoutingConfig", {}).get("AdditionalVersionWeights")

    functions.update_alias(**alias, RoutingConfig={"AdditionalVersionWeights": {braked["Version"]: 0.5}})
    assert shares(), "as somebody left it who shifts traffic step by step"
    assert mode(emulator, "--mode", "observe").returncode == 0
    assert not shares()
    assert mode(emulator, "--mode", "pause-only").returncode == 0


@pytest.mark.parametrize(
    ("answers", "is_refused", "reason"),
    [
        ("Mode=act", True, "the file says the old mode"),
        ('Mode="act" ActFor=""', True, "as the SAM CLI writes it"),
        ("ActFor=", True, "the parameter keeps its value, which is the old mode"),
        ("Mode=observe", True, "another one"),
        ("Mode=pause-only", False, "the file has followed"),
    ],
)
def test_no_deployment_leaves_it_to_chance_which_mode_comes(emulator, monkeypatch, tmp_path, braked, answers, is_refused, reason):
    for name, value in emulator.env.items():
        monkeypatch.setenv(name, value)
    one = deploy.Section(section(tmp_path, answers)[1], "test")
    if is_refused:
        with pytest.raises(deploy.Refused, match="changed the mode to pause-only by hand"):
            deploy.check_mode(one)
    else:
        deploy.check_mode(one)


def test_the_refusal_comes_before_anything_is_built(emulator, tmp_path, braked):
    done = tool(emulator, "deploy", *section(tmp_path, "Mode=act"))
    assert (done.returncode, done.stdout) == (2, "")
    assert f"Mode=pause-only into samconfig.toml, or change it back first, by `make mode MODE=act STACK={STACK}`" in done.stderr


def test_a_deployment_that_agrees_makes_the_mode_the_stacks_own(stack, emulator, braked):
    by_hand = stack.alias()
    stack.deploy(Mode="pause-only")
    after = stack.alias()
    assert "MODE_SET_AT" in by_hand["Environment"]["Variables"]
    assert "MODE_SET_AT" not in after["Environment"]["Variables"], "else Lambda would have no version to publish"
    assert after["Environment"]["Variables"]["MODE"] == "pause-only" and after["Version"] != by_hand["Version"]
    assert mode(emulator).returncode == 0


def test_code_that_was_never_published_does_not_come_with_the_brake(stack, emulator):
    functions, name = emulator.client("lambda"), stack.outputs()["FunctionName"]
    template = emulator.client("cloudformation").get_template(StackName=STACK, TemplateStage="Processed")["TemplateBody"]
    code = template["Resources"]["Function"]["Properties"]["Code"]
    before = stack.alias()["Version"]
    functions.update_function_code(FunctionName=name, ZipFile=(ROOT / "target/lambda/secure-pause/bootstrap.zip").read_bytes() + b" ")
    try:
        done = mode(emulator, "--mode", "observe")
        assert done.returncode == 2 and "$LATEST" in done.stderr, done.stdout + done.stderr
        assert stack.alias()["Version"] == before
    finally:
        functions.update_function_code(FunctionName=name, S3Bucket=code["S3Bucket"], S3Key=code["S3Key"])


def test_there_is_no_brake_of_a_stack_that_is_not_there(emulator):
    done = tool(emulator, "mode", "--stack", "nobody", "--mode", "observe")
    assert done.returncode == 2 and "no stack nobody" in done.stderr


def test_an_environment_that_the_file_does_not_have_is_refused(emulator, tmp_path):
    done = tool(emulator, "deploy", *section(tmp_path, "")[:2], "--env", "staging")
    assert done.returncode == 2 and "ENV is one of test" in done.stderr


def test_a_binary_for_another_processor_is_refused(tmp_path):
    built = ROOT / "target" / "lambda" / "secure-pause" / "bootstrap"
    deploy.check_machine("x86_64", built)
    with pytest.raises(deploy.Refused, match="built for x86_64, the stack is for arm64"):
        deploy.check_machine("arm64", built)
    arm = bytearray(built.read_bytes()[:64])
    arm[18:20] = (0xB7).to_bytes(2, "little")
    (tmp_path / "arm").write_bytes(arm)
    deploy.check_machine("arm64", tmp_path / "arm")


def test_a_processor_that_the_first_answers_name_is_built_for_and_deployed_again(tmp_path, monkeypatch):
    config, ran = tmp_path / "samconfig.toml", []
    config.write_text("[test.deploy.parameters]\nstack_name = 'new'\n")

    def run(command, **_):
        ran.append([str(it) for it in command if "samconfig" not in str(it)])
        if "--guided" in command:
            config.write_text(config.read_text() + "parameter_overrides = 'Architecture=arm64'\n")
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(deploy.subprocess, "run", run)
    monkeypatch.setattr(deploy, "check_machine", lambda architecture: ran.append(architecture))
    assert deploy.deploy(argparse.Namespace(env="test", config=config, ca_bundle=None)) == 0
    built = [it[-1].removeprefix("ARCHITECTURE=") for it in ran if it[0] == "make"]
    assert built == [it for it in ran if isinstance(it, str)] == ["x86_64", "arm64"]
    assert ["--guided" in it for it in ran if it[0] == "sam"] == [True, False]


def test_the_command_of_the_runbook_changes_the_mode_alone(stack):
    (expression,) = re.findall(r"\{Variables: merge\(.*?\)\}", (ROOT / "docs" / "operations.md").read_text())
    configuration = stack.alias()
    changed = jmespath.search(expression, configuration)["Variables"]
    assert changed.pop("MODE_SET_AT"), "else Lambda would have no version to publish"
    assert changed == variables(configuration) | {"MODE": "pause-only"}


def test_the_first_deployment_asks_and_the_next_one_does_not(emulator, template, tmp_path):
    shutil.copy(ROOT / "samconfig.toml", tmp_path)
    config = tmp_path / "samconfig.toml"
    # Stack, region, the bus, whether to create it, Genesys' region; Return for everything else.
    others = [""] * (len(template["Parameters"]) - 3)
    # Then whether to confirm changes, to make roles, to keep what failed, and to save all this, where, as what.
    answers = ["", "", "default", "", "mypurecloud.ie", *others, "n", "", "", "", str(config), "dev"]
    first, second = [
        subprocess.run(
            [PYTHON, ROOT / "tools" / "stack" / "deploy.py", "--env", "dev", "--config", config],
            env=emulator.env | {"PATH": f"{TOOLS / 'sam' / 'bin'}:{emulator.env['PATH']}"},
            input="\n".join(given),
            text=True,
            capture_output=True,
            timeout=240,
        )
        for given in ([*answers, ""], [])
    ]
    assert first.returncode == 0, first.stdout + first.stderr
    assert "Parameter EventBusName []" in first.stdout and "Successfully created" in first.stdout
    section = deploy.Section(config, "dev")
    assert (section.stack, section.answers["GenesysRegion"], section.answers["Mode"]) == ("secure-pause-dev", "mypurecloud.ie", "observe")
    assert second.returncode == 0, second.stdout + second.stderr
    assert "Parameter EventBusName" not in second.stdout and "No changes to deploy" in second.stdout
    emulator.client("cloudformation").delete_stack(StackName=section.stack)


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_the_file_has_what_the_first_deployment_needs_and_no_answers_yet(environment):
    section = deploy.Section(ROOT / "samconfig.toml", environment)
    assert section.stack and section.answers == {}, "so it asks"
