"""Flows that break a promise, each by one change to the one that is shipped, and the sentence that it breaks."""

import copy

from payment_flow import FUNCTION, RESUME, actions_around, found, last, start

BROKEN = []
DARK, ONCE, RETURNS, BEFORE, SECRET, FIRST, TOLD, TWICE = (
    "no digit is asked for, and none paid with, unless the screen is dark", "the resume is sent once",
    "every way leads back to the agent", "the resume is sent before Return to Agent",
    "no secure variable leaves but to the payment", "the pause is the first step", "the agent is told what happened",
    "nobody pays twice")


def breaks(sentence):
    """Adds the function that follows, which changes a flow in place."""
    def decorate(break_it):
        BROKEN.append((break_it, sentence))
        return break_it
    return decorate


@breaks(DARK)
def the_answer_is_not_looked_at(flow):
    found(flow, "decision", "Is the screen dark")["condition"]["exp"] = "true"


@breaks(DARK)
def the_answer_is_read_the_wrong_way_round(flow):
    found(flow, "decision", "Is the screen dark")["condition"]["exp"] = "Not(Flow.Paused)"


@breaks(DARK)
def any_outcome_counts_as_paused(flow):
    found(flow, "decision", "Is the screen dark")["condition"]["exp"] = 'Flow.PauseOutcome == "paused"'


@breaks(DARK)
def paused_is_taken_for_granted_where_nothing_is_answered(flow):
    found(flow, "decision", "Is the screen dark")["condition"]["exp"] = "If(IsSet(Flow.Paused), Flow.Paused, true)"


@breaks(DARK)
def a_timeout_goes_on_to_the_card(flow):
    outputs = found(flow, "callData", "Pause the screen recording")["outputs"]
    outputs["timeout"] = {"actions": outputs["success"]["actions"][0]["decision"]["outputs"]["yes"]["actions"]}


@breaks(DARK)
def the_screen_is_resumed_before_the_payment(flow):
    around, index = actions_around(flow, "callDataSecure", "Take the payment")
    around.insert(index, {"callData": found(flow, "callData", "Resume the screen recording")})


@breaks(FIRST)
def a_greeting_comes_before_the_pause(flow):
    start(flow).insert(0, {"playAudio": {"name": "Hello", "audio": {"tts": "Hello."}}})


@breaks(ONCE)
def the_resume_is_left_out(flow):
    around, index = actions_around(flow, "callData", "Resume the screen recording")
    del around[index]


@breaks(ONCE)
def the_resume_is_sent_twice(flow):
    around, index = actions_around(flow, "callData", "Resume the screen recording")
    around.insert(index, copy.deepcopy(around[index]))


@breaks(BEFORE)
def a_failed_pause_returns_without_a_resume(flow):
    found(flow, "callData", "Pause the screen recording")["outputs"]["failure"] = {
        "actions": [{"returnToAgent": {"name": "Back"}}]}


@breaks(ONCE)
def a_refused_payment_disconnects(flow):
    found(flow, "decision", "Is it approved")["outputs"]["no"]["actions"].append({"disconnect": {"name": "Bye"}})


@breaks(ONCE)
def an_error_disconnects(flow):
    flow["secureCall"]["settingsErrorHandling"]["errorHandling"] = {"disconnect": {"none": True}}


@breaks(ONCE)
def a_prompt_stands_between_the_card_and_the_resume(flow):
    last(flow).insert(0, {"playAudio": {"name": "Wait", "audio": {"tts": "One moment."}}})


@breaks(ONCE)
def an_error_after_the_resume_sends_another(flow):
    around, index = actions_around(flow, "updateData", "The resume was sent")
    del around[index]
    around.insert(index, {"decision": {"name": "More", "condition": {"exp": "true"}, "outputs": {}}})


@breaks(RETURNS)
def the_flow_ends_in_a_disconnect(flow):
    last(flow)[-1] = {"disconnect": {"name": "Bye"}}


@breaks(SECRET)
def the_card_is_read_back(flow):
    last(flow).insert(1, {"playAudio": {"name": "Back", "audio": {"exp": 'Append("You said ", Task.CardNumber)'}}})


@breaks(SECRET)
def the_card_is_written_into_the_conversation(flow):
    last(flow).insert(1, {"setParticipantData": {"name": "Note", "attributes": [
        {"attribute": {"name": {"lit": "card"}, "value": {"exp": "Task.CardNumber"}}}]}})


@breaks(SECRET)
def the_last_digits_are_told_to_the_agent(flow):
    around, index = actions_around(flow, "updateData", "Paid")
    around.insert(index, {"updateData": {"name": "Digits", "statements": [
        {"string": {"variable": "Flow.Receipt", "value": {"exp": "Substring(Task.CardNumber, 0, 4)"}}}]}})


@breaks(SECRET)
def the_card_goes_to_the_function(flow):
    call = found(flow, "callData", "Resume the screen recording")
    call["category"][FUNCTION]["dataAction"][RESUME.name]["inputs"]["conversationId"] = {"exp": "Task.CardNumber"}


@breaks(SECRET)
def the_card_goes_by_an_action_that_is_not_secure(flow):
    around, index = actions_around(flow, "callDataSecure", "Take the payment")
    around[index]["callData"] = around[index].pop("callDataSecure")


@breaks(SECRET)
def the_card_is_kept_in_a_variable_that_is_not_secure(flow):
    flow["secureCall"]["tasks"][0]["task"]["variables"][0]["stringVariable"]["isSecure"] = False


@breaks(SECRET)
def the_code_is_an_output_of_the_flow(flow):
    flow["secureCall"]["tasks"][0]["task"]["variables"][2]["stringVariable"]["isOutput"] = True


@breaks(TOLD)
def a_gateway_that_does_not_answer_is_told_as_refused(flow):
    around, index = actions_around(flow, "updateData", "The payment is under way")
    around[index]["updateData"]["statements"][0]["string"]["value"]["lit"] = "refused"


@breaks(TOLD)
def a_refused_payment_is_told_as_paid(flow):
    found(flow, "decision", "Is it approved")["condition"]["exp"] = "true"


@breaks(TWICE)
def the_payment_is_tried_again(flow):
    around, index = actions_around(flow, "callDataSecure", "Take the payment")
    around.insert(index, copy.deepcopy(around[index]))
