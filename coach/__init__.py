"""Conversation Coach: word-for-word lines for hard conversations about opioids, found and adapted from a library of scripts.

    from coach import Coach
    advice = Coach.open().advise("new to me, ten years on oxycodone, furious when I brought up cutting down")

Importing this loads no model, index or web library; `Coach.open()` does.
"""

from coach.advise.advice import Advice, SearchResult
from coach.coach import Coach
from coach.errors import CoachError
from coach.library.script import Script

__version__ = "0.1.0"
__all__ = ["Advice", "Coach", "CoachError", "Script", "SearchResult", "__version__"]
