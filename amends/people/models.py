"""Users, what they are trusted with, their keys, and the log of who looked at what."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models

from amends.kernel import clock
from amends.people.rules import Role


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """A user who can sign in; the password is kept as argon2."""
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """A user of Django's own administration."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """One person who signs in by e-mail address."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=80, blank=True)
    language = models.CharField(max_length=10, blank=True)
    is_staff = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(default=clock.now)

    objects: ClassVar[UserManager] = UserManager()
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        db_table = "people_user"

    def __str__(self) -> str:
        return self.name or self.email


class Membership(models.Model):
    """A user acts in one role, for one merchant or as one consumer where the role asks for it."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=20, choices=[(r.value, r.value) for r in Role])
    merchant = models.ForeignKey("amends.Merchant", null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    consumer = models.ForeignKey("amends.Consumer", null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    # Whose jobs a workshop's person sees: theirs alone.
    workshop = models.ForeignKey("amends.Workshop", null=True, blank=True, on_delete=models.CASCADE, related_name="+")

    class Meta:
        db_table = "people_membership"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role", "merchant", "consumer", "workshop"], nulls_distinct=False, name="one_role_once"
            ),
            models.CheckConstraint(
                condition=models.Q(role=Role.MERCHANT.value, merchant__isnull=False, consumer__isnull=True, workshop__isnull=True)
                | models.Q(role=Role.CONSUMER.value, merchant__isnull=True, consumer__isnull=False, workshop__isnull=True)
                | models.Q(role=Role.WORKSHOP.value, merchant__isnull=False, consumer__isnull=True, workshop__isnull=False)
                | (
                    ~models.Q(role__in=[Role.MERCHANT.value, Role.CONSUMER.value, Role.WORKSHOP.value])
                    & models.Q(merchant__isnull=True, consumer__isnull=True, workshop__isnull=True)
                ),
                name="role_names_its_side",
            ),
        ]


class ApiKey(models.Model):
    """A secret by which a program acts as one membership. Only its digest is kept; the prefix finds it."""

    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="keys")
    prefix = models.CharField(max_length=12, unique=True)
    digest = models.CharField(max_length=64)
    label = models.CharField(max_length=80, blank=True)
    made_at = models.DateTimeField(default=clock.now)
    used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "people_api_key"


class AccessLog(models.Model):
    """Who looked at which case, apart from the chain: looking must never wait for a lock (DESIGN 9)."""

    user = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    party = models.CharField(max_length=20)
    ref = models.CharField(max_length=20, db_index=True)
    made_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "people_access_log"
