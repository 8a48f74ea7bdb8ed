"""The demo workload: applications that do not exist, with metrics, logs and traces that do."""
