"""Reads VOTables with astropy and prints a JSON line for each: its column names, warnings and cells."""

import json
import struct
import sys
import warnings

import numpy
from astropy.io.votable import parse


def bits(number, datatype):
    """The bits of a number in hexadecimal; None for NaN. Lists of any length hold floats as doubles."""
    if numpy.isnan(number):
        return None
    return struct.pack(">f" if datatype.startswith("float") else ">d", number).hex()


def one(value, datatype):
    """A single value, two of a complex number; None for none."""
    if datatype.endswith("Complex"):
        if value is numpy.ma.masked:
            return [None, None]
        return [bits(value.real, datatype), bits(value.imag, datatype)]
    if value is numpy.ma.masked:
        return None
    if datatype in ("boolean", "bit"):
        return "T" if value else "F"
    if datatype in ("float", "double"):
        return bits(value, datatype)
    return str(value)


def flat(values, datatype):
    """The values of lists of any depth, complex numbers as two."""
    for value in values:
        if isinstance(value, numpy.ndarray) and value.ndim > 0:
            yield from flat(value, datatype)
        elif datatype.endswith("Complex"):
            yield from one(value, datatype)
        else:
            yield one(value, datatype)


def cell(value, mask, datatype):
    if numpy.all(mask) and numpy.size(mask) > 0:
        return None
    if isinstance(value, numpy.ndarray) and value.ndim > 0:
        return list(flat(value, datatype))
    return one(value, datatype)


def report(path):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        table = parse(path).get_first_table()
        array = table.array
        columns = [(field.ID, field.datatype) for field in table.fields]
        rows = [
            [cell(array[name][row], array.mask[name][row], datatype) for name, datatype in columns]
            for row in range(len(array))
        ]
    return {
        "names": [field.name for field in table.fields],
        "ids": [field.ID for field in table.fields],
        "warnings": [str(warning.message) for warning in caught],
        "rows": rows,
    }


with open(sys.argv[1], encoding="utf-8") as paths:
    for path in paths.read().splitlines():
        print(json.dumps(report(path)), flush=True)
