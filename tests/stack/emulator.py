"""The local AWS emulator, with what the template needs and the emulator has not:

- alarms on metric math, which its CloudFormation refuses: kept and shown, never evaluated;
- saved queries of Logs Insights: kept and shown, never run;
- Ref of a secret, which is its ARN on AWS, and its name here;
- the partition in a condition;
- what the resources of a nested stack are known by, which it forgets where they do not change.

Started by the tests of the stack, with the Python that the emulator is installed for.
"""

import json
import uuid

from ministack.app import main
from ministack.core.responses import json_response
from ministack.services import cloudformation, cloudwatch_logs
from ministack.services.cloudformation import changesets, engine, provisioners, stacks
from ministack.services.cloudformation import handlers as requests

handlers = provisioners._RESOURCE_HANDLERS


def allow_metric_math():
    record = provisioners._cw_metric_alarm_record

    def with_math(name, props):
        if not props.get("Metrics"):
            return record(name, props)
        alarm = record(name, {**props, "Metrics": None, "MetricName": "-", "Namespace": "-"})
        # Without the name of a metric it is left alone.
        return {**alarm, "MetricName": None, "Namespace": None, "Statistic": None, "Metrics": math(props["Metrics"])}

    provisioners._cw_metric_alarm_record = with_math


def math(metrics):
    """Parameters of a template come as texts; the API has a number and a truth value here."""
    told = json.loads(json.dumps(metrics))
    for metric in told:
        metric["ReturnData"] = str(metric.get("ReturnData", True)).lower() == "true"
        if "MetricStat" in metric:
            metric["MetricStat"]["Period"] = int(metric["MetricStat"]["Period"])
    return told


def keep_saved_queries():
    kept = {}

    def put(physical_id, props):
        kept[physical_id] = {
            "queryDefinitionId": physical_id,
            "name": props["Name"],
            "queryString": props["QueryString"],
            "logGroupNames": props["LogGroupNames"],
        }
        return physical_id, {"QueryDefinitionId": physical_id}

    handlers["AWS::Logs::QueryDefinition"] = {
        "create": lambda logical_id, props, stack: put(str(uuid.uuid4()), props),
        "update": lambda physical_id, old, new, stack: put(physical_id, new),
        "delete": lambda physical_id, props: kept.pop(physical_id, None),
    }
    serve = cloudwatch_logs.handle_request

    async def with_queries(method, path, headers, body, query_params):
        if headers.get("x-amz-target", "").endswith(".DescribeQueryDefinitions"):
            return json_response({"queryDefinitions": list(kept.values())})
        return await serve(method, path, headers, body, query_params)

    cloudwatch_logs.handle_request = with_queries


def refer_to_secrets_by_arn():
    secret = handlers["AWS::SecretsManager::Secret"]

    def create(logical_id, props, stack):
        _, attributes = secret["create"](logical_id, props, stack)
        return attributes["Arn"], attributes

    def name(arn):
        # The name, and six characters after it.
        return arn.split(":")[-1].rpartition("-")[0]

    def update(physical_id, old, new, stack, logical_id=None):
        _, attributes = secret["update"](name(physical_id), old, new, stack, logical_id)
        return physical_id, attributes

    handlers["AWS::SecretsManager::Secret"] = {
        "create": create,
        "update": update,
        "update_with_logical_id": True,
        "delete": lambda physical_id, props: secret["delete"](name(physical_id), props),
    }


def remember_attributes_in_nested_stacks():
    update = provisioners._update_resource

    def with_attributes(kind, physical_id, old, new, stack, logical_id=None, attributes=None):
        known = cloudformation._stacks.get(stack, {}).get("_resources", {}).get(logical_id, {}).get("Attributes")
        return update(kind, physical_id, old, new, stack, logical_id, attributes or known)

    provisioners._update_resource = with_attributes


def know_the_partition_in_conditions():
    evaluate = engine._evaluate_conditions

    def with_partition(template, parameters):
        return evaluate(template, {"AWS::Partition": {"Value": "aws"}, **parameters})

    for module in (engine, stacks, requests, changesets):
        module._evaluate_conditions = with_partition


if __name__ == "__main__":
    allow_metric_math()
    keep_saved_queries()
    refer_to_secrets_by_arn()
    know_the_partition_in_conditions()
    remember_attributes_in_nested_stacks()
    main()
