/** The options of `samp hub` for the Web Profile. */
import * as Flag from "effect/cli/Flag"
import * as Config from "effect/Config"
import * as Schema from "effect/Schema"
import { isPattern } from "../../domain/MType.ts"
import { harmless } from "../../domain/web/Restriction.ts"
import { webPort } from "../../domain/WebProfile.ts"

const isPort = (text: string): boolean => /^[0-9]{1,5}$/u.test(text) && Number(text) <= 65_535

const PortOrOff = Schema.String.check(
  Schema.makeFilter((text) =>
    text === "off" || isPort(text) ? undefined : "a port between 0 and 65535, or off"
  )
)

const Pattern = Schema.String.check(
  Schema.makeFilter((text) => isPattern(text) ? undefined : "an MType, or a pattern such as table.* or *")
)

/** All that begin with `--web-`, and `--no-web`. */
export const flags = {
  webPort: Flag.String("web-port").pipe(
    Flag.withMetavar("PORT|off"),
    Flag.withDescription(
      `port for web pages, which know only ${webPort}; 0 takes any free one, off none (default: $SAMP_WEB_PORT, or ${webPort})`
    ),
    Flag.withFallbackConfig(Config.String("SAMP_WEB_PORT")),
    Flag.withSchema(PortOrOff),
    Flag.withDefault(String(webPort))
  ),
  noWeb: Flag.Boolean("no-web").pipe(
    Flag.withDescription("do not let web pages in: the same as --web-port off"),
    Flag.withDefault(false)
  ),
  webConsent: Flag.Literals("web-consent", ["ask", "page", "policy", "allow", "deny"]).pipe(
    Flag.withDescription(
      "who lets web pages in that no rule of samp consent speaks of: ask here and on a page, or on the page only; policy nobody; allow and deny everybody, whatever the rules say (default: ask on a terminal, else policy)"
    ),
    Flag.optional
  ),
  webMType: Flag.String("web-mtype").pipe(
    Flag.withMetavar("PATTERN"),
    Flag.withDescription(
      "let web pages send and receive these too, beside what is harmless; * for all; may be given several times"
    ),
    Flag.withSchema(Pattern),
    Flag.atLeast(0)
  ),
  webFlash: Flag.Boolean("web-flash").pipe(
    Flag.withDescription("serve /crossdomain.xml, by which Flash lets its pages reach the hub"),
    Flag.withDefault(false)
  ),
  webSilverlight: Flag.Boolean("web-silverlight").pipe(
    Flag.withDescription("serve /clientaccesspolicy.xml, by which Silverlight lets its pages reach the hub"),
    Flag.withDefault(false)
  )
}

/** What pages may send and receive unless their consent says otherwise (WEB-60). */
export const mtypesOf = (given: { readonly webMType: ReadonlyArray<string> }): ReadonlyArray<string> => [
  ...harmless,
  ...given.webMType
]

/** The port that was chosen; undefined for none. */
export const portOf = (given: { readonly webPort: string; readonly noWeb: boolean }): number | undefined =>
  given.noWeb || given.webPort === "off" ? undefined : Number(given.webPort)
