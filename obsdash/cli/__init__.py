"""The root command. A command is a module of this package, loaded when it runs."""

from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from obsdash import __version__
from obsdash.cli.context import Context
from obsdash.cli.output import print_errors, use_color
from obsdash.errors import ObsdashError

# name → what `obsdash --help` says of it; the module is obsdash.cli.<name>, with _ for -.
COMMANDS: Mapping[str, str] = {
    "init": "Write a project that builds at once.",
    "build": "Compile all definitions for an environment.",
    "test": "Run the rule and route tests beside the definitions.",
    "diff": "Show what a sync would change.",
    "sync": "Apply the plan to the environment's targets.",
    "pull": "Show what was edited in Grafana, on your lines.",
    "history": "Show what each sync did.",
    "rollback": "Put back what a sync changed.",
    "render-notification": "Show what people would read about an alert.",
    "verify": "Run every query on the live data sources.",
    "config": "Show the configuration, secrets masked.",
    "stack": "Start, stop and look at the bundled stack.",
}

# Options that may stand behind the command as well.
_GLOBAL = ("--env", "--project", "--color")

_EPILOG = """\b
Examples:
  obsdash init shop && cd shop && obsdash build
  obsdash diff --env prod
  obsdash sync --env prod && obsdash verify --env prod
"""


class Lazy(click.Group):
    """A group that imports a command's module only to run it."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; its errors are printed here, where it is known whether in color."""
        try:
            return super().invoke(ctx)
        except ObsdashError as error:
            print_errors(error)
            return 2
        except BrokenPipeError:
            return 0  # nobody reads on; click would exit with 1, which means: something differs

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 (click's signature)
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        command = import_module(f"obsdash.cli.{cmd_name.replace('-', '_')}").command
        return command if isinstance(command, click.Command) else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from obsdash.words import nearest

            ctx.fail(f"there is no command {args[0]!r}{nearest(args[0], COMMANDS)}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def shell_complete(
        self, ctx: click.Context, incomplete: str
    ) -> list["click.shell_completion.CompletionItem"]:
        from click.shell_completion import CompletionItem

        items = [
            CompletionItem(name, help=text)
            for name, text in COMMANDS.items()
            if name.startswith(incomplete)
        ]
        return items or click.Command.shell_complete(self, ctx, incomplete)


@click.group(cls=Lazy, epilog=_EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--project",
    type=click.Path(file_okay=False, path_type=Path),
    help="The project's folder (default: the nearest one with [tool.obsdash]).",
)
@click.option("--env", "env", help="The environment (default: default-env).")
@click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto")
@click.version_option(__version__, "-V", "--version", message="obsdash %(version)s")
@click.pass_context
def root(
    ctx: click.Context,
    project: Path | None,
    env: str | None,
    color: str,
) -> None:
    """Dashboards, alerts and data sources as Python: build, review, sync, verify."""
    ctx.color = use_color(color)
    ctx.obj = Context(project, env, color=ctx.color)


def run(arguments: Sequence[str]) -> int:
    """Run a command line and return its exit code; a Ctrl-C is raised."""
    try:
        result = root.main(list(_hoist(arguments)), prog_name="obsdash", standalone_mode=False)
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.UsageError as error:
        error.show()
        return 2
    except click.Abort as stop:
        if isinstance(stop.__cause__, KeyboardInterrupt):
            raise KeyboardInterrupt from None
        click.echo("nothing was done", err=True)
        return 2
    return result if isinstance(result, int) else 0


def _hoist(arguments: Sequence[str]) -> Sequence[str]:
    """Let `obsdash diff --env prod` mean `obsdash --env prod diff`."""
    first: list[str] = []
    rest: list[str] = []
    words = iter(arguments)
    for word in words:
        if word == "--":
            return [*first, *rest, word, *words]
        if word in _GLOBAL:
            value = next(words, None)
            if value is None:
                return [word]  # click says that its value is missing
            first += [word, value]
        elif word.partition("=")[0] in _GLOBAL:
            first.append(word)
        else:
            rest.append(word)
    return [*first, *rest]
