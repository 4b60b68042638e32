"""`jieban [--home DIR] [--lang zh|en] <noun> <verb> …`: where every command begins.

Exit 0 done, 1 refused (a rule said no, nothing changed), 2 misuse. `--json` may stand
anywhere and makes the answer, and any refusal, one JSON object on stdout.
"""

import importlib
import inspect
import json
import os
import sys
from dataclasses import dataclass
from typing import Any

import click

from jieban.cli.database import Database
from jieban.cli.desk import Desk
from jieban.domain.errors import Refused
from jieban.domain.words import Language, set_language
from jieban.domain.words import translate as _
from jieban.home import Home
from jieban.troubles import as_refusal


@dataclass(frozen=True)
class Noun:
    """One noun: the module and object that hold its verbs, and whether it needs the database."""

    module: str
    name: str
    short: str
    database: bool = True


NOUNS = {
    "demo": Noun("jieban.cli.demo", "demo", "Make an invented district and show it."),
    "serve": Noun("jieban.cli.serve", "serve", "Show the pages on this machine."),
    "accounts": Noun("jieban.cli.accounts", "accounts", "People, their posts and tokens."),
    "directory": Noun("jieban.cli.directory", "directory", "Areas, units and their names."),
    "calendar": Noun("jieban.cli.calendar", "calendar", "Holidays, closings, deadlines."),
    "cases": Noun("jieban.cli.cases", "cases", "Import cases and look at them."),
    "facts": Noun("jieban.cli.facts", "facts", "Build the sealed fact tables."),
    "evaluate": Noun("jieban.cli.evaluate", "evaluate", "Run, verify, compare.", database=False),
    "programmes": Noun(
        "jieban.cli.programmes", "programmes", "Officials sent, and what it did.", database=False
    ),
    "letters": Noun("jieban.cli.letters", "letters", "Letters of inspections."),
    "practices": Noun("jieban.cli.practices", "practices", "Practices and who took them over."),
    "rectification": Noun(
        "jieban.cli.rectification", "rectification", "Inspection rounds, plans and tasks."
    ),
    "appeals": Noun("jieban.cli.appeals", "appeals", "Contest a fact; decide appeals."),
    "rulebook": Noun("jieban.cli.rulebook", "rulebook", "Check and compare rules.", database=False),
    "profiles": Noun("jieban.cli.profiles", "profiles", "Mappings of exports.", database=False),
    "ledger": Noun("jieban.cli.ledger", "ledger", "Read, seal and verify the ledger."),
    "webhooks": Noun("jieban.cli.webhooks", "webhooks", "Systems that are told what happens."),
    "keys": Noun("jieban.cli.keys", "keys", "The keys that seal personal data."),
    "backup": Noun("jieban.cli.backup", "backup", "Write a backup.", database=False),
    "restore": Noun("jieban.cli.backup", "restore", "Restore a backup.", database=False),
    "worker": Noun("jieban.cli.worker", "worker", "Do the jobs that wait."),
    "tick": Noun("jieban.cli.worker", "tick", "Do what is due by the clock."),
    "invent": Noun("jieban.cli.invent", "invent", "Write invented exports.", database=False),
    "manage": Noun("jieban.cli.manage", "manage", "Django's own commands."),
}


class Jieban(click.Group):
    """Loads a noun's module only when it is asked for, and answers refusals in one shape."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(NOUNS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        noun = NOUNS.get(cmd_name)
        if noun is None:
            return None
        desk = _desk(ctx)
        if noun.database:
            desk.start_database()
        command: click.Command = getattr(importlib.import_module(noun.module), noun.name)
        if cmd_name == "evaluate":
            publication = importlib.import_module("jieban.cli.publication")
            publication.attach(command)
        _translate_help(command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section(_("Commands")):
            formatter.write_dl([(name, _(noun.short)) for name, noun in NOUNS.items()])

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        ctx.meta["json"] = "--json" in args
        return super().parse_args(ctx, [word for word in args if word != "--json"])


def _translate_help(command: click.Command) -> None:
    """Help is written in English where the command is; people read it in their language."""
    if command.help:
        command.help = _(inspect.cleandoc(command.help))
    for parameter in command.params:
        if isinstance(parameter, click.Option) and parameter.help:
            parameter.help = _(parameter.help)
    if isinstance(command, click.Group):
        for verb in command.commands.values():
            _translate_help(verb)


def _desk(ctx: click.Context) -> Desk:
    if ctx.obj is None:
        _choose_language(ctx.params.get("lang"))
        ctx.obj = Desk(
            Home.from_environment(ctx.params.get("home")),
            ctx.meta["json"],
            Database(),
            ctx.params.get("acting"),
        )
    desk: Desk = ctx.obj
    return desk


def _choose_language(given: str | None) -> None:
    """`--lang`, else JIEBAN_LANGUAGE, else the terminal's; Chinese where nobody says."""
    wanted = given or os.environ.get("JIEBAN_LANGUAGE") or os.environ.get("LANG", "")
    chosen: Language = "en" if wanted.lower().startswith("en") else "zh"
    os.environ["JIEBAN_LANGUAGE"] = chosen
    set_language(chosen)


@click.command(
    cls=Jieban,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="--json: one JSON object. Exit: 0 done, 1 refused, 2 misuse.",
)
@click.option("--home", metavar="DIR", help="Folder of this installation (JIEBAN_HOME, ./var).")
@click.option("--lang", type=click.Choice(["zh", "en"]), help="Language of answers.")
@click.option("--as", "acting", metavar="NAME", help="Who acts (JIEBAN_ACTOR, your user name).")
@click.version_option(package_name="jieban")
@click.pass_context
def jieban(ctx: click.Context, home: str | None, lang: str | None, acting: str | None) -> None:
    """接诉即办: complaints handled as they come, figures that open to their rows."""
    _desk(ctx)


def main(arguments: list[str] | None = None) -> None:
    """Run one command and end the process with its exit code."""
    arguments = sys.argv[1:] if arguments is None else arguments
    as_json = "--json" in arguments
    try:
        # A command that ends with a code of its own hands it back here; others say nothing.
        code = jieban.main(args=arguments, prog_name="jieban", standalone_mode=False) or 0
    except Refused as refusal:
        code = _refuse(refusal, as_json)
    except click.exceptions.Exit as end:
        code = end.exit_code
    except click.ClickException as misuse:
        if as_json:
            _print_error("cli.misuse", misuse.format_message(), {})
        else:
            misuse.show()
        code = 2
    except (KeyboardInterrupt, click.Abort):
        print(_("Interrupted. Nothing was stored; run it again."), file=sys.stderr)
        code = 130
    except Exception as error:
        trouble = as_refusal(error)
        if trouble is None:
            raise
        code = _refuse(trouble, as_json)
    sys.stdout.flush()
    sys.exit(code)


def _refuse(refusal: Refused, as_json: bool) -> int:
    if as_json:
        _print_error(refusal.code, refusal.message(), refusal.detail)
    else:
        print(refusal.message(), file=sys.stderr)
    return 1


def _print_error(code: str, message: str, detail: dict[str, Any]) -> None:
    error = {"code": code, "message": message, "detail": detail}
    print(json.dumps({"error": error}, ensure_ascii=False, indent=2, default=str))


if __name__ == "__main__":
    main()
