"""The table of operations: what each computes and how each differentiates, one declaration an op.

    elementwise(np.tanh,     lambda g, y, x: g * (1 - y * y))
    elementwise(np.multiply, lambda g, y, a, b: g * b,
                             lambda g, y, a, b: g * a)

From that line come the eager op, `np.tanh(tensor)`, first and higher gradients, forward mode, the label in the
graph, and the op's tests. Your own ops are declared with the same functions.

A *rule* has the form `(g, y, x, ...) -> contribution`, one for each array argument:

    g   cotangent of the output: the derivative of the final result with respect to y
    y   the output
    x.. the arguments of the call, keyword arguments by their names

It returns the derivative of the final result with respect to its argument, by way of this one use. It gets
ndarrays in a plain backward pass and Tensors when the pass is itself recorded, so it is written with operators,
NumPy ufuncs, array methods and other primitives, never with `np.asarray`, and never branches on values. It never
returns one of its arguments y, x unchanged, and writes into none (g may be another node's too).
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.errors import UnsupportedError
from autograd.modes import CAPTURE, current_mode
from autograd.refusals import option_refusal

Rule = Callable[..., Any]
Inputs = tuple[Any, ...]
Binder = Callable[..., tuple[Inputs, dict[str, Any]]]

# Structures: what is known of an op's Jacobian, and so what need not be declared.
ELEMENTWISE = "elementwise"  # diagonal: arguments broadcast; the vjp rule is the jvp rule
LINEAR = "linear"  # in all its arguments together: the jvp is the op applied to the tangents
GENERAL = "general"  # nothing known: the jvp is the vjp of the vjp
CONSTANT = "constant"  # piecewise constant or not a number: no gradient

# Types of values that never record: known, they spare the search for `__primitive__` in each call.
_PLAIN_TYPES = frozenset({np.ndarray, np.float64, np.float32, np.bool, float, int, bool})

REGISTRY: dict[Callable[..., Any], Primitive] = {}
COMPOSED: dict[Callable[..., Any], Callable[..., Any]] = {}
COMPOSED_CONSTANTS: set[Callable[..., Any]] = set()  # those of COMPOSED whose result takes no gradient


def same(g: Any, *_: Any) -> Any:
    """The rule of an argument that enters the output as it is; the replay knows it, and spares the call."""
    return g


class Primitive:
    """An operation with its derivative rules; callable on arrays and on Tensors alike.

    Array arguments are positional, everything else is passed by keyword.
    """

    __slots__ = (
        "arity",
        "bind",
        "forward",
        "is_elementwise",
        "is_inline",
        "joint",
        "keyword_names",
        "masks",
        "name",
        "numpy_function",
        "rules",
        "scalar",
        "shapes",
        "structure",
        "takes_complex",
        "tangent_rules",
        "text",
    )

    def __init__(
        self,
        function: Callable[..., Any],
        rules: tuple[Rule | None, ...],
        structure: str,
        *,
        forward: Callable[..., Any] | None = None,
        scalar: Callable[..., Any] | None = None,
        joint: Rule | None = None,
        masks: bool | Callable[..., bool] = False,
        bind: Binder | None = None,
        name: str | None = None,
        shapes: str | None = None,
        arity: int | None = None,
        takes_complex: bool | None = None,
        text: str | None = None,
    ) -> None:
        self.numpy_function = function
        self.forward = function if forward is None else forward
        self.name = function.__name__.strip("_") if name is None else name
        self.structure = structure
        self.is_elementwise = structure == ELEMENTWISE
        self.rules = self.tangent_rules = rules  # the latter for forward mode: other ones where numbers are complex
        self.joint = joint
        self.scalar = scalar
        self.masks: bool | Callable[..., bool] = masks
        self.shapes = shapes
        self.text = text
        self.arity = len(rules) if arity is None else arity
        self.takes_complex = structure == LINEAR if takes_complex is None else takes_complex
        self.keyword_names = _keyword_names(self.forward, self.arity)
        plain = self.is_elementwise and scalar is not None and not self.keyword_names and not masks
        self.is_inline = plain and self.arity <= 2
        self.bind = self._bind if bind is None else _named(self.name, bind)

    def __call__(self, *inputs: Any, **keywords: Any) -> Any:
        """Apply to `inputs`; if the type of one defines `__primitive__`, it decides (a Tensor records)."""
        if keywords and len(inputs) < self.arity:  # arrays by name
            inputs, keywords = self._bind_by_name(inputs, keywords)
        for item in inputs:
            kind = type(item)
            if kind not in _PLAIN_TYPES and (record := getattr(kind, "__primitive__", None)) is not None:
                return record(self, inputs, {name: frozen(k) for name, k in keywords.items()} if keywords else None)
        return self.forward(*inputs, **keywords)

    def __repr__(self) -> str:
        return f"<primitive {self.name} ({self.structure})>"

    def __reduce__(self) -> Any:  # rules may be lambdas: pickled, as a layer's activation, it goes by its function
        return _registered, (self.numpy_function,)

    @property
    def is_differentiable(self) -> bool:
        """Whether any argument can take a gradient."""
        return self.structure != CONSTANT

    def takes(self, args: Inputs, keywords: dict[str, Any]) -> bool:
        """Whether a call is of the arrays alone, and of keywords that the rules know."""
        if len(args) != self.arity:
            return False
        for name in keywords:  # noqa: SIM110  (three times as fast as `all`)
            if name not in self.keyword_names:
                return False
        return True

    def _bind(self, *args: Any, **keywords: Any) -> tuple[Inputs, dict[str, Any]]:
        """Sort a call in NumPy's form into array inputs and keywords."""
        if len(args) != self.arity:
            args, keywords = self._bind_by_name(args, keywords)
        for name in tuple(keywords):
            if name not in self.keyword_names and keywords.pop(name) is not None:  # out=None asks for nothing
                raise option_refusal(self.name, name, self.keyword_names)
        return args, keywords

    def _bind_by_name(self, args: Inputs, keywords: dict[str, Any]) -> tuple[Inputs, dict[str, Any]]:
        """By the names of NumPy's own signature: `np.sum(a=x)`, `np.sum(x, 0)`. (NumPy 2.0 says `newshape`.)"""
        try:
            arguments = list(inspect.signature(self.numpy_function).bind(*args, **keywords).arguments.items())
        except (TypeError, ValueError):
            raise TypeError(f"{self.name} takes {self.arity} array(s), but was given {len(args)}") from None
        inputs = tuple(value for _, value in arguments[: self.arity])
        if len(inputs) < self.arity:
            raise TypeError(f"{self.name} takes {self.arity} arrays, but was given {len(inputs)}")
        return inputs, {"shape" if name == "newshape" else name: value for name, value in arguments[self.arity :]}


def _registered(function: Callable[..., Any]) -> Primitive:
    return REGISTRY[function]


def _named(name: str, bind: Binder) -> Binder:
    """`bind`, telling the op's name where the arguments do not fit."""

    def named(*args: Any, **keywords: Any) -> tuple[Inputs, dict[str, Any]]:
        try:
            return bind(*args, **keywords)
        except TypeError as error:
            raise UnsupportedError(f"{name}: {str(error).removeprefix(f'{bind.__name__}() ')}") from None

    return named


def frozen(value: Any) -> Any:
    """A keyword that a node may keep: arrays in it copied, lists too, since the caller may overwrite theirs."""
    if type(value) is tuple:
        return tuple(frozen(part) for part in value)
    if type(value) is list:
        return [frozen(part) for part in value]
    if not hasattr(value, "__array__") or isinstance(value, np.generic | type):
        return value
    if current_mode() & CAPTURE and hasattr(type(value), "__primitive__"):  # an input of the program
        return value
    return np.array(value)


def _keyword_names(forward: Callable[..., Any], arity: int) -> tuple[str, ...]:
    """Names of the parameters behind the arrays; ufuncs have none that we take."""
    try:
        parameters = [] if isinstance(forward, np.ufunc) else list(inspect.signature(forward).parameters.values())
    except ValueError:  # a function written in C that does not tell, as `np.where` before NumPy 2.4
        return ()
    named = [p for p in parameters if p.kind is p.KEYWORD_ONLY]
    if not any(p.kind is p.VAR_POSITIONAL for p in parameters):
        named = parameters[arity:]
    return tuple(p.name for p in named)


def _declare(
    structure: str,
    function: Callable[..., Any],
    rules: tuple[Rule | None, ...],
    aliases: tuple[Callable[..., Any], ...] = (),
    **options: Any,
) -> Primitive:
    label = getattr(function, "__name__", repr(function))
    if not callable(function):
        raise TypeError(f"{structure}: a function of arrays is declared, not {function!r}")
    if not all(rule is None or callable(rule) for rule in rules):
        raise TypeError(f"{structure}: the rules of {label} are functions (g, y, x, ...) -> contribution, or None")
    if not rules and structure != CONSTANT and options.get("joint") is None:
        raise TypeError(
            f"{structure}: {label} needs a rule (g, y, x, ...) -> contribution for each of its arrays; an op without "
            "gradient is declared with nondifferentiable"
        )
    known = REGISTRY[function].rules if function in REGISTRY else ()
    if any(str(getattr(rule, "__module__", "")).startswith("autograd.") for rule in known):
        raise ValueError(
            f"{structure}: {label} has a rule already, which all its users count on; declare a function of your own, "
            f"such as lambda x: np.{label}(x)"
        )
    declared = Primitive(function, rules, structure, **options)
    for key in (function, *aliases):
        REGISTRY[key] = declared
    return declared


def elementwise(function: Callable[..., Any], *rules: Rule | None, **options: Any) -> Primitive:
    """Declare an op that acts on each element alone; its arguments broadcast, and its rules need not undo that.

    Parameters
    ----------
    function : the NumPy function this is the rule of, or your own, working on ndarrays.
    rules : one `(g, y, *arguments) -> contribution` for each array argument; None where there is no gradient.
    forward : what to compute with, where `function` itself is not it.
    scalar : an equal on Python floats (such as `math.exp`); may raise `ArithmeticError` or `ValueError`
        where NumPy gives inf or nan.
    bind : sorts a call in NumPy's form into `(inputs, keywords)`.
    joint : for an op of any number of arrays, one `(g, y, *arrays) -> contributions` in place of `rules`.
    masks : the op throws elements away (`np.where`): a nan that meets a zero cotangent behind it becomes zero. May be
        a function of the keywords that says whether it does.
    name : the label in graphs and errors, when it is not the function's own.
    shapes : what the shapes must be, for the error when they are not.
    text : how a compiled program writes it, in the names of `forward`'s parameters, where the source of `forward`
        is not what one would write: "x @ weight.T + bias".
    aliases : further NumPy functions that mean the same (`np.add.reduce` for `np.sum`).
    takes_complex : the arguments may be complex, as `complexes.py` says of rules; linear ops do unless told otherwise.

    >>> import numpy as np
    >>> from autograd import Tensor, elementwise
    >>> cube = elementwise(lambda x: x * x * x, lambda g, y, x: 3 * g * x * x, name="cube")
    >>> x = Tensor([1.0, 2.0], requires_grad=True)
    >>> cube(x).sum().backward()
    >>> x.grad
    array([ 3., 12.])
    """
    return _declare(ELEMENTWISE, function, rules, **options)


def holomorphic(function: Callable[..., Any], *rules: Rule | None, **options: Any) -> Primitive:
    """Declare an op on each element alone that has a complex derivative: `elementwise` with `takes_complex`."""
    return elementwise(function, *rules, takes_complex=True, **options)


def linear(function: Callable[..., Any], *rules: Rule | None, **options: Any) -> Primitive:
    """Declare an op that is linear in its array arguments taken together (options as for `elementwise`)."""
    return _declare(LINEAR, function, rules, **options)


def primitive(function: Callable[..., Any], *rules: Rule | None, **options: Any) -> Primitive:
    """Declare an op of no special structure (options as for `elementwise`).

    Each rule returns exactly the shape and dtype of its argument. Forward mode and higher derivatives come of them.

    Several steps fused into one op may have a rule that no composition of theirs would give. Cross entropy of logits z
    and probabilities t, `log sum exp z - t.z`, overflows nowhere, nor does its gradient, `softmax(z) - t`:

    >>> import numpy as np
    >>> from autograd import gradcheck, gradgradcheck, jvp, primitive, softmax, value_and_grad
    >>> def cross_entropy(z, t):
    ...     top = z.max(axis=-1)
    ...     return np.log(np.exp(z - top[..., None]).sum(axis=-1)) + top - (t * z).sum(axis=-1)
    >>> fused = primitive(
    ...     cross_entropy,
    ...     lambda g, y, z, t: g[..., None] * (softmax(z) - t),
    ...     lambda g, y, z, t: -g[..., None] * z,
    ... )
    >>> z, t = np.array([[1000.0, 0.0], [0.0, 0.0]]), np.array([[0.0, 1.0], [0.5, 0.5]])
    >>> value_and_grad(lambda z: fused(z, t).sum())(z)
    (array(1000.69314718), array([[ 1., -1.],
           [ 0.,  0.]]))
    >>> jvp(lambda z: fused(z, t), (z,), (np.ones((2, 2)),))[1]
    array([0., 0.])
    >>> z = np.array([[1.0, 2.0], [0.5, -1.0]])
    >>> gradcheck(fused, z, t).verdict, gradgradcheck(fused, z, t).verdict
    ('PASS', 'PASS')
    """
    return _declare(GENERAL, function, rules, **options)


def nondifferentiable(function: Callable[..., Any], *, arity: int = 1, **options: Any) -> Primitive:
    """Declare an op whose result takes no gradient: comparisons, indices, counts."""
    return _declare(CONSTANT, function, (), arity=arity, **options)


def composed(
    *functions: Callable[..., Any] | None, constant: bool = False
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register an implementation of NumPy functions that is written with other differentiable functions.

    A function may have a primitive besides: that one then takes the calls of nothing but arrays and keywords that it
    knows, this one the rest. `constant` says that the result takes no gradient. None stands
    for a function that the installed NumPy does not have yet: `getattr(np, "unstack", None)`.
    """
    known = [function for function in functions if function is not None]

    def register(implementation: Callable[..., Any]) -> Callable[..., Any]:
        for function in known:
            COMPOSED[function] = implementation
        if known:
            implementation.__name__ = known[0].__name__  # what errors call it
        if constant:
            COMPOSED_CONSTANTS.update(known)
        return implementation

    return register


def known_names() -> set[str]:
    """The names of the functions that work on Tensors."""
    return {p.name for p in REGISTRY.values()} | {f.__name__ for f in COMPOSED}
