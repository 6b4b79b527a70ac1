"""Talk among users and words without matter: nothing for the shop to answer."""

from __future__ import annotations

from sandbox.llm.cue import Cue

# Said to a friend who is tagged in the same comment.
TO_A_FRIEND = (
    Cue(
        2,
        "обращается к другу",
        "speaks to a friend",
        (
            r"смотри|глянь|гляди|посмотри|зацени|помнишь|узнаешь|это (?:ты|мы|про|тебе|для тебя|то)",
            r"нам (?:надо|нужно|туда|сюда|такое|бы)|мне (?:такое|это|подар)|хочу|пойдем|пошли|поехали",
            r"сходим|закажем|давай|надо (?:сюда|взять|брать)|вот (?:это|о чем)|купи|подари|намек|мечтаю",
            r"тебе (?:бы|надо|подойдет|такое)",
            r"look|see|omg|this is (?:so )?(?:you|us|me)|we (?:need|should|have|must|gotta|could)|let'?s",
            r"remember|you (?:need|should|have to|would|'d)|for you|get me|buy me|hint",
            r"want (?:this|it|one)|need (?:this|to)|thought of you|reminds me|so you",
            r"literally (?:you|us|me)|check this|what do you think",
        ),
    ),
)

EMPTY = (
    Cue(
        2,
        "слова без содержания",
        "words without matter",
        (
            r"(?:перв(?:ая|ый|ые)|первонах)[!. ]*$",
            r"(?:аха|хаха|ха-ха|ххх|ору\b|ржу|лол|кек\b|жиза|мем\b|рофл)",
            (
                r"^\W*(?:всем )?(?:доброе утро|добрый (?:день|вечер)|с добрым утром|доброй ночи|"
                r"спокойной ночи|всем привет|привет(?:ик)?|хорошего (?:дня|вечера)|с (?:праздником|"
                r"новым годом|наступающим|днем рождения|8 марта|понедельником|пятницей))\W*(?:всем|девочки|"
                r"друзья|всех)?\W*$"
            ),
            (
                r"^\W*(?:я тоже|и я|у меня (?:тоже|так|такая же)|это я|ну и|ок|окей|ага|угу|понятно|ясно|"
                r"да|нет|ну|точно|согласн[аы]?|верно|\+|плюс)\W*$"
            ),
            (
                r"^\W*(?:first|lol|lmao|rofl|haha|same|me too|me\b|mood|this|facts|true|ok|okay|yes|no|yep|"
                r"nope|relatable|big mood|who else)\W*$"
            ),
            r"(?:lol|lmao|haha\w*)\b",
            (
                r"^\W*(?:good (?:morning|night|evening|afternoon)|hello(?: everyone| all)?|hi(?: everyone|"
                r" all)?|happy (?:friday|monday|weekend|new year|holidays|birthday|easter|sunday|"
                r"saturday)\b.{0,15}|have a (?:nice|great|good|lovely) (?:day|weekend|evening|"
                r"one))\W*\w*\W*$"
            ),
        ),
    ),
)
