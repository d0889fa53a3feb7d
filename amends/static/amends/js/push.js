// Push on this device: asks only after a tap, says what is in the way, and works where a browser has no push at all.
import { all, t } from "./words.js";

const root = document.querySelector("[data-push]"), vapid = root?.dataset.vapid ?? "";
const form = root?.querySelector("[data-push-form]"), button = root?.querySelector("[data-push-on]"), place = root?.querySelector("[data-push-says]");

const WORDS = {
  none: t("这个浏览器不支持推送。邮件、短信照常会发。", "This browser has no push. Mail and text messages go on as before."),
  insecure: t("推送要用 https 打开本站才能用。邮件、短信照常会发。", "Push needs this site over https. Mail and text messages go on as before."),
  apple: t("在 iPhone 和 iPad 上，先用“分享”里的“添加到主屏幕”，再从主屏幕打开本站。", "On iPhone and iPad, first use Share, Add to Home Screen, then open this site from there."),
  denied: t("浏览器不允许本站发通知。点地址栏左边的图标，把“通知”改为允许，再回到这里打开。", "Your browser blocks notifications from this site. Press the icon left of the address, allow notifications, then turn push on here."),
  closed: t("没有选择允许，所以没有打开。想打开时再点一次。", "It was not allowed, so push stays off. Press again whenever you want it."),
  failed: t("浏览器没能连上它的推送服务，这次没有打开。检查网络后再试；邮件、短信照常会发。", "The browser could not reach its push service, so push stays off. Check the network and try again; mail and text messages go on."),
  on: t("这台设备的推送已打开。", "Push is on for this device."),
};

function says(words, kind = "") {
  place.className = `says ${kind}`;
  place.textContent = words;
  place.hidden = false;
}

function bytes(base64) {
  const plain = atob(base64.replaceAll("-", "+").replaceAll("_", "/") + "=".repeat((4 - (base64.length % 4)) % 4));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

/** The word for what is in the way before anybody taps; nothing where push can be had. */
function obstacle() {
  if (!window.isSecureContext) return WORDS.insecure;
  const apple = /iPhone|iPad/.test(navigator.userAgent) && !navigator.standalone;
  if (!("serviceWorker" in navigator) || !("PushManager" in window) || !("Notification" in window)) return apple ? WORDS.apple : WORDS.none;
  return Notification.permission === "denied" ? WORDS.denied : "";
}

async function subscription(ready) {
  const found = await ready.pushManager.getSubscription();
  const same = found?.options?.applicationServerKey && String(new Uint8Array(found.options.applicationServerKey)) === String(bytes(vapid));
  if (found && same) return found;
  if (found) await found.unsubscribe();
  return ready.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(vapid) });
}

async function turnOn() {
  if (await Notification.requestPermission() !== "granted") return says(Notification.permission === "denied" ? WORDS.denied : WORDS.closed, "warn");
  await navigator.serviceWorker.register("/sw.js", { scope: "/" });
  const { endpoint, keys } = (await subscription(await navigator.serviceWorker.ready)).toJSON();
  const body = new FormData(form);
  for (const [name, value] of Object.entries({ endpoint, p256dh: keys.p256dh, auth: keys.auth })) body.set(name, value);
  const answer = await fetch(form.action, { method: "POST", body });
  if (!answer.ok) throw new Error(`${answer.status}`);
  return location.reload();
}

async function tapped() {
  button.setAttribute("aria-busy", "true");
  button.disabled = true;
  try { await turnOn(); } catch { says(WORDS.failed, "warn"); } finally { button.removeAttribute("aria-busy"); button.disabled = false; }
}

/** Which of the listed devices is this one; its button is not needed then. */
async function look() {
  const worker = await navigator.serviceWorker.getRegistration("/");
  const mine = await worker?.pushManager.getSubscription();
  const row = mine && all("[data-device]", root).find((each) => each.dataset.device === mine.endpoint);
  if (!row || Notification.permission !== "granted") { form.hidden = false; return; }
  row.querySelector("[data-this]").hidden = false;
  says(WORDS.on, "ok");
}

if (form && vapid) {
  const words = obstacle();
  if (words) says(words);
  else { button.addEventListener("click", tapped); look().catch(() => { form.hidden = false; }); }
}
