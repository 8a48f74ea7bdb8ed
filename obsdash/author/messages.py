"""What a notification says, as Go templates that Alertmanager fills in."""

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
ALERTMANAGER_LINK = "{{ .ExternalURL }}/#/alerts"

# urlquery writes a space as +, which the silence form would take literally.
_SILENCE = (
    "{{ $.ExternalURL }}/#/silences/new?filter=%7B"
    "{{ range $i, $p := .Labels.SortedPairs }}{{ if $i }}%2C{{ end }}"
    '{{ $p.Name }}%3D%22{{ reReplaceAll "\\\\+" "%20" ($p.Value | urlquery) }}%22{{ end }}%7D'
)


def slack() -> str:
    """Return the text of a Slack message."""
    return _body(bold="*%s*", link="<%s|%s>")


def markdown() -> str:
    """Return the text in Markdown, for Discord and Teams."""
    return _body(bold="**%s**", link="[%s](%s)", text_first=True)


def _body(bold: str, link: str, *, text_first: bool = False) -> str:
    def linked(address: str, text: str) -> str:
        return link % ((text, address) if text_first else (address, text))

    def annotation(name: str, text: str) -> str:
        shown = linked(f"{{{{ .Annotations.{name} }}}}", text)
        return f'{{{{ if match "^https?://" .Annotations.{name} }}}}{shown} · {{{{ end }}}}'

    lines = [
        "{{ range .Alerts }}" + bold % "{{ .Annotations.summary }}",
        "{{ with .Annotations.description }}{{ . }}",
        "{{ end }}"
        + annotation("dashboard", "Panel")
        + annotation("runbook_url", "Runbook")
        + linked(_SILENCE, "Silence"),
        "{{ end }}",
    ]
    return "\n".join(lines)
