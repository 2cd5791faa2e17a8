"""The words by which `one_time_code` tells a code from other numbers, in lower case and without accents.

They are of the languages that most SMS are written in; no source lists them (choice).
"""

# ruff: noqa: RUF001 - letters of many scripts

from __future__ import annotations

import re
import unicodedata

_APART = str.maketrans("łøđıßŁØĐ", "lodisLOD")
_LAST_LATIN, _GREEK = 0x24F, range(0x370, 0x400)


class _Folding(dict[int, str]):
    """What a character is folded to: one character, so that places stay."""

    def __missing__(self, code: int) -> str:
        character = chr(code).lower()[0]
        if code <= _LAST_LATIN or code in _GREEK:  # elsewhere marks are vowels
            character = unicodedata.normalize("NFD", character)[0].translate(_APART)
        self[code] = character
        return character


_FOLDING = _Folding()


def fold(text: str) -> str:
    """Return a text in lower case and without the accents of Latin and Greek letters, as long as it was."""
    return text.translate(_FOLDING)


def _words(text: str) -> frozenset[str]:
    return frozenset(fold(text).split())


STRONG = _words(
    """
    code codes kode koden kod kodu kodun kodunuz koda kodem kodi kody kodas kods kood koodi koodisi
    kodiniz codigo codi codice codul otp pin tan mtan smstan pushtan opt mot-de-passe passcode
    passwort-code totp tac kodeord engangskode engangskod engangskode kertakayttokoodi sifre sifreniz
    parola sikkerhetskode код коды кода коду кодом пин парол пароль пароля паролем kodja kodod sifra sifru
    lozinka geslo token mpin κωδικος κωδικο κωδικου pincode einmalpasswort einmalkennwort onetimepassword
    """
)
"""Words for a one-time code."""

STRONG_ENDINGS = ("code", "kod", "kode", "koodi", "koden", "tan")
"""What compound words for a code end with, if they are longer than these by 4 letters."""

STRONG_PHRASES = re.compile(
    "验证码|驗證碼|校验码|校驗碼|动态码|動態碼|动态密码|動態密碼|认证码|認證碼|确认码|確認碼|安全码|短信码|随机码|口令"
    "|認証コード|確認コード|認証番号|確認番号|暗証番号|コード|ワンタイムパスワード|パスコード"
    "|인증번호|인증코드|확인코드|보안코드|비밀번호|코드"
    "|رمز|كود|الرقم السري|کد|کوڈ|קוד|סיסמ|รหัส|कोड|ओटीपी|पिन|কোড|ওটিপি"
    r"|\bma (?:xac|otp|dang|bao)|\bone[- ]time pass(?:word)?\b|\bmot de passe\b"
)

WEAK = _words(
    """
    login log-in signin sign-in verify verification verifying authenticate authentication confirm password
    passwort kennwort connexion contrasena clave senha wachtwoord losenord haslo heslo salasana jelszo
    anmeldung anmelden einloggen bestatigen bestatigung verifizierung verifiera bekrafta
    """
)
WEAK_PHRASES = re.compile(
    r"\blog in\b|\bsign in\b|\blog on\b|\bse connecter\b|\bvous connecter\b|\biniciar sesion\b"
)
"""Words that go with a code, and with much else: they count only right before it or in `123456 to log in`."""

OTHER_CODES = _words(
    """
    promo promotional promotion promocode promotionnel discount coupon voucher gift zip zipcode postal
    postale postcode post area country dial dialling qr bar barcode error dress source booking reservation
    tracking product item order referral invite invitation sort swift branch tax cheat reduction remise
    parrainage cadeau avantage barre barres produit article agence sconto promozionale fiscale fiscal
    descuento promocional conduct civil client customer gutscheincode rabattcode aktionscode postleitzahl
    fehlercode strichcode kundencode kortingscode rabattkod rabatkod rabatowy pocztowy promokod kupon
    kuponu indirim промокод промокода скидку decode encode encoder geocode opcode vscode bytecode unicode
    """
)
"""A word beside or instead of `code` that makes it another one; `STRONG` words are then labels."""
OTHER_PHRASES = re.compile(
    "优惠码|優惠碼|折扣码|兑换码|邀请码|クーポンコード|郵便番号|二维码|할인코드|쿠폰|우편번호|订单号|單號"
)

COPULAS = _words(
    """
    is are es est ist lautet sind e er ar on ovat jest to je este sunt adalah ialah ay la var olan olarak
    είναι ειναι это является есть هو هي است הוא היא 是 为 為 は 는 은 คือ है है: ni
    """
)
CONNECTORS = COPULAS | _words(
    """
    your the a an this with using by use enter for of following below here it as votre le un du de des ce
    pour par avec suivant ci-dessous ton ta ihr ihre dein deine der die das mit fur und von folgender
    nachfolgender su tu el los las para con siguiente al en il tuo suo lo per seu sua o os um da do na no
    com uw je jouw de het voor met din ditt deres dit sinun twoj twoja vas vase tvuj ваш ваша твой для на
    от в с ваше тебе vasz onay verification verificacion verificacao verifica confirmation confirmacion
    confirmacao conferma bestatigung security securite seguridad seguranca sicurezza authentication
    authentification autenticacion autenticazione login log-in sign-in signin access acces acceso acesso
    accesso connexion otp pin sms one-time one time once unique usage unico uso engangs dogrulama
    weryfikacyjny overovaci подтверждения доступа входа temporary temporaire temporal dinamica dinamico
    dynamique secret secreto segreto numerique chiffres digit weryfikacyjny jednorazowy jednorazowe
    potwierdzajacy za prijavu получения retrait recogida ritiro abholung pickup
    """
)
"""Words that may stand between a word for a code and the code."""

USES = _words(
    """
    use enter type submit reply utilisez saisissez entrez tapez composez gib geben verwenden verwende
    nutzen nutze introduce introduzca introduce usa use utilice ingresa ingrese inserisci digita usi
    insira digite gebruik anvand angiv brug wpisz podaj zadejte введите используйте kullan girin nhap
    masukkan gunakan
    """
)
TO = _words("to as pour comme um als zum para como per come om for fur aby для чтобы untuk icin")

LABELS = _words(
    """
    order orders commande bestellung bestellnummer bestelling pedido ordine ordre bestilling zamowienie
    zamowienia objednavka siparis заказ заказа invoice facture rechnung rechnungsnummer factura fattura
    fatura faktura счет parcel package colis paket sendung sendungsnummer paquete envio pacco pakke
    przesylka посылка tracking suivi ref reference referenz referencia riferimento referens referentie
    dossier case ticket billet biglietto aktenzeichen vorgang vorgangsnummer auftrag auftragsnummer
    kundennummer vertragsnummer kunde booking reservation reserva prenotazione buchung buchungsnummer
    rezervare бронь flight vol flug vuelo volo train zug treno tren bus gate room chambre zimmer
    habitacion camera stanza suite account compte konto cuenta conto conta счет card carte karte tarjeta
    carta cartao karta карты карта ending ends endend endet finissant terminant terminada termina fini
    acabada final finale konczacej slutter customer client cliente member membre mitglied id iban bic
    siret siren call dial text tel telephone phone mobile hotline appelez appeler llame llama ligue chiama
    anrufen ring bel stop unsubscribe to au until before at jusqu bis hasta fino ate tot till before до um
    version v vers build zip postcode postal plz cap cp bp po box street rue strasse balance solde saldo
    amount montant betrag importe importo valor total totale price prix preis precio prezzo points pts
    year annee jahr ano anno since depuis seit desde dal in en im promo promocode coupon voucher
    gutscheincode rabattcode aktionscode postleitzahl fehlercode strichcode kundencode kortingscode
    rabattkod rabatkod промокод room building apartment apt flat floor contract contrat contrato vertrag
    contratto serial seriennummer imei model modell modele license plate
    """
)
"""A number right after one of these is something else."""
NUMBER_WORDS = _words(
    """
    no nr n num number numero nummer numer numara номер de of the your votre ihre tu su mit with avec le la
    el il den der die das
    """
)
"""What may stand between such a word and its number."""
LABEL_PHRASES = re.compile(
    r"(?:订单|订单号|尾号|单号|快递|工号|客户号|电话|致电|回复|注文番号|주문번호|주문|拨打|卡号|编号|房间|运单|航班|回覆"
    r"|رقم الطلب|طلب رقم|הזמנה|מספר|"
    r"คำสั่งซื้อ|หมายเลข|कॉल|ऑर्डर)[^0-9A-Za-z]{0,4}$"
)

UNITS = re.compile(
    r"""\s?(?:
      [€$£¥₹₽₩฿₪₴₺₫₦%°]
      | (?:元|円|원|年|月|日|分钟|分|秒|点|號|号楼|小时|时|积分|台|件|人|米|公里|년|월|일|분|시|บาท|रुपये)
      | (?:eur|euros?|usd|gbp|chf|inr|rs|rub|руб\w*|р|sek|nok|dkk|kr|pln|zl|czk|kc|huf|ft|ron|lei|try|tl|aed
        |sar|dh|mad|cfa|fcfa|xof|jpy|cny|rmb|krw|idr|vnd|thb|brl|mxn|cad|aud|dollars?|pounds?|cents?|baht
        |درهم|ريال|جنيه|دينار|שח|ש"ח|грн|rupees?|bucks|dong|dinars?
        |min|mins|minutes?|minuten|minutos?|minuti|minut\w*|минут\w*
        |sec|secs|seconds?|secondes?|sekunden|секунд\w*
        |h|hrs?|hours?|heures?|stunden|horas?|ore|часов|часа|час|days?|jours?|tage|dias?|giorni|dni|дней
        |am|pm|uhr|km|m|mi|kg|g|gb|go|mb|mo|kb|ko|tb|mbps|mah|kwh|w|l|ml|cm|mm
        |points?|pts|puntos|punti|punkte|miles|credits?|people|personnes|personen|items?|units?|times|steps?
        |january|february|march|april|may|june|july|august|september|october|november|december)(?![a-z0-9])
    )""",
    re.VERBOSE,
)
"""What makes the number before it an amount, a time or a measure."""
MONEY_BEFORE = re.compile(
    r"(?:[€$£¥₹₽₩฿₪₴₺₫₦]|(?<![a-z])(?:eur|usd|gbp|chf|inr|rs\.?|rub|sek|nok|dkk|kr\.?|pln|tl|aed|sar|brl|r\$"
    r"|idr|rp\.?|vnd|cad|aud|mad|cny|jpy))\s?$"
)
CURRENCY = re.compile(
    r"(?:eur|usd|gbp|chf|inr|rs|rub|sek|nok|dkk|pln|aed|sar|brl|idr|rp|vnd|cad|aud|kr|try|tl|cny|jpy)"
)

_LEAST_MORE = 4


def strength(word: str) -> int | None:
    """Return how strongly a word speaks of a code; None: it does not."""
    if word in STRONG:
        return 2
    if word in WEAK:
        return 1
    pieces = re.split(r"[-'’]", word)
    if word in OTHER_CODES and word.endswith(STRONG_ENDINGS):
        return 0
    if len(pieces) > 1 and pieces[-1] in STRONG:
        return 0 if OTHER_CODES.intersection(pieces) else 2
    is_compound = any(word.endswith(each) and len(word) >= len(each) + _LEAST_MORE for each in STRONG_ENDINGS)
    return 2 if is_compound and not word.endswith(("tan", "barcode")) else None
