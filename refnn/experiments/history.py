r"""The history that the decks tell, as data: who did what when, the numbers, the sources, and what to correct.

Nothing here is computed. A slide's statement that is wrong or only half right stands in CORRECTIONS beside the right
one; the other tables hold the right one only, with the number of its erratum.

Source: S0, S1 "Neural Network (Deep Learning) History & Progress", S2 "Reading Materials". Corrections are from general
knowledge.
"""

from dataclasses import dataclass

__all__ = ["CORRECTIONS", "EVENTS", "FIGURES", "REFERENCES", "Correction", "Event", "Figure", "Reference"]


@dataclass(frozen=True)
class Event:
    """Something that happened from `begin` to `end`, years included; `errata` where a deck tells it otherwise."""

    begin: int
    end: int
    what: str
    errata: tuple[str, ...] = ()


@dataclass(frozen=True)
class Figure:
    """A number of the decks, known to lie between `low` and `high` (both included, equal where it is one number)."""

    name: str
    low: float
    high: float
    unit: str
    deck: str
    note: str = ""


@dataclass(frozen=True)
class Reference:
    """A work that the decks `decks` name."""

    key: str
    authors: str
    title: str
    venue: str
    year: int
    decks: tuple[str, ...]


@dataclass(frozen=True)
class Correction:
    """What a slide says, and what is right."""

    erratum: str
    about: str
    says: str
    right: str


# in the order of their beginnings (HIST-01)
EVENTS = (
    Event(1957, 1957, "the perceptron (Rosenblatt, 1928-1971)"),
    Event(1962, 1963, "the mistake bound of the perceptron (Novikoff)"),
    Event(1963, 1963, "the linear forerunner of the support vector machine (Vapnik, Lerner)", ("E-42",)),
    Event(1969, 1969, 'the book "Perceptrons" (Minsky, Papert), and the first winter', ("E-19",)),
    Event(1969, 1969, "rectified units (Fukushima)", ("E-42",)),
    Event(1974, 1974, "back-propagation in a thesis, with little echo (Werbos)"),
    Event(1980, 1989, "recurrent networks"),
    Event(1986, 1986, "back-propagation rediscovered (Rumelhart, Hinton, Williams)"),
    Event(1989, 1989, "a convolutional network reads zip codes (LeCun)"),
    Event(1990, 2009, "the second winter: support vector machines ahead"),
    Event(1992, 1992, "support vector machines with kernels (Boser, Guyon, Vapnik)", ("E-42",)),
    Event(1995, 1995, "support vector machines with a soft margin (Cortes, Vapnik)", ("E-42",)),
    Event(1997, 1997, "long short-term memory (Hochreiter, Schmidhuber)"),
    Event(1999, 2005, "hand-made features for images: SIFT (Lowe), HOG (Dalal, Triggs)"),
    Event(2004, 2013, "the Canadian Institute for Advanced Research funds neural networks"),
    Event(2010, 2010, "rectified units in restricted Boltzmann machines (Nair, Hinton)", ("E-42",)),
    Event(2010, 2017, "the ImageNet challenge, ILSVRC"),
    Event(2011, 2011, "deep sparse rectifier networks (Glorot, Bordes, Bengio)", ("E-42",)),
    Event(2012, 2012, "AlexNet wins ILSVRC (Krizhevsky, Sutskever, Hinton)", ("E-19",)),
    Event(2018, 2018, "Turing Award for Bengio, Hinton and LeCun, announced in March 2019", ("E-19",)),
)

# (HIST-02)
FIGURES = (
    Figure("ILSVRC classes", 1000, 1000, "classes", "S1"),
    Figure("ILSVRC training", 1_200_000, 1_200_000, "images", "S1"),
    Figure("ILSVRC validation", 50_000, 50_000, "images", "S1"),
    Figure("ILSVRC test", 100_000, 100_000, "images", "S1"),
    Figure("brain neurons", 10**10, 10**12, "neurons", "S1"),
    Figure("brain links of a neuron", 10**3, 10**4, "links", "S1"),
    Figure("brain links", 10**13, 10**16, "links", "S1", "about 10^14 on the slide; here the range of the products"),
    Figure("zip codes training", 7291, 7291, "images", "S1", "from the paper (CNN-16)"),
    Figure("zip codes test", 2007, 2007, "images", "S1", "from the paper"),
    Figure("zip codes", 9298, 9298, "images", "S1", "from the paper; the slide says about 10,000"),
    Figure("zip codes wrong", 102, 102, "images", "S1", "from the paper; the slide says 5 %"),
    Figure("digit errors of support vector machines, 1998", 0.8, 0.8, "%", "S1"),
    Figure("digit errors of support vector machines, 2002", 0.56, 0.56, "%", "S1"),
    Figure("digit errors of conv nets, 1998", 0.7, 0.8, "%", "S1", "not on the slide (E-42)"),
    Figure("cheques read by a conv net, late 1990s US", 10, 20, "%", "S1", "the slide says about 20 % (E-42)"),
    Figure("funding by CIFAR", 10_000_000, 10_000_000, "dollars in 10 years", "S1", "about"),
    Figure("speed of ReLU", 6, 6, "times", "S0", "about; AlexNet paper: to 25 % training error on CIFAR-10, vs tanh"),
)

# in the order of their keys (HIST-03)
REFERENCES = (
    Reference("duchi2011", "J. Duchi, E. Hazan, Y. Singer",
              "Adaptive Subgradient Methods for Online Learning and Stochastic Optimization", "JMLR", 2011, ("S2",)),
    Reference("glorot2011", "X. Glorot, A. Bordes, Y. Bengio", "Deep Sparse Rectifier Neural Networks", "AISTATS",
              2011, ("S1", "S2")),
    Reference("goodfellow2013", "I. Goodfellow et al.", "Maxout Networks", "ICML", 2013, ("S2",)),
    Reference("goodfellow2016", "I. Goodfellow, Y. Bengio, A. Courville", "Deep Learning", "MIT Press", 2016, ("S2",)),
    Reference("gulcehre2014", "C. Gulcehre, M. Moczulski, Y. Bengio",
              "ADASECANT: Robust Adaptive Secant Method for Stochastic Gradient", "arXiv", 2014, ("S2",)),
    Reference("he2015", "K. He et al.", "Delving Deep into Rectifiers", "arXiv", 2015, ("S2",)),
    Reference("kingma2015", "D. Kingma, J. Ba", "Adam: A Method for Stochastic Optimization", "ICLR", 2015, ("S2",)),
    Reference("kolmogorov1957", "A. Kolmogorov", "On the representation of continuous functions of many variables by "
              "superposition of continuous functions of one variable and addition", "Doklady", 1957, ("S1",)),
    Reference("lecun1989", "Y. LeCun et al.", "Backpropagation Applied to Handwritten Zip Code Recognition",
              "Neural Computation", 1989, ("S1",)),
    Reference("lowe2004", "D. Lowe", "Distinctive Image Features from Scale-Invariant Keypoints", "IJCV 60, 91-110",
              2004, ("S1",)),
    Reference("maas2013", "A. Maas, A. Hannun, A. Ng",
              "Rectifier Nonlinearities Improve Neural Network Acoustic Models", "ICML", 2013, ("S2",)),
    Reference("nielsen2015", "M. Nielsen", "Neural Networks and Deep Learning, chapter 4", "online", 2015, ("S2",)),
    Reference("novikoff1962", "A. Novikoff", "On Convergence Proofs on Perceptrons",
              "Symposium on the Mathematical Theory of Automata", 1962, ("S1",)),
    Reference("rumelhart1986", "D. Rumelhart, G. Hinton, R. Williams",
              "Learning representations by back-propagating errors", "Nature 323, 533-536", 1986, ("S1",)),
    Reference("schaul2012", "T. Schaul, S. Zhang, Y. LeCun", "No More Pesky Learning Rates", "arXiv", 2012, ("S2",)),
    Reference("seide2011", "F. Seide, G. Li, D. Yu", "Conversational Speech Transcription Using Context-Dependent Deep "
              "Neural Networks", "Interspeech", 2011, ("S2",)),
    Reference("werbos1974", "P. Werbos", "Beyond Regression: New Tools for Prediction and Analysis in the Behavioral "
              "Sciences", "PhD thesis, Harvard University", 1974, ("S1",)),
    Reference("zeiler2012", "M. Zeiler", "ADADELTA: An Adaptive Learning Rate Method", "arXiv", 2012, ("S2",)),
)

CORRECTIONS = (
    # (E-19)
    Correction("E-19", "Turing Award", "2019 winners", "the award of 2018, announced in March 2019"),
    Correction("E-19", "a name", "Paper", "Papert"),
    Correction("E-19", "a name", "Suskever", "Sutskever"),
    Correction("E-19", "a word", "Burn in Paris", "born in Paris"),
    # (E-42)
    Correction("E-42", "ReLU", "proposed in 2011 by Glorot and Bengio",
               "rectifiers appear earlier (Fukushima 1969; Nair and Hinton 2010); the paper of 2011 is by Glorot, "
               "Bordes and Bengio"),
    Correction("E-42", "support vector machine", "invented in 1963",
               "1963 is the linear forerunner; kernels came in 1992, the soft margin in 1995"),
    Correction("E-42", "digit errors", "support vector machines clearly ahead of neural networks by 1998",
               "conv nets reported 0.7 to 0.8 % on the same digits in 1998"),
    Correction("E-42", "cheques", "about 20 % of the market", "other sources say 10 to 20 %"),
)
