r"""The register's TeX as plain text, for terminals: `$\delta^{(1)} x^{\top}$` becomes `delta^(1) x^T`."""

import re

__all__ = ["plain"]

_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|.", re.DOTALL)
_SHORT = re.compile(r"-?\w+|\([^()]*\)\w*|\.\.\.")  # an exponent or index that needs no parentheses
_WORDS = {
    r"\,": " ", r"\;": " ", r"\!": "", r"\%": "%", r"\{": "{", r"\}": "}",
    r"\top": "T", r"\odot": "*", r"\le": "<=", r"\ge": ">=", r"\ne": "!=", r"\to": "->", r"\dots": "...",
    r"\lVert": "|", r"\rVert": "|", r"\lfloor": "floor(", r"\rfloor": ")",
    r"\mathbb": "", r"\mathrm": "", r"\partial": "d",
}  # fmt: skip
_CLINGS_TO_NEXT = {r"\partial", r"\lVert", r"\lfloor", r"\hat", r"\mathbb", r"\mathrm"}


def plain(text: str) -> str:
    r"""Return a text with its formulas, which stand between dollar signs, in letters and signs of the keyboard.

    Example:
        >>> plain(r"$L^2 = 66$, not $\frac{a + b}{2}$")
        'L^2 = 66, not (a + b)/2'
    """
    words = text.split("$")
    words[1::2] = [_read(_TOKEN.findall(tex)[::-1], end="") for tex in words[1::2]]
    return "".join(words)


def _read(tokens: list[str], end: str) -> str:
    """Translate the tokens, which lie in a stack, up to the one that ends the group."""
    said = ""
    while tokens and tokens[-1] != end:
        token = tokens.pop()
        if token in {r"\frac", r"\tfrac"}:
            said += f"{_whole(_argument(tokens))}/{_whole(_argument(tokens))}"
        elif token in {"^", "_"}:
            script = _argument(tokens)
            said += token + (script if _SHORT.fullmatch(script) else f"({script})")
        elif token == "{":
            said += _read(tokens, "}")
            tokens.pop()
        elif token == r"\hat":
            said += f"{_argument(tokens)}hat"
        elif token == r"\cdot":
            said += "." if said.endswith("(") else "*"
        elif token in {r"\rVert", r"\rfloor"}:
            said = said.rstrip() + _WORDS[token]
        else:
            said += _WORDS.get(token, token.removeprefix("\\"))
            if token in _CLINGS_TO_NEXT and tokens[-2:] != ["/", " "]:
                _skip_spaces(tokens)
    return said


def _argument(tokens: list[str]) -> str:
    """Translate the next group or the next token."""
    _skip_spaces(tokens)
    if tokens[-1] != "{":
        return _read([tokens.pop()], end="")
    tokens.pop()
    said = _read(tokens, "}")
    tokens.pop()
    return said


def _skip_spaces(tokens: list[str]) -> None:
    while tokens and tokens[-1] == " ":
        tokens.pop()


def _whole(side: str) -> str:
    """Put a side of a fraction in parentheses where it is a sum or a product."""
    return f"({side})" if re.search(r"[ +]", side) else side
