// The keyboard: single letters on what the page shows, the queue, the scanner, the table of keys. Off while typing; can be switched off.
import { all, cookie, icon, make, t } from "./words.js";

const NAMES = { " ": "Space", Escape: "Esc" };
const BURST = 40;
let held = 0, burst = { text: "", at: 0, field: null, before: "" };

const typing = (node) => node.matches?.("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]");
const off = () => document.body.classList.contains("keys-off");
const shown = (node) => node.offsetParent !== null || node.getClientRects().length > 0;
const owner = (key, root = document) => all(`[data-key="${CSS.escape(key)}"]`, root).find((node) => shown(node) && !node.disabled);

function name(event) {
  const key = NAMES[event.key] ?? (event.key.length === 1 ? event.key.toUpperCase() : event.key);
  const strong = event.ctrlKey || event.metaKey ? "Ctrl " : "";
  return `${strong}${event.shiftKey && /^[A-Z]$/.test(key) ? "Shift " : ""}${key}`;
}

/* -- the queue ---------------------------------------------------------------------------------------------------------- */
const rows = () => all("[data-queue] [data-row]").filter(shown);
const current = () => rows().find((row) => row.getAttribute("aria-selected") === "true");
function choose(row) {
  if (!row) return;
  rows().forEach((one) => one.removeAttribute("aria-selected"));
  row.setAttribute("aria-selected", "true");
  row.querySelector("a[href]")?.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}
function tick(row, on) {
  const box = row?.querySelector("input[type=checkbox]");
  if (box && box.checked !== (on ?? !box.checked)) box.click();
}
function span() {
  const list = rows(), here = list.indexOf(current());
  const from = list.findLastIndex((row, place) => place < here && row.querySelector("input[type=checkbox]")?.checked);
  list.slice(Math.max(0, from), here + 1).forEach((row) => tick(row, true));
}
const QUEUE = {
  J: () => choose(rows()[rows().indexOf(current()) + 1] ?? current()),
  K: () => choose(rows()[Math.max(0, rows().indexOf(current()) - 1)]),
  Enter: () => current()?.querySelector("a[href]")?.click(),
  X: () => tick(current()),
  "Shift X": span,
};

/* -- the scanner: a burst of characters that ends in Enter goes to the scan field, wherever the focus is -------------------- */
function scanned(event) {
  const field = document.querySelector("[data-scan]");
  if (!field || event.target === field || event.target.tagName === "TEXTAREA") return false;
  const fast = event.timeStamp - burst.at < BURST;
  if (event.key === "Enter" && fast && burst.text.length >= 6) {
    event.preventDefault();
    clearTimeout(held);
    if (burst.field) burst.field.value = burst.before;
    field.value = burst.text;
    burst = { text: "", at: 0 };
    field.focus();
    field.form ? field.form.requestSubmit() : field.dispatchEvent(new Event("change", { bubbles: true }));
    return true;
  }
  if (event.key.length !== 1 || event.ctrlKey || event.metaKey) return false;
  if (!fast) burst = { text: "", field: typing(event.target) ? event.target : null, before: event.target.value };
  burst.text += event.key;
  burst.at = event.timeStamp;
  if (fast) clearTimeout(held);
  return burst.text.length > 1;
}

function act(key, event) {
  const own = owner(key);
  if (own) { event.preventDefault(); own.click(); if (own.matches("input, textarea")) own.focus(); return; }
  const move = document.querySelector("[data-queue]") && QUEUE[key];
  if (move && !(key === "Enter" && event.target.closest("a, button"))) { event.preventDefault(); move(); }
}

function press(event) {
  if (event.isComposing || event.defaultPrevented) return;
  const key = name(event);
  if (scanned(event)) return;
  if (key === "Ctrl Enter") {
    const button = owner(key, event.target.closest("form") ?? document);
    if (button) { event.preventDefault(); button.click(); }
    return;
  }
  if (key.startsWith("Ctrl ")) { const own = owner(key); if (own) { event.preventDefault(); own.click(); } return; }
  if (event.altKey || document.querySelector("dialog[open]")) return;
  if (/^F\d+$/.test(key)) { const own = owner(key); if (own) { event.preventDefault(); own.click(); } return; }
  if (off() || typing(event.target)) return;
  if (key === "Space" && event.target.matches("button, a, summary, input")) return;
  if (document.querySelector("[data-scan]") && event.key.length === 1) { held = setTimeout(() => act(key, event), BURST + 5); event.key === " " && event.preventDefault(); return; }
  act(key, event);
}

/* -- the table of keys ----------------------------------------------------------------------------------------------------- */
const words = (node) => {
  const copy = node.cloneNode(true);
  copy.querySelectorAll("kbd").forEach((one) => one.remove());
  return node.getAttribute("aria-label") || copy.textContent.trim();
};
export const keyed = () => all("[data-key]").filter(shown).map((node) => ({ key: node.dataset.key, words: words(node), node }));

function help() {
  const queue = document.querySelector("[data-queue]") ? [["J K", t("下一单，上一单", "Next, previous")], ["Enter", t("打开", "Open")],
    ["X", t("选择", "Select")], ["Shift X", t("选到这里", "Select to here")]] : [];
  const list = make("dl", { class: "kv c-body" });
  for (const [key, said] of [...keyed().map((one) => [one.key, one.words]), ...queue, ["Esc", t("关闭", "Close")]]) {
    list.append(make("dt", {}, make("kbd", {}, key)), make("dd", {}, said));
  }
  const box = make("input", { type: "checkbox", class: "tick" });
  box.checked = !off();
  box.onchange = () => { document.body.classList.toggle("keys-off", !box.checked); cookie("keys", box.checked ? "on" : "off"); };
  const close = make("button", { type: "button", class: "icon-btn push", "aria-label": t("关闭", "Close") }, icon("x"));
  const dialog = make("dialog", { class: "sheet", "aria-label": t("快捷键", "Keyboard") },
    make("div", { class: "c-head" }, make("h2", {}, t("快捷键", "Keyboard")), close), list,
    make("div", { class: "c-foot" }, make("label", { class: "check" }, box, t("使用单字母快捷键", "Use single-letter keys"))));
  close.onclick = () => dialog.close();
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

export function begin() {
  document.addEventListener("keydown", press);
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-keys-help]")) help();
    const row = event.target.closest("[data-queue] [data-row]");
    if (row) { rows().forEach((one) => one.removeAttribute("aria-selected")); row.setAttribute("aria-selected", "true"); }
  });
}
