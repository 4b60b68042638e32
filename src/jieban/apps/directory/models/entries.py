"""Places, units, and the names people write for them."""

from django.db import models


class Entry(models.Model):
    """What a place and a unit have in common.

    `code` is the public identifier that facts carry: the official code, or P… for a
    provisional entry. `name_key` is what names are compared by. An entry is valid on
    [valid_from, valid_to); after that its `successor` stands for it.
    """

    code = models.CharField(max_length=32, unique=True)
    name = models.CharField(max_length=128)
    name_key = models.CharField(max_length=128, db_index=True)
    kind = models.CharField(max_length=16)
    population = models.PositiveIntegerField(null=True, blank=True)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)
    provisional = models.BooleanField(default=False)
    position = models.PositiveIntegerField()

    class Meta:
        abstract = True
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.name


class Area(Entry):
    """A place: district, street, community or village, or a part (see `also_parent`).

    A part lies in one street and in one community where communities are not nested in
    streets (wards and neighbourhoods); it exists so that both levels can be counted.
    """

    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    also_parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    successor = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )


class Unit(Entry):
    """承办单位: an organisation that handles cases; it may have an area, it is not one.

    `area` is the place that it answers for where no duty rule says who: a street office's
    street. The office of a street is known by its name when a directory is imported.
    """

    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    successor = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    area = models.ForeignKey(
        Area, null=True, blank=True, on_delete=models.PROTECT, related_name="units"
    )


class Alias(models.Model):
    """Another way to write an entry's name. Exactly one of `area` and `unit` is set.

    `within` limits a place's alias to one street; `decided_by` says who made it: the
    directory file, or a person when a provisional name was merged.
    """

    name = models.CharField(max_length=128)
    name_key = models.CharField(max_length=128, db_index=True)
    area = models.ForeignKey(Area, null=True, blank=True, on_delete=models.CASCADE)
    unit = models.ForeignKey(Unit, null=True, blank=True, on_delete=models.CASCADE)
    within = models.ForeignKey(
        Area, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    decided_by = models.CharField(max_length=128)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(area__isnull=False) ^ models.Q(unit__isnull=False),
                name="alias_of_one_entry",
            ),
        ]

    def __str__(self) -> str:
        return self.name
