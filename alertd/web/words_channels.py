"""Words of the pages of the channels."""

WORDS: dict[str, tuple[str, str, str]] = {
    "channels.title": ("Canales", "Canais", "Channels"),
    "channels.intro": ("A dónde llegan los avisos.", "Aonde os avisos chegam.", "Where messages go."),
    "channels.none": ("Todavía no hay canales", "Ainda não há canais", "No channel yet"),
    "channels.none_text": (
        "Sin un canal, las alertas se ven en esta página pero no le llegan a nadie.",
        "Sem um canal, os alertas aparecem nesta página mas não chegam a ninguém.",
        "Without a channel, alerts show on this page but reach nobody.",
    ),
    "channels.add": ("Agregar un canal", "Adicionar um canal", "Add a channel"),
    "channel.slack": ("Slack", "Slack", "Slack"),
    "channel.mail": ("Correo", "E-mail", "E-mail"),
    "channel.telegram": ("Telegram", "Telegram", "Telegram"),
    "channel.other": ("Otro servicio", "Outro serviço", "Another service"),
    "channel.slack_about": (
        "Un mensaje en el canal de su equipo",
        "Uma mensagem no canal da equipe",
        "A message in your team's channel",
    ),
    "channel.mail_about": ("A una o varias direcciones", "Para um ou vários endereços", "To one or more addresses"),
    "channel.telegram_about": ("A un chat o un grupo", "Para um chat ou um grupo", "To a chat or a group"),
    "channel.other_about": (
        "WhatsApp, Teams, Discord, SMS y muchos más, con una dirección de Apprise",
        "WhatsApp, Teams, Discord, SMS e muitos outros, com um endereço do Apprise",
        "WhatsApp, Teams, Discord, SMS and many more, by an Apprise address",
    ),
    "channel.name": ("Nombre del canal", "Nome do canal", "Name of the channel"),
    "channel.name_hint": (
        "Con él lo eligen las reglas: compras, dueña, correo.",
        "Com ele as regras o escolhem: compras, dona, e-mail.",
        "Rules choose it by this name: buying, owner, mail.",
    ),
    "channel.language": ("Idioma de los mensajes", "Idioma das mensagens", "Language of the messages"),
    "channel.webhook": ("Enlace del webhook", "Link do webhook", "Webhook link"),
    "channel.webhook_hint": (
        "En Slack: Aplicaciones → Incoming Webhooks → Agregar a Slack, elija el canal y copie el enlace. "
        "Empieza con https://hooks.slack.com/services/",
        "No Slack: Apps → Incoming Webhooks → Adicionar ao Slack, escolha o canal e copie o link. "
        "Começa com https://hooks.slack.com/services/",
        "In Slack: Apps → Incoming Webhooks → Add to Slack, choose the channel and copy the link. "
        "It begins with https://hooks.slack.com/services/",
    ),
    "channel.bad_webhook": (
        "Ese no es el enlace completo. Cópielo de Slack: https://hooks.slack.com/services/T…/B…/…",
        "Esse não é o link completo. Copie do Slack: https://hooks.slack.com/services/T…/B…/…",
        "That is not the whole link. Copy it from Slack: https://hooks.slack.com/services/T…/B…/…",
    ),
    "channel.preset": ("Servicio de correo", "Serviço de e-mail", "Mail service"),
    "channel.preset.gmail": ("Gmail", "Gmail", "Gmail"),
    "channel.preset.outlook": ("Outlook", "Outlook", "Outlook"),
    "channel.preset.own": ("Otro servidor", "Outro servidor", "Another server"),
    "channel.preset_hint.gmail": (
        "Gmail pide una contraseña de aplicación: Cuenta de Google → Seguridad → Contraseñas de aplicaciones.",
        "O Gmail pede uma senha de app: Conta do Google → Segurança → Senhas de app.",
        "Gmail asks for an app password: Google Account → Security → App passwords.",
    ),
    "channel.preset_hint.outlook": (
        "Outlook puede pedir una contraseña de aplicación: Cuenta de Microsoft → Seguridad.",
        "O Outlook pode pedir uma senha de app: Conta da Microsoft → Segurança.",
        "Outlook may ask for an app password: Microsoft account → Security.",
    ),
    "channel.preset_hint.own": (
        "Los datos los da quien administra su correo.",
        "Os dados são de quem administra seu e-mail.",
        "Whoever runs your mail knows these.",
    ),
    "channel.host": ("Servidor", "Servidor", "Server"),
    "channel.port": ("Puerto", "Porta", "Port"),
    "channel.security": ("Seguridad", "Segurança", "Security"),
    "channel.security.starttls": (
        "STARTTLS (lo más común, 587)",
        "STARTTLS (o mais comum, 587)",
        "STARTTLS (most common, 587)",
    ),
    "channel.security.ssl": ("TLS desde el inicio (465)", "TLS desde o início (465)", "TLS from the start (465)"),
    "channel.security.none": ("Ninguna", "Nenhuma", "None"),
    "channel.user": ("Usuario", "Usuário", "User"),
    "channel.password": ("Contraseña", "Senha", "Password"),
    "channel.from": ("Remitente", "Remetente", "Sender"),
    "channel.from_hint": (
        "Déjelo vacío para usar el usuario.",
        "Deixe vazio para usar o usuário.",
        "Leave it empty to use the user.",
    ),
    "channel.to": ("Destinatarios", "Destinatários", "Recipients"),
    "channel.to_hint": (
        "Varias direcciones, separadas por comas.",
        "Vários endereços, separados por vírgulas.",
        "Several addresses, separated by commas.",
    ),
    "channel.bad_host": (
        "Escriba el nombre del servidor, como smtp.ejemplo.com.",
        "Escreva o nome do servidor, como smtp.exemplo.com.",
        "Write the server's name, like smtp.example.com.",
    ),
    "channel.bad_port": (
        "Un número de 1 a 65535; casi siempre 587 o 465.",
        "Um número de 1 a 65535; quase sempre 587 ou 465.",
        "A number from 1 to 65535; nearly always 587 or 465.",
    ),
    "channel.bad_to": (
        "Escriba al menos una dirección de correo completa.",
        "Escreva ao menos um endereço de e-mail completo.",
        "Write at least one whole mail address.",
    ),
    "channel.bad_from": (
        "Escriba la dirección de correo de la que salen los avisos.",
        "Escreva o endereço de e-mail de onde saem os avisos.",
        "Write the mail address the messages come from.",
    ),
    "channel.no_password": (
        "Escriba la contraseña otra vez.",
        "Escreva a senha outra vez.",
        "Write the password again.",
    ),
    "channel.token": ("Clave del bot", "Chave do bot", "Bot token"),
    "channel.token_hint": (
        "En Telegram, hable con @BotFather, envíe /newbot y copie la clave que le da.",
        "No Telegram, fale com @BotFather, envie /newbot e copie a chave que ele dá.",
        "In Telegram, talk to @BotFather, send /newbot and copy the token it gives you.",
    ),
    "channel.chat": ("Chat o grupo", "Chat ou grupo", "Chat or group"),
    "channel.chat_hint": (
        "El número del chat (los grupos empiezan con -) o @nombre. Escríbale primero al bot, o agréguelo al grupo.",
        "O número do chat (os grupos começam com -) ou @nome. Escreva antes ao bot, ou adicione-o ao grupo.",
        "The number of the chat (groups begin with -) or @name. Write to the bot first, or add it to the group.",
    ),
    "channel.bad_bot": (
        "La clave de un bot se ve así: 123456789:AbC…",
        "A chave de um bot é assim: 123456789:AbC…",
        "A bot token looks like this: 123456789:AbC…",
    ),
    "channel.bad_chat": (
        "Un número como -1001234567890, o @nombre.",
        "Um número como -1001234567890, ou @nome.",
        "A number like -1001234567890, or @name.",
    ),
    "channel.url": ("Dirección de Apprise", "Endereço do Apprise", "Apprise address"),
    "channel.url_hint": (
        "Por ejemplo discord://…, msteams://…, whatsapp://… La guía de canales tiene la forma de cada una.",
        "Por exemplo discord://…, msteams://…, whatsapp://… O guia de canais tem a forma de cada um.",
        "Such as discord://…, msteams://…, whatsapp://… The guide to channels has the form of each.",
    ),
    "channel.bad_url": (
        "Debe empezar con un servicio, como discord://",
        "Deve começar com um serviço, como discord://",
        "It must begin with a service, like discord://",
    ),
    "channel.bad_address": (
        "Con esto no se puede enviar: falta una parte o está mal escrita.",
        "Com isto não dá para enviar: falta uma parte ou está mal escrita.",
        "This cannot be sent with: a part is missing or mistyped.",
    ),
    "channel.inside": (
        "Esa dirección lleva a la red interna del servidor y no se permite desde aquí. Quien opera el "
        "servidor puede permitirlo.",
        "Esse endereço leva à rede interna do servidor e não é permitido daqui. Quem opera o servidor pode permitir.",
        "That address leads into the server's own network, which is not allowed from here. Whoever runs the "
        "server can allow it.",
    ),
    "channel.names_file": (
        "Esa dirección nombra un archivo del servidor y desde aquí no se permite. Quien opera el servidor sí puede.",
        "Esse endereço cita um arquivo do servidor e não é permitido daqui. Quem opera o servidor pode adicioná-lo.",
        "That address names a file of the server, which is not allowed from here. Whoever runs the server can add it.",
    ),
    "channel.bad_name": (
        "Escriba un nombre con letras o números.",
        "Escreva um nome com letras ou números.",
        "Write a name of letters or digits.",
    ),
    "channel.taken": (
        "Ya hay un canal que se llama {name}.",
        "Já há um canal chamado {name}.",
        "There is a channel called {name} already.",
    ),
    "channel.save": ("Guardar el canal", "Salvar o canal", "Save the channel"),
    "channel.added": (
        "El canal {name} está guardado. Envíe una prueba para ver si llega.",
        "O canal {name} está salvo. Envie um teste para ver se chega.",
        "The channel {name} is saved. Send a test to see whether it arrives.",
    ),
    "channel.removed": ("El canal {name} se quitó.", "O canal {name} foi removido.", "The channel {name} was removed."),
    "channel.test": ("Enviar una prueba", "Enviar um teste", "Send a test"),
    "channel.test_sent": (
        "El servicio aceptó la prueba de {name}. Revise que haya llegado.",
        "O serviço aceitou o teste de {name}. Verifique se chegou.",
        "The service accepted the test of {name}. Check that it arrived.",
    ),
    "channel.test_failed": (
        "La prueba de {name} no llegó.",
        "O teste de {name} não chegou.",
        "The test of {name} did not arrive.",
    ),
    "channel.remove": ("Quitar", "Remover", "Remove"),
    "channel.remove_text": (
        "Lo que todavía espera por este canal no se enviará.",
        "O que ainda espera por este canal não será enviado.",
        "What still waits for this channel will not be sent.",
    ),
    "channel.remove_sure": ("Quitar el canal", "Remover o canal", "Remove the channel"),
    "channel.last": ("Último envío", "Último envio", "Last sent"),
    "channel.never": ("Nada enviado todavía", "Nada enviado ainda", "Nothing sent yet"),
    "channel.waiting#": (
        "{count} en espera|{count} en espera",
        "{count} na fila|{count} na fila",
        "{count} waiting|{count} waiting",
    ),
    "channel.dead#": (
        "{count} no enviado|{count} no enviados",
        "{count} não enviada|{count} não enviadas",
        "{count} not sent|{count} not sent",
    ),
    "messages.retry": ("Intentar de nuevo", "Tentar de novo", "Try again"),
    "messages.retry_all": ("Intentar todos de nuevo", "Tentar todas de novo", "Try all again"),
    "messages.retried#": (
        "{count} mensaje vuelve a la fila y sale en seguida.|{count} mensajes vuelven a la fila y salen en seguida.",
        "{count} mensagem volta à fila e sai em seguida.|{count} mensagens voltam à fila e saem em seguida.",
        "{count} message is back in the queue and goes out now.|{count} messages are back in the queue and go out now.",
    ),
    "messages.not_retried": (
        "No se puede enviar: su canal ya no existe, o el mensaje ya no espera.",
        "Não dá para enviar: seu canal não existe mais, ou a mensagem não espera mais.",
        "It cannot be sent: its channel is gone, or it no longer waits.",
    ),
}
