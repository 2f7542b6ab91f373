"""Which way things point: rows, imports, statuses, and the rule behind each finding."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from django.apps import apps
from django.db.models import Field

from segur.regulation import rules
from tests.architecture.sources import PACKAGES, modules, place, tree

_CODE = re.compile(r"[RFA]\d+[a-z]?(-[a-z0-9]+)+")
_CLOCK = {"datetime.now", "datetime.today", "datetime.utcnow", "date.today", "time.time", "time.monotonic"}
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


def test_no_row_of_orders_points_to_funding() -> None:
    found = [
        f"{model._meta.label}.{field.name} -> {field.related_model._meta.label}"
        for model in apps.get_app_config("orders").get_models(include_auto_created=True)
        for field in model._meta.get_fields()
        if isinstance(field, Field) and field.is_relation and field.related_model is not None
        if field.related_model._meta.app_label == "funding"  # type: ignore[union-attr]
    ]
    assert found == []


def test_no_row_of_the_foundation_points_to_an_app() -> None:
    found = [
        f"{model._meta.label}.{field.name}"
        for model in apps.get_app_config("segur").get_models(include_auto_created=True)
        for field in model._meta.get_fields()
        if isinstance(field, Field) and field.is_relation and field.related_model is not None
        if field.related_model._meta.app_label in {"orders", "funding"}  # type: ignore[union-attr]
    ]
    assert found == []


def imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return ["." * node.level + (node.module or "")]
    return []


def ours(name: str) -> bool:
    return name.startswith(".") or name.partition(".")[0] in PACKAGES


def test_no_import_of_ours_hides_inside_a_function() -> None:
    found = [
        place(path, inner)
        for path in modules()
        for node in ast.walk(tree(path))
        if isinstance(node, _FUNCTIONS)
        for inner in ast.walk(node)
        if any(ours(name) for name in imported(inner))
    ]
    assert found == []


def test_no_import_is_relative() -> None:
    found = [
        place(path, node)
        for path in modules()
        for node in ast.walk(tree(path))
        if any(name.startswith(".") for name in imported(node))
    ]
    assert found == []


def test_the_pure_layers_never_read_the_clock_and_never_use_floats() -> None:
    found = []
    for path in modules():
        dotted = "/".join(path.parts)
        if not re.search(r"/(segur/regulation|orders/domain|funding/domain)/", dotted):
            continue
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Attribute) and ast.unparse(node) in _CLOCK:
                found.append(place(path, node))
            if isinstance(node, ast.Constant) and isinstance(node.value, float):
                found.append(place(path, node))
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "float":
                found.append(place(path, node))
    assert found == []


def test_a_status_is_set_by_a_service_alone() -> None:
    found = [
        place(path, node)
        for path in modules()
        if "services" not in {*path.parts, path.stem}
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        if node.func.attr in {"update", "bulk_update", "update_or_create"}
        if any(keyword.arg in {"status", "state", "stage"} for keyword in node.keywords)
    ]
    assert found == []


def finding_codes(path: Path) -> Iterator[tuple[str, ast.AST]]:
    """Every string that has the shape of a code with a rule number."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and _CODE.fullmatch(node.value):
            yield node.value, node


def test_the_code_of_a_finding_begins_with_a_rule_that_exists() -> None:
    known = {rule.code for rule in rules.rules()}
    codes = [(code, place(path, node)) for path in modules() for code, node in finding_codes(path)]
    assert codes
    assert [(code, where) for code, where in codes if re.match(r"[RFA]\d+", code).group() not in known] == []  # type: ignore[union-attr]
