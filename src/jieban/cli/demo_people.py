"""The people of a demonstration, whom anybody at this machine may be by one click."""

from jieban import clock
from jieban.apps.accounts import selectors, services
from jieban.apps.cases import selectors as cases
from jieban.apps.directory import selectors as directory
from jieban.cli.demo_inspected import OFFICE
from jieban.domain.actors import EVERYWHERE, Actor
from jieban.home import Home


def bring_people(actor: Actor, home: Home) -> None:
    """Make the people and mark the home as a demonstration, once.

    Only where everything is invented: one real import or one real account, and nothing is made
    and nothing marked.
    """
    imports = cases.imports()
    if home.demo or selectors.people().exists():
        return
    if not imports.exists() or imports.filter(generated=False).exists():
        return
    places, units = directory.areas(), directory.units().filter(kind="department")
    street = places.filter(kind="street", provisional=False, valid_to__isnull=True).first()
    community = places.filter(
        kind="community", parent=street, provisional=False, valid_to__isnull=True
    ).first()
    department = units.filter(provisional=False, valid_to__isnull=True).first()
    environment = units.filter(name=OFFICE, valid_to__isnull=True).first() or department
    if street is None or community is None or department is None or environment is None:
        return
    services.create_demo_people(
        actor,
        at=clock.now(),
        street=f"area:{street.code}",
        community=f"area:{community.code}",
        department=f"unit:{department.code}",
        environment=f"unit:{environment.code}",
    )
    (home.path / "demo").touch()


def scopes_of_demo_people() -> list[str]:
    """The street, the community and the department that the demonstration's people work for."""
    posts = [post for each in selectors.demo_people() for post in selectors.posts_of(each)]
    return sorted({post.scope for post in posts} - {EVERYWHERE})
