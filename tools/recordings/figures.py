"""What the figures of a conversation's recordings say of its secure pauses: the function's own table, and how it is shown.

The table is src/decide/proof.rs. The program `verdicts` has it, and is given what was read.
"""

import dataclasses
import datetime
import json
import pathlib
import subprocess

from genesys import Refused, iso

VERDICTS = pathlib.Path(__file__).resolve().parents[2] / "target" / "debug" / "verdicts"
NONE = datetime.timedelta()
# Years that a recording can be of; those at the ends of the calendar cannot be reckoned with.
CENTURY = range(2000, 2100)
STATES = ("AVAILABLE", "ARCHIVED", "RESTORED", "DELETED", "RESTORING", "UPLOADING", "ERROR")


@dataclasses.dataclass(frozen=True, order=True)
class Span:
    start: datetime.datetime
    end: datetime.datetime

    @property
    def length(self):
        return max(self.end - self.start, NONE)

    def common(self, other):
        return Span(max(self.start, other.start), min(self.end, other.end)).length


class Screen:
    """One screen recording, with the proof records that it alone would give."""

    def __init__(self, records, recordings):
        (self.entry,) = [it for it in records[0]["recordings"] if it["media"] == "screen"]
        self.id = self.entry["id"]
        self.records = records
        self.exported = next((exported(it) for it in recordings if it.get("id") == self.id), None)
        self.span = span_of(self.entry["start"], self.entry["end"])

    def exposed(self):
        """The secure pauses that are known to be on it."""
        return [span_of(it["from"], it["to"]) for it in self.records if it["verdict"] == "exposed"]

    def overlap(self, pauses):
        return milliseconds(sum((it.common(self.span) for it in pauses), NONE)) if self.span else None

    def figures(self, pauses):
        """What is shown of it and written down."""
        return self.entry | {"overlapMs": self.overlap(pauses), "exported": self.exported}


class Evidence:
    """What the recordings of a conversation say."""

    def __init__(self, conversation, read, recordings, tolerance_ms, paused_screen="unknown"):
        told = judged(
            {
                "id": conversation,
                "conversation": read,
                "recordings": recordings,
                "isCut": paused_screen == "cut",
                "toleranceMs": tolerance_ms,
            }
        )
        self.call = span_of(*told["call"]) if told["call"] else None
        # The secure pauses are those of the voices, whatever screen is beside them.
        self.records = [*told["screens"], told["voices"]][0]
        self.pauses = [span_of(it["from"], it["to"]) for it in self.records if it["from"]]
        self.slack = slack(datetime.timedelta(milliseconds=tolerance_ms), self.pauses)
        self.screens = [Screen(records, recordings) for records in told["screens"]]


def judged(question):
    """The answer of the program, which makes no request and is given nothing but the question."""
    try:
        asked = json.dumps(question, allow_nan=False)
        done = subprocess.run([VERDICTS], input=asked, capture_output=True, text=True, env={}, check=True)
    except OSError:
        raise Refused("the program `verdicts` is not built: make calibrate and make purge build it") from None
    except (ValueError, subprocess.CalledProcessError):
        raise Refused("what Genesys has answered cannot be judged") from None
    return json.loads(done.stdout)


def slack(tolerance, pauses):
    """How much of the secure pauses may be on a file, since a pause takes some time to arrive: never a whole one."""
    return min([tolerance, *(pause.length / 2 for pause in pauses)])


def state(recording):
    """Where its file is; "?" where that is no state that Genesys has published."""
    told = recording.get("fileState")
    told = told.upper() if isinstance(told, str) else told
    return told if told in STATES else "?"


def exported(recording):
    """When a copy has left Genesys; None where none has."""
    told = recording.get("exportedDate")
    at = moment(told)
    return iso(at) if at else "at a time that cannot be read" if told else None


def objects(told, name):
    """The objects of a list in a record."""
    listed = told.get(name)
    return [it for it in listed if isinstance(it, dict)] if isinstance(listed, list) else []


def moment(text):
    """A time of a body; None where it is none, or is none of a known zone."""
    try:
        at = datetime.datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return at.astimezone(datetime.UTC) if at.tzinfo and at.year in CENTURY else None


def span_of(start, end):
    start, end = moment(start), moment(end)
    return Span(start, end) if start and end and start < end else None


def milliseconds(length):
    return None if length is None else round(length / datetime.timedelta(milliseconds=1))


def seconds(ms):
    return "?" if ms is None else f"{ms / 1000:.1f} s"


def table(evidence):
    """The figures, for a person, with what is concluded of each screen recording."""
    call = f"{iso(evidence.call.start)} to {iso(evidence.call.end)}" if evidence.call else "?"
    lines = [f"call            {call}"]
    for pause in evidence.pauses:
        length = seconds(milliseconds(pause.length))
        lines.append(f"secure pause    {iso(pause.start)} to {iso(pause.end)}, {length}")
    if not evidence.pauses:
        lines.append(f"secure pause    none: {evidence.records[0]['reason']}")
    for screen in evidence.screens:
        it = screen.figures(evidence.pauses)
        lines += [
            f"screen          {it['id']}, {it['fileState']}, {it['start']} to {it['end']}",
            f"                lasted {seconds(milliseconds(screen.span.length)) if screen.span else '?'}, "
            f"plays {seconds(it['outputDurationMs'])}, missing {seconds(it['missingMs'])}, "
            f"of secure pauses {seconds(it['overlapMs'])}; marks {it['marks']}, exported {it['exported'] or 'no'}",
        ]
        lines += [f"                → {record['verdict']}: {record['reason']}" for record in screen.records]
    if not evidence.screens:
        lines.append("screen          none")
    return "\n".join(lines)
