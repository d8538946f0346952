"""Every erratum has a proof that is computed, shows both sides and would notice; and `refnn errata` prints them."""

import time

import numpy as np
import pytest

from refnn import losses, register
from refnn.cli import main
from refnn.register.plain import formula, plain
from refnn.register.proofs import PROOFS

ERRATA = {name: entry for name, entry in register.items().items() if entry.is_erratum}
RECORDS = {"E-19", "E-40", "E-42", "E-43"}

# what is right, and what the slide has in its place
BOTH_SIDES = {
    "E-01": ("fg' + f'g = 3, numerically 3", "fg' + g'f = 4"),
    "E-02": ("along dL to -0.5, L = 0.125", "along df to -1.5, L = 1.125"),
    "E-03": ("with U_1 -0.065048, numerically -0.065048", "the slide's U_3 -0.117087"),
    "E-04": ("dy/db_1 = delta_1 = 0.755979, numerically 0.755979", "W is 3x4, the column delta 3x1"),
    "E-05": ("delta2 a1^T is 2x3, its corner 0.405163, numerically 0.405163", "W2 is 2x3, delta2 a2^T 2x2"),
    "E-06": ("delta1_1 = -0.757040, numerically -0.757040", "f'(z2) has 2"),
    "E-07": ("delta1_1 = (W2^T delta2 * f'(z1))_1 = -0.028013, numerically -0.028013", "f'(z1))_1 = -0.003610"),
    "E-08": ("delta1 a0^T is 3x4 as W1, its corner 1.040930, numerically 1.040930", "W1^T is 4x3 for 2 entries"),
    "E-09": ("stride 1 gives 3 = N - m + 1 = 3", 'stride 0 gives "stride: expected at least 1, got 0"'),
    "E-10": ("20 with i-a, j-b, numerically 20", "40 with ij"),
    "E-11": ("to 3 the sum is 168 = dE/domega_00 = 168", "rows 0..3, N - m + 1 = 4 is outside"),
    "E-12": ("the product of all slopes is 1", "the gradient grows 512 fold"),
    "E-13": ("y w.x = 5", "that is x, -5"),
    "E-14": ("J / distance = 5 and 10", "J = 3, distance 0.6; 2w: J = 6, distance 0.6"),
    "E-15": ("gives -1.239515, numerically -1.239515", "single terms give -0.812432, -0.427083"),
    "E-16": ("a tanh(b) = 1.0000555, with -2b 1.0000555, 1.0000555", "the slide's two forms -0.5517, 0.5517"),
    "E-17": ("ReLU of 1000 is 1000", "cost of 1, 2, 4 theta: 0.4402, 0.1451, 0.0185"),
    "E-18": ("summed to n (6, 10)", "to d = 1 (0, 0)"),
    "E-20": ("within 0.0250 on [0, 1]", "off by 1.9750 at 2.9500"),
    "E-21": ("softplus 0.693147, ReLU 0: 0.0106", "0.6826 away"),
    "E-22": ("all masks is 0.5, (100 - p) % is 0.5", "(1 - p) % is -0.49"),
    "E-23": ("w_10 = 0.00098", "from -2 to C = -0.3054, from 2 to 0.2941"),
    "E-24": ("9 + 16 + 4 + 4 = 33, not 66", "3 + 4 + 2 + 2 = 11, not 15"),
    "E-25": ("2.0404, 0.0791, 6.1565, mean 2.7587", "2.0404, 0.1404, 6.9404, and 9.12 is their sum 9.1211"),
    "E-26": ("vectors: 1, 0.25", "N = 4, K = 3: 2, 0.5"),
    "E-27": ("6.3 + 6.6 = 12.9", "without the margin 1 10.9; mean 5.2667, not 4.6"),
    "E-28": ("gradients (1, 2), (-2, -1)", "their sum (-1, 1)"),
    "E-29": ("PReLU is 1 and 1", "max(slope x, x) 1 and 2"),
    "E-30": ("refnn 2.7776e-11: 2.8e-11, not 2e-11", "as a power of e it is 3.3e-05"),
    "E-31": ("2000 units, positive input: 1000 off", "0 off with |W|"),
    "E-32": ("at most: tanh 1, sigmoid 0.25", "tanh'(0) = 1, not smaller than 1"),
    "E-33": ("conv(shift) - shift(conv) = 0", "conv(shift) - conv = 8; conv(turn) - turn(conv) = 6"),
    "E-34": ("z_(j,i) gives (3, 5)", "the slide's z_i (2, 4)"),
    "E-35": ("3200 weights of one channel, with biases 3328", "128 maps, not 64"),
    "E-36": ("7 outputs (1, 3, 6, 6, 6, 5, 3)", "layer, 3 (6, 6, 6)"),
    "E-37": ("sigma(x) = 0.622459 whatever the target", "0.292561 for target 0, -0.177447 for 1"),
    "E-38": ("7.007250 = 2.317225 + 4.265025 + 0.425", "EPE(f) of one f is 2.8 to 15.3"),
    "E-39": ("cost 4.0550", "without the bracket -3.4285, below zero"),
    "E-41": ("steps 0, 1, 0, 0.894427", "with the previous g only the last is 2, and the first 0/0"),
}


def test_every_erratum_has_a_proof_and_every_proof_an_erratum():
    assert [*PROOFS] == [*ERRATA]
    assert BOTH_SIDES.keys() | RECORDS == PROOFS.keys() and not BOTH_SIDES.keys() & RECORDS


@pytest.mark.parametrize("number", PROOFS)
def test_a_proof_is_one_line_of_plain_text_and_always_the_same(number):
    line = PROOFS[number]()
    assert line.isascii() and line.isprintable() and 30 <= len(line) <= 150
    assert PROOFS[number]() == line


@pytest.mark.parametrize("number", BOTH_SIDES)
def test_a_proof_shows_both_sides(number):
    right, slide = BOTH_SIDES[number]
    assert right in PROOFS[number]() and slide in PROOFS[number]()


def test_what_cannot_be_computed_is_called_a_record_and_nothing_else_is():
    assert {number for number, proof in PROOFS.items() if proof().startswith("record: ")} == RECORDS
    assert "the award of 2018" in PROOFS["E-19"]() and "digit errors" in PROOFS["E-42"]()


def test_every_erratum_that_can_be_computed_has_a_law():
    assert [number for number in PROOFS if number not in {"E-40", "E-43"} and not register.laws(number)] == []


def test_a_proof_computes_and_does_not_recite(monkeypatch):
    right = losses.softmax_cross_entropy
    monkeypatch.setattr(losses, "softmax_cross_entropy", lambda *args, **kwargs: 2 * right(*args, **kwargs))
    assert "mean 5.5173" in PROOFS["E-25"]() and "5.6e-11" in PROOFS["E-30"]()


def test_all_proofs_together_take_less_than_two_seconds():
    start = time.process_time()
    for proof in PROOFS.values():
        proof()
    assert time.process_time() - start < 2


# The command


def printed(capsys, *arguments):
    assert main(["errata", *arguments]) == 0
    return capsys.readouterr().out


def test_all_errata_are_listed_in_order_within_100_columns(capsys):
    lines = printed(capsys).splitlines()
    assert [line[:4] for line in lines if line.startswith("E-")] == [*ERRATA]
    assert max(map(len, lines)) <= 100
    assert lines[-1].startswith(f"{len(ERRATA)} errata: ") and " wrong" in lines[-1]


@pytest.mark.parametrize("number", ERRATA)
def test_each_has_its_slide_both_texts_and_its_proof(number, capsys):
    out = " ".join(printed(capsys, number.lower()).split())
    entry = ERRATA[number]
    assert out.startswith(f"{number} {entry.title} ({entry.status}) slide S")
    for label, text in (("says", plain(entry.says)), ("right", plain(entry.right)), ("proof", PROOFS[number]())):
        assert f" {label} {' '.join(text.split())}" in out
    assert "\\" not in out and "$" not in out


def numbers(capsys, *arguments):
    return [line[:4] for line in printed(capsys, *arguments).splitlines() if line.startswith("E-")]


@pytest.mark.parametrize("name, number", [
    ("E-1", "E-01"), ("e1", "E-01"), ("1", "E-01"), ("27", "E-27"), ("e27", "E-27"), ("E27", "E-27"), ("E-027", "E-27"),
])  # fmt: skip
def test_a_number_may_be_spelt_as_one_likes(name, number, capsys):
    assert numbers(capsys, name) == [number]


def test_an_item_a_module_and_a_function_have_errata_too(capsys):
    assert numbers(capsys, "LOSS-06") == ["E-25"]
    assert numbers(capsys, "UNI-01") == ["E-18", "E-20"]
    assert numbers(capsys, "perceptron") == ["E-13", "E-14"]
    assert "E-29" in numbers(capsys, "prelu")


def test_several_names_are_taken_and_no_erratum_is_told_twice(capsys):
    assert numbers(capsys, "E-02", "1", "LOSS-06", "25") == ["E-02", "E-01", "E-25"]


def test_where_nothing_is_to_be_corrected_this_is_said(capsys):
    assert printed(capsys, "LIN-01") == "Nothing to correct on the slides of LIN-01 (Linear discriminant).\n"


@pytest.mark.parametrize("wrong, words", [
    ("E-99", "refnn errata: expected E-01 to E-43, got 'E-99'\n"),
    ("44", "refnn errata: expected E-01 to E-43, got '44'\n"),
    ("LOSS-12", "refnn errata: expected LOSS-01 to LOSS-11, got 'LOSS-12'\n"),
    ("sofmax", "got 'sofmax'; did you mean 'softmax'?\n"),
    ("gibberish", "got 'gibberish'\n"),
])  # fmt: skip
def test_an_unknown_number_is_one_line_with_a_suggestion_and_status_2(wrong, words, capsys):
    assert main(["errata", wrong]) == 2
    err = capsys.readouterr().err
    assert err.startswith("refnn errata: ") and words in err and err.count("\n") == 1


@pytest.mark.parametrize("tex, text", [
    (r"the sum $\sum_{k,l} |W_{kl}|$ of $\mathbb{R}^N$", "the sum sum_(k,l) |W_kl| of R^N"),
    (r"$\delta^{(1)} = (W^{(2)\top} \delta^{(2)}) \odot f'(z^{(1)})$", "delta^(1) = (W^(2)T delta^(2)) * f'(z^(1))"),
    (r"$\frac{2a}{1 + e^{-b\,net}}$, $\tfrac14$", "2a/(1 + e^(-b net)), 1/4"),
    (r"$\frac{\partial E}{\partial y_{ij}}$, $\partial / \partial W$", "dE/dy_ij, d / dW"),
    (r"$\lVert w \rVert$, $\lfloor m/2 \rfloor$, $\{0, 1\}$", "|w|, floor(m/2), {0, 1}"),
    (r"$f(\cdot; D)$ is $2 \cdot 10^{-11}$, $p\,\%$", "f(.; D) is 2 * 10^-11, p %"),
    (r"$$\hat y = \operatorname{sgn}(w^\top x) \tag{PERC-01}$$", "yhat = sgn(w^T x)   (PERC-01)"),
    (r"$\begin{cases} z & z > 0 \\ \alpha z & z \le 0 \end{cases}$", "{z if z > 0; alpha z if z <= 0}"),
    (r"$\operatorname*{arg\,min}_c \sum_i |y_i - c|$", "arg min_c sum_i |y_i - c|"),
    (r"$\tfrac h2 C''(w)$, $\frac{C}{2h}$, $C^{\prime\prime}$", "h/2 C''(w), C/(2h), C''"),
    (r"$-\log \frac{a}{b}$, $a\frac1n$", "-log (a/b), a 1/n"),
    (r"$1 - 2\eta\lambda$, $\frac{\log(1/\epsilon)}{\eta\lambda}$", "1 - 2 eta lambda, log(1/epsilon)/(eta lambda)"),
    (r"$e^{-2bz}$, $e^{bz}$, $e^{-z}$, $w^*$, $W_{kl}$", "e^(-2bz), e^(bz), e^-z, w^*, W_kl"),
    (r"$a, \qquad \text{so that}\quad b$", "a,   so that   b"),
    ("no formula, 50 %", "no formula, 50 %"),
])  # fmt: skip
def test_formulas_become_plain_text(tex, text):
    assert plain(tex) == text


@pytest.mark.parametrize("name", register.items())
def test_no_text_of_the_register_keeps_a_backslash(name):
    entry = register.item(name)
    for said in (formula(entry.tex), *map(plain, (entry.title, entry.slide, entry.says, entry.right))):
        assert not set(said) & set("\\$\0") and said.count("(") == said.count(")")


def test_the_scores_of_the_proofs_are_those_of_the_slide():
    from refnn.register import figures, proofs

    assert np.array_equal(proofs.SCORES, figures.SCORES) and proofs.LABELS == figures.LABELS
