// The evidence picker: previews, removal, limits before the server's, progress while sending.
import { all, icon, make, t } from "./words.js";

const size = (bytes) => `${Math.round(bytes / 1048576)} MB`;

function tile(file, drop) {
  const shot = make("span", { class: "shot" });
  if (file.type.startsWith("image/")) {
    const picture = make("img", { alt: file.name, src: URL.createObjectURL(file) });
    picture.onerror = () => shot.replaceChildren(icon("photo"));
    shot.append(picture);
  } else shot.append(icon(file.type.startsWith("video/") ? "video" : "file-text"));
  const button = make("button", { type: "button", class: "drop", "aria-label": t(`删除 ${file.name}`, `Remove ${file.name}`) }, icon("x"));
  button.onclick = drop;
  return make("figure", { "data-tile": true }, shot, button, make("figcaption", {}, file.name));
}

function picker(box) {
  const input = box.querySelector("input[type=file]"), said = box.parentElement.querySelector("[data-evidence-says]");
  const most = Number(box.dataset.most), heavy = Number(box.dataset.bytes), usual = said?.textContent ?? "";
  let files = [];
  const same = (a, b) => a.name === b.name && a.size === b.size && a.lastModified === b.lastModified;
  const show = (note) => {
    const bag = new DataTransfer();
    files.forEach((file) => bag.items.add(file));
    input.files = bag.files;
    all("[data-tile]", box).forEach((node) => { const picture = node.querySelector("img"); if (picture) URL.revokeObjectURL(picture.src); node.remove(); });
    const first = box.querySelector("label");
    files.forEach((file) => box.insertBefore(tile(file, () => { files = files.filter((one) => one !== file); show(); input.focus(); }), first));
    all("label", box).forEach((label) => { label.hidden = files.length >= most; });
    if (said) { said.textContent = note || (files.length ? t(`${files.length} / ${most} 份`, `${files.length} of ${most}`) : usual); said.classList.toggle("bad", Boolean(note)); }
  };
  const take = (from) => {
    const chosen = [...from].filter((file) => !files.some((one) => same(one, file)));
    const large = chosen.filter((file) => file.size > heavy), fit = chosen.filter((file) => file.size <= heavy);
    const over = files.length + fit.length - most;
    files = [...files, ...fit].slice(0, most);
    show(large.length ? t(`${large[0].name} 超过 ${size(heavy)}，没有加入`, `${large[0].name} is larger than ${size(heavy)} and was left out`)
      : over > 0 ? t(`最多 ${most} 份，多出的 ${over} 份没有加入`, `Up to ${most} files; ${over} were left out`) : "");
  };
  input.addEventListener("change", () => take(input.files));
  if (matchMedia("(pointer: coarse)").matches) camera(box, take);
}

/* On a telephone a second way in opens the camera at once; it has no name, so only the picker's own files are sent. */
function camera(box, take) {
  const lens = make("input", { type: "file", accept: "image/*", capture: "environment" });
  lens.addEventListener("change", () => { take(lens.files); lens.value = ""; });
  box.querySelector("label span").textContent = t("从相册选择", "Choose files");
  box.querySelector("label .ti").className = "ti ti-photo-plus";
  box.prepend(make("label", { class: "pick add" }, lens, icon("camera"), make("span", {}, t("拍照", "Take a photo"))));
}

export function adopt(root) {
  all("[data-evidence]", root).forEach((box) => { if (!box.dataset.ready) { box.dataset.ready = "1"; picker(box); } });
}

export function begin() {
  adopt(document);
  document.addEventListener("htmx:xhr:progress", (event) => {
    const bar = event.target.closest?.("form")?.querySelector("progress");
    if (bar && event.detail.total) { bar.hidden = false; bar.max = event.detail.total; bar.value = event.detail.loaded; }
  });
}
