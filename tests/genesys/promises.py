"""What the flow promises, held against one walk of it."""

from architect import Secret


def broken(walk, names):
    """The promises that this walk breaks, each a sentence. `names` are those of the actions: pause, resume, payment."""
    found = [sentence for sentence, holds in PROMISES.items() if not holds(walk, names)]
    return [f"{sentence}: {walk.trace}" for sentence in found]


def calls(walk, name):
    return [index for index, step in enumerate(walk.trace) if step[:2] == ("call", name)]


def steps(walk, kind):
    return [index for index, step in enumerate(walk.trace) if step[0] == kind]


def dark_before(walk, names, index):
    """Whether a pause answered paused: true before, and no resume was sent since."""
    paused = [at for at in calls(walk, names["pause"]) if at < index and isinstance(walk.trace[at][3], dict)
              and walk.trace[at][3].get("paused") is True]
    return bool(paused) and not any(paused[-1] < at < index for at in calls(walk, names["resume"]))


def asks_in_the_dark(walk, names):
    return all(dark_before(walk, names, index) for index in steps(walk, "asked") + calls(walk, names["payment"]))


def pauses_first(walk, names):
    done = [step for step in walk.trace if step[0] in ("call", "asked", "said")]
    # An error before the very first action leaves the error handling only, and a hang-up may leave nothing.
    return walk.erred or not done or done[0][:2] == ("call", names["pause"])


# Where a flow may end with its caller although it does all it can; the function's watch then resumes.
LEFT_TO_THE_WATCH = [("end", how) for how in ("ended with the caller", "nobody to ask", "nobody to hear of the error")]


def resumes_once(walk, names):
    resumes = len(calls(walk, names["resume"]))
    return resumes == 1 or (resumes == 0 and walk.trace[-1] in LEFT_TO_THE_WATCH)


def returns_to_the_agent(walk, _):
    return walk.trace[-1] == ("end", "returned") or not walk.caller


def resumes_before_returning(walk, names):
    returned = [index for index, step in enumerate(walk.trace) if step == ("end", "returned")]
    return not returned or any(at < returned[0] for at in calls(walk, names["resume"]))


def keeps_secrets(walk, names):
    for step in walk.trace:
        match step:
            case ("call", name, inputs, _) if name != names["payment"]:
                leaked = any(isinstance(value, Secret) for value in inputs.values())
            case ("said" | "told", value):
                leaked = isinstance(value, Secret)
            case ("wrote", _, value, secure):
                leaked = isinstance(value, Secret) and not secure
            case _:
                leaked = False
        if leaked:
            return False
    return not walk.secure & walk.outputs


def pays_once_at_most(walk, names):
    return len(calls(walk, names["payment"])) <= 1


def tells_the_agent(walk, names):
    """What the script shows, by what happened; an error of the flow may leave what was last known."""
    result = walk.variables.get("Flow.PaymentResult")
    payments = [walk.trace[at][3] for at in calls(walk, names["payment"])]
    if payments:
        answer = payments[-1]
        sure = isinstance(answer, dict) and "approved" in answer
        expected = {"unknown", "refused"} if not sure else {"paid"} if answer["approved"] else {"refused"}
        if not sure and isinstance(answer, str):
            expected = {"unknown"}
        return result in expected | ({"unknown"} if walk.erred else set())
    if steps(walk, "asked"):
        return result in {"no-card", "unknown"} if walk.erred or not walk.caller else result == "no-card"
    return result == "not-paused" or (result == "no-card" and (walk.erred or not walk.caller))


PROMISES = {
    "no digit is asked for, and none paid with, unless the screen is dark": asks_in_the_dark,
    "the pause is the first step": pauses_first,
    "the resume is sent once": resumes_once,
    "the resume is sent before Return to Agent": resumes_before_returning,
    "every way leads back to the agent": returns_to_the_agent,
    "no secure variable leaves but to the payment": keeps_secrets,
    "nobody pays twice": pays_once_at_most,
    "the agent is told what happened": tells_the_agent,
}
