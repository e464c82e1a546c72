"""The templates of data actions: Velocity by airspeed, with the tool `$esc` as Genesys Cloud has it.

A reference that has no value stands as it is written, as in Velocity: so a misspelt name is seen.
"""

import json
import re
from urllib.parse import quote_plus

import airspeed

# The only form in which the files refer to something: `${input.name}`, `${name}`.
REFERENCE = re.compile(r"\$\{([A-Za-z][\w.]*)\}")


class Esc:
    """The two methods of Velocity's EscapeTool that the files use; `jsonString` is Genesys Cloud's own."""

    @staticmethod
    def url(text):
        # Form encoding: what is no letter, digit or one of -_.* is encoded, a space as +.
        return quote_plus(text, safe="*")

    @staticmethod
    def jsonString(text):
        return json.dumps(text)[1:-1]


def references(template):
    """The names that a template refers to, in order."""
    return REFERENCE.findall(template)


def render(template, values):
    """The template with these values; what they hold is not read as a template again."""
    return airspeed.Template(template).merge({**values, "esc": Esc()})
