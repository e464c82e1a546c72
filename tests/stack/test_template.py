"""What the template says, rendered as SAM renders it, without a stack."""

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


def statements(policy):
    """The statements of a policy, with both branches of a condition."""
    for statement in policy["Statement"]:
        if "Fn::If" in statement:
            statement = next(branch for branch in statement["Fn::If"][1:] if "Effect" in branch)
        yield statement


def test_no_policy_names_every_resource_but_where_aws_knows_none(template):
    roles = of_type(template, "AWS::IAM::Role")
    assert list(roles) == ["Role"], "one role"
    seen = []
    for policy in roles["Role"]["Properties"]["Policies"]:
        for statement in statements(policy["PolicyDocument"]):
            seen.append(statement["Sid"])
            actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
            assert not [action for action in actions if "*" in action], statement
            if statement["Resource"] == "*":
                assert all(action.startswith("xray:") for action in actions), statement
    assert "ManagedPolicyArns" not in roles["Role"]["Properties"]
    assert sorted(seen) == ["DecryptThisSecret", "KeepWhatFailed", "ReadThisSecret", "SendTraces", "WriteItsOwnLog"]


def test_every_queue_is_encrypted_by_sqs_keeps_fourteen_days_and_refuses_plain_http(template):
    queues, policies = of_type(template, "AWS::SQS::Queue"), of_type(template, "AWS::SQS::QueuePolicy")
    assert set(queues) == {"UndeliveredQueue", "FailureQueue"}
    for name, queue in queues.items():
        assert queue["Properties"]["SqsManagedSseEnabled"] is True
        assert queue["Properties"]["MessageRetentionPeriod"] == 14 * 24 * 3600
        policy = next(p for p in policies.values() if {"Ref": name} in p["Properties"]["Queues"])
        deny = [s for s in policy["Properties"]["PolicyDocument"]["Statement"] if s["Effect"] == "Deny"]
        assert [s["Condition"] for s in deny] == [{"Bool": {"aws:SecureTransport": "false"}}]


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


def test_what_must_outlive_the_stack_is_retained_and_the_log_is_kept_a_year(template):
    for kind in ("AWS::SecretsManager::Secret", "AWS::Logs::LogGroup"):
        (resource,) = of_type(template, kind).values()
        assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == ("Retain", "Retain")
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


def test_few_environments_are_never_reserved(template):
    pattern = re.compile(template["Parameters"]["ReservedConcurrency"]["AllowedPattern"])
    good = [value for value in range(0, 30) if pattern.fullmatch(str(value))]
    assert good == [0, *range(10, 30)]


def test_the_binary_needs_no_newer_glibc_than_amazon_linux_2023_has():
    binary = ROOT / "target" / "lambda" / "secure-pause" / "bootstrap"
    needed = set(re.findall(rb"GLIBC_(\d+)\.(\d+)", binary.read_bytes()))
    assert needed, "a dynamic binary names what it needs"
    assert max((int(a), int(b)) for a, b in needed) <= GLIBC_OF_AMAZON_LINUX_2023
