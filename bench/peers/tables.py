"""Random tables in five dialects: what pandas reads when it is told the dialect, against what we read untold.

python3 tables.py COUNT SEED FOLDER writes COUNT tables into FOLDER and prints a JSON line for each: its file, its
dialect, and the numbers that pandas.read_csv finds there (an index set aside). bench/tables.js compares.
"""
import json
import pathlib
import sys

import numpy
import pandas

# separator, decimal sign, thousands separator, end of lines
DIALECTS = {
    "English": (",", ".", None, "\n"),
    "German Excel": (";", ",", ".", "\r\n"),
    "tabs": ("\t", ",", None, "\r"),
    "blanks": (" ", ".", None, "\n"),
    "semicolons and points": (";", ".", None, "\n"),
}


def grouped(text, decimal, thousands):
    """1234,5 as 1.234,5."""
    head, *tail = text.split(decimal)
    sign, digits = (head[0], head[1:]) if head[0] in "+-" else ("", head)
    parts = []
    while len(digits) > 3:
        parts.insert(0, digits[-3:])
        digits = digits[:-3]
    return sign + thousands.join([digits, *parts]) + "".join(decimal + part for part in tail)


def written(value, places, style, decimal, thousands):
    text = f"{value:.{places}e}" if style == "exponents" else f"{value:.{places}f}"
    text = text.replace(".", decimal)
    return grouped(text, decimal, thousands) if style == "thousands" else text


def table(random, name):
    """The text of a table and how pandas is told to read it."""
    separator, decimal, thousands, end = DIALECTS[name]
    rows, columns = random.integers(1, 9), random.integers(1, 5)
    scale = 10.0 ** random.integers(-2, 6)
    values = random.standard_normal((rows, columns)) * scale
    places = int(random.integers(0, 5))
    styles = ["plain", "exponents"] + (["thousands"] if thousands else [])
    style = random.choice(styles)
    header = bool(random.integers(0, 2))
    index = header and bool(random.integers(0, 3) == 0)
    quote = bool(random.integers(0, 4) == 0)
    cells = [[written(v, places, style, decimal, thousands) for v in row] for row in values]
    if index:
        cells = [[str(i), *row] for i, row in enumerate(cells)]
    names = ([""] if index else []) + [f"x{k}" for k in range(columns)]
    lines = ([names] if header else []) + cells
    around = '"{}"'.format if quote or (index and separator == " ") else str
    text = "".join(separator.join(map(around, line)) + end for line in lines)
    if random.integers(0, 3) == 0:
        text = "\ufeff" + text
    told = {
        **{"sep": separator, "decimal": decimal, "thousands": thousands},
        **{"header": 0 if header else None, "index_col": 0 if index else None},
    }
    return text, told


def main():
    count, seed, folder = int(sys.argv[1]), int(sys.argv[2]), pathlib.Path(sys.argv[3])
    random = numpy.random.default_rng(seed)
    for k in range(count):
        name = list(DIALECTS)[k % len(DIALECTS)]
        text, told = table(random, name)
        path = folder / f"{k}.csv"
        path.write_bytes(text.encode("utf-8"))
        frame = pandas.read_csv(path, encoding="utf-8-sig", **told)
        values = frame.to_numpy()
        plain = values.dtype.kind in "if"
        rows = values.astype(float).tolist() if plain else None
        print(json.dumps({"file": str(path), "dialect": name, "rows": rows}))


main()
