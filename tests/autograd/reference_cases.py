"""What is compared with PyTorch: one line a case, our function beside PyTorch's expression for the same.

    case(np.hypot, "hypot(a, b)", real(), another())      # arguments drawn as in samples.py, named a, b, c
    case(np.abs, "abs(a)", [0.0, -0.0, -1.0])             # or given: kinks and far ends

`record_references.py` evaluates the expressions with PyTorch, `test_references.py` the functions with the engine; both
differentiate, twice, the projections that are defined here. A function that is linear is tried on the squares of its
arguments (`squares`), so that it has a second derivative.

Where we differ from PyTorch on purpose, the case says what we have instead, and why.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from autograd import (
    affine,
    erf,
    erfc,
    log_softmax,
    logistic_loss,
    logit,
    logsumexp,
    pick,
    prelu,
    relu,
    sigmoid,
    softmax,
    softplus,
)
from tests.autograd.samples import (
    Array,
    above_one,
    another,
    distinct,
    inside_one,
    matrix,
    nonzero,
    positive,
    real,
    third,
)


@dataclass(frozen=True)
class Case:
    """`ours` and PyTorch's `expression` of the same arguments; `instead` of its results, for the reason given."""

    ours: Callable[..., Any]
    expression: str
    arguments: tuple[Any, ...]
    squares: bool = False
    instead: dict[str, Any] = field(default_factory=dict)
    reason: str = ""

    def __str__(self) -> str:
        given = (f"drawn {x.shape}" if isinstance(x, Array) else str(np.array(x).tolist()) for x in self.arguments)
        return f"{self.expression} of {', '.join(given)}"

    def draw(self, seed: int) -> list[np.ndarray]:
        rng = np.random.default_rng(seed)
        return [x(rng) if isinstance(x, Array) else np.array(x, float) for x in self.arguments]


CASES: list[Case] = []


def case(ours: Callable[..., Any], expression: str, *arguments: Any, **options: Any) -> None:
    """Compare the two, of these arguments."""
    CASES.append(Case(ours, expression, arguments, **options))


def linear_case(ours: Callable[..., Any], expression: str, *arguments: Any) -> None:
    """Compare the two, of the squares of these arguments."""
    case(ours, expression, *arguments, squares=True)


def projections(shapes: list[tuple[int, ...]], phase: float) -> list[np.ndarray]:
    """Fixed arrays, no two elements alike, on which results (phase 0) and gradients (phase 1) are projected."""
    return [np.cos(np.arange(np.prod(shape)) * 0.7 + k + phase + 0.3).reshape(shape) for k, shape in enumerate(shapes)]


# --- elementwise ---

for name, theirs, argument in [
    ("exp", "exp", real()),
    ("exp2", "exp2", real()),
    ("expm1", "expm1", real()),
    ("log", "log", positive()),
    ("log2", "log2", positive()),
    ("log10", "log10", positive()),
    ("log1p", "log1p", positive()),
    ("sqrt", "sqrt", positive()),
    ("square", "square", real()),
    ("reciprocal", "reciprocal", nonzero()),
    ("negative", "neg", real()),
    ("sin", "sin", real()),
    ("cos", "cos", real()),
    ("tan", "tan", inside_one()),
    ("arcsin", "asin", inside_one()),
    ("arccos", "acos", inside_one()),
    ("arctan", "atan", real()),
    ("sinh", "sinh", real()),
    ("cosh", "cosh", real()),
    ("tanh", "tanh", real()),
    ("arcsinh", "asinh", real()),
    ("arccosh", "acosh", above_one()),
    ("arctanh", "atanh", inside_one()),
    ("absolute", "abs", real()),
    ("sinc", "sinc", real()),
    ("deg2rad", "deg2rad", real()),
    ("rad2deg", "rad2deg", real()),
    ("sign", "sign", real()),
    ("nan_to_num", "nan_to_num", real()),
]:
    case(getattr(np, name), f"{theirs}(a)", argument)
case(np.i0, "special.i0(a)", real())
case(np.exp, "exp(a)", 0.5)  # 0-d, and the one after it empty
case(np.tanh, "tanh(a)", np.zeros((2, 0)))
case(lambda a: np.cbrt(a), "pow(a, 1 / 3)", positive())
case(lambda a: np.modf(a)[0], "frac(a)", real())
case(lambda a: np.floor(a) * a, "floor(a) * a", real())
case(lambda a: np.rint(a) * np.trunc(a) * np.ceil(a) * a, "round(a) * trunc(a) * ceil(a) * a", real())
case(erf, "erf(a)", real())
case(erfc, "erfc(a)", real())
case(erfc, "erfc(a)", [3.0, 5.0, 9.0, -4.0])
case(logit, "logit(a)", [0.1, 0.5, 0.9, 1e-9])
case(sigmoid, "sigmoid(a)", real())
case(softplus, "F.softplus(a)", real())
case(relu, "relu(a)", real())
case(lambda a: -softplus(-a), "F.logsigmoid(a)", real())
case(lambda a: -a * np.log(a), "special.entr(a)", positive())
case(lambda a: erfc(-a / np.sqrt(2.0)) / 2, "special.ndtr(a)", real())
case(lambda a: a * sigmoid(a), "F.silu(a)", real())
case(lambda a: a * np.tanh(softplus(a)), "F.mish(a)", real())
case(lambda a: np.where(a > 0, a, np.expm1(a)), "F.elu(a)", real())
case(lambda a: a / (1 + np.abs(a)), "F.softsign(a)", real())

for name, theirs, second in [
    ("add", "a + b", another()),
    ("subtract", "a - b", another()),
    ("multiply", "a * b", another(3)),
    ("divide", "a / b", nonzero(2, 1)),
    ("hypot", "hypot(a, b)", another()),
    ("arctan2", "atan2(a, b)", another()),
    ("logaddexp", "logaddexp(a, b)", another()),
    ("logaddexp2", "logaddexp2(a, b)", another()),
    ("maximum", "maximum(a, b)", another(1, 3)),
    ("minimum", "minimum(a, b)", another()),
    ("fmax", "fmax(a, b)", another()),
    ("fmin", "fmin(a, b)", another()),
    ("fmod", "fmod(a, b)", nonzero()),
    ("remainder", "remainder(a, b)", nonzero()),
    ("copysign", "copysign(a, b)", nonzero()),
]:
    case(getattr(np, name), theirs, real(), second)
case(np.power, "pow(a, b)", positive(), another())
case(np.float_power, "float_power(a, b)", positive(), another(3))
case(lambda a: np.power(a, 3), "pow(a, 3)", nonzero())
case(lambda a: np.power(a, -1.5), "pow(a, -1.5)", positive())
case(lambda a: np.power(2.5, a), "pow(2.5, a)", real())
case(lambda a: 2 / a - 3 * a + (1 - a), "2 / a - 3 * a + (1 - a)", nonzero())
case(lambda a: np.ldexp(a, 3), "ldexp(a, tensor(3))", real())
case(lambda a: np.heaviside(a, 0.5) * a, "heaviside(a, tensor(0.5)).detach() * a", nonzero())
case(lambda a, b: a * np.log(b), "xlogy(a, b)", real(), positive())
case(lambda a, b: a * np.log1p(b), "special.xlog1py(a, b)", real(), positive())
case(lambda a, b, c: a + c * (b - a), "lerp(a, b, c)", real(), another(), third())
case(lambda a, b, c: a + 0.5 * b / c, "addcdiv(a, b, c, value=0.5)", real(), another(), positive())
case(np.clip, "clamp(a, b, c)", real(), [[-0.55], [0.15]], [0.65, 0.95, 1.25])
case(lambda a: np.clip(a, -1, None), "clamp(a, min=-1)", real())
case(lambda a, b: np.where(a > b, a * b, b), "where(a > b, a * b, b)", real(), another())
case(prelu, "F.prelu(a, b)", real(2, 3), another(1))
case(logistic_loss, "F.binary_cross_entropy_with_logits(a, b, reduction='none')", real(), [[0.0, 1.0, 0.3]] * 2)

# --- elementwise: kinks and far ends ---

case(np.abs, "abs(a)", [0.0, -0.0, -1.0])
case(relu, "relu(a)", [0.0, -0.0, -1.0, 1.0])
case(np.sign, "sign(a)", [0.0, -2.0])
case(np.sqrt, "sqrt(a)", [0.0, 4.0])
case(np.log, "log(a)", [0.0, -1.0])
case(np.reciprocal, "reciprocal(a)", [0.0, -0.0])
case(np.arcsin, "asin(a)", [1.0, -1.0])
case(np.arccosh, "acosh(a)", [1.0])
case(np.arctanh, "atanh(a)", [1.0])
case(np.maximum, "maximum(a, b)", [1.0, 2.0, np.inf], [1.0, 0.0, np.inf])
case(np.minimum, "minimum(a, b)", [1.0, 2.0, -np.inf], [1.0, 0.0, -np.inf])
case(np.clip, "clamp(a, b, c)", [-1.0, 0.0, 1.0, 2.0, 0.5], -1.0, 1.0)
case(np.clip, "clamp(a, b, c)", [0.0, 3.0, 1.0], 2.0, 1.0)  # low above high
case(lambda a: np.clip(a, -1, 1), "clamp(a, -1, 1)", [-1.0, 1.0, 0.0, -1.5])
case(np.power, "pow(a, b)", [-2.0, -2.0, -1.0], [3.0, 2.0, 0.5])
case(lambda a: a**0, "a ** 0", [0.0, 2.0])
case(lambda a: a**1, "a ** 1", [0.0, 2.0])
case(lambda a: a**0.5, "a ** 0.5", [0.0, 4.0])
case(lambda a: a**2, "a ** 2", [0.0, -3.0])
case(lambda a: a**3, "a ** 3", [0.0, -3.0])
case(np.copysign, "copysign(a, b)", [2.0, -2.0], [-3.0, 1.0])
case(np.fmod, "fmod(a, b)", [-7.0, 7.0, 6.0], [2.0, -2.0, 2.5])
case(np.remainder, "remainder(a, b)", [-7.0, 7.0, 6.0], [2.0, -2.0, 2.5])
case(np.arctan2, "atan2(a, b)", [1.0, 0.0, -1.0, 0.0], [0.0, -2.0, 0.0, 3.0])
case(np.tanh, "tanh(a)", [1e4, -1e4, 0.0])
case(sigmoid, "sigmoid(a)", [1e4, -1e4, 0.0])
case(softplus, "F.softplus(a)", [1e4, -1e4, 0.0])
case(lambda a: -softplus(-a), "F.logsigmoid(a)", [1e4, -1e4, 0.0])
case(erf, "erf(a)", [1e4, -1e4, 0.0])
case(np.logaddexp, "logaddexp(a, b)", [-1e4, 1e4], [-1e4, 1e4])
case(np.logaddexp2, "logaddexp2(a, b)", [-1e4, 1e4], [-1e4, 1e4])
case(
    logistic_loss,
    "F.binary_cross_entropy_with_logits(a, b, reduction='none')",
    [1e4, -1e4, 1e4, 0.0],
    [1.0, 1.0, 0.0, 0.5],
)
case(lambda a: np.where(a > 0, a, 0), "where(a > 0, a, 0)", [0.0, 1.0, -1.0])
case(np.nan_to_num, "nan_to_num(a)", [np.nan, 1.0, -np.inf])
case(lambda a: logsumexp(a, axis=0), "logsumexp(a, dim=0)", [-np.inf, -np.inf])
case(np.logaddexp, "logaddexp(a, b)", [-np.inf], [-np.inf])
case(softplus, "F.softplus(a)", [25.0, -25.0])
case(np.clip, "clamp(a, b, c)", [np.nan, 2.0], -1.0, 1.0)
case(sigmoid, "sigmoid(a)", [np.inf, -np.inf])
case(softmax, "softmax(a, dim=-1)", [np.inf, 0.0])
case(np.arccos, "acos(a)", [1.0, -1.0])
case(np.hypot, "hypot(a, b)", [3e200, 3e-200, 0.0], [4e200, 4e-200, -2.0])
case(np.expm1, "expm1(a)", [1e-10, -40.0])
case(np.log1p, "log1p(a)", [1e-10, -1.0, 1e10])
case(logit, "logit(a)", [0.0, 1.0])

# --- reductions ---

for options, theirs in [
    ({}, ""),
    ({"axis": 0}, "dim=0"),
    ({"axis": -1, "keepdims": True}, "dim=-1, keepdim=True"),
]:
    for function, name in [(np.sum, "sum"), (np.mean, "mean"), (np.prod, "prod"), (np.nansum, "nansum"),
                           (np.nanmean, "nanmean")]:  # fmt: skip
        case(lambda a, f=function, k=options: f(a, **k), f"{name}(a, {theirs})", real())
    for function, name in [(np.max, "amax"), (np.min, "amin")]:
        case(lambda a, f=function, k=options: f(a, **k), f"{name}(a, {theirs})", distinct())
    for ddof in (0, 1):
        for function, name in [(np.var, "var"), (np.std, "std")]:
            case(lambda a, f=function, k=options, d=ddof: f(a, ddof=d, **k),
                 f"{name}(a, correction={ddof}, {theirs})", distinct())  # fmt: skip
case(lambda a: np.var(a, axis=(0, 2), ddof=2), "var(a, dim=(0, 2), correction=2)", distinct(2, 3, 2))
case(np.prod, "prod(a)", nonzero())
for values in ([2.0, 0.0, 3.0], [0.0, 2.0, 0.0], [0.0, 0.0, 0.0]):
    case(np.prod, "prod(a)", values)
    case(lambda a: np.cumprod(a, axis=0), "cumprod(a, dim=0)", values)
case(lambda a: np.prod(a, axis=1), "prod(a, dim=1)", [[1.0, 0.0], [2.0, 3.0], [0.0, 0.0]])
case(lambda a: np.cumsum(a, axis=1), "cumsum(a, dim=1)", real())
case(lambda a: np.cumprod(a, axis=1), "cumprod(a, dim=1)", nonzero(2, 4))
case(lambda a: logsumexp(a, axis=1), "logsumexp(a, dim=1)", real())
case(lambda a: logsumexp(a, axis=(0, 1)), "logsumexp(a, dim=(0, 1))", real())
case(lambda a: logsumexp(a, axis=0), "logsumexp(a, dim=0)", [[1e4, -1e4], [1e4, -1e4]])
case(lambda a: logsumexp(a, axis=0), "logsumexp(a, dim=0)", [1.0, -np.inf, 2.0])
case(lambda a: np.logaddexp(a, -np.inf), "logaddexp(a, tensor(-inf))", [1.0, -1e4])
case(lambda a: softmax(a, axis=0), "softmax(a, dim=0)", real())
case(lambda a: softmax(a, axis=-1), "softmax(a, dim=-1)", [1e4, 0.0, -1e4])
case(lambda a: softmax(a, axis=-1), "softmax(a, dim=-1)", [1.0, -np.inf, 2.0])
case(lambda a: log_softmax(a, axis=1), "log_softmax(a, dim=1)", real())
case(lambda a: log_softmax(a, axis=-1), "log_softmax(a, dim=-1)", [1e4, 0.0, -1e4])
case(np.sum, "sum(a)", np.zeros((0,)))
case(np.prod, "prod(a)", np.zeros((2, 0)))
case(np.max, "amax(a)", [1.0, 3.0, 3.0, 0.0])
case(np.max, "max(a)", [1.0, 3.0, 3.0, 3.0])
case(lambda a: np.min(a, axis=1), "amin(a, dim=1)", [[1.0, 1.0, 2.0], [5.0, 0.0, 0.0]])
case(lambda a: np.ptp(a, axis=1), "amax(a, dim=1) - amin(a, dim=1)", distinct())
case(lambda a: np.quantile(a, 0.4, axis=1), "quantile(a, 0.4, dim=1)", distinct(2, 4))
case(lambda a: np.quantile(a, [0.1, 0.75]), "quantile(a, tensor([0.1, 0.75]))", distinct(2, 4))
case(lambda a, b: np.average(a, weights=b), "sum(a * b) / sum(b)", real(), positive())
case(lambda a: np.trapezoid(a, dx=0.5), "trapezoid(a, dx=0.5)", real())
case(lambda a, b: np.trapezoid(a, b), "trapezoid(a, b)", real(), positive())
case(lambda a: np.nansum(a), "nansum(a)", [1.0, np.nan, 3.0])
case(lambda a: np.nanmean(a), "nanmean(a)", [1.0, np.nan, 3.0])
linear_case(lambda a: np.diff(a, n=2), "diff(a, n=2)", real(2, 4))
linear_case(lambda a: np.gradient(a, 0.5, axis=1), "gradient(a, spacing=0.5, dim=1)[0]", real(2, 4))

# --- shapes ---

linear_case(lambda a: np.reshape(a, (3, 2)), "reshape(a, (3, 2))", real())
linear_case(np.transpose, "a.T", real())
linear_case(lambda a: np.transpose(a, (2, 0, 1)), "permute(a, (2, 0, 1))", real(2, 3, 2))
linear_case(lambda a: np.swapaxes(a, 0, 2), "swapaxes(a, 0, 2)", real(2, 3, 2))
linear_case(lambda a: np.moveaxis(a, 0, -1), "moveaxis(a, 0, -1)", real(2, 3, 2))
linear_case(lambda a: np.squeeze(a, 1), "squeeze(a, 1)", real(2, 1, 3))
linear_case(lambda a: np.expand_dims(a, 1), "unsqueeze(a, 1)", real())
linear_case(lambda a: np.broadcast_to(a, (2, 2, 3)), "broadcast_to(a, (2, 2, 3))", real(2, 1))
linear_case(np.ravel, "ravel(a)", real())
linear_case(lambda a: np.flip(a, (0, 1)), "flip(a, (0, 1))", real())
linear_case(np.flipud, "flipud(a)", real())
linear_case(np.fliplr, "fliplr(a)", real())
linear_case(lambda a: np.roll(a, (1, -1), axis=(0, 1)), "roll(a, (1, -1), dims=(0, 1))", real())
linear_case(lambda a: np.rot90(a, 3), "rot90(a, 3)", real())
linear_case(lambda a: np.tile(a, (2, 1, 2)), "tile(a, (2, 1, 2))", real(2, 2))
linear_case(lambda a: np.repeat(a, 2, axis=0), "repeat_interleave(a, 2, dim=0)", real())
linear_case(lambda a: np.repeat(a, [2, 0, 1], axis=1), "repeat_interleave(a, tensor([2, 0, 1]), dim=1)", real())
linear_case(lambda a, b: np.concatenate([a, b, a], axis=1), "cat([a, b, a], dim=1)", real(2, 2), another(2, 1))
linear_case(lambda a, b: np.stack([a, b], axis=-1), "stack([a, b], dim=-1)", real(), another())
for function in (np.hstack, np.vstack, np.dstack, np.column_stack):
    linear_case(lambda a, b, f=function: f([a, b]), f"{function.__name__}([a, b])", real(3), another(3))
linear_case(lambda a: np.array_split(a, 2, axis=1), "tensor_split(a, 2, dim=1)", real())
linear_case(lambda a: np.split(a, [1, 2], axis=1), "tensor_split(a, (1, 2), dim=1)", real())
linear_case(lambda a: np.pad(a, ((0, 0), (1, 2)), constant_values=3.0), "F.pad(a, (1, 2), value=3.0)", real())
for mode, theirs in [("edge", "replicate"), ("reflect", "reflect"), ("wrap", "circular")]:
    linear_case(lambda a, m=mode: np.pad(a, ((0, 0), (2, 1)), mode=m), f"F.pad(a, (2, 1), mode='{theirs}')", real())
linear_case(np.diag, "diag(a)", real(3))
linear_case(lambda a: np.diag(a, 1), "diag(a, 1)", real(3, 3))
linear_case(lambda a: np.diagonal(a, -1, 0, 2), "diagonal(a, -1, 0, 2)", real(3, 2, 3))
linear_case(lambda a: np.tril(a, -1), "tril(a, -1)", real(3, 3))
linear_case(lambda a: np.triu(a), "triu(a)", real(2, 3, 3))
linear_case(np.trace, "trace(a)", real(3, 3))

# --- indices ---

linear_case(lambda a: a[1:, ::2], "a[1:, ::2]", real(3, 4))
linear_case(lambda a: a[[0, 2, 0]], "a[[0, 2, 0]]", real(3, 2))
linear_case(lambda a: a[np.array([0, 2, 0]), :, np.array([1, 1, 1])], "a[[0, 2, 0], :, [1, 1, 1]]", real(3, 2, 2))
linear_case(lambda a: a[a > 1], "a[a > 1]", real(3, 3))
linear_case(lambda a: a[..., None, -1], "a[..., None, -1]", real(3, 2))
linear_case(lambda a: np.take(a, [4, 0, 4]), "take(a, tensor([4, 0, 4]))", real())
linear_case(lambda a: np.take(a, [2, 0, 2], axis=1), "index_select(a, 1, tensor([2, 0, 2]))", real())
linear_case(lambda a: np.take_along_axis(a, np.array([[0, 2, 2], [1, 1, 1]]), axis=1),
            "gather(a, 1, tensor([[0, 2, 2], [1, 1, 1]]))", real())  # fmt: skip
linear_case(lambda a: pick(a, index=np.array([2, 0])), "gather(a, 1, tensor([[2], [0]]))[:, 0]", real())
linear_case(lambda a: np.compress([True, False, True], a, axis=1), "a[:, [True, False, True]]", real())
linear_case(lambda a, b: np.choose([1, 0, 1], [a, b]), "where(tensor([True, False, True]), b, a)", real(3), another(3))
linear_case(lambda a: np.sort(a, axis=0), "sort(a, dim=0).values", distinct(3, 2))
linear_case(lambda a: np.sort(a), "sort(a, stable=True).values", [2.0, 1.0, 2.0, 1.0])
linear_case(lambda a: np.flip(np.sort(a, axis=1), 1)[:, :2], "topk(a, 2, dim=1).values", distinct(2, 4))
linear_case(lambda a: np.take_along_axis(a, np.argsort(a, axis=0), axis=0), "msort(a)", distinct(3, 2))


def updated(a: Any, b: Any, index: Any) -> Any:
    """A copy of a in which the indexed elements are b."""
    a = a + 0
    a[index] = b
    return a


linear_case(lambda a, b: updated(a, b, (slice(None), 1)), "select_scatter(a, b, 1, 1)", real(), another(2))
linear_case(lambda a, b: updated(a, b, (slice(None), slice(0, 3, 2))), "slice_scatter(a, b, 1, 0, 3, 2)",
            real(), another(2, 2))  # fmt: skip
linear_case(lambda a, b: updated(a, b, np.array([2, 0])), "index_copy(a, 0, tensor([2, 0]), b)", real(3), another(2))
linear_case(lambda a: updated(a, 0.0, np.array([2, 0])), "index_fill(a, 0, tensor([2, 0]), 0.0)", real(3))
linear_case(lambda a, b: updated(a, b, np.array([True, False, True])),
            "masked_scatter(a, tensor([True, False, True]), b)", real(3), another(2))  # fmt: skip

# --- products ---

for a, b in [((2, 3), (3, 2)), ((3,), (3,)), ((2, 3), (3,)), ((3,), (3, 2)), ((2, 1, 2, 3), (2, 3, 2))]:
    case(np.matmul, "matmul(a, b)", real(*a), another(*b))
for function, theirs, a, b in [
    (np.dot, "dot(a, b)", (3,), (3,)),
    (np.vdot, "vdot(a, b)", (3,), (3,)),
    (np.inner, "inner(a, b)", (2, 3), (2, 3)),
    (np.outer, "outer(a, b)", (2,), (3,)),
    (np.kron, "kron(a, b)", (2, 2), (1, 2)),
    (np.cross, "linalg.cross(a, b)", (2, 3), (2, 3)),
    (np.linalg.cross, "linalg.cross(a, b)", (1, 3), (2, 3)),
    (np.vecdot, "linalg.vecdot(a, b)", (2, 3), (3,)),
    (np.convolve, "F.conv1d(a[None, None], b.flip(0)[None, None], padding=2)[0, 0]", (4,), (3,)),
    (lambda a, b: np.correlate(a, b), "F.conv1d(a[None, None], b[None, None])[0, 0]", (5,), (3,)),
    (lambda a, b: np.tensordot(a, b, 2), "tensordot(a, b, 2)", (2, 2, 3), (2, 3)),
    (lambda a, b: np.tensordot(a, b, [[0, 2], [1, 0]]), "tensordot(a, b, [[0, 2], [1, 0]])", (2, 2, 3), (3, 2)),
    (lambda a, b: np.matvec(a, b), "einsum('...ij,...j->...i', a, b)", (2, 3), (2, 3)),
]:
    case(function, theirs, real(*a), another(*b))
case(affine, "F.linear(a, b, c)", real(2, 3), another(2, 3), third(2))
for subscripts, *shapes in [
    ("ij,jk->ik", (2, 3), (3, 2)),
    ("ii", (3, 3)),
    ("ii->i", (3, 3)),
    ("ij->j", (2, 3)),
    ("i,j,k->kij", (2,), (2,), (2,)),
    ("bij,bjk->bik", (2, 2, 2), (2, 2, 2)),
    ("...ij,...jk", (2, 2, 2), (2, 2)),
    ("ij,ij->", (2, 3), (2, 3)),
    ("bn,anm,bm->ba", (2, 2), (2, 2, 2), (2, 2)),
]:
    arrays = [kind(*shape) for kind, shape in zip((real, another, third), shapes, strict=False)]
    theirs = f"einsum('{subscripts}', {', '.join('abc'[: len(arrays)])})"
    case(lambda *x, s=subscripts: np.einsum(s, *x), theirs, *arrays)

# --- linear algebra ---


def of_symmetric(f: Callable[..., Any]) -> Callable[..., Any]:
    """f of a + a.T: a function that reads one triangle has its gradient in that triangle here, in both in PyTorch."""
    return lambda a: f(a + np.swapaxes(a, -1, -2))


case(np.linalg.inv, "linalg.inv(a)", matrix(2, 2, 2))
case(np.linalg.det, "linalg.det(a)", matrix(3, 3))
case(np.linalg.slogdet, "linalg.slogdet(a)", matrix(3, 3))
case(lambda a: np.linalg.slogdet(a)[1], "logdet(a)", matrix(2, 2, 2))
for shape in ((3,), (3, 2)):
    case(np.linalg.solve, "linalg.solve(a, b)", matrix(3, 3), real(*shape))
case(np.linalg.solve, "linalg.solve(a, b)", matrix(2, 2, 2), real(2, 1))
case(of_symmetric(np.linalg.cholesky), "linalg.cholesky(a + a.mT)", matrix(3, 3))
case(of_symmetric(np.linalg.eigvalsh), "linalg.eigvalsh(a + a.mT)", matrix(3, 3))
case(of_symmetric(lambda a: [(p := np.linalg.eigh(a)).eigenvalues, np.abs(p.eigenvectors)]),
     "(p := linalg.eigh(a + a.mT)).eigenvalues, abs(p.eigenvectors)", matrix(3, 3))  # fmt: skip
for shape in ((3, 3), (3, 2), (2, 3)):
    case(np.linalg.svdvals, "linalg.svdvals(a)", matrix(*shape))
    case(lambda a: (p := np.linalg.svd(a, full_matrices=False)).U @ p.Vh,
         "(p := linalg.svd(a, full_matrices=False)).U @ p.Vh", matrix(*shape))  # fmt: skip
    case(np.linalg.pinv, "linalg.pinv(a)", matrix(*shape))
for shape in ((3, 3), (3, 2)):
    case(np.linalg.qr, "linalg.qr(a)", matrix(*shape))
case(lambda a, b: np.linalg.pinv(a) @ b, "linalg.lstsq(a, b).solution", matrix(4, 2), real(4, 2))
for n in (0, 1, 3, -2):
    case(lambda a, n=n: np.linalg.matrix_power(a, n), f"linalg.matrix_power(a, {n})", matrix(2, 2))
case(
    lambda a, b, c: np.linalg.multi_dot([a, b, c]),
    "linalg.multi_dot([a, b, c])",
    real(2, 3),
    another(3, 1),
    third(1, 2),
)
for order in ("fro", "nuc", 1, -1, 2, -2, np.inf, -np.inf):
    theirs = f"linalg.matrix_norm(a, {order!r})"
    case(lambda a, o=order: np.linalg.norm(a, o), theirs, matrix(3, 2))
    theirs += f" * linalg.matrix_norm(linalg.inv(a), {order!r})"  # since linalg.cond fails
    case(lambda a, o=order: np.linalg.cond(a, o), theirs, matrix(2, 2))
for order in (0, 0.5, 1, 2, 3, -1, np.inf, -np.inf):
    theirs = f"linalg.vector_norm(a, {order!r}, dim=1)"
    case(lambda a, o=order: np.linalg.norm(a, o, axis=1), theirs, nonzero(2, 3))
case(np.linalg.norm, "linalg.norm(a)", real())

# --- reductions and linear algebra: kinks ---

case(lambda a: np.linalg.norm(a, 1), "linalg.vector_norm(a, 1)", [0.0, -2.0])
case(lambda a: np.linalg.norm(a, 3), "linalg.vector_norm(a, 3)", [0.0, -2.0])
case(lambda a: np.linalg.norm(a, 3), "linalg.vector_norm(a, 3)", [0.0, 0.0])
case(lambda a: np.linalg.norm(a, np.inf), "linalg.vector_norm(a, inf)", [2.0, -2.0, 1.0])
case(lambda a: np.linalg.norm(a, np.inf), "linalg.vector_norm(a, inf)", [0.0, 0.0])
case(lambda a: np.linalg.norm(a, 1), "linalg.matrix_norm(a, 1)", [[2.0, 1.0], [0.0, -1.0]])
case(np.std, "std(a, correction=0)", [2.0, 2.0])
case(np.std, "std(a, correction=0)", [2.0])
case(np.var, "var(a, correction=0)", [2.0])
case(np.mean, "mean(a)", np.zeros((0,)))

# --- where we differ on purpose ---
# Of 0-d arguments: V is the cotangent of the result, U and W are what the gradients of a and b are multiplied with.

V, (U, W) = projections([()], 0)[0], projections([(), ()], 1)


def differ(reason: str, ours: Callable[..., Any], expression: str, *arguments: Any, **instead: Any) -> None:
    """Compare all results but those given."""
    case(ours, expression, *arguments, instead=instead, reason=reason)


limit = "PyTorch multiplies 0 with inf where the limit is finite"
differ(limit, np.sinc, "sinc(a)", 0.0, seconds=[-(np.pi**2) / 3 * V * U])
differ(limit, np.power, "pow(a, b)", 0.0, 2.0, seconds=[2 * V * U, 0])
differ(limit, np.power, "pow(a, b)", 0.0, 3.0, seconds=[0, 0])
differ(limit, lambda a: np.power(0.0, a), "pow(0.0, a)", 2.5, seconds=[0])
differ(limit, np.logaddexp, "logaddexp(a, b)", 1e4, -1e4, seconds=[0, 0])
differ(limit, np.logaddexp2, "logaddexp2(a, b)", 1e4, -1e4, seconds=[0, 0])
differ("cancellation in PyTorch", np.sinc, "sinc(a)", 1e-9,
       gradients=[-(np.pi**2) / 3 * 1e-9 * V], seconds=[-(np.pi**2) / 3 * V * U])  # fmt: skip
differ("PyTorch's rule takes 0 for the whole gradient of a at b = 0, so loses its slope along b",
       np.power, "pow(a, b)", 2.0, 0.0,
       seconds=[V * W / 2, V * (U / 2 + W * np.log(2) ** 2)])  # fmt: skip

differ("a**2 + b**2 underflows in PyTorch", np.arctan2, "atan2(a, b)", 1e-200, 1e-200,
       gradients=[V / 2 * 1e200, -V / 2 * 1e200])  # fmt: skip

branch = "the branch not taken sends no nan on"
differ(branch, lambda a: np.where(a > 0, np.sqrt(a), 0), "where(a > 0, sqrt(a), 0)", -1.0, gradients=[0], seconds=[0])
differ(branch, lambda a: np.where(a > 0, np.sqrt(a), 0), "where(a > 0, sqrt(a), 0)", 0.0, gradients=[0], seconds=[0])
differ(branch, lambda a: np.nan_to_num(np.log(a), neginf=0), "nan_to_num(log(a), neginf=0)", 0.0,
       gradients=[0], seconds=[0])  # fmt: skip

least = "at the kink of a norm or a distance we take the subgradient of least norm, 0, and 0 for its slope"
differ(least, np.hypot, "hypot(a, b)", 0.0, 0.0, gradients=[0, 0], seconds=[0, 0])
differ(least, np.arctan2, "atan2(a, b)", 0.0, 0.0, seconds=[0, 0])
differ(least, np.copysign, "copysign(a, b)", 0.0, -1.0, seconds=[0, 0])
differ(least, np.linalg.norm, "linalg.norm(a)", [0.0, 0.0], seconds=[[0, 0]])
differ(least, lambda a: np.linalg.norm(a, 0.5), "linalg.vector_norm(a, 0.5)", [0.0, 4.0], seconds=[[0, 0]])
differ(least, lambda a: np.linalg.norm(a, -1), "linalg.vector_norm(a, -1)", [0.0, 4.0], seconds=[[0, 0]])
differ(least, lambda a: np.linalg.norm(a, "nuc"), "linalg.matrix_norm(a, 'nuc')", np.zeros((2, 2)),
       gradients=np.zeros((1, 2, 2)), seconds=np.zeros((1, 2, 2)))  # fmt: skip

share = "ties share evenly, as those of maximum do"
differ(share, np.fmax, "fmax(a, b)", 2.0, 2.0, gradients=[V / 2, V / 2])
differ(share, np.fmin, "fmin(a, b)", 2.0, 2.0, gradients=[V / 2, V / 2])
differ(share, lambda a: np.quantile(a, 0.5), "quantile(a, 0.5)", [1.0, 1.0, 2.0], gradients=[[V / 2, V / 2, 0]])

differ("singular vectors of a repeated value are ambiguous: what they would add is left out; PyTorch divides by 0",
       lambda a: np.linalg.norm(a, 2), "linalg.matrix_norm(a, 2)", np.eye(2) * 2,
       seconds=np.zeros((1, 2, 2)))  # fmt: skip

differ("the slope from the left at every order: d prelu'(0) / d slope = 1, and the other way round",
       prelu, "F.prelu(a[None, None], b)[0, 0]", 0.0, 0.25, seconds=[V * W, V * U])  # fmt: skip

comparison = "a nan is neither above 0 nor equal to anything, so has no part in the result"
differ(comparison, relu, "relu(a)", np.nan, gradients=[0])
differ(comparison, np.maximum, "maximum(a, b)", np.nan, 1.0, gradients=[0, 0])
differ(comparison, np.fmax, "fmax(a, b)", np.nan, np.nan, gradients=[0, 0])
differ("the sign of a nan is nan, as in NumPy", np.sign, "sign(a)", np.nan, values=[np.nan])
differ("the sign of a nan is nan, as in NumPy", np.abs, "abs(a)", np.nan, gradients=[np.nan])
