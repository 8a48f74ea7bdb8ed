"""What a notification would say: a receiver's templates, filled in by amtool."""

from obsdash.preview.data import ExampleAlert, example, notification
from obsdash.preview.rendering import Preview, previews

__all__ = ["ExampleAlert", "Preview", "example", "notification", "previews"]
