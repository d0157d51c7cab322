"""Writes data products of many kinds with astropy into the directory given; content.test.ts says what each is."""

import gzip
import os
import sys
import warnings

import numpy as np
from astropy.io import fits
from astropy.io.votable import from_table, writeto
from astropy.table import QTable, Table
from astropy import units as u
from astropy.wcs import WCS

warnings.simplefilter("ignore")
os.chdir(sys.argv[1])

pixels = np.arange(40 * 50, dtype=np.float32).reshape(50, 40)
table = Table({"ra": [1.0, 2.0], "dec": [3.0, 4.0], "name": ["a", "b"]})
spectrum = QTable(
    {
        "wavelength": np.linspace(4000, 5000, 300) * u.AA,
        "flux": np.ones(300) * u.Unit("erg / (s cm2 AA)"),
        "uncertainty": np.ones(300) * u.Unit("erg / (s cm2 AA)"),
    }
)


def save(name, *hdus):
    fits.HDUList(list(hdus)).writeto(name)


sky = WCS(naxis=2)
sky.wcs.ctype = ["RA---TAN", "DEC--TAN"]
wave = WCS(naxis=1)
wave.wcs.ctype = ["WAVE"]

save("image.fits", fits.PrimaryHDU(pixels, sky.to_header()))
save("int16.fits.gz", fits.PrimaryHDU(pixels.astype(np.int16)))
save("cube.fits", fits.PrimaryHDU(np.zeros((3, 50, 40))))
save("mef.fits", fits.PrimaryHDU(), fits.ImageHDU(pixels, name="SCI"), fits.ImageHDU(pixels, name="ERR"))
save("compressed.fits", fits.PrimaryHDU(), fits.CompImageHDU(pixels, sky.to_header(), compression_type="RICE_1"))
save("line.fits", fits.PrimaryHDU(np.zeros(900), wave.to_header()))
save("table.fits", fits.PrimaryHDU(), fits.BinTableHDU(table))
columns = [fits.Column("ra", "F8.3", array=table["ra"]), fits.Column("name", "A4", array=table["name"])]
save("ascii-table.fits", fits.PrimaryHDU(), fits.TableHDU.from_columns(columns))
save("image-and-table.fits", fits.PrimaryHDU(pixels), fits.BinTableHDU(table))
# Beyond the head: 800 kB of bytes in a row come first.
save("far-table.fits", fits.PrimaryHDU(np.zeros(800_000, np.uint8)), fits.BinTableHDU(table))
save("nothing.fits", fits.PrimaryHDU())
spectrum.write("spectrum.fits")

sdss = Table({"flux": np.ones(9), "loglam": np.ones(9), "ivar": np.ones(9)})
save("sdss.fits", fits.PrimaryHDU(), fits.BinTableHDU(sdss, name="COADD"), fits.BinTableHDU(table))

array = fits.ColDefs([fits.Column(name, "300D") for name in ("WAVE", "FLUX", "ERR")])
eso = fits.BinTableHDU.from_columns(array, nrows=1)
eso.header["VOCLASS"] = "SPECTRUM V1.0"
save("eso.fits", fits.PrimaryHDU(), eso)

ring = fits.BinTableHDU(Table({"T": np.zeros(12 * 16 * 16)}))
ring.header.update({"PIXTYPE": "HEALPIX", "ORDERING": "RING", "NSIDE": 16, "INDXSCHM": "IMPLICIT"})
save("healpix.fits", fits.PrimaryHDU(), ring)

# As mocpy writes a MOC 2.0.
moc = fits.BinTableHDU.from_columns([fits.Column("UNIQ", "1K", array=np.array([4, 5, 6]))])
moc.header.update({"MOCVERS": "2.0", "MOCDIM": "SPACE", "ORDERING": "NUNIQ", "COORDSYS": "C", "MOCORD_S": 0})
save("mocpy.fits", fits.PrimaryHDU(), moc)

# As the sky maps of gravitational waves.
skymap = fits.BinTableHDU(Table({"UNIQ": np.array([4, 5]), "PROBDENSITY": np.ones(2)}))
skymap.header.update({"PIXTYPE": "HEALPIX", "ORDERING": "NUNIQ", "MOCORDER": 0, "INDXSCHM": "EXPLICIT"})
save("skymap.fits", fits.PrimaryHDU(), skymap)

groups = fits.GroupData(np.zeros((2, 3, 4), np.float32), parnames=["u"], pardata=[np.zeros(2)], bitpix=-32)
save("groups.fits", fits.GroupsHDU(groups))

writeto(from_table(table), "table.vot")
writeto(from_table(table), "binary2.vot", tabledata_format="binary2")
writeto(from_table(spectrum), "spectrum.vot")
with open("table.vot", "rb") as plain, gzip.open("table.vot.gz", "wb") as packed:
    packed.write(plain.read())
table.write("table.ecsv", format="ascii.ecsv")
table.write("table.csv", format="ascii.csv")
table.write("table.ipac", format="ascii.ipac")
