/** The options of `samp hub` for the Web Profile. */
import * as Flag from "effect/cli/Flag"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { resolve } from "node:path"
import { isPattern } from "../../domain/MType.ts"
import { harmless } from "../../domain/web/Restriction.ts"
import { webPort } from "../../domain/WebProfile.ts"
import { codes, Stop } from "./Exit.ts"

const isPort = (text: string): boolean => /^[0-9]{1,5}$/u.test(text) && Number(text) <= 65_535

const PortOrOff = Schema.String.check(
  Schema.makeFilter((text) =>
    text === "off" || isPort(text) ? undefined : "a port between 0 and 65535, or off"
  )
)

const Pattern = Schema.String.check(
  Schema.makeFilter((text) => isPattern(text) ? undefined : "an MType, or a pattern such as table.* or *")
)

/** MTypes beside those that are harmless. */
export const webMType = (description: string) =>
  Flag.String("web-mtype").pipe(
    Flag.withMetavar("PATTERN"),
    Flag.withDescription(description),
    Flag.withSchema(Pattern),
    Flag.atLeast(0)
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
  webConsentFile: Flag.String("web-consent-file").pipe(
    Flag.withMetavar("FILE"),
    Flag.withDescription("rules in another file than this user's; samp consent changes it with --file"),
    Flag.optional
  ),
  webMType: webMType(
    "let web pages send and receive these too, beside what is harmless; * for all; may be given several times"
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

/** Path of the rules that were chosen, as it is from everywhere; undefined for this user's. */
export const rulesOf = (given: {
  readonly webConsent: Option.Option<string>
  readonly webConsentFile: Option.Option<string>
}): Effect.Effect<string | undefined, Stop> => {
  const { webConsent, webConsentFile } = given
  if (Option.isNone(webConsentFile)) return Effect.succeed(undefined)
  const mode = Option.getOrElse(webConsent, () => "")
  const text = `--web-consent ${mode} heeds no rules; leave out that or --web-consent-file`
  return mode === "allow" || mode === "deny"
    ? Effect.fail(new Stop({ code: codes.usage, text }))
    : Effect.succeed(resolve(webConsentFile.value))
}
