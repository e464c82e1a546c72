"""The calls of Genesys Cloud's published API that the desk tools make, and the OAuth client they make them with.

No other request can leave: `Reader` and `Retention` each list theirs, and `_send` refuses what is not listed. Requests go
straight to Genesys by TLS. No redirect is followed, and no proxy and no file of the home directory is used. Neither id nor
secret nor token is ever printed or stored, nor any text of Genesys.
"""

import base64
import datetime
import getpass
import http.client
import ipaddress
import json
import os
import pathlib
import re
import ssl
import sys
import time
import urllib.parse
import warnings

# The function's list: src/config/check.rs.
REGIONS = (
    "mypurecloud.com",
    "use2.us-gov-pure.cloud",
    "usw2.pure.cloud",
    "cac1.pure.cloud",
    "mxc1.pure.cloud",
    "sae1.pure.cloud",
    "mypurecloud.ie",
    "euw2.pure.cloud",
    "mypurecloud.de",
    "euc2.pure.cloud",
    "edee1.eusc-pure.cloud",
    "mec1.pure.cloud",
    "aps1.pure.cloud",
    "apne2.pure.cloud",
    "apne3.pure.cloud",
    "mypurecloud.jp",
    "apse1.pure.cloud",
    "mypurecloud.com.au",
)
UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# Genesys waits up to 5 s itself until recordings are ready.
TIMEOUT_SECONDS = 20
# Bodies of conversations with many legs have some 100 kB.
LARGEST_BODY = 8 * 1024 * 1024
# A reading is tried so often; a change of anything is tried once.
ATTEMPTS = 3
# Genesys counts by the minute, and says for how long to wait.
LONGEST_WAIT_SECONDS = 60
JSON = {"Content-Type": "application/json"}
CORRELATION = re.compile(r"[0-9A-Za-z-]{1,64}")

ID = UUID.pattern
CONVERSATION = rf"GET /api/v2/conversations/{ID}"
RECORDINGS = rf"GET /api/v2/conversations/{ID}/recordings\?maxWaitMs=5000"
METADATA = rf"GET /api/v2/conversations/{ID}/recordingmetadata/{ID}"
PROTECTION = r"POST /api/v2/recordings/deletionprotection"
RETENTION = rf"PUT /api/v2/conversations/{ID}/recordings/{ID}\?clearExport=true"


class Refused(Exception):
    """What was not done, and why. `reason` is set if the recording is the reason, and not the way it was asked for."""

    def __init__(self, text, reason=None):
        super().__init__(text)
        self.reason = reason


class Failed(Exception):
    """A request that did not get the answer it was made for; `status` is None where none came that can be read."""

    def __init__(self, method, path, status=None, document=None, headers=None):
        words = [part for part in path.partition("?")[0].split("/") if part and not UUID.fullmatch(part)]
        answered = f"answered {status}" if status else "no answer that can be read"
        told = correlation(headers)
        super().__init__(f"{method} {words[-1]}: {answered}{f', correlation id {told}' if told else ''}")
        self.status = status
        code = document.get("code") if isinstance(document, dict) else None
        # A gateway's 404 says nothing of what Genesys has.
        self.is_unknown = status == 404 and isinstance(code, str) and code.endswith("not.found")


class NotReady(Exception):
    """Genesys is still working on the recordings."""


def credentials(path):
    """Id and secret of an OAuth client, from a file or typed in without echo."""
    if path is None:
        return typed_in()
    try:
        # Where the system has such rights.
        if os.name == "posix" and path.stat().st_mode & 0o077:
            print(f"warning: {path} can be read by others: chmod 600 {path}", file=sys.stderr)
        # Editors of Windows write a byte order mark.
        told = json.loads(path.read_text(encoding="utf-8-sig"))
        client = told["client_id"], told["client_secret"]
    except OSError as error:
        raise Refused(f"{path} cannot be read: {error.strerror}") from None
    except (ValueError, TypeError, KeyError):
        raise Refused(f"{path} is no JSON object with client_id and client_secret") from None
    return checked(client)


def typed_in():
    with warnings.catch_warnings():
        # Without a terminal of its own it would show what is typed.
        warnings.simplefilter("error", getpass.GetPassWarning)
        try:
            return checked((getpass.getpass("OAuth client id: "), getpass.getpass("OAuth client secret: ")))
        except (getpass.GetPassWarning, EOFError):
            raise Refused("there is no terminal to ask for the OAuth client on: name a file, CLIENT=client.json") from None


def checked(client):
    if not all(isinstance(it, str) and it.isascii() and it.isprintable() and it for it in client):
        raise Refused("the OAuth client's id or secret is empty or holds what no such text does")
    return client


def uuid(text):
    """An id, for argparse; the text is not repeated in what argparse says of a bad one."""
    if not UUID.fullmatch(text.lower()):
        raise Refused("an id is a UUID, such as 3d2c9a10-0000-4000-8000-000000000001")
    return text.lower()


class Reader:
    """Reads one organization, and changes nothing."""

    CALLS = (CONVERSATION, RECORDINGS, METADATA)

    def __init__(self, region, client):
        self._api, self._login = hosts(region)
        self._client = client
        self._token = None

    def conversation(self, conversation):
        return self._read(f"/api/v2/conversations/{conversation}")

    def recordings(self, conversation):
        """Never with `includePauseAnnotationsForScreenRecordings`: it copies the voice's marks onto the screens."""
        path = f"/api/v2/conversations/{conversation}/recordings?maxWaitMs=5000"
        status, listed = self._call("GET", path)
        if status == 202:
            raise NotReady("Genesys is still transcoding the recordings: ask again in some minutes")
        if not isinstance(listed, list) or not all(isinstance(it, dict) for it in listed):
            raise Failed("GET", path)
        return listed

    def metadata(self, conversation, recording):
        """One recording without its media; None where Genesys knows none of this id."""
        try:
            return self._read(f"/api/v2/conversations/{conversation}/recordingmetadata/{recording}")
        except Failed as error:
            if error.is_unknown:
                return None
            raise

    def _read(self, path):
        _, told = self._call("GET", path)
        if not isinstance(told, dict):
            raise Failed("GET", path)
        return told

    def _call(self, method, path, body=None):
        """Status and document of a call that succeeded."""
        for attempt in range(ATTEMPTS):
            self._token = self._token or self._fetch_token()
            headers = {"Authorization": f"Bearer {self._token}"} | (JSON if body else {})
            status, document, answer = self._send(self._api, method, path, headers, body and json.dumps(body))
            if status and 200 <= status < 300:
                return status, document
            failure = Failed(method, path, status, document, answer)
            if status == 401:
                self._token = None  # It lives for a day, and deletions take longer.
            elif method == "PUT" or status and status < 500 and status not in (408, 429):
                raise failure
            elif attempt < ATTEMPTS - 1:
                time.sleep(wait(answer, attempt))
        raise failure

    def _fetch_token(self):
        basic = base64.b64encode(":".join(self._client).encode()).decode()
        headers = {"Authorization": f"Basic {basic}", "Content-Type": "application/x-www-form-urlencoded"}
        status, told, answer = self._send(self._login, "POST", "/oauth/token", headers, "grant_type=client_credentials")
        token = told.get("access_token") if status == 200 and isinstance(told, dict) else None
        if not isinstance(token, str) or not re.fullmatch(r"[\x21-\x7e]+", token):
            raise Failed("POST", "/oauth/token", status, None, answer)
        return token

    def _send(self, host, method, path, headers, body):
        """The only place from which a request leaves: status, document and headers, or None where there is no answer."""
        is_token = host is self._login and (method, path) == ("POST", "/oauth/token")
        if not is_token and not any(re.fullmatch(call, f"{method} {path}") for call in self.CALLS):
            raise AssertionError("a request that these tools do not make")
        connection = connect(host)
        try:
            connection.request(method, path, body, {"User-Agent": "secure-pause-desk"} | headers)
            answer = connection.getresponse()
            text = answer.read(LARGEST_BODY + 1)
            return answer.status, parsed(text), answer.headers
        except ssl.SSLCertVerificationError:
            authority = "name the file of its authority's certificates by SSL_CERT_FILE, if that is your own network's"
            raise Refused(f"{host} shows a certificate that is not trusted here: {authority}") from None
        except (OSError, http.client.HTTPException):
            return None, None, None
        finally:
            connection.close()


class Retention(Reader):
    """Reads as well, and sets the date at which one screen recording is deleted."""

    CALLS = (*Reader.CALLS, PROTECTION, RETENTION)

    def is_protected(self, conversation):
        """Whether recordings of it are under legal hold; whatever is not the empty list says that they are."""
        _, held = self._call("POST", "/api/v2/recordings/deletionprotection", {"conversationIds": [conversation]})
        return held != []

    def delete_screen(self, conversation, recording, at):
        """Has a recording deleted from `at` on, and an export that waits called off."""
        if not is_screen(recording):
            raise Refused("this is not a screen recording")
        path = f"/api/v2/conversations/{conversation}/recordings/{recording['id']}?clearExport=true"
        self._call("PUT", path, {"deleteDate": iso(at)})


def is_screen(recording):
    """Whether Genesys says that it is one, and says nothing else beside."""
    words = [recording.get(name) for name in ("media", "mediaSubtype") if recording.get(name) is not None]
    return bool(words) and all(isinstance(it, str) and it.lower() == "screen" for it in words)


def iso(at):
    return at.astimezone(datetime.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def hosts(region):
    """Where API and tokens are. Tests name others as they do to the function; here these are on loopback only."""
    named = os.environ.get("GENESYS_API_URL"), os.environ.get("GENESYS_LOGIN_URL")
    if all(named):
        return tuple(loopback(url) for url in named)
    if region not in REGIONS:
        raise Refused(f"REGION is none of {', '.join(REGIONS)}")
    return f"https://api.{region}", f"https://login.{region}"


def loopback(url):
    parts = urllib.parse.urlsplit(url)
    try:
        fits = parts.scheme == "http" and ipaddress.ip_address(parts.hostname or "").is_loopback and parts.port
    except ValueError:
        fits = False
    if not fits:
        raise Refused("GENESYS_API_URL and GENESYS_LOGIN_URL are for tests: http:// on a loopback address, with a port")
    return f"http://{parts.netloc}"


def connect(host):
    parts = urllib.parse.urlsplit(host)
    if parts.scheme == "https":
        return http.client.HTTPSConnection(parts.netloc, timeout=TIMEOUT_SECONDS, context=ssl.create_default_context())
    return http.client.HTTPConnection(parts.netloc, timeout=TIMEOUT_SECONDS)


def parsed(text):
    try:
        return json.loads(text) if len(text) <= LARGEST_BODY else None
    except ValueError:
        return None


def correlation(headers):
    told = headers.get("ININ-Correlation-Id", "") if headers else ""
    return told if CORRELATION.fullmatch(told) else None


def wait(headers, attempt):
    """How long to wait before a reading is tried again: as Genesys says, else 1, 2, 4 s."""
    told = headers.get("Retry-After", "") if headers else ""
    return min(int(told), LONGEST_WAIT_SECONDS) if told.isdecimal() else 2**attempt


def common_arguments(parser):
    parser.add_argument("--region", help="the region's domain, such as mypurecloud.ie")
    parser.add_argument("--client", type=pathlib.Path, help="a file with client_id and client_secret; else asked for")
    parser.add_argument("--conversation", required=True)
    parser.add_argument("--tolerance-ms", type=int, default=5000, help="PROOF_TOLERANCE_MS of the function")
