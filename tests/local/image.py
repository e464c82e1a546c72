"""Lambda's base image for the function, or a stand-in where it is not there and cannot be pulled."""

import contextlib
import io
import pathlib
import re
import shutil
import subprocess
import tarfile

from samcli.lib.utils.architecture import X86_64
from samcli.local.docker.lambda_image import LambdaImage, Runtime

# As sam names it.
IMAGE = f"{LambdaImage._INVOKE_REPO_PREFIX}/{Runtime.get_image_name_tag('provided.al2023', X86_64)}"
# What sam builds on a stand-in inherits this: by it all of it is found again.
LABEL = "secure-pause.stand-in"
# What sam runs in the image to put the Runtime Interface Emulator in its place.
PROGRAMS = ["sh", "mv", "chmod"]
# The C library as Amazon Linux has it: the parts that a binary may name.
LIBRARIES = ["libc.so.6", "libm.so.6", "libpthread.so.0", "libdl.so.2", "librt.so.1", "libresolv.so.2"]
PULL_SECONDS = 180


@contextlib.contextmanager
def base_image(env, say):
    """Has the image in the engine; takes a stand-in, and what sam built and ran on it, out again."""

    def docker(*arguments, **options):
        return subprocess.run(["docker", *arguments], env=env, capture_output=True, **options)

    # A test that was killed may have left one.
    remove_stand_ins(docker)
    if is_there(docker) or is_pulled(docker, say):
        yield
        return
    try:
        done = docker(
            "import", "--change", f"LABEL {LABEL}=true", "--change", "ENV PATH=/bin", "-", IMAGE, input=stand_in()
        )
        assert done.returncode == 0, done.stderr
        say(
            f"{IMAGE} cannot be pulled: a stand-in of this machine's own shell and C library takes its place, so it is "
            "not proven that the function finds its libraries in Amazon Linux 2023"
        )
        yield
    finally:
        remove_stand_ins(docker)


def is_there(docker):
    return docker("image", "inspect", IMAGE).returncode == 0


def is_pulled(docker, say):
    say(f"pulling {IMAGE}")
    try:
        return docker("pull", "--quiet", IMAGE, timeout=PULL_SECONDS).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def remove_stand_ins(docker):
    for kind, options in (("container", ["--all"]), ("image", [])):
        # The newest comes first: no image is removed before those that were built on it.
        command = [kind, "ls", *options, "--quiet", "--filter", f"label={LABEL}"]
        listed = docker(*command, text=True).stdout.split()
        if listed:
            done = docker(kind, "rm", "--force", *dict.fromkeys(listed), text=True)
            assert done.returncode == 0, done.stderr


def stand_in():
    """A root file system as a tar file: enough for sam and for the function."""
    files = {}
    for program in PROGRAMS:
        path = shutil.which(program)
        files[f"bin/{program}"] = path
        files |= {library.lstrip("/"): library for library in libraries_of(path)}
    (libc,) = (pathlib.Path(file) for file in files.values() if file.endswith("/libc.so.6"))
    files |= {str(libc.with_name(name)).lstrip("/"): libc.with_name(name) for name in LIBRARIES}
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", dereference=True) as tar:
        for name, path in sorted(files.items()):
            tar.add(path, name)
        hosts = b"hosts: files dns\n"
        entry = tarfile.TarInfo("etc/nsswitch.conf")
        entry.size = len(hosts)
        tar.addfile(entry, io.BytesIO(hosts))
    return packed.getvalue()


def libraries_of(program):
    listed = subprocess.run(["ldd", program], capture_output=True, text=True, check=True).stdout
    return re.findall(r"(/\S+) \(0x", listed)
