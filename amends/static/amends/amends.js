// The behaviour of every page. Each module has its own begin(); what arrives later by htmx is adopted.
import { all, cookie } from "./js/words.js";
import * as charts from "./js/charts.js";
import * as clock from "./js/clock.js";
import * as evidence from "./js/evidence.js";
import * as forms from "./js/forms.js";
import * as keys from "./js/keys.js";
import * as live from "./js/live.js";
import * as palette from "./js/palette.js";
import * as viewer from "./js/viewer.js";

const root = document.documentElement, system = matchMedia("(prefers-color-scheme: dark)");

function theme(name) {
  root.dataset.bsTheme = name;
  document.dispatchEvent(new Event("amends:theme"));
}
document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-theme-switch]")) return;
  const next = root.dataset.bsTheme === "dark" ? "light" : "dark";
  root.dataset.themeChoice = next;
  cookie("theme", next);
  theme(next);
});
system.addEventListener("change", () => { if (root.dataset.themeChoice === "system") theme(system.matches ? "dark" : "light"); });

const offline = () => all("[data-offline]").forEach((bar) => { bar.hidden = navigator.onLine; });
addEventListener("online", offline);
addEventListener("offline", offline);
offline();

/* A clause's article opens beside its chip, inside the window. */
document.addEventListener("toggle", (event) => {
  const article = event.target;
  if (!article.matches?.(".why-text") || event.newState !== "open") return;
  const chip = document.querySelector(`[popovertarget="${article.id}"]`).getBoundingClientRect(), box = article.getBoundingClientRect();
  article.style.left = `${Math.max(16, Math.min(chip.left, innerWidth - box.width - 16))}px`;
  article.style.top = `${chip.bottom + 6 + box.height > innerHeight ? Math.max(8, chip.top - box.height - 6) : chip.bottom + 6}px`;
}, true);

/* A refusal of htmx is shown where the reader is: in the form's own place, else at the top of the page. */
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr } = event.detail;
  if (xhr.status < 400 || !(xhr.getResponseHeader("Content-Type") || "").includes("text/html") || xhr.status >= 500) return;
  event.detail.shouldSwap = true;
  event.detail.isError = false;
  event.detail.swapOverride = "innerHTML";
  event.detail.target = event.detail.elt.closest("form, section")?.querySelector(".says-slot") ?? document.getElementById("says");
});
function fault(event) {
  const template = document.getElementById("fault-words"), place = document.getElementById("says");
  if (template && place && (!event.detail.xhr?.status || event.detail.xhr.status >= 500)) place.replaceChildren(template.content.cloneNode(true));
}
["htmx:responseError", "htmx:sendError", "htmx:timeout"].forEach((name) => document.addEventListener(name, fault));

[clock, forms, evidence, viewer, keys, palette, charts].forEach((module) => module.begin());
const adopt = (part) => [clock, forms, evidence, charts].forEach((module) => module.adopt(part));
document.addEventListener("htmx:load", (event) => { if (event.detail.elt !== document.body) adopt(event.detail.elt); });
live.begin(adopt);
document.addEventListener("change", (event) => {
  const every = event.target.closest("[data-tick-all]");
  if (every) all("[data-queue] [data-row] input[type=checkbox]").forEach((box) => { box.checked = every.checked; });
  const bar = document.querySelector(".bulk[data-bulk]"), ticked = all("[data-queue] [data-row] input:checked").length;
  if (bar && event.target.closest("[data-queue]")) { bar.hidden = ticked === 0; all("[data-bulk-count]", bar).forEach((place) => { place.textContent = ticked; }); }
});
