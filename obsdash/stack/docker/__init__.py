"""Run the stack in containers, by Docker Compose."""

from obsdash.stack.docker.runtime import Docker

__all__ = ["Docker"]
