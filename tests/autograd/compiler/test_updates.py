"""Parameters used after their own update inside one compiled function: compiled equals eager."""

import numpy as np
import pytest

import autograd
import nn
from autograd import CaptureError, Tensor

X = np.random.default_rng(1).normal(size=(6, 3))
T = np.random.default_rng(2).normal(size=(6, 1))


def network(seed=0, sizes=(3, 4, 1)):
    return nn.MLP(list(sizes), activation="tanh", rng=seed)


def state_of(*models):
    return [p.data.copy() for model in models for p in model.parameters()]


def gradients_of(*models):
    return [None if p.grad is None else p.grad.copy() for model in models for p in model.parameters()]


def assert_compiled_is_eager(make, calls=4):
    """`make()` gives a step, what to compare after each call, and the arguments."""
    seen = []
    for transform in (lambda f: f, autograd.compile):
        step, observe, arguments = make()
        step = transform(step)
        rows = []
        for i in range(calls):
            result = step(*(a * (1 + 0.1 * i) for a in arguments))
            results = result if isinstance(result, tuple) else (result,)
            rows.append(([y.detach().numpy() if isinstance(y, Tensor) else y for y in results], observe()))
        seen.append(rows)
        if transform is autograd.compile:
            assert step.cache_info().traces == 1
    for (results, observed), (compiled_results, compiled_observed) in zip(*seen, strict=True):
        for a, b in zip(results, compiled_results, strict=True):
            np.testing.assert_allclose(b, a, rtol=1e-10, atol=1e-12)
        for a, b in zip(observed, compiled_observed, strict=True):
            assert (a is None) == (b is None)
            if a is not None:
                np.testing.assert_allclose(b, a, rtol=1e-10, atol=1e-12)


OPTIMIZERS = {
    "SGD": {"lr": 0.1, "momentum": 0.9},
    "Adam": {"lr": 0.05},
    "LAMB": {"lr": 0.05},
    "RMSprop": {"lr": 0.01},
}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_two_steps_of_one_optimizer(name):
    def make():
        model = network()
        optimizer = getattr(nn.optim, name)(model.parameters(), **OPTIMIZERS[name])

        def step(x, t):
            losses = []
            for _ in range(2):
                optimizer.zero_grad()
                loss = nn.mse_loss(model(x), t)
                loss.backward()
                optimizer.step()
                losses.append(loss)
            return tuple(losses)

        return step, lambda: state_of(model), (X, T)

    assert_compiled_is_eager(make)


def test_loss_with_the_new_weights():
    def make():
        model = network()
        optimizer = nn.optim.Adam(model.parameters(), lr=0.1)

        def step(x, t):
            optimizer.zero_grad()
            before = nn.mse_loss(model(x), t)
            before.backward()
            optimizer.step()
            return before, nn.mse_loss(model(x), t)

        return step, lambda: state_of(model), (X, T)

    assert_compiled_is_eager(make)


def test_adversarial_pair():
    """Discriminator's step, then the generator's through the new discriminator, whose gradients add up."""

    def make():
        generator, discriminator = network(1, (3, 4, 2)), network(2, (2, 4, 1))
        of_d = nn.optim.Adam(discriminator.parameters(), lr=0.05)
        of_g = nn.optim.SGD(generator.parameters(), lr=0.05)
        loss_of = nn.binary_cross_entropy_with_logits

        def step(noise, real):
            of_d.zero_grad()
            fake = generator(noise)
            d_loss = loss_of(discriminator(real), np.ones((6, 1))) + loss_of(
                discriminator(fake.detach()), np.zeros((6, 1))
            )
            d_loss.backward()
            of_d.step()
            of_g.zero_grad()
            g_loss = loss_of(discriminator(generator(noise)), np.ones((6, 1)))
            g_loss.backward()
            of_g.step()
            return d_loss, g_loss

        return (
            step,
            lambda: state_of(generator, discriminator) + gradients_of(discriminator),
            (X, np.random.default_rng(5).normal(size=(6, 2))),
        )

    assert_compiled_is_eager(make)


def test_weights_clipped_after_the_step():
    def make():
        model = network()
        optimizer = nn.optim.SGD(model.parameters(), lr=0.5)

        def step(x, t):
            optimizer.zero_grad()
            loss = nn.mse_loss(model(x), t)
            loss.backward()
            optimizer.step()
            for p in model.parameters():
                p.assign(np.clip(p, -0.3, 0.3))
            return loss, nn.mse_loss(model(x), t)

        return step, lambda: state_of(model), (X, T)

    assert_compiled_is_eager(make)


def test_weights_assigned_before_the_step():
    def make():
        model = network()
        optimizer = nn.optim.Adam(model.parameters(), lr=0.5)
        first = next(iter(model.parameters()))

        def step(x, t):
            first.assign(first * 0.9)
            optimizer.zero_grad()
            loss = nn.mse_loss(model(x), t)
            loss.backward()
            optimizer.step()
            first.assign(first + 0.01)
            return loss

        return step, lambda: state_of(model), (X, T)

    assert_compiled_is_eager(make)


def test_max_norm_after_the_step():
    def make():
        model = network()
        optimizer = nn.optim.SGD(model.parameters(), lr=0.5)

        def step(x, t):
            optimizer.zero_grad()
            loss = nn.mse_loss(model(x), t)
            loss.backward()
            optimizer.step()
            nn.max_norm_(model.parameters(), 0.5)
            return loss

        return step, lambda: state_of(model), (X, T)

    assert_compiled_is_eager(make)


def test_an_average_of_the_weights():
    def make():
        model = network()
        optimizer = nn.optim.SGD(model.parameters(), lr=0.2)
        averages = [Tensor(p.data) for p in model.parameters()]

        def step(x, t):
            optimizer.zero_grad()
            loss = nn.mse_loss(model(x), t)
            loss.backward()
            optimizer.step()
            for average, p in zip(averages, model.parameters(), strict=True):
                average.assign(0.9 * average + 0.1 * p.detach())
            return loss

        return step, lambda: state_of(model) + [a.data.copy() for a in averages], (X, T)

    assert_compiled_is_eager(make)


def test_single_numbers_stepped_twice():
    def make():
        w, b = Tensor(0.5, requires_grad=True), Tensor(-0.25, requires_grad=True)
        optimizer = nn.optim.Adam([w, b], lr=0.1)

        def step(x):
            for _ in range(2):
                optimizer.zero_grad()
                loss = (w * x + b - 1.0) ** 2
                loss.backward()
                optimizer.step()
            return loss

        return step, lambda: [w.item(), b.item()], (0.7,)

    assert_compiled_is_eager(make)


def test_a_leaf_assigned_a_constant_and_then_used():
    w = Tensor([1.0, 2.0], requires_grad=True)

    @autograd.compile
    def f(x):
        w.assign([3.0, 4.0])
        return w * x

    for _ in range(2):
        assert f(np.ones(2)).tolist() == [3.0, 4.0]
        w.assign([0.0, 0.0])


def test_two_optimizers_of_one_parameter_are_refused():
    model = network()
    first, second = (nn.optim.SGD(model.parameters(), lr=0.1) for _ in range(2))

    def step(x, t):
        nn.mse_loss(model(x), t).backward()
        first.step()
        second.step()

    before = state_of(model)
    with pytest.raises(CaptureError, match=r"two optimizers update the same parameter.*second\.step\(\)"):
        autograd.compile(step)(X, T)
    for a, b in zip(before, state_of(model), strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_number_assigned_and_stepped_is_refused():
    w = Tensor(1.0, requires_grad=True)
    optimizer = nn.optim.SGD([w], lr=0.1)

    def after(x):
        (w * x).backward()
        optimizer.step()
        w.assign(w * 0.5)

    def before(x):
        w.assign(w * 0.5)
        (w * x).backward()
        optimizer.step()

    for f in (after, before):
        with pytest.raises(CaptureError, match="give it a shape"):
            autograd.compile(f)(2.0)


def test_a_refused_run_does_not_count_steps():
    model = network()
    optimizer = nn.optim.Adam(model.parameters(), lr=0.1)

    def step(x, t):
        loss = nn.mse_loss(model(x), t)
        loss.backward()
        optimizer.step()
        return float(loss)

    before, steps = state_of(model), optimizer.state_dict()
    with pytest.raises(CaptureError):
        autograd.compile(step)(X, T)
    assert repr(optimizer.state_dict()) == repr(steps)
    for a, b in zip(before, state_of(model), strict=True):
        np.testing.assert_array_equal(a, b)


def test_an_assigned_leaf_stands_for_what_the_other_held_then():
    def step(x):
        a, b = leaves
        old = a + 0
        a.assign(b)
        b.assign(old * x)
        return a + 0

    results = []
    for run in (step, autograd.compile(step)):
        leaves = [Tensor([1.0, 2.0]), Tensor([10.0, 20.0])]
        results.append([np.asarray(run(Tensor(2.0))) for _ in range(3)])
    np.testing.assert_array_equal(*results)


def test_a_view_of_a_copy_keeps_what_the_leaf_held():
    p = Tensor([1.0, 2.0], requires_grad=True)

    @autograd.compile
    def step(x):
        old = p.detach() + 0
        p.assign(p * x)
        return old[0:1], old.sum()

    assert [[part.tolist() for part in step(2.0)] for _ in range(3)] == [[[1.0], 3.0], [[2.0], 6.0], [[4.0], 12.0]]


def test_a_wider_number_widens_a_narrower_one():
    tenth = autograd.compile(lambda x: x * np.float64(0.1))
    for _ in range(2):
        assert tenth(np.float32(3)).dtype == np.float64


def assert_calls_agree(make, *arguments, calls=3):
    """`make()` gives a function: what it returns, compiled, is what it returns eagerly, call by call."""
    eager, compiled = make(), autograd.compile(make())
    earlier = []
    for i in range(calls):
        given = [np.asarray(x, float) + i for x in arguments]
        found = compiled(*given)
        for a, b in zip(eager(*map(Tensor, given)), found, strict=True):
            a = np.asarray(a.detach() if isinstance(a, Tensor) else a)
            assert np.asarray(b).dtype == a.dtype
            np.testing.assert_allclose(b, a)
        earlier += [(x, np.array(x)) for x in found]
    for x, before in earlier:  # no result lies in memory that a later call writes to
        np.testing.assert_array_equal(x, before)


def leaf(value, dtype=float):
    return Tensor(np.array(value, dtype), requires_grad=True)


def test_a_step_before_the_first_gradient():
    """In the first call the optimizer finds no gradient; in later ones it has that of the call before."""

    def make():
        p = leaf([1.0, 2.0])
        optimizer = nn.optim.SGD([p], lr=0.1)

        def step(x):
            optimizer.step()
            optimizer.zero_grad()
            loss = (p * x).sum()
            loss.backward()
            return loss, p

        return step

    assert_calls_agree(make, [1.0, 2.0])


def test_a_gradient_that_is_not_there_at_first():
    p = leaf([1.0, 2.0])

    @autograd.compile
    def f(x):
        return x if p.grad is None else x + p.grad

    assert f(np.zeros(2)).tolist() == [0.0, 0.0]
    p.grad = np.ones(2)
    assert f(np.zeros(2)).tolist() == [1.0, 1.0]


def test_a_gradient_set_to_a_tensor_is_read_at_each_call():
    p = leaf([1.0, 2.0])

    @autograd.compile
    def step(x):
        (p * x).sum().backward()

    for value in (1.0, 5.0, 7.0):
        p.grad = Tensor(np.full(2, value))
        step(np.ones(2))
        assert np.asarray(p.grad).tolist() == [value + 1] * 2


def test_a_leaf_returned_is_what_it_is_at_the_end():
    def make():
        p, q, r = leaf(1.5), leaf([1.0, 2.0]), leaf(0.5, np.float32)

        def step(x):
            for one in (p, q, r):
                one.assign(one * 0.5)
            r.assign(0.1)
            return p, q, r, r.detach()

        return step

    assert_calls_agree(make, 1.0)


def test_a_number_assigned_a_constant():
    def make():
        p = leaf(2.0)

        def step(x):
            p.assign(0.1)
            return (x * 2,)

        return step

    assert_calls_agree(make, 1.0)


def test_a_result_is_not_the_memory_of_a_leaf_or_its_gradient():
    p = leaf([1.0, 2.0])

    @autograd.compile
    def step(x):
        (p * x).sum().backward()
        return p, p.grad

    for _ in range(3):
        value, gradient = step(np.ones(2))
        assert not np.shares_memory(value, p.data)
        assert not np.shares_memory(gradient, p.grad)


def test_writing_into_data():
    def make():
        p, q, r = leaf([1.0, 2.0]), leaf([3.0, 4.0]), leaf([5.0, 6.0])

        def step(x):
            p.data[0] = x
            held = q.data
            held *= 0.5
            r.data -= 0.25
            return p * x, q * x, r * x

        return step

    assert_calls_agree(make, 2.0)


def test_a_leaf_takes_what_another_held_before_its_update():
    def make():
        p, q, wide = leaf([1.0, 2.0]), leaf([3.0, 4.0]), leaf([[0.0, 0.0], [0.0, 0.0]])

        def step(x):
            p.assign(q)
            wide.assign(np.broadcast_to(q, (2, 2)))
            q.data *= 0.5
            p.assign(p[::-1])
            return p, q, wide

        return step

    assert_calls_agree(make, 2.0)


def test_a_vector_twice_in_one_array():
    f = autograd.compile(lambda x: np.concatenate([np.tanh(x), np.tanh(x)]))
    for i in range(3):
        np.testing.assert_allclose(f(np.ones(2) * i), np.tanh(np.ones(4) * i))


def test_softmax_of_a_number():
    f = autograd.compile(lambda x: (autograd.softmax(x), autograd.log_softmax(x)))
    for x in (0.5, 2.0):
        assert [float(y) for y in f(x)] == [1.0, 0.0]


def test_source_writes_views_of_what_it_overwrites_first():
    p = leaf([1.0, 2.0])

    @autograd.compile
    def step(x):
        p.assign(p[::-1])
        return (p,)

    step(np.ones(2))
    before = p.data.copy()
    namespace = {}
    exec(step.source, namespace)
    assert np.asarray(namespace["step"](*(x.copy() for x in step.inputs(np.ones(2))))).tolist() == before[::-1].tolist()


def test_freezing_a_parameter_that_only_gets_a_gradient():
    p, q = leaf([1.0, 2.0]), leaf([1.0, 2.0])

    @autograd.compile
    def step(x):
        ((x * q).sum() + p.sum()).backward()

    for _ in range(2):
        step(np.ones(2))
    p.requires_grad = False
    step(np.ones(2))
    assert (p.grad.tolist(), q.grad.tolist()) == ([2.0, 2.0], [3.0, 3.0])


def test_a_gradient_that_the_next_call_reads_first_stays():
    def make():
        p = leaf([1.0, 2.0])
        optimizer = nn.optim.SGD([p], lr=0.1)

        def step(x):
            optimizer.step()
            optimizer.zero_grad()
            (p * p * x).sum().backward()
            optimizer.step()
            return (p,)

        return step

    assert_calls_agree(make, [1.0, 2.0], calls=4)


def test_an_argument_that_is_returned_squeezed_is_a_copy():
    f = autograd.compile(lambda x: np.squeeze(x))
    x = np.ones(3)
    for _ in range(3):
        assert not np.shares_memory(f(x), x)


def test_a_constant_leaf_joined_to_another():
    def make():
        p, q = leaf([1.0, 2.0, 3.0]), leaf([4.0])

        def step(x):
            p.assign([0.5, 1.5, 2.5])
            return np.concatenate([p.reshape(-1), q.reshape(-1)]), x * 2

        return step

    assert_calls_agree(make, 1.0)


def test_a_view_without_gradient_keeps_what_the_leaf_held():
    def make():
        p = leaf([1.0, 2.0])

        def step(x):
            with autograd.no_grad():
                view = p[::-1]
            p.assign(p * x)
            return view, view * 2

        return step

    assert_calls_agree(make, 2.0)


def test_cheaper_forms_keep_the_dtype():
    wide = np.array([0.5, 1.0])
    f = autograd.compile(lambda n, x: (np.exp(n - np.log(x + 1)), (x - wide) - (x * 2 - wide)))
    for _ in range(2):
        found = f(np.array([1, 2]), np.ones(2, np.float32))
        np.testing.assert_allclose(found[0], np.exp(np.array([1, 2])) / 2, rtol=1e-6)
        assert found[1].dtype == np.float64
