"""Text as it is stored: what nobody can see is taken out, line ends and spaces are plain ones."""

import re

_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\ufffe\uffff"
    "\ud800-\udfff\U000e0000-\U000e0fff]"
)
# Terminal sequences go as a whole: without its ESC, "[31m" would stay as text.
_TERMINAL = re.compile(
    "(?:\x1b\\[|\x9b)[0-?]*[ -/]*[@-~]|\x1b\\][^\x07\x1b\n]*(?:\x07|\x1b\\\\)?|\x1b[@-Z\\\\^_]"
)
_NEWLINES = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_SPACES = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f]")


def clean(raw: str) -> str:
    """Text as it is stored: newlines are ``\\n``, odd spaces plain ones, nothing unseen is left.

    Takes out byte-order marks, control characters but tab, zero-width and direction marks, soft
    hyphens, variation selectors, tag characters, lone surrogates. ``clean(clean(x)) == clean(x)``.
    """
    return _SPACES.sub(" ", _NEWLINES.sub("\n", _UNSEEN.sub("", _TERMINAL.sub("", raw))))
