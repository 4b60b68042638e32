"""People and what they hold. Scopes are text: the directory stands above accounts."""

from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models


class People(BaseUserManager["Person"]):
    """What Django's own sign-in asks for; people are made by services alone."""

    def get_by_natural_key(self, username: str | None) -> "Person":
        return self.get(username=username)


class Person(AbstractBaseUser):
    """One account. `holdings` is another number whenever posts or roles change: what a person may
    do can be kept in memory; `ended` goes up to end every session. `demo`: may be taken on by
    one click in a home where everything is invented.
    """

    username = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=64)
    is_active = models.BooleanField(default=True)
    demo = models.BooleanField(default=False)
    holdings = models.PositiveIntegerField(default=1)
    ended = models.PositiveIntegerField(default=0)
    made_at = models.DateTimeField()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = People()

    class Meta:
        ordering = ["username"]

    def __str__(self) -> str:
        return self.name

    def get_session_auth_hash(self) -> str:
        """What a session was begun under; another password or `ended` ends it."""
        return f"{super().get_session_auth_hash()}{self.ended}"


class Role(models.Model):
    """A set of permissions. `second_factor`: whoever holds it proves who they are twice;
    `on_duty`: its permissions count only inside a duty session."""

    code = models.CharField(max_length=32, unique=True)
    zh = models.CharField(max_length=32)
    en = models.CharField(max_length=64)
    permissions = models.JSONField(default=list)
    second_factor = models.BooleanField(default=False)
    on_duty = models.BooleanField(default=False)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.code


class Post(models.Model):
    """岗位: a person in a role for a scope ("*", "area:CODE", "unit:CODE"), on [from, to)."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="posts")
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="posts")
    scope = models.CharField(max_length=40)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.person_id} {self.role_id} {self.scope}"


class DutySession(models.Model):
    """值守授权: extra power for a reason and a time; every request in it is written down."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="duties")
    reason = models.TextField()
    begun_at = models.DateTimeField()
    until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.person_id} {self.begun_at:%Y-%m-%d %H:%M}"


class ApiToken(models.Model):
    """A key for programs: part of what its owner may do, until a day. Only its digest is kept.

    `used_on`: the last day somebody came with it.
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="tokens")
    name = models.CharField(max_length=64)
    digest = models.CharField(max_length=64, unique=True)
    permissions = models.JSONField(default=list)
    made_at = models.DateTimeField()
    valid_to = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    used_on = models.DateField(null=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.name
