"""Voice activity detection: finds the speech in a recording."""
