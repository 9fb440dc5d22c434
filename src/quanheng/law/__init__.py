"""The law as data and the small code that reads it: calendars, terms, identity codes. Reads no clock, knows no framework."""
