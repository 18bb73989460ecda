"""Style sheets that leave together, scripts without what only we read, and which of them a page loads."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from portal.views import assets

STATIC = Path("static")
SAID = re.compile(r'"(?:\\.|[^"\\\n])*"')


@pytest.fixture
def engine() -> str:
    return "sqlite"  # no table is touched


def at(name: str) -> str:
    return f"/assets/{assets.version()}/{name}"


def test_sheets_leave_together_in_the_order_of_their_names(client: Any) -> None:
    answer = client.get(at("tokens+base.css"))
    assert answer.mimetype == "text/css" and "/*" not in answer.text and "\n" not in answer.text
    assert answer.text.index("@layer reset, tokens, base") < answer.text.index("@layer base")
    one, other = client.get(at("tokens.css")).text, client.get(at("base.css")).text
    assert answer.text == one + other


def test_a_sheet_keeps_every_rule_and_every_word_shown(client: Any) -> None:
    for file in (STATIC / "css").glob("*.css"):
        left, written = (
            client.get(at(file.name)).text,
            re.sub(r"/\*.*?\*/", "", file.read_text(), flags=re.DOTALL),
        )
        assert "".join(left.split()) == "".join(written.split())
        assert SAID.findall(left) == SAID.findall(written)


def test_a_script_keeps_every_line_of_code(client: Any) -> None:
    for file in (STATIC / "js").glob("*.js"):
        lines = [line.strip() for line in file.read_text().splitlines()]
        code = [line for line in lines if line and not line.startswith("//")]
        assert client.get(at(file.name)).text.splitlines() == code
        assert all(line.count("`") % 2 == 0 for line in code), "what is between ` would lose its margins"


def test_scripts_leave_together_each_in_a_block_of_its_own(client: Any) -> None:
    page, dirty = client.get(at("page.js")).text, client.get(at("dirty-form.js")).text
    assert client.get(at("page+dirty-form.js")).text == f"{{\n{page}\n}}\n{{\n{dirty}\n}}\n"
    assert client.get(at("page+page.js")).status_code == 404


def test_what_a_script_exports_is_there_for_the_next_and_its_other_names_for_itself(client: Any) -> None:
    both = client.get(at("combobox+choose.js")).text
    assert not re.search("^(import|export) ", both, re.MULTILINE)
    assert "return { whileTyping, element, combobox };" in both and "const { combobox } = $combobox;" in both
    assert "const $text_table = (() => {\nreturn {" in client.get(at("text-table+sms-count.js")).text
    for before_what_it_needs in ("page+live.js", "choose+combobox.js"):
        assert client.get(at(before_what_it_needs)).status_code == 404


def test_browsers_keep_a_file_for_ever_and_that_of_another_version_a_moment(client: Any) -> None:
    assert "immutable" in client.get(at("page.js")).headers["Cache-Control"]
    assert client.get("/assets/0000/page.js").headers["Cache-Control"] == "public, max-age=10"


@pytest.mark.parametrize(
    "name", ["nothing.js", "nothing.css", "base+nothing.css", "base+base.css", "..%2ficon.css"]
)
def test_a_file_that_is_not_ours_is_nowhere(client: Any, name: str) -> None:
    assert client.get(at(name)).status_code == 404


def test_a_page_loads_the_scripts_that_it_has_something_for() -> None:
    def names(body: str) -> str:
        return assets.script_for(body).rpartition("/")[2]

    assert names("<p>Rien</p>") == "page.js"
    assert names('<input data-choose="/a" data-choose-label="b">') == "page+combobox+choose.js"
    assert names("<form data-dirty>") == "page+dirty-form.js"
    assert names("<form data-dirty><p data-live>") == "page+dirty-form+jottings+refresh+live.js"


def test_every_page_finds_the_scripts_that_it_asks_for(client: Any) -> None:
    everything = " ".join(f" {name}" for _, names in assets.BOUND for name in names)
    answer = client.get(assets.script_for(everything))
    assert answer.status_code == 200 and not re.search("^(import|export) ", answer.text, re.MULTILINE)


def test_every_script_is_bound_or_imported() -> None:
    written = {file.stem: file.read_text() for file in (STATIC / "js").glob("*.js")}
    bound = {name for name, _ in assets.BOUND}
    assert bound <= written.keys()
    others = [
        name for name in written.keys() - bound if not any(f"{name}.js" in text for text in written.values())
    ]
    assert others == []
