"""What the documents say is shown by a test is."""

import re

import pytest
from conftest import ROOT

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
