"""Shows the figures of one test call, and which value of PAUSED_SCREEN they speak for. Reads only.

Exit: 0 they speak for a value, or for a look at the picture; 1 they speak for none; 2 they cannot be read.
"""

import argparse
import json
import sys

import figures
import genesys

SAID = {
    "cut": "PAUSED_SCREEN=cut: the recorder leaves out a paused screen",
    "look": "frozen, masked or untouched: open the recording. Still picture: frozen. Covered: masked. "
    "A clock that runs: the screen is not paused at all",
    None: "no value",
}


def calibrate(arguments):
    conversation = genesys.uuid(arguments.conversation)
    reader = genesys.Reader(arguments.region, genesys.credentials(arguments.client))
    evidence = figures.Evidence(reader.conversation(conversation), reader.recordings(conversation), arguments.tolerance_ms)
    value, reason = evidence.calibration()
    said = [evidence.speaks_for(it) for it in evidence.screens]
    if arguments.json:
        print(json.dumps(document(conversation, evidence, said, value, reason)))
    else:
        print(figures.table(evidence, [(it or "no value", why) for it, why in said]))
        print(f"\n{SAID[value]} ({reason})")
    return 0 if value else 1


def document(conversation, evidence, said, value, reason):
    screens = [
        it.figures() | {"speaksFor": value, "reason": reason} for it, (value, reason) in zip(evidence.screens, said)
    ]
    pauses = [
        {"from": genesys.iso(it.start), "to": genesys.iso(it.end), "durationMs": figures.milliseconds(it.length)}
        for it in evidence.pauses
    ]
    call = {"from": genesys.iso(evidence.call.start), "to": genesys.iso(evidence.call.end)}
    return {
        "conversationId": conversation,
        "call": call,
        "pauses": pauses,
        "screens": screens,
        "speaksFor": value,
        "reason": reason,
    }


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
