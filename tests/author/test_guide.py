"""The guide's examples run as they are printed."""

import re
from pathlib import Path
from textwrap import dedent
from typing import Any

from obsdash.author import Dashboard

GUIDE = Path(__file__).parents[2] / "docs" / "dashboards.md"


def test_the_examples_of_the_guide_run_one_after_the_other() -> None:
    names: dict[str, Any] = {}
    blocks = re.findall(r"(?ms)^ *```python\n(.*?)^ *```$", GUIDE.read_text())

    for block in blocks:
        exec(dedent(block), names)

    assert len(blocks) >= 6
    dashboards = [value for value in names.values() if isinstance(value, Dashboard)]
    assert [len(dashboard.to_json_data()["panels"]) for dashboard in dashboards] == [5, 2]
    assert names["link"].dashboard_uid == "shop-api"
