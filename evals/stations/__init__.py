"""One file a station: what it asks, its cases, its metrics and its figures. A file that defines STATION is found by the registry; nothing else to do."""
