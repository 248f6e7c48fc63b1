"""A list of claims of one's own: as people and spreadsheets write it, and as drafted.

Names may be Chinese or short, numbers have marks of thousands, units be larger, periods
be years. What a row says that cannot be read stands in its ``problem``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from rareearth.claims.bindings import ALL_OF_IT
from rareearth.errors import DataError, ParameterError
from rareearth.figures import csv_files as tables
from rareearth.figures import dictionaries, records, rules
from rareearth.figures.csv_files import RECORDS, Table

NEEDED = ["claim_id", "subject", "quantity", "value", "unit"]
FILE = "claims.csv"  # of the list in a user's own folder
WORDS = ("location", "topic", "paraphrase", "fragment")  # they change no claim
PERIODS = 'a year (2024), a month (2024-05), or from one to the other ("2019-2024")'
KEY = ["quantity", "subject", "period_start", "period_end"]
_NAMES = """
China: 中国 prc; United States: 美国 us u.s. usa america; European Union: 欧盟 eu
Japan: 日本; Australia: 澳大利亚 澳洲; World: 世界 全球 global; Myanmar: 缅甸 burma
South Korea: 韩国 korea; Germany: 德国; France: 法国; India: 印度; Russia: 俄罗斯
Brazil: 巴西; Vietnam: 越南; Malaysia: 马来西亚; Canada: 加拿大; Thailand: 泰国
Kazakhstan: 哈萨克斯坦; Ukraine: 乌克兰; Lynas: 莱纳斯; MP Materials: mp
rare earths: 稀土 ree; REO: 稀土氧化物; heavy rare earths: 重稀土 hree
NdPr oxide: 氧化镨钕 镨钕 ndpr prnd; Nd oxide: 氧化钕; Pr oxide: 氧化镨
Dy oxide: 氧化镝 镝 dysprosium dy; Tb oxide: 氧化铽 铽 terbium tb
NdFeB magnets: 钕铁硼 ndfeb; rare-earth magnets: 稀土永磁 永磁体 magnets
"""
_ALIASES = {
    alias.replace("_", " "): name.strip()
    for entry in re.split(r"[;\n]", _NAMES.strip())
    for name, _, aliases in [entry.partition(":")]
    for alias in aliases.split()
}
_UNITS = {
    "%": ("percent", 1), "pct": ("percent", 1), "per cent": ("percent", 1),
    "tonnes": ("t", 1), "tons": ("t", 1), "吨": ("t", 1), "kt": ("t", 1e3),
    "kg": ("t", 1e-3),
    "mt": ("t", 1e6), "million t": ("t", 1e6), "万吨": ("t", 1e4),
    "usd/t": ("USD/kg", 1e-3), "$/kg": ("USD/kg", 1), "亿美元": ("USD million", 100),
    "usd billion": ("USD million", 1e3), "aud billion": ("AUD million", 1e3),
}  # fmt: skip
_QUALIFIERS = {
    "approx": "~ ≈ about around nearly almost roughly 约 近",
    "at_least": "> ≥ over above more_than at_least 超过",
    "at_most": "< ≤ under below less_than at_most 不到",
}  # as people write them, also before the number
_MEANT = {
    word.replace("_", " "): name
    for name, words in _QUALIFIERS.items()
    for word in words.split()
}
_SIGNED = re.compile(rf"({'|'.join(map(re.escape, _MEANT))})\s*(?=[\d.])", re.I)
_SPACES = re.compile("[\u00a0\u2009\u202f ']")
_PERIOD = re.compile(r"(\d{4})(-\d\d)?(-\d\d)?")


def read(path: Path) -> pd.DataFrame:
    """Return the claims of a CSV file or workbook in the columns of ``claims.csv``.

    Columns beyond `NEEDED` may be missing, and columns that are none are ignored: their
    names stand in ``attrs["ignored"]``. An id that stands twice gets a number, so that
    both claims are shown. What is written on a claim of the digests belongs to that
    claim: it is kept for a row that says the same, and for no other of its id. What is
    looked up for a claim of the digests is looked up for any of the same quantity,
    subject, product and period.

    Returns
    -------
    DataFrame
        As `records.claims`; ``problem`` says what is wrong with a row, ``is_own`` that
        it is no claim of the digests.

    Raises
    ------
    DataError
        If the file cannot be read, lacks a column, or is empty.
    """
    table, ignored = _whole(path)
    quantities = records.quantities()
    found = rules.check(rules.OWN_CLAIMS, table, dictionaries.known(), quantities)
    problems: dict[int, str] = {}
    for problem in found.problems:
        row = (problem.line or 2) - 2
        text = f"{problem.column}: {problem.text}" if problem.column else problem.text
        is_period = problem.column in ("period_start", "period_end")
        if is_period and "not a date" in problem.text:
            text = f"period: {problem.text}, or {PERIODS}"
        problems.setdefault(row, text)
    frame = _named_apart(table.frame)
    alone = (frame["period_start"] == "") != (frame["period_end"] == "")
    for place in np.flatnonzero(alone):
        problems.setdefault(int(place), "period: has one end; it needs both, or a year")
    numbers = ["value", "low", "high"]
    days = ["period_start", "period_end", "due"]
    for row in problems:
        frame.loc[row, [*numbers, *days]] = ""  # said to be faulty; nothing is guessed
    frame[rules.LOOKED_UP] = ""
    typed = _digests(tables.typed(replace(table, frame=frame))[0]).assign(
        title=frame["article"],
        publisher="",
        problem=[problems.get(row, "") for row in range(len(frame))],
    )
    typed.attrs["ignored"] = ignored
    return typed


def _digests(typed: pd.DataFrame) -> pd.DataFrame:
    """Return claims with what is looked up for the claims of the digests like them."""
    curated = records.claims()
    said = [c for c in RECORDS["claims"] if c not in (*rules.LOOKED_UP, *WORDS)]
    same = typed[said].merge(curated[said], how="left", indicator=True)["_merge"]
    is_own = (same != "both").to_numpy()
    by_id = curated.set_index("claim_id").to_dict("index")
    alike = curated[curated["found_by"] != ""]
    by_key = dict(zip(_keys(alike), alike.to_dict("records"), strict=True))
    rows = typed.to_dict("records")
    for row, key, own in zip(rows, _keys(typed), is_own, strict=True):
        model = by_key.get(key) if own else by_id[row["claim_id"]]
        if model:
            row |= {name: model[name] for name in rules.LOOKED_UP}
            row["figure_product"] = model["figure_product"] or model["product"]
        if own:
            row["corrected"] = row["report"] = ""
    return pd.DataFrame(rows, columns=typed.columns).assign(is_own=is_own)


def _keys(claims: pd.DataFrame) -> list[tuple[str, ...]]:
    product = claims["product"].where(~claims["product"].isin(ALL_OF_IT), "")
    return list(claims[KEY].assign(product=product).astype(str).agg(tuple, axis=1))


def _whole(path: Path) -> tuple[Table, list[str]]:
    """Return the table with all columns, those that are not there empty."""
    if path.suffix.lower() == tables.WORKBOOK:
        path = next(iter(tables.sheets(path).values()))
    header = tables.header_of(path)
    allowed = RECORDS["claims"]
    plain = [name.strip().lower().replace(" ", "_") for name in header]
    missing = [column for column in NEEDED if column not in plain]
    if missing:
        known = [name for name in allowed if name not in rules.LOOKED_UP]
        raise DataError(
            f"{path.name}:1: missing column {', '.join(missing)}; known: "
            f"{','.join(known)}"
        )
    table = tables.read(path, header, strict=False)
    if table.frame.empty:
        raise DataError(f"{path.name}: no claims; expected a line for each claim")
    frame = table.frame.set_axis(plain, axis=1).map(str.strip)
    frame = frame.loc[:, ~frame.columns.duplicated()]
    for column in ("year", "period"):
        if column in frame and "period_end" not in frame:
            frame["period_start"] = frame["period_end"] = frame[column]
    known = [*allowed, "year", "period"]
    ignored = [
        name for name, key in zip(header, plain, strict=True) if key not in known
    ]
    frame = frame.reindex(columns=allowed, fill_value="")
    defaults = {"article": tables.file_of(path).stem, "qualifier": "exact"}
    for column, value in defaults.items():
        frame[column] = frame[column].where(frame[column] != "", value)
    return Table(table.file, _plain(frame), table.sha256), ignored


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame of text with names, numbers, units and days as the data have them.

    What cannot be read stays as it is, and is told later.
    """
    known, quantities = dictionaries.known(), records.quantities()
    names = {
        "subject": known.entities.index,
        "product": known.products.index,
        "quantity": quantities.index,
    }
    frame = frame.copy()
    for column, allowed in names.items():
        lower = {name.lower(): name for name in allowed}
        frame[column] = [_name(each, lower) for each in frame[column]]
    units = quantities["unit"].to_dict()
    rows = frame.to_dict("records")
    for row in rows:
        allowed_units = str(units.get(row["quantity"], "")).split("|")
        unit, factor = _unit(row["unit"], allowed_units)
        row["qualifier"] = _MEANT.get(row["qualifier"].lower(), row["qualifier"])
        if sign := _SIGNED.match(row["value"]):
            row["qualifier"] = _MEANT[sign[1].lower()]
            row["value"] = row["value"][sign.end() :]
        for column in ("value", "low", "high"):
            if row[column].endswith("%") and not unit:
                unit = "percent"
            row[column] = _number(row[column], factor)
        row["unit"] = unit
        first, last = row["period_start"], row["period_end"]
        row["period_start"], row["period_end"] = days(first, last)
        row["due"] = days("", row["due"])[1]
    return pd.DataFrame(rows, columns=frame.columns, dtype=object)


def _name(text: str, lower: dict[str, str]) -> str:
    plain = " ".join(text.lower().split())
    name = lower.get(plain) or lower.get(plain.replace(" ", "_"))
    alias = _ALIASES.get(plain, "")
    return name or (alias if alias.lower() in lower else text)


def _unit(text: str, allowed: list[str]) -> tuple[str, float]:
    """Return a unit as the quantity has it, and by what its numbers are multiplied."""
    if text in allowed or not text:
        return text, 1.0
    lower = {each.lower(): each for each in allowed}
    base, factor = _UNITS.get(text.lower(), (text, 1.0))
    base = lower.get(base.lower(), base)
    yearly = {"t": "t/year", "t/year": "t"}.get(base, base)
    if base not in allowed and yearly in allowed:
        base = yearly
    return (base, factor) if base in allowed else (text, 1.0)


def _number(text: str, factor: float) -> str:
    """Return a number without marks of thousands; other text as it is."""
    plain = _SPACES.sub("", text.removesuffix("%")).replace("\N{MINUS SIGN}", "-")
    if re.fullmatch(r"-?\d{1,3}(,\d{3})+(\.\d+)?", plain):
        plain = plain.replace(",", "")
    elif re.fullmatch(r"-?\d+,\d+", plain):
        plain = plain.replace(",", ".")
    try:
        value = float(plain) * factor
    except ValueError:
        return text
    return plain if factor == 1 else f"{value:.12g}"


def days(first: str, last: str) -> tuple[str, str]:
    """Return a period by its two days; it may be a year, a month, or a range of them.

    "2024" is the whole year, "2019-2024" and "2019 to 2024" are six of them.
    """
    if first == last or not first or not last:
        text = first or last
        parts = re.split(r"\s*(?:to|/|\.\.|–|至)\s*|(?<=^\d{4})\s*-\s*(?=\d{4}$)", text)
        is_part = len(text) < len("2024-01-01") or len(parts) == 2
        if not is_part:
            return first, last
        first, last = parts[0], parts[-1]
    ends = []
    for text, at in ((first, "start"), (last, "end")):
        match = _PERIOD.fullmatch(text)
        if match and not match[3]:
            try:
                whole = pd.Period(text, freq="M" if match[2] else "Y")
                text = f"{getattr(whole, f'{at}_time'):%Y-%m-%d}"
            except ValueError:
                pass
        ends.append(text)
    return ends[0], ends[1]


def copy(path: Path, folder: Path) -> None:
    """Write a list of claims with all its columns into a folder of own figures."""
    _whole(path)[0].frame.to_csv(folder / FILE, index=False, lineterminator="\n")


def _named_apart(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with a number after an id that stood before, or is missing."""
    ids = frame["claim_id"].where(frame["claim_id"] != "", "unnamed")
    again = ids.groupby(ids).cumcount()
    apart = ids.where(again == 0, ids + " (" + (again + 1).astype(str) + ")")
    return frame.assign(claim_id=apart)


def of_reader() -> pd.DataFrame:
    """Return the list of claims in the reader's own folder.

    Raises
    ------
    ParameterError
        If there is no such list. The message says how to give one.
    """
    folder = dictionaries.own_folder(None)
    path = folder / FILE if folder else None
    if path is None or not path.is_file():
        raise ParameterError(
            "digest: 'own' needs a list of claims; run  rareearth audit my_claims.csv"
        )
    return read(path)


# A draft from an article

_SENTENCE = re.compile(r"[^.!?。！？\n]+(?:\.(?=\d)[^.!?。！？\n]+)*[.!?。！？]?")
_SAID = re.compile(
    r"(?<![A-Za-z0-9.])(-?\d[\d,]*(?:\.\d+)?)\s*"
    r"(%|percent|per cent|kt|Mt|million t|tonnes|tons|万吨|吨|t\b|USD/kg|\$/kg)",
    re.I,
)
_WHAT = (  # the first that fits; Chinese words need no bounds
    (r"price|价格", "", "rare_earth_price_change"),
    (r"reserve|储量", "reserves", "share_of_world_reserves"),
    (r"import|relies|reliance|进口|依赖", "", "import_share_from_china"),
    (r"magnet|永磁|钕铁硼", "", "share_of_world_alloy_and_magnet_production"),
    (r"refin|separat|process|精炼|冶炼|分离|加工", "", "share_of_world_refining"),
    (r"export|出口", "rare_earth_exports", ""),
    (r"grew|growth|increase|rose|增长", "mine_production", "mine_production_growth"),
    (
        r"produc|output|mine|mining|产量|开采",
        "mine_production",
        "share_of_world_mining",
    ),
)


def draft(text: str) -> Iterator[dict[str, str]]:
    """Yield a row for each number with a unit in a text, for a person to correct.

    Subject, quantity and period are what the words of its sentence suggest; what they
    do not is left empty.
    """
    entities = {name.lower(): name for name in dictionaries.known().entities.index}
    entities = {n: e for n, e in entities.items() if len(n) > 3} | _ALIASES
    number = 0
    for sentence in _SENTENCE.findall(text):
        lower = sentence.lower()
        found = [
            (place.start(), name)
            for alias, name in entities.items()
            if (place := re.search(*_bounded(alias, sentence)))
        ]
        countries = [name for _, name in sorted(found) if name.lower() in entities]
        years = re.findall(r"(?<!\d)(19\d\d|20\d\d)(?!\d)", sentence)
        for value, unit in _SAID.findall(sentence):
            number += 1
            share = unit in ("%", "percent", "per cent")
            quantity = next(
                (pair[share] for words, *pair in _WHAT if re.search(words, lower)), ""
            )
            about = re.search(r"about|around|nearly|almost|约|近", lower)
            yield {
                "claim_id": f"d{number}",
                "subject": countries[0] if countries else "",
                "quantity": quantity,
                "product": "rare-earth magnets" * ("magnet" in lower),
                "period_start": years[-1] if years else "",
                "period_end": years[-1] if years else "",
                "value": value,
                "unit": unit,
                "qualifier": "approx" if about else "exact",
                "paraphrase": " ".join(sentence.split()),
            }


def _bounded(alias: str, sentence: str) -> tuple[str, str]:
    """Return the pattern of a name and where it is sought.

    Names are whole words, but in Chinese; short ones are in capitals: US, no "us".
    """
    if not alias.isascii():
        return re.escape(alias), sentence
    if len(alias) < 4:
        return rf"(?<!\w){re.escape(alias.upper())}(?!\w)", sentence
    return rf"(?<!\w){re.escape(alias)}(?!\w)", sentence.lower()
