"""Finds the names of spans, metrics and attributes in source text, without running it.

Names must be literal (or made of literal constants), so that one can search for them; what cannot be
read that way is found as `UNREADABLE`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

UNREADABLE = "?"
"""Stands for a name that is not literal."""

_SPANS = {"start_span", "start_as_current_span"}
_INSTRUMENTS = {
    "create_counter": "counter",
    "create_histogram": "histogram",
    "create_gauge": "gauge",
    "create_observable_gauge": "gauge",
}
_MEASURES = {"add", "record", "set"}


@dataclass(frozen=True)
class Metric:
    """One instrument as its source makes it."""

    name: str
    kind: str
    """counter, histogram or gauge."""
    unit: str
    place: str


@dataclass(frozen=True)
class Use:
    """One attribute where it is set."""

    name: str
    owner: str
    """Name of the span or metric; empty where a span is not known by name."""
    on: str
    """span, metric or event."""
    place: str


@dataclass
class Names:
    """Everything found."""

    spans: dict[str, str] = field(default_factory=dict)
    """Name and place."""
    metrics: list[Metric] = field(default_factory=list)
    attributes: list[Use] = field(default_factory=list)


def scan(files: Iterable[Path], root: Path) -> Names:
    """Reads the files; `root` is what places are told from."""
    found = Names()
    for file in files:
        scan_source(file.read_text(encoding="utf-8"), str(file.relative_to(root)), found)
    return found


def scan_source(source: str, place: str, found: Names) -> None:
    """Reads one source text into `found`."""
    _Scan(ast.parse(source), place, found).run()


class _Scan:
    def __init__(self, tree: ast.Module, place: str, found: Names) -> None:
        self._tree = tree
        self._place = place
        self._found = found
        self._constants = {
            target.id: value for node in tree.body for target, value in _targets(node) if isinstance(target, ast.Name)
        }
        self._instruments: dict[str, str] = {}
        """Name of the variable or attribute that holds an instrument, and the metric's name."""

    def run(self) -> None:
        for node in ast.walk(self._tree):
            for target, assigned in _targets(node):
                if isinstance(assigned, ast.Call) and _called(assigned) in _INSTRUMENTS:
                    self._instruments[_last_name(target)] = self._text(_argument(assigned, 0, "name"))
        for scope in self._scopes():
            for node in _own_nodes(scope):
                if isinstance(node, ast.Call):
                    self._call(node, scope)

    def _scopes(self) -> Iterator[ast.AST]:
        yield self._tree
        for node in ast.walk(self._tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
                yield node

    def _call(self, call: ast.Call, scope: ast.AST) -> None:
        called, at = _called(call), f"{self._place}:{call.lineno}"
        receiver = ast.unparse(call.func.value) if isinstance(call.func, ast.Attribute) else ""
        on_span = "span" in receiver.lower()
        if called in _SPANS:
            name = self._text(_argument(call, 0, "name"))
            self._found.spans.setdefault(name, at)
            self._mapping(_argument(call, None, "attributes"), scope, name, "span", at)
        elif called in _INSTRUMENTS:
            unit = _argument(call, None, "unit")
            name = self._text(_argument(call, 0, "name"))
            self._found.metrics.append(Metric(name, _INSTRUMENTS[called], self._text(unit) if unit else "", at))
            declared = _argument(call, 1, "attributes")
            if declared is not None:
                found = declared.elts if isinstance(declared, ast.Tuple) else [None]
                self._found.attributes += [Use(self._text(each), name, "metric", at) for each in found]
        elif called == "set_attribute" and on_span:
            self._found.attributes.append(Use(self._text(_argument(call, 0, "key")), "", "span", at))
        elif called == "set_attributes" and on_span:
            self._mapping(_argument(call, 0, "attributes"), scope, "", "span", at)
        elif called == "add_event" and on_span:
            self._mapping(_argument(call, 1, "attributes"), scope, "", "event", at)
        elif called in _MEASURES and isinstance(call.func, ast.Attribute):
            metric = self._instruments.get(_last_name(call.func.value))
            if metric is not None:
                self._mapping(_argument(call, 1, "attributes"), scope, metric, "metric", at)

    def _mapping(self, node: ast.expr | None, scope: ast.AST, owner: str, on: str, at: str) -> None:
        if node is None or (isinstance(node, ast.Constant) and node.value is None):
            return
        for name in self._keys(node, scope):
            self._found.attributes.append(Use(name, owner, on, at))

    def _keys(self, node: ast.expr, scope: ast.AST) -> Iterator[str]:
        """Keys of a mapping: a literal, a union of them, or a variable that is made of literals nearby."""
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                yield from [self._text(key)] if key is not None else self._keys(value, scope)
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
            yield from self._keys(node.left, scope)
            yield from self._keys(node.right, scope)
        elif isinstance(node, ast.Name):
            found = list(self._keys_of_variable(node.id, scope))
            yield from found or [UNREADABLE]
        else:
            yield UNREADABLE

    def _keys_of_variable(self, variable: str, scope: ast.AST) -> Iterator[str]:
        seen_in = [scope] if scope is self._tree else [scope, self._tree]
        for place in seen_in:
            for node in _own_nodes(place):
                for target, assigned in _targets(node):
                    if isinstance(target, ast.Name) and target.id == variable:
                        yield from self._keys(assigned, scope) if not _names(assigned, variable) else ()
                    elif isinstance(target, ast.Subscript) and ast.unparse(target.value) == variable:
                        yield self._text(target.slice)

    def _text(self, node: ast.expr | None) -> str:
        """A literal text; places of an f-string stay as "{source}"."""
        match node:
            case ast.Constant(value=str() as text):
                return text
            case ast.Name(id=name) if name in self._constants:
                return self._text(self._constants[name])
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                parts = [self._text(left), self._text(right)]
                return UNREADABLE if UNREADABLE in parts else "".join(parts)
            case ast.JoinedStr(values=values):
                return "".join(self._text(value) for value in values)
            case ast.FormattedValue(value=value):
                return "{" + ast.unparse(value) + "}"
        return UNREADABLE


def _targets(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    """What an assignment sets, and to what."""
    if isinstance(node, ast.Assign):
        for target in node.targets:
            yield target, node.value
    elif isinstance(node, ast.AnnAssign | ast.AugAssign) and node.value is not None:
        yield node.target, node.value


def _own_nodes(scope: ast.AST) -> Iterator[ast.AST]:
    """Nodes of a scope, without those of functions inside it."""
    waiting = list(ast.iter_child_nodes(scope))
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            waiting.extend(ast.iter_child_nodes(node))


def _called(call: ast.Call) -> str:
    return _last_name(call.func)


def _last_name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _argument(call: ast.Call, position: int | None, keyword: str) -> ast.expr | None:
    for given in call.keywords:
        if given.arg == keyword:
            return given.value
    return call.args[position] if position is not None and position < len(call.args) else None


def _names(node: ast.expr, variable: str) -> bool:
    return any(isinstance(inner, ast.Name) and inner.id == variable for inner in ast.walk(node))
