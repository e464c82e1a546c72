"""Memory grows with the records by little, and with nothing else."""

import subprocess

import pytest

from evidence import BINARIES, made_up

# What is kept of a record and of its part of a secure pause; the vectors that hold them double as they grow.
BYTES_A_RECORD = 400
# The program itself and its buffers.
BASE_KIB = 24 * 1024

PEAK = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


@pytest.mark.parametrize("proof", [(), ("--proof",)], ids=["live records", "and proof"])
def test_memory_is_bounded_by_the_number_of_records_and_not_by_their_size(tmp_path, proof):
    log = tmp_path / "log.jsonl"
    text = made_up("--pauses", 20_000, *proof)
    records = text.count("\n")
    log.write_text(text)
    tool = [BINARIES / "evidence", "--html", tmp_path / "e.html", "--csv", tmp_path / "e.csv", log]
    python = BINARIES.parents[1] / "target" / "tools" / "browser" / "bin" / "python3"
    done = subprocess.run([python, "-c", PEAK, *tool], check=True, capture_output=True, text=True, timeout=300)
    peak_kib = int(done.stdout)
    assert records > 60_000
    print(f"{peak_kib} KiB for {records} records")
    assert peak_kib < BASE_KIB + records * BYTES_A_RECORD // 1024, f"{peak_kib} KiB for {records} records"
    assert peak_kib * 1024 < log.stat().st_size, "the log was not held whole"
