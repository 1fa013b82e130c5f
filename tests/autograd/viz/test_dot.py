# NumPy's functions are typed as returning ndarrays, and any value in a picture may be missing.
# mypy: disable-error-code="arg-type, assignment, func-returns-value, index, union-attr"

import itertools
import os
import re
import subprocess
import sys
import warnings
from xml.etree import ElementTree

import numpy as np
import pytest

import autograd
from autograd import Tensor, draw, graph_of
from autograd.errors import DtypeError, MissingExtraError
from autograd.graph import Location
from autograd.viz.formatting import array_lines, keyword_text, number_text, place

NASTY = [
    "<b>bold</b>",
    "quote \" and ' and `",
    "a|b{c}[d]",
    "line\nbreak\ttab",
    "back\\slash \\N \\l \\",
    "&lt; &amp; &",
    "</TABLE>><script>alert(1)</script>",
    "größe ∂L/∂w 重み 🎲",
    "null \x00 bell \x07",
    "lone \ud800 surrogate",
    "-->]]>",
    "% $ #",
    "n0:e -> n1",
]


def squared(name="x", value=3.0):
    x = Tensor(value, requires_grad=True, name=name)
    return x, x * x


def svg_of(drawing):
    pytest.importorskip("pygraphviz", reason="draws through the extra `viz`")
    return ElementTree.fromstring(drawing.pipe(format="svg"))


def arrows(source):
    return re.findall(r"^\s*(\w+):\w+ -> (\w+)", source, flags=re.MULTILINE)


def words(svg):
    return [text.text or "" for text in svg.iter("{http://www.w3.org/2000/svg}text")]


@pytest.fixture
def no_dot(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))


@pytest.fixture
def fake_dot(monkeypatch, tmp_path):
    """A `dot` whose pictures say that it drew them, and in which format."""
    programs = tmp_path / "bin"
    programs.mkdir()
    script = programs / "dot"
    script.write_text(f"#!{sys.executable}\n{FAKE_DOT}")
    script.chmod(0o755)
    monkeypatch.setenv("PATH", str(programs))


FAKE_DOT = """
import sys
form = next(a[2:] for a in sys.argv if a.startswith("-T"))
if "-O" in sys.argv:
    open(sys.argv[-1] + "." + form, "w").write("drawn by dot: " + form)
else:
    sys.stdin.read()
    print("drawn by dot: " + form, end="")
"""


# --- what is drawn ---


def test_x_times_x_is_two_arrows():
    _, y = squared()
    assert arrows(draw(y).source) == [("n0", "n1"), ("n0", "n1")]
    svg = svg_of(draw(y))
    assert len([g for g in svg.iter() if g.get("class") == "edge"]) == 2


def test_before_backward_the_picture_says_so_and_shows_no_gradients():
    _, y = squared()
    source = draw(y).source
    assert "no backward pass yet" in source
    assert "grad<" not in source


def test_after_backward_every_gradient_is_shown():
    _, y = squared()
    y.backward()
    text = words(svg_of(draw(y)))
    assert text.count("grad") == 2
    assert {"6", "1", "9", "3", "x", "multiply"} <= set(text)
    assert any(line.startswith("gradients of backward() at test_dot.py:") for line in text)


def test_freed_values_that_are_lost_say_where():
    w = Tensor([1.0, 2.0], requires_grad=True)
    y = np.exp(w).sum()
    y.backward()
    w.assign([0.0, 0.0])
    assert re.search(r"freed by backward\(\) at test_dot.py:\d+", draw(y).source)


def test_names_keywords_and_shapes_are_shown():
    x = Tensor(np.arange(12.0, dtype=np.float32).reshape(3, 4), requires_grad=True, name="weights")
    y = np.sum(x[:, 1:], axis=0)
    y.name = "total"
    text = words(svg_of(draw(y)))
    assert {"weights", "getitem(index=(:, 1:))", "total = sum(axis=0)", "(3, 4) float32", "0 … 11"} <= set(text)


def test_the_four_kinds_differ_in_brightness():
    x = Tensor(2.0, requires_grad=True)
    source = draw(np.tanh(x * 3.0) + 1.0).source
    fills = set(re.findall(r'BGCOLOR="(#\w+)"', source))
    assert len(fills) == 3  # leaf, result, output; a constant has no header, and round corners
    brightness = sorted(sum(int(fill[i : i + 2], 16) for i in (1, 3, 5)) / 765 for fill in fills)
    assert min(b - a for a, b in itertools.pairwise(brightness)) > 0.15
    assert source.count('STYLE="rounded"') == 2


def test_arguments_keep_their_order():
    x = Tensor(2.0, requires_grad=True)
    source = draw(1.0 - x).source
    assert "n0:e -> n2:a0:w" in source
    assert "n1:e -> n2:a1:w" in source


def test_ops_of_many_arguments_are_drawn():
    x = Tensor([1.0], requires_grad=True)
    drawing = draw(np.concatenate([x] * 20))
    assert len(arrows(drawing.source)) == 20
    svg_of(drawing)


@pytest.mark.parametrize("rankdir", ["LR", "TB"])
def test_directions(rankdir):
    _, y = squared()
    drawing = draw(y, rankdir=rankdir)
    assert f"rankdir={rankdir}" in drawing.source
    svg_of(drawing)


def test_a_graph_can_be_drawn_later():
    x, y = squared()
    graph = graph_of(y)
    x.assign(100.0)
    assert ">9<" in draw(graph).source


def test_wrong_arguments_are_refused():
    _, y = squared()
    with pytest.raises(ValueError, match="rankdir"):
        draw(y, rankdir="diagonal")
    with pytest.raises(ValueError, match="max_nodes"):
        draw(y, max_nodes=0)
    with pytest.raises(DtypeError, match="not of a list"):
        draw([1.0])


@pytest.mark.parametrize("value", [2.0, [1.0], np.zeros((0, 2)), np.arange(100), [[True]], [np.nan] * 9])
def test_every_constant_is_drawn(value):
    svg_of(draw(Tensor(np.array(value))))


@pytest.mark.parametrize("name", NASTY)
def test_names_are_inert(name):
    _, y = squared(name)
    drawing = draw(y)
    assert arrows(drawing.source) == [("n0", "n1")] * 2
    svg = svg_of(drawing)
    assert len([g for g in svg.iter() if g.get("class") == "node"]) == 2
    shown = "".join(words(svg))
    for part in re.findall(r"[\w<>&;/|{}'\"-]+", re.sub(r"[^\x20-\x7e]|\\", " ", name)):
        assert part in shown.replace("\xa0", " ")
    assert not list(svg.iter("{http://www.w3.org/2000/svg}script"))


def test_names_in_source_lines_are_inert_too():
    x = Tensor(1.0, requires_grad=True)
    y = x * len("<&lt; \\N \"'>")  # the tooltip shows this very line
    svg = svg_of(draw(y))
    titles = [a.get("{http://www.w3.org/1999/xlink}title") or "" for a in svg.iter()]
    assert any("""y = x * len("<&lt; \\\\N \\"'>")""" in title for title in titles)


# --- large graphs ---


def chain(length):
    y = Tensor(1.0, requires_grad=True, name="x")
    for _ in range(length):
        y = np.negative(y)
    return y


def test_of_a_large_graph_the_nearest_nodes_are_drawn():
    source = draw(chain(1000), max_nodes=10).source
    assert "… 991 more nodes" in source
    assert len(re.findall(r"^\s*n\d+ \[", source, flags=re.MULTILINE)) == 10
    assert ("more", "n991") in arrows(source)
    assert "n1000:e" not in source


def test_a_graph_at_the_limit_is_whole():
    assert "more" not in draw(chain(9), max_nodes=10).source


def test_a_leaf_used_along_a_long_chain_is_laid_out_in_time():
    x = y = Tensor(1.0, requires_grad=True)
    for _ in range(1000):
        y = y * 0.999 + x
    svg_of(draw(y))


# --- rendering ---


def test_renders_through_dot(fake_dot, monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "pygraphviz", None)
    _, y = squared()
    assert draw(y).pipe(format="png") == b"drawn by dot: png"
    assert draw(y).pipe(encoding="utf-8") == "drawn by dot: svg"
    assert draw(y)._repr_mimebundle_() == {"image/svg+xml": "drawn by dot: svg"}
    assert draw(y).render(tmp_path / "graph", format="png") == os.fspath(tmp_path / "graph.png")
    assert (tmp_path / "graph.png").read_text() == "drawn by dot: png"


def test_renders_through_pygraphviz(no_dot, tmp_path):
    pytest.importorskip("pygraphviz")
    _, y = squared()
    drawing = draw(y)
    assert drawing.pipe(format="png").startswith(b"\x89PNG")
    assert "<svg" in drawing.pipe(encoding="utf-8")
    assert "<svg" in drawing._repr_mimebundle_()["image/svg+xml"]
    path = drawing.render(tmp_path / "graph", format="png")
    assert path == os.fspath(tmp_path / "graph.png")
    assert (tmp_path / "graph.png").read_bytes().startswith(b"\x89PNG")
    assert (tmp_path / "graph").read_text(encoding="utf-8") == drawing.source
    assert draw(y).render("other", tmp_path / "folder", cleanup=True) == os.fspath(tmp_path / "folder" / "other.svg")
    assert [path.name for path in (tmp_path / "folder").iterdir()] == ["other.svg"]
    draw(y).render(outfile=tmp_path / "direct.png", cleanup=True)
    assert (tmp_path / "direct.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("use", [lambda d, p: d.pipe(format="svg"), lambda d, p: d.render(p / "graph")])
def test_without_graphviz_one_line_says_what_to_install(no_dot, monkeypatch, tmp_path, use):
    monkeypatch.setitem(sys.modules, "pygraphviz", None)
    _, y = squared()
    with pytest.raises(MissingExtraError) as caught:
        use(draw(y), tmp_path)
    message = str(caught.value)
    assert "\n" not in message
    assert "apt install graphviz" in message
    assert "pip install 'readgrad[viz]'" in message


def test_importing_autograd_does_not_import_graphviz():
    code = "import sys, autograd; print([m for m in sys.modules if 'graphviz' in m])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


# --- notebooks ---


def test_a_result_shows_its_graph_in_a_notebook(fake_dot):
    _, y = squared()
    assert y._repr_mimebundle_() == {"text/plain": repr(y), "image/svg+xml": "drawn by dot: svg"}
    assert y._repr_mimebundle_(include=["text/plain"]) == {"text/plain": repr(y)}
    assert y._repr_mimebundle_(exclude=["image/svg+xml"]) == {"text/plain": repr(y)}


@pytest.mark.parametrize(
    "t",
    [
        Tensor([1.0, 2.0]),
        Tensor(2.0, requires_grad=True),
        chain(300),
        Tensor(np.zeros(2_000_000), requires_grad=True) * 1.0,
    ],
)
def test_leaves_and_large_graphs_show_only_text(fake_dot, t):
    assert t._repr_mimebundle_() == {"text/plain": repr(t)}


def test_without_graphviz_a_notebook_shows_text(no_dot, monkeypatch):
    monkeypatch.setitem(sys.modules, "pygraphviz", None)
    _, y = squared()
    assert y._repr_mimebundle_() == {"text/plain": repr(y)}


# --- formatting ---


@pytest.mark.parametrize(
    "file, expected",
    [
        ("/tmp/ipykernel_4711/977910933.py", "line 7 of a notebook cell"),
        (r"C:\Users\ada\AppData\Local\Temp\ipykernel_12\977910933.py", "line 7 of a notebook cell"),
        ("<ipython-input-3-5f0a9c>", "line 7 of a notebook cell"),
        ("/home/ada/ipykernel_notes/train.py", "train.py:7"),
        ("/home/ada/ipykernel_1.py", "ipykernel_1.py:7"),
        ("<stdin>", "<stdin>:7"),
    ],
)
def test_a_place_in_a_notebook_names_no_temporary_file(file, expected):
    assert place(Location(file, 7, "")) == expected


def test_the_picture_of_a_cell_says_so():
    scope = {"Tensor": Tensor}
    cell = "x = Tensor(3.0, requires_grad=True)\ny = x * x\ny.backward()"
    exec(compile(cell, "/tmp/ipykernel_4711/977910933.py", "exec"), scope)
    source = draw(scope["y"]).source
    assert "gradients of backward() at line 3 of a notebook cell" in source
    assert "977910933" not in source


@pytest.mark.parametrize(
    "x, text",
    [
        (1234567.0, "1.235e+06"),
        (0.1 + 0.2, "0.3"),
        (np.float32(0.1), "0.1"),
        (np.nan, "nan"),
        (-np.inf, "-inf"),
        (True, "True"),
        (np.int8(-5), "-5"),
        (-0.0, "-0"),
        (1 + 2j, "1+2j"),
    ],
)
def test_numbers_have_four_significant_digits(x, text):
    assert number_text(x) == text


@pytest.mark.parametrize(
    "array, lines",
    [
        (np.array([1.0, 2.5]), ["[1, 2.5]"]),
        (np.array([[1], [2]]), ["[[1],", " [2]]"]),
        (np.array([[1], [2], [3]]), ["[[1],", " [2],", " [3]]"]),
        (np.zeros((0, 3)), ["[]"]),
        (np.zeros((2, 0)), ["[[],", " []]"]),
        (np.ones((1, 2, 1)), ["[[[1], [1]]]"]),
        (np.full(7, 0.5), ["all 0.5"]),
        (np.full(7, np.nan), ["7 nan"]),
        (np.array([1.0, np.nan, np.inf, 4.0, 1.0, 1.0, 1.0]), ["1 nan", "1 inf", "1 … 4", "mean 1.6"]),
        (np.full(7, 1e308), ["all 1e+308"]),
        (np.array([True] * 3 + [False] * 5), ["3 of 8 True"]),
        (np.zeros(7, complex), ["|z|: all 0"]),
        (np.array([3 + 4j, 0, 1j, 1, 1, 1, np.nan]), ["1 nan", "|z|: 0 … 5", "mean 1.5"]),
        (np.array([1 + 2j, 0.12345 - 1j]), ["[1+2j, 0.1235-1j]"]),
    ],
)
def test_arrays_are_printed_or_summarised(array, lines):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert array_lines(array) == lines


def test_keywords_have_no_addresses():
    assert keyword_text(object()) == "object"
    assert keyword_text([1, None, np.float32, "a'b"]) == '[1, None, float32, "a\'b"]'
    assert keyword_text((slice(None, None, 2), Ellipsis, None)) == "(::2, ..., None)"
    assert keyword_text(tuple(range(50))) == "(0, 1, 2, 3, 4, 5, 6, …)"
    assert keyword_text(np.array([1, 2])) == "[1, 2]"
    assert keyword_text("x" * 100).endswith("…")
    assert autograd.draw is draw
