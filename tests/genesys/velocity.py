"""The part of Velocity that the data actions' templates use; anything else is refused, so that no template means more
here than it would in Genesys Cloud.

`${name.part}` and `$name.part` are replaced by their value, `$esc.url(…)` and `$esc.jsonString(…)` by it escaped. A reference
that has no value stands as it is written: Velocity does the same, and so a misspelt name is seen.
"""

import json
import re
from urllib.parse import quote_plus

NAME = r"[A-Za-z][A-Za-z0-9_]*(?:\.[A-Za-z][A-Za-z0-9_]*)*"
REFERENCE = rf"\$\{{(?P<braced>{NAME})\}}|\$(?P<bare>{NAME})"
CALL = re.compile(rf"\$esc\.(?P<tool>[A-Za-z]+)\((?P<argument>\$\{{{NAME}\}}|\${NAME})\)")
TOKEN = re.compile(rf"{CALL.pattern}|{REFERENCE}")
ESCAPES = {
    # EscapeTool's form encoding: what is no letter, digit or one of -_.* is encoded, a space as +.
    "url": lambda text: quote_plus(text, safe="*"),
    "jsonString": lambda text: json.dumps(text)[1:-1],
}


class Unsupported(ValueError):
    """The template uses more of Velocity than this interpreter knows."""


def references(template):
    """The names that a template refers to, in order."""
    names = []
    for token in TOKEN.finditer(template):
        found = re.fullmatch(REFERENCE, token["argument"]) if token["tool"] else token
        names.append(found["braced"] or found["bare"])
    return names


def render(template, values):
    """The template with its references replaced by `values`, by name; they are put in as they are.

    # Errors
    `Unsupported` where something is neither text nor a known reference.
    """
    rest = TOKEN.sub("", template)
    if called := re.search(rf"\${NAME}\(", CALL.sub("", template)):
        raise Unsupported(f"{called[0]}…) is unknown here")
    if re.search(r"\$[!{A-Za-z]|#(?:set|if|foreach|macro|include|parse|\{)", rest):
        raise Unsupported(f"neither text nor a known reference: {rest!r}")

    def replaced(token):
        if token["tool"]:
            escape = ESCAPES.get(token["tool"])
            if escape is None:
                raise Unsupported(f"$esc.{token['tool']} is unknown here")
            reference = re.fullmatch(REFERENCE, token["argument"])
            name = reference["braced"] or reference["bare"]
            return escape(values[name]) if name in values else token[0]
        name = token["braced"] or token["bare"]
        return values[name] if name in values else token[0]

    return TOKEN.sub(replaced, template)
