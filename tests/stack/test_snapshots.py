"""An organization that has snapshots only: from the raw snapshots on the bus to the rule, the function, and the screen.

They hold names, numbers and attributes. None of these may reach the function's log, or any queue.
"""

import json
import time
import uuid

import pytest
from conftest import STACK, event_file, wait_for

USER = "a1d3c7a2-1b52-4c1e-8a57-0d6b6f3e9a01"
# What a snapshot holds and the function must not.
PRIVATE = ("participants", "attributes", "address", "ani", "name")

pytestmark = pytest.mark.usefixtures("nothing_followed")


@pytest.fixture(scope="module")
def by_snapshots(stack):
    stack.deploy(Trigger="snapshots")
    stack.fill_secret()
    yield stack
    stack.deploy(Trigger="secure-pause")


class Call:
    """A live call of its own, with two agents."""

    def __init__(self, stack, world):
        self.stack, self.world = stack, world
        self.id = str(uuid.uuid4())
        ids = world.call("POST", "/stage", event_file("secure_pause/started.json", conversationId=self.id))
        self.legs = {ids["participantId"], ids["otherParticipantId"]}

    def secure_pause(self, on):
        self.world.call("POST", "/secure-pause", {"conversationId": self.id, "userId": USER, "on": on})

    def snapshots(self):
        return self.world.call("POST", "/snapshots", {"conversationId": self.id})

    def send(self, most=None):
        """What Genesys sends of it as it is now; how many snapshots that are."""
        snapshots = self.snapshots()[:most]
        for snapshot in snapshots:
            self.stack.put_event(snapshot)
        return len(snapshots)

    def screens(self):
        return set(self.world.call("GET", f"/screens?conversation={self.id}").values())

    def outcomes(self):
        return self.stack.outcomes(self.id, "snapshot")

    def puts(self, action):
        return [it for it in self.world.requests() if it.startswith("PUT") and self.id in it and action in it]


@pytest.fixture
def call(by_snapshots, world):
    return Call(by_snapshots, world)


def test_raw_snapshots_on_the_bus_pause_every_screen_and_those_of_the_end_resume_them(by_snapshots, call):
    sent = call.send()
    assert sent > 8, "doubled, of each agent and of the queue, in both forms"
    wait_for("the pause", lambda: call.screens() == {"paused"})
    # The emulator has one environment, and most snapshots look again after three seconds.
    wait_for("every snapshot", lambda: len(call.outcomes()) == sent, 5 * sent)
    assert set(call.outcomes()) == {"paused", "ignored"}
    assert by_snapshots.followed() == call.outcomes().count("paused"), "one message for each that paused"

    # What an earlier one has achieved, no later one sends again.
    paused = call.puts("pause")
    sent += call.send(2)
    wait_for("the next snapshots", lambda: len(call.outcomes()) == sent)
    assert call.outcomes()[-2:] == ["ignored"] * 2
    assert call.puts("pause") == paused

    call.secure_pause(False)
    sent += call.send(4)
    wait_for("the resume", lambda: call.screens() == {"active"})
    wait_for("the last snapshots", lambda: len(call.outcomes()) == sent)
    assert set(call.outcomes()[-4:]) == {"resumed", "nothing_paused"}
    assert len(call.puts("resume")) == len(call.legs)


def test_the_function_gets_three_things_of_a_snapshot(by_snapshots, call, world):
    call.send(1)
    wait_for("the pause", lambda: call.outcomes())
    (line, *_) = [it for it in by_snapshots.log_lines() if it.get("conversationId") == call.id and "outcome" in it]
    assert (line["phase"], line["droppedFields"]) == (None, 0)
    uuid.UUID(line["eventId"])
    assert abs(time.time() - time.mktime(time.strptime(line["eventTime"][:19], "%Y-%m-%dT%H:%M:%S")) + time.timezone) < 60
    assert all(f'"{name}"' in json.dumps(call.snapshots()) for name in PRIVATE), "there was something to keep out"
    log = json.dumps([it for it in by_snapshots.log_lines() if it.get("conversationId") == call.id])
    assert not [name for name in PRIVATE if f'"{name}"' in log]


def test_what_shows_neither_a_secure_pause_nor_a_paused_screen_never_reaches_the_function(by_snapshots, call, world):
    call.secure_pause(False)
    quiet = call.snapshots()
    for snapshot in quiet:
        by_snapshots.put_event(snapshot)
    (larger, *_) = [it for it in quiet if it["detail-type"] == "v2.users.{id}.conversations"]
    call.secure_pause(True)
    loud = call.snapshots()
    for near in ("v2.users.{id}.conversationsummary", "v2.conversations.{id}.calls"):
        by_snapshots.put_event(loud[0], DetailType=near)
    by_snapshots.put_event(event_file("secure_pause/started.json", conversationId=call.id))
    by_snapshots.put_event(loud[0], Source="somebody.else/genesys.com/cloud/x")
    # One that does match, sent last, is served; the others were not before it.
    by_snapshots.put_event(loud[0])
    wait_for("the one that matches", lambda: call.outcomes())
    time.sleep(2)  # what should not come would be here by now
    assert len(call.outcomes()) == 1 and by_snapshots.outcomes(call.id, "event") == []
    assert larger["detail"]["eventBody"]["securePause"] is False


@pytest.mark.parametrize(
    "shown",
    [
        {"securePause": True},
        {"participants": [{}, {"securePause": True}]},
        {"participants": [{"calls": [{}, {"securePause": True}]}, {}]},
        {"participants": [{"screenRecordingState": "active"}, {"screenRecordingState": "paused"}]},
        {"participants": [{"screenRecordingState": "PAUSED", "calls": []}]},
    ],
)
def test_one_member_is_enough(by_snapshots, call, shown):
    call.world.call("POST", "/secure-pause", {"conversationId": call.id, "userId": USER, "on": True})
    snapshot = call.snapshots()[0]
    snapshot["detail"]["eventBody"] = {"id": call.id, **shown}
    by_snapshots.put_event(snapshot)
    wait_for("it", lambda: call.outcomes() == ["paused"])


def test_with_both_an_event_and_a_snapshot_are_taken_and_only_with_events_is_there_a_watch_rule(stack, world, emulator):
    def rules():
        listed = emulator.client("events").list_rules(EventBusName="simulated-genesys")["Rules"]
        return sorted(rule["Name"].removeprefix(f"{STACK}-") for rule in listed)

    stack.deploy(Trigger="both")
    assert rules() == ["pause", "snaps", "watch"]
    call = Call(stack, world)
    call.send(1)
    wait_for("the pause", lambda: call.outcomes() == ["paused"])
    stack.put_event(event_file("secure_pause/started.json", conversationId=call.id))
    wait_for("the event", lambda: stack.outcomes(call.id, "event") == ["paused"])
    stack.deploy(Trigger="snapshots")
    assert rules() == ["snaps"] and "WatchRuleArn" not in stack.outputs()
    stack.deploy(Trigger="secure-pause")
    assert rules() == ["pause", "watch"]
