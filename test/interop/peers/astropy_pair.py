"""Three astropy clients against the hub found by HOME: what clients rely on when all goes well.

astropy_pair.py [part of a check's name]; one JSON line a check, see samp_checks.py.
"""

from samp_checks import main
from samp_parties import World

import checks_registration  # noqa: F401  (the imports define the checks, in this order)
import checks_subscriptions  # noqa: F401
import checks_delivery  # noqa: F401
import checks_responses  # noqa: F401
import checks_unregister  # noqa: F401

main(120, World)
