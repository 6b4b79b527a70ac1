"""Promotion, scams and exchange of followers."""

from __future__ import annotations

from sandbox.llm.cue import Cue

SPAM = (
    Cue(
        3,
        "обмен подписками",
        "exchange of followers",
        (
            r"взаимн(?:ая|ую|ые|о|ый)?\b.{0,12}(?:подпис|лайк|актив|пиар)?",
            (
                r"(?:подпи(?:шись|шитесь|сывайся|сывайтесь)|подпишусь|подписывайся)\b.{0,15}(?:на меня|"
                r"на мо|на наш|в ответ|взаимно|ко мне|и я)"
            ),
            r"подпишусь (?:в ответ|взаимно)",
            r"лайк за лайк|пиар (?:за|вп)|вп\b",
            r"follow (?:me|back|my|for follow|4 follow|us back)|followback|f4f|l4l|lfl\b",
            r"sub ?(?:4|for) ?sub|like (?:for|4) like|gain ?train|follow ?train",
            r"(?:i|we) follow back",
        ),
    ),
    Cue(
        3,
        "реклама своей страницы",
        "promotes an own page",
        (
            (
                r"(?:зайди|зайдите|заходи|заходите|загляни|загляните|заглядывай\w*|жду (?:тебя|вас|всех)|"
                r"приходи|приглашаю|смотри(?:те)?|переходи(?:те)?|перейди(?:те)?|жми|жмите|кликай|"
                r"тыкай)\b.{0,20}(?:ко мне|к нам|на мо[йюе]|на наш|в (?:мой |наш )?профил|на (?:мою |"
                r"нашу )?страни|в (?:мой |наш )?(?:канал|телегр|тг)|по ссылке|ссылк|мой блог|в шапк|в био)"
            ),
            r"ссылк\w+ (?:в|у меня в) (?:профил|шапк|био|описан)",
            r"(?:у (?:меня|нас|них)|в нашем магазине|у @\w+)\b.{0,40}(?:дешевле|лучше|выгодн)",
            r"(?:в (?:моем|нашем) (?:профиле|канале|магазине|аккаунте|блоге))",
            r"check (?:out )?(?:my|our|the) (?:page|profile|bio|link|store|shop|channel|latest|music|new)",
            (
                r"(?:link|click|video|pics|nudes|photos|girls?\b.{0,10}) (?:is )?in (?:my |our |"
                r"the )?(?:bio|profile)"
            ),
            r"visit (?:my|our) |see my (?:bio|profile|page)|my (?:bio|profile|page) (?:for|has)",
            r"look at my (?:page|profile|bio)",
            r"(?:promote|post|share) (?:it|this|that|your|yourself)\b.{0,12}(?:on|at|to|with)? ?@",
            (
                r"(?:send|dm|message|text|contact|write|inbox)\b.{0,15}(?:pic|it|this|that|to|us|"
                r"me)?\b.{0,12}@\w"
            ),
            (
                r"(?:dm|message|inbox|text) (?:us|me)\b.{0,25}(?:ambassador|collab|promo|feature|model|"
                r"free|earn|info|for (?:a )?(?:deal|discount|shout))"
            ),
            r"(?:we'd|we would|we) love to (?:feature|collab|work)\b.{0,40}(?:dm (?:us|@)|@)",
            r"(?:shout ?out|s4s)\b.{0,20}",
            (
                r"(?:cheaper|cheap \w+|better (?:price|deal)s?|best (?:deal|price)s?|discounts?|"
                r"sale)\b.{0,25}(?:at|on|in|@) ?(?:my|our|@)"
            ),
            r"(?:скидк|распродаж|акци)\w*\b.{0,20}(?:у|в|на) @\w",
            r"(?:девочки|девчата|мамочки),? .{0,40}@\w",
        ),
    ),
    Cue(
        3,
        "лёгкие деньги",
        "easy money",
        (
            r"заработ(?:ок|ать|ай|аю|ал|ке|ку)|пассивн\w+ доход|доход (?:от|до|в)|без вложений",
            r"удаленн(?:ая|ую|ой) (?:работ|занят|подработ)|подработк|работа на дому|(?:сетев|млм|mlm)",
            r"инвест(?:иц|ир|ор)",
            r"крипт|биткоин|биткойн|трейд(?:инг|ер)|форекс|бинанс|казино|ставк[иа] на спорт|букмекер|1xbet",
            r"1хбет|слоты|фриспин|бонус \d+ ?%",
            r"(?:займ|микрозайм|кредит (?:под|без|за|онлайн)|деньги в долг|до зарплаты|списание долгов)",
            r"(?:вы|ты|наш|поздравля\w+)\b.{0,20}(?:выиграл|победител|приз)",
            (
                r"(?:получи|забери|забирай)(?:те)?\b(?!.{0,12}мои деньги).{0,20}(?:приз|подарок|бонус|"
                r"деньги|айфон|iphone|бесплатно)"
            ),
            r"розыгрыш (?:айфон|iphone|денег|машин)",
            r"(?:earn|make|made|making|earning|earned|get|profit)\b.{0,15}(?:\$|€|£)\s?\d",
            r"(?:earn|make) (?:money|cash|extra|online|from home)",
            r"bitcoin|btc|crypto|forex|binary option|trading (?:account|signal|platform|coach)|trader",
            r"invest(?:ment|ed|or|ing)?\b|nft|usdt|passive income|financial freedom|side hustle",
            r"work from home",
            r"(?:casino|betting|jackpot|slots|free spins)",
            r"(?:loan|loans|credit (?:repair|card offer)|get approved)\b",
            (
                r"(?:you(?: have|'ve|ve)? (?:won|been (?:selected|chosen))|claim your (?:prize|gift|"
                r"reward)|giveaway winner|free iphone|gift card)\b.{0,30}"
            ),
            (
                r"(?:вебинар|марафон|интенсив|тренинг|мастермайнд)\b.{0,60}(?:ссылк|регистрац|профил|\d+к|"
                r"доход|заработ|бесплатн)"
            ),
            (
                r"(?:на телефоне|на дому|не выходя из дома|в интернете|\d+ час\w* в день)\b.{0,40}(?:работ|"
                r"доход|зараб|профил|пиши|подробн)"
            ),
            r"работа (?:на телефоне|онлайн|в интернете|на дому|удаленно)",
            r"serious (?:investors|inquiries|people) only",
            r"click (?:the )?(?:link|here|my|on)|sugar baby|\d+k (?:weekly|a week|monthly|per)",
            r"раздаю\b.{0,30}(?:рубл|денег|деньги|\d)|кредит\w* (?:всем|с плохой)|первым (?:ста|\d+)",
            r"(?:made|make|earned) \d+k\b|thanks to @\w+",
            (
                r"заработ(?:ка|ком|ки)\b|зарабатыва(?:ю|й|ем)|(?:turned|flipped|grew) (?:my |his |"
                r"her )?(?:\$|€|£)?\d+k? into|(?:my|a|the) (?:mentor|broker|account manager|"
                r"trading coach)\b|financial(?:ly)? free"
            ),
        ),
    ),
    Cue(
        3,
        "навязчивая услуга",
        "a pushed service",
        (
            r"накрут|накрутк|живые подписчик|продвижени\w+ (?:аккаунт|инстаграм|страниц|вашего|блога)",
            r"раскрут",
            r"гадан|гадал|таро(?:лог)?\b|приворот|порч[уи]|сглаз|ясновид|экстрасенс|маг (?:и|в)|целител",
            r"снимаю (?:порчу|сглаз|венец)",
            r"(?:похуде(?:л|ть|й|ние)\w*\b.{0,30}(?:кг|за (?:недел|месяц)|пиши|марафон|чай|секрет))",
            r"интим|эскорт|досуг|сниму девуш|девочки по вызову|знакомств|горячие (?:девуш|девоч|фото)|18\+",
            r"слив фото",
            r"(?:пиши|пишите)\b.{0,12}(?:в личку|в лс|\+|в ватсап|в whatsapp|в телеграм|мне \+)\b.{0,40}",
            r"(?:buy|get|more|free|cheap|real|gain|boost) (?:\w+ )?(?:followers|likes|views|subscribers)",
            r"followers (?:cheap|fast|for)|grow your (?:account|page|instagram|following)",
            r"spell ?caster|psychic|love spell|get (?:my|your) ex back|herbal|dr\.? \w+ (?:helped|cured)",
            r"cured (?:me|my)|hacked? (?:account|recovery)",
            r"recover(?:ed|y)?\b.{0,20}(?:account|funds|stolen|hacked)",
            r"(?:hot|sexy|naked|horny|lonely) (?:girls?|singles|pics|women|video)|onlyfans|nudes|18\+|xxx",
            r"escort|sugar (?:daddy|mommy|baby)",
            r"(?:lost|lose) \d+ ?(?:kg|lbs|pounds)\b.{0,30}",
            r"whats ?app\b.{0,10}\+?\d{5}",
            r"\d+ (?:живых )?(?:подписчик|лайк|просмотр)\w*",
            r"(?:копии|реплик|люкс копи|паль\b|1:1)\b.{0,40}(?:директ|пиш|личк|профил)?",
            r"(?:кому|девочки,? кому)\b.{0,40}пиши",
            r"подробност\w+ (?:в|у меня) (?:профил|шапк|личк|директ|лс|тг|телегр)",
            r"(?:message|contact|text|reach|dm|write)\b.{0,25}(?:on|via|at)? ?(?:whats ?app|telegram|signal)",
            r"ask me (?:how|about)|(?:this|magic|slimming) tea\b",
            r"(?:прода[мю]|сдам|куплю)\b.{0,40}(?:недорого|город|срочно|торг|звон|\d{6})",
            r"(?:вернуть|вернет|верну)\b.{0,12}(?:мужа|любим|парня|жену)",
            r"(?:\+7|8)[\s(-]?9\d\d[\s)-]*\d{3}[\s-]?\d\d[\s-]?\d\d",
            r"replica|rolex|visit us|deserves? more followers|more (?:followers|likes)\b",
            (
                r"(?:nice|great|cool|awesome|amazing) (?:pic|post|page|feed|content)\b.{0,10}(?:visit|"
                r"check|follow|see)"
            ),
            (
                r"продвижени\w+ (?:в|вашего|бизнес|соц)|(?:недорого|качественно|гарантия),? пиши|"
                r"(?:залетай|залетайте|добавляйся|вступай)\b|таргет\w* (?:под ключ|недорого)|free followers"
            ),
        ),
    ),
    Cue(
        2.5,
        "ссылка",
        "a link",
        (
            r"https?://|www\.",
            r"(?:t\.me|wa\.me|bit\.ly|goo\.gl|tinyurl\.com|vk\.cc|clck\.ru|linktr\.ee|telegram\.me)/?",
            (
                r"[\w\-]{2,}\.(?:com|ru|net|org|biz|info|xyz|top|shop|store|online|site|club|io|me|cc|"
                r"click|link)(?:/|\b)"
            ),
        ),
    ),
)
