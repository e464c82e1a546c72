"""A Genesys Cloud of one conversation, on loopback. Strict: it answers published calls only, to clients with the right.

It knows the recordings' side alone, changes of retention included, which the simulated world does not have.
"""

import base64
import http.server
import json
import re
import secrets
import threading

CONVERSATION = "3d2c9a10-0000-4000-8000-000000000001"
VOICE = "7b1f6f0e-0000-4000-8000-00000000a001"
SCREEN = "7b1f6f0e-0000-4000-8000-00000000a002"
CORRELATION = "c0ffee00-0000-4000-8000-000000000007"

READER = {"recording:recording:view", "recording:screenRecording:view", "conversation:communication:view"}
PURGER = READER | {"recording:screenRecording:editRetention"}

ID = r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
METADATA_HAS_NOT = ("media", "users", "outputDurationMs")


class Genesys(http.server.ThreadingHTTPServer):
    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.client = secrets.token_hex(16), secrets.token_urlsafe(32)
        self.tokens, self.requests, self.complaints = [], [], []
        self.rights = PURGER
        self.conversation, self.recordings = {}, []
        # What `deletionprotection` answers.
        self.protected = []
        # By method and last word of the path: (status, headers, document), given once each instead of the answer; of a
        # PUT, `carried` says whether it is carried out all the same.
        self.faults, self.carried = {}, False
        # The states at the looks after a deletion was ordered; None where Genesys knows it no more.
        self.after = ["AVAILABLE", "DELETED"]
        self.keeps_date = True
        threading.Thread(target=self.serve_forever, args=[0.01], daemon=True).start()

    def stop(self):
        self.shutdown()
        self.server_close()

    def recording(self, wanted):
        return next((it for it in self.recordings if it["id"] == wanted), None)

    def changes(self):
        return [it for it in self.requests if it.startswith("PUT")]

    def complain(self, what):
        self.complaints.append(what)
        return 400, {"code": "bad.request"}

    def token(self, headers, body):
        if headers["Content-Type"] != "application/x-www-form-urlencoded" or body != b"grant_type=client_credentials":
            return self.complain("this is not how a token is asked for")
        if headers["Authorization"] != "Basic " + base64.b64encode(":".join(self.client).encode()).decode():
            return 401, {"error": "invalid_client", "description": "never shown"}
        self.tokens.append(secrets.token_urlsafe(48))
        return 200, {"access_token": self.tokens[-1], "token_type": "bearer", "expires_in": 86400}

    def read_conversation(self, conversation):
        if "conversation:communication:view" not in self.rights:
            return 403, {"code": "missing.permissions", "message": "never shown"}
        return (200, self.conversation) if conversation == CONVERSATION else (404, {"code": "not.found"})

    def view(self, recording):
        kind = "screenRecording" if recording["mediaSubtype"] == "Screen" else "recording"
        return f"recording:{kind}:view" in self.rights

    def list(self, conversation):
        if not any(it.endswith("ecording:view") for it in self.rights):
            return 403, {"code": "missing.permissions"}
        return 200, [it for it in self.recordings if self.view(it)] if conversation == CONVERSATION else []

    def metadata(self, _, wanted):
        found = self.recording(wanted)
        if found and found.get("ordered") and self.after:
            state = self.after.pop(0)
            self.recordings.remove(found)
            found = state and found | {"fileState": state}
            self.recordings += [found] if found else []
        if not found or not self.view(found):
            return 404, {"code": "not.found"}
        return 200, {name: value for name, value in found.items() if name not in METADATA_HAS_NOT}

    def protection(self, body):
        if json.loads(body) != {"conversationIds": [CONVERSATION]}:
            return self.complain("legal hold is asked of one conversation")
        return 200, self.protected

    def retain(self, wanted, body):
        found, told = self.recording(wanted), json.loads(body)
        if not found or found["mediaSubtype"] != "Screen" or list(told) != ["deleteDate"]:
            return self.complain("only the date of a screen recording's deletion is ever changed")
        if not {"recording:screenRecording:view", "recording:screenRecording:editRetention"} <= self.rights:
            return 403, {"code": "missing.permissions"}
        if self.protected != []:
            return 409, {"code": "conflict"}
        if self.keeps_date:
            found |= {"ordered": True, "deleteDate": told["deleteDate"][:10] + "T00:00:00.000Z"}
            found.pop("exportDate", None)
        return 200, found

    def answer(self, call, headers, body):
        if call == "POST /oauth/token":
            return self.token(headers, body)
        if headers["Authorization"] not in [f"Bearer {it}" for it in self.tokens]:
            return 401, {"code": "bad.credentials"}
        bodyless = {
            rf"GET /api/v2/conversations/{ID}": self.read_conversation,
            rf"GET /api/v2/conversations/{ID}/recordings\?maxWaitMs=5000": self.list,
            rf"GET /api/v2/conversations/{ID}/recordingmetadata/{ID}": self.metadata,
        }
        for pattern, answer in bodyless.items():
            if match := re.fullmatch(pattern, call):
                return self.complain("a reading has no body") if body else answer(*match.groups())
        if call == "POST /api/v2/recordings/deletionprotection":
            return self.protection(body)
        if match := re.fullmatch(rf"PUT /api/v2/conversations/{ID}/recordings/{ID}\?clearExport=true", call):
            return self.retain(match[2], body)
        return self.complain(f"no published call: {call}")


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def any(self):
        it, call = self.server, f"{self.command} {self.path}"
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        it.requests.append(call)
        faults = it.faults.get((self.command, word(self.path)))
        if faults:
            status, headers, document = faults.pop(0)
            if self.command == "PUT" and it.carried:
                it.answer(call, self.headers, body)
        else:
            (status, document), headers = it.answer(call, self.headers, body), {}
        text = b"" if document is None else json.dumps(document).encode()
        self.send_response(status)
        for name, value in {"ININ-Correlation-Id": CORRELATION, "Content-Length": len(text), **headers}.items():
            self.send_header(name, str(value))
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = any


def word(path):
    """The last part of a path that is no id."""
    parts = path.partition("?")[0].split("/")
    return [it for it in parts if not re.fullmatch(ID, it)][-1]
