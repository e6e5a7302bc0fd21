"""Rules widened and narrowed one at a time, in memory, and the tests written by hand that must notice.

A condition of a function becomes True, then False, by swapping the function's code: whoever imported it has the mutant.
A table loses or gains one cell.
"""

import ast
import importlib.util
import inspect
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import product
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

import pytest

Install = Callable[[pytest.MonkeyPatch], None]
Case = Callable[[], Any]
CASES = "cases_of_"


@dataclass(frozen=True)
class Mutant:
    """`label` says which rule and what became of it; `install` puts it in place."""

    label: str
    install: Install


def of_functions(module: ModuleType) -> Iterator[Mutant]:
    """Every condition in every function of the module, as if it always held, and as if it never did."""
    source = Path(str(module.__file__)).read_text()
    for name, place in ((name, place) for name, places in _conditions(ast.parse(source)) for place in range(places)):
        for value in (True, False):
            tree = ast.parse(source)
            function = dict(_functions(tree))[name]
            condition = _boolean_places(function)[place]
            words = ast.unparse(condition)
            _Swap(condition, value).visit(function)
            code = _code(compile(ast.fix_missing_locations(tree), str(module.__file__), "exec"), name.split("."))
            target = _function(module, name)
            yield Mutant(f"{module.__name__}.{name}: {words} → {value}", partial(_swap_code, target, code))


def of_cells(label: str, table: dict[Any, Any], key: Any, value: Any) -> Mutant:
    """A table in which one row reads otherwise."""
    return Mutant(label, lambda patch: patch.setitem(table, key, value))


def of_constant(label: str, name: str, value: Any, replaced: Any) -> Mutant:
    """A constant that reads otherwise for every module that took it by this name."""

    def install(patch: pytest.MonkeyPatch) -> None:
        for place, module in list(sys.modules.items()):
            if place.startswith(("maillage.", CASES)) and getattr(module, name, None) is replaced:
                patch.setattr(module, name, value)

    return Mutant(label, install)


@contextmanager
def installed(mutant: Mutant) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        mutant.install(patch)
        yield


def survives(mutant: Mutant, cases: list[Case]) -> bool:
    """Whether every case still passes. What kills moves to the front: neighbours often die of the same cause."""
    with installed(mutant):
        for place, case in enumerate(cases):
            try:
                case()
            except (Exception, pytest.fail.Exception):
                cases.insert(0, cases.pop(place))
                return False
    return True


def cases_of(path: Path) -> Iterator[Case]:
    """The tests of a file that need no fixture, each with each of its parameters."""
    spec = importlib.util.spec_from_file_location(f"{CASES}{path.parent.name}_{path.stem}", path)
    assert spec is not None and spec.loader is not None
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for name, function in vars(module).items():
        if name.startswith("test_") and not hasattr(function, "hypothesis"):
            yield from _expanded(function)


def _expanded(function: Callable[..., Any]) -> Iterator[Case]:
    marks = [mark for mark in getattr(function, "pytestmark", []) if mark.name == "parametrize"]
    named = [_names(mark.args[0]) for mark in marks]
    if set(inspect.signature(function).parameters) != {name for names in named for name in names}:
        return
    for chosen in product(*(mark.args[1] for mark in marks)):
        given: dict[str, Any] = {}
        for names, values in zip(named, chosen, strict=True):
            given |= dict(zip(names, values if len(names) > 1 else (values,), strict=True))
        yield partial(function, **given)


def _names(names: str | tuple[str, ...] | list[str]) -> list[str]:
    return [one.strip() for one in names.split(",")] if isinstance(names, str) else list(names)


class _Swap(ast.NodeTransformer):
    def __init__(self, condition: ast.expr, value: bool) -> None:
        self.condition, self.value = condition, value

    def visit(self, node: ast.AST) -> Any:
        return ast.Constant(self.value) if node is self.condition else self.generic_visit(node)


def _conditions(tree: ast.Module) -> Iterator[tuple[str, int]]:
    for name, function in _functions(tree):
        yield name, len(_boolean_places(function))


def _functions(tree: ast.Module) -> Iterator[tuple[str, ast.FunctionDef]]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield node.name, node
        elif isinstance(node, ast.ClassDef):
            yield from ((f"{node.name}.{one.name}", one) for one in node.body if isinstance(one, ast.FunctionDef))


def _boolean_places(function: ast.FunctionDef) -> list[ast.expr]:
    """Comparisons, negations, terms of `and` and `or`, tests of `if`, and what a rule answers, each once."""
    found: dict[int, ast.expr] = {}
    for node in ast.walk(function):
        places: list[ast.expr | None] = []
        if isinstance(node, ast.Compare) or (isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)):
            places.append(node)
        elif isinstance(node, ast.BoolOp):
            places.extend(node.values)
        elif isinstance(node, ast.If | ast.IfExp):
            places.append(node.test)
        elif isinstance(node, ast.comprehension):
            places.extend(node.ifs)
        elif isinstance(node, ast.Return) and ast.unparse(function.returns or ast.Constant(None)) == "bool":
            places.append(node.value)
        found |= {id(place): place for place in places if place is not None and not isinstance(place, ast.Constant)}
    return list(found.values())


def _code(code: CodeType, path: list[str]) -> CodeType:
    for name in path:
        (code,) = (one for one in code.co_consts if isinstance(one, CodeType) and one.co_name == name)
    return code


def _function(module: ModuleType, name: str) -> FunctionType:
    found: Any = module
    for part in name.split("."):
        found = vars(found)[part]
    found = getattr(found, "fget", found)
    assert isinstance(found, FunctionType), name
    return found


def _swap_code(function: FunctionType, code: CodeType, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(function, "__code__", code)
