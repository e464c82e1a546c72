"""Runs cfn-lint and Checkov on every template, and holds what they find to the accepted findings.

Exit: 0 nothing else is found, and everything accepted still is; 1 otherwise.
"""

import json
import pathlib
import subprocess
import sys

from ruamel.yaml import YAML

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOOLS = ROOT / "target" / "tools"
TEMPLATES = ["template.yaml", "proof.yaml", "monitoring.yaml"]
ACCEPTED = pathlib.Path(__file__).with_name("accepted-findings.yaml")


def run(*command):
    done = subprocess.run(command, cwd=ROOT, text=True, capture_output=True)
    try:
        return json.loads(done.stdout)
    except ValueError:
        sys.exit(f"lint: {command[0]} has no result: {done.stdout}{done.stderr}")


def of_cfn_lint():
    """The parameter, condition or resource that a finding is in, by its path."""
    for it in run(TOOLS / "sam" / "bin" / "cfn-lint", "--format", "json", *TEMPLATES):
        path = it["Location"]["Path"] or ["", ""]
        yield it["Rule"]["Id"], path[1] if len(path) > 1 else path[0], f"{it['Filename']}: {it['Message']}"


def of_checkov():
    files = [argument for template in TEMPLATES for argument in ("--file", template)]
    options = ["--framework", "cloudformation", "--skip-download", "--output", "json"]
    result = run(TOOLS / "checkov" / "bin" / "checkov", *files, *options)
    checks, unread = result["results"], result["summary"]["parsing_errors"]
    looked_at = {it["file_path"].lstrip("/") for it in [*checks["passed_checks"], *checks["failed_checks"]]}
    if unread or looked_at != set(TEMPLATES):
        sys.exit(f"lint: Checkov has looked at {sorted(looked_at)}, {unread} could not be read")
    for it in checks["failed_checks"]:
        yield it["check_id"], it["resource"].split(".")[-1], f"{it['file_path']}: {it['check_name']}"


def accepted():
    for entry in YAML(typ="safe").load(ACCEPTED.read_text()):
        resources = entry["resource"] if isinstance(entry["resource"], list) else [entry["resource"]]
        assert entry["reason"]
        yield from ((entry["check"], resource) for resource in resources)


def main():
    found = {(check, resource): told for check, resource, told in [*of_cfn_lint(), *of_checkov()]}
    known = set(accepted())
    for check, resource in sorted(set(found) - known):
        print(f"{check} {resource}: {found[check, resource]}")
    for check, resource in sorted(known - set(found)):
        print(f"{check} {resource}: accepted, and no longer found; remove it from {ACCEPTED.name}")
    return 1 if set(found) ^ known else 0


if __name__ == "__main__":
    sys.exit(main())
