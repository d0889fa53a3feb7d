"""What is measured, against what limit: `python -m bench` prints JSON and keeps it under docs/reports/bench.json."""
