// The editor of a draft: line numbers beside the text, problems marked on their lines, a jump to row and column, a word on unsaved changes.
// Without it the text can still be written, saved and checked.
import { all, make, t } from "./js/words.js";

const LINE = 20;

function placed(area, row, column) {
  const lines = area.value.split("\n").slice(0, Math.max(0, row - 1));
  return lines.reduce((sum, line) => sum + line.length + 1, 0) + Math.max(0, column - 1);
}

function jump(area, row, column) {
  const at = placed(area, row, column), rest = area.value.indexOf("\n", at);
  area.focus({ preventScroll: true });
  area.setSelectionRange(at, rest < 0 ? area.value.length : rest);
  area.scrollTop = Math.max(0, (row - 6) * LINE);
  area.scrollLeft = 0;
  area.closest(".editor").scrollIntoView({ block: "start", behavior: "auto" });
}

function number(gutter, area, marks) {
  const count = area.value.split("\n").length, marked = new Map(marks.map((mark) => [mark.row, mark.binding]));
  if (gutter.dataset.count === String(count)) return;
  gutter.dataset.count = count;
  const sheet = make("div", { class: "numbers" });
  for (let row = 1; row <= count; row += 1) {
    const binding = marked.get(row);
    sheet.append(make("span", { class: binding === undefined ? null : binding ? "bad" : "warn" }, String(row)));
  }
  gutter.replaceChildren(sheet);
}

function begin(form) {
  const area = form.querySelector("textarea"), gutter = form.querySelector("[data-gutter]"), bands = form.querySelector("[data-bands]");
  const marks = JSON.parse(document.getElementById("marks").textContent), first = area.value, caret = form.querySelector("[data-caret]");
  const sheet = make("div", { class: "sheet" });
  for (const mark of marks) {
    const band = make("span", { class: mark.binding ? "bad" : "warn" });
    band.style.top = `${(mark.row - 1) * LINE}px`;
    sheet.append(band);
  }
  bands.append(sheet);
  const scrolled = () => {
    gutter.firstChild.style.transform = sheet.style.transform = `translateY(${-area.scrollTop}px)`;
  };
  const said = () => {
    const before = area.value.slice(0, area.selectionStart).split("\n");
    caret.textContent = t(`第 ${before.length} 行第 ${before.at(-1).length + 1} 列`, `row ${before.length}, column ${before.at(-1).length + 1}`);
  };
  const changed = () => {
    number(gutter, area, marks);
    form.querySelector("[data-dirty]").hidden = area.value === first;
    scrolled();
  };
  number(gutter, area, marks);
  scrolled();
  area.addEventListener("scroll", scrolled);
  area.addEventListener("input", changed);
  ["keyup", "click", "focus"].forEach((name) => area.addEventListener(name, said));
  all("a[data-row]").forEach((link) => link.addEventListener("click", (event) => {
    event.preventDefault();
    jump(area, Number(link.dataset.row), Number(link.dataset.column));
    said();
  }));
  let sent = false;
  form.addEventListener("submit", () => { sent = true; });
  addEventListener("beforeunload", (event) => { if (!sent && area.value !== first) event.preventDefault(); });
}

all("[data-editor]").forEach(begin);
