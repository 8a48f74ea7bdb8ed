"""A `docker` that starts nothing: it answers as its scenario says, and remembers what it was told.

Copied to a folder of PATH; scenario.json and calls.jsonl lie beside it.
"""

import json
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
SCENARIO = json.loads((HERE / "scenario.json").read_text())
VALUED = {
    "--project-name",
    "--project-directory",
    "--file",
    "--env-file",
    "--profile",
    "--progress",
}


def main(words: list[str]) -> int:
    """Answer one call."""
    if words[0] == "version":
        return say(SCENARIO["engine"])
    if words == ["compose", "version", "--short"]:
        return say(SCENARIO["compose"])
    given, command = split(words[1:])
    with (HERE / "calls.jsonl").open("a") as calls:
        calls.write(json.dumps({"given": given, "command": command}) + "\n")
    return ANSWERS[command[0]](given, command)


def split(words: list[str]) -> tuple[list[str], list[str]]:
    """Return the global options, and the command with its own."""
    at = 0
    while words[at].startswith("--"):
        at += 2 if words[at] in VALUED else 1
    return words[:at], words[at:]


def say(answer: dict[str, object]) -> int:
    """Print what a scenario says and return its exit code."""
    sys.stdout.write(f"{answer.get('out', '')}\n")
    sys.stderr.write(f"{answer.get('err', '')}\n")
    return int(str(answer.get("code", 0)))


def config(given: list[str], command: list[str]) -> int:
    """Let the real Compose answer where there is one."""
    if real := SCENARIO.get("real"):
        return subprocess.run([real, *given, *command]).returncode
    if "--profiles" in command:
        return say({"out": "\n".join(SCENARIO["profiles"])})
    return say({"out": json.dumps(SCENARIO["config"])})


def up(given: list[str], command: list[str]) -> int:
    """Have the containers from now on."""
    (HERE / "up").touch()
    return say(SCENARIO["up"])


def ps(given: list[str], command: list[str]) -> int:
    """List the containers, one JSON object a line."""
    if (HERE / "up").exists():
        sys.stdout.writelines(f"{json.dumps(each)}\n" for each in SCENARIO["containers"])
    return 0


def down(given: list[str], command: list[str]) -> int:
    """Have no containers any more."""
    (HERE / "up").unlink(missing_ok=True)
    return 0


def logs(given: list[str], command: list[str]) -> int:
    """Print what Compose prints: a column of names, a column of lines."""
    for service in command[4:] or ["grafana", "loki"]:
        sys.stdout.write(f"{service}-1  | the last words of {service}\n")
    return 0


ANSWERS = {"config": config, "up": up, "ps": ps, "down": down, "logs": logs}
ANSWERS["kill"] = lambda given, command: 0

if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
