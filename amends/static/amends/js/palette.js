// Ctrl K: the page's own commands and the side bar at once, the server's finds when the page names an address for them.
import { all, icon, make } from "./words.js";
import { keyed } from "./keys.js";

let dialog, input, list, none, commands = [], waiting = 0, asked = 0;

function gather() {
  const links = all(".side nav a").map((node) => ({ words: node.firstChild.nextSibling?.textContent.trim() || node.textContent.trim(), url: node.href, icon: "arrow-right" }));
  const acts = keyed().filter((one) => one.key !== "Ctrl K").map((one) => ({ words: one.words, key: one.key, run: () => one.node.click(), icon: "bolt" }));
  return [...acts, ...links];
}

function row(one, place) {
  const link = make("a", { href: one.url ?? "#", tabindex: "-1" }, icon(one.icon ?? "file"), one.words);
  if (one.key) link.append(make("kbd", { class: "push" }, one.key));
  link.onclick = (event) => { if (one.run) { event.preventDefault(); dialog.close(); one.run(); } };
  return make("li", { role: "option", id: `found-${place}`, "aria-selected": place === 0 ? "true" : "false" }, link);
}

function show(found) {
  list.replaceChildren(...found.slice(0, 12).map(row));
  none.hidden = found.length > 0;
  input.setAttribute("aria-activedescendant", found.length ? "found-0" : "");
}

async function search() {
  const wish = input.value.trim().toLowerCase(), own = commands.filter((one) => one.words.toLowerCase().includes(wish));
  show(own);
  if (!input.dataset.findUrl || wish.length < 2) return;
  clearTimeout(waiting);
  waiting = setTimeout(async () => {
    const turn = ++asked;
    const answer = await fetch(`${input.dataset.findUrl}?q=${encodeURIComponent(wish)}`, { headers: { Accept: "application/json" } }).catch(() => null);
    if (answer?.ok && turn === asked) show([...(await answer.json()), ...own]);
  }, 150);
}

function move(by) {
  const found = all("li", list), here = found.findIndex((one) => one.getAttribute("aria-selected") === "true");
  if (!found.length) return;
  found[here]?.setAttribute("aria-selected", "false");
  const next = found[(here + by + found.length) % found.length];
  next.setAttribute("aria-selected", "true");
  next.scrollIntoView({ block: "nearest" });
  input.setAttribute("aria-activedescendant", next.id);
}

export function begin() {
  dialog = document.querySelector("[data-palette-dialog]");
  if (!dialog) return;
  input = dialog.querySelector("input"); list = dialog.querySelector("ul"); none = dialog.querySelector(".none");
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-palette]")) return;
    commands = gather(); input.value = ""; dialog.showModal(); search();
  });
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  input.addEventListener("input", search);
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") { event.preventDefault(); move(event.key === "ArrowDown" ? 1 : -1); }
    if (event.key === "Enter") { event.preventDefault(); list.querySelector("[aria-selected=true] a")?.click(); }
  });
}
