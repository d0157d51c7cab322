"""Reads tables and images as scripts do: read_data.py table|image URL; prints what there is."""

import sys

from astropy.io import fits
from astropy.table import Table

kind, url = sys.argv[1:]
if kind == "table":
    print(len(Table.read(url, format="votable")))
else:
    with fits.open(url, cache=False) as hdus:
        print(*hdus[0].data.shape, hdus[0].data.sum())
