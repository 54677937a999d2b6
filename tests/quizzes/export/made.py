"""A question with everything that a format trips over."""

from __future__ import annotations

from quizzes.bank import Bank
from quizzes.schema import Concept, Option, Question, Show

CODE = """\
Signs: a = b, c ~ d, {e}, #f, g: h, 5 % of <i> & “j” \\ k.

```python
eps = {"a": 1}  # one

x_t = alpha * x_0  # two
```

How much is $\\frac{\\sigma^2}{\\alpha_t} < 1$ of it?

$$
\\hat x_0 = \\frac{x_t - \\sigma\\,\\hat\\varepsilon}{\\alpha}
$$
"""
AWKWARD = Question(
    id="goal-awkward",
    difficulty="hard",
    stem=CODE,
    options=(
        Option(text="50 % = half -> `x_0`", feedback="No: #1 ~ {2}.", misconception="a"),
        Option(text="$e^{-10}$", feedback="Yes: $a = b$\n\nAnd more.", right=True),
        Option(text="%50% at A::B", feedback="= no // comment", misconception="b"),
        Option(
            text="a [[fog|noise]] ]]> end", feedback="See [Forward](/forward).", misconception="c"
        ),
    ),
    hints=("Look at $x_t$.", "Then at `x_0`."),
    solution=("First: $a = b$.", "Then ~ done."),
    final="It is $e^{-10}$.",
    check="0 < 1",
    mistakes=("Not looking.",),
    rule="Less is more.",
    show=Show(page="forward", query={"t": 500}, look="The digit."),
    sources=("Ho, Jain & Abbeel 2020",),
)
TITLE = "Goals / aims: {all} = 1"
BANK = Bank.of_concepts(
    (Concept(concept="goal", title=TITLE, about="Say it.", page="forward", questions=(AWKWARD,)),)
)
