"""Alarms by metric math: their own expressions, worked out for what may happen within their window."""

import pytest
from rendered import alarms, value


class Series:
    """A metric in each period, None where there is none; with arithmetic as CloudWatch has it."""

    def __init__(self, points):
        self.points = points

    def with_each(self, other, do):
        others = other.points if isinstance(other, Series) else [other] * len(self.points)
        return Series([None if None in pair else do(*pair) for pair in zip(self.points, others)])

    def __add__(self, other):
        return self.with_each(other, lambda a, b: a + b)

    def __sub__(self, other):
        return self.with_each(other, lambda a, b: a - b)

    def __rmul__(self, other):
        return self.with_each(other, lambda a, b: a * b)

    def __gt__(self, other):
        return self.with_each(other, lambda a, b: a > b)


def fill(series, filler):
    # Nothing at all is not filled: the more careful reading of the documentation.
    empty = all(point is None for point in series.points)
    return series if empty else Series([filler if point is None else point for point in series.points])


def of_each(do):
    """A function of what there is in each period; what is missing is skipped."""

    def done(several):
        columns = [[point for point in column if point is not None] for column in zip(*(it.points for it in several))]
        return Series([do(column) if column else None for column in columns])

    return done


def running_sum(series):
    total, points = 0, []
    for point in series.points:
        total += point or 0
        points.append(None if point is None else total)
    return Series(points)


def choose(condition, then, otherwise):
    def points(it):
        return it.points if isinstance(it, Series) else [it] * len(condition.points)

    chosen = zip(condition.points, points(then), points(otherwise))
    return Series([None if it is None else then if it else otherwise for it, then, otherwise in chosen])


MATH = {"FILL": fill, "SUM": of_each(sum), "MAX": of_each(max), "RUNNING_SUM": running_sum, "IF": choose}
NONE = [None] * 6


def rings(alarm, **metrics):
    """Whether an alarm rings at the end of its window; a metric that is not given has no data."""
    window = len(next(iter(metrics.values())))
    read = {metric["Id"]: Series([None] * window) for metric in alarm["Metrics"] if "MetricStat" in metric}
    assert set(metrics) <= set(read)
    known = read | {name: Series(points) for name, points in metrics.items()}
    for metric in alarm["Metrics"]:
        if "Expression" in metric:
            # The syntax is Python's too.
            known[metric["Id"]] = eval(metric["Expression"], {"__builtins__": {}}, MATH | known)
    (told,) = [metric["Id"] for metric in alarm["Metrics"] if metric.get("ReturnData") is not False]
    assert (alarm["EvaluationPeriods"], alarm["ComparisonOperator"]) == (window, "GreaterThanOrEqualToThreshold")
    breaching = [point for point in known[told].points if point is not None and point >= alarm["Threshold"]]
    return len(breaching) >= alarm.get("DatapointsToAlarm", window)


@pytest.mark.parametrize(
    ("matched", "handled", "expected", "reason"),
    [
        (NONE, NONE, False, "a quiet night"),
        ([4] * 6, [4] * 6, False, "every event has its record"),
        ([None, 2, None, None, None, None], [None, 2, None, None, None, None], False, "one secure pause all day"),
        ([1, None, None, None, None, None], [None, 1, None, None, None, None], False, "across the end of a period"),
        ([3] * 6, [3, 3, 3, 3, None, None], False, "metrics that come ten minutes late"),
        ([None, None, None, None, None, 2], NONE, False, "the record may still be under way"),
        (NONE, [1, None, None, None, None, None], False, "a record of an event from before the window"),
        ([2] * 6, [6] * 6, False, "events that were tried three times"),
        ([700] * 6, [690, 705, 700, 695, 702, 700], False, "a busy hour: some are under way at any moment"),
        ([None, None, None, 2, None, None], NONE, True, "the only secure pause of the day is lost"),
        ([2] * 6, NONE, True, "a function that never wrote a metric"),
        ([100] * 6, [100, 100, 100, None, None, None], True, "it stopped a quarter of an hour ago"),
        ([100] * 6, [50] * 6, True, "every other event is lost"),
    ],
)
def test_the_dead_mans_check_rings_for_what_is_lost_and_not_for_what_is_late(monitoring, matched, handled, expected, reason):
    assert rings(alarms(monitoring)["outcome-missing"], events=matched, handled=handled) is expected, reason


@pytest.mark.parametrize(
    ("heard", "reason"),
    [
        ({"failed": [2] * 6}, "killed: the alarm errors has rung"),
        ({"dropped": [2] * 6}, "throttled until they were dropped: events-dropped has rung"),
        ({"kept": [2] * 6}, "not delivered: undelivered-queue has rung"),
        ({"lost": [2] * 6}, "snapshots not delivered: undelivered-lost has rung"),
    ],
)
def test_the_dead_mans_check_is_quiet_about_what_another_alarm_has_counted(monitoring, heard, reason):
    alarm = alarms(monitoring)["outcome-missing"]
    assert rings(alarm, events=[2] * 6)
    assert not rings(alarm, events=[2] * 6, **heard), reason


@pytest.mark.parametrize(
    ("metrics", "expected", "reason"),
    [
        ({"snapshots": [8] * 6, "handled": [8] * 6}, False, "snapshots, each with its record"),
        ({"snapshots": [8] * 6}, True, "snapshots without one, and no event ever"),
        ({"events": [2] * 6, "snapshots": [8] * 6, "handled": [10] * 6}, False, "both, each with its record"),
        ({"events": [2] * 6, "snapshots": [8] * 6, "handled": [2] * 6}, True, "the snapshots are lost"),
    ],
)
def test_the_dead_mans_check_counts_events_and_snapshots(monitoring, metrics, expected, reason):
    assert rings(alarms(monitoring)["outcome-missing"], **metrics) is expected, reason


N = None
CASES = [
    ("errors", {"failed": [N, 1, N]}, True, "killed once, no record"),
    ("errors", {"failed": [N, 3, N], "pauses": [N, 3, N]}, False, "an event that failed three times, with its records"),
    ("errors", {"failed": [N, 1, N], "resumes": [N, 1, N]}, False, "a resume that failed"),
    ("errors", {"failed": [N, 1, N], "pauses": [N, N, 1]}, False, "its record counts for the next period"),
    ("errors", {"failed": [N, N, 1]}, False, "its record may still come"),
    ("errors", {"pauses": [2, 2, 2]}, False, "checks of the watch that failed are no failed invocations"),
    ("errors", {"failed": [2, N, N], "pauses": [1, N, N]}, True, "one of two was killed"),
    ("errors", {"failed": [N, N, N]}, False, "a quiet night"),
    ("errors", {"failed": [N, 3, N], "statuses": [N, 3, N]}, False, "orders for the status that failed"),
    ("proof-late", {"late": [1]}, True, "nothing is proven two days after a call"),
    ("proof-late", {"failed": [5]}, True, "looks fail again and again"),
    ("proof-late", {"failed": [4]}, False, "looks that are made again"),
    ("proof-late", {"late": [N]}, False, "a quiet night"),
    ("resume-failed", {"resumes": [N, 1, N]}, True, "a resume alone"),
    ("resume-failed", {"resumes": [N, 1, N], "pauses": [N, 2, N]}, False, "pauses fail too: that has rung"),
    ("events-dropped", {"dropped": [N, 1, N]}, True, "throttled for ten minutes"),
    ("events-dropped", {"dropped": [N, 1, N], "failed": [N, 3, N]}, False, "given up after three failures"),
    ("events-dropped", {"dropped": [N, 1, N], "failed": [2, 1, N]}, False, "the same, across the end of a period"),
    ("events-dropped", {"dropped": [N, 5, N], "failed": [N, 3, N]}, True, "one failed, four were never run"),
    ("undelivered-lost", {"watching": [N, 1, N]}, True, "either rule"),
    ("undelivered-lost", {"snapshots": [N, 1, N]}, True, "a snapshot, which has no dead-letter queue"),
    ("undelivered-lost", {"pausing": [N, 0, N], "watching": [N, 0, N]}, False, "none"),
    ("events-old", {"age": [N, 31_000, N]}, True, "kept waiting"),
    ("events-old", {"age": [N, 29_000, N]}, False, "young"),
    ("events-old", {"age": [N, 61_000, N], "failed": [N, 2, N]}, False, "the retry of a failure"),
    ("events-old", {"age": [N, 61_000, N], "throttled": [N, 2, N]}, False, "throttled: that has rung"),
    ("watch-stopped", {"unread": [10, 10, 10], "age": [50, 50, 50]}, True, "messages lie unread"),
    ("watch-stopped", {"unread": [1, 1, 1], "age": [700, 1000, 1300]}, True, "one message that nobody reads"),
    ("watch-stopped", {"unread": [2, 30, 2], "age": [240, 250, 240]}, False, "a busy minute"),
    ("watch-stopped", {"unread": [0, 0, 0], "age": [0, 0, 0]}, False, "nothing is followed"),
]


@pytest.mark.parametrize(("name", "metrics", "expected", "reason"), CASES)
def test_one_cause_rings_once(monitoring, name, metrics, expected, reason):
    assert rings(alarms(monitoring)[name], **metrics) is expected, reason


def hours(count):
    return [1] * count + [None] * (72 - count)


@pytest.mark.parametrize(
    ("pilot", "metrics", "expected", "reason"),
    [
        ("false", {"observed": hours(8)}, True, "observe, left on for a day's work"),
        ("false", {"observed": hours(7)}, False, "the first hours of a new stack"),
        ("false", {"pauseonly": hours(8)}, True, "the brake, left on"),
        ("true", {"observed": hours(72)}, False, "whoever is not in the pilot is observed"),
        ("true", {"pauseonly": hours(8)}, True, "the brake, left on in a pilot"),
    ],
)
def test_a_mode_that_is_left_on_rings(monitoring, pilot, metrics, expected, reason):
    alarm = alarms(monitoring)["mode-left-on"]
    told = [it | {"Expression": value(it["Expression"], monitoring, IsPilot=pilot)} if "Expression" in it else it for it in alarm["Metrics"]]
    assert rings(alarm | {"Metrics": told}, **metrics) is expected, reason


def test_every_alarm_by_metric_math_is_worked_out_here(monitoring):
    by_math = {name for name, alarm in alarms(monitoring).items() if "Metrics" in alarm}
    assert by_math == {name for name, *_ in CASES} | {"outcome-missing", "mode-left-on", "silence"}
