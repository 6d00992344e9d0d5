"""Lines that open something on a page: a block of other stories, comments, notes on the author."""

import re
from dataclasses import dataclass

from rag.furniture import either
from rag.looks import plain

_MONTHS = "january|february|march|april|may|june|july|august|september|october|november|december"

_STRONG = (
    r"(you )?(may|might) (also )?(like|be interested in|enjoy|have missed|also like).{0,20}",
    r"(read|see|explore) more from (this|our) .{1,30}|(the )?latest [\w'-]+ (news|stories"
    r"|headlines)|more (?!good|bad|great|fake)([\w'-]+ ){1,2}(news|stories|headlines|articles"
    r"|videos)",
    r"(read|see|explore|discover|browse|view) more .{0,30}"
    r"(stories|news|articles|headlines|lists|reviews|recipes|interviews|features|columns|videos"
    r"|opinion|coverage)",
    r"more ([\w'-]+ )?(recipes|lists|reviews|interviews|features|columns|galleries|quizzes"
    r"|podcasts|opinion|coverage|releases|obituaries|puzzles)( .{1,30})?|more .{1,30} from .{1,30}",
    r"also (from|in|by) .{1,40}|(mehr|weitere .{1,20}) (aus|von) .{1,40}|weitere "
    r"(artikel|nachrichten|meldungen|themen)|plus d'articles.{0,20}|más (noticias|de) .{1,30}",
    r"recommended( for you| reading| reads| stories| articles| videos| posts)?|recommendations?",
    r"more (stories|news|articles|headlines|posts|videos|top stories|like this|to explore|to read)"
    r"( .{1,30})?|more (from|in|by) .{1,40}",
    r"(the )?most[- ](read|popular|viewed|shared|commented|watched|recent|discussed)"
    r"( (stories|articles|news|now|today|this week|in .{1,30}|on .{1,30}))?",
    r"trending( now| today| stories| news| topics| videos| on .{1,30}| in .{1,30})?"
    r"|what's trending",
    r"(next )?up in .{1,30}|more (great|good|top|best) .{0,30}(stories|reads|articles|coverage)",
    r"(up|read|watch) next|what to (read|watch) next|next (story|article|up|read)|keep reading",
    r"(the )?latest( (news|stories|articles|headlines|posts|videos|updates|from .{1,30}"
    r"|in .{1,30}))?",
    r"(popular|recent|featured|similar|other|top|new|hot)( news)? (stories|posts|articles|news"
    r"|reads"
    r"|headlines|picks|topics|videos|now|reading)( .{1,20})?|popular( now| today| in .{1,30})?",
    r"(don't miss|in case you missed it|icymi|must[- ]reads?|editors?'?s? picks?"
    r"|our picks)( .{1,20})?",
    r"(around|from( around)?) the web|from our (partners|network|advertisers|sponsors)",
    r"(sponsored|promoted|partner) (stories|content|links)|elsewhere( on .{1,30})?|also on .{1,30}",
    r"suggested( for you| reads| articles| stories)?|(discover|explore) more|top trending",
    r"(people|readers) (also|who) .{1,40}|today's (top )?(picks|headlines|stories)|headlines",
    r"keep exploring|go deeper|more for you|(other|more) (items|stories|articles|posts) (that"
    r"|you) .{1,40}"
    r"|lo más (visto|comentado)|las más leídas|dans la même rubrique|zum weiterlesen",
    r"das könnte sie auch interessieren|meistgelesen|auch interessant|les plus lus|lo más leído",
    r"también te puede interesar|te puede interesar|à lire aussi|推荐阅读|热门文章|猜你喜欢",
)
_WEAK = (
    r"related( (internet )?(stories|articles|posts|news|content|coverage|reading|links|items|video"
    r"|videos|story|article|stocks|to this( story)?))?|see (also|more)|read (also|more|next)"
    r"|also read",
    r"(more|read more|see more) (on|about)( .{1,40})?|further reading|in (other|related) news",
    r"(related|further|similar|other) (?!to\b)([\w'-]+ )?(releases?|judgments?|publications"
    r"|documents|pages"
    r"|fact[- ]?checks|explainers|statements|questions|guides|reports|updates|announcements"
    r"|notices)",
    r"lesen sie auch|mehr zum thema|sur le même sujet|lire aussi|lea también|noticias"
    r" relacionadas|más información",
    r"相关阅读|相关新闻|延伸阅读",
)
_INLINE = (
    r"read (?:also|more|next|this next)|also read|see also|related(?: (?:story|article|news|read"
    r"|reading|coverage|post|content))?|don't miss|must[- ]read|further reading|recommended"
    r"|watch|more on this|up next|dive deeper|go deeper|full story|see more|also see|flashback"
    r"|lesen sie auch|mehr zum thema|lire aussi|à lire aussi|lea también"
    r"|leia também|相关阅读|相关新闻|(?:also|more) (?:on|from|in) [^:.]{2,30}(?=:)"
    r"|(?-i:MORE [A-Z]{4,20}(?=:))"
)

_STRONG_RELATED = either(_STRONG)
_WEAK_RELATED = either(_WEAK)
_ONE_LINE = re.compile(
    rf"[\s*_>\[(•▶►→»-]*(?:(?P<rubric>{_INLINE})\s*\**\s*[:：|–—>»]\**\s*(?P<headline>\S.{{7,240}})"
    r"|(?P<film>video): (?P<filmed>\w+(?: \S+){4,20}))$",
    re.IGNORECASE,
)
_ABOUT = re.compile(
    r"(?:about|meet|more about) the (?:author|writer|reporter|contributor|columnist)s?|written by"
    r"|(?:über|zum) (?:den|die) autor\w*|zur (?:person|autorin)|à propos de l'auteur.*"
    r"|sobre (?:el autor|la autora)"
)
# Links in mid-article that say what they lead to: `Player ratings: ...`.
_KIND_OF = (
    r"related video|editorial|player ratings|match report|quick guide|explainer|(?:weekly|daily"
    r"|news)"
    r" quiz|in pictures|podcast|gallery|fact[- ]check|as it happened|stock of the day|zum artikel"
    r"|zum thema|hintergrund|interaktiv|en images|en imágenes|vidéo|vídeo|podcast"
)
_LED = re.compile(
    rf"[*_>\[(•▶►→»\s-]*(?P<rubric>{_KIND_OF}) ?[:|] (?P<headline>\w+(?: \S+){{2,20}})$",
    re.IGNORECASE,
)
# As broadcasters have it: `Inside the last factory. Video, 00:03:14`.
_LENGTH = re.compile(
    r"(?P<headline>\S.{9,160}?)\.? (?P<rubric>Video|Audio|Listen), ?\d\d?:\d\d(?::\d\d)?$",
    re.IGNORECASE,
)
_HERE = re.compile(
    r"(?P<rubric>(?:you can )?(?:read|watch|see|find|listen to)) (?P<headline>\w.{4,80})"
    r" here\W*$",
    re.IGNORECASE,
)
_COMMENTS = re.compile(
    r"(?:(?:\d[\d,.]* )?(?:reader )?comments?(?: ?\(\d+\)| \d+)?|reviews? \(\d[\d.,]*\)"
    r"|discussion about this post|(?:leave|post|write"
    r"|add) a (?:comment"
    r"|reply).*|join the (?:conversation|discussion).*|\d+ (?:responses|thoughts|replies) (?:to"
    r"|on) .*"
    r"|have your say.*|discussion|kommentare?|commentaires?|comentarios?|评论)$"
)
_COMMENT_SIGN = re.compile(
    r"(?:reply|replies|report|permalink|upvote|downvote|newest(?: first)?|oldest(?: first)?"
    r"|(?:best|worst) rated|click to rate|likes?(?: \(?\d+\)?)?|helpful(?: \(\d+\))?|★+☆*|\d+"
    r" likes?|.{1,60}\bsays?:?"
    r"|.{0,40}\b\d+ (?:second|minute|min|hour|hr|day|week|month|year)s? ago.{0,20}|"
    rf"(?:{_MONTHS}) \d\d?, \d{{4}} at \d.{{1,20}})$"
)


@dataclass(frozen=True)
class Pointer:
    """A line that names another story: `Read also: headline`. Offsets are into the line."""

    rubric: str
    start: int
    end: int


def related(line: str) -> str | None:
    """`strong` or `weak` when a line opens a block of other stories, else None."""
    if len(line) > 80 or line[0] in '"“„«':
        return None
    text = plain(line).split(" / ")[0]
    if _STRONG_RELATED.match(text):
        return "strong"
    shouted = line.isupper() and text.startswith(("read more ", "see more "))
    return "weak" if shouted or _WEAK_RELATED.match(text) else None


def pointer(line: str) -> Pointer | None:
    """A one-line teaser such as `Read also: headline`, or None."""
    if len(line) > 300:
        return None
    found = _LED.match(line) or _LENGTH.match(line) or _HERE.match(line)
    if found and line[-1] not in '.!"”':
        return Pointer(found["rubric"], found.start("headline"), found.end("headline"))
    found = _ONE_LINE.match(line)
    if found is None:
        return None
    at = "headline" if found["rubric"] else "filmed"
    return Pointer(found["rubric"] or found["film"], found.start(at), found.end(at))


def sponsored(line: str) -> bool:
    """Whether a line says that something is paid for, and no more."""
    return plain(line) in ("sponsored", "promoted", "paid content", "sponsored content", "anzeige")


def read_more(line: str) -> bool:
    """Whether a line is the link under a teaser: `Read more`."""
    return plain(line) in ("read more", "read the story", "weiterlesen", "lire la suite")


def comments(line: str) -> bool:
    """Whether a line can open the readers' comments."""
    return len(line) <= 80 and bool(_COMMENTS.match(plain(line)))


def comment_sign(line: str) -> bool:
    """Whether a line is what only comment sections hold: `Reply`, `Ann says:`, `2 hours ago`."""
    return len(line) <= 100 and bool(_COMMENT_SIGN.match(plain(line)))


def about_author(line: str) -> bool:
    """Whether a line opens what the page says of its author."""
    return len(line) <= 60 and bool(_ABOUT.match(plain(line)))
