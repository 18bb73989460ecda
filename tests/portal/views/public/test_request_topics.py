"""The queue that a request on the web falls into: that of its topic where this is sure, else the general one."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from portal.articles import index
from portal.articles.models import ArticleText
from portal.contacts.models import Contact
from portal.database import db
from tests import make
from tests.signing import send

pytestmark = pytest.mark.usefixtures("town")
CARD, LAMP = "تجديد بطاقة الهوية", "مصباح الشارع أمام البلدية لا يعمل"


@pytest.mark.parametrize(("subject", "sure"), [(CARD, True), (LAMP, False)])
def test_a_request_in_arabic_that_finds_little_waits_in_the_general_queue(
    app: Flask, client: Any, subject: str, sure: bool
) -> None:
    topic, general, queue = make.topic(), make.queue("accueil", position=-1), make.queue("etat-civil")
    db.session.execute(db.text(f"INSERT INTO queue_topics VALUES ({queue.id}, {topic.id})"))
    written = ArticleText(language="ar", title=CARD, summary="", body="احجز موعدا في البلدية.")
    make.article(topic=topic).texts["ar"] = written
    db.session.commit()
    index.rebuild(app.extensions["settings"].index_dir)
    app.extensions["searcher"].refresh()
    typed = {"subject": subject, "body": subject, "reach": "aicha@exemple.fr", "form_key": "k" * 20}
    send(client, "/ar/requests/new", typed)
    contact = db.session.scalars(db.select(Contact)).one()
    assert contact.state == "waiting"
    assert (contact.topic_id, contact.queue_id) == ((topic.id, queue.id) if sure else (None, general.id))
