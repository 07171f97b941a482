"""Words that differ where a system keeps no products of a shop; `words` puts all of them together, `saying` picks."""

WORDS: dict[str, tuple[str, str, str]] = {
    "goods.epi": ("EPI", "EPI", "Protective equipment"),
    "goods.reward": ("Recompensa", "Recompensa", "Reward"),
    "source.products.epi#": (
        "{count} EPI|{count} EPI",
        "{count} EPI|{count} EPIs",
        "{count} protective item|{count} protective items",
    ),
    "source.products.reward#": (
        "{count} recompensa|{count} recompensas",
        "{count} recompensa|{count} recompensas",
        "{count} reward|{count} rewards",
    ),
    "source.products.epi": ("EPI", "EPIs", "Protective equipment"),
    "source.products.reward": ("Recompensas", "Recompensas", "Rewards"),
    "alert.see_product.epi": ("Ver el EPI", "Ver o EPI", "See the protective equipment"),
    "alert.see_product.reward": ("Ver la recompensa", "Ver a recompensa", "See the reward"),
    "connect.matches.epi#": (
        "Coincide con {count} EPI ahora|Coincide con {count} EPI ahora",
        "Coincide com {count} EPI agora|Coincide com {count} EPIs agora",
        "Matches {count} protective item now|Matches {count} protective items now",
    ),
    "connect.matches.reward#": (
        "Coincide con {count} recompensa ahora|Coincide con {count} recompensas ahora",
        "Coincide com {count} recompensa agora|Coincide com {count} recompensas agora",
        "Matches {count} reward now|Matches {count} rewards now",
    ),
}
