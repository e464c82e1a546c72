"""What the data actions' templates become of their inputs, and what they make of an answer."""

import json
import re
from urllib.parse import unquote_plus, urlsplit

import pytest

from action import ROOT, Action, Refused, every
from velocity import references, render

ACTIONS = every()
CONVERSATION = "5b0f3a34-7c6e-4d0a-9c62-0f4b1f6f7a11"
PARTICIPANT = "a1f5e9c4-3d74-4e30-8c79-2f8d8150bc03"
GOOD = {
    "conversationId": CONVERSATION,
    "participantId": PARTICIPANT,
    "reference": "ORDER-7",
    "cardNumber": "0" * 16,
    "expiry": "0000",
    "securityCode": "000",
}
# By the data actions that invoke the function: the order that each sends.
ORDERS = {
    "Pause_Screen_Recording_Lambda": "pause",
    "Resume_Screen_Recording_Lambda": "resume",
    "Pause_Voice_And_Screen_Lambda": "pause_with_voice",
    "Resume_Voice_And_Screen_Lambda": "resume_with_voice",
    "Screen_Recording_Status_Lambda": "status",
}
# Those of them that say something of the voice: a script's.
OF_VOICE = [stem for stem, order in ORDERS.items() if order not in ("pause", "resume")]
HOSTILE = [
    ("a\"b", "ends a JSON string"),
    ("a\\", "escapes the quote that follows"),
    ("a\nb\tc\u0000", "control characters are not allowed in JSON strings"),
    ('", "action": "resume', "adds a member"),
    ("a/b", "adds a path segment"),
    ("../../../other", "climbs out of the path"),
    ("a?b=c&d", "begins a query"),
    ("a#b", "begins a fragment"),
    ("a b%2Fc", "a space, and an escape of its own"),
    ("${input.participantId}", "a reference of the template language"),
    ("$esc.d#set($a = 1)", "directives of the template language"),
    ("é\u2028\U0001F4B3", "not ASCII"),
    ("", "nothing at all"),
]


def inputs(action, **changed):
    return {**{name: GOOD[name] for name in action.inputs["properties"]}, **changed}


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.stem)
def test_the_inputs_are_the_references_of_the_templates(action):
    used = [name for template in action.templates() for name in references(template)]
    assert sorted(used) == sorted(f"input.{name}" for name in action.inputs["properties"])


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.stem)
def test_the_outputs_are_the_translated_names_and_each_has_a_default(action):
    response = action.response
    names = set(response["translationMap"])
    assert names == set(references(response["successTemplate"])) == set(action.outputs["properties"]) - {"acknowledged"}
    # Whether a payment was approved is never made up.
    assert names - set(response["translationMapDefaults"]) == ({"approved"} & names)
    for path in response["translationMap"].values():
        assert re.fullmatch(r"\$(\.[A-Za-z]+)+", path), "a path with more than one match gives an array"


@pytest.mark.parametrize("verb", ["pause", "resume"])
def test_the_path_is_the_one_that_the_function_uses(verb):
    action = Action(f"{verb.capitalize()}_Screen_Recording")
    url, body = action.rendered(inputs(action))
    template = (ROOT / "template.yaml").read_text()
    path = re.search(r"ScreenRecordingPath:\n    Type: String\n    Default: (\S+)", template)[1]
    assert (action.request["requestType"], body) == ("PUT", "")
    assert url == path.format(conversationId=CONVERSATION, participantId=PARTICIPANT, action=verb)


@pytest.mark.parametrize(("stem", "order"), ORDERS.items())
def test_the_payload_of_a_lambda_action_is_the_order_of_the_direct_door(stem, order):
    action = Action(stem)
    url, body = action.rendered(inputs(action))
    assert url == "arn:aws:lambda:REGION:ACCOUNT:function:FUNCTION:live", "the hole that the guide fills"
    assert json.loads(body) == json.loads((ROOT / "events" / "direct" / f"{order}.json").read_text())


def test_the_payment_goes_to_the_gateway_and_the_card_into_its_body():
    action = Action("Take_Card_Payment")
    url, body = action.rendered(inputs(action))
    assert (url, action.request["requestType"]) == ("https://gateway.invalid/payments", "POST")
    assert action.request["headers"] == {"Content-Type": "application/json"}
    assert json.loads(body) == {
        "reference": GOOD["reference"],
        "card": {"number": GOOD["cardNumber"], "expiry": GOOD["expiry"], "code": GOOD["securityCode"]},
    }


@pytest.mark.parametrize(("value", "reason"), HOSTILE)
@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.stem)
def test_hostile_inputs_leave_url_and_body_whole(action, value, reason):
    plain_url, plain_body = action.rendered(inputs(action))
    for name in action.inputs["properties"]:
        url, body = action.rendered(inputs(action, **{name: value}), checked=False)
        assert re.fullmatch(r"[A-Za-z0-9:/._*%+-]+", url), reason
        plain, parts = urlsplit(plain_url), urlsplit(url)
        assert (parts.scheme, parts.netloc, parts.query, parts.fragment) == (plain.scheme, plain.netloc, "", "")
        segments, expected = parts.path.split("/"), plain.path.split("/")
        at = [index for index, segment in enumerate(expected) if segment == GOOD[name]]
        for index in at:
            assert unquote_plus(segments[index]) == value, reason
            expected[index] = segments[index]
        assert segments == expected, reason
        if plain_body:
            assert json.loads(body) == replaced(json.loads(plain_body), GOOD[name], value), reason
        else:
            assert body == ""


def replaced(document, old, new):
    if isinstance(document, dict):
        return {name: replaced(value, old, new) for name, value in document.items()}
    return new if document == old else document


@pytest.mark.parametrize(
    ("value", "reason"),
    [*HOSTILE, ("..", "dots are not escaped, and would climb"), (".", "likewise"), (7, "no text"), (None, "null"),
     (CONVERSATION + "\n", "a line after the id")],
)
@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.stem)
def test_the_contract_refuses_what_is_no_id_and_no_digits(action, value, reason):
    for name, schema in action.inputs["properties"].items():
        if name == "reference" and value:
            continue
        for hostile in (value, fitting(value, schema)):
            with pytest.raises(Refused):
                action.rendered(inputs(action, **{name: hostile}))
                pytest.fail(f"{name}: {reason}")


def fitting(value, schema):
    """The same of a length that is allowed, so that the pattern alone has to refuse it."""
    if not isinstance(value, str) or not value or "maxLength" not in schema:
        return value
    return value.rjust(schema["minLength"], "0")[-schema["maxLength"]:]


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.stem)
def test_no_input_may_be_left_out(action):
    for name in action.inputs["properties"]:
        given = inputs(action)
        del given[name]
        with pytest.raises(Refused):
            action.rendered(given)


@pytest.mark.parametrize(
    ("answer", "expected", "reason"),
    [
        ({"outcome": "paused", "paused": True, "targets": []}, ("paused", True), "what the function answers"),
        ({"outcome": "observed", "paused": False}, ("observed", False), "held back"),
        ({"errorType": "NotPaused", "errorMessage": "…"}, ("none", False), "an error that passes for a success"),
        (None, ("none", False), "no body"),
        ({}, ("none", False), "an answer of another form"),
        ([], ("none", False), "no object"),
    ],
)
@pytest.mark.parametrize("stem", ORDERS)
def test_whatever_a_lambda_action_gets_it_says_paused_only_if_the_function_did(stem, answer, expected, reason):
    result = Action(stem).translated(answer)
    assert (result["outcome"], result["paused"]) == expected, reason
    assert result.get("voice") == ("unknown" if stem in OF_VOICE else None), reason


@pytest.mark.parametrize("stem", ORDERS)
def test_whatever_outcome_the_function_has_is_handed_on(stem):
    schema = json.loads((ROOT / "docs" / "audit-record.schema.json").read_text())
    states = schema["$defs"]["voiceOrder"]["properties"]["state"]["enum"] if stem in OF_VOICE else [None]
    for outcome in schema["properties"]["outcome"]["enum"]:
        for voice in states:
            answer = {"outcome": outcome, "paused": False} | ({"voice": voice} if voice else {})
            assert Action(stem).translated(answer) == answer


@pytest.mark.parametrize("paused", ["true", 1, None, {}])
@pytest.mark.parametrize("stem", ORDERS)
def test_an_answer_that_breaks_the_output_contract_is_a_failure(stem, paused):
    with pytest.raises(Refused):
        Action(stem).translated({"outcome": "paused", "paused": paused})


@pytest.mark.parametrize("voice", [True, 1, None, {}])
@pytest.mark.parametrize("stem", OF_VOICE)
def test_a_voice_that_is_no_word_is_a_failure(stem, voice):
    with pytest.raises(Refused):
        Action(stem).translated({"outcome": "paused", "paused": True, "voice": voice})


@pytest.mark.parametrize("answer", [None, {}, {"message": "accepted"}, []])
@pytest.mark.parametrize("verb", ["Pause", "Resume"])
def test_an_action_of_genesys_says_acknowledged_whatever_a_success_holds(verb, answer):
    assert Action(f"{verb}_Screen_Recording").translated(answer) == {"acknowledged": True}


def test_a_payment_without_a_clear_answer_is_a_failure_and_no_refusal():
    action = Action("Take_Card_Payment")
    assert action.translated({"approved": True, "receipt": "r"}) == {"approved": True, "receipt": "r"}
    assert action.translated({"approved": False}) == {"approved": False, "receipt": ""}
    for unclear in ({}, None, {"approved": None}, {"approved": "yes", "receipt": "r"}):
        with pytest.raises(Refused):
            action.translated(unclear)


@pytest.mark.parametrize(
    ("template", "reason"),
    [
        ("a ${input.b} c", "a misspelt name"),
        ("a $esc.html(${input.a}) c", "a method that no file uses"),
        ("a $math.add(1, 2) c", "a tool that no file uses"),
    ],
)
def test_what_a_template_cannot_know_stands_as_it_is_written(template, reason):
    assert render(template, {"input": {"a": "x"}}) == template, reason
