"""Run all definition files of a project and put together what they say."""

from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

from obsdash.adapters.documents import reader_of
from obsdash.adapters.draft import Where
from obsdash.adapters.hooks import Hooks
from obsdash.adapters.modernise import RULES
from obsdash.adapters.objects import adapter_for
from obsdash.adapters.plain import plain
from obsdash.errors import ConfigError, DefinitionError, ObsdashError
from obsdash.origin import Origin
from obsdash.project import Project
from obsdash.project.assemble import Found, assemble, prepare
from obsdash.project.collect import collect, is_rule_test
from obsdash.project.files import DefinitionFile, find_definitions
from obsdash.project.jsonplaces import JsonPlaces
from obsdash.project.modules import Modules
from obsdash.project.output import Prints, stdout_to_stderr
from obsdash.project.recorder import Recorder, recording
from obsdash.project.texts import BOM, read_documents
from obsdash.project.trouble import explain
from obsdash.resource import Environment
from obsdash.words import nearest


def load(root: Path, environment: Environment, modernise_off: frozenset[str]) -> Project:
    """Carry out `load_project`; root is absolute."""
    files = find_definitions(root)
    with recording(root) as recorder, stdout_to_stderr() as prints:
        run = _Run(root, environment, modernise_off, files, recorder, prints)
        stable_ids = "stable-panel-ids" not in modernise_off
        with run.modules.installed(), Hooks(stable_ids=stable_ids):
            run.all()
            recorder.modules()
    resources, errors = assemble(run.found, modernise_off)
    if not files:
        run.errors.append(_empty())
    every = sorted([*run.errors, *errors, *_unknown(modernise_off)], key=_place)
    return Project(resources, tuple(run.tests), tuple(every), recorder.inputs())


def _empty() -> DefinitionError:
    return DefinitionError(
        "there are no definitions in dashboards/, alerts/ or datasources/",
        help="obsdash init writes a project to begin with",
    )


def _unknown(off: frozenset[str]) -> list[ConfigError]:
    """Refuse names of repairs that there are not: a slip would switch off nothing, silently."""
    known = [rule.name for rule in RULES]
    return [
        ConfigError(
            f"modernise.off: there is no repair {name!r}{nearest(name, known)}",
            help=f"the repairs are {', '.join(known)}",
        )
        for name in sorted(off.difference(known))
    ]


def _place(error: ObsdashError) -> tuple[str, int, str]:
    origin = error.origin or Origin("", 0)
    return origin.file, origin.line, error.message


class _Run:
    """One run of all definition files."""

    def __init__(
        self,
        root: Path,
        environment: Environment,
        off: frozenset[str],
        files: tuple[DefinitionFile, ...],
        recorder: Recorder,
        prints: Prints,
    ) -> None:
        self.found: list[Found] = []
        self.tests: list[object] = []
        self.errors: list[ObsdashError] = []
        self.modules = Modules(root, recorder, self._ran)
        self._root = root
        self._environment = environment
        self._off = off
        self._files = {file.path: file for file in files}
        self._recorder = recorder
        self._prints = prints
        self._reported: list[BaseException] = []  # kept, so that an identity stays its own
        self._seen: dict[int, Any] = {}
        self._defines: dict[Path, bool] = {}

    def all(self) -> None:
        """Run every file; problems are collected."""
        for path, file in self._files.items():
            self._prints.file = file.name
            try:
                _check_name(file)
                if file.name.endswith(".py"):
                    self.modules.run(path)
                else:
                    self._read(file)
            except KeyboardInterrupt:
                raise
            except BaseException as error:  # noqa: BLE001 (this is the edge to foreign code)
                self._report(error, file)
            self._prints.finish()
        self.errors += [_defines_nothing(self._files[path]) for path in self._idle()]

    def _idle(self) -> list[Path]:
        """Return the Python files that neither define nor are imported by another."""
        return [
            path
            for path, defines in self._defines.items()
            if not defines and path not in self.modules.imported
        ]

    def _ran(self, module: ModuleType) -> None:
        """Collect what a module defines, once it has run."""
        path = Path(module.__file__ or "")
        file = self._files.get(path)
        if file is None:
            return
        self._defines[path] = True  # unless it says otherwise; it may raise
        with self.modules.running(path):
            collected = collect(module, self._environment)
            self._defines[path] = collected.asks or bool(collected.values)
            for value in collected.values:
                self._take(value, file)

    def _take(self, value: Any, file: DefinitionFile) -> None:
        if id(value) in self._seen:
            return
        self._seen[id(value)] = value
        if is_rule_test(value):
            self.tests.append(value)
        elif adapter := adapter_for(value):
            try:
                drafts = adapter(value, _where(file))
                self.found += [prepare(draft, file, self._off) for draft in drafts]
            except ObsdashError as error:
                self._report(error, file)

    def _read(self, file: DefinitionFile) -> None:
        content = file.path.read_bytes()
        self._recorder.source(str(file.path), content)
        where = _where(file)
        documents = read_documents(file.name, content)
        if not documents:
            raise DefinitionError("it defines nothing", help="delete it, or begin its name with _")
        for found in documents:
            document = plain(found, "the document", where.origin, places={})
            reader = reader_of(document) if isinstance(document, dict) else None
            if reader is None:
                raise DefinitionError(
                    "it holds neither dashboard, rules, data source nor Alertmanager configuration",
                    origin=where.origin,
                )
            drafts = [prepare(draft, file, self._off) for draft in reader(document, where)]
            if file.name.endswith(".json") and len(documents) == 1:
                drafts = [_with_places(draft, file, content) for draft in drafts]
            self.found += drafts

    def _report(self, error: BaseException, file: DefinitionFile) -> None:
        if not any(error is known for known in self._reported):
            self._reported.append(error)
            self.errors += explain(error, self._root, file.name)


def _check_name(file: DefinitionFile) -> None:
    try:
        file.name.encode()
    except UnicodeEncodeError:
        raise DefinitionError("its name is not UTF-8 text", help="rename it") from None


def _with_places(found: Found, file: DefinitionFile, content: bytes) -> Found:
    marks = JsonPlaces(file.name, content.removeprefix(BOM), found.draft.inside)
    return replace(found, marks=marks)


def _where(file: DefinitionFile) -> Where:
    return Where(file.name, file.namespace, file.loki)


def _defines_nothing(file: DefinitionFile) -> DefinitionError:
    return DefinitionError(
        "it defines nothing",
        origin=Origin(file.name, 0),
        help="name a helper _name.py, or bind a dashboard, rules or a data source to a public name",
    )
