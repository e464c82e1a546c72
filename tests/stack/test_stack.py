"""From an event on the bus to a paused screen, and to the queue where a failure is kept."""

import json
import subprocess
import time

import pytest
from conftest import ORGANIZATION, ROOT, SOURCE, STACK, TOOLS, event_file, wait_for

# A check of the watch comes after its delay of fifteen seconds, when these tests are over; its own are in
# test_watch.py.
pytestmark = pytest.mark.usefixtures("nothing_followed")
CONVERSATION = "5b0f3a34-7c6e-4d0a-9c62-0f4b1f6f7a11"
USER = "a1d3c7a2-1b52-4c1e-8a57-0d6b6f3e9a01"


def stage(world, name):
    """A live call with the ids of an event file, in the state the event tells of."""
    return world.call("POST", "/stage", event_file(name))["participantId"]


def put(participant, action, status=202):
    path = f"/api/v2/conversations/{CONVERSATION}/participants/{participant}/screenrecording/{action}"
    return f"PUT {path} -> {status}"


def outcomes(stack, before):
    """Of what was logged since; an earlier test's would end a wait too soon."""
    return [line["outcome"] for line in stack.log_lines()[before:] if "outcome" in line]


def test_a_secure_pause_on_the_bus_pauses_the_screen_and_its_end_resumes_it(stack, world):
    participant, before = stage(world, "secure_pause/started.json"), len(stack.log_lines())
    stack.put_event(event_file("secure_pause/started.json"))
    wait_for("the pause", lambda: put(participant, "pause") in world.requests())
    wait_for("its log line", lambda: "paused" in outcomes(stack, before))

    world.call("POST", "/secure-pause", {"conversationId": CONVERSATION, "userId": USER, "on": False})
    stack.put_event(event_file("secure_pause/ended.json"))
    wait_for("the resume", lambda: put(participant, "resume") in world.requests())
    wait_for("its log line", lambda: "resumed" in outcomes(stack, before))

    first = next(line for line in stack.log_lines() if "version" in line)
    assert set(first) >= {"version", "commit", "level", "timestamp"}


def test_what_the_rule_does_not_match_never_reaches_the_function(stack, world):
    before = len(stack.log_lines())
    started = event_file("secure_pause/started.json")
    stack.put_event(event_file("other/user_end.json"))
    stack.put_event(started, Source="somebody.else/genesys.com/cloud/x")
    near = "v2.detail.events.conversation.5b0f3a34-7c6e-4d0a-9c62-0f4b1f6f7a11.secure_pause"
    stack.put_event(started, DetailType=near)
    # An event that does match, sent last, is served; the others were not before it.
    stage(world, "secure_pause/started.json")
    stack.put_event(started)

    def ended():
        return [line for line in stack.log_lines()[before:] if "outcome" in line or "errorType" in line]

    wait_for("the event that matches", ended)
    time.sleep(2)  # what should not come would be here by now
    assert [line.get("outcome") for line in ended()] == ["paused"], ended()
    assert stack.followed() == 1, "the watch is given what the function is given"


def preflight(emulator, *arguments):
    command = [TOOLS / "sam" / "bin" / "python3", ROOT / "tools" / "stack" / "preflight.py"]
    return subprocess.run([*command, *arguments], env=emulator.env, text=True, capture_output=True)


def test_the_preflight_of_the_deployed_function_says_that_all_is_well_and_pauses_nothing(stack, world, emulator):
    before = [request for request in world.requests() if request.startswith("PUT")]
    asked = preflight(emulator, "--stack", STACK)
    assert asked.returncode == 0, asked.stdout + asked.stderr
    lines = asked.stdout.splitlines()
    checks = ["settings", "secret", "token", "clock", "permissions", "conversation", "events", "call_ends",
              "screen_recording_path", "voice_pause", "watch_queue", "recordings"]
    rows = [line.split()[:2] for line in lines[1 : lines.index("")] if not line.startswith("  ")]
    assert rows == [["ok", check] for check in checks], asked.stdout
    assert lines[-2] == "Secure pauses can be handled, as far as can be known without a live call. Trigger=both."
    assert lines[-1].startswith("preflight ok: version ")
    assert [request for request in world.requests() if request.startswith("PUT")] == before
    told = json.loads(preflight(emulator, "--stack", STACK, "--json").stdout)
    assert (told["preflight"], told["securePauses"], told["trigger"]) == ("ok", "yes", "both")
    nobody = preflight(emulator, "--stack", "nobody")
    assert nobody.returncode == 2 and "--stack" in nobody.stderr


def redrive(emulator, queue_url, function):
    command = [TOOLS / "sam" / "bin" / "python3", ROOT / "tools" / "stack" / "redrive.py"]
    arguments = ["--queue-url", queue_url, "--function", function]
    return subprocess.run([*command, *arguments], env=emulator.env, text=True, capture_output=True)


def test_a_failure_is_kept_whole_after_the_retries_and_redriven(stack, world, emulator):
    functions, outputs = emulator.client("lambda"), stack.outputs()
    # On AWS the alias has its own settings for asynchronous invocations. The emulator knows those of the
    # unqualified function only, so the alias's are put there, as they are, and that one is invoked.
    kept = functions.get_function_event_invoke_config(FunctionName=outputs["FunctionName"], Qualifier="live")
    settings = {k: kept[k] for k in ("MaximumRetryAttempts", "MaximumEventAgeInSeconds", "DestinationConfig")}
    assert settings["MaximumRetryAttempts"] == 2 and settings["MaximumEventAgeInSeconds"] >= 300
    functions.put_function_event_invoke_config(FunctionName=outputs["FunctionName"], **settings)

    participant = stage(world, "secure_pause/started.json")
    world.call("POST", "/fault", {"on": "pause", "status": 403, "times": 1000})
    event = event_file("secure_pause/started.json") | {"source": "simulate.aws.partner/genesys.com/cloud/test"}
    before = world.requests().count(put(participant, "pause", 403))
    functions.invoke(FunctionName=outputs["FunctionName"], InvocationType="Event", Payload=json.dumps(event))
    kept = wait_for("the failure queue", lambda: stack.messages(outputs["FailureQueueUrl"]), 60)[0]
    assert kept["requestPayload"] == event
    assert kept["responsePayload"]["errorType"] == "Forbidden"
    assert world.requests().count(put(participant, "pause", 403)) - before == 3, "one attempt and two retries"

    still = redrive(emulator, outputs["FailureQueueUrl"], outputs["AliasArn"])
    assert still.returncode == 1 and '"errorType": "Forbidden"' in still.stdout, still.stdout + still.stderr
    assert len(stack.messages(outputs["FailureQueueUrl"])) == 1, "what fails again is kept, and shown at once"

    world.call("DELETE", "/fault")
    done = redrive(emulator, outputs["FailureQueueUrl"], outputs["AliasArn"])
    assert done.returncode == 0, done.stdout + done.stderr
    assert '"outcome": "paused"' in done.stdout, done.stdout
    assert stack.messages(outputs["FailureQueueUrl"]) == []


def test_an_old_pause_that_is_redriven_does_what_the_table_says(stack, world, emulator):
    stage(world, "secure_pause/ended.json")
    old = event_file("secure_pause/started.json", eventTime=int(time.time() * 1000) - 3_600_000)
    # As EventBridge keeps what it could not deliver: the event itself.
    kept = json.dumps(old | {"source": "simulate.aws.partner/genesys.com/cloud/test"})
    queue = stack.outputs()["UndeliveredQueueUrl"]
    emulator.client("sqs").send_message(QueueUrl=queue, MessageBody=kept)
    done = redrive(emulator, queue, stack.outputs()["AliasArn"])
    assert done.returncode == 0 and '"outcome": "stale"' in done.stdout, done.stdout + done.stderr


def test_a_changed_parameter_reaches_the_alias(stack, world, emulator):
    functions, name = emulator.client("lambda"), stack.outputs()["FunctionName"]

    def mode():
        served = functions.get_function_configuration(FunctionName=name, Qualifier="live")
        return served["Environment"]["Variables"]["MODE"]

    assert mode() == "act"
    for changed in ("pause-only", "act"):
        stack.deploy(Mode=changed)
        assert mode() == changed


def test_a_stack_of_one_organization_takes_no_others_events_and_lets_its_flows_invoke(stack, world, emulator):
    assert "GenesysRoleArn" not in stack.outputs()
    stack.deploy(GenesysOrganizationId=ORGANIZATION)
    iam, name = emulator.client("iam"), stack.resources()["GenesysRole"]
    role = iam.get_role(RoleName=name)["Role"]
    assert role["Arn"] == stack.outputs()["GenesysRoleArn"]
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"AWS": "arn:aws:iam::765628985471:root"}
    assert trust["Condition"] == {"StringEquals": {"sts:ExternalId": ORGANIZATION}}
    policies = iam.list_role_policies(RoleName=name)["PolicyNames"]
    (may,) = [iam.get_role_policy(RoleName=name, PolicyName=it)["PolicyDocument"]["Statement"] for it in policies]
    assert [(it["Action"], it["Resource"]) for it in may] == [("lambda:InvokeFunction", stack.outputs()["AliasArn"])]

    before = len(stack.log_lines())
    other = SOURCE.replace(ORGANIZATION, ORGANIZATION[::-1])
    stage(world, "secure_pause/started.json")
    stack.put_event(event_file("secure_pause/started.json"), Source=other)
    stack.put_event(event_file("secure_pause/started.json"))
    wait_for("its own event", lambda: [it for it in stack.log_lines()[before:] if it.get("outcome") == "paused"])
    assert len([it for it in stack.log_lines()[before:] if "door" in it and ("outcome" in it or "errorType" in it)]) == 1

    stack.deploy(GenesysOrganizationId='""')
    assert "GenesysRoleArn" not in stack.outputs()
    assert name not in [role["RoleName"] for role in iam.list_roles()["Roles"]]


def test_the_output_secret_named_as_the_parameter_changes_nothing(stack, emulator):
    before, secret = stack.alias(), stack.outputs()["SecretArn"]
    stack.deploy(SecretArn=secret)
    after = stack.alias()
    assert stack.outputs()["SecretArn"] == secret
    assert (after["Version"], after["Environment"]) == (before["Version"], before["Environment"])
    secrets = emulator.client("secretsmanager")
    assert "client_id" in secrets.get_secret_value(SecretId=secret)["SecretString"], "it is there, and as it was"
    # From here on it is the owner's: the next stack without the parameter makes another.
    stack.deploy(SecretArn='""')
    stack.fill_secret()


def test_where_the_owner_has_alarms_of_their_own_none_is_made(stack, emulator):
    # The emulator sees no change where a condition alone takes a resource away, so that another setting goes with it.
    stack.deploy(Monitoring="false", LogLevel="DEBUG")
    assert "MonitoringStack" not in stack.resources()
    assert emulator.client("cloudwatch").describe_alarms()["MetricAlarms"] == []
    assert not {"AlarmTopicArn", "DashboardUrl"} & set(stack.outputs())

    own = emulator.client("sns").create_topic(Name="own")["TopicArn"]
    stack.deploy(Monitoring="true", AlarmTopicArn=own, LogLevel="INFO")
    assert stack.outputs()["AlarmTopicArn"] == own
    created = emulator.client("cloudwatch").describe_alarms()["MetricAlarms"]
    assert created and all(alarm["AlarmActions"] == [own] for alarm in created)
    assert not {"AlarmTopic", "AlarmKey"} & set(stack.nested())
    stack.deploy(AlarmTopicArn='""')


def test_a_stack_for_a_flow_alone_is_on_the_accounts_own_bus_and_creates_none(stack, emulator):
    before = stack.resources()
    stack.deploy(EventBusName="default", CreateEventBus="true")
    after = stack.resources()
    assert "EventBus" not in after
    rules = [rule["Name"] for rule in emulator.client("events").list_rules(EventBusName="default")["Rules"]]
    assert sorted(rules) == [f"{STACK}-pause", f"{STACK}-watch"]
    alarms = [alarm["AlarmName"] for alarm in emulator.client("cloudwatch").describe_alarms()["MetricAlarms"]]
    assert alarms and not {f"{STACK}-outcome-missing", f"{STACK}-undelivered-lost", f"{STACK}-silence"} & set(alarms)

    stack.deploy()
    assert set(stack.resources()) == set(after) == set(before)


def test_deploying_twice_changes_nothing_and_deleting_leaves_secret_and_log(stack, emulator):
    before = stack.resources()
    assert "No changes to deploy" in stack.deploy()
    assert stack.resources() == before

    stack.delete()
    described = emulator.client("secretsmanager").describe_secret(SecretId=before["Secret"])
    assert not described.get("DeletedDate")
    groups = emulator.client("logs").describe_log_groups(logGroupNamePrefix=before["LogGroup"])["logGroups"]
    assert [group["logGroupName"] for group in groups] == [before["LogGroup"]]
    queues = emulator.client("sqs").list_queues().get("QueueUrls", [])
    names = ("FailureQueue", "UndeliveredQueue", "WatchQueue", "WatchDeadLetterQueue")
    assert not {before[name] for name in names} & set(queues), queues
    functions = [f["FunctionName"] for f in emulator.client("lambda").list_functions()["Functions"]]
    assert before["Function"] not in functions
    assert emulator.client("lambda").list_event_source_mappings()["EventSourceMappings"] == []
    rules = emulator.client("events").list_rules(EventBusName="simulated-genesys")["Rules"]
    assert rules == []
    assert emulator.client("cloudwatch").describe_alarms()["MetricAlarms"] == []
    assert emulator.client("logs").describe_query_definitions()["queryDefinitions"] == []
    assert "Successfully created" in stack.deploy(), "the retained log group does not stand in the way"
