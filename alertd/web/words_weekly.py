"""Words of the page of the weekly summary."""

WORDS: dict[str, tuple[str, str, str]] = {
    "weekly.title": ("Resumen de la semana", "Resumo da semana", "Summary of the week"),
    "weekly.intro": (
        "Un correo por semana: qué comprar, qué se agotó y cuánto costó, qué quedó sin documento y qué contar.",
        "Um e-mail por semana: o que comprar, o que zerou e quanto custou, o que ficou sem documento e o que contar.",
        "One mail a week: what to buy, what ran out and what it cost, what has no document and what to count.",
    ),
    "weekly.text": (
        "Llega a la hora de cada tienda, en el idioma del canal, con las listas completas adjuntas si es un correo.",
        "Chega na hora de cada loja, no idioma do canal, com as listas completas anexas se for e-mail.",
        "It comes at the hour of each shop, in the channel's language, with the whole lists attached to a mail.",
    ),
    "weekly.day": ("Día", "Dia", "Day"),
    "weekly.time": ("Hora", "Hora", "Hour"),
    "weekly.day.0": ("Lunes", "Segunda-feira", "Monday"),
    "weekly.day.1": ("Martes", "Terça-feira", "Tuesday"),
    "weekly.day.2": ("Miércoles", "Quarta-feira", "Wednesday"),
    "weekly.day.3": ("Jueves", "Quinta-feira", "Thursday"),
    "weekly.day.4": ("Viernes", "Sexta-feira", "Friday"),
    "weekly.day.5": ("Sábado", "Sábado", "Saturday"),
    "weekly.day.6": ("Domingo", "Domingo", "Sunday"),
    "weekly.on": ("Enviar", "Enviar", "Send it"),
    "weekly.change": ("Cambiar", "Mudar", "Change"),
    "weekly.off": ("No enviar", "Não enviar", "Stop"),
    "weekly.none": ("No se envía", "Não é enviado", "Not sent"),
    "weekly.state_on": ("Se envía", "É enviado", "Sent"),
    "weekly.is_set": (
        "{name} recibirá el resumen de la semana.", "{name} receberá o resumo da semana.",
        "{name} will get the summary of the week.",
    ),
    "weekly.is_off": (
        "{name} ya no recibe el resumen.", "{name} não recebe mais o resumo.", "{name} gets no summary any more.",
    ),
    "weekly.bad_time": (
        "Elija un día y una hora como 07:00.", "Escolha um dia e uma hora como 07:00.",
        "Choose a day and an hour such as 07:00.",
    ),
}  # fmt: skip
