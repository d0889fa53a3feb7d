// The service worker: shows what is pushed and opens its case when it is tapped. It keeps no pages and answers no requests.
// A push is JSON {title, body, url, tag (or key), lang}; one that can't be read is still shown, because a browser that shows nothing
// for a push takes the permission away.
const HERE = self.location.origin;
const UNREADABLE = { title: "Amends", body: "你的售后有新的通知。 / There is news about your after-sales.", url: "/" };

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

function read(event) {
  try {
    const told = event.data.json();
    return told && typeof told.title === "string" && told.title ? told : UNREADABLE;
  } catch {
    return UNREADABLE;
  }
}

/** An address of this house, whatever the push says: another origin keeps only its path. */
function inside(url) {
  try {
    const wanted = new URL(String(url || "/"), HERE);
    return new URL(`${wanted.pathname}${wanted.search}${wanted.hash}`, HERE).href;
  } catch {
    return `${HERE}/`;
  }
}

self.addEventListener("push", (event) => {
  const told = read(event), tag = String(told.tag || told.key || "");
  const options = { body: String(told.body || ""), lang: String(told.lang || ""), icon: "/static/amends/art/mark.svg", data: { url: inside(told.url) } };
  // The same message pushed twice replaces itself, without another sound.
  if (tag) options.tag = tag;
  event.waitUntil(self.registration.showNotification(told.title, options));
});

async function open(url) {
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const there = pages.find((page) => page.url === url);
  if (there) return there.focus();
  return self.clients.openWindow(url);
}

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(inside(event.notification.data?.url)));
});
