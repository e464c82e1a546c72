"""A data action as Genesys Cloud runs it: the input is held to its contract, the request rendered, what came back
translated, and the result held to the contract again."""

import json
import pathlib

import jsonschema
from jsonpath_ng import parse

from velocity import render

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDER = ROOT / "genesys" / "data-actions"
SUFFIX = ".custom.json"


class Refused(ValueError):
    """The contract does not allow it; nothing is sent, or nothing handed on."""


class Action:
    """One exported action."""

    def __init__(self, stem):
        self.stem = stem
        self.export = json.loads((FOLDER / (stem + SUFFIX)).read_text())
        self.name = self.export["name"]
        self.request = self.export["config"]["request"]
        self.response = self.export["config"]["response"]
        self.timeout = self.export["config"]["timeoutSeconds"]
        self.secure = self.export["secure"]
        self.inputs = self.export["contract"]["input"]["inputSchema"]
        self.outputs = self.export["contract"]["output"]["successSchema"]

    def templates(self):
        """All that is read as a template before a request is sent."""
        return [self.request["requestUrlTemplate"], self.request["requestTemplate"], *self.request["headers"].values()]

    def rendered(self, values, checked=True):
        """URL and body for these inputs; unchecked as if the contract were not looked at."""
        if checked:
            hold(values, self.inputs)
        named = {"input": values}
        return render(self.request["requestUrlTemplate"], named), render(self.request["requestTemplate"], named)

    def translated(self, answer):
        """What the caller gets for a 2xx with this document, `None` where there was no body."""
        values = {"rawResult": json.dumps(answer)}
        for name, path in self.response["translationMap"].items():
            found = [] if answer is None else [match.value for match in parse(path).find(answer)]
            default = self.response["translationMapDefaults"].get(name)
            if found:
                values[name] = json.dumps(found[0])
            elif default is not None:
                values[name] = default
        try:
            result = json.loads(render(self.response["successTemplate"], values))
        except json.JSONDecodeError as error:
            raise Refused(f"the translation is no JSON: {error}") from error
        hold(result, self.outputs)
        return result


def every():
    """All that are shipped, by file name."""
    return [Action(path.name.removesuffix(SUFFIX)) for path in sorted(FOLDER.glob("*" + SUFFIX))]


def hold(document, schema):
    """Holds a document to a contract.

    # Errors
    `Refused`, with what the contract says.
    """
    try:
        jsonschema.Draft4Validator(schema).validate(document)
    except jsonschema.ValidationError as error:
        raise Refused(error.message) from error
