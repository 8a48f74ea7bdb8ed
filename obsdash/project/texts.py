"""Definition files that are JSON or YAML → documents with their places."""

from typing import Any

import orjson

from obsdash.errors import DefinitionError
from obsdash.origin import ORIGIN_KEY, Origin

BOM = b"\xef\xbb\xbf"


def read_documents(name: str, content: bytes) -> list[Any]:
    """Return the documents of a file; raises DefinitionError with the line."""
    content = content.removeprefix(BOM)
    try:
        content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise DefinitionError(
            "it is not UTF-8 text", origin=Origin(name, line), help="save it as UTF-8"
        ) from None
    if name.endswith(".json"):
        return _json(name, content)
    return _yaml(name, content)


def _json(name: str, content: bytes) -> list[Any]:
    try:
        document = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        message = f"it is not JSON: {error.msg}"
        raise DefinitionError(message, origin=Origin(name, error.lineno)) from None
    return document if isinstance(document, list) else [document]


def _yaml(name: str, content: bytes) -> list[Any]:
    import yaml  # 13 ms that only projects with YAML files pay

    from obsdash.disk.yaml import Reader

    loader = Reader(content)
    documents = []
    try:
        while loader.check_node():
            node = loader.get_node()
            _mark(node, name, yaml, set())
            documents.append(loader.construct_document(node))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 0
        message = f"it is not YAML: {error.problem or error.context}"
        raise DefinitionError(message, origin=Origin(name, line)) from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise DefinitionError(f"it is not YAML: {error}", origin=Origin(name, 0)) from None
    finally:
        loader.dispose()
    return [document for document in documents if document is not None]


def _mark(node: Any, name: str, yaml: Any, seen: set[int], listed: bool = True) -> None:
    """Give the whole, and each mapping in a list, its place under the private key."""
    if id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            _mark(item, name, yaml, seen)
    elif isinstance(node, yaml.MappingNode):
        for _, item in node.value:
            _mark(item, name, yaml, seen, listed=False)
        if listed:
            node.value = [*node.value, _place(node, name, yaml)]


def _place(node: Any, name: str, yaml: Any) -> tuple[Any, Any]:
    text = "tag:yaml.org,2002:str"
    place = Origin(name, node.start_mark.line + 1)
    return yaml.ScalarNode(text, ORIGIN_KEY), yaml.ScalarNode(text, str(place))
