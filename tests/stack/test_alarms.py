"""Alarms, dashboard and saved queries as the template has them, held to docs/operations.md and the audit record."""

import json
import re
import subprocess
import uuid

import pytest
from conftest import ROOT
from rendered import alarms, of_type, value

RUNBOOK = (ROOT / "docs" / "operations.md").read_text()
SCHEMA = json.loads((ROOT / "docs" / "audit-record.schema.json").read_text())
# CloudWatch's own bound on an alarm's description.
LONGEST_DESCRIPTION = 1024
SEVEN_DAYS = 7 * 24 * 3600
FUNCTION = [{"Name": "FunctionName", "Value": {"Ref": "FunctionName"}}]
OWN = "SecurePause"
# Over when they are over; the others count what has happened, and their end closes nothing.
TELL_THEIR_END = {
    "exposure-high", "failure-queue", "undelivered-queue", "watch-dead-letter-queue", "proof-dead-letter-queue",
    "watch-stopped", "proof-stopped", "events-old", "mode-left-on", "outcome-missing", "silence",
}  # fmt: skip
# A card may be at risk now.
PAGES = {
    "pause-failed", "errors", "outcome-missing", "undelivered-queue", "undelivered-lost", "events-dropped",
    "failure-lost", "watch-stopped", "exposed",
}  # fmt: skip
# What AWS publishes, and by which dimensions.
OF_AWS = {
    "AWS/Lambda": (
        {"Errors", "Throttles", "AsyncEventAge", "AsyncEventsDropped", "AsyncEventsReceived", "DestinationDeliveryFailures"},
        ["FunctionName"],
    ),
    "AWS/SQS": (
        {"ApproximateNumberOfMessagesVisible", "ApproximateNumberOfMessagesNotVisible", "ApproximateAgeOfOldestMessage"},
        ["QueueName"],
    ),
    "AWS/Events": (
        {"TriggeredRules", "FailedInvocations", "InvocationsSentToDlq", "InvocationsFailedToBeSentToDlq"},
        ["EventBusName", "RuleName"],
    ),
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


def dashboard(monitoring):
    """The widgets, with the names of parameters and resources in place of their values, and every alarm there can be."""
    (resource,) = of_type(monitoring, "AWS::CloudWatch::Dashboard").values()
    body, more = resource["Properties"]["DashboardBody"]["Fn::Sub"]
    names = [name.split(".")[0] for name in re.findall(r"\$\{([\w.:]+)\}", body)]
    assert set(names) - set(monitoring["Resources"]) - set(monitoring["Parameters"]) == {"AWS::Region", *more}
    for name, on_condition in more.items():
        body = body.replace(f"${{{name}}}", on_condition["Fn::If"][1]["Fn::Sub"])
    return json.loads(body.replace('"value": ${ExposureThresholdMs}', '"value": "${ExposureThresholdMs}"'))["widgets"]


def shown(monitoring):
    """Every metric of the dashboard: namespace, name and names of dimensions. A dot repeats what is above it."""
    for widget in dashboard(monitoring):
        above = []
        for row in widget["properties"].get("metrics", []):
            plain = [it for it in row if isinstance(it, str)]
            above = [above[at] if it == "." else it for at, it in enumerate(plain)]
            yield above[0], above[1], above[2::2], above[3::2]


def test_where_there_are_no_metrics_of_rules_no_alarm_waits_for_them(monitoring):
    conditions = {name: it.get("Condition") for name, it in of_type(monitoring, "AWS::CloudWatch::Alarm").items()}
    reading = {it for it in conditions if "AWS/Events" in json.dumps(monitoring["Resources"][it])}
    assert reading == {"OutcomeMissingAlarm", "UndeliveredLostAlarm", "SilenceAlarm"}
    of_proof = {it for it in conditions if conditions[it] == "Proves"}
    assert of_proof == {"ExposedAlarm", "ProofLateAlarm", "ProofStoppedAlarm", "NoPauseAlarm", "ProofDeadLetterQueueAlarm"}
    assert {it for it in conditions if conditions[it]} - of_proof == reading
    for name in reading:
        asked = monitoring["Conditions"][conditions[name]]
        there = [value(asked, monitoring, EventBusName=bus, SilenceHours="96") for bus in ("default", "partner")]
        assert there == [False, True], name


def test_each_alarm_has_its_section_in_the_runbook_and_each_section_its_alarm(monitoring):
    assert set(alarms(monitoring)) == set(sections())
    for name, alarm in alarms(monitoring).items():
        told = alarm["AlarmDescription"]["Fn::Sub"]
        assert told.endswith(f" Runbook: ${{RunbookUrl}}#{name}"), name
        assert told.startswith("[PAGE] " if name in PAGES else "[TICKET] "), name
        assert len(told.replace("${RunbookUrl}", "x" * 200)) <= LONGEST_DESCRIPTION, name
    assert PAGES < set(sections())


@pytest.mark.parametrize("name", sections())
def test_a_section_says_what_it_means_what_is_at_risk_what_to_do_first_and_when_it_is_closed(name):
    text = sections()[name]
    marks = ["**Means.**", "**At risk.**", "**First commands.**", "**Closed** when"]
    if name in PAGES:
        marks = [*marks[:2], "**The floor.**", marks[2], "**Looked up.**", "**Purged.**", marks[3], "**Signed** by"]
    assert [mark for mark in sorted(marks, key=text.find) if mark in text] == marks, "each once, in this order"
    (commands,) = re.findall(r"```sh\n(.*?)```", text, re.S)
    # A line that is indented continues the one before.
    assert 1 <= len(re.findall(r"^\S", commands, re.M)) <= 3, commands


def test_the_commands_are_those_of_any_shell_on_linux_and_macos():
    commands = "\n".join(re.findall(r"```sh\n(.*?)```", RUNBOOK, re.S))
    assert not re.findall(r"date\b[^)\n]* (?:-d|--date|-v)|sed -i|grep -P|readlink -f|\btac\b|xargs -r", commands)
    run = subprocess.run(["bash", "-n"], input=commands, text=True, capture_output=True)
    assert run.returncode == 0, run.stderr
    # All of them are of the stack that the reader names, in the time that the reader chooses.
    assert len(re.findall(r"(?<!no-)secure-pause", commands)) == commands.count("STACK=secure-pause") == 1


def test_every_alarm_tells_the_topic_and_only_what_has_an_end_tells_that_too(monitoring):
    topic = [{"Fn::If": ["CreatesTopic", {"Ref": "AlarmTopic"}, {"Ref": "AlarmTopicArn"}]}]
    for name, alarm in alarms(monitoring).items():
        assert alarm["AlarmActions"] == topic, name
        assert alarm.get("OKActions") == (topic if name in TELL_THEIR_END else None), name


def test_missing_data_is_no_alarm_but_where_absence_is_the_signal(monitoring):
    missing = {name: alarm["TreatMissingData"] for name, alarm in alarms(monitoring).items()}
    assert missing.pop("silence") == "breaching"
    assert set(missing.values()) == {"notBreaching"}


def test_an_alarm_on_a_count_rings_at_the_first_and_not_anew_at_the_next_check_of_the_watch(template, monitoring):
    between_checks = of_type(template, "AWS::SQS::Queue")["WatchQueue"]["Properties"]["VisibilityTimeout"]
    counting = {name: alarm for name, alarm in alarms(monitoring).items() if alarm.get("Statistic") == "Sum"}
    assert set(counting) == {
        "pause-failed", "failure-lost", "resume-withdrawn", "recording-terminated", "not-watched", "throttles",
        "exposed", "no-pause-on-payment-call", "client-limit", "voice-failed",
    }  # fmt: skip
    for alarm in counting.values():
        assert (alarm["Threshold"], alarm["ComparisonOperator"]) == (1, "GreaterThanOrEqualToThreshold")
        assert alarm["DatapointsToAlarm"] == 1
        assert alarm["Period"] * alarm["EvaluationPeriods"] > between_checks


def test_alarms_and_dashboard_read_metrics_that_are_written(monitoring):
    for name, alarm in alarms(monitoring).items():
        for namespace, metric, dimensions in watched(alarm):
            if namespace == OWN:
                assert metric in documented_metrics(), name
                assert dimensions == FUNCTION, name
            else:
                metrics, keys = OF_AWS[namespace]
                assert metric in metrics and [it["Name"] for it in dimensions] == keys, name
    for namespace, metric, keys, values in shown(monitoring):
        if namespace == OWN:
            assert (keys, values) == (["FunctionName"], ["${FunctionName}"]), metric
            assert metric in documented_metrics()
        else:
            assert metric in OF_AWS[namespace][0] and keys == OF_AWS[namespace][1], metric


def test_every_metric_of_the_function_is_on_the_dashboard_and_every_queue_and_alarm(template, proof, monitoring):
    own = {metric for namespace, metric, _, _ in shown(monitoring) if namespace == OWN}
    assert own == documented_metrics()
    queues = {values[0] for namespace, _, _, values in shown(monitoring) if namespace == "AWS/SQS"}
    there = of_type(template, "AWS::SQS::Queue") | of_type(proof, "AWS::SQS::Queue")
    assert queues == {f"${{{name}Name}}" for name in there}
    (status,) = [widget for widget in dashboard(monitoring) if widget["type"] == "alarm"]
    assert set(status["properties"]["alarms"]) == {f"${{{it}.Arn}}" for it in of_type(monitoring, "AWS::CloudWatch::Alarm")}


def test_the_dashboard_says_what_good_looks_like_and_shows_the_last_failures(monitoring):
    (text,) = [it["properties"]["markdown"] for it in dashboard(monitoring) if it["type"] == "text"]
    assert "What good looks like" in text and "${RunbookUrl}" in text
    named = set(re.findall(r"`([A-Z]\w+)`", text))
    assert named <= documented_metrics() | {f"{it}Queue" for it in ("Failure", "Undelivered", "WatchDeadLetter", "Watch")}
    (log,) = [it["properties"] for it in dashboard(monitoring) if it["type"] == "log"]
    assert log["query"].startswith("SOURCE '${LogGroupName}' | filter kind = \"secure_pause_audit\" and ispresent(errorType)")
    assert log["query"].endswith("| limit 20")
    assert set(re.search(r"\| fields ([^|]+) \|", log["query"])[1].split(", ")) <= set(SCHEMA["properties"]) | {"@timestamp"}
    cells = [(w["x"] + x, w["y"] + y) for w in dashboard(monitoring) for x in range(w["width"]) for y in range(w["height"])]
    assert len(cells) == len(set(cells)), "nothing lies on another widget"


def test_there_is_an_alarm_on_every_queue_in_which_nothing_should_lie_or_not_for_long(monitoring):
    depths = {name: alarm for name, alarm in alarms(monitoring).items() if alarm.get("Namespace") == "AWS/SQS"}
    told = {name: (it["MetricName"], it["Dimensions"][0]["Value"]["Ref"], it["Threshold"]) for name, it in depths.items()}
    visible = "ApproximateNumberOfMessagesVisible"
    assert told == {
        "undelivered-queue": (visible, "UndeliveredQueueName", 1),
        "watch-dead-letter-queue": (visible, "WatchDeadLetterQueueName", 1),
        "proof-dead-letter-queue": (visible, "ProofDeadLetterQueueName", 1),
        # What is in there has rung already: only what is forgotten rings again.
        "failure-queue": ("ApproximateAgeOfOldestMessage", "FailureQueueName", 24 * 3600),
        # The last look is two days after the call.
        "proof-stopped": ("ApproximateAgeOfOldestMessage", "ProofQueueName", 60 * 3600),
    }
    assert all(it["Statistic"] == "Maximum" for it in depths.values())


def test_the_thresholds_follow_the_parameters(template, monitoring):
    exposure, silence = alarms(monitoring)["exposure-high"], alarms(monitoring)["silence"]
    assert exposure["Threshold"] == {"Ref": "ExposureThresholdMs"}
    assert (exposure["MetricName"], exposure["ExtendedStatistic"]) == ("ExposureMs", "p99")
    assert (exposure["DatapointsToAlarm"], exposure["EvaluationPeriods"]) == (3, 4)
    assert silence["EvaluationPeriods"] == {"Ref": "SilenceHours"}
    hours = template["Parameters"]["SilenceHours"]
    (period,) = {it["MetricStat"]["Period"] for it in silence["Metrics"] if "MetricStat" in it}
    assert hours["MaxValue"] * period == SEVEN_DAYS, "no further back does CloudWatch look"
    defaults = {name: template["Parameters"][name]["Default"] for name in ("ExposureThresholdMs", "SilenceHours")}
    assert defaults == {"ExposureThresholdMs": 5000, "SilenceHours": 96}
    assert "> 30000" in json.dumps(alarms(monitoring)["events-old"]), "what counts as fresh, docs/design.md"


def test_what_a_nested_template_takes_is_handed_in(template, proof, monitoring):
    for name, taken, given in (("MonitoringStack", monitoring, {"Monitoring": "false"}), ("ProofStack", proof, {"Proof": "pauses"})):
        nested = template["Resources"][name]
        assert set(nested["Properties"]["Parameters"]) == set(taken["Parameters"])
        asked = template["Conditions"][nested["Condition"]]
        assert value(asked, template, **given) is not value(asked, template)


def test_the_alarms_that_read_rules_read_those_of_every_trigger(template, monitoring):
    rules = {rule["Properties"]["Name"]["Fn::Sub"] for rule in of_type(template, "AWS::Events::Rule").values()}
    handed = template["Resources"]["MonitoringStack"]["Properties"]["Parameters"]
    for name in ("outcome-missing", "silence", "undelivered-lost"):
        read = [it["Value"]["Ref"] for *_, dimensions in watched(alarms(monitoring)[name]) for it in dimensions if it["Name"] == "RuleName"]
        told = {handed[it]["Fn::Sub"] for it in read}
        # The rule of the watch invokes nothing: its events are those of the other.
        assert told == rules - ({"${AWS::StackName}-watch"} if name != "undelivered-lost" else set()), name


def test_silence_is_watched_for_and_mail_sent_only_where_it_is_asked_for(monitoring):
    (mail,) = of_type(monitoring, "AWS::SNS::Subscription").values()
    mails, silence = (monitoring["Conditions"][it] for it in (mail["Condition"], "WatchesSilence"))
    own = {"AlarmTopicArn": "", "AlarmEmail": ""}
    others = {"AlarmTopicArn": "arn:aws:sns:us-east-1:123456789012:on-call", "AlarmEmail": ""}
    given = [own, own | {"AlarmEmail": "a@example.com"}, others, others | {"AlarmEmail": "a@example.com"}]
    assert [value(mails, monitoring, **it) for it in given] == [False, True, False, False]
    assert [value(silence, monitoring, EventBusName="b", SilenceHours=it) for it in ("0", "96")] == [False, True]


def test_what_only_alarms_use_publishes_no_version_of_the_function(template):
    (version,) = of_type(template, "AWS::Lambda::Version").values()
    told = json.dumps(version["Properties"]["Description"])
    names = ("AlarmEmail", "AlarmTopicArn", "RunbookUrl", "ExposureThresholdMs", "SilenceHours", "Monitoring")
    assert not [name for name in names if name in told]


def test_only_alarms_of_this_account_publish_and_use_the_key(monitoring):
    made = ("AWS::SNS::Topic", "AWS::SNS::TopicPolicy", "AWS::KMS::Key")
    assert {it["Condition"] for kind in made for it in of_type(monitoring, kind).values()} == {"CreatesTopic"}
    (topic,) = of_type(monitoring, "AWS::SNS::Topic").values()
    assert topic["Properties"]["KmsMasterKeyId"] == {"Fn::GetAtt": ["AlarmKey", "Arn"]}
    (key,) = of_type(monitoring, "AWS::KMS::Key").values()
    assert key["Properties"]["EnableKeyRotation"] is True
    this_account = {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}
    administer, use = key["Properties"]["KeyPolicy"]["Statement"]
    assert administer["Principal"] == {"AWS": {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}}
    assert use["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    assert use["Action"] == ["kms:Decrypt", "kms:GenerateDataKey*"]
    assert use["Condition"] == {"StringEquals": this_account}
    (policy,) = of_type(monitoring, "AWS::SNS::TopicPolicy").values()
    assert policy["Properties"]["Topics"] == [{"Ref": "AlarmTopic"}]
    publish, deny = policy["Properties"]["PolicyDocument"]["Statement"]
    assert (publish["Effect"], publish["Action"]) == ("Allow", "sns:Publish")
    assert publish["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    alarm = {"Fn::Sub": "arn:${AWS::Partition}:cloudwatch:${AWS::Region}:${AWS::AccountId}:alarm:*"}
    assert publish["Condition"] == {"StringEquals": this_account, "ArnLike": {"aws:SourceArn": alarm}}
    assert (deny["Effect"], deny["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})


def saved_queries(monitoring):
    """The saved queries by their names, with their texts as CloudFormation fills them in."""
    saved = [resource["Properties"] for resource in of_type(monitoring, "AWS::Logs::QueryDefinition").values()]
    texts = [query["QueryString"] for query in saved]
    texts = [it if isinstance(it, str) else it["Fn::Sub"].replace("${ExposureThresholdMs}", "5000") for it in texts]
    return {query["Name"]["Fn::Sub"]: query | {"QueryString": text} for query, text in zip(saved, texts)}


def test_the_saved_queries_read_the_audit_records_of_this_stack_and_fields_that_these_have(monitoring):
    fields = set(SCHEMA["properties"]) | {"@timestamp", "@message"}
    queries = saved_queries(monitoring)
    told = [name.removeprefix("${Prefix}/") for name in queries]
    assert told == [row for row in re.findall(r"^\| ([a-z ]+) \| ", RUNBOOK, re.M) if row in told] and len(told) == 4
    functions = {"coalesce", "ispresent", "strcontains", "stats", "count", "count_distinct", "max", "sum", "sortsLast", "pct", "bin"}
    words = {"filter", "fields", "parse", "sort", "limit", "kind", "and", "or", "as", "by", "in", "asc", "desc", "mo"}
    for name, query in queries.items():
        assert query["LogGroupNames"] == [{"Ref": "LogGroupName"}]
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
def test_the_saved_queries_show_every_target_of_a_record(monitoring, states, ending):
    line, targets = record(states, **ending)
    texts = [query["QueryString"] for query in saved_queries(monitoring).values()]
    taken = [found for text in texts for found in re.findall(r"\| parse @message /(.*)/$", text, re.M)]
    assert len(taken) == 2
    for pattern in taken:
        (found,) = re.search(pattern.replace("(?<", "(?P<"), line).groupdict().values()
        assert json.loads(f"[{found}]") == targets


def test_no_command_or_query_picks_one_target_and_misses_another():
    told = {path: path.read_text() for path in [ROOT / "README.md", *ROOT.glob("*.yaml"), *(ROOT / "docs").glob("*.md")]}
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
