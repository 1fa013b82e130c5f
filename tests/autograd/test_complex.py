"""Complex Tensors: PyTorch's convention, every kind of operand, and what is refused.

That each op which takes complex numbers has NumPy's value and right derivatives of both orders, forward and reverse,
is tested in `test_rules.py`, with the registry's samples.
"""

import copy
import json
import operator
import pickle

import numpy as np
import pytest

from autograd import (
    FlatLeaves,
    Tensor,
    check_module,
    detect_anomaly,
    elementwise,
    gradcheck,
    holomorphic,
    jacobian,
    jvp,
    no_grad,
    value_and_grad,
    vjp,
)
from autograd.complex_methods import ComplexMethods
from autograd.complexes import form_of
from autograd.errors import DtypeError, GradientError, UnsupportedError
from autograd.primitives import COMPOSED, REGISTRY
from autograd.tensor import ComplexTensor
from tests.autograd.oracles import numeric_vjp
from tests.autograd.record_complex_gradients import OF_X, OF_Z, PATH, X, Z
from tests.autograd.samples import ROWS, ops

QUADRANTS = np.array([1.3 + 0.4j, -0.7 + 1.1j, -1.6 - 0.3j, 0.2 - 0.9j])
GRADIENTS = json.loads(PATH.read_text(encoding="utf-8"))


def gradient(f, *arrays):
    leaves = [Tensor(x, requires_grad=True) for x in arrays]
    f(*leaves).backward()
    return [leaf.grad for leaf in leaves]


def check(f, *arrays):
    """f is real: its value is NumPy's, its gradients those of finite differences."""
    np.testing.assert_allclose(f(*map(Tensor, arrays)).data, f(*arrays), rtol=1e-13)
    expected = numeric_vjp(f, arrays, 1.0, [True] * len(arrays))
    for g, x, e in zip(gradient(f, *arrays), arrays, expected, strict=True):
        assert g.dtype == np.asarray(x).dtype
        np.testing.assert_allclose(g, e, rtol=1e-8, atol=1e-8)


# --- the convention ---


@pytest.mark.parametrize("name", OF_Z)
def test_gradients_of_complex_leaves_are_pytorchs(name):
    real, imag = np.array(GRADIENTS["of z"][name])
    np.testing.assert_allclose(gradient(lambda z: OF_Z[name](np, z), Z)[0], real + 1j * imag, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("name", OF_X)
def test_gradients_of_real_leaves_through_complex_numbers_are_pytorchs(name):
    np.testing.assert_allclose(
        gradient(lambda x: OF_X[name](np, x), X)[0], GRADIENTS["of x"][name], rtol=1e-12, atol=1e-14
    )


def test_a_complex_leaf_descends_against_its_gradient():
    z = Tensor(3 - 4j, requires_grad=True)
    for _ in range(50):
        z.zero_grad()
        (np.abs(z - (1 + 2j)) ** 2).backward()
        z.data -= 0.25 * z.grad
    np.testing.assert_allclose(z.data, 1 + 2j, atol=1e-12)


@pytest.mark.parametrize(
    "ufunc",
    [f for f, op in REGISTRY.items() if isinstance(f, np.ufunc) and op.arity == 1 and op.takes_complex and op.rules],
)
def test_functions_on_every_side_of_their_cuts(ufunc):
    check(lambda z: (ufunc(z) * (0.3 - 0.8j)).real.sum(), QUADRANTS)
    check(lambda z: ufunc(z).imag.sum(), 3 * QUADRANTS)


@pytest.mark.parametrize("f", [np.abs, np.angle, np.linalg.norm, lambda z: abs(z), lambda z: z.abs()])
def test_the_slope_at_zero_is_zero(f):
    np.testing.assert_array_equal(gradient(lambda z: f(z).sum(), np.zeros(2, complex))[0], [0, 0])


def test_functions_without_a_complex_derivative():
    for f in (np.abs, np.angle, lambda z: np.angle(z, deg=True), np.real, np.imag, np.var, np.std, np.linalg.norm):
        check(lambda z, f=f: (f(z) ** 2).sum(), QUADRANTS)
    check(lambda z: (np.sign(z) * (1 - 2j)).imag.sum(), QUADRANTS)
    check(lambda z: (np.conj(z) * z * z).imag.sum(), QUADRANTS)
    check(lambda z: np.var(z, axis=0, ddof=1).sum(), QUADRANTS.reshape(2, 2))
    for order in (1, 3, np.inf):
        check(lambda z, order=order: np.linalg.norm(z, order), QUADRANTS)
    assert np.linalg.norm(Tensor(QUADRANTS), 0).item() == 4


def test_products_conjugate_where_numpys_do():
    a, b = QUADRANTS, QUADRANTS[::-1] * (0.5 + 1j)
    for f in (np.vdot, np.vecdot, np.inner, np.dot, np.matmul):
        check(lambda a, b, f=f: f(a, b).imag, a, b)
    for f in (np.convolve, np.correlate, np.outer, np.kron):
        check(lambda a, b, f=f: (f(a, b) * (1 + 2j)).imag.sum(), a, b[:3])
    if hasattr(np, "vecmat"):  # since NumPy 2.2
        check(lambda a, b: np.vecmat(a, b).imag.sum(), a, np.outer(b, b))
    check(lambda a, b: np.linalg.solve(a, b).imag.sum(), np.outer(a, b) + 2 * np.eye(4), b)
    check(lambda a: (np.linalg.det(a) * (1 + 2j)).real, a.reshape(2, 2))
    check(lambda a: np.linalg.matrix_power(a, 3).imag.sum(), a.reshape(2, 2))


@pytest.mark.parametrize("exponent", [-2, -1, 0, 1, 2, 3, 2.5, 1 + 0.5j, np.array([1, 2, 3, -1])])
def test_powers(exponent):
    check(lambda z: ((z**exponent) * (1 + 2j)).imag.sum(), QUADRANTS)
    check(lambda z: ((z * np.power(2 - 1j, exponent)) * (1 + 2j)).imag.sum(), QUADRANTS)


def test_a_power_differentiates_by_its_exponent_and_at_zero():
    check(lambda z, b: (z**b).imag.sum(), QUADRANTS, 0.3 * QUADRANTS)
    check(lambda z, b: (z**b).real.sum(), QUADRANTS, np.array([2.0, -1.0, 0.5, 3.0]))
    for n, slope in ((0, 0), (1, 1), (2, 0), (3, 0)):
        np.testing.assert_array_equal(gradient(lambda z, n=n: (z**n).real.sum(), np.zeros(1, complex))[0], [slope])


# --- operands ---

OTHERS = {
    "a Python number": 0.5 - 2j,
    "a NumPy number": np.complex128(0.5 - 2j),
    "an array": QUADRANTS[::-1] + 0.3,
    "a list": [1j, 2.0, 1 - 1j, 3],
    "a constant Tensor": Tensor(QUADRANTS[::-1] + 0.3),
}


@pytest.mark.parametrize("op", [operator.add, operator.sub, operator.mul, operator.truediv, operator.pow])
@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
@pytest.mark.parametrize("x", [QUADRANTS, np.array([0.5, 1.5, 2.5, 0.25])], ids=["complex", "real"])
def test_a_complex_operand_on_either_side(op, other, x):
    def values(y):
        return y.data if isinstance(y, Tensor) else np.asarray(y)

    for f, g in (
        (lambda x: op(x, other), lambda x: op(x, values(other))),
        (lambda x: op(other, x), lambda x: op(values(other), x)),
    ):
        leaf = Tensor(x, requires_grad=True)
        y = f(leaf)
        assert type(y) is ComplexTensor
        np.testing.assert_allclose(y.data, g(x), rtol=1e-13)
        (y * (1 - 2j)).real.sum().backward()
        expected = numeric_vjp(lambda x, g=g: (g(x) * (1 - 2j)).real.sum(), [x], 1.0, [True])[0]
        assert leaf.grad.dtype == x.dtype
        np.testing.assert_allclose(leaf.grad, expected, rtol=1e-8, atol=1e-8)


def test_every_operator_of_real_tensors_has_one_for_complex_tensors():
    """Those of real Tensors are written out for speed, and would compute with the real rule."""
    special = {name for name in vars(Tensor) if name.startswith("__") and callable(getattr(Tensor, name))}
    through_primitives = {  # these call a primitive, `_apply`, or nothing that computes
        "__init__ __hash__ __reduce__ __pow__ __neg__ __pos__ __abs__ __floordiv__ __rfloordiv__ __invert__ __round__ "
        "__getitem__ __setitem__ __primitive__ __complex_primitive__ __divmod__ __rdivmod__"
        " __ipow__ __copy__ __deepcopy__ __init_subclass__"
    }
    own = set(vars(ComplexMethods)) | set(vars(ComplexTensor))
    assert special - own - set(*map(str.split, through_primitives)) == set()


def test_augmented_assignment_binds_a_new_value():
    z = Tensor(QUADRANTS, requires_grad=True)
    y = z * 1
    y += 1j
    y -= z
    y *= 2j
    y /= 4
    np.testing.assert_allclose(y.data, np.full(4, -0.5), atol=1e-15)
    x = Tensor(np.ones(2), requires_grad=True)
    y = x * 1
    y *= 1j
    assert y.dtype == complex
    (np.abs(z) ** 2).sum().backward()
    with pytest.raises(GradientError, match=r"p -= .* leave the leaf as it is"):
        z -= 0.1 * z.grad


def test_precision():
    z = Tensor(QUADRANTS.astype(np.complex64), requires_grad=True)
    x = Tensor(np.ones(4, np.float32), requires_grad=True)
    for y in (z * 2, 2j * z, z * x, x * 1j, z**3, z + 1, np.exp(z) / 2j, np.where([True, False] * 2, z, 1j)):
        assert y.dtype == np.complex64
    assert (z * QUADRANTS).dtype == np.complex128
    assert np.abs(z).dtype == np.float32
    (np.abs(z * x) ** 2).sum().backward()
    assert z.grad.dtype == np.complex64
    assert x.grad.dtype == np.float32
    assert (Tensor(1.5) * 1j).dtype == np.complex128
    assert (Tensor([1, 2]) * 1j).dtype == np.complex128


def test_a_scalar_beside_complex_numbers():
    check(lambda x: np.abs(x + 1j) ** 2, np.float64(1.5))
    check(lambda x: (np.exp(1j * x) * QUADRANTS).imag.sum(), np.float64(0.7))
    assert value_and_grad(lambda x: np.exp(1j * x).real)(0.0) == (1.0, 0.0)


def test_ops_of_real_numbers_and_complex_ones_together():
    x, z, where = np.arange(4.0), QUADRANTS, np.array([True, False, False, True])
    for f in (
        lambda x, z: np.where(where, x, z),
        lambda x, z: np.where(where, z, x),
        lambda x, z: np.concatenate([x, z]),
        lambda x, z: np.stack([z, x, x]),
        lambda x, z: np.outer(x, z),
        lambda x, z: np.einsum("i,j,i->j", x, z, x),
        lambda x, z: np.matmul(x, z),
        lambda x, z: np.tensordot(np.diag(x), z, 1),
        lambda x, z: np.linalg.solve(np.diag(x + 1), z),
        lambda x, z: np.convolve(x, z, "same"),
        lambda x, z: np.add.outer(x, z),
    ):
        check(lambda x, z, f=f: (f(x, z) * (1 - 2j)).imag.sum(), x, z)
        _, pushed = jvp(f, (x, z), (x + 1, z * 1j))
        step = 1e-6
        numeric = (f(x + step * (x + 1), z + step * z * 1j) - f(x - step * (x + 1), z - step * z * 1j)) / (2 * step)
        np.testing.assert_allclose(pushed, numeric, atol=1e-8)


def test_where_keeps_its_promise():
    z = np.array([0j, 1 + 1j])
    with np.errstate(all="ignore"):
        g = gradient(lambda z: np.abs(np.where(np.abs(z) > 0, np.log(z), 0)).sum(), z)[0]
    expected = numeric_vjp(lambda z: np.abs(np.log(z)), [z[1]], 1.0, [True])[0]
    np.testing.assert_allclose(g, [0, expected], rtol=1e-9)


# --- Tensors that hold complex numbers ---


def test_a_tensor_is_complex_as_long_as_its_value_is():
    z = Tensor(QUADRANTS, requires_grad=True, name="z")
    kinds = (z, z * 2, z[0], z.detach(), z.sum(), z.astype(np.complex64), Tensor.wrap(QUADRANTS), Tensor(1j), z.T)
    assert all(type(t) is ComplexTensor and isinstance(t, Tensor) for t in kinds)
    assert all(type(t) is Tensor for t in (z.real, z.imag, np.abs(z), (z * np.conj(z)).real, z == 1, np.isnan(z)))
    with no_grad():
        assert type(z * 2) is ComplexTensor
    with detect_anomaly():
        assert gradient(lambda z: (z * z).real.sum(), QUADRANTS)[0].dtype == complex
    assert repr(Tensor(1 + 2j, requires_grad=True)) == "Tensor((1+2j), dtype=complex128, requires_grad=True)"
    assert complex(z[0] * 1) == QUADRANTS[0]
    assert z.detach()[0].item() == QUADRANTS[0]
    assert f"{Tensor(1 + 2j):.1f}" == "1.0+2.0j"
    assert len({z, z * 1}) == 2


def test_numpys_questions_about_complex_numbers():
    x, z = Tensor(X), Tensor(Z)
    assert np.iscomplexobj(z)
    assert not np.iscomplexobj(x)
    assert np.isrealobj(x)
    assert not np.isrealobj(z)
    np.testing.assert_array_equal(np.real(x).data, X)
    np.testing.assert_array_equal(np.imag(x).data, 0 * X)
    np.testing.assert_array_equal(np.conj(x).data, X)
    np.testing.assert_allclose(np.angle(x).data, np.angle(X))
    assert gradient(lambda x: np.angle(x).sum(), X)[0].tolist() == [0] * 5


def test_a_leaf_is_assigned_copied_and_pickled():
    z = Tensor(QUADRANTS, requires_grad=True)
    z.assign(QUADRANTS.real)
    np.testing.assert_array_equal(z.data, QUADRANTS.real)
    for other in (copy.deepcopy(z), pickle.loads(pickle.dumps(z))):
        assert type(other) is ComplexTensor
        assert other.requires_grad
    with pytest.raises(DtypeError, match="complex128 do not fit a Tensor of float64"):
        Tensor(X[:4]).assign(QUADRANTS)
    scalar = Tensor(1j) * 1
    scalar.requires_grad = True
    scalar.assign(2 - 1j)
    assert scalar.item() == 2 - 1j


def test_elements_are_put_in():
    z, x = Tensor(QUADRANTS, requires_grad=True), Tensor(2.0, requires_grad=True)
    y = z * 1
    y[1] = x
    y[2] = 3j
    (np.abs(y) ** 2).sum().backward()
    np.testing.assert_allclose(z.grad, 2 * QUADRANTS * [1, 0, 0, 1])
    assert x.grad == 4
    real = Tensor(np.ones(3))
    for value in (1j, Tensor(1j), np.array([1j])):
        with pytest.raises(DtypeError, match=r"lose their imaginary parts.*x\.astype\(complex\).*test_complex"):
            real[0:1] = value
    np.testing.assert_array_equal(real.data, np.ones(3))


def test_second_order_hooks_and_kept_gradients():
    z = Tensor(QUADRANTS, requires_grad=True)
    (np.abs(z) ** 4).sum().backward(create_graph=True)
    first = z.grad
    np.testing.assert_allclose(first.data, 4 * np.abs(QUADRANTS) ** 2 * QUADRANTS)
    z.zero_grad()
    first.real.sum().backward()
    np.testing.assert_allclose(
        z.grad, numeric_vjp(lambda z: (4 * np.abs(z) ** 2 * z).real.sum(), [QUADRANTS], 1.0, [True])[0], rtol=1e-8
    )
    z.zero_grad()
    y = z * 1j
    y.retain_grad()
    seen = []
    y.register_hook(lambda g: seen.append(g.copy()) or 2 * g)
    (y * np.conj(y)).real.sum().backward()
    np.testing.assert_allclose(seen[0], 2 * y.data)
    np.testing.assert_allclose(y.grad, 4 * y.data)
    np.testing.assert_allclose(z.grad, 4 * QUADRANTS)


def test_a_complex_cotangent_may_be_given():
    z = Tensor(QUADRANTS, requires_grad=True)
    (z * 2j).backward(QUADRANTS)
    np.testing.assert_allclose(z.grad, -2j * QUADRANTS)
    _, pullback = vjp(lambda z: z * z, QUADRANTS)
    np.testing.assert_allclose(pullback(np.ones(4))[0], np.conj(2 * QUADRANTS))


# --- own ops ---


def test_an_op_of_ones_own():
    rule = lambda g, y, x: 3 * g * x * x
    cube = holomorphic(lambda x: x * x * x, rule, name="cube of complex numbers")
    of_reals = elementwise(lambda x: x * x * x, rule, name="cube of real numbers")
    try:
        check(lambda z: cube(z).imag.sum(), QUADRANTS)
        with pytest.raises(DtypeError, match="cube of real numbers takes real numbers, not complex ones"):
            of_reals(Tensor(QUADRANTS))
    finally:
        for op in (cube, of_reals):
            del REGISTRY[op.numpy_function]


# --- what is refused ---


def is_refused(op):
    try:
        form_of(op)
    except DtypeError:
        return True
    return False


@pytest.mark.parametrize("op", [op for op in ops() if is_refused(op)], ids=lambda op: op.name)
def test_an_op_that_has_no_meaning_for_complex_numbers_says_so(op):
    row = ROWS[op.name][0]
    with pytest.raises(DtypeError, match=rf"^{op.name} takes real numbers.*test_complex\.py.*np\.abs\(z\), z\.real"):
        op(*(Tensor(x + 0j) for x in row.draw()), **row.keywords)


def test_what_has_no_order_is_refused():
    z = Tensor(QUADRANTS, requires_grad=True)
    for f in (np.max, np.argmax, np.sort, np.median, np.ptp, np.floor, lambda z: z < 1, lambda z: z >= 1j, max,
              lambda z: z % 2, lambda z: z // 2, lambda z: np.maximum(z, 0), lambda z: z.clip(0, 1), lambda z: z.relu(),
              lambda z: z.astype(float), lambda z: z.astype(int), lambda z: Tensor(X[:4]) < z,
              lambda z: np.linalg.svd(z.reshape(2, 2)),
              lambda z: Tensor(X[:4]) < 1j, lambda z: np.maximum(Tensor(X[:4]), QUADRANTS)):  # fmt: skip
        with pytest.raises(TypeError, match=r"takes real numbers, not complex.*test_complex.py"):
            f(z)


def test_comparisons_for_equality_and_other_facts():
    z, w = QUADRANTS.copy(), QUADRANTS.copy()
    z[0], w[1] = np.nan, 0
    for f in (
        np.equal,
        np.not_equal,
        np.isclose,
        np.allclose,
        np.array_equal,
        np.logical_and,
        operator.eq,
        operator.ne,
    ):
        np.testing.assert_array_equal(f(Tensor(z), Tensor(w)).data, f(z, w))
        np.testing.assert_array_equal(f(Tensor(z), w).data, f(z, w))
    for f in (np.isnan, np.isfinite, np.all, np.any, np.count_nonzero, np.ones_like, np.round, np.flatnonzero):
        np.testing.assert_array_equal(f(Tensor(w)).data, f(w))
    assert (Tensor([1.0, 2.0]) == 1j).tolist() == [False, False]
    assert (Tensor([1.0, 2.0]) == 2 + 0j).tolist() == [False, True]


def test_a_complex_number_is_no_loss():
    z = Tensor(1j, requires_grad=True)
    with pytest.raises(GradientError, match=r"complex number cannot grow or shrink.*test_complex.*np\.abs\(z\) \*\* 2"):
        (z * z).backward()
    assert z.grad is None
    with pytest.raises(DtypeError, match=r"backward\(gradient\): complex numbers do not fit float64"):
        np.abs(z).backward(1j)
    with pytest.raises(DtypeError, match=r"backward\(gradient\): complex numbers do not fit float64"):
        np.abs(z).backward(Tensor(1j))
    with pytest.raises(DtypeError, match="pullback: the cotangent: complex numbers do not fit float64"):
        vjp(np.abs, z.data)[1](1j)
    with pytest.raises(DtypeError, match="jvp: the tangent: complex numbers do not fit float64"):
        jvp(np.sin, (1.0,), (1j,))
    for transform in (value_and_grad, jacobian):
        with pytest.raises(DtypeError, match="a complex number is two real ones"):
            transform(lambda x: x * 1j)(2.0)


def test_checks_vary_real_numbers():
    with pytest.raises(DtypeError, match="only real functions are checked"):
        gradcheck(lambda x: x * 1j, 2.0)
    with pytest.raises(
        DtypeError, match=r"gradcheck: input 0 is complex.*test_complex.*lambda a, b: f\(a \+ 1j \* b\)"
    ):
        gradcheck(np.abs, 1j)
    assert gradcheck(lambda a, b: np.abs(np.exp(a + 1j * b)), QUADRANTS.real, QUADRANTS.imag).verdict == "PASS"

    class Model:
        def named_parameters(self):
            return [("p", Tensor(QUADRANTS, requires_grad=True))]

    with pytest.raises(DtypeError, match="check_module: p is complex"):
        check_module(Model(), np.subtract, (QUADRANTS, QUADRANTS))


def test_ways_out_that_would_drop_the_imaginary_part():
    z = Tensor(1j)
    for f in (float, int, operator.index):
        with pytest.raises(TypeError):
            f(z)
    with pytest.raises(DtypeError, match="FlatLeaves: one floating dtype"):
        FlatLeaves([Tensor(QUADRANTS, requires_grad=True)])
    for data in (QUADRANTS, [1j], 1j, Tensor(1j)):
        with pytest.raises(DtypeError, match=r"Tensor: complex numbers do not fit float32 .*test_complex.*z\.real"):
            Tensor(data, dtype=np.float32)
    with pytest.raises(DtypeError, match="grad: complex numbers do not fit float64"):
        Tensor(1.0).grad = Tensor(1j)
    with pytest.raises(TypeError):
        z + "1"
    with pytest.raises(TypeError):
        Tensor(1.0) * object()


def complex_calls():
    """Calls of every function of NumPy that has an implementation, with complex arrays of several shapes."""
    rng = np.random.default_rng(0)

    def draw(*shape):
        return rng.normal(size=shape) + 1j * rng.normal(size=shape)

    forms = (
        lambda: (draw(3, 4),),
        lambda: (draw(3, 3),),
        lambda: (draw(5),),
        lambda: ([draw(3, 4), draw(3, 4)],),
        lambda: (draw(3, 4), 1),
        lambda: (draw(3, 3), 2),
        lambda: (draw(5), draw(5)),
        lambda: (draw(3, 3), draw(3)),
        lambda: (draw(3, 4), draw(3, 4)),
        lambda: (np.array([0.5, 1.5]), np.arange(3.0), draw(3)),
        lambda: (draw(3, 4), 1, draw(4), 0),
        lambda: (np.array([1, 0, 1]), [draw(3), draw(3)]),
        lambda: ([np.array([True, False])], [draw(2)]),
        lambda: (draw(3, 4), 0, 1),
        lambda: (draw(2, 3, 4), 2),
    )
    functions = [f for f in {**COMPOSED, **REGISTRY} if not isinstance(f, np.ufunc)]
    return [(f, form) for f in functions for form in forms if (getattr(f, "__module__", "") or "").startswith("numpy")]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_no_function_of_numpys_is_wrong_on_complex_numbers():
    """Whatever NumPy computes of complex numbers comes out the same, or is refused."""
    same = refused = 0
    for function, form in complex_calls():
        if function is np.empty_like:  # whose values are arbitrary
            continue
        arguments = form()
        try:
            expected = function(*arguments)
        except Exception:  # NumPy does not take these arguments itself
            continue
        try:
            found = function(*(_tensors(a) for a in arguments))
        except (DtypeError, UnsupportedError, GradientError):  # the last of lists where NumPy wants arrays
            refused += 1
            continue
        _assert_same(found, expected, function)
        same += 1
    assert same > 200
    assert refused > 20


def _tensors(argument):
    if isinstance(argument, list):
        return [_tensors(part) for part in argument]
    is_complex = isinstance(argument, np.ndarray) and argument.dtype.kind == "c"
    return Tensor(argument, requires_grad=True) if is_complex else argument


def _assert_same(found, expected, function):
    if isinstance(expected, list | tuple):
        assert len(found) == len(expected)
        for part, e in zip(found, expected, strict=True):
            _assert_same(part, e, function)
        return
    if isinstance(expected, np.dtype | type):
        assert found == expected
        return
    found = found.data if isinstance(found, Tensor) else np.asarray(found)
    assert np.iscomplexobj(found) == np.iscomplexobj(expected), function
    np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-12, err_msg=str(function))
