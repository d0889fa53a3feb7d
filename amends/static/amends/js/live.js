// Live parts: [data-live] elements are fetched anew when the server says that something they show has changed, and by the clock where the
// stream cannot be reached. An event names what changed and carries none of it; what may be seen is decided where the part is drawn.
import { all, make, t } from "./words.js";
import { morph } from "./morph.js";

const POLL = 30_000, SILENT = 65_000, HIDDEN = 20_000, GAP = 1000, AGAIN = 15_000;
const body = document.body;
const sources = new Map();
let stream = null, mark = "", heard = 0, connected = false, over = false, away = 0, adopt = () => {};

const parts = () => all("[data-live]").filter((part) => part.id);
const whole = () => document.querySelector("main[data-live-from]")?.dataset.liveFrom;
const framed = (part) => part.dataset.live === "counters" || part.id === "bell";
const source = (part) => (framed(part) ? whole() || body.dataset.liveFrame : part.dataset.liveFrom || whole()) || body.dataset.livePage;

/* -- what the reader sees of it ------------------------------------------------------------------------------------------- */
const says = make("div", { class: "live-mark", role: "status", "aria-live": "polite" });
let fading = 0;
function say(words, ...more) {
  clearTimeout(fading);
  says.replaceChildren(words, ...more);
  says.classList.add("shown");
  if (!more.length) fading = setTimeout(() => says.classList.remove("shown"), 4000);
}
function held() {
  const look = make("button", { type: "button", class: "btn btn-sm" }, t("看最新的", "Show what is new"));
  look.onclick = () => location.assign(whole() ?? location.href);
  say(t("这一页有了变化，你正在写的没有动。", "This page has changed. What you are writing was left as it is. "), look);
}
function state() {
  body.dataset.stream = connected ? "on" : "off";
  all("[data-live-state]").forEach((place) => { place.textContent = connected ? t("实时更新", "Updated live") : t("每 30 秒更新", "Updated every 30 s"); });
}

/* -- fetching ------------------------------------------------------------------------------------------------------------- */
function due(url, within, after = 0) {
  if (!url || over) return;
  const one = sources.get(url) ?? { timer: 0, running: false, again: false, last: 0 };
  sources.set(url, one);
  if (one.running) { one.again = true; return; }
  if (one.timer) return;
  const pause = Math.max(0, one.last + GAP - performance.now());
  one.timer = setTimeout(() => { one.timer = 0; refresh(url, one); }, pause + after + Math.random() * within);
}

/* A row must not move away under a hand that is about to press it. */
let moved = -Infinity;
const pointed = (url) => performance.now() - moved < 1200 && parts().some((part) => part.dataset.live === "queue" && source(part) === url && part.matches(":hover"));

async function refresh(url, one) {
  if (pointed(url)) { one.timer = setTimeout(() => { one.timer = 0; refresh(url, one); }, 700); return; }
  one.running = true;
  try {
    const answer = await fetch(url, { headers: { "X-Live": mark || "poll" }, credentials: "same-origin", redirect: "manual" });
    if (answer.type === "opaqueredirect" || answer.status === 401) { end(); return; }
    if (answer.ok) take(new DOMParser().parseFromString(await answer.text(), "text/html"), url);
  } catch { /* offline or restarting: the next change or the clock tries again */ } finally {
    one.running = false;
    one.last = performance.now();
    if (one.again) { one.again = false; due(url, 200); }
  }
}

function take(fresh, url) {
  let noticed = 0, left = 0;
  for (const part of parts()) {
    const now = fresh.getElementById(part.id);
    if (!now || now.dataset.live !== part.dataset.live) continue;
    if ("liveHold" in part.dataset) { left += 1; continue; }
    const { changes, held: kept } = morph(part, now);
    left += kept;
    if (changes && !("liveQuiet" in part.dataset)) { noticed += changes; part.dispatchEvent(new CustomEvent("amends:live", { bubbles: true, detail: { url } })); }
    if (changes) globalThis.htmx?.process(part);
    adopt(part);
  }
  const address = fresh.body?.dataset.liveUrl;
  if (address && (!stream || address !== body.dataset.liveUrl)) { body.dataset.liveUrl = address; connect(); }
  state();
  if (left) held(); else if (noticed) say(t("刚刚更新", "Just updated"));
}

/* -- the stream ----------------------------------------------------------------------------------------------------------- */
function touched({ cases, parts: named, among }) {
  const crowd = among > 3 ? Math.min(4000, among * 2) : 0;
  for (const part of parts()) {
    const { live, liveCase } = part.dataset;
    if (live === "case" ? cases.includes(liveCase) : named.includes(live)) framed(part) && !whole() ? due(source(part), 300 + crowd * 4, crowd * 2) : due(source(part), crowd);
  }
}
const everything = (within) => new Set(parts().map(source)).forEach((url) => due(url, within));

function hear(event) {
  heard = performance.now();
  mark = event.lastEventId || mark;
  if (!connected) { connected = true; state(); }
}
function connect() {
  clearTimeout(away);
  stream?.close();
  stream = null;
  const address = body.dataset.liveUrl;
  if (!address || over || document.hidden) return;
  const url = new URL(address, location.href), shown = parts();
  url.searchParams.set("face", body.dataset.liveFace);
  url.searchParams.set("parts", [...new Set(shown.map((part) => part.dataset.live).filter((name) => name !== "case"))].join(","));
  new Set(shown.map((part) => part.dataset.liveCase).filter(Boolean)).forEach((ref) => url.searchParams.append("case", ref));
  if (mark) url.searchParams.set("since", mark);
  heard = performance.now();
  stream = new EventSource(url, { withCredentials: true });
  for (const name of ["hello", "beat"]) stream.addEventListener(name, hear);
  stream.addEventListener("change", (event) => { hear(event); touched(JSON.parse(event.data)); });
  stream.addEventListener("reset", (event) => { hear(event); everything(3000); });
  stream.addEventListener("end", (event) => { if (JSON.parse(event.data).why === "signed_out") end(); });
  stream.addEventListener("error", () => {
    if (connected) { connected = false; state(); }
    if (stream?.readyState === EventSource.CLOSED) away = setTimeout(connect, AGAIN + Math.random() * AGAIN);
  });
}
function end() {
  over = true;
  connected = false;
  stream?.close();
  state();
}

function look() {
  if (document.hidden || over) return;
  if (!connected) everything(2000);
  else if (performance.now() - heard > SILENT) { connected = false; connect(); }
}
function seen() {
  clearTimeout(away);
  if (document.hidden) away = setTimeout(() => { stream?.close(); stream = null; connected = false; }, HIDDEN);
  else if (!stream || stream.readyState === EventSource.CLOSED) connect();
}

export function begin(adopting) {
  if (!parts().length || !body.dataset.liveSince) return;
  adopt = adopting;
  mark = body.dataset.liveSince;
  body.append(says);
  setInterval(look, POLL);
  addEventListener("pointermove", () => { moved = performance.now(); }, { passive: true });
  document.addEventListener("visibilitychange", seen);
  addEventListener("pageshow", (event) => { if (event.persisted) { everything(500); connect(); } });
  addEventListener("pagehide", () => { stream?.close(); stream = null; });
  document.addEventListener("amends:lapsed", () => setTimeout(() => connected || everything(500), 3000));
  connect();
}
