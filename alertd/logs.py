"""How alertd logs: one event a line, to standard error, as console text or as JSON. Secrets are never given to it."""

import logging
import sys

import structlog

QUIET = ("apprise", "httpx", "httpcore", "urllib3", "waitress", "stamina")


def configure(form: str | None, level: int = logging.INFO) -> None:
    """Set up logging for this process. `form` is `console`, `json`, or None: console on a terminal, else JSON."""
    as_console = form == "console" or (form is None and sys.stderr.isatty())
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
        if as_console
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _with_traceback(as_console), last],
            foreign_pre_chain=shared,
        )
    )
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # What these libraries say at DEBUG holds addresses with tokens in them.
    for name in QUIET:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))


def _with_traceback(as_console: bool) -> structlog.typing.Processor:
    """Tracebacks belong into the log of a fault of ours; a console renderer brings its own."""
    if as_console:
        return lambda _logger, _method, event: event
    return structlog.processors.format_exc_info
