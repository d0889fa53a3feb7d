"""Who has a task, or an authority's complaint: somebody of the platform's desk who belongs to no side of the case."""

from __future__ import annotations

from amends.cases.hands import is_party
from amends.cases.models import Case
from amends.kernel.refusals import Unprocessable
from amends.kernel.texts import say
from amends.people.models import Membership, User
from amends.people.rules import Actor
from amends.tasks.queries import OWNER_ROLES


def owner_of(case: Case, email: str) -> User:
    """The person of the platform's desk with this address. Raises Unprocessable (field `owner`: unknown_owner, conflict_of_interest)."""
    found = User.objects.filter(email__iexact=email.strip(), is_active=True).first()
    if found is None or not Membership.objects.filter(user=found, role__in=OWNER_ROLES).exists():
        wrong = say("平台的客服台没有使用这个邮箱的人。", "Nobody at the platform's desk has this address.")
        raise Unprocessable.field("owner", wrong, code="unknown_owner")
    return _impartial(case, found)


def owner_myself(case: Case, by: Actor) -> User:
    """Whoever acts. Raises Unprocessable (field `owner`: required for a machine, conflict_of_interest)."""
    found = User.objects.filter(pk=by.user_id or 0).first()
    if found is None:
        raise Unprocessable.field("owner", say("请写明由谁办。", "Say who is to do it."), code="required")
    return _impartial(case, found)


def _impartial(case: Case, found: User) -> User:
    if is_party(case, found.pk):
        wrong = say("这位与这份售后单的一方有关，请换一位。", "They belong to a party of this case. Name somebody else.")
        raise Unprocessable.field("owner", wrong, code="conflict_of_interest")
    return found
