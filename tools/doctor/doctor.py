"""Finds out on a desk, before anything is deployed, whether secure pauses can be handled in an organization.

The real function runs here as it runs in Lambda, and makes its preflight of the real Genesys Cloud of --region: a token,
and then reading requests only. This process is its runtime API and its Secrets Manager, on loopback. It hands over the
OAuth client's id and secret from memory, to the function alone: neither is ever an argument, in an environment, in a log or
in a file. Exit: 0 secure pauses can be handled, as far as can be known without a live call; 1 they cannot, as things are;
2 it could not be found out.
"""

import argparse
import hmac
import http.server
import json
import os
import pathlib
import queue
import secrets
import subprocess
import sys
import threading
import time
import uuid

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "recordings"))

import answer
import genesys

SECRET = "doctor"
# As in the template.
TIMEOUT_SECONDS = 30
# Its start on a slow machine besides.
PATIENCE_SECONDS = TIMEOUT_SECONDS + 20
NEXT = "/2018-06-01/runtime/invocation/next"
# Larger than any preflight's.
LARGEST_BODY = 1024 * 1024
LAMBDA = {
    "AWS_LAMBDA_FUNCTION_NAME": "secure-pause",
    "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
    "AWS_REGION": "us-east-1",
}
# The settings that change what a preflight finds. A parameter of the stack goes with each.
HANDED_ON = ("EXTRA_CA_BUNDLE", "SCREEN_RECORDING_PATH")


class Desk(http.server.ThreadingHTTPServer):
    """The runtime API and the Secrets Manager of one process of the function, on loopback."""

    daemon_threads = True

    def __init__(self, client):
        super().__init__(("127.0.0.1", 0), Handler)
        self.client = client
        # Others on this machine can reach the port. The environment of the function they cannot read.
        self.access_key = secrets.token_hex(16)
        self.request_id = str(uuid.uuid4())
        self.invocations, self.answers, self.over = queue.SimpleQueue(), queue.SimpleQueue(), threading.Event()
        self.invocations.put(json.dumps({"action": "preflight"}).encode())
        threading.Thread(target=self.serve_forever, args=[0.05], daemon=True).start()

    def handle_error(self, *_):
        """Connections end with the function; that is no error."""

    def close(self):
        self.over.set()
        self.shutdown()
        self.server_close()

    def environment(self, region):
        """What the function is started with, and nothing else."""
        api, login = genesys.hosts(region)
        address = f"127.0.0.1:{self.server_port}"
        return LAMBDA | {name: os.environ[name] for name in HANDED_ON if name in os.environ} | {
            "AWS_LAMBDA_RUNTIME_API": address,
            "AWS_ENDPOINT_URL": f"http://{address}",
            "AWS_ACCESS_KEY_ID": self.access_key,
            "AWS_SECRET_ACCESS_KEY": "unused",
            "GENESYS_SECRET_ID": SECRET,
            "GENESYS_REGION": region,
            "GENESYS_API_URL": api,
            "GENESYS_LOGIN_URL": login,
            # A preflight sends no pause in any mode.
            "MODE": "observe",
        }

    def answer_of(self, process):
        """What the function has answered."""
        until = time.monotonic() + PATIENCE_SECONDS
        told, status = None, None
        while told is None and status is None and time.monotonic() < until:
            status = process.poll()
            try:
                told = self.answers.get(timeout=0.1)
            except queue.Empty:
                pass
        if not told or "checks" not in told:
            how = f"within {PATIENCE_SECONDS} s" if status is None else f"and has ended with {status}"
            raise genesys.Refused(f"the function has given no answer to its preflight {how}")
        return told


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        if self.path != NEXT:
            return self.reply(404)
        try:
            payload = self.server.invocations.get_nowait()
        except queue.Empty:
            # There is no second invocation. The function is ended while it waits.
            self.server.over.wait()
            self.close_connection = True
            return
        deadline = round((time.time() + TIMEOUT_SECONDS) * 1000)
        headers = {"Aws-Request-Id": self.server.request_id, "Deadline-Ms": deadline, "Invoked-Function-Arn": "doctor"}
        self.reply(200, payload, {f"Lambda-Runtime-{name}": value for name, value in headers.items()})

    def do_POST(self):
        body = self.rfile.read(min(int(self.headers.get("Content-Length", 0)), LARGEST_BODY))
        if self.path in [NEXT.replace("next", f"{self.server.request_id}/{end}") for end in ("response", "error")]:
            self.server.answers.put(json.loads(body))
            return self.reply(202)
        if self.path == "/" and self.is_the_function():
            told = dict(zip(("client_id", "client_secret"), self.server.client))
            return self.reply(200, json.dumps({"Name": SECRET, "SecretString": json.dumps(told)}).encode())
        self.reply(404)

    def is_the_function(self):
        """Whether the secret is asked for with the access key that the function alone was given."""
        target, signed = self.headers.get("X-Amz-Target", ""), self.headers.get("Authorization", "")
        named = signed.removeprefix("AWS4-HMAC-SHA256 Credential=").partition("/")[0]
        is_known = hmac.compare_digest(named.encode(), self.server.access_key.encode())
        return target == "secretsmanager.GetSecretValue" and is_known

    def reply(self, status, body=b"", headers=None):
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", "Content-Length": len(body), **(headers or {})}.items():
            self.send_header(name, str(value))
        self.end_headers()
        self.wfile.write(body)


def ask(function, region, client):
    """Runs the function for one preflight."""
    desk = Desk(client)
    try:
        environment = desk.environment(region)
        # Its log goes to stdout. On stderr is only why it cannot run.
        process = subprocess.Popen([function], env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        try:
            return desk.answer_of(process)
        finally:
            process.kill()
            process.wait()
    except OSError as error:
        raise genesys.Refused(f"{function} cannot be started: {error.strerror}") from None
    finally:
        desk.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--region", required=True, help="the region's domain, such as mypurecloud.ie")
    parser.add_argument("--client", type=pathlib.Path, help="a file with client_id and client_secret; else asked for")
    parser.add_argument("--function", type=pathlib.Path, help="the function's binary; else only the region is checked")
    parser.add_argument("--json", action="store_true", help="one JSON document instead of the table")
    arguments = parser.parse_args()
    try:
        genesys.hosts(arguments.region)  # before anybody types a secret, or waits for a build
        if arguments.function is None:
            return 0
        told = ask(arguments.function, arguments.region, genesys.credentials(arguments.client))
    except genesys.Refused as error:
        print(f"doctor: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("doctor: stopped", file=sys.stderr)
        return 2
    # The queue and the mode belong to the stack, which there is not yet.
    told["checks"] = [it for it in told["checks"] if it["check"] != "watch_queue"]
    told.pop("mode", None)
    return answer.show(told, arguments.json)


if __name__ == "__main__":
    sys.exit(main())
