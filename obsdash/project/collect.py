"""The values of a module that may define something."""

import inspect
from collections.abc import Iterator
from types import FunctionType, GeneratorType, ModuleType
from typing import Any

from obsdash.adapters.objects import adapter_for
from obsdash.resource import Environment

# What most of a module's names stand for, and never a definition.
_NEVER = frozenset({str, int, float, bool, type(None), type, ModuleType})


def is_rule_test(value: Any) -> bool:
    """Whether a value is a test of rules, by the mark that its class carries."""
    return getattr(type(value), "obsdash_rule_test", False) is True


def definitions(module: ModuleType, environment: Environment) -> Iterator[Any]:
    """Yield what the public names of a module define, and what its functions of `env` return."""
    for name, value in list(vars(module).items()):
        if value.__class__ in _NEVER or name.startswith("_"):
            continue
        if not isinstance(value, FunctionType):
            yield from _inside(value)
        elif value.__module__ == module.__name__ and takes_environment(value):
            yield from _inside(value(environment))


def asks_environment(module: ModuleType) -> bool:
    """Whether what a module defines is left to a function of `env`, which may find: nothing."""
    return any(
        isinstance(value, FunctionType)
        and not name.startswith("_")
        and value.__module__ == module.__name__
        and takes_environment(value)
        for name, value in vars(module).items()
    )


def takes_environment(function: FunctionType) -> bool:
    """Whether a function needs one argument, `env`, and no other."""
    code = function.__code__
    if "env" not in code.co_varnames[: code.co_argcount] and not hasattr(function, "__wrapped__"):
        return False
    required = [
        parameter.name
        for parameter in inspect.signature(function).parameters.values()
        if parameter.default is parameter.empty
        and parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
    ]
    return required == ["env"]


def _inside(value: Any, around: tuple[int, ...] = ()) -> Iterator[Any]:
    """Yield a value if it defines something, else what its items define."""
    if value.__class__ in _NEVER:
        return
    if adapter_for(value) or is_rule_test(value):
        yield value
    elif isinstance(value, dict | list | tuple | GeneratorType) and id(value) not in around:
        for item in value.values() if isinstance(value, dict) else value:
            yield from _inside(item, (*around, id(value)))
