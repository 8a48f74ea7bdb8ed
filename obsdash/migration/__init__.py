"""What Grafana makes of a dashboard of an older schema when it opens it."""
