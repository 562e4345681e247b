"""Damage to files that are right: bytes, tokens and lines are changed, cut out, doubled or replaced by hostile ones."""

import re

from hypothesis import strategies as st

HOSTILE = [
    "", " ", "0", "-1", "-99", "0.5", "1.0", "1e3", "1e400", "nan", "inf", "-inf", "None", "null", "true", "9" * 25,
    "2147483648", "1+2j", "[]", "{}", "[[", '"', "'", "=1+1", "@x", "-x", "../x", "/", "a/b", "CON", "$x^{_$", "{x}",
    "{name:>3000000000}", "%s", "<b>", "\x00", "\x1b[31m", "é", "e\u0301", "cafÃ©", "\ufeff", "\u202e", "𝕏", "\ud7ff",
    "a" * 5000, "1e9", "10**9", "study", "recall", "subject", "item", ",", "\t", ";", "\n", "\r", "\n\n", "#",
]  # fmt: skip
"""Texts that have broken readers of files before."""


@st.composite
def damaged_bytes(draw: st.DrawFn, whole: bytes) -> bytes:
    """``whole`` with up to three places damaged, or cut short, or bytes that have nothing to do with it."""
    if draw(st.integers(0, 19)) == 0:
        return draw(st.binary(max_size=200))
    data = bytearray(whole)
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, max(len(data) - 1, 0)))
        kind = draw(st.sampled_from(["bit", "byte", "cut", "drop", "insert", "double", "number"]))
        if kind == "bit" and data:
            data[at] ^= 1 << draw(st.integers(0, 7))
        elif kind == "byte" and data:
            data[at] = draw(st.integers(0, 255))
        elif kind == "cut":
            del data[at:]
        elif kind == "drop":
            del data[at : at + draw(st.integers(1, 40))]
        elif kind == "insert":
            data[at:at] = draw(st.binary(min_size=1, max_size=12))
        elif kind == "double":
            data[at:at] = data[at : at + draw(st.integers(1, 80))]
        elif kind == "number":
            value = draw(st.sampled_from([0, 1, 2**31 - 1, 2**31, 2**32 - 1, 10**9]))
            data[at : at + 4] = value.to_bytes(4, "little")
    return bytes(data)


@st.composite
def damaged_text(draw: st.DrawFn, whole: str) -> bytes:
    """``whole`` with up to three tokens or lines damaged, in some encoding; one time in eight as damaged bytes."""
    if draw(st.integers(0, 7)) == 0:
        return draw(damaged_bytes(whole.encode()))
    text = whole
    for _ in range(draw(st.integers(1, 3))):
        if draw(st.integers(0, 2)):
            tokens = list(re.finditer(r"[^\s,;:\[\]{}\"=]+|[\s,;:\[\]{}\"=]", text))
            if not tokens:
                break
            token = draw(st.sampled_from(tokens))
            new = draw(st.sampled_from(HOSTILE) | st.text(max_size=8))
            text = text[: token.start()] + new + text[token.end() :]
        else:
            lines = text.split("\n")
            at, other = (draw(st.integers(0, len(lines) - 1)) for _ in range(2))
            kind = draw(st.sampled_from(["drop", "double", "swap", "empty"]))
            if kind == "drop":
                del lines[at]
            elif kind == "double":
                lines.insert(other, lines[at])
            elif kind == "swap":
                lines[at], lines[other] = lines[other], lines[at]
            else:
                lines[at] = ""
            text = "\n".join(lines)
    encoding = draw(st.sampled_from(["utf-8"] * 6 + ["utf-8-sig", "latin-1", "utf-16", "cp1252"]))
    return text.encode(encoding, errors="replace")
