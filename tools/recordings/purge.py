"""Has one screen recording deleted that is known to show what it should not, and follows it until it is.

Shows what it would do, and changes nothing, unless --apply is given; then it asks first. Refuses whatever is not a screen
recording, is under legal hold, or is not known to be exposed: by the figures, by a proof record of the function, or by
somebody who has looked at it and says so.
Writes a line of JSON for the evidence report to --out, or to stdout; everything else goes to stderr.
Exit: 0 shown, or deleted; 1 ordered, and not seen to be deleted yet; 2 refused, or it could not be done.
"""

import argparse
import datetime
import json
import os
import pathlib
import sys
import time

import figures
import genesys

# Between two looks: one second first, then twice as long each time, up to this.
LONGEST_PAUSE_SECONDS = 300
# Genesys says nowhere how soon it deletes. What has not gone after two days is for its support.
FOLLOW_MINUTES = 48 * 60
# Genesys may keep the day of a deletion and drop the time.
DAY = datetime.timedelta(days=1)


class Log:
    """What records say of one recording: proof records of the function, lines of this tool."""

    def __init__(self, path, conversation, recording):
        self._recording = recording
        self._proofs = {}
        self.is_ordered = False
        for line in read(path):
            if line.get("conversationId") != conversation:
                continue
            if line.get("kind") == "secure_pause_proof" and line.get("schema") == 1:
                # The last word on a secure pause counts.
                self._proofs[str(line.get("from"))] = line
            elif line.get("kind") == "secure_pause_purge" and line.get("recordingId") == recording:
                self.is_ordered |= line.get("outcome") == "ordered"

    def exposed(self, tolerance):
        """The secure pauses that are called exposed, and are on this recording and not only on another one."""
        spans = {name: figures.span_of(line.get("from"), line.get("to")) for name, line in self._proofs.items()}
        pauses = [span for span in spans.values() if span]
        slack = figures.slack(tolerance, pauses)
        return [
            span
            for name, span in spans.items()
            if span and self._proofs[name].get("verdict") == "exposed" and self._has(self._proofs[name], span, pauses, slack)
        ]

    def _has(self, line, pause, pauses, slack):
        for told in figures.objects(line, "recordings"):
            if told.get("id") != self._recording or told.get("media") != "screen":
                continue
            span, missing = figures.span_of(told.get("start"), told.get("end")), told.get("missingMs")
            if not span or not span.common(pause) or type(missing) is not int:
                continue
            overlap = sum((it.common(span) for it in pauses), figures.NONE)
            # Pieces of a screen that was cut up may each be short: then nothing at all is missing.
            return missing <= 0 or missing < figures.milliseconds(overlap - slack)
        return False


def read(path):
    """The lines of a file that are JSON objects; others are no records."""
    try:
        lines = path.read_text().splitlines() if path else []
    except (OSError, UnicodeDecodeError):
        raise genesys.Refused(f"{path} cannot be read") from None
    for line in lines:
        try:
            told = json.loads(line)
        except ValueError:
            continue
        if isinstance(told, dict):
            yield told


class Purge:
    def __init__(self, arguments):
        self.conversation = genesys.uuid(arguments.conversation)
        self.id = genesys.uuid(arguments.recording)
        self.arguments = arguments
        self.log = Log(arguments.log, self.conversation, self.id)
        self.client = genesys.Retention(arguments.region, genesys.credentials(arguments.client))
        self.pauses, self.known_by = [], None
        self.found = None

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
            pauses = sorted(self.log.exposed(datetime.timedelta(milliseconds=self.arguments.tolerance_ms)))
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
            try:
                self.client.delete_screen(self.conversation, recording, at)
            except genesys.Failed as error:
                if error.status and error.status < 500 and error.status != 408:
                    raise
                say(f"{error}; whether it was carried out is read back")
            except KeyboardInterrupt:
                say("whether it was carried out is read back")
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
            self.write("unconfirmed", recording)
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
    parser.add_argument("--log", type=pathlib.Path, help="a file with the function's proof records, a line each")
    parser.add_argument("--paused-screen", choices=["unknown", "cut", "frozen", "masked"], default="unknown")
    parser.add_argument("--seen", action="store_true", help="somebody has opened it and seen a card; asked again")
    parser.add_argument("--apply", action="store_true", help="ask, and delete it")
    parser.add_argument("--out", type=pathlib.Path, help="a file that the line for the report is added to")
    parser.add_argument("--follow-minutes", type=float, default=FOLLOW_MINUTES)
    try:
        return Purge(parser.parse_args()).run()
    except (genesys.Failed, genesys.NotReady, genesys.Refused) as error:
        say(f"purge: {error}")
    except KeyboardInterrupt:
        say("purge: stopped; nothing was changed")
    return 2


if __name__ == "__main__":
    sys.exit(main())
