"""The secure call flow: every path, and that a flow which breaks a promise is found out."""

import copy
import re

import pytest

from action import ROOT, Action
from architect import AT_ONCE, AT_THE_NEXT_PROMPT, BY_AN_ERROR, NEVER, walks
from broken_flows import BROKEN
from expressions import Unknown
from payment_flow import AGAIN, CONVERSATION, FILE, FLOW, FUNCTION, GATEWAY, PAUSE, PAYMENT, QUESTIONS, RESUME, WAYS, found
from promises import PROMISES, broken
from refused_flows import REFUSED

PAUSE_BOTH, RESUME_BOTH = Action("Pause_Voice_And_Screen_Lambda"), Action("Resume_Voice_And_Screen_Lambda")
BOTH_ARE_PAUSED = 'If(IsSet(Flow.Voice), If(Flow.Voice == "paused", If(IsSet(Flow.Paused), Flow.Paused, false), false), false)'


@pytest.fixture(scope="session")
def every_walk():
    return [(way["ends"], walk) for way in WAYS for walk in walks(FLOW, way)]


def test_every_path_keeps_every_promise(every_walk):
    for _, walk in every_walk:
        assert broken(walk) == [], walk.trace


def told(result):
    return lambda walk, _: walk.variables["Flow.PaymentResult"] == result and not walk.errors


@pytest.mark.parametrize(
    ("holds", "reason"),
    [
        (told("paid"), "paid"),
        (told("refused"), "the payment is refused"),
        (told("unknown"), "the gateway does not answer"),
        (told("no-card"), "no card is given"),
        *((lambda walk, _, wanted=variable: told("paid")(walk, _)
           and [step[1] for step in walk.trace if step[0] == "asked"].count(wanted) == 2,
           f"{question} is asked once more, and answered then") for question, (variable, _, _) in QUESTIONS.items()),
        (told("no-reference"), "nobody knows what is paid"),
        (told("not-paused"), "the pause is refused"),
        (lambda walk, _: ("call", PAUSE.name, {"conversationId": CONVERSATION}, "timeout") in walk.trace, "it times out"),
        (lambda walk, ends: not walk.caller and (ends, walk.trace[-1]) == (NEVER, ("end", "returned")),
         "the caller hangs up, the flow runs on"),
        (lambda walk, ends: (ends, walk.trace[-1]) == (AT_THE_NEXT_PROMPT, ("end", "nobody there")), "to its next prompt"),
        (lambda walk, ends: (ends, walk.trace[-1]) == (AT_ONCE, ("end", "ended with the caller")), "ends with the caller"),
        (lambda walk, _: walk.errors == 1 and walk.trace[-1] == ("end", "returned"), "an error of the flow itself"),
        (lambda walk, _: walk.trace[-1] == ("end", BY_AN_ERROR), "and one more"),
    ],
)
def test_the_walks_reach(every_walk, holds, reason):
    assert any(holds(walk, ends) for ends, walk in every_walk), reason


def test_the_resume_is_sent_exactly_once_unless_the_flow_itself_fails_or_ends_with_the_caller(every_walk):
    plain = [walk for ends, walk in every_walk if not walk.errors and (walk.caller or ends == NEVER)]
    assert {len([step for step in walk.trace if step[:2] == ("call", RESUME.name)]) for walk in plain} == {1}


def test_a_caller_who_hangs_up_over_the_card_leaves_a_resume_unless_the_flow_ends_with_them(every_walk):
    gone = [(ends, walk) for ends, walk in every_walk if ends != AT_ONCE and not walk.errors
            and any(step[0] == "asked" and walk.trace[at + 1] == ("hung up",) for at, step in enumerate(walk.trace[:-1]))]
    resumed = {(ends, [step[1] for step in walk.trace if step[0] == "call"].count(RESUME.name)) for ends, walk in gone}
    # Where the flow goes on, or the question was the second one, nothing stands before the resume. Else the question is
    # asked once more, and a flow that ends at its next prompt ends there.
    assert resumed == {(NEVER, 1), (AT_THE_NEXT_PROMPT, 1), (AT_THE_NEXT_PROMPT, 0)}
    for ends, walk in gone:
        assert ends == NEVER or RESUME.name in [step[1] for step in walk.trace if step[0] == "call"] or (
            walk.trace[-2:] == [("hung up",), ("end", "nobody there")])


def with_voice():
    """The flow as an owner changes it where snapshots undo an order that shows nowhere (docs/genesys-setup.md)."""
    flow = copy.deepcopy(FLOW)
    flow["secureCall"]["variables"].append({"stringVariable": {
        "name": "Flow.Voice", "initialValue": {"lit": "unknown"}, "isInput": False, "isOutput": False}})
    for step, action, voice, ordered in (
            ("Pause the screen recording", PAUSE, {"var": "Flow.Voice"}, PAUSE_BOTH),
            ("Resume the screen recording", RESUME, {"noValue": True}, RESUME_BOTH)):
        actions = found(flow, "callData", step)["category"][FUNCTION]["dataAction"]
        actions[ordered.name] = actions.pop(action.name)
        actions[ordered.name]["successOutputs"]["voice"] = voice
    found(flow, "decision", "Is the screen dark")["condition"]["exp"] = BOTH_ARE_PAUSED
    return flow


def test_a_flow_that_orders_the_voice_too_asks_for_a_card_only_while_both_are_paused():
    guide = (ROOT / "docs" / "genesys-setup.md").read_text()
    assert all(f"`{it}`" in guide for it in (BOTH_ARE_PAUSED, PAUSE_BOTH.name, RESUME_BOTH.name))
    answers = [{"outcome": "paused", "paused": paused, **voice} for paused in (True, False)
               for voice in ({"voice": "paused"}, {"voice": "active"}, {"voice": "unknown"}, {})]
    actions = {
        (FUNCTION, PAUSE_BOTH.name): (PAUSE_BOTH, [*answers, {}, "failure", "timeout"]),
        (FUNCTION, RESUME_BOTH.name): (RESUME_BOTH, [{"outcome": "resumed", "paused": False, "voice": "active"}, "timeout"]),
        (GATEWAY, PAYMENT.name): WAYS[0]["actions"][GATEWAY, PAYMENT.name],
    }
    seen = [walk.trace for walk in walks(with_voice(), {**WAYS[0], "actions": actions})]
    asked = [trace[0][3] for trace in seen if any(step[0] == "asked" for step in trace)]
    assert asked
    assert all(answer == {"outcome": "paused", "paused": True, "voice": "paused"} for answer in asked)
    for trace in seen:
        assert [step[1] for step in trace if step[0] == "call" and step[1] != PAYMENT.name] == [
            PAUSE_BOTH.name, RESUME_BOTH.name]


@pytest.mark.parametrize(("break_it", "sentence"), BROKEN, ids=[break_it.__name__ for break_it, _ in BROKEN])
def test_a_flow_is_found_out_where(break_it, sentence):
    flow = copy.deepcopy(FLOW)
    break_it(flow)
    assert flow != FLOW
    assert any(sentence in broken(walk) for way in WAYS for walk in walks(flow, way))


def test_each_promise_has_a_flow_that_breaks_it():
    assert {sentence for _, sentence in BROKEN} == set(PROMISES)


@pytest.mark.parametrize(("change_it", "reason"), REFUSED, ids=[change_it.__name__ for change_it, _ in REFUSED])
def test_a_flow_is_refused_where(change_it, reason):
    flow = copy.deepcopy(FLOW)
    change_it(flow)
    with pytest.raises(Unknown):
        for way in WAYS:
            for _ in walks(flow, way):
                pass
        pytest.fail(reason)


@pytest.mark.parametrize(
    ("kind", "step", "action", "integration"),
    [
        ("callData", "Pause the screen recording", PAUSE, FUNCTION),
        ("callData", "Resume the screen recording", RESUME, FUNCTION),
        ("callDataSecure", "Take the payment", PAYMENT, GATEWAY),
    ],
)
def test_a_step_takes_every_output_of_its_action_and_waits_longer_than_it(kind, step, action, integration):
    settings = found(FLOW, kind, step)
    call = settings["category"][integration]["dataAction"][action.name]
    assert set(call["inputs"]) == set(action.inputs["required"])
    assert set(call["successOutputs"]) == set(action.outputs["properties"])
    assert action.timeout < settings["timeout"]["lit"]["seconds"] <= 60


def test_the_questions_are_asked_for_what_the_payment_takes_and_never_read_back():
    names = [*QUESTIONS, *AGAIN.values()]
    (silence,) = {found(FLOW, "collectInput", name)["noEntryTimeout"]["lit"]["seconds"] for name in names}
    (between,) = {found(FLOW, "collectInput", name)["interDigitTimeout"]["lit"]["seconds"] for name in names}
    assert between == 10, "who reads a card aloud in groups pauses between them"
    assert between < silence < 99, "a caller looks for the card; more than 99 s Architect does not take"
    for question, (variable, name, _) in [(name, it) for first, it in QUESTIONS.items() for name in (first, AGAIN[first])]:
        asked = found(FLOW, "collectInput", question)
        low, high = (PAYMENT.inputs["properties"][name][bound] for bound in ("minLength", "maxLength"))
        assert asked["inputData"] == {"var": variable}
        if low == high:
            assert asked["digits"] == {"exact": low}
        else:
            assert asked["digits"] == {"range": {"terminatingDtmf": "digit_#", "min": low, "max": high}}
            assert asked["includeTerminatingDtmfInResultData"] is False
        assert asked["acceptJustStar"] == asked["acceptJustPound"] == {"lit": False}
        assert asked["verificationType"] == "none", "digits are never read back"


def test_nothing_is_heard_but_this(every_walk):
    flow, silent = FLOW["secureCall"], {"noValue": True}
    assert flow["initialGreeting"] == flow["settingsErrorHandling"]["preHandlingAudio"] == silent
    assert flow["settingsActionDefaults"] == {
        "callData": {"processingPrompt": silent}, "callDataSecure": {"processingPrompt": silent}}
    assert list(flow["supportedLanguages"]) == [flow["defaultLanguage"]]
    # Nobody is asked to say a number: each question is for the keypad. Who changes what is said changes this list.
    assert {step[1] for _, walk in every_walk for step in walk.trace if step[0] == "said"} == {
        "Please enter the card number, and then the pound key.",
        "Please enter the card number again, and then the pound key.",
        "Please enter the expiry date, two digits for the month and two for the year.",
        "Please enter the expiry date again, two digits for the month and two for the year.",
        "Please enter the security code, and then the pound key.",
        "Please enter the security code again, and then the pound key.",
        "You are being connected to your agent again.",
    }


def test_the_settings_are_at_the_top_and_each_is_used():
    text = FILE.read_text()
    anchors = re.findall(r"&(\w+)", text.split("# The promises", 1)[1])
    first_use = min(text.index("*" + anchor) for anchor in anchors)
    assert len(anchors) > 5
    for anchor in anchors:
        assert text.index("&" + anchor) < first_use


def test_the_file_says_what_is_verified_and_what_is_not():
    head = FILE.read_text().split("secureCall:\n", 1)[0]
    assert "Verified here" in head and "Needs a real organization" in head
