"""What the figures of a conversation's recordings say of its secure pauses. Pure, and what docs/design.md says of the proof.

Where a figure is missing or contradicts another one, nothing is concluded from it.
"""

import dataclasses
import datetime

from genesys import UUID, NotReady, is_screen, iso

# A secure pause that is shorter tells little: the tolerance is too large a part of it.
SHORTEST = datetime.timedelta(seconds=60)
NONE = datetime.timedelta()
# Years that a recording can be of; those at the ends of the calendar cannot be reckoned with.
CENTURY = range(2000, 2100)
# Where a file is that can be played, now or once it is asked for.
STORED = ("AVAILABLE", "ARCHIVED", "RESTORED")
STATES = (*STORED, "DELETED", "RESTORING", "UPLOADING", "ERROR")
AUDIO = ("AUDIO", "TRUNK", "STATION", "CONSULT", "SNIPPET")


@dataclasses.dataclass(frozen=True, order=True)
class Span:
    start: datetime.datetime
    end: datetime.datetime

    @property
    def length(self):
        return max(self.end - self.start, NONE)

    def common(self, other):
        return Span(max(self.start, other.start), min(self.end, other.end)).length

    def wider(self, by):
        return Span(self.start - by, self.end + by)

    def holds(self, other):
        return self.start <= other.start and other.end <= self.end


@dataclasses.dataclass(frozen=True)
class Screen:
    """One screen recording, and what it has of the secure pauses. A figure that cannot be known is None."""

    recording: dict
    span: Span | None
    plays: datetime.timedelta | None
    longest_overlap: datetime.timedelta
    overlap: datetime.timedelta
    is_within_call: bool

    @property
    def missing(self):
        return self.span.length - self.plays if self.span and self.plays else None

    def figures(self):
        """What is shown of it and written down."""
        told = self.recording
        return {
            "id": told["id"],
            "fileState": state(told),
            "start": self.span and iso(self.span.start),
            "end": self.span and iso(self.span.end),
            "outputDurationMs": milliseconds(self.plays),
            "missingMs": milliseconds(self.missing),
            "overlapMs": milliseconds(self.overlap) if self.span else None,
            "marks": len(noted_pauses(told)),
            "exported": exported(told),
        }


class Evidence:
    """A conversation that is over, with its recordings."""

    def __init__(self, conversation, recordings, tolerance_ms):
        self.call = of_call(conversation)
        if self.call is None:
            raise NotReady("the conversation is not over, or its times cannot be read")
        self.tolerance = datetime.timedelta(milliseconds=tolerance_ms)
        self.pauses, self.has_unplaced = secure_pauses(recordings, self.call.wider(self.tolerance))
        self.slack = slack(self.tolerance, self.pauses)
        self.unfinished = [it for it in recordings if state(it) in ("UPLOADING", "RESTORING")]
        self.screens = [self._screen(it) for it in recordings if is_screen(it) and has_id(it)]

    def _screen(self, recording):
        span = span_of(recording.get("startTime"), recording.get("endTime"))
        plays = number(recording, "outputDurationMs")
        overlaps = [pause.common(span) for pause in self.pauses] if span else []
        within = span and self.call.wider(self.tolerance).holds(span)
        return Screen(
            recording,
            span,
            datetime.timedelta(milliseconds=plays) if plays else None,
            max(overlaps, default=NONE),
            sum(overlaps, NONE),
            bool(within),
        )

    def verdict(self, screen, paused_screen):
        """What one file says of the secure pauses it spans, in the words of the proof, and why."""
        if state(screen.recording) not in STORED or screen.missing is None:
            return "unknown", "its file is not there, or its times or its length cannot be read"
        if not screen.is_within_call or screen.missing < -self.tolerance:
            return "unknown", "its times contradict the call, or its length its times"
        if screen.longest_overlap <= self.slack:
            return "not-recorded", "it spans no secure pause"
        if screen.missing > screen.overlap + self.tolerance:
            return "unknown", "more is missing than secure pauses account for"
        if screen.missing >= screen.overlap - self.slack:
            return "cut-out", "as much is missing as the secure pauses lasted"
        if paused_screen == "cut":
            return "exposed", "less is missing than the secure pauses lasted"
        return "not-provable", f"it takes up time in the file, and by PAUSED_SCREEN={paused_screen} it may be dark there"

    def speaks_for(self, screen):
        """Which PAUSED_SCREEN one file speaks for: `cut`, `look`, or None; and why."""
        verdict, reason = self.verdict(screen, "unknown")
        if verdict == "cut-out":
            return "cut", reason
        if verdict == "not-provable" and abs(screen.missing) <= self.slack:
            return "look", "nothing is missing: frozen, masked or not paused at all, which only the picture shows"
        return None, "neither all of the secure pause is missing nor nothing" if verdict == "not-provable" else reason

    def calibration(self):
        """Which PAUSED_SCREEN the call speaks for, and why."""
        if self.unfinished:
            return None, "a recording is not finished: ask again in some minutes"
        if self.has_unplaced:
            return None, "when a secure pause was cannot be read"
        if not self.pauses:
            return None, "no audio recording notes a secure pause"
        if any(pause.length < SHORTEST for pause in self.pauses):
            return None, "a secure pause is shorter than 60 s: too short beside the tolerance"
        if not self.screens:
            return None, "there is no screen recording, or the client may not see it"
        said = [self.speaks_for(it) for it in self.screens if self.verdict(it, "unknown")[0] != "not-recorded"]
        values = {value for value, _ in said}
        if not said:
            return None, "no screen recording spans a secure pause: the recorder stopped, or was off"
        if len(values) > 1:
            return None, "the screen recordings speak for different values"
        return said[0]


def of_call(conversation):
    """From its start to its end, or to the end of the last wrap-up; None while one of these is missing."""
    legs = objects(conversation, "participants")
    if any(leg.get("startAcwTime") and not leg.get("endAcwTime") for leg in legs):
        return None
    ends = [conversation.get("endTime"), *(leg["endAcwTime"] for leg in legs if leg.get("endAcwTime"))]
    ends = [moment(it) for it in ends]
    start = moment(conversation.get("startTime"))
    return None if start is None or None in ends else Span(start, max(ends))


def slack(tolerance, pauses):
    """How much of the secure pauses may be on a file, since a pause takes some time to arrive: never a whole one."""
    return min([tolerance, *(pause.length / 2 for pause in pauses)])


def secure_pauses(recordings, call):
    """The union over all audio recordings, and whether there is one that cannot be placed, or is not of this call."""
    placed = [
        place(recording, noted)
        for recording in recordings
        if is_audio(recording)
        for noted in noted_pauses(recording)
    ]
    placed = [it if it and call.start <= it.start <= call.end else None for it in placed]
    return union(it for it in placed if it), None in placed


def noted_pauses(recording):
    return [it for it in objects(recording, "annotations") if word(it, "reason") == "SECUREPAUSE"]


def place(recording, noted):
    """When a secure pause was: `realtimeLocation`, or `location` of the first pause, after which nothing is missing yet."""
    offset = number(noted, "realtimeLocation")
    if noted.get("realtimeLocation") is None and is_first(recording, noted):
        offset = number(noted, "location")
    start, length = moment(recording.get("startTime")), number(noted, "durationMs")
    if start is None or offset is None or not length:
        return None
    start += datetime.timedelta(milliseconds=offset)
    return Span(start, start + datetime.timedelta(milliseconds=length))


def is_first(recording, noted):
    pauses = [it for it in objects(recording, "annotations") if word(it, "type") != "BOOKMARK"]
    places = [number(it, "location") for it in pauses]
    return None not in places and number(noted, "location") == min(places, default=None)


def union(spans):
    merged = []
    for span in sorted(spans):
        if merged and span.start <= merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return merged


def has_id(recording):
    return isinstance(recording.get("id"), str) and UUID.fullmatch(recording["id"])


def is_audio(recording):
    words = {word(recording, "media"), word(recording, "mediaSubtype")}
    return "SCREEN" not in words and not words.isdisjoint(AUDIO)


def state(recording):
    """Where its file is; "?" where that is no state that Genesys has published."""
    told = word(recording, "fileState")
    return told if told in STATES else "?"


def exported(recording):
    """When a copy has left Genesys; None where none has."""
    told = recording.get("exportedDate")
    at = moment(told)
    return iso(at) if at else "at a time that cannot be read" if told else None


def objects(told, name):
    """The objects of a list in a body."""
    listed = told.get(name)
    return [it for it in listed if isinstance(it, dict)] if isinstance(listed, list) else []


def word(told, name):
    """A word of a body, in capitals; none where it is no text."""
    return told[name].upper() if isinstance(told.get(name), str) else ""


def number(told, name):
    it = told.get(name)
    return it if isinstance(it, int) and not isinstance(it, bool) and 0 <= it < 2**40 else None


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


def table(evidence, said):
    """The figures, for a person; `said` is what is concluded of each screen recording."""
    lines = [f"call            {iso(evidence.call.start)} to {iso(evidence.call.end)}"]
    for pause in evidence.pauses:
        length = seconds(milliseconds(pause.length))
        lines.append(f"secure pause    {iso(pause.start)} to {iso(pause.end)}, {length}")
    if not evidence.pauses:
        lines.append("secure pause    none that an audio recording notes")
    for screen, (conclusion, reason) in zip(evidence.screens, said):
        it = screen.figures()
        lines += [
            f"screen          {it['id']}, {it['fileState']}, {it['start']} to {it['end']}",
            f"                lasted {seconds(milliseconds(screen.span.length)) if screen.span else '?'}, "
            f"plays {seconds(it['outputDurationMs'])}, missing {seconds(it['missingMs'])}, "
            f"of secure pauses {seconds(it['overlapMs'])}; marks {it['marks']}, exported {it['exported'] or 'no'}",
            f"                → {conclusion}: {reason}",
        ]
    if not evidence.screens:
        lines.append("screen          none")
    return "\n".join(lines)
