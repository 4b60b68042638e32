"""问题分类 and the duty list 职责清单: what is it about, and who answers for it where."""

from django.db import models

from jieban.apps.directory.models.entries import Area, Unit


class Category(models.Model):
    """One name in the tree of categories, in one of its versions.

    `path` is the whole of it, "一级->二级->三级". A category that is renamed or moved keeps its
    `code`: the old row gets a `valid_to` and stays, the new row stands. What was written in
    cases under the old path is thus still known. `urgent` and `utilities` mark what is looked
    at first; the time limits themselves are the rulebook's.
    """

    code = models.CharField(max_length=32, db_index=True)
    path = models.CharField(max_length=255, db_index=True)
    name = models.CharField(max_length=128)
    level = models.PositiveSmallIntegerField()
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    aliases = models.JSONField(default=list)
    urgent = models.BooleanField(default=False)
    utilities = models.BooleanField(default=False)
    gb39666 = models.CharField(max_length=6, blank=True)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)
    position = models.PositiveIntegerField()

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["code"],
                condition=models.Q(valid_to__isnull=True),
                name="one_standing_category_of_a_code",
            ),
            models.UniqueConstraint(
                fields=["path"],
                condition=models.Q(valid_to__isnull=True),
                name="one_standing_category_of_a_path",
            ),
        ]

    def __str__(self) -> str:
        return self.path


class Duty(models.Model):
    """One line of the duty list: this category, at this place, under these conditions.

    No category is every category, no area is everywhere. `conditions` are words, sorted; all
    must hold. No lead is the unit of the case's place 属地; `local_joins` says that this unit
    helps. Valid on [valid_from, valid_to). `basis` 依据 names the document that says so.
    """

    category = models.ForeignKey(
        Category, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    area = models.ForeignKey(
        Area, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    conditions = models.JSONField(default=list)
    lead = models.ForeignKey(
        Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    joints = models.ManyToManyField(Unit, blank=True, related_name="+")
    local_joins = models.BooleanField(default=False)
    basis = models.CharField(max_length=200, blank=True)
    note = models.CharField(max_length=500, blank=True)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.category or ''} {self.area or ''} → {self.lead or '属地'}"
