"""Phrases that mark page furniture, matched on whole lines.

Every pattern is anchored at both ends of a line: a body paragraph that only mentions cookies,
newsletters or copyright never matches.
"""

import re

from rag.asks import ASKS
from rag.looks import plain, rating, signed
from rag.looks import reason as looks

LONGEST = 600  # characters; a longer line is prose whatever it begins with

_GROUPS: dict[str, tuple[str, ...]] = {
    "advertisement": (
        r"(today\'s|our pick of the) best .{2,40}\b(deals|prices|offers)\b.{0,20}|view (at|on)"
        r" [\w\' ]{2,20}"
        r"|(see|compare) all (prices|deals)|no price information|low stock",
        r"why (you can )?trust .{2,30}\?.{0,260}|(read|see|find out|learn)( more)?( about)? how"
        r" we (test"
        r"|rate|review|choose)\b.{0,40}",
        r"(passer|fermer) (la )?(publicité|pub)|(publicidad|anuncio) .{0,20}|supported by"
        r"|presented by"
        r" .{2,40}|(video )?ad feedback|most stock quote data .{2,120}",
        r"(bet|shop|buy|book|order|apply) (now|here|today)\W*|get tickets|buy (this|the) .{2,40}"
        r" (here|now)",
        r"\[?(a )?(sponsor(ed)?|partner) (message|post)\b.{0,400}|(a )?(message|word) from (our"
        r"|the) sponsors?\b.{0,300}",
        r"[^.!?]{0,60}\b\d+% off\b.{0,60}\b(tap|click|join|subscribe|claim|use code)\b.{0,80}",
        r"(check|compare|see) (the )?((latest|current|best) )?prices?|[$£€]\d[\d,.]* (at|from)"
        r" [^.!?]{2,30}",
        r"(video )?advert(isement)?s?( - (story|article) continues below)?( feature)?",
        r"advertisement( \d+|\W+(continue|continues|scroll).*)?|.{0,30}après cette publicité",
        r"ads?( feedback| choices)?|adchoices|ad by .{1,40}|ads by .{1,40}|remove ads|close ad",
        r"(sponsored|promoted|paid)( content| post| link| links| stories)?( by .{1,40})?",
        r"(story|article|post|content) continues (below|after).{0,40}",
        r"(scroll( down)?|keep scrolling) (to|for) (continue|more|(the )?video).{0,40}"
        r"|skip ad(vertisement)?|win [$£€]\d.{1,60}\bfree!?|play for free",
        r"(an dieser stelle finden sie|(empfohlener )?(redaktioneller|externer) inhalt|externen?"
        r" inhalte? (an)?zeigen)\b.{0,120}",
        r"(report|why) (this|am i seeing this) ad\??|continue reading below",
        r"(this )?(article|page|post|story) (contains|may contain"
        r"|includes) affiliate links.{0,120}",
        r"anzeige|werbung|publicité|publicidad|pubblicità|广告|\W*ads?\W*",
        r"18\+.{0,200}|.{0,120}\bt&c'?s apply\b.{0,160}"
        r"|.{0,120}\b(gamble|play|drink) responsibly\b.{0,120}",
    ),
    "sharing": ASKS["sharing"],
    "menu": (
        r"report (this|an?) (article|story|ad|problem|comment)\b.{0,40}|archives?|site index"
        r"|customi[sz]e"
        r"|to the (overview|archive|home ?page)|explore the (topic|archive)\b.{0,20}|all"
        r" newsletters .{0,60}",
        r"did you find what you were looking for\?.{0,40}|rate this page|(last )?reviewed by"
        r" .{2,60}"
        r"|legal: .{2,200}|institutional subscri\w+|our rules|comments?: .{2,40}",
        r"(édition|le journal) .{0,20}(du jour|numérique|daté\w* .{2,40})|lire le journal"
        r" .{0,20}|datée? d[ue]"
        r" .{4,40}|réagir à cet article|les commentaires sont (réservés|fermés)\b.{0,60}",
        r"(sign|log) in to (your|my|the) .{0,30}account.{0,40}|show more .{2,30}|show"
        r" (transcript|captions)",
        r"this (article|story) is (more than )?\d+ (months?|years?) old|(dieser artikel|cet"
        r" article|este"
        r" artículo) (ist|a|tiene|date) .{2,40}|view image in full ?screen|follow topics and"
        r" .{2,200}",
        r"(posts|stories) from this (topic|author) will be added to .{2,160}|see all by .{2,40}",
        r"(add|save|send) (all )?(ingredients )?to (my |your |the )?(shopping list|basket|cart"
        r"|bag|recipe"
        r" box|wish ?list|favou?rites|calendar)|(print|save|rate|scale|pin|share) (this )?recipe"
        r"|jump to"
        r" (recipe|video)|cook mode.{0,80}|prevent your (screen|phone) from .{2,40}",
        r"aviso legal|política (de )?cookies|mediadaten|vertrag (kündigen|widerrufen)"
        r"|barrierefreiheit"
        r"|nutzungsbedingungen|conditions générales.{0,40}|données personnelles|suivez-nous"
        r"|síguenos(?: en .{2,60})?",
        r"(text|font|story)[- ]?(size|settings|text)|(hide|show) (captions?|thumbnails?|table of"
        r" contents)"
        r"|masquer le sommaire|(auto-?update|auto-?refresh)( (on|off))?|turn (on|off)"
        r" (auto-?update|notifications).{0,20}",
        r"(was|is) this (page )?(helpful|useful)\W*|share full article.{0,20}|save for later",
        r"video player is loading\W*|current time \d.{0,10}|duration \d.{0,10}",
        r"show (key|important|all) (events|updates|posts).{0,20}|get (e-?mails|updates|alerts)"
        r" about this.{0,30}",
        r"jump to .{1,20}|read .{0,30}how we test.{0,30}",
        r"(skip|jump) (directly )?to( the)?( main| primary| top)?"
        r"( content| navigation| article| footer| search)|(main )?menu|home(page)?",
        r"anmelden|abo|nach oben|zur startseite|kontakt|mehr anzeigen|se connecter|s'inscrire"
        r"|s'abonner.{0,30}|nous contacter|plan du site|cg[uv]|gestion des cookies|rechercher"
        r"|iniciar sesión|regístrate|contacto|política de cookies|en savoir plus|à la une",
        r"(is|was) this (page|article) (useful|helpful).{0,40}|report a problem.{0,40}|view cookies"
        r"|reuse this content|freedom of information|modern slavery statement",
        r"zum (haupt)?inhalt( springen)?|aller au contenu.{0,20}|(ir|saltar) al contenido.{0,20}",
        r"please use .{0,30}browser\b.{0,80}|(spotted|found|seen|noticed) an? (mistake|error"
        r"|typo)\b.{0,60}|report an? (error|typo|mistake).{0,40}|(sie haben )?(einen )?fehler"
        r" (entdeckt|gefunden)\b.{0,60}",
        r"search|search (for|this site|site|here|the site)|search for:|open search.{0,20}"
        r"|search\W*",
        r"searching for .{0,40}|no (search )?results( found)?\b.{0,120}|when typing in .{0,200}",
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
        r"contact( us)?|about( us)?|advertise( with us)?|careers?|jobs|(work|write) (with|for) us",
        r"(editorial )?complaints( (and|&) corrections)?|clarifications( (and|&) corrections)?",
        r"(your )?privacy( policy| notice| statement| center| centre| choices| rights)?",
        r"terms( (of (use|service|sale)|(and|&) conditions))?|terms.{0,30}privacy.{0,30}",
        r"accessibility( statement| help)?|site ?map|help( cent(er|re))?|faqs?|feedback|support",
        r"do not sell.{0,60}|editorial (standards|policy|policies|guidelines|team).{0,20}",
        r"corrections( policy)?|newsletters?|podcasts?|e-?paper|masthead|our team|imprint"
        r"|impressum",
        r"datenschutz(erklärung)?|agb|mentions légales|aviso legal|política de privacidad",
        r"(connect|get in touch|keep in touch|stay connected)( with us)?|customer service"
        r"|press room",
        r"[^\"“]{0,60}\b(sign|log) in!|[^\"“]{2,40} (sign|log) in now\W*",
        r"you are here|(edition|select edition)|settings|preferences|notifications?|unsubscribe",
        r"(home|startseite|accueil|inicio) ?[>»/›|→].{0,120}|(download|get) (the"
        r"|our) .{0,30}app.{0,40}",
        r"(top|latest|breaking|local|world|national|international) news ?[>»/›|].{0,120}",
    ),
    "cookie notice": ASKS["cookie notice"],
    "copyright": (
        r"(all )?content (is )?(available )?under (the )?.{0,20}licen[cs]e\b.{0,120}|crown"
        r" copyright",
        r"(reproduction|reproducción|nachdruck|weiterverbreitung)\b.{0,60}\b(interdite|prohibida"
        r"|verboten"
        r"|untersagt)\b.{0,60}|todos los derechos reservados.{0,60}|reuse (this|our) .{2,20}"
        r"|réutiliser ce contenu",
        r"(all )?(text|content|words|articles)( (is|are))? licen[sc]ed (under |as )?(a )?(cc"
        r"|creative commons)\b.{0,200}",
        r"(copyright )?(©|\(c\)(?=.{0,80}\b(19|20)\d\d\b|[^.]{0,60}$))(?! ?(foto|photo|bild"
        r"|image|picture)s?\b) ?(copyright )?.{0,300}"
        r"|copyright ?[:,©]? ?(19|20)\d\d.{0,160}",
        r".{2,60} is a registered charity( in .{2,40})?[ ,(]*((no|number)[. ]*)?[a-z]{0,3}\d+\W*",
        r".{0,120}all rights reserved.{0,100}|(19|20)\d\d ©.{0,80}|alle rechte vorbehalten.{0,60}",
        r"this material may not be published, broadcast.{0,120}|tous droits réservés.{0,60}",
        r"(reproduction|republication) .{0,80}without .{0,40}permission.{0,60}(prohibited"
        r"|forbidden)",
        r"(proudly )?powered by .{1,40}|(theme|design(ed)?|built|website) by .{1,40}",
        r"(this site|this page) is protected by recaptcha.{0,120}|版权所有.{0,60}",
    ),
    "newsletter": ASKS["newsletter"],
    "paywall": ASKS["paywall"],
    "credit": (
        r"\+? ?\d+ (view gallery|(more )?(photos|images|pictures))",
        r"credit ?(\.\.\.|…) ?.{2,80}|(cartoon|drawing|map|chart|graphic|animation|data)s? by"
        r" [^.]{1,60}",
        r"(open|view|see|launch) (the )?(\w+ )?(gallery|slideshow|photos)( \(\d+\))?|\+ ?\d+"
        r" view gallery",
        r"(photo(graph|graphy|grapher|s)?|image|picture|pic|illustration|video|graphics?|foto|bild"
        r"|bildquelle|caption|artwork|credit|crédit)s?( credits?| source| courtesy)?( by| of| via)?"
        r" ?[:/] ?.{1,80}",
        r"courtesy of .{2,50}|(photo(graph|graphy)?|image|picture|illustration|video|graphics?"
        r"|artwork)s? "
        r"(by|courtesy( of)?|via|from) .{1,60}",
        r".{0,60}\b(getty( images)?|shutterstock|istock(photo)?|unsplash|pexels|alamy|reuters|afp"
        r"|ap photo|epa|bloomberg|dpa|picture alliance)( via .{1,40})?( ?[/|] ?.{1,40})?",
        r"(ap photo|getty|reuters|afp|epa|xinhua)[/ ].{1,50}|\(?handout\)?.{0,40}",
        r"image (source|credit|copyright),? .{1,80}|(photo|picture|image): .{1,200}\([^()]{2,60}\)",
        r"(listing|lead|header|cover|main|top|hero) (image|photo|illustration)s?\W.{1,60}",
        r"(©|\(c\)) ?(foto|photo|bild|image|picture)s?\b.{1,60}",
        r"(hide|toggle|show) caption|(enlarge|expand|view|zoom) (this |the |full )?(image|photo"
        r"|size)"
        r".{0,30}|image|photo|photos|gallery|view gallery|slideshow|\d+ ?/ ?\d+|\d+ of \d+",
    ),
    "comments": ASKS["comments"],
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
        r"(got|have|do you have) an? ([\w'-]+ )?(tip|story|scoop)\b.{0,160}"
        r"|this (video|player|content) (is|can"
        r"|cannot) .{0,60}",
        r"(story|article|page|link) (saved|added|removed).{0,30}|you can find this (story"
        r"|article) in .*",
        r"your browser does not support.{0,60}|(please )?(enable|turn on) javascript.{0,60}"
        r"|0:00.{0,12}",
    ),
    "origin": (
        r"(from|published in|this (article|piece) (is|was) (taken )?from) the (print(ed)?"
        r"|magazine|paper"
        r"|weekend|current|(spring|summer|autumn|fall|winter) )[^.]{0,30}(issue|edition"
        r"|magazine)\b.{0,200}",
        r"a version of this (article|story|review) (appears|appeared|ran|was published) .{2,240}"
        r"|want your .{2,40} featured on .{2,60}|(first )?published (by|in) : ?.{0,60}",
        r"this (article|story|essay|piece|column|report) (appears|appeared|is published|was"
        r" published|ran)( first)?"
        r" (in|on|under|with) .{0,80}\b(issue|edition|headline|print|magazine)\b.{0,200}",
        r"this (article|post|story) (was )?(originally |first )(published|appeared|posted) "
        r"(on|in|at|by) .{1,120}",
        r"(our|the .{1,40}) standards: .{0,60}|(source|via) ?: ?[\w.'& ]{1,40}",
        r"(published|appear(s|ed)) in (the|our) .{0,40}\bprint (edition|issue)\b.{0,120}"
        r"|an article from .{2,30}|\(?only the headline\b.{0,240}"
        r"|\(?this (story|report|article) (has not been|was not) edited by .{1,160}",
        r"über dieses thema berichtete\b.{0,120}",
        r"news provided by|provided by|(purchase )?licensing rights|(buy|order) (reprints|prints)",
        r"\(?((additional|with) )?(reporting|writing|editing|produced|compiled) by .{1,240}",
    ),
    "legal": (
        r"(disclaimer|notice|disclosure|risk warning|haftungsausschluss|avertissement)s? ?[:.]"
        r" .{20,560}",
        r"(company|charity|organi[sz]ation|registration|registered|vat|issn)[ .-]?(charity"
        r"|company)?"
        r" ?(no|nr|number|reg|registration)?[.:]? ?[a-z]{0,3}[ -]?\d[\d -]{4,}.{0,80}",
        r"(we are|.{2,40} is) not responsible for .{0,40}external .{0,120}|what (is|stands) on"
        r" external .{2,100}",
        r"(guest (writers|contributors|columnists)|(the )?(views|opinions)( expressed)?|opinion"
        r" (pieces|columns))\b.{0,160}"
        r"\bnot (always|necessarily|those|reflect|represent|what)\b.{0,160}",
        r"([^.!?]{0,40} pay us|we (may|might|can|could|sometimes)? ?(earn|get|receive|are paid))"
        r" .{0,60}\b(when|if) (you|readers)"
        r"\b.{0,60}\b(links?|buy|purchase|order)\b.{0,240}",
        r"(prices|quotes|data)( shown| displayed)? (are|is) (at least )?\d+ minutes old\b.{0,60}",
        r".{2,60}(does not accept|accepts no|is not|are not) (any )?(liability|responsibility"
        r"|responsible for the content).{0,200}",
        r".{2,60}(may|might) (earn|receive|get) an? .{0,20}(commission|share|compensation).{0,120}",
        r".{2,60} (is|are) for (information|informational)( purposes)? only.{0,160}",
        r"(we|.{2,40}) (acknowledges?|pays? (our|its|their) respects? to|recognises?)\b.{0,60}"
        r"\b(traditional|first peoples?|first nations|aboriginal|indigenous)\b.{0,300}",
        r"(prices|quotes|data) .{0,40}delayed .{0,80}",
    ),
    "topics": (
        r"(tags?|topics?|filed under|categor(y|ies)|posted in|in this (story|article)|keywords?"
        r"|more on this|themen|schlagw[oö]rter|schlagworte|mots[- ]clés|etiquetas|sujets|temas"
        r"|mehr zu|tagged( with| in)?) ?:.{0,200}",
        r"tags?|((related|suggested) )?topics?|filed under|categor(y|ies)|tagged|themen|sujets"
        r"|temas|explore (more )?(topics|on these topics)|schlagw[oö]rter|more information",
    ),
}


def either(patterns: tuple[str, ...]) -> re.Pattern[str]:
    """One pattern for lines that match any of several as a whole."""
    return re.compile("(?:" + "|".join(patterns) + ")$")


_COMPILED = {name: either(patterns) for name, patterns in _GROUPS.items()}
_ANY = either(tuple(pattern for group in _GROUPS.values() for pattern in group))
_APPEARED = re.compile(
    r"the post (?P<title>.{3,300}?) (?:appeared first"
    r"|first appeared) on (?P<publisher>.{2,80}?)\.?$",
    re.IGNORECASE,
)


def reason(line: str, *, words: int) -> str | None:
    """Why a line is furniture whatever stands around it, or None. Lines in quotes never are."""
    if len(line) > LONGEST or line[0] in "\"“„«'‘" or rating(line):
        return None
    text = plain(line)
    if not any(map(str.isalnum, text)):
        return "signs only"
    if why := looks(line, text, words):
        return why
    if not _ANY.match(text):
        return "credit" if words <= 14 and signed(line) else None
    for name, pattern in _COMPILED.items():
        film = name == "credit" and text.startswith("video") and words > 5
        if pattern.match(text) and not film and not (name == "credit" and words > 14):
            return name
    return None


def appeared_first(line: str) -> tuple[str, str] | None:
    """Title and publisher of `The post TITLE appeared first on PUBLISHER`, or None."""
    found = _APPEARED.match(line.strip("* _")) if len(line) <= LONGEST else None
    return (found["title"].strip(" *_"), found["publisher"].strip(" *_")) if found else None
