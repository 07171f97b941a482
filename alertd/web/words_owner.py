"""Words of the pages on which the owner runs the shops."""

WORDS: dict[str, tuple[str, str, str]] = {
    # Navigation
    "nav.sources": ("Tiendas", "Lojas", "Shops"),
    "nav.channels": ("Canales", "Canais", "Channels"),
    "nav.users": ("Usuarios", "Usuários", "Users"),
    "nav.audit": ("Cambios", "Mudanças", "Change log"),
    "nav.account": ("Mi cuenta", "Minha conta", "My account"),
    "nav.more": ("Más", "Mais", "More"),
    # What is wrong in alertd itself
    "wrong.title": ("alertd necesita atención", "O alertd precisa de atenção", "alertd needs attention"),
    "wrong.thread": (
        "Una parte de alertd se detuvo y se está reiniciando. Si esto no desaparece, reinicie alertd.",
        "Uma parte do alertd parou e está reiniciando. Se isto não sumir, reinicie o alertd.",
        "A part of alertd stopped and is being started again. If this stays, restart alertd.",
    ),
    "wrong.late": (
        "Nadie está leyendo las tiendas: una lectura debía empezar {when}. Revise que el servicio de alertd corra.",
        "Ninguém está lendo as lojas: uma leitura devia começar {when}. Verifique se o serviço do alertd está rodando.",
        "Nobody is reading the shops: a reading was due {when}. Check that alertd's worker is running.",
    ),
    "wrong.held": (
        "Una lectura de {name} se ve rara y espera que usted la acepte o la rechace",
        "Uma leitura de {name} parece estranha e espera que você aceite ou recuse",
        "A reading of {name} looks odd and waits for you to accept or refuse it",
    ),
    "wrong.stopped": (
        "{name} no se está leyendo hasta que usted corrija algo",
        "{name} não está sendo lida até você corrigir algo",
        "{name} is not being read until you mend something",
    ),
    "wrong.channel": (
        "Los mensajes a {name} no están llegando",
        "As mensagens para {name} não estão chegando",
        "Messages to {name} are not arriving",
    ),
    "wrong.more#": (
        "y {count} más|y {count} más",
        "e mais {count}|e mais {count}",
        "and {count} more|and {count} more",
    ),
    "wrong.offline": (
        "Sin conexión con alertd: lo que se ve puede ser viejo.",
        "Sem conexão com o alertd: o que aparece pode ser antigo.",
        "No connection to alertd: what you see may be old.",
    ),
    # The sources
    "sources.title": ("Tiendas", "Lojas", "Shops"),
    "sources.intro": (
        "De dónde lee alertd las existencias, qué tan al día está cada tienda y cuánto le cuesta en llamadas.",
        "De onde o alertd lê o estoque, quão em dia está cada loja e quanto custa em chamadas.",
        "Where alertd reads stock from, how fresh each shop is, and what it costs in calls.",
    ),
    "sources.add": ("Conectar una tienda", "Conectar uma loja", "Connect a shop"),
    "sources.none": ("Todavía no hay tiendas", "Ainda não há lojas", "No shop yet"),
    "sources.none_text": (
        "Conecte la primera y alertd empieza a vigilarla.",
        "Conecte a primeira e o alertd começa a vigiá-la.",
        "Connect the first one and alertd begins to watch it.",
    ),
    "source.open": ("Ver detalles", "Ver detalhes", "See details"),
    "source.budget": ("Llamadas de esta hora", "Chamadas desta hora", "Calls this hour"),
    "source.budget_of": ("{used} de {allowed}", "{used} de {allowed}", "{used} of {allowed}"),
    "source.blocked": (
        "El sistema dijo que no acepta más llamadas; alertd sigue {when}.",
        "O sistema disse que não aceita mais chamadas; o alertd continua {when}.",
        "The system said it takes no more calls; alertd goes on {when}.",
    ),
    "plan.title": ("Plan de lectura", "Plano de leitura", "Reading plan"),
    "plan.calls#": (
        "{count} llamada|{count} llamadas",
        "{count} chamada|{count} chamadas",
        "{count} call|{count} calls",
    ),
    "plan.sentence": (
        "{products} = {calls} por barrido; cada {every} usa {hourly} de {allowance} llamadas por hora",
        "{products} = {calls} por varredura; a cada {every} usa {hourly} de {allowance} chamadas por hora",
        "{products} = {calls} a sweep; every {every} uses {hourly} of {allowance} calls an hour",
    ),
    "plan.slower": (
        "Más seguido no dejaría llamadas para ventas y devoluciones.",
        "Com mais frequência não sobrariam chamadas para vendas e devoluções.",
        "More often would leave no calls for sales and returns.",
    ),
    "source.test": ("Probar ahora", "Testar agora", "Test now"),
    "source.poll": ("Leer ahora", "Ler agora", "Read now"),
    "source.asked": (
        "Pedido: alertd la lee en seguida. Esta página muestra cómo va.",
        "Pedido: o alertd lê em seguida. Esta página mostra como vai.",
        "Asked: alertd reads it right away. This page shows how it goes.",
    ),
    "source.held_title": (
        "Una lectura espera su decisión",
        "Uma leitura espera sua decisão",
        "A reading waits for you",
    ),
    "source.held_text": (
        "El {when} se leyó todo el catálogo, pero el resultado es difícil de creer y no se usó. "
        "Las existencias y alertas siguen como estaban.",
        "Em {when} o catálogo inteiro foi lido, mas o resultado é difícil de acreditar e não foi usado. "
        "O estoque e os alertas continuam como estavam.",
        "On {when} the whole catalogue was read, but the result is hard to believe and was not used. "
        "Stock and alerts are as they were.",
    ),
    "source.held.products": (
        "Faltan {part} de {whole} productos",
        "Faltam {part} de {whole} produtos",
        "{part} of {whole} products are missing",
    ),
    "source.held.all": (
        "Faltan todos los productos ({whole})",
        "Faltam todos os produtos ({whole})",
        "All {whole} products are missing",
    ),
    "source.held.zero": (
        "{part} de {whole} existencias cayeron a cero de una vez",
        "{part} de {whole} estoques caíram a zero de uma vez",
        "{part} of {whole} levels fell to zero at once",
    ),
    "source.accept": ("Es correcta, aceptarla", "Está certa, aceitar", "It is right, accept it"),
    "source.refuse": ("Es un error, rechazarla", "É um erro, recusar", "It is a mistake, refuse it"),
    "source.accepted": (
        "Aceptada: las existencias ya son las de esa lectura.",
        "Aceita: o estoque agora é o dessa leitura.",
        "Accepted: stock is now what that reading said.",
    ),
    "source.refused": (
        "Rechazada: nada cambió. La próxima lectura se juzga de nuevo.",
        "Recusada: nada mudou. A próxima leitura é julgada de novo.",
        "Refused: nothing changed. The next reading is judged anew.",
    ),
    "source.held_other": (
        "Esa lectura ya no espera, o llegó otra más nueva. Mire de nuevo.",
        "Essa leitura não espera mais, ou chegou outra mais nova. Olhe de novo.",
        "That reading no longer waits, or a newer one came. Look again.",
    ),
    "source.check": ("Resultado de la prueba", "Resultado do teste", "Result of the test"),
    "source.reachable": ("Conexión", "Conexão", "Connection"),
    "source.reachable_yes": ("Funciona", "Funciona", "Works"),
    "source.reachable_no": ("No funciona", "Não funciona", "Does not work"),
    "source.company": ("Empresa", "Empresa", "Company"),
    "source.no_company": ("sin nombre", "sem nome", "without a name"),
    "source.products": ("Productos", "Produtos", "Products"),
    "source.warehouses": ("Bodegas", "Depósitos", "Warehouses"),
    "source.quota": ("Llamadas que quedan", "Chamadas restantes", "Calls left"),
    "source.kind": ("Sistema", "Sistema", "System"),
    "source.zone": ("Zona horaria", "Fuso horário", "Time zone"),
    "source.address": ("Dirección", "Endereço", "Address"),
    "source.lanes": ("Lecturas", "Leituras", "Readings"),
    "source.no_lanes": (
        "Todavía no se ha leído nada.",
        "Nada foi lido ainda.",
        "Nothing was read yet.",
    ),
    "lane.sweep": ("Catálogo completo", "Catálogo completo", "Whole catalogue"),
    "lane.low": ("Productos bajos", "Produtos baixos", "Low products"),
    "lane.sales": ("Ventas", "Vendas", "Sales"),
    "lane.returns": ("Devoluciones", "Devoluções", "Returns"),
    "lane.transactions": ("Transacciones", "Transações", "Transactions"),
    "lane.stopped": ("Detenida", "Parada", "Stopped"),
    "lane.unsupported": ("No la ofrece", "Não oferece", "Not offered"),
    "lane.reading": ("Leyendo", "Lendo", "Reading"),
    "lane.next": ("Próxima", "Próxima", "Next"),
    "lane.last": ("Última completa", "Última completa", "Last complete"),
    "lane.failures#": (
        "{count} falla seguida|{count} fallas seguidas",
        "{count} falha seguida|{count} falhas seguidas",
        "{count} failure in a row|{count} failures in a row",
    ),
    "poll.complete": ("Completa", "Completa", "Complete"),
    "poll.failed": ("Falló", "Falhou", "Failed"),
    "poll.held": ("Retenida", "Retida", "Held back"),
    "poll.running": ("Leyendo", "Lendo", "Reading"),
    "poll.read": ("Leídos", "Lidos", "Read"),
    "poll.changed": ("Cambios", "Mudanças", "Changed"),
    "poll.calls": ("Llamadas", "Chamadas", "Calls"),
    "poll.took": ("Duró", "Durou", "Took"),
    "poll.seconds": ("{count} s", "{count} s", "{count} s"),
    "poll.history": ("Lecturas anteriores", "Leituras anteriores", "Readings before"),
    "quality.title": ("Calidad de los datos", "Qualidade dos dados", "Quality of the data"),
    "quality.good": (
        "No se encontró nada que corregir.",
        "Nada para corrigir foi encontrado.",
        "Nothing to mend was found.",
    ),
    "quality.not_yet": (
        "Se revisa con la primera lectura completa.",
        "É verificada na primeira leitura completa.",
        "Looked at with the first complete reading.",
    ),
    "quality.no_minimum#": (
        "{count} existencia sin mínimo: nada avisa cuando esté baja|"
        "{count} existencias sin mínimo: nada avisa cuando estén bajas",
        "{count} estoque sem mínimo: nada avisa quando ficar baixo|"
        "{count} estoques sem mínimo: nada avisa quando ficarem baixos",
        "{count} level has no minimum, so nothing tells when it is low|"
        "{count} levels have no minimum, so nothing tells when they are low",
    ),
    "quality.minimum_above_maximum#": (
        "{count} existencia con el mínimo mayor que el máximo|{count} existencias con el mínimo mayor que el máximo",
        "{count} estoque com o mínimo maior que o máximo|{count} estoques com o mínimo maior que o máximo",
        "{count} level has a minimum above its maximum|{count} levels have a minimum above their maximum",
    ),
    "quality.equal_codes#": (
        "{count} producto con un código repetido|{count} productos con códigos repetidos",
        "{count} produto com um código repetido|{count} produtos com códigos repetidos",
        "{count} product shares its code with another|{count} products share their code with another",
    ),
    "quality.missing_codes#": (
        "{count} producto sin código: sus ventas no se pueden reconocer|"
        "{count} productos sin código: sus ventas no se pueden reconocer",
        "{count} produto sem código: suas vendas não podem ser reconhecidas|"
        "{count} produtos sem código: suas vendas não podem ser reconhecidas",
        "{count} product has no code, so its sales cannot be matched|"
        "{count} products have no code, so their sales cannot be matched",
    ),
    "quality.disabled_with_stock#": (
        "{count} producto desactivado que todavía tiene existencias|"
        "{count} productos desactivados que todavía tienen existencias",
        "{count} produto desativado que ainda tem estoque|{count} produtos desativados que ainda têm estoque",
        "{count} disabled product still shows stock|{count} disabled products still show stock",
    ),
    "quality.quarantined#": (
        "{count} registro no se pudo leer y se apartó|{count} registros no se pudieron leer y se apartaron",
        "{count} registro não pôde ser lido e foi separado|{count} registros não puderam ser lidos e foram separados",
        "{count} record could not be read and was set aside|{count} records could not be read and were set aside",
    ),
    "quality.raw": ("Ver tal como llegó", "Ver como chegou", "See it as it came"),
    "quality.no_key": ("sin identificador", "sem identificador", "without an id"),
    "quality.unmatched": (
        "Líneas de ventas o devoluciones sin producto conocido",
        "Linhas de vendas ou devoluções sem produto conhecido",
        "Lines of sales or returns without a known product",
    ),
    "quality.unknown": (
        "Documentos en un estado que alertd no conoce",
        "Documentos em um estado que o alertd não conhece",
        "Documents in a state that alertd does not know",
    ),
    "quality.unknown_text": (
        "Cuentan como salida de existencias hasta que se sepa qué son.",
        "Contam como saída de estoque até se saber o que são.",
        "They count as moving stock until it is known what they are.",
    ),
    "quality.documents#": (
        "{count} documento|{count} documentos",
        "{count} documento|{count} documentos",
        "{count} document|{count} documents",
    ),
    "quality.no_state": ("sin estado", "sem estado", "without a state"),
    "quality.hidden": (
        "Bodegas que el sistema ya no muestra",
        "Depósitos que o sistema não mostra mais",
        "Warehouses the system no longer shows",
    ),
    "quality.hidden_text": (
        "Están ocultas en la tienda; no cuentan como agotadas.",
        "Estão ocultos na loja; não contam como zerados.",
        "They are hidden in the shop and do not count as sold out.",
    ),
    "quality.gone": ("Productos que ya no están", "Produtos que não existem mais", "Products that are gone"),
    "quality.missing#": (
        "{count} producto faltó en la última lectura; si falta otra vez se da por retirado|"
        "{count} productos faltaron en la última lectura; si faltan otra vez se dan por retirados",
        "{count} produto faltou na última leitura; se faltar de novo, será dado como retirado|"
        "{count} produtos faltaram na última leitura; se faltarem de novo, serão dados como retirados",
        "{count} product was missing from the last reading; if it is missing again, it is gone|"
        "{count} products were missing from the last reading; if they are missing again, they are gone",
    ),
    "quality.gone#": (
        "{count} retirado|{count} retirados",
        "{count} retirado|{count} retirados",
        "{count} gone|{count} gone",
    ),
    "document.sale": ("Venta", "Venda", "Sale"),
    "document.return": ("Devolución", "Devolução", "Return"),
    "source.remove": ("Desconectar", "Desconectar", "Disconnect"),
    "source.remove_text": (
        "Se olvidan sus existencias, su historia y sus alertas. No se puede deshacer. Escriba {name} para confirmar.",
        "O estoque, a história e os alertas são esquecidos. Não dá para desfazer. Escreva {name} para confirmar.",
        "Its stock, history and alerts are forgotten. This cannot be undone. Write {name} to confirm.",
    ),
    "source.remove_unsure": (
        "Para desconectarla, escriba exactamente {name}.",
        "Para desconectá-la, escreva exatamente {name}.",
        "To disconnect it, write exactly {name}.",
    ),
    "source.removed": ("{name} quedó desconectada.", "{name} foi desconectada.", "{name} was disconnected."),
    "source.see_held": ("Mirar y decidir", "Olhar e decidir", "Look and decide"),
    # The change log
    "outcome.delivered": ("llegó", "chegou", "arrived"),
    "outcome.retryable": ("no llegó", "não chegou", "did not arrive"),
    "outcome.permanent": ("no llegó", "não chegou", "did not arrive"),
    "outcome.ambiguous": ("no se sabe", "não se sabe", "nobody can tell"),
    # A source
    "source.read": ("Leída {when}", "Lida {when}", "Read {when}"),
    "source.never_read": ("Todavía no se ha leído", "Ainda não foi lida", "Not read yet"),
    "source.next": ("Próxima lectura {when}", "Próxima leitura {when}", "Next reading {when}"),
    "source.due": ("Se lee ahora", "Sendo lida agora", "Being read now"),
    "source.no_next": ("Sin próxima lectura", "Sem próxima leitura", "No next reading"),
    "source.products#": (
        "{count} producto|{count} productos",
        "{count} produto|{count} produtos",
        "{count} product|{count} products",
    ),
    "source.levels#": (
        "{count} existencia|{count} existencias",
        "{count} estoque|{count} estoques",
        "{count} level|{count} levels",
    ),
    "source.fresh": ("Al día", "Em dia", "Up to date"),
    "source.late": ("Atrasada", "Atrasada", "Late"),
    "source.failing": ("Con fallas", "Com falhas", "Failing"),
    "source.stopped": ("Detenida", "Parada", "Stopped"),
    "source.new": ("Nueva", "Nova", "New"),
    "source.held": ("Lectura retenida", "Leitura retida", "Reading held back"),
    "source.detail": ("Detalle técnico", "Detalhe técnico", "Technical detail"),
    "source.fault.key": (
        "La tienda no aceptó la clave. Revísela y vuelva a conectarla.",
        "A loja não aceitou a chave. Verifique e conecte de novo.",
        "The shop refused the key. Check it and connect again.",
    ),
    "source.fault.quota": (
        "Se gastaron las consultas de esta hora. Sigue sola cuando cambie la hora.",
        "As consultas desta hora acabaram. Continua sozinha quando a hora virar.",
        "This hour's requests are used up. It goes on by itself when the hour turns.",
    ),
    "source.fault.unreachable": (
        "No se pudo llegar al sistema de la tienda. Se vuelve a intentar solo.",
        "Não foi possível chegar ao sistema da loja. Nova tentativa é automática.",
        "The shop's system could not be reached. It is tried again by itself.",
    ),
    "source.fault.answer": (
        "El sistema de la tienda respondió algo que no se pudo leer.",
        "O sistema da loja respondeu algo que não se pôde ler.",
        "The shop's system answered something that could not be read.",
    ),
    "source.fault.server": (
        "El sistema de la tienda tuvo un error propio. Se vuelve a intentar solo.",
        "O sistema da loja teve um erro próprio. Nova tentativa é automática.",
        "The shop's system had an error of its own. It is tried again by itself.",
    ),
    "source.fault.request": (
        "El sistema de la tienda rechazó la consulta.",
        "O sistema da loja recusou a consulta.",
        "The shop's system refused the request.",
    ),
    "source.fault.other": (
        "La última lectura no terminó. Los datos que se ven son los anteriores.",
        "A última leitura não terminou. Os dados mostrados são os anteriores.",
        "The last reading did not finish. What you see is from the one before.",
    ),
    "source.fault.held": (
        "La última lectura se ve rara y no se usó. Espera que alguien la acepte o la rechace.",
        "A última leitura parece estranha e não foi usada. Espera que alguém aceite ou recuse.",
        "The last reading looks odd and was not used. It waits for somebody to accept or refuse it.",
    ),
}
