/** The conformance kit on JSAMP's hub, whose Web Profile needs the one port that pages know. */
import { kitOn } from "../conformance/Kit.ts"

kitOn("jsamp")
