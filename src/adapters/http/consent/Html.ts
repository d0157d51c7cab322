/** The page of consent as HTML. Everything that comes from a page is text: it passes through `escape`. */
import { createHash } from "node:crypto"
import type { PageView, QuestionView, RuleView, WebClientView } from "../../../domain/consent/PageView.ts"
import { may } from "../../../domain/consent/Texts.ts"
import { script } from "./Script.ts"
import { style } from "./Style.ts"

const entities: { readonly [character: string]: string } = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  "\"": "&quot;",
  "'": "&#39;"
}

/** Characters of a text that a page has chosen. */
const longest = 200

/**
 * Text of others for HTML, also in attributes. What does not show, or changes the order in which the rest shows, is shown as a sign of
 * its own, lest a name look like something else.
 */
export const escape = (text: string): string =>
  (text.length > longest ? `${text.slice(0, longest)}\u2026` : text)
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}]/gu, "\ufffd")
    .replace(/[&<>"']/gu, (character) => entities[character] ?? "")

const hidden = (fields: { readonly [name: string]: string | undefined }): string =>
  Object.entries(fields).map(([name, value]) =>
    value === undefined ? "" : `<input type="hidden" name="${name}" value="${attribute(value)}">`
  ).join("")

/** A value that is sent back as it is; it is never shown. */
const attribute = (text: string): string =>
  text.replace(/[&<>"']/gu, (character) => entities[character] ?? "")

const origin = (text: string): string => `<code>${escape(text)}</code>`

/** What an element is about, so that it is put in anew only if that is different. */
const key = (...parts: ReadonlyArray<unknown>): string =>
  `data-key="${createHash("sha256").update(JSON.stringify(parts)).digest("base64url").slice(0, 16)}"`

const answers = [
  ["once", "yes", "Allow once"],
  ["always", "yes", "Always allow"],
  ["no", "no", "Deny"],
  ["never", "no", "Always deny"]
] as const

const duration = (ms: number): string => `${Math.ceil(ms / 1000)} s`

const questionCard = ({ id, left, names, waiting, warnings, who }: QuestionView): string => {
  const buttons = answers.map(([answer, kind, text]) =>
    `<button id="q${id}-${answer}" class="${kind}" name="answer" value="${answer}" aria-label="${text}: ${
      escape(who)
    }">${text}</button>`
  )
  return `<li id="q${id}" class="card" ${key(names, warnings, waiting)}>
<h3>${origin(who)}</h3>
<p>It calls itself ${names.map((name) => `<q>${escape(name)}</q>`).join(", ")}
<span class="soft">&ndash; it can call itself anything; the line above is what is known of it.</span></p>
${warnings.map((text) => `<p class="warn"><strong>Warning:</strong> ${escape(text)}.</p>`).join("\n")}
<form method="post" action="act">${hidden({ do: "answer", question: String(id) })}
<div class="answers" role="group" aria-label="Answers to ${escape(who)}">${buttons.join("\n")}</div></form>
<p class="soft">${
    waiting > 1 ? `${waiting} requests of it wait. ` : ""
  }It counts as no in <span data-left="${left}">${duration(left)}</span>.</p>
</li>`
}

const button = (
  text: string,
  about: string,
  id: string,
  fields: { readonly [name: string]: string | undefined }
): string =>
  `<form method="post" action="act">${hidden(fields)}<button id="${id}" aria-label="${text}: ${
    escape(about)
  }">${text}</button></form>`

const ruleRow = (rule: RuleView, index: number): string => {
  const { expired, expires, limits, name, note, verdict } = rule
  const only = [
    ...name === undefined ? [] : [`under the name <q>${escape(name)}</q>`],
    ...limits === "" ? [] : [escape(limits)]
  ]
  return `<tr id="r${index}" ${key(rule)}>
<td class="${verdict}">${verdict}</td><th scope="row">${origin(rule.origin)}</th>
<td>${only.join("; ") || (verdict === "allow" ? "the usual" : "all")}</td>
<td class="until">${
    expires === undefined ? "" : `<span${expired ? " class=\"gone\"" : ""}>${escape(expires)}</span>`
  }</td>
<td>${escape(note ?? "")}</td>
<td>${button("Revoke", rule.origin, `r${index}-revoke`, { do: "revoke", origin: rule.origin, name })}</td>
</tr>`
}

const clientRow = (client: WebClientView): string => {
  const subject = client.origin ?? "local"
  const id = `c-${attribute(client.id)}`
  return `<tr id="${id}" ${key(client)}>
<th scope="row">${origin(client.origin ?? "a program without an origin")}</th><td><q>${
    escape(client.name)
  }</q></td>
<td>${escape(client.id)}</td>
<td>${button("Revoke", subject, `${id}-revoke`, { do: "revoke", origin: subject })}
${button("Always deny", subject, `${id}-deny`, { do: "deny", origin: subject })}</td>
</tr>`
}

const modes: { readonly [M in PageView["mode"]]: string } = {
  ask: "Who is in no rule has to ask you.",
  policy: "Who is in no rule is refused, and nobody is asked.",
  allow: "This hub lets everybody in, whatever the rules say. That is unsafe.",
  deny: "This hub lets no web client in, whatever the rules say."
}

const table = (caption: string, heads: ReadonlyArray<string>, body: string): string =>
  `<div class="scroll"><table aria-label="${caption}"><thead><tr>${
    heads.map((head) => `<th scope="col">${head}</th>`).join("")
  }</tr></thead><tbody>${body}</tbody></table></div>`

const clientsPart = (clients: ReadonlyArray<WebClientView>, once: ReadonlyArray<string>): string => {
  const rows = clients.map(clientRow).join("\n")
  const connected = rows === ""
    ? "<p class=\"soft\">No web client is connected.</p>"
    : table("Connected web clients", ["Origin", "Claims to be", "Id", ""], rows)
  const words = once.map((subject, index) =>
    `<li>${origin(subject)} ${
      button("Take back", subject, `o${index}-revoke`, { do: "revoke", origin: subject })
    }</li>`
  ).join("")
  return words === "" ? connected : `${connected}<p>Let in once, and in no rule:</p><ul>${words}</ul>`
}

/**
 * The whole page.
 *
 * @param said - what came of the last thing that was done
 */
export const page = (view: PageView, said: string): string => {
  const { broken, clients, file, mode, once, questions, rules } = view
  const count = questions.length === 0 ? "" : `(${questions.length}) `
  const notes = broken === undefined
    ? ""
    : `<p class="warn"><strong>The rules cannot be read, and nobody is let in:</strong> ${escape(broken)}</p>`
  const cards = questions.length === 0
    ? "<li id=\"q-none\" data-key=\"\" class=\"soft\">Nobody asks now. This page will show when somebody does.</li>"
    : questions.map(questionCard).join("\n")
  const known = rules.length === 0
    ? "<p class=\"soft\">There are none.</p>"
    : table("Remembered rules", ["", "Origin", "What", "Until", "Note", ""], rules.map(ruleRow).join("\n"))
  return `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>${count}SAMP consent</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><style>${style}</style></head>
<body>
<header><h1>SAMP: which web pages may use your desktop programs</h1>
<p class="soft">${modes[mode]}</p></header>
<main>
<p id="status" role="status">${escape(said)}</p>
<div id="notes"><div id="notes-all" ${key(broken)}>${notes}</div></div>
<section aria-labelledby="h-questions"><h2 id="h-questions">Waiting for your answer</h2>
<p class="soft">Whoever is let in can ${may}.</p>
<ol id="questions" aria-live="polite">${cards}</ol></section>
${
    clients === undefined && once.length === 0
      ? "<div id=\"clients\" hidden></div>"
      : `<section aria-labelledby="h-clients"><h2 id="h-clients">Connected</h2>
<div id="clients"><div id="clients-all" ${key(clients, once)}>${
        clientsPart(clients ?? [], once)
      }</div></div></section>`
  }
<section aria-labelledby="h-rules"><h2 id="h-rules">Rules</h2>
<div id="rules"><div id="rules-all" ${key(rules)}>${known}</div></div></section>
</main>
<footer class="soft"><p>The rules are in <code>${
    escape(file)
  }</code>; <code>samp consent --help</code> tells how to change
them from a terminal. Whoever has the address of this page can answer here: do not pass it on.</p></footer>
<script>${script}</script>
</body></html>
`
}
