// The consumer's pages: an address is copied with one tap, where the browser lets us. Buttons may come later, with a live part.
import { all, icon, t } from "./js/words.js";

if (!navigator.clipboard) all("[data-copy]").forEach((button) => { button.hidden = true; });
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button || !navigator.clipboard) return;
  await navigator.clipboard.writeText(document.querySelector(button.dataset.copy).textContent.trim());
  button.replaceChildren(icon("check"), t("已复制", "Copied"));
});
