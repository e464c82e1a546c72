"""Alarms, dashboard and saved queries as the template has them, held to docs/operations.md and the audit record."""

import json
import re
import uuid

import pytest
from conftest import ROOT
from rendered import alarms, of_type, value

RUNBOOK = (ROOT / "docs" / "operations.md").read_text()
SCHEMA = json.loads((ROOT / "docs" / "audit-record.schema.json").read_text())
SEVEN_DAYS = 7 * 24 * 3600
FUNCTION = [{"Name": "FunctionName", "Value": {"Ref": "Function"}}]
OWN = {"Ref": "MetricsNamespace"}
# Over when they are over; the others count what has happened, and their end closes nothing.
TELL_THEIR_END = {
    "exposure-high", "failure-queue", "undelivered-queue", "watch-dead-letter-queue",
    "watch-unread", "events-old", "outcome-missing", "silence",
}  # fmt: skip
# What AWS publishes, and by which dimensions.
OF_AWS = {
    "AWS/Lambda": (
        {"Errors", "Throttles", "AsyncEventAge", "AsyncEventsDropped", "AsyncEventsReceived"},
        ["FunctionName"],
    ),
    "AWS/SQS": (
        {"ApproximateNumberOfMessagesVisible", "ApproximateNumberOfMessagesNotVisible"},
        ["QueueName"],
    ),
    "AWS/Events": ({"TriggeredRules"}, ["EventBusName", "RuleName"]),
}


def sections():
    """What the runbook says, by the name of the alarm."""
    (under,) = re.findall(r"^## Alarms\n(.*?)^## ", RUNBOOK, re.M | re.S)
    return dict(re.findall(r"^### (\S+)\n(.*?)(?=^### |\Z)", under, re.M | re.S))


def documented_metrics():
    (table,) = re.findall(r"^## Metrics\n(.*?)^## ", RUNBOOK, re.M | re.S)
    rows = [row.split("|")[1] for row in table.splitlines() if row.startswith("| `")]
    names = re.findall(r"`(\w+)`", " ".join(rows))
    assert len(names) == len(set(names)) > 40
    return set(names)


def watched(alarm):
    """Namespace, metric and dimensions of everything that an alarm reads."""
    stats = [metric["MetricStat"]["Metric"] for metric in alarm.get("Metrics", []) if "MetricStat" in metric]
    return [(it["Namespace"], it["MetricName"], it["Dimensions"]) for it in stats or [alarm]]


def dashboard(template):
    """The widgets, with the names of parameters and resources in place of their values."""
    (resource,) = of_type(template, "AWS::CloudWatch::Dashboard").values()
    body, more = resource["Properties"]["DashboardBody"]["Fn::Sub"]
    assert list(more) == ["RuleName"]
    names = [name.split(".")[0] for name in re.findall(r"\$\{([\w.:]+)\}", body)]
    assert set(names) - set(template["Resources"]) - set(template["Parameters"]) == {"AWS::Region", "RuleName"}
    return json.loads(body.replace('"value": ${ExposureThresholdMs}', '"value": "${ExposureThresholdMs}"'))["widgets"]


def shown(template):
    """Every metric of the dashboard: namespace, name and names of dimensions. A dot repeats what is above it."""
    for widget in dashboard(template):
        above = []
        for row in widget["properties"].get("metrics", []):
            plain = [it for it in row if isinstance(it, str)]
            above = [above[at] if it == "." else it for at, it in enumerate(plain)]
            yield above[0], above[1], above[2::2], above[3::2]


def rule_names(node):
    """Every expression that names a rule for its metric."""
    if isinstance(node, dict):
        if node.get("Name") == "RuleName":
            yield node["Value"]
        if "RuleName" in node:
            yield node["RuleName"]
    for inside in node.values() if isinstance(node, dict) else node if isinstance(node, list) else []:
        yield from rule_names(inside)


@pytest.mark.parametrize(
    ("bus", "ref"), [("aws.partner/genesys.com/cloud/o/s", "aws.partner/genesys.com/cloud/o/s|the-rule"), ("default", "the-rule")]
)
def test_the_rule_is_named_on_a_partners_bus_and_on_the_accounts_own(template, bus, ref):
    named = list(rule_names(template["Resources"]))
    assert len(named) == 3
    for expression in named:
        assert value(expression, template, EventBusName=bus, Rule=ref) == "the-rule"


def test_each_alarm_has_its_section_in_the_runbook_and_each_section_its_alarm(template):
    assert set(alarms(template)) == set(sections())
    for name, alarm in alarms(template).items():
        assert alarm["AlarmDescription"].endswith(f" Runbook: docs/operations.md#{name}"), name


@pytest.mark.parametrize("name", sections())
def test_a_section_says_what_it_means_what_is_at_risk_what_to_do_first_and_when_it_is_closed(name):
    text = sections()[name]
    marks = ["**Means.**", "**At risk.**", "**First commands.**", "**Closed** when", "**Closed** with"]
    found = [mark for mark in marks if mark in text]
    assert found[:3] == marks[:3] and len(found) == 4
    (commands,) = re.findall(r"```sh\n(.*?)```", text, re.S)
    # A line that is indented continues the one before.
    assert len(re.findall(r"^\S", commands, re.M)) == 3, commands


def test_every_alarm_tells_the_topic_and_only_what_has_an_end_tells_that_too(template):
    topic = [{"Ref": "AlarmTopic"}]
    for name, alarm in alarms(template).items():
        assert alarm["AlarmActions"] == topic, name
        assert alarm.get("OKActions") == (topic if name in TELL_THEIR_END else None), name


def test_missing_data_is_no_alarm_but_where_absence_is_the_signal(template):
    missing = {name: alarm["TreatMissingData"] for name, alarm in alarms(template).items()}
    assert missing.pop("silence") == "breaching"
    assert set(missing.values()) == {"notBreaching"}


def test_an_alarm_on_a_count_rings_at_the_first_and_not_anew_at_the_next_check_of_the_watch(template):
    longest = template["Parameters"]["WatchVisibilitySeconds"]["MaxValue"]
    counting = [alarm for alarm in alarms(template).values() if alarm.get("Statistic") == "Sum"]
    assert len(counting) == 11
    for alarm in counting:
        assert (alarm["Threshold"], alarm["ComparisonOperator"]) == (1, "GreaterThanOrEqualToThreshold")
        assert alarm["DatapointsToAlarm"] == 1
        assert alarm["Period"] * alarm["EvaluationPeriods"] > longest


def test_alarms_and_dashboard_read_metrics_that_are_written(template):
    for name, alarm in alarms(template).items():
        for namespace, metric, dimensions in watched(alarm):
            if namespace == OWN:
                assert metric in documented_metrics(), name
                assert dimensions == FUNCTION, name
            else:
                metrics, keys = OF_AWS[namespace]
                assert metric in metrics and [it["Name"] for it in dimensions] == keys, name
    for namespace, metric, keys, values in shown(template):
        if namespace == "${MetricsNamespace}":
            assert (keys, values) == (["FunctionName"], ["${Function}"]), metric
            assert metric in documented_metrics()
        else:
            assert metric in OF_AWS[namespace][0] and keys == OF_AWS[namespace][1], metric


def test_every_metric_of_the_function_is_on_the_dashboard_and_every_queue_and_alarm(template):
    own = {metric for namespace, metric, _, _ in shown(template) if namespace == "${MetricsNamespace}"}
    assert own == documented_metrics()
    queues = {values[0] for namespace, _, _, values in shown(template) if namespace == "AWS/SQS"}
    assert queues == {f"${{{name}.QueueName}}" for name in of_type(template, "AWS::SQS::Queue")}
    (status,) = [widget for widget in dashboard(template) if widget["type"] == "alarm"]
    created = of_type(template, "AWS::CloudWatch::Alarm").items()
    always = {f"${{{name}.Arn}}" for name, resource in created if "Condition" not in resource}
    assert set(status["properties"]["alarms"]) == always


def depths_watched(template):
    """The alarms on how many messages lie in a queue, by the queue."""
    depths = [alarm for alarm in alarms(template).values() if alarm.get("Namespace") == "AWS/SQS"]
    return {alarm["Dimensions"][0]["Value"]["Fn::GetAtt"][0]: alarm for alarm in depths}


def test_there_is_an_alarm_on_every_queue_in_which_nothing_should_lie(template):
    depths = depths_watched(template)
    del depths["WatchQueue"]
    assert set(depths) == {"FailureQueue", "UndeliveredQueue", "WatchDeadLetterQueue"}
    assert all((it["Statistic"], it["Threshold"]) == ("Maximum", 1) for it in depths.values())


def test_messages_of_the_watch_that_lie_unread_ring_and_a_busy_minute_does_not(template):
    alarm = depths_watched(template)["WatchQueue"]
    # What is followed lies in the queue between checks, and is not visible then.
    assert alarm["MetricName"] == "ApproximateNumberOfMessagesVisible"
    assert (alarm["Statistic"], alarm["Threshold"]) == ("Minimum", 10)
    assert alarm["ComparisonOperator"] == "GreaterThanOrEqualToThreshold"
    assert alarm["Period"] * alarm["EvaluationPeriods"] == 15 * 60 and "DatapointsToAlarm" not in alarm


def test_the_thresholds_follow_the_parameters(template):
    exposure, silence = alarms(template)["exposure-high"], alarms(template)["silence"]
    assert exposure["Threshold"] == {"Ref": "ExposureThresholdMs"}
    assert (exposure["MetricName"], exposure["ExtendedStatistic"]) == ("ExposureMs", "p99")
    assert silence["EvaluationPeriods"] == {"Ref": "SilenceHours"}
    hours = template["Parameters"]["SilenceHours"]
    (period,) = [it["MetricStat"]["Period"] for it in silence["Metrics"] if "MetricStat" in it]
    assert hours["MaxValue"] * period == SEVEN_DAYS, "no further back does CloudWatch look"
    defaults = {name: template["Parameters"][name]["Default"] for name in ("ExposureThresholdMs", "SilenceHours")}
    assert defaults == {"ExposureThresholdMs": 2000, "SilenceHours": 0}
    (old,) = [alarm for name, alarm in alarms(template).items() if name == "events-old"]
    assert old["Threshold"] == 30_000, "what counts as fresh, docs/design.md"


def test_silence_is_watched_for_and_mail_sent_only_where_it_is_asked_for(template):
    (silence,) = [r for r in of_type(template, "AWS::CloudWatch::Alarm").values() if "Condition" in r]
    asked = template["Conditions"][silence["Condition"]]
    assert [value(asked, template, **given) for given in ({}, {"SilenceHours": 72})] == [False, True]
    (mail,) = of_type(template, "AWS::SNS::Subscription").values()
    asked = template["Conditions"][mail["Condition"]]
    assert [value(asked, template, **given) for given in ({}, {"AlarmEmail": "a@example.com"})] == [False, True]


def test_what_only_alarms_use_publishes_no_version_of_the_function(template):
    (version,) = of_type(template, "AWS::Lambda::Version").values()
    told = json.dumps(version["Properties"]["Description"])
    assert not [name for name in ("AlarmEmail", "ExposureThresholdMs", "SilenceHours") if name in told]


def test_only_alarms_of_this_account_publish_and_use_the_key(template):
    (topic,) = of_type(template, "AWS::SNS::Topic").values()
    assert topic["Properties"]["KmsMasterKeyId"] == {"Fn::GetAtt": ["AlarmKey", "Arn"]}
    (key,) = of_type(template, "AWS::KMS::Key").values()
    assert key["Properties"]["EnableKeyRotation"] is True
    this_account = {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}
    administer, use = key["Properties"]["KeyPolicy"]["Statement"]
    assert administer["Principal"] == {"AWS": {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}}
    assert use["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    assert use["Action"] == ["kms:Decrypt", "kms:GenerateDataKey*"]
    assert use["Condition"] == {"StringEquals": this_account}
    (policy,) = of_type(template, "AWS::SNS::TopicPolicy").values()
    assert policy["Properties"]["Topics"] == [{"Ref": "AlarmTopic"}]
    publish, deny = policy["Properties"]["PolicyDocument"]["Statement"]
    assert (publish["Effect"], publish["Action"]) == ("Allow", "sns:Publish")
    assert publish["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    alarm = {"Fn::Sub": "arn:${AWS::Partition}:cloudwatch:${AWS::Region}:${AWS::AccountId}:alarm:*"}
    assert publish["Condition"] == {"StringEquals": this_account, "ArnLike": {"aws:SourceArn": alarm}}
    assert (deny["Effect"], deny["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})


def saved_queries(template):
    """The saved queries by their names, with their texts as CloudFormation fills them in."""
    saved = [resource["Properties"] for resource in of_type(template, "AWS::Logs::QueryDefinition").values()]
    texts = [query["QueryString"] for query in saved]
    texts = [it if isinstance(it, str) else it["Fn::Sub"].replace("${ExposureThresholdMs}", "2000") for it in texts]
    return {query["Name"]["Fn::Sub"]: query | {"QueryString": text} for query, text in zip(saved, texts)}


def test_the_saved_queries_read_the_audit_records_of_this_stack_and_fields_that_these_have(template):
    fields = set(SCHEMA["properties"]) | {"@timestamp", "@message"}
    queries = saved_queries(template)
    told = [name.removeprefix("${AWS::StackName}/") for name in queries]
    assert told == [row for row in re.findall(r"^\| ([a-z ]+) \| ", RUNBOOK, re.M) if row in told] and len(told) == 4
    functions = {"coalesce", "strcontains", "stats", "count", "count_distinct", "max", "sum", "sortsLast", "pct", "bin"}
    words = {"filter", "fields", "parse", "sort", "limit", "kind", "and", "as", "by", "in", "asc", "desc", "mo"}
    for name, query in queries.items():
        assert query["LogGroupNames"] == [{"Ref": "LogGroup"}]
        text = query["QueryString"]
        assert 'filter kind = "secure_pause_audit" and ' in text
        made = set(re.findall(r"\bas (\w+)|\(\?<(\w+)>", text))
        made = {name for names in made for name in names}
        code = re.sub(r'^#.*$|/.*?/|"[^"]*"', "", text, flags=re.M)
        used = set(re.findall(r"@?[A-Za-z_]\w*", code))
        assert used <= fields | functions | words | made, (name, used - fields - functions - words - made)


def record(states, **ending):
    """A line of the log, as the function writes it, whose targets ended so."""
    answers = [{"status": 202, "correlationId": "c-1"}, {"status": None, "correlationId": None}]
    targets = [{"participantId": str(uuid.uuid4()), "state": state, "attempts": 2, "answers": answers} for state in states]
    line = {"kind": "secure_pause_audit", "droppedFields": 0, "targets": targets, **ending}
    return json.dumps(line, separators=(",", ":")), targets


@pytest.mark.parametrize(
    ("states", "ending"),
    [
        ([], {"errorType": "NoTarget", "errorMessage": "nobody to pause", "remedy": "none"}),
        (["verified"], {}),
        (["verified", "terminated"], {}),
        (["verified", "verified", "failed"], {"errorType": "Rejected", "errorMessage": "refused", "remedy": "ask"}),
    ],
)
def test_the_saved_queries_show_every_target_of_a_record(template, states, ending):
    line, targets = record(states, **ending)
    texts = [query["QueryString"] for query in saved_queries(template).values()]
    taken = [found for text in texts for found in re.findall(r"\| parse @message /(.*)/$", text, re.M)]
    assert len(taken) == 2
    for pattern in taken:
        (found,) = re.search(pattern.replace("(?<", "(?P<"), line).groupdict().values()
        assert json.loads(f"[{found}]") == targets


def test_no_command_or_query_picks_one_target_and_misses_another(template):
    told = {path: path.read_text() for path in [ROOT / "README.md", ROOT / "template.yaml", *(ROOT / "docs").glob("*.md")]}
    assert {path for path, text in told.items() if re.search(r"^[^#\n]*\btargets(\.|\[)\d", text, re.M)} == set()
    of_target = SCHEMA["$defs"]["target"]["properties"]
    chosen = re.findall(r"\$\.(\w+)(?:\[\*\]\.(\w+) = \"(\w+)\")?", "\n".join(re.findall(r"^records '.*'$", RUNBOOK, re.M)))
    assert ("targets", "state", "terminated") in chosen
    for field, of_its_own, wanted in chosen:
        assert field in SCHEMA["properties"]
        assert not of_its_own or wanted in of_target[of_its_own]["enum"], (field, of_its_own, wanted)


def test_the_states_of_all_targets_are_counted_by_fields_that_these_have():
    (query,) = re.findall(r"--query-string '(.*?)'", RUNBOOK, re.S)
    (whole, field, one) = re.search(r"jsonParse\(@message\) as (\w+)\s+\| unnest \1\.(\w+) into (\w+)", query).groups()
    assert (whole, SCHEMA["properties"][field]["items"]) == ("record", {"$ref": f"#/$defs/{one}"})
    used = re.findall(rf"\b{one}\.(\w+)", query)
    assert used and set(used) <= set(SCHEMA["$defs"][one]["properties"])
