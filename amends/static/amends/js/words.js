// What the browser itself has to say, in the page's language; and the two helpers every module uses.
export const chinese = document.documentElement.lang.startsWith("zh");
export const t = (zh, en) => (chinese ? zh : en);
export const all = (selector, root = document) => [...root.querySelectorAll(selector)];
export const cookie = (name, value) => { document.cookie = `${name}=${value};path=/;max-age=31536000;samesite=lax`; };

/** An element from a tag, attributes and children; text is never parsed as markup. */
export function make(tag, attrs = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attrs)) if (value !== null && value !== false) node.setAttribute(name, value === true ? "" : value);
  node.append(...children);
  return node;
}
export const icon = (name) => make("i", { class: `ti ti-${name}`, "aria-hidden": "true" });
