"""Has one screen recording deleted that is known to show what it should not, and follows it until it is.

Shows what it would do, and changes nothing, unless --apply is given; then it asks first. Refuses whatever is not a screen
recording, is under legal hold, or is not known to be exposed: by the figures, by a proof record of the function, or by
somebody who has looked at it and says so.
Writes a line of JSON for the evidence report to --out, or to stdout; everything else goes to stderr.
Exit: 0 shown, or deleted; 1 ordered, and not seen to be deleted yet; 2 refused, or it could not be done.
"""

import argparse
import datetime
import gzip
import json
import os
import pathlib
import sys
import time
import zlib

import figures
import genesys

# Between two looks: one second first, then twice as long each time, up to this.
LONGEST_PAUSE_SECONDS = 300
# Genesys says nowhere how soon it deletes. What has not gone after two days is for its support.
FOLLOW_MINUTES = 48 * 60
# Genesys may keep the day of a deletion and drop the time.
DAY = datetime.timedelta(days=1)
GZIP = b"\x1f\x8b"
JSON = json.JSONDecoder()


class Log:
    """What records say of one recording: proof records of the function, lines of this tool."""

    def __init__(self, path, conversation, recording):
        self._recording = recording
        self.is_ordered = False
        proofs = []
        for line in read(path) if path else ():
            if line.get("conversationId") != conversation:
                continue
            if line.get("kind") == "secure_pause_proof" and line.get("schema") == 1:
                proofs.append(line)
            elif line.get("kind") == "secure_pause_purge" and line.get("recordingId") == recording:
                self.is_ordered |= line.get("outcome") == "ordered"
        self.has_proof = bool(proofs)
        self._proofs = last(proofs)

    def exposed(self):
        """The secure pauses that are called exposed, and are on this recording and not only on another one."""
        pauses = [span for span, _ in self._proofs]
        found = [(span, line) for span, line in self._proofs if line.get("verdict") == "exposed"]
        return [span for span, line in found if self._has(line, span, pauses)]

    def _has(self, line, pause, pauses):
        """By itself, or as one of the pieces of a screen that was cut up: each of these may lack a little."""
        tolerance = line.get("toleranceMs")
        if type(tolerance) is not int:
            return False
        slack = figures.milliseconds(figures.slack(datetime.timedelta(milliseconds=tolerance), pauses))
        screens = [it for it in figures.objects(line, "recordings") if it.get("media") == "screen"]
        held = [(it, may_hold(it, pause, pauses)) for it in screens]
        is_together = sum(ms for _, ms in held if ms <= slack) > slack
        return any(
            it.get("id") == self._recording and ms > 0 and (ms > slack or is_together or it["missingMs"] <= 0)
            for it, ms in held
        )


def last(proofs):
    """The last word on each secure pause, with its time: a later line replaces those whose time it overlaps."""
    kept = []
    timed = [(figures.moment(line.get("timestamp")), line) for line in proofs]
    for _, line in sorted((it for it in timed if it[0]), key=lambda it: it[0]):
        span = figures.span_of(line.get("from"), line.get("to"))
        if span:
            kept = [it for it in kept if not it[0].common(span)] + [(span, line)]
    return kept


def may_hold(recording, pause, pauses):
    """How many milliseconds of a secure pause its file may hold: what it spans, less what other pauses do not explain."""
    span, missing = figures.span_of(recording.get("start"), recording.get("end")), recording.get("missingMs")
    if not span or type(missing) is not int:
        return 0
    spanned = sum((it.common(span) for it in pauses), figures.NONE)
    return max(min(figures.milliseconds(span.common(pause)), figures.milliseconds(spanned) - missing), 0)


def read(path):
    """The records in a file: what `aws logs` writes as JSON, or a line each, whatever stands in front; plain or gzip."""
    try:
        content = path.read_bytes()
        text = (gzip.decompress(content) if content.startswith(GZIP) else content).decode()
    except (OSError, EOFError, zlib.error, UnicodeDecodeError):
        raise genesys.Refused(f"{path} cannot be read") from None
    documents = list(documents_of(text))
    messages = [it.get("message") for told in documents for it in figures.objects(told, "events")]
    for line in messages if documents else text.splitlines():
        _, brace, rest = line.partition("{") if isinstance(line, str) else ("", "", "")
        try:
            told, _ = JSON.raw_decode(brace + rest)
        except ValueError:
            continue
        if isinstance(told, dict):
            yield told


def documents_of(text):
    """JSON documents with a list of events, one after another; none where the text is of lines."""
    rest = text.lstrip("\ufeff \n\r\t")
    while rest:
        try:
            told, end = JSON.raw_decode(rest)
        except ValueError:
            return
        if not isinstance(told, dict) or not isinstance(told.get("events"), list):
            return
        yield told
        rest = rest[end:].lstrip()


class Purge:
    def __init__(self, arguments):
        self.conversation = genesys.uuid(arguments.conversation)
        self.id = genesys.uuid(arguments.recording)
        self.arguments = arguments
        self.log = Log(arguments.log, self.conversation, self.id)
        self.client = genesys.Retention(arguments.region, genesys.credentials(arguments.client))
        self.pauses, self.known_by = [], None
        self.found = None
        self.is_sent = False

    def run(self):
        try:
            return self.judge()
        except genesys.Refused as error:
            if error.reason:
                self.write("refused", self.found or {}, reason=error.reason)
            raise

    def judge(self):
        listed = self.client.recordings(self.conversation)
        found = self.found = next((it for it in listed if it.get("id") == self.id), None) or self.now()
        if found is None:
            return self.without()
        self.check_kind(found)
        if figures.state(found) == "DELETED":
            say("it is deleted")
            return self.write("deleted", found)
        self.pauses = self.exposed(listed)
        self.check_hold()
        self.show(found)
        if not self.arguments.apply:
            say("Dry run: nothing was changed. APPLY=1 asks, and then deletes the whole screen recording.")
            return 0
        self.ask()
        return self.order(found)

    def now(self):
        return self.client.metadata(self.conversation, self.id)

    def without(self):
        if not self.log.is_ordered:
            said = "Genesys knows no such recording of this conversation, or shows it to others only"
            raise genesys.Refused(said, "not-shown")
        say("Genesys does not show it any more, and LOG says that its deletion was ordered: see Delete in the audit")
        return self.write("gone", {})

    def check_kind(self, recording):
        if not genesys.is_screen(recording):
            raise genesys.Refused("this is not a screen recording: only these are deleted here", "not-a-screen")

    def check_hold(self):
        if self.client.is_protected(self.conversation):
            raise genesys.Refused("the conversation is under legal hold: it is not deleted but reported", "legal-hold")

    def exposed(self, listed):
        """The secure pauses that are known to be on it; none where it was looked at instead."""
        if self.arguments.seen:
            self.known_by = "seen"
            say("a card is on it, as somebody says who has looked")
            return []
        if self.arguments.log:
            self.known_by = "proof"
            if not self.log.has_proof:
                raise genesys.Refused("LOG has no proof record of this conversation: is it the right file?")
            pauses = sorted(self.log.exposed())
            if not pauses:
                raise genesys.Refused("no proof record in LOG says that this recording is exposed", "not-exposed")
            say("exposed, by the function's proof record")
            return pauses
        self.known_by = "figures"
        read, told = self.client.conversation(self.conversation), self.arguments
        evidence = figures.Evidence(self.conversation, read, listed, told.tolerance_ms, told.paused_screen)
        say(figures.table(evidence))
        screens = [it for it in evidence.screens if it.id == self.id]
        pauses = [pause for it in screens for pause in it.exposed()]
        if not pauses:
            said = " and ".join(sorted({record["verdict"] for it in screens for record in it.records})) or "nothing"
            raise genesys.Refused(f"the figures do not say that it is exposed, but {said}", "not-exposed")
        return pauses

    def show(self, recording):
        for pause in self.pauses:
            say(f"on it:          the secure pause of {genesys.iso(pause.start)} to {genesys.iso(pause.end)}")
        say(f"now:            {figures.state(recording)}, to be deleted {date(recording) or 'never'}; no legal hold")
        copied = figures.exported(recording)
        if copied:
            say(f"EXPORTED:       {copied}. Genesys cannot delete that copy: delete it where the export went")
        elif recording.get("exportDate"):
            say("export:         one is planned; it is called off")

    def ask(self):
        if not sys.stdin.isatty():
            raise genesys.Refused("a person has to confirm it, on a terminal")
        if self.arguments.seen:
            say("Have you opened this recording yourself, and seen a card on it? Type yes:")
            if sys.stdin.readline().strip().lower() != "yes":
                raise genesys.Refused("nobody has seen a card on it; nothing was changed")
        say("The whole screen recording is lost for good. The voice stays. Type the recording's id to delete it:")
        if sys.stdin.readline().strip().lower() != self.id:
            raise genesys.Refused("that is not its id; nothing was changed")

    def order(self, recording):
        self.check_hold()  # The question may have stood for an hour.
        with self.output():
            at = datetime.datetime.now(datetime.UTC)
            self.is_sent = True
            try:
                self.client.delete_screen(self.conversation, recording, at)
            except genesys.Failed as error:
                if error.status and error.status < 500 and error.status != 408:
                    raise
                say(f"{error}; whether it was carried out is read back")
            except KeyboardInterrupt:
                say("whether it was carried out is read back")
        # Whatever happens from here on, the report knows that it was asked for.
        self.write("unconfirmed", recording)
        return self.read_back(recording, at)

    def output(self):
        """The file for the line, opened before anything is changed."""
        try:
            return open(self.arguments.out or os.devnull, "a")
        except OSError as error:
            raise genesys.Refused(f"{self.arguments.out} cannot be written: {error.strerror}") from None

    def read_back(self, recording, at):
        try:
            told = self.now()
        except genesys.Failed as error:
            say(str(error))
            told = {}
        due = figures.moment(told.get("deleteDate")) if told is not None else at
        if due is None or due > at + DAY:
            say("Genesys does not show that it is to be deleted now: run this again, or look in Genesys Cloud")
            return 1
        recording = recording | (told or {})
        say(f"ordered, to be deleted {date(recording)}")
        self.write("ordered", recording)
        return self.follow(recording)

    def follow(self, recording):
        """Until it is deleted; bounded."""
        minutes = self.arguments.follow_minutes
        say(f"It is followed for {minutes:g} min. Ctrl-C does no harm; the same command says later whether it is deleted.")
        began, pause = time.monotonic(), 1
        end = began + minutes * 60
        try:
            while time.monotonic() + pause < end:
                time.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
                told = self.look()
                state = "gone" if told is None else figures.state(told)
                say(f"after {time.monotonic() - began:.0f} s: {state}")
                if state in ("gone", "DELETED"):
                    return self.write(state.lower(), told or {}, recording)
        except KeyboardInterrupt:
            pass
        say("ordered, and not seen to be deleted yet")
        return 1

    def look(self):
        try:
            return self.now()
        except genesys.Failed as error:
            say(str(error))
            return {}

    def write(self, outcome, recording, before=None, reason=None):
        """One line for the report; the last one of a recording counts, and nothing undoes a deletion."""
        known = (before or {}) | recording
        line = {
            "kind": "secure_pause_purge",
            "schema": 1,
            "at": genesys.iso(datetime.datetime.now(datetime.UTC)),
            "conversationId": self.conversation,
            "recordingId": self.id,
            "outcome": outcome,
            "reason": reason,
            "pauses": [{"from": genesys.iso(it.start), "to": genesys.iso(it.end)} for it in self.pauses],
            "knownBy": self.known_by,
            "deleteDate": date(known),
            "exported": figures.exported(known),
        }
        text = json.dumps(line)
        if self.arguments.out:
            with self.output() as file:
                file.write(text + "\n")
        else:
            print(text, flush=True)
        return 0


def date(recording):
    at = figures.moment(recording.get("deleteDate"))
    return at and genesys.iso(at)


def say(what):
    print(what, file=sys.stderr, flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    genesys.common_arguments(parser)
    parser.add_argument("--recording", required=True)
    parser.add_argument("--log", type=pathlib.Path, help="a file with the function's proof records, as `aws logs` or the function wrote it")
    parser.add_argument("--paused-screen", choices=["unknown", "cut", "frozen", "masked"], default="unknown")
    parser.add_argument("--seen", action="store_true", help="somebody has opened it and seen a card; asked again")
    parser.add_argument("--apply", action="store_true", help="ask, and delete it")
    parser.add_argument("--out", type=pathlib.Path, help="a file that the line for the report is added to")
    parser.add_argument("--follow-minutes", type=float, default=FOLLOW_MINUTES)
    purge = None
    try:
        purge = Purge(parser.parse_args())
        return purge.run()
    except (genesys.Failed, genesys.NotReady, genesys.Refused) as error:
        say(f"purge: {error}")
    except KeyboardInterrupt:
        if purge and purge.is_sent:
            say("purge: stopped; its deletion was asked for, and not seen to be ordered: run this again, or look in Genesys Cloud")
            return 1
        say("purge: stopped; nothing was changed")
    return 2


if __name__ == "__main__":
    sys.exit(main())
