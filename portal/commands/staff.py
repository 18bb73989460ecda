"""Commands about staff."""

from __future__ import annotations

import click

from portal.database import db
from portal.directory.models import Organization
from portal.staff.models import ROLES
from portal.staff.sessions import add_staff


@click.command("create-staff")
@click.argument("email")
@click.option("--first-name", prompt=True)
@click.option("--last-name", prompt=True)
@click.option("--role", type=click.Choice(ROLES), prompt=True)
@click.option("--organization", "organization_slug", prompt=True, help="The organization's slug.")
@click.option("--phone", default="", help="Where calls are put through, such as +33199000021.")
@click.password_option()
def create_staff(
    email: str, first_name: str, last_name: str, role: str, organization_slug: str, phone: str, password: str
) -> None:
    """Add a member of staff."""
    organization = db.session.scalar(db.select(Organization).filter_by(slug=organization_slug))
    if organization is None:
        raise click.ClickException(f"no organization {organization_slug!r}")
    add_staff(
        organization_id=organization.id,
        email=email,
        first_name=first_name,
        last_name=last_name,
        role=role,
        password=password,
        phone=phone,
    )
    db.session.commit()
    click.echo(f"{email} may sign in")
