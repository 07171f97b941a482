"""The command line: parse, call one function of a room, print. It decides nothing; nobody imports it."""
