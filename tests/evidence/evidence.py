"""The tools under test, and a real headless Chromium."""

import contextlib
import json
import pathlib
import subprocess
import tempfile

from selenium import webdriver
from selenium.webdriver.chrome.service import Service

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARIES = ROOT / "target" / "debug"
# Large enough that the first screen of the page has no line break that a smaller one would.
WINDOW = (1000, 1400)


def made_up(*arguments):
    """Log lines of the generator, as text."""
    command = [BINARIES / "examples" / "records", *map(str, arguments)]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=120).stdout


def report(directory, *logs, arguments=()):
    """Writes the report into the directory; gives the paths of page and CSV."""
    page, table = directory / "evidence.html", directory / "evidence.csv"
    command = [BINARIES / "evidence", "--html", page, "--csv", table, *arguments, *logs]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return page, table


@contextlib.contextmanager
def chromium():
    """A browser with a new profile of its own, which is gone with it."""
    with tempfile.TemporaryDirectory() as profile:
        options = webdriver.ChromeOptions()
        options.binary_location = "/usr/bin/chromium"
        for argument in (
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-sync",
            "--hide-scrollbars", "--force-device-scale-factor=1",
            f"--user-data-dir={profile}", f"--window-size={WINDOW[0]},{WINDOW[1]}",
        ):
            options.add_argument(argument)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
        driver.set_page_load_timeout(60)
        try:
            yield driver
        finally:
            driver.quit()


def requested(driver):
    """Every address that was asked for since the last look."""
    messages = [json.loads(entry["message"])["message"] for entry in driver.get_log("performance")]
    sent = [it["params"] for it in messages if it["method"] == "Network.requestWillBeSent"]
    return [params["request"]["url"] for params in sent]
