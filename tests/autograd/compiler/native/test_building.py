"""Loops on disk and between them: what is kept, what is said while it is made, and what NumPy does."""

import subprocess
import sys
import time
import warnings

import numpy as np
import pytest

import autograd

pytest.importorskip("numba")


from numba.core.errors import NumbaError

from autograd.compiler.native import building, plan, steps

PROGRAM = """
import numpy as np, autograd, sys
f = autograd.compile(lambda x: np.tanh(x @ x.T).sum(axis=0), backend="numba")
x = np.arange(12.0).reshape(3, 4) / 10
f(x)
assert np.allclose(f(x), np.tanh(x @ x.T).sum(axis=0), rtol=1e-12)
(module,) = [m for name, m in sys.modules.items() if name.startswith("readgrad_loops")]
print(module.__file__, sum(module.call_program_1.stats.cache_hits.values()))
"""


def test_the_next_process_finds_what_this_one_compiled(tmp_path, monkeypatch):
    monkeypatch.setenv("READGRAD_CACHE", str(tmp_path / "deep" / "down"))
    command = [sys.executable, "-c", PROGRAM]
    first, second = (
        subprocess.run(command, capture_output=True, text=True, check=True).stdout.split() for _ in range(2)
    )
    assert first[0] == second[0] and first[0].startswith(str(tmp_path))
    assert (first[1], second[1]) == ("0", "1")


def test_a_folder_that_cannot_be_written_is_done_without(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("READGRAD_CACHE", str(tmp_path / "file"))
    f = autograd.compile(lambda x: x * 3 - 1.5, backend="numba")
    assert [float(f(np.array([1.0, 2.0]))[1]) for _ in range(2)] == [4.5, 4.5]


def test_what_numba_lacks_numpy_does_and_a_warning_names_it_once(monkeypatch):
    monkeypatch.setattr(plan, "_said", set())

    def f(x):
        y = np.sort(np.tanh(x))  # in the middle
        return np.exp(y) * 2, np.sort(x)

    x = np.random.default_rng(0).normal(size=5)
    compiled = autograd.compile(f, backend="numba")
    with pytest.warns(UserWarning) as caught:
        compiled(x)
    assert len(caught) == 1 and caught[0].filename == __file__
    assert "sort" in str(caught[0].message) and "# in the middle" in str(caught[0].message)
    np.testing.assert_allclose(compiled(x)[0], np.exp(np.sort(np.tanh(x))) * 2, rtol=1e-14)
    assert "np.sort" in compiled.source
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        autograd.compile(lambda x: np.sort(x), backend="numba")(x)


def test_without_blas_products_are_numpys(monkeypatch):
    monkeypatch.setattr(plan, "_said", set())
    monkeypatch.setattr(steps, "BLAS_INTEGERS", 0)
    f = autograd.compile(lambda x: np.tanh(x @ x.T) + 1, backend="numba")
    x = np.random.default_rng(0).normal(size=(5, 6))
    with pytest.warns(UserWarning, match="NumPy does matmul .*BLAS was not found"):
        f(x)
    np.testing.assert_allclose(f(x), np.tanh(x @ x.T) + 1, rtol=1e-14)


def test_a_program_that_numba_does_not_compile_is_numpys(monkeypatch):
    def refuse(*args):
        raise NumbaError("not this one")

    monkeypatch.setattr(plan, "built", refuse)
    f = autograd.compile(lambda x: np.tanh(x) + 1, backend="numba")
    with pytest.warns(UserWarning, match="numba does not compile it: not this one"):
        f(np.ones(3))
    np.testing.assert_allclose(f(np.ones(3)), np.tanh(1) + 1)
    assert "np.tanh" in f.source


def test_what_is_broken_on_disk_is_made_anew(tmp_path, monkeypatch):
    monkeypatch.setenv("READGRAD_CACHE", str(tmp_path))
    autograd.compile(lambda x: x * 7 - 1.25, backend="numba")(np.ones(3))
    for path in tmp_path.rglob("*.nb*"):
        path.write_bytes(b"broken")
    building.built.cache_clear()
    f = autograd.compile(lambda x: x * 7 - 1.25, backend="numba")
    assert [float(f(np.ones(3))[0]) for _ in range(2)] == [5.75, 5.75]


def test_dtypes_that_numba_has_no_loops_over_are_numpys(monkeypatch):
    monkeypatch.setattr(plan, "_said", set())
    f = autograd.compile(lambda x: (x * 2, np.abs(x) + 1), backend="numba")
    z = np.array([1 + 2j, -1j])
    with pytest.warns(UserWarning, match="complex128"):
        f(z)
    np.testing.assert_allclose(f(z)[0], z * 2)
    np.testing.assert_allclose(f(z)[1], np.abs(z) + 1)


def test_long_compiling_is_told_of_while_it_goes_on(monkeypatch, capfd):
    monkeypatch.setattr(building, "PATIENCE", 0.01)
    with building._telling("step"):
        time.sleep(0.2)
        during = capfd.readouterr().err
    assert "compiles step" in during and during.endswith("...\n")
    assert capfd.readouterr().err.endswith(" s\n")


def test_short_compiling_is_not(capfd):
    with building._telling("step"):
        pass
    assert capfd.readouterr().err == ""


def test_without_numba(monkeypatch):
    monkeypatch.setitem(sys.modules, "numba", None)
    with pytest.raises(autograd.MissingExtraError, match=r"numba.*pip install 'readgrad\[jit\]'"):
        autograd.compile(lambda x: x, backend="numba")
    assert float(autograd.compile(lambda x: x * 2)(3.0)) == 6


def test_an_unknown_backend_and_the_decorator():
    with pytest.raises(ValueError, match=r"'jax'.*'numpy' and 'numba'"):
        autograd.compile(lambda x: x, backend="jax")

    @autograd.compile(backend="numba")
    def double(x):
        return x * 2

    assert double(np.ones(2)).tolist() == [2, 2]
    assert "for i in range(2)" in double.source


def test_the_warning_says_that_a_product_of_two_dtypes_is_numpys(monkeypatch):
    monkeypatch.setattr(plan, "_said", set())
    f = autograd.compile(lambda x, w: np.tanh(x @ w), backend="numba")
    x, w = np.ones((3, 2), np.float32), np.full((2, 4), 0.25)
    with pytest.warns(UserWarning, match=r"matmul .*two matrices of one dtype"):
        y = f(x, w)
    np.testing.assert_allclose(y, np.tanh(x @ w), rtol=1e-12)
