// The receiving desk. A code that was scanned stays on this device, under a key of its own, until the server has answered it: a dead
// network or a killed server loses none, and sending again doubles none. The next scan never waits for the last one.
import { make, t } from "./words.js";

const AGAIN = 1500, SAME = 3000, LOOK = 200;
const form = document.querySelector("[data-desk]");

if (form) begin();

function begin() {
  const store = `amends-desk-${form.dataset.desk}`, field = form.elements.code, grams = form.elements.grams;
  const read = () => JSON.parse(localStorage.getItem(store) || "[]");
  const write = (rows) => { rows.length ? localStorage.setItem(store, JSON.stringify(rows)) : localStorage.removeItem(store); count(rows.length); };
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
    if (answer.status >= 500 || answer.type === "opaqueredirect") return false;
    if (answer.ok) show(words);
    else if (answer.status === 409 && /still running|还在处理/.test(words)) return false;
    else refused(row.code, words);
    return true;
  }

  function show(words) {
    const desk = document.getElementById("desk");
    desk.innerHTML = words;
    says("");
  }

  function refused(code, words) {
    says(`${code}: ${new DOMParser().parseFromString(words, "text/html").body.textContent.trim().slice(0, 300)}`);
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

/* The camera, where the browser can read bar codes by itself; elsewhere the button stays away and people type. */
function camera(desk, take) {
  const button = desk.querySelector("[data-camera]"), view = desk.querySelector("[data-camera-view]");
  if (!("BarcodeDetector" in window) || !navigator.mediaDevices) return;
  button.hidden = false;
  let stream = null, last = "", at = 0;
  const reader = new BarcodeDetector();

  async function look() {
    if (!stream) return;
    const [found] = await reader.detect(view).catch(() => []);
    if (found && (found.rawValue !== last || Date.now() - at > SAME)) { last = found.rawValue; take(last); }
    if (found) at = Date.now();
    setTimeout(look, LOOK);
  }

  button.addEventListener("click", async () => {
    if (stream) { stream.getTracks().forEach((track) => track.stop()); stream = null; view.hidden = true; return; }
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } }).catch(() => null);
    if (!stream) { button.replaceChildren(t("摄像头不可用", "No camera")); return; }
    view.srcObject = stream;
    view.hidden = false;
    await view.play();
    look();
  });
}
