"""The local AWS emulator, with what the template needs and the emulator has not:

- alarms on metric math, which its CloudFormation refuses: kept and shown, never evaluated;
- saved queries of Logs Insights: kept and shown, never run;
- Ref of a rule on a bus other than the default one, which is "bus|name" on AWS.

Started by the tests of the stack, with the Python that the emulator is installed for.
"""

import json
import uuid

from ministack.app import main
from ministack.core.responses import json_response
from ministack.services import cloudwatch_logs
from ministack.services.cloudformation import provisioners

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


def name_rules_as_aws_does():
    rule = handlers["AWS::Events::Rule"]

    def named(made, props):
        name, attributes = made
        bus = props["EventBusName"]
        return name if bus == "default" else f"{bus}|{name}", attributes

    def name(physical_id):
        return physical_id.split("|")[-1]

    def update(physical_id, old, new, stack, logical_id=None):
        return named(rule["update"](name(physical_id), old, new, stack, logical_id), new)

    handlers["AWS::Events::Rule"] = {
        "create": lambda logical_id, props, stack: named(rule["create"](logical_id, props, stack), props),
        "update": update,
        "update_with_logical_id": True,
        "delete": lambda physical_id, props: rule["delete"](name(physical_id), props),
    }


if __name__ == "__main__":
    allow_metric_math()
    keep_saved_queries()
    name_rules_as_aws_does()
    main()
