"""Our addresses: whose letter it is by the address that it was sent to, and where answers to ours come back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from portal import history
from portal.citizens.identifying import email_address
from portal.database import check_version, db
from portal.directory.models import Organization
from portal.errors import N_, Refused
from portal.history import Actor
from portal.mail.models import Mailbox
from portal.rights import find_own


@dataclass(frozen=True, slots=True)
class Delivery:
    """Where a letter was delivered: its organization and queue if the address tells, and what stands after the `+`."""

    organization_id: int | None = None
    queue_id: int | None = None
    tag: str = ""


def delivered_to(recipients: Sequence[str]) -> Delivery:
    """What the first known address of ours among these says; nothing if none is known."""
    tags = {_untagged(one)[0]: _untagged(one)[1] for one in reversed(recipients)}
    bare = [_untagged(one)[0] for one in recipients]
    boxes = {
        one.address: one for one in db.session.scalars(db.select(Mailbox).where(Mailbox.address.in_(bare)))
    }
    for address in bare:
        if address in boxes:
            return Delivery(boxes[address].organization_id, boxes[address].queue_id, tags[address])
    lowered = db.func.lower(Organization.email)
    owners = db.select(lowered, Organization.id).where(lowered.in_(bare)).order_by(Organization.id.desc())
    by_address: dict[str, int] = dict(db.session.execute(owners).all())
    found = next((one for one in bare if one in by_address), None)
    tag = next((tags[one] for one in bare if tags[one]), "")
    return Delivery(by_address[found], None, tags[found]) if found else Delivery(tag=tag)


def is_ours(address: str, sender: str) -> bool:
    """Whether an address is one of ours: a letter from there is our own coming round, or pretends to be."""
    bare = _untagged(address)[0]
    known = db.session.scalar(db.select(Mailbox.id).filter_by(address=bare))
    return known is not None or bare == sender.lower()


def is_our_list(names: Sequence[str], organization_id: int | None, sender: str) -> bool:
    """Whether a list of these names hands us what people write to us: one of a domain of ours. Its marks say nothing of
    the letters then."""
    ours = list(db.session.scalars(db.select(Mailbox.address)))
    ours += db.session.scalars(db.select(Organization.email).filter_by(id=organization_id))
    domains = {one.lower().partition("@")[2] for one in (*ours, sender)} - {""}
    return any(f".{name}".endswith(f".{domain}") for name in names if name for domain in domains)


def return_address(organization_id: int, reference: str, *, topic_queue: int | None = None) -> str:
    """Where an answer is to be sent: the organization's mailbox, with the reference where the mailbox takes it."""
    boxes = db.select(Mailbox).filter_by(organization_id=organization_id)
    same_queue = (Mailbox.queue_id == topic_queue).desc() if topic_queue else Mailbox.id
    box = db.session.scalar(boxes.order_by(same_queue, Mailbox.id).limit(1))
    if box is None:
        return db.session.scalar(db.select(Organization.email).filter_by(id=organization_id)) or ""
    local, _, domain = box.address.partition("@")
    return f"{local}+{reference.lower()}@{domain}" if box.plus and reference else box.address


def mailboxes(organization_id: int) -> list[Mailbox]:
    """The organization's mailboxes, by address."""
    query = db.select(Mailbox).filter_by(organization_id=organization_id)
    return list(db.session.scalars(query.order_by(Mailbox.address)))


def mailbox(mailbox_id: int, *, organization_id: int) -> Mailbox:
    """The mailbox, if it is this organization's. Raises `Missing`."""
    return find_own(Mailbox, mailbox_id, organization_id)


def save_mailbox(
    found: Mailbox | None, *, organization_id: int, version: int | None, by: Actor, **values: object
) -> Mailbox:
    """Adds or changes a mailbox. `values`: address, queue_id, plus. One address is one mailbox, whoever's it is."""
    values["address"] = address = email_address(str(values["address"]))
    if "+" in address:
        raise Refused(N_("Donnez l’adresse sans ce qui suit le signe +."), field="address")
    other = db.session.scalar(db.select(Mailbox).filter_by(address=address))
    if other is not None and other is not found:
        raise Refused(N_("Cette adresse est déjà une de nos boîtes."), field="address")
    if found is None:
        found = Mailbox(organization_id=organization_id, address=address)
        db.session.add(found)
    elif version is not None:
        check_version(found, version, values)
    for name, value in values.items():
        setattr(found, name, value)
    history.record("mailbox.saved", found, by=by, details={"address": address})
    return found


def remove_mailbox(found: Mailbox, *, by: Actor) -> None:
    """Letters to this address go to the host from now on."""
    history.record("mailbox.removed", found, by=by, details={"address": found.address})
    db.session.delete(found)


def _untagged(address: str) -> tuple[str, str]:
    """An address without what follows its `+`, and what follows it."""
    local, _, domain = address.lower().partition("@")
    name, _, tag = local.partition("+")
    return f"{name}@{domain}", tag
