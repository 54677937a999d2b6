"""Every number that a question works out is what the core works out."""

from __future__ import annotations

import ast
import math
import operator
import re
from collections.abc import Callable
from functools import cache

import numpy as np
import pytest

from diffusion_core.files.checkpoint import load_checkpoint
from diffusion_core.schedule import LinearBetaSchedule, alpha_sigma, log_snr, make_schedule
from quizzes.bank import load_bank
from quizzes.schema import Number, Question


@cache
def amounts(schedule: str, t: float) -> tuple[float, float]:
    """alpha and sigma on "cosine", or on "linear-T" with T steps."""
    if schedule not in ("cosine", "linear-1000", "linear-300", "linear-100"):
        raise ValueError(f"no schedule {schedule!r}")
    name, _, steps = schedule.partition("-")
    alpha, sigma = alpha_sigma(make_schedule(name, int(steps or 1000)), t)
    return float(alpha), float(sigma)


def beta(i: float) -> float:
    """beta_i of the linear schedule of 1000 steps, i from 1."""
    betas = LinearBetaSchedule(1000).betas
    if i != int(i) or not 1 <= i <= len(betas):
        raise ValueError(f"no beta({i})")
    return float(betas[int(i) - 1])


@cache
def parameters() -> float:
    """How many numbers the shipped network has learned."""
    return float(sum(p.numel() for p in load_checkpoint().parameters()))


WORDS: dict[str, Callable[..., float]] = {
    "alpha": lambda schedule, t: amounts(schedule, t)[0],
    "sigma": lambda schedule, t: amounts(schedule, t)[1],
    "snr": lambda schedule, t: (amounts(schedule, t)[0] / amounts(schedule, t)[1]) ** 2,
    "log_snr": lambda schedule, t: float(log_snr(*amounts(schedule, t))),
    "beta": beta,
    "parameters": parameters,
    "sqrt": math.sqrt,
    "exp": math.exp,
    "log": math.log,
    "cos": math.cos,
    "sin": math.sin,
}
OPERATORS: dict[type[ast.AST], Callable[..., float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
}


def value(expression: str) -> float:
    """Work it out. ValueError for a word that is not among those above."""

    def of(node: ast.expr) -> float:
        match node:
            case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
                return float(number)
            case ast.Name(id="pi"):
                return math.pi
            case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
                return float(OPERATORS[type(op)](of(left), of(right)))
            case ast.UnaryOp(op=op, operand=operand) if type(op) in OPERATORS:
                return float(OPERATORS[type(op)](of(operand)))
            case ast.Call(func=ast.Name(id=word), args=args, keywords=[]) if word in WORDS:
                return WORDS[word](*(argument(a) for a in args))
        raise ValueError(f"{ast.unparse(node)} is not among the words of a number")

    def argument(node: ast.expr) -> float | str:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return node.value
        return of(node)

    return of(ast.parse(expression, mode="eval").body)


def texts(question: Question) -> str:
    """Everything that the student may read of it."""
    of_options = [text for option in question.options for text in (option.text, option.feedback)]
    several = [*question.hints, *question.solution, *question.mistakes]
    single = [question.stem, question.final, question.check, question.rule, question.show.look]
    return "\n".join([*of_options, *several, *single])


def stands_in(says: str, text: str) -> bool:
    """Whether the number stands there as a number of its own: 2 does not stand in 12 or in 2.5."""
    pattern = rf"(?<![\d])(?<!\d[.,]){re.escape(says)}(?![\d])(?![.,]\d)"
    return re.search(pattern, text) is not None


def agrees(says: str, computed: float) -> bool:
    """Whether it is the value, rounded to as many decimals as it shows. A % is a hundredth."""
    plain = says.replace("−", "-").replace(",", "").replace(" ", "").replace("\u202f", "")
    percent = plain.endswith("%")
    digits = plain.removesuffix("%")
    decimals = len(digits.partition(".")[2])
    wanted = computed * 100 if percent else computed
    # Half of the last place; a little more, since 0.125 may be 0.12499999999999999.
    return abs(float(digits) - wanted) <= 0.5 * 10.0**-decimals * (1 + 1e-6)


NUMBERS = [
    (question, number) for question in load_bank().questions.values() for number in question.numbers
]


@pytest.mark.parametrize(
    ("question", "number"), NUMBERS, ids=[f"{q.id}: {n.says} = {n.is_}" for q, n in NUMBERS]
)
def test_a_number_of_the_bank(question: Question, number: Number) -> None:
    assert stands_in(number.says, texts(question)), f"{number.says} is not in the text"
    computed = value(number.is_)
    assert agrees(number.says, computed), f"{number.is_} is {computed:.6g}, not {number.says}"


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("alpha('cosine', 0.5)", math.sqrt(0.5)),
        ("sigma('cosine', 0.5) ** 2", 0.5),
        ("snr('cosine', 0.5)", 1.0),
        ("log_snr('cosine', 0.5)", 0.0),
        ("beta(1) * 10", 1e-3),
        ("beta(1000)", 0.02),
        ("-(1 + 2) / 4 - +1", -1.75),
        ("2 * pi", 2 * math.pi),
        ("exp(log(3)) + sqrt(4) + cos(0) + sin(0)", 6.0),
        # The product of all 1 - beta, taken by itself.
        ("alpha('linear-100', 1) ** 2", float(np.prod(1 - np.linspace(1e-4, 0.02, 100)))),
    ],
)
def test_words(expression: str, expected: float) -> None:
    assert value(expression) == pytest.approx(expected)


@pytest.mark.parametrize(
    "expression",
    [
        "__import__('os')",
        "alpha.__class__",
        "(1).real",
        "[1][0]",
        "'a'",
        "True",
        "x",
        "1 if 1 else 2",
        "sqrt(x=4)",
        "1 // 2",
        "alpha('sigmoid', 0.5)",
        "alpha('cosine', 2)",
        "beta(0)",
        "beta(1.5)",
        "(lambda: 1)()",
    ],
)
def test_nothing_else_is_worked_out(expression: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        value(expression)


@pytest.mark.parametrize(
    ("says", "computed", "right"),
    [
        ("0.71", 0.7071, True),
        ("0.70", 0.7071, False),
        ("0.7", 0.7071, True),
        ("0.707", 0.7071, True),
        ("−0.5", -0.5, True),
        ("1,234,567", 1234567.4, True),
        ("71%", 0.7071, True),
        ("71 %", 0.7071, True),
        ("0.13", 0.125, True),
        ("2", 2.51, False),
    ],
)
def test_rounding(says: str, computed: float, right: bool) -> None:
    assert agrees(says, computed) == right


def test_a_number_stands_by_itself() -> None:
    assert stands_in("2", "It is 2.") and stands_in("0.71", "(0.71, 0.72)")
    assert not stands_in("2", "It is 12, or 2.5, or 0.2")
