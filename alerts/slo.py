"""The objectives: available 99.9 %, 99.9 % of requests succeed, 95 % answered within 500 ms."""

from alerts._common import FAILED_REQUESTS, REQUEST_DURATIONS, REQUESTS, SERVICES, base_urls
from dashboards.slo import dashboard as _dashboard
from obsdash.author import SLO, Availability, Environment, Latency, Ratio, RuleTest

_PERIOD = "30d"
_ENOUGH = 100  # requests in an alert's long window; with fewer, one failure would look like many

Definitions = list[SLO | RuleTest]


def availability(env: Environment) -> Definitions:
    """Every service answers its scrapes."""
    slo = SLO(
        "availability",
        objective="99.9",
        period=_PERIOD,
        sli=Availability(up=f'up{{job=~"{"|".join(SERVICES)}"}}', by=["job"]),
        runbook="SLOBudgetBurn.md",
        panel=_dashboard.panel("Burn rate"),
        urls=base_urls(env),
    )
    up = 'up{job="fluxpay", instance="a"}'
    return [
        slo,
        RuleTest(slo, "pages minutes after a service went down")
        .series(up, "1x120 0x30")
        .at("2h")
        .no_alerts()
        .at("2h5m")
        .fires({"job": "fluxpay", "severity": "page", "long": "1h"})
        .fires({"job": "fluxpay", "severity": "page", "long": "6h"})
        .fires({"job": "fluxpay", "severity": "ticket", "long": "1d"})
        .fires({"job": "fluxpay", "severity": "ticket", "long": "3d"}),
        RuleTest(slo, "wakes nobody over one failed scrape in an hour", interval="15s")
        .series(up, "1x240 0 1x20")
        .at("1h1m")
        .fires({"severity": "ticket", "long": "1d"})
        .fires({"severity": "ticket", "long": "3d"}),
        RuleTest(slo, "weighs by samples: an instance that came late counts little")
        .series(up, "1x90")
        .series('up{job="fluxpay", instance="late"}', "_x85 0x5")
        .at("90m")
        .gives(6 / 97, {"job": "fluxpay"}, record="slo:error_ratio:rate2h"),
    ]


def errors(env: Environment) -> Definitions:
    """Requests do not fail with 5xx."""
    slo = SLO(
        "errors",
        objective="99.9",
        period=_PERIOD,
        sli=Ratio(errors=FAILED_REQUESTS, total=REQUESTS, by=["job"]),
        min_events=_ENOUGH,
        runbook="SLOBudgetBurn.md",
        panel=_dashboard.panel("Burn rate"),
        urls=base_urls(env),
    )
    ok = 'axum_http_requests_total{job="demo-api", status="200"}'
    failed = 'axum_http_requests_total{job="demo-api", status="500"}'
    budget = "slo:error_budget:remaining"
    return [
        slo,
        RuleTest(slo, "pages on 5 % failures, and stops when they stop", interval="2m")
        .series(ok, "0+1140x120")
        .series(failed, "0x60 0+60x15 900x45")
        .at("2h")
        .no_alerts()
        .at("2h30m")
        .fires({"long": "1h", "short": "5m", "severity": "page"})
        .fires({"long": "6h", "severity": "page"})
        .fires({"long": "1d", "severity": "ticket"})
        .fires({"long": "3d", "severity": "ticket"})
        .at("3h30m")
        .fires({"long": "1d"})
        .fires({"long": "3d"}),
        RuleTest(slo, "opens a ticket, and wakes nobody, at four times the allowed rate")
        .series(ok, "0+996x60")
        .series(failed, "0+4x60")
        .at("1h")
        .fires({"long": "1d", "severity": "ticket"})
        .fires({"long": "3d", "severity": "ticket"}),
        RuleTest(slo, "stays silent within the budget")
        .series(ok, "0+9995x60")
        .series(failed, "0+5x60")
        .at("1h")
        .no_alerts()
        .gives(0.5, {"slo": "errors"}, record=budget),
        RuleTest(slo, "keeps a whole budget while no error was ever counted")
        .series(ok, "0+600x60")
        .at("1h")
        .no_alerts()
        .gives(1, {"job": "demo-api"}, record=budget)
        .gives(0, {"job": "demo-api"}, record="slo:burn_rate:current"),
        RuleTest(slo, "has no ratio, and no alert, without traffic")
        .series(ok, "600x60")
        .series(failed, "5x60")
        .at("1h")
        .no_alerts()
        .gives_nothing(record="slo:error_ratio:rate1h")
        .gives_nothing(record=budget),
        RuleTest(slo, "stays silent when one of ten requests an hour fails")
        .series(ok, "0+0.15x120")
        .series(failed, "0+0.0166x120")
        .at("2h")
        .no_alerts(),
        RuleTest(slo, "goes below zero when the budget is overspent")
        .series(ok, "0+998x60")
        .series(failed, "0+2x60")
        .at("1h")
        .fires({"long": "3d"})
        .gives(-1, {"slo": "errors"}, record=budget),
    ]


def latency(env: Environment) -> Definitions:
    """Requests are answered within 500 ms."""
    slo = SLO(
        "latency",
        objective="95",
        period=_PERIOD,
        sli=Latency(histogram=REQUEST_DURATIONS, threshold="0.5", by=["job"]),
        min_events=_ENOUGH,
        runbook="SLOBudgetBurn.md",
        panel=_dashboard.panel("Burn rate"),
        urls=base_urls(env),
    )
    histogram = "http_request_duration_seconds"
    fast = f'{histogram}_bucket{{job="nest-api", le="0.5"}}'
    count = f'{histogram}_count{{job="nest-api"}}'
    return [
        slo,
        RuleTest(slo, "pages when nearly every request is slow")
        .series(count, "0+600x75")
        .series(fast, "0+600x20 12000+60x54")
        .at("20m")
        .no_alerts()
        .at("1h15m")
        .fires({"job": "nest-api", "severity": "page", "long": "1h"})
        .fires({"long": "6h"})
        .fires({"long": "1d"})
        .fires({"long": "3d"}),
        RuleTest(slo, "stays silent while 96 % are fast")
        .series(count, "0+600x60")
        .series(fast, "0+576x60")
        .at("1h")
        .no_alerts()
        .gives(0.04, {"job": "nest-api"}, record="slo:error_ratio:rate1h"),
        RuleTest(slo, "claims nothing for a histogram without a bound of 0.5")
        .series(count, "0+600x60")
        .series(fast.replace("0.5", "0.25"), "0+600x60")
        .at("1h")
        .no_alerts()
        .gives_nothing({"slo": "latency"}, record="slo:error_ratio:rate1h"),
    ]
