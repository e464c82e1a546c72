"""Builds and deploys the stack of one section of samconfig.toml; asks for the answers the first time only.

Refuses, before anything is built, a deployment that does not agree with a mode that somebody has set by `make mode`,
and, before anything is deployed, a binary for another processor than the stack's.
Exit: that of the SAM CLI; 2 refused.
"""

import argparse
import pathlib
import shlex
import subprocess
import sys

import boto3
import tomlkit
from botocore.exceptions import BotoCoreError, ClientError

from mode import Refused, Stack, described, values

ROOT = pathlib.Path(__file__).resolve().parents[2]
BOOTSTRAP = ROOT / ".aws-sam" / "build" / "Function" / "bootstrap"
# `e_machine` of an ELF file, its bytes 18 and 19: <https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.eheader.html>.
MACHINES = {0x3E: "x86_64", 0xB7: "arm64"}


class Section:
    """What samconfig.toml says of one environment."""

    def __init__(self, path, name):
        sections = tomlkit.parse(path.read_text()).unwrap()
        settings = sections.get(name, {}).get("deploy", {}).get("parameters")
        if settings is None:
            known = sorted(it for it in sections if isinstance(sections[it], dict) and "deploy" in sections[it])
            raise Refused(f"{path.name} has no section [{name}.deploy.parameters]; ENV is one of {', '.join(known)}")
        self.file = path.name
        self.stack = settings["stack_name"]
        self.session = boto3.Session(region_name=settings.get("region"), profile_name=settings.get("profile"))
        self.answers = overrides(settings.get("parameter_overrides", []))

    def deployed(self, name, default):
        """The value that the deployment will give a parameter: named here, else as it is, else the default."""
        if name in self.answers:
            return self.answers[name]
        found = self.has_region() and described(self.session, self.stack)
        return values(found["Parameters"], "Parameter").get(name, default) if found else default

    def has_region(self):
        """Not before the SAM CLI has asked for it, the first time."""
        return self.session.region_name is not None


def overrides(said):
    """The SAM CLI writes one text; a list reads better."""
    pairs = shlex.split(said) if isinstance(said, str) else said
    return {name: value.strip('"') for name, _, value in (pair.partition("=") for pair in pairs)}


def machine(binary):
    """The processor that a binary is built for."""
    head = binary.read_bytes()[:20]
    return MACHINES.get(int.from_bytes(head[18:20], "little"), "an unknown processor") if head[:4] == b"\x7fELF" else "none"


def check_mode(section):
    """Refuses a mode set by hand that the answers do not name: CloudFormation might undo it, or keep it."""
    stack = Stack(section.stack, section.session)
    if stack.parameter is None:
        return
    live, coming = stack.mode(), section.answers.get("Mode", stack.parameter)
    if live != stack.parameter and live != coming:
        raise Refused(
            f"somebody has changed the mode to {live} by hand, and this deployment says {coming}: write Mode={live} into "
            f"{section.file}, or change it back first, by `make mode MODE={coming} STACK={section.stack}`"
        )


def check_machine(architecture, binary=BOOTSTRAP):
    built = machine(binary)
    if built != architecture:
        raise Refused(f"the binary is built for {built}, the stack is for {architecture}: build it again")


def deploy(arguments):
    section = Section(arguments.config, arguments.env)
    if section.has_region():
        check_mode(section)
    architecture = section.deployed("Architecture", "x86_64")
    build = ["make", "--no-print-directory", "build", f"ARCHITECTURE={architecture}"]
    subprocess.run([*build, *([f"CA_BUNDLE={arguments.ca_bundle}"] if arguments.ca_bundle else [])], cwd=ROOT, check=True)
    check_machine(architecture)
    config = ["--config-file", arguments.config.resolve(), "--config-env", arguments.env]
    command = ["sam", "deploy", *config, *([] if section.answers else ["--guided"])]
    status = subprocess.run(command, cwd=ROOT).returncode
    # The first time, the processor is only known once the questions are answered.
    chosen = Section(arguments.config, arguments.env).answers.get("Architecture", architecture)
    if status == 0 and chosen != architecture:
        print(f"deploy: the stack is for {chosen}: building for it, and deploying again", file=sys.stderr)
        return deploy(arguments)
    return status


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--env", required=True, help="the section of samconfig.toml")
    parser.add_argument("--config", type=pathlib.Path, default=ROOT / "samconfig.toml", help="another samconfig.toml")
    parser.add_argument("--ca-bundle", help="a PEM file to pack as /var/task/ca.pem")
    try:
        return deploy(parser.parse_args())
    except (BotoCoreError, ClientError, KeyError, Refused) as error:
        print(f"deploy: {error}", file=sys.stderr)
        return 2
    except subprocess.CalledProcessError as error:
        return error.returncode


if __name__ == "__main__":
    sys.exit(main())
