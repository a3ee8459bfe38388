"""Text to tokens and sentences: what the tagger reads, and a splitter for abstracts."""

import re

_RAISED = r"(?<=[A-Za-z])\$[\^_]\{?[\w+*]{1,4}\}?\$\w*"  # of "M$^2$AD"
_TOKEN = re.compile(rf"\w+(?:(?<=\d)\.\d+|{_RAISED})*|[^\w\s]")
_BOUNDARY = re.compile(r"(?<=[.!?])[\"')\]”’]*\s+(?=[\"'(\[“‘$\\]*[A-Z0-9$\\])")
_ABBREVIATIONS = re.compile(
    r"(?:\b(?:e\.g|i\.e|cf|vs|et al|etc|resp|approx|w\.r\.t|Figs?|Eqs?|Sec|Tab|Refs?|No|Dr|Prof|St|[A-Z])\.)$"
)


def token_spans(text: str) -> list[tuple[int, int]]:
    """Split text into words, numbers and single signs; a name such as GPT-3.5 is three tokens.

    >>> [text[a:b] for text in ["LoRA+ on GPT-3.5, M$^2$AD."] for a, b in token_spans(text)]
    ['LoRA', '+', 'on', 'GPT', '-', '3.5', ',', 'M$^2$AD', '.']
    """
    return [match.span() for match in _TOKEN.finditer(text)]


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Split text into sentences, a line break always ending one; blanks around them are left out.

    >>> text = "A title\\nWe use LoRA, e.g. on GPT-2. It works (cf. Fig. 3). Done"
    >>> [text[a:b] for a, b in sentence_spans(text)]
    ['A title', 'We use LoRA, e.g. on GPT-2.', 'It works (cf. Fig. 3).', 'Done']
    """
    spans = []
    for line in re.finditer(r"[^\n]+", text):
        start = line.start()
        for gap in _BOUNDARY.finditer(line[0]):
            end = line.start() + gap.start()
            if not _ABBREVIATIONS.search(text, start, end):
                spans.append((start, line.start() + gap.end()))
                start = line.start() + gap.end()
        spans.append((start, line.end()))
    return [trimmed for start, end in spans if (trimmed := _trim(text, start, end))[0] < trimmed[1]]


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
