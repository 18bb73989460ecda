"""Commands about staff."""

from __future__ import annotations

import click

from portal.citizens.identifying import phone_number
from portal.database import db
from portal.directory.editing import save_organization
from portal.directory.models import Organization
from portal.errors import Refused
from portal.history import SYSTEM
from portal.staff.models import ROLES
from portal.staff.sessions import add_staff


@click.command("create-staff")
@click.argument("email")
@click.option("--first-name", prompt=True)
@click.option("--last-name", prompt=True)
@click.option("--role", type=click.Choice(ROLES), prompt=True)
@click.option("--organization", "slug", prompt=True, help="The organization's short name, such as mairie.")
@click.option(
    "--founding", "name", default="", help="Its full name: founds the organization if it is not there."
)
@click.option("--phone", default="", help="Where calls are put through, such as 01 99 00 00 21.")
@click.password_option()
def create_staff(
    email: str, first_name: str, last_name: str, role: str, slug: str, name: str, phone: str, password: str
) -> None:
    """Add a member of staff. The first organization founded is the host: the one whose portal this is."""
    try:
        add_staff(
            organization_id=_organization(slug, name).id,
            email=email,
            first_name=first_name,
            last_name=last_name,
            role=role,
            password=password,
            phone=phone_number(phone) if phone else "",
        )
    except Refused as refusal:
        raise click.ClickException(refusal.sentence % refusal.values) from refusal
    db.session.commit()
    click.echo(f"{email} may sign in")


def _organization(slug: str, name: str) -> Organization:
    found = db.session.scalar(db.select(Organization).filter_by(slug=slug))
    if found is not None:
        return found
    if not name:
        raise click.ClickException(
            f"no organization {slug!r}; give its full name with --founding to found it"
        )
    first = db.session.scalar(db.select(Organization.id).limit(1)) is None
    founded = save_organization(None, by=SYSTEM, slug=slug, name=name, is_host=first)
    db.session.flush()
    return founded
