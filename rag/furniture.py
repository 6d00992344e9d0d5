"""Phrases that mark page furniture, related blocks and comment sections, matched on whole lines.

Every pattern is anchored at both ends of a line: a body paragraph that only mentions cookies,
newsletters or copyright never matches.
"""

import re
from dataclasses import dataclass

LONGEST = 600  # characters; a longer line is prose whatever it begins with
_EDGES = " \t|•·●▪›»«<>→▶►▸▼▾…*_~#=-–—:+×✕"
_MONTHS = "january|february|march|april|may|june|july|august|september|october|november|december"

_GROUPS: dict[str, tuple[str, ...]] = {
    "advertisement": (
        r"(video )?advert(isement)?s?( - (story|article) continues below)?( feature)?",
        r"advertisement( \d+| (continue|continues|scroll).*)?",
        r"ads?( feedback| choices)?|adchoices|ad by .{1,40}|ads by .{1,40}|remove ads|close ad",
        r"(sponsored|promoted|paid)( content| post| link| links| stories)?( by .{1,40})?",
        r"(story|article|post|content) continues (below|after).{0,40}",
        r"(scroll( down)?|keep scrolling) (to|for) (continue|more).{0,40}|skip ad(vertisement)?",
        r"(report|why) (this|am i seeing this) ad\??|continue reading below",
        r"(this )?(article|page|post|story) (contains|may contain"
        r"|includes) affiliate links.{0,120}",
        r"anzeige|werbung|publicité|publicidad|pubblicità|广告",
    ),
    "sharing": (
        r"share( (this|on|via|to|with|by|the)( [\w&/+'-]+){0,5})?|share( article| story| post"
        r"| page)?",
        r"(\d[\d,.]*k? )?shares?|shared|copy( link| url)?( to clipboard)?|link copied!?|copied!?",
        r"(click to )?(share|email|tweet|print|pin|post)( (this|it|on|to|via|a link to)"
        r"( [\w()'/]+){0,8})?",
        r"(follow|find|like|join|connect with|watch) us( on| at)?( .{1,60})?|follow( @?\w+)?",
        r"follow .{1,40} on (twitter|x|facebook|instagram|linkedin|google news|bluesky"
        r"|threads).{0,60}",
        r"(teilen|partager|compartir|condividi|分享)( .{1,20})?|send (to|by|via) .{1,30}",
        r"(add|set) .{1,30} as (a |your )?preferred source.{0,30}|gift (this )?article",
        r"(save|bookmark)( for later| (this )?(article|story))?|recommend(ed by .{1,30})?",
        r"listen( to (this )?(article|story|post).{0,20}| \d+ min(ute)?s?| now)?( \d+:\d\d)?",
        r"facebook|twitter|linkedin|whatsapp|whats app|telegram|reddit|pinterest|instagram|youtube"
        r"|flipboard|messenger|e-?mail|print( this)?( page| article)?|text size.{0,20}|rss( feed)?",
    ),
    "menu": (
        r"skip to( the)?( main| primary)?( content| navigation| article| footer)|(main )?menu"
        r"|home(page)?",
        r"search|search (for|this site|site|here|the site)|search for:|open search.{0,20}"
        r"|search\W*",
        r"(hi, )?what are you looking for\??|(toggle|open|close|show|hide|expand|collapse) ?"
        r"(the )?(main )?(menu|navigation|nav|search|sidebar|sub-?menu|dropdown|panel|modal"
        r"|dialog)?",
        r"(log ?in|sign ?in|log ?out|sign ?out|sign ?up|register|my account|account|profile)"
        r"( ?[/|] ?(log ?in|sign ?in|sign ?up|register|subscribe))?( now)?",
        r"(subscribe|donate|support us|become a member|join)( now| today| here)?!?"
        r"( ?[/|]? ?(log|sign) ?in)?|create (a |an )?(free )?account.{0,20}",
        r"(sections|navigation|all sections|breadcrumbs?|languages?|select (a )?language)",
        r"back to (the )?(top|home ?page|home|main menu|all .{1,20})|go back|return to .{1,20}",
        r"(previous|next|prev|older|newer)( article| post| posts| story| page| entry)?",
        r"contact( us)?|about( us)?|advertise( with us)?|careers?|(work|write) (with|for) us",
        r"(your )?privacy( policy| notice| statement| center| centre| choices| rights)?",
        r"terms( (of (use|service|sale)|(and|&) conditions))?|terms.{0,30}privacy.{0,30}",
        r"accessibility( statement| help)?|site ?map|help( cent(er|re))?|faqs?|feedback|support",
        r"do not sell.{0,60}|editorial (standards|policy|policies|guidelines|team).{0,20}",
        r"corrections( policy)?|newsletters?|podcasts?|e-?paper|masthead|our team|imprint"
        r"|impressum",
        r"datenschutz(erklärung)?|agb|mentions légales|aviso legal|política de privacidad",
        r"(connect|get in touch|keep in touch|stay connected)( with us)?|customer service"
        r"|press room",
        r"you are here|(edition|select edition)|settings|preferences|notifications?|unsubscribe",
        r"(home|startseite|accueil|inicio) ?[>»/›|→].{0,120}|(download|get) (the"
        r"|our) .{0,30}app.{0,40}",
        r"(top|latest|breaking|local|world|national|international) news ?[>»/›|].{0,120}",
    ),
    "cookie notice": (
        r"(we|we and our .{0,30}partners|(this|our|the) (web ?)?(site|page)|.{1,30}\.(com|org"
        r"|net)) "
        r"uses? (cookies|technologies such as cookies)(?=.{0,300}(\.$|improve|experience|site"
        r"|personali"
        r"|analy|consent|traffic|ads\b|ensure|provide|deliver|enhance|privacy|service))"
        r"(?!.{0,300}\b(said|says|joked|told|wrote)\b).{0,500}",
        r"by (continuing|clicking|using|browsing|accepting|visiting)\b.{0,200}"
        r"(cookies?|consent|agree|terms|privacy).{0,200}",
        r"(accept|reject|allow|decline|manage|refuse)( all)?( cookies| preferences| settings)?",
        r"(cookie|consent|privacy)s? (settings|preferences|policy|notice|consent|choices|manager)",
        r"i (accept|agree)|got it!?|ok(ay)?|no,? thanks|agree( and (close|continue))?|dismiss",
        r"(your privacy is important to us|we (have|'ve) updated our (privacy|cookie)).{0,300}",
        r"manage (my )?(cookies|consent|preferences).{0,30}|strictly necessary( cookies)?",
        r"(wir verwenden|nous utilisons|utilizamos|usiamo) (des )?cookies.{0,300}",
    ),
    "copyright": (
        r"(copyright )?(©|\(c\)) ?(copyright )?.{0,200}|copyright ?[:,]? (19|20)\d\d.{0,160}",
        r".{0,120}all rights reserved.{0,100}|(19|20)\d\d ©.{0,80}|alle rechte vorbehalten.{0,60}",
        r"this material may not be published, broadcast.{0,120}|tous droits réservés.{0,60}",
        r"(reproduction|republication) .{0,80}without .{0,40}permission.{0,60}(prohibited"
        r"|forbidden)",
        r"(proudly )?powered by .{1,40}|(theme|design(ed)?|built|website) by .{1,40}",
        r"(this site|this page) is protected by recaptcha.{0,120}|版权所有.{0,60}",
    ),
    "newsletter": (
        r"([^.!?]{2,50}[.!?] )?(please )?(sign ?up|subscribe|register|click here|opt in)( now"
        r"| today| here| below| free)?"
        r" ?(to|for|and|with|via|by)\b.{0,240}(newsletters?|inbox|e-?mails?|alerts?|updates?|digest"
        r"|briefing|unlimited|access|channel|podcast|feed|for free|magazine|mailing list|stories)"
        r".{0,160}",
        r"(get|receive|want|have|enjoying|love|like) .{0,160}(in|to|into) your (inbox|e-?mail"
        r"|mailbox)"
        r".{0,120}",
        r"(get|receive) (the |our |all )?(latest|best|top|daily|weekly|breaking|morning|free"
        r"|essential)"
        r".{0,100}(newsletters?|alerts?|by e-?mail|delivered).{0,80}",
        r"get .{0,120}(to|on) your (phone|mobile|device)\b.{0,100}",
        r"join (our|the|over|more than|\d).{0,80}(newsletter|mailing list|readers|subscribers"
        r"|channel"
        r"|community|whatsapp|telegram).{0,80}",
        r"(enter )?(your )?(e-?mail|e-?mail address|name|first name"
        r"|last name)\*?( address)?( here)?",
        r"thank(s| you) for (subscribing|signing up|registering|joining).{0,120}",
        r"you('re| are| have) (now )?(succ?ess?fully )?(subscribed|signed up).{0,80}",
        r"(never|don't) miss (a|an|the|our|out) .{0,80}|no spam.{0,80}"
        r"|unsubscribe (at )?any ?time.{0,60}",
        r"(our )?(free |daily |weekly |morning |evening )*(newsletter|e-?mail newsletter"
        r"|mailing list)"
        r"( sign ?up)?",
        r"by (signing up|subscribing|submitting|providing|entering|registering)\b.{0,300}",
        r"(support|fund|donate to|help us) .{0,30}(independent|quality|local"
        r"|our) journalism.{0,120}",
        r"an error has occurred.{0,80}|please enter a valid.{0,60}|newsletter (abonnieren"
        r"|bestellen)",
        r"abonnez-vous.{0,100}|suscríbete.{0,100}|jetzt (abonnieren|anmelden).{0,60}",
    ),
    "paywall": (
        r"this (article|story|content|post|page) is (only |exclusively |reserved )?(available )?"
        r"(only )?(for|to) (our )?(paying |premium |registered )?(subscribers|members"
        r"|readers).{0,120}",
        r"(to )?(continue|keep|finish) reading\b.{0,160}|read (the )?full (article|story).{0,80}",
        r"subscribe (now )?(to|for) (continue|read|unlock|keep|get|enjoy|full|unlimited).{0,120}",
        r"(already|are you) (a|an|have an?) (\w+ )?(subscriber|member|account|user)\??.{0,80}",
        r"(you have|you've) (\d+|reached|read|used|hit) .{0,60}(articles?|limit|stories).{0,80}",
        r"unlock (this|the|unlimited|full) .{0,80}|(start|try|claim) (your|a"
        r"|our) .{0,30}trial.{0,60}",
        r"become a (member|subscriber|supporter)\b.{0,120}|cancel any ?time.{0,60}",
        r"(log|sign) in (or .{1,40} )?to (read|continue|view|see|save|access).{0,80}",
        r"(exclusive )?(for )?subscribers? (only|exclusive)|subscriber[- ]only( content)?|premium",
        r"(from|only|just) (€|£|\$)\d[\d.,]* (a|per|for) .{1,40}",
    ),
    "credit": (
        r"(photo(graph|graphy|grapher|s)?|image|picture|pic|illustration|video|graphics?|foto|bild"
        r"|bildquelle|caption|artwork|credit|crédit)s?( credits?| source| courtesy)?( by| of| via)?"
        r" ?[:/] ?.{1,80}",
        r"(photo(graph|graphy)?|image|picture|illustration|video|graphics?|artwork)s? "
        r"(by|courtesy( of)?|via|from) .{1,60}",
        r".{0,60}\b(getty( images)?|shutterstock|istock(photo)?|unsplash|pexels|alamy|reuters|afp"
        r"|ap photo|epa|bloomberg|dpa|picture alliance)( via .{1,40})?( ?[/|] ?.{1,40})?",
        r"(ap photo|getty|reuters|afp|epa|xinhua)[/ ].{1,50}|\(?handout\)?.{0,40}",
        r"image (source|credit|copyright),? .{1,80}|(photo|picture|image): .{1,200}\([^()]{2,60}\)",
        r"(hide|toggle|show) caption|(enlarge|expand|view|zoom) (this |the |full )?(image|photo"
        r"|size)"
        r".{0,30}|image|photo|photos|gallery|view gallery|slideshow|\d+ ?/ ?\d+|\d+ of \d+",
    ),
    "comments": (
        r"(\d[\d,.]* )?comments?( ?\(\d+\)| \d+| off| closed)?( on .{1,120})?",
        r"(view|show|read|see|hide|post|add|leave|write|load)( all| a| the| your| more| \d+)*"
        r" (comments?|reply|replies|response)( \(\d+\))?.{0,30}",
        r"join the (conversation|discussion|debate).{0,60}|have your say.{0,40}",
        r"(be the first|(please )?(log|sign) ?in|you must be logged in|register) (to|or) "
        r".{0,40}(comment|reply|like|post).{0,60}",
        r"your e-?mail address will not be published.{0,80}|required fields are marked.{0,20}",
        r"save my name, e-?mail.{0,120}|comments are (closed|moderated|disabled|turned off).{0,80}",
        r"no comments?( yet)?\W?|what do you think\?.{0,80}|report( abuse| comment)|sort by.{0,40}",
        r"(newest|oldest|most liked|most recent)( first)?|reply|replies|cancel reply|post comment",
        r"kommentare?( \(\d+\))?|commentaires?( \(\d+\))?|comentarios?( \(\d+\))?",
    ),
    "button": (
        r"(read|show|load|see|view|watch|learn|find out|discover|explore)( the)?( (more|all|less"
        r"|now"
        r"|it all|gallery|video|full (story|article|bio|profile)))( stories| articles| news| posts"
        r"| from .{1,30}| about .{1,30})?|more|less|expand|play( video)?|watch( live| now)?"
        r"|pause|mute",
        r"https?://\S+|www\.\S+|subscribe no thanks|send (feedback|us feedback|scoop|tip)",
        r"click here.{0,40}|loading.{0,10}|please wait.{0,20}|submit|send|go|ok|yes|no|close"
        r"|cancel",
        r"learn more( about .{1,60})?|open in (a )?new (tab|window)|\(?opens in (a )?new.{0,20}",
        r"(view|see|read|browse)( all| more)? (posts|articles|stories)( by .{1,40})?",
        r"(more|all|other) (posts|articles|stories) by .{1,40}|view (author )?(profile|bio"
        r"|archive).{0,30}",
        r"(got|have) a (news )?(tip|story)\b.{0,160}|this (video|player|content) (is|can"
        r"|cannot) .{0,60}",
        r"(story|article|page|link) (saved|added|removed).{0,30}|you can find this (story"
        r"|article) in .*",
        r"your browser does not support.{0,60}|(please )?(enable|turn on) javascript.{0,60}"
        r"|0:00.{0,12}",
    ),
    "origin": (
        r"this (article|post|story) (was )?(originally |first )(published|appeared|posted) "
        r"(on|in|at|by) .{1,120}",
        r"(our|the .{1,40}) standards: .{0,60}|(source|via) ?: ?[\w.'& ]{1,40}",
        r"\(?((additional|with) )?(reporting|writing|editing|produced|compiled) by .{1,240}",
    ),
    "legal": (
        r".{2,60}(does not accept|accepts no|is not|are not) (any )?(liability|responsibility"
        r"|responsible for the content).{0,200}",
        r".{2,60}(may|might) (earn|receive|get) an? .{0,20}(commission|share|compensation).{0,120}",
        r".{2,60} (is|are) for (information|informational)( purposes)? only.{0,160}",
    ),
    "topics": (
        r"(tags?|topics?|filed under|categor(y|ies)|posted in|in this (story|article)|keywords?"
        r"|more on this|themen|sujets|temas|mehr zu|tagged( with| in)?) ?:.{0,200}",
        r"tags?|topics?|filed under|categor(y|ies)|tagged|explore (more )?(topics|on these topics)",
    ),
}

_STRONG = (
    r"(you )?(may|might) (also )?(like|be interested in|enjoy|have missed|also like).{0,20}",
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
    r"das könnte sie auch interessieren|meistgelesen|auch interessant|les plus lus|lo más leído",
    r"también te puede interesar|te puede interesar|à lire aussi|推荐阅读|热门文章|猜你喜欢",
)
_WEAK = (
    r"related( (stories|articles|posts|news|content|topics|coverage|reading|links|items|video"
    r"|videos"
    r"|story|article|stocks|to this( story)?))?|see (also|more)|read (also|more|next)|also read",
    r"(more|read more|see more) (on|about) .{1,40}|further reading|in (other|related) news",
    r"lesen sie auch|mehr zum thema|sur le même sujet|lire aussi|lea también|noticias relacionadas",
    r"相关阅读|相关新闻|延伸阅读",
)
_INLINE = (
    r"read (?:also|more|next|this next)|also read|see also|related(?: (?:story|article|news|read"
    r"|reading|coverage|post|content))?|don't miss|must[- ]read|further reading|recommended"
    r"|watch|more on this|up next|lesen sie auch|mehr zum thema|lire aussi|à lire aussi|lea también"
    r"|leia também|相关阅读|相关新闻|(?:also|more) (?:on|from|in) [^:.]{2,30}(?=:)"
)


def _either(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("(?:" + "|".join(patterns) + ")$")


_COMPILED = {name: _either(patterns) for name, patterns in _GROUPS.items()}
_ANY = _either(tuple(pattern for group in _GROUPS.values() for pattern in group))
_STRONG_RELATED = _either(_STRONG)
_WEAK_RELATED = _either(_WEAK)
_ONE_LINE = re.compile(
    rf"[\s*_>\[(•▶►→»-]*(?P<rubric>{_INLINE})\s*\**\s*[:：|–—>»]\**\s*(?P<headline>\S.{{7,240}})$",
    re.IGNORECASE,
)
_APPEARED = re.compile(
    r"the post (?P<title>.{3,300}?) (?:appeared first"
    r"|first appeared) on (?P<publisher>.{2,80}?)\.?$",
    re.IGNORECASE,
)
_COMMENTS = re.compile(
    r"(?:(?:\d[\d,.]* )?(?:reader )?comments?(?: ?\(\d+\)| \d+)?|(?:leave|post|write"
    r"|add) a (?:comment"
    r"|reply).*|join the (?:conversation|discussion).*|\d+ (?:responses|thoughts|replies) (?:to"
    r"|on) .*"
    r"|have your say.*|discussion|kommentare?|commentaires?|comentarios?|评论)$"
)
_COMMENT_SIGN = re.compile(
    r"(?:reply|replies|report|permalink|upvote|likes?(?: \d+)?|\d+ likes?|.{1,60}\bsays?:?"
    r"|.{0,40}\b\d+ (?:second|minute|min|hour|hr|day|week|month|year)s? ago.{0,20}|"
    rf"(?:{_MONTHS}) \d\d?, \d{{4}} at \d.{{1,20}})$"
)
_SHARES = (
    "facebook twitter x linkedin whatsapp telegram reddit pinterest email e-mail mail print "
    "copy link share tweet instagram youtube tiktok threads bluesky mastodon flipboard "
    "messenger pocket rss save bookmark like follow sms viber line wechat weibo xing tumblr "
    "and & on | / · • , -"
)
_SHARE_WORDS = frozenset(_SHARES.split())
_BAR = re.compile(r"\s*[|•·›»\t]\s*|\s{3,}")
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)\s]*\)")


@dataclass(frozen=True)
class Pointer:
    """A line that names another story: `Read also: headline`. Offsets are into the line."""

    rubric: str
    start: int
    end: int


def plain(line: str) -> str:
    """The line as patterns see it: lower case, straight apostrophes, link text, no edge signs."""
    text = _LINK.sub(r"\1", line) if "](" in line else line
    return " ".join(text.replace("’", "'").replace("‘", "'").casefold().split()).strip(_EDGES)


def reason(line: str, *, words: int) -> str | None:
    """Why a line is furniture whatever stands around it, or None. Lines in quotes never are."""
    if len(line) > LONGEST or line[0] in "\"“„«'‘":
        return None
    text = plain(line)
    if not any(map(str.isalnum, text)):
        return "signs only"
    if words <= 14 and all(word.strip(",|/·•") in _SHARE_WORDS | {""} for word in text.split()):
        return "sharing"
    if not _ANY.match(text):
        return None
    for name, pattern in _COMPILED.items():
        if pattern.match(text) and not (name == "credit" and words > 14):
            return name
    return None


def menu_row(line: str) -> bool:
    """Whether a line is several short names side by side: `Home | World | Business`."""
    cells = [cell for cell in _BAR.split(line[:LONGEST].strip()) if cell]
    if len(cells) < 3 or len(line) > LONGEST or any(c.isdigit() for c in line):
        return False
    return all(len(cell.split()) <= 3 and cell[-1:] not in ".!?" for cell in cells)


def related(line: str) -> str | None:
    """`strong` or `weak` when a line opens a block of other stories, else None."""
    if len(line) > 80 or line[0] in '"“„«':
        return None
    text = plain(line)
    if _STRONG_RELATED.match(text):
        return "strong"
    return "weak" if _WEAK_RELATED.match(text) else None


def pointer(line: str) -> Pointer | None:
    """A one-line teaser such as `Read also: headline`, or None."""
    found = _ONE_LINE.match(line) if len(line) <= 300 else None
    if found is None:
        return None
    return Pointer(found["rubric"], found.start("headline"), found.end("headline"))


def appeared_first(line: str) -> tuple[str, str] | None:
    """Title and publisher of `The post TITLE appeared first on PUBLISHER`, or None."""
    found = _APPEARED.match(line.strip("* _")) if len(line) <= LONGEST else None
    return (found["title"].strip(" *_"), found["publisher"].strip(" *_")) if found else None


def comments(line: str) -> bool:
    """Whether a line can open the readers' comments."""
    return len(line) <= 80 and bool(_COMMENTS.match(plain(line)))


def comment_sign(line: str) -> bool:
    """Whether a line is what only comment sections hold: `Reply`, `Ann says:`, `2 hours ago`."""
    return len(line) <= 100 and bool(_COMMENT_SIGN.match(plain(line)))
