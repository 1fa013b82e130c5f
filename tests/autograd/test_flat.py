import copy
import pickle

import numpy as np
import pytest

from autograd import FlatLeaves, Tensor
from autograd.errors import DtypeError, GradientError


def leaves():
    return Tensor([1.0, 2.0], requires_grad=True), Tensor([[3.0], [4.0]], requires_grad=True)


def test_arrays_become_views_of_one_vector():
    a, b = leaves()
    flat = FlatLeaves([a, b])
    assert flat.values.tolist() == [1.0, 2.0, 3.0, 4.0]
    assert flat.bounds == [0, 2, 4]
    flat.values[...] = 9
    assert b.tolist() == [[9.0], [9.0]]
    assert a._data is a._node.output


def test_gather_says_what_is_missing_and_leaves_its_place():
    a, b = leaves()
    flat = FlatLeaves([a, b])
    a.grad, b.grad = np.ones(2), np.full((2, 1), 2.0)
    assert flat.gather() == []
    assert flat.gradient.tolist() == [1.0, 1.0, 2.0, 2.0]
    a.grad, b.grad = None, np.full((2, 1), 5.0)
    assert flat.gather() == [0]
    assert flat.gradient.tolist() == [1.0, 1.0, 5.0, 5.0]
    flat.zero_grad()
    assert b.grad is None
    assert flat.gather() == [0, 1]


def test_commit_counts_as_an_assignment_by_the_user():
    a, b = leaves()
    flat = FlatLeaves([a, b])
    before = a.version, b.version
    flat.commit([1])
    assert a.version > before[0]
    assert b.version == before[1]
    assert "flat.commit([1])" in str(a._node.location)


def test_floats_are_copied_in_and_out():
    a, b = Tensor(1.0, requires_grad=True), Tensor(2.0, requires_grad=True)
    flat = FlatLeaves([a, b])
    (a * b).backward()
    assert flat.gather() == []
    assert flat.gradient.tolist() == [2.0, 1.0]
    a.assign(5.0)
    flat.gather()
    flat.values += 1
    flat.commit()
    assert [a._data, b._data] == [6.0, 3.0]
    assert type(a._data) is float
    assert a._node.output == 6.0


@pytest.mark.parametrize("value", [3.0, [3.0], np.float32(3.0)])
def test_gradients_of_every_kind_are_taken(value):
    a, b = Tensor(value, requires_grad=True), Tensor(value, requires_grad=True)
    flat = FlatLeaves([a, b])
    (a * a).sum().backward(create_graph=True)  # its gradient is a Tensor
    assert flat.gather() == [1]
    assert flat.gradient.tolist() == [6.0, 0.0]
    b.grad = np.ones(b.shape)
    assert flat.gather() == []
    assert flat.gradient.tolist() == [6.0, 1.0]


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
def test_copies_are_bound_to_the_copied_leaves(copied):
    a, b = leaves()
    flat = FlatLeaves([a, b])
    (c, _), other = copied(((a, b), flat))
    other.values[...] = 0
    assert c.tolist() == [0.0, 0.0]
    assert a.tolist() == [1.0, 2.0]


@pytest.mark.parametrize(
    "tensors, error, message",
    [
        ([Tensor([1.0], requires_grad=True) * 2], GradientError, "not the result of multiply"),
        ([Tensor([1])], DtypeError, "one floating dtype is wanted, not int64"),
        ([Tensor([1.0]), Tensor([1.0], dtype=np.float32)], DtypeError, "float32 and float64"),
        ([], DtypeError, "not none"),
        ([Tensor(1.0), Tensor([1.0])], DtypeError, "arrays and Python floats cannot share"),
    ],
)
def test_what_does_not_fit_is_refused_and_left_alone(tensors, error, message):
    held = [tensor._data for tensor in tensors]
    with pytest.raises(error, match=message):
        FlatLeaves(tensors)
    assert all(tensor._data is data for tensor, data in zip(tensors, held, strict=True))
