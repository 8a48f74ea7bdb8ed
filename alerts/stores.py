"""Alerts on the stores behind the services: Redis and MySQL."""

from alerts._common import base_urls
from dashboards import system_overview
from obsdash.author import Alert, Environment, RuleGroup, RuleTest, label, value

# The exporter answers scrapes while Redis does not, so `up` stays 1: only redis_up tells.
REDIS_CONNECTION_FAILED = Alert(
    "RedisConnectionFailed",
    expr="redis_up == 0",
    for_="30s",
    severity="critical",
    summary=f"Redis on {label('instance')} cannot be reached",
    description="The exporter has had no connection to Redis for half a minute.",
    runbook="RedisConnectionFailed.md",
    panel=system_overview.dashboard.panel("Redis"),
)

# Without maxmemory Redis reports a maximum of 0, and used / 0 is infinite.
REDIS_HIGH_MEMORY = Alert(
    "RedisHighMemory",
    expr="redis_memory_used_bytes / (redis_memory_max_bytes > 0) > 0.8",
    for_="5m",
    severity="warning",
    summary=f"Redis on {label('instance')} is nearly full",
    description=f"{value('humanizePercentage')} of maxmemory is in use. At 100 % Redis evicts keys"
    " or refuses writes, as maxmemory-policy says.",
    runbook="RedisHighMemory.md",
    panel=system_overview.dashboard.panel("Redis memory use"),
)

MYSQL_SLOW_QUERIES = Alert(
    "MySQLSlowQueries",
    expr="increase(mysql_global_status_slow_queries[1m]) > 10",
    for_=None,
    keep_firing_for="5m",  # slow queries come in bursts
    severity="warning",
    summary=f"MySQL on {label('instance')} runs slow queries",
    description=f"{value('humanize')} queries of the last minute took longer than long_query_time.",
    runbook="MySQLSlowQueries.md",
    panel=system_overview.dashboard.panel("MySQL slow queries"),
)


def rules(env: Environment) -> RuleGroup:
    """Alerts on the stores."""
    return RuleGroup(
        "stores",
        [REDIS_CONNECTION_FAILED, REDIS_HIGH_MEMORY, MYSQL_SLOW_QUERIES],
        urls=base_urls(env),
    )


_REDIS = '{job="redis", instance="redis:6379"}'
_SLOW = 'mysql_global_status_slow_queries{job="mysql", instance="mysql:3306"}'

tests = [
    RuleTest(REDIS_CONNECTION_FAILED, "fires after half a minute", interval="15s")
    .series(f"redis_up{_REDIS}", "1x4 0x20")
    .at("1m")
    .no_alerts()
    .at("1m15s")
    .no_alerts()
    .at("2m")
    .fires({"instance": "redis:6379", "severity": "critical"}),
    RuleTest(REDIS_CONNECTION_FAILED, "stays silent over one lost connection", interval="15s")
    .series(f"redis_up{_REDIS}", "1x4 0 1x20")
    .at("1m15s")
    .no_alerts()
    .at("3m")
    .no_alerts(),
    RuleTest(REDIS_HIGH_MEMORY, "fires above 80 % of maxmemory")
    .series(f"redis_memory_used_bytes{_REDIS}", "30x5 60x20")
    .series(f"redis_memory_max_bytes{_REDIS}", "64x25")
    .at("5m")
    .no_alerts()
    .at("15m")
    .fires({"instance": "redis:6379", "severity": "warning"}),
    RuleTest(REDIS_HIGH_MEMORY, "stays silent where no maximum is set, which Redis reports as 0")
    .series(f"redis_memory_used_bytes{_REDIS}", "60x25")
    .series(f"redis_memory_max_bytes{_REDIS}", "0x25")
    .at("20m")
    .no_alerts(),
    RuleTest(MYSQL_SLOW_QUERIES, "fires at 60 a minute and stays for five more", interval="15s")
    .series(_SLOW, "0x8 0+15x12 180x40")
    .at("2m")
    .no_alerts()
    .at("4m")
    .fires({"instance": "mysql:3306", "severity": "warning"})
    .at("9m")
    .fires({"instance": "mysql:3306"})
    .at("12m")
    .no_alerts(),
    RuleTest(MYSQL_SLOW_QUERIES, "stays silent at eight a minute", interval="15s")
    .series(_SLOW, "0+2x60")
    .at("10m")
    .no_alerts(),
]
