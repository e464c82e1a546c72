"""A secure call flow as Architect runs it, walked along every path that it has.

What is outside of the flow, the data actions, the caller's keypad, a hang-up, an error of the flow itself, is decided by
a `Fate`; `walks` goes through all of them. An action, setting or expression that is not known here is refused, so that
nothing is walked past.

What nobody has published is walked every way, or by the worst: a flow whose caller has hung up ends at once, or at its
next prompt, or runs on in silence; an error while the error handling runs disconnects.
"""

import ast
import re

# How many steps a walk may have: far more than any path, fewer than a loop.
STEPS = 200
# What may become of a flow whose caller has hung up.
AT_ONCE, AT_THE_NEXT_PROMPT, NEVER = "at once", "at the next prompt", "never"
NOT_SET = None


class Unknown(ValueError):
    """The flow holds something that this walker does not know."""


class Over(Exception):
    """The flow has ended."""


class Failed(Exception):
    """The flow has an error of its own."""


class Secret(str):
    """What a secure variable holds, or what was made from it."""


class Fate:
    """The choices of one walk: those given, and the first option after them."""

    def __init__(self, given):
        self.given, self.taken = given, []

    def choose(self, options):
        index = self.given[len(self.taken)] if len(self.taken) < len(self.given) else 0
        self.taken.append((index, len(options)))
        return options[index]


def walks(flow, behaviour):
    """Every walk of the flow, each the `Walk` when it was over."""
    given = []
    while given is not None:
        fate = Fate(given)
        yield Walk(flow, behaviour, fate).run()
        given = following(fate.taken)


def following(taken):
    """The choices after these, as one counts; `None` after the last."""
    for position in range(len(taken) - 1, -1, -1):
        index, options = taken[position]
        if index + 1 < options:
            return [chosen for chosen, _ in taken[:position]] + [index + 1]
    return None


class Walk:
    """One run of the flow.

    `behaviour` says what may happen: `actions`, by integration and name the options of a data action, each a document or
    `failure` or `timeout`, or a function that gives them for the inputs; `ends`, when a flow ends whose caller has hung
    up; `conversation`, the id of the call.
    """

    def __init__(self, flow, behaviour, fate):
        (self.kind, self.flow), = flow.items()
        self.behaviour, self.fate = behaviour, fate
        self.tasks = {f"/{self.kind}/tasks/task[{it['task']['refId']}]": it["task"] for it in self.flow["tasks"]}
        self.variables = {"Call.ConversationId": behaviour.get("conversation", "conversation"), "Flow.InvocationData": "order"}
        self.secure, self.outputs = set(), set()
        self.trace = []
        self.caller, self.handled, self.erred = True, False, False
        for declared in self.flow.get("variables", []):
            self.declare(declared)

    def run(self):
        try:
            self.task(self.flow["startUpRef"])
        except Over:
            pass
        return self

    def declare(self, declared):
        (kind, variable), = declared.items()
        if not kind.endswith("Variable"):
            raise Unknown(f"{kind} is no variable")
        name = variable["name"]
        self.variables[name] = self.value(variable["initialValue"])
        if variable.get("isSecure"):
            self.secure.add(name)
        if variable.get("isOutput"):
            self.outputs.add(name)

    def task(self, reference):
        if reference not in self.tasks:
            raise Unknown(f"there is no {reference}")
        task = self.tasks[reference]
        for declared in task.get("variables", []):
            self.declare(declared)
        try:
            self.actions(task["actions"])
            self.end("task ended")
        except Failed:
            self.handle()

    def handle(self):
        """The flow's error handling; a second error disconnects."""
        handling = self.flow.get("settingsErrorHandling", {}).get("errorHandling", {"disconnect": {}})
        if self.handled or "disconnect" in handling:
            self.end("disconnected")
        self.handled = True
        self.prompt(self.flow["settingsErrorHandling"].get("preHandlingAudio", {}), "nobody to hear of the error")
        self.task(handling["task"]["targetTaskRef"])

    def actions(self, actions):
        for action in actions:
            (kind, settings), = action.items()
            if len(self.trace) > STEPS:
                raise Unknown("the flow goes round in circles")
            step = getattr(self, "do_" + kind, None)
            if step is None:
                raise Unknown(f"the action {kind}")
            step(settings)

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
        self.prompt(settings["inputAudio"], "nobody to ask")
        self.may_fail()
        self.trace.append(("asked", variable))
        self.may_hang_up()
        entered = self.caller and self.fate.choose([True, False])
        if entered:
            self.write(variable, Secret(f"digits of {variable}"))
        self.output(settings, "success" if entered else "failure")

    def do_decision(self, settings):
        self.may_fail()
        condition = self.expression(settings["condition"]["exp"])
        if not isinstance(condition, bool):
            raise Failed
        self.output(settings, "yes" if condition else "no")

    def do_updateData(self, settings):
        for statement in settings["statements"]:
            (_, update), = statement.items()
            self.write(update["variable"], self.value(update["value"]))

    def do_setParticipantData(self, settings):
        for attribute in settings["attributes"]:
            self.trace.append(("told", self.value(attribute["attribute"]["value"])))

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
        self.may_fail()
        inputs = {key: self.value(value) for key, value in call["inputs"].items()}
        if not secure:
            # Its inputs can be read in the history of the flow's execution.
            self.trace += [("told", value) for value in inputs.values()]
        options = self.behaviour["actions"].get((integration, name))
        if options is None:
            raise Unknown(f"the data action {name} of {integration}")
        self.may_hang_up()
        result = self.fate.choose(options(inputs) if callable(options) else options)
        self.trace.append(("call", name, inputs, result))
        taken = result if isinstance(result, str) else "success"
        if taken == "success":
            for key, target in call["successOutputs"].items():
                if "var" in target:
                    self.write(target["var"], result.get(key, NOT_SET))
        self.output(settings, taken)

    def output(self, settings, name):
        self.actions(settings.get("outputs", {}).get(name, {}).get("actions", []))

    def prompt(self, audio, end="nobody there"):
        if not self.caller and self.behaviour["ends"] == AT_THE_NEXT_PROMPT:
            self.end(end)
        if audio:
            text = audio["tts"] if "tts" in audio else self.expression(audio["exp"])
            self.trace.append(("said", text))

    def may_fail(self):
        """An error of the flow itself, once in a walk."""
        if not self.erred and self.fate.choose([False, True]):
            self.erred = True
            raise Failed

    def may_hang_up(self):
        if self.caller and self.fate.choose([False, True]):
            self.caller = False
            self.trace.append(("hung up",))
            if self.behaviour["ends"] == AT_ONCE:
                self.end("ended with the caller")

    def write(self, variable, value):
        if variable not in self.variables:
            raise Unknown(f"the variable {variable}")
        self.variables[variable] = value
        self.trace.append(("wrote", variable, value, variable in self.secure))

    def value(self, value):
        (form, inside), = value.items()
        if form == "lit":
            return inside
        if form == "noValue":
            return NOT_SET
        if form in ("exp", "var"):
            return self.expression(inside)
        raise Unknown(f"a value that is {form}")

    # ---- Expressions, of which the flow needs few: names, literals, ==, And, Not, If, IsSet, Append, Substring.

    def expression(self, text):
        # Architect writes its words in any case, and its form is that of Python's for what is used here.
        try:
            return self.evaluate(ast.parse(text, mode="eval").body)
        except SyntaxError as error:
            raise Unknown(f"the expression {text}") from error

    def evaluate(self, node):
        match node:
            case ast.Constant(value=value):
                return value
            case ast.Name(id=name) if name.lower() in ("true", "false"):
                return name.lower() == "true"
            case ast.Name(id="NOT_SET"):
                return NOT_SET
            case ast.Attribute(value=ast.Name(id=scope), attr=name):
                return self.read(f"{scope}.{name}")
            case ast.Compare(left=left, ops=[ast.Eq()], comparators=[right]):
                return self.evaluate(left) == self.evaluate(right)
            case ast.Call(func=ast.Name(id=name), args=args):
                return self.function(name, [self.evaluate(arg) for arg in args])
        raise Unknown(f"the expression {ast.unparse(node)}")

    def read(self, name):
        if name not in self.variables:
            raise Unknown(f"the variable {name}")
        value = self.variables[name]
        return Secret(value) if name in self.secure and value is not NOT_SET else value

    def function(self, name, args):
        match name, args:
            case "If", [condition, then, otherwise]:
                return then if condition else otherwise
            case "IsSet", [value]:
                return value is not NOT_SET
            case "Not", [value]:
                return not value
            case "Append", _:
                text = "".join(str(arg) for arg in args)
                return Secret(text) if any(isinstance(arg, Secret) for arg in args) else text
            case "Substring", [text, start, length]:
                part = text[start:start + length]
                return Secret(part) if isinstance(text, Secret) else part
        raise Unknown(f"the function {name}")


def references(flow):
    """Every variable that the flow names anywhere."""
    return set(re.findall(r"\b(?:Flow|Task|Call)\.\w+", str(flow)))
