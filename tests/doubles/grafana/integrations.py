"""The types of integration of contact points: which settings they need, and which are secret."""

from tests.doubles.grafana.answers import Json
from tests.doubles.grafana.store import Store
from tests.doubles.grafana.versions import SECRET_URLS

SECRETS: dict[str, tuple[str, ...]] = {
    "email": (),
    "webhook": ("password", "authorization_credentials"),
    "slack": ("token", "url"),
    "pagerduty": ("integrationKey",),
    "opsgenie": ("apiKey",),
    "telegram": ("bottoken",),
    "pushover": ("apiToken", "userKey"),
    "prometheus-alertmanager": ("basicAuthPassword",),
    "LINE": ("token",),
    "teams": (),
    "discord": (),
    "googlechat": (),
    "dingding": (),
    "victorops": (),
}
SECRET_URL = ("discord", "googlechat", "dingding", "victorops")  # in newer versions
REQUIRED = {
    "email": ("addresses", "could not find addresses in settings"),
    "webhook": ("url", "required field 'url' is not specified"),
    "pagerduty": ("integrationKey", "could not find integration key property in settings"),
    "opsgenie": ("apiKey", "could not find api key property in settings"),
    "telegram": ("bottoken", "could not find Bot Token in settings"),
    "pushover": ("userKey", "user key not found"),
    "prometheus-alertmanager": ("url", "could not find url property in settings"),
    "LINE": ("token", "could not find token in settings"),
    "teams": ("url", "could not find url property in settings"),
    "discord": ("url", "could not find webhook url property in settings"),
    "googlechat": ("url", "could not find url property in settings"),
    "dingding": ("url", "could not find url property in settings"),
    "victorops": ("url", "could not find victorops url property in settings"),
}


def secrets_of(store: Store, type_: str) -> tuple[str, ...]:
    """Return the settings of a type that are never shown."""
    return SECRETS[type_] + (("url",) if store.has(SECRET_URLS) and type_ in SECRET_URL else ())


def complaint(type_: str, settings: Json) -> str:
    """Return what is wrong with the settings, "" when nothing is."""
    if type_ == "slack":
        return _slack(settings)
    field, message = REQUIRED[type_]
    return "" if settings.get(field) else message


def _slack(settings: Json) -> str:
    if settings.get("url"):
        return ""
    for field in ("recipient", "token"):
        if not settings.get(field):
            return f"{field} must be specified when using the Slack chat API"
    return ""
