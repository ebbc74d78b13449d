"""
What operators see: the log and the metrics.

    logs.py             the log, for people or as JSON;  floods.py: how much of a kind
    printed.py          what is printed, as lines of the log
    counts.py           what was opened, closed, refused;  histogram.py: how long it took
    metrics.py          those numbers, for Prometheus (room_metrics.py: and those of rooms)
    metrics_address.py  where `--metrics` listens, and whether it may
"""
