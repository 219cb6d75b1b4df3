"""Columns that say who filled in the form: names, addresses, numbers, devices.

Their cells are kept apart from the answers and shown to administrators only. In doubt
a column counts as personal: the mapping can name it as a question if it is none, while
a personal column that was missed would be published.
"""

import re

from profiles.folding import fold

_EXACT = frozenset(
    fold(name)
    for name in (
        # English
        "name", "names", "first name", "last name", "full name", "surname",
        "family name", "given name", "your name", "contact name", "respondent name",
        "name of respondent", "name of the respondent", "name of contact person",
        "contact person", "contact", "contact details", "focal point name",
        "name of focal point", "ip", "ip address", "username", "user name", "user",
        "submitted by", "device id", "deviceid", "device", "phone number", "phone",
        "telephone", "mobile", "fax", "address", "postal address", "job title",
        "your position", "your title", "signature", "submitter id", "submitter name",
        "subscriber id", "subscriberid", "sim serial", "simserial", "enumerator",
        "interviewer", "recipient first name", "recipient last name",
        "recipient email", "custom data 1", "geolocation", "location latitude",
        "location longitude", "referrer url", "refurl", "token", "access code",
        # French
        "nom", "noms", "prénom", "prénoms", "nom et prénom", "nom complet",
        "nom de famille", "votre nom", "nom du répondant", "personne de contact",
        "adresse ip", "utilisateur", "nom d'utilisateur", "téléphone", "adresse",
        "numéro de téléphone", "adresse électronique",
        "adresse de messagerie", "adresse e-mail",
        "fonction", "votre fonction", "répondant",
        # Spanish
        "nombre", "nombres", "apellido", "apellidos", "nombre y apellido",
        "nombre y apellidos", "nombre completo", "su nombre", "nombre del encuestado",
        "persona de contacto", "dirección ip", "usuario", "nombre de usuario",
        "teléfono", "número de teléfono", "dirección", "correo", "correo electrónico",
        "cargo", "su cargo", "puesto",
        # Portuguese
        "nome", "nome completo", "sobrenome", "seu nome", "telefone", "endereço",
        "pessoa de contato", "nome e sobrenome", "morada", "utilizador",
        # German, Italian, Dutch
        "vorname", "nachname", "vor und nachname", "ihr name", "familienname",
        "benutzer", "benutzername", "anschrift", "ansprechpartner", "ip adresse",
        "cognome", "nome e cognome", "nome utente", "indirizzo", "indirizzo ip",
        "naam", "voornaam", "achternaam", "gebruikersnaam", "adres",
        # Polish, Czech, Hungarian, Romanian, Turkish, Scandinavian
        "imię", "nazwisko", "imię i nazwisko", "jméno", "příjmení", "jméno a příjmení",
        "név", "nume", "prenume", "ad", "soyad", "ad soyad", "adınız", "isim", "namn",
        "navn", "fornavn", "etternavn", "ip adresi", "ip adres", "adresa",
        # Russian, Ukrainian, Bulgarian, Greek
        "имя", "фамилия", "отчество", "фио", "имя и фамилия", "фамилия и имя",
        "полное имя", "ваше имя", "пользователь", "имя пользователя", "адрес",
        "ip адрес", "должность", "контактное лицо", "ім'я", "прізвище", "піб", "име",
        "όνομα", "επώνυμο", "ονοματεπώνυμο", "διεύθυνση",
        # Arabic, Persian, Hebrew
        "الاسم", "اسم", "الاسم الكامل", "اسمك", "الاسم الأول", "اسم العائلة", "اللقب",
        "اسم المستخدم", "المستخدم", "عنوان ip", "العنوان", "المنصب", "المسمى الوظيفي",
        "جهة الاتصال", "اسم المجيب", "نام", "نام خانوادگی", "نام و نام خانوادگی",
        "نام کاربری", "שם", "שם מלא", "שם פרטי", "שם משפחה",
        # Chinese, Japanese, Korean
        "姓名", "名字", "你的姓名", "您的姓名", "用户名", "名前", "氏名", "お名前",
        "이름", "성명", "ip地址",
        # Devices and places
        "imei", "iccid", "simid", "sim id", "sim number", "devicephonenum",
        "device phone number", "device info", "phonenumber", "msisdn", "android id",
        "latitude", "longitude", "lat", "lon", "lng", "gps", "coordinates",
        "gps coordinates", "coordonnées gps", "coordenadas", "coordenadas gps",
        "koordinaten", "координаты", "الإحداثيات", "geolocalización", "altitude",
        "accuracy", "gps latitude", "gps longitude",
    )
)  # fmt: skip
_AMBIGUOUS = frozenset(
    [
        "name",
        "names",
        "nom",
        "noms",
        "nombre",
        "nombres",
        "nome",
        "contact",
        "address",
        "adresse",
        "direccion",
        "user",
        "usuario",
        "device",
        "token",
        "cargo",
        "puesto",
        "fonction",
        "enumerator",
    ]
)
_WORDS = frozenset(
    [
        "email",
        "mail",
        "emails",
        "courriel",
        "correo",
        "phone",
        "telephone",
        "telefono",
        "telefone",
        "mobile",
        "whatsapp",
        "fax",
        "correio",
        "celular",
        "movil",
        "cellulare",
        "telefon",
        "telefonnummer",
        "telefono",
        "telefoon",
        "handy",
        "handynummer",
        "mobilnummer",
        "mobiltelefon",
        "eposta",
        "epost",
        "imei",
        *("почта", "почты", "почту", "телефон", "телефона", "телефону", "емейл"),
        *("пошта", "поща", "τηλεφωνο"),
        *map(fold, ("البريد", "بريد", "بريدك", "الهاتف", "هاتف", "هاتفك", "الجوال")),
        *map(fold, ("موبايل", "المحمول", "ایمیل", "تلفن", "موبایل", "دوא״ל", "טלפון")),
    ]
)
_WITHIN = re.compile(
    "邮件|邮箱|電郵|電子郵件|手机|电话|電話|メール|이메일|전화|휴대폰|携帯"
)
"""Words of languages that do not part words by spaces."""
_PERSON = frozenset(
    [
        "respondent",
        "contact",
        "person",
        "focal",
        "your",
        "first",
        "last",
        "full",
        "given",
        "family",
        "sur",
        "user",
        "submitter",
        "enumerator",
        "interviewer",
        "recipient",
    ]
)
_BODIES = frozenset(
    [
        "mechanism",
        "process",
        "dialogue",
        "iscm",
        "organisation",
        "organization",
        "institution",
        "agency",
        "office",
        "ministry",
        "state",
        "country",
        "secretariat",
    ]
)
"""Bodies that have names too: "name of your mechanism" does not ask for a person."""
_YOUR = frozenset(
    (
        "your",
        "votre",
        "su",
        "seu",
        "tu",
    )
)
_MOST_WORDS = 8


def is_personal(heading: str, *, in_group: bool = False) -> bool:
    """Tell whether a heading, a code or a short question asks who the person is.

    Inside a group of questions (`in_group`, or a path such as "partner/name"), a
    bare "name" asks for the name of what the group is about.
    """
    *groups, last = heading.split("/")
    folded = fold(re.sub("(?i)e-(?=mail|post)", "e", last))
    words = set(folded.split())
    if folded in _EXACT:
        is_grouped = in_group or bool(groups)
        about_person = _PERSON & set(fold(" ".join(groups)).split())
        return not is_grouped or folded not in _AMBIGUOUS or bool(about_person)
    if not words or len(folded.split()) > _MOST_WORDS:
        return False
    if "?" in heading and not _YOUR & words:
        return False
    if _WORDS & words or _WITHIN.search(last):
        return True
    about = _PERSON & words
    if about == {"your"} and _BODIES & words:
        return False
    return "name" in words and len(words) <= 4 and bool(about)
