"""The template as SAM renders it, without a stack, and its expressions as CloudFormation would work them out."""

import re

import boto3
import pytest
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse


def render(path):
    source = yaml_parse(path.read_text())
    source["Resources"]["Function"]["Properties"]["CodeUri"] = {"Bucket": "b", "Key": "k"}
    translator = Translator({}, Parser(), boto_session=boto3.Session(region_name="us-east-1"))
    return translator.translate(source, parameter_values={})


def plain(path):
    """A template that SAM has no part in."""
    return yaml_parse(path.read_text())


def of_type(template, kind):
    return {name: r for name, r in template["Resources"].items() if r["Type"] == kind}


def alarms(template):
    """The alarms by their names, which on AWS follow the stack's."""
    named = {}
    for resource in of_type(template, "AWS::CloudWatch::Alarm").values():
        stack, name = resource["Properties"]["AlarmName"]["Fn::Sub"].split("}-")
        assert stack == "${Prefix" and name not in named
        named[name] = resource["Properties"]
    return named


def value(node, template, **given):
    """What CloudFormation makes of an expression, with these parameters (and the defaults of the others)."""

    def at(node):
        return value(node, template, **given)

    if not isinstance(node, dict):
        return node
    if not (len(node) == 1 and next(iter(node)).startswith(("Fn::", "Ref", "Condition"))):
        return {name: at(inside) for name, inside in node.items()}
    ((function, of),) = node.items()
    match function:
        case "Ref" if of in template["Parameters"]:
            return str(given.get(of, template["Parameters"][of].get("Default")))
        case "Fn::Sub" if isinstance(of, str):
            return re.sub(r"\$\{([\w:]+)\}", lambda name: at({"Ref": name[1]}), of)
        case "Ref" | "Fn::GetAtt":
            return given[of if function == "Ref" else ".".join(of)]
        case "Condition":
            return at(template["Conditions"][of])
        case "Fn::If":
            return at(of[1] if at(template["Conditions"][of[0]]) else of[2])
        case "Fn::Equals":
            return at(of[0]) == at(of[1])
        case "Fn::And":
            return all(map(at, of))
        case "Fn::Or":
            return any(map(at, of))
        case "Fn::Not":
            return not at(of[0])
        case "Fn::Join":
            return of[0].join(at(of[1]) if isinstance(of[1], dict) else map(at, of[1]))
        case "Fn::Split":
            return at(of[1]).split(of[0])
        case "Fn::Select":
            return at(of[1])[int(of[0])]
    pytest.fail(f"{function} is not known here")
