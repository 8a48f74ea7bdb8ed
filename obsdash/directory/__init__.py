"""A folder of JSON and YAML as a target: what `build` writes and file provisioning reads."""

from obsdash.directory.target import DirectoryTarget

__all__ = ["DirectoryTarget"]
