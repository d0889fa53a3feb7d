// A part of the page becomes what the server says now, node by node, so that whoever reads or types there is not disturbed: focus, typed
// text, open folds and sheets, the chosen row stay. What a person is busy with is never taken away; it is reported as held.

const STAYS = "#says, .messages, [data-live-keep], [data-chart], [data-evidence]";
const OURS = new Set(["open", "data-state", "data-restored", "data-busy", "aria-busy", "aria-disabled", "aria-selected", "style"]);
const FIELDS = new Set(["INPUT", "TEXTAREA", "SELECT"]);

const typed = (field) => {
  if (field.type === "hidden") return false;
  if (field.type === "file") return field.files.length > 0;
  if (field.tagName === "SELECT") return field.selectedIndex !== Math.max(0, [...field.options].findIndex((option) => option.defaultSelected));
  return ["checkbox", "radio"].includes(field.type) ? field.checked !== field.defaultChecked : field.value !== field.defaultValue;
};
const open = (node) => node.matches("dialog[open]") || (node.popover !== null && node.popover !== undefined && node.matches(":popover-open"));
const writing = (form) => form.dataset.busy || form.contains(document.activeElement) && FIELDS.has(document.activeElement.tagName)
  || [...form.elements].some((field) => FIELDS.has(field.tagName) && typed(field));

/** Whether somebody is in the middle of something here: a form half filled in, a sheet that is open. */
export const busy = (node) => node.nodeType === 1 && ([node, ...node.querySelectorAll("form, dialog, [popover]")]
  .some((one) => one.tagName === "FORM" ? writing(one) : open(one)));

const key = (node) => {
  if (node.nodeType !== 1) return "";
  if (node.id) return `#${node.id}`;
  if (node.tagName === "FORM") return `form ${node.getAttribute("action")}`;
  const heading = ["SECTION", "DETAILS"].includes(node.tagName) ? node.querySelector("h2, summary") : null;
  return heading ? `${node.tagName} ${heading.textContent.trim().replace(/\d+/g, "")}` : "";
};
const alike = (one, other) => one.nodeType === other.nodeType && one.nodeName === other.nodeName && key(one) === key(other);

function attributes(old, fresh, said) {
  for (const { name, value } of [...fresh.attributes]) {
    if (OURS.has(name) || old.getAttribute(name) === value) continue;
    old.setAttribute(name, value);
    if (name !== "title" && name !== "data-now") said.attributes += 1;
  }
  for (const { name } of [...old.attributes]) if (!OURS.has(name) && !fresh.hasAttribute(name)) old.removeAttribute(name);
}

function element(old, fresh, said) {
  if (old.matches(STAYS)) return;
  if (old.dataset.clock !== undefined && fresh.dataset.clock !== undefined && old.dataset.due === fresh.dataset.due) {
    old.dataset.now = fresh.dataset.now;
    return;
  }
  if (old.matches(".clock")) { old.replaceWith(document.importNode(fresh, true)); said.changes += old.textContent === fresh.textContent ? 0 : 1; return; }
  if (old.tagName === "FORM" && writing(old)) return;
  if (FIELDS.has(old.tagName)) {
    if (old === document.activeElement || typed(old)) return;
    attributes(old, fresh, said);
    if (old.type === "hidden") old.value = fresh.getAttribute("value") ?? "";
    if (old.tagName === "INPUT") return;
  } else attributes(old, fresh, said);
  children(old, fresh, said);
}

function children(old, fresh, said) {
  const known = new Map();
  for (const node of old.children) if (key(node)) known.set(key(node), [...known.get(key(node)) ?? [], node]);
  let at = old.firstChild;
  for (const want of [...fresh.childNodes]) {
    while (at && at.nodeType === 1 && at.matches(STAYS) && !alike(at, want)) at = at.nextSibling;
    const same = key(want) ? known.get(key(want))?.shift() : at && alike(at, want) ? at : null;
    if (!same) {
      old.insertBefore(document.importNode(want, true), at);
      if (want.nodeType === 1 || want.textContent.trim()) said.changes += 1;
      continue;
    }
    if (same === at) at = at.nextSibling;
    else old.insertBefore(same, at);
    if (same.nodeType === 1) element(same, want, said);
    else if (same.nodeValue !== want.nodeValue) {
      if (same.nodeValue.trim() !== want.nodeValue.trim()) said.changes += 1;
      same.nodeValue = want.nodeValue;
    }
  }
  while (at) {
    const next = at.nextSibling;
    if (at.nodeType === 1 && (at.matches(STAYS) || busy(at))) said.held += at.matches(STAYS) ? 0 : 1;
    else { if (at.nodeType === 1 || at.textContent.trim()) said.changes += 1; at.remove(); }
    at = next;
  }
}

/** `old` is what `fresh` says; answers how much a reader could notice (`changes`) and what was left because somebody is busy with it (`held`). */
export function morph(old, fresh) {
  const said = { changes: 0, attributes: 0, held: 0 };
  element(old, fresh, said);
  return said;
}
