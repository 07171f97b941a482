"""What is wrong with a rule, in Spanish and Portuguese: the English sentence as a pattern, and its words in each."""

import re

_Pairs = tuple[tuple[re.Pattern[str], str, str], ...]


def _table(*rows: tuple[str, str, str]) -> _Pairs:
    return tuple((re.compile(pattern, re.DOTALL), spanish, portuguese) for pattern, spanish, portuguese in rows)


MESSAGES: _Pairs = _table(
    # The words of a condition
    ("There is no field '(.+)'\\.", "No existe el dato '{}'.", "Não existe o dado '{}'."),
    ("There is no function '(.+)'\\.", "No existe la función '{}'.", "Não existe a função '{}'."),
    (
        "'(.+)' is not a field on: (.+)\\.|'(.+)' says nothing on: (.+)\\.",
        "'{0}{2}' no se usa en reglas sobre {1}{3}.",
        "'{0}{2}' não se usa em regras sobre {1}{3}.",
    ),
    (
        "'(.+)' alone is not a condition\\.",
        "'{}' solo no es una condición: hay que compararlo.",
        "'{}' sozinho não é uma condição: é preciso compará-lo.",
    ),
    (
        "A (?:number|text|flag of 0 or 1|identifier) alone is not a condition\\.",
        "Un valor solo no es una condición: hay que compararlo.",
        "Um valor sozinho não é uma condição: é preciso compará-lo.",
    ),
    ("The expression is empty\\.", "La condición está vacía.", "A condição está vazia."),
    ("The expression stops too early\\.", "La condición está incompleta.", "A condição está incompleta."),
    ("'(.+)' cannot stand here\\.", "'{}' no puede ir aquí.", "'{}' não pode ficar aqui."),
    (
        "'(.+)' cannot stand in an expression\\.",
        "'{}' no puede ir en una condición.",
        "'{}' não pode ficar em uma condição.",
    ),
    (
        "The character (U\\+\\w+) cannot stand in a (?:rule|rule file)\\.",
        "El carácter {} no puede ir en una regla.",
        "O caractere {} não pode ficar em uma regra.",
    ),
    (
        "This text has no closing quote\\.",
        "A este texto le falta la comilla de cierre.",
        "Falta a aspa de fechamento deste texto.",
    ),
    (
        "'(.+)' is not part of the rule language; there are no statements\\.",
        "'{}' no es parte de las reglas; aquí solo van condiciones.",
        "'{}' não faz parte das regras; aqui só vão condições.",
    ),
    (
        "This is (?:a number|a text|.+), but (?:'(.+)'|the other side) is a (number|text).*\\.",
        "El tipo no coincide con '{0}'.",
        "O tipo não combina com '{0}'.",
    ),
    (
        "'(.+)' can only be compared with 0 or 1\\.",
        "'{}' solo se compara con 0 o 1.",
        "'{}' só se compara com 0 ou 1.",
    ),
    (
        "The expression has (\\d+) characters; (\\d+) is the most\\.",
        "La condición tiene {} caracteres; el máximo es {}.",
        "A condição tem {} caracteres; o máximo é {}.",
    ),
    (
        "The expression is nested (\\d+) levels deep; (\\d+) is the most\\.",
        "La condición tiene {} niveles de paréntesis; el máximo es {}.",
        "A condição tem {} níveis de parênteses; o máximo é {}.",
    ),
    (
        "'when' looks at no field, so it is always or never true\\.",
        "La condición no mira ningún dato, así que se cumple siempre o nunca.",
        "A condição não olha nenhum dado, por isso vale sempre ou nunca.",
    ),
    (
        "'recover' says the same as 'when': the alert could never end\\.",
        "'recover' dice lo mismo que 'when': la alerta no podría terminar nunca.",
        "'recover' diz o mesmo que 'when': o alerta nunca poderia terminar.",
    ),
    # The keys
    ("The rule has no '(.+)'\\.", "A la regla le falta '{}'.", "Falta '{}' na regra."),
    ("'(.+)' is not a key of (.+)\\.", "'{}' no es una clave de la regla.", "'{}' não é uma chave da regra."),
    ("'(.+)' stands here twice\\.", "'{}' está dos veces.", "'{}' está duas vezes."),
    ("'(.+)' stands in '(.+)' twice\\.", "'{}' está dos veces en '{}'.", "'{}' está duas vezes em '{}'."),
    ("'(.+)' is empty\\.", "'{}' está vacío.", "'{}' está vazio."),
    ("'(.+)' must be a text\\.", "'{}' debe ser un texto.", "'{}' deve ser um texto."),
    ("'(.+)' must be one text\\.", "'{}' debe ser un solo texto.", "'{}' deve ser um só texto."),
    ("'(.+)' must be one expression\\.", "'{}' debe ser una sola condición.", "'{}' deve ser uma só condição."),
    ("'(.+)' must be true or false\\.", "'{}' debe ser true o false.", "'{}' deve ser true ou false."),
    (
        "'(.+)' must be true, false, 1 or 0\\.",
        "'{}' debe ser true, false, 1 o 0.",
        "'{}' deve ser true, false, 1 ou 0.",
    ),
    ("'(.+)' must be a duration\\.", "'{}' debe ser una duración.", "'{}' deve ser uma duração."),
    ("'(.+)' is longer than a year\\.", "'{}' pasa de un año.", "'{}' passa de um ano."),
    ("'(.+)' must hold keys and values\\.", "'{}' debe llevar claves y valores.", "'{}' deve ter chaves e valores."),
    ("'(.+)' names nothing\\.", "'{}' no nombra nada.", "'{}' não nomeia nada."),
    (
        "'(.+)' names '(.+)', which does not exist\\.",
        "'{}' nombra '{}', que no existe.",
        "'{}' nomeia '{}', que não existe.",
    ),
    (
        "'(.+)' has (\\d+) characters; (\\d+) is the most\\.",
        "'{}' tiene {} caracteres; el máximo es {}.",
        "'{}' tem {} caracteres; o máximo é {}.",
    ),
    (
        "A name is made of the letters a-z, digits and '-', 100 at most\\.",
        "El nombre interno lleva letras a-z sin tildes, números y '-', 100 a lo más.",
        "O nome interno leva letras a-z sem acentos, números e '-', no máximo 100.",
    ),
    ("There is a rule '(.+?)'.* already\\.", "Ya hay una regla '{}'.", "Já existe uma regra '{}'."),
    ("'(.+)' is not a severity\\.", "'{}' no es una gravedad.", "'{}' não é uma gravidade."),
    (
        "'(.+)' is never reached, because '(.+)' is always true\\.",
        "Nunca se llega a '{}', porque '{}' se cumple siempre.",
        "Nunca se chega a '{}', porque '{}' vale sempre.",
    ),
    (
        "'(.+)' is not something a rule can be about\\.",
        "Una regla no puede ser sobre '{}'.",
        "Uma regra não pode ser sobre '{}'.",
    ),
    (
        "'(.+)' says how to tell people, but 'notify: \\[\\]' tells nobody\\.",
        "'{}' dice cómo avisar, pero ningún canal está marcado.",
        "'{}' diz como avisar, mas nenhum canal está marcado.",
    ),
    (
        "Messages cannot be grouped by '(.+)'\\.",
        "Los mensajes no se pueden agrupar por '{}'.",
        "As mensagens não podem ser agrupadas por '{}'.",
    ),
    (
        "'repeat: 0' would say it again without end\\.",
        "'repeat: 0' repetiría sin fin.",
        "'repeat: 0' repetiria sem fim.",
    ),
    (
        "'hours' must be two times of the day\\.",
        "El silencio necesita las dos horas: desde y hasta.",
        "O silêncio precisa das duas horas: das e até.",
    ),
    (
        "These hours begin and end at the same time\\.",
        "El silencio empieza y termina a la misma hora.",
        "O silêncio começa e termina na mesma hora.",
    ),
    (
        "'quiet' says neither hours nor days\\.",
        "'quiet' no dice ni horas ni días.",
        "'quiet' não diz nem horas nem dias.",
    ),
    (
        "Every day is quiet, so nobody would ever be told\\.",
        "Todos los días están en silencio: nadie sería avisado.",
        "Todos os dias estão em silêncio: ninguém seria avisado.",
    ),
    (
        "'window' must be whole days, because documents carry a date and no time\\.",
        "El período va en días enteros, porque los documentos llevan fecha y no hora.",
        "O período vai em dias inteiros, porque os documentos têm data e não hora.",
    ),
    (
        "'message' is not a good template: (.+)\\.",
        "El mensaje propio no se puede leer: {}.",
        "A mensagem própria não pode ser lida: {}.",
    ),
    (
        "'message' speaks of '(.+)', which it does not know\\.",
        "El mensaje habla de '{}', que no conoce.",
        "A mensagem fala de '{}', que não conhece.",
    ),
    (
        "'(.+)' has no letter to look for\\.",
        "'{}' no tiene ninguna letra que buscar.",
        "'{}' não tem nenhuma letra para procurar.",
    ),
    ("'(.+)' is compared letter by letter\\.", "'{}' se compara letra por letra.", "'{}' se compara letra por letra."),
    # The text as a whole
    (
        "There is no rule here yet\\.|The file holds no rule\\.",
        "Aquí no hay ninguna regla.",
        "Aqui não há nenhuma regra.",
    ),
    (
        "This holds several rules; the form writes one at a time\\.",
        "Aquí hay varias reglas; el formulario escribe una a la vez.",
        "Aqui há várias regras; o formulário escreve uma por vez.",
    ),
    (
        "The rule has (\\d+) characters; (\\d+) is the most\\.",
        "La regla tiene {} caracteres; el máximo es {}.",
        "A regra tem {} caracteres; o máximo é {}.",
    ),
    (
        "A tab stands in the indentation\\.",
        "Hay un tabulador en la sangría.",
        "Há um tabulador no recuo.",
    ),
    (
        "A ':' stands where YAML expects none\\.",
        "Hay un ':' donde YAML no lo espera.",
        "Há um ':' onde o YAML não espera.",
    ),
    ("A ':' is missing after the key\\.", "Falta ':' después de la clave.", "Falta ':' depois da chave."),
    (
        "A quote is opened and never closed\\.",
        "Una comilla se abre y no se cierra.",
        "Uma aspa é aberta e não é fechada.",
    ),
    (
        "This character cannot begin a value\\.",
        "Un valor no puede empezar con este carácter.",
        "Um valor não pode começar com este caractere.",
    ),
    ("A key is expected here\\.", "Aquí se espera una clave.", "Aqui se espera uma chave."),
    (
        "A ',' or a closing bracket is missing\\.",
        "Falta una ',' o el cierre de un corchete.",
        "Falta uma ',' ou o fechamento de um colchete.",
    ),
    (
        "An item beginning with '-' is expected here\\.",
        "Aquí se espera un elemento que empiece con '-'.",
        "Aqui se espera um item que comece com '-'.",
    ),
    (
        "Anchors \\(&\\) and aliases \\(\\*\\) are not allowed\\.",
        "No se permiten anclas (&) ni alias (*).",
        "Não são permitidas âncoras (&) nem aliases (*).",
    ),
    (
        "The file holds more than one document\\.",
        "El texto tiene más de un documento YAML.",
        "O texto tem mais de um documento YAML.",
    ),
)

HINTS: _Pairs = _table(
    ("Did you mean '(.+)'\\?", "¿Quiso decir '{}'?", "Você quis dizer '{}'?"),
    ("There is none yet\\.", "Todavía no hay ninguno.", "Ainda não há nenhum."),
    ("(?:There is|It is one of|The keys are|The days are) (.+)\\.", "Puede ser: {}.", "Pode ser: {}."),
    ("Compare it: (.+)\\.", "Compárelo: {}.", "Compare-o: {}."),
    ("Compare a field, such as (.+)\\.", "Compare un dato, como {}.", "Compare um dado, como {}."),
    ("Write a condition such as (.+)\\.", "Escriba una condición como {}.", "Escreva uma condição como {}."),
    ("Write one condition, such as (.+)\\.", "Escriba una condición, como {}.", "Escreva uma condição, como {}."),
    ("Add (?:a line such as|the line): (.+)", "Agregue una línea como: {}", "Acrescente uma linha como: {}"),
    ("Write it in quotes: (.+)\\.", "Escríbalo entre comillas: {}.", "Escreva entre aspas: {}."),
    ("Write it without quotes: (.+)\\.", "Escríbalo sin comillas: {}.", "Escreva sem aspas: {}."),
    ("Write it without quotes\\.", "Escríbalo sin comillas.", "Escreva sem aspas."),
    ('Put it in quotes: "(.+)"\\.', 'Póngalo entre comillas: "{}".', 'Coloque entre aspas: "{}".'),
    (
        "Put the whole value in double quotes\\.",
        "Ponga todo el valor entre comillas dobles.",
        "Coloque o valor todo entre aspas duplas.",
    ),
    (
        "Write it like 45s, 30m, 2h, 1d, 1w or 1h30m\\.",
        "Escríbala como 45s, 30m, 2h, 1d, 1w o 1h30m.",
        "Escreva como 45s, 30m, 2h, 1d, 1w ou 1h30m.",
    ),
    ("Write it like (.+)\\.", "Escríbalo como {}.", "Escreva como {}."),
    ("Write at most (.+)\\.", "Escriba a lo más {}.", "Escreva no máximo {}."),
    ("Write name: (.+)", "Escriba name: {}", "Escreva name: {}"),
    ("Write (.+), or delete the line\\.", "Escriba {}, o borre la línea.", "Escreva {}, ou apague a linha."),
    ("Write (.+)\\.", "Escriba {}.", "Escreva {}."),
    ("Begin with a name: (.+)", "Empiece por un nombre: {}", "Comece por um nome: {}"),
    ("Give this one another name\\.", "Póngale otro nombre a esta.", "Dê outro nome a esta."),
    ("Save each as a rule of its own\\.", "Guarde cada una como regla aparte.", "Salve cada uma como regra própria."),
    ("Keep it once\\.", "Déjelo una sola vez.", "Deixe uma só vez."),
    ("Keep it here or in line (\\d+), not both\\.", "Déjelo aquí o en la línea {}.", "Deixe aqui ou na linha {}."),
    (
        "Delete '(.+)', or name a channel in 'notify'\\.",
        "Borre '{}', o marque un canal.",
        "Apague '{}', ou marque um canal.",
    ),
    (
        "It belongs to on: (.+)\\. Delete (?:it|the line)\\.",
        "Es de reglas sobre {}. Bórrelo.",
        "É de regras sobre {}. Apague.",
    ),
    ("Delete it.*", "Bórrelo.", "Apague."),
    ("Indent with spaces\\.", "Use espacios para la sangría.", "Use espaços para o recuo."),
    (
        "Check the indentation.*",
        "Revise la sangría y las comillas.",
        "Confira o recuo e as aspas.",
    ),
    (
        "Join two conditions with 'and' or 'or'; texts stand in single quotes\\.",
        "Una dos condiciones con 'and' u 'or'; los textos van entre comillas simples.",
        "Junte duas condições com 'and' ou 'or'; os textos vão entre aspas simples.",
    ),
    (
        "Something is missing at the end: a field, a number or a 'text'\\.",
        "Falta algo al final: un dato, un número o un 'texto'.",
        "Falta algo no fim: um dado, um número ou um 'texto'.",
    ),
    (
        "A field, a number or a 'text' belongs here\\.",
        "Aquí va un dato, un número o un 'texto'.",
        "Aqui vai um dado, um número ou um 'texto'.",
    ),
    ("A closing bracket is missing\\.", "Falta cerrar un paréntesis.", "Falta fechar um parêntese."),
    (
        "There is a bracket too many, or something is missing before it\\.",
        "Sobra un paréntesis, o falta algo antes.",
        "Sobra um parêntese, ou falta algo antes.",
    ),
    (
        "Decimals take a point, and thousands no mark: 1500\\.5\\.",
        "Los decimales llevan punto, y los miles ninguna marca: 1500.5.",
        "Os decimais levam ponto, e os milhares nenhuma marca: 1500.5.",
    ),
    ("Close it on the same line\\.", "Ciérrela en la misma línea.", "Feche na mesma linha."),
    (
        "Put expressions inside \\{ \\} in double quotes\\.",
        "Dentro de {{ }} ponga las condiciones entre comillas dobles.",
        "Dentro de {{ }} coloque as condições entre aspas duplas.",
    ),
    ("Put the one with 'true' last\\.", "Ponga la que lleva 'true' al final.", "Coloque a que tem 'true' no fim."),
    ("Shorten it\\.", "Acórtelo.", "Encurte."),
    (
        "Close it with a single quote; write '' for a quote inside\\.",
        "Ciérrelo con una comilla simple; dentro de un texto se escribe ''.",
        "Feche com uma aspa simples; dentro de um texto escreve-se ''.",
    ),
    (
        "Values stand in .+ needs its end\\.",
        "Los valores van entre {{{{ }}}}; cada {{% for %}} y cada {{% if %}} necesita su cierre.",
        "Os valores vão entre {{{{ }}}}; cada {{% for %}} e cada {{% if %}} precisa do seu fim.",
    ),
)
