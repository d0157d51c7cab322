"""Every fault of section 11 of the checklist, and what must not be one: see samp_checks.py for the output."""

from samp_checks import main
from samp_parties import World

import checks_faults  # noqa: F401  (the imports define the checks, in this order)
import checks_fault_replies  # noqa: F401

main(120, World)
