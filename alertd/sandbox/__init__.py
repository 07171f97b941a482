"""Stand-in upstream systems for the demo, the benchmarks and the tests.

They are written from the published contracts and from recorded answers, never from alertd's own clients: a client and
a stand-in that share code would share their mistakes. Nothing outside this package imports it, save the command line.
"""
