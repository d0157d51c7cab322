"""Writes a small image and a small table for peers to load: data.py DIRECTORY."""
import sys

import numpy as np
from astropy.io import fits
from astropy.table import Table

home = sys.argv[1]
image = fits.PrimaryHDU(np.arange(1024, dtype="int16").reshape(32, 32))
image.header.update(CTYPE1="RA---TAN", CTYPE2="DEC--TAN", CRVAL1=10.68, CRVAL2=41.27, CRPIX1=16, CRPIX2=16)
image.header.update(CDELT1=-0.001, CDELT2=0.001, CUNIT1="deg", CUNIT2="deg")
image.writeto(f"{home}/zoo.fits", overwrite=True)
Table({"ra": [10.68, 83.82], "dec": [41.27, -5.39]}).write(f"{home}/zoo.vot", format="votable", overwrite=True)
