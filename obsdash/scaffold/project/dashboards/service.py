"""One service at a glance: is it up, how much does it do."""

from obsdash.author import (
    Dashboard,
    DatasourceVariable,
    LabelVariable,
    Prometheus,
    Row,
    Stat,
    TimeSeries,
    thresholds,
    units,
)

dashboard = Dashboard(
    "Service",
    uid="service",
    description="Is it up, and how much does it do?",
    variables=[
        DatasourceVariable(),
        LabelVariable("job", "up", label="Job"),
    ],
    panels=[
        Row(
            "Health",
            [
                Stat(
                    "Instances up",
                    [Prometheus('avg(up{job="$job"})')],
                    description="Share of the instances that answer their scrape.",
                    unit=units.PERCENT_UNIT,
                    thresholds=thresholds("red", (0.5, "orange"), (1, "green")),
                    width=6,
                ),
                TimeSeries(
                    "Memory",
                    [Prometheus('process_resident_memory_bytes{job="$job"}', "{{instance}}")],
                    description="Resident memory of each instance.",
                    unit=units.BYTES,
                    width=18,
                ),
            ],
        ),
    ],
)
