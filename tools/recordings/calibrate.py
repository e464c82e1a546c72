"""Shows the figures of one test call, and which value of PAUSED_SCREEN they speak for. Reads only.

Exit: 0 they speak for a value, or for a look at the picture; 1 they speak for none; 2 they cannot be read.
"""

import argparse
import datetime
import json
import sys

import figures
import genesys

# A secure pause that is shorter tells little: the tolerance is too large a part of it.
SHORTEST = datetime.timedelta(seconds=60)
SAID = {
    "cut": "PAUSED_SCREEN=cut: the recorder leaves out a paused screen",
    "look": "frozen, masked or untouched: open the recording. Still picture: frozen. Covered: masked. "
    "A clock that runs: the screen is not paused at all",
    None: "no value",
}


def calibrate(arguments):
    conversation = genesys.uuid(arguments.conversation)
    reader = genesys.Reader(arguments.region, genesys.credentials(arguments.client))
    read, recordings = reader.conversation(conversation), reader.recordings(conversation)
    evidence = figures.Evidence(conversation, read, recordings, arguments.tolerance_ms)
    value, reason = spoken_for(evidence)
    if arguments.json:
        print(json.dumps(document(conversation, evidence, value, reason)))
    else:
        print(figures.table(evidence))
        print(f"\n{SAID[value]} ({reason})")
    return 0 if value else 1


def spoken_for(evidence):
    """Which PAUSED_SCREEN the call speaks for, `cut`, `look`, or None; and why."""
    unplaced = [it["reason"] for it in evidence.records if not it["from"]]
    if unplaced:
        return None, unplaced[0]
    if any(pause.length < SHORTEST for pause in evidence.pauses):
        return None, "a secure pause is shorter than 60 s: too short beside the tolerance"
    if not evidence.screens:
        return None, "there is no screen recording, or the client may not see it"
    said = [it for screen in evidence.screens for it in screen_speaks_for(screen, evidence.slack)]
    if not said:
        return None, "no screen recording spans a secure pause: the recorder stopped, or was off"
    none = next((it for it in said if it[0] is None), said[0])
    if none[0] and len({value for value, _ in said}) > 1:
        return None, "the screen recordings speak for different values"
    return none


def screen_speaks_for(screen, slack):
    """The same of one file, for each secure pause that it spans."""
    for record in screen.records:
        verdict, missing = record["verdict"], screen.entry["missingMs"]
        if verdict == "cut-out":
            yield "cut", record["reason"]
        elif verdict == "not-provable" and abs(missing) <= figures.milliseconds(slack):
            yield "look", "nothing is missing: frozen, masked or not paused at all, which only the picture shows"
        elif verdict == "not-provable":
            yield None, "neither all of the secure pause is missing nor nothing"
        elif verdict != "not-recorded":
            yield None, record["reason"]


def document(conversation, evidence, value, reason):
    pauses = [
        {"from": genesys.iso(it.start), "to": genesys.iso(it.end), "durationMs": figures.milliseconds(it.length)}
        for it in evidence.pauses
    ]
    screens = [
        it.figures(evidence.pauses) | {"verdicts": [(record["verdict"], record["reason"]) for record in it.records]}
        for it in evidence.screens
    ]
    call = evidence.call and {"from": genesys.iso(evidence.call.start), "to": genesys.iso(evidence.call.end)}
    figured = {"conversationId": conversation, "call": call, "pauses": pauses, "screens": screens}
    return figured | {"speaksFor": value, "reason": reason}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    genesys.common_arguments(parser)
    parser.add_argument("--json", action="store_true", help="one JSON document instead of the table")
    try:
        return calibrate(parser.parse_args())
    except (genesys.Failed, genesys.NotReady, genesys.Refused) as error:
        print(f"calibrate: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
