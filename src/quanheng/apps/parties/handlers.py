"""Handlers of events from earlier apps; there are none yet."""
