"""The figures once more, from the records and by other means than the tool's; for logs of the generator only."""

import collections
import datetime
import json
import math


STANDINGS = (
    "verified", "not-recorded", "terminated", "unverifiable", "recorded-during", "in-doubt", "not-dark", "observed",
    "nothing-to-pause", "not-told",
)


def moment(text):
    return datetime.datetime.fromisoformat(text)


def records_of(text):
    """The audit records in a text, each once; and how many lines are not ours, twice, broken."""
    records, lines = [], collections.Counter()
    seen = set()
    for line in text.splitlines():
        lines["lines"] += 1
        if "{" not in line:
            lines["not-ours"] += 1
            continue
        try:
            record = json.loads(line)
        except json.JSONDecodeError:
            lines["broken"] += 1
            continue
        if record.get("kind") != "secure_pause_audit":
            lines["not-ours"] += 1
        elif line in seen:
            lines["duplicates"] += 1
        else:
            seen.add(line)
            records.append(record)
    return records, lines


def secure_pauses(records):
    """Lists of records, one a secure pause; and the ends that belong to none."""
    of_call = collections.defaultdict(list)
    for record in records:
        if record["conversationId"] and record["phase"]:
            of_call[record["conversationId"]].append(record)
    pauses, strays = [], set()
    for call, told in of_call.items():
        current = None
        for record in sorted(told, key=lambda it: (moment(it["eventTime"]), moment(it["timestamp"]))):
            if record["phase"] == "started":
                if current is None or current[0]["eventTime"] != record["eventTime"]:
                    current = []
                    pauses.append(current)
                current.append(record)
                continue
            ends = [it["eventTime"] for it in current or [] if it["phase"] == "ended"]
            if current is not None and (not ends or ends[0] == record["eventTime"]):
                current.append(record)
            else:
                strays.add((call, record["eventTime"]))
    return pauses, strays


def starts_of(pause):
    return sorted((it for it in pause if it["phase"] == "started"), key=lambda it: moment(it["timestamp"]))


def recorded_again(pause):
    """The records that say that a screen was recorded, after one that said dark; and those from the last of them on."""
    starts = starts_of(pause)
    dark = next((place for place, it in enumerate(starts) if it["paused"]), len(starts))
    says = {"repaired", "NotPaused"}
    again = [place for place, it in enumerate(starts) if place > dark and (it.get("outcome") or it["errorType"]) in says]
    return bool(again), starts[again[-1] :] if again else starts


def exposure(pause):
    """Milliseconds, and whether the screens were dark after them."""
    _, starts = recorded_again(pause)
    held = [it["exposureMs"] for it in starts if it["paused"]]
    if held:
        return min(held), True
    gave_up = [it["exposureMs"] for it in starts if "errorType" in it]
    ends = [it["eventTime"] for it in pause if it["phase"] == "ended"]
    if gave_up and ends:
        whole = moment(min(ends)) - moment(pause[0]["eventTime"])
        return whole // datetime.timedelta(milliseconds=1), False
    return (max(gave_up), False) if gave_up else None


def failed(pause):
    """The error of the first attempt at pausing that failed, and how that ended."""
    starts = starts_of(pause)
    errors = [place for place, it in enumerate(starts) if "errorType" in it]
    if not errors:
        return None
    later = [it["door"] for it in starts[errors[0] + 1 :] if it["paused"]]
    if later:
        how = "repaired-by-the-watch" if later[0] == "watch" else "recovered-by-a-retry"
    else:
        how = "never-dark" if any(it["phase"] == "ended" for it in pause) else "not-known"
    return starts[errors[0]]["errorType"], how


def standing(pause):
    if recorded_again(pause)[0]:
        return "recorded-during"
    starts = starts_of(pause)
    states = [target["state"] for it in starts if it["paused"] for target in it["targets"]]
    if any(it["paused"] and it["verified"] for it in starts):
        return "verified"
    if states:
        by_state = {"unverifiable": "unverifiable", "terminated": "terminated", "not_recording": "not-recorded"}
        return next(name for state, name in by_state.items() if state in states)
    if any("errorType" in it for it in starts):
        return "not-dark"
    over = {"conversation_over", "recovered", "nothing_paused"}
    return "nothing-to-pause" if any(it.get("outcome") in over for it in starts) else "not-told"


def rank(values, percent):
    return sorted(values)[max(1, math.ceil(len(values) * percent / 100)) - 1]


def figures(text):
    """Every figure that the page tells of such a log, by its name there."""
    records, lines = records_of(text)
    pauses, strays = secure_pauses(records)
    figures = collections.Counter({"not-ours": 0, "duplicates": 0, "broken": 0})
    figures.update(lines)
    figures["records"] = len(records)
    figures["secure-pauses"] = len(pauses)
    figures["conversations"] = len({pause[0]["conversationId"] for pause in pauses})
    for name in STANDINGS:
        figures[name] = sum(standing(pause) == name for pause in pauses)
    failures = [failed(pause) for pause in pauses if failed(pause)]
    figures["failed"] = len(failures)
    for how in ("repaired-by-the-watch", "recovered-by-a-retry", "dark-already", "over-before", "never-dark", "not-known"):
        figures[f"failed-{how}"] = sum(how == it for _, it in failures)
    for cause, _ in failures:
        figures[f"failed-{cause}"] += 1
    for pause in pauses:
        resumes = [it["errorType"] for it in pause if it["phase"] == "ended" and "errorType" in it]
        figures.update(f"resume-failed-{cause}" for cause in resumes[:1])
    told = [exposure(pause) for pause in pauses if exposure(pause)]
    exposures = [ms for ms, is_dark in told if is_dark]
    figures["exposures"] = len(exposures)
    figures["exposures-undarkened"] = len(told) - len(exposures)
    for name, percent in (("median", 50), ("p95", 95), ("p99", 99), ("worst", 100)):
        figures[f"exposure-{name}-ms"] = rank(exposures, percent)
    for place, most in enumerate((250, 500, 1000, 2000, 5000, 10_000, 30_000, 75_000, math.inf), 1):
        figures[f"exposures-{place}"] = sum(ms <= most for ms, _ in told)
    for place in range(9, 1, -1):
        figures[f"exposures-{place}"] -= figures[f"exposures-{place - 1}"]
    ranked = sorted(told, key=lambda it: (not it[1], it[0]), reverse=True)
    for place, (worst, _) in enumerate(ranked[:10], 1):
        figures[f"worst-{place}"] = worst
    beside = [pause for pause in pauses if any(it["paused"] and it["othersRecording"] for it in starts_of(pause))]
    if beside:
        figures["others-recording"] = len(beside)
    started = [pause for pause in pauses if all(it["phase"] == "started" for it in pause)]
    over = {"conversation_over", "recovered", "nothing_paused"}
    figures["started-without-ended"] = len(started)
    figures["seen-over"] = sum(any(it.get("outcome") in over for it in pause) for pause in started)
    figures["ended-without-started"] = len(strays)
    failed_ends = {(it["conversationId"], it["eventTime"]) for it in records if it["phase"] == "ended" and "errorType" in it}
    figures["strays-failed"] = len(strays & failed_ends)
    figures["timelines"] = 30
    # No bounds were asked for.
    figures["records-outside"] = 0
    wrong = {"InvalidConfig", "CredentialsUnavailable", "CredentialsRejected", "Forbidden", "EndpointMissing"}
    for record in records:
        figures[f"ending-{record.get('outcome') or record['errorType']}"] += 1
        program = [record[name] or "none" for name in ("version", "commit", "functionVersion", "mode")]
        figures["program-" + "-".join(program)] += 1
        if record.get("errorType") in wrong:
            figures[f"fault-{record['errorType']}"] += 1
        if "errorType" in record and record["conversationId"] is None:
            figures[f"nameless-{record['errorType']}"] += 1
            figures["tile-nameless"] += 1
    return dict(figures)
