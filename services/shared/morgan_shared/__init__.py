"""The code that the five services share."""
