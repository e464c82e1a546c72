"""The stack under test: the real template, deployed by the real SAM CLI to a local AWS emulator.

The emulator and the simulated Genesys Cloud listen on free loopback ports and are stopped by their process ids.
"""

import json
import os
import pathlib
import queue
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request

import boto3
import pytest
from botocore.config import Config
from rendered import plain, render
from simulated import simulated

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOOLS = ROOT / "target" / "tools"
STACK = "secure-pause-test"
BUS = "simulated-genesys"
ORGANIZATION = "0c6a1c62-5f1e-4f0e-8f0f-3a9d7f2b6e10"
SOURCE = f"simulate.aws.partner/genesys.com/cloud/{ORGANIZATION}/secure-pause"
# The first and second retry of an asynchronous invocation: one and two minutes on AWS.
RETRY_BASE_SECONDS = "0.2"


def say(what):
    """What is being waited for, past pytest's capture."""
    print(f"stack-test: {what}", file=os.fdopen(os.dup(2), "w"), flush=True)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(what, look, seconds=30):
    """Looks until there is something to see; bounded."""
    say(f"waiting for {what}")
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        seen = look()
        if seen:
            return seen
        time.sleep(0.2)
    pytest.fail(f"{what}: not seen within {seconds} s")


def stop(process):
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def event_file(name, **body):
    """An event file of the project as PutEvents takes it, as if what it tells had just happened."""
    event = json.loads((ROOT / "events" / name).read_text())
    event["detail"]["eventBody"]["eventTime"] = int(time.time() * 1000)
    event["detail"]["eventBody"].update(body)
    return event


@pytest.fixture(scope="module")
def template():
    return render(ROOT / "template.yaml")


@pytest.fixture(scope="module")
def proof():
    return plain(ROOT / "proof.yaml")


@pytest.fixture(scope="module")
def monitoring():
    return plain(ROOT / "monitoring.yaml")


class Emulator:
    def __init__(self, tmp):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.env = {
            **{name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ},
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_REGION": "us-east-1",
            "SAM_CLI_TELEMETRY": "0",
            # Nobody's own account has a part in this.
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        }
        serve = {
            "GATEWAY_PORT": str(self.port),
            "BIND_HOST": "127.0.0.1",
            "LAMBDA_ASYNC_RETRY_BASE_SECONDS": RETRY_BASE_SECONDS,
            "TMPDIR": str(tmp),
        }
        self.log = tmp / "emulator.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [TOOLS / "emulator" / "bin" / "python3", ROOT / "tests" / "stack" / "emulator.py"],
                env=self.env | serve,
                stdout=log,
                stderr=log,
                cwd=tmp,
            )

    def ready(self):
        assert self.process.poll() is None, self.log.read_text()
        try:
            return urllib.request.urlopen(f"{self.url}/_ministack/health", timeout=1).status == 200
        except OSError:
            return False

    def client(self, service):
        config = Config(retries={"max_attempts": 2}, read_timeout=60)
        keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": "us-east-1"}
        return boto3.client(service, endpoint_url=self.url, config=config, **keys)


@pytest.fixture(scope="session")
def emulator(tmp_path_factory):
    emulator = Emulator(tmp_path_factory.mktemp("emulator"))
    try:
        wait_for("the AWS emulator", emulator.ready, 60)
        yield emulator
    finally:
        stop(emulator.process)


class World:
    """The simulated Genesys Cloud, as a process of its own."""

    def __init__(self):
        binary = ROOT / "target" / "debug" / "world"
        self.process = subprocess.Popen(
            [binary, "--until-stdin-closes"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.lines = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()
        ready = json.loads(self.lines.get(timeout=20))
        self.env, self.control = ready["env"], ready["control"]

    def _read(self):
        for line in self.process.stdout:
            self.lines.put(line)

    def call(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.control + path, data=data, method=method)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            pytest.fail(f"{method} {path}: {error.code} {error.read()}")

    def requests(self):
        """Genesys' API, as it was asked: method, path and status a line."""
        seen = [r for r in self.call("GET", "/requests") if r["service"] == "api"]
        return [f"{r['method']} {r['path']} -> {r['status']}" for r in seen]


@pytest.fixture(scope="session")
def world():
    world = World()
    try:
        yield world
    finally:
        stop(world.process)


class Stack:
    def __init__(self, emulator, world, folder):
        self.emulator = emulator
        self.world = world
        self.template = simulated(ROOT / ".aws-sam" / "build", world.env, folder)
        self.parameters = {
            "GenesysRegion": "mypurecloud.com",
            "EventBusName": BUS,
            "CreateEventBus": "false",
            "Mode": "act",
        }

    def deploy(self, **changed):
        """Deploys with these parameters; what is not named keeps its value."""
        return self._sam(*self._deploy(changed))

    def refusal(self, **changed):
        """What is said to parameters that are refused."""
        return self._sam(*self._deploy(changed), refused=True)

    def delete(self):
        """`sam delete` would take the nested template's address apart, and knows AWS' own only."""
        cloudformation = self.emulator.client("cloudformation")
        cloudformation.delete_stack(StackName=STACK)
        cloudformation.get_waiter("stack_delete_complete").wait(StackName=STACK, WaiterConfig={"Delay": 1, "MaxAttempts": 60})

    def _deploy(self, changed):
        pairs = [f"{name}={value}" for name, value in (self.parameters | changed).items()]
        where = ["--stack-name", STACK, "--region", "us-east-1"]
        config = ["--template", self.template, "--config-file", ROOT / "samconfig.toml"]
        return ["deploy", *config, *where, "--no-confirm-changeset", "--parameter-overrides", *pairs]

    def _sam(self, *arguments, refused=False):
        command = [TOOLS / "sam" / "bin" / "sam", *arguments]
        done = subprocess.run(command, cwd=ROOT, env=self.emulator.env, text=True, capture_output=True, timeout=300)
        assert (done.returncode != 0) == refused, done.stdout + done.stderr
        return done.stdout + done.stderr

    def mapping(self):
        """What has Lambda read the queue of the watch."""
        (mapping,) = self.emulator.client("lambda").list_event_source_mappings()["EventSourceMappings"]
        return mapping

    def fill_secret(self):
        """As an owner does after the first deployment."""
        credentials = json.dumps(self.world.call("GET", "/client"))
        secrets = self.emulator.client("secretsmanager")
        secrets.put_secret_value(SecretId=self.outputs()["SecretArn"], SecretString=credentials)

    def resources(self):
        return self._resources(STACK)

    def nested(self):
        """The physical ids of what monitoring.yaml makes."""
        return self._resources(self.resources()["MonitoringStack"])

    def _resources(self, stack):
        listed = self.emulator.client("cloudformation").describe_stack_resources(StackName=stack)["StackResources"]
        there = [it for it in listed if it["ResourceStatus"] != "DELETE_COMPLETE"]
        return {it["LogicalResourceId"]: it["PhysicalResourceId"] for it in there}

    def alias(self):
        """The configuration that traffic goes to."""
        return self.emulator.client("lambda").get_function_configuration(
            FunctionName=self.outputs()["FunctionName"], Qualifier="live"
        )

    def outputs(self):
        described = self.emulator.client("cloudformation").describe_stacks(StackName=STACK)["Stacks"][0]
        return {output["OutputKey"]: output["OutputValue"] for output in described["Outputs"]}

    def put_event(self, event, **envelope):
        entry = {
            "EventBusName": BUS,
            "Source": SOURCE,
            "DetailType": event["detail-type"],
            "Detail": json.dumps(event["detail"]),
        } | envelope
        answer = self.emulator.client("events").put_events(Entries=[entry])
        assert answer["FailedEntryCount"] == 0, answer

    def log_lines(self):
        """Every line the function wrote that is JSON."""
        logs, group = self.emulator.client("logs"), self.outputs()["LogGroupName"]
        lines = []
        for page in logs.get_paginator("filter_log_events").paginate(logGroupName=group):
            for event in page["events"]:
                for line in event["message"].splitlines():
                    try:
                        lines.append(json.loads(line))
                    except ValueError:
                        pass
        return lines

    def outcomes(self, conversation, door):
        """How what came by one door for one conversation ended: outcomes and names of errors, in order."""
        lines = [it for it in self.log_lines() if (it.get("conversationId"), it.get("door")) == (conversation, door)]
        ended = [it.get("outcome") or it.get("errorType") for it in lines]
        return [it for it in ended if it]

    def followed(self):
        """How many messages the watch has: those that wait out their delay or a check too."""
        names = [f"ApproximateNumberOfMessages{kind}" for kind in ("", "NotVisible", "Delayed")]
        queue_url = self.outputs()["WatchQueueUrl"]
        answer = self.emulator.client("sqs").get_queue_attributes(QueueUrl=queue_url, AttributeNames=names)
        return sum(int(answer["Attributes"][name]) for name in names)

    def messages(self, queue_url):
        """What lies in a queue; it stays there."""
        received = self.emulator.client("sqs").receive_message(
            QueueUrl=queue_url, MaxNumberOfMessages=10, VisibilityTimeout=0, WaitTimeSeconds=1
        )
        return [json.loads(message["Body"]) for message in received.get("Messages", [])]


@pytest.fixture(scope="session")
def stack(emulator, world, tmp_path_factory):
    stack = Stack(emulator, world, tmp_path_factory.mktemp("template"))
    emulator.client("events").create_event_bus(Name=BUS)
    say("deploying the stack")
    stack.deploy()
    stack.fill_secret()
    return stack


@pytest.fixture
def nothing_followed(stack, emulator):
    """No check of what an earlier test did comes in between."""
    emulator.client("sqs").purge_queue(QueueUrl=stack.outputs()["WatchQueueUrl"])
