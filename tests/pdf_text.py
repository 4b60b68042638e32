"""The letters of a PDF, read back by the fonts' own tables: what somebody copies from the paper."""

import re
import zlib

_OBJECT = re.compile(rb"(\d+) 0 obj\b(.*?)\bendobj", re.DOTALL)
_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
_SET_FONT = re.compile(rb"/(\w+) [\d.]+ Tf")
_MOVED = re.compile(rb"T[dDm*]\b")
_HEX = re.compile(rb"<([0-9A-Fa-f\s]*)>(?!>)")


def text_of(pdf: bytes) -> str:
    """Every page's text in the order it is drawn."""
    objects = _objects(pdf)
    letters = {
        number: _to_unicode(objects, body)
        for number, (body, _) in objects.items()
        if b"/ToUnicode" in body
    }
    pages = []
    for body, _ in objects.values():
        if not re.search(rb"/Type\s*/Page\b", body):
            continue
        resources = objects[int(re.search(rb"/Resources (\d+) 0 R", body)[1])][0]
        fonts = {
            name.decode(): letters[int(number)]
            for name, number in re.findall(rb"/(\w+) (\d+) 0 R", resources)
            if int(number) in letters
        }
        contents = int(re.search(rb"/Contents (\d+) 0 R", body)[1])
        pages.append(_page(objects[contents][1], fonts))
    return "\n".join(pages)


def _objects(pdf: bytes) -> dict[int, tuple[bytes, bytes]]:
    """Number -> (dictionary, unpacked stream)."""
    found: dict[int, tuple[bytes, bytes]] = {}
    for number, body in _OBJECT.findall(pdf):
        stream = _STREAM.search(body)
        head = body[: stream.start()] if stream else body
        unpacked = b""
        if stream:
            # A stream whose last byte looks like the line's end before `endstream` loses it here.
            whole = zlib.decompressobj()
            unpacked = whole.decompress(stream[1]) if b"FlateDecode" in head else stream[1]
        found[int(number)] = (head, unpacked)
        if b"/ObjStm" in head:
            found |= _inside(head, unpacked)
    return found


def _inside(head: bytes, unpacked: bytes) -> dict[int, tuple[bytes, bytes]]:
    first = int(re.search(rb"/First (\d+)", head)[1])
    numbers = [int(each) for each in unpacked[:first].split()]
    places = dict(zip(numbers[::2], numbers[1::2], strict=True))
    ends = [*sorted(places.values())[1:], len(unpacked) - first]
    return {
        number: (unpacked[first + begin : first + end], b"")
        for (number, begin), end in zip(
            sorted(places.items(), key=lambda each: each[1]), ends, strict=True
        )
    }


def _to_unicode(objects: dict[int, tuple[bytes, bytes]], font: bytes) -> dict[int, str]:
    table = objects[int(re.search(rb"/ToUnicode (\d+)", font)[1])][1].decode("latin-1")
    letters: dict[int, str] = {}
    for block in re.findall(r"beginbfchar(.*?)endbfchar", table, re.DOTALL):
        for code, text in re.findall(r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>", block):
            letters[int(code, 16)] = bytes.fromhex(text).decode("utf-16-be")
    for block in re.findall(r"beginbfrange(.*?)endbfrange", table, re.DOTALL):
        for low, high, text in re.findall(r"<(\w+)>\s*<(\w+)>\s*<(\w+)>", block):
            first = int.from_bytes(bytes.fromhex(text), "big")
            for step in range(int(high, 16) - int(low, 16) + 1):
                letters[int(low, 16) + step] = chr(first + step)
    return letters


def _page(stream: bytes, fonts: dict[str, dict[int, str]]) -> str:
    letters: dict[int, str] = {}
    text: list[str] = []
    place = 0
    while place < len(stream):
        if (font := _SET_FONT.match(stream, place)) is not None:
            letters, place = fonts.get(font[1].decode(), {}), font.end()
        elif stream[place : place + 1] == b"(":
            raw, place = _literal(stream, place + 1)
            text += _read(raw, letters)
        elif (shown := _HEX.match(stream, place)) is not None:
            text += _read(bytes.fromhex(shown[1].decode()), letters)
            place = shown.end()
        elif (moved := _MOVED.match(stream, place)) is not None:
            text.append("\n")
            place = moved.end()
        else:
            place += 1
    return "".join(text)


def _read(raw: bytes, letters: dict[int, str]) -> list[str]:
    codes = [int.from_bytes(raw[place : place + 2], "big") for place in range(0, len(raw), 2)]
    return [letters.get(code, "") for code in codes]


def _literal(stream: bytes, place: int) -> tuple[bytes, int]:
    """The bytes of a string in brackets, and where it ends; brackets in it may nest."""
    simple = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
    raw, depth = bytearray(), 1
    while True:
        sign = stream[place : place + 1]
        place += 1
        if sign == b"\\":
            if (octal := re.compile(rb"[0-7]{1,3}").match(stream, place)) is not None:
                raw.append(int(octal[0], 8))
                place = octal.end()
                continue
            escaped = stream[place : place + 1]
            raw += simple.get(escaped, escaped)
            place += 1
            continue
        depth += (sign == b"(") - (sign == b")")
        if depth == 0:
            return bytes(raw), place
        raw += sign
