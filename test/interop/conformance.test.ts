/** The conformance kit on the hubs whose Web Profile can be at any port; JSAMP's is looked at in web/. */
import { kitOn } from "./conformance/Kit.ts"

kitOn("ours")
kitOn("astropy")
