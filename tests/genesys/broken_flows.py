"""Flows that break a promise, each by one change to the one that is shipped, and the sentence that it breaks."""

import copy

from payment_flow import FUNCTION, PAUSE, around, beside, found, last, payment, say, task, variable

BROKEN = []
DARK, FIRST, ASKED, AGAIN, ORDERED, ONCE, STANDS, BEFORE, SAID, RETURNS, SECRET, TWICE, TOLD = (
    "no digit is asked for, and none paid with, unless the screen is dark", "the pause is the first step, and sent once",
    "only what is paid with is asked for, and only if it is known what is paid",
    "a question is asked once more at the most, and only where no answer came", "each action gets what it asks for",
    "the resume is sent once", "the resume is sent while the pause's order stands, however long the caller takes",
    "the resume is sent before Return to Agent",
    "nothing is said before the resume but the questions", "every way leads back to the agent",
    "no secure variable leaves but to the payment", "nobody pays twice", "the agent is told what happened")


def breaks(sentence):
    """Adds the function that follows, which changes a flow in place."""
    return lambda break_it: BROKEN.append((break_it, sentence))


@breaks(DARK)
def the_answer_is_not_looked_at(flow):
    found(flow, "decision", "Is the screen dark")["condition"]["exp"] = "true"


@breaks(DARK)
def the_answer_is_read_the_wrong_way_round(flow):
    found(flow, "decision", "Is the screen dark")["condition"]["exp"] = "Flow.Paused != true"


@breaks(DARK)
def paused_is_what_was_never_answered(flow):
    variable(flow, "Flow.Paused")["initialValue"] = {"lit": True}


@breaks(DARK)
def paused_is_taken_for_granted_where_nothing_is_answered(flow):
    found(flow, "decision", "Is the screen dark")["condition"]["exp"] = "If(IsSet(Flow.Paused), Flow.Paused, true)"


@breaks(DARK)
def a_timeout_goes_on_to_the_card(flow):
    outputs = found(flow, "callData", "Pause the screen recording")["outputs"]
    outputs["timeout"] = found(flow, "decision", "Is the screen dark")["outputs"]["yes"]


@breaks(DARK)
def a_pause_that_failed_goes_on_to_the_card(flow):
    task(flow, 0)[-1]["jumpToTask"]["targetTaskRef"] = "/secureCall/tasks/task[Take the card_2]"


@breaks(DARK)
def the_screen_is_resumed_before_the_payment(flow):
    beside(flow, "callDataSecure", "Take the payment", {"callData": found(flow, "callData", "Resume the screen recording")})


@breaks(DARK)
def an_error_leads_to_the_card(flow):
    handling = flow["secureCall"]["settingsErrorHandling"]["errorHandling"]
    handling["task"]["targetTaskRef"] = "/secureCall/tasks/task[Take the card_2]"


@breaks(DARK)
def the_card_is_asked_for_behind_the_resume(flow):
    beside(flow, "updateData", "The resume was sent", {
        "jumpToTask": {"name": "Again", "targetTaskRef": "/secureCall/tasks/task[Take the card_2]"}}, after=True)


@breaks(FIRST)
def a_greeting_comes_before_the_pause(flow):
    task(flow, 0).insert(0, say(tts="Hello."))


@breaks(FIRST)
def the_flow_greets(flow):
    flow["secureCall"]["initialGreeting"] = {"tts": "Hello."}


@breaks(FIRST)
def the_pause_is_sent_again(flow):
    task(flow, 1).insert(0, {"callData": {**found(flow, "callData", "Pause the screen recording"), "outputs": {}}})


@breaks(AGAIN)
def a_question_that_was_answered_is_asked_again(flow):
    question = copy.deepcopy(found(flow, "collectInput", "Security code"))
    beside(flow, "collectInput", "Security code", {"collectInput": question}, after=True)


@breaks(AGAIN)
def a_question_is_asked_three_times(flow):
    second = found(flow, "collectInput", "Expiry, again")
    second["outputs"]["failure"]["actions"].insert(0, {"collectInput": {**copy.deepcopy(second), "outputs": {}}})


@breaks(ASKED)
def the_expiry_is_asked_for_before_the_card(flow):
    found(flow, "collectInput", "Card number")["inputData"]["var"] = "Task.Expiry"


@breaks(ASKED)
def the_expiry_overwrites_the_card(flow):
    found(flow, "collectInput", "Expiry")["inputData"]["var"] = "Task.CardNumber"


@breaks(ASKED)
def the_card_is_asked_for_though_nobody_knows_what_for(flow):
    found(flow, "decision", "Is it known what is paid")["condition"]["exp"] = "true"


@breaks(ORDERED)
def the_card_and_the_code_are_exchanged(flow):
    inputs = payment(flow)["inputs"]
    inputs["cardNumber"], inputs["securityCode"] = inputs["securityCode"], inputs["cardNumber"]


@breaks(ORDERED)
def the_reference_is_the_card(flow):
    payment(flow)["inputs"]["reference"] = {"exp": "Task.CardNumber"}


@breaks(ORDERED)
def the_card_goes_to_the_function(flow):
    call = copy.deepcopy(found(flow, "callData", "Pause the screen recording"))
    call["category"][FUNCTION]["dataAction"][PAUSE.name]["inputs"]["conversationId"] = {"exp": "Task.CardNumber"}
    beside(flow, "callDataSecure", "Take the payment", {"callData": call})


@breaks(ONCE)
def the_resume_is_left_out(flow):
    actions, index = around(flow, "callData", "Resume the screen recording")
    del actions[index]


@breaks(ONCE)
def the_resume_is_sent_twice(flow):
    resume = {"callData": found(flow, "callData", "Resume the screen recording")}
    beside(flow, "callData", "Resume the screen recording", resume)


@breaks(ONCE)
def a_refused_payment_disconnects(flow):
    beside(flow, "updateData", "Refused", {"disconnect": {"name": "Bye"}}, after=True)


@breaks(ONCE)
def an_error_disconnects(flow):
    flow["secureCall"]["settingsErrorHandling"]["errorHandling"] = {"disconnect": {"none": True}}


@breaks(ONCE)
def it_is_not_noted_that_the_resume_was_sent(flow):
    actions, index = around(flow, "updateData", "The resume was sent")
    del actions[index]


@breaks(ONCE)
def a_way_ends_where_it_is(flow):
    actions, index = around(flow, "jumpToTask", "No expiry")
    actions[index] = {"disconnect": {"name": "Bye"}}


@breaks(STANDS)
def the_caller_may_take_as_long_as_the_order_stands(flow):
    # The one setting of all six questions.
    found(flow, "collectInput", "Card number")["noEntryTimeout"]["lit"]["seconds"] = 15


@breaks(STANDS)
def the_caller_may_wait_longer_between_digits(flow):
    found(flow, "collectInput", "Card number")["interDigitTimeout"]["lit"]["seconds"] = 11


@breaks(BEFORE)
def a_failed_pause_returns_without_a_resume(flow):
    found(flow, "callData", "Pause the screen recording")["outputs"]["failure"] = {
        "actions": [{"returnToAgent": {"name": "Back"}}]}


@breaks(SAID)
def a_prompt_stands_between_the_card_and_the_resume(flow):
    last(flow).insert(0, say(tts="One moment."))


@breaks(SAID)
def an_error_is_announced(flow):
    flow["secureCall"]["settingsErrorHandling"]["preHandlingAudio"] = {"tts": "Please tell your card to the agent."}


@breaks(RETURNS)
def the_flow_ends_in_a_disconnect(flow):
    last(flow)[-1] = {"disconnect": {"name": "Bye"}}


@breaks(RETURNS)
def nobody_returns_after_an_error_behind_the_resume(flow):
    found(flow, "decision", "Was the resume sent")["outputs"]["yes"]["actions"] = []


@breaks(SECRET)
def the_card_is_read_back(flow):
    beside(flow, "callDataSecure", "Take the payment", say(exp="Task.CardNumber"))


@breaks(SECRET)
def the_card_is_told_to_the_agent(flow):
    beside(flow, "updateData", "Paid", {"updateData": {"name": "Card", "statements": [
        {"string": {"variable": "Flow.Receipt", "value": {"exp": "Task.CardNumber"}}}]}})


@breaks(SECRET)
def the_card_is_kept_in_a_variable_that_is_not_secure(flow):
    variable(flow, "Task.CardNumber")["isSecure"] = False


@breaks(SECRET)
def the_code_is_an_output_of_the_flow(flow):
    variable(flow, "Task.SecurityCode")["isOutput"] = True


@breaks(TWICE)
def the_payment_is_tried_again(flow):
    pay = copy.deepcopy(found(flow, "callDataSecure", "Take the payment"))
    beside(flow, "callDataSecure", "Take the payment", {"callDataSecure": pay})


@breaks(TOLD)
def a_gateway_that_does_not_answer_is_told_as_refused(flow):
    found(flow, "updateData", "The payment is under way")["statements"][0]["string"]["value"]["lit"] = "refused"


@breaks(TOLD)
def an_unclear_answer_is_told_as_refused(flow):
    said = found(flow, "decision", "Did the gateway say")["outputs"]
    said["no"] = {"actions": [{"updateData": found(flow, "updateData", "Refused")}]}


@breaks(TOLD)
def approved_is_what_was_never_answered(flow):
    variable(flow, "Flow.Approved")["initialValue"] = {"lit": True}


@breaks(TOLD)
def a_refused_payment_is_told_as_paid(flow):
    found(flow, "updateData", "Refused")["statements"][0]["string"]["value"]["lit"] = "paid"


@breaks(TOLD)
def the_receipt_is_dropped(flow):
    payment(flow)["successOutputs"]["receipt"] = {"noValue": True}


@breaks(TOLD)
def the_result_does_not_reach_the_script(flow):
    variable(flow, "Flow.PaymentResult")["isOutput"] = False
