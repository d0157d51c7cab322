/**
 * What keeps the page of consent up to date. The page works without it, but then has to be loaded again by hand.
 *
 * The page is fetched anew when the hub says that something has changed, and only what is different is put in, so that the
 * keyboard's focus stays where it is. For a moment after questions have come or gone no click counts: one that was meant for
 * another question must not answer what has slipped under the pointer.
 */
export const script = `
"use strict";
const settleMs = 700;
let settled = 0;
const byId = (id) => document.getElementById(id);
const say = (text) => { byId("status").textContent = text; };

const count = () => {
  const now = performance.now();
  for (const time of document.querySelectorAll("[data-left]")) {
    time.until ??= now + Number(time.dataset.left);
    const seconds = Math.max(0, Math.ceil((time.until - now) / 1000));
    time.textContent = seconds < 120 ? seconds + " s" : Math.round(seconds / 60) + " min";
  }
};

/* Puts the children of one element into another, by their ids; those that are the same stay. */
const merge = (to, from) => {
  let different = false;
  const wanted = [...from.children];
  const ids = new Set(wanted.map((child) => child.id));
  for (const child of [...to.children]) {
    if (!ids.has(child.id)) { child.remove(); different = true; }
  }
  wanted.forEach((child, index) => {
    const known = [...to.children].find((other) => other.id === child.id);
    if (known !== undefined && known.dataset.key === child.dataset.key) return;
    different = true;
    if (known === undefined) to.insertBefore(document.adoptNode(child), to.children[index] ?? null);
    else known.replaceWith(document.adoptNode(child));
  });
  return different;
};

const settle = () => {
  settled = performance.now() + settleMs;
  byId("questions").classList.add("settling");
  setTimeout(() => {
    if (performance.now() >= settled) byId("questions").classList.remove("settling");
  }, settleMs + 20);
};

const show = (html) => {
  const next = new DOMParser().parseFromString(html, "text/html");
  const focused = document.activeElement === null ? undefined : document.activeElement.id;
  if (merge(byId("questions"), next.getElementById("questions"))) settle();
  for (const id of ["notes", "clients", "rules"]) merge(byId(id), next.getElementById(id));
  document.title = next.title;
  if (focused && document.activeElement === document.body) byId(focused)?.focus();
  count();
  return next;
};

let fetching = 0;
const refresh = async () => {
  const number = ++fetching;
  const response = await fetch(location.href, { cache: "no-store" });
  const html = await response.text();
  if (response.ok && number === fetching) show(html);
};

document.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (event.target.closest("#questions") !== null && performance.now() < settled) {
    say("The list has just changed. Please look again before you answer.");
    return;
  }
  try {
    const body = new URLSearchParams(new FormData(event.target, event.submitter));
    fetching++;
    const response = await fetch(event.target.action, { method: "POST", body, cache: "no-store" });
    if (!response.ok) return say(await response.text());
    say(show(await response.text()).getElementById("status").textContent);
  } catch {
    say("The hub does not answer. It may have ended.");
  }
});

const events = new EventSource("events");
let lost = false;
events.onmessage = () => { refresh().catch(() => {}); };
events.onopen = () => {
  if (lost) say("");
  lost = false;
  refresh().catch(() => {});
};
events.onerror = () => {
  lost = true;
  say("The hub does not answer. It may have ended; then this page is of no more use.");
};
setInterval(count, 1000);
count();
`
