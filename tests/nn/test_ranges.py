"""Settings that are numbers in a range."""

import math

import numpy as np
import pytest

from nn.ranges import number_in


@pytest.mark.parametrize(("ends", "counting"), [("[]", (0, 1)), ("[)", (0,)), ("(]", (1,)), ("()", ())])
def test_an_end_counts_where_its_bracket_says_so(ends, counting):
    for value in (0, 0.5, np.float32(0.25), 1):
        if value in counting or 0 < value < 1:
            assert number_in("Layer", "rate", value, 0, 1, ends) is value
        else:
            with pytest.raises(ValueError, match=rf"Layer: rate={value} is not a number in \{ends[0]}0, 1\{ends[1]}"):
                number_in("Layer", "rate", value, 0, 1, ends)


@pytest.mark.parametrize(
    "value", [None, "0.5", True, np.True_, [0.5], np.array([0.5]), 0.5j, np.complex64(0), math.nan]
)
def test_what_is_no_number_is_refused(value):
    with pytest.raises(ValueError, match=r"Layer: rate=.* is not a number in \[0, 1\]"):
        number_in("Layer", "rate", value, 0, 1, "[]")


def test_infinity_counts_only_where_it_is_an_end_that_does():
    assert number_in("clip", "norm", math.inf, ends="(]") == math.inf
    with pytest.raises(ValueError, match=r"norm=inf is not a number in \[0, inf\)"):
        number_in("clip", "norm", math.inf)
