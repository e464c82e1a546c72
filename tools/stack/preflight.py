"""Asks the deployed function what it could do with its own role and settings, and shows the answer as a table.

Nothing is paused or resumed. Exit: 0 secure pauses can be handled, as far as can be known without a live call; 1 they
cannot, as things are; 2 it could not be found out, or the function could not be asked.
"""

import argparse
import json
import pathlib
import sys

import boto3
from botocore.exceptions import BotoCoreError, ClientError

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "doctor"))

import answer


def alias_of(stack):
    """The alias that the stack's output names."""
    (found,) = boto3.client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in found["Outputs"]}
    return outputs["AliasArn"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stack", default="secure-pause", help="the stack whose function is asked")
    parser.add_argument("--json", action="store_true", help="one JSON document instead of the table")
    arguments = parser.parse_args()
    try:
        function = alias_of(arguments.stack)
        invoked = boto3.client("lambda").invoke(FunctionName=function, Payload=json.dumps({"action": "preflight"}))
        told = json.loads(invoked["Payload"].read())
    except (BotoCoreError, ClientError, KeyError) as error:
        parser.error(f"the function cannot be asked: {error}; check the region, the credentials and --stack")
    if "checks" not in told:
        parser.error(f"this is no answer of a preflight, is the version that is deployed older? {json.dumps(told)}")
    return answer.show(told, arguments.json)


if __name__ == "__main__":
    sys.exit(main())
