"""Rounds, ratios and records."""

import json

import pytest

from benchmarks import compare
from benchmarks.measure import Race, Summary, interleave


def test_ratios_compare_within_a_round():
    clock = iter([1.0, 2.0, 10.0, 20.0])
    race = interleave({"a": lambda: next(clock), "b": lambda: next(clock)}, rounds=2, repeats=1)
    assert race.seconds == {"a": [1.0, 10.0], "b": [2.0, 20.0]}
    assert race.ratio("b", "a") == Summary(2.0, 2.0, 2.0)


def test_the_first_one_changes_within_a_round():
    order = []
    interleave({name: lambda name=name: order.append(name) or 1.0 for name in "abc"}, rounds=1)
    assert "".join(order) == "abcbcacab"


ABOUT = {"date": "2026-11-21", "commit": "abc", "cpu": "one", "python": "CPython 3", "clock": "wall"}


def run(*ratios):
    race = Race({"hand": [1.0] * len(ratios), "eager": [*ratios]})
    return {"environment": ABOUT, "rounds": len(ratios), "training": {"xor": race.record("hand")}}


def test_a_stored_run_holds_no_single_rounds():
    short = compare.summary(run(1.0, 2.0, 3.0))
    assert short["rounds"] == 3
    assert short["training"]["xor"]["seconds"]["eager"] == {"median": 2.0, "low": 1.5, "high": 2.5}


@pytest.mark.parametrize(
    ("now", "moved"), [((2.4, 2.6, 2.8), 0), ((2.8, 3.0, 3.2), 1), ((0.5, 0.6, 0.7), 1), ((1.0, 4.0, 9.0), 0)]
)
def test_ratios_beyond_their_spread_have_moved(now, moved):
    text = compare.report(compare.summary(run(1.0, 2.0, 3.0)), run(*now))
    assert f"{moved} of 1 ratios moved" in text
    assert ("training xor eager" in text) == bool(moved)


def test_a_stored_run_has_a_line_for_each_race():
    short = compare.summary(run(1.0, 2.0, 3.0))
    assert json.loads(compare.text(short)) == short
    assert sum('"ratios"' in line for line in compare.text(short).splitlines()) == 1


def test_ratios_to_another_yardstick_are_not_compared():
    other = run(1.0, 2.0, 3.0)
    other["training"]["xor"]["yardstick"] = "eager"
    assert "0 of 0 ratios moved; 1 have no counterpart" in compare.report(other, run(9.0, 9.0, 9.0))


def test_a_file_that_is_no_run_is_refused(tmp_path):
    with pytest.raises(SystemExit, match="--against"):
        compare.load(tmp_path / "nothing.json")
