# SPDX-License-Identifier: Apache-2.0
"""Reports as Excel workbooks: the cells of the CSV, each of its type."""

import contextlib
import csv
import datetime
import io
import os
import pathlib

import openpyxl
import pytest
from test_report import PERIOD, Books, T, days

MICRO, WORDS = "_millionths", {"currency", "key", "name", "network"}
PATHS = [("attribution", {"model": "linear,last"}), ("attribution", {"group": "team"}), ("attribution/credits", {}),
         ("funnel", {}), ("series", {"step": "day"}), ("clicks", {})]


@pytest.fixture(scope="module")
def books(api, db, make_company):
    books = Books(api, db, make_company())
    for i in range(9):
        at = T + datetime.timedelta(seconds=i, microseconds=i * 1000)
        books.lead([("ann", at - days(3)), ("bob", at - days(2))][:i % 3], at=at, value=1001 + i)
    books.db("UPDATE person SET display_name = '=1+1' WHERE company_id = %s AND id = %s", (books.company.id, books.people["bob"].id))
    books.db("INSERT INTO click_day VALUES (%s, %s, %s, 'human', 5)", (books.company.id, T.date(), books.shares["ann"]["id"]))
    return books


def ask(books, path, kind, **query):
    answer = books.api.get(f"/v1/reports/{path}", who=books.company.admin, params={**PERIOD, "format": kind, **query})
    assert answer.status_code == 200, answer.text
    return answer


def workbook(answer):
    return openpyxl.load_workbook(io.BytesIO(answer.content), read_only=True)


def as_csv(cell, column):
    """What the CSV says of this cell."""
    if cell is None:
        return ""
    if column.endswith("_at"):
        return cell.isoformat(timespec="milliseconds").removesuffix(".000") + "Z"
    if isinstance(cell, datetime.datetime):
        return cell.date().isoformat()
    return str(cell)


@pytest.mark.parametrize("path,query", PATHS)
def test_a_workbook_has_the_cells_of_the_csv(books, path, query):
    table = list(csv.reader(io.StringIO(ask(books, path, "csv", **query).text, newline="")))
    answer = ask(books, path, "xlsx", **query)
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{path.rsplit("/", 1)[-1]}.xlsx"'
    page, = workbook(answer).worksheets
    rows = list(page.iter_rows(values_only=True))
    assert list(rows[0]) == [c.removesuffix(MICRO) for c in table[0]] and len(rows) == len(table) > 1
    for have, want in zip(rows[1:], table[1:]):
        for cell, text, column in zip(have + (None,) * (len(want) - len(have)), want, table[0]):
            if column.endswith(MICRO):
                assert round(cell * 1_000_000) == int(text)
            else:
                assert as_csv(cell, column) == text.removeprefix("'"), column


def test_cells_have_types(books):
    rows = list(workbook(ask(books, "attribution/credits", "xlsx")).worksheets[0].iter_rows(values_only=True))
    found = dict(zip(rows[0], rows[3]))
    assert isinstance(found["occurred_at"], datetime.datetime) and isinstance(found["amount_minor"], int)
    assert found["occurred_at"].date() == T.date() and found["conversions"] == 0.5
    names = [r[1] for r in workbook(ask(books, "attribution", "xlsx")).worksheets[0].iter_rows(values_only=True)]
    assert "=1+1" in names, "text, which no spreadsheet runs"


def test_nothing_is_left_of_it(books, stack):
    """The file has no name, and what it is made of is closed with it."""
    def is_report(file):
        with contextlib.suppress(FileNotFoundError):  # closed meanwhile
            return "report-" in os.readlink(file)
        return False

    def open_files():
        return sum(is_report(f) for p in pathlib.Path("/proc").glob("[0-9]*/comm")
                   if p.read_text().startswith("rostra") for f in (p.parent / "fd").iterdir())

    ask(books, "attribution/credits", "xlsx")
    assert not list(pathlib.Path(stack.state).rglob("report-*"))
    if os.geteuid() == 0:
        assert open_files() == 0


@pytest.mark.parametrize("kind", ["pdf", "XLSX", ""])
def test_another_format_is_refused(books, kind):
    answer = books.api.get("/v1/reports/funnel", who=books.company.admin, params={"format": kind or "."})
    assert answer.status_code == 400 and [e["pointer"] for e in answer.json()["errors"]] == ["?format"]
