"""Which permission each page asks for, in one table: what is not in it is shown to nobody.

The gate says whether a person may use a kind of page at all; which cases they find there is
said by `visible_to`. A test walks every address and demands its name here.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Rule:
    """`see` to look, `act` to send a form (the same where none is given).

    `by` names a part of the address that decides: its values are permissions.
    """

    see: str
    act: str = ""
    by: tuple[str, Mapping[str, str]] | None = None


PUBLIC = {
    "language": "choosing a language is needed to read the sign-in page",
    "keys": "the list of keys says nothing of anybody",
    "health": "says only that the process is alive",
    "ready": "says whether the system is ready, for the machine that watches it",
    "metrics": "guards itself: loopback, a token, or operation.see",
    "accounts:sign_in": "how one gets in",
    "accounts:sign_out": "how one gets out",
    "accounts:oidc": "how one gets in by the office's own sign-in",
    "accounts:oidc_back": "where the office's own sign-in comes back to",
}
"""Pages without a permission, each with its reason."""
SIGNED_IN = {
    "accounts:second_factor": "the second half of signing in",
    "accounts:me": "one's own account",
    "accounts:password": "one's own account",
    "accounts:enrol": "one's own account",
    "accounts:sessions": "one's own account",
    "accounts:token_new": "one's own account",
    "accounts:token_revoke": "one's own account",
    "accounts:duty": "one's own duty sessions; the service asks for the role",
    "watermark": "the reader's own name",
}
"""Pages for whoever is signed in, each with its reason."""
HALF_WAY = {
    "accounts:second_factor": "where the code is asked for",
    "accounts:enrol": "where a first device is set up; it asks for the code if there is one",
}
"""The only pages for whoever has shown the password and still owes the second factor."""

RULES: Mapping[str, Rule] = {
    "today": Rule("case.see"),
    "operation": Rule("operation.see"),
    "assessments:overview": Rule("assessment.see"),
    "assessments:newest": Rule("assessment.see"),
    "assessments:list": Rule("assessment.see"),
    "assessments:compute": Rule("assessment.compute"),
    "assessments:run": Rule("assessment.see"),
    "assessments:overview_of": Rule("assessment.see"),
    "assessments:act": Rule(
        "assessment.see",
        by=(
            "act",
            {
                "review": "assessment.review",
                "open": "assessment.review",
                "close": "assessment.review",
                "publish": "assessment.publish",
                "verify": "assessment.see",
            },
        ),
    ),
    "assessments:bundle": Rule("assessment.see"),
    "assessments:manifest": Rule("assessment.see"),
    "assessments:compare": Rule("assessment.see"),
    "assessments:appeal_raise": Rule("assessment.see", "appeal.raise"),
    "assessments:table": Rule("assessment.see"),
    "assessments:table_file": Rule("assessment.see"),
    "assessments:place": Rule("assessment.see"),
    "assessments:figure": Rule("assessment.see"),
    "assessments:rows_file": Rule("assessment.see"),
    "assessments:appeals": Rule("assessment.see"),
    "assessments:appeal": Rule("assessment.see", "appeal.decide"),
    "assessments:appeal_withdraw": Rule("assessment.see", "appeal.raise"),
    "assessments:appeal_file": Rule("assessment.see"),
    "programmes:list": Rule("programme.see"),
    "programmes:open": Rule("programme.manage"),
    "programmes:show": Rule("programme.see"),
    "programmes:criteria": Rule("programme.manage"),
    "programmes:select": Rule("programme.manage"),
    "programmes:selection": Rule("programme.see"),
    "programmes:selection_file": Rule("programme.see"),
    "programmes:lot": Rule("programme.see", "programme.manage"),
    "programmes:cohort_new": Rule("programme.manage"),
    "programmes:cohort": Rule("programme.see", "programme.manage"),
    "programmes:cohort_act": Rule("programme.manage"),
    "programmes:officials": Rule("programme.see"),
    "programmes:official_new": Rule("programme.manage"),
    "programmes:officials_import": Rule("programme.manage"),
    "programmes:roster": Rule("programme.manage"),
    "programmes:roster_blank": Rule("programme.manage"),
    "programmes:official": Rule("programme.manage"),
    "effects:newest": Rule("programme.see"),
    "effects:show": Rule("programme.see"),
    "effects:method": Rule("programme.see"),
    "effects:file": Rule("programme.see"),
    "effects:quote": Rule("programme.manage"),
    "projects:list": Rule("project.see"),
    "projects:new": Rule("project.run"),
    "projects:clusters": Rule("project.see"),
    "projects:cluster_answer": Rule("project.see"),
    "projects:show": Rule("project.see"),
    "projects:edit": Rule("project.run"),
    "projects:act": Rule("project.see", "project.run"),
    "projects:photo_add": Rule("project.see", "project.run"),
    "projects:photo": Rule("project.see"),
    "practices:list": Rule("practice.see"),
    "practices:new": Rule("practice.write"),
    "practices:show": Rule("practice.see"),
    "practices:edit": Rule("practice.write"),
    "practices:card": Rule("practice.see"),
    "practices:act": Rule(
        "practice.see",
        by=(
            "act",
            {
                "submit": "practice.write",
                "publish": "practice.review",
                "send_back": "practice.review",
                "withdraw": "practice.review",
                "adopt": "practice.write",
                "end-adoption": "practice.write",
                "link-project": "practice.write",
            },
        ),
    ),
    "agreements:list": Rule("practice.see"),
    "agreements:new": Rule("practice.write"),
    "agreements:show": Rule("practice.see"),
    "agreements:edit": Rule("practice.write"),
    "agreements:act": Rule("practice.see", "practice.write"),
    "agreements:proof": Rule("practice.see", "practice.write"),
    "calendar:show": Rule("directory.see"),
    "calendar:year": Rule("directory.see"),
    "calendar:close": Rule("directory.edit"),
    "calendar:open": Rule("directory.edit"),
    "calendar:shifts": Rule("directory.edit"),
    "calendar:import": Rule("directory.edit"),
    "calendar:confirm": Rule("directory.edit"),
    "calendar:template": Rule("directory.see"),
    "duties:categories": Rule("directory.see"),
    "duties:start": Rule("directory.edit"),
    "duties:categories_file": Rule("directory.see"),
    "duties:category": Rule("directory.see"),
    "duties:list": Rule("directory.see"),
    "duties:try": Rule("directory.see"),
    "duties:file": Rule("directory.see"),
    "duties:template": Rule("directory.see"),
    "duties:duty": Rule("directory.see"),
    "duties:import": Rule("directory.edit"),
    "duties:confirm": Rule("directory.edit"),
    "imports:list": Rule("import.see"),
    "imports:new": Rule("import.bring"),
    "imports:preview": Rule("import.bring"),
    "imports:confirm": Rule("import.bring"),
    "imports:result": Rule("import.see"),
    "imports:rejects": Rule("import.bring"),
    "imports:profiles": Rule("import.see"),
    "imports:profile": Rule("import.see"),
    "imports:show": Rule("import.see"),
    "cases:find": Rule("case.see"),
    "cases:list": Rule("case.see"),
    "cases:show": Rule("case.see", "case.attribute"),
    "cases:new": Rule("case.receive"),
    "cases:earlier": Rule("case.receive"),
    "cases:suggest": Rule("case.see"),
    "cases:draft": Rule("case.receive"),
    "cases:move": Rule("case.see"),
    "cases:act": Rule("case.see"),
    "cases:unmask": Rule("case.unmask"),
    "cases:attach": Rule("case.see"),
    "cases:attachment": Rule("case.see"),
    "cases:attachment_remove": Rule("case.see"),
    "cases:export": Rule("case.export"),
    "cases:bulk": Rule("case.see"),
    "cases:view_save": Rule("case.see"),
    "cases:view_drop": Rule("case.see"),
    "followups:list": Rule("follow_up.record"),
    "followups:call": Rule("follow_up.record"),
    "terms:list": Rule("term.see"),
    "terms:mine": Rule("term.see"),
    "terms:due": Rule("term.see"),
    "terms:new": Rule("term.manage"),
    "terms:import": Rule("term.manage"),
    "terms:import_confirm": Rule("term.manage"),
    "terms:import_template": Rule("term.manage"),
    "terms:show": Rule("term.see"),
    "terms:week": Rule("term.serve"),
    "terms:problems": Rule("term.see"),
    "terms:month": Rule("term.see"),
    "terms:prepare": Rule("term.manage"),
    "terms:decision": Rule("term.manage"),
    "terms:approval": Rule("term.approve"),
    "terms:hand_over": Rule("term.manage"),
    "terms:look_back": Rule("term.see", "term.manage"),
    "terms:self_reliance": Rule("term.see"),
    "terms:posting": Rule("term.see"),
    "directory:index": Rule("directory.see"),
    "directory:areas": Rule("directory.see"),
    "directory:units": Rule("directory.see"),
    "directory:provisional": Rule("directory.see"),
    "directory:import": Rule("directory.edit"),
    "directory:template": Rule("directory.see"),
    "directory:preview": Rule("directory.edit"),
    "directory:entry": Rule("directory.see"),
    "directory:confirm": Rule("directory.edit"),
    "directory:merge": Rule("directory.edit"),
    "people:list": Rule("account.see"),
    "people:new": Rule("account.edit"),
    "people:show": Rule("account.see", "account.edit"),
    "people:act": Rule("account.edit"),
    "people:roles": Rule("account.see"),
    "people:role": Rule("account.edit"),
    "ledger:list": Rule("ledger.see"),
    "ledger:seals": Rule("ledger.see"),
    "ledger:subject": Rule("ledger.see"),
    "rulebooks:list": Rule("rulebook.see"),
    "rulebooks:diff": Rule("rulebook.see"),
    "rulebooks:check": Rule("rulebook.see"),
    "rulebooks:toml": Rule("rulebook.see"),
    "rulebooks:show": Rule("rulebook.see"),
    "integrations:list": Rule("integration.edit"),
    "integrations:new": Rule("integration.edit"),
    "integrations:show": Rule("integration.edit"),
    "integrations:pause": Rule("integration.edit"),
    "integrations:resume": Rule("integration.edit"),
    "integrations:remove": Rule("integration.edit"),
    "integrations:replay": Rule("integration.edit"),
}


def permission_for(view: str, method: str, parts: Mapping[str, object]) -> str | None:
    """The permission a request needs; None where the page is in no table."""
    rule = RULES.get(view)
    if rule is None:
        return None
    if rule.by is not None:
        name, values = rule.by
        return values.get(str(parts.get(name, "")), rule.see)
    if method in ("GET", "HEAD"):
        return rule.see
    return rule.act or rule.see
