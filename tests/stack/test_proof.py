"""Proof whole: from an event on the bus to the rule, the queue, the function, and the line about a call's recordings."""

import json
import time
import uuid

import pytest
from conftest import event_file, wait_for

USER = "a1d3c7a2-1b52-4c1e-8a57-0d6b6f3e9a01"

# A secure pause of no length could not be placed in a recording.
A_CARD = 1.5

pytestmark = pytest.mark.usefixtures("nothing_followed")


@pytest.fixture
def proving(stack):
    """Deploys the stack with proof, and has the first look come at once."""

    def prove(when):
        stack.deploy(Proof=when)
        stack.fill_secret()
        queue_url = stack.outputs()["ProofQueueUrl"]
        sqs = stack.emulator.client("sqs")
        kept = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["All"])["Attributes"]
        assert (kept["DelaySeconds"], kept["VisibilityTimeout"]) == ("900", "6300")
        sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={"DelaySeconds": "0"})
        return queue_url

    yield prove
    stack.deploy(Proof="off")


def call_with_a_secure_pause(world):
    """A call that is over; with the event of its customer's end."""
    conversation = str(uuid.uuid4())
    world.call("POST", "/stage", event_file("secure_pause/started.json", conversationId=conversation))
    time.sleep(A_CARD)
    world.call("POST", "/secure-pause", {"conversationId": conversation, "userId": USER, "on": False})
    return conversation, world.call("POST", "/hang-up", {"conversationId": conversation})


def proof(stack, conversation):
    lines = [it for it in stack.log_lines() if it.get("kind") == "secure_pause_proof"]
    return [it for it in lines if it["conversationId"] == conversation]


def test_a_call_that_ends_is_looked_at_and_a_chat_is_not(stack, world, proving):
    proving("all-calls")
    conversation, ended = call_with_a_secure_pause(world)
    chat, chat_ended = call_with_a_secure_pause(world)
    chat_ended["detail"]["eventBody"]["mediaType"] = "CHAT"
    stack.put_event(chat_ended)
    stack.put_event(ended)
    (line,) = wait_for("the line about the call", lambda: proof(stack, conversation))
    assert (line["source"], line["look"]) == ("customer.end", "first")
    assert line["verdict"] == "not-provable", "the parameter PausedScreen is unknown"
    assert proof(stack, chat) == []


def test_the_end_of_a_secure_pause_is_looked_at_where_only_pauses_are(stack, world, proving):
    proving("pauses")
    for names_the_phase in ("eventType", "topicName"):
        conversation, ended = call_with_a_secure_pause(world)
        stack.put_event(ended)
        event = event_file("secure_pause/ended.json", conversationId=conversation)
        if names_the_phase == "topicName":
            del event["detail"]["eventBody"]["eventType"]
            event["detail"]["topicName"] = f"v2.detail.events.conversation.{conversation}.secure_pause_ended"
        stack.put_event(event)
        (line,) = wait_for("the line about the secure pause", lambda of=conversation: proof(stack, of))
        assert line["source"] == "secure_pause", names_the_phase


def test_without_proof_there_is_neither_rule_nor_queue(stack):
    assert not [name for name in stack.resources() if name.startswith("Proof")]
    assert not [name for name in stack.outputs() if name.startswith("Proof")]


def test_the_message_holds_the_id_and_the_time_and_no_more(stack, world, emulator, proving):
    queue_url = proving("all-calls")
    mappings = emulator.client("lambda").list_event_source_mappings()["EventSourceMappings"]
    (mapping,) = [it for it in mappings if it["EventSourceArn"].rsplit(":", 1)[1] == queue_url.rsplit("/", 1)[1]]
    emulator.client("lambda").update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
    conversation, ended = call_with_a_secure_pause(world)
    stack.put_event(ended)
    (message,) = wait_for("the message", lambda: stack.messages(queue_url))
    at = str(ended["detail"]["eventBody"]["eventTime"])
    assert message == {"proof": {"conversationId": conversation, "at": at, "source": "customer.end"}}, json.dumps(message)
