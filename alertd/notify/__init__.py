"""Telling people: what a message says (`content`), its words (`render`), the services
(`channels`), the sending (`worker`).

Nothing here decides whether somebody should be told; that was decided when the message was put in the outbox.
"""
