"""The house: a module imports only from rooms below its own."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "obsdash"

# From the roof down; modules of one row may not import each other. docs/architecture.md explains.
LAYERS = (
    {"__main__"},
    {"cli"},
    {"render", "scaffold", "stack"},
    {"build", "connect", "guard", "selection", "undo"},
    {"verify", "ruletest", "routetest", "backtest", "preview"},
    {"config"},
    {"project"},
    {"adapters"},
    {"ruler"},
    {"alertmanager", "directory", "grafana", "journal", "prometheus"},
    {"health", "target", "planfile"},
    {"delivery"},
    {"drift"},
    {"plan"},
    {"merge"},
    {"diff"},
    {"author"},
    {"disk", "http", "migration", "promql"},
    {"change"},
    {"resource"},
    {"secrets"},
    {"errors"},
    {"durations", "origin", "panelid", "programs", "spelling", "words"},
)
ROOMS = {room: height for height, layer in enumerate(LAYERS) for room in layer}


def _modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def _room(dotted: str) -> str:
    parts = dotted.split(".")
    return parts[1] if len(parts) > 1 else ""


def _imports(file: Path) -> set[str]:
    """Return the rooms that a module imports, also inside functions."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module == "obsdash":
            found |= {alias.name for alias in node.names}
        elif (
            isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("obsdash.")
        ):
            found.add(_room(node.module))
        elif isinstance(node, ast.Import):
            found |= {_room(a.name) for a in node.names if a.name.startswith("obsdash.")}
    return {room for room in found if room in ROOMS or (PACKAGE / room).exists()}


def _own_room(file: Path) -> str:
    return file.relative_to(PACKAGE).parts[0].removesuffix(".py")


@pytest.mark.parametrize("file", _modules(), ids=lambda file: str(file.relative_to(PACKAGE)))
def test_a_module_imports_only_from_rooms_below_its_own(file: Path) -> None:
    own = _own_room(file)
    if own == "__init__":
        return
    assert own in ROOMS, f"{own} has no place in the layers"
    above = {room for room in _imports(file) - {own} if ROOMS[room] <= ROOMS[own]}
    assert not above, f"{file.name} in {own} imports from {sorted(above)}"


def test_every_layer_exists() -> None:
    rooms = {_own_room(file) for file in _modules()} - {"__init__"}
    assert rooms == set(ROOMS)


@pytest.mark.parametrize(
    ("package", "rooms"),
    [
        ("deepdiff", {"diff"}),
        ("grafana_client", {"grafana"}),
        ("grafanalib", {"adapters"}),
        ("promql_parser", {"promql"}),
    ],
)
def test_a_library_is_known_to_one_room(package: str, rooms: set[str]) -> None:
    users = set()
    for file in _modules():
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module:
                names = [node.module]
            if any(name.split(".")[0] == package for name in names):
                users.add(_own_room(file))
    assert users <= rooms
