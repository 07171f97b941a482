"""What an invented Brazilian works hands out, where, and to whom. Names only."""

PRODUCTS = (
    ("Luva de vaqueta", 31_214), ("Luva nitrílica", 28_430), ("Óculos de proteção incolor", 19_176),
    ("Protetor auricular plugue", 11_023), ("Abafador de ruído", 14_235), ("Capacete aba frontal", 31_469),
    ("Máscara PFF2", 38_503), ("Botina de segurança 42", 42_106), ("Avental de raspa", 20_318),
    ("Creme protetor grupo 3", 9_611), ("Cinto paraquedista", 35_520), ("Talabarte em Y", 36_130),
    ("Perneira de segurança", 29_044), ("Jaleco manga longa", 40_875), ("Protetor facial", 15_019),
)  # fmt: skip
SECTORS = ("Manutenção", "Produção", "Expedição", "Laboratório")
COST_CENTERS = ("Planta 1", "Planta 2", "Administração")
PEOPLE = (
    ("Maria Aparecida de Souza", "123.456.789-09", "maria.souza@exemplo.com.br"),
    ("João Batista Ferreira", "987.654.321-00", "joao.ferreira@exemplo.com.br"),
    ("Francisca Lima", "111.444.777-35", "francisca.lima@exemplo.com.br"),
    ("Antônio Carlos Nunes", "529.982.247-25", "antonio.nunes@exemplo.com.br"),
)
