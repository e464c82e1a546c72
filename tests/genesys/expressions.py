"""Architect's expressions, of which the flow needs few: names, literals, ==, !=, If, IsSet.

What has a secure variable in it is refused, unless it is that variable alone: what is made from a secret is hard to
follow, and the flow needs none.
"""

import ast

NOT_SET = None


class Unknown(ValueError):
    """The flow holds something that is not known here."""


class Secret(str):
    """What a secure variable holds."""


def evaluate(text, read):
    """The value of an expression; `read` gives that of a variable by its name.

    # Errors
    `Unknown` where it uses more than is known here.
    """
    try:
        # Architect's form is that of Python's for what is used here; its words may be in any case.
        return value_of(ast.parse(text, mode="eval").body, read)
    except SyntaxError as error:
        raise Unknown(f"the expression {text}") from error


def value_of(node, read):
    match node:
        case ast.Constant(value=value):
            return value
        case ast.Name(id=name) if name.lower() in ("true", "false"):
            return name.lower() == "true"
        case ast.Attribute(value=ast.Name(id=scope), attr=name):
            return read(f"{scope}.{name}")
        case ast.Compare(left=left, ops=[operator], comparators=[right]):
            left, right = (open_value(it, read) for it in (left, right))
            match operator:
                case ast.Eq():
                    return left == right
                case ast.NotEq():
                    return left != right
        case ast.Call(func=ast.Name(id="IsSet"), args=[argument]):
            return value_of(argument, read) is not NOT_SET
        case ast.Call(func=ast.Name(id="If"), args=[condition, then, otherwise]):
            # The branch that is not taken is not looked at: it may hold a variable that is not set.
            return open_value(then if open_value(condition, read) else otherwise, read)
    raise Unknown(f"the expression {ast.unparse(node)}")


def open_value(node, read):
    value = value_of(node, read)
    if isinstance(value, Secret):
        raise Unknown("an expression with a secure variable in it")
    return value
