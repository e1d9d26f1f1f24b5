"""How well an answer fits the patient it is about: lines of the first card that carry something of them, and whether a clinician would say them so."""
