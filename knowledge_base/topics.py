"""What a question is about: the topic of what it finds, where that leaves no doubt.

Less is needed than to answer unread: the first entry holds most of what was said and its title some of it, or its title
two of the words, however many courtesies stand around them; and no entry of another topic comes near, so that several
first ones of one topic are as good as one far ahead of the rest. The bars were chosen by what they give rightly and
wrongly (bench/README.md has the figures).
"""

from __future__ import annotations

from collections.abc import Sequence

from .confidence import Place, Title, held
from .question import Question
from .snapshot import Snapshot

HELD = 0.6  # of the words that count, by the first entry
TITLED = 0.1  # of the question's weight, by its title
ENOUGH = 2  # words in its title, whatever else is said
BEHIND = 0.3  # of the first entry's score, that the first of another topic lacks


def topic_of(snapshot: Snapshot, questions: Sequence[Question], best: Sequence[Place]) -> str:
    """The topic of the first of `best`, as shown; empty where it has none, or another topic might do as well.

    `questions` are one question in each language.
    """
    topic = _topic(snapshot, best[0]) if best else ""
    if not topic:
        return ""
    _, segment, number = best[0]
    language = snapshot.segments[segment].languages[number]
    question = next(one for one in questions if one.language == language)
    return topic if _alone(snapshot, best, topic) and _asked(snapshot, question, best[0]) else ""


def _alone(snapshot: Snapshot, best: Sequence[Place], topic: str) -> bool:
    """Whether no entry of another topic comes near the first. One without a topic speaks for none."""
    others = (place[0] for place in best if _topic(snapshot, place) not in ("", topic))
    return max(others, default=0.0) <= (1 - BEHIND) * best[0][0]


def _asked(snapshot: Snapshot, question: Question, first: Place) -> bool:
    """Whether the first entry is about what was said."""
    if question.guessed or not question.said:
        return False
    title = Title(snapshot, question, first)
    share = len(held(snapshot, question, first)) / len(set(question.said))
    return len(title.said()) >= ENOUGH or (share >= HELD and title.asked() >= TITLED)


def _topic(snapshot: Snapshot, place: Place) -> str:
    _, segment, number = place
    return str(snapshot.segments[segment].topics[number])
