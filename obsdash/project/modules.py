"""Definition files as modules: they import each other and helpers; nothing of it stays behind."""

import importlib.abc
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any, TypeGuard

from obsdash.origin import DictPlaces, remember_dict, watching
from obsdash.project.files import ROOMS
from obsdash.project.instrument import MARKER, compile_file
from obsdash.project.recorder import Recorder
from obsdash.project.trouble import is_project_file


def mark(value: dict[Any, Any]) -> dict[Any, Any]:
    """Remember where a dict literal stands; what instrumented code calls."""
    remember_dict(value, sys._getframe(1))
    return value


class Modules(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds and runs the files of one project: each once, whatever the names it is imported by.

    Only what project files import is looked up in the project: the importing file's own folder
    first, then the project's root. Libraries never meet the project's files.
    """

    def __init__(self, root: Path, recorder: Recorder, ran: Callable[[ModuleType], None]) -> None:
        self._root = root
        self._recorder = recorder
        self._ran = ran  # told of each module that has run
        self._modules: dict[Path, ModuleType] = {}
        self._failures: dict[Path, BaseException] = {}
        self._begun: set[Path] = set()
        self._siblings: set[str] = set()
        self.dicts: DictPlaces = {}
        self.imported: set[Path] = set()  # files that another one imported

    @contextmanager
    def installed(self) -> Iterator[None]:
        """Serve imports; put sys.path and sys.modules back afterwards."""
        path, before = list(sys.path), dict(sys.modules)
        sys.meta_path.insert(0, self)
        for name in [name for name in sys.modules if name.partition(".")[0] in ROOMS]:
            del sys.modules[name]  # of the same names, but not this project's
        try:
            yield
        finally:
            sys.meta_path.remove(self)
            sys.path[:] = path
            self._forget(before)

    def run(self, file: Path) -> ModuleType:
        """Return the module of a definition file, run now unless it has; raises what it raises."""
        self._package(file.parent)
        module = self._module(file)
        sys.modules[module.__name__] = module
        try:
            self.exec_module(module)
        except BaseException:
            del sys.modules[module.__name__]  # as an import does
            raise
        return module

    @contextmanager
    def running(self, file: Path) -> Iterator[None]:
        """Let imports by bare name mean the neighbours of `file`, and places mean `file`."""
        mine, self._siblings = self._siblings, set()
        hidden = {name: sys.modules.pop(name) for name in mine}
        try:
            with watching(self._root, file, self.dicts):
                yield
        finally:
            for name in self._siblings:
                sys.modules.pop(name, None)
            self._siblings = mine
            sys.modules.update(hidden)

    def find_spec(
        self, fullname: str, _path: Sequence[str] | None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Find a module of the project; None for everything else."""
        above, _, name = fullname.rpartition(".")
        if above:
            parent = sys.modules.get(above)
            return (
                self._spec(fullname, Path(parent.__path__[0]) / name)
                if self._owns(parent)
                else None
            )
        importer = _importer(sys._getframe(1))
        if fullname in sys.stdlib_module_names or not is_project_file(self._root, importer):
            return None
        sibling = Path(importer).parent / name
        if sibling.parent != self._root and (spec := self._spec(fullname, sibling)):
            self._siblings.add(fullname)
            return spec
        return self._spec(fullname, self._root / name)

    def _spec(self, fullname: str, place: Path) -> ModuleSpec | None:
        file = place.with_name(f"{place.name}.py")
        if file.is_file():
            return ModuleSpec(fullname, self, origin=str(file))
        self._recorder.absent(str(file))
        if not place.is_dir():
            return None
        spec = ModuleSpec(fullname, self, origin=str(place / "__init__.py"), is_package=True)
        spec.submodule_search_locations = [str(place)]
        return spec

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """Return the one module of a file, whatever name it is asked for by."""
        file = Path(spec.origin or "")
        self.imported.add(file)
        return self._module(file)

    def exec_module(self, module: ModuleType) -> None:
        """Run a file unless it has been; what it raised once it raises for every importer."""
        file = Path(module.__file__ or "")
        if file in self._failures:
            raise self._failures[file]
        if file in self._begun:
            return
        self._begun.add(file)
        try:
            self._execute(module, file)
        except BaseException as error:
            self._failures[file] = error
            raise
        self._ran(module)

    def _execute(self, module: ModuleType, file: Path) -> None:
        if file.name == "__init__.py" and not file.is_file():
            return  # a folder without __init__.py is a package too
        source = file.read_bytes()
        self._recorder.source(str(file), source)
        module.__dict__[MARKER] = mark
        with self.running(file):
            exec(compile_file(source, str(file)), module.__dict__)  # noqa: S102 (what we are for)

    def _module(self, file: Path) -> ModuleType:
        if file not in self._modules:
            inside = str(file).removesuffix(".py")[len(str(self._root)) + 1 :]
            parts = inside.split("/")
            is_package = parts[-1] == "__init__"
            parts = parts[:-1] if is_package else parts
            module = ModuleType(".".join(parts))
            module.__file__ = str(file)
            module.__package__ = ".".join(parts if is_package else parts[:-1])
            if is_package:
                module.__path__ = [str(file.parent)]
            self._modules[file] = module
        return self._modules[file]

    def _package(self, folder: Path) -> None:
        """Make a folder importable as a package, and those around it."""
        if folder == self._root:
            return
        self._package(folder.parent)
        package = self._module(folder / "__init__.py")
        sys.modules[package.__name__] = package
        self.exec_module(package)

    def _owns(self, module: ModuleType | None) -> TypeGuard[ModuleType]:
        return module is not None and self._modules.get(Path(module.__file__ or "")) is module

    def _forget(self, before: dict[str, ModuleType]) -> None:
        """Take the project's modules out of sys.modules again."""
        for name, module in list(sys.modules.items()):
            file = getattr(module, "__file__", None) or ""
            if before.get(name) is not module and is_project_file(self._root, file):
                del sys.modules[name]
        sys.modules.update(before)


def _importer(frame: FrameType | None) -> str:
    """Return the file whose import statement is being carried out."""
    while frame is not None:
        if frame.f_globals.get("__name__", "").partition(".")[0] != "importlib":
            return frame.f_code.co_filename
        frame = frame.f_back
    return ""
