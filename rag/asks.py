"""Phrases with which a page asks its reader for something: to share, agree, sign up, comment."""

ASKS: dict[str, tuple[str, ...]] = {
    "sharing": (
        r"(share|comment)( or (share|comment))?( on)?( this)?( article| story)?: .{0,200}",
        r"artikel (zum )?(anhören|hören)\W*( ?\d+ ?min.{0,20})?|zur merkliste hinzufügen|link"
        r" kopieren"
        r"|(écouter|lire) (cet|l\')article.{0,20}|copier le lien|ajouter à .{0,30}(favoris"
        r"|sélections?)"
        r"|copiar (el )?enlace|(guardar|imprimir|enviar)( (el |este )?artículo)?( por .{1,20})?",
        r"(make|add|set|choose|pick) .{1,40} (as )?(one of |a |an )?your (preferred |favou?rite"
        r" )?(news )?"
        r"sources?\b.{0,30}",
        r"follow [^.!?]{1,60} on [^.!?]{0,60}\b(facebook|instagram|x|twitter|tiktok|youtube"
        r"|whatsapp"
        r"|linkedin|threads|bluesky)\b.{0,200}",
        r"copy (the )?link to .{1,30}|share this \w+( on| via| with)?.{0,30}|(unlock|gift) (this"
        r" )?article"
        r"|(like )?loading\W*|followed|following",
        r"(this |the )?(audio|recording|voice|text) (is|was) (auto-?|automatically |machine "
        r"|computer )?"
        r"(generated|read by .{2,30}|narrated by .{2,30})\b.{0,120}",
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
    "cookie notice": (
        r"allow .{0,40}\bcontent\b.{0,60}|(allow|accept|agree) (and|&) (continue|close|proceed"
        r"|view)",
        r"(this (article|page|story) (includes|contains)|there is (a|an)|here is (a|an))"
        r" .{0,60}\b(content"
        r"|clip|video|post|tweet|map|graphic)\b.{0,160}\b(permission|consent|cookies|once you|if"
        r" you agree"
        r"|you (say|click|allow))\b.{0,160}|to (view|see) this (content|video|post)\b.{0,200}",
        r"consent or pay|paramétrer( les cookies)?|(tout )?(accepter|refuser)( et fermer)?"
        r"|continuer sans"
        r" accepter|alle akzeptieren|ablehnen|einstellungen|configuración de cookies|aceptar("
        r" todo| y"
        r" cerrar)?|rechazar( todo)?",
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
    "newsletter": (
        r"join \d[\d,.]*(k|,000)?\+? \w+.{0,60}|get (our|the) .{2,40}\b(menu|news|recipes"
        r"|reviews|tips"
        r"|stories|deals|picks)( .{0,40})?|i (agree|want|would like) to (hear|receive|get)"
        r" .{2,120}",
        r"[^.]{5,100}, (sent|delivered|e-?mailed) to (you|your .{3,20})\b[^.]{0,60}",
        r"((your|our|the) .{2,60}, )?(every (day|morning|evening|week|weekday|monday|tuesday"
        r"|wednesday"
        r"|thursday|friday|saturday|sunday)|daily|weekly),? (in|to|straight to) your (inbox"
        r"|phone)\W*",
        r"(subscribers|readers|members) (get|receive) .{0,80}\b(newsletters?|e-?mails?"
        r"|offers)\b.{0,120}",
        r"sign(ing)? up means\b.{0,200}|(this|our) (form|site) is protected by .{0,160}",
        r"(start your|recommend|launch your|get the) substack( app)?.{0,40}|ready for more\?"
        r"|.{2,60} is a reader-supported publication\b.{0,200}",
        r"(recibe|recibir) (la|el|nuestra|nuestro|las|en) .{2,80}|apúntate\W*|suscríbete\b.{0,80}"
        r"|(recevez|recevoir|inscrivez-vous|s\'inscrire)\b.{0,120}|je m\'inscris|m\'inscrire",
        r"(melden sie sich|hier anmelden|newsletter abonnieren)\b.{0,100}",
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
        r"[^.!?]{0,80}\b(en cours sur un autre appareil|sur un seul appareil|en otro dispositivo"
        r"|con tu"
        r" suscripción|on another device|auf einem anderen gerät|(ailleurs )?avec ce"
        r" compte)\b.{0,120}",
        r"¿?(ya (eres|tienes)|si (tienes|eres)) .{2,60}(\?|,) .{2,80}|.{0,80} para (seguir"
        r"|continuar)"
        r" leyendo\W*|¿?quieres añadir otro usuario.{0,60}",
        r"déjà abonné.{0,60}|(la suite|cet article|contenu) .{0,20}(est )?réservée? (à|aux) .{0,60}"
        r"|(il vous )?reste .{0,20}% de .{0,40}",
        r"(sie sind|bereits|schon) .{0,20}(abonnent|abonniert|registriert|kunde"
        r"|digital-abo)\w*\b.{0,60}"
        r"|(weiterlesen|jetzt lesen) mit .{2,40}|dieser artikel gehört zum angebot .{2,60}",
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
        r"unlock (this|the|unlimited|full) .{0,40}\b(article|story|access|archive|content"
        r"|benefits|offer"
        r"|digest|newsletter|issue|page|features)s?\b.{0,60}|(start|try|claim) (your|a"
        r"|our) .{0,30}trial.{0,60}",
        r"become a (member|subscriber|supporter)\b.{0,120}|cancel any ?time.{0,60}",
        r"(log|sign) in (or .{1,40} )?to (read|continue|view|see|save|access).{0,80}",
        r"(exclusive )?(for )?subscribers? (only|exclusive)|subscriber[- ]only( content)?|premium",
        r"(from|only|just) (€|£|\$)\d[\d.,]* (a|per|for) .{1,40}",
    ),
    "comments": (
        r"for (more|further) (information|details|interviews)\b[^.]{0,60}(contact|visit|call"
        r"|e-?mail"
        r"|:)[^.]{0,60}|for (more|further) (information|details)( or interviews)?",
        r"(please )?(choose|enter|pick|set|confirm|create) (a|your) (public )?(display|user"
        r"|screen) ?name"
        r"\b.{0,60}|your (comment|reply|review|post) (has|was|is|will|could) .{2,60}|log out and"
        r" .{0,80}",
        r"(please )?(keep to|respect|read|observe|follow|see) (the|our) .{0,20}(house rules"
        r"|guidelines"
        r"|community (rules|standards)|comment(ing)? (policy|rules)|netiquette)\b.{0,160}",
        r"(threads?|posts|replies|helpful|upvotes?|views|likes?) \(?\d[\d.,]*\)?"
        r"|attachments?\W{0,3}(s\))?"
        r"|be the first to (post|comment|reply|review).{0,20}|send confirmation e-?mail",
        r"(\d+ )?(ir a los|ver( los)?|lire les|voir les|zu den|alle) (comentarios|commentaires"
        r"|kommentaren?)"
        r".{0,20}|(bitte )?melden sie sich an, um .{2,60}|normas( de participación)?",
        r"((have you )?got|have you|do you have) (a|an|any) [^.!?]{2,60}\? (let us|tell us|send"
        r"|share"
        r"|contact|e-?mail|get in touch|call)\b.{0,160}|submit (a|your) (comment|question|story"
        r"|letter"
        r"|tip|photo)\b.{0,40}",
        r"([^.!?]{2,60}[.!?] )?(please )?(tell us|let us know) (if|what|how|whether)"
        r" [^.!?]{2,80}\.?",
        r"to (contact|reach|write to) (our|the) [^.!?]{2,60}\b(e-?mail|write|call)\b.{0,120}",
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
}
"""Patterns of whole lines, as `rag.looks.plain` gives them, by the reason for the label."""
