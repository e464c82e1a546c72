"""The watch whole: from an event on the bus to both rules, the function and the queue, a check, and what it does.

Each test has a conversation of its own, so that its log lines can be told from those of the others.
"""

import json
import uuid

import pytest
from conftest import event_file, wait_for

USER = "a1d3c7a2-1b52-4c1e-8a57-0d6b6f3e9a01"
# How soon the first check comes and a message comes back, longer than any check here takes; and how often it does. The
# template's own would take hours, and Lambda refuses a queue whose messages come back within the function's timeout, so
# that these are set past both.
SOON = 8
RECEIVES = 5

pytestmark = pytest.mark.usefixtures("nothing_followed")


@pytest.fixture(scope="module")
def watched(stack):
    """The stack with a watch that does not take minutes."""
    stack.deploy()
    # The secret is empty where an earlier test deleted the stack and deployed it anew.
    stack.fill_secret()
    sqs, queue_url = stack.emulator.client("sqs"), stack.outputs()["WatchQueueUrl"]
    kept = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["All"])["Attributes"]
    redrive = json.loads(kept["RedrivePolicy"])
    assert (kept["DelaySeconds"], kept["VisibilityTimeout"], int(redrive["maxReceiveCount"])) == ("15", "60", 130)
    quick = {"DelaySeconds": str(SOON), "RedrivePolicy": json.dumps(redrive | {"maxReceiveCount": RECEIVES})}
    sqs.set_queue_attributes(QueueUrl=queue_url, Attributes=quick)
    comes_back_after(stack, SOON)
    return stack


def comes_back_after(stack, seconds):
    sqs, queue_url = stack.emulator.client("sqs"), stack.outputs()["WatchQueueUrl"]
    sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={"VisibilityTimeout": str(seconds)})


class Call:
    """A live call of its own whose agent has begun a secure pause."""

    def __init__(self, stack, world):
        self.stack, self.world = stack, world
        self.id = str(uuid.uuid4())
        self.participant = world.call("POST", "/stage", self.event("started"))["participantId"]

    def event(self, phase):
        return event_file(f"secure_pause/{phase}.json", conversationId=self.id)

    def put(self, phase):
        self.stack.put_event(self.event(phase))

    def secure_pause(self, on):
        self.world.call("POST", "/secure-pause", {"conversationId": self.id, "userId": USER, "on": on})

    def screen(self):
        return self.world.call("GET", f"/screens?conversation={self.id}")[self.participant]

    def outcomes(self, door):
        return self.stack.outcomes(self.id, door)

    def puts(self):
        """Pauses and resumes that Genesys was asked for."""
        return [line for line in self.world.requests() if line.startswith("PUT") and self.id in line]


@pytest.fixture
def call(watched, world):
    return Call(watched, world)


def nobody_followed(stack):
    return wait_for("the watch to let go", lambda: stack.followed() == 0)


def given_up(stack):
    return stack.messages(stack.outputs()["WatchDeadLetterQueueUrl"])


def test_where_the_end_is_lost_the_check_of_the_start_resumes_the_screen(watched, call):
    call.put("started")
    wait_for("the pause", lambda: call.outcomes("event") == ["paused"])
    assert call.screen() == "paused"

    # The secure pause ends, and nobody tells.
    call.secure_pause(False)
    wait_for("the check", lambda: "recovered" in call.outcomes("watch"))
    assert call.screen() == "active"
    nobody_followed(watched)
    assert call.outcomes("event") == ["paused"], "the watch did it alone"
    # On a slow machine a check may have come before the secure pause ended.
    assert [it for it in call.outcomes("watch") if it != "watching"] == ["recovered"]
    assert given_up(watched) == []


def test_a_secure_pause_is_followed_by_one_message_until_it_is_over(watched, call):
    call.put("started")
    wait_for("the pause", lambda: call.outcomes("event") == ["paused"])
    asked = call.puts()
    wait_for("two checks", lambda: len(call.outcomes("watch")) >= 2)
    assert set(call.outcomes("watch")) == {"watching"}
    assert watched.followed() == 1, "neither done nor sent anew"
    assert watched.mapping()["FunctionArn"] == watched.outputs()["AliasArn"]
    # An invocation that failed would have Lambda poll less often.
    assert watched.mapping()["LastProcessingResult"].startswith("OK")
    assert (call.puts(), call.screen()) == (asked, "paused"), "a dark screen is left alone"

    call.secure_pause(False)
    call.put("ended")
    nobody_followed(watched)
    assert call.screen() == "active"
    last = call.outcomes("watch")[-2:]
    assert set(last) <= {"recovered", "nothing_paused"}, "one check of each event, and both are done"
    assert given_up(watched) == []


def test_where_the_first_invocation_never_was_a_check_pauses_the_screen_and_another_resumes_it(
    watched, call, emulator
):
    events, rule = emulator.client("events"), watched.outputs()["RuleArn"]
    _, bus, name = rule.split("/")
    events.disable_rule(EventBusName=bus, Name=name)
    try:
        call.put("started")
        wait_for("the check", lambda: "repaired" in call.outcomes("watch"))
        assert call.screen() == "paused"
        call.secure_pause(False)
        wait_for("the check", lambda: "recovered" in call.outcomes("watch"))
        assert call.screen() == "active"
        nobody_followed(watched)
        assert call.outcomes("event") == []
    finally:
        events.enable_rule(EventBusName=bus, Name=name)


def test_a_pause_that_a_secure_flow_orders_is_followed_too(watched, call, emulator):
    order = {"action": "pause", "conversationId": call.id, "userId": USER}
    functions = emulator.client("lambda")
    answer = functions.invoke(FunctionName=watched.outputs()["AliasArn"], Payload=json.dumps(order))
    assert json.loads(answer["Payload"].read())["paused"] is True
    assert (watched.followed(), call.screen()) == (1, "paused")

    # Its order stands, though the conversation shows nothing of the flow.
    checks = len(call.outcomes("watch"))
    call.secure_pause(False)
    wait_for("the check", lambda: len(call.outcomes("watch")) > checks)
    assert (call.outcomes("watch")[-1], call.screen()) == ("watching", "paused")

    order["action"] = "resume"
    functions.invoke(FunctionName=watched.outputs()["AliasArn"], Payload=json.dumps(order))
    assert call.screen() == "active"
    wait_for("the last check", lambda: call.outcomes("watch")[-1] == "nothing_paused")
    nobody_followed(watched)
    assert (call.outcomes("direct"), call.outcomes("event")) == (["paused", "resumed"], [])


def test_a_message_that_cannot_be_read_is_refused_at_every_check_and_kept(watched, emulator):
    def refused():
        return [it for it in watched.log_lines() if (it.get("door"), it.get("errorType")) == ("watch", "InvalidEvent")]

    assert refused() == []
    comes_back_after(watched, 1)
    try:
        sqs, nonsense = emulator.client("sqs"), {"what": "nobody knows"}
        sqs.send_message(QueueUrl=watched.outputs()["WatchQueueUrl"], MessageBody=json.dumps(nonsense))
        wait_for("the dead-letter queue", lambda: given_up(watched) == [nonsense], 60)
    finally:
        comes_back_after(watched, SOON)
    assert len(refused()) == RECEIVES
    assert watched.followed() == 0
    sqs.purge_queue(QueueUrl=watched.outputs()["WatchDeadLetterQueueUrl"])
