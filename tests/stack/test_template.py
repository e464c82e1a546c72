"""What the template says, rendered as SAM renders it, without a stack."""

import json
import re

import pytest
from conftest import ORGANIZATION, ROOT
from rendered import of_type, value

GLIBC_OF_AMAZON_LINUX_2023 = (2, 34)
FOURTEEN_DAYS = 14 * 24 * 3600
# The most a version's description may have.
DESCRIPTION = 256
PILOTS = [f"{number}a9d7f2b-1111-4222-8333-0c6a1c625f1e" for number in (1, 2, 3)]


def arn_of(name):
    return {"Fn::GetAtt": [name, "Arn"]}


def alias_of(template):
    (alias,) = of_type(template, "AWS::Lambda::Alias")
    return {"Ref": alias}


def statements_of(role):
    assert set(role["Properties"]) <= {"AssumeRolePolicyDocument", "Description", "PermissionsBoundary", "Policies"}
    may = {}
    for policy in role["Properties"]["Policies"]:
        for statement in chosen(policy, "InNetwork")["PolicyDocument"]["Statement"]:
            statement = chosen(statement, "HasKey", "HasRecordingsSecret")
            assert statement["Sid"] not in may
            may[statement["Sid"]] = (statement["Effect"], statement["Action"], statement["Resource"])
    return may


def chosen(node, *conditions):
    """What is there on one of these conditions, or always."""
    if "Fn::If" not in node:
        return node
    condition, node, otherwise = node["Fn::If"]
    assert condition in conditions and otherwise == {"Ref": "AWS::NoValue"}
    return node


def test_the_role_may_do_this_and_nothing_else(template):
    secret = {"Fn::If": ["CreatesSecret", {"Ref": "Secret"}, {"Ref": "SecretArn"}]}
    roles = of_type(template, "AWS::IAM::Role")
    assert set(roles) == {"Role", "GenesysRole"}, "one role of the function, one of Genesys"
    (trust,) = roles["Role"]["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "lambda.amazonaws.com"}
    interfaces = ["CreateNetworkInterface", "DescribeNetworkInterfaces", "DescribeSubnets", "DeleteNetworkInterface"]
    interfaces += ["AssignPrivateIpAddresses", "UnassignPrivateIpAddresses"]
    assert statements_of(roles["Role"]) == {
        "ReadThisSecret": ("Allow", "secretsmanager:GetSecretValue", secret),
        "DecryptThisSecret": ("Allow", "kms:Decrypt", {"Ref": "KmsKeyArn"}),
        "ReadTheSecretOfProof": ("Allow", "secretsmanager:GetSecretValue", {"Ref": "RecordingsSecretArn"}),
        "KeepWhatFailed": ("Allow", "sqs:SendMessage", arn_of("FailureQueue")),
        "HaveAPauseFollowed": (
            "Allow",
            ["sqs:SendMessage", "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
            arn_of("WatchQueue"),
        ),
        "WriteItsOwnLog": (
            "Allow",
            ["logs:CreateLogStream", "logs:PutLogEvents"],
            arn_of("LogGroup"),
        ),
        # X-Ray knows no resources.
        "SendTraces": ("Allow", ["xray:PutTraceSegments", "xray:PutTelemetryRecords"], "*"),
        # In a network of the owner's only, and for Lambda itself: what the code asks for is denied.
        "LambdaMakesInterfaces": ("Allow", [f"ec2:{action}" for action in interfaces], "*"),
        "TheCodeMakesNone": ("Deny", "ec2:*", "*"),
    }


def test_proof_adds_the_right_to_read_its_queue(template, proof):
    (policy,) = of_type(proof, "AWS::IAM::Policy").values()
    assert policy["Properties"]["Roles"] == [{"Ref": "RoleName"}]
    handed = template["Resources"]["ProofStack"]["Properties"]["Parameters"]
    assert (handed["RoleName"], handed["AliasArn"]) == ({"Ref": "Role"}, alias_of(template))
    (may,) = policy["Properties"]["PolicyDocument"]["Statement"]
    actions = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
    assert (may["Effect"], may["Action"], may["Resource"]) == ("Allow", actions, arn_of("ProofQueue"))
    assert proof["Resources"]["ProofMapping"]["DependsOn"] == "ProofPolicy"
    assert not of_type(proof, "AWS::IAM::Role")


def test_the_code_itself_has_no_right_in_the_network(template):
    policies = of_type(template, "AWS::IAM::Role")["Role"]["Properties"]["Policies"]
    (network,) = [policy["Fn::If"][1] for policy in policies if "Fn::If" in policy]
    (deny,) = [it for it in network["PolicyDocument"]["Statement"] if it["Effect"] == "Deny"]
    of_code = {"Fn::Sub": "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:*"}
    assert deny["Condition"] == {"ArnLike": {"lambda:SourceFunctionArn": of_code}}


def test_the_function_is_in_the_network_that_is_named_whole_or_in_none(template):
    function = of_type(template, "AWS::Lambda::Function")["Function"]["Properties"]
    condition, network, otherwise = function["VpcConfig"]["Fn::If"]
    assert otherwise == {"Ref": "AWS::NoValue"}
    given = {"SubnetIds": "subnet-0123456789abcdef0,subnet-0123456789abcdef1", "SecurityGroupIds": "sg-0123456789abcdef0"}
    told = {name: value(node, template, **given) for name, node in network.items()}
    assert told == {name: ids.split(",") for name, ids in given.items()}
    asked = template["Conditions"][condition]
    assert [value(asked, template, **it) for it in ({}, given)] == [False, True]
    for half in given:
        assert refusals(template, **{half: given[half]}) == ["SubnetIds and SecurityGroupIds go together - set both, or neither."]
    assert refusals(template, **given) == refusals(template) == []


def test_every_role_is_within_the_boundary_that_is_named(template):
    for role in of_type(template, "AWS::IAM::Role").values():
        boundary = role["Properties"]["PermissionsBoundary"]
        assert boundary == {"Fn::If": ["IsBounded", {"Ref": "PermissionsBoundary"}, {"Ref": "AWS::NoValue"}]}
    asked = template["Conditions"]["IsBounded"]
    assert [value(asked, template, PermissionsBoundary=it) for it in ("", "arn:aws:iam::aws:policy/x")] == [False, True]


@pytest.mark.parametrize(
    ("region", "partition", "organization", "account"),
    [
        ("mypurecloud.ie", "aws", "", None),
        ("mypurecloud.ie", "aws", ORGANIZATION, "765628985471"),
        ("use2.us-gov-pure.cloud", "aws", ORGANIZATION, "325654371633"),
        # Roles are not assumed across partitions, and in another one the same number may be somebody else's.
        ("use2.us-gov-pure.cloud", "aws-us-gov", ORGANIZATION, None),
    ],
)
def test_genesys_may_invoke_the_alias_and_nothing_else_and_only_for_the_organization_that_is_named(
    template, region, partition, organization, account
):
    role = of_type(template, "AWS::IAM::Role")["GenesysRole"]
    assert statements_of(role) == {"InvokeTheAlias": ("Allow", "lambda:InvokeFunction", alias_of(template))}
    (trust,) = role["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    assert (trust["Effect"], trust["Action"]) == ("Allow", "sts:AssumeRole")
    assert trust["Condition"] == {"StringEquals": {"sts:ExternalId": {"Ref": "GenesysOrganizationId"}}}
    assert template["Outputs"]["GenesysRoleArn"]["Condition"] == role["Condition"]
    given = {"GenesysRegion": region, "GenesysOrganizationId": organization, "AWS::Partition": partition}
    assert value(template["Conditions"][role["Condition"]], template, **given) is bool(account)
    if account:
        assert value(trust["Principal"], template, **given) == {"AWS": f"arn:aws:iam::{account}:root"}


def refusals(template, **given):
    """What the rules of the template say to these parameters."""
    refused = []
    for rule in template["Rules"].values():
        if value(rule.get("RuleCondition", True), template, **given):
            refused += [a["AssertDescription"] for a in rule["Assertions"] if not value(a["Assert"], template, **given)]
    return refused


def test_the_mail_goes_to_the_stacks_own_topic_only(template):
    mail, topic = {"AlarmEmail": "a@example.com"}, {"AlarmTopicArn": "arn:aws:sns:us-east-1:123456789012:on-call"}
    assert [len(refusals(template, **it)) for it in ({}, mail, topic, mail | topic)] == [0, 0, 0, 1]


@pytest.mark.parametrize(
    ("organization", "prefix"),
    [("", "aws.partner/genesys.com/cloud/"), (ORGANIZATION, f"aws.partner/genesys.com/cloud/{ORGANIZATION}")],
)
def test_events_are_those_of_the_organization_that_is_named(template, proof, organization, prefix):
    variables = of_type(template, "AWS::Lambda::Function")["Function"]["Properties"]["Environment"]["Variables"]
    rules = [*of_type(template, "AWS::Events::Rule").values(), *of_type(proof, "AWS::Events::Rule").values()]
    sources = [rule["Properties"]["EventPattern"]["source"] for rule in rules]
    assert len(sources) == 4
    handed = template["Resources"]["ProofStack"]["Properties"]["Parameters"]
    assert handed["GenesysOrganizationId"] == {"Ref": "GenesysOrganizationId"}
    for expression in [variables["EVENT_SOURCE_PREFIX"], *(source[0]["prefix"] for source in sources)]:
        assert value(expression, template, GenesysOrganizationId=organization) == prefix


def test_every_queue_is_encrypted_by_sqs_keeps_fourteen_days_and_refuses_plain_http(template, proof):
    queues, policies = (of_type(template, kind) | of_type(proof, kind) for kind in ("AWS::SQS::Queue", "AWS::SQS::QueuePolicy"))
    kept = {"UndeliveredQueue", "FailureQueue", "WatchDeadLetterQueue", "ProofDeadLetterQueue"}
    assert set(queues) == {"WatchQueue", "ProofQueue"} | kept
    senders = {
        "UndeliveredQueue": {"TheRulesMaySend": [arn_of("Rule"), arn_of("WatchRule")]},
        "WatchQueue": {"TheRuleMaySend": arn_of("WatchRule")},
        "ProofQueue": {"TheRuleMaySend": arn_of("ProofRule")},
        "ProofDeadLetterQueue": {"TheRuleMaySend": arn_of("ProofRule")},
    }
    for name, queue in queues.items():
        kept = {"SqsManagedSseEnabled": True, "MessageRetentionPeriod": FOURTEEN_DAYS}
        assert kept.items() <= queue["Properties"].items()
        assert name in ("WatchQueue", "ProofQueue") or queue["Properties"] == kept
        # A queue has one policy: of two the last one would hold.
        (policy,) = [p for p in policies.values() if {"Ref": name} in p["Properties"]["Queues"]]
        its_own = arn_of(name) if len(policy["Properties"]["Queues"]) == 1 else "*"
        stated = [chosen(s, "TakesEvents") for s in policy["Properties"]["PolicyDocument"]["Statement"]]
        statements = {s["Sid"]: s for s in stated}
        assert statements.pop("NoPlainHttp") == {
            "Sid": "NoPlainHttp",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "sqs:*",
            "Resource": its_own,
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
        assert statements == {
            sid: {
                "Sid": sid,
                "Effect": "Allow",
                "Principal": {"Service": "events.amazonaws.com"},
                "Action": "sqs:SendMessage",
                "Resource": arn_of(name),
                "Condition": {"ArnEquals": {"aws:SourceArn": rules}},
            }
            for sid, rules in senders.get(name, {}).items()
        }, name


def test_the_watch_waits_checks_again_and_gives_up_into_its_dead_letter_queue(template):
    queue = of_type(template, "AWS::SQS::Queue")["WatchQueue"]["Properties"]
    redrive = queue["RedrivePolicy"]
    assert redrive["deadLetterTargetArn"] == arn_of("WatchDeadLetterQueue")
    assert (queue["DelaySeconds"], queue["VisibilityTimeout"], redrive["maxReceiveCount"]) == (15, 60, 130)
    function = of_type(template, "AWS::Lambda::Function")["Function"]["Properties"]
    assert queue["VisibilityTimeout"] >= function["Timeout"], "Lambda refuses the mapping otherwise"
    timing = (ROOT / "src" / "config" / "timing.rs").read_text()
    lag = int(re.search(r"let lag = Duration::from_secs\((\d+)\)", timing)[1])
    unchecked = int(re.search(r"unchecked: Duration::from_millis\((\d+)\)", timing)[1]) / 1000
    assert queue["DelaySeconds"] - lag > unchecked, "the first check reads every pause that relies on it"
    longest = queue["DelaySeconds"] + redrive["maxReceiveCount"] * queue["VisibilityTimeout"]
    assert 2 * 3600 < longest < queue["MessageRetentionPeriod"], "no message is lost before it is given up"


def test_the_alias_checks_one_message_at_a_time_and_reports_what_is_not_over(template, proof):
    mappings = of_type(template, "AWS::Lambda::EventSourceMapping") | of_type(proof, "AWS::Lambda::EventSourceMapping")
    alias, handed = alias_of(template), {"Ref": "AliasArn"}
    for name, queue, most, invoked in (("WatchMapping", "WatchQueue", 5, alias), ("ProofMapping", "ProofQueue", 2, handed)):
        assert mappings.pop(name)["Properties"] == {
            "EventSourceArn": arn_of(queue),
            "FunctionName": invoked,
            "BatchSize": 1,
            "FunctionResponseTypes": ["ReportBatchItemFailures"],
            "ScalingConfig": {"MaximumConcurrency": most},
        }
    assert not mappings


def test_a_call_is_looked_at_as_often_as_the_function_counts_on(template, proof):
    function = of_type(template, "AWS::Lambda::Function")["Function"]["Properties"]
    queue = of_type(proof, "AWS::SQS::Queue")["ProofQueue"]["Properties"]
    assert queue["VisibilityTimeout"] >= function["Timeout"], "Lambda refuses the mapping otherwise"
    source = (ROOT / "src" / "decide" / "proof.rs").read_text()
    assert f"{queue['VisibilityTimeout']:,} s" in source
    redrive = queue["RedrivePolicy"]
    assert redrive["deadLetterTargetArn"] == arn_of("ProofDeadLetterQueue")
    assert (queue["DelaySeconds"], redrive["maxReceiveCount"]) == (15 * 60, 35)
    looked_at = queue["DelaySeconds"] + redrive["maxReceiveCount"] * queue["VisibilityTimeout"]
    assert 49 * 3600 < looked_at < queue["MessageRetentionPeriod"], "the last look is made, and no message is lost before"


@pytest.mark.parametrize(
    ("after", "source", "topic", "only"),
    [
        ("pauses", "secure_pause", "secure_pause", {"$or": [
            {"eventBody": {"eventType": [{"equals-ignore-case": "secure_pause_ended"}]}},
            {"topicName": [{"suffix": {"equals-ignore-case": "secure_pause_ended"}}]},
        ]}),
        ("all-calls", "customer.end", "customer.end", {"eventBody": {"mediaType": ["VOICE"]}}),
    ],
)
def test_proof_gets_the_id_and_the_time_of_a_call_and_no_more(template, proof, after, source, topic, only):
    rule = of_type(proof, "AWS::Events::Rule")["ProofRule"]
    asked = template["Conditions"][template["Resources"]["ProofStack"]["Condition"]]
    assert [value(asked, template, Proof=it) for it in ("off", after)] == [False, True]
    assert template["Parameters"]["Proof"]["Default"] == "off"
    pattern = rule["Properties"]["EventPattern"]
    (prefix,) = (value(it["prefix"], proof, Proof=after) for it in pattern["detail-type"])
    assert prefix == f"v2.detail.events.conversation.{{id}}.{topic}"
    assert value(pattern["detail"], proof, Proof=after) == only
    (target,) = rule["Properties"]["Targets"]
    paths = {"conversation": "$.detail.eventBody.conversationId", "at": "$.detail.eventBody.eventTime"}
    assert target["InputTransformer"]["InputPathsMap"] == paths
    message = json.loads(value(target["InputTransformer"]["InputTemplate"], proof, Proof=after))
    assert message == {"proof": {"conversationId": "<conversation>", "at": "<at>", "source": source}}
    assert (target["Arn"], target["DeadLetterConfig"]["Arn"]) == (arn_of("ProofQueue"), arn_of("ProofDeadLetterQueue"))
    handed = template["Resources"]["ProofStack"]["Properties"]["Parameters"]
    assert handed["EventBusName"] == of_type(template, "AWS::Events::Rule")["Rule"]["Properties"]["EventBusName"]


def test_proof_of_pauses_is_refused_where_no_event_of_them_is_taken(template):
    given = [{"Trigger": trigger, "Proof": after} for trigger in ("snapshots", "both") for after in ("pauses", "all-calls")]
    assert [len(refusals(template, **it)) for it in given] == [1, 0, 0, 0]


SNAPSHOT_TOPICS = {f"v2.{of}.{{id}}.conversations{end}" for of in ("users", "routing.queues") for end in ("", ".calls")}


def test_of_a_snapshot_the_function_gets_the_id_the_time_and_the_events_id_and_nobody_the_rest(template):
    rule = of_type(template, "AWS::Events::Rule")["SnapshotRule"]["Properties"]
    assert set(rule["EventPattern"]["detail-type"]) == SNAPSHOT_TOPICS
    (target,) = rule["Targets"]
    # EventBridge would put the whole event into a dead-letter queue.
    assert set(target) == {"Id", "Arn", "InputTransformer", "RetryPolicy"}
    assert target["Arn"] == alias_of(template)
    paths = {"conversation": "$.detail.eventBody.id", "at": "$.detail.timestamp", "event": "$.id"}
    assert target["InputTransformer"]["InputPathsMap"] == paths
    told = json.loads(target["InputTransformer"]["InputTemplate"])
    assert told == {"snapshot": {"conversationId": "<conversation>", "at": "<at>", "eventId": "<event>"}}
    files = [json.loads(path.read_text()) for path in (ROOT / "events" / "snapshot").glob("*.json")]
    assert files and all(set(it["snapshot"]) == set(told["snapshot"]) and set(it) == set(told) for it in files)
    of_events = of_type(template, "AWS::Events::Rule")["Rule"]["Properties"]["Targets"][0]
    assert target["RetryPolicy"] == of_events["RetryPolicy"], "a pause that late could surprise"


@pytest.mark.parametrize(
    ("trigger", "rules"),
    [
        ("secure-pause", {"Rule", "WatchRule"}),
        ("snapshots", {"SnapshotRule"}),
        ("both", {"Rule", "WatchRule", "SnapshotRule"}),
    ],
)
def test_the_trigger_says_which_rules_there_are_and_each_may_invoke_the_alias(template, trigger, rules):
    def there(resource):
        return value(template["Conditions"][resource["Condition"]], template, Trigger=trigger)

    assert template["Parameters"]["Trigger"]["Default"] == "secure-pause"
    assert {name for name, it in of_type(template, "AWS::Events::Rule").items() if there(it)} == rules
    permissions = [it["Properties"] for it in of_type(template, "AWS::Lambda::Permission").values() if there(it)]
    invoking = [it for it in rules if it != "WatchRule"]
    assert sorted(it["SourceArn"]["Fn::GetAtt"][0] for it in permissions) == sorted(invoking)
    for permission in permissions:
        assert permission["FunctionName"] == alias_of(template)
        assert (permission["Principal"], permission["Action"]) == ("events.amazonaws.com", "lambda:InvokeFunction")


def test_the_function_is_what_the_readme_says(template):
    function = of_type(template, "AWS::Lambda::Function")["Function"]["Properties"]
    assert (function["Runtime"], function["MemorySize"], function["Timeout"]) == ("provided.al2023", 256, 30)
    assert function["TracingConfig"] == {"Mode": "Active"}
    logging = function["LoggingConfig"]
    assert (logging["LogFormat"], logging["LogGroup"]) == ("JSON", {"Ref": "LogGroup"})
    assert logging["ApplicationLogLevel"] == {"Ref": "LogLevel"} and template["Parameters"]["LogLevel"]["Default"] == "INFO"


def test_a_version_is_published_for_every_setting_that_changes(template):
    (version,) = of_type(template, "AWS::Lambda::Version").values()
    told = set(re.findall(r'{"Ref": "(\w+)"}', json.dumps(version["Properties"]["Description"])))
    function = of_type(template, "AWS::Lambda::Function")["Function"]["Properties"]
    settings = [function[name] for name in ("Environment", "LoggingConfig", "VpcConfig")]
    used = set(re.findall(r'{"Ref": "(\w+)"}|\$\{(\w+)\}', json.dumps(settings)))
    parameters = {name for names in used for name in names} & set(template["Parameters"])
    assert {"Mode", "GenesysOrganizationId", "SubnetIds", "SecurityGroupIds"} < parameters
    assert parameters <= told


def test_whoever_answers_nothing_but_bus_and_region_gets_a_stack_that_only_watches_and_tells(template):
    defaults = {name: it.get("Default") for name, it in template["Parameters"].items()}
    assert {name for name, default in defaults.items() if default is None} == {"EventBusName", "GenesysRegion"}
    assert (defaults["Mode"], defaults["CreateEventBus"], defaults["Monitoring"]) == ("observe", "true", "true")
    # The variable of the function has a default of its own, `act`, which the stack never leaves to it.
    variables = of_type(template, "AWS::Lambda::Function")["Function"]["Properties"]["Environment"]["Variables"]
    assert variables["MODE"] == {"Ref": "Mode"}
    creates = template["Conditions"][of_type(template, "AWS::Events::EventBus")["EventBus"]["Condition"]]
    assert [value(creates, template, EventBusName=bus) for bus in ("aws.partner/genesys.com/cloud/o/s", "default")] == [True, False]


OWN = "arn:aws:secretsmanager:us-east-2:123456789012:secret:Secret-0123456789ab-AbC123"
CREATED = {"Secret": OWN}


@pytest.mark.parametrize(
    "given",
    [
        {"GenesysRegion": "mypurecloud.com"},
        {
            "Mode": "pause-only",
            "PauseScope": "all-agents",
            "GenesysRegion": "use2.us-gov-pure.cloud",
            "GenesysOrganizationId": ORGANIZATION,
            "SecretArn": "arn:aws:secretsmanager:us-east-2:123456789012:secret:contact-center/genesys/oauth-AbC123",
            "NotRecordedStatus": "406,409,422",
            "RequireVerified": "true",
            "ResumeDelaySeconds": "15",
            "ActFor": ",".join([ORGANIZATION, *PILOTS]),
            "SubnetIds": ",".join(f"subnet-0123456789abcdef{number}" for number in range(3)),
            "SecurityGroupIds": "sg-0123456789abcdef0",
        },
        {
            "Mode": "pause-only",
            "ScreenRecordingPath": "/api/v3/{conversationId}/participants/{participantId}/screen-recordings/{action}",
            "GenesysOrganizationId": ORGANIZATION,
            "ActFor": ORGANIZATION,
            "SubnetIds": "subnet-0123456789abcdef0,subnet-0123456789abcdef1",
            "SecurityGroupIds": "sg-0123456789abcdef0",
        },
    ],
)
def test_the_description_of_a_version_is_not_too_long_and_tells_every_setting(template, given):
    (version,) = of_type(template, "AWS::Lambda::Version").values()
    told = value(version["Properties"]["Description"], template, **CREATED, **given)
    assert len(told) <= DESCRIPTION
    for name, setting in given.items():
        short = setting.split(":")[-1].replace("{action}", "=")
        short = short.replace("{conversationId}", "*").replace("{participantId}", "%")
        short = short.replace("subnet-", "").replace("sg-", "")
        shown = [it.split("-")[0] for it in short.split(",")] if name in ("ActFor", "GenesysOrganizationId") else [short]
        assert set(shown) <= set(told.split(" ")), name
    others = {
        "LogLevel": "DEBUG",
        "ExtraCaBundle": "/var/task/ca.pem",
        # The order matters, too, and the last of them; spaces do not.
        "ActFor": ", ".join([*PILOTS, ORGANIZATION]),
    }
    for name, setting in others.items():
        assert value(version["Properties"]["Description"], template, **CREATED, **(given | {name: setting})) != told


def test_the_stacks_own_secret_named_as_a_parameter_is_the_same_setting(template):
    """Lambda refuses a version that differs by its description alone, and the deployment would fail."""
    (version,) = of_type(template, "AWS::Lambda::Version").values()
    function = of_type(template, "AWS::Lambda::Function")["Function"]["Properties"]
    for expression in (version["Properties"]["Description"], function["Environment"]["Variables"]["GENESYS_SECRET_ID"]):
        told = [value(expression, template, **CREATED, GenesysRegion="mypurecloud.ie", SecretArn=it) for it in ("", OWN)]
        assert told[0] == told[1]
    (secret,) = of_type(template, "AWS::SecretsManager::Secret").values()
    assert secret["DeletionPolicy"] == "RetainExceptOnCreate", "it is no longer the stack's then, and stays"


def test_the_rules_match_the_literal_topic_and_target_the_alias_and_the_watch(template):
    rules = of_type(template, "AWS::Events::Rule")
    snapshots = rules.pop("SnapshotRule")["Properties"]
    assert snapshots["EventBusName"] == rules["Rule"]["Properties"]["EventBusName"]
    assert set(rules) == {"Rule", "WatchRule"}
    alias = alias_of(template)
    targets = {"Rule": alias, "WatchRule": arn_of("WatchQueue")}
    nested = template["Resources"]["MonitoringStack"]["Properties"]["Parameters"]
    assert rules["Rule"]["Properties"]["Name"] == nested["RuleName"], "metrics are by the rule's name"
    assert rules["WatchRule"]["Properties"]["Name"] == nested["WatchRuleName"]
    assert snapshots["Name"] == nested["SnapshotRuleName"]
    for name, rule in rules.items():
        pattern, (target,) = rule["Properties"]["EventPattern"], rule["Properties"]["Targets"]
        assert pattern == {
            "detail-type": [{"prefix": "v2.detail.events.conversation.{id}.secure_pause"}],
            "source": [{"prefix": {"Fn::Sub": "aws.partner/genesys.com/cloud/${GenesysOrganizationId}"}}],
        }
        assert rule["Properties"]["EventBusName"] == rules["Rule"]["Properties"]["EventBusName"]
        # Nothing that would change the event: the message is the event itself.
        assert set(target) == {"Id", "Arn", "RetryPolicy", "DeadLetterConfig"}
        assert target["Arn"] == targets[name]
        assert target["DeadLetterConfig"] == {"Arn": arn_of("UndeliveredQueue")}
    (pausing,) = rules["Rule"]["Properties"]["Targets"]
    assert pausing["RetryPolicy"]["MaximumEventAgeInSeconds"] <= 600, "a pause that late could surprise"


def test_what_must_outlive_the_stack_is_retained_and_the_log_is_kept_a_year(template):
    for kind in ("AWS::SecretsManager::Secret", "AWS::Logs::LogGroup", "AWS::Events::EventBus"):
        (resource,) = of_type(template, kind).values()
        kept = (resource["DeletionPolicy"], resource["UpdateReplacePolicy"])
        assert kept == ("RetainExceptOnCreate", "Retain")
    (log_group,) = of_type(template, "AWS::Logs::LogGroup").values()
    key = {"Fn::If": ["HasLogKey", {"Ref": "LogKmsKeyArn"}, {"Ref": "AWS::NoValue"}]}
    assert log_group["Properties"] == {"RetentionInDays": {"Ref": "LogRetentionDays"}, "KmsKeyId": key}
    days = template["Parameters"]["LogRetentionDays"]
    assert days["Default"] == 400 and min(days["AllowedValues"]) >= 365
    (secret,) = of_type(template, "AWS::SecretsManager::Secret").values()
    assert not {"SecretString", "GenerateSecretString"} & set(secret["Properties"]), "no value in the template"


# For local runs, and a namespace of one's own, by hand.
NO_PARAMETER = {"GENESYS_API_URL", "GENESYS_LOGIN_URL", "METRICS_NAMESPACE"}


def test_every_setting_of_the_function_is_in_the_template_and_every_parameter_described(template):
    config = (ROOT / "src" / "config" / "mod.rs").read_text()
    # Each name is written where it is read, and nowhere else.
    settings = set(re.findall(r'\bread\s*\.(?:or|optional|required)\(\s*"([A-Z_]+)"', config))
    variables = of_type(template, "AWS::Lambda::Function")["Function"]["Properties"]["Environment"]["Variables"]
    assert {"GENESYS_SECRET_ID", "MODE", "ACT_FOR"} | NO_PARAMETER <= settings
    assert settings - NO_PARAMETER == set(variables)
    grouped = [name for group in template["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"] for name in group["Parameters"]]
    assert grouped == list(template["Parameters"]), "asked in the order of the groups"
    for name, parameter in template["Parameters"].items():
        assert len(parameter["Description"]) > 20, name
        checks = {"AllowedPattern", "AllowedValues", "MinLength", "MinValue"} & set(parameter)
        assert checks, f"{name} takes anything"
    checks = (ROOT / "src" / "config" / "check.rs").read_text()
    listed = re.search(r"pub const REGIONS[^=]*= \[(.*?)\];", checks, re.S).group(1)
    assert template["Parameters"]["GenesysRegion"]["AllowedValues"] == re.findall(r'"([^"]+)"', listed)


@pytest.mark.parametrize(
    ("parameter", "value", "good"),
    [
        ("NotRecordedStatus", "409, 422", True),
        ("NotRecordedStatus", "403", False),
        ("NotRecordedStatus", "404", False),
        ("NotRecordedStatus", "409,405", False),
        ("NotRecordedStatus", "409,429", False),
        ("NotRecordedStatus", "408", False),
        ("NotRecordedStatus", "409,425", False),
        ("ActFor", "", True),
        ("ActFor", ORGANIZATION, True),
        ("ActFor", ", ".join([ORGANIZATION.upper(), *PILOTS]), True),
        ("ActFor", ",".join([ORGANIZATION, ORGANIZATION, *PILOTS]), False),
        ("ActFor", f"{ORGANIZATION},", False),
        ("ActFor", "card-payments", False),
        ("ScreenRecordingPath", "/x/{conversationId}/{participantId}/{action}", True),
        ("ScreenRecordingPath", "/../{conversationId}/{participantId}/{action}", False),
        ("ScreenRecordingPath", "/x/{conversationId}/{participantId}/{action}?a=b", False),
        ("ScreenRecordingPath", "/{org}/{conversationId}/{participantId}/{action}", False),
        ("SecretArn", "arn:aws:secretsmanager:us-east-1:123456789012:secret:genesys/oauth-AbC123", True),
        ("SecretArn", "arn:aws:secretsmanager:us-east-1:123456789012:secret:genesys", False),
        ("SecretArn", "arn:aws:secretsmanager:us-east-1:123456789012:secret:*", False),
        ("GenesysOrganizationId", ORGANIZATION, True),
        ("GenesysOrganizationId", "", True),
        ("GenesysOrganizationId", ORGANIZATION.upper(), False),
        ("GenesysOrganizationId", "*", False),
        ("SubnetIds", "subnet-0123456789abcdef0,subnet-01234567", True),
        ("SubnetIds", "subnet-0123456789abcdef0, subnet-01234567", False),
        ("SubnetIds", ",".join(["subnet-0123456789abcdef0"] * 4), False),
        ("SubnetIds", "sg-0123456789abcdef0", False),
        ("SecurityGroupIds", "", True),
        ("SecurityGroupIds", "sg-0123456789abcdef0,sg-01234567", True),
        ("SecurityGroupIds", "subnet-01234567", False),
        ("PermissionsBoundary", "arn:aws:iam::123456789012:policy/teams/boundary", True),
        ("PermissionsBoundary", "arn:aws:iam::123456789012:role/boundary", False),
        ("AlarmTopicArn", "arn:aws:sns:us-east-1:123456789012:on-call", True),
        ("AlarmTopicArn", "on-call", False),
        ("LogKmsKeyArn", "arn:aws:kms:us-east-1:123456789012:key/0c6a1c62-5f1e-4f0e-8f0f-3a9d7f2b6e10", True),
        ("LogKmsKeyArn", "arn:aws:kms:us-east-1:123456789012:alias/log", False),
        ("RunbookUrl", "https://wiki.example.com/secure-pause/operations.md?at=main", True),
        ("RunbookUrl", "two words", False),
        ("AlarmEmail", "on-call@example.com", True),
        ("AlarmEmail", "", True),
        ("AlarmEmail", "on-call", False),
        ("AlarmEmail", "a@example.com, b@example.com", False),
        ("ExtraCaBundle", "", True),
        ("ExtraCaBundle", "/var/task/ca.pem", True),
        ("ExtraCaBundle", "/var/task/../../proc/self/environ", False),
        ("ExtraCaBundle", "/proc/self/environ", False),
        ("ExtraCaBundle", "/opt/ca.pem", False),
    ],
)
def test_a_parameter_takes_what_the_function_takes(template, parameter, value, good):
    pattern = template["Parameters"][parameter]["AllowedPattern"]
    assert bool(re.search(pattern, value)) is good


def test_few_environments_are_never_reserved(template):
    pattern = re.compile(template["Parameters"]["ReservedConcurrency"]["AllowedPattern"])
    good = [value for value in range(0, 30) if pattern.fullmatch(str(value))]
    assert good == [0, *range(10, 30)]


def test_the_binary_needs_no_newer_glibc_than_amazon_linux_2023_has():
    binary = ROOT / "target" / "lambda" / "secure-pause" / "bootstrap"
    needed = set(re.findall(rb"GLIBC_(\d+)\.(\d+)", binary.read_bytes()))
    assert needed, "a dynamic binary names what it needs"
    assert max((int(a), int(b)) for a, b in needed) <= GLIBC_OF_AMAZON_LINUX_2023
