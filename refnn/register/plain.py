r"""TeX as keyboard text, for terminals: `$\delta^{(1)} x^{\top}$` becomes `delta^(1) x^T`."""

import re

__all__ = ["formula", "plain"]

_FORMULA = re.compile(r"\$\$(.+?)\$\$|\$(.+?)\$", re.DOTALL)
_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|.", re.DOTALL)
_SHORT = re.compile(r"-?(?:\d+|[^\W\d_][^\W_]*)|\([^()]*\)\w*|\.\.\.|\*")  # a script without parentheses
_GAP = "\0"  # a wide blank, which outlives the tidying of blanks
_WORDS = {
    r"\,": " ", r"\;": " ", r"\ ": " ", r"\!": "", r"\%": "%", r"\{": "{", r"\}": "}", r"\#": "#", "\n": " ",
    r"\quad": _GAP, r"\qquad": _GAP, r"\top": "T", r"\nabla": "grad", r"\partial": "d", r"\ell": "l",
    r"\varphi": "phi", r"\infty": "inf", r"\prime": "'", r"\dots": "...", r"\cdots": "...", r"\pm": "+-",
    r"\odot": " * ", r"\times": " x ", r"\circ": " o ", r"\bmod": " mod ", r"\cap": " & ", r"\mid": " | ",
    r"\le": " <= ", r"\ge": " >= ", r"\ne": " != ", r"\approx": " ~= ", r"\sim": " ~ ", r"\preceq": " <= ",
    r"\propto": " is proportional to ", r"\in": " in ", r"\subset": " is part of ", r"\to": " -> ",
    r"\mapsto": " -> ", r"\leftarrow": " <- ", r"\Rightarrow": " => ", r"\iff": " if and only if ",
    r"\bigvee": "OR", r"\bigwedge": "AND", r"\lfloor": "floor(", r"\rfloor": ")", r"\lceil": "ceil(", r"\rceil": ")",
    r"\lVert": "|", r"\rVert": "|", r"\lvert": "|", r"\rvert": "|", r"\langle": "<", r"\rangle": ">",
    r"\text": "", r"\left": "", r"\right": "", r"\big": "", r"\bigl": "", r"\bigr": "", r"\Big": "", r"\Bigl": "",
    r"\Bigr": "", "&": " if ", r"\\": "; ", r"\end": "",
}  # fmt: skip
_OPENING = {r"\partial", r"\pm", r"\lVert", r"\lvert", r"\lfloor", r"\lceil", r"\langle"}
_CLOSING = {r"\rVert", r"\rvert", r"\rfloor", r"\rceil", r"\rangle"}
_FONTS = {r"\mathbb", r"\mathbf", r"\mathcal", r"\mathrm", r"\operatorname"}
_ACCENTS = {r"\hat", r"\tilde", r"\bar"}


def plain(text: str) -> str:
    r"""Return a text with its formulas, which stand between dollar signs, in letters and signs of the keyboard.

    Example:
        >>> plain(r"$L^2 = 66$, not $\frac{a + b}{2}$")
        'L^2 = 66, not (a + b)/2'
    """
    return _FORMULA.sub(lambda found: formula(found[1] or found[2]), text)


def formula(tex: str) -> str:
    r"""Return a formula in letters and signs of the keyboard; its parts stay apart, and a \tag stands behind it.

    Example:
        >>> formula(r"\hat y = \begin{cases} 0 & z < 0 \\ 1 & z \ge 0 \end{cases}, \qquad z = w^\top x \tag{X-01}")
        'yhat = {0 if z < 0; 1 if z >= 0},   z = w^T x   (X-01)'
    """
    said = re.sub(" +", " ", _read(_TOKEN.findall(tex)[::-1], end=""))
    said = re.sub(r"(?<=[(\[{]) | (?=[)\]},;])", "", said)
    return re.sub(f"[ {_GAP}]*{_GAP}[ {_GAP}]*", "   ", said).strip()


def _read(tokens: list[str], end: str) -> str:
    """Translate the tokens, which lie in a stack, up to the one that ends the group."""
    said, glued = "", -1
    while tokens and tokens[-1] != end:
        token = tokens.pop()
        if token in {"^", "_"}:
            said += _script(token, _argument(tokens).strip())
            continue
        if token == "{":
            word = _read(tokens, "}")
            tokens.pop()
        else:
            word = _word(token, tokens, said)
            if token[0] == "\\" and word[:1].isalnum() and said[-1:].isalnum() and glued != len(said):
                said += " "
        said = (said.rstrip() if token in _CLOSING else said) + word
        if token in _OPENING and tokens[-2:] != ["/", " "]:
            _skip_spaces(tokens)
            glued = len(said)
    return said


def _word(token: str, tokens: list[str], said: str) -> str:
    """Translate one token, behind what is said; take its arguments from the stack."""
    if token in {r"\frac", r"\tfrac"}:
        quotient = f"{_whole(_argument(tokens))}/{_whole(_argument(tokens), below=True)}"
        return f"({quotient})" if said.endswith("log ") else quotient
    if token in _FONTS:
        if tokens[-1] == "*":  # it only says where the index is set
            tokens.pop()
        word = _argument(tokens).strip()
        return word + " " * (word == "1" and tokens[-1:] != [] and tokens[-1].isalpha())  # a column of ones
    if token in _ACCENTS:
        return f"{_argument(tokens)}{token[1:]}"
    if token == r"\sqrt":
        return f"sqrt({_argument(tokens)})"
    if token == r"\underbrace":
        return f"({_argument(tokens)})"
    if token == r"\tag":
        return f"{_GAP}({_argument(tokens)})"
    if token in {r"\begin", r"\end"}:  # of cases
        _argument(tokens)
        return "{" if token == r"\begin" else "}"
    if token == r"\cdot":
        return "." if said.endswith("(") else " * "
    return _WORDS.get(token, token.removeprefix("\\"))


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
    while tokens and tokens[-1] in {" ", "\n"}:
        tokens.pop()


def _script(sign: str, script: str) -> str:
    """Write an exponent or index; primes stand as they are."""
    if script and not script.strip("'"):
        return script
    product = sign == "^" and re.fullmatch("-?[a-z]{2}", script)  # such as e^(bz)
    return sign + (script if _SHORT.fullmatch(script) and not product else f"({script})")


def _whole(side: str, below: bool = False) -> str:
    """Put a side of a fraction in parentheses where it is a sum, a product or a quotient."""
    side, outer = side.strip(), side.strip()
    while (inner := re.sub(r"\([^()]*\)|\[[^\[\]]*\]", "", outer)) != outer:
        outer = inner
    several = r"[ +/]|(?<=.)-" + (r"|\d[A-Za-z]|(?!d)[a-z][A-Z]" if below else "")
    return f"({side})" if re.search(several, outer) else side
