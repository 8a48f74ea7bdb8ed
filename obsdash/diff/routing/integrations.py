"""What an Alertmanager takes for what a configuration leaves out: data, read off 0.25 and 0.33.

A value that is not listed is zero, empty or false when it is left out. Where versions disagree,
all their defaults are listed. Paths are relative to the part.
"""

from collections.abc import Mapping
from typing import Any

SECRET = "<secret>"  # noqa: S105 (what is shown in place of one)

Defaults = Mapping[str, tuple[Any, ...]]

GLOBAL: Defaults = {
    "resolve_timeout": ("5m",),
    "http_config.follow_redirects": (True,),
    "http_config.enable_http2": (True,),
    "smtp_hello": ("localhost",),
    "smtp_require_tls": (True,),
    "slack_app_url": ("https://slack.com/api/chat.postMessage",),
    "pagerduty_url": ("https://events.pagerduty.com/v2/enqueue",),
    "opsgenie_api_url": ("https://api.opsgenie.com/",),
    "wechat_api_url": ("https://qyapi.weixin.qq.com/cgi-bin/",),
    "victorops_api_url": ("https://alert.victorops.com/integrations/generic/20131114/alert/",),
    "telegram_api_url": ("https://api.telegram.org",),
    "webex_api_url": ("https://webexapis.com/v1/messages",),
    "rocketchat_api_url": ("https://open.rocket.chat/",),
}

ROOT_ROUTE: Defaults = {
    "group_wait": ("30s",),
    "group_interval": ("5m",),
    "repeat_interval": ("4h",),
}

OTHER: Defaults = {"tracing.client_type": ("grpc",)}

COMMON: Defaults = {
    "send_resolved": (True,),
    "http_config.follow_redirects": (True,),
    "http_config.enable_http2": (True,),
    "http_config.authorization.type": ("Bearer",),
}

_QUIET: Defaults = {"send_resolved": (False,)}


def _templates(kind: str, **names: str) -> Defaults:
    """Return defaults that are calls of templates: key → the template's last name."""
    return {key: (f'{{{{ template "{kind}.default.{name}" . }}}}',) for key, name in names.items()}


INTEGRATIONS: Mapping[str, Defaults] = {
    "discord_configs": _templates("discord", title="title", message="message"),
    "email_configs": {
        **_QUIET,
        **_templates("email", html="html"),
        "headers.Subject": ('{{ template "email.default.subject" . }}',),
    },
    "incidentio_configs": {},
    "jira_configs": {
        **_templates("jira", priority="priority"),
        "api_type": ("auto",),
        "summary.template": ('{{ template "jira.default.summary" . }}',),
        "description.template": ('{{ template "jira.default.description" . }}',),
    },
    "mattermost_configs": _templates(
        "mattermost",
        username="username",
        text="text",
        fallback="fallback",
        color="color",
        title="title",
        title_link="titlelink",
    ),
    "msteams_configs": _templates("msteams", title="title", summary="summary", text="text"),
    "msteamsv2_configs": _templates("msteamsv2", title="title", text="text"),
    "opsgenie_configs": _templates(
        "opsgenie", message="message", description="description", source="source"
    ),
    "pagerduty_configs": {
        **_templates("pagerduty", client="client", client_url="clientURL", source="client"),
        "description": ('{{ template "pagerduty.default.description" .}}',),
        "details.firing": (
            '{{ template "pagerduty.default.instances" .Alerts.Firing }}',
            "{{ .Alerts.Firing | toJson }}",
        ),
        "details.resolved": (
            '{{ template "pagerduty.default.instances" .Alerts.Resolved }}',
            "{{ .Alerts.Resolved | toJson }}",
        ),
        "details.num_firing": ("{{ .Alerts.Firing | len }}",),
        "details.num_resolved": ("{{ .Alerts.Resolved | len }}",),
    },
    "pushover_configs": {
        **_templates("pushover", title="title", message="message", url="url"),
        "priority": ('{{ if eq .Status "firing" }}2{{ else }}0{{ end }}',),
        "retry": ("1m", "1m0s"),
        "expire": ("1h", "1h0m0s"),
    },
    "rocketchat_configs": {
        **_QUIET,
        **_templates(
            "rocketchat",
            title="title",
            title_link="titlelink",
            text="text",
            emoji="emoji",
            icon_url="iconurl",
        ),
        "color": ('{{ if eq .Status "firing" }}red{{ else }}green{{ end }}',),
    },
    "slack_configs": {
        **_QUIET,
        **_templates(
            "slack",
            username="username",
            title="title",
            title_link="titlelink",
            pretext="pretext",
            text="text",
            footer="footer",
            fallback="fallback",
            callback_id="callbackid",
            icon_emoji="iconemoji",
            icon_url="iconurl",
        ),
        "color": (
            '{{ if eq .Status "firing" }}danger{{ else }}good{{ end }}',
            '{{ template "slack.default.color" . }}',
        ),
    },
    "sns_configs": _templates("sns", subject="subject", message="message"),
    "telegram_configs": {
        **_templates("telegram", message="message"),
        "parse_mode": ("HTML",),
    },
    "victorops_configs": {
        **_templates(
            "victorops",
            state_message="state_message",
            entity_display_name="entity_display_name",
            monitoring_tool="monitoring_tool",
        ),
        "message_type": ("CRITICAL",),
    },
    "webex_configs": _templates("webex", message="message"),
    "webhook_configs": {},
    "wechat_configs": {
        **_QUIET,
        **_templates(
            "wechat",
            message="message",
            to_user="to_user",
            to_party="to_party",
            to_tag="to_tag",
            agent_id="agent_id",
        ),
        "message_type": ("text",),
    },
}
