"""Alerts on the runtimes that the services live in."""

from alerts._common import base_urls
from dashboards import system_overview
from obsdash.author import Alert, Environment, RuleGroup, RuleTest, label, value

# G1 reports a maximum of -1 ("none") for Eden and Survivor: only what is above 0 counts. The names
# are Micrometer's; the OpenTelemetry agent calls the same jvm_memory_limit_bytes, without `area`.
JVM_HEAP_HIGH = Alert(
    "JVMHeapHigh",
    expr="""
        sum by (job, instance) (jvm_memory_used_bytes{area="heap"})
          / sum by (job, instance) (jvm_memory_max_bytes{area="heap"} > 0)
        > 0.8
    """,
    for_="5m",  # longer than the garbage collector lets a heap fill up
    severity="warning",
    summary=f"{label('job')} on {label('instance')} runs out of heap",
    description=f"{value('humanizePercentage')} of the maximum heap has been in use for five"
    " minutes; the collector does not get it down.",
    runbook="JVMHeapHigh.md",
    panel=system_overview.dashboard.panel("JVM heap use"),
)


def rules(env: Environment) -> RuleGroup:
    """Alerts on the runtimes."""
    return RuleGroup("runtimes", [JVM_HEAP_HIGH], urls=base_urls(env))


def _heap(metric: str, pool: str) -> str:
    return f'jvm_memory_{metric}_bytes{{job="fluxpay", instance="a", area="heap", id="G1 {pool}"}}'


def _jvm(name: str, old_gen: str, maximum: str) -> RuleTest:
    """Return a test with the pools of a JVM that runs G1."""
    return (
        RuleTest(JVM_HEAP_HIGH, name)
        .series(_heap("used", "Eden Space"), "10x30")
        .series(_heap("max", "Eden Space"), "-1x30")
        .series(_heap("used", "Old Gen"), old_gen)
        .series(_heap("max", "Old Gen"), maximum)
    )


tests = [
    _jvm("fires above 80 % of what the heap may grow to", "30x5 80x25", "100x30")
    .at("5m")
    .no_alerts()
    .at("15m")
    .fires(
        {"job": "fluxpay", "instance": "a", "severity": "warning"},
        {
            "description": "90% of the maximum heap has been in use for five minutes; the collector"
            " does not get it down."
        },
    ),
    _jvm("stays silent at half", "40x30", "100x30").at("20m").no_alerts(),
    _jvm("stays silent over a peak that the collector removes", "30x5 85x3 30x20", "100x30")
    .at("8m")
    .no_alerts()
    .at("15m")
    .no_alerts(),
    _jvm("stays silent where no pool has a maximum, which the JVM reports as -1", "80x30", "-1x30")
    .at("20m")
    .no_alerts(),
]
