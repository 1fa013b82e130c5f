"""`Tensor`: a value that remembers how it was made.

A Tensor is a handle on two things: its value (`_data`) and its node in the graph (`_node`). Operators, methods and
NumPy's own functions compute on the values and, where a gradient may be asked for, `record` the call.

    x = Tensor(3.0, requires_grad=True)
    y = x * x + np.sin(x)
    y.backward()
    x.grad                      # dy/dx = 2 x + cos(x)

The value of a 0-d float64 Tensor is a Python float: scalar graphs, one node an operation, are a main use, and plain
floats make them fast. Everything else is an ndarray or a NumPy scalar.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from sys import _getframe
from types import FunctionType
from typing import Any

import numpy as np

from autograd.attributes import Attributes
from autograd.capture import current_capture
from autograd.complex_methods import ComplexMethods
from autograd.complexes import form_of
from autograd.conversions import Conversions
from autograd.errors import DtypeError, GradientError, ShapeError
from autograd.graph import LIBRARY_MARK, UNTRACKED, Node, here, leaf, notes_of, tick, twin_of
from autograd.methods import ArrayMethods
from autograd.mishaps import located, no_value, recomputed, refuse_anomaly, wrong_number
from autograd.modes import ANOMALY, CAPTURE, NO_GRAD, current_mode, enable_grad
from autograd.names_of_others import NamesOfOthers
from autograd.numpy_calls import call, call_ufunc, compose
from autograd.ops import elementwise, indexing, linalg, nondifferentiable
from autograd.primitives import CONSTANT, REGISTRY, Primitive, frozen
from autograd.replay import LOCK, accumulate, pull
from autograd.values import (
    copied,
    flag,
    float64_of,
    is_complex,
    numbers_like,
    operand,
    operand_beside_complex,
    plain_array,
    refuse_dropping_imaginary_parts,
    refuse_non_numbers,
    refuse_untrackable,
    unshared,
    value_of,
)

_new_tensor = object.__new__


# --- recording ---


def record(primitive: Primitive, first: Any, second: Any, others: Any, keywords: Any, value: Any) -> Tensor:
    """The Tensor of an operation's result, with the one node that remembers the call.

    Inputs are nodes, or plain values where no gradient flows. This is the place that makes op nodes (`_binary` has its
    own copy), and the per-operation cost of the engine: written flat.
    """
    mode = current_mode()
    if mode:
        if mode & NO_GRAD:
            if mode & CAPTURE:
                return captured(primitive, (first, second), others, keywords, value)
            return _constant(value)
        if mode & ANOMALY:
            refuse_anomaly(primitive, value, (first, second) if others is None else others)
    frame = _getframe(2)
    while LIBRARY_MARK in frame.f_globals and (outer := frame.f_back) is not None:  # `graph.user_place`, written out
        frame = outer
    node = Node()
    node.primitive = primitive
    node.first = first
    node.second = second
    node.others = others
    node.keywords = keywords
    node.output = value
    node.requires_grad = True
    node.code = frame.f_code
    node.lasti = frame.f_lasti
    node.clock = tick()
    node.mark = node.notes = None
    tensor = _new_tensor(Tensor)
    tensor._data = value
    tensor._node = node
    return tensor


def _handle(value: Any, node: Node) -> Tensor:
    tensor = _new_tensor(Tensor)
    tensor._data = value
    tensor._node = node
    return tensor


def tensor_of(x: Any) -> Any:
    """A Tensor for a node or a constant array of the graph: what rules see in a recorded replay."""
    if type(x) is Node:
        return _of_its_kind(_handle(x.output, x))
    return _of_its_kind(_constant(x)) if isinstance(x, np.ndarray) else x


def _constant(value: Any) -> Tensor:
    """A Tensor that takes no gradient."""
    return _handle(value, UNTRACKED)


def captured(primitive: Primitive, inputs: Any, others: Any, keywords: dict[str, Any] | None, value: Any) -> Any:
    """The Tensor of a result that takes no gradient, while a program is captured: recorded if it depends on inputs."""
    inputs = [np.array(x) if type(x) is np.ndarray else x for x in (inputs if others is None else others)]
    parts = [*inputs, *_parts(keywords)]
    if not any(type(x) is Node or (isinstance(x, Tensor) and x._node is not UNTRACKED) for x in parts):
        return _of_its_kind(_constant(value))
    first, second, *more = inputs if len(inputs) > 1 else (*inputs, None)
    with enable_grad():
        tensor = record(primitive, first, second, tuple(inputs) if more else None, keywords, value)
    tensor._node.requires_grad = False
    return _of_its_kind(tensor)


def _parts(keywords: dict[str, Any] | None) -> list[Any]:
    """The values among keywords, those inside tuples and lists too."""
    values = list(keywords.values()) if keywords else []
    for value in values:
        if type(value) is tuple or type(value) is list:
            values.extend(value)
    return values


def _plain(value: Any) -> Any:
    """Keywords with the values of the Tensors among them."""
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    if type(value) is tuple or type(value) is list:
        return type(value)(map(_plain, value))
    return value._data if isinstance(value, Tensor) else value


def _of_its_kind(tensor: Tensor) -> Tensor:
    """The Tensor; a `ComplexTensor` from now on if its value is complex."""
    value = tensor._data
    if type(value) is not float and value.dtype.kind == "c":
        tensor.__class__ = ComplexTensor
    return tensor


def apply_unary(x: Tensor, primitive: Primitive, keywords: dict[str, Any] | None = None) -> Tensor:
    """Compute a primitive of one Tensor, and record the call."""
    value, node = x._data, x._node
    try:
        if type(value) is float:
            scalar = primitive.scalar
            result = scalar(value) if scalar is not None else primitive.forward(np.float64(value), **(keywords or {}))
        elif keywords is None:
            result = primitive.forward(value)
        else:
            result = primitive.forward(value, **(keywords if not current_mode() & CAPTURE else _plain(keywords)))
    except (ArithmeticError, ValueError, TypeError, IndexError) as error:
        result = recomputed(primitive, (value,), error)
    if type(result) is not float:
        if type(result) is np.ndarray:
            if not result.ndim:
                result = result[()]
            elif result is value:  # as `squeeze` may return it: no array is two Tensors' own
                result = value.view()
        elif not isinstance(result, np.generic):
            raise no_value(primitive, result)
    if not node.requires_grad or primitive.structure == CONSTANT or current_mode() & NO_GRAD:
        if current_mode() & CAPTURE:
            if node.primitive is None and node is not UNTRACKED:
                result = unshared(result)
            return captured(primitive, (value if node is UNTRACKED else node, None), None, keywords, result)
        return _constant(result if node is UNTRACKED else unshared(result))
    return record(primitive, node, None, None, keywords, result)


def apply(primitive: Primitive, inputs: tuple[Any, ...], keywords: dict[str, Any] | None) -> Tensor:
    """Compute a primitive of any number of arrays, at least one of them a Tensor, and record the call."""
    if len(inputs) == 1:
        return apply_unary(inputs[0], primitive, keywords)
    values: list[Any] = []
    parents: list[Any] = []
    tracked = constants = floats = False
    for item in inputs:
        if type(item) is Tensor:
            value, node = item._data, item._node
            if node.requires_grad:
                tracked = True
            if type(value) is float:
                floats = True
            values.append(value)
            parents.append(value if node is UNTRACKED else node)
        else:
            constants = True
            values.append(item)
            parents.append(item)
    if constants and not _take_constants(primitive, inputs, values, parents):
        return apply_complex(primitive, inputs, keywords)
    try:
        if floats and primitive.scalar is not None and _all_floats(values):
            result = primitive.scalar(*values)
        else:
            if floats:
                for i, value in enumerate(values):
                    if type(value) is float and type(inputs[i]) is Tensor:
                        values[i] = np.float64(value)
            if keywords is None:
                result = primitive.forward(*values)
            else:
                result = primitive.forward(*values, **(keywords if not current_mode() & CAPTURE else _plain(keywords)))
    except (ArithmeticError, ValueError, TypeError, IndexError) as error:
        result = recomputed(primitive, values, error)
    if len(values) != primitive.arity and primitive.joint is None:
        raise wrong_number(primitive, len(values))
    if type(result) is not float:
        if type(result) is np.ndarray:
            if not result.ndim:
                result = result[()]
        elif not isinstance(result, np.generic):
            raise no_value(primitive, result)
    if not tracked or primitive.structure == CONSTANT:
        if current_mode() & CAPTURE:
            return captured(primitive, parents, None, keywords, result)
        return _constant(result)
    if len(parents) == 2:
        return record(primitive, parents[0], parents[1], None, keywords, result)
    return record(primitive, None, None, tuple(parents), keywords, result)


def _take_constants(primitive: Primitive, inputs: tuple[Any, ...], values: list[Any], parents: list[Any]) -> bool:
    """Put private values in the places of operands that are not real Tensors; False if one of them is complex."""
    like = next(item._data for item in inputs if type(item) is Tensor)
    for i, item in enumerate(inputs):
        if type(item) is not Tensor:
            value = operand(item, like, keep=True)
            if value is NotImplemented:
                if isinstance(item, ComplexTensor) or is_complex(item):
                    return False
                raise _not_an_array(primitive, item)
            values[i] = parents[i] = value
    return True


def _not_an_array(primitive: Primitive, item: Any) -> DtypeError:
    return DtypeError(f"{primitive.name}: a {type(item).__name__} is not an array (at {here()})")


def apply_complex(primitive: Primitive, inputs: tuple[Any, ...], keywords: dict[str, Any] | None) -> Any:
    """As `apply`, where an argument or the result may be complex: the op's complex form computes and is recorded."""
    form = form_of(primitive)
    if not isinstance(form, Primitive):
        return form(*inputs, **(keywords or {}))
    given = [float64_of(item._data) for item in inputs if isinstance(item, Tensor)]
    like = next((value for value in given if value.dtype.kind in "fc"), given[0])
    values: list[Any] = []
    parents: list[Any] = []
    tracked = False
    for item in inputs:
        if isinstance(item, Tensor):
            value, node = float64_of(item._data), item._node
            tracked = tracked or node.requires_grad
            parents.append(value if node is UNTRACKED else node)
        else:
            value = operand_beside_complex(item, like)
            if value is NotImplemented:
                raise _not_an_array(primitive, item)
            parents.append(value)
        values.append(value)
    try:
        result = form.forward(*values, **_plain(keywords or {}))
    except (ArithmeticError, ValueError, TypeError, IndexError) as error:
        raise located(form, values, error) from None
    if type(result) is np.ndarray:
        if not result.ndim:
            result = result[()]
        elif any(result is value for value in values):
            result = result.view()
    if not tracked or form.structure == CONSTANT or current_mode() & NO_GRAD:
        if current_mode() & CAPTURE:
            return captured(form, parents, None, keywords, result)
        return _of_its_kind(_constant(unshared(result)))
    first, second, *more = (*parents, None) if len(parents) == 1 else parents
    if more:
        return _of_its_kind(record(form, None, None, tuple(parents), keywords, result))
    return _of_its_kind(record(form, first, second, None, keywords, result))


def _all_floats(values: Any) -> bool:
    return all(type(value) is float for value in values)


def _binary(primitive: Primitive, compute: Callable[[Any, Any], Any]) -> tuple[Any, Any]:
    """An operator and its reflection: every `a * b` of a user's program runs through here, written flat.

    The node of `forward` is filled in here as `record` does it, whose call would be a tenth of an operation on numbers.
    """

    def forward(self: Tensor, other: Any) -> Tensor:
        a, node_a = self._data, self._node
        node_b: Any
        if type(other) is Tensor:
            b, node_b = other._data, other._node
            tracked = node_a.requires_grad or node_b.requires_grad
            if type(a) is not type(b):
                a, b = float64_of(a), float64_of(b)
        elif type(other) is float is type(a):
            tracked = node_a.requires_grad
            b = node_b = other
        else:
            tracked = node_a.requires_grad
            b = node_b = operand(other, a, tracked)
            if b is NotImplemented:
                return _beside_complex(primitive, self, other, other)
            if type(a) is float and type(b) is not float:
                a = np.float64(a)
        try:
            value = compute(a, b)
        except (ArithmeticError, ValueError, TypeError) as error:
            value = recomputed(primitive, (a, b), error)
        first = a if node_a is UNTRACKED else node_a
        second = b if node_b is UNTRACKED else node_b
        if not tracked or current_mode():
            if tracked:
                return record(primitive, first, second, None, None, value)
            if current_mode() & CAPTURE:
                return captured(primitive, (first, second), None, None, value)
            return _constant(value)
        frame = _getframe(1)
        while LIBRARY_MARK in frame.f_globals and (outer := frame.f_back) is not None:
            frame = outer
        node = Node()
        node.primitive = primitive
        node.first = first
        node.second = second
        node.others = node.keywords = None
        node.output = value
        node.requires_grad = True
        node.code = frame.f_code
        node.lasti = frame.f_lasti
        node.clock = tick()
        node.mark = node.notes = None
        tensor = _new_tensor(Tensor)
        tensor._data = value
        tensor._node = node
        return tensor

    def reflected(self: Tensor, other: Any) -> Tensor:
        b, node_b = self._data, self._node
        tracked = node_b.requires_grad
        a = operand(other, b, tracked)
        if a is NotImplemented:
            return _beside_complex(primitive, other, self, other)
        if type(b) is float and type(a) is not float:
            b = np.float64(b)
        try:
            value = compute(a, b)
        except (ArithmeticError, ValueError, TypeError) as error:
            value = recomputed(primitive, (a, b), error)
        if not tracked:
            if current_mode() & CAPTURE:
                return captured(primitive, (a, b if node_b is UNTRACKED else node_b), None, None, value)
            return _constant(value)
        return record(primitive, a, node_b, None, None, value)

    return forward, reflected


def _beside_complex(primitive: Primitive, a: Any, b: Any, other: Any) -> Any:
    """An operator whose operand `other` is nothing real: complex, or nothing to compute with."""
    return apply_complex(primitive, (a, b), None) if is_complex(other) else NotImplemented


def _comparison(ufunc: np.ufunc, compute: Callable[[Any, Any], Any]) -> Any:
    """A comparison operator: its result is a constant Tensor of bools."""

    def method(self: Tensor, other: Any) -> Tensor:
        a = self._data
        b = other._data if type(other) is Tensor else operand(other, a, False)
        if b is NotImplemented:
            return _beside_complex(REGISTRY[ufunc], self, other, other)
        try:
            value = compute(a, b)
        except (ValueError, TypeError) as error:
            raise located(REGISTRY[ufunc], (a, b), error) from None
        if type(value) is bool:
            value = np.bool(value)
        if current_mode() & CAPTURE:
            return apply(REGISTRY[ufunc], (self, other), None)
        return _constant(value)

    return method


def _rebinding(compute: Callable[[Tensor, Any], Tensor], sign: str) -> Callable[[Tensor, Any], Tensor]:
    """`x += y` binds x to a new result, as values are immutable; where an update of a leaf was meant, it says so.

    Meant is an update under `no_grad`, and of a leaf that has a gradient already: `p -= lr * p.grad`.
    """

    def method(self: Tensor, other: Any) -> Tensor:
        node = self._node
        if node.primitive is None and node.requires_grad and (node.grad is not None or current_mode() & NO_GRAD):
            raise GradientError(
                f"p {sign}= ... would bind the name to a new Tensor and leave the leaf as it is (at {here()}); "
                f"to update the leaf write p.data {sign}= ..., to compute with it p = p {sign} ..."
            )
        result = compute(self, other)
        if current_mode() & CAPTURE:
            current_capture().data_written(node, result)
        return result

    return method


def _power(a: Any, b: Any) -> Any:
    return math.pow(a, b) if type(a) is float is type(b) else a**b


def _restored(data: np.ndarray, requires_grad: bool, name: str | None, grad: Any) -> Tensor:
    tensor = Tensor(data, requires_grad, name=name)
    if grad is not None:
        tensor.grad = grad
    return tensor


class Handle:
    """Takes a hook off again."""

    __slots__ = ("_hooks", "_key")

    def __init__(self, hooks: dict[int, Any], key: int) -> None:
        self._hooks, self._key = hooks, key

    def remove(self) -> None:
        """Take the hook off; a second call does nothing."""
        self._hooks.pop(self._key, None)


class Tensor(Attributes, ArrayMethods, Conversions, NamesOfOthers):
    """An n-dimensional array of floats that records the operations applied to it.

    Parameters
    ----------
    data : array-like; copied, as by `np.array`. Python floats give the default dtype (float64 unless set).
    requires_grad : whether `backward` shall compute this leaf's gradient.
    dtype : NumPy dtype.
    name : label in pictures and errors.

    Raises
    ------
    DtypeError : for data that are not numbers, and for integers or bools asked to require a gradient.

    >>> w = Tensor([1.0, 2.0], requires_grad=True, name="w")
    >>> loss = (w * w).sum()
    >>> loss.backward()
    >>> w.grad
    array([2., 4.])
    """

    __slots__ = ("__weakref__",)

    def __init_subclass__(cls) -> None:
        if cls.__module__ == __name__:
            return
        raise TypeError(
            f"Tensor has no subclasses (at {here()}): operations would return plain Tensors. Keep a Tensor in a class "
            "of your own, or give it a name="
        )

    def __init__(
        self,
        data: Any,
        requires_grad: bool = False,
        dtype: np.typing.DTypeLike | None = None,
        name: str | None = None,
    ) -> None:
        value = value_of(data._data if isinstance(data, Tensor) else data, dtype)
        if requires_grad is True or (requires_grad and flag(requires_grad, "requires_grad")):
            refuse_untrackable(value)
        self._data = value
        self._node = leaf(value, bool(requires_grad))
        if (capture := current_capture()) is not None:
            capture.made(self._node, data._node if isinstance(data, Tensor) else None)
        _of_its_kind(self)
        if name is not None:
            self.name = name

    @classmethod
    def wrap(cls, array: np.ndarray, requires_grad: bool = False, name: str | None = None) -> Tensor:
        """A leaf that shares `array` instead of copying it.

        Writing into the array between a forward and its backward pass is the caller's promise not to do, also by way of
        another Tensor that shares it: it would go unnoticed. `assign` to this one is the way that is noticed.
        """
        if not isinstance(array, np.ndarray):
            raise DtypeError(
                f"Tensor.wrap shares an ndarray (at {here()}); for a {type(array).__name__} use Tensor(data)"
            )
        array = plain_array(array)
        refuse_non_numbers(array)
        if flag(requires_grad, "requires_grad"):
            refuse_untrackable(array)
        if type(array) is not np.ndarray:
            array = array.view(np.ndarray)  # a matrix, a memmap: the same memory, without meanings of its own
        tensor = _of_its_kind(_handle(array, leaf(array, bool(requires_grad))))
        if name is not None:
            tensor.name = name
        return tensor

    # --- differentiation ---

    def backward(self, gradient: Any = None, retain_graph: bool = False, create_graph: bool = False) -> None:
        """Add the derivative of this Tensor with respect to each leaf to that leaf's `grad`.

        Parameters
        ----------
        gradient : cotangent of this Tensor, of its shape; may be left out for a scalar, where it is 1.
        retain_graph : keep the saved values, so that another pass over this graph is possible.
        create_graph : record the pass itself, so that gradients can be differentiated; they are Tensors then, and hold
            the leaf as it holds them, until `zero_grad()`.

        Raises
        ------
        GradientError : no gradient flows to this Tensor, or it is not a scalar and `gradient` is missing.
        FreedGraphError : an earlier pass freed the graph. StaleValueError : a leaf was overwritten since.

        >>> x = Tensor(2.0, requires_grad=True)
        >>> (x ** 3).backward(create_graph=True)
        >>> slope = x.grad
        >>> x.zero_grad()
        >>> slope.backward()
        >>> x.grad
        array(12.)
        """
        if not self._node.requires_grad:
            raise GradientError(
                f"backward: this Tensor does not depend on any leaf that requires grad (at {here()}). Make the leaf "
                "with Tensor(data, requires_grad=True), and compute outside no_grad()."
            )
        seed = self._seed(gradient)
        with LOCK:
            if create_graph or current_mode() & CAPTURE:
                if not isinstance(seed, Tensor):
                    seed = _of_its_kind(_constant(seed))
                accumulate(pull([self._node], [seed], free=False, lift=tensor_of), [])
            else:
                seed = seed._data if isinstance(seed, Tensor) else seed
                accumulate(pull([self._node], [seed], free=not retain_graph), [seed])

    def _seed(self, gradient: Any) -> Any:
        value = self._data
        if gradient is None:
            if type(value) is float:
                return 1.0
            if isinstance(value, np.generic):
                return type(value)(1)
            if value.size != 1:
                raise GradientError(
                    f"backward: a Tensor of shape {self.shape} is not a scalar (at {here()}). Reduce it first, as "
                    "with loss.sum() or loss.mean(), or give the cotangent: y.backward(gradient)."
                )
            return np.ones_like(value)[()]
        if np.shape(gradient) != self.shape:
            raise ShapeError(
                f"backward: a gradient of shape {np.shape(gradient)} does not fit a Tensor of shape {self.shape} "
                f"(at {here()})"
            )
        refuse_dropping_imaginary_parts("backward(gradient)", gradient, self.dtype)
        if isinstance(gradient, Tensor):
            return gradient
        seed = numbers_like(gradient, self.dtype, "backward: a gradient")[()]
        return float(seed) if type(value) is float else seed

    def detach(self) -> Tensor:
        """The same value outside the graph. A leaf's is copied, since a leaf may be overwritten."""
        value = unshared(self._data) if self._node.primitive is not None else copied(self._data)
        if current_mode() & CAPTURE and self._node is not UNTRACKED:
            return captured(elementwise.positive, (self._node, None), None, None, value)
        return _of_its_kind(_constant(value))

    def retain_grad(self) -> None:
        """Keep the gradient of this intermediate result in `grad` when `backward` passes through."""
        if not self._node.requires_grad:
            raise GradientError(f"retain_grad: no gradient flows to this Tensor (at {here()})")
        if self._node.primitive is not None:
            notes_of(self._node).retain = True

    def register_hook(self, hook: Callable[[Any], Any]) -> Handle:
        """Call `hook(gradient)` in each backward pass, on the complete gradient of this Tensor.

        What it returns, if anything, takes the gradient's place. The handle's `remove()` takes the hook off.
        """
        if not self._node.requires_grad:
            raise GradientError(f"a hook on a Tensor that takes no gradient would never be called (at {here()})")
        if not callable(hook):
            raise TypeError(f"register_hook: a function of the gradient is wanted, not {hook!r} (at {here()})")
        hooks = notes_of(self._node).hooks
        key = tick()
        hooks[key] = hook
        return Handle(hooks, key)

    # --- copies ---

    def __hash__(self) -> int:  # by identity, since `==` compares elements
        return id(self)

    def __reduce__(self) -> Any:
        if self._node.primitive is not None:
            raise GradientError(
                f"only leaves can be pickled; this is the result of {self._node.primitive.name} "
                f"({self._node.location}): use x.detach()"
            )
        return _restored, (np.array(self._data), self.requires_grad, self.name, self.grad)

    def __copy__(self) -> Tensor:
        if self._node.primitive is not None:
            return _of_its_kind(_handle(self._data, self._node))
        build, parts = self.__reduce__()
        return build(*parts)

    def __deepcopy__(self, memo: dict[int, Any]) -> Tensor:
        """A copy with the whole graph behind it: a backward pass from it reaches copies of the leaves."""
        if self._node is UNTRACKED:
            return _of_its_kind(_constant(copied(self._data)))
        node = twin_of(self._node, memo)
        freed = node.primitive is not None and node.output is None
        return _of_its_kind(_handle(copied(self._data) if freed else node.output, node))

    # --- NumPy's protocols ---

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *args: Any, **keywords: Any) -> Any:
        if method == "__call__" and not keywords and (primitive := REGISTRY.get(ufunc)) is not None:
            return apply(primitive, args, None)
        return call_ufunc(ufunc, method, args, keywords, apply)

    def __array_function__(self, function: Callable[..., Any], types: Any, args: Any, keywords: Any) -> Any:
        return call(function, args, keywords, apply)

    __primitive__ = staticmethod(apply)
    __complex_primitive__ = staticmethod(apply_complex)

    _compose = staticmethod(compose)

    _apply = apply_unary

    # --- operators ---

    __add__, __radd__ = _binary(elementwise.add, operator.add)
    __sub__, __rsub__ = _binary(elementwise.subtract, operator.sub)
    __mul__, __rmul__ = _binary(elementwise.multiply, operator.mul)
    __truediv__, __rtruediv__ = _binary(elementwise.divide, operator.truediv)
    __matmul__, __rmatmul__ = _binary(linalg.matmul, linalg.matmul.forward)
    _power, __rpow__ = _binary(elementwise.power, _power)
    __lt__, __le__ = _comparison(np.less, operator.lt), _comparison(np.less_equal, operator.le)
    __gt__, __ge__ = _comparison(np.greater, operator.gt), _comparison(np.greater_equal, operator.ge)
    __eq__, __ne__ = _comparison(np.equal, operator.eq), _comparison(np.not_equal, operator.ne)
    __and__, __or__ = _comparison(np.bitwise_and, operator.and_), _comparison(np.bitwise_or, operator.or_)
    __xor__ = _comparison(np.bitwise_xor, operator.xor)
    __rand__, __ror__, __rxor__ = __and__, __or__, __xor__
    __mod__, __rmod__ = _binary(elementwise.remainder, operator.mod)
    __iadd__, __isub__ = _rebinding(__add__, "+"), _rebinding(__sub__, "-")
    __imul__, __itruediv__ = _rebinding(__mul__, "*"), _rebinding(__truediv__, "/")

    def __pow__(self, other: Any) -> Tensor:
        return self._apply(elementwise.square) if type(other) is int and other == 2 else self._power(other)

    __ipow__, __imod__, __imatmul__ = _rebinding(__pow__, "**"), _rebinding(__mod__, "%"), _rebinding(__matmul__, "@")

    def __neg__(self) -> Tensor:
        return self._apply(elementwise.negative)

    def __pos__(self) -> Tensor:
        return self._apply(elementwise.positive)

    def __abs__(self) -> Tensor:
        return self._apply(elementwise.absolute)

    def __floordiv__(self, other: Any) -> Tensor:
        return nondifferentiable.floor_divide(self, other)

    def __rfloordiv__(self, other: Any) -> Tensor:
        return nondifferentiable.floor_divide(other, self)

    def __divmod__(self, other: Any) -> tuple[Tensor, Tensor]:
        return self // other, self % other

    def __rdivmod__(self, other: Any) -> tuple[Tensor, Tensor]:
        return other // self, other % self

    def __invert__(self) -> Tensor:
        return self._apply(nondifferentiable.invert)

    def __round__(self, digits: int = 0) -> Tensor:
        return self._apply(nondifferentiable.round_, {"decimals": digits})

    # --- indexing ---

    def __getitem__(self, index: Any) -> Tensor:
        return self._apply(indexing.getitem, {"index": frozen(index)})

    def __setitem__(self, index: Any, value: Any) -> None:
        """Bind this Tensor to its value with `value` at `index`; gradients flow to what stays and to what is put in.

        No array is written into: what was computed from this Tensor before keeps the old value, and so does an array
        shared by `wrap`. What indexing returns is a value of its own, so `x[0][1] = v` leaves x as it is: write
        `x[0, 1] = v`. The dtype stays. Where an index repeats, the last write stays, and takes the gradient.

        >>> x = Tensor([1.0, 2.0, 3.0], requires_grad=True)
        >>> y = x * 1
        >>> y[1] = x[0] * 10
        >>> y.sum().backward()
        >>> x.grad
        array([11.,  0.,  1.])
        """
        old = self._node
        if old.primitive is None and old.requires_grad:
            raise GradientError(
                f"x[i] = v on a leaf that requires grad would cut the name off the leaf (at {here()}). To compute with "
                "the changed value, take a result first: y = x.copy(), then y[i] = v; to overwrite the leaf's own "
                "value write x.data[i] = v, or x.assign(array)."
            )
        if isinstance(value, Tensor) and value.requires_grad and self.dtype.kind not in "fc":
            raise DtypeError(
                f"x[i] = v would lose the gradient of v in a Tensor of {self.dtype} (at {here()}); convert it first: "
                "x = x.astype(float), or put in v.detach()"
            )
        new = indexing.index_update(self, value, index=index)
        if current_mode() & CAPTURE:
            current_capture().data_written(old, new)
        self._data, self._node = new._data, new._node
        if old.notes is not None and old.notes.name is not None:
            self.name = old.notes.name


for _base in (Attributes, ArrayMethods, Conversions):  # in its errors Python names a method by the class it is in
    for _method in vars(_base).values():
        if isinstance(_method, FunctionType):
            _method.__qualname__ = f"Tensor.{_method.__name__}"


class ComplexTensor(ComplexMethods, Tensor):
    """A Tensor whose value is complex. Nobody need ask for one: Tensors and results become it by their dtype."""

    __slots__ = ()

    __primitive__ = staticmethod(apply_complex)

    __iadd__ = _rebinding(ComplexMethods.__add__, "+")
    __isub__ = _rebinding(ComplexMethods.__sub__, "-")
    __imul__ = _rebinding(ComplexMethods.__mul__, "*")
    __itruediv__ = _rebinding(ComplexMethods.__truediv__, "/")
    __imatmul__ = _rebinding(ComplexMethods.__matmul__, "@")
    __imod__ = _rebinding(ComplexMethods.__mod__, "%")

    def _apply(self, primitive: Primitive, keywords: dict[str, Any] | None = None) -> Any:
        return apply_complex(primitive, (self,), keywords)

    def _seed(self, gradient: Any) -> Any:
        if gradient is None:
            raise GradientError(
                f"backward: a complex number cannot grow or shrink (at {here()}). Start from a real one, such as "
                "z.real or np.abs(z) ** 2, or give the cotangent: z.backward(gradient)."
            )
        return super()._seed(gradient)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *args: Any, **keywords: Any) -> Any:
        return call_ufunc(ufunc, method, args, keywords, apply_complex)

    def __array_function__(self, function: Callable[..., Any], types: Any, args: Any, keywords: Any) -> Any:
        return call(function, args, keywords, apply_complex)
