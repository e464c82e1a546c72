"""The figures once more, from the records and by other means than the tool's; for logs of the generator only."""

import collections
import datetime
import json
import math


STANDINGS = (
    "verified", "not-recorded", "terminated", "unverifiable", "recorded-during", "in-doubt", "not-dark", "observed",
    "nothing-to-pause", "not-told",
)


# So far may the times of one secure pause lie apart.
TOLERANCE = datetime.timedelta(seconds=5)


def moment(text):
    return datetime.datetime.fromisoformat(text)


def records_of(text):
    """The audit records and the lines of proof in a text, each once; and how many lines are not ours, twice, broken.

    An exposed line has what was done about it, too."""
    records, proofs, purges, lines = [], [], [], collections.Counter()
    kinds = {"secure_pause_audit": records, "secure_pause_proof": proofs, "secure_pause_purge": purges}
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
        if record.get("kind") not in kinds:
            lines["not-ours"] += 1
        elif line in seen:
            lines["duplicates"] += 1
        else:
            seen.add(line)
            kinds[record["kind"]].append(record)
    for line in proofs:
        if line["verdict"] == "exposed":
            line["remedy"], line["purge"] = remedy(line, purges)
    dark = {"cut-out", "not-recorded", "no-screen-recording"}
    shown = [line for line in last_of(proofs)[0] if "remedy" in line or line["verdict"] not in dark]
    known = {it["id"] for line in shown for it in line["recordings"]}
    lines["purges"] = len({it["recordingId"] for it in purges} - known)
    return records, proofs, lines


def remedy(line, purges):
    """What was done about an exposed line: what that comes to, and the outcome; the generator makes it one screen."""
    (screen,) = [it for it in line["recordings"] if it["media"] == "screen"]
    told = sorted((it for it in purges if it["recordingId"] == screen["id"]), key=lambda it: it["at"])
    if not told:
        return "nothing", ""
    deleted = [it["outcome"] for it in told if it["outcome"] in ("deleted", "gone")]
    if deleted:
        has_copy = screen["exported"] or any(it["exported"] for it in told)
        return ("copy-left" if has_copy else "deleted"), deleted[-1]
    return told[-1]["outcome"], told[-1]["outcome"]


def stored_word(word, line):
    """What was once exposed stays so until it is deleted."""
    return word if "remedy" not in (line or {}) else "remedied" if line["remedy"] == "deleted" else "exposed"


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


def length_of(pause):
    """Milliseconds from its start to its end; none where no end is told."""
    ends = [it["eventTime"] for it in pause if it["phase"] == "ended"]
    return milliseconds(moment(min(ends)) - moment(pause[0]["eventTime"])) if ends else None


def milliseconds(span):
    return span // datetime.timedelta(milliseconds=1)


def claim(pause):
    dark = {"verified", "not-recorded", "terminated", "unverifiable"}
    lost = {"recorded-during", "in-doubt", "not-dark"}
    name = standing(pause)
    return "dark" if name in dark else "not-dark" if name in lost else "nothing"


def last_of(proofs):
    """The last line about each secure pause, or about each call without one; and how many it replaced."""
    last = collections.defaultdict(list)
    for line in sorted(proofs, key=lambda it: moment(it["timestamp"])):
        of_call = last[line["conversationId"]]
        for before in [it for it in of_call if is_of_same(it, line)]:
            of_call.remove(before)
            if "remedy" in before:
                # The generator makes it one screen, and has none of it listed later.
                screens = [it for it in before["recordings"] if it["media"] == "screen"]
                line = {**line, "recordings": line["recordings"] + screens, "remedy": before["remedy"]}
                line["purge"] = f"- {before['purge']}" if before["purge"] else ""
        of_call.append(line)
    for of_call in last.values():
        placed = [moment(it["timestamp"]) for it in of_call if it["from"]]
        of_call[:] = [it for it in of_call if not is_void(it) or not any(at > moment(it["timestamp"]) for at in placed)]
    kept = [line for of_call in last.values() for line in of_call]
    return kept, len(proofs) - len(kept)


def is_of_same(line, other):
    if line["from"] == other["from"]:
        return True
    if not line["from"] or not other["from"]:
        return False
    return moment(line["from"]) < moment(other["to"]) and moment(other["from"]) < moment(line["to"])


def is_void(line):
    return not line["from"] and line["verdict"] == "unknown"


def joined(pauses, lines):
    """What is stored of each secure pause: a word, and the line; and the lines that no live record is of."""
    of_call = collections.defaultdict(list)
    for line in lines:
        of_call[line["conversationId"]].append(line)
    stored, met = [], set()
    for pause in pauses:
        start = moment(pause[0]["eventTime"])
        end = start + datetime.timedelta(milliseconds=length_of(pause) or 0)
        call = of_call.get(pause[0]["conversationId"], [])
        near = [
            (abs(moment(it["from"]) - start), it["from"], it)
            for it in call
            if it["from"] and start <= moment(it["to"]) + TOLERANCE and end >= moment(it["from"]) - TOLERANCE
        ]
        whole = [it for it in call if not it["from"]]
        if near:
            line = min(near, key=lambda it: it[:2])[2]
            met.add((line["conversationId"], line["from"]))
            stored.append((line["verdict"], line))
        elif whole:
            met.add((whole[0]["conversationId"], None))
            stored.append((whole[0]["verdict"], whole[0]))
        else:
            stored.append(("no-mark" if call else "missing", None))
    found = [
        it
        for it in lines
        if (it["from"] or (is_void(it) and len(of_call[it["conversationId"]]) > 1))
        and (it["conversationId"], it["from"]) not in met
    ]
    return stored, found


def unsettled_of(pauses, lines):
    """The lines of calls of which nobody knows whether there was a secure pause."""
    told = {pause[0]["conversationId"] for pause in pauses} | {it["conversationId"] for it in lines if it["from"]}
    return [it for it in lines if it["conversationId"] not in told and it["verdict"] != "no-secure-pause"]


def proof_figures(records, proofs, pauses, strays):
    """The figures of the proof, and those that are told even where they are zero."""
    lines, replaced = last_of(proofs)
    stored, found = joined(pauses, lines)
    figures, shown = collections.Counter({"replaced": replaced}), {}
    cells = collections.Counter((stored_word(*it), claim(pause)) for pause, it in zip(pauses, stored))
    cells.update((stored_word(it["verdict"], it), "no-record") for it in found)
    for line in [line for _, line in stored if line] + found:
        if "remedy" in line:
            figures[f"remedy-{line['remedy']}"] += 1
    dark = {"cut-out", "not-recorded", "no-screen-recording"}
    groups = collections.Counter()
    for (word, _), count in cells.items():
        name = "proven-dark" if word in dark else {"exposed": "recorded", "missing": "without-proof", "remedied": "remedied"}.get(word, "not-proven")
        groups[name] += count
    for word in {word for word, _ in cells}:
        shown[f"stored-{word}"] = sum(count for (it, _), count in cells.items() if it == word)
        for name in ("dark", "not-dark", "nothing", "no-record"):
            shown[f"stored-{word}-{name}"] = cells[word, name]
    figures.update(groups)
    shown["all-secure-pauses"], shown["proven-dark"] = sum(cells.values()), groups["proven-dark"]
    unpaused = [it for it in lines if it["verdict"] == "no-secure-pause" and it["expected"]]
    figures["payment-calls"] = figures["unpaused"] = len(unpaused)
    unsettled = unsettled_of(pauses, lines)
    figures["unsettled"] = figures["unsettled-calls"] = len(unsettled)
    figures["without-record"] = figures["lost"] = len(found)
    written = [moment(it["timestamp"]) for it in records + proofs]
    for line in found:
        ends = [at for call, at in strays if call == line["conversationId"]]
        start = line["from"] or line["eventTime"]
        if line["to"] and any(abs(moment(at) - moment(line["to"])) <= TOLERANCE for at in ends):
            figures["lost-end-only"] += 1
        else:
            figures["lost-before-the-files" if moment(start) < min(written) else "lost-nothing"] += 1
    for pause, (word, _) in zip(pauses, stored):
        if word == "missing":
            is_due = max(written) - moment(pause[0]["eventTime"]) >= datetime.timedelta(hours=48)
            figures["overdue" if is_due else "undue"] += 1
    long = [stored_word(*it) for pause, it in zip(pauses, stored) if (exposure(pause) or (0,))[0] > 5000]
    figures["disputed"] = sum(word in dark for word in long)
    told = {it["conversationId"] for it in lines if it["from"]}
    figures["contradicting"] = sum(
        not it["from"] and not is_void(it) and it["conversationId"] in told for it in lines
    )
    starts = [moment(pause[0]["eventTime"]) for pause in pauses] + [moment(it["from"] or it["eventTime"]) for it in found]
    shown.update(stretches(records, starts))
    shown.update(shares(pauses, stored, found, unpaused, lines))
    return figures, shown


def stretches(records, starts):
    """Times of faulty settings, and of no record at all; the generator makes no others."""
    told = sorted((moment(it["timestamp"]), it["mode"] or "") for it in records)
    found = []
    for place, (at, mode) in enumerate(told):
        is_first = place == 0 or told[place - 1][1] != mode
        if mode == "" and is_first:
            after = next((it for it in range(place, len(told)) if told[it][1] != ""), len(told))
            found.append((at, told[min(after, len(told) - 1)][0], after - place))
        if place and at - told[place - 1][0] >= datetime.timedelta(days=1):
            found.append((told[place - 1][0], at, 0))
    shown = {"stretches": len(found)} if found else {}
    for place, (begin, end, count) in enumerate(sorted(found), 1):
        shown[f"stretch-{place}-records"] = count
        shown[f"stretch-{place}-pauses"] = sum(begin <= start < end for start in starts)
    return shown


def shares(pauses, stored, found, unpaused, lines):
    """What stands out by queue and by agent."""
    of_call = collections.defaultdict(list)
    for line in sorted(lines, key=lambda it: moment(it["timestamp"])):
        of_call[line["conversationId"]].append(line)
    last = lambda call, name: next((it[name] for it in reversed(of_call[call]) if it[name]), [])
    told = []
    for pause, (_, line) in zip(pauses, stored):
        ms, is_dark = exposure(pause) or (0, False)
        length = length_of(pause)
        if line and line["from"]:
            length = length_by(line)
        is_lost = claim(pause) == "not-dark" or is_exposed(line)
        users = [pause[0]["userId"]] if pause[0]["userId"] else None
        told.append((pause[0]["conversationId"], users, {
            "": 1, "-late": is_dark and ms > 2000, "-not-dark": is_lost, "-short": length is not None and length < 5000,
        }))  # fmt: skip
    for line in found:
        is_short = line["from"] is not None and length_by(line) < 5000
        told.append((line["conversationId"], None, {"": 1, "-not-dark": is_exposed(line), "-short": is_short}))
    told += [(line["conversationId"], None, {"-none": 1}) for line in unpaused]
    shown = {}
    for name, field in (("queue", "queueIds"), ("agent", "userIds")):
        counts, without = collections.defaultdict(collections.Counter), 0
        for call, users, add in told:
            whose = users if users and name == "agent" else last(call, field)
            without += not whose
            for one in whose:
                counts[one].update({what: int(count) for what, count in add.items()})
        out = {one: it for one, it in counts.items() if any(it[what] for what in ("-late", "-not-dark", "-short", "-none"))}
        for one, it in out.items():
            shown.update({f"{name}-{one}{what}": it[what] for what in ("", "-late", "-not-dark", "-short", "-none")})
        if out:
            shown[f"{name}s"] = len(out)
            shown.update({f"without-{name}": without} if without else {})
    return shown


def length_by(line):
    return milliseconds(moment(line["to"]) - moment(line["from"]))


def is_exposed(line):
    return line is not None and "remedy" in line


def rank(values, percent):
    return sorted(values)[max(1, math.ceil(len(values) * percent / 100)) - 1]


def figures(text):
    """Every figure that the page tells of such a log, by its name there. Rows of zeros are left out of it."""
    records, proofs, lines = records_of(text)
    pauses, strays = secure_pauses(records)
    figures = collections.Counter(lines)
    figures["records"] = len(records)
    figures["secure-pauses"] = len(pauses)
    figures["conversations"] = len({pause[0]["conversationId"] for pause in pauses})
    for name in STANDINGS:
        figures[name] = sum(standing(pause) == name for pause in pauses)
    for name in ("not-dark", "recorded-during", "in-doubt", "observed", "not-told"):
        figures[f"tile-{name}"] = figures[name]
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
        figures[f"exposures-{place}"] = sum(ms <= most for ms in exposures)
    for place in range(9, 1, -1):
        figures[f"exposures-{place}"] -= figures[f"exposures-{place - 1}"]
    figures["exposures-10"] = figures["exposures-undarkened"]
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
    wrong = {"InvalidConfig", "CredentialsUnavailable", "CredentialsRejected", "Forbidden", "EndpointMissing"}
    for record in records:
        figures[f"ending-{record.get('outcome') or record['errorType']}"] += 1
        figures[program(record)] += 1
        if record.get("errorType") in wrong:
            figures[f"fault-{record['errorType']}"] += 1
        if "errorType" in record and record["conversationId"] is None:
            figures[f"nameless-{record['errorType']}"] += 1
            figures["tile-nameless"] += 1
    figures.update(program(line) for line in last_of(proofs)[0])
    of_proof, shown = proof_figures(records, proofs, pauses, strays)
    figures.update(of_proof)
    return {name: count for name, count in figures.items() if count} | shown


def program(line):
    names = ("version", "commit", "functionVersion", "mode")
    return "program-" + "-".join(line.get(name) or "none" for name in names)
