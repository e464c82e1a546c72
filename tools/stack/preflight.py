"""Asks the deployed function what it could do with its own role and settings, and shows the answer as a table.

Nothing is paused or resumed. Exit: 0 no check has failed, 1 one has, 2 wrong arguments, or no such function.
"""

import argparse
import json
import sys

import boto3
from botocore.exceptions import BotoCoreError, ClientError

MARKS = {"ok": "ok", "failed": "FAILED", "unknown": "?", "skipped": "-"}


def alias_of(stack):
    """The alias that the stack's output names."""
    (found,) = boto3.client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in found["Outputs"]}
    return outputs["AliasArn"]


def table(answer):
    rows = [(MARKS.get(it["status"], it["status"]), it["check"], it["detail"]) for it in answer["checks"]]
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    lines = []
    for row, check in zip(rows, answer["checks"]):
        lines.append(f"{row[0]:{widths[0]}}  {row[1]:{widths[1]}}  {row[2]}")
        if "remedy" in check:
            lines.append(f"{'':{sum(widths) + 4}}→ {check['remedy']}")
    settings = f"version {answer['version']} ({answer['commit']}), mode {answer['mode'] or 'unknown'}"
    return "\n".join([*lines, "", f"preflight {answer['preflight']}: {settings}"])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stack", default="secure-pause", help="the stack whose function is asked")
    arguments = parser.parse_args()
    try:
        function = alias_of(arguments.stack)
        invoked = boto3.client("lambda").invoke(FunctionName=function, Payload=json.dumps({"action": "preflight"}))
        answer = json.loads(invoked["Payload"].read())
    except (BotoCoreError, ClientError, KeyError) as error:
        parser.error(f"the function cannot be asked: {error}; check the region, the credentials and --stack")
    if "checks" not in answer:
        parser.error(f"this is no answer of a preflight, is the version that is deployed older? {json.dumps(answer)}")
    print(table(answer))
    return 0 if answer["preflight"] == "ok" else 1


if __name__ == "__main__":
    sys.exit(main())
