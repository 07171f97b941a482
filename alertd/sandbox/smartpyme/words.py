"""What an invented Central American shop sells, from whom, and to whom. Names only; nothing is decided here."""

from typing import NamedTuple


class Category(NamedTuple):
    """A shelf of the shop: its wares, and what tells one ware from the next."""

    nombre: str
    prefijo: str
    articulos: tuple[tuple[str, float], ...]
    """Names with a usual price, tax included."""
    marcas: tuple[str, ...]
    variantes: tuple[str, ...]
    proveedor: str
    a_granel: bool = False


CATEGORIES = (
    Category(
        "Electrónicos",
        "ELE",
        (
            ("Audífonos inalámbricos", 24.9),
            ("Ratón óptico", 11.5),
            ("Teclado en español", 18.75),
            ("Monitor LED", 145.0),
            ("Cargador USB-C", 12.0),
            ("Bocina Bluetooth", 32.5),
            ("Memoria USB", 9.9),
            ("Cámara web", 38.0),
        ),
        ("Dell", "Logitech", "Samsung", "Xiaomi", "Genérica"),
        ("negro", "blanco", "gris", "azul", "edición básica", "edición plus"),
        "Tecnología del Istmo, S.A. de C.V.",
    ),
    Category(
        "Ferretería",
        "FER",
        (
            ("Martillo de uña", 8.95),
            ("Destornillador plano", 3.5),
            ("Taladro percutor", 64.0),
            ("Cinta métrica", 4.75),
            ("Llave ajustable", 9.25),
            ("Brocha de cerda", 2.6),
            ("Candado de latón", 7.8),
            ("Extensión eléctrica", 10.4),
        ),
        ("Truper", "Stanley", "Pretul", "Bosch"),
        ("pequeño", "mediano", "grande", "reforzado", '1/2"', '3/4"'),
        "Ferretería Mayorista Cuscatlán",
    ),
    Category(
        "Abarrotes",
        "ABA",
        (
            ("Café molido de altura", 6.5),
            ("Azúcar morena", 1.35),
            ("Aceite vegetal", 3.2),
            ("Harina de maíz", 1.9),
            ("Salsa picante", 1.6),
            ("Galletas surtidas", 2.75),
            ("Atún en agua", 1.45),
            ("Miel de abeja", 5.4),
        ),
        ("La Campiña", "Don Frijol", "El Volcán", "Maya"),
        ("200 g", "400 g", "1 lb", "2 lb", "caja de 12", "familiar"),
        "Distribuidora Lempa",
    ),
    Category(
        "Granos a granel",
        "GRA",
        (("Frijol rojo", 1.25), ("Maíz blanco", 0.6), ("Arroz precocido", 0.95), ("Maicillo", 0.5)),
        ("El Volcán", "Del Campo"),
        ("por libra", "por quintal", "selecto", "de temporada"),
        "Cooperativa Agrícola Santa Ana",
        a_granel=True,
    ),
    Category(
        "Ropa y calzado",
        "ROP",
        (
            ("Camiseta de algodón", 9.5),
            ("Pantalón de mezclilla", 22.0),
            ("Zapato escolar", 27.5),
            ("Calcetín deportivo", 3.25),
            ("Suéter liviano", 17.9),
            ("Cinturón de cuero", 12.75),
        ),
        ("Izalco", "Niñez", "Norteña"),
        ("talla S", "talla M", "talla L", "talla XL", "niño", "niña"),
        "Textiles Peñate",
    ),
    Category(
        "Limpieza e higiene",
        "LIM",
        (
            ("Jabón de lavar", 1.1),
            ("Detergente en polvo", 3.85),
            ("Cloro", 1.7),
            ("Papel higiénico", 2.95),
            ("Champú", 4.6),
            ("Desinfectante", 2.4),
        ),
        ("Brillo", "Limpión", "Espuma"),
        ("500 ml", "1 galón", "paquete de 4", "lavanda", "limón", "económico"),
        "Químicos y Más",
    ),
    Category(
        "Papelería",
        "PAP",
        (
            ("Cuaderno rayado", 1.5),
            ("Bolígrafo", 0.35),
            ("Resma de papel bond", 5.2),
            ("Fólder tamaño carta", 0.25),
            ("Marcador permanente", 1.15),
            ("Pegamento en barra", 0.9),
        ),
        ("Facela", "Bic", "Escolar"),
        ("azul", "rojo", "negro", "surtido", "100 hojas", "caja de 24"),
        "Librería y Papelería Centroamericana",
    ),
    Category(
        "Farmacia y cuidado",
        "FAR",
        (
            ("Alcohol en gel", 2.3),
            ("Mascarilla desechable", 4.9),
            ("Vendaje elástico", 2.15),
            ("Protector solar", 11.9),
            ("Vitamina C", 6.2),
            ("Termómetro digital", 7.5),
        ),
        ("Salud Total", "BioCare", "Menéndez"),
        ("frasco", "caja", "adulto", "infantil", "sobre"),
        "Droguería Ahuachapán",
    ),
)

SERVICES = (
    ("Instalación a domicilio", 25.0),
    ("Reparación de equipo", 18.0),
    ("Envío a domicilio", 3.5),
    ("Garantía extendida", 15.0),
    ("Corte y confección", 12.0),
)

KITS = ("Kit escolar", "Canasta básica", "Combo de limpieza", "Juego de herramientas")
RAW_MATERIALS = ("Arena fina", "Tela cruda", "Pigmento añil", "Panela en bloque")

WAREHOUSES = (
    ("Bodega Principal", "Sucursal Central", True),
    ("Bodega Norte", "Sucursal Norte", True),
    ("Sala de Ventas", "Sucursal Central", True),
    ("Bodega San Miguel", "Sucursal San Miguel", True),
    ("Mostrador San Miguel", "Sucursal San Miguel", True),
    ("Bodega Antigua", "Sucursal Norte", False),
)

NOTES = ("Revisar vencimiento", "Pasillo 3", "Estante alto", "Frágil", "Exhibición")

CUSTOMERS = (
    "Consumidor Final",
    "Consumidor Final",
    "Consumidor Final",
    "María Peña",
    "José Ángel Núñez",
    "Rosa ",
    "Luis Gómez",
    "Comedor La Ceiba",
    "Colegio San José",
    "Taller Quiñónez",
    "Hotel Bahía, S.A. de C.V.",
)

USERS = ("Cajera Uno", "Cajero Dos", "Ana Beltrán")
SELLERS = (None, "Vendedor Dos", "Óscar Mejía")
