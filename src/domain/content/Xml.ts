/** Recognises XML documents: VOTable, PDS4 labels, and pages that are neither. */
import * as Result from "effect/Result"
import * as Markup from "./Markup.ts"
import { make, type Product } from "./Product.ts"
import * as Spectral from "./Spectral.ts"
import { unrecognised, type Verdict } from "./Verdict.ts"

const described = new Set(["FIELD", "TABLE", "PARAM", "INFO"])

const votableProduct = (text: string, root: Markup.Tag): Product => {
  const version = root.attributes.get("version") ?? /VOTable\/v(\d+\.\d+)/u.exec(text.slice(0, root.end))?.[1]
  const seen = Markup.tags(text, root.end, described, "DATA")
  const of = (name: string): ReadonlyArray<Markup.Tag> => seen.filter((tag) => tag.name === name)
  const columns = of("FIELD").slice(0, Spectral.maxColumns).map(({ attributes: at }) => ({
    name: at.get("name") ?? at.get("ID") ?? "",
    unit: at.get("unit") ?? "",
    ucd: at.get("ucd") ?? "",
    utype: at.get("utype") ?? ""
  }))
  const judged = Spectral.judge(columns)
  const isTarget = ({ attributes: at }: Markup.Tag): boolean =>
    /(?:^|[.:])Target\.Name$/iu.test(at.get("utype") ?? "")
  const detail = [
    ...version === undefined ? [] : [`version ${version}`],
    ...judged === undefined ? [] : ["perhaps a spectrum"]
  ]
  return make("votable", {
    detail: detail.length === 0 ? undefined : detail.join(", "),
    alternatives: judged === undefined ? [] : ["spectrum"],
    spectrum: judged === undefined
      ? undefined
      : { ...judged.facts, target: of("PARAM").find(isTarget)?.attributes.get("value") }
  })
}

// What a PDS4 label describes is in files beside it. Only observational products hold tables.
const label = (text: string, root: Markup.Tag): Verdict =>
  root.name === "Product_Observational"
    ? Result.succeed(make("pds4", {
      detail: Markup.texts(text, "title", 1)[0]?.replace(/\s+/gu, " ").slice(0, 80),
      companions: [...new Set(Markup.texts(text, "file_name", 64))].filter((name) =>
        /^[^/\\<>&]+$/u.test(name)
      )
    }))
    : Result.fail(unrecognised(
      "xml",
      `This is a PDS4 label, but of a ${root.name}, which holds no table.`,
      "Give the label of a Product_Observational."
    ))

const html = (text: string): Verdict => {
  const title = Markup.texts(text, "title", 1)[0] ?? Markup.texts(text, "TITLE", 1)[0]
  const said = title?.replace(/[^\x20-\x7e]+/gu, " ").trim().slice(0, 80)
  const titled = said === undefined || said === "" ? "" : ` titled "${said}"`
  return Result.fail(unrecognised(
    "html",
    `This is a web page${titled}, not data: perhaps an error or log-in page of the server.`,
    "Open it in a browser and look for the link to the file itself; for a HiPS give the URL of its properties file."
  ))
}

const service = (root: Markup.Tag): string =>
  ["Error", "ExceptionReport", "ServiceException", "ServiceExceptionReport"].includes(root.name)
    ? "This is an error report of the server, not data."
    : `This is XML with the root element ${root.name.slice(0, 60)}, neither a VOTable nor a PDS4 label.`

/**
 * Recognises a text that may be XML or HTML.
 *
 * @returns undefined when it is neither, `cut off` when the root is further on
 */
export const recogniseMarkup = (text: string): Verdict | "cut off" | undefined => {
  const root = Markup.root(text)
  if (root === "cut off") return text.trim() === "" ? undefined : "cut off"
  if (root === "no markup") return undefined
  if (root.name === "VOTABLE") return Result.succeed(votableProduct(text, root))
  if (/^(?:html|head|body|frameset|meta|script|title|div|table|pre|h1|p)$/iu.test(root.name)) {
    return html(text)
  }
  if (/^Product_[A-Z]/u.test(root.name)) return label(text, root)
  return Result.fail(unrecognised("xml", service(root)))
}
