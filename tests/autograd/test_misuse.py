"""Ways to misuse the library, each a clear error or the right answer.

A row is what is done, the code, and what comes of it: an error's class and a part of its text, or a value. In the
code `x` is the leaf [1, 2, 3] that requires grad, `c` a constant of the same values; of several statements the last
gives the result. An error of the library's own names the line.
"""

import copy
import decimal
import fractions
import io
import linecache
import math
import pickle
from typing import Any

import numpy as np
import pytest

import autograd
import nn
from autograd import Tensor
from autograd.errors import (
    AutogradError,
    DtypeError,
    FreedGraphError,
    GradientError,
    RuleError,
    ShapeError,
    StaleValueError,
    UnsupportedError,
)

Row = tuple[Any, ...]

MAKING: list[Row] = [
    ("no data", "Tensor()", TypeError, "data"),
    ("text", "Tensor('1.0')", DtypeError, "numbers, not <U3"),
    ("None", "Tensor(None)", DtypeError, "object (NoneType)"),
    ("None among numbers", "Tensor([1.0, None])", DtypeError, "object (NoneType)"),
    ("a dict", "Tensor({1.0: 2.0})", DtypeError, "object (dict)"),
    ("a set", "Tensor({1.0, 2.0})", DtypeError, "write list(...)"),
    ("an iterator", "Tensor(iter([1.0]))", DtypeError, "write list(...)"),
    ("a generator", "Tensor(v for v in [1.0])", DtypeError, "write list(...)"),
    ("a function", "Tensor(lambda: 1.0)", DtypeError, "object (function)"),
    ("a Decimal", "Tensor(decimal.Decimal('1.5'))", DtypeError, "object (Decimal)"),
    ("a Fraction", "Tensor(fractions.Fraction(1, 2))", DtypeError, "object (Fraction)"),
    ("an array of objects", "Tensor(np.array([1, 2], object))", DtypeError, "not object"),
    ("an array of dates", "Tensor(np.array(['2020-01-01'], 'M8[D]'))", DtypeError, "datetime64"),
    ("a structured array", "Tensor(np.zeros(2, [('a', float)]))", DtypeError, "holds numbers"),
    ("a masked array", "Tensor(np.ma.array([1.0, 2.0], mask=[1, 0]))", DtypeError, "lose its mask"),
    ("rows of two lengths", "Tensor([[1.0], [1.0, 2.0]])", ShapeError, "inhomogeneous"),
    ("a huge integer", "Tensor(10**400)", DtypeError, "beyond 64 bits"),
    ("an integer that requires grad", "Tensor(2, requires_grad=True)", DtypeError, "write Tensor(2.0)"),
    ("bools that require grad", "Tensor([True], requires_grad=True)", DtypeError, "not bool"),
    ("an unknown dtype", "Tensor(1.0, dtype='abc')", DtypeError, "'abc' not understood"),
    ("a dtype of text", "Tensor(1.0, dtype=str)", DtypeError, "holds numbers"),
    ("nan as an integer", "Tensor([np.nan], dtype=int)", DtypeError, "NaN to integer"),
    ("the dtype in the place of requires_grad", "Tensor(1.0, np.float32)", TypeError, "True or False"),
    ("requires_grad as text", "Tensor(1.0, requires_grad='no')", TypeError, "True or False, not 'no'"),
    ("a name that is no text", "Tensor(1.0, name=3)", TypeError, "a text or None, not 3"),
    ("an unknown keyword", "Tensor(1.0, device='cuda')", TypeError, "device"),
    ("a list of tracked Tensors", "Tensor([x, x])", GradientError, "gradient would be lost"),
    ("a list of constant Tensors", "Tensor([c, c]).shape", (2, 3)),
    ("wrap of a list", "Tensor.wrap([1.0])", DtypeError, "Tensor(data)"),
    ("wrap of a masked array", "Tensor.wrap(np.ma.array([1.0], mask=[1]))", DtypeError, "mask"),
    ("a write to wrapped read-only memory", "t = Tensor.wrap(np.broadcast_to(1.0, 3)); t.assign(np.ones(3))", GradientError, "read-only"),
    ("a big-endian leaf", "t = Tensor(np.ones(2, '>f8'), requires_grad=True); (t * t).sum().backward(); t.grad", [2, 2]),
    ("an empty leaf", "t = Tensor([], requires_grad=True); t.sum().backward(); t.grad", []),
]  # fmt: skip

ATTRIBUTES: list[Row] = [
    ("PyTorch's view", "x.view(3)", AttributeError, "write x.reshape(...)"),
    ("PyTorch's add_", "x.add_(1)", AttributeError, "write x = x + y"),
    ("PyTorch's fill_", "x.fill_(1)", AttributeError, "x.assign(array) on a leaf"),
    ("PyTorch's cuda", "x.cuda()", AttributeError, "CPU"),
    ("PyTorch's unsqueeze", "x.unsqueeze(0)", AttributeError, "np.expand_dims"),
    (
        "PyTorch's dim=",
        "x.sum(dim=0)",
        UnsupportedError,
        "sum: got an unexpected keyword argument 'dim'; write axis= for dim=",
    ),
    ("PyTorch's keepdim=", "x.mean(0, keepdim=True)", UnsupportedError, "write keepdims= for keepdim="),
    (
        "PyTorch's dim= of argmax",
        "x.argmax(dim=0)",
        UnsupportedError,
        "argmax: dim= has no rule on Tensors; keywords that do: axis",
    ),
    ("PyTorch's float", "x.float()", AttributeError, "x.astype(np.float32)"),
    ("a NumPy function as a method", "x.sinh()", AttributeError, "no attribute 'sinh'"),
    ("a misspelt method", "x.backwards()", AttributeError, "write x.backward()"),
    ("a name of PyTorch's that is asked for", "hasattr(x, 'cuda') or 'cuda' in dir(x)", False),
    ("an attribute of one's own", "x.colour = 1", AttributeError, "colour"),
    ("a shape that is set", "x.shape = (3, 1)", AttributeError, "shape"),
    ("a deleted gradient", "del x.grad", AttributeError, "grad"),
    ("data of another shape", "x.data = [1.0]", ShapeError, "(1,) does not fit a Tensor of shape (3,)"),
    ("data that are text", "x.data = 'abc'", DtypeError, "<U3"),
    ("complex data", "x.data = np.ones(3, complex)", DtypeError, "complex128"),
    ("data None", "x.data = None", DtypeError, "object"),
    ("data of a result", "y = x * 2; y.data = 1", GradientError, "multiply"),
    ("a gradient of another shape", "x.grad = 1.0", ShapeError, "shape () does not fit"),
    ("a gradient of text", "x.grad = ['a', 'b', 'c']", DtypeError, "<U1"),
    ("a gradient of None", "x.grad = [None, None, None]", DtypeError, "object"),
    ("a complex gradient", "x.grad = np.ones(3, complex)", DtypeError, "complex numbers do not fit"),
    ("a gradient of another dtype", "x.grad = Tensor(np.ones(3, np.float32)); x.grad.dtype", np.float64),
    (
        "a gradient reshaped in place",
        "x.sum().backward(); x.grad.shape = (3, 1); x.sum().backward()",
        ShapeError,
        "shape (3, 1)",
    ),
    ("a subclass", "class Mine(Tensor): pass", TypeError, "Tensor has no subclasses"),
    ("freezing a result", "y = x * 2; y.requires_grad = False", GradientError, "leaves only"),
    ("requires_grad set to text", "x.requires_grad = 'no'", TypeError, "True or False"),
    ("retain_grad where nothing flows", "c.retain_grad()", GradientError, "no gradient flows"),
    ("item of many elements", "x.item()", ShapeError, "3 elements, not one"),
    ("the length of a number", "len(Tensor(1.0))", TypeError, "0-d"),
    ("iteration over a number", "list(Tensor(1.0))", TypeError, "0-d"),
]

BACKWARD: list[Row] = [
    ("backward of a constant", "c.sum().backward()", GradientError, "requires_grad=True"),
    ("backward of what no_grad computed", "with no_grad(): y = x.sum()\ny.backward()", GradientError, "outside no_grad()"),
    ("backward of many elements", "(x * 2).backward()", GradientError, "loss.sum() or loss.mean()"),
    ("a cotangent of another shape", "(x * 2).backward(np.ones(2))", ShapeError, "(2,) does not fit"),
    ("a cotangent of text", "(x * 2).backward(['a', 'b', 'c'])", DtypeError, "<U1"),
    ("a cotangent of None", "(x * 2).backward([None] * 3)", DtypeError, "object"),
    ("a complex cotangent", "(x * 2).backward(np.ones(3, complex))", DtypeError, "complex numbers do not fit"),
    ("a cotangent of integers", "(x * 2).backward([1, 2, 3]); x.grad", [2, 4, 6]),
    ("backward twice", "y = (x * x).sum(); y.backward(); y.backward()", FreedGraphError, "retain_graph=True"),
    ("backward in a hook over the same graph", "y = x * x; y.register_hook(lambda g: y.sum().backward()); y.sum().backward()", FreedGraphError, "under way"),
    ("backward in a hook over another graph", "y = x * x; y.register_hook(lambda g: (x * x).sum().backward()); y.sum().backward(); x.grad", [4, 8, 12]),
    ("a hook that is no function", "x.register_hook(3)", TypeError, "a function of the gradient"),
    ("a hook where nothing flows", "c.register_hook(print)", GradientError, "never be called"),
    ("a hook that returns another shape", "y = x * 2; y.register_hook(lambda g: g[:2]); y.sum().backward()", GradientError, "returned shape (2,)"),
    ("a hook that returns text", "y = x * 2; y.register_hook(lambda g: ['a', 'b', 'c']); y.sum().backward()", DtypeError, "<U1"),
    ("a hook that changes its argument", "y = x * 2; y.register_hook(lambda g: g.fill(2)); y.sum().backward()", ValueError, "read-only"),
    ("a hook that raises", "y = x * 2; y.register_hook(lambda g: 1 / 0); y.sum().backward()", ZeroDivisionError, ""),
    ("a hook that assigns to a leaf that is still needed", "y = x * x; z = y * 1; z.register_hook(lambda g: x.assign([9, 9, 9])); z.sum().backward()", StaleValueError, "overwritten afterwards"),
    ("a handle removed twice", "h = x.register_hook(print); h.remove(); h.remove()", None),
    ("the gradient of a result", "y = x * 2; y.sum().backward(); y.grad", UserWarning, "retain_grad()"),
    ("a leaf assigned between the passes", "y = (x * x).sum(); x.assign([0, 0, 0]); y.backward()", StaleValueError, "Run the forward pass again"),
    ("a leaf written to between the passes", "y = (x * x).sum(); x.data[:1].fill(9); y.backward()", StaleValueError, "overwritten"),
    ("np.copyto between the passes", "y = (x * x).sum(); np.copyto(x.data, 9.0); y.backward()", StaleValueError, "overwritten"),
    ("a step of the optimizer between the passes", "o = nn.optim.SGD([x], lr=0.1); x.sum().backward(); y = (x * x).sum(); o.step(); y.backward()", StaleValueError, "overwritten"),
    ("x[i] = v on a leaf", "x[0] = 5.0", GradientError, "y = x.copy()"),
    ("p -= step, on a leaf that has a gradient", "x.sum().backward(); x -= 0.1 * x.grad", GradientError, "p.data -="),
    ("p **= 2 on a leaf that has a gradient", "x.sum().backward(); x **= 2", GradientError, "p.data **="),
    ("a write to a result's data", "y = x * 2; y.data[0] = 1", ValueError, "read-only"),
]  # fmt: skip

MODES: list[Row] = [
    ("no_grad without its brackets", "with no_grad: pass", TypeError, "context manager"),
    ("an argument for a mode", "detect_anomaly(True)", TypeError, "takes 0 positional arguments"),
    ("a mode entered again inside itself", "m = no_grad()\nwith m, m: pass\nis_grad_enabled()", True),
    ("a mode used twice", "m = no_grad()\nwith m: pass\nwith m: y = x * 2\ny.requires_grad", False),
    ("a mode that decorates a generator", "no_grad()(lambda: (yield 1))", TypeError, "use a with block inside it"),
    ("a default dtype of integers", "set_default_dtype(int)", TypeError, "floating type"),
    ("a default dtype that is none", "set_default_dtype(None)", TypeError, "floating type"),
    ("an unknown default dtype", "set_default_dtype('abc')", TypeError, "floating type"),
]

TRANSFORMS: list[Row] = [
    ("grad of a value", "grad(x.sum())", TypeError, "call backward()"),
    ("grad of None", "grad(None)", TypeError, "a function is wanted, not NoneType"),
    ("hessian of a value", "hessian(3.0)", TypeError, "hessian: a function is wanted"),
    ("at an integer", "grad(lambda t: t * t)(3)", DtypeError, "Write 2.0 for 2"),
    ("at text", "grad(lambda t: t)('a')", DtypeError, "derivatives are taken with respect to floats"),
    ("at a masked array", "grad(lambda t: t.sum())(np.ma.array([1.0], mask=[1]))", DtypeError, "mask"),
    ("at nothing", "grad(lambda t: t)()", TypeError, "0 positional argument(s)"),
    ("a function that is not scalar", "grad(lambda t: t * t)(np.ones(2))", GradientError, "use jacobian or vjp"),
    ("a function that returns nothing", "grad(lambda t: None)(1.0)", GradientError, "returned no value"),
    ("a function that returns two values", "grad(lambda t: (t, t))(1.0)", GradientError, "() and ()"),
    ("a function that returns text", "grad(lambda t: 'a')(1.0)", TypeError, "returned a str"),
    ("a generator", "grad(lambda t: (yield t))(1.0)", TypeError, "returned a generator"),
    ("math.sin of a Tensor", "grad(math.sin)(1.0)", GradientError, "np.sin(x) for math.sin(x)"),
    ("float() on the way", "grad(lambda t: t * float(t))(1.0)", GradientError, "leave the graph"),
    ("item() on the way", "grad(lambda t: t * t.item())(1.0)", GradientError, "x.detach()"),
    ("an array filled element by element", "def f(t):\n    y = np.zeros(2)\n    y[0] = t[0]\n    return y.sum()\ngrad(f)(np.ones(2))", ValueError, ""),
    ("x += 1 on the argument", "def f(t):\n    t += 1\n    return (t * t).sum()\ngrad(f)(np.ones(2))", [4, 4]),
    ("x[0] = v on the argument", "def f(t):\n    t[0] = 5.0\n    return t.sum()\ngrad(f)(np.ones(2))", GradientError, "y = x.copy()"),
    ("an assignment to the argument after its use", "def f(t):\n    y = t * t\n    t.assign([5, 5])\n    return y.sum()\ngrad(f)(np.ones(2))", StaleValueError, "overwritten"),
    ("an error in the function", "grad(lambda t: {}['key'])(1.0)", KeyError, "key"),
    ("argnums that is text", "grad(lambda t: t, argnums='t')(1.0)", TypeError, "the place of an argument"),
    ("argnums beyond the arguments", "grad(lambda t: t, argnums=1)(1.0)", TypeError, "1 positional argument(s)"),
    ("an argument named twice", "grad(lambda t: t, argnums=(0, 0))(1.0)", TypeError, "twice"),
    ("has_aux without aux", "grad(lambda t: t, has_aux=True)(1.0)", TypeError, "(value, aux), not a Tensor"),
    ("has_aux with two", "grad(lambda t: (t, t, t), has_aux=True)(1.0)", TypeError, "a tuple of 3"),
    ("an argument that is not used", "grad(lambda t, u: u * 2.0)(1.0, 3.0)", 0),
    ("no arguments asked for", "grad(lambda t: t, argnums=())(1.0)", ()),
    ("a pullback of text", "vjp(lambda t: t * 2, 1.0)[1]('a')", DtypeError, "<U1"),
    ("a pullback of another shape", "vjp(lambda t: t * 2, 1.0)[1](np.ones(2))", ShapeError, "[(2,)] for values of shapes [()]"),
    ("a pullback of None", "vjp(lambda t: t * 2, 1.0)[1](None)", ShapeError, "not None"),
    ("a pullback of other keys", "vjp(lambda t: {'a': t}, 1.0)[1]({'b': 1.0})", ShapeError, "['a']"),
    ("tangents of another number", "jvp(lambda t: t, (1.0,), (1.0, 2.0))", ShapeError, "tuple of 1 parts"),
    ("tangents of text", "jvp(lambda t: t, (1.0,), ('a',))", DtypeError, "<U1"),
    ("tangents of another shape", "hvp(lambda t: t.sum(), (np.ones(2),), (np.ones(3),))", ShapeError, "[(3,)]"),
    ("hessian of a function that is not scalar", "hessian(lambda t: t * 2)(np.ones(2))", GradientError, "not ()"),
    ("a transform under no_grad", "with no_grad(): y = grad(lambda t: t * t)(3.0)\ny", 6),
]  # fmt: skip

OWN_OPS: list[Row] = [
    ("no function", "elementwise(3, lambda g, y, t: g)", TypeError, "a function of arrays is declared, not 3"),
    ("a rule that is no function", "elementwise(lambda t: t, 3)", TypeError, "the rules of <lambda> are functions"),
    ("no rule", "elementwise(lambda t: t * 2)", TypeError, "a rule (g, y, x, ...) -> contribution"),
    ("a rule for a function that has one", "elementwise(np.sin, lambda g, y, t: g)", ValueError, "has a rule already"),
    ("more arrays than rules", "f = primitive(lambda t, n: t**n, lambda g, y, t, n: g, name='f'); f(x, 2)", UnsupportedError, "keywords it knows: n"),
    ("fewer arrays than rules", "f = primitive(lambda t, u: t, lambda g, y, t, u: g, None, name='f'); f(x)", UnsupportedError, "f takes 2 array(s), but was given 1"),
    ("a function that returns None", "f = primitive(lambda t: None, lambda g, y, t: g, name='f'); f(x)", RuleError, "f returned None"),
    ("a function that returns a list", "f = primitive(lambda t: [1.0], lambda g, y, t: g, name='f'); f(x)", RuleError, "f returned a list"),
    ("a function that returns a tuple", "f = primitive(lambda t: (t, t), lambda g, y, t: g, name='f'); f(x)", RuleError, "f returned a tuple"),
    ("a rule of the wrong shape", "f = primitive(lambda t: t * 2, lambda g, y, t: g[:2], name='f'); f(x).sum().backward()", RuleError, "shape (2,) for an input of shape (3,)"),
    ("an elementwise rule of the wrong shape", "f = elementwise(lambda t: t * 2, lambda g, y, t: g[:2], name='f'); f(x).sum().backward()", RuleError, "shape (2,) for an input of shape (3,)"),
    ("a rule that returns None", "f = primitive(lambda t: t * 2, lambda g, y, t: None, name='f'); f(x).sum().backward()", RuleError, "returned None"),
    ("a rule that returns a list", "f = primitive(lambda t: t * 2, lambda g, y, t: [1, 2, 3], name='f'); f(x).sum().backward()", RuleError, "[1, 2, 3]"),
    ("a rule that returns objects", "f = primitive(lambda t: t * 2, lambda g, y, t: np.array([None] * 3), name='f'); f(x).sum().backward()", RuleError, "returned object"),
    ("a rule that raises", "f = primitive(lambda t: t * 2, lambda g, y, t: 1 / 0, name='f'); f(x).sum().backward()", ZeroDivisionError, ""),
    ("a rule of too few parameters", "f = primitive(lambda t: t * 2, lambda g: g, name='f'); f(x).sum().backward()", TypeError, "1 positional argument but 3"),
    ("a rule that leaves the graph", "f = primitive(lambda t: t**3, lambda g, y, t: 3 * np.asarray(g), name='f'); grad(grad(f))(2.0)", RuleError, "without np.asarray"),
    ("a joint rule of too few", "f = primitive(lambda t, u: t * u, joint=lambda g, y, t, u: [g], name='f'); f(x, x).sum().backward()", RuleError, "1 contributions for 2 inputs"),
    ("a wrong slope", "f = primitive(lambda t: t * t, lambda g, y, t: g * t); gradcheck(f, 2.0).verdict", "FAIL"),
]  # fmt: skip

CHECKING_AND_DRAWING: list[Row] = [
    ("gradcheck of a value", "gradcheck(3, 1.0)", TypeError, "gradcheck: a function is wanted"),
    ("gradcheck at nothing", "gradcheck(np.sin)", TypeError, "give the point"),
    ("gradcheck at an integer", "gradcheck(np.sin, 1)", DtypeError, "only floats have derivatives"),
    ("gradcheck of a function that returns nothing", "gradcheck(lambda t: None, 1.0)", TypeError, "one Tensor, not a NoneType"),
    ("gradcheck of a function that cuts the graph", "gradcheck(lambda t: t * t.detach(), 1.0).verdict", "FAIL"),
    ("gradcheck at nan", "gradcheck(np.sin, np.nan).verdict", "INCONCLUSIVE"),
    ("gradcheck of a random function", "gradcheck(lambda t: np.random.default_rng().normal() * t, 1.0).verdict", "INCONCLUSIVE"),
    ("an unknown method", "gradcheck(np.sin, 1.0, method='abc')", ValueError, "method must be one of auto, complex"),
    ("a negative tolerance", "gradcheck(np.sin, 1.0, rtol=-1)", ValueError, "rtol is a number from 0"),
    ("no elements", "gradcheck(np.sin, 1.0, max_elements=0)", ValueError, "at least 1"),
    ("a given gradient of another shape", "gradcheck(np.sin, 1.0, gradient=np.ones(2))", ShapeError, "[(2,)]"),
    ("check_module of no module", "check_module(3, nn.mse_loss, (1, 2))", TypeError, "no named_parameters()"),
    ("check_module without a batch", "check_module(nn.Linear(2, 1, rng=0), nn.mse_loss, None)", TypeError, "(x, target)"),
    ("numerical_gradient of many values", "numerical_gradient(lambda t: t, np.ones(2))", GradientError, "not a scalar"),
    ("draw of a number", "draw(3)", DtypeError, "of a Tensor, not of a int"),
    ("draw in a direction that is none", "draw(x.sum(), rankdir='XX')", ValueError, "left to right"),
    ("FlatLeaves of nothing", "FlatLeaves([])", DtypeError, "not none"),
    ("FlatLeaves of a result", "FlatLeaves([x * 2])", GradientError, "the result of multiply"),
    ("FlatLeaves of a number", "FlatLeaves([3.0])", DtypeError, "leaf Tensors are wanted"),
    ("FlatLeaves of a leaf twice", "FlatLeaves([x, x])", GradientError, "given twice"),
    ("FlatLeaves of two dtypes", "FlatLeaves([x, Tensor(np.ones(2, np.float32))])", DtypeError, "float32 and float64"),
]  # fmt: skip

OPERATORS: list[Row] = [
    ("shapes that do not broadcast", "x + x[:2]", ShapeError, "shapes (3,) and (2,) do not broadcast"),
    ("a Tensor and text", "x + 'a'", TypeError, "unsupported operand"),
    ("a Tensor and None", "x * None", TypeError, "unsupported operand"),
    ("a Tensor and objects", "x + np.array([1, 2, 3], object)", DtypeError, "not object"),
    ("a Tensor and a masked array", "x + np.ma.array([1.0, 2.0, 3.0], mask=[1, 0, 0])", DtypeError, "lose its mask"),
    ("a masked array and a Tensor", "np.ma.array([1.0, 2.0, 3.0], mask=[1, 0, 0]) + x", DtypeError, "masked array"),
    ("a Tensor and np.matrix", "x * np.ones((3, 3)).view(np.matrix)", DtypeError, "np.asarray(m)"),
    ("a Tensor and a huge integer", "x + 10**400", OverflowError, "beyond the range of floats"),
    ("& between numbers", "x & x", DtypeError, "(x > 0) & (y > 0)"),
    ("~ of numbers", "~x", DtypeError, "invert: has no meaning"),
    ("@ with a number", "x @ 2", ShapeError, "matmul: shapes (3,) and ()"),
    ("integers to a negative power", "Tensor([1, 2]) ** -1", ShapeError, "negative integer powers"),
    ("comparison with text", "x < 'a'", TypeError, "not supported"),
    ("equality with text", "x == 'a'", False),
    ("the truth of many elements", "bool(x)", TypeError, ".all() or .any()"),
    ("if x > 0", "if x > 0: pass", TypeError, "needs a Tensor of one element"),
    ("a chained comparison", "0 < x < 2", TypeError, "needs a Tensor of one element"),
    ("a Tensor in a list of Tensors", "x in [c]", TypeError, "needs a Tensor of one element"),
    ("a number in a Tensor", "1.0 in x", True),
    ("max of two Tensors", "max(x, c)", TypeError, "needs a Tensor of one element"),
    ("max of one", "max(x).item()", 3),
    ("sum of a list", "sum([x, x]).tolist()", [2, 4, 6]),
    ("sorted", "[t.item() for t in sorted(x)]", [1, 2, 3]),
    ("a Tensor as key", "{x: 1}[x]", 1),
    ("a set of Tensors", "len({x, c, x})", 2),
    ("int of many elements", "int(x)", TypeError, "int() needs a Tensor of one element"),
    ("complex of many elements", "complex(x)", TypeError, "needs a Tensor of one element"),
    ("a format for many elements", "f'{x:.2f}'", TypeError, "format() needs a Tensor of one element"),
    ("a format for one", "f'{x.sum():.2f}'", "6.00"),
    ("a float as a place", "[1, 2, 3][x.sum()]", TypeError, "integer"),
    ("an integer as a place", "[1, 2, 3][Tensor(1)]", 2),
    ("math of many elements", "math.sin(x)", TypeError, "needs a Tensor of one element"),
    ("x += y on a NumPy array", "a = np.zeros(3); a += x", UnsupportedError, "out= would overwrite"),
    ("a NumPy array filled with a Tensor", "a = np.zeros(3); a[:] = x", GradientError, "gradient would be lost"),
    ("np.array of Tensors", "np.array([x, x])", GradientError, "gradient would be lost"),
    ("np.from_dlpack", "np.from_dlpack(x)", GradientError, "another library's array"),
    ("a write by way of dlpack", "np.from_dlpack(c)[0] = 9", ValueError, "read-only"),
    ("dlpack to who cannot know of read-only", "c.__dlpack_device__()", (1, 0)),
    ("the buffer protocol", "memoryview(x)", TypeError, "bytes-like"),
]  # fmt: skip

INDICES: list[Row] = [
    ("an index too large", "x[3]", IndexError, "index 3 is out of bounds for axis 0 with size 3"),
    ("an index too small", "x[-4]", IndexError, "out of bounds"),
    ("a float as index", "x[1.0]", IndexError, "valid indices"),
    ("text as index", "x['a']", IndexError, "valid indices"),
    ("too many indices", "x[0, 0]", IndexError, "too many indices"),
    ("a mask of another length", "x[[True, False]]", IndexError, "boolean index did not match"),
    ("a slice of step 0", "x[::0]", ShapeError, "step cannot be zero"),
    ("a Tensor of floats as index", "x[Tensor([0.0])]", IndexError, "integer"),
    ("a Tensor of integers as index", "x[Tensor([0, 2])].tolist()", [1, 3]),
    ("a Tensor in a slice", "x[Tensor(1):].tolist()", [2, 3]),
    ("an element of a number", "Tensor(1.0)[0]", IndexError, "shape ()"),
    ("a write beyond the end", "y = x * 1; y[5] = 1.0", IndexError, "out of bounds"),
    ("a write of text", "y = x * 1; y[0] = 'a'", DtypeError, "a str is not an array"),
    ("a write of too many", "y = x * 1; y[0] = [1, 2]", ShapeError, "(3,) and (2,)"),
    ("a write of a tracked value to integers", "y = Tensor([1, 2]); y[0] = x[0]", DtypeError, "lose the gradient"),
    ("a deleted element", "del x[0]", AttributeError, "__delitem__"),
    ("an index changed after its use", "i = [0, 1]; y = x[i]; i[0] = 2; y.sum().backward(); x.grad", [1, 1, 0]),
]

NUMPY: list[Row] = [
    ("an axis that is not there", "np.sum(x, axis=1)", IndexError, "sum: axis 1 is out of bounds"),
    ("an axis that is text", "x.sum(axis='a')", DtypeError, "sum: 'str'"),
    ("an axis twice", "np.sum(x, axis=(0, 0))", ShapeError, "duplicate"),
    ("diff along no axis", "np.diff(x, axis=3)", IndexError, "diff: axis 3 is out of bounds"),
    ("cross along no axis", "np.cross(x, x, axis=4)", IndexError, "cross: axis 4"),
    ("vecdot along no axis", "np.vecdot(x, x, axis=5)", IndexError, "vecdot: axis 5"),
    ("a norm along no axes", "np.linalg.norm(np.outer(x, x), 'fro', axis=(0, 5))", IndexError, "norm: axis 5"),
    ("tensordot along no axis", "np.tensordot(x, x, axes=([5], [0]))", IndexError, "tensordot: axis 5"),
    ("average along no axis", "np.average(np.outer(x, x), axis=5, weights=[1, 2, 3])", IndexError, "average: axis 5"),
    ("a shape of another size", "x.reshape(2, 2)", ShapeError, "reshape: shapes (3,)"),
    ("two unknown lengths", "x.reshape(-1, -1)", ShapeError, "one unknown"),
    ("axes of another number", "x.transpose(1, 0)", ShapeError, "transpose"),
    ("a negative number of repeats", "x.repeat(-1)", ShapeError, "repeat: "),
    ("repeats of another number", "x.repeat([1, 2])", ShapeError, "repeat: "),
    ("take beyond the end", "x.take(5)", IndexError, "take: "),
    ("a place for text", "x.searchsorted('a')", DtypeError, "a str is not an array"),
    ("a mask that is too long", "x.compress([1, 0, 1, 1])", IndexError, "compress: "),
    ("take of floats", "x.take([0.5])", UnsupportedError, "take: indices are integers"),
    ("vstack of two lengths", "np.vstack([x, x[:2]])", ShapeError, "vstack: concatenate: shapes (1, 3) and (1, 2)"),
    ("hstack of two heights", "np.hstack([np.ones((2, 2)), np.outer(x, x)])", ShapeError, "hstack: "),
    ("stack of two lengths", "np.stack([x, x[:2]])", ShapeError, "stack: shapes (3,) and (2,)"),
    ("concatenate of text", "np.concatenate([x, 'a'])", DtypeError, "a str is not an array"),
    ("unequal parts", "np.split(x, 2)", ShapeError, "np.array_split"),
    ("where with two arguments", "np.where(x > 0, x)", UnsupportedError, "where: one array, or three"),
    ("a fourth place of clip", "np.clip(x, 0, 1, 2)", UnsupportedError, "clip: "),
    ("clip by text", "x.clip('a', 1)", DtypeError, "a str is not an array"),
    ("einsum of shapes that differ", "np.einsum('ij,jk', np.outer(x, x), np.ones((2, 3)))", ShapeError, "einsum: shapes (3, 3) and (2, 3)"),
    ("einsum of too few operands", "np.einsum('i,i->', x)", UnsupportedError, "names 2 operands"),
    ("inner of two lengths", "np.inner(x, x[:2])", ShapeError, "inner: dot: shapes (3,) and (2,)"),
    ("a singular matrix", "np.linalg.inv(np.outer(x, x) * 0)", np.linalg.LinAlgError, "inv: Singular matrix"),
    ("a matrix that is not square", "np.linalg.slogdet(np.ones((2, 3)) * x)", np.linalg.LinAlgError, "slogdet: "),
    ("a norm of vectors by a name for matrices", "np.linalg.norm(x, ord='fro')", ShapeError, "is for matrices"),
    ("a quantile of 2", "np.percentile(x, 200)", ShapeError, "percentile: "),
    ("weights of another length", "np.average(x, weights=[1, 2])", ShapeError, "average: "),
    ("the maximum of nothing", "np.max(Tensor([]))", ShapeError, "no identity"),
    ("a keyword without a rule", "np.exp(x, where=[True, False, True])", UnsupportedError, "where="),
    ("a function without a rule", "np.spacing(x)", UnsupportedError, "spacing"),
    ("out=", "np.exp(x, out=np.zeros(3))", UnsupportedError, "out="),
    ("a conversion to text", "x.astype(str)", DtypeError, "astype: a Tensor holds numbers"),
    ("a conversion to what is no dtype", "x.astype('abc')", DtypeError, "'abc' not understood"),
    ("np.full with a Tensor", "np.full(3, x[0])", GradientError, "gradient would be lost"),
    ("np.save", "np.save(io.BytesIO(), x)", UnsupportedError, "detach().numpy()"),
    ("np.vectorize", "np.vectorize(lambda v: v)(x)", GradientError, "gradient would be lost"),
    ("np.testing of a tracked Tensor", "np.testing.assert_allclose(x, [1, 2, 3])", GradientError, "gradient would be lost"),
    ("np.sum of a list of Tensors", "np.sum([x, x])", GradientError, "np.stack"),
    ("an op's array by name", "relu(x=x * 0).sum().backward(); x.grad", [0, 0, 0]),
    ("PyTorch's inplace=", "relu(x, inplace=True)", UnsupportedError, "relu: got an unexpected keyword argument 'inplace'"),
    ("an axis by place", "softmax(x, 0)", UnsupportedError, "keywords it knows: axis"),
    ("pick with too few numbers", "pick(np.outer(x, x), index=[0])", ShapeError, "one index for each row"),
    ("affine of widths that differ", "affine(np.ones((5, 3)), np.outer(x, x)[:, :2], x)", ShapeError, "weight (out_features, in_features)"),
]  # fmt: skip

COPIES: list[Row] = [
    ("a result pickled", "pickle.dumps(x * 2)", GradientError, "use x.detach()"),
    ("a result deep-copied", "y = (x * x).sum(); copy.deepcopy(y).backward(); x.grad", None),
    ("a leaf and its result deep-copied together", "u, y = copy.deepcopy((x, (x * x).sum())); y.backward(); u.grad", [2, 4, 6]),
    ("a leaf with a recorded gradient deep-copied", "(x * x).sum().backward(create_graph=True); u = copy.deepcopy(x); g = u.grad; u.grad = None; g.sum().backward(); u.grad", [2, 2, 2]),
    ("a freed graph deep-copied", "y = (x * x).sum(); y.backward(); copy.deepcopy(y).backward()", FreedGraphError, "freed by an earlier backward pass"),
    ("one leaf twice in a list", "u, v = copy.deepcopy([x, x]); u is v", True),
    ("two results of one leaf", "u, v = copy.deepcopy([x * 2, x * 3]); (u + v).sum().backward(); x.grad", None),
    ("a shallow copy of a result", "y = copy.copy(x * 2); y.sum().backward(); x.grad", [2, 2, 2]),
    ("an op pickled", "pickle.loads(pickle.dumps(relu)) is relu", True),
    ("a leaf pickled under no_grad", "with no_grad(): u = pickle.loads(pickle.dumps(x))\nu.requires_grad", True),
    ("the original overwritten after a deep copy", "y = copy.deepcopy(x.reshape(3, 1)); x.assign([9, 9, 9]); y.data.ravel()", [1, 2, 3]),
]  # fmt: skip

MODULES: list[Row] = [
    (
        "a batch of the wrong width",
        "nn.MLP([2, 3, 1], rng=0)(np.ones((4, 3)))",
        ShapeError,
        "in MLP.0: Linear(in_features=2",
    ),
    ("text for a layer", "nn.Linear(2, 1, rng=0)('a')", DtypeError, "in Linear: Linear(in_features=2"),
    ("a layer without its argument", "nn.Linear(2, 1, rng=0)()", TypeError, "in Linear: Linear(in_features=2"),
]

MISUSES = (MAKING + ATTRIBUTES + BACKWARD + MODES + TRANSFORMS + OWN_OPS + CHECKING_AND_DRAWING + OPERATORS + INDICES
           + NUMPY + COPIES + MODULES)  # fmt: skip


def result_of(code: str) -> Any:
    """What the last statement of a user's program gives, if it is an expression."""
    if "\n" not in code:
        code = code.replace("; ", "\n")
    linecache.cache["misuse.py"] = (len(code), None, code.splitlines(True), "misuse.py")
    modules = (copy, decimal, fractions, io, math, pickle, nn, np)
    names = {name: getattr(autograd, name) for name in autograd.__all__} | {m.__name__: m for m in modules} | {"np": np}
    names["x"], names["c"] = Tensor([1.0, 2.0, 3.0], requires_grad=True), Tensor([1.0, 2.0, 3.0])
    *body, last = code.splitlines(keepends=True)
    before = "\n" * len(body)
    try:
        expression = compile(before + last, "misuse.py", "eval")
    except SyntaxError:
        exec(compile(code, "misuse.py", "exec"), names)
        return None
    exec(compile("".join(body), "misuse.py", "exec"), names)
    return eval(expression, names)


@pytest.mark.parametrize("row", MISUSES, ids=[row[0] for row in MISUSES])
def test_a_misuse_is_a_clear_error_or_gives_the_right_answer(row):
    _, code, expected, *part = row
    if not part:
        result = result_of(code)
        if expected is None or isinstance(expected, bool | str | type):
            assert result == expected
        else:
            np.testing.assert_array_equal(result, expected)
        return
    with pytest.raises(expected) as caught:
        result_of(code)
    assert type(caught.value) is expected or not isinstance(caught.value, AutogradError)
    text = "\n".join([str(caught.value), *getattr(caught.value, "__notes__", ())])
    assert part[0] in text
    if isinstance(caught.value, AutogradError) and expected is not RuleError:
        assert "misuse.py:" in text


def test_the_misuses_are_many_and_different():
    assert len(MISUSES) > 250
    assert len({code for _, code, *_ in MISUSES}) == len(MISUSES)
