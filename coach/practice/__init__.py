"""Practice with a simulated patient. So far the rater: `coding` (a turn's codes), from `cues` (what can be counted) and `coder_weights` (what was learned)."""
