"""The generator's lines are what the function and the tools promise, so that what the report makes of them counts."""

import collections
import json
import re

import jsonschema
import pytest

from evidence import ROOT, made_up

SCHEMAS = {"secure_pause_audit": "audit-record", "secure_pause_proof": "proof-record"}


@pytest.mark.parametrize("seed", [1, 7])
def test_every_made_up_line_satisfies_the_schema_of_its_kind(seed):
    schemas = {kind: json.loads((ROOT / "docs" / f"{name}.schema.json").read_text()) for kind, name in SCHEMAS.items()}
    told = collections.defaultdict(list)
    for line in made_up("--seed", seed, "--pauses", 300, "--proof").splitlines():
        told[json.loads(line)["kind"]].append(json.loads(line))
    assert told.keys() == {*SCHEMAS, "secure_pause_purge"}
    assert len(told["secure_pause_audit"]) > 900
    for kind, schema in schemas.items():
        validator = jsonschema.Draft202012Validator(schema)
        assert [(error.message, line) for line in told[kind] for error in validator.iter_errors(line)] == []
    verdicts = {line["verdict"] for line in told["secure_pause_proof"]}
    assert verdicts == set(schemas["secure_pause_proof"]["properties"]["verdict"]["enum"])


def test_every_made_up_purge_has_the_documented_fields():
    table = (ROOT / "docs" / "operations.md").read_text().partition("**4. Keep the line.**")[2].partition("**Closed**")[0]
    names = {name for cell in re.findall(r"^\| (`.*?`) \|", table, re.M) for name in re.findall(r"`(\w+)`", cell)}
    lines = map(json.loads, made_up("--seed", 1, "--pauses", 300, "--proof").splitlines())
    purges = [line for line in lines if line["kind"] == "secure_pause_purge"]
    assert len(purges) > 10
    assert [line for line in purges if line.keys() != names] == []


def test_the_same_seed_makes_the_same_records():
    assert made_up("--seed", 3) == made_up("--seed", 3) != made_up("--seed", 4)
