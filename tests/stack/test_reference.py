"""Each table of the documents is what the code says, and what they name is there.

Needs pytest alone: `python3 -m pytest --noconftest tests/stack/test_reference.py`.
"""

import json
import pathlib
import re

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
DOCUMENTS = {
    path.relative_to(ROOT).as_posix(): path.read_text()
    for path in [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), ROOT / "genesys" / "README.md"]
}
REFERENCE, EVIDENCE = (DOCUMENTS[f"docs/{name}.md"] for name in ("reference", "evidence"))


def source(path):
    return (ROOT / path).read_text()


def rows(text, heading):
    """The rows of the table whose first column has this heading, without the backticks around a cell."""
    (table,) = re.findall(rf"^\| {heading} \|.*\n\|[-|]+\n((?:\|.*\n)+)", text, re.M)
    return [[cell.strip().strip("`") for cell in line.strip().strip("|").split(" | ")] for line in table.splitlines()]


def variants(path, enum, join):
    """The variants of an enum in Rust, as they are serialized."""
    (body,) = re.findall(rf"^pub enum {enum} \{{\n(.*?)^\}}", source(path), re.M | re.S)
    return [snake(name, join) for name in re.findall(r"^    ([A-Z]\w+),$", body, re.M)]


def snake(name, join="_"):
    return re.sub(r"(?<!^)(?=[A-Z])", join, name).lower()


def test_the_settings_and_their_defaults_are_those_that_the_function_reads():
    config = source("src/config/mod.rs")
    constants = dict(re.findall(r'^pub const (\w+): &str =\s*"([^"]*)";', config, re.M))
    reads = re.findall(r'\bread\s*\.(or|optional|required)\(\s*"([A-Z_]+)"(?:,\s*("[^"]*"|[A-Z_]+))?', config)
    expected = {
        name: {"required": "required", "optional": "none"}.get(how) or constants.get(third, third.strip('"'))
        for how, name, third in reads
    }
    assert len(expected) > 10
    assert {name: default for name, _, default, _ in rows(REFERENCE, "variable")} == expected


def parameters():
    """The parameters of the template, each with its default."""
    section = source("template.yaml").split("\nParameters:\n")[1].split("\nRules:\n")[0]
    found = re.findall(r"^  (\w+):\n((?:    .*\n|\n)+)", section, re.M)
    default = {name: re.search(r"^    Default: (.*)$", body, re.M) for name, body in found}
    return {name: line[1].strip('"') or "none" if line else "required" for name, line in default.items()}


def variables():
    """The parameters that each variable of the function is made of."""
    (block,) = re.findall(r"^        Variables:\n((?:          .*\n)+)", source("template.yaml"), re.M)
    found = re.findall(r"^ +([A-Z_]+): (.*)$", block, re.M)
    return {name: set(re.findall(r"\w+", value)) & set(parameters()) for name, value in found}


def test_a_setting_has_the_parameter_that_the_template_gives_it():
    documented = {name: set(parameter.split()) - {"–"} for name, parameter, *_ in rows(REFERENCE, "variable")}
    assert documented == {name: variables().get(name, set()) for name in documented}
    assert set(variables()) <= set(documented)


def test_every_other_parameter_of_the_stack_has_its_row_and_its_default():
    of_settings = set().union(*variables().values())
    others = {name: default for name, default in parameters().items() if name not in of_settings}
    assert len(others) > 5
    assert {name: default for name, default, _ in rows(REFERENCE, "parameter of the stack")} == others


@pytest.mark.parametrize(
    ("heading", "enum", "text"),
    [("outcome", "Outcome", REFERENCE), ("state of a target", "State", REFERENCE)],
)
def test_the_words_of_the_answer_are_those_of_the_code(heading, enum, text):
    words = variants("src/decide/outcome.rs", enum, "_")
    assert len(words) > 5 and sorted(row[0] for row in rows(text, heading)) == sorted(words)


def test_the_errors_are_those_of_the_code_by_precedence():
    (table,) = re.findall(r"^failures! \{\n(.*?)^\}", source("src/error.rs"), re.M | re.S)
    names = re.findall(r'^    ([A-Z]\w+)(?:\([^)]*\))?: "', table, re.M)
    assert len(names) > 10 and [row[0] for row in rows(REFERENCE, "error")] == names


def test_the_schema_of_the_record_and_the_report_have_the_same_words():
    """A word that no test raises would be missing there unseen, and its record would break its own schema."""
    schema = json.loads(source("docs/audit-record.schema.json"))
    errors = [row[0] for row in rows(REFERENCE, "error")]
    outcomes = [row[0] for row in rows(REFERENCE, "outcome")]
    assert sorted(schema["$defs"]["errorType"]["enum"]) == sorted(errors)
    assert sorted(schema["properties"]["outcome"]["enum"]) == sorted(outcomes)
    words = "tools/evidence/src/words.rs"
    assert sorted(variants(words, "Cause", "_")) == sorted(snake(error) for error in errors)
    assert sorted(variants(words, "Outcome", "_")) == sorted(outcomes)


def test_the_doors_are_those_of_the_code():
    assert [row[0] for row in rows(REFERENCE, "door")] == variants("src/decide/request.rs", "Door", "_")


def test_the_queues_are_outputs_of_the_stack_and_keep_messages_as_long_as_is_said():
    template = source("template.yaml")
    outputs = re.findall(r"^  (\w+QueueUrl):$", template.split("\nOutputs:\n")[1], re.M)
    assert sorted(row[0] for row in rows(REFERENCE, r"queue \(output\)")) == sorted(outputs)
    days = {int(seconds) / 86400 for seconds in re.findall(r"MessageRetentionPeriod: (\d+)", template)}
    assert days == {14} and "keep a message for 14 days" in REFERENCE


def test_the_glossary_has_ten_words_and_each_is_in_use():
    words = [row[0] for row in rows(REFERENCE, "word")]
    assert len(words) == 10
    others = [text for name, text in DOCUMENTS.items() if name != "docs/reference.md"]
    assert not [word for word in words if sum(word in text for text in others) < 2]


def test_the_columns_and_standings_of_the_report_are_those_that_it_writes():
    (line,) = re.findall(r"^struct Line<'a> \{\n(.*?)^\}", source("tools/evidence/src/csv_file.rs"), re.M | re.S)
    assert [row[0] for row in rows(EVIDENCE, "column")] == re.findall(r"^    (\w+):", line, re.M)
    standings = variants("tools/evidence/src/standing.rs", "Standing", "-")
    assert sorted(row[0] for row in rows(EVIDENCE, "standing")) == sorted(standings)


def test_the_readme_is_short_and_says_its_status_on_the_first_screen():
    readme = DOCUMENTS["README.md"].splitlines()
    assert len(readme) <= 150
    (status,) = [at for at, line in enumerate(readme) if line.startswith("## Status")]
    points = [line for line in readme[:25] if re.match(r"\d\. ", line)]
    assert status < 15 and len(points) == 5


def anchors(text):
    """The anchors of a document's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.*)$", re.sub(r"^```.*?^```", "", text, flags=re.M | re.S), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
def test_every_link_leads_somewhere(name):
    lost = []
    for target in re.findall(r"\]\(([^)\s]+)\)", DOCUMENTS[name]):
        file, _, anchor = target.partition("#")
        path = (ROOT / name).parent / file if file else ROOT / name
        if "://" not in target and not (path.exists() and (not anchor or anchor in anchors(path.read_text()))):
            lost.append(target)
    assert lost == []


def test_every_file_that_a_document_names_is_there():
    named = {
        (name, path)
        for name, text in DOCUMENTS.items()
        for path in re.findall(r"`((?:src|docs|tests|tools|genesys|events)/[\w./-]*\w)`", text)
    }
    assert len(named) > 20
    # The owner's own copy of an example is not there until they make it.
    assert sorted(it for it in named if not (ROOT / it[1]).exists() and it[1] != "events/env.json") == []


def test_every_command_of_make_that_a_document_names_is_there():
    targets = set(re.findall(r"^([a-z][a-z-]*):", source("Makefile"), re.M))
    told = "\n".join(DOCUMENTS.values())
    commands = re.findall(r"`make ([^`]+)`", told)
    for block in re.findall(r"^ *```sh\n(.*?)^ *```", told, re.M | re.S):
        commands += re.findall(r"^ *make ([^#\n]+)", block, re.M)
    named = {word for command in commands for word in command.split() if re.fullmatch(r"[a-z-]+", word)}
    assert {"demo", "quick", "deploy"} <= named and named - targets == set()


def test_every_parameter_that_a_document_sets_is_there():
    named = {name for text in DOCUMENTS.values() for name in re.findall(r"`([A-Z][a-z]\w+)=[\w-]", text)}
    assert {"Mode", "PauseScope"} <= named and named <= set(parameters())
