"""System overview: is everything up, is anything full, does anyone notice?"""

from dashboards._common import (
    ANNOTATIONS,
    DOWN,
    FIRING,
    HITS,
    LINKS,
    PROMETHEUS,
    RESOLUTION,
    TAG,
    chart,
    error_share,
    failing,
    instances,
    latency,
    now,
    requests,
    services,
    share,
    slowness,
)
from obsdash.author import (
    AlertList,
    Dashboard,
    Prometheus,
    Row,
    Stat,
    StateTimeline,
    map_values,
    override,
    thresholds,
    to_alert,
    to_dashboard,
    units,
)

HOST = 'instance=~"$instance"'
DISKS = f'{HOST}, fstype!~"tmpfs|ramfs|overlay|squashfs|iso9660|fuse.*"'
NETWORK = f'{HOST}, device!~"lo|veth.*|docker.*|br-.*|cali.*|ifb.*"'
DEVICES = f'{HOST}, device!~"(zram|loop|ram).*"'

CPU = f'1 - avg(rate(node_cpu_seconds_total{{{HOST}, mode="idle"}}[$__rate_interval]))'
TOTAL = f"node_memory_MemTotal_bytes{{{HOST}}}"
AVAILABLE = f"node_memory_MemAvailable_bytes{{{HOST}}}"
MEMORY = f"1 - {AVAILABLE} / {TOTAL}"
DISK = f"1 - node_filesystem_avail_bytes{{{DISKS}}} / node_filesystem_size_bytes{{{DISKS}}}"
RECEIVED = f"rate(node_network_receive_bytes_total{{{NETWORK}}}[$__rate_interval])"
SENT = f"rate(node_network_transmit_bytes_total{{{NETWORK}}}[$__rate_interval])"
HITS_RATE = "rate(redis_keyspace_hits_total[$__rate_interval])"
MISSES_RATE = "rate(redis_keyspace_misses_total[$__rate_interval])"
BUSY = f"rate(node_disk_io_time_seconds_total{{{DEVICES}}}[$__rate_interval])"

to_api = to_dashboard(
    "api-performance", "API performance", variables={"job": "${__field.labels.job}"}
)
to_slo = to_dashboard("slo", "Objectives", variables={"job": "${__field.labels.job}"})

first_screen = [
    Stat(
        "Services down",
        now('count(up{job=~"$job"} == 0) or vector(0)'),
        description="Scrape targets that do not answer.",
        unit=units.SHORT,
        thresholds=DOWN,
        color_mode="background",
        links=[to_alert("ServiceDown")],
    ),
    Stat(
        "Alerts firing",
        Prometheus(f"count({FIRING}) or vector(0)"),
        description="All alerts that fire now, of every severity; the list is below.",
        unit=units.SHORT,
        thresholds=DOWN,
        color_mode="background",
    ),
    Stat(
        "Request rate",
        Prometheus(f"sum({requests()}) or vector(0)"),
        description="HTTP requests a second, all services together.",
        unit=units.REQUESTS_PER_SECOND,
        decimals=1,
        color="blue",
        links=[to_dashboard("api-performance", "API performance")],
    ),
    failing(error_share(by="")),
    slowness(latency(0.95, by="")),
    share("CPU", CPU, "Busy share of all cores of the chosen hosts."),
    share(
        "Memory", f"max({MEMORY})", "The fullest host; caches that can be dropped count as free."
    ),
    share("Fullest disk", f"max({DISK})", "The fullest file system of the chosen hosts."),
]

availability = [
    StateTimeline(
        "Services up and down",
        Prometheus('min by (job) (up{job=~"$job"})', "{{job}}"),
        description="A service is down while one of its targets does not answer Prometheus.",
        mappings=[map_values({0: ("down", "red"), 1: ("up", "green")})],
        thresholds=thresholds("red", (1, "green")),
        legend="hidden",
        show_value="never",
        width=16,
        links=[to_alert("ServiceDown")],
        data_links=[to_slo],
    ),
    AlertList(
        "Active alerts",
        description="Firing and pending alerts, the newest first.",
    ),
]

traffic = [
    chart(
        "Request rate by service",
        Prometheus(requests(), "{{job}}"),
        description="HTTP requests a second. Click a line for the service's own dashboard.",
        unit=units.REQUESTS_PER_SECOND,
        data_links=[to_api],
    ),
    chart(
        "Response time p95 by service",
        Prometheus(latency(0.95), "{{job}}"),
        description="95 of 100 requests are answered faster. The line is the objective, 500 ms.",
        unit=units.SECONDS,
        limit=0.5,
        data_links=[to_api],
        links=[to_alert("HighLatency")],
    ),
    chart(
        "Error share by service",
        Prometheus(error_share(), "{{job}}"),
        description="Share of the requests answered with 5xx. The alert fires above 1 %.",
        unit=units.PERCENT_UNIT,
        limit=0.01,
        soft_max=0.01,
        data_links=[to_api],
        links=[to_alert("HighErrorRate")],
    ),
]

host = [
    [
        chart(
            "CPU by mode",
            Prometheus(
                f'sum by (mode) (rate(node_cpu_seconds_total{{{HOST}, mode!="idle"}}'
                "[$__rate_interval])) / scalar(count("
                f'node_cpu_seconds_total{{{HOST}, mode="idle"}}))',
                "{{mode}}",
            ),
            description="Share of all cores. `iowait` waits for disks, `steal` for the hypervisor.",
            unit=units.PERCENT_UNIT,
            stack="normal",
            fill=30,
            max=1,
            links=[to_alert("HostHighCPU")],
        ),
        chart(
            "Memory use",
            [
                Prometheus(f"{TOTAL} - {AVAILABLE}", "used {{instance}}"),
                Prometheus(TOTAL, "total {{instance}}"),
            ],
            description="Used is what programs need; caches that can be dropped count as free.",
            unit=units.BYTES,
            overrides=[override(by_regex="/^total/", color="text", fillOpacity=0)],
            links=[to_alert("HostHighMemory")],
        ),
        chart(
            "Load and cores",
            [
                Prometheus(f"node_load1{{{HOST}}}", "1 min {{instance}}"),
                Prometheus(f"node_load5{{{HOST}}}", "5 min {{instance}}"),
                Prometheus(f"node_load15{{{HOST}}}", "15 min {{instance}}"),
                Prometheus(
                    f'count by (instance) (node_cpu_seconds_total{{{HOST}, mode="idle"}})',
                    "cores {{instance}}",
                ),
            ],
            description="Programs that run or wait to run. Above the number of cores they queue.",
            unit=units.SHORT,
            overrides=[override(by_regex="/^cores/", color="text", fillOpacity=0)],
        ),
    ],
    [
        chart(
            "Disk use",
            Prometheus(f"max by (instance, mountpoint) ({DISK})", "{{instance}} {{mountpoint}}"),
            description="Used share of each file system, and where it is heading.",
            unit=units.PERCENT_UNIT,
            max=1,
            limit=0.85,
            links=[to_alert("HostDisk", "Disk alerts")],
        ),
        chart(
            "Network I/O",
            [
                Prometheus(f"sum by (instance) ({RECEIVED})", "in {{instance}}"),
                Prometheus(f"-sum by (instance) ({SENT})", "out {{instance}}"),
            ],
            description="Bytes a second, received above and sent below zero.",
            unit=units.BYTES_PER_SECOND,
            min=None,
        ),
        chart(
            "Disk busy",
            Prometheus(BUSY, "{{instance}} {{device}}"),
            description="Share of the time in which a disk had work.",
            unit=units.PERCENT_UNIT,
            max=1,
        ),
    ],
]

redis = [
    [
        Stat(
            "Redis",
            now("min(redis_up)"),
            description="Whether the exporter reaches Redis.",
            mappings=[map_values({0: ("down", "red"), 1: ("up", "green")})],
            thresholds=thresholds("red", (1, "green")),
            color_mode="background",
            links=[to_alert("RedisConnectionFailed")],
        ),
        share(
            "Redis memory",
            "max(redis_memory_used_bytes / (redis_memory_max_bytes > 0))",
            "Used share of `maxmemory`; without a limit there is no share.",
            no_value="no limit",
            links=[to_alert("RedisHighMemory")],
        ),
        share(
            "Redis hit ratio",
            f"sum({HITS_RATE}) / (sum({HITS_RATE} + {MISSES_RATE}) > 0)",
            "Look-ups that found their key.",
            HITS,
            no_value="no look-ups",
        ),
        Stat(
            "Redis keys",
            now("sum(redis_db_keys)"),
            description="Keys in all databases.",
            unit=units.SHORT,
            color="blue",
        ),
    ],
    [
        chart(
            "Redis memory use",
            [
                Prometheus("redis_memory_used_bytes", "used {{instance}}"),
                Prometheus("redis_memory_max_bytes > 0", "maximum {{instance}}"),
            ],
            description="At the maximum Redis evicts keys, or refuses writes.",
            unit=units.BYTES,
            overrides=[override(by_regex="/^maximum/", color="red", fillOpacity=0)],
            links=[to_alert("RedisHighMemory")],
        ),
        chart(
            "Redis commands",
            Prometheus("sum by (cmd) (rate(redis_commands_total[$__rate_interval]))", "{{cmd}}"),
            description="Commands a second.",
            unit=units.OPERATIONS_PER_SECOND,
            stack="normal",
        ),
        chart(
            "Redis clients",
            Prometheus("redis_connected_clients", "{{instance}}"),
            description="Open client connections.",
            unit=units.SHORT,
        ),
        chart(
            "Redis evictions",
            Prometheus("rate(redis_evicted_keys_total[$__rate_interval])", "{{instance}}"),
            description="Keys thrown out for want of memory; a cache may, a store must not.",
            unit=units.OPERATIONS_PER_SECOND,
        ),
    ],
]

backends = [
    chart(
        "JVM heap use",
        Prometheus(
            'sum by (job, instance) (jvm_memory_used_bytes{area="heap"}) / '
            'sum by (job, instance) (jvm_memory_max_bytes{area="heap"} > 0)',
            "{{job}} {{instance}}",
        ),
        description="Used share of the heap; pools without a maximum (-1) are left out of it.",
        unit=units.PERCENT_UNIT,
        max=1,
        limit=0.8,
        links=[to_alert("JVMHeapHigh")],
    ),
    chart(
        "MySQL slow queries",
        Prometheus("60 * rate(mysql_global_status_slow_queries[$__rate_interval])", "{{instance}}"),
        description="Slow queries a minute. The alert fires above 10.",
        unit=units.SHORT,
        soft_max=10,
        limit=10,
        links=[to_alert("MySQLSlowQueries")],
    ),
    chart(
        "MySQL connections",
        [
            Prometheus("mysql_global_status_threads_connected", "open {{instance}}"),
            Prometheus("mysql_global_variables_max_connections", "limit {{instance}}"),
        ],
        description="Open connections, and how many the server allows.",
        unit=units.SHORT,
        overrides=[override(by_regex="/^limit/", color="red", fillOpacity=0)],
    ),
]

dashboard = Dashboard(
    "System overview",
    uid="system-overview",
    description="Is everything up, is anything full, does anyone notice?",
    tags=[TAG, "system"],
    time=("now-1h", "now"),
    variables=[
        PROMETHEUS,
        services("up"),
        instances("node_uname_info", label="Host"),
        RESOLUTION,
    ],
    links=LINKS,
    annotations=ANNOTATIONS,
    panels=[
        first_screen,
        Row("Availability", availability, height=9),
        Row("Traffic", traffic),
        Row("Hosts", host),
        Row("Redis", redis),
        Row("JVM and MySQL", backends),
    ],
)
