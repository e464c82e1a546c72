"""Flows that cannot be judged, each by one change to the one that is shipped, and are refused."""

from payment_flow import around, beside, found, last, payment, say, task, variable

REFUSED = []


def refused(reason):
    """Adds the function that follows: the walker cannot judge such a flow."""
    return lambda change_it: REFUSED.append((change_it, reason))


@refused("an action")
def a_transfer(flow):
    task(flow, 0).insert(0, {"transferToNumber": {"name": "x"}})


@refused("a setting of an action")
def failures_are_kept(flow):
    payment(flow)["failureOutputs"] = {"errorMessage": {"var": "Flow.Receipt"}}


@refused("a setting of an action")
def music_while_the_resume_is_sent(flow):
    found(flow, "callData", "Resume the screen recording")["processingPrompt"] = {"lit": {"name": "PromptSystem.processing"}}


@refused("a setting of the flow")
def a_menu(flow):
    flow["secureCall"]["menus"] = []


@refused("an output")
def an_output_that_does_not_exist(flow):
    outputs = found(flow, "callData", "Pause the screen recording")["outputs"]
    outputs["default"] = outputs["success"]


@refused("a variable")
def a_variable_that_nobody_declared(flow):
    last(flow).insert(0, say(exp="Flow.Nobody"))


@refused("a variable of another task")
def the_card_outside_of_its_task(flow):
    last(flow).insert(0, say(exp="Task.CardNumber"))


@refused("a variable that is set from outside")
def paused_is_an_input(flow):
    variable(flow, "Flow.Paused")["isInput"] = True


@refused("a variable that is declared twice")
def paused_twice(flow):
    declared = flow["secureCall"]["variables"]
    declared.append(next(it for it in declared if it.get("booleanVariable", {}).get("name") == "Flow.Paused"))


@refused("a task")
def a_task_that_does_not_exist(flow):
    task(flow, 0)[-1]["jumpToTask"]["targetTaskRef"] = "/secureCall/tasks/task[x]"


@refused("two tasks of one refId")
def a_task_twice(flow):
    flow["secureCall"]["tasks"].append(flow["secureCall"]["tasks"][0])


@refused("a task that never ends")
def a_circle(flow):
    task(flow, 0).insert(0, {"jumpToTask": {"name": "Again", "targetTaskRef": "/secureCall/tasks/task[Pause_1]"}})


@refused("an error with a prompt that nobody chose")
def an_error_with_the_default_prompt(flow):
    del flow["secureCall"]["settingsErrorHandling"]["preHandlingAudio"]


@refused("a function")
def a_function(flow):
    found(flow, "decision", "Was the resume sent")["condition"]["exp"] = "Guess()"


@refused("a secure variable in an expression")
def a_choice_by_the_card(flow):
    beside(flow, "callDataSecure", "Take the payment", {"decision": {
        "name": "Which", "condition": {"exp": 'Task.CardNumber == "1"'}, "outputs": {}}})


@refused("a secure action by Call Data")
def the_card_by_an_action_that_is_not_secure(flow):
    actions, index = around(flow, "callDataSecure", "Take the payment")
    actions[index]["callData"] = actions[index].pop("callDataSecure")


@refused("a statement of another type")
def a_result_that_is_a_boolean(flow):
    statements = found(flow, "updateData", "Paid")["statements"]
    statements[0] = {"boolean": statements[0]["string"]}


@refused("a variable of another type")
def paused_is_a_text(flow):
    declared = flow["secureCall"]["variables"]
    index = next(at for at, it in enumerate(declared) if it.get("booleanVariable", {}).get("name") == "Flow.Paused")
    declared[index] = {"stringVariable": declared[index]["booleanVariable"]}
