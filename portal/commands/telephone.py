"""The telephone's command: whether the guard of its doors judges signatures right."""

from __future__ import annotations

from pathlib import Path

import click

from portal.telephony.signature import judge_vectors


@click.command("check-signatures")
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def check_signatures(path: Path) -> None:
    """Judge a file of signature vectors; the last line says how many were judged right."""
    right, total, wrong = judge_vectors(path)
    for name in wrong:
        click.echo(f"wrong: {name}")
    click.echo(f"{right} of {total} right")
    if wrong:
        raise SystemExit(1)
