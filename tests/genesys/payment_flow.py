"""The secure call flow as it is shipped, the data actions that it calls, what may happen to it, and ways to find a step."""

import yaml

from action import ROOT, Action
from architect import AT_ONCE, AT_THE_NEXT_PROMPT, NEVER
from expressions import NOT_SET

FILE = ROOT / "genesys" / "flows" / "secure-payment.yaml"
FLOW = yaml.safe_load(FILE.read_text())
PAUSE, RESUME, PAYMENT = (
    Action(stem) for stem in ("Pause_Screen_Recording_Lambda", "Resume_Screen_Recording_Lambda", "Take_Card_Payment"))
# The settings by which an owner names what is called.
FUNCTION, GATEWAY = (
    next(it["stringVariable"]["initialValue"]["lit"] for it in FLOW["secureCall"]["variables"]
         if it.get("stringVariable", {}).get("name") == name)
    for name in ("Flow.FunctionIntegration", "Flow.PaymentIntegration"))
CONVERSATION, REFERENCE = "5b0f3a34-7c6e-4d0a-9c62-0f4b1f6f7a11", "ORDER-7"
# By question, in the order in which they are asked: the variable, the input of the payment, and what a caller enters.
QUESTIONS = {
    "Card number": ("Task.CardNumber", "cardNumber", "0" * 16),
    "Expiry": ("Task.Expiry", "expiry", "1299"),
    "Security code": ("Task.SecurityCode", "securityCode", "123"),
}
# Each question is asked once more where no answer came; by question, the name of that.
AGAIN = {question: question + ", again" for question in QUESTIONS}
ANSWERS = {
    (FUNCTION, PAUSE.name): (PAUSE, [
        {"outcome": "paused", "paused": True}, {"outcome": "paused", "paused": False},
        {"outcome": "observed", "paused": False}, {}, "failure", "timeout",
    ]),
    (FUNCTION, RESUME.name): (RESUME, [{"outcome": "resumed", "paused": False}, "failure", "timeout"]),
    (GATEWAY, PAYMENT.name): (PAYMENT, [
        {"approved": True, "receipt": "r"}, {"approved": False, "receipt": ""}, {}, "failure", "timeout",
    ]),
}
WAYS = [
    {
        "actions": ANSWERS,
        "keypad": {name: digits for question, (_, _, digits) in QUESTIONS.items() for name in (question, AGAIN[question])},
        "reference": [REFERENCE, "", NOT_SET],
        "conversation": CONVERSATION,
        "ends": ends,
        "patient": patient,
    }
    for ends, patient in ((NEVER, True), (AT_ONCE, False), (AT_THE_NEXT_PROMPT, False), (NEVER, False))
]


def task(flow, index):
    """The actions of the first, second or third task."""
    return flow["secureCall"]["tasks"][index]["task"]["actions"]


def last(flow):
    """The actions of the task that resumes, where it has not been sent."""
    return task(flow, 2)[0]["decision"]["outputs"]["no"]["actions"]


def around(node, kind, name):
    """The list that holds the action of this kind and name, and where in it."""
    for index, inside in enumerate(node if isinstance(node, list) else []):
        if isinstance(inside, dict) and isinstance(inside.get(kind), dict) and inside[kind].get("name") == name:
            return node, index
    for inside in node.values() if isinstance(node, dict) else node if isinstance(node, list) else []:
        if hit := around(inside, kind, name):
            return hit
    return None


def found(flow, kind, name):
    """The settings of that action."""
    actions, index = around(flow, kind, name)
    return actions[index][kind]


def beside(flow, kind, name, action, after=False):
    """Puts an action before or behind another."""
    actions, index = around(flow, kind, name)
    actions.insert(index + after, action)


def say(**audio):
    return {"playAudio": {"name": "Say", "audio": audio}}


def payment(flow):
    return found(flow, "callDataSecure", "Take the payment")["category"][GATEWAY]["dataAction"][PAYMENT.name]


def variable(flow, name):
    """The declaration of a variable, of the flow or of the task that takes the card."""
    declared = flow["secureCall"]["variables"] + flow["secureCall"]["tasks"][1]["task"]["variables"]
    return next(inside for it in declared for inside in it.values() if inside["name"] == name)
