"""What the template says, rendered as SAM renders it, without a stack."""

import json
import re

import pytest
from conftest import ROOT
from rendered import of_type, value

GLIBC_OF_AMAZON_LINUX_2023 = (2, 34)
FOURTEEN_DAYS = 14 * 24 * 3600
# The most a version's description may have.
DESCRIPTION = 256
ORGANIZATION = "0c6a1c62-5f1e-4f0e-8f0f-3a9d7f2b6e10"
PILOTS = [f"{number}a9d7f2b-1111-4222-8333-0c6a1c625f1e" for number in (1, 2, 3)]


def arn_of(name):
    return {"Fn::GetAtt": [name, "Arn"]}


def alias_of(template):
    (alias,) = of_type(template, "AWS::Lambda::Alias")
    return {"Ref": alias}


def statements_of(role):
    assert set(role["Properties"]) <= {"AssumeRolePolicyDocument", "Description", "Policies"}, "nothing managed"
    may = {}
    for policy in role["Properties"]["Policies"]:
        for statement in policy["PolicyDocument"]["Statement"]:
            if "Fn::If" in statement:
                condition, statement, otherwise = statement["Fn::If"]
                assert (condition, otherwise) == ("HasKey", {"Ref": "AWS::NoValue"})
            assert statement["Sid"] not in may
            may[statement["Sid"]] = (statement["Effect"], statement["Action"], statement["Resource"])
    return may


def test_the_role_may_do_this_and_nothing_else(template):
    secret = {"Fn::If": ["CreatesSecret", {"Ref": "Secret"}, {"Ref": "SecretArn"}]}
    roles = of_type(template, "AWS::IAM::Role")
    assert set(roles) == {"Role", "GenesysRole"}, "one role of the function, one of Genesys"
    (trust,) = roles["Role"]["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "lambda.amazonaws.com"}
    assert statements_of(roles["Role"]) == {
        "ReadThisSecret": ("Allow", "secretsmanager:GetSecretValue", secret),
        "DecryptThisSecret": ("Allow", "kms:Decrypt", {"Ref": "KmsKeyArn"}),
        "KeepWhatFailed": ("Allow", "sqs:SendMessage", arn_of("FailureQueue")),
        "HaveAPauseFollowed": ("Allow", "sqs:SendMessage", arn_of("WatchQueue")),
        "TakeWhatIsToBeChecked": (
            "Allow",
            ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
            arn_of("WatchQueue"),
        ),
        "WriteItsOwnLog": (
            "Allow",
            ["logs:CreateLogStream", "logs:PutLogEvents"],
            arn_of("LogGroup"),
        ),
        # X-Ray knows no resources.
        "SendTraces": ("Allow", ["xray:PutTraceSegments", "xray:PutTelemetryRecords"], "*"),
    }


def test_genesys_may_invoke_the_alias_and_nothing_else_and_only_where_it_is_asked_for(template):
    role = of_type(template, "AWS::IAM::Role")["GenesysRole"]
    assert statements_of(role) == {"InvokeTheAlias": ("Allow", "lambda:InvokeFunction", alias_of(template))}
    assert role["Properties"]["AssumeRolePolicyDocument"]["Statement"] == [
        {
            "Effect": "Allow",
            # Of the partition where both accounts are, whatever the stack's own.
            "Principal": {"AWS": {"Fn::Sub": "arn:aws:iam::${GenesysAccountId}:root"}},
            "Action": "sts:AssumeRole",
            "Condition": {"StringEquals": {"sts:ExternalId": {"Ref": "GenesysOrganizationId"}}},
        }
    ]
    assert template["Outputs"]["GenesysRoleArn"]["Condition"] == role["Condition"]
    created = template["Conditions"][role["Condition"]]
    account, organization = {"GenesysAccountId": "765628985471"}, {"GenesysOrganizationId": ORGANIZATION}
    given = [{}, account, organization, account | organization]
    assert [value(created, template, **parameters) for parameters in given] == [False, False, False, True]


@pytest.mark.parametrize(
    ("account", "organization", "region", "refusals"),
    [
        ("", "", "mypurecloud.ie", []),
        ("", "", "use2.us-gov-pure.cloud", []),
        ("765628985471", ORGANIZATION, "mypurecloud.ie", []),
        ("325654371633", ORGANIZATION, "use2.us-gov-pure.cloud", []),
        ("765628985471", "", "mypurecloud.ie", ["set both, or neither"]),
        ("", ORGANIZATION, "mypurecloud.ie", ["set both, or neither"]),
        ("325654371633", ORGANIZATION, "mypurecloud.ie", ["FedRAMP region"]),
        ("765628985471", ORGANIZATION, "use2.us-gov-pure.cloud", ["FedRAMP region"]),
    ],
)
def test_a_role_for_genesys_is_asked_for_whole_or_refused(template, account, organization, region, refusals):
    given = {"GenesysAccountId": account, "GenesysOrganizationId": organization, "GenesysRegion": region}
    refused = []
    for rule in template["Rules"].values():
        if value(rule.get("RuleCondition", True), template, **given):
            refused += [a["AssertDescription"] for a in rule["Assertions"] if not value(a["Assert"], template, **given)]
    assert len(refused) == len(refusals)
    assert all(part in whole for part, whole in zip(refusals, refused))


def test_every_queue_is_encrypted_by_sqs_keeps_fourteen_days_and_refuses_plain_http(template):
    queues, policies = of_type(template, "AWS::SQS::Queue"), of_type(template, "AWS::SQS::QueuePolicy")
    assert set(queues) == {"UndeliveredQueue", "FailureQueue", "WatchQueue", "WatchDeadLetterQueue"}
    senders = {
        "UndeliveredQueue": {"TheRulesMaySend": [arn_of("Rule"), arn_of("WatchRule")]},
        "WatchQueue": {"TheRuleMaySend": arn_of("WatchRule")},
    }
    for name, queue in queues.items():
        kept = {"SqsManagedSseEnabled": True, "MessageRetentionPeriod": FOURTEEN_DAYS}
        assert kept.items() <= queue["Properties"].items()
        assert name == "WatchQueue" or queue["Properties"] == kept
        (policy,) = [p for p in policies.values() if {"Ref": name} in p["Properties"]["Queues"]]
        assert policy["Properties"]["Queues"] == [{"Ref": name}]
        statements = {s.pop("Sid"): s for s in policy["Properties"]["PolicyDocument"]["Statement"]}
        assert statements.pop("NoPlainHttp") == {
            "Effect": "Deny",
            "Principal": "*",
            "Action": "sqs:*",
            "Resource": arn_of(name),
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
        assert statements == {
            sid: {
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
    assert queue["DelaySeconds"] == {"Ref": "WatchDelaySeconds"}
    assert queue["VisibilityTimeout"] == {"Ref": "WatchVisibilitySeconds"}
    assert queue["RedrivePolicy"] == {
        "deadLetterTargetArn": arn_of("WatchDeadLetterQueue"),
        "maxReceiveCount": {"Ref": "WatchMaxReceives"},
    }
    names = ("WatchDelaySeconds", "WatchVisibilitySeconds", "WatchMaxReceives", "WatchConcurrency")
    delay, visibility, receives, concurrency = (template["Parameters"][name] for name in names)
    assert [p["Default"] for p in (delay, visibility, receives, concurrency)] == [15, 60, 130, 5]
    function = of_type(template, "AWS::Lambda::Function")["Function"]["Properties"]
    assert visibility["MinValue"] >= function["Timeout"], "Lambda refuses the mapping otherwise"
    timing = (ROOT / "src" / "config" / "timing.rs").read_text()
    lag = int(re.search(r"let lag = Duration::from_secs\((\d+)\)", timing)[1])
    unchecked = int(re.search(r"unchecked: Duration::from_millis\((\d+)\)", timing)[1]) / 1000
    assert delay["MinValue"] == 8
    assert delay["MinValue"] - lag > unchecked, "the first check reads every pause that relies on it"
    assert (concurrency["MinValue"], concurrency["MaxValue"]) == (2, 1000), "Lambda's own bounds"
    longest = delay["MaxValue"] + receives["MaxValue"] * visibility["MaxValue"]
    assert longest < queue["MessageRetentionPeriod"], "no message is lost before it is given up"


def test_the_alias_checks_one_message_at_a_time_and_reports_what_is_not_over(template):
    (mapping,) = of_type(template, "AWS::Lambda::EventSourceMapping").values()
    assert mapping["Properties"] == {
        "EventSourceArn": arn_of("WatchQueue"),
        "FunctionName": alias_of(template),
        "BatchSize": 1,
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
        "ScalingConfig": {"MaximumConcurrency": {"Ref": "WatchConcurrency"}},
    }


def test_the_function_is_what_the_readme_says(template):
    function = of_type(template, "AWS::Lambda::Function")["Function"]["Properties"]
    assert (function["Runtime"], function["MemorySize"], function["Timeout"]) == ("provided.al2023", 256, 30)
    assert function["TracingConfig"] == {"Mode": "Active"}
    logging = function["LoggingConfig"]
    assert (logging["LogFormat"], logging["LogGroup"]) == ("JSON", {"Ref": "LogGroup"})
    assert logging["ApplicationLogLevel"] == {"Ref": "LogLevel"} and template["Parameters"]["LogLevel"]["Default"] == "INFO"


def test_a_version_is_published_for_every_setting_that_changes(template):
    (version,) = of_type(template, "AWS::Lambda::Version").values()
    told = json.dumps(version["Properties"]["Description"])
    function = of_type(template, "AWS::Lambda::Function")["Function"]["Properties"]
    used = re.findall(r'{"Ref": "(\w+)"}', json.dumps([function["Environment"], function["LoggingConfig"]]))
    parameters = set(used) & set(template["Parameters"])
    assert len(parameters) > 10
    assert not [name for name in parameters if f'"Ref": "{name}"' not in told]
    # A queue that is replaced has another URL, and only its name tells.
    assert function["Environment"]["Variables"]["WATCH_QUEUE_URL"] == {"Ref": "WatchQueue"}
    assert '{"Fn::GetAtt": ["WatchQueue", "QueueName"]}' in told


@pytest.mark.parametrize(
    "given",
    [
        {"GenesysRegion": "mypurecloud.com"},
        {
            "Mode": "pause-only",
            "PauseScope": "all-agents",
            "GenesysRegion": "use2.us-gov-pure.cloud",
            "SecretArn": "arn:aws:secretsmanager:us-east-2:123456789012:secret:contact-center/genesys/oauth-AbC123",
            "ScreenRecordingPath": "/api/v3/{conversationId}/participants/{participantId}/screen-recordings/{action}",
            "NotRecordedStatus": "406,409,410,422",
            "RequireVerified": "true",
            "ResumeDelaySeconds": "15",
            "ActFor": ",".join([ORGANIZATION, *PILOTS]),
        },
    ],
)
def test_the_description_of_a_version_is_not_too_long_and_tells_every_setting(template, given):
    (version,) = of_type(template, "AWS::Lambda::Version").values()
    queue = {"WatchQueue.QueueName": "secure-pause-production-WatchQueue-ABCDEFGHIJKL"}
    told = value(version["Properties"]["Description"], template, **given, **queue)
    assert len(told) <= DESCRIPTION
    for name, setting in given.items():
        short = setting.split(":")[-1].replace("{action}", "=")
        short = short.replace("{conversationId}", "*").replace("{participantId}", "%")
        shown = [it.split("-")[0] for it in short.split(",")] if name == "ActFor" else [short]
        assert set(shown) <= set(told.split(" ")), name
    others = {
        "EventSourcePrefix": "simulate.",
        "MetricsNamespace": "Other",
        "LogLevel": "DEBUG",
        "ExtraCaBundle": "/var/task/ca.pem",
        # The order matters, too, and the last of them; spaces do not.
        "ActFor": ", ".join([*PILOTS, ORGANIZATION]),
    }
    for name, setting in others.items():
        assert value(version["Properties"]["Description"], template, **queue, **(given | {name: setting})) != told


def test_the_rules_match_the_literal_topic_and_target_the_alias_and_the_watch(template):
    rules = of_type(template, "AWS::Events::Rule")
    assert set(rules) == {"Rule", "WatchRule"}
    alias = alias_of(template)
    targets = {"Rule": alias, "WatchRule": arn_of("WatchQueue")}
    for name, rule in rules.items():
        pattern, (target,) = rule["Properties"]["EventPattern"], rule["Properties"]["Targets"]
        assert pattern == {
            "detail-type": [{"prefix": "v2.detail.events.conversation.{id}.secure_pause"}],
            "source": [{"prefix": {"Ref": "EventSourcePrefix"}}],
        }
        assert rule["Properties"]["EventBusName"] == rules["Rule"]["Properties"]["EventBusName"]
        # Nothing that would change the event: the message is the event itself.
        assert set(target) == {"Id", "Arn", "RetryPolicy", "DeadLetterConfig"}
        assert target["Arn"] == targets[name]
        assert target["DeadLetterConfig"] == {"Arn": arn_of("UndeliveredQueue")}
    (pausing,) = rules["Rule"]["Properties"]["Targets"]
    assert pausing["RetryPolicy"]["MaximumEventAgeInSeconds"] <= 600, "a pause that late could surprise"
    (permission,) = of_type(template, "AWS::Lambda::Permission").values()
    assert permission["Properties"]["SourceArn"] == arn_of("Rule")
    assert permission["Properties"]["FunctionName"] == alias
    assert permission["Properties"]["Principal"] == "events.amazonaws.com"
    assert permission["Properties"]["Action"] == "lambda:InvokeFunction"


def test_what_must_outlive_the_stack_is_retained_and_the_log_is_kept_a_year(template):
    for kind in ("AWS::SecretsManager::Secret", "AWS::Logs::LogGroup"):
        (resource,) = of_type(template, kind).values()
        kept = (resource["DeletionPolicy"], resource["UpdateReplacePolicy"])
        assert kept == ("RetainExceptOnCreate", "Retain")
    (log_group,) = of_type(template, "AWS::Logs::LogGroup").values()
    assert log_group["Properties"] == {"RetentionInDays": {"Ref": "LogRetentionDays"}}
    days = template["Parameters"]["LogRetentionDays"]
    assert days["Default"] == 400 and min(days["AllowedValues"]) >= 365
    (secret,) = of_type(template, "AWS::SecretsManager::Secret").values()
    assert not {"SecretString", "GenerateSecretString"} & set(secret["Properties"]), "no value in the template"


def test_every_setting_of_the_function_is_a_parameter_with_a_description(template):
    config = (ROOT / "src" / "config" / "mod.rs").read_text()
    # Each name is written where it is read, and nowhere else.
    settings = set(re.findall(r'\bread\s*\.(?:or|optional|required)\(\s*"([A-Z_]+)"', config))
    variables = of_type(template, "AWS::Lambda::Function")["Function"]["Properties"]["Environment"]["Variables"]
    assert {"GENESYS_SECRET_ID", "MODE", "ACT_FOR", "METRICS_NAMESPACE"} <= settings
    assert settings == set(variables)
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
        ("GenesysApiUrl", "https://api.example.com", True),
        ("GenesysApiUrl", "http://127.0.0.1:8080", True),
        ("GenesysApiUrl", "http://api.example.com", False),
        ("GenesysApiUrl", "https://user:password@api.example.com", False),
        ("EventSourcePrefix", "simulate.aws.partner/genesys.com/", True),
        ("EventSourcePrefix", " ", False),
        ("SecretArn", "arn:aws:secretsmanager:us-east-1:123456789012:secret:genesys/oauth-AbC123", True),
        ("SecretArn", "arn:aws:secretsmanager:us-east-1:123456789012:secret:genesys", False),
        ("SecretArn", "arn:aws:secretsmanager:us-east-1:123456789012:secret:*", False),
        ("GenesysOrganizationId", ORGANIZATION, True),
        ("GenesysOrganizationId", "", True),
        ("GenesysOrganizationId", ORGANIZATION.upper(), False),
        ("GenesysOrganizationId", "*", False),
        ("MetricsNamespace", "Contact-Center/Secure.Pause_1#", True),
        ("MetricsNamespace", "AWS/Lambda", False),
        ("MetricsNamespace", "Contact:Center", True),
        ("MetricsNamespace", ":Center", False),
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
