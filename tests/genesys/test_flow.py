"""The secure call flow: every path, and that a flow which breaks a promise is found out."""

import copy
import pathlib
import re

import pytest
import yaml

from action import Action
from architect import AT_ONCE, AT_THE_NEXT_PROMPT, NEVER, Unknown, references, walks
from promises import PROMISES, broken

FILE = pathlib.Path(__file__).resolve().parents[2] / "genesys" / "flows" / "secure-payment.yaml"
FLOW = yaml.safe_load(FILE.read_text())
PAUSE, RESUME, PAYMENT = (
    Action(stem) for stem in ("Pause_Screen_Recording_Lambda", "Resume_Screen_Recording_Lambda", "Take_Card_Payment"))
NAMES = {"pause": PAUSE.name, "resume": RESUME.name, "payment": PAYMENT.name}
FUNCTION, GATEWAY = "Secure Pause Function", "Payment Gateway"
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


def start(flow):
    """The actions of the first task."""
    return flow["secureCall"]["tasks"][0]["task"]["actions"]


def last(flow):
    """The actions of the task that resumes, where it has not been sent."""
    return flow["secureCall"]["tasks"][1]["task"]["actions"][0]["decision"]["outputs"]["no"]["actions"]


def found(node, kind, name):
    """The settings of the action of this kind and name."""
    if isinstance(node, dict):
        if node.get(kind, {}).get("name") == name:
            return node[kind]
        node = list(node.values())
    if isinstance(node, list):
        for inside in node:
            if (hit := found(inside, kind, name)) is not None:
                return hit
    return None


def actions_around(flow, kind, name):
    """The list that holds this action, and where in it."""
    def search(node):
        if isinstance(node, list):
            for index, inside in enumerate(node):
                if isinstance(inside, dict) and isinstance(inside.get(kind), dict) and inside[kind].get("name") == name:
                    return node, index
        for inside in node.values() if isinstance(node, dict) else node if isinstance(node, list) else []:
            if hit := search(inside):
                return hit
        return None
    return search(flow)


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


def change(text):
    def decorate(break_it):
        BROKEN.append(pytest.param(break_it, text, id=break_it.__name__))
        return break_it
    return decorate


BROKEN = []
DARK, ONCE, RETURNS, BEFORE, SECRET, FIRST, TOLD, TWICE = (
    "no digit is asked for, and none paid with, unless the screen is dark", "the resume is sent once",
    "every way leads back to the agent", "the resume is sent before Return to Agent",
    "no secure variable leaves but to the payment", "the pause is the first step", "the agent is told what happened",
    "nobody pays twice")


@change(DARK)
def the_answer_is_not_looked_at(flow):
    found(flow, "decision", "Is the screen dark")["condition"]["exp"] = "true"


@change(DARK)
def the_answer_is_read_the_wrong_way_round(flow):
    found(flow, "decision", "Is the screen dark")["condition"]["exp"] = "Not(Flow.Paused)"


@change(DARK)
def any_outcome_counts_as_paused(flow):
    found(flow, "decision", "Is the screen dark")["condition"]["exp"] = 'Flow.PauseOutcome == "paused"'


@change(DARK)
def paused_is_taken_for_granted_where_nothing_is_answered(flow):
    found(flow, "decision", "Is the screen dark")["condition"]["exp"] = "If(IsSet(Flow.Paused), Flow.Paused, true)"


@change(DARK)
def a_timeout_goes_on_to_the_card(flow):
    outputs = found(flow, "callData", "Pause the screen recording")["outputs"]
    outputs["timeout"] = {"actions": outputs["success"]["actions"][0]["decision"]["outputs"]["yes"]["actions"]}


@change(DARK)
def the_screen_is_resumed_before_the_payment(flow):
    around, index = actions_around(flow, "callData", "Take the payment")
    around.insert(index, {"callData": found(flow, "callData", "Resume the screen recording")})


@change(FIRST)
def a_greeting_comes_before_the_pause(flow):
    start(flow).insert(0, {"playAudio": {"name": "Hello", "audio": {"tts": "Hello."}}})


@change(ONCE)
def the_resume_is_left_out(flow):
    around, index = actions_around(flow, "callData", "Resume the screen recording")
    del around[index]


@change(ONCE)
def the_resume_is_sent_twice(flow):
    around, index = actions_around(flow, "callData", "Resume the screen recording")
    around.insert(index, copy.deepcopy(around[index]))


@change(BEFORE)
def a_failed_pause_returns_without_a_resume(flow):
    found(flow, "callData", "Pause the screen recording")["outputs"]["failure"] = {
        "actions": [{"returnToAgent": {"name": "Back"}}]}


@change(ONCE)
def a_refused_payment_disconnects(flow):
    found(flow, "decision", "Is it approved")["outputs"]["no"]["actions"].append({"disconnect": {"name": "Bye"}})


@change(ONCE)
def an_error_disconnects(flow):
    flow["secureCall"]["settingsErrorHandling"]["errorHandling"] = {"disconnect": {"none": True}}


@change(ONCE)
def a_prompt_stands_between_the_card_and_the_resume(flow):
    last(flow).insert(0, {"playAudio": {"name": "Wait", "audio": {"tts": "One moment."}}})


@change(ONCE)
def an_error_after_the_resume_sends_another(flow):
    around, index = actions_around(flow, "updateData", "The resume was sent")
    del around[index]
    around.insert(index, {"decision": {"name": "More", "condition": {"exp": "true"}, "outputs": {}}})


@change(RETURNS)
def the_flow_ends_in_a_disconnect(flow):
    last(flow)[-1] = {"disconnect": {"name": "Bye"}}


@change(SECRET)
def the_card_is_read_back(flow):
    last(flow).insert(1, {"playAudio": {"name": "Back", "audio": {"exp": 'Append("You said ", Task.CardNumber)'}}})


@change(SECRET)
def the_card_is_written_into_the_conversation(flow):
    last(flow).insert(1, {"setParticipantData": {"name": "Note", "attributes": [
        {"attribute": {"name": {"lit": "card"}, "value": {"exp": "Task.CardNumber"}}}]}})


@change(SECRET)
def the_last_digits_are_told_to_the_agent(flow):
    around, index = actions_around(flow, "updateData", "Paid")
    around.insert(index, {"updateData": {"name": "Digits", "statements": [
        {"string": {"variable": "Flow.Receipt", "value": {"exp": "Substring(Task.CardNumber, 0, 4)"}}}]}})


@change(SECRET)
def the_card_goes_to_the_function(flow):
    call = found(flow, "callData", "Resume the screen recording")
    call["category"][FUNCTION]["dataAction"][RESUME.name]["inputs"]["conversationId"] = {"exp": "Task.CardNumber"}


@change(SECRET)
def the_card_is_kept_in_a_variable_that_is_not_secure(flow):
    flow["secureCall"]["tasks"][0]["task"]["variables"][0]["stringVariable"]["isSecure"] = False


@change(SECRET)
def the_code_is_an_output_of_the_flow(flow):
    flow["secureCall"]["tasks"][0]["task"]["variables"][2]["stringVariable"]["isOutput"] = True


@change(TOLD)
def a_gateway_that_does_not_answer_is_told_as_refused(flow):
    around, index = actions_around(flow, "updateData", "The payment is under way")
    around[index]["updateData"]["statements"][0]["string"]["value"]["lit"] = "refused"


@change(TOLD)
def a_refused_payment_is_told_as_paid(flow):
    found(flow, "decision", "Is it approved")["condition"]["exp"] = "true"


@change(TWICE)
def the_payment_is_tried_again(flow):
    around, index = actions_around(flow, "callData", "Take the payment")
    around.insert(index, copy.deepcopy(around[index]))


@pytest.mark.parametrize(("break_it", "sentence"), BROKEN)
def test_a_flow_is_found_out_where(break_it, sentence):
    flow = copy.deepcopy(FLOW)
    break_it(flow)
    assert flow != FLOW
    sentences = {line.split(": ", 1)[0] for walk in every(flow) for line in broken(walk, NAMES)}
    assert sentence in sentences


def test_each_promise_has_a_flow_that_breaks_it():
    assert {param.values[1] for param in BROKEN} == set(PROMISES)


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
    settings = found(FLOW, "callData", step)
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
