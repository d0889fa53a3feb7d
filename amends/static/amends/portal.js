// The consumer's pages: an address is copied with one tap, where the browser lets us.
import { all, icon, t } from "./js/words.js";

all("[data-copy]", document).forEach((button) => {
  if (!navigator.clipboard) { button.hidden = true; return; }
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.querySelector(button.dataset.copy).textContent.trim());
    button.replaceChildren(icon("check"), t("已复制", "Copied"));
  });
});
