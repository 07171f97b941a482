"""Words about alertd's own house: its database and the copies of it; `words` puts all of them together."""

WORDS: dict[str, tuple[str, str, str]] = {
    "wrong.full": (
        "El disco de alertd está lleno: no se lee ni se avisa nada. Libere espacio; no se perdió nada.",
        "O disco do alertd está cheio: nada é lido nem avisado. Libere espaço; nada se perdeu.",
        "alertd's disk is full: nothing is read and nobody is told. Make room; nothing was lost.",
    ),
    "wrong.readonly": (
        "alertd no puede escribir en su carpeta de datos. Revise los permisos; no se perdió nada.",
        "O alertd não consegue escrever na sua pasta de dados. Verifique as permissões; nada se perdeu.",
        "alertd cannot write in its folder of data. Check its permissions; nothing was lost.",
    ),
    "wrong.damaged": (
        "La base de datos de alertd está dañada y ya no se usa. Restaure una copia: «alertd db check» dice cuál.",
        "O banco de dados do alertd está danificado e parou. Restaure uma cópia; “alertd db check” diz qual.",
        "alertd's database is damaged and no longer used. Restore a copy: 'alertd db check' says which.",
    ),
    "wrong.backup": (
        "La última copia de seguridad se hizo {when}. Ejecute «alertd doctor» para ver por qué no hay una nueva.",
        "A última cópia de segurança foi feita {when}. Execute “alertd doctor” para ver por que não há uma nova.",
        "The last backup was made {when}. Run 'alertd doctor' to see why there is no newer one.",
    ),
    "wrong.backup_failed": (
        "La copia de seguridad de hoy falló. Ejecute «alertd doctor» para ver por qué.",
        "A cópia de segurança de hoje falhou. Execute “alertd doctor” para ver por quê.",
        "Today's backup failed. Run 'alertd doctor' to see why.",
    ),
}
