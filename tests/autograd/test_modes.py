"""The switches: they nest, survive exceptions, and belong to one thread or task."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from autograd import (
    Tensor,
    detect_anomaly,
    enable_grad,
    get_default_dtype,
    grad,
    is_grad_enabled,
    no_grad,
    set_default_dtype,
)
from autograd.errors import AnomalyError


@pytest.fixture
def x():
    return Tensor([1.0, 2.0], requires_grad=True)


def test_no_grad_records_nothing_whatever_the_form_of_the_call(x):
    with no_grad():
        made = [x * 2, 2 * x, -x, x.sum(), np.exp(x), x[0], np.concatenate([x, x]), x @ x, np.where(x > 1, x, 0), x.T]
    assert not any(y.requires_grad for y in made)
    assert all(y.is_leaf for y in made)
    assert (x * 2).requires_grad


def test_modes_nest(x):
    assert is_grad_enabled()
    with no_grad():
        assert not is_grad_enabled()
        with enable_grad():
            assert is_grad_enabled()
            assert (x * 2).requires_grad
            with no_grad():
                assert not (x * 2).requires_grad
            assert is_grad_enabled()
        assert not is_grad_enabled()
        assert not (x * 2).requires_grad
    assert is_grad_enabled()


def test_a_mode_ends_when_an_exception_flies():
    with pytest.raises(KeyError), no_grad():
        raise KeyError
    assert is_grad_enabled()
    with no_grad():
        with pytest.raises(KeyError), enable_grad():
            raise KeyError
        assert not is_grad_enabled()


def test_modes_are_decorators_too(x):
    @no_grad()
    def silent():
        return x * 2

    @enable_grad()
    def loud():
        return x * 2

    assert not silent().requires_grad
    assert not silent().requires_grad  # the second call as the first
    with no_grad():
        assert loud().requires_grad
    assert is_grad_enabled()


def test_one_switch_may_be_used_again_also_inside_itself(x):
    silent = no_grad()
    for _ in range(2):
        with silent:
            with silent, enable_grad():
                assert is_grad_enabled()
            assert not is_grad_enabled()
        assert is_grad_enabled()


def test_a_decorated_function_runs_in_many_threads_and_in_itself(x):
    barrier = threading.Barrier(4)

    @no_grad()
    def countdown(n):
        if not n:
            barrier.wait()
            raise KeyError
        try:
            countdown(n - 1)
        finally:
            assert not is_grad_enabled()

    def run(_):
        with pytest.raises(KeyError):
            countdown(3)
        return is_grad_enabled()

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(run, range(4))) == [True] * 4


def test_what_runs_after_its_call_is_not_decorated():
    async def task():
        pass

    async def stream():
        yield 1

    def numbers():
        yield 1

    for lazy in (task, stream, numbers):
        with pytest.raises(TypeError, match=f"{lazy.__name__} runs after its call has returned.* with block"):
            no_grad()(lazy)


def test_a_leaf_made_under_no_grad_takes_gradients_later():
    with no_grad():
        w = Tensor([1.0], requires_grad=True)
    (w * 2).sum().backward()
    assert w.grad == [2]


def test_backward_works_under_no_grad(x):
    y = (x * x * x).sum()
    with no_grad():
        y.backward(create_graph=True)
        assert not is_grad_enabled()
    assert x.grad.requires_grad
    np.testing.assert_array_equal(x.grad.data, [3, 12])


def test_a_transform_records_under_no_grad():
    with no_grad():
        assert grad(lambda x: x * x)(3.0) == 6


def test_modes_belong_to_one_thread(x):
    with no_grad(), ThreadPoolExecutor(1) as pool:
        assert pool.submit(is_grad_enabled).result()
    barrier = threading.Barrier(2)

    def recorded_under(mode):
        with mode():
            barrier.wait()
            recorded = (x * 2).requires_grad
            barrier.wait()
        return recorded

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(recorded_under, [no_grad, enable_grad])) == [False, True]


def test_modes_belong_to_one_task(x):
    async def recorded_under(mode):
        with mode():
            await asyncio.sleep(0)
            return (x * 2).requires_grad

    async def together():
        return await asyncio.gather(recorded_under(no_grad), recorded_under(enable_grad), recorded_under(no_grad))

    assert asyncio.run(together()) == [False, True, False]


def test_the_default_dtype_is_that_of_python_floats_and_of_nothing_else():
    assert get_default_dtype() == np.float64
    try:
        set_default_dtype(np.float32)
        assert Tensor(1.0).dtype == np.float32
        assert Tensor([[1.0], [2.0]]).dtype == np.float32
        assert Tensor(np.ones(2)).dtype == np.float64
        assert Tensor(1.0, dtype=np.float64).dtype == np.float64
        assert Tensor(1).dtype.kind == "i"
    finally:
        set_default_dtype(np.float64)
    assert Tensor(1.0).dtype == np.float64


@pytest.mark.parametrize("dtype", [int, bool, complex, "U3"])
def test_the_default_dtype_is_a_floating_type(dtype):
    with pytest.raises(TypeError, match="floating"):
        set_default_dtype(dtype)
    assert get_default_dtype() == np.float64


# --- anomalies ---


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_detect_anomaly_names_the_line_of_the_forward_call(x):
    with detect_anomaly():
        with pytest.raises(AnomalyError, match=r"log returned 2 nan and 0 inf.*test_modes\.py:\d+: .*np\.log"):
            np.log(-x)
        with pytest.raises(AnomalyError, match="1 inf"):
            np.log(x - 1.0)
        y = np.sqrt(x - 1.0)  # 0 at the first, where the slope is infinite: that is right,
        z = y * y  # but here it meets a zero
        with pytest.raises(AnomalyError, match=r"sqrt sends.*1 nan.*test_modes\.py:\d+: y = np\.sqrt"):
            z.sum().backward()
    assert x.grad is None
    np.sqrt(x - 1.0).sum().backward()
    np.testing.assert_array_equal(x.grad, [np.inf, 0.5])


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_detect_anomaly_tells_what_the_operands_were():
    x = Tensor([[1.0, -2.5], [3.0, 0.0]], requires_grad=True)
    with detect_anomaly():
        with pytest.raises(AnomalyError, match=r"given \(2, 2\) float64 from -2\.5 to 3$"):
            np.log(x)
        with pytest.raises(AnomalyError, match=r"given \(\) float64 1 and \(2, 2\) float64 from -2\.5 to 3$"):
            np.divide(1.0, x)
        with pytest.raises(AnomalyError, match=r"given \(2,\) float32 2, 1 nan and "):
            Tensor([np.nan, 2.0], requires_grad=True, dtype=np.float32) * 2
        y = np.sqrt(abs(x))
        with pytest.raises(AnomalyError, match=r"input was .* from 0 to 3, .* arrived \(2, 2\) float64 from 0"):
            (y * y).sum().backward()
    assert x.grad is None


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_detect_anomaly_of_a_value_that_a_pass_has_freed(x):
    y = x * -1.0
    y.sum().backward()
    with detect_anomaly(), pytest.raises(AnomalyError, match="log returned 2 nan"):
        np.log(y)


def test_detect_anomaly_finds_the_first_nan_of_the_backward_pass():
    x = Tensor([0.0, 1.0], requires_grad=True)
    with detect_anomaly():
        y = np.sqrt(x)
        with pytest.raises(AnomalyError, match="that sqrt sends"):
            (np.exp(y * y * 2) * 3).sum().backward()
        y = x * 2
        with pytest.raises(AnomalyError, match=r"that multiply sends .* arrived \(2,\) float64 1, 1 nan"):
            y.backward([np.nan, 1.0])


def test_detect_anomaly_passes_what_is_finite(x):
    with detect_anomaly():
        np.exp(x).sum().backward()
        Tensor(2.0, requires_grad=True).backward()
    np.testing.assert_allclose(x.grad, np.exp([1.0, 2.0]))
