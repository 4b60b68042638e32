"""A street office answers for its street: known by the same name, as later imports do it."""

from django.db import migrations


def fill_areas(apps, schema_editor):
    Area = apps.get_model("directory", "Area")
    Unit = apps.get_model("directory", "Unit")
    streets = {}
    # The street that still stands comes last, so that of two with one name it is the one found.
    for pk, key, valid_to in Area.objects.filter(kind="street").values_list(
        "pk", "name_key", "valid_to"
    ):
        if key not in streets or valid_to is None:
            streets[key] = pk
    for unit in Unit.objects.filter(area=None):
        if unit.name_key in streets:
            unit.area_id = streets[unit.name_key]
            unit.save(update_fields=["area"])


class Migration(migrations.Migration):
    dependencies = [("directory", "0003_duty_list")]

    operations = [migrations.RunPython(fill_areas, migrations.RunPython.noop, elidable=True)]
