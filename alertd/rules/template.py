"""A rule's own message is a Jinja2 template: here it is read without doing what it asks.

The compiler works out in advance whatever it can, and `{{ 'x' * 10 ** 9 }}` asks for more than there is. So every value
is taken out before it sees the template. Few rules have a message, and every command reads the rules: whoever needs
this imports it then.
"""

from jinja2 import TemplateSyntaxError, meta, nodes
from jinja2.sandbox import SandboxedEnvironment
from jinja2.visitor import NodeTransformer


class BadTemplateError(Exception):
    """What Jinja2 cannot read; its text says why, without a full stop."""

    def __init__(self, fault: TemplateSyntaxError) -> None:
        super().__init__((fault.message or "it cannot be read").rstrip("."))
        self.line = fault.lineno


class TooDeepError(Exception):
    """Brackets or blocks in each other beyond what Python itself can read."""


class _Blind(NodeTransformer):
    def visit_Const(self, node: nodes.Const) -> nodes.Node:  # noqa: N802
        return nodes.ContextReference(lineno=node.lineno)


def parse(text: str) -> nodes.Template:
    """A template that compiles, without its values. Raises BadTemplateError, TooDeepError."""
    environment = SandboxedEnvironment(autoescape=False)
    try:
        tree: nodes.Template = _Blind().visit(environment.parse(text))
        environment.compile(tree)
    except TemplateSyntaxError as fault:
        raise BadTemplateError(fault) from None
    except (RecursionError, SyntaxError, MemoryError):  # what Python says of one that is good and too much
        raise TooDeepError from None
    return tree


def other_files(tree: nodes.Template) -> list[int]:
    """The lines in which it would use other files."""
    return [part.lineno for part in tree.find_all((nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends))]


def names(tree: nodes.Template) -> set[str]:
    """What it speaks of and does not say itself."""
    return meta.find_undeclared_variables(tree)
