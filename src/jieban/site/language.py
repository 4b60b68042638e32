"""Which language a reader gets: what they chose, else what their browser asks for, else ours."""

from django.conf import settings
from django.http import HttpRequest
from django.utils import translation
from django.utils.translation.trans_real import parse_accept_lang_header

from jieban.domain.words import Language, set_language

COOKIE = "jieban_language"
COOKIE_SECONDS = 2 * 365 * 24 * 3600
DJANGO_CODES: dict[Language, str] = {"zh": "zh-hans", "en": "en"}


def chosen_language(request: HttpRequest) -> Language:
    """zh or en. A cookie wins; of the browser's wishes the first that begins with either."""
    cookie = request.COOKIES.get(COOKIE)
    if cookie in DJANGO_CODES:
        return cookie
    for wish, _weight in parse_accept_lang_header(request.headers.get("Accept-Language", "")):
        for code in DJANGO_CODES:
            if wish.startswith(code):
                return code
    return "en" if settings.LANGUAGE_CODE == "en" else "zh"


def speak(language: Language) -> None:
    """Make it the language of templates and of everything below the doors."""
    translation.activate(DJANGO_CODES[language])
    set_language(language)
