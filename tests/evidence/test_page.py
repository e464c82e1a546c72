"""The page in a real Chromium: it opens without errors, tells the right figures, and can be read everywhere."""

import csv
import json
import re

import pytest

import recount
from evidence import made_up, report, requested

# Text and what is under it differ at least so much (WCAG 2.2, AA, for text of any size).
CONTRAST = 4.5
# Bars differ from the paper at least so much (WCAG 2.2, AA, for graphics).
BAR_CONTRAST = 3

# Every element with text of its own: its text, its colour, and the first background under it that is not transparent.
TEXTS = """
const under = (element) => {
  for (let it = element; it; it = it.parentElement) {
    const colour = getComputedStyle(it).backgroundColor;
    if (colour !== 'rgba(0, 0, 0, 0)') return colour;
  }
  return 'none';
};
return [...document.body.querySelectorAll('*')].filter((element) => {
  const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
  return own && !['TITLE', 'DESC', 'title', 'desc', 'STYLE'].includes(element.tagName);
}).map((element) => {
  const style = getComputedStyle(element);
  const box = element.getBoundingClientRect();
  const isSvg = element instanceof SVGElement;
  return [element.textContent.trim(), isSvg ? style.fill : style.color, under(element), box.width * box.height];
});
"""
BARS = """
return [...document.querySelectorAll('svg rect')].map((bar) => {
  const style = getComputedStyle(bar);
  return [bar.getAttribute('class'), style.fill === 'none' ? style.stroke : style.fill];
});
"""


def figures(driver):
    script = """return [...document.querySelectorAll('[data-figure]')].map((element) =>
        [element.dataset.figure, element.getAttribute('value') ?? element.getAttribute('datetime') ?? element.textContent])"""
    found = driver.execute_script(script)
    assert len({name for name, _ in found}) == len(found), "a figure's name is there twice"
    return dict(found)


def luminance(colour):
    parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    linear = [it / 12.92 if it <= 0.04045 else ((it + 0.055) / 1.055) ** 2.4 for it in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_it_opens_without_an_error_and_loads_nothing_but_itself(opened, shift):
    assert opened.title == "Secure pauses and screen recordings: evidence report"
    assert opened.get_log("browser") == []
    elsewhere = [url for url in requested(opened) if not url.startswith("data:")]
    assert elsewhere == [shift.page.as_uri()]
    assert opened.execute_script("return document.scripts.length") == 0


def test_every_figure_is_the_one_that_the_records_come_to(opened, shift):
    came = figures(opened)
    span = [came.pop("period-from"), came.pop("period-to")]
    wanted = {name: str(value) for name, value in recount.figures(shift.log.read_text()).items()}
    assert came == wanted
    records, *_ = recount.records_of(shift.log.read_text())
    times = [recount.moment(record["eventTime"] or record["receivedAt"]) for record in records]
    assert [recount.moment(text) for text in span] == [min(times), max(times)]


def test_the_csv_has_the_same_secure_pauses(shift):
    records, proofs, _ = recount.records_of(shift.log.read_text())
    pauses, _ = recount.secure_pauses(records)
    lines, _ = recount.last_of(proofs)
    stored, found = recount.joined(pauses, lines)
    wanted = {
        (pause[0]["conversationId"], recount.moment(pause[0]["eventTime"])): (
            recount.standing(pause),
            (recount.exposure(pause) or (None,))[0],
            (recount.failed(pause) or ("", ""))[0],
            len(pause),
            proof_of(word, line),
            *columns(line),
        )
        for pause, (word, line) in zip(pauses, stored)
    }
    with shift.table.open(newline="") as table:
        rows = list(csv.DictReader(table))
    came = {
        (row["conversation"], recount.moment(row["start"])): (
            row["standing"],
            int(row["exposure_ms"]) if row["exposure_ms"] else None,
            row["failure"],
            int(row["records"]),
            *(row[name] for name in COLUMNS),
        )
        for row in rows
        if int(row["records"]) > 0
    }
    assert len(came) == len(pauses)
    assert came == wanted
    others = [row for row in rows if int(row["records"]) == 0]
    unpaused = [it for it in lines if it["verdict"] == "no-secure-pause" and it["expected"]]
    unpaused += recount.unsettled_of(pauses, lines)
    wanted = {(it["conversationId"], it["from"]): (proof_of(it["verdict"], it), *columns(it)) for it in found + unpaused}
    assert len(others) == len(wanted) == len(rows) - len(pauses)
    came = {
        (row["conversation"], row["start"]): (row["proof"], *(row[name] for name in COLUMNS[1:])) for row in others
    }
    shortened = {(call, at and milliseconds(at)): columns for (call, at), columns in wanted.items()}
    assert {(call, at or None): columns for (call, at), columns in came.items()} == shortened


# Of the proof.
COLUMNS = (
    "proof", "proof_from", "proof_to", "screen_recordings", "missing_ms", "exported", "paused_screen", "queues", "agents",
    "remedy", "purges",
)  # fmt: skip


def proof_of(word, line):
    return "exposed" if line and "remedy" in line else word


def columns(line):
    """What the columns of the proof hold after its verdict."""
    if line is None:
        return ("",) * 10
    screens = [it for it in line["recordings"] if it["media"] == "screen"]
    return (
        milliseconds(line["from"]),
        milliseconds(line["to"]),
        " ".join(it["id"] for it in screens),
        " ".join(str(it["missingMs"]) for it in screens),
        "yes" if any(it["exported"] for it in screens) else "",
        line["pausedScreen"],
        " ".join(line["queueIds"] or []),
        " ".join(line["userIds"] or []),
        line.get("remedy", ""),
        line.get("purge", ""),
    )


def milliseconds(text):
    return recount.moment(text).isoformat(timespec="milliseconds").replace("+00:00", "Z") if text else ""


@pytest.mark.parametrize(
    ("media", "scheme"),
    [("screen", "light"), ("screen", "dark"), ("print", "light"), ("print", "dark")],
    ids=["in the light", "in the dark", "printed", "printed from the dark"],
)
def test_every_text_and_bar_can_be_seen(opened, media, scheme):
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    opened.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": media, "features": features})
    texts = opened.execute_script(TEXTS)
    assert len(texts) > 500
    hidden = [it for it in texts if contrast(it[1], it[2]) < CONTRAST or it[3] == 0]
    assert hidden == []
    paper = opened.execute_script("return getComputedStyle(document.body).backgroundColor")
    is_dark = luminance(paper) < 0.1
    assert is_dark == (media == "screen" and scheme == "dark")
    bars = opened.execute_script(BARS)
    assert {name for name, _ in bars} == {"pause", "pause open", "exposed", "dark", "untold"}
    assert [bar for bar in bars if contrast(bar[1], paper) < BAR_CONTRAST] == []


def test_tables_have_captions_and_scopes_and_charts_have_words(opened):
    tables = opened.execute_script("""return [...document.querySelectorAll('table')].map((table) => [
        table.caption?.textContent ?? '', [...table.querySelectorAll('th')].every((cell) => cell.scope)])""")
    assert len(tables) >= 8
    assert [it for it in tables if not it[0] or not it[1]] == []
    charts = opened.execute_script("""return [...document.querySelectorAll('svg')].map((chart) => [
        chart.getAttribute('role'),
        ...chart.getAttribute('aria-labelledby').split(' ').map((id) => document.getElementById(id)?.textContent ?? '')])""")
    assert len(charts) == 31
    assert [it for it in charts if it[0] != "img" or not all(it) or len(it) != 3] == []


def test_it_opens_with_a_sentence_of_what_is_proven(opened, shift):
    sentence = opened.execute_script("return document.getElementById('opening').textContent")
    came = figures(opened)
    numbers = [int(number) for number in re.findall(r"\d+", sentence)]
    not_dark = int(came["all-secure-pauses"]) - int(came["proven-dark"])
    names = ("remedied", "without-proof", "without-record", "payment-calls", "unsettled", "tile-nameless", "broken")
    told = [int(came[name]) for name in names if name in came]
    assert len(told) >= 5
    recorded = int(came["recorded"]) + int(came["remedied"])
    assert numbers == [int(came["all-secure-pauses"]), int(came["proven-dark"]), not_dark, recorded, *told]
    first = opened.execute_script("return document.querySelector('h1').nextElementSibling.id")
    assert first == "opening"


def test_the_sum_is_red_where_it_does_not_come_out_and_not_where_it_does(opened, shift, browser, tmp_path):
    colour = "return getComputedStyle(document.getElementById('sum')).color"
    ink = opened.execute_script("return getComputedStyle(document.body).color")
    assert opened.execute_script(colour) == ink
    lines = shift.log.read_text().splitlines()
    line = next(json.loads(it) for it in lines if '"verdict":"cut-out"' in it and it.endswith("}"))
    line.update({"from": None, "to": None, "verdict": "no-secure-pause", "recordings": []})
    log = tmp_path / "log.jsonl"
    log.write_text("\n".join([*lines, json.dumps(line)]))
    page, _ = report(tmp_path, log)
    browser.get(page.as_uri())
    red, green, blue = (int(part) for part in re.findall(r"\d+", browser.execute_script(colour))[:3])
    assert red > 150 > max(green, blue)
    assert "the sum does not come out" in browser.execute_script("return document.getElementById('sum').textContent")
    assert figures(browser)["contradicting"] == "1"


def test_without_proof_the_page_says_so_and_its_figures_are_right(browser, tmp_path):
    log = tmp_path / "log.jsonl"
    log.write_text(made_up("--seed", 12, "--pauses", 60))
    page, _ = report(tmp_path, log)
    browser.get(page.as_uri())
    came = figures(browser)
    del came["period-from"], came["period-to"]
    assert came == {name: str(value) for name, value in recount.figures(log.read_text()).items()}
    assert came["proven-dark"] == "0"
    assert "hold no proof" in browser.execute_script("return document.getElementById('opening').textContent")
    assert browser.execute_script("return document.getElementById('sum').textContent").startswith("Proof is missing")


def test_a_timeline_shows_the_exposed_part_as_long_as_it_was(opened):
    """Red in proportion: against the exposure and the length that the words of the same chart tell."""
    timelines = opened.execute_script("""return [...document.querySelectorAll('.timeline svg')].map((chart) => {
        const width = (kind) => [...chart.querySelectorAll('rect.' + kind)].map((bar) => +bar.getAttribute('width'));
        return [chart.querySelector('desc').textContent, width('pause'), width('exposed')];
    })""")
    looked_at = 0
    for words, pauses, exposed in timelines:
        # What is stored is drawn in the same colours.
        words = re.sub(r"; stored: .*", ".", words)
        seconds = re.findall(r"(secure pause|exposed)(?:, recorded again,)? from [^;]*? for ([\d.]+) s\b", words)
        if len(pauses) != 1 or [what for what, _ in seconds] != ["secure pause", "exposed"]:
            continue
        told = float(seconds[1][1]) / float(seconds[0][1])
        assert exposed[0] / pauses[0] == pytest.approx(told, rel=0.05), words
        looked_at += 1
    assert looked_at >= 5
