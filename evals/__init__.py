"""How fast and how good it is: benchmarks and evaluations. Not part of the installed package."""
