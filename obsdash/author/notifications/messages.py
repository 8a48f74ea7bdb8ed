"""What a notification says, as Go templates that Alertmanager fills in.

All channels say the same, each in its own markup: for each alert its summary, its description, and
where to go from here. A message ends at the end of an alert and within what the channel takes: what
Alertmanager itself cuts off may be half a tag, for which Telegram refuses all of it.
"""

import json
from dataclasses import dataclass, replace

TITLE = (
    '[{{ .Status | toUpper }}{{ if eq .Status "firing" }}:{{ .Alerts.Firing | len }}{{ end }}]'
    " {{ .CommonLabels.alertname }}{{ with .CommonLabels.job }} · {{ . }}{{ end }}"
)
COLOR = (
    '{{ if ne .Status "firing" }}good'
    '{{ else if match "^(critical|page)$" .CommonLabels.severity }}danger'
    "{{ else }}warning{{ end }}"
)
PAGERDUTY_SEVERITY = (
    '{{ if eq .CommonLabels.severity "page" }}critical'
    '{{ else if match "^(critical|warning|info)$" .CommonLabels.severity }}'
    "{{ .CommonLabels.severity }}{{ else }}error{{ end }}"
)
OPSGENIE_PRIORITY = (
    '{{ if match "^(critical|page)$" .CommonLabels.severity }}P1'
    '{{ else if match "^(warning|ticket)$" .CommonLabels.severity }}P3{{ else }}P5{{ end }}'
)
ALERTMANAGER_LINK = "{{ .ExternalURL }}/#/alerts"


# Sets $silence to the address of the form that silences an alert. urlquery writes a space as +,
# which the form would take literally.
SILENCE = (
    '{{ $silence := printf "%s/#/silences/new?filter=%%7B" $.ExternalURL }}'
    "{{ range $i, $p := .Labels.SortedPairs }}"
    '{{ if $i }}{{ $silence = printf "%s%%2C" $silence }}{{ end }}'
    r'{{ $value := reReplaceAll "\\\\" "\\\\" $p.Value | reReplaceAll "\"" "\\\"" }}'
    r'{{ $value = reReplaceAll "\\+" "%20" ($value | urlquery) }}'
    '{{ $silence = printf "%s%s%%3D%%22%s%%22" $silence $p.Name $value }}{{ end }}'
    '{{ $silence = printf "%s%%7D" $silence }}'
)
MOST = 10  # alerts of a message
_SUMMARY, _DESCRIPTION, _LINK = 300, 1000, 1500  # characters


@dataclass(frozen=True, slots=True)
class Markup:
    """How a channel writes bold text, a link with {text} and {address}, the end of a line.

    escape: a pattern and what stands for it, one after the other, in texts of others; html: whether
    it is HTML. limit: bytes that a message may have.
    """

    bold: str
    link: str
    limit: int
    between: str = " · "
    end: str = "\n"
    escape: tuple[tuple[str, str], ...] = ()
    html: bool = False


_ENTITIES = (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"))
_MARKS = ((r"([*`~|\\])", r"\$1"),)
SLACK = Markup(bold="*{}*", link="<{address}|{text}>", limit=8_000, escape=_ENTITIES)
DISCORD = Markup(bold="**{}**", link="[{text}]({address})", limit=4_000, escape=_MARKS)
TEAMS = replace(DISCORD, limit=16_000)
TELEGRAM = Markup(bold="<b>{}</b>", link='<a href="{address}">{text}</a>', limit=3_700, html=True)
MAIL = replace(TELEGRAM, end="<br>\n", limit=50_000)
PLAIN = Markup(bold="{}", link="{text}: {address}", between="\n", limit=12_000)


def body(markup: Markup) -> str:
    """Return the text of a message. The silence link is for what fires."""
    alert = "".join(
        (
            '{{ $one := "" }}',
            _shortened("summary", "or .Annotations.summary .Labels.alertname", _SUMMARY),
            _add(markup.bold.format("%s") + markup.end, _escaped(markup, "$summary")),
            _shortened("description", ".Annotations.description", _DESCRIPTION),
            f"{{{{ if $description }}}}{_add('%s' + markup.end, _escaped(markup, '$description'))}"
            "{{ end }}",
            _link(markup, "Panel", ".Annotations.dashboard"),
            _link(markup, "Runbook", ".Annotations.runbook_url"),
            SILENCE,
            f'{{{{ if ne .Status "firing" }}}}{_add("resolved")}'
            f"{{{{ else if lt (len $silence) {_LINK} }}}}{_linked(markup, 'Silence', '$silence')}"
            "{{ end }}",
            _add(markup.end),
        )
    )
    fits = f'(lt $n {MOST}) (lt (len (printf "%s%s" $all $one)) {markup.limit})'
    return (
        f'{{{{ $all := "" }}}}{{{{ $cut := false }}}}{{{{ range $n, $alert := .Alerts }}}}{alert}'
        f"{{{{ if and (not $cut) {fits} }}}}"
        '{{ $all = printf "%s%s" $all $one }}{{ else }}{{ $cut = true }}{{ end }}{{ end }}'
        f"{{{{ $all{' | safeHtml' if markup.html else ''} }}}}"
        f"{{{{ if $cut }}}}… and {{{{ len .Alerts }}}} in all{markup.end}{{{{ end }}}}"
    )


def _shortened(name: str, value: str, limit: int) -> str:
    """Set a variable to a text of at most about `limit` characters."""
    cut = f'{{{{ ${name} = printf "%.{limit}s…" ${name} }}}}'
    return f"{{{{ ${name} := {value} }}}}{{{{ if gt (len ${name}) {limit} }}}}{cut}{{{{ end }}}}"


def _add(text: str, *values: str) -> str:
    """Add a text with %s for each value to what is said of one alert."""
    form = json.dumps(f"%s{text}", ensure_ascii=False)
    return f"{{{{ $one = printf {' '.join((form, '$one', *values))} }}}}"


def _escaped(markup: Markup, value: str) -> str:
    if markup.html:
        return f"(html {value})"
    for pattern, instead in markup.escape:
        value = f"(reReplaceAll {json.dumps(pattern)} {json.dumps(instead)} {value})"
    return value


def _linked(markup: Markup, text: str, address: str) -> str:
    value = f"(html {address})" if markup.html else address
    return _add(markup.link.format(text=text, address="%s"), value)


def _link(markup: Markup, text: str, address: str) -> str:
    """Return a link that is there only when it leads out of the machine."""
    shown = _linked(markup, text, address) + _add(markup.between)
    return f'{{{{ if match "^https?://" {address} }}}}{shown}{{{{ end }}}}'
