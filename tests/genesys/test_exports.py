"""The data actions as files: what the import takes, and what they say of themselves."""

import json
import re
from urllib.parse import urlsplit

import jsonschema
import pytest

from action import FOLDER, ROOT, Action, every

SCHEMA = json.loads((FOLDER / "data-action.schema.json").read_text())
ACTIONS = every()
# What is said of the actions outside of their own files.
SHIPPED = (ROOT / "genesys" / "README.md").read_text()
TOLD = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), *(
    path for path in sorted((ROOT / "genesys").rglob("*")) if path.suffix in (".json", ".md", ".tf", ".yaml"))]
# How long each action may take, in seconds: a request to Genesys Cloud; the function; a gateway.
TIMEOUTS = {
    "Pause_Screen_Recording": 10,
    "Resume_Screen_Recording": 10,
    "Pause_Screen_Recording_Lambda": 15,
    "Resume_Screen_Recording_Lambda": 15,
    "Pause_Voice_And_Screen_Lambda": 15,
    "Resume_Voice_And_Screen_Lambda": 15,
    "Screen_Recording_Status_Lambda": 15,
    "Take_Card_Payment": 30,
}


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.stem)
def test_an_action_has_the_form_of_an_export(action):
    jsonschema.Draft7Validator(SCHEMA).validate(action.export)
    assert list(action.export) == ["name", "integrationType", "actionType", "config", "contract", "secure"]
    for schema in (action.inputs, action.outputs):
        jsonschema.Draft4Validator.check_schema(schema)
        assert set(schema["required"]) == set(schema["properties"]), "an input or output that may be missing"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda export: export.pop("secure"), "the import asks for every member"),
        (lambda export: export.update(comment="x"), "and takes no other"),
        (lambda export: export.update(actionType="static"), "only custom actions are imported"),
        (lambda export: export["config"].update(timeoutSeconds=61), "60 s are the most"),
        (lambda export: export["config"]["request"].update(requestType="FETCH"), "no HTTP method"),
        (lambda export: export["config"]["request"].update(requestUrlTemplate="api/v2/x"), "relative to the host"),
        (lambda export: export["config"]["response"]["translationMap"].update(a="outcome"), "no JSONPath"),
        (lambda export: inputs_of(export).update(type="array"), "inputs are an object"),
        (lambda export: inputs_of(export).update({"$ref": "#/x"}), "a contract holds no references"),
        (lambda export: inputs_of(export)["properties"].update(a={"$ref": "#/x"}), "nor do its members"),
        (lambda export: inputs_of(export)["properties"].update(a={"type": "object"}), "inputs are flat"),
        (lambda export: inputs_of(export)["properties"].update(rawRequest={"type": "string"}), "the name is taken"),
        (lambda export: inputs_of(export)["properties"].update({"1st": {"type": "string"}}), "no name begins so"),
        (lambda export: outputs_of(export).pop("properties"), "outputs have names"),
        (lambda export: outputs_of(export)["properties"].update(a={"type": "array", "items": {"type": "array"}}),
         "no arrays of arrays"),
    ],
)
def test_the_schema_of_the_export_refuses(change, reason):
    export = Action("Pause_Screen_Recording").export
    change(export)
    assert not jsonschema.Draft7Validator(SCHEMA).is_valid(export), reason


def test_the_files_are_the_three_pairs_the_status_and_the_payment():
    assert {action.stem: action.timeout for action in ACTIONS} == TIMEOUTS


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.stem)
def test_an_action_has_the_name_of_its_file_wherever_it_is_named(action):
    assert (action.name, action.inputs["title"]) == (action.stem, action.stem)
    spaced = action.stem.replace("_", " ")
    assert [path for path in TOLD if spaced in path.read_text()] == [], "another name for the same action"
    assert re.search(rf"`(data-actions/)?{action.stem}\.custom\.json`", SHIPPED)


def inputs_of(export):
    return export["contract"]["input"]["inputSchema"]


def outputs_of(export):
    return export["contract"]["output"]["successSchema"]


@pytest.mark.parametrize("stem", [stem for stem in TIMEOUTS if stem.endswith("_Lambda")])
def test_a_lambda_action_waits_longer_than_a_cold_function_takes(stem):
    timing = (ROOT / "src" / "config" / "timing.rs").read_text()
    budget = int(re.search(r"direct_budget: Duration::from_secs\((\d+)\)", timing)[1])
    # INIT ends after 3 s at the most (docs/design.md, "Fast").
    assert Action(stem).timeout > budget + 3


def test_cards_go_nowhere_until_a_gateway_is_filled_in_and_only_from_secure_flows():
    action = Action("Take_Card_Payment")
    assert urlsplit(action.request["requestUrlTemplate"]).hostname.endswith(".invalid")
    assert {action.stem: action.export["secure"] for action in ACTIONS if action.export["secure"]} == {action.stem: True}


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.stem)
def test_a_file_says_what_is_verified_and_what_is_not(action):
    assert re.search(r"Verified: \w[^.]+\. Needs a real organization[^:]*: \w[^.]+\.$", action.inputs["description"])
