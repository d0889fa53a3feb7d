// The receiving desk. A code that was scanned stays on this device, under a key of its own, until the server has answered it: a dead
// network or a killed server loses none, and sending again doubles none. The next scan never waits for the last one. What the server
// refused stays in sight with its reason until somebody has read it: at this pace nobody reads along.
import { make, t } from "./words.js";

const AGAIN = 1500, SAME = 3000, LOOK = 200, BLIND = 10;
const form = document.querySelector("[data-desk]");

if (form) begin();

function begin() {
  const store = `amends-desk-${form.dataset.desk}`, field = form.elements.code, grams = form.elements.grams;
  const read = () => JSON.parse(localStorage.getItem(store) || "[]");
  const write = (rows) => { rows.length ? localStorage.setItem(store, JSON.stringify(rows)) : localStorage.removeItem(store); count(rows.length); };
  const box = document.querySelector("[data-desk-refused]"), list = box.querySelector("ol");
  box.querySelector("button").addEventListener("click", () => { list.replaceChildren(); box.hidden = true; field.focus(); });
  let busy = false;

  function count(n) {
    const waits = form.querySelector("[data-desk-waits]");
    waits.hidden = n < 1;
    waits.querySelector("[data-desk-count]").textContent = n;
  }

  function take(code, weight) {
    if (!code.trim()) return;
    write([...read(), { key: crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`, code: code.trim(), grams: weight.trim() }]);
    field.value = "";
    grams.value = "";
    field.focus();
    send();
  }

  async function send() {
    const [next] = read();
    if (busy || !next) return;
    busy = true;
    const done = await ask(next).catch(() => false);
    busy = false;
    if (done) { write(read().filter((row) => row.key !== next.key)); send(); } else setTimeout(send, AGAIN);
  }

  async function ask(row) {
    const body = new FormData(form);
    body.set("idempotency_key", row.key);
    body.set("code", row.code);
    body.set("grams", row.grams);
    const answer = await fetch(form.action, { method: "POST", body, headers: { "HX-Request": "true" }, redirect: "manual" });
    const words = await answer.text();
    if (answer.ok) { show(words); return true; }
    if (answer.status >= 500 || !/data-fault/.test(words)) { stopped(answer); return false; }
    if (answer.status === 409 && /still running|还在处理/.test(words)) return false;
    refused(row.code, words);
    return true;
  }

  /* Signed out, or a form that has grown old: nothing is lost, and only a person can help. */
  function stopped(answer) {
    if (answer.type === "opaqueredirect" || answer.status === 403)
      says(t("这一页要重新登录或刷新，扫过的都还在这台设备上。", "Sign in again or reload this page. What you scanned is kept on this device."));
  }

  function show(words) {
    const desk = document.getElementById("desk");
    desk.innerHTML = words;
    says("");
  }

  function refused(code, words) {
    const why = new DOMParser().parseFromString(words, "text/html").querySelector("[data-fault]").textContent.replace(/\s+/g, " ").trim();
    list.prepend(make("li", {}, make("b", { class: "mono" }, code), ` ${why}`));
    box.hidden = false;
  }

  function says(words) {
    const place = document.getElementById("says");
    place?.replaceChildren(...(words ? [make("div", { class: "says bad", role: "alert" }, words)] : []));
  }

  form.addEventListener("submit", (event) => { event.preventDefault(); event.stopImmediatePropagation(); take(field.value, grams.value); }, true);
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") field.focus(); });
  addEventListener("online", send);
  count(read().length);
  send();
  camera(form, (code) => take(code, grams.value));
}

/* The camera, where the browser can read bar codes by itself. Elsewhere the page says that it cannot, and people scan or type. */
async function camera(desk, take) {
  const button = desk.querySelector("[data-camera]"), view = desk.querySelector("[data-camera-view]");
  const cannot = (why) => { button.hidden = view.hidden = true; desk.querySelector(`[data-camera-none=${why}]`).hidden = false; };
  if (!navigator.mediaDevices) return cannot("unsafe");
  if (!("BarcodeDetector" in window) || !(await BarcodeDetector.getSupportedFormats().catch(() => [])).length) return cannot("reader");
  button.hidden = false;
  let stream = null, last = "", at = 0, failed = 0;
  const reader = new BarcodeDetector();

  function shut() {
    stream?.getTracks().forEach((track) => track.stop());
    stream = null;
    view.hidden = true;
  }

  async function look() {
    if (!stream) return;
    const [found] = await reader.detect(view).then((all) => { failed = 0; return all; }, () => { failed += 1; return []; });
    if (failed >= BLIND) { shut(); return cannot("reader"); }
    if (found && (found.rawValue !== last || Date.now() - at > SAME)) { last = found.rawValue; take(last); }
    if (found) at = Date.now();
    setTimeout(look, LOOK);
  }

  button.addEventListener("click", async () => {
    if (stream) return shut();
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } }).catch(() => null);
    if (!stream) return cannot("camera");
    view.srcObject = stream;
    view.hidden = false;
    await view.play();
    look();
  });
}
