"""Tables that people send and take away."""
