"""What people would read, filled in by the real amtool."""

import json
from html.parser import HTMLParser
from pathlib import Path
from shutil import which
from urllib.parse import unquote

import pytest

from obsdash import secrets
from obsdash.author import Discord, OpsGenie, PagerDuty, Route, Routing, Slack, Teams, Telegram
from obsdash.author.notifications.channels import Channel, Email
from obsdash.cli import run
from obsdash.preview import ExampleAlert, Preview, example, previews

pytestmark = pytest.mark.skipif(which("amtool") is None, reason="amtool is not installed")

ODD = ExampleAlert(
    {"alertname": "Odd", "severity": "warning", "path": "/a b?c=1&d=+é"},
    {"summary": "<script>alert(1)</script> & more", "runbook_url": "https://r.example.com/x"},
)
CHANNELS: dict[str, Channel] = {
    "slack": Slack(url="env:A"),
    "discord": Discord(url="env:A"),
    "msteamsv2": Teams(url="env:A"),
    "pagerduty": PagerDuty(routing_key="env:A"),
    "opsgenie": OpsGenie(api_key="env:A"),
    "telegram": Telegram(token="env:A", chat=1),
    "email": Email(to="a@example.com", smarthost="m:25", sender="b@example.com"),
}


def shown(channel: str, *alerts: ExampleAlert, resolved: bool = False) -> Preview:
    with secrets.taken_as_set():
        route = Route("all", match={"severity": "critical"}, to=[CHANNELS[channel]])
        (resource,) = Routing(routes=[route], fallback=[]).resources()
    (found,) = previews(resource.spec, ["all"], alerts or example(), resolved=resolved)
    assert found.errors == {}
    assert found.channel == channel
    return found


def body(preview: Preview) -> str:
    return max(preview.texts.values(), key=len)


@pytest.mark.parametrize("channel", CHANNELS)
def test_every_channel_says_what_is_wrong_and_where_to_go(channel: str) -> None:
    text = body(shown(channel))

    for part in (
        *("checkout-1 fails requests", "checkout-2 fails requests", "4.2 % of the requests"),
        "https://grafana.example.com/d/checkout?viewPanel=4",
        "https://runbooks.example.com/HighErrorRate",
        "http://alertmanager.example.com/#/silences/new?filter=",
    ):
        assert part in text


@pytest.mark.parametrize("channel", CHANNELS)
def test_what_is_over_offers_no_silence(channel: str) -> None:
    text = body(shown(channel, resolved=True))

    assert "resolved" in text
    assert "silences" not in text


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_long_list_is_cut_where_an_alert_ends(channel: str) -> None:
    many = [
        ExampleAlert({"alertname": "Many", "n": str(n)}, {"summary": f"number {n} is down"})
        for n in range(25)
    ]
    text = body(shown(channel, *many))

    assert "number 9 is down" in text
    assert "number 10 is down" not in text
    assert "… and 25 in all" in text


class Links(HTMLParser):
    """Collects the addresses of links, and fails on a tag that no template has."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in ("a", "b", "br")
        self.found += [value or "" for name, value in attrs if name == "href"]


@pytest.mark.parametrize(("channel", "field"), [("email", "html"), ("telegram", "message")])
def test_html_is_escaped_and_its_links_lead_where_they_should(channel: str, field: str) -> None:
    parser = Links()
    parser.feed(shown(channel, ODD).texts[field])

    runbook, silence = parser.found
    assert runbook == "https://r.example.com/x"
    _, _, query = silence.partition("?filter=")
    assert unquote(query) == '{alertname="Odd",path="/a b?c=1&d=+é",severity="warning"}'


def test_the_silence_of_plain_text_is_for_exactly_these_labels() -> None:
    link = next(line for line in body(shown("opsgenie", ODD)).splitlines() if "silences" in line)

    assert unquote(link.partition("?filter=")[2]) == (
        '{alertname="Odd",path="/a b?c=1&d=+é",severity="warning"}'
    )


def test_the_priority_follows_the_severity() -> None:
    assert shown("opsgenie").texts["priority"] == "P1"
    assert shown("opsgenie", ODD).texts["priority"] == "P3"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "pyproject.toml").write_text(
        '[tool.obsdash]\nproject = "shop"\ndefault-env = "local"\n[tool.obsdash.env.local]\n'
    )
    (tmp_path / "alerts").mkdir()
    (tmp_path / "alerts" / "api.py").write_text(
        "from obsdash.author import Alert, Route, Routing, RuleGroup, RuleTest, Slack, label\n"
        "DOWN = Alert('Down', expr='up == 0', for_='1m', summary=f\"{label('job')} is down\")\n"
        "QUIET = Alert('Quiet', expr='up == 2', summary='x')\n"
        "group = RuleGroup('api', [DOWN, QUIET])\n"
        "slack = Slack(url='env:NOT_SET_ANYWHERE')\n"
        "routing = Routing(routes=[Route('pager', match={'severity': 'critical'}, to=[slack])],\n"
        "    fallback=[])\n"
        "tests = [RuleTest(DOWN).series('up{job=\"api\"}', '0x9').at('5m').fires({'job': 'api'}),\n"
        "    RuleTest(QUIET).series('up', '0x9').at('5m').no_alerts()]\n"
    )
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.skipif(which("promtool") is None, reason="promtool is not installed")
def test_an_alert_of_the_project_is_shown_as_its_test_sees_it(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["render-notification", "Down", "--receiver", "pager", "--format", "json"]) == 0

    (preview,) = json.loads(capsys.readouterr().out)["previews"]
    assert preview["texts"]["title"] == "[FIRING:1] Down · api"
    assert preview["texts"]["text"].startswith("*api is down*\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["Dwon"], "no rule test sees an alert 'Dwon'; did you mean 'Down'?"),
        (["Quiet"], "alerts/api.py:9: no rule test of 'Quiet' sees it fire"),
        (["--receiver", "pagr"], "there is no receiver 'pagr'; did you mean 'pager'?"),
    ],
)
@pytest.mark.skipif(which("promtool") is None, reason="promtool is not installed")
def test_what_is_not_there_is_said(
    arguments: list[str], message: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["render-notification", *arguments]) == 2
    assert message in capsys.readouterr().err


def test_a_project_without_routing_says_so(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "alerts" / "api.py").write_text(
        "from obsdash.author import RuleGroup, Record\n"
        "group = RuleGroup('a', [Record('a:b', expr='up')])\n"
    )

    assert run(["render-notification"]) == 2
    assert "the project has no routing" in capsys.readouterr().err


def test_the_html_of_a_mail_is_what_its_text_says() -> None:
    texts = shown("email").texts
    assert set(texts) == {"headers.Subject", "html", "text"}
    assert "<b>checkout-1 fails requests</b>" in texts["html"]


HUGE = [
    ExampleAlert(
        {"alertname": "Många", "job": "größe", "n": str(n), "path": "/ü ö" * 20},
        {
            "summary": f"{n}: <b> & *fett* [x] 🔥 " * 30,
            "description": "Überlauf & <weiter> " * 200,
            "dashboard": "https://grafana.example.com/d/x?viewPanel=4",
            "runbook_url": "https://runbooks.example.com/Many",
        },
    )
    for n in range(100)
]
LIMITS = {"slack": 8_100, "discord": 4_096, "telegram": 4_096, "msteamsv2": 28_000}


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_hundred_long_alerts_stay_within_what_the_channel_takes(channel: str) -> None:
    text = body(shown(channel, *HUGE))

    assert len(text) <= LIMITS.get(channel, 51_000)
    assert len(text.encode()) > 1_500
    assert text.rstrip().removesuffix("<br>").endswith("… and 100 in all")


def test_a_telegram_message_that_was_cut_has_every_tag_closed() -> None:
    text = shown("telegram", *HUGE).texts["message"]
    assert text.count("<b>") == text.count("</b>") > 1
    assert text.count("<a ") == text.count("</a>")


@pytest.mark.parametrize("channel", CHANNELS)
def test_an_alert_without_annotations_is_told_by_its_name(channel: str) -> None:
    text = body(shown(channel, ExampleAlert({"alertname": "Bare"}, {})))

    assert "Bare" in text
    assert "silences/new?filter=%7Balertname%3D%22Bare%22%7D" in text
    for trace in ("Panel", "Runbook", "<no value>", "****", "<b></b>"):
        assert trace not in text


@pytest.mark.parametrize(
    ("channel", "escaped"),
    [
        ("slack", "&lt;!channel&gt; &amp; *a* `b`"),
        ("discord", r"<!channel> & \*a\* \`b\`"),
        ("msteamsv2", r"<!channel> & \*a\* \`b\`"),
        ("telegram", "&lt;!channel&gt; &amp; *a* `b`"),
        ("opsgenie", "<!channel> & *a* `b`"),
    ],
)
def test_what_others_wrote_is_text_not_markup(channel: str, escaped: str) -> None:
    odd = ExampleAlert({"alertname": "A"}, {"summary": "<!channel> & *a* `b`"})
    assert escaped in body(shown(channel, odd))


def test_a_silence_is_for_values_with_quotes_and_backslashes_too() -> None:
    odd = ExampleAlert({"alertname": "A", "path": 'C:\\new "x"'}, {})
    link = next(line for line in body(shown("opsgenie", odd)).splitlines() if "silences" in line)
    assert unquote(link.partition("?filter=")[2]) == '{alertname="A",path="C:\\\\new \\"x\\""}'


def test_a_silence_link_that_nobody_could_open_is_left_out() -> None:
    odd = ExampleAlert({"alertname": "A", "path": "x" * 3000}, {"summary": "s"})
    assert "Silence" not in body(shown("slack", odd))
