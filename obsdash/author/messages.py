"""What a notification says, as Go templates that Alertmanager fills in.

All channels say the same, each in its own markup: for each alert its summary, its description, and
where to go from here.
"""

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


def _silence_link(value: str) -> str:
    return (
        "{{ $.ExternalURL }}/#/silences/new?filter=%7B"
        "{{ range $i, $p := .Labels.SortedPairs }}{{ if $i }}%2C{{ end }}"
        f"{{{{ $p.Name }}}}%3D%22{value}%22{{{{ end }}}}%7D"
    )


# urlquery writes a space as +, which the silence form would take literally.
SILENCE_LINK = _silence_link('{{ reReplaceAll "\\\\+" "%20" ($p.Value | urlquery) }}')
SILENCE_LINK_IN_HTML = _silence_link("{{ $p.Value }}")  # which html/template encodes by itself
MOST = 10  # alerts of a message; a channel would cut off a longer one anywhere


@dataclass(frozen=True, slots=True)
class Markup:
    """How a channel writes bold text, a link with {text} and {address}, the end of a line."""

    bold: str
    link: str
    between: str = " · "
    end: str = "\n"
    silence: str = SILENCE_LINK


SLACK = Markup(bold="*{}*", link="<{address}|{text}>")
MARKDOWN = Markup(bold="**{}**", link="[{text}]({address})")
HTML = Markup(bold="<b>{}</b>", link='<a href="{address}">{text}</a>', silence=SILENCE_LINK_IN_HTML)
MAIL = replace(HTML, end="<br>\n")
PLAIN = Markup(bold="{}", link="{text}: {address}", between="\n")


def body(markup: Markup) -> str:
    """Return the text of a message. The silence link is for what fires."""
    links = [
        _link(markup, "Panel", ".Annotations.dashboard"),
        _link(markup, "Runbook", ".Annotations.runbook_url"),
        '{{ if eq .Status "firing" }}'
        + markup.link.format(text="Silence", address=markup.silence)
        + "{{ else }}resolved{{ end }}",
    ]
    alert = [
        markup.bold.format("{{ .Annotations.summary }}") + markup.end,
        "{{ with .Annotations.description }}{{ . }}" + markup.end + "{{ end }}",
        "".join(links) + markup.end,
    ]
    return (
        f"{{{{ range $n, $alert := .Alerts }}}}{{{{ if lt $n {MOST} }}}}{''.join(alert)}"
        f"{{{{ else if eq $n {MOST} }}}}… and {{{{ len $.Alerts }}}} in all{markup.end}"
        "{{ end }}{{ end }}"
    )


def _link(markup: Markup, text: str, address: str) -> str:
    """Return a link that is there only when it leads out of the machine."""
    shown = markup.link.format(text=text, address=f"{{{{ {address} }}}}")
    return f'{{{{ if match "^https?://" {address} }}}}{shown}{markup.between}{{{{ end }}}}'
