"""The evaluation suite: what a station is, the registry of stations, the runner, the gate, the comparison and the report."""
