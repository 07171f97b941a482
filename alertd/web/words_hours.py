"""Words of the form that says when a shop is closed; `words` puts all of them together."""

WORDS: dict[str, tuple[str, str, str]] = {
    "hours.title": ("Días cerrados", "Dias fechados", "Closed days"),
    "hours.intro": (
        "En un día cerrado solo se avisa lo crítico; lo demás y el resumen esperan al siguiente día abierto.",
        "Em um dia fechado só se avisa o que é crítico; o resto e o resumo esperam o próximo dia aberto.",
        "On a closed day only what is critical is told; the rest and the digest wait for the next open day.",
    ),
    "hours.weekly": ("Cerrado cada semana", "Fechado toda semana", "Closed every week"),
    "hours.mon": ("lun", "seg", "Mon"),
    "hours.tue": ("mar", "ter", "Tue"),
    "hours.wed": ("mié", "qua", "Wed"),
    "hours.thu": ("jue", "qui", "Thu"),
    "hours.fri": ("vie", "sex", "Fri"),
    "hours.sat": ("sáb", "sáb", "Sat"),
    "hours.sun": ("dom", "dom", "Sun"),
    "hours.holidays": ("Feriados de", "Feriados de", "Public holidays of"),
    "hours.no_holidays": ("No se cierra en feriados", "Não fecha em feriados", "Open on public holidays"),
    "hours.dates": (
        "Otras fechas cerradas, separadas por espacios",
        "Outras datas fechadas, separadas por espaços",
        "Other closed dates, with spaces between",
    ),
    "hours.open": (
        "Fechas abiertas a pesar de todo",
        "Datas abertas apesar de tudo",
        "Dates open in spite of all that",
    ),
    "hours.keep": ("Guardar", "Salvar", "Save"),
    "hours.kept": ("Días cerrados guardados.", "Dias fechados salvos.", "Closed days saved."),
    "hours.bad": (
        "No se guardó: las fechas se escriben como 2026-12-24, y al menos un día de la semana debe quedar abierto.",
        "Não foi salvo: escreva as datas como 2026-12-24 e deixe pelo menos um dia da semana aberto.",
        "Not saved: write dates like 2026-12-24, and leave at least one day of the week open.",
    ),
    "hours.next": ("Próximos días cerrados", "Próximos dias fechados", "Next closed days"),
    "hours.own_date": ("fecha propia", "data própria", "your own date"),
    "hours.beat": ("Señal de vida", "Sinal de vida", "Heartbeat"),
    "hours.beat_text": (
        "Después de cada lectura sin fallos se llama a esta dirección. Un servicio que la espera avisa cuando deja de "
        "llegar. Vacío: no se llama.",
        "Depois de cada leitura sem falhas este endereço é chamado. Um serviço que o espera avisa quando não chega. "
        "Vazio: não é chamado.",
        "This address is called after each reading without a fault. A service that expects the call tells you when it "
        "stops. Empty: nobody is called.",
    ),
    "hours.beat_url": ("Dirección", "Endereço", "Address"),
    "hours.beat_kept": ("Señal de vida guardada.", "Sinal de vida salvo.", "Heartbeat saved."),
    "hours.beat_gone": ("Ya no se llama a nadie.", "Ninguém mais é chamado.", "Nobody is called any more."),
    "hours.beat_bad": (
        "No se guardó: escriba una dirección completa, como https://hc-ping.com/…, que no sea de la red del servidor.",
        "Não foi salvo: escreva um endereço completo, como https://hc-ping.com/…, fora da rede do servidor.",
        "Not saved: write a whole address, like https://hc-ping.com/…, outside the server's own network.",
    ),
}
