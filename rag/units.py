"""Words and signs for currencies, units, magnitudes and numbers, and what those are worth."""

import re
from decimal import Decimal

MAGNITUDES: dict[str, Decimal] = {
    "dozen": Decimal(12),
    "hundred": Decimal(100),
    "thousand": Decimal(1_000),
    "k": Decimal(1_000),
    "lakh": Decimal(100_000),
    "m": Decimal(10) ** 6,
    "mn": Decimal(10) ** 6,
    "mln": Decimal(10) ** 6,
    "mm": Decimal(10) ** 6,
    "million": Decimal(10) ** 6,
    "crore": Decimal(10) ** 7,
    "b": Decimal(10) ** 9,
    "bn": Decimal(10) ** 9,
    "bln": Decimal(10) ** 9,
    "billion": Decimal(10) ** 9,
    "t": Decimal(10) ** 12,
    "tn": Decimal(10) ** 12,
    "trn": Decimal(10) ** 12,
    "trillion": Decimal(10) ** 12,
    "quadrillion": Decimal(10) ** 15,
}

# Codes that are also English words or well-known names (AMD, ALL, TOP, TRY) are left out: before a
# number they mean the name far more often than the currency.
_CODE_WORDS = (
    "USD CNY RMB CNH EUR GBP JPY CHF AUD CAD NZD HKD SGD TWD KRW INR PKR BDT LKR IDR MYR PHP THB "
    "VND BRL MXN ARS CLP COP PEN RUB UAH PLN CZK HUF RON BGN SEK NOK DKK ISK ILS SAR AED QAR KWD "
    "EGP ZAR NGN KES GHS MAD BTC ETH"
)
_CODES = _CODE_WORDS.split()
_DOLLARS = ("USD", "AUD", "CAD", "NZD", "HKD", "SGD", "TWD")

PREFIXES: dict[str, str] = {
    **{code: code for code in _CODES},
    "RMB": "CNY",
    "Rmb": "CNY",
    "CNH": "CNY",
    "US$": "USD",
    "$": "USD",
    "A$": "AUD",
    "AU$": "AUD",
    "C$": "CAD",
    "CA$": "CAD",
    "HK$": "HKD",
    "S$": "SGD",
    "NZ$": "NZD",
    "NT$": "TWD",
    "R$": "BRL",
    "MX$": "MXN",
    "€": "EUR",
    "£": "GBP",
    "¥": "¥",
    "CN¥": "CNY",
    "JP¥": "JPY",
    "₹": "INR",
    "Rs": "INR",
    "Rs.": "INR",
    "₩": "KRW",
    "₽": "RUB",
    "₺": "TRY",
    "₪": "ILS",
    "₫": "VND",
    "฿": "THB",
    "₦": "NGN",
    "₴": "UAH",
    "Rp": "IDR",
    "kr": "kr",
    "Kr": "kr",
    **{f"{code}{gap}$": code for code in _DOLLARS for gap in ("", " ")},
    **{f"{sign} $": code for sign, code in (("US", "USD"), ("HK", "HKD"), ("NZ", "NZD"))},
}

AMBIGUOUS: dict[str, frozenset[str]] = {
    "¥": frozenset({"JPY", "CNY"}),
    "kr": frozenset({"SEK", "NOK", "DKK", "ISK", "crown"}),
    "crown": frozenset({"SEK", "NOK", "DKK", "ISK", "CZK", "kr"}),
    "peso": frozenset({"MXN", "ARS", "CLP", "COP", "PHP"}),
}

_CURRENCY_NOUNS: dict[str, str] = {
    "dollars?": "USD",
    "bucks": "USD",
    "yuan": "CNY",
    "renminbi": "CNY",
    "euros?": "EUR",
    "pounds(?: sterling)?": "GBP",
    "sterling": "GBP",
    "yen": "JPY",
    "won": "KRW",
    "rupees?": "INR",
    "rupiah": "IDR",
    "ringgit": "MYR",
    "baht": "THB",
    "dong": "VND",
    "reais": "BRL",
    "pesos?": "peso",
    "rand": "ZAR",
    "naira": "NGN",
    "roubles?|rubles?": "RUB",
    "hryvnias?": "UAH",
    "zlot(?:y|ys|ies)": "PLN",
    "forints?": "HUF",
    "liras?": "TRY",
    "shekels?": "ILS",
    "riyals?": "SAR",
    "dirhams?": "AED",
    "francs?": "CHF",
    "kron(?:a|or|e|er|ur)": "kr",
    "koruna": "CZK",
    "(?:[A-Z][a-z]+ )?crowns?": "crown",
    "(?:[A-Z][a-z]+ )?marks": "mark",
    "(?:[A-Z][a-z]+ )?(?:thalers?|talers?)": "taler",
    "(?:[A-Z][a-z]+ )?florins?": "florin",
    "(?:[A-Z][a-z]+ )?guilders?": "guilder",
    "(?:[A-Z][a-z]+ )?ducats?": "ducat",
    "(?:[A-Z][a-z]+ )?shillings?": "shilling",
    "bitcoins?": "BTC",
}

_NATIONAL: dict[str, str] = {
    r"(?:U\.?S\.?|American) dollars?": "USD",
    "Australian dollars?": "AUD",
    "Canadian dollars?": "CAD",
    "Hong Kong dollars?": "HKD",
    "Singapore dollars?": "SGD",
    "New Zealand dollars?": "NZD",
    "(?:new )?Taiwan(?:ese)? dollars?": "TWD",
    "Chinese yuan": "CNY",
    "British pounds?": "GBP",
    "Egyptian pounds?": "EGP",
    "Japanese yen": "JPY",
    "(?:South )?Korean won": "KRW",
    "Indian rupees?": "INR",
    "Pakistani rupees?": "PKR",
    "Mexican pesos?": "MXN",
    "Argentine pesos?": "ARS",
    "Chilean pesos?": "CLP",
    "Colombian pesos?": "COP",
    "Philippine pesos?": "PHP",
    "Swedish (?:kronor|krona|crowns?)": "SEK",
    "Norwegian (?:kroner|krone|crowns?)": "NOK",
    "Danish (?:kroner|krone|crowns?)": "DKK",
    "Czech (?:koruna|crowns?)": "CZK",
    "Swiss francs?": "CHF",
    "Turkish liras?": "TRY",
    "Saudi riyals?": "SAR",
    "(?:UAE|Emirati) dirhams?": "AED",
    "Moroccan dirhams?": "MAD",
}

_METRE = {"mm": "0.001", "cm": "0.01", "m": "1", "km": "1000"}

# pattern -> (code, family, factor to the family's base unit)
_MEASURES: dict[str, tuple[str, str, str]] = {
    "km/h|kph|kmh|kilomet(?:er|re)s (?:an|per) hour": ("km/h", "speed", "1"),
    "mph|miles (?:an|per) hour": ("mph", "speed", "1.609344"),
    "sq(?:uare|\\.)? ?(?:km|kilomet(?:er|re)s?)|km²|km2": ("km2", "area", "1000000"),
    "sq(?:uare|\\.)? ?(?:m|met(?:er|re)s?)|m²|m2": ("m2", "area", "1"),
    "sq(?:uare|\\.)? ?(?:ft|feet|foot)": ("sqft", "area", "0.09290304"),
    "sq(?:uare|\\.)? ?miles?": ("sqmi", "area", "2589988.110336"),
    "hectares?|ha": ("ha", "area", "10000"),
    "acres?": ("acre", "area", "4046.8564224"),
    "cubic met(?:er|re)s?|m³|m3": ("m3", "volume", "1000"),
    "lit(?:er|re)s?": ("l", "volume", "1"),
    "gallons?": ("gal", "volume", "3.785411784"),
    "kilomet(?:er|re)s?|kms?": ("km", "length", _METRE["km"]),
    "met(?:er|re)s?": ("m", "length", _METRE["m"]),
    "centimet(?:er|re)s?|cm": ("cm", "length", _METRE["cm"]),
    "millimet(?:er|re)s?|mm": ("mm", "length", _METRE["mm"]),
    "nanomet(?:er|re)s?|nm": ("nm", "length", "0.000000001"),
    "nautical miles?": ("nmi", "length", "1852"),
    "miles?": ("mi", "length", "1609.344"),
    "feet|foot|ft": ("ft", "length", "0.3048"),
    "inch(?:es)?": ("in", "length", "0.0254"),
    "yards?": ("yd", "length", "0.9144"),
    "kilograms?|kilos?|kg": ("kg", "mass", "1"),
    "milligrams?|mg": ("mg", "mass", "0.000001"),
    "grams?|g": ("g", "mass", "0.001"),
    "(?:metric )?tonn?es?|metric tons?": ("t", "mass", "1000"),
    "tons?": ("ton", "ton", "1"),
    "lbs?": ("lb", "mass", "0.45359237"),
    "ounces?|oz": ("oz", "mass", "0.028349523125"),
    "TWh|terawatt[- ]hours?": ("TWh", "energy", "1000000000"),
    "GWh|gigawatt[- ]hours?": ("GWh", "energy", "1000000"),
    "MWh|megawatt[- ]hours?": ("MWh", "energy", "1000"),
    "kWh|KWh|kilowatt[- ]hours?": ("kWh", "energy", "1"),
    "TW|terawatts?": ("TW", "power", "1000000000"),
    "GW|gigawatts?": ("GW", "power", "1000000"),
    "MW|megawatts?": ("MW", "power", "1000"),
    "kW|KW|kilowatts?": ("kW", "power", "1"),
    "watts?|W": ("W", "power", "0.001"),
    "PB|petabytes?": ("PB", "bytes", "1000000"),
    "TB|terabytes?": ("TB", "bytes", "1000"),
    "GB|gigabytes?": ("GB", "bytes", "1"),
    "MB|megabytes?": ("MB", "bytes", "0.001"),
    "GHz|gigahertz": ("GHz", "frequency", "1000"),
    "MHz|megahertz": ("MHz", "frequency", "1"),
    "°C|℃|degrees? (?:Celsius|centigrade)|C(?= )": ("°C", "°C", "1"),
    "°F|℉|degrees? Fahrenheit": ("°F", "°F", "1"),
    "(?:percentage|percent|per cent)[- ]points?|ppts?|pps?": ("pp", "points", "1"),
    "basis[- ]points?|bps?": ("bp", "points", "0.01"),
    "milliseconds?|ms": ("ms", "seconds", "0.001"),
    "seconds?|secs?": ("second", "seconds", "1"),
    "minutes?|mins?": ("minute", "seconds", "60"),
    "hours?|hrs?": ("hour", "seconds", "3600"),
    "days?": ("day", "seconds", "86400"),
    "weeks?": ("week", "seconds", "604800"),
    "months?": ("month", "months", "1"),
    "quarters?": ("quarter", "months", "3"),
    "years?(?:[- ]olds?)?|yrs?": ("year", "months", "12"),
    "decades?": ("decade", "months", "120"),
    "centur(?:y|ies)": ("century", "months", "1200"),
}
DURATIONS = frozenset({"seconds", "months"})
FAMILIES: dict[str, tuple[str, Decimal]] = {
    code: (family, Decimal(factor)) for code, family, factor in _MEASURES.values()
}

_ONE_WORDS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen"
)
_TEN_WORDS = "twenty thirty forty fifty sixty seventy eighty ninety"
ONES = {word: number for number, word in enumerate(_ONE_WORDS.split())}
TENS = {word: 10 * number for number, word in enumerate(_TEN_WORDS.split(), start=2)}
WHOLES = "hundred|thousand|million|billion|trillion|dozen"
_PART_WORDS = "third fourth fifth sixth seventh eighth ninth tenth"
_PARTS = {"quarter": 4} | {word: part for part, word in enumerate(_PART_WORDS.split(), start=3)}
DENOMINATORS = {"half": 2, "halves": 2} | _PARTS | {f"{word}s": n for word, n in _PARTS.items()}
GLYPHS = {"½": (1, 2), "¼": (1, 4), "¾": (3, 4), "⅓": (1, 3), "⅔": (2, 3), "⅛": (1, 8), "⅕": (1, 5)}


def _table(words: dict[str, str]) -> tuple[re.Pattern[str], dict[str, str]]:
    """One pattern over all the words, with a numbered name for each, and what each name means."""
    parts, meaning = [], {}
    for number, (pattern, code) in enumerate(words.items()):
        parts.append(f"(?P<x{number}>{pattern})")
        meaning[f"x{number}"] = code
    return re.compile(rf"[\s\-]?(?:{'|'.join(parts)})(?!\w)"), meaning


_NOUN_PATTERN, _NOUN_CODES = _table({**_NATIONAL, **_CURRENCY_NOUNS})
_SIGN_PATTERN = re.compile(r"\s?([$€£¥₹])(?!\w|\s?[0-9])")
_CODE_PATTERN = re.compile(rf"\s?({'|'.join(_CODES)})(?!\w)")
_MEASURE_PATTERN, _MEASURE_CODES = _table({p: m[0] for p, m in _MEASURES.items()})
_PREFIX_PATTERN = re.compile(
    rf"(?<![\w$])(?:{'|'.join(re.escape(p) for p in sorted(PREFIXES, key=len, reverse=True))})\s?$"
)
_UNKNOWN_PREFIX = re.compile(r"(?<![\w$])(?:[A-Z][A-Za-z]{1,3}|[A-Z]{3}\s)$")


def currency_before(text: str, end: int) -> tuple[int, str] | None:
    """The known currency sign that ends at ``end``: where it starts, and its code."""
    found = _PREFIX_PATTERN.search(text, max(0, end - 6), end)
    return (found.start(), PREFIXES[found[0].strip()]) if found else None


def unknown_currency_before(text: str, end: int) -> tuple[int, str] | None:
    """Letters that would be a currency if a number with a magnitude follows (``Vel160bn``)."""
    found = _UNKNOWN_PREFIX.search(text, max(0, end - 6), end)
    return (found.start(), found[0].strip().upper()) if found else None


def currency_after(text: str, start: int) -> tuple[int, str, str] | None:
    """The currency named at ``start``: where its name ends, its code, and the name as it stands."""
    if found := _NOUN_PATTERN.match(text, start):
        return found.end(), _NOUN_CODES[found.lastgroup or ""], found[0].strip(" -")
    if found := _CODE_PATTERN.match(text, start):
        return found.end(), PREFIXES[found[1]], found[1]
    if found := _SIGN_PATTERN.match(text, start):
        return found.end(), PREFIXES[found[1]], found[1]
    return None


def restated(text: str, end: int, code: str) -> tuple[int, str]:
    """The currency of a sign that several share, where a code says after it which: "$5m CAD"."""
    found = _CODE_PATTERN.match(text, end)
    known = _DOLLARS if code == "USD" else AMBIGUOUS.get(code, ())
    if found and PREFIXES[found[1]] in known:
        return found.end(), PREFIXES[found[1]]
    return end, code


def measure_after(text: str, start: int) -> tuple[int, str] | None:
    """The unit of measure or time named at ``start``: where its name ends, and its code."""
    found = _MEASURE_PATTERN.match(text, start)
    return (found.end(), _MEASURE_CODES[found.lastgroup or ""]) if found else None


def worth(words: str) -> Decimal:
    """What number words add up to: "two hundred and fifty thousand" is 250000."""
    total, current = Decimal(0), Decimal(0)
    half = words.endswith(" and a half")
    for word in re.findall(r"[a-z]+", words.removesuffix(" and a half")):
        if word == "hundred":
            current *= 100
        elif word == "thousand":
            total, current = total + current * 1000, Decimal(0)
        else:
            current += ONES.get(word, TENS.get(word, 0))
    return total + current + (Decimal("0.5") if half else 0)


def share(words: str) -> Decimal:
    """What stands before a whole: "a" is 1 of it, "half a" 0.5, "three-quarters of a" 0.75."""
    if words.startswith("half"):
        return Decimal("0.5")
    if " of " not in words:
        return Decimal(1)
    top, bottom = re.findall(r"[a-z]+", words)[:2]
    return Decimal(ONES.get(top, 1)) / DENOMINATORS[bottom]
