"""Insults, hate and threats, and plain swearing that may as well be delight."""

from __future__ import annotations

from sandbox.llm.cue import Cue

ABUSE = (
    Cue(
        3,
        "оскорбление",
        "an insult",
        (
            r"урод(?:ы|ина|ц|ка|ами)?|дебил|идиот|кретин|имбецил|даун|дегенерат|мраз|твар[ьи]|гнид|чмо",
            r"чмыр|ублюд|выродк|скотин|скоты?\b|сволоч|подон|ничтожеств|отброс|быдл|лох(?:и|ушк|ов)?\b",
            r"шлюх|шалав|проститут|потаскух|п[еи]д[оеаи]р|пидр|педик|гондон|мудак|мудил|муди|долбо[ея]б",
            r"придур|ушлеп|недоум|безмозгл|жирух|жиртрест|овц[аы]\b|свинь[яи]\b|крыс[аы]\b|обезьян[аы]\b",
            (
                r"(?:ты|вы|какая|какой|какие|эта|такая|такие|ну и|все|сам[аи]?)\b.{0,15}(?:дур[аы]|дурак|"
                r"дураки|дурн|туп|страшн|жирн|уродл|убог|ничтожн|больн(?:ая|ой|ые)\b|конченн?|тормоз|"
                r"коров[аы])"
            ),
            r"дура|дурак|дуры|дураки|тупиц|тупы[ей]|тупая|конченн?ы[ейх]|жирная|страшилищ|уродин",
            r"коров[аы]\b|сук[аи]|сучк",
            r"(?:fuck (?:you|off|u|this|y'?all|them)|stfu|f\*+k you|go f|gtfo)",
            r"bitch|whore|slut|cunt|asshole|arsehole|dickhead|prick|wanker|bastard|motherf|scumbag|scum",
            r"douche",
            (
                r"(?:idiots?|morons?|imbecile|stupid|dumb(?:ass)?|retard\w*|brainless|losers?|clowns?|"
                r"pathetic (?:people|losers|human)|dipshit)\b"
            ),
            (
                r"(?:ugly|fat|disgusting|filthy) (?:ass |stupid |old |fat |ugly )*(?:cow|pig|bitch|face|"
                r"people|woman|man|scum|whale|hag|thing)"
            ),
            r"shut (?:the \w+ )?up(?! and (?:take|let|give))|trash people",
            (
                r"you(?: are|'re|re)? (?:people )?(?:are )?(?:trash|garbage|disgusting|ugly|fat|pathetic|"
                r"nothing|scum|vile)"
            ),
            r"(?:schlampe|arschloch|hurensohn|wichser|fotze)",
            r"(?:ідіот|дурн[іаи]|тварюк|покидьк)",
            (
                r"(?:тупорыл|тупоголов|кирпича просит|рожа|морда|харя|курица\b|коза\b|шваль|чушк|убожеств|"
                r"страшная|страшный|страшные)\b.{0,20}(?:модел|баба|девушк|рож|как|ты|проси|$)"
            ),
            r"(?:тупорыл|кирпича просит|шваль|чучел|пугало|твое место|ваше место)",
            r"(?:fat|stupid|dumb|ugly|old|crazy) (?:cow|hag|whale|pig|bat|witch|woman)",
            r"(?:looks|look) like (?:a )?(?:man|pig|horse|trash|clown|whale|troll|dude)\b",
            r"(?:nobody|no one) (?:likes|wants) you",
            r"больн(?:ая|ой|ые) на (?:всю )?голову|на голову больн|головой ударен",
            r"(?:жирным|толстым|старым|страшным)\b.{0,20}(?:не нос|нельзя|сид|не над|дома)",
            r"(?:that|your|her|his) (?:ugly |fat |stupid )?face\b.{0,0}",
            r"imagine being (?:this|that|so) (?:dumb|ugly|fat|poor)",
        ),
    ),
    Cue(
        4,
        "угроза",
        "a threat",
        (
            r"убью|прибью|убить (?:вас|тебя|их|таких)|зарежу|урою|закопаю|придушу|сожгу|взорву|расстрел",
            r"прикончу|пристрелю|покалечу",
            (
                r"(?:сломаю|переломаю|оторву|выбью|разобью)\b.{0,15}(?:тебе|вам|руки|ноги|зубы|голову|лиц|"
                r"морд|окна|витрин)"
            ),
            r"сдохни|сдохнете|сдохните|подохни|умри(?:те)?|повесьс|вешайтесь|убейся|выпились",
            r"чтоб (?:ты|вы|вас|тебя|он|она|ваш\w*)\b.{0,20}(?:сдох|сгор|разор|умер|подав|провал|закры)",
            r"(?:гори(?:те)? в аду|найду (?:тебя|вас|и)|знаю,? где (?:ты|вы) жив|ходи(?:те)? и оглядывай)",
            r"kill (?:you|yourself|urself|them|all)|kys\b|go die|die (?:bitch|in|all|slow|already)",
            r"hope you (?:all )?(?:die|burn|rot|suffer)|(?:burn|rot) in hell|go to hell|drop dead",
            (
                r"(?:i'?ll|i will|gonna|going to|we'll) (?:find|kill|hurt|burn|beat|destroy|come for|smash|"
                r"punch) (?:you|your|u)"
            ),
            r"i know where you (?:live|work)",
            r"hope (?:your|you|this|the|that)\b.{0,25}(?:burns?|dies?|rots?|closes? down|bankrupt|crash)",
            r"(?:сжечь|спалить|взорвать|расстрелять) (?:вас|их|вашу|ваш|таких)",
            r"надеюсь,? (?:вы|вас|ваш\w*)\b.{0,20}(?:сдох|сгор|разор|закр|сяд|посад)",
            r"(?:вас|их|тебя|таких)\b.{0,15}в (?:печь|топку|газов|утиль)|в печь\b",
            r"die\W*$",
            (
                r"(?:руки|ноги|голов\w+) (?:бы )?(?:вам|тебе|им|ему|ей)? ?(?:по)?(?:отрыв|оторв|слом)|"
                r"(?:drown|hang|choke|shoot) (?:yourself|yourselves|on)|jump off|hope you (?:choke|crash)"
            ),
        ),
    ),
    Cue(
        4,
        "ненависть к группе людей",
        "hate against a group",
        (
            r"чурк|черножоп|хач(?:и|ам|у)?\b|хохл|москал|жид(?:ы|ов|ам|овск)?\b|нигер|негритос|узкоглаз",
            r"чучмек|цыган\w* (?:вор|табор)|пиндос|кацап|русн[яи]",
            r"понаехал|вали(?:те)?\b.{0,12}(?:в|отсюда|домой|обратно|на родину)",
            r"убирайтесь (?:отсюда|в|домой)|чемодан",
            r"(?:бабы? (?:не|только|место|должн)|место (?:бабы|женщины) (?:на кухне|у плиты)|баба за рулем)",
            r"nigg|fagg?ot|tranny|kike|chink|paki\b|raghead|go back to (?:your|where)|your kind",
            r"white trash|subhuman",
            (
                r"(?:women|girls|gays|immigrants|muslims|jews|foreigners)\b.{0,15}(?:belong|should (?:die|"
                r"burn|not exist|leave)|don't deserve|are (?:trash|animals|disgusting|filth|dirt))"
            ),
        ),
    ),
)

OBSCENE = (
    Cue(
        1,
        "брань",
        "swearing",
        (
            r"бля(?:д|т|\b)|пизд|п[*#]зд|ху[йеияё]\w*|х[*#]й|на ?хуй|нахер|нахрен|еб[аоуыл]\w*",
            r"[оуза]*еба\w*|ебан|говн|жоп|сран|пох(?:ер|уй)",
            r"(?:fuck\w*|f\*+k|shit\w*|bullshit|damn|wtf|bloody hell|crap)",
            r"(?:scheiß|scheiss|kurwa|merde|puta)",
        ),
    ),
)
