"""The generator's records are what the function promises, so that what the tool makes of them counts."""

import json

import jsonschema
import pytest

from evidence import ROOT, made_up


@pytest.mark.parametrize("seed", [1, 7])
def test_every_made_up_record_satisfies_the_schema(seed):
    schema = json.loads((ROOT / "docs" / "audit-record.schema.json").read_text())
    validator = jsonschema.Draft202012Validator(schema)
    lines = made_up("--seed", seed, "--pauses", 300).splitlines()
    assert len(lines) > 900
    for line in lines:
        errors = [error.message for error in validator.iter_errors(json.loads(line))]
        assert errors == [], line


def test_the_same_seed_makes_the_same_records():
    assert made_up("--seed", 3) == made_up("--seed", 3) != made_up("--seed", 4)
