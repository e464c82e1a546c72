"""The secure call flow: every path, and that a flow which breaks a promise is found out."""

import copy
import re

import pytest

from architect import AT_ONCE, AT_THE_NEXT_PROMPT, NEVER, Unknown, references, walks
from broken_flows import BROKEN
from payment_flow import FILE, FLOW, FUNCTION, GATEWAY, NAMES, PAUSE, PAYMENT, RESUME, found, last, start
from promises import PROMISES, broken

ANSWERS = {
    (FUNCTION, PAUSE.name): [
        {"outcome": "paused", "paused": True}, {"outcome": "paused", "paused": False},
        {"outcome": "observed", "paused": False}, {}, "failure", "timeout",
    ],
    (FUNCTION, RESUME.name): [{"outcome": "resumed", "paused": False}, "failure", "timeout"],
    (GATEWAY, PAYMENT.name): [
        {"approved": True, "receipt": "r"}, {"approved": False, "receipt": ""}, {}, "failure", "timeout",
    ],
}
WAYS = [{"actions": ANSWERS, "ends": ends} for ends in (AT_ONCE, AT_THE_NEXT_PROMPT, NEVER)]


def every(flow):
    return [walk for way in WAYS for walk in walks(flow, way)]


def test_every_path_keeps_every_promise():
    all_walks = every(FLOW)
    assert [sentence for walk in all_walks for sentence in broken(walk, NAMES)] == []
    assert len(all_walks) > 400


@pytest.mark.parametrize(
    ("holds", "reason"),
    [
        (lambda walk: walk.variables["Flow.PaymentResult"] == "paid", "paid"),
        (lambda walk: walk.variables["Flow.PaymentResult"] == "refused", "the payment is refused"),
        (lambda walk: walk.variables["Flow.PaymentResult"] == "unknown", "the gateway does not answer"),
        (lambda walk: walk.variables["Flow.PaymentResult"] == "no-card", "no card is given"),
        (lambda walk: walk.variables["Flow.PaymentResult"] == "not-paused", "the pause is refused"),
        (lambda walk: ("call", PAUSE.name, {"conversationId": "conversation"}, "timeout") in walk.trace, "it times out"),
        (lambda walk: not walk.caller and ("end", "nobody there") in walk.trace, "the caller hangs up, the flow runs on"),
        (lambda walk: ("end", "ended with the caller") in walk.trace, "the flow ends with the caller"),
        (lambda walk: walk.erred and ("end", "returned") in walk.trace, "an error of the flow itself"),
    ],
)
def test_the_walks_reach(holds, reason):
    assert any(holds(walk) for walk in every(FLOW)), reason


@pytest.mark.parametrize("way", WAYS[1:], ids=lambda way: way["ends"])
def test_a_caller_who_hangs_up_over_the_card_leaves_a_resume_unless_the_flow_ends_at_once(way):
    gone = [walk for walk in walks(FLOW, way) if not walk.caller and not walk.erred
            and any(step[0] == "asked" and walk.trace[at + 1] == ("hung up",) for at, step in enumerate(walk.trace[:-1]))]
    assert gone
    for walk in gone:
        assert [step[1] for step in walk.trace if step[0] == "call"].count(RESUME.name) == 1


@pytest.mark.parametrize(("break_it", "sentence"), BROKEN, ids=[break_it.__name__ for break_it, _ in BROKEN])
def test_a_flow_is_found_out_where(break_it, sentence):
    flow = copy.deepcopy(FLOW)
    break_it(flow)
    assert flow != FLOW
    sentences = {line.split(": ", 1)[0] for walk in every(flow) for line in broken(walk, NAMES)}
    assert sentence in sentences


def test_each_promise_has_a_flow_that_breaks_it():
    assert {sentence for _, sentence in BROKEN} == set(PROMISES)


@pytest.mark.parametrize(
    ("change_it", "reason"),
    [
        (lambda flow: start(flow).append({"transferToNumber": {"name": "x"}}), "an action"),
        (lambda flow: last(flow).append({"playAudio": {"name": "x", "audio": {"exp": "Flow.Nobody"}}}), "a variable"),
        (lambda flow: start(flow)[-1]["jumpToTask"].update(targetTaskRef="/secureCall/tasks/task[x]"), "a task"),
        (lambda flow: found(flow, "decision", "Was the resume sent")["condition"].update(exp="Guess()"), "a function"),
    ],
)
def test_the_walker_refuses_what_it_does_not_know(change_it, reason):
    flow = copy.deepcopy(FLOW)
    change_it(flow)
    if reason == "an action":
        start(flow).reverse()
    if reason == "a variable":
        last(flow).reverse()
    with pytest.raises(Unknown):
        every(flow)
        pytest.fail(reason)


@pytest.mark.parametrize(
    ("step", "action", "integration"),
    [
        ("Pause the screen recording", PAUSE, FUNCTION),
        ("Resume the screen recording", RESUME, FUNCTION),
        ("Take the payment", PAYMENT, GATEWAY),
    ],
)
def test_a_step_hands_its_action_what_the_contract_asks_for_and_waits_longer_than_it(step, action, integration):
    kind = "callDataSecure" if action.export["secure"] else "callData"
    settings = found(FLOW, kind, step)
    call = settings["category"][integration]["dataAction"][action.name]
    assert set(call["inputs"]) == set(action.inputs["required"])
    assert set(call["successOutputs"]) == set(action.outputs["properties"])
    assert settings["timeout"]["lit"]["seconds"] > action.timeout


def test_what_is_asked_for_fits_the_contract_of_the_payment():
    for name, step in [("cardNumber", "Card number"), ("expiry", "Expiry"), ("securityCode", "Security code")]:
        digits = found(FLOW, "collectInput", step)["digits"]
        low, high = (digits["exact"],) * 2 if "exact" in digits else (digits["range"]["min"], digits["range"]["max"])
        schema = PAYMENT.inputs["properties"][name]
        assert (low, high) == (schema["minLength"], schema["maxLength"])
        assert found(FLOW, "collectInput", step)["verificationType"] == "none", "digits are never read back"


def test_the_settings_are_at_the_top_and_each_is_used():
    text = FILE.read_text()
    anchors = re.findall(r"&(\w+)", text.split("# The promises", 1)[1])
    first_use = min(text.index("*" + anchor) for anchor in anchors)
    for anchor in anchors:
        assert text.index("&" + anchor) < first_use
    for name in references(FLOW) - {"Call.ConversationId", "Flow.InvocationData"}:
        assert f"name: {name}\n" in text, "a variable that is not declared"


def test_the_file_says_what_is_verified_and_what_is_not():
    head = FILE.read_text().split("secureCall:\n", 1)[0]
    assert "Verified here" in head and "Needs a real organization" in head
