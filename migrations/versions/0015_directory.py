"""Places, areas, kinds and communes of the directory."""

import re
import unicodedata
import uuid

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

SOURCED = (
    "hsds_id",
    "changed_at",
    "source",
    "source_id",
    "source_date",
    "confirmed_at",
    "confirmed_by",
    "hsds",
)


def upgrade() -> None:
    _create_departments()
    _create_kinds()
    _create_locations()
    _create_postcodes()
    _create_listed_phones()
    _create_service_areas()
    _create_service_at_locations()
    _extend_communes()
    _extend_organizations()
    _extend_services()
    _create_records()
    _fill_search_keys()
    _name_records()
    _create_taxonomies()


def _name_records() -> None:
    """What was here before has a name for other directories too."""
    for table in ("organizations", "services"):
        rows = sa.table(table, sa.column("id"), sa.column("hsds_id"))
        for row_id in op.get_bind().scalars(sa.select(rows.c.id)).all():
            op.execute(rows.update().where(rows.c.id == row_id).values(hsds_id=str(uuid.uuid4())))


def _create_taxonomies() -> None:
    op.create_table(
        "taxonomies",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("hsds", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_taxonomies")),
    )
    op.create_table(
        "taxonomy_terms",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("taxonomy_id", sa.String(), nullable=False),
        sa.Column("parent_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("hsds", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_taxonomy_terms")),
    )
    op.create_index("ix_taxonomy_terms_taxonomy_id", "taxonomy_terms", ["taxonomy_id"])
    op.create_index("ix_taxonomy_terms_parent_id", "taxonomy_terms", ["parent_id"])
    op.create_table(
        "service_terms",
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("term_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["service_id"], ["services.id"], name=op.f("fk_service_terms_service_id")),
        sa.PrimaryKeyConstraint("service_id", "term_id", name=op.f("pk_service_terms")),
    )
    op.create_index("ix_service_terms_term_id", "service_terms", ["term_id"])


def _create_departments() -> None:
    op.create_table(
        "departments",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("region", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_departments")),
    )


def _create_kinds() -> None:
    op.create_table(
        "kinds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("answered_by", sa.JSON(), nullable=False),
        sa.Column("national", sa.JSON(), nullable=False),
        sa.Column("look_for", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kinds")),
        sa.UniqueConstraint("code", name=op.f("uq_kinds_code")),
    )


def _create_locations() -> None:
    op.create_table(
        "locations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=True),
        sa.Column("location_type", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("address_1", sa.String(), nullable=False),
        sa.Column("address_2", sa.String(), nullable=False),
        sa.Column("postal_code", sa.String(), nullable=False),
        sa.Column("city", sa.String(), nullable=False),
        sa.Column("commune", sa.String(), nullable=False),
        sa.Column("country", sa.String(), nullable=False),
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.Column("longitude", sa.Double(), nullable=True),
        sa.Column("transportation", sa.String(), nullable=False),
        sa.Column("accessibility", sa.JSON(), nullable=False),
        sa.Column("schedule", sa.JSON(), nullable=False),
        sa.Column("hsds_id", sa.String(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("source_date", sa.Date(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_by", sa.String(), nullable=False),
        sa.Column("hsds", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_locations_organization_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_locations")),
        sa.UniqueConstraint("hsds_id", name=op.f("uq_locations_hsds_id")),
    )
    with op.batch_alter_table("locations") as locations:
        locations.create_index(locations.f("ix_locations_commune"), ["commune"], unique=False)
        locations.create_index(locations.f("ix_locations_organization_id"), ["organization_id"], unique=False)


def _create_postcodes() -> None:
    op.create_table(
        "postcodes",
        sa.Column("postcode", sa.String(), nullable=False),
        sa.Column("commune", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["commune"], ["communes.code"], name=op.f("fk_postcodes_commune")),
        sa.PrimaryKeyConstraint("postcode", "commune", name=op.f("pk_postcodes")),
    )
    op.create_index(op.f("ix_postcodes_commune"), "postcodes", ["commune"], unique=False)
    communes = sa.table("communes", sa.column("code"), sa.column("postcodes", sa.JSON()))
    pairs = [
        {"postcode": postcode, "commune": code}
        for code, postcodes in op.get_bind().execute(sa.select(communes.c.code, communes.c.postcodes))
        for postcode in dict.fromkeys(postcodes)
    ]
    if pairs:
        op.bulk_insert(sa.table("postcodes", sa.column("postcode"), sa.column("commune")), pairs)


def _create_records() -> None:
    op.create_table(
        "stamps",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_stamps")),
    )
    op.create_table(
        "source_records",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=True),
        sa.Column("digests", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["service_id"], ["services.id"], name=op.f("fk_source_records_service_id")),
        sa.PrimaryKeyConstraint("source", "source_id", name=op.f("pk_source_records")),
    )
    op.create_table(
        "directory_imports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("told", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_imports")),
    )
    op.create_index(op.f("ix_source_records_service_id"), "source_records", ["service_id"], unique=False)


def _create_listed_phones() -> None:
    op.create_table(
        "listed_phones",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hsds_id", sa.String(), nullable=True),
        sa.Column("organization_id", sa.Integer(), nullable=True),
        sa.Column("service_id", sa.Integer(), nullable=True),
        sa.Column("location_id", sa.Integer(), nullable=True),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("extension", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("hsds", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["location_id"], ["locations.id"], name=op.f("fk_listed_phones_location_id")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_listed_phones_organization_id")
        ),
        sa.ForeignKeyConstraint(["service_id"], ["services.id"], name=op.f("fk_listed_phones_service_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listed_phones")),
        sa.UniqueConstraint("hsds_id", name=op.f("uq_listed_phones_hsds_id")),
    )
    with op.batch_alter_table("listed_phones") as listed_phones:
        listed_phones.create_index(
            listed_phones.f("ix_listed_phones_location_id"), ["location_id"], unique=False
        )
        listed_phones.create_index(
            listed_phones.f("ix_listed_phones_organization_id"), ["organization_id"], unique=False
        )
        listed_phones.create_index(
            listed_phones.f("ix_listed_phones_service_id"), ["service_id"], unique=False
        )


def _create_service_areas() -> None:
    op.create_table(
        "service_areas",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hsds_id", sa.String(), nullable=True),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("hsds", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["service_id"], ["services.id"], name=op.f("fk_service_areas_service_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_areas")),
        sa.UniqueConstraint("hsds_id", name=op.f("uq_service_areas_hsds_id")),
    )
    with op.batch_alter_table("service_areas") as service_areas:
        service_areas.create_index("ix_service_areas_level_code", ["level", "code"], unique=False)
        service_areas.create_index(
            service_areas.f("ix_service_areas_service_id"), ["service_id"], unique=False
        )


def _create_service_at_locations() -> None:
    op.create_table(
        "service_at_locations",
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("location_id", sa.Integer(), nullable=False),
        sa.Column("hsds_id", sa.String(), nullable=True),
        sa.Column("schedule", sa.JSON(), nullable=False),
        sa.Column("hsds", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["location_id"], ["locations.id"], name=op.f("fk_service_at_locations_location_id")
        ),
        sa.ForeignKeyConstraint(
            ["service_id"], ["services.id"], name=op.f("fk_service_at_locations_service_id")
        ),
        sa.PrimaryKeyConstraint("service_id", "location_id", name=op.f("pk_service_at_locations")),
        sa.UniqueConstraint("hsds_id", name=op.f("uq_service_at_locations_hsds_id")),
    )
    with op.batch_alter_table("service_at_locations") as service_at_locations:
        service_at_locations.create_index(
            service_at_locations.f("ix_service_at_locations_location_id"), ["location_id"], unique=False
        )


def _extend_communes() -> None:
    with op.batch_alter_table("communes") as communes:
        communes.add_column(sa.Column("department", sa.String(), nullable=False, server_default=""))
        communes.add_column(sa.Column("type", sa.String(), nullable=False, server_default="current"))
        communes.add_column(sa.Column("parent", sa.String(), nullable=False, server_default=""))
        communes.add_column(sa.Column("population", sa.Integer(), nullable=False, server_default="0"))
        communes.add_column(sa.Column("other_names", sa.JSON(), nullable=False, server_default="[]"))
        communes.add_column(sa.Column("former_codes", sa.JSON(), nullable=False, server_default="[]"))
        communes.drop_column("postcodes")
        communes.create_index(communes.f("ix_communes_department"), ["department"], unique=False)


def _extend_organizations() -> None:
    with op.batch_alter_table("organizations") as organizations:
        organizations.add_column(sa.Column("alternate_name", sa.String(), nullable=False, server_default=""))
        organizations.add_column(sa.Column("description", sa.String(), nullable=False, server_default=""))
        organizations.add_column(sa.Column("parent_id", sa.Integer(), nullable=True))
        organizations.add_column(
            sa.Column("rules_reviewed", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        organizations.add_column(sa.Column("hsds_id", sa.String(), nullable=True))
        organizations.add_column(sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True))
        organizations.add_column(sa.Column("source", sa.String(), nullable=False, server_default="here"))
        organizations.add_column(sa.Column("source_id", sa.String(), nullable=False, server_default=""))
        organizations.add_column(sa.Column("source_date", sa.Date(), nullable=True))
        organizations.add_column(sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True))
        organizations.add_column(sa.Column("confirmed_by", sa.String(), nullable=False, server_default=""))
        organizations.add_column(sa.Column("hsds", sa.JSON(), nullable=False, server_default="{}"))
        organizations.create_unique_constraint(organizations.f("uq_organizations_hsds_id"), ["hsds_id"])
        organizations.create_foreign_key(
            organizations.f("fk_organizations_parent_id"), "organizations", ["parent_id"], ["id"]
        )


def _extend_services() -> None:
    with op.batch_alter_table("services") as services:
        services.add_column(sa.Column("status", sa.String(), nullable=False, server_default="active"))
        services.add_column(
            sa.Column("eligibility_description", sa.String(), nullable=False, server_default="")
        )
        services.add_column(sa.Column("minimum_age", sa.Integer(), nullable=True))
        services.add_column(sa.Column("maximum_age", sa.Integer(), nullable=True))
        services.add_column(sa.Column("application_process", sa.String(), nullable=False, server_default=""))
        services.add_column(sa.Column("fees_description", sa.String(), nullable=False, server_default=""))
        services.add_column(
            sa.Column("interpretation_services", sa.String(), nullable=False, server_default="")
        )
        services.add_column(sa.Column("alert", sa.String(), nullable=False, server_default=""))
        services.add_column(sa.Column("required_documents", sa.JSON(), nullable=False, server_default="[]"))
        services.add_column(sa.Column("cost_options", sa.JSON(), nullable=False, server_default="[]"))
        services.add_column(sa.Column("commune", sa.String(), nullable=False, server_default=""))
        services.add_column(sa.Column("department", sa.String(), nullable=False, server_default=""))
        services.add_column(sa.Column("hsds_id", sa.String(), nullable=True))
        services.add_column(sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True))
        services.add_column(sa.Column("source", sa.String(), nullable=False, server_default="here"))
        services.add_column(sa.Column("source_id", sa.String(), nullable=False, server_default=""))
        services.add_column(sa.Column("source_date", sa.Date(), nullable=True))
        services.add_column(sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True))
        services.add_column(sa.Column("confirmed_by", sa.String(), nullable=False, server_default=""))
        services.add_column(sa.Column("hsds", sa.JSON(), nullable=False, server_default="{}"))
        services.add_column(sa.Column("search_key", sa.String(), nullable=False, server_default=""))
        services.drop_index("ix_services_kind")
        services.create_index("ix_services_kind", ["kind", "department", "commune"], unique=False)
        key = ["search_key", "active", "kind", "department"]
        services.create_index("ix_services_search_key", key, unique=False)
        services.create_index(services.f("ix_services_commune"), ["commune"], unique=False)
        services.create_index("ix_services_source", ["source", "source_id"], unique=False)
        services.create_index("ix_services_changed_at", ["changed_at"], unique=False)
        services.create_unique_constraint(services.f("uq_services_hsds_id"), ["hsds_id"])


def _fill_search_keys() -> None:
    """As `directory.names` does it today; each later save writes its own."""
    query = sa.text(
        "SELECT services.id, service_texts.name, organizations.name, address, services.slug FROM services"
        " JOIN organizations ON organizations.id = organization_id"
        " LEFT JOIN service_texts ON service_id = services.id AND language = 'fr'"
    )
    write = sa.text("UPDATE services SET search_key = :key WHERE id = :id")
    for service_id, *texts in op.get_bind().execute(query).all():
        plain = unicodedata.normalize("NFKD", " ".join(text or "" for text in texts).lower())
        words = re.findall(r"\w+", "".join(c for c in plain if not unicodedata.combining(c)))
        key = "".join(f" {word}" for word in dict.fromkeys(words))[:400]
        op.get_bind().execute(write, {"id": service_id, "key": key})


def downgrade() -> None:
    for table in ("service_terms", "taxonomy_terms", "taxonomies"):
        op.drop_table(table)
    _reduce_services()
    with op.batch_alter_table("organizations") as organizations:
        organizations.drop_constraint(op.f("uq_organizations_hsds_id"), type_="unique")
        organizations.drop_constraint(op.f("fk_organizations_parent_id"), type_="foreignkey")
        organizations.drop_column("alternate_name")
        organizations.drop_column("description")
        organizations.drop_column("parent_id")
        organizations.drop_column("rules_reviewed")
        for name in SOURCED:
            organizations.drop_column(name)
    with op.batch_alter_table("communes") as communes:
        communes.drop_index("ix_communes_department")
        communes.drop_column("department")
        communes.drop_column("type")
        communes.drop_column("parent")
        communes.drop_column("population")
        communes.drop_column("other_names")
        communes.drop_column("former_codes")
        communes.add_column(sa.Column("postcodes", sa.JSON(), nullable=False, server_default="[]"))
    for table in (
        "directory_imports",
        "source_records",
        "stamps",
        "service_at_locations",
        "service_areas",
        "listed_phones",
        "postcodes",
        "locations",
        "kinds",
        "departments",
    ):
        op.drop_table(table)


def _reduce_services() -> None:
    with op.batch_alter_table("services") as services:
        services.drop_constraint(op.f("uq_services_hsds_id"), type_="unique")
        services.drop_index("ix_services_commune")
        services.drop_index("ix_services_source")
        services.drop_index("ix_services_changed_at")
        services.drop_index("ix_services_search_key")
        services.drop_index("ix_services_kind")
        services.create_index("ix_services_kind", ["kind"], unique=False)
        services.drop_column("search_key")
        services.drop_column("status")
        services.drop_column("eligibility_description")
        services.drop_column("minimum_age")
        services.drop_column("maximum_age")
        services.drop_column("application_process")
        services.drop_column("fees_description")
        services.drop_column("interpretation_services")
        services.drop_column("alert")
        services.drop_column("required_documents")
        services.drop_column("cost_options")
        services.drop_column("commune")
        services.drop_column("department")
        for name in SOURCED:
            services.drop_column(name)
