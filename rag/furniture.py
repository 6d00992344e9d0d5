"""Phrases that mark page furniture, matched on whole lines.

Every pattern is anchored at both ends of a line: a body paragraph that only mentions cookies,
newsletters or copyright never matches.
"""

import re

LONGEST = 600  # characters; a longer line is prose whatever it begins with
_EDGES = " \t|•·●▪›»«<>→▶►▸▼▾…*_~#=-–—:+×✕"

_GROUPS: dict[str, tuple[str, ...]] = {
    "advertisement": (
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
    "sharing": (
        r"listen( to this| now)?( \(?\d+ ?m(in(utes?)?)?( \d+ ?s(ec)?)?\)?)",
        r"prefer .{1,40} on your search.{0,30}",
        r"loading (twitter|x|instagram|facebook|youtube|tiktok|tweet|video|content|map|chart"
        r"|live)\b.{0,30}",
        r"share( (this|on|via|to|with|by|the)( [\w&/+'-]+){0,5})?|share( article| story| post"
        r"| page)?",
        r"(\d[\d,.]*k? )?shares?|shared|copy( link| url)?( to clipboard)?|link copied!?|copied!?",
        r"(click to )?(share|email|tweet|print|pin|post)( (this|it|on|to|via|a link to)"
        r"( [\w()'/]+){0,8})?",
        r"(follow|find|like|join|connect with|watch) us( on| at)?( .{1,60})?|follow( @?\w+)?",
        r"follow .{1,40} on (twitter|x|facebook|instagram|linkedin|google news|bluesky"
        r"|threads).{0,60}",
        r"(teilen|partager|compartir|condividi|分享)( .{1,20})?|send (to|by|via) .{1,30}",
        r"((add|set) .{1,30} as (a |your )?preferred source|prefer .{1,40} on google).{0,30}",
        r"gift (this )?article",
        r"(save|bookmark)( for later| (this )?(article|story))?|recommend(ed by .{1,30})?",
        r"listen( to (this |the )?(article|story|post)\b.{0,80}| \d+ min(ute)?s?| now)?"
        r"( \d+:\d\d)?",
        r"(artikel )?(vorlesen|anhören|drucken|merken|verschenken)|(écouter|offrir|imprimer"
        r"|sauvegarder)( (l'|cet )article)?|ajouter .{0,20}favoris|escuchar",
        r"(article )?bookmarked|\d[\d,.]*k? likes?"
        r"|like \d[\d,.]*k?",
        r"facebook|twitter|linkedin|whatsapp|whats app|telegram|reddit|pinterest|instagram|youtube"
        r"|flipboard|messenger|e-?mail|print( this)?( page| article)?|text size.{0,20}|rss( feed)?",
    ),
    "menu": (
        r"(was|is) this (page )?(helpful|useful)\W*|share full article.{0,20}|save for later",
        r"video player is loading\W*|current time \d.{0,10}|duration \d.{0,10}|\+ ?\d+ view"
        r" gallery",
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
    "cookie notice": (
        r"(we|we and our .{0,30}partners|(this|our|the) (web ?)?(site|page)|.{1,30}\.(com|org"
        r"|net)) "
        r"uses? (cookies|technologies such as cookies)(?=.{0,300}(\.$|improve|experience|site"
        r"|personali"
        r"|analy|consent|traffic|ads\b|ensure|provide|deliver|enhance|privacy|service))"
        r"(?!.{0,300}\b(said|says|joked|told|wrote)\b).{0,500}",
        r"we and our \d+ partners .{0,300}",
        r"by (continuing|clicking|using|browsing|accepting|visiting)\b.{0,200}"
        r"(cookies?|consent|agree|terms|privacy).{0,200}",
        r"(accept|reject|allow|decline|manage|refuse)( all)?( cookies| preferences| settings)?",
        r"(cookie|consent|privacy)s? (settings|preferences|policy|notice|consent|choices|manager)",
        r"i (accept|agree)|got it!?|ok(ay)?|no,? thanks|agree( and (close|continue))?|dismiss",
        r"(your privacy is important to us|we (have|'ve) updated our (privacy|cookie)).{0,300}",
        r"manage (my )?(cookies|consent|preferences).{0,30}|strictly necessary( cookies)?",
        r".{0,60}\b(wir (und unsere .{0,30})?verwenden|nous utilisons|utilizamos|usiamo"
        r"|utilizziamo|wij"
        r" gebruiken|gebruiken wij)\b.{0,20}\bcookies\b.{0,400}",
    ),
    "copyright": (
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
    "newsletter": (
        r".{0,120}\bnewsletter is\b.{0,160}\bsign ?up\b.{0,60}|want more (stories|news) like"
        r" this\?.{0,80}",
        r".{0,80}\b(is|are) kept going by (its|our|their) .{0,120}|(recibe|recevez)"
        r" .{0,60}(boletín|newsletter|lettre).{0,60}",
        r"(we rely|relies|rely) on (our |its )?(readers|supporters|donations"
        r"|you)\b.{0,120}\b(donate|give|support)\b.{0,60}",
        r".{2,60} is an? .{0,40}\b(publication|newsroom|magazine|site|outlet|newspaper|paper"
        r"|blog)\b.{0,30}"
        r"\b(supported|funded|paid for) by .{0,120}",
        r"this (post|article|story|issue|letter) is free (for|to)\b.{0,160}"
        r"|.{0,120}\bunsubscribe (whenever|with"
        r" one|in one|at any)\b.{0,60}",
        r".{0,80}\bbecome a (free|paid)( or (free|paid))? (member|subscriber|reader)\b.{0,160}",
        r"if you (liked|enjoyed|like|enjoy) (this|it|what)\b.{0,80}\b(share|follow|subscribe"
        r"|forward|tip us|buy me)\b"
        r".{0,120}",
        r"([^.!?]{2,50}[.!?] )?(please )?(sign ?up|subscribe|register|click here|opt in)( now"
        r"| today| here| below| free)?"
        r" ?(to|for|and|with|via|by)\b.{0,240}(newsletters?|inbox|e-?mails?|alerts?|updates?|digest"
        r"|briefing|unlimited|access|channel|podcast|feed|for free|magazine|mailing list|stories)"
        r".{0,160}",
        r"sign ?up (to|for) [^.!?]{2,40}|(skip|end of|after|skip past) (this )?.{0,20}"
        r"(sign-?up|newsletter|promotion)( form| promotion| box)?",
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
        r"(enter |type )?(your |work )?(e-?mail|e-?mail address|name|first name"
        r"|last name)\*?( address)?( here)?\W*( (subscribe|sign ?up|submit|go))?",
        r"thank(s| you) for reading [^.!?]{2,40}[.!] .{0,120}"
        r"|(if|when|once) you (sign up|subscribe|register)\b.{0,80}\bour (.{0,20}\b)?"
        r"(terms|polic(y|ies)|agreement|partners)\b.{0,120}"
        r"|.{0,120}\b(in|into) (ihr|dein) (e-mail-)?postfach\W*"
        r"|.{0,120} dans votre boîte (mail|aux lettres)\W*|sign ?up here\W*",
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
        r"abonnez-vous.{0,100}|suscríbete.{0,100}|jetzt (abonnieren|anmelden).{0,60}"
        r"|newsletter.{0,60}(anmelden|abonnieren|bestellen)",
        r".{10,160}newsletters?\. (sign up|subscribe)( here| now| today| for free)?\W*",
        r".{2,60} is an? (reader|listener|member|viewer|audience)[- ](supported|funded)\b.{0,200}",
        r"(can you|will you|please) (help|donate|give)\b( us)?.{0,60}|(give|donate) (now|today"
        r"|monthly|once|one-time|here)|make a donation.{0,40}|[^\"“]{0,160}\bplease (give|donate)\b"
        r".{0,80}",
    ),
    "paywall": (
        r"(subscribe|register|sign ?up|log ?in|join)\b.{0,60}\bto (continue|keep|go on|carry on)"
        r" reading\W*.{0,60}",
        r"[$€£]\d[\d.,]* (a|per) (week|month|year)\b.{0,80}|.{0,120}\bcancel (any ?time|when you"
        r" like|whenever)\W*",
        r"(il reste|encore) \d+ ?% .{0,40}article.{0,40}|.{0,60}il faut être abonné\W*"
        r"|.{0,60}hazte (socio|suscriptor).{0,60}",
        r"this (article|story|content|post|page) is (only |exclusively |reserved )?(available )?"
        r"(only )?(for|to) (our )?(paying |premium |registered )?(subscribers|members"
        r"|readers).{0,120}",
        r"(to )?(continue|keep|finish) reading\b.{0,160}|read (the )?full (article|story).{0,80}",
        r"subscribe (now )?(to|for) (continue|read|unlock|keep|get|enjoy|full|unlimited).{0,120}",
        r"(already|are you) (a|an|have an?) (\w+ )?(subscriber|member|account|user)\??.{0,80}",
        r"(you have|you've) (\d+|reached|read|used|hit) .{0,60}(articles?|limit|stories).{0,80}",
        r"(this|the full) (article|story|content) is for .{0,40}(subscribers|members).{0,60}",
        r".{0,60}\bjetzt .{0,40}\b(kostenlos|gratis) testen\W*|(not )?got (it|[^.!?]{2,30})\? "
        r"(get|watch|stream) .{1,60}",
        r"réservé aux abonnés.{0,40}|article (réservé )?abonnés?|nur für abonnenten.{0,40}",
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
    "comments": (
        r"\d[\d,.]* (view |add |read )?comments?|no comments on this .{1,80}",
        r"did you make (this|it)\? .{0,80}|reviews? \(\d[\d,.]*\)|(most|more) (helpful|relevant)",
        r"(upload|send (us )?)( your)?( own)? (pictures|photos|images|videos?)( (or|and)"
        r" (pictures|photos|videos?))?"
        r"( .{1,40})?",
        r"if (the form|this form|you (are reading|cannot see|can't see))\b.{0,160}\b(form|page"
        r"|browser|app)\b.{0,160}",
        r"(\d[\d,.]* )?comments?( ?\(\d+\)| \d+| off| closed)?( on .{1,120})?",
        r"(view|show|read|see|hide|post|add|leave|write|load)( all| a| the| your| more| \d+)*"
        r" (comments?|reply|replies|response)( \(\d+\))?.{0,30}",
        r"join the (conversation|discussion|debate).{0,60}|have your say.{0,40}"
        r"|(share or )?comment on this (article|story)\b.{0,200}|click to rate|(best|worst) rated",
        r"(be the first|(please )?(log|sign) ?in|you must be logged in|register) (to|or) "
        r".{0,40}(comment|reply|like|post).{0,60}",
        r"your e-?mail address will not be published.{0,80}|required fields are marked.{0,20}",
        r"save my name, e-?mail.{0,120}|comments are (closed|moderated|disabled|turned off).{0,80}",
        r"(has this happened to you\?|(are|were|have) you (been )?affected by)(?=.{0,160}\b(get in"
        r" touch|tell us|e-?mail|contact us)\b).{0,200}|[^\"“]{0,80}\btell us at \S+@\S+",
        r"do you have an opinion on .{0,300}|see our .{3,40} (statement|policy|guidelines)\W*",
        r"no comments?( yet)?\W?|what do you think\?.{0,80}|report( abuse| comment)|sort by.{0,40}",
        r"(newest|oldest|most liked|most recent)( first)?|reply|replies|cancel reply|post comment",
        r"réagir( \(\d+\))?|commenter|loading comments\W*",
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
        r"(got|have|do you have) an? ([\w'-]+ )?(tip|story|scoop)\b.{0,160}"
        r"|this (video|player|content) (is|can"
        r"|cannot) .{0,60}",
        r"(story|article|page|link) (saved|added|removed).{0,30}|you can find this (story"
        r"|article) in .*",
        r"your browser does not support.{0,60}|(please )?(enable|turn on) javascript.{0,60}"
        r"|0:00.{0,12}",
    ),
    "origin": (
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
_SHARES = (
    "facebook twitter x linkedin whatsapp telegram reddit pinterest email e-mail mail print "
    "copy link share tweet instagram youtube tiktok threads bluesky mastodon flipboard "
    "messenger pocket rss save bookmark gift later article comments comment like follow sms "
    "viber line wechat weibo xing tumblr "
    "and & on | / · • , -"
)
_SHARE_WORDS = frozenset(("", *_SHARES.split()))
_BAR = re.compile(r"\s*[|•·›»▸▾▼\t]\s*|\s{2,}")
_NEW_TAB = re.compile(r",? \(?(?:opens (?:in )?(?:a )?new (?:tab|window)|external link)\)?$")
_ARROWS = "→›»▸▾▼▶❯⟶↗"
_RATING = re.compile(r"[★☆⭐]|^(?:\d(?:\.\d)? ?/ ?(?:5|10)|out of (?:5|10))$", re.IGNORECASE)
TICKER = re.compile(r".{2,50} [▲▼△▽] ?[+−-]?\d.{0,20}")
"""The price of a share with its change, as a market page has over and under its articles."""
_CONTACT = re.compile(
    r".{5,60}, [A-Z]{2} \d{5}(?:-\d{4})?"
    r"|(?:(?:media|press|investors?) )?contacts?: .{0,80}(?:\S@\S+|\d{3}[ .-]\d{4})"
    r"|(?:tel|telephone|phone|call|fax|whatsapp|signal)\b[.:]? ?\+?\d[\d ]{6,}\d.{0,40}"
    r"|(?:(?:e-?mail|mail|tel|telephone|phone|mobile|fax|t|m|p)\b[.:]?\s*)?"
    r"(?:[\w.+-]+@[\w-]+(?:\.[\w-]+)+|\+\d[\d ().-]{6,18}\d|\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4})",
    re.IGNORECASE,
)
# As agencies sign: `(The Harbour Post: Ann Doe)`, `SOURCE Harbour Foods, Inc.`
_CREDIT = re.compile(r"\([A-Z][^():]{1,40}[:/] ?[A-Z][\w.'’-]*(?: [A-Z][\w.'’-]*){0,4}\)")
_SOURCE = re.compile(r"SOURCES?:? [A-Z].{1,80}")
_SIGNED = re.compile(r"[A-Z][A-Z.'’ -]{3,40} FOR (?:THE )?[A-Z][A-Z.'’& -]{2,30}")
_FILE = re.compile(r".{0,60}\((?:pdf|docx?|xlsx?|pptx?|csv|zip|mp3)[,;:]? +\d[\d.,]* ?[kmg]i?b\)?")
# `— Ann Doe (@anndoe) 3 March 2026`, under a post that was set in, and who wrote a comment.
_POST = re.compile(r"[—–-] ?.{2,60} \(@\w{1,30}\).{0,40}")
_HANDLE = re.compile(r"@\w{2,30}(?: +\((?:author|op|staff|editor|moderator)\))?")
_FLAGS = frozenset(
    (
        "exclusive",
        "breaking",
        "breaking news",
        "developing",
        "developing story",
        "just in",
        "live now",
    )
)
_AMOUNT = re.compile(r"[$€£]\s?\d[\d.,]*|other( amount)?", re.IGNORECASE)
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)\s]*\)")


_ICONS = re.compile("(?:[\u2190-\u2bff\ufe0f\U0001f000-\U0001faff]\\s*)+")


def plain(line: str) -> str:
    """The line as patterns see it: lower case, straight apostrophes, link text, no edge signs."""
    text = _LINK.sub(r"\1", line) if "](" in line else line
    text = text if text.isascii() else _ICONS.sub("", text)
    text = " ".join(text.replace("’", "'").replace("‘", "'").casefold().split()).strip(_EDGES)
    return _NEW_TAB.sub("", text) if text.endswith((")", "tab", "window", "link")) else text


def reason(line: str, *, words: int) -> str | None:
    """Why a line is furniture whatever stands around it, or None. Lines in quotes never are."""
    if len(line) > LONGEST or line[0] in "\"“„«'‘" or rating(line):
        return None
    text = plain(line)
    if not any(map(str.isalnum, text)):
        return "signs only"
    if why := _looks(line, text, words):
        return why
    if not _ANY.match(text):
        return None
    for name, pattern in _COMPILED.items():
        film = name == "credit" and text.startswith("video") and words > 5
        if pattern.match(text) and not film and not (name == "credit" and words > 14):
            return name
    return None


def _looks(line: str, text: str, words: int) -> str | None:
    """What a short line is by its make-up, whatever words it holds."""
    if words > 14:
        return None
    looks = (
        (_SHARE_WORDS.issuperset(word.strip(",|/·•:") for word in text.split()), "sharing"),
        (_CREDIT.fullmatch(line), "credit"),
        (_SOURCE.fullmatch(line), "origin"),
        (_SIGNED.fullmatch(line.strip()), "credit"),
        (_FILE.fullmatch(text), "download"),
        (_POST.fullmatch(line.strip()), "somebody's post"),
        (_HANDLE.fullmatch(text), "comments"),
        (text in _FLAGS, "flag over a story"),
        (_amounts(line), "newsletter"),
        (words <= 10 and _CONTACT.fullmatch(line.strip()), "contact"),
        (words <= 10 and line.rstrip()[-1] in _ARROWS, "button"),
    )
    return next((why for found, why in looks if found), None)


def rating(line: str) -> bool:
    """Whether a line holds the stars that a review gives."""
    return len(line) <= 80 and _RATING.search(line) is not None


def _amounts(line: str) -> bool:
    """Whether a line is sums to choose from, as a page that asks for money has."""
    cells = [cell for cell in _BAR.split(line.strip()) if cell]
    return len(cells) >= 3 and all(_AMOUNT.fullmatch(cell) for cell in cells)


def menu_row(line: str) -> bool:
    """Whether a line is several short names side by side: `Home | World | Business`."""
    cells = [cell for cell in _BAR.split(line[:LONGEST].strip()) if cell]
    if len(cells) < 3 or len(line) > LONGEST or any(c.isdigit() for c in line):
        return False
    return all(len(cell.split()) <= 3 and cell[-1:] not in ".!?" for cell in cells)


def appeared_first(line: str) -> tuple[str, str] | None:
    """Title and publisher of `The post TITLE appeared first on PUBLISHER`, or None."""
    found = _APPEARED.match(line.strip("* _")) if len(line) <= LONGEST else None
    return (found["title"].strip(" *_"), found["publisher"].strip(" *_")) if found else None
