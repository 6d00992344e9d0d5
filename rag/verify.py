"""Checks in code: a model's draft against what it cites, and every quote before it is shown."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rag import comparison
from rag.bearing import Given
from rag.claims import Claim, take_apart
from rag.comparison import Comparison
from rag.embed import shipped
from rag.links import strip_links
from rag.passages import cite
from rag.polarity import denies
from rag.question import stem, stems
from rag.quoted import NOT_SAID, Finding, Sentence, Worked
from rag.support_values import claimed
from rag.types import Article, Citation, Evidence, Label, Unsupported
from rag.values import Value, find
from rag.weighing import without_figures

_SOURCES = r"(?:passages?|articles?|sources?|texts?|context|documents?|excerpts?|information)"
_TELL = (
    r"(?:say|mention|state|specify|give|provide|contain|include|report|answer|indicate|disclose|"
    r"reveal|name|discuss|address|offer|identify|explain|cover|tell|describe|list|confirm|clarify|"
    r"note|detail|quantify|know)"
)
_TOLD = (
    r"(?:said|mentioned|stated|specified|given|provided|contained|included|reported|answered|"
    r"indicated|disclosed|revealed|named|discussed|addressed|identified|explained|covered|told|"
    r"described|listed|confirmed|clarified|known|found)"
)
_SILENT = re.compile(
    r"^(?:(?:however|but|unfortunately|so|and|also|(?:i['’]m |i am )?sorry|apologies)[, ]+)*(?:"
    r"(?:the answer |this |that |it )?(?:is )?not (?:found )?in the (?:articles?|passages?)\b|"
    rf"(?:the |these |those |none of the |no |any of the )?(?:\w+ )?{_SOURCES}\b[^.,;:]{{0,30}}?"
    rf"(?:\b(?:do|does|did)(?:n['’]t| not) {_TELL}\b|"
    rf"\b(?:says?|mentions?|gives?|states?|contains?|names?|tells?|provides?) "
    r"(?:nothing|no|neither)\b|\bsilent (?:on|about)\b)|"
    rf"no (?:{_SOURCES}|mention|details?) (?:\w+ ){{0,3}}?"
    rf"(?:{_TELL}s?|{_TOLD}|about|of|on|is|are)\b|"
    rf"there (?:is|are|was|were) (?:no|not|nothing)\b[^.,;:]{{0,60}}\b(?:{_SOURCES}|mention\w*)|"
    rf"nothing (?:is|was) {_TOLD}\b|"
    r"i (?:cannot|can['’]?t|could not|couldn['’]t|do not|don['’]t|am unable to|was unable to) "
    r"(?:find|answer|tell|determine|say|see|locate|know|help|provide|give)\b|"
    rf"(?:it|this|that) (?:is|was) not {_TOLD}\b)",
    re.IGNORECASE,
)
_IS_NOT_SAID = re.compile(
    rf"(?:no (?:\w+ ){{1,5}}(?:is|are|was|were)|[^.,;:]{{0,120}}\b(?:is|are|was|were|has been|have "
    rf"been) not) {_TOLD}\b[^.,;:]{{0,40}}\.?$",
    re.IGNORECASE,
)
_IN_SOURCE = re.compile(rf"\b(?:in|by) (?:the|this|that|either|any) {_SOURCES}\.?$", re.IGNORECASE)
_ABSTAINS = re.compile(r"[\"“]?not in the articles?[.!]?[\"”]?$", re.IGNORECASE)
# What follows on silence is a claim like any other.
_SAYS_MORE = re.compile(
    r"[;:—–]|,\s*(?!or\b|nor\b)\S|\b(?:but|however|although|though|because|since|until|after|so "
    r"that|and (?:the|it|they|he|she|we|you|that|this|a|an)|as the|as it)\b",
    re.IGNORECASE,
)
_FRAME = frozenset(
    map(
        stem,
        re.findall(
            r"[a-z]+",
            "exact exactly date figure number amount name reason detail question answer further "
            f"more whether sorry find m {_TELL} {_TOLD} {_SOURCES}",
        ),
    )
)
_MOST_UNKNOWN = 3
_LEAD_IN = re.compile(
    rf"^(?:(?:based on|according to|from|in) (?:the )?{_SOURCES}[^.]{{0,40}}"
    r"|(?:here|below) (?:is|are|'s)\b[^.]{0,60}"
    r"|(?:the )?answer|sure|certainly|of course|yes|no)\s*[:.!,]?$",
    re.IGNORECASE,
)
# A sentence that only says what is not said is not checked, so it must have room for little else.
_LONGEST_SILENCE = 250
_LEAD_WORDS = 3
_LEAD_STEMS = 4
_NEW_STEMS = 5
_TITLE_WORDS = 4
_BLANKS = 2
# Far beyond any answer that was asked for; what is longer is there to keep the checker busy.
_MOST_CLAIMS = 40
_LONGEST_CLAIM = 1_000
_MOST_VALUES = 25
_TEASER = "From a teaser of another story: "


@dataclass(frozen=True)
class Checked:
    """What is left of a draft.

    ``text`` has [n] markers that name ``citations``. ``unsupported`` are the claims cut, and the
    links, pictures and markers taken out. ``faults`` tell a model what did not hold, ``cited``
    which passages it cited. ``kept`` and ``cut`` count claims, ``silent`` the sentences that say
    the articles do not say something.
    """

    text: str
    citations: tuple[Citation, ...] = ()
    unsupported: tuple[Unsupported, ...] = ()
    faults: tuple[str, ...] = ()
    cited: frozenset[int] = frozenset()
    kept: int = 0
    cut: int = 0
    silent: int = 0


def check(
    draft: str, evidence: Sequence[Evidence], *, question: str, complete: bool = True
) -> Checked:
    """Hold every sentence of a draft against the passages that it cites; "[n]" is evidence[n - 1].

    A sentence stays when its quotations, and as values its numbers, amounts, dates and names,
    occur in at most four sentences of the passages it cites, which become its citations; a sum or a
    difference may be worked out of values shown. A sentence that cites nothing, or only passages
    that were not given, is held against all of them; one that another passage bears out much better
    is cited to that one, and this is reported. What fails is cut. ``complete`` False says that the
    draft was cut off, so that a last sentence without an end goes as well.
    """
    return _Checking(evidence, question).run(draft, complete=complete)


class _Checking:
    """The check of one draft."""

    def __init__(self, evidence: Sequence[Evidence], question: str) -> None:
        self._question = question
        self._given = Given(evidence, question=question, embedder=shipped())
        self._numbers = range(1, len(evidence) + 1)
        self._urls = frozenset(item.article.url for item in evidence if item.article.url)
        self._shown: list[Value] = []
        self._citations: dict[tuple[str, int, int], Citation] = {}
        self._unsupported: list[Unsupported] = []
        self._faults: list[str] = []
        self._before, self._from = "", frozenset[int]()
        self._kept = self._cut = self._silent = 0

    def run(self, draft: str, *, complete: bool) -> Checked:
        """Check it."""
        apart = take_apart(draft, urls=self._urls, complete=complete)
        self._unsupported += apart.removed
        if apart.claims and _ABSTAINS.match(apart.claims[0].text):
            for claim in apart.claims[1:]:
                self._report(claim.text, "the model had said that it found no answer")
            return Checked(apart.claims[0].text, unsupported=tuple(self._unsupported), silent=1)
        claims = apart.claims[:_MOST_CLAIMS]
        if len(apart.claims) > _MOST_CLAIMS:
            self._report(apart.claims[_MOST_CLAIMS].text, "the answer goes on for too long")
        pieces: list[str] = []
        for at, (claim, cites) in enumerate(zip(claims, _nearest_cites(claims), strict=True)):
            pieces += self._piece(claim, cites, next(iter(claims[at + 1 :]), None))
        return Checked(
            text="".join(pieces).strip(),
            citations=tuple(self._citations.values()),
            unsupported=tuple(self._unsupported),
            faults=tuple(self._faults),
            cited=frozenset(n for claim in apart.claims for n in claim.cites),
            kept=self._kept,
            cut=self._cut,
            silent=self._silent,
        )

    def _piece(self, claim: Claim, near: Sequence[int], after: Claim | None) -> list[str]:
        """What stays of a claim in the text: itself with its markers, or nothing.

        ``near`` are the passages that the sentence after or before it cites, ``after`` is the next.
        """
        if not claim.whole:
            self._report(claim.text, "the answer was cut off here")
            return []
        if _LEAD_IN.match(claim.text) or self._only_leads(claim):
            return []
        silent = self._says_nothing(claim)
        self._silent += silent
        if silent or self._only_titles(claim):
            return [claim.lead + claim.text]
        if len(claim.text) > _LONGEST_CLAIM or len(find(claim.text)) > _MOST_VALUES:
            return self._cut_out(claim, Finding(faults=("it is too long to be checked",)))
        foreign = [number for number in claim.cites if number not in self._numbers]
        for number in foreign:
            self._report(f"[{number}]", "no such passage was given")
        given = self._given
        cites, near = self._given_of(claim.cites), self._given_of(near)
        finding = self._weigh(claim, cites, near, Worked(self._shown))
        if finding.faults and after and (worked := self._worked_ahead(after)):
            again = self._weigh(claim, cites, near, worked)
            finding = finding if again.faults else again
        if finding.faults == (NOT_SAID,) and after and self._may_lead(claim, after):
            finding = self._led(claim, after) or finding
        if finding.faults == (NOT_SAID,) and self._may_sum_up(claim, finding):
            finding = self._summed_up(claim, cites) or finding
        strays = not finding.faults and not find(claim.text) and not self._goes_on(finding)
        if strays and given.is_beside_the_question(claim.text):
            finding = Finding(faults=("it has nothing to do with the question",))
        if finding.faults:
            return self._cut_out(claim, finding)
        for number in finding.idle:
            self._report(f"[{number}]", f"that passage does not say: {claim.text}")
        return [self._kept_piece(claim, finding)]

    def _given_of(self, numbers: Iterable[int]) -> list[int]:
        """Those of some numbers that are of passages given."""
        return [number for number in numbers if number in self._numbers]

    def _worked_ahead(self, after: Claim) -> Worked | None:
        """What the next sentence shows: a sum is often said before what it is worked out of."""
        cites = self._given_of(after.cites) or self._numbers
        found = self._given.weigh(after.text, cites, cited=False, worked=Worked(self._shown))
        return None if found.faults else Worked([*self._shown, *found.shown], after.text)

    def _may_lead(self, claim: Claim, after: Claim) -> bool:
        """Whether it is a few words without a value or name that deny nothing: "It is hopeful."."""
        few = len(stems(claim.text)) <= _LEAD_STEMS and claim.cites in ((), after.cites)
        few = few and not denies(claim.text)
        return (
            few and not claimed(claim.text, reference=None) and not self._given.names_in(claim.text)
        )

    def _led(self, claim: Claim, after: Claim) -> Finding | None:
        """What bears out a claim together with the next, to which it leads; None when nothing."""
        both = f"{claim.text} {after.text}"
        cites = self._given_of(after.cites) or self._numbers
        found = self._given.weigh(both, cites, cited=False, worked=Worked(self._shown))
        return None if found.faults else found

    def _may_sum_up(self, claim: Claim, finding: Finding) -> bool:
        """Whether it says with few new words what the figures before it come to: "That is nine
        points less.".
        """
        borne = {value.start for value in finding.shown}
        worked_out = any(value.start not in borne for value in claimed(claim.text, reference=None))
        new = without_figures(claim.text) - stems(self._before)
        return worked_out and len(new) <= _NEW_STEMS

    def _summed_up(self, claim: Claim, cites: Sequence[int]) -> Finding | None:
        """What bears out a claim together with the one before it; None when nothing."""
        both = f"{self._before} {claim.text}"
        worked = Worked(self._shown)
        found = self._given.weigh(both, {*cites, *self._from}, cited=False, worked=worked)
        return None if found.faults else found

    def _weigh(
        self, claim: Claim, cites: Sequence[int], near: Sequence[int], worked: Worked
    ) -> Finding:
        text = strip_links(claim.text, urls=frozenset())[0]
        given = self._given
        if not cites:
            first = given.weigh(text, near or self._numbers, cited=False, worked=worked)
            if not first.faults or not near or not given.says_much(text):
                return first
            far = given.weigh(text, self._numbers, cited=False, worked=worked)
            return far if far.is_better_than(first) else first
        first = given.weigh(text, cites, cited=True, worked=worked)
        if not first.faults:
            return first
        # A marker is often one passage short of what the sentence takes from an article.
        if beside := given.beside(cites):
            whole = given.weigh(text, [*cites, *beside], cited=False, worked=worked)
            if not whole.faults:
                return whole
        others = [number for number in self._numbers if number not in cites]
        second = given.weigh(text, others, cited=False, worked=worked)
        if second.faults or not second.is_better_than(first):
            return first
        self._report(
            "".join(f"[{number}]" for number in cites),
            f"another passage says this, not the one cited: {claim.text}",
        )
        return second

    def _goes_on(self, finding: Finding) -> bool:
        """Whether its quotes are quoted already, or follow right upon one that is."""
        return any(
            one.evidence.article.id == article and start <= one.start <= end + _BLANKS
            for one in finding.quotes[:1]
            for article, start, end in self._citations
        )

    def _cut_out(self, claim: Claim, finding: Finding) -> list[str]:
        why = "; ".join(finding.faults)
        self._cut += 1
        self._report(claim.text, why)
        self._faults.append(f"{claim.marked(claim.cites)} ({why})")
        return []

    def _kept_piece(self, claim: Claim, finding: Finding) -> str:
        self._kept += 1
        self._before = claim.text
        self._from = frozenset(one.number for one in finding.quotes)
        self._shown += finding.shown
        numbers = [self._cited(sentence).n for sentence in finding.quotes]
        urls = {citation.url for citation in self._citations.values() if citation.url}
        text, gone = strip_links(claim.text, urls=frozenset(urls))
        self._unsupported += gone
        only_teasers = all(one.evidence.passage.kind == "teaser" for one in finding.quotes)
        origin = _TEASER if only_teasers and "teaser" not in text.lower() else ""
        return claim.lead + origin + Claim(text, ()).marked(list(dict.fromkeys(numbers)))

    def _cited(self, sentence: Sentence) -> Citation:
        article = sentence.evidence.article
        key = (article.id, sentence.start, sentence.end)
        if key not in self._citations:
            self._citations[key] = cite(
                len(self._citations) + 1, sentence.evidence, sentence.start, sentence.end
            )
        return self._citations[key]

    def _only_leads(self, claim: Claim) -> bool:
        """Whether it is a word or three before the answer proper: "Not yet.", "Quite a lot."."""
        few = len(claim.text.split()) <= _LEAD_WORDS and not claim.cites
        return few and not find(claim.text) and not self._given.names_in(claim.text)

    def _only_titles(self, claim: Claim) -> bool:
        """Whether it is the head of a table, with short titles alone and no value or new name."""
        cells = claim.text.partition("\n")[0].split("|")
        short = claim.head and all(len(cell.split()) <= _TITLE_WORDS for cell in cells)
        return short and not find(claim.text) and self._given.knows_names(claim.text)

    def _says_nothing(self, claim: Claim) -> bool:
        """Whether it only says what the articles do not say, with no value but the question's and
        no name that is not known.
        """
        silent = _SILENT.match(claim.text)
        plain = _IS_NOT_SAID.match(claim.text)
        if claim.cites and not _IN_SOURCE.search(claim.text):
            plain = None  # "the buyer was not named" may be what an article says
        silent = silent or plain
        if silent is None or _SAYS_MORE.search(claim.text, silent.end()):
            return False
        if self._given.unknown(claim.text, besides=_FRAME) > _MOST_UNKNOWN:
            return False
        if len(claim.text) > _LONGEST_SILENCE or not self._given.knows_names(claim.text):
            return False
        asked = {value.text.lower() for value in find(self._question)}
        return plain is not None or all(value.text.lower() in asked for value in find(claim.text))

    def _report(self, part: str, why: str) -> None:
        self._unsupported.append(Unsupported(part=part, why=why))


def _nearest_cites(claims: Sequence[Claim]) -> list[tuple[int, ...]]:
    """For each claim what it cites; for one that cites nothing, what the next one does, or else
    the one before.
    """
    found = [claim.cites for claim in claims]
    for at in range(len(found) - 2, -1, -1):
        found[at] = found[at] or found[at + 1]
    for at in range(1, len(found)):
        found[at] = found[at] or found[at - 1]
    return found


def faults(
    citations: Sequence[Citation],
    *,
    short: str | None,
    evidence: Sequence[Evidence],
    compared: Comparison | None = None,
) -> list[str]:
    """What is wrong with an answer's citations, a line each; empty when all is well.

    Each quote must stand in a retrieved article at its offsets, hold no line of page furniture,
    and be of the kind it claims; the short answer must stand in one of the quotes, or be what
    follows from the values marked in two of them (see ``comparison.fault``).
    """
    articles = {item.article.id: item.article for item in evidence}
    found = [fault for citation in citations if (fault := _fault(citation, articles))]
    if compared is not None:
        wrong = comparison.fault(compared, short, citations)
        return [*found, wrong] if wrong else found
    if short is not None and not any(short in citation.quote for citation in citations):
        found.append(f"the short answer {short!r} stands in no quote")
    return found


def _fault(citation: Citation, articles: Mapping[str, Article]) -> str | None:
    article = articles.get(citation.article_id)
    if article is None:
        return f"[{citation.n}] cites an article that was not retrieved"
    if article.text[citation.start : citation.end] != citation.quote or not citation.quote:
        return f"[{citation.n}] is not what the article says there"
    allowed = {Label.TEASER} if citation.kind == "teaser" else {Label.BODY}
    labels = labels_within(article, citation.start, citation.end)
    if not labels <= allowed:
        wrong = ", ".join(sorted(labels - allowed))
        return f"[{citation.n}] quotes {wrong} as {citation.kind}"
    if citation.highlight is not None:
        left, right = citation.highlight
        if not citation.start <= left < right <= citation.end:
            return f"[{citation.n}] marks a phrase outside its quote"
    return None


def labels_within(article: Article, start: int, end: int) -> set[Label]:
    """The labels of the lines that a span of the article's text touches."""
    return {line.label for line in article.lines if line.start < end and line.end > start}
