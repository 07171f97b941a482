"""The life of an alert: pending, firing, resolved. Values in, a decision out; no clock, no database, no network."""
