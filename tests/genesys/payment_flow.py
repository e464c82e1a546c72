"""The secure call flow as it is shipped, the data actions that it calls, and ways to find a step of it."""

import pathlib

import yaml

from action import Action

FILE = pathlib.Path(__file__).resolve().parents[2] / "genesys" / "flows" / "secure-payment.yaml"
FLOW = yaml.safe_load(FILE.read_text())
PAUSE, RESUME, PAYMENT = (
    Action(stem) for stem in ("Pause_Screen_Recording_Lambda", "Resume_Screen_Recording_Lambda", "Take_Card_Payment"))
NAMES = {"pause": PAUSE.name, "resume": RESUME.name, "payment": PAYMENT.name}
FUNCTION, GATEWAY = "Secure Pause Function", "Payment Gateway"


def start(flow):
    """The actions of the first task."""
    return flow["secureCall"]["tasks"][0]["task"]["actions"]


def last(flow):
    """The actions of the task that resumes, where it has not been sent."""
    return flow["secureCall"]["tasks"][1]["task"]["actions"][0]["decision"]["outputs"]["no"]["actions"]


def found(node, kind, name):
    """The settings of the action of this kind and name."""
    if isinstance(node, dict):
        if node.get(kind, {}).get("name") == name:
            return node[kind]
        node = list(node.values())
    if isinstance(node, list):
        for inside in node:
            if (hit := found(inside, kind, name)) is not None:
                return hit
    return None


def actions_around(flow, kind, name):
    """The list that holds this action, and where in it."""
    def search(node):
        if isinstance(node, list):
            for index, inside in enumerate(node):
                if isinstance(inside, dict) and isinstance(inside.get(kind), dict) and inside[kind].get("name") == name:
                    return node, index
        for inside in node.values() if isinstance(node, dict) else node if isinstance(node, list) else []:
            if hit := search(inside):
                return hit
        return None
    return search(flow)
