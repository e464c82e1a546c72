"""The dead-man's check: the alarm's own metric math, worked out for what may happen in half an hour."""

import pytest
from rendered import alarms


class Series:
    """A metric in each period, None where there is none; with arithmetic as CloudWatch has it."""

    def __init__(self, points):
        self.points = points

    def with_each(self, other, do):
        others = other.points if isinstance(other, Series) else [other] * len(self.points)
        return Series([None if None in pair else do(*pair) for pair in zip(self.points, others)])

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


def add(several):
    columns = [[point for point in column if point is not None] for column in zip(*(it.points for it in several))]
    return Series([sum(column) if column else None for column in columns])


def running_sum(series):
    total, points = 0, []
    for point in series.points:
        total += point or 0
        points.append(None if point is None else total)
    return Series(points)


def choose(condition, then, otherwise):
    return Series([None if it is None else then if it else otherwise for it in condition.points])


MATH = {"FILL": fill, "SUM": add, "RUNNING_SUM": running_sum, "IF": choose}
NONE = [None] * 6


@pytest.mark.parametrize(
    ("matched", "handled", "rings", "reason"),
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
def test_the_dead_mans_check_rings_for_what_is_lost_and_not_for_what_is_late(template, matched, handled, rings, reason):
    alarm = alarms(template)["outcome-missing"]
    known = {"matched": Series(matched), "handled": Series(handled)}
    for metric in alarm["Metrics"]:
        if "Expression" in metric:
            # The syntax is Python's too.
            known[metric["Id"]] = eval(metric["Expression"], {"__builtins__": {}}, MATH | known)
    (told,) = [metric["Id"] for metric in alarm["Metrics"] if metric.get("ReturnData") is not False]
    assert alarm["EvaluationPeriods"] == len(matched)
    assert alarm["ComparisonOperator"] == "GreaterThanOrEqualToThreshold"
    breaching = [point for point in known[told].points if point is not None and point >= alarm["Threshold"]]
    assert (len(breaching) >= alarm["DatapointsToAlarm"]) is rings, reason
