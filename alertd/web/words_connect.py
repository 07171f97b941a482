"""Words of the guided set-up."""

WORDS: dict[str, tuple[str, str, str]] = {
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
    "connect.webhook_hint": (
        "Solo si ya usa webhooks; se puede poner después.",
        "Só se já usa webhooks; pode ser posto depois.",
        "Only if you use webhooks already; it can be set later.",
    ),
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
    # Connecting the first shop
    "start.title": ("Conecte su tienda", "Conecte sua loja", "Connect your shop"),
    "start.text": (
        "alertd todavía no lee ninguna tienda. Son tres pasos, y quien administra el servidor los hace una sola vez.",
        "O alertd ainda não lê nenhuma loja. São três passos, e quem administra o servidor os faz uma só vez.",
        "alertd does not read any shop yet. It takes three steps, done once by whoever runs the server.",
    ),
    "start.key": (
        "En SmartPyme, cree una clave de la API externa para su empresa.",
        "No SmartPyme, crie uma chave da API externa para sua empresa.",
        "In SmartPyme, create a key of the external API for your company.",
    ),
    "start.source": (
        "En el servidor, conecte la tienda. Con el guion final la clave se lee de la entrada y no queda guardada.",
        "No servidor, conecte a loja. Com o hífen final a chave é lida da entrada e não fica guardada.",
        "On the server, connect the shop. With the dash at the end the key is read from the input and not kept.",
    ),
    "start.channel": (
        "Diga a dónde deben llegar los avisos: correo, Slack, WhatsApp, Telegram y más.",
        "Diga aonde os avisos devem chegar: e-mail, Slack, WhatsApp, Telegram e outros.",
        "Say where the messages should go: mail, Slack, WhatsApp, Telegram and more.",
    ),
    "start.example_name": ("mi-tienda", "minha-loja", "my-shop"),
    "start.example_channel": ("compras", "compras", "buying"),
}
