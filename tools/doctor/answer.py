"""The answer of a preflight as a table for a person or as JSON, and as an exit code.

Exit codes of the tools that show one: 0 secure pauses can be handled, as far as can be known without a live call; 1 they
cannot, as things are; 2 it could not be found out, or nobody could be asked.
"""

import json
import shutil
import textwrap

MARKS = {"ok": "ok", "failed": "FAILED", "unknown": "?", "skipped": "-"}
HEAD = ("", "what", "found", "what to set")
CODES = {"yes": 0, "no": 1, "unknown": 2}
SAID = {
    0: "Secure pauses can be handled, as far as can be known without a live call.",
    1: "Secure pauses cannot be handled as things are: see FAILED and NO.",
    2: "Whether secure pauses can be handled could not be found out.",
}
# Where nothing but that is missing.
NO_EVENT = "No event of a secure pause comes here; orders by a flow or a script's button remain."
GAP = "  "
# Where there is no terminal.
USUAL = (120, 24)
# Narrower columns cannot be read.
NARROWEST = 24


def show(answer, is_json):
    """Prints an answer; gives the exit code."""
    print(json.dumps(answer) if is_json else document(answer, shutil.get_terminal_size(USUAL).columns))
    return code(answer)


def code(answer):
    """An answer without this word is of an older function: then nothing is known of the events."""
    return CODES.get(answer.get("securePauses"), 1 if answer["preflight"] == "failed" else 2)


def document(answer, width):
    settings = f"version {answer['version']} ({answer['commit']})"
    if "mode" in answer:
        settings += f", mode {answer['mode'] or 'unknown'}"
    return "\n".join([*table(answer["checks"], width), "", said(answer), f"preflight {answer['preflight']}: {settings}"])


def said(answer):
    """The verdict in one sentence."""
    trigger = answer.get("trigger")
    bad = [it["check"] for it in answer["checks"] if it.get("securePauses", "yes") != "yes"]
    if trigger == "none" and bad == ["events"]:
        return NO_EVENT
    return SAID[code(answer)] + (f" Trigger={trigger}." if trigger not in (None, "none") else "")


def table(checks, width):
    rows = [HEAD, *((mark(it), it["check"], it["detail"], it.get("remedy", "")) for it in checks)]
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    share = max((width - sum(widths) - 3 * len(GAP)) // 2, NARROWEST)
    return [line for row in rows for line in lines(row, [*widths, share, share])]


def mark(check):
    """What is known to be missing is no question, even where it need not be there."""
    is_missing = check["status"] == "unknown" and check.get("securePauses") == "no"
    return "NO" if is_missing else MARKS.get(check["status"], check["status"])


def lines(row, widths):
    cells = [textwrap.wrap(cell, width, break_on_hyphens=False) for cell, width in zip(row, widths)]
    for at in range(max(map(len, cells))):
        parts = [cell[at] if at < len(cell) else "" for cell in cells]
        yield GAP.join(f"{part:{width}}" for part, width in zip(parts, widths)).rstrip()
