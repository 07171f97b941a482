"""The family of pages about rules, put together: the list, one rule, the form, the replay."""

from . import rules_edit, rules_list, rules_one, rules_trial
from .rules_room import pages

__all__ = ["pages", "rules_edit", "rules_list", "rules_one", "rules_trial"]
