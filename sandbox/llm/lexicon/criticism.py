"""Criticism: bad experience with a product or the service, and plain disgust."""

from __future__ import annotations

from sandbox.llm.cue import Cue

EXPERIENCE = (
    Cue(
        2.5,
        "разочарование",
        "disappointment",
        (
            r"разочаров",
            r"(?:очень|так|ужасно|безумно) (?:обидно|жаль|расстро)",
            r"жаль (?:потрач|денег|времени)",
            r"(?:расстроил|огорчил|подвели|обманули)",
            (
                r"не (?:советую|рекомендую|стоит (?:брать|покупать|своих|того|денег)|понравил|нравит|вкусн|"
                r"впечатл|оправда|соответств|красив|айс)"
            ),
            r"не то[тй]?\b(?!лько)|не та\b",
            r"(?:зря|напрасно) (?:потрат|купил|заказ|поверил|ждал|пришл|съезд)",
            r"(?:деньги|денег) на ветер",
            (
                r"(?:больше|никогда|ни ногой)\b.{0,25}(?:не (?:закаж|приду|прид|куп|вернусь|пойд|буду|"
                r"обращ|ногой|воспольз)|ни ногой)"
            ),
            r"(?:последний раз|отписываюсь|отписка|отписалась|отписался)",
            r"disappoint",
            r"(?:let ?down|regret|waste of|wasted)",
            (
                r"(?:never|not) (?:buying|ordering|shopping|coming|going|order|buy|shop|come|using|"
                r"again)\b.{0,25}"
            ),
            (
                r"(?:don't|dont|do not|wouldn't|would not|can't|cannot) (?:buy|recommend|waste|order|"
                r"bother|trust)"
            ),
            (
                r"not (?:worth|happy|satisfied|impressed|recommended|good|great|as (?:described|pictured|"
                r"advertised)|what i|cool|ok|okay|acceptable|fair|funny)"
            ),
            r"(?:unhappy|dissatisf|unimpress|underwhelm|overrated|overhyped)",
            r"(?:unfollow|unsubscrib)",
            r"enttauscht",
            r"nie wieder",
            r"розчарован",
            r"(?:пока\b.{0,20}не сменил|было лучше|стало хуже|скатил|испортил|уже не т)",
            r"(?:so sad|sad to see|what a shame|shame\b|unfortunately|sadly)",
            r"(?:мда+|ну такое|эх+\b|печаль|тоска|фейспалм|правда глаза)",
            r"купил[аи] (?:у|в) (?:других|друг|конкурент)|ушл[аи] к (?:другим|конкур)",
            r"лучше бы\b|не ожидал\w* такого|больше не мо|надоел|достал[иао]\b|сколько раз",
        ),
    ),
    Cue(
        2.5,
        "плохое качество или сервис",
        "poor quality or service",
        (
            r"(?:плох(?:о|ое|ая|ой|ие)|хуже|худш|никак(?:ое|ая|ой|ие)\b|так себе)",
            r"не пахнет|не горит|не работа|не держит|перестал\w*|сломал|сломан|порвал|треснул|треснут",
            r"полинял|выцве|облез|отвалил|испорт|развалил|разбит|протек|коптит|скатал",
            r"сел[аио]? после стирки",
            r"(?:брак|бракован)",
            r"воня|вонь|невкусн|пересол|сыр[аоы][йяе]\b (?:внутри|тест)",
            r"холодн(?:ая|ое|ый|ые) (?:еда|пицц|суп|кофе|блюд)",
            r"(?:гряз|антисанитар|неуютн)",
            r"хам(?:ств|ят|ка|ло|ите)|груб(?:ят|ая|ый|ит|о\b|или)|нахам|наор|неприветлив|непрофессион",
            r"равнодуш|наплевать|плевать",
            (
                r"(?:качеств\w+|сервис\w*|обслуживан\w+)\b.{0,20}(?:упал|никак|хромает|стал\w* хуже|"
                r"желает лучшего|ниже|нет\b|ноль|сомнительн)"
            ),
            r"раньше (?:было|были|качество|вы)\b.{0,20}(?:лучше|вкуснее|больше|дешевле|другое)",
            r"(?:не соответств|не похож|совсем не т|вообще не т|не как на (?:фото|картин))",
            r"(?:обсчита|недолож|недовес|подсунул|впарил)",
            (
                r"(?:terrible|awful|horrible|pathetic|crap|garbage|trash) (?:service|quality|food|"
                r"experience|product|delivery|packaging|app|site)"
            ),
            r"(?:poor|bad|cheap|low|declin\w+|dropp\w+) (?:quality|service|experience|customer|taste)",
            r"quality (?:has )?(?:is |went |gone )?(?:dropped|down|bad|poor|declin|awful|terrible)",
            r"broke|broken|fell apart|falling apart|ripped|torn|faded|shrank|shrunk|leaked|leaking|cracked",
            r"damaged|defective|faulty|stopped working|doesn't work|doesnt work|didn't work|not working",
            r"does not work",
            r"(?:rude|unprofessional|dirty|filthy|tasteless|stale|soggy|undercooked|overcooked)\b",
            r"(?:cold|raw|burnt) (?:food|pizza|soup|coffee|fries|meat|chicken|burger)",
            r"food was (?:cold|raw|bland)",
            r"smell\w* (?:like nothing|bad|awful|weird|like plastic|like chemicals|horrible|nothing)",
            r"(?:nothing|not|doesn't|doesnt|don't) (?:look )?like the (?:picture|photo|pic|ad|video)",
            r"(?:misleading|false advertis|bait and switch|catfish)",
            r"(?:wrong|different|incorrect) (?:size|colou?r|item|order|product|model|dish|one)",
            r"(?:used to be|was) (?:so much |much |way )?better",
            r"(?:schlecht|furchtbar|schrecklich|kaputt)",
            r"(?:жахлив|погано|поган[аие]|зіпсува)",
            r"крив(?:о|ой|ые|ая|ое|ые)\b|катышк|швы? (?:разош|крив|торч)|торча\w+ нит|выпада|вылета|глючит",
            r"виснет|лага\w+|ломает|рвется|линя|растян|облупил|слезл|отклеил|ржав|царапин|вмятин|пятн[аоы]",
            r"дыр[аыкуо]\b|деше(?:во|вка|вый вид)|ширпотреб|барахл",
            r"очеред|один кассир|столик не|забыл[аи]? (?:про|о|при|пол)|перепутал|нахамил|хамил|сорвал",
            r"кринж|душно|шумно|тесно|холодно в",
            r"(?:порци|размер|объем|упаковк)\w*\b.{0,15}(?:стал\w*|уменьш|меньше|мизер|крошечн)",
            r"вода\b|ничего нового|пустышк|бесполезн|не помог|толку (?:нет|ноль)",
            r"ноль (?:эффект|толку|польз)|эффекта? (?:нет|ноль|никак)",
            r"(?:маломер|большемер)",
            r"(?:отменили|перенесли|отмени\w+ (?:меня|запись))\b.{0,15}(?:за час|без|в последн|в день)",
            (
                r"(?:crash(?:es|ed|ing)|buggy|bugs|glitch\w*|laggy|freez(?:es|ing)|came (?:apart|off|"
                r"undone)|coming (?:apart|off)|peel(?:ed|ing)|pilling|stain(?:ed|s)|scratch(?:ed|es)|"
                r"dent(?:ed)?|chipped|frayed|see.?through|runs? (?:way )?(?:too )?small|thin and|flimsy|"
                r"plasticky)\b"
            ),
            r"smaller|prices? (?:doubled|tripled|went up|have gone|keep|gone)|shrinkflation|downhill",
            r"not what it used to|gone (?:down|bad)|lost its|sold out to",
            r"(?:don't|doesn't|didn't|dont) (?:really )?care|couldn't care less",
            r"zero (?:help|stars|customer|effort)|one star|1 star|0 stars",
            r"(?:forgot|messed up|screwed up|botched|butchered|ruined)\b",
            r"разваливается|вял(?:ые|ый|ая)|тряпк|солом|мочалк|резин(?:овый|овая|а)\b|черств",
            r"кисл(?:ый|ое|ая)|несвеж|тухл|заветр|разочар|неудобн|невозможно|не открывается|не загружа",
            r"зависа|сбой|ошибк",
            r"(?:вместо\b.{0,30}(?:положили|прислали|дали|привезли|получил))",
            r"(?:бронь|запись|столик)\b.{0,25}(?:но|не|отмен|забы|нет)",
            r"хотя (?:бронь|обещ|запис|было|написано|говорили)",
            (
                r"(?:crushed|squashed|wilted|dead flowers|bland|salty|greasy|impossible|confusing|useless|"
                r"pointless|hung up|rushed|cramped|noisy|flavou?rless|watery|dry and)\b"
            ),
            r"cheap (?:in person|looking|material|plastic|fabric)|looks? (?:so )?cheap",
            r"feels? (?:so )?cheap",
            r"expected (?:so much )?(?:more|better)|got the (?:small|wrong|other)",
            r"а (?:пахнет|пришл|получил|выглядит|по факту|на деле|внутри)\b",
            r"(?:disappeared|vanished|wore off|worn off|gone) (?:after|within|in)\b",
            r"(?:помят|мят(?:ая|ое|ый)|крош(?:ится|ил)|рассып)",
            (
                r"сух(?:ой|ая|ое|ие)\b|не доел|болта(?:л|ют|ла)|по телефону (?:всю|весь|вместо)|пересуш|"
                r"недожар|подгор|липк|шата(?:ется|ть)|скрип|перекос|разошл|невпопад|одно и то же|"
                r"одни и те же|отписк"
            ),
            (
                r"on hold\b|used to (?:love|like|be)|not anymore|zipper|button (?:fell|came)|dry\b|burnt|"
                r"overcharg|understaffed|no one (?:at|to)|talk(?:ed|ing) on (?:the|his|her) phone|"
                r"half (?:empty|full)|lumpy|itchy|scratchy|crooked|uneven"
            ),
        ),
    ),
    Cue(
        2,
        "недоволен ценой",
        "unhappy with the price",
        (
            r"дорого|дороговат|дорогущ|слишком дорог|очень дорог",
            r"цены? (?:космос|конск|ломов|задра|завыш|бешен|нереальн|кусаю)",
            r"подорожал|подняли цен|завыш|задрали|обнаглел|оборзел|зажрались|грабеж|обдираловк",
            r"накрутк\w* цен",
            r"за (?:такие|эти|такую) (?:деньги|цену|сумму)",
            r"expensive|overpriced|pricey|rip ?off|ripoff|too much money|price gouging|daylight robbery",
            r"greedy|cash grab",
            r"(?:for|at) (?:that|this|these|such) (?:price|money|prices|much)\b",
            r"zu teuer",
            r"(?:цен[аыу]|ценник\w*)\b.{0,15}(?:выше|растут|растет|вырос|поднял|взлетел|кус|ломов|x2|как у)",
            r"(?:ну и|и|вот это|что за) (?:цен[ыаку]|ценник)",
            r"(?:не смешно|смешно)\b.{0,15}за \d",
            r"(?:for that|lol ok|seriously \$|\$\d+ for)\b",
            r"(?:\$|€|£)\d+ for (?:that|this|a|one|some)\b",
            r"(?:цена|цены|стоит|ценник) как (?:за|у|крыло|самол|почк|ипотек)",
            r"(?:raise|raised|raising|hiked?) (?:the |your )?prices?",
        ),
    ),
    Cue(
        2.5,
        "долго ждёт или без ответа",
        "waits too long or is not answered",
        (
            r"(?:жду|ждем|ждал\w*|ждут|ожида\w+)\b.{0,20}(?:недел|месяц|дн[яей]|час|год|минут|долго|ответ)",
            (
                r"(?:недел[юиь]|месяц\w*|дн[яей]|час\w*)\b.{0,15}(?:жду|ждем|ждал|молч|тишина|не отвеч|"
                r"игнор|нет ответа)"
            ),
            r"(?:втор|треть|четверт|пят)\w+ (?:недел|месяц|день|раз)",
            (
                r"(?:никто|вы|они|менеджер\w*|админ\w*|оператор\w*|поддержка)\b.{0,20}не (?:отвеча|"
                r"отвечает|берет|перезвон|реагир|читает)"
            ),
            r"не отвечаете|не отвечают|не дозвон|нет ответа|без ответа|ноль реакции|и тишина|молчите",
            r"молчание|игнор",
            r"(?:опозда|задержал|опоздан|долго\b.{0,12}(?:вез|достав|отвеч|жд|шл|шел|готов))",
            (
                r"(?:waited|waiting|been waiting)\b.{0,25}(?:week|month|day|hour|year|forever|ages|minutes|"
                r"reply|response|answer)"
            ),
            (
                r"(?:no ?one|nobody|you (?:never|don't|dont|still haven't)|they (?:never|don't|dont)|"
                r"support (?:never|doesn't)|still no)\b.{0,20}(?:answer|repl|respon|help|pick|care)"
            ),
            r"ignor(?:ed|ing|e) (?:my|me|our|us|messages|dms|emails|customers)",
            r"no (?:reply|response|answer)|left on read",
            r"(?:took|takes|taking) (?:forever|ages|so long|too long|\d+ (?:weeks|months))",
            r"(?:late|delayed|slow) (?:delivery|again|service|shipping)|\d+ (?:hours|days|weeks) late",
        ),
    ),
    Cue(
        2,
        "обвиняет в нечестности",
        "accuses of dishonesty",
        (
            r"(?:удаляете|удалили|трете|чистите|скрываете)\b.{0,20}(?:отзыв|комм|негатив|плох)",
            r"(?:накручен|купленные|фейковые|заказные)\b.{0,12}(?:отзыв|лайк|комм|подпис)",
            r"вранье|врете|врут|ложь|обман|развод|надувательств|перекуп|алиэкспресс|али экспресс",
            r"у китайцев|китайск(?:ое|ий|ая) (?:барахл|ширпотреб|дешев)",
            r"(?:стыдно|совест[ьи]|бессовест|нет слов)",
            r"(?:delet\w+|hid\w+|remov\w+) (?:my|bad|negative|all|the|honest) (?:comment|review|feedback)",
            r"(?:fake|paid) (?:reviews|comments|followers)",
            r"liars?|lying|lied|lies|dishonest|shame on|ashamed of (?:yourselves|this)|shameful",
            r"unacceptable|ridiculous|shady|aliexpress|dropship",
            r"коммент\w* (?:закрыт|отключ|удал)",
            r"(?:cut|removed) (?:the|my) (?:menu|feature|option)",
        ),
    ),
    Cue(
        1,
        "недоволен",
        "unhappy",
        (
            r"но (?:ждали|цена|дорого|долго|холодн|пришл|маломер|качество)",
            r"(?:маломер|большемер|слишком (?:мал|больш|сладк|резк|сильн|слаб|мелк))",
            r"(?:мало|мелко|слабо|скучно|грустно|странно|некрасив|безвкус|скучн)",
            (
                r"(?:but|however) (?:the|it|they|i|you|we)\b.{0,30}(?:late|cold|small|slow|expensive|wrong|"
                r"broken|waited|never|not)"
            ),
            r"(?:too (?:small|big|sweet|strong|weak|short|long|slow|late|loud)|meh\b|boring|ugly|tiny)",
            r"(?:miss|bring back) the old",
            r"sold out again",
        ),
    ),
)

DISGUST = (
    Cue(
        2.5,
        "отвращение",
        "disgust",
        (
            r"ужас(?!но (?:красив|нрав|хочу|мил))|кошмар|отврат|отстой|позор|безобраз|паршив|дерьм|гадост",
            r"фигня|хрень|треш|мерзк|жуть|фу+\b",
            r"terribl|awful|horribl|horrid|worst|crap|garbage|trash|rubbish|junk|gross\b|disgusting|nasty",
            r"vile|yuck|eww*\b",
        ),
    ),
)
CRITICISM = EXPERIENCE + DISGUST
