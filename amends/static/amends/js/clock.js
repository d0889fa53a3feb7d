// Countdowns. The server's time comes with the page and with every clock; the device's clock only measures what passes since.
import { all, chinese, make, t } from "./words.js";

const MINUTE = 60, HOUR = 3600, DAY = 86400, SECONDS_SHOWN = 600;
const SHORT = { [DAY]: t("天", "d"), [HOUR]: t("时", "h"), [MINUTE]: t("分", "min"), 1: t("秒", "s") };
const LONG = { [DAY]: t("天", "day"), [HOUR]: t("小时", "hour"), [MINUTE]: t("分钟", "minute"), 1: t("秒", "second") };
const ICONS = { "": "clock-hour-4", soon: "clock-hour-4", now: "alarm", lapsed: "clock-x" };
let ahead = 0;
const herald = make("div", { class: "visually-hidden", role: "status" });

export const serverNow = () => Date.now() + ahead;

/** Two units at most, rounded down; the same rule as amends/faces/words.py. */
export function left(seconds, long) {
  const [big, small] = seconds >= DAY ? [DAY, HOUR] : seconds >= SECONDS_SHOWN ? [HOUR, MINUTE] : [MINUTE, 1];
  const word = (count, unit) => `${count} ${(long ? LONG : SHORT)[unit]}${long && !chinese && count !== 1 ? "s" : ""}`;
  const parts = [[Math.floor(seconds / big), big], [Math.floor((seconds % big) / small), small]].filter(([count]) => count > 0);
  return (parts.length ? parts : [[0, small]]).map(([count, unit]) => word(count, unit)).join(" ");
}

const urgency = (seconds) => (seconds <= 0 ? "lapsed" : seconds < 4 * HOUR ? "now" : seconds < DAY ? "soon" : "");

function show(clock) {
  const seconds = Math.floor((Date.parse(clock.dataset.due) - serverNow()) / 1000);
  const state = urgency(seconds), before = clock.dataset.state ?? [...clock.classList].find((name) => ["soon", "now"].includes(name)) ?? "";
  const text = state === "lapsed" ? t("已超时，正在按规则处理", "Lapsed, the rule is being applied") : left(seconds, "long" in clock.dataset);
  const place = clock.querySelector("[data-left]");
  if (place && place.textContent !== text) place.textContent = text;
  clock.dataset.state = state;
  if (state === before) return seconds;
  clock.classList.remove("soon", "now", "lapsed");
  if (state) clock.classList.add(state);
  const mark = clock.querySelector(".ti");
  if (mark) mark.className = `ti ti-${ICONS[state]}`;
  herald.textContent = state === "lapsed" ? text : t(`剩余 ${text}`, `${text} left`);
  if (state === "lapsed") clock.dispatchEvent(new CustomEvent("amends:lapsed", { bubbles: true }));
  return seconds;
}

let timer = 0;
function tick() {
  clearTimeout(timer);
  const running = all("[data-clock]").filter((clock) => clock.dataset.state !== "lapsed").map(show);
  const hurried = running.some((seconds) => seconds <= SECONDS_SHOWN + MINUTE);
  const stride = hurried ? 1000 : 60000;
  timer = setTimeout(tick, stride - (serverNow() % stride) + 5);
}

/** New clocks bring the server's time with them: the newest reading counts. */
export function adopt(root) {
  const reading = root.querySelector?.("[data-now]")?.dataset.now ?? root.dataset?.serverNow;
  if (reading) ahead = Date.parse(reading) - Date.now();
  tick();
}

export function begin() {
  document.body.append(herald);
  adopt(document.body);
  document.addEventListener("visibilitychange", () => document.hidden || tick());
}
