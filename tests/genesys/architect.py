"""A secure call flow as Architect runs it, walked along every path that it has.

What is outside of the flow, the answers of data actions, the caller's keypad, a hang-up, an error of the flow itself, is
decided by a `Fate`; `walks` goes through all of them. An action, setting, output or expression that is not known here
is refused, so that nothing is walked past.

What nobody has published is walked every way, or by the worst: a flow whose caller has hung up ends at once, or at its
next prompt, or runs on in silence; an error may come before any action, and one while the error handling runs
disconnects.
"""

from action import Refused, hold
from expressions import NOT_SET, Secret, Unknown, evaluate
from fate import Fate, following
from form import ACTIONS, FLOW, TASK, VARIABLE, only

# How many actions a walk may have: far more than any path, fewer than a loop.
STEPS = 100
# What may become of a flow whose caller has hung up.
AT_ONCE, AT_THE_NEXT_PROMPT, NEVER = "at once", "at the next prompt", "never"
BY_AN_ERROR = "disconnected by an error in the error handling"


# A slow voice.
WORDS_PER_SECOND = 2


class Over(Exception):
    """The flow has ended."""


class Failed(Exception):
    """The flow has an error of its own."""


def walks(flow, behaviour):
    """Every walk of the flow, each the `Walk` when it was over."""
    given = []
    while given is not None:
        fate = Fate(given)
        yield Walk(flow, behaviour, fate).run()
        given = following(fate.taken)


class Walk:
    """One run of the flow.

    `behaviour` says what may happen: `actions`, by integration and name a data action and its options, each a document or
    `failure` or `timeout`, or a function that gives them for the inputs; `keypad`, by question the digits that a caller
    enters; `reference`, what the flow may be invoked with; `ends`, when a flow ends whose caller has hung up;
    `patient`, whether the caller stays to the end of a flow without errors; `conversation`, the id of the call.
    """

    def __init__(self, flow, behaviour, fate):
        (self.kind, self.flow), = flow.items()
        only(FLOW, self.flow, "the flow")
        self.behaviour, self.fate, self.patient = behaviour, fate, behaviour["patient"]
        self.tasks = {f"/{self.kind}/tasks/task[{it['task']['refId']}]": it["task"] for it in self.flow["tasks"]}
        self.variables = {"Call.ConversationId": behaviour["conversation"]}
        self.types, self.secure, self.outputs = {}, set(), set()
        self.trace, self.asked, self.answered_late = [], [], False
        # How long each wait may last, in seconds, and how much of the trace was written before it.
        self.waits = []
        self.caller, self.handling, self.errors, self.steps = True, False, 0, 0
        if len(self.tasks) != len(self.flow["tasks"]):
            raise Unknown("two tasks of one refId")
        self.declare(self.flow["variables"])

    def run(self):
        try:
            self.prompt(self.flow.get("initialGreeting", {}))
            self.task(self.flow["startUpRef"])
        except Over:
            pass
        return self

    def declare(self, variables):
        for declared in variables:
            (kind, variable), = declared.items()
            only(VARIABLE, variable, kind)
            if not kind.endswith("Variable") or "exp" in variable["initialValue"]:
                raise Unknown(f"{kind} {variable['name']}")
            name = variable["name"]
            if name in self.variables:
                raise Unknown(f"{name}, declared twice")
            self.variables[name] = self.value(variable["initialValue"])
            self.types[name] = kind.removesuffix("Variable")
            if variable.get("isInput"):
                raise Unknown(f"{name}, which can be set from outside")
            if variable.get("isSecure"):
                self.secure.add(name)
            if variable.get("isOutput"):
                self.outputs.add(name)

    def task(self, reference):
        if reference not in self.tasks:
            raise Unknown(f"there is no {reference}")
        task = self.tasks[reference]
        only(TASK, task, reference)
        for name in [name for name in self.variables if name.startswith("Task.")]:
            del self.variables[name]
        self.declare(task.get("variables", []))
        try:
            self.actions(task["actions"])
            self.end("task ended")
        except Failed:
            self.handle()

    def handle(self):
        """The flow's error handling; a second error disconnects."""
        settings = self.flow.get("settingsErrorHandling", {})
        handling = settings.get("errorHandling", {"disconnect": {}})
        if self.handling:
            self.end(BY_AN_ERROR)
        if "task" not in handling:
            self.end("disconnected")
        self.handling = True
        if "preHandlingAudio" not in settings:
            raise Unknown("what is said before an error is handled")
        self.prompt(settings["preHandlingAudio"])
        self.task(handling["task"]["targetTaskRef"])

    def actions(self, actions):
        for action in actions:
            (kind, settings), = action.items()
            if kind not in ACTIONS:
                raise Unknown(f"the action {kind}")
            keys, outputs = ACTIONS[kind]
            only(keys | {"outputs"}, settings, kind)
            only(outputs, settings.get("outputs", {}), f"the outputs of {kind}")
            self.steps += 1
            if self.steps > STEPS:
                raise Unknown("the flow goes round in circles")
            self.may_fail()
            getattr(self, "do_" + kind)(settings)

    def end(self, how):
        self.trace.append(("end", how))
        raise Over

    # ---- Actions.

    def do_callData(self, settings):
        self.call(settings, secure=False)

    def do_callDataSecure(self, settings):
        self.call(settings, secure=True)

    def do_collectInput(self, settings):
        variable = settings["inputData"]["var"]
        self.prompt(settings["inputAudio"])
        self.trace.append(("asked", variable))
        self.asked.append(variable)
        self.may_hang_up()
        # Who has answered one question at the second asking answers the others at the first, or not at all: what the flow
        # knows is the same, and there would be far more walks. A patient caller shows how long all of them may take.
        is_again = self.asked.count(variable) > 1
        is_late = is_again and self.answered_late and not self.patient
        entered = self.caller and not is_late and self.fate.choose([True, False])
        self.answered_late |= entered and is_again
        self.wait(longest(settings, entered))
        if entered:
            self.write(variable, Secret(self.behaviour["keypad"][settings["name"]]))
        self.output(settings, "success" if entered else "failure")

    def do_decision(self, settings):
        condition = self.value(settings["condition"])
        if not isinstance(condition, bool):
            raise Failed
        self.output(settings, "yes" if condition else "no")

    def do_updateData(self, settings):
        for statement in settings["statements"]:
            (kind, update), = statement.items()
            if kind != self.types.get(update["variable"]):
                raise Unknown(f"{update['variable']} is no {kind}")
            self.write(update["variable"], self.value(update["value"]))

    def do_playAudio(self, settings):
        self.prompt(settings["audio"])

    def do_jumpToTask(self, settings):
        self.task(settings["targetTaskRef"])

    def do_returnToAgent(self, _):
        self.end("returned")

    def do_disconnect(self, _):
        self.end("disconnected")

    # ---- What actions do.

    def call(self, settings, secure):
        (integration, inside), = settings["category"].items()
        (name, call), = inside["dataAction"].items()
        only({"inputs", "successOutputs"}, call, name)
        if (integration, name) not in self.behaviour["actions"]:
            raise Unknown(f"the data action {name} of {integration}")
        action, options = self.behaviour["actions"][integration, name]
        if action.secure != secure:
            raise Unknown(f"{name} by the other kind of action")
        inputs = {key: self.value(value) for key, value in call["inputs"].items()}
        self.may_hang_up()
        try:
            hold(inputs, action.inputs)
        except Refused as refusal:
            self.trace.append(("refused", name, str(refusal)))
            return self.output(settings, "failure")
        result = self.fate.choose(options(inputs) if callable(options) else options)
        self.trace.append(("call", name, inputs, result))
        self.wait(settings["timeout"]["lit"]["seconds"])
        if isinstance(result, str):
            return self.output(settings, result)
        for key, target in call["successOutputs"].items():
            if "var" in target:
                if self.types[target["var"]] != action.outputs["properties"][key]["type"]:
                    raise Unknown(f"{key} into {target['var']}")
                # Where an output is missing, the variable may be emptied or left as it was.
                if key in result or self.fate.choose([True, False]):
                    self.write(target["var"], result.get(key, NOT_SET))
        return self.output(settings, "success")

    def output(self, settings, name):
        self.actions(settings.get("outputs", {}).get(name, {}).get("actions", []))

    def prompt(self, audio):
        if not audio or audio.get("noValue"):
            return
        if not self.caller and self.behaviour["ends"] == AT_THE_NEXT_PROMPT:
            self.end("nobody there")
        said = audio["tts"] if "tts" in audio else self.value(audio)
        self.trace.append(("said", said))
        self.wait(len(said.split()) / WORDS_PER_SECOND)

    def wait(self, seconds):
        self.waits.append((len(self.trace), seconds))

    def may_fail(self):
        """An error of the flow itself, twice in a walk at the most."""
        if self.errors < 2 and not self.patient and self.fate.choose([False, True]):
            self.errors += 1
            self.trace.append(("error",))
            raise Failed

    def may_hang_up(self):
        if self.caller and not self.patient and self.fate.choose([False, True]):
            self.caller = False
            self.trace.append(("hung up",))
            if self.behaviour["ends"] == AT_ONCE:
                self.end("ended with the caller")

    def write(self, variable, value):
        if variable not in self.variables:
            raise Unknown(f"the variable {variable}")
        self.variables[variable] = value
        self.trace.append(("wrote", variable, value, variable in self.secure))

    def read(self, name):
        if name == "Flow.InvocationData" and name not in self.variables:
            self.variables[name] = self.fate.choose(self.behaviour["reference"])
        if name not in self.variables:
            raise Unknown(f"the variable {name}")
        return self.variables[name]

    def value(self, value):
        (form, inside), = value.items()
        if form == "lit":
            return inside
        if form == "noValue":
            return NOT_SET
        if form in ("exp", "var"):
            return evaluate(inside, self.read)
        raise Unknown(f"a value that is {form}")


def longest(settings, is_answered):
    """How long a question may take, in seconds. An answer that fails is one that ends a digit short of the fewest."""
    first, between = (settings[name]["lit"]["seconds"] for name in ("noEntryTimeout", "interDigitTimeout"))
    digits = settings["digits"]
    # The last digit of an exact number ends the question; a range waits for the pound key, too.
    gaps = digits["exact"] - 1 if "exact" in digits else digits["range"]["max" if is_answered else "min"] - (not is_answered)
    return first + gaps * between
