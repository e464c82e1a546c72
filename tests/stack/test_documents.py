"""What the documents say is shown by a test is."""

import re

import pytest
from conftest import ROOT
from ruamel.yaml import YAML

CLAIMED = sorted(set(re.findall(r"`(\w+)::(\w+)`", (ROOT / "docs" / "security.md").read_text())))


@pytest.mark.parametrize(("file", "test"), CLAIMED)
def test_the_test_that_a_threat_is_answered_by_exists(file, test):
    if file.startswith("test_"):
        (found,) = (path for path in ROOT.glob(f"tests/*/{file}.py"))
        assert f"\ndef {test}(" in found.read_text()
    else:
        texts = [path.read_text() for path in ROOT.glob("tests/*/*.rs") if path.name == f"{file}.rs"]
        assert any(re.search(rf"^(async )?fn {test}\(", text, re.M) for text in texts)


def test_every_threat_is_answered_by_a_test():
    (table,) = re.findall(r"^## Threats\n(.*?)^## ", (ROOT / "docs" / "security.md").read_text(), re.M | re.S)
    rows = [row for row in table.splitlines() if row.startswith("| ")][1:]
    assert len(rows) > 10
    assert not [row for row in rows if "::" not in row.split("|")[3] + "".join(row.split("|")[4:])]


DEPLOY = (ROOT / "docs" / "deploy.md").read_text()
PERFORMANCE = (ROOT / "docs" / "performance.md").read_text()


def test_the_guide_answers_the_questions_that_a_person_is_asked_and_no_others(template):
    mine, _ = template["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    rows = re.findall(r"^\| (`\w+`(?:, `\w+`)*) \| ", DEPLOY[DEPLOY.index("| question |"):], re.M)
    asked = [name for row in rows for name in re.findall(r"`(\w+)`", row)][: len(mine["Parameters"])]
    assert asked == mine["Parameters"]
    assert f"The first {['ten', 'eleven', 'twelve', 'thirteen'][len(asked) - 10]} questions are yours" in DEPLOY


@pytest.mark.parametrize("name", ["deploy", "operations"])
def test_every_parameter_and_command_that_a_document_names_is_there(template, name):
    text = (ROOT / "docs" / f"{name}.md").read_text()
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M)
    assert not set(re.findall(r"(?:`|run: |^)make ([a-z-]+)", text, re.M)) - set(targets)
    assert not set(re.findall(r"`([A-Z][a-z]\w+)=", text)) - set(template["Parameters"])
    for path in re.findall(r"(?<![/\w])(?:docs|tools|events|tests|src)/[\w./-]+\w", text):
        # The owner's own copy of the example.
        assert (ROOT / path).exists() or path == "events/env.json", path


def test_the_cost_counts_the_alarms_that_there_are(monitoring):
    alarms = [it["Properties"] for it in monitoring["Resources"].values() if it["Type"] == "AWS::CloudWatch::Alarm"]
    metrics = [len([m for m in it.get("Metrics", []) if "MetricStat" in m]) or 1 for it in alarms]
    assert f"| {len(alarms)} alarms on {sum(metrics)} metrics | 0.10 a metric | {sum(metrics) / 10:.2f} |" in PERFORMANCE


def test_the_cost_counts_the_metrics_that_there_are_without_those_of_proof():
    table = (ROOT / "docs" / "operations.md").read_text().split("\n## Metrics\n")[1].split("\n## ")[0]
    rows = [row.split("|") for row in table.splitlines() if row.startswith("| `")]
    names = [name for row in rows for name in row[1].split(",")]
    count = len(names) - len(["Proven", "Exposed", "NotProvable", "ProofUnknown", "ProofLate", "ProofFailed", "NoPauseOnPaymentCall"])
    assert f"| {count} metrics, if each is written every hour | 0.30 | {count * 0.3:.2f} |" in PERFORMANCE


def test_the_pipeline_that_the_guide_shows_is_yaml_and_deploys_a_section_of_the_file():
    (workflow,) = re.findall(r"```yaml\n(.*?)```", DEPLOY, re.S)
    steps = YAML(typ="safe").load(workflow)["jobs"]["deploy"]["steps"]
    commands = [step["run"] for step in steps if "run" in step]
    (deploying,) = [at for at, command in enumerate(commands) if "sam deploy" in command]
    section = re.search(r"--config-env (\w+)", commands[deploying])[1]
    assert f"[{section}.deploy.parameters]" in (ROOT / "samconfig.toml").read_text()
    assert commands[deploying - 1].startswith("make mode STACK="), "a mode set by hand is not overrun"
