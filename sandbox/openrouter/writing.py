"""Course content for any topic, built from what is asked: always the same for the same question.

Nothing here is one canned text: topic, goal, level, hours, the place in the outline and the
materials decide what comes out.
"""

import re

from sandbox.openrouter.knowledge import GAP, GAP_WORD, MEANS, PAIRS, STEPS, number, solve

_THEMES = (
    "the basics of {t}",
    "the building blocks of {t}",
    "a method for {t}",
    "harder cases of {t}",
    "mistakes in {t}",
    "{t} with other people",
    "longer work in {t}",
    "{t} on your own",
)
_LOOKS = (
    "A first look at",
    "Naming the parts of",
    "Step by step:",
    "Reading examples of",
    "More on",
)
_TYPES = ("coding", "writing", "problem")
_SENTENCE = re.compile(r"[^.!?\n]{25,160}[.!?]")


def write(name: str, given: dict) -> dict:
    """`name` is the name of the schema that was asked for."""
    return _WRITERS[name](given)


def _sentences(given: dict) -> list[tuple[str, str]]:
    """Material id and sentence."""
    return [
        (row["id"], found.strip())
        for row in given.get("materials") or []
        for found in _SENTENCE.findall(row["text"])
    ]


# The outline -----------------------------------------------------------------------------------


def _outline(given: dict) -> dict:
    topic, hours = given["topic"], int(given.get("hours") or 3)
    lessons = max(6, min(40, hours * 2))
    count = max(3, min(8, lessons // 4))
    per = max(2, min(6, lessons // count))
    sections = [_section(topic, place, per) for place in range(count)]
    return {
        "schema": "tutorme.course/1",
        "title": f"{topic[:1].upper()}{topic[1:]}"[:110],
        "summary": f"For {given.get('audience') or 'everyone'}: {given.get('goal') or topic}."[
            :480
        ],
        "language": given["language"],
        "level": given["level"],
        "estimated_hours": hours,
        "objectives": [
            f"Explain what {topic} is about"[:190],
            f"Work on {topic} in small steps"[:190],
            f"Find and mend your own mistakes in {topic}"[:190],
        ],
        "tags": [word.casefold() for word in re.findall(r"\w{4,30}", topic)][:5],
        "sections": sections,
        "projects": [
            {
                "title": f"Your own piece of {topic}"[:110],
                "brief_md": f"Use what you have learned about {topic} for something of yours.",
                "rubric": _rubric(),
            }
        ],
    }


def _section(topic: str, place: int, per: int) -> dict:
    theme = _THEMES[place].format(t=topic)
    key = f"s{place + 1}"
    lessons = [
        _lesson_entry(f"{key}l{n + 1}", f"{_LOOKS[n]} {theme}", "text") for n in range(per - 1)
    ]
    last = "exercise" if place % 2 else "quiz"
    word = "Exercise" if place % 2 else "Quiz"
    closing = _lesson_entry(f"{key}l{per}", f"{word}: {theme}", last)
    closing["prerequisites"] = [lessons[-1]["key"]]
    title = f"{theme[:1].upper()}{theme[1:]}"
    return {"key": key, "title": title[:110], "lessons": [*lessons, closing]}


def _lesson_entry(key: str, title: str, kind: str) -> dict:
    return {
        "key": key,
        "title": title[:110],
        "type": kind,
        "minutes": 10 + number(title) % 15,
        "objectives": [f"Use: {title}"[:190]],
        "prerequisites": [],
    }


def _rubric() -> list[dict]:
    return [{"criterion": f"{step}: {MEANS[step]}", "points": 2} for step in STEPS[:3]]


# A lesson --------------------------------------------------------------------------------------


def _lesson(given: dict) -> dict:
    lesson = given["lesson"]
    about = _about(lesson["title"])
    if lesson["type"] == "exercise":
        exercise = _exercise(about, "problem", 2, 0)
        return {"body_md": f"Now it is your turn with {about}.", "exercise": exercise}
    if lesson["type"] == "quiz":
        return {
            "body_md": f"A few questions on {about}. Take your time.",
            "quiz": {"pass_percent": 70, "questions": _questions(about, 5, given)},
        }
    return {"body_md": _body(lesson, about, given)}


def _about(title: str) -> str:
    for look in (*_LOOKS, "Quiz:", "Exercise:"):
        if title.startswith(look):
            return title.removeprefix(look).strip()
    return title


def _body(lesson: dict, about: str, given: dict) -> str:
    start = number(lesson["key"], about) % len(PAIRS)
    picked = [PAIRS[(start + n) % len(PAIRS)][0].format(t=about) for n in range(4)]
    steps = "\n".join(f"{n}. **{step}:** {MEANS[step]}." for n, step in enumerate(STEPS, start=1))
    quotes = _sentences(given)
    quoted = ""
    if quotes:
        _material, sentence = quotes[number(lesson["key"]) % len(quotes)]
        quoted = f"\n\nFrom the material you were given:\n\n> {sentence}"
    return (
        f"{picked[0]} {picked[1]}\n\n## How to go about it\n\n{steps}\n\n"
        f"## An example\n\nTake one small piece of {about}. {picked[2]} Write down what you expect,"
        f" try it, and compare.{quoted}\n\n## Remember\n\n{picked[3]}"
    )


def _exercise(about: str, kind: str, difficulty: int, place: int) -> dict:
    rounds = 2 + number(about, place) % 7
    return {
        "prompt_md": f"Choose a piece of {about} that takes {rounds + difficulty} steps at most."
        " Plan it, try it, and write down where it came out other than you expected"
        f" (part {place + 1}).",
        "type": kind,
        "difficulty": difficulty,
        "hints": [
            f"What is the smallest piece of {about} you could show to somebody?",
            "Write the plan as one sentence for each step.",
            "Compare the result with your plan line by line.",
        ][: 1 + difficulty % 3],
        "solution_md": f"A good answer names a small piece of {about}, has a sentence for each"
        " step, and says for every difference what caused it.",
        "rubric": _rubric(),
    }


# Questions -------------------------------------------------------------------------------------


def _questions(about: str, count: int, given: dict) -> list[dict]:
    makers = (
        _single,
        _false,
        _numeric,
        _ordered,
        _several,
        _quoted,
        _matched,
        _gap,
        _single,
        _false,
    )
    return [
        {**_frame(f"q{n + 1}"), **makers[n % len(makers)](about, n, given)} for n in range(count)
    ]


def _frame(key: str) -> dict:
    return {
        "key": key,
        "options": [],
        "accept": [],
        "tolerance": None,
        "points": 1,
        "objective": "",
        "source": None,
    }


def _option(key: str, text: str, correct: bool) -> dict:  # noqa: FBT001  as it is written below
    why = "The lessons before say so." if correct else "The lessons before say the opposite."
    return {"key": key, "text": text, "correct": correct, "why": why}


def _single(about: str, n: int, given: dict) -> dict:
    start = number(about, n) % len(PAIRS)
    rows = [PAIRS[(start + i) % len(PAIRS)] for i in range(4)]
    right = number(n, about) % 4
    options = [
        _option("abcd"[i], (true if i == right else false).format(t=about), i == right)
        for i, (true, false) in enumerate(rows)
    ]
    stem = "Which of these holds for" if n < 5 else "Somebody asks you for advice on"
    return {"type": "single", "prompt_md": f"{stem} {about}?", "options": options}


def _several(about: str, n: int, given: dict) -> dict:
    start = number("several", about, n) % len(PAIRS)
    rows = [PAIRS[(start + i) % len(PAIRS)] for i in range(4)]
    options = [
        _option("abcd"[i], (true if i % 2 else false).format(t=about), bool(i % 2))
        for i, (true, false) in enumerate(rows)
    ]
    return {"type": "multi", "prompt_md": f"Mark everything true of {about}.", "options": options}


def _false(about: str, n: int, given: dict) -> dict:
    _true, false = PAIRS[number("false", about, n) % len(PAIRS)]
    return {
        "type": "true_false",
        "prompt_md": false.format(t=about),
        "options": [_option("true", "True", False), _option("false", "False", True)],
    }


def _quoted(about: str, n: int, given: dict) -> dict:
    """From the material where there is one."""
    quotes = _sentences(given)
    if not quotes:
        true, _false = PAIRS[number("true", about, n) % len(PAIRS)]
        found: dict = {"prompt_md": true.format(t=about)}
    else:
        material, sentence = quotes[number(about, n) % len(quotes)]
        found = {"prompt_md": sentence, "source": {"material": material, "quote": sentence}}
    options = [_option("true", "True", True), _option("false", "False", False)]
    return {"type": "true_false", "options": options, **found}


def _numeric(about: str, n: int, given: dict) -> dict:
    rounds, minutes = 3 + number(about, n) % 6, 5 + number(n, about) % 11
    return {
        "type": "numeric",
        "prompt_md": f"You practise {about} in {rounds} rounds of {minutes} minutes. How long?",
        "accept": [str(rounds * minutes)],
        "tolerance": 0,
    }


def _ordered(about: str, n: int, given: dict) -> dict:
    options = [_option(step.casefold(), step, False) for step in STEPS]
    return {
        "type": "order",
        "prompt_md": f"Bring the work on {about} in order.",
        "options": options,
    }


def _matched(about: str, n: int, given: dict) -> dict:
    options = [_option(step.casefold(), step, False) for step in STEPS]
    return {
        "type": "match",
        "prompt_md": f"What belongs to each step when you work on {about}?",
        "options": options,
        "accept": [MEANS[step] for step in STEPS],
    }


def _gap(about: str, n: int, given: dict) -> dict:
    prompt = f"Which word is missing? Work on {about} goes best in {GAP} …"
    return {"type": "short", "prompt_md": prompt, "accept": [GAP_WORD]}


# On their own ----------------------------------------------------------------------------------


def _exercises(given: dict) -> dict:
    kind = str(given.get("type"))
    kind = kind if kind in _TYPES else "problem"
    rows = range(int(given.get("count") or 1))
    about = given["topic"]
    return {"exercises": [_exercise(about, kind, int(given["difficulty"]), n) for n in rows]}


def _quiz(given: dict) -> dict:
    count = int(given.get("count") or 5)
    return {"pass_percent": 70, "questions": _questions(given["topic"], count, given)}


def _project(given: dict) -> dict:
    about = _about(given["project"]["title"])
    body = given["project"]["brief_md"]
    return {"body_md": body, "exercise": _exercise(about, "problem", 3, 0)}


def _check(given: dict) -> dict:
    return {"answers": [solve(question) for question in given["questions"]], "concerns": []}


# Help and matching -----------------------------------------------------------------------------


def _hint(given: dict) -> dict:
    text, task = given["lesson"]["text"], given["task"]
    nearest = _nearest(text, task)
    rung = int(given["rung"])
    if rung == 1:
        said = f"Which idea of this lesson does it ask for? Look again near: “{nearest}”"
    elif rung == 2:
        said = f"This passage applies: “{nearest}” What does it mean for what you have?"
    elif rung == 3:
        said = f"Begin by writing down what is given. Then use: “{nearest}”"
    else:
        said = (
            "Here is something like it, worked through. Suppose you had seven rounds of four"
            f" minutes: the lesson says “{nearest}”, so you would take one round first, check it,"
            " and only then go on to the next. Now do yours the same way."
        )
    return {"text_md": said}


def _nearest(text: str, task: str) -> str:
    words = set(re.findall(r"\w{4,}", task.casefold()))
    rows = [found.strip() for found in _SENTENCE.findall(text)] or [text[:120] or "this lesson"]
    return max(rows, key=lambda row: len(words & set(re.findall(r"\w{4,}", row.casefold()))))


def _match(given: dict) -> dict:
    return {"tutors": [_reason(row) for row in given["tutors"]]}


def _reason(row: dict) -> dict:
    best = sorted(row["factors"], key=lambda f: -float(f["points"]) / float(f["of"]))[:2]
    words = " and ".join(factor["words"] for factor in best)
    return {"key": row["key"], "shift": 0, "reason": f"{words[:1].upper()}{words[1:]}."[:230]}


_WRITERS = {
    "outline": _outline,
    "lesson": _lesson,
    "project": _project,
    "exercise": _exercises,
    "quiz": _quiz,
    "check": _check,
    "hint": _hint,
    "match": _match,
}
