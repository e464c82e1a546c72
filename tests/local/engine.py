"""A Docker engine to replay events in: the one that answers here, or one that is installed and started for the tests.

The engine of the tests keeps everything under `target/engine`, listens on a socket in a directory of its own, and has
a bridge of its own. It changes neither the machine's firewall nor its routing, so its containers reach this machine
and nothing else.
"""

import contextlib
import ctypes
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
DATA = ROOT / "target" / "engine"
# What is installed where the program is missing: Debian's packages. Up to Debian 12 the first has the client too.
PACKAGES = {"dockerd": "docker.io", "docker": "docker-cli", "ip": "iproute2"}
# Where Debian has daemons, whoever's path it is.
SYSTEM_PATH = f"{os.environ['PATH']}:/usr/sbin:/sbin"
# A third of 198.18.0.0/15, which RFC 2544 keeps for benchmarks: no network that this machine has to reach is there.
BRIDGE_ADDRESS = "198.18.{}.1/24"
START_SECONDS = 60
STOP_SECONDS = 30
PR_SET_PDEATHSIG = 1


class Unavailable(Exception):
    """No engine can be had here; the text is why, and how to get one."""


def answers(env):
    try:
        return subprocess.run(["docker", "info"], env=env, capture_output=True, timeout=20).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


@contextlib.contextmanager
def engine(say):
    """The environment in which `docker` and `sam` reach an engine."""
    env = dict(os.environ)
    if answers(env):
        yield env
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise Unavailable(
            "no Docker engine answers, and only root with apt-get can install one here: start Docker, or run as root"
        )
    install(say)
    say("starting a Docker engine of the tests' own")
    with started() as socket:
        yield env | {"DOCKER_HOST": f"unix://{socket}", "PATH": SYSTEM_PATH}


def install(say):
    for program, package in PACKAGES.items():
        if not shutil.which(program, path=SYSTEM_PATH):
            say(f"installing {package} (up to a minute)")
            apt_get("update", "-qq")
            done = apt_get("install", "-y", "-qq", "--no-install-recommends", package)
            if done.returncode != 0:
                raise Unavailable(f"apt-get cannot install {package}: {last_line(done.stderr)}")


def apt_get(*arguments):
    env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    return subprocess.run(["apt-get", *arguments], env=env, capture_output=True, text=True)


def last_line(text):
    return text.strip().splitlines()[-1] if text.strip() else "it does not say why"


@contextlib.contextmanager
def started():
    """Runs an engine; its socket."""
    # A short path: the names of sockets must not be longer than 107 bytes.
    place = pathlib.Path(tempfile.mkdtemp(prefix="engine-"))
    log = place / "log"
    try:
        with bridge() as name:
            process = start(place, name, log)
            try:
                wait_for(place / "socket", process, log)
                yield place / "socket"
            finally:
                stop(process)
    finally:
        shutil.rmtree(place, ignore_errors=True)


@contextlib.contextmanager
def bridge():
    """A network interface for the containers that no other engine has."""
    remove_stale_bridges()
    name = f"engine{os.getpid()}"
    try:
        ip("link", "add", name, "type", "bridge")
        ip("address", "add", BRIDGE_ADDRESS.format(os.getpid() % 256), "dev", name)
        ip("link", "set", name, "up")
        yield name
    finally:
        subprocess.run(["ip", "link", "delete", name], env={"PATH": SYSTEM_PATH}, capture_output=True)


def remove_stale_bridges():
    """What a test that was killed outright has left behind."""
    for place in pathlib.Path("/sys/class/net").glob("engine*"):
        pid = place.name.removeprefix("engine")
        if pid.isdigit() and not pathlib.Path("/proc", pid).exists():
            ip("link", "delete", place.name)


def ip(*arguments):
    done = subprocess.run(["ip", *arguments], env={"PATH": SYSTEM_PATH}, capture_output=True, text=True)
    if done.returncode != 0:
        raise Unavailable(f"no bridge for a Docker engine can be made here: {last_line(done.stderr)}")


def start(place, bridge, log):
    command = [
        "dockerd", "--host", f"unix://{place}/socket", "--data-root", DATA, "--exec-root", place / "run",
        "--pidfile", place / "pid", "--storage-driver", "vfs", "--bridge", bridge,
        "--iptables=false", "--ip6tables=false", "--ip-forward=false", "--ip-masq=false",
    ]  # fmt: skip
    DATA.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        return subprocess.Popen(
            command, env=os.environ | {"PATH": SYSTEM_PATH}, stdout=output, stderr=output, preexec_fn=end_with_parent
        )


def end_with_parent():
    """Has the kernel end this process when pytest is killed and cannot."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def wait_for(socket, process, log):
    deadline = time.monotonic() + START_SECONDS
    while not answers(os.environ | {"DOCKER_HOST": f"unix://{socket}", "PATH": SYSTEM_PATH}):
        if process.poll() is not None or time.monotonic() > deadline:
            raise Unavailable(f"a Docker engine does not start here: {last_line(log.read_text())}")
        time.sleep(0.2)


def stop(process):
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
