"""Reproach in disguise: sarcasm, and questions that are none."""

from __future__ import annotations

from sandbox.llm.cue import Cue

# Praise that means its opposite. Each needs no second cue.
SARCASM = (
    Cue(
        3,
        "сарказм",
        "sarcasm",
        (
            (
                r"спасибо (?:,? ?)(?:(?:большое|огромное|вам) )?(?:за|,? ?что)\b.{0,15}(?:испорч|потрач|"
                r"потер|обман|игнор|ожидан|молчан|нерв|разбит|сломан|брак|хам|холодн|ничего|опозда|"
                r"настроени\w+ испор|не (?:ответ|при|достав))"
            ),
            (
                r"(?:ага|угу|ну да|ну конечно|да конечно|да уж|ну-ну|конечно-конечно|как же|да ладно|щас|"
                r"ну ну)[, ].{0,60}(?:🙄|🤡|😒|🤦|😏|🤣|😂|👏|\.\.\.|ага)"
            ),
            r"(?:ага|угу|ну|да),? (?:конечно|да|разумеется)\b",
            (
                r"(?:браво|молодцы|супер|отличн\w+|прекрасн\w+|замечательн\w+|гениальн\w*|шикарн\w+|класс|"
                r"лучший|так держать|умницы|спасибо)\b.{0,60}(?:опять|снова|недел[юиь]|месяц|час(?:а|ов) |"
                r"молч|не отвеч|не при[еш]|разбит|сломан|не то\b|холодн|обман|игнор|опозда|потерял|"
                r"перепутал|закрыт|нет в наличии)"
            ),
            r"всего(?:-| )(?:то|навсего|лишь) .{0,30}(?:недел|месяц|час|дн|рубл|тысяч)",
            r"(?:5|пять) звезд за",
            (
                r"(?:thanks|thank you|thx|cheers)(?: so much| a lot)? for (?:nothing|ruin|wast|ignor|"
                r"the (?:broken|cold|wait|wrong|headache|food poison)|sending (?:me )?(?:the )?wrong|"
                r"losing|not |never |break|forget|making me wait)"
            ),
            (
                r"(?:great|good|nice|amazing|excellent|brilliant|fantastic|awesome|lovely|wonderful|top|"
                r"stellar|superb)\b.{0,50}(?:wrong|broken|late|again 👏|ignor|never|nothing|lost|losing|"
                r"waiting|weeks|months|hours|cold|ruin|rude|no (?:reply|answer)|without)"
            ),
            (
                r"oh (?:great|wow|wonderful|good|nice|perfect|sure|look)\b.{0,40}(?:again|surprise|another|"
                r"late|sold out|broken|not)"
            ),
            r"(?:yeah|yea|sure),? (?:right|sure)\b",
            r"what a (?:surprise|shock|joke)\b",
            r"(?:slow clap|bravo|well done)\b.{0,40}(?:again|wrong|👏|🙄|ruin|late)",
            r"(?:so|very) (?:professional|helpful|honest|cheap|fast)\b.{0,12}(?:🙄|🤡|😒|👏)",
            (
                r"(?:отменили|опозда|ждал|перенесли|хам|молч|не отвеч|перепутал)\b.{0,60}(?:супер|отлично|"
                r"браво|класс|молодцы|спасибо|гениально)"
            ),
            r"(?:five|5) stars for\b.{0,20}(?:making|wait|ignor|the wait|nothing|wasting|ruin)",
            r"(?:nice|great|cool|wow|love it),? another\b",
            (
                r"(?:love|loving|love it) (?:when|how)\b.{0,50}(?:never|ignor|wrong|late|wait|nobody|"
                r"doesn't|don't|sold out)"
            ),
        ),
    ),
)

# Asked to reproach, not to learn something.
RHETORICAL = (
    Cue(
        3,
        "риторический вопрос",
        "a rhetorical question",
        (
            (
                r"сколько (?:еще )?(?:можно(?: уже)?(?:\W*$|\W+(?:ждать|терпеть|молч|игнор|обман|повтор|"
                r"писать|просить|изв))|ждать уже)"
            ),
            r"сколько еще (?:ждать|терпеть)",
            r"(?:доколе|до каких пор)",
            (
                r"вы (?:там |что |что-то |че |чё |ваще |вообще |серьезно |реально |хоть |сами |издева|"
                r"нормальн|шутит|в своем|с ума|адекват|совсем)+\w*\b"
            ),
            r"вы издева",
            r"серьезно\s?\?",
            r"(?:это (?:шутка|прикол|розыгрыш|что за|какое-то издев))",
            (
                r"почему (?:так|настолько|такие|столько|опять|снова) (?:дорог|долг|мал|плох|космич|завыш|"
                r"высок|не|закрыт|нет)"
            ),
            (
                r"(?:почему|зачем|отчего) (?:вы )?(?:не отвеча|игнор|удаля|удали|молч|обманыва|хамите|"
                r"врете|так относи|блокир|подня)"
            ),
            r"за (?:что|такое) (?:столько|такие|я плат|платить)",
            r"(?:кто|кому) (?:это|такое|вообще|за это|в здравом|будет) (?:куп|покуп|нос|нуж|плат|ес|вообще)",
            r"(?:и )?это (?:вы называете|называется|по-вашему|ваш (?:хвален|сервис))",
            r"(?:где|и где)\b.{0,12}(?:обещан|хвален|совесть|ваш\w* совесть|логика|обратная связь)",
            r"(?:есть ли у вас|у вас есть|а) совесть",
            (
                r"(?:когда|может)\b.{0,12}(?:уже|наконец|начнете|научитесь|соизвол)\b.{0,20}(?:ответ|"
                r"отправ|работ|почин|научит|исправ|соизвол)"
            ),
            r"are (?:you|u) (?:kidding|joking|serious|for real|insane|out of your|even|blind|crazy)",
            r"(?:is|was) this (?:a joke|some kind|supposed|even|really what)",
            r"(?:seriously|really)\s?\?",
            (
                r"why (?:is|are|was|so|do|does|has|have) (?:it|this|everything|these|they|your|the|you|u|"
                r"all)?\s?.{0,20}(?:so (?:expensive|overpriced|slow|rude|bad|small|hard|long)|overpriced|"
                r"ignor|delet|lying|never|always (?:late|sold|closed|wrong|out))"
            ),
            (
                r"why (?:so expensive|don't you (?:answer|reply|respond|care)|do you (?:never|ignore|keep|"
                r"delete)|can't you|won't you|aren't you)"
            ),
            r"who (?:would|buys|pays|in their right mind|even|approved)",
            (
                r"how (?:long|many times) (?:do|must|should) (?:i|we) (?:have to|wait)\b.{0,20}(?:repl|"
                r"answer|respon|tell|ask|!)"
            ),
            r"how (?:dare|hard (?:is it|can it)|difficult (?:is it|can it))",
            r"do you (?:even|ever|actually) (?:read|reply|answer|care|check|work|test|look)",
            (
                r"when (?:will|are) you (?:ever|finally|gonna|going to) (?:ever |finally )?(?:fix|answer|"
                r"reply|learn|ship|respond|restock|stop)"
            ),
            r"(?:have you no|where is your|where's your|no) shame",
            r"вам (?:самим |самой )?не (?:стыдно|смешно|совестно)",
            r"(?:у вас|вы)\b.{0,15}(?:совсем|с головой|все в порядке|все нормально с)\b",
            r"do you\s?\??$|are you\s?\??$",
            r"for (?:that|this)\?",
            r"what (?:happened to|is wrong with|were you thinking)",
            r"что (?:с вами|случилось с|стало с|происходит с)",
            (
                r"why (?:do|did|would) i (?:even |still |ever )?(?:bother|order|come|pay|try)|"
                r"это нормально\s?\?|(?:так|вот так) (?:и надо|можно|положено)\s?\?"
            ),
        ),
    ),
)
