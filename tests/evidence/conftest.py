"""One report of made-up records, opened in one browser, for all tests."""

import types

import pytest

from evidence import chromium, made_up, report, requested


@pytest.fixture(scope="session")
def browser():
    with chromium() as driver:
        yield driver


@pytest.fixture(scope="session")
def shift(tmp_path_factory):
    """A shift's log, with lines of others, broken ones and some that are there twice; and its report."""
    directory = tmp_path_factory.mktemp("shift")
    log = directory / "log.jsonl"
    log.write_text(made_up("--seed", 10, "--pauses", 400, "--untidy", "--proof"))
    page, table = report(directory, log)
    return types.SimpleNamespace(log=log, page=page, table=table)


@pytest.fixture
def opened(browser, shift):
    """The page of the shift, just opened, with what was asked for meanwhile."""
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": []})
    requested(browser)
    browser.get_log("browser")
    browser.get(shift.page.as_uri())
    return browser
