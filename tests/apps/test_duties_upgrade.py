"""A directory filled before the duty list gets the offices of its streets."""

from importlib import import_module

import pytest
from django.apps import apps

from jieban.apps.directory.models import Area, Unit


@pytest.mark.django_db
def test_a_filled_directory_gets_the_offices_of_its_streets():
    for code, valid_to in (("S1", "2022-01-01"), ("S2", None)):
        Area.objects.create(
            code=code,
            name="青禾街道",
            name_key="青禾街道",
            kind="street",
            valid_to=valid_to,
            position=1,
        )
    for code, name in (("U1", "青禾街道"), ("U2", "区城管执法局")):
        Unit.objects.create(code=code, name=name, name_key=name, kind="unit", position=1)
    migration = import_module("jieban.apps.directory.migrations.0004_offices_of_streets")
    migration.fill_areas(apps, None)
    assert Unit.objects.get(code="U1").area.code == "S2"
    assert Unit.objects.get(code="U2").area is None
