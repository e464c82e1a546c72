"""As much of Lambda's runtime API as one function needs: it is handed a payload, and its answer is kept."""

import http.server
import json
import queue
import subprocess
import threading
import time
import uuid

# What an invocation may take: the template's timeout, in seconds.
TIMEOUT = 30
PREFIX = "/2018-06-01/runtime/"


class Function:
    """The function, running until the end of the `with`."""

    def __init__(self, binary, env):
        self.binary, self.env = binary, env
        self.payloads, self.answers = queue.Queue(), queue.Queue()

    def __enter__(self):
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        env = {
            **self.env,
            "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{self.server.server_port}",
            "AWS_LAMBDA_FUNCTION_NAME": "secure-pause",
            "AWS_LAMBDA_FUNCTION_VERSION": "1",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
        }
        self.process = subprocess.Popen([self.binary], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.server.shutdown()
        self.server.server_close()

    def invoke(self, payload):
        """What Lambda would hand back for this text: whether it is an error, and the document."""
        id = str(uuid.uuid4())
        self.payloads.put((id, payload.encode()))
        while True:
            # One that came too late for the invocation before is passed over.
            answered, failed, document = self.answers.get(timeout=TIMEOUT)
            assert answered is not None, f"the function could not start: {document}"
            if answered == id:
                return failed, document

    def _handler(function):
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                id, payload = function.payloads.get()
                deadline = int((time.time() + TIMEOUT) * 1000)
                self._answer(200, payload, {
                    "Lambda-Runtime-Aws-Request-Id": id,
                    "Lambda-Runtime-Deadline-Ms": str(deadline),
                    "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:eu-west-1:111122223333:function:secure-pause",
                })

            def do_POST(self):
                body = json.loads(self._body())
                # invocation/(id)/response, invocation/(id)/error, or init/error
                *_, id, what = self.path.removeprefix(PREFIX).split("/")
                function.answers.put((None if id == "init" else id, what == "error", body))
                self._answer(202, b"{}", {})

            def _body(self):
                if "chunked" not in self.headers.get("Transfer-Encoding", ""):
                    return self.rfile.read(int(self.headers.get("Content-Length", 0)))
                body = b""
                while size := int(self.rfile.readline(), 16):
                    body += self.rfile.read(size)
                    self.rfile.readline()
                self.rfile.readline()
                return body

            def _answer(self, status, body, headers):
                self.send_response(status)
                for name, value in {**headers, "Content-Length": str(len(body))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        return Handler
