"""Shows or changes the mode of a deployed function, in seconds, without a build or a deployment.

The alias gets a version that differs from the one before in MODE alone, and all traffic at once. What is under way ends
with the old mode, within 30 s. The stack's own parameter stays as it is: the next deployment has to agree with it.
Exit: 0 done, or mode and parameter are the same; 1 they differ; 2 it could not be done.
"""

import argparse
import datetime
import sys
import time

import boto3
from botocore.exceptions import BotoCoreError, ClientError, WaiterError

MODES = ("observe", "act", "pause-only")
ALIAS = "live"
# Lambda is done within seconds; in a network of one's own it may take longer.
POLL = {"Delay": 1, "MaxAttempts": 120}


class Stack:
    """What a stack says of its mode; `parameter` is None where there is no such stack."""

    def __init__(self, name, session=boto3):
        self.functions = session.client("lambda")
        found = described(session, name)
        self.parameter = found and values(found["Parameters"], "Parameter")["Mode"]
        self.function = found and values(found["Outputs"], "Output")["FunctionName"]

    def live(self):
        """The configuration that traffic goes to."""
        return self.functions.get_function_configuration(FunctionName=self.function, Qualifier=ALIAS)

    def mode(self):
        return mode_of(self.live())

    def change(self, mode):
        """Publishes a version with this mode and gives it all traffic."""
        live = self.live()
        latest = self.functions.get_function_configuration(FunctionName=self.function)
        if latest["CodeSha256"] != live["CodeSha256"]:
            raise Refused(
                f"the code of $LATEST is not the code of the alias {ALIAS}, and a new version would bring it: "
                f"publish or deploy it first"
            )
        now = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        # Lambda publishes no version that equals the last one. MODE_SET_AT makes each version different, also from the
        # one that a later deployment with this mode publishes.
        variables = live["Environment"]["Variables"] | {"MODE": mode, "MODE_SET_AT": now}
        self.functions.update_function_configuration(
            FunctionName=self.function, Environment={"Variables": variables}, RevisionId=latest["RevisionId"]
        )
        self.functions.get_waiter("function_updated_v2").wait(FunctionName=self.function, WaiterConfig=POLL)
        published = self.functions.publish_version(
            FunctionName=self.function, CodeSha256=live["CodeSha256"], Description=f"{mode}, set by hand at {now}"
        )
        version = published["Version"]
        waiter = self.functions.get_waiter("published_version_active")
        waiter.wait(FunctionName=self.function, Qualifier=version, WaiterConfig=POLL)
        self.functions.update_alias(
            FunctionName=self.function,
            Name=ALIAS,
            FunctionVersion=version,
            RoutingConfig={"AdditionalVersionWeights": {}},
        )
        return version


class Refused(Exception):
    """What cannot be done, and what to do instead."""


def described(session, name):
    try:
        (found,) = session.client("cloudformation").describe_stacks(StackName=name)["Stacks"]
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise
    # One that is only a change set that was never carried out has no outputs.
    return found if found.get("Outputs") else None


def values(listed, kind):
    return {it[f"{kind}Key"]: it[f"{kind}Value"] for it in listed}


def mode_of(configuration):
    return configuration["Environment"]["Variables"]["MODE"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stack", required=True, help="name of the stack")
    parser.add_argument("--mode", choices=MODES, help="the mode to change to; without it, the mode is shown")
    arguments = parser.parse_args()
    try:
        stack = Stack(arguments.stack)
        if stack.parameter is None:
            raise Refused(f"there is no stack {arguments.stack} in this account and region")
        before = stack.mode()
        if arguments.mode in (None, before):
            print(f"{arguments.stack}: mode {before}; the stack's parameter says {stack.parameter}")
            return 0 if before == (arguments.mode or stack.parameter) else 1
        began = time.monotonic()
        version = stack.change(arguments.mode)
    except (BotoCoreError, ClientError, WaiterError, KeyError, Refused) as error:
        print(f"mode: {error}", file=sys.stderr)
        return 2
    seconds = time.monotonic() - began
    print(f"{arguments.stack}: mode {arguments.mode}, was {before}; version {version} has all traffic, after {seconds:.1f} s")
    if stack.parameter != arguments.mode:
        print(
            f"The stack's parameter still says {stack.parameter}. `make deploy` refuses to go on from here until samconfig.toml "
            f"says Mode={arguments.mode}, or the mode is changed back."
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
