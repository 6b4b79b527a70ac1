"""What cannot wait: money, health, safety, law, fraud, privacy, press, discrimination, hours left."""

from __future__ import annotations

from sandbox.llm.cue import Cue

# These stay urgent however rudely they are put; abuse makes other trouble a complaint.
GRAVE = (
    Cue(
        3,
        "требует вернуть деньги",
        "asks for money back",
        (
            r"верн(?:ите|уть|и|ете|ули)\b.{0,25}(?:деньг|средств|оплат|предоплат)",
            r"(?:деньги|средства|предоплату) (?:назад|обратно|верн|не верн)",
            r"возврат\w* (?:денег|средств|оплаты)",
            r"(?:хочу|требую|оформите|сделайте|жду) возврат",
            r"не (?:возвраща\w+|верну\w+)\b.{0,15}деньг",
            r"(?:want|need|give|get|demand|request\w*|asked|waiting)\b.{0,20}(?:refund|money back)",
            r"refund (?:me|my|now|please)",
            r"(?:my|a|where's my|no) refund",
            r"chargeback",
            r"refund$",
            r"поверніть (?:гроші|кошти)",
            r"geld zuruck",
            r"ich (?:will|mochte) mein geld",
        ),
    ),
    Cue(
        3,
        "спорное списание денег",
        "a wrong charge",
        (
            (
                r"(?:списал\w*|сняли|снимают)\b.{0,30}(?:дважды|два раза|лишн|повторно|без (?:моего|"
                r"спроса)|больше)"
            ),
            r"(?:дважды|два раза|двойн\w+|повторно)\b.{0,20}(?:списа|сняли|оплат)",
            r"(?:списал|сняли)\w* (?:деньги|сумму|оплату)",
            r"деньги (?:списал|сняли|ушли)",
            r"оплат(?:а|ила?|или)\b.{0,40}(?:магазин пропал|пропали|тишина|не отвеча|заблокир|заказа нет)",
            r"(?:charged|billed|debited)\b.{0,25}(?:twice|double|again|extra|wrong)",
            (
                r"(?:double|wrong|unauthori[sz]ed|overcharg)\w* ?(?:charge|payment|"
                r"bill)?\w*\b.{0,10}(?:card|account|me|charge)"
            ),
            r"overcharged",
            r"(?:took|taken|stole) (?:my|our) money",
            r"paid (?:twice|and (?:got|received) nothing)",
            r"списа(?:ли|ло|но|ны)\b.{0,20}(?:деньги|подписк|сумм|оплат|рубл|с карт)",
            r"(?:used|using|hacked|stole) my (?:card|account|credit card|bank)",
            r"(?:never|didn't|did not) (?:authori[sz]e|subscribe|sign up)\b.{0,30}",
            r"(?:unauthori[sz]ed|fraudulent) (?:charge|payment|transaction)",
            r"(?:my )?(?:account|card) (?:got|was|has been) (?:hacked|charged|stolen)",
            r"отменил\w*\b.{0,20}деньги",
            (
                r"(?:took|taken|withdrew|withdrawn|deducted)\b.{0,12}(?:\$|€|£)?\d+\b.{0,20}(?:from|"
                r"account|card)|(?:never|didn't|did not) order(?:ed)? anything"
            ),
            r"код из (?:смс|sms)|деньги (?:ушли|сгорели|пропали|исчезли)",
        ),
    ),
    Cue(
        3,
        "вред здоровью",
        "harm to health",
        (
            (
                r"(?:началась|появил\w+|вызва\w+|пошла|сильн\w+|жутк\w+|теперь|"
                r"получил\w+)\b.{0,15}(?:аллерги|сып[ьи]|раздражен|ожог)"
            ),
            r"аллерги\w+ (?:после|от ваш|началась|на ваш)",
            r"сып(?:ь|и|ью)\b.{0,30}(?:после|от|вс[ея])",
            r"(?:после|от)\b.{0,30}(?:сыпь|аллергия|раздражение|ожог|волдыр|прыщ|зуд|опух|тошн|рвот)",
            (
                r"(?:лиц\w+|глаз\w*|губ\w+|кож\w+|рук\w+)\b.{0,15}(?:опух|распух|отек|горит|жжет|слез|"
                r"покрасн|обожг|обожж)"
            ),
            r"(?:опух|распух|отек)(?:л|ш)",
            r"отрави(?:л|ть)",
            r"отравлени",
            r"(?:скорую|скорая|реанимац|госпитал|в больниц|ожог)",
            r"тошнит|рвота|рвет (?:вс|от|реб)",
            (
                r"(?:got|have|had|gave|getting|broke out|caused?)\b.{0,30}(?:rash|hives|allergic reaction|"
                r"burns?\b|blister|infection)"
            ),
            r"allergic reaction",
            r"(?:rash|hives|blisters) (?:after|from|all over)",
            r"food poison",
            r"poisoned",
            r"(?:got|made|makes|feel\w*) (?:me |us |my \w+ )?(?:so |really |very )?(?:sick|ill)\b",
            r"(?:throwing|threw) up",
            r"(?:hospital|ambulance|emergency room|swollen|swelling|choked)",
            r"burn(?:ed|t) (?:my|me|the|his|her|our|down)",
            (
                r"(?:в|во) (?:салат|суп|торт|десерт|пирож|блюд|еде|бургер|пицц|каш|каф|порци|конфет|"
                r"шоколад|хлеб|булк)\w*\b.{0,25}(?:стекл|осколок|таракан|черв|личин|плесень|гвоздь|волос|"
                r"пластик|металл|насеком|мух|жук)"
            ),
            r"(?:волдыр|обожгл[аио]|обожжен|нагноен|воспален|кровоточ|потерял\w* сознание|задыха|анафил)",
            r"(?:in|to) (?:the )?(?:er|icu|a&e|urgent care)\b",
            r"(?:had|has|contained?|with) (?:nuts|peanuts|gluten|dairy|shellfish) in (?:it|them)",
            r"(?:can't|couldn't) breathe|anaphyla|epipen|infected|bleeding",
            r"просроч",
            r"(?:ребен\w+|дочк\w+|сын\w*|мне|мужу|маме) (?:стало |очень )?(?:плохо\b|дурно)",
            (
                r"(?:eyes|skin|face|lips|throat|scalp|hands?)\b.{0,15}(?:burn|itch|swell|swoll|red\b|sting|"
                r"peeling|broke out)"
            ),
            r"(?:expired|past (?:its|the) (?:date|expir))",
        ),
    ),
    Cue(
        3,
        "опасный товар",
        "an unsafe product",
        (
            r"(?:взорва|загорел|воспламен|задымил|заискр|искрит|расплавил|бьет током|ударило током)",
            r"(?:чуть|едва) не (?:сгорел|загорел|подавил|задохн)",
            (
                r"(?:стекл\w+|осколк\w+|таракан\w*|червяк\w*|черв\w+|личинк\w+|плесень|волос\w*|гвозд\w+|"
                r"металл\w*)\b.{0,12} (?:в|внутри) (?:еде|сал|суп|торт|десерт|пирож|блюд|упаковк|банк|"
                r"завтрак|пицц|бургер|кофе)"
            ),
            (
                r"(?:наш[ел]л\w*|попал\w*|обнаружил\w*)\b.{0,20}(?:стекл|осколок|таракан|черв|личинк|"
                r"плесень|гвозд)"
            ),
            r"(?:с|в) плесенью",
            r"(?:exploded|caught fire|on fire|sparks|sparking|electric shock|overheat\w*|melted)",
            (
                r"(?:found|there was|there is|had)\b.{0,15}(?:glass|mold|mould|cockroach|worm|maggot|"
                r"insect|bug|metal|nail|plastic)\b.{0,15}(?:in|inside)"
            ),
            r"child (?:almost|nearly) (?:choked|died)",
            r"(?:задым|дымил|дымит|пошел дым|замкну|коротнул|загорал|сгорел|вспыхнул|оплавил|лопнул)",
            (
                r"(?:smok(?:ing|ed)|burst into|short.?circuit|burning smell|burned down|fire hazard|"
                r"dangerous|unsafe|choking hazard)\b"
            ),
        ),
    ),
    Cue(
        3,
        "грозит судом или проверкой",
        "threatens legal steps",
        (
            (
                r"(?:подаю|подам|подаем|иду|пойду|обращусь|обращаюсь|встретимся|увидимся|"
                r"до встречи)\b.{0,15} (?:в )?суд"
            ),
            r"в суд[е]?\b",
            r"роспотребнадзор",
            r"прокуратур",
            r"(?:в|вызову|вызвали|заявление в) полици",
            r"(?:юрист|адвокат)",
            r"(?:досудебн|защит\w+ прав потребител|закон\w* о защите|защите прав)",
            r"жалоб[уа] в (?:роспотреб|прокур|полиц|минздрав|санэпид)",
            r"(?:напишу|написал\w*|подам) (?:претензию|заявление)",
            r"(?:my|our|a|the) (?:lawyer|attorney|solicitor)",
            r"(?:sue|suing|take) (?:you|them) ?(?:to court)?",
            r"legal action|in court|small claims|consumer protection|trading standards|report you to",
            r"file a (?:complaint|report) with",
            r"(?:call|called|calling|go to|report\w* to) the police",
            r"(?:copyright|trademark) (?:infring|violation|claim)",
            r"(?:украли|стырили|взяли) (?:мо[еию]|наш[еуи])\w* (?:фото|дизайн|рисун|иллюстрац|видео|текст)",
            r"(?:stole|stolen|using) my (?:photo|picture|design|art|video)",
            r"(?:это|is (?:this|that|it)|even) (?:вообще )?(?:законно|legal|illegal)",
            r"незаконн|illegal\b|against the law",
        ),
    ),
    Cue(
        3,
        "говорит об обмане и мошенниках",
        "speaks of fraud",
        (
            r"мошенни(?:к|ц|ч)",
            r"(?:кинули|кидалы|кидал[оа]в)",
            r"(?:обманули|развели) на деньг",
            r"лохотрон",
            r"(?:поддельн|фейков|левы[йм])\w* (?:страниц|аккаунт|сайт|профил)",
            r"(?:от вашего имени|под вашим именем|притворя\w+ вами|взломали)",
            r"scamm(?:ed|ers?|ing)\b",
            (
                r"(?:is|it's|its|this is|are you|you're|you are) (?:this |it )?(?:all )?(?:a )?(?:total |"
                r"complete |huge )?scam"
            ),
            r"total scam",
            r"(?:fraud|fraudsters?|fraudulent|con artists)\b",
            r"fake (?:account|page|website|profile)\b.{0,30}",
            r"(?:pretending to be|impersonat\w+) (?:you|your)",
            r"(?:thieves|thief)\b",
        ),
    ),
    Cue(
        3,
        "личные данные и чужие фото",
        "personal data and pictures",
        (
            r"персональн\w+ данн",
            r"(?:удалите|уберите)\b.{0,20}(?:мо[ие]|наш[еи]|меня|фото|номер|данные|ребенк)\w*",
            r"без (?:моего|нашего|ее|его) (?:согласия|разрешения|ведома)",
            r"(?:слили|утечка|выложили)\b.{0,15}(?:данны|номер|адрес|переписк)",
            r"without (?:my|our|her|his|any) (?:permission|consent|knowledge)",
            (
                r"(?:delete|remove|erase) (?:my|all my) (?:data|photo|picture|information|account|details|"
                r"personal)"
            ),
            r"gdpr|data breach|leaked my",
            r"(?:shared|posted|published|gave) my (?:\w+ )?(?:address|number|phone|data|details|photo)",
            r"без (?:разрешения|согласия|спроса|ведома)",
            (
                r"(?:чужо[йе]|другому|другой|чужому) (?:человеку|клиент\w+|адрес|номер)\b.{0,20}(?:отправ|"
                r"отдал|прислал|показал)?"
            ),
            (
                r"(?:прошу|просьба|пожалуйста)\b.{0,15}(?:удалить|убрать)\b.{0,30}(?:мо[йеию]|меня|фамили|"
                r"телефон|номер|фото)"
            ),
        ),
    ),
    Cue(
        3,
        "дискриминация",
        "discrimination",
        (
            r"дискримин",
            r"(?:расист|расизм|сексист)",
            (
                r"(?:отказали|не пустили|не обслужи\w+|выгнали)\b.{0,40}(?:из-за|потому что|национал|"
                r"инвалид|коляск|акцент|цвет\w* кож|внешност)"
            ),
            r"discriminat",
            r"racis[tm]",
            (
                r"(?:refused|denied|turned away|kicked out)\b.{0,50}(?:because|disab|wheelchair|black|"
                r"asian|muslim|gay|accent|race)"
            ),
        ),
    ),
    Cue(
        3,
        "пишет журналист",
        "a journalist writes",
        (
            r"(?:я|мы) (?:\w+ )?(?:журналист|корреспондент)",
            r"(?:журналист|редакци[яи]|корреспондент)\b.{0,60}(?:комментари|ответ|расследов|прокомментир)",
            r"(?:reporter|journalist)\b",
            r"(?:press|media) (?:inquiry|enquiry|request|office)",
        ),
    ),
    Cue(
        3,
        "счёт идёт на часы",
        "hours are left",
        (
            (
                r"(?:нуж\w+|надо|должн\w+|мероприяти\w*|свадьб\w*|вылет\w*|праздник\w*|"
                r"банкет\w*)\b.{0,20}(?:через (?:час|полчаса|\d+ (?:час|минут))|сегодня (?:к|до|вечером)|"
                r"к вечеру)"
            ),
            (
                r"через (?:час|полчаса|\d+ (?:час|мин)\w*)\b.{0,30}(?:нуж|свадьб|вылет|праздник|мероприят|"
                r"гост|а (?:заказ|кур|вас|никого|букет|торт))"
            ),
            r"срочно\b.{0,25}(?:свяжитесь|ответьте|позвоните|перезвоните|помогите|заказ|нуж|нужн|отмен)",
            r"(?:свяжитесь|позвоните|ответьте|перезвоните|помогите)\b.{0,20}срочно",
            r"срочно!",
            r"(?:urgent|asap|emergency)\b",
            r"(?:wedding|event|flight|party|birthday) is (?:today|tonight|tomorrow|in \d+ hours?|in an hour)",
            (
                r"(?:need|needed) (?:it|this|them|help) (?:today|tonight|within|in an hour|right now|"
                r"in \d+ hours?)"
            ),
            (
                r"(?:завтра|сегодня|через \d+ (?:день|дня|часа?|часов))\b.{0,15}(?:вылет|свадьб|праздник|"
                r"банкет|день рождения|мероприят|поезд|выпускн|юбилей|открытие)\b.{0,60}(?:нет|не |где|"
                r"ответьте|срочно|тишина)"
            ),
            r"ответьте\b.{0,10}срочно",
            (
                r"(?:event|wedding|party|flight|appointment|dinner|show) is (?:today|tonight|tomorrow|"
                r"this (?:afternoon|evening))"
            ),
            r"(?:today|tonight|tomorrow) and (?:the|my|still|no|they|it)\b.{0,30}(?:not|n't|no|nothing)",
        ),
    ),
)
