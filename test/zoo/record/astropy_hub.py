"""astropy's hub with the Standard Profile only, until stdin ends (SAMP_HUB names the lockfile)."""
import sys

from astropy.samp import SAMPHubServer, conf

conf.use_internet = False
hub = SAMPHubServer(addr="127.0.0.1", web_profile=False, label="zoo")
hub.start()
sys.stdin.read()
hub.stop()
