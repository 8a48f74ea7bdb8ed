"""The values of a module that may define something."""

import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from types import FunctionType, GeneratorType, ModuleType
from typing import Any

from obsdash.adapters.objects import adapter_for
from obsdash.resource import Environment

# What most of a module's names stand for, and never a definition.
_NEVER = frozenset({str, int, float, bool, type(None), type, ModuleType})


def is_rule_test(value: Any) -> bool:
    """Whether a value is a test of rules, by the mark that its class carries."""
    return getattr(type(value), "obsdash_rule_test", False) is True


@dataclass(frozen=True, slots=True)
class Collected:
    """What a module defines; `asks`: functions of `env` were asked, and may have said: nothing."""

    values: tuple[Any, ...]
    asks: bool


def collect(module: ModuleType, environment: Environment) -> Collected:
    """Return what the public names of a module define, and what its functions of `env` return."""
    values: list[Any] = []
    asks = False
    for name, value in list(vars(module).items()):
        if value.__class__ in _NEVER or name.startswith("_"):
            continue
        if not isinstance(value, FunctionType):
            values += _inside(value)
        elif value.__module__ == module.__name__ and takes_environment(value):
            values += _inside(value(environment))
            asks = True
    return Collected(tuple(values), asks)


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
