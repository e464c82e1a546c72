"""What the flow promises, held against one walk of it."""

from architect import BY_AN_ERROR
from expressions import Secret
from payment_flow import PAUSE, PAYMENT, QUESTIONS, REFERENCE, RESUME

# Where a flow may end with its caller, or after two errors, although it does all it can; the function's watch resumes.
LEFT_TO_THE_WATCH = [("end", how) for how in ("ended with the caller", "nobody there", BY_AN_ERROR)]

# How long the watch leaves the screens of an order dark, in seconds, where the flow shows nowhere (docs/reference.md).
ORDER_STANDS = 600


def broken(walk):
    """The promises that this walk breaks."""
    return [sentence for sentence, holds in PROMISES.items() if not holds(walk)]


def calls(walk, action):
    return [index for index, step in enumerate(walk.trace) if step[:2] == ("call", action.name)]


def steps(walk, kind):
    return [index for index, step in enumerate(walk.trace) if step[0] == kind]


def dark(walk, index):
    """Whether the last order before this step was a pause that answered paused: true."""
    orders = [walk.trace[at] for at in sorted(calls(walk, PAUSE) + calls(walk, RESUME)) if at < index]
    return bool(orders) and orders[-1][1] == PAUSE.name and orders[-1][3] == {"outcome": "paused", "paused": True}


def asks_in_the_dark(walk):
    return all(dark(walk, index) for index in steps(walk, "asked") + calls(walk, PAYMENT))


def pauses_first(walk):
    first = next((step for step in walk.trace if step[0] in ("call", "asked", "said", "error")), ("end",))
    return len(calls(walk, PAUSE)) <= 1 and (first[0] in ("error", "end") or first[:2] == ("call", PAUSE.name))


def asks_for_what_is_paid_with(walk):
    asked = [walk.trace[index][1] for index in steps(walk, "asked")]
    wanted = [variable for variable, _, _ in QUESTIONS.values()]
    known = walk.variables.get("Flow.InvocationData") == REFERENCE
    once = [variable for index, variable in enumerate(asked) if variable not in asked[:index]]
    in_a_row = sorted(asked, key=wanted.index) == asked if set(asked) <= set(wanted) else False
    return once == wanted[:len(once)] and in_a_row and (known or not asked)


def asks_once_more_at_the_most(walk):
    asked = [walk.trace[index][1] for index in steps(walk, "asked")]
    wrote = [step[1] for step in walk.trace if step[0] == "wrote"]
    return all(asked.count(variable) <= 2 and wrote.count(variable) <= 1 for variable in asked)


def orders_what_it_means(walk):
    of_call = {"conversationId": walk.behaviour["conversation"]}
    card = {"reference": REFERENCE, **{name: digits for _, name, digits in QUESTIONS.values()}}
    return not steps(walk, "refused") and all(
        walk.trace[index][2] == (card if walk.trace[index][1] == PAYMENT.name else of_call)
        for index in steps(walk, "call"))


def resumes_once(walk):
    resumes = calls(walk, RESUME)
    if len(resumes) == 2:
        # An error right behind it, before the flow could note that it was sent.
        return walk.trace[resumes[0] + 1] == ("error",)
    return len(resumes) == 1 or (not resumes and walk.trace[-1] in LEFT_TO_THE_WATCH)


def resumes_while_the_order_stands(walk):
    resumes = calls(walk, RESUME)
    waited = sum(seconds for at, seconds in walk.waits if not resumes or at <= resumes[0])
    return waited < ORDER_STANDS


def resumes_before_returning(walk):
    return walk.trace[-1] != ("end", "returned") or bool(calls(walk, RESUME))


def says_nothing_before_the_resume(walk):
    resumed = calls(walk, RESUME)
    early = [index for index in steps(walk, "said") if not resumed or index < resumed[0]]
    # A question is said, and then asked.
    return all(step[0] == "asked" for index in early for step in walk.trace[index + 1:index + 2])


def returns_to_the_agent(walk):
    return walk.trace[-1] in [("end", "returned"), ("end", BY_AN_ERROR)] or not walk.caller


def keeps_secrets(walk):
    for step in walk.trace:
        match step:
            case ("call", name, inputs, _) if name != PAYMENT.name:
                leaked = any(isinstance(value, Secret) for value in inputs.values())
            case ("said", value):
                leaked = isinstance(value, Secret)
            case ("wrote", _, value, secure):
                leaked = isinstance(value, Secret) and not secure
            case _:
                leaked = False
        if leaked:
            return False
    return not walk.secure & walk.outputs


def pays_once_at_most(walk):
    return len(calls(walk, PAYMENT)) <= 1


def tells_the_agent(walk):
    """What the script shows. An error of the flow may leave what was known last, but never tells too much."""
    told, receipt = walk.variables["Flow.PaymentResult"], walk.variables["Flow.Receipt"]
    if not {"Flow.PaymentResult", "Flow.Receipt"} <= walk.outputs:
        return False
    payments = calls(walk, PAYMENT)
    answer = walk.trace[payments[-1]][3] if payments else None
    said = answer.get("approved") if isinstance(answer, dict) else None
    if payments:
        expected = {True: "paid", False: "refused", None: "unknown"}[said]
        return told in {expected, "unknown" if walk.errors else expected} and (told != "paid" or receipt == answer["receipt"])
    if not dark(walk, len(walk.trace)) and not any(dark(walk, at) for at in calls(walk, RESUME)):
        expected = {"not-paused"}
    elif walk.variables.get("Flow.InvocationData") == REFERENCE:
        expected = {"no-card"}
    else:
        expected = {"no-reference"}
    if not walk.caller:
        expected |= {"unknown"} if expected == {"no-card"} else set()
    # Before the payment, an error may leave any of those that tell of no payment, and the caution of "unknown".
    return told in (expected | {"not-paused", "no-card", "no-reference", "unknown"} if walk.errors else expected)


PROMISES = {
    "no digit is asked for, and none paid with, unless the screen is dark": asks_in_the_dark,
    "the pause is the first step, and sent once": pauses_first,
    "only what is paid with is asked for, and only if it is known what is paid": asks_for_what_is_paid_with,
    "a question is asked once more at the most, and only where no answer came": asks_once_more_at_the_most,
    "each action gets what it asks for": orders_what_it_means,
    "the resume is sent once": resumes_once,
    "the resume is sent while the pause's order stands, however long the caller takes": resumes_while_the_order_stands,
    "the resume is sent before Return to Agent": resumes_before_returning,
    "nothing is said before the resume but the questions": says_nothing_before_the_resume,
    "every way leads back to the agent": returns_to_the_agent,
    "no secure variable leaves but to the payment": keeps_secrets,
    "nobody pays twice": pays_once_at_most,
    "the agent is told what happened": tells_the_agent,
}
