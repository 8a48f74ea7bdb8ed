"""The posed applications: each turns the same traffic into the metrics of its own framework."""
