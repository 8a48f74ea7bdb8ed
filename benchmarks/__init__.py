"""What obsdash is fast at, as ratios measured in one run: `make bench`."""
