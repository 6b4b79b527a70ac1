"""Orders gone wrong: not arrived, to be cancelled, to be put right."""

from __future__ import annotations

from sandbox.llm.cue import Cue

ORDER = (
    Cue(
        3,
        "заказ не дошёл",
        "an order has not arrived",
        (
            r"где (?:же )?(?:мо[йяею]|наш[аеи]?)\b.{0,12}(?:заказ|посылк|доставк|товар|курьер|возврат|деньг)",
            r"где (?:заказ|посылка|курьер|деньги)\b",
            (
                r"(?:заказ|посылк|товар|курьер|доставк)\w*\b.{0,30}(?:не (?:при[еш]|привез|достав|отправ|"
                r"получ|выда)|нет\b.{0,10}(?:до сих пор|уже)|потерял|застря|пропал|до сих пор|завис|"
                r"задержив)"
            ),
            r"(?:до сих пор|так и|еще) не (?:при[еш]|получил|достав|отправ|привез)",
            r"не получил[аи]?\b.{0,20}(?:заказ|посылк|товар|ничего)",
            r"(?:жду|ждем|ожидаю)\b.{0,15}(?:заказ|посылк|доставк|курьер)",
            r"трек\w*\b.{0,30}(?:не (?:отслеж|работ|обнов|дви|бьет)|нет)",
            r"(?:не (?:отслежива|обновля)\w+)\b.{0,15}(?:трек|посылк|заказ)",
            r"(?:курьера|доставки|посылки|заказа) (?:нет|все нет|так и нет)",
            r"(?:заказ|order|номер заказа) ?(?:№|#|n|no\.?|номер) ?\w*\d{3,}",
            r"заказ \d{4,}",
            r"(?:where is|where's|wheres|whats up with|what about|any update on) (?:my|our) ",
            (
                r"(?:order|package|parcel|delivery|shipment|item|stuff|it)\b.{0,20}(?:never|hasn't|hasnt|"
                r"has not|didn't|didnt|still not|not yet|not) (?:arriv|come|came|been|ship|deliver|show|"
                r"receiv|moved)"
            ),
            (
                r"(?:never|haven't|havent|still haven't|not|didn't|didnt) (?:received|got|receive|"
                r"get)\b.{0,15}(?:my|the|our|any|it|order|package)"
            ),
            r"(?:never|still hasn't|hasn't|still not) (?:arrived|came|shipped|delivered)",
            r"tracking\b.{0,30}(?:hasn't|hasnt|not|no|stuck|doesn't|same)",
            r"(?:still|been) waiting (?:for|on) (?:my|our|the) (?:order|package|parcel|delivery|item)",
            r"order ?#? ?\d{4,}",
            r"lost (?:my|the|in) (?:order|package|parcel|the mail|mail|transit)",
            r"missing (?:order|package|parcel|item)",
            (
                r"оплат(?:ил|ила|или)\b.{0,60}(?:не (?:меня|при|отв|получ|вид|отправ)|нет|тишина|ничего|"
                r"молч|ждет|ждем|статус)"
            ),
            r"(?:заказ|посылк\w|букет|торт)\b.{0,15}(?:отдал|увез|украл|потеря|перепутал)",
            r"курьер\b.{0,40}(?:разбил|украл|бросил|уехал|не при|потерял|выкинул|уронил|наехал)",
            r"статус\b.{0,15}не меня",
            (
                r"(?:i|we|i've|have) (?:already )?paid\b.{0,60}(?:no|not|nothing|never|still|haven't|"
                r"hasn't|didn't|without)"
            ),
            (
                r"(?:my|the) order\b.{0,25}(?:only half|incomplete|missing|wrong address|stuck|disappeared|"
                r"someone else|was cancel|got cancel|lost|not here|isn't here)"
            ),
            r"(?:only half|half) (?:of )?(?:my|the) (?:order|items)",
            (
                r"(?:flowers|cake|food|driver|courier|order|package|they|it)\b.{0,12}(?:aren't|isn't|not|"
                r"never) (?:here|there|showed|come)"
            ),
            r"no (?:confirmation|tracking|shipping) (?:email|number|update)",
            r"не (?:привезли|доставили|прислали|отправили|отгрузили|пришл[аои])\b",
            r"deliver(?:ed|y)\b.{0,15}(?:to )?(?:the )?wrong (?:house|address|person|door|place)",
            r"order i didn't|order\b.{0,30}was cancel+ed",
            (
                r"чужой (?:заказ|товар|букет|торт)|не мой (?:заказ|товар)|(?:says|marked|"
                r"shows) (?:as )?delivered"
            ),
        ),
    ),
    Cue(
        3,
        "просит отменить или изменить заказ",
        "asks to cancel or change an order",
        (
            r"(?:отмените|отменить|отменяю|аннулируйте)\b.{0,15}(?:заказ|брон|запись|доставк|покупк)",
            r"(?:ошибл\w+|перепутал\w*|не тот|неправильн\w+|неверн\w+)\b.{0,15}адрес",
            r"(?:поменяйте|измените|исправьте|поменять|изменить)\b.{0,15}(?:адрес|заказ)",
            (
                r"(?:cancel|change|modify|stop) (?:my|the|our) (?:order|booking|address|delivery|"
                r"appointment|subscription|reservation)"
            ),
            r"wrong (?:shipping |delivery )?address",
        ),
    ),
    Cue(
        3,
        "просит исправить заказ",
        "asks to put an order right",
        (
            (
                r"(?:пришл\w+|привезли|получил\w*|достали\w*)\b.{0,40}(?:разбит|сломан|брак|поврежд|не то|"
                r"не тот|не та)\w*.{0,40}(?:что делать|замен|обмен|верн|как быть|куда)"
            ),
            r"(?:замените|обменяйте)\b.{0,20}(?:товар|заказ|мне|пожалуйста|брак)",
            (
                r"(?:arrived|came|received|got|sent)\b.{0,40}(?:broken|damaged|wrong|"
                r"defective)\b.{0,60}(?:what (?:do|should|can)|replace|exchange|return|how (?:do|can)|"
                r"please (?:fix|help|send))"
            ),
            r"(?:не могу|не получается) (?:оплатить|войти|зайти в (?:личн|аккаунт)|получить код)",
            r"(?:can't|cannot|unable to) (?:log ?in|access my|pay|checkout|check out)",
        ),
    ),
)
