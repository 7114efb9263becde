"""Classes of tokens that a label may name, each a regular expression on the token's text."""
import numpy as np
import regex

CLASSES = (
    ("capitalised word", r"^ ?[A-Z][a-z]"),
    ("begins a word", r"^ \p{L}"),
    ("goes on with a word", r"^\p{Ll}"),
    ("number", r"^ ?\p{N}+$"),
    ("punctuation", r"^ ?[^\s\p{L}\p{N}]+$"),
    ("ends a sentence", r"^[.!?][\"”’]?$"),
    ("line break", r"\n"),
    ("quotation mark", "[\"“”]"),
    ("ends in -ing", r"ing$"),
    ("ends in -ed", r"ed$"),
    ("ends in -ly", r"ly$"),
    ("ends in -s", r"[a-rt-z]s$"),
    ("one or two letters", r"^\p{L}{1,2}$"),
    ("in capitals", r"^ ?[A-Z]{2,}$"),
)

def listed():
    """As in records.json; `pattern` is a JavaScript regular expression, flag u."""
    return [{"name": n, "pattern": p} for n, p in CLASSES]


def table(texts):
    """bool [classes, vocab] for the texts of all tokens; the first token (the separator) is in no class."""
    out = np.zeros((len(CLASSES), len(texts)), bool)
    for k, (_, pattern) in enumerate(CLASSES):
        expression = regex.compile(pattern)
        out[k] = [bool(expression.search(t)) for t in texts]
    out[:, 0] = False
    return out
