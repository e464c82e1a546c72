"""What the template says, rendered as SAM renders it, without a stack."""

import json
import re

import boto3
import pytest
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse

from conftest import ROOT

GLIBC_OF_AMAZON_LINUX_2023 = (2, 34)


@pytest.fixture(scope="module")
def template():
    source = yaml_parse((ROOT / "template.yaml").read_text())
    source["Resources"]["Function"]["Properties"]["CodeUri"] = {"Bucket": "b", "Key": "k"}
    translator = Translator({}, Parser(), boto_session=boto3.Session(region_name="us-east-1"))
    return translator.translate(source, parameter_values={})


def of_type(template, kind):
    return {name: r for name, r in template["Resources"].items() if r["Type"] == kind}


def test_the_role_may_do_this_and_nothing_else(template):
    secret = {"Fn::If": ["CreatesSecret", {"Ref": "Secret"}, {"Ref": "SecretArn"}]}
    roles = of_type(template, "AWS::IAM::Role")
    assert list(roles) == ["Role"], "one role"
    assert "ManagedPolicyArns" not in roles["Role"]["Properties"]
    may = {}
    for policy in roles["Role"]["Properties"]["Policies"]:
        for statement in policy["PolicyDocument"]["Statement"]:
            if "Fn::If" in statement:
                condition, statement, otherwise = statement["Fn::If"]
                assert (condition, otherwise) == ("HasKey", {"Ref": "AWS::NoValue"})
            may[statement["Sid"]] = (statement["Effect"], statement["Action"], statement["Resource"])
    assert may == {
        "ReadThisSecret": ("Allow", "secretsmanager:GetSecretValue", secret),
        "DecryptThisSecret": ("Allow", "kms:Decrypt", {"Ref": "KmsKeyArn"}),
        "KeepWhatFailed": ("Allow", "sqs:SendMessage", {"Fn::GetAtt": ["FailureQueue", "Arn"]}),
        "WriteItsOwnLog": (
            "Allow",
            ["logs:CreateLogStream", "logs:PutLogEvents"],
            {"Fn::GetAtt": ["LogGroup", "Arn"]},
        ),
        # X-Ray knows no resources.
        "SendTraces": ("Allow", ["xray:PutTraceSegments", "xray:PutTelemetryRecords"], "*"),
    }


def test_every_queue_is_encrypted_by_sqs_keeps_fourteen_days_and_refuses_plain_http(template):
    queues, policies = of_type(template, "AWS::SQS::Queue"), of_type(template, "AWS::SQS::QueuePolicy")
    assert set(queues) == {"UndeliveredQueue", "FailureQueue"}
    for name, queue in queues.items():
        arn = {"Fn::GetAtt": [name, "Arn"]}
        assert queue["Properties"] == {"SqsManagedSseEnabled": True, "MessageRetentionPeriod": 14 * 24 * 3600}
        policy = next(p for p in policies.values() if {"Ref": name} in p["Properties"]["Queues"])
        statements = {s.pop("Sid"): s for s in policy["Properties"]["PolicyDocument"]["Statement"]}
        assert statements["NoPlainHttp"] == {
            "Effect": "Deny",
            "Principal": "*",
            "Action": "sqs:*",
            "Resource": arn,
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
        if name == "UndeliveredQueue":
            assert statements["TheRuleMaySend"] == {
                "Effect": "Allow",
                "Principal": {"Service": "events.amazonaws.com"},
                "Action": "sqs:SendMessage",
                "Resource": arn,
                "Condition": {"ArnEquals": {"aws:SourceArn": {"Fn::GetAtt": ["Rule", "Arn"]}}},
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


def test_the_rule_matches_the_literal_topic_and_targets_the_alias(template):
    (rule,) = of_type(template, "AWS::Events::Rule").values()
    pattern, (target,) = rule["Properties"]["EventPattern"], rule["Properties"]["Targets"]
    assert pattern["detail-type"] == [{"prefix": "v2.detail.events.conversation.{id}.secure_pause"}]
    assert pattern["source"] == [{"prefix": {"Ref": "EventSourcePrefix"}}]
    (alias,) = of_type(template, "AWS::Lambda::Alias")
    assert target["Arn"] == {"Ref": alias}
    assert target["DeadLetterConfig"] == {"Arn": {"Fn::GetAtt": ["UndeliveredQueue", "Arn"]}}
    assert target["RetryPolicy"]["MaximumEventAgeInSeconds"] <= 600
    (permission,) = of_type(template, "AWS::Lambda::Permission").values()
    assert permission["Properties"]["SourceArn"] == {"Fn::GetAtt": ["Rule", "Arn"]}
    assert permission["Properties"]["FunctionName"] == {"Ref": alias}
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
    config = (ROOT / "src" / "config.rs").read_text()
    settings = set(re.findall(r"`([A-Z]+(?:_[A-Z]+)+)`(?:,| or|:)", config)) | {"MODE"}
    variables = of_type(template, "AWS::Lambda::Function")["Function"]["Properties"]["Environment"]["Variables"]
    assert settings - {"GENESYS_REGION", "AWS_LAMBDA_LOG_LEVEL"} <= set(variables), settings - set(variables)
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
        ("NotRecordedStatus", "404, 409", True),
        ("NotRecordedStatus", "403", False),
        ("NotRecordedStatus", "404,429", False),
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
