"""The page of what is covered is that of the code, and nothing that NumPy offers is left out of account."""

import re

import numpy as np
import pytest

from autograd import Tensor, coverage
from autograd.errors import UnsupportedError
from autograd.primitives import COMPOSED, REGISTRY
from autograd.refusals import REASONS

PAGE = coverage.PAGE.read_text(encoding="utf-8")
IS_OF_THIS_NUMPY = f"for NumPy {coverage.minor_version()};" in PAGE


def entries() -> list[coverage.Entry]:
    """Of all functions, but for those that are newer than the page, made with another NumPy."""
    chapters = [set(re.findall(r"`([\w.]+)`", chapter)) for chapter in PAGE.split("\n## ")[1:]]
    found = (coverage.functions(), coverage.ufunc_methods(), coverage.methods())
    return [
        entry
        for chapter, every in zip(chapters, found, strict=True)
        for entry in every
        if IS_OF_THIS_NUMPY or entry.name in chapter
    ]


@pytest.mark.skipif(not IS_OF_THIS_NUMPY, reason="the page was made with another NumPy, which has other functions")
def test_the_page_is_that_of_the_code():
    assert coverage.page() == PAGE, "renew it with: python -m autograd.coverage --write"


def test_no_function_is_unaccounted_for():
    left = [entry.name for entry in entries() if entry.group == coverage.UNKNOWN]
    assert left == [], "give each a rule, or a reason in autograd/refusals.py"


def test_no_reason_is_left_of_what_has_a_rule_now():
    working = {entry.name for entry in (*coverage.functions(), *coverage.ufunc_methods()) if entry.group in (
        coverage.PRIMITIVE, coverage.COMPOSITION, coverage.CONSTANT)}  # fmt: skip
    working |= {f"ndarray.{entry.name}" for entry in coverage.methods() if entry.group == coverage.COMPOSITION}
    assert working & set(REASONS) == set()


def test_every_reason_is_of_a_function_that_some_numpy_has():
    names = {entry.name for entry in (*coverage.functions(), *coverage.ufunc_methods())}
    names |= {f"ndarray.{entry.name}" for entry in coverage.methods()} | {".at"}
    assert set(REASONS) - names == set() or not IS_OF_THIS_NUMPY


def test_the_error_gives_the_reason_of_the_page():
    x = Tensor([1.0, 2.0], requires_grad=True)
    refused = [entry for entry in coverage.functions() if entry.group == coverage.REFUSED]
    assert len(refused) > 20
    for entry in refused:
        function = np
        for part in entry.name.split("."):
            function = getattr(function, part)
        with pytest.raises(UnsupportedError, match=r"numpy\..* has no derivative rule .*test_coverage\.py") as caught:
            x._by(function)
        assert entry.reason in str(caught.value)


def test_a_method_that_tensors_lack_says_what_to_write():
    for entry in coverage.methods():
        if entry.group == coverage.REFUSED:
            with pytest.raises(AttributeError, match=rf"no attribute '{entry.name}' \(at ") as caught:
                getattr(Tensor(1.0), entry.name)
            assert entry.reason in str(caught.value)
    with pytest.raises(AttributeError, match=r"no attribute 'weight'$"):
        Tensor(1.0).weight  # type: ignore[attr-defined]


def test_a_constant_function_takes_no_gradient_and_a_composed_one_is_no_primitive():
    for function, group in ((np.argsort, coverage.CONSTANT), (np.histogram, coverage.COMPOSITION)):
        assert coverage._entry("f", function).group == group
    assert np.std in COMPOSED
    assert np.std not in REGISTRY


def test_the_command_prints_the_page_or_writes_it(capsys, tmp_path, monkeypatch):
    coverage.main([])
    assert capsys.readouterr().out == coverage.page()
    monkeypatch.setattr(coverage, "PAGE", tmp_path / "COVERAGE.md")
    coverage.main(["--write"])
    assert (tmp_path / "COVERAGE.md").read_text(encoding="utf-8") == coverage.page()
    assert capsys.readouterr().out == ""


def test_a_function_without_a_rule_or_a_reason_is_found(monkeypatch):
    assert coverage._entry("put", np.put).group == coverage.REFUSED
    monkeypatch.delitem(REASONS, "put")
    assert coverage._entry("put", np.put).group == coverage.UNKNOWN
    assert "Unaccounted for" in coverage.page()
