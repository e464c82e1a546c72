"""Stands between a function and the runtime API of `cargo lambda watch`, and mends its deadline.

The emulator tells every invocation the same `Lambda-Runtime-Deadline-Ms`, 600000: ten minutes into 1970. A
function that keeps within its deadline then has no time to do anything. Here each invocation gets SECONDS from
the moment it is fetched, as in Lambda; everything else passes as it is.

usage: runtime_api.py URL SECONDS     URL: the emulator's runtime API, such as http://127.0.0.1:9000/.rt

Prints host and port, as `AWS_LAMBDA_RUNTIME_API` has them, and serves until it is stopped.
"""

import http.client
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

DEADLINE = "lambda-runtime-deadline-ms"
# They are about one connection, and there are two.
OF_THE_CONNECTION = {"connection", "content-length", "host", "keep-alive", "transfer-encoding"}


def passed_on(headers):
    return {name: value for name, value in headers.items() if name.lower() not in OF_THE_CONNECTION}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Without it an answer in two writes waits for the other side's acknowledgement, 40 ms.
    disable_nagle_algorithm = True
    emulator = None
    seconds = None

    def pass_on(self):
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        # No timeout: the next invocation may be long in coming.
        upstream = http.client.HTTPConnection(self.emulator.hostname, self.emulator.port)
        try:
            upstream.request(self.command, self.emulator.path + self.path, body, passed_on(self.headers))
            answer = upstream.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException):
            # The emulator is gone: so is the runtime API.
            self.close_connection = True
            return
        finally:
            upstream.close()
        self.send_response(answer.status)
        for name, value in passed_on(answer.headers).items():
            if name.lower() == DEADLINE:
                value = str(int((time.time() + self.seconds) * 1000))
            self.send_header(name, value)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = pass_on

    def log_message(self, *_):
        """What passes is told by the function and by the world."""


def main():
    url, seconds = sys.argv[1:]
    Handler.emulator, Handler.seconds = urlsplit(url), float(seconds)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    print("{}:{}".format(*server.server_address), flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
