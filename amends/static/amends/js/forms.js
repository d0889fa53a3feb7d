// Forms: no double submit, drafts kept on the device, counts, and what waits too long.
import { all, t } from "./words.js";

const store = { get: (key) => { try { return JSON.parse(localStorage.getItem(key)); } catch { return null; } },
  set: (key, value) => { try { localStorage.setItem(key, JSON.stringify(value)); } catch { /* a full or closed store only loses the draft */ } },
  drop: (key) => { try { localStorage.removeItem(key); } catch { /* as above */ } } };
const draftKey = (form) => `amends:draft:${form.dataset.draft}`;
const kept = (form) => [...form.elements].filter((field) => field.name && !["hidden", "password", "file", "submit", "button"].includes(field.type));

function release(form) {
  delete form.dataset.busy;
  all("[aria-busy]", form).forEach((button) => { button.removeAttribute("aria-busy"); button.removeAttribute("aria-disabled"); });
}

function guard(event) {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || "noGuard" in form.dataset) return;
  if (form.dataset.busy) { event.preventDefault(); event.stopImmediatePropagation(); return; }
  if (!navigator.onLine) return;
  form.dataset.busy = "1";
  const button = event.submitter;
  if (button) { button.setAttribute("aria-busy", "true"); button.setAttribute("aria-disabled", "true"); }
  if (form.dataset.draft) sessionStorage.setItem("amends:sent", form.dataset.draft);
  setTimeout(() => release(form), 20000);
}

function keep(form) {
  const values = {};
  for (const field of kept(form)) {
    if (["checkbox", "radio"].includes(field.type)) { if (field.checked) (values[field.name] ??= []).push(field.value); }
    else values[field.name] = field.value;
  }
  store.set(draftKey(form), values);
  const said = form.querySelector("[data-draft-says]");
  if (said) said.textContent = t("草稿已保存在本机", "Draft kept on this device");
}

function restore(form) {
  const values = store.get(draftKey(form));
  if (!values) return;
  for (const field of kept(form)) {
    if (!(field.name in values) && !["checkbox", "radio"].includes(field.type)) continue;
    if (["checkbox", "radio"].includes(field.type)) { if (field.name in values) field.checked = values[field.name].includes(field.value); }
    else if (!field.value || field.tagName !== "TEXTAREA") field.value = values[field.name];
  }
  form.dispatchEvent(new Event("input", { bubbles: true }));
}

/** A draft is done with when the page after the submit no longer shows its form. */
function settle() {
  const sent = sessionStorage.getItem("amends:sent");
  if (!sent) return;
  sessionStorage.removeItem("amends:sent");
  if (!document.querySelector(`form[data-draft="${CSS.escape(sent)}"]`) && !document.querySelector("[data-fault]")) store.drop(`amends:draft:${sent}`);
}

function step(event) {
  const button = event.target.closest("[data-step] button");
  if (!button) return;
  const input = button.parentElement.querySelector("input");
  if (button.dataset.by > 0) input.stepUp(); else input.stepDown();
  input.dispatchEvent(new Event("input", { bubbles: true }));
  input.dispatchEvent(new Event("change", { bubbles: true }));
}

const bounds = (input) => all("button", input.parentElement).forEach((button) => {
  const value = Number(input.value || 0);
  button.disabled = button.dataset.by > 0 ? input.max !== "" && value >= Number(input.max) : value <= Number(input.min || 0);
});

export function adopt(root) {
  all("[data-step] input", root).forEach(bounds);
  all("form[data-draft]", root).forEach((form) => { if (!form.dataset.restored) { form.dataset.restored = "1"; restore(form); } });
  all("[data-loading] [data-slow]", root).forEach((line) => setTimeout(() => { line.hidden = false; }, 8000));
  const wrong = root.querySelector?.("[aria-invalid=true]");
  if (wrong) wrong.focus();
}

export function begin() {
  settle();
  adopt(document);
  document.addEventListener("submit", guard, true);
  document.addEventListener("click", step);
  document.addEventListener("input", (event) => {
    if (event.target.matches?.("[data-step] input")) bounds(event.target);
    const form = event.target.form ?? event.target.closest?.("form");
    if (form?.dataset.draft) { clearTimeout(form.keeping); form.keeping = setTimeout(() => keep(form), 400); }
  });
  addEventListener("pageshow", () => all("form[data-busy]").forEach(release));
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.detail.elt.closest?.("form");
    if (!form) return;
    release(form);
    if (event.detail.successful && form.dataset.draft && event.detail.requestConfig?.verb === "post") store.drop(draftKey(form));
  });
}
