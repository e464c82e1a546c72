"""The data actions carried out: against the simulated Genesys Cloud, and by the function itself."""

import base64
import http.client
import json
import uuid
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import pytest

from action import Action
from architect import Walk
from fate import Fate
from payment_flow import FLOW, FUNCTION, GATEWAY, PAUSE, PAYMENT, REFERENCE, RESUME, WAYS
from promises import broken


@pytest.fixture(scope="session")
def token(world):
    """What the integration's own OAuth client would have fetched."""
    client = world.ask("GET", "/client")
    pair = base64.b64encode(f"{client['client_id']}:{client['client_secret']}".encode()).decode()
    request = Request(world.env["GENESYS_LOGIN_URL"] + "/oauth/token", b"grant_type=client_credentials",
                      {"Authorization": f"Basic {pair}", "Content-Type": "application/x-www-form-urlencoded",
                       "User-Agent": "data-action"})
    with urlopen(request, timeout=10) as answer:
        return json.load(answer)["access_token"]


def run(action, values, world, token):
    """What the action's caller gets: the result, or the status of the failure."""
    path, body = action.rendered(values)
    host = urlsplit(world.env["GENESYS_API_URL"]).netloc
    connection = http.client.HTTPConnection(host, timeout=10)
    connection.request(action.request["requestType"], path, body.encode() or None, {
        **action.request["headers"], "Authorization": f"Bearer {token}", "User-Agent": "data-action",
    })
    answer = connection.getresponse()
    text = answer.read()
    connection.close()
    if answer.status >= 300:
        return answer.status
    return action.translated(json.loads(text) if text else None)


def called(staged):
    return {"conversationId": staged["conversationId"], "participantId": staged["participantId"]}


def test_the_actions_of_genesys_pause_and_resume_the_screen(calm, token):
    staged = calm.stage()
    assert calm.screen(staged) == "active"
    assert run(Action("Pause_Screen_Recording"), called(staged), calm, token) == {"acknowledged": True}
    assert calm.screen(staged) == "paused"
    assert run(Action("Resume_Screen_Recording"), called(staged), calm, token) == {"acknowledged": True}
    assert calm.screen(staged) == "active"


@pytest.mark.parametrize(("verb", "status"), [("pause", 403), ("pause", 500), ("resume", 429), ("resume", 409)])
def test_a_refusal_of_genesys_is_a_failure_of_the_action(calm, token, verb, status):
    staged = calm.stage()
    calm.ask("POST", "/fault", {"on": verb, "status": status})
    assert run(Action(f"{verb.capitalize()}_Screen_Recording"), called(staged), calm, token) == status
    assert calm.screen(staged) == "active"


def test_a_participant_who_is_on_no_call_is_a_failure_of_the_action(calm, token):
    staged = {**calm.stage(), "participantId": str(uuid.uuid4())}
    assert run(Action("Pause_Screen_Recording"), called(staged), calm, token) == 404


def invoked(verb, values, world):
    """What a flow gets of the function, or the name of its error."""
    return asked(f"{verb.capitalize()}_Screen_Recording_Lambda", values, world)


def asked(stem, values, world):
    """What the action's caller gets of the function, or the name of its error."""
    action = Action(stem)
    kind, document = world.invoke(action.rendered(values)[1])
    return document["errorType"] if kind == "failure" else action.translated(document)


def test_the_function_finds_the_agent_verifies_and_answers_paused(calm):
    staged = calm.stage()
    result = invoked("pause", {"conversationId": staged["conversationId"]}, calm)
    assert (result, calm.screen(staged)) == ({"outcome": "paused", "paused": True}, "paused")


def test_the_function_resumes_once_the_secure_pause_is_over(calm):
    staged = calm.stage()
    of_call = {"conversationId": staged["conversationId"]}
    invoked("pause", of_call, calm)
    calm.ask("POST", "/secure-pause", {**of_call, "userId": staged["userId"], "on": False})
    result = invoked("resume", of_call, calm)
    assert (result, calm.screen(staged)) == ({"outcome": "resumed", "paused": False}, "active")


def test_a_resume_while_the_agent_is_in_secure_pause_is_left_to_its_end(calm):
    staged = calm.stage()
    of_call = {"conversationId": staged["conversationId"]}
    invoked("pause", of_call, calm)
    assert (invoked("resume", of_call, calm), calm.screen(staged)) == (
        {"outcome": "deferred", "paused": False}, "paused")


@pytest.mark.parametrize(("status", "error"), [(403, "Forbidden"), (404, "EndpointMissing")])
def test_a_pause_that_the_function_cannot_make_is_its_error_and_never_an_answer(calm, status, error):
    staged = calm.stage()
    calm.ask("POST", "/fault", {"on": "pause", "status": status, "times": 50})
    assert invoked("pause", {"conversationId": staged["conversationId"]}, calm) == error
    assert calm.screen(staged) == "active"


def test_a_script_pauses_both_asks_for_both_and_resumes_both(calm):
    staged = calm.stage()
    of_call = {"conversationId": staged["conversationId"]}
    calm.ask("POST", "/secure-pause", {**of_call, "userId": staged["userId"], "on": False})
    status = "Screen_Recording_Status_Lambda"
    assert asked(status, of_call, calm) == {"outcome": "reported", "paused": False, "voice": "active"}
    both = {"paused": True, "voice": "paused"}
    assert asked("Pause_Voice_And_Screen_Lambda", of_call, calm) == {"outcome": "paused", **both}
    # Another agent of the staged call is recorded on: nobody is named, so theirs is dark, too.
    assert asked(status, of_call, calm) == {"outcome": "reported", **both}
    assert asked("Resume_Voice_And_Screen_Lambda", of_call, calm) == {
        "outcome": "resumed", "paused": False, "voice": "active"}
    assert calm.screen(staged) == "active"


def test_a_voice_that_may_not_be_paused_is_told_of_beside_a_screen_that_is_dark(calm):
    staged = calm.stage()
    of_call = {"conversationId": staged["conversationId"]}
    calm.ask("POST", "/secure-pause", {**of_call, "userId": staged["userId"], "on": False})
    calm.ask("POST", "/fault", {"on": "voice", "status": 403, "times": 50})
    assert asked("Pause_Voice_And_Screen_Lambda", of_call, calm) == {
        "outcome": "paused", "paused": True, "voice": "active"}
    assert calm.screen(staged) == "paused"


def test_a_conversation_that_nobody_knows_is_an_error(calm):
    assert invoked("pause", {"conversationId": str(uuid.uuid4())}, calm) == "ConversationUnreadable"


def walked(staged, calm):
    """The flow with the function itself behind its data actions, and the screen's true state when the payment was made."""
    screens = []

    def order(verb):
        def options(inputs):
            result = invoked(verb, inputs, calm)
            return ["failure" if isinstance(result, str) else result]
        return options

    def pay(_):
        screens.append(calm.screen(staged))
        return [{"approved": True, "receipt": "r"}]

    actions = {
        (FUNCTION, PAUSE.name): (PAUSE, order("pause")),
        (FUNCTION, RESUME.name): (RESUME, order("resume")),
        (GATEWAY, PAYMENT.name): (PAYMENT, pay),
    }
    behaviour = {**WAYS[-1], "actions": actions, "reference": [REFERENCE], "conversation": staged["conversationId"]}
    walk = Walk(FLOW, behaviour, Fate([])).run()
    assert broken(walk) == []
    return walk.variables["Flow.PaymentResult"], screens


def test_the_flow_takes_the_card_while_the_screen_is_dark_and_leaves_it_recorded(calm):
    staged = calm.stage()
    calm.ask("POST", "/secure-pause", {"conversationId": staged["conversationId"], "userId": staged["userId"], "on": False})
    assert walked(staged, calm) == ("paid", ["paused"])
    assert calm.screen(staged) == "active"


def test_the_flow_takes_no_card_where_the_function_cannot_pause(calm):
    staged = calm.stage()
    calm.ask("POST", "/fault", {"on": "pause", "status": 403, "times": 50})
    assert walked(staged, calm) == ("not-paused", [])
