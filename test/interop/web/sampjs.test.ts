/** The upstream sampjs in a page of Chromium, at JSAMP's hub and at ours, with astropy and JSAMP on the desktop. */
import * as Sampjs from "./support/Sampjs.ts"
import { scenario } from "./support/Scenario.ts"

scenario("sampjs", Sampjs.source)
