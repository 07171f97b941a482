"""Who may pass each address: the table that the walk of `test_map` holds every address to.

A page that is new is written down here, by whoever made it, with the door that was meant for it.
"""

TABLE = {
    # Who has not signed in, too.
    "anybody": """
        api.openapi health.healthz health.readyz session.choose_language session.login
        session.make_administrator session.setup session.sign_in static
    """,
    # What is brought is judged, not who brings it: the link of a message, the signature of a webhook.
    "carried": """
        hooks.smartepi links.act links.see
    """,
    # A token, or this machine.
    "metrics": """
        metrics.show
    """,
    # Leads to sign in whoever comes: that is what it is for.
    "leaving": """
        session.sign_out
    """,
    # Everybody who is signed in: to look, and what concerns nobody else.
    "viewer": """
        account.change_password account.more account.show account.sign_out_everywhere alerts.index
        alerts.one buying.file buying.index buying.terms buying.text channels.index count.index
        count.sheet knowledge.index messages.index messages.one overview.show overview.trend
        products.choose_columns products.export products.history products.index products.one
        reconcile.download reconcile.index reconcile.one returns.download returns.index returns.one
        rules.edit rules.index rules.matches rules.new rules.one rules.suggest rules.trial rules.version
        silences.index sources.index sources.one systems.consumption systems.counts
        systems.incomplete systems.webhooks typed.index weekly.index
    """,
    # To change what the shop lives by.
    "editor": """
        acting.act buying.cancel buying.forget buying.ordered buying.say channels.test count.enter
        hours.put knowledge.forget knowledge.limit messages.retry messages.retry_all reconcile.answer
        rules.begin_trial rules.draft rules.merge rules.remove rules.review rules.run_tests rules.save
        rules.stop_trial rules.switch silences.add silences.end sources.judge sources.poll sources.test
        systems.book_counts systems.take_counts systems.upload_counts tables.replace typed.add
        typed.book typed.remove typed.upload weekly.change
    """,
    # People, keys, what is connected.
    "admin": """
        audit.index channels.add channels.new channels.remove connect.add_shop connect.channels
        connect.choose_rules connect.demo connect.found connect.read_again connect.reading connect.rules
        connect.shop hours.beat sources.remove systems.change_secret systems.pin_scheme tables.begin
        tables.columns tables.fetch tables.reopen tables.settle tokens.add tokens.index tokens.remove
        users.add users.change_password users.change_role users.index users.remove
    """,
    # A token.
    "read": """
        api.check_rules api.get_alert api.get_rule api.get_source api.list_alerts api.list_history
        api.list_rules api.list_silences api.list_sources api.list_stock api.preview_rule
        api.show_reconciliation
    """,
    # A token that may write.
    "write": """
        api.acknowledge_alert api.add_silence api.end_silence api.order_alert api.put_rule
        api.remove_rule api.snooze_alert api.wake_alert
    """,
}
DOOR_OF = {name: door for door, names in TABLE.items() for name in names.split()}
