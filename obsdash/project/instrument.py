"""Let the dict literals of a definition file remember their line."""

import ast
import re
from types import CodeType

MARKER = "__obsdash_mark__"

# What tells a panel, query, variable, rule or dashboard from other dicts.
_TELLTALES = frozenset(
    {"alert", "datasource", "expr", "groups", "jsonData", "panels", "query", "record", "refId"}
    | {"rules", "secureJsonData", "targets", "templating", "title", "url"}
)
# Most files have no such dict at all, and are spared the detour over the syntax tree.
_LITERAL = re.compile(rb"\bdict\(|\{\s*(?:#[^\n]*\n\s*)*(?:[\"']|\*\*)")


def compile_file(source: bytes, path: str) -> CodeType:
    """Compile a definition file; its dicts report to the global MARKER when they are made.

    Line numbers stay those of the source. Raises SyntaxError, ValueError.
    """
    if not _LITERAL.search(source):
        return compile(source, path, "exec", dont_inherit=True)
    tree = ast.parse(source, path)
    return compile(_Marking().visit(tree), path, "exec", dont_inherit=True)


class _Marking(ast.NodeTransformer):
    """Wrap `{…}` and `dict(…)` into a call of the marker, which returns them unchanged."""

    def visit_Dict(self, node: ast.Dict) -> ast.expr:
        self.generic_visit(node)
        keys = [key.value if isinstance(key, ast.Constant) else None for key in node.keys]
        unpacks = None in node.keys
        return _marked(node) if unpacks or not _TELLTALES.isdisjoint(keys) else node

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        if not isinstance(node.func, ast.Name) or node.func.id != "dict":
            return node
        names = {keyword.arg for keyword in node.keywords}
        copies = bool(node.args) or None in names
        return _marked(node) if copies or not _TELLTALES.isdisjoint(names) else node


def _marked(node: ast.expr) -> ast.expr:
    marker = ast.copy_location(ast.Name(MARKER, ast.Load()), node)
    return ast.copy_location(ast.Call(marker, [node], []), node)
