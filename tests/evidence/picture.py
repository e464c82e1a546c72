"""Takes the picture of the report that docs/evidence.md shows: always of the same made-up shift."""

import base64
import pathlib
import sys
import tempfile

from evidence import WINDOW, chromium, made_up, report

# The page is read in a column; more than this is no picture but the page.
LARGEST_BYTES = 200_000
# Some five conversations.
HEIGHT = 1000


def main(to):
    with tempfile.TemporaryDirectory() as directory:
        directory = pathlib.Path(directory)
        log = directory / "log.jsonl"
        log.write_text(made_up("--seed", 101, "--pauses", 45, "--proof"))
        page, _ = report(directory, log)
        with chromium() as browser:
            browser.get(page.as_uri())
            # The conversations are what no table tells.
            top = browser.execute_script("return document.getElementById('timelines').getBoundingClientRect().top")
            clip = {"x": 0, "y": top - 10, "width": WINDOW[0], "height": HEIGHT, "scale": 0.8}
            shot = browser.execute_cdp_cmd("Page.captureScreenshot", {"clip": clip, "captureBeyondViewport": True})
            picture = base64.b64decode(shot["data"])
    if len(picture) > LARGEST_BYTES:
        sys.exit(f"picture: {len(picture)} bytes, more than {LARGEST_BYTES}; show less of the page")
    pathlib.Path(to).write_bytes(picture)
    print(f"{to}: {len(picture)} bytes")


if __name__ == "__main__":
    main(sys.argv[1])
