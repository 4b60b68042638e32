"""`jieban manage …`: Django's own commands, on this home."""

import click


@click.command(context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def manage(arguments: tuple[str, ...]) -> None:
    """Pass everything on to Django."""
    from django.core.management import execute_from_command_line

    execute_from_command_line(["jieban manage", *arguments])
