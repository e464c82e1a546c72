"""The page in a real Chromium: it opens without errors, tells the right figures, and can be read everywhere."""

import csv
import re

import pytest

import recount
from evidence import requested

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
    records, _ = recount.records_of(shift.log.read_text())
    times = [recount.moment(record["eventTime"] or record["receivedAt"]) for record in records]
    assert [recount.moment(text) for text in span] == [min(times), max(times)]


def test_the_csv_has_the_same_secure_pauses(shift):
    records, _ = recount.records_of(shift.log.read_text())
    pauses, _ = recount.secure_pauses(records)
    wanted = {
        (pause[0]["conversationId"], recount.moment(pause[0]["eventTime"])): (
            recount.standing(pause),
            (recount.exposure(pause) or (None,))[0],
            (recount.failed(pause) or ("", ""))[0],
            len(pause),
        )
        for pause in pauses
    }
    with shift.table.open(newline="") as table:
        rows = list(csv.DictReader(table))
    came = {
        (row["conversation"], recount.moment(row["start"])): (
            row["standing"],
            int(row["exposure_ms"]) if row["exposure_ms"] else None,
            row["failure"],
            int(row["records"]),
        )
        for row in rows
    }
    assert len(rows) == len(pauses)
    assert came == wanted


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


def test_a_timeline_shows_the_exposed_part_as_long_as_it_was(opened):
    """Red in proportion: against the exposure and the length that the words of the same chart tell."""
    timelines = opened.execute_script("""return [...document.querySelectorAll('.timeline svg')].map((chart) => {
        const width = (kind) => [...chart.querySelectorAll('rect.' + kind)].map((bar) => +bar.getAttribute('width'));
        return [chart.querySelector('desc').textContent, width('pause'), width('exposed')];
    })""")
    looked_at = 0
    for words, pauses, exposed in timelines:
        seconds = re.findall(r"(secure pause|exposed)(?:, recorded again,)? from [^;]*? for ([\d.]+) s\b", words)
        if len(pauses) != 1 or [what for what, _ in seconds] != ["secure pause", "exposed"]:
            continue
        told = float(seconds[1][1]) / float(seconds[0][1])
        assert exposed[0] / pauses[0] == pytest.approx(told, rel=0.05), words
        looked_at += 1
    assert looked_at >= 5
