"""Alerts on the machines: processor, memory, disks."""

from alerts._common import base_urls
from dashboards import system_overview
from obsdash.author import Alert, Environment, RuleGroup, RuleTest, label, value

# What is mounted read-only, in memory, or by a container engine is full by design.
_REAL = 'fstype!~"tmpfs|ramfs|overlay|squashfs|iso9660|erofs|fuse.*"'
_FREE = f"""
    node_filesystem_avail_bytes{{{_REAL}}} / (node_filesystem_size_bytes{{{_REAL}}} > 0)
"""
_WRITABLE = f"and on (instance, device, mountpoint) node_filesystem_readonly{{{_REAL}}} == 0"
_DISK = f"{label('mountpoint')} on {label('instance')}"

HOST_HIGH_CPU = Alert(
    "HostHighCPU",
    expr='1 - avg by (job, instance) (rate(node_cpu_seconds_total{mode="idle"}[5m])) > 0.9',
    for_="15m",
    severity="warning",
    summary=f"{label('instance')} is out of processor time",
    description=f"{value('humanizePercentage')} of the processor time was in use for 15 minutes.",
    runbook="HostHighCPU.md",
    panel=system_overview.dashboard.panel("CPU by mode"),
)

HOST_HIGH_MEMORY = Alert(
    "HostHighMemory",
    expr="1 - node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes > 0.9",
    for_="10m",
    severity="warning",
    summary=f"{label('instance')} is low on memory",
    description=f"{value('humanizePercentage')} of the memory is in use, caches not counted.",
    runbook="HostHighMemory.md",
    panel=system_overview.dashboard.panel("Memory use"),
)

HOST_DISK_LOW = Alert(
    "HostDiskLow",
    expr=f"{_FREE} < 0.15 {_WRITABLE}",
    for_="15m",
    severity="warning",
    summary=f"{_DISK} is filling up",
    description=f"{value('humanizePercentage')} of {label('device')} is free.",
    runbook="HostDiskLow.md",
    panel=system_overview.dashboard.panel("Disk use"),
)

HOST_DISK_FULL = Alert(
    "HostDiskFull",
    expr=f"{_FREE} < 0.05 {_WRITABLE}",
    for_="5m",
    severity="critical",
    summary=f"{_DISK} is nearly full",
    description=f"Only {value('humanizePercentage')} of {label('device')} is free.",
    runbook="HostDiskLow.md",
    panel=system_overview.dashboard.panel("Disk use"),
)

# A straight line through the last six hours; a disk that is mostly empty is no trouble tomorrow.
HOST_DISK_FULL_SOON = Alert(
    "HostDiskFullSoon",
    expr=f"""
        predict_linear(node_filesystem_avail_bytes{{{_REAL}}}[6h], 24 * 3600) < 0
        and {_FREE} < 0.4
        {_WRITABLE}
    """,
    for_="1h",
    severity="warning",
    summary=f"{_DISK} will be full within a day",
    description=f"At the rate of the last six hours {label('device')} has no space left in a day.",
    runbook="HostDiskLow.md",
    panel=system_overview.dashboard.panel("Disk use"),
)


def rules(env: Environment) -> RuleGroup:
    """Alerts on the machines."""
    return RuleGroup(
        "hosts",
        [HOST_HIGH_CPU, HOST_HIGH_MEMORY, HOST_DISK_LOW, HOST_DISK_FULL, HOST_DISK_FULL_SOON],
        urls=base_urls(env),
    )


_HOST = 'job="node", instance="host:9100"'


def _disk(
    alert: Alert, name: str, free: str, *, fstype: str = "ext4", readonly: str = "0"
) -> RuleTest:
    """Return a test with a disk of 100 bytes."""
    of = f'{{{_HOST}, device="/dev/sda1", mountpoint="/", fstype="{fstype}"}}'
    return (
        RuleTest(alert, name, interval="5m")
        .series(f"node_filesystem_avail_bytes{of}", free)
        .series(f"node_filesystem_size_bytes{of}", "100x200")
        .series(f"node_filesystem_readonly{of}", f"{readonly}x200")
    )


tests = [
    RuleTest(HOST_HIGH_CPU, "fires when two processors together have been 92.5 % busy")
    .series(f'node_cpu_seconds_total{{{_HOST}, cpu="0", mode="idle"}}', "0x60")
    .series(f'node_cpu_seconds_total{{{_HOST}, cpu="1", mode="idle"}}', "0+9x60")
    .at("10m")
    .no_alerts()
    .at("30m")
    .fires({"instance": "host:9100", "severity": "warning"}),
    RuleTest(HOST_HIGH_CPU, "stays silent when only one of two is busy")
    .series(f'node_cpu_seconds_total{{{_HOST}, cpu="0", mode="idle"}}', "0x60")
    .series(f'node_cpu_seconds_total{{{_HOST}, cpu="1", mode="idle"}}', "0+60x60")
    .at("40m")
    .no_alerts(),
    RuleTest(HOST_HIGH_MEMORY, "fires above 90 %")
    .series(f"node_memory_MemAvailable_bytes{{{_HOST}}}", "5x40")
    .series(f"node_memory_MemTotal_bytes{{{_HOST}}}", "100x40")
    .at("5m")
    .no_alerts()
    .at("20m")
    .fires({"instance": "host:9100"}),
    RuleTest(HOST_HIGH_MEMORY, "stays silent at 80 %")
    .series(f"node_memory_MemAvailable_bytes{{{_HOST}}}", "20x40")
    .series(f"node_memory_MemTotal_bytes{{{_HOST}}}", "100x40")
    .at("30m")
    .no_alerts(),
    _disk(HOST_DISK_LOW, "fires below 15 % free", "10x60")
    .at("10m")
    .no_alerts()
    .at("30m")
    .fires(
        {"instance": "host:9100", "mountpoint": "/"}, {"summary": "/ on host:9100 is filling up"}
    ),
    _disk(HOST_DISK_LOW, "stays silent at 20 % free", "20x60").at("2h").no_alerts(),
    _disk(HOST_DISK_LOW, "stays silent on what is mounted read-only", "0x60", readonly="1")
    .at("2h")
    .no_alerts(),
    _disk(HOST_DISK_LOW, "stays silent on a file system in memory", "0x60", fstype="tmpfs")
    .at("2h")
    .no_alerts(),
    _disk(HOST_DISK_FULL, "fires below 5 % free", "3x60").at("20m").fires({"severity": "critical"}),
    _disk(HOST_DISK_FULL, "stays silent at 10 % free", "10x60").at("2h").no_alerts(),
    _disk(HOST_DISK_FULL_SOON, "fires when 2 % an hour leave less than a day", "50-0.1666x180")
    .at("6h")
    .no_alerts()
    .at("10h")
    .fires({"mountpoint": "/"}),
    _disk(HOST_DISK_FULL_SOON, "stays silent when nothing more is written", "30x180")
    .at("10h")
    .no_alerts(),
    _disk(HOST_DISK_FULL_SOON, "stays silent while most of the disk is free", "95-0.4x100")
    .at("8h")
    .no_alerts(),
]
