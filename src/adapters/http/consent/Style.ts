/** How the page of consent looks, in the light and in the dark. */
export const style = `
:root {
  color-scheme: light dark;
  --back: #f6f7f9; --card: #ffffff; --text: #1b1f24; --soft: #57606a; --line: #d0d7de;
  --yes: #116329; --no: #a40e26; --warn: #6f4400; --warn-back: #fff4d6; --button: #f3f4f6; --focus: #0757b8;
}
@media (prefers-color-scheme: dark) {
  :root {
    --back: #0e1116; --card: #171b21; --text: #e6eaef; --soft: #a0a9b4; --line: #363d47;
    --yes: #69d58a; --no: #ff9a9a; --warn: #ffd88a; --warn-back: #332707; --button: #232932; --focus: #7db8ff;
  }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 60rem; padding: 1.5rem 1rem 3rem; background: var(--back); color: var(--text);
  font: 1rem/1.5 system-ui, sans-serif; }
h1 { font-size: 1.4rem; margin: 0 0 .25rem; }
h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
p { margin: .4rem 0; }
code { font: 0.95em ui-monospace, monospace; overflow-wrap: anywhere; }
.soft { color: var(--soft); }
ol { list-style: none; margin: 0; padding: 0; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: 1rem; margin: 0 0 .75rem; }
.card h3 { font-size: 1.15rem; margin: 0; }
.card h3 code { font-weight: 600; }
.warn { background: var(--warn-back); color: var(--warn); border-radius: .35rem; padding: .5rem .75rem; }
form { margin: 0; }
.answers { display: flex; flex-wrap: wrap; gap: .5rem; margin: .8rem 0 .4rem; }
button { font: inherit; color: var(--text); background: var(--button); border: 1px solid var(--line); border-radius: .35rem;
  padding: .45rem .9rem; min-height: 2.6rem; cursor: pointer; }
button:hover { border-color: var(--text); }
button:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }
button.yes { color: var(--yes); } button.no { color: var(--no); }
td button { padding: .2rem .6rem; min-height: 2rem; }
td form { display: inline-block; margin: 0 .25rem .25rem 0; }
.settling .answers button { opacity: .45; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; background: var(--card); border: 1px solid var(--line); border-radius: .5rem; }
th, td { text-align: left; vertical-align: top; padding: .5rem .75rem; border-top: 1px solid var(--line); }
thead th { border-top: 0; color: var(--soft); font-weight: 600; font-size: .9rem; }
tbody th { font-weight: 400; min-width: 15rem; }
.allow { color: var(--yes); font-weight: 600; } .deny { color: var(--no); font-weight: 600; }
.until { white-space: nowrap; }
.gone { color: var(--soft); text-decoration: line-through; }
#status { font-weight: 600; }
#status:empty { margin: 0; }
footer { margin-top: 2rem; font-size: .9rem; }
`
