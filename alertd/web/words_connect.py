"""Words of the channels and of the guided set-up; `words` puts all of them together."""

WORDS: dict[str, tuple[str, str, str]] = {
    # Channels
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
    # The guided set-up
    "kind.smartpyme": ("SmartPyme", "SmartPyme", "SmartPyme"),
    "kind.smartepi": ("SmartEPI", "SmartEPI", "SmartEPI"),
    "kind.smartbis": ("Smartbis", "Smartbis", "Smartbis"),
    "kind.smartpyme_about": (
        "Inventario, ventas y devoluciones de su empresa",
        "Estoque, vendas e devoluções da sua empresa",
        "Stock, sales and returns of your company",
    ),
    "kind.demo": ("Tienda de muestra", "Loja de exemplo", "Demo shop"),
    "kind.demo_about": (
        "Una tienda inventada, con ventas y faltantes, para mirar sin conectar nada",
        "Uma loja inventada, com vendas e faltas, para olhar sem conectar nada",
        "An invented shop that sells and runs out, to look around without connecting anything",
    ),
    "connect.title": ("Conectar una tienda", "Conectar uma loja", "Connect a shop"),
    "connect.steps": ("Pasos", "Passos", "Steps"),
    "connect.step.shop": ("Tienda", "Loja", "Shop"),
    "connect.step.channels": ("Avisos", "Avisos", "Messages"),
    "connect.step.rules": ("Reglas", "Regras", "Rules"),
    "connect.step.reading": ("Lectura", "Leitura", "Reading"),
    "connect.choose": ("¿Dónde está su inventario?", "Onde está seu estoque?", "Where is your stock kept?"),
    "connect.choose_text": (
        "alertd lo lee; nunca cambia nada en él.",
        "O alertd só lê; nunca muda nada nele.",
        "alertd only reads it and never changes anything there.",
    ),
    "connect.key_text": (
        "En SmartPyme, cree una clave de la API externa para su empresa y péguela aquí. Queda cifrada y no "
        "se vuelve a mostrar.",
        "No SmartPyme, crie uma chave da API externa para sua empresa e cole aqui. Fica cifrada e não é "
        "mostrada de novo.",
        "In SmartPyme, create a key of the external API for your company and paste it here. It is kept "
        "encrypted and not shown again.",
    ),
    "connect.secret.api_key": ("Clave de la API", "Chave da API", "API key"),
    "connect.secret.api_secret": ("Secreto de la API", "Segredo da API", "API secret"),
    "connect.secret.webhook_secret": ("Secreto de los webhooks", "Segredo dos webhooks", "Webhook secret"),
    "connect.name": ("Nombre corto de la tienda", "Nome curto da loja", "Short name of the shop"),
    "connect.name_hint": (
        "Como usted la llama: centro, soyapango.",
        "Como você a chama: centro, paulista.",
        "What you call it: centre, north.",
    ),
    "connect.more": ("Más opciones", "Mais opções", "More options"),
    "connect.address_hint": (
        "Solo si su proveedor le dio otra.",
        "Só se seu fornecedor deu outro.",
        "Only if your provider gave you another one.",
    ),
    "connect.test": ("Probar la conexión", "Testar a conexão", "Test the connection"),
    "connect.demo": ("Usar la tienda de muestra", "Usar a loja de exemplo", "Use the demo shop"),
    "connect.demo_there": (
        "La tienda de muestra ya está conectada.",
        "A loja de exemplo já está conectada.",
        "The demo shop is connected already.",
    ),
    "connect.no_key": ("Pegue la clave.", "Cole a chave.", "Paste the key."),
    "connect.bad_key": (
        "La clave tiene un espacio o un signo que ninguna clave tiene; cópiela otra vez.",
        "A chave tem um espaço ou um sinal que nenhuma chave tem; copie outra vez.",
        "The key holds a space or a sign that no key has; copy it again.",
    ),
    "connect.no_name": (
        "Escriba un nombre con letras o números.",
        "Escreva um nome com letras ou números.",
        "Write a name of letters or digits.",
    ),
    "connect.taken": (
        "Ya hay una tienda que se llama {name}.",
        "Já há uma loja chamada {name}.",
        "There is a shop called {name} already.",
    ),
    "connect.bad_zone": (
        "Elija una zona horaria de la lista.",
        "Escolha um fuso horário da lista.",
        "Choose a time zone of the list.",
    ),
    "connect.no_address": (
        "Escriba la dirección del sistema.",
        "Escreva o endereço do sistema.",
        "Write the address of the system.",
    ),
    "connect.bad_address": (
        "Esa no es la dirección de una API; se ve así: https://servidor/api/external/v1/",
        "Esse não é o endereço de uma API; é assim: https://servidor/api/external/v1/",
        "That is not the address of an API; it looks like https://host/api/external/v1/",
    ),
    "connect.fault.key": (
        "El sistema no aceptó la clave. Cópiela completa y revise que esté activa.",
        "O sistema não aceitou a chave. Copie-a inteira e verifique se está ativa.",
        "The system refused the key. Copy all of it and check that it is active.",
    ),
    "connect.fault.unreachable": (
        "No se pudo llegar a esa dirección. Revísela, y revise la conexión del servidor.",
        "Não foi possível chegar a esse endereço. Verifique-o, e a conexão do servidor.",
        "That address could not be reached. Check it, and the server's connection.",
    ),
    "connect.fault.request": (
        "En esa dirección no contesta la API. Revísela.",
        "Nesse endereço a API não responde. Verifique-o.",
        "The API does not answer at that address. Check it.",
    ),
    "connect.fault.answer": (
        "En esa dirección contesta otra cosa, no la API. Revísela.",
        "Nesse endereço responde outra coisa, não a API. Verifique-o.",
        "Something else answers at that address, not the API. Check it.",
    ),
    "connect.fault.quota": (
        "La clave ya gastó sus llamadas de esta hora. Pruebe cuando cambie la hora.",
        "A chave já gastou suas chamadas desta hora. Tente quando a hora virar.",
        "The key has used up its calls of this hour. Try when the hour turns.",
    ),
    "connect.fault.server": (
        "El sistema de la tienda tuvo un error propio. Pruebe otra vez en un momento.",
        "O sistema da loja teve um erro próprio. Tente outra vez em um momento.",
        "The shop's system had an error of its own. Try again in a moment.",
    ),
    "connect.fault.other": (
        "El sistema no contestó lo esperado. Pruebe otra vez en un momento.",
        "O sistema não respondeu o esperado. Tente outra vez em um momento.",
        "The system did not answer as expected. Try again in a moment.",
    ),
    "connect.found": ("{company} está conectada", "{company} está conectada", "{company} is connected"),
    "connect.found_quality": (
        "Lo que conviene corregir en los datos",
        "O que convém corrigir nos dados",
        "What to mend in the data",
    ),
    "connect.found_quality_text": (
        "No impide seguir. La página de la tienda lo muestra con ejemplos.",
        "Não impede continuar. A página da loja mostra com exemplos.",
        "You can go on all the same. The shop's page shows examples.",
    ),
    "connect.looked_at": (
        "De los primeros {count} productos que se leyeron.",
        "Dos primeiros {count} produtos que foram lidos.",
        "Of the first {count} products that were read.",
    ),
    "connect.next": ("Seguir", "Continuar", "Continue"),
    "connect.skip": ("Seguir sin canal", "Continuar sem canal", "Continue without a channel"),
    "connect.channels": ("¿A dónde enviamos los avisos?", "Aonde enviamos os avisos?", "Where should messages go?"),
    "connect.channels_text": (
        "Agregue uno o más, y envíe una prueba a cada uno. Los puede cambiar después.",
        "Adicione um ou mais, e envie um teste a cada um. Pode mudar depois.",
        "Add one or more, and send a test to each. You can change them later.",
    ),
    "connect.rules": ("¿De qué quiere enterarse?", "O que você quer saber?", "What do you want to hear about?"),
    "connect.rules_text": (
        "Estas reglas vienen listas. Debajo de cada una está cuánto encontraría ahora.",
        "Estas regras vêm prontas. Abaixo de cada uma está quanto encontraria agora.",
        "These rules come ready. Below each stands how much it would find now.",
    ),
    "connect.matches#": (
        "Coincide con {count} producto ahora|Coincide con {count} productos ahora",
        "Coincide com {count} produto agora|Coincide com {count} produtos agora",
        "Matches {count} product now|Matches {count} products now",
    ),
    "connect.matches_later": (
        "Se cuenta con la primera lectura",
        "É contado na primeira leitura",
        "Counted with the first reading",
    ),
    "connect.rules_refused": (
        "Estas reglas no se pudieron cambiar desde aquí, sus archivos las cambia quien opera el servidor: {names}",
        "Estas regras não puderam ser mudadas daqui, seus arquivos são de quem opera o servidor: {names}",
        "These rules could not be changed from here; whoever runs the server edits their files: {names}",
    ),
    "connect.start": ("Empezar a vigilar", "Começar a vigiar", "Begin to watch"),
    "connect.reading": (
        "Leyendo el catálogo por primera vez",
        "Lendo o catálogo pela primeira vez",
        "Reading the catalogue for the first time",
    ),
    "connect.reading_text": (
        "Puede cerrar esta página: la lectura sigue sola.",
        "Pode fechar esta página: a leitura continua sozinha.",
        "You may close this page: the reading goes on by itself.",
    ),
    "connect.page_of": ("Página {page} de {pages}", "Página {page} de {pages}", "Page {page} of {pages}"),
    "connect.page": ("Página {page}", "Página {page}", "Page {page}"),
    "connect.about_to": ("Empezando…", "Começando…", "Starting…"),
    "connect.again": ("Leer otra vez", "Ler outra vez", "Read again"),
    "connect.done": (
        "Listo: {products} bajo vigilancia.",
        "Pronto: {products} sob vigilância.",
        "Done: {products} under watch.",
    ),
    "connect.held": (
        "La lectura se ve rara y espera su decisión.",
        "A leitura parece estranha e espera sua decisão.",
        "The reading looks odd and waits for you.",
    ),
    "connect.overview": ("Ir al resumen", "Ir para o resumo", "Go to the overview"),
    "start.by_form": (
        "alertd todavía no lee ninguna tienda. Conéctela en cuatro pasos cortos: la tienda, a dónde avisar, "
        "qué vigilar y la primera lectura.",
        "O alertd ainda não lê nenhuma loja. Conecte em quatro passos curtos: a loja, aonde avisar, o que "
        "vigiar e a primeira leitura.",
        "alertd does not read any shop yet. Connect one in four short steps: the shop, where to send "
        "messages, what to watch, and the first reading.",
    ),
    "start.by_command": ("Con la línea de comandos", "Com a linha de comando", "With the command line"),
    "start.ask_admin": (
        "Pídale a quien administra alertd que conecte la tienda.",
        "Peça a quem administra o alertd que conecte a loja.",
        "Ask whoever administers alertd to connect the shop.",
    ),
}
