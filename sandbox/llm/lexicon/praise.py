"""Own good experience and liking."""

from __future__ import annotations

from sandbox.llm.cue import Cue

PRAISE = (
    Cue(
        2,
        "восторг",
        "delight",
        (
            r"обожа|восторг|восхи[тщ]|шикарн|великолепн|волшебн|божественн|бомб(?:а|ическ|ез)|потряса",
            r"офигенн|обалден|сказ(?:ка|очн)|любл(?:ю|им)|влюб(?:лен|ил)|нереальн\w* (?:крас|крут|вкус)",
            r"невероятн|совершенств|идеальн|кайф|мечта\b|неж(?:н|ять)|чудесн|чудо\b|прелест|вау|ого\b",
            r"огонь|пушка|топ\b|топчик|имба|бест\b",
            r"лучш(?:ие|ий|ая|ее)\b",
            r"love|loved|loving|luv|adore|obsessed|amazing|gorgeous|stunning|awesome|fantastic|incredible",
            r"excellent|perfect(?:ion)?|wonderful|magical|heavenly|fabulous|exquisite|brilliant",
            r"breathtaking|fire\b|slay",
            r"(?:best|favou?rite)\b",
            r"(?:wunderschon|wunderbar|liebe es|toll\b|super schon|traumhaft)",
            r"(?:чудов|дуже гарн|красив[оеі]|тамаша|керемет|әдемі|супер)",
            r"(?:me encanta|hermos|precios[oa]s?\b|bellissim|magnifique|j'adore|harika|cok guzel)",
            r"на высоте|мурашк|мечт[аыу]|волшебниц|волшебник|(?:забер\w+|возьмите)\b.{0,10}мои деньги",
            r"отвал башки|вынос мозга|слюнк|тает во рту|неземн|без ума|дух захватыва|любовь\b|любимк",
            r"любим(?:ая|ый|ое|ые)\b|сердечк|слов нет как|нет слов,? (?:как|одни)",
            r"take my money|unreal|never miss|mind ?blow\w*|chef's kiss|out of this world|next level",
            r"flawless|masterpiece|dreamy?|a dream|to die for|so happy|made my day|in love|crush|hooked",
            r"killing it|nailed it|queen|goat\b|insane(?:ly)?\b|iconic|speechless|goosebumps|drooling",
            r"chills",
            r"м{2,}\b(?!\s?да)|плакал\w* от счасть|от счастья|до слез|обнимаю|целую",
            r"(?:девочк|девчон|ребят)\w*,? (?:вы|спасибо|просто)",
            r"fits? (?:like a glove|perfect)|finally (?:a|someone|somebody)|gets it\b|sweetest|so sweet",
            r"kindest|my (?:second|third|fourth|fifth|\d\w\w) (?:pair|order|one|bottle|time)|just ordered",
            r"не ожидал\w*,? что так|ничего лучше|(?:never|couldn't) be(?:en)? (?:happier|better)|до чего же",
            r"как(?:ой|ая|ие|ое) же\b[^?]*$",
            (
                r"(?:пять|5) звезд\b|талантлив|умел(?:ая|ые|иц)|золотц|космос\b|дух захват|изумит|"
                r"не оторваться|не нарадуюсь"
            ),
            (
                r"(?:you (?:guys|girls|all)?|y'all|this|that) (?:rock|rocks|slap|slaps|rule|rules|win)\b|"
                r"made (?:me|us|my \w+) (?:smile|cry|so happy|day)|(?:even )?(?:prettier|nicer|better|"
                r"softer|cuter) (?:in person|irl|than i|in real)"
            ),
            (
                r"mouthwatering|scrumptious|heaven\b|blessing|gem\b|treasure|underrated|"
                r"can't wait to (?:get|wear|try|come back|order)"
            ),
        ),
    ),
    Cue(
        2,
        "благодарит",
        "thanks",
        (
            r"(?:спасибо|благодар|спс\b|пасиб|мерси|респект)",
            r"(?:thank(?:s| you|u)?\b|thx\b|ty\b|grateful|appreciate)",
            r"(?:danke|дякую|рахмет|рақмет|gracias|merci|grazie|obrigad|tesekkur)",
        ),
    ),
    Cue(
        2,
        "доволен покупкой",
        "happy with a purchase",
        (
            r"(?:очень |всем |все )?(?:понравил|нравит|довольн|рад[аы]?\b|счастлив)|рекомендую|советую",
            r"молодц|умниц|браво|так держать|рук[иа] золот|золотые рук|вернусь|закажу еще",
            r"заказываю (?:уже|не первый|всегда|постоянно|у вас)|беру (?:уже|всегда|постоянно|только)",
            r"только (?:к вам|у вас)|не первый раз|постоянн\w+ (?:клиент|покупат)",
            r"recommend|happy with|so happy|very happy|pleased|worth (?:it|every)",
            r"will (?:buy|order|be back|come back)|would (?:buy|order) again|buy(?:ing)? again",
            r"repeat customer|never disappoint|keep it up|well done|great job|good job|10/10|5 stars",
            r"five stars|exceeded",
            r"(?:вернемся|вернусь|приедем|придем) (?:еще|снова|обязательно)|(?:как|словно) новы",
            r"ношу (?:уже|втор|трет|не сним|с удов)|не жале|ни разу не (?:пожале|подвел)",
            (
                r"(?:муж|мама|дочк\w*|сын\w*|ребен\w+|дети|подруга|бабушка|все)\b.{0,10} (?:в восторге|"
                r"довол|рад|счастл|оцен)"
            ),
            r"зашло|то что надо|(?:держится|служит|работает) (?:отлично|уже|долго|второй)",
            r"(?:zero|no) complaints",
            (
                r"(?:wearing|using|bought) (?:mine|it|them|this)\b.{0,20}(?:right now|every day|daily|"
                r"for years|again)"
            ),
            r"can't stop|couldn't be happier|good as new|got (?:so many )?compliments",
            r"everyone (?:asks|loves)|exactly what i",
            r"(?:пользуюсь|пользуемся|ношу|хожу|беру)\b.{0,20}(?:месяц|год|втор|лет|давно|кажд)",
            r"(?:кожа|волосы|ногти|спина)\b.{0,15}стал\w* (?:чищ|чист|мягк|глад|луч|блест|здоров)",
            (
                r"(?:приду|придем|приедем|закажу|возьму|куплю) (?:еще|снова|обязательно|опять)|"
                r"не снима(?:ет|ю|ем)\b|не выпускает из рук|на весь дом|(?:гости|коллеги|подруги|"
                r"все) (?:спрашива|хвал|в восторг|оценил)|попал\w* в точку|(?:всегда|каждый раз) (?:рад|"
                r"удовольств|на высоте)"
            ),
            (
                r"(?:best|nicest|softest|comfiest|tastiest) .{0,20}(?:in town|ever|around|i've)|highly\b|"
                r"five star|worth the (?:wait|price|money)|exactly like the picture|as described"
            ),
        ),
    ),
    Cue(
        1.5,
        "хвалит",
        "praise",
        (
            r"красив|красот|крас(?:иво|ота|отень|авиц|авч)|классн|класс\b|класно|клас\b|супер|крут|вкусн",
            r"отличн|прекрасн|замечательн|хорош|мил(?:о|ый|ая|ота|ые|ое|ашк)\b|стильн|уютн|качественн",
            r"роскош|изумит|интересн|здорово|достойн|симпатичн|вкуснятин|аппетитн",
            r"пахнет (?:\w+ )?(?:божест|вкусн|приятн|волшеб|дом|потряс)|весь дом пахнет|поздравляю",
            r"хочу (?:такую|такой|такое|такие|это|все|эту|этот|себе)?",
            r"beautiful|beauty|great|lovely|pretty|cute|nice|cool|delicious|yum(?:my)?|tasty|good\b|wow",
            r"elegant|adorable|impressive|neat|sweet\b|classy",
            r"smells? (?:so |really )?(?:good|great|nice|divine)|congrat|well made|high quality",
            r"fast (?:shipping|delivery)|super fast|i want (?:this|it|one|all)|i need (?:this|it|one|all)",
            r"need this|want this|goals|so good",
            r"(?:schon\b|hubsch|lecker|гарн[аоеі]|смачн|bonito|lindo|bella?\b|joli|guzel)",
        ),
    ),
)
