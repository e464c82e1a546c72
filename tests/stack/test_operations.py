"""What tells of the stack, deployed: alarms and where they go, the dashboard, the saved queries.

The emulator keeps alarms, dashboards and queries, and evaluates alarms on one metric, whatever its dimensions; metric
math and queries it only keeps (tests/stack/emulator.py). It writes none of AWS's own metrics, leaves the key of a topic
out, and lets anybody publish: that is held to the template in test_alarms.py.
"""

import json
import re

import pytest
from conftest import ROOT, STACK, wait_for

ALARM_SECTIONS = set(re.findall(r"^### (\S+)$", (ROOT / "docs" / "operations.md").read_text(), re.M))


def alarms(emulator):
    described = emulator.client("cloudwatch").describe_alarms(MaxRecords=100)["MetricAlarms"]
    return {alarm["AlarmName"]: alarm for alarm in described}


def subscribed(emulator, topic):
    found = emulator.client("sns").list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    return [(it["Protocol"], it["Endpoint"]) for it in found]


def test_every_alarm_of_the_runbook_is_there_and_tells_the_topic(stack, emulator):
    topic, created = stack.outputs()["AlarmTopicArn"], alarms(emulator)
    # Those of proof are there with the parameter only.
    sections = ALARM_SECTIONS - {"exposed", "proof-late", "proof-stopped", "no-pause-on-payment-call", "proof-dead-letter-queue"}
    assert set(created) == {f"{STACK}-{name}" for name in sections}
    assert all(alarm["AlarmActions"] == [topic] for alarm in created.values())
    own = created[f"{STACK}-pause-failed"]
    function = {"Name": "FunctionName", "Value": stack.outputs()["FunctionName"]}
    assert (own["Namespace"], own["MetricName"], own["Dimensions"]) == ("SecurePause", "PauseFailed", [function])


def test_the_dead_mans_check_reads_the_metric_of_the_very_rule(stack, emulator):
    check = alarms(emulator)[f"{STACK}-outcome-missing"]
    read = {it["Id"]: it["MetricStat"]["Metric"]["Dimensions"] for it in check["Metrics"] if "MetricStat" in it}
    _, bus, rule = stack.outputs()["RuleArn"].split("/")
    assert rule == f"{STACK}-pause"
    # The name of the other rule is what tests/stack/test_snapshots.py finds on the bus.
    for events, name in (("events", rule), ("snapshots", f"{STACK}-snaps")):
        assert {it["Name"]: it["Value"] for it in read[events]} == {"EventBusName": bus, "RuleName": name}


def test_an_alarm_reaches_whoever_subscribes_to_the_topic(stack, emulator):
    sqs, topic = emulator.client("sqs"), stack.outputs()["AlarmTopicArn"]
    listening = sqs.create_queue(QueueName="on-call")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=listening, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    emulator.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    alarm = alarms(emulator)[f"{STACK}-pause-failed"]
    datum = {"MetricName": alarm["MetricName"], "Dimensions": alarm["Dimensions"], "Value": 1.0, "Unit": "Count"}
    emulator.client("cloudwatch").put_metric_data(Namespace=alarm["Namespace"], MetricData=[datum])
    (told,) = wait_for("the alarm", lambda: stack.messages(listening))
    said = json.loads(told["Message"])
    assert (said["AlarmName"], said["NewStateValue"]) == (alarm["AlarmName"], "ALARM")
    assert said["AlarmDescription"].startswith("[PAGE] ")
    assert said["AlarmDescription"].endswith(" Runbook: docs/operations.md#pause-failed")
    sqs.delete_queue(QueueUrl=listening)


def test_the_key_of_the_topic_is_there_and_renewed_and_the_topic_has_its_policy(stack, emulator):
    # The emulator's topics have no key, so that which one the topic names is held to the template only.
    key, kms = stack.nested()["AlarmKey"], emulator.client("kms")
    assert kms.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"] is True
    statements = json.loads(kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"])["Statement"]
    assert [it["Sid"] for it in statements] == ["TheAccountAdministersIt", "AlarmsOfThisAccountMayUseIt"]
    attributes = emulator.client("sns").get_topic_attributes(TopicArn=stack.outputs()["AlarmTopicArn"])["Attributes"]
    publish, _ = json.loads(attributes["Policy"])["Statement"]
    assert publish["Condition"]["ArnLike"]["aws:SourceArn"].endswith(":alarm:*")


def test_the_dashboard_and_the_saved_queries_name_what_was_deployed(stack, emulator):
    outputs = stack.outputs()
    assert outputs["DashboardUrl"].endswith(f"/{STACK}")
    body = emulator.client("cloudwatch").get_dashboard(DashboardName=STACK)["DashboardBody"]
    widgets = json.loads(body)["widgets"]
    assert "${" not in body and outputs["FunctionName"] in body
    (status,) = [widget for widget in widgets if widget["type"] == "alarm"]
    arns = {alarm["AlarmArn"] for alarm in alarms(emulator).values()}
    assert set(status["properties"]["alarms"]) == arns

    queries = emulator.client("logs").describe_query_definitions()["queryDefinitions"]
    names = {"every pause of a conversation", "exposures over the limit", "started without ended", "monthly summary"}
    assert {query["name"] for query in queries} == {f"{STACK}/{name}" for name in names}
    assert all(query["logGroupNames"] == [outputs["LogGroupName"]] for query in queries)
    assert any("exposureMs > 5000" in query["queryString"] for query in queries)


def test_mail_silence_limit_and_runbook_are_what_the_owner_asks_for(stack, emulator):
    version = stack.alias()["Version"]
    topic = stack.outputs()["AlarmTopicArn"]
    assert "email" not in [protocol for protocol, _ in subscribed(emulator, topic)]
    silence = alarms(emulator)[f"{STACK}-silence"]
    assert (silence["EvaluationPeriods"], silence["TreatMissingData"]) == (96, "breaching")

    wiki = "https://wiki.example.com/runbook"
    stack.deploy(AlarmEmail="on-call@example.com", SilenceHours=0, ExposureThresholdMs=1500, RunbookUrl=wiki)
    assert ("email", "on-call@example.com") in subscribed(emulator, topic)
    created = alarms(emulator)
    exposure = created[f"{STACK}-exposure-high"]
    assert exposure["Threshold"] == 1500 and f" {wiki}#exposure-high" in exposure["AlarmDescription"]
    assert f"{STACK}-silence" not in created
    assert stack.alias()["Version"] == version, "no new version"

    stack.deploy(AlarmEmail='""', SilenceHours=96, ExposureThresholdMs=5000, RunbookUrl="docs/operations.md")
    assert "email" not in [protocol for protocol, _ in subscribed(emulator, topic)]
    assert f"{STACK}-silence" in alarms(emulator)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"SilenceHours": 169}, "further back than seven days CloudWatch does not look"),
        ({"AlarmEmail": "on-call"}, "no address"),
        ({"ExposureThresholdMs": 0}, "nothing is as fast"),
    ],
)
def test_what_no_alarm_can_keep_to_is_refused(stack, given, reason):
    (name,) = given
    assert name in stack.refusal(**given), reason
