/** pyvo's convenience functions against our hub. pyvo 1.2 has no hub or client of its own: it uses astropy's. */
import { describeChecks } from "./support/Checks.ts"

describeChecks("pyvo.samp", "pyvo_helpers.py", (it) => {
  it("PF-120: connection() registers, and always unregisters", "connection")
  it("PF-121: find_client_id finds by name", "findClient")
  it("PF-122, PF-125: send_table_to waits while the recipient reads the table", "sendTable")
  it("PF-123, PF-124: send_image_to one and to all", "sendImage")
  it("PF-124: send_spectrum_to", "sendSpectrum")
})
