// Evidence at full size: zoom, rotate, step through, two side by side. A native dialog; Esc closes it.
import { all, icon, make, t } from "./words.js";

let dialog, panes, said, shots = [], at = 0, pair = false, zoom = 1, turn = 0;

function pane(shot) {
  const { view, kind, words } = shot.dataset;
  if (kind === "video") return make("div", { class: "pane" }, make("video", { src: view, controls: true }));
  if (kind === "document") return make("div", { class: "pane" }, make("a", { href: view, class: "btn", target: "_blank", rel: "noopener" }, words));
  return make("div", { class: "pane" }, make("img", { src: view, alt: words }));
}

function draw() {
  const shown = pair && shots.length > 1 ? [shots[at], shots[(at + 1) % shots.length]] : [shots[at]];
  panes.replaceChildren(...shown.map(pane));
  said.textContent = shown.map((shot) => shot.dataset.words).join(t("；", "; ")) + `  ${at + 1} / ${shots.length}`;
  move();
}
function move() { all("img", panes).forEach((picture) => { picture.style.transform = `rotate(${turn}deg) scale(${zoom})`; }); }
const go = (by) => { at = (at + by + shots.length) % shots.length; zoom = 1; turn = 0; draw(); };

const ACTS = [
  ["chevron-left", t("上一份", "Previous"), () => go(-1)],
  ["chevron-right", t("下一份", "Next"), () => go(1)],
  ["zoom-in", t("放大", "Zoom in"), () => { zoom = Math.min(6, zoom * 1.4); move(); }],
  ["zoom-out", t("缩小", "Zoom out"), () => { zoom = Math.max(0.5, zoom / 1.4); move(); }],
  ["rotate-clockwise", t("旋转", "Rotate"), () => { turn += 90; move(); }],
  ["layout-columns", t("并排看", "Side by side"), (button) => { pair = !pair; button.setAttribute("aria-pressed", pair); draw(); }],
  ["x", t("关闭", "Close"), () => dialog.close()],
];

function build() {
  const bar = make("header", {});
  for (const [mark, words, act] of ACTS) {
    const button = make("button", { type: "button", "aria-label": words, title: words, class: mark === "x" ? "push" : null }, icon(mark));
    button.onclick = () => act(button);
    bar.append(button);
  }
  panes = make("div", { class: "panes" });
  said = make("span", {});
  dialog = make("dialog", { class: "viewer", "aria-label": t("凭证", "Evidence") }, bar, panes, make("footer", {}, said));
  dialog.addEventListener("keydown", (event) => { if (event.key === "ArrowLeft") go(-1); if (event.key === "ArrowRight") go(1); });
  document.body.append(dialog);
}

/** Opens at `shot`; with `two`, side by side. */
export function open(shot, two = false) {
  if (!dialog) build();
  shots = all("[data-view]"); at = Math.max(0, shots.indexOf(shot)); pair = two; zoom = 1; turn = 0;
  draw();
  dialog.showModal();
}

export function begin() {
  document.addEventListener("click", (event) => {
    const shot = event.target.closest("[data-view]");
    if (shot) open(shot);
    const both = event.target.closest("[data-view-pair]");
    if (both) { const first = document.querySelector("[data-view]"); if (first) open(first, true); }
  });
}
