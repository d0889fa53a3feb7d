// Charts from plain data (amends/faces/charts.py), in the theme's colours; drawn anew when the theme changes; every mark opens its cases.
import { all } from "./words.js";

const script = document.querySelector("script[data-echarts]");
let library;
const load = () => (library ??= new Promise((ready, failed) => {
  const tag = document.createElement("script");
  tag.src = script.dataset.echarts; tag.onload = () => ready(window.echarts); tag.onerror = failed;
  document.head.append(tag);
}));
const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--a-${name}`).trim();
const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

const EVERY_LABEL = 10, BESIDE = 64, LINE = 14;
const bars = (spec) => (spec.kind === "line" ? 0 : spec.series.filter((one) => !one.drawn).length);

function option(spec, width) {
  const named = labels(spec, width);
  const ink = css("ink"), ink2 = css("ink-2"), ink3 = css("ink-3"), line = css("line"), colour = (name) => css(name || "brand") || name;
  const text = { color: ink3, fontSize: 12, fontFamily: css("font") };
  const category = { type: "category", data: spec.labels, axisLine: { lineStyle: { color: line } }, axisTick: { show: false }, axisLabel: { ...text, color: ink2, ...named } };
  const value = { type: "value", min: 0, splitNumber: spec.kind === "rows" && width < 440 ? 3 : 5, axisLabel: { ...text, hideOverlap: true }, splitLine: { lineStyle: { color: line } }, axisLine: { show: false } };
  const flat = spec.kind === "rows", many = spec.series.length > 1 || spec.limits.length > 0, valued = !spec.stacked && bars(spec) > 0 && bars(spec) <= 2;
  const values = spec.series.some((one) => one.second) ? [value, { ...value, splitLine: { show: false } }] : [value];
  const series = spec.series.map((one) => ({
    name: one.name, type: spec.kind === "line" || one.drawn ? "line" : "bar", stack: spec.stacked ? "all" : undefined,
    [flat ? "xAxisIndex" : "yAxisIndex"]: one.second ? 1 : 0, symbol: one.links.length ? "circle" : "none", symbolSize: 5, barMaxWidth: flat ? 16 : 40,
    lineStyle: { width: one.drawn === "area" ? 0 : 2, type: one.drawn === "dashed" ? "dashed" : "solid", color: colour(one.colour) },
    areaStyle: one.drawn === "area" ? { color: colour(one.colour), opacity: 0.12 } : undefined, itemStyle: { color: colour(one.colour), borderRadius: 3 },
    data: one.values.map((figure, at) => ({ value: figure, link: one.links[at], itemStyle: one.colours[at] ? { color: colour(one.colours[at]) } : undefined })),
    label: { show: !one.drawn && valued, position: flat ? "right" : "top", color: ink2, fontSize: 12, textBorderColor: css("surface"), textBorderWidth: 2,
      formatter: (mark) => (typeof mark.value === "number" ? mark.value.toLocaleString("en") : "") },
  }));
  if (spec.limits.length) series.push({ name: spec.limitName, type: "scatter", symbol: "rect", symbolSize: flat ? [2, 20] : [20, 2], itemStyle: { color: ink },
    data: spec.limits.map((limit, at) => (flat ? [limit, at] : [at, limit])) });
  return {
    textStyle: text, animationDuration: still() ? 0 : 220, animation: !still(), aria: { enabled: false }, series,
    grid: { left: named.rotate ? 40 : 16, right: flat ? 56 : 16, top: many ? 40 : 24, bottom: 12, containLabel: true },
    legend: { show: many, top: 8, left: 16, itemWidth: 14, itemHeight: 4, textStyle: { color: ink2, fontSize: 12 } },
    tooltip: { trigger: "axis", axisPointer: { type: flat || spec.kind === "bars" ? "shadow" : "line" }, backgroundColor: css("surface"), borderColor: line, textStyle: { color: ink, fontSize: 12 },
      valueFormatter: (figure) => (figure === null || figure === undefined ? "–" : `${Number(Array.isArray(figure) ? figure[flat ? 0 : 1] : figure).toLocaleString("en")}${spec.unit ? ` ${spec.unit}` : ""}`) },
    xAxis: flat ? values : category, yAxis: flat ? { ...category, inverse: true } : values,
  };
}

// Ten bars or fewer all say their name: upright names that would meet are set aslant.
function labels(spec, width) {
  if (!bars(spec) || spec.labels.length > EVERY_LABEL) return { hideOverlap: true };
  const room = (width - 72) / spec.labels.length;
  if (spec.kind === "rows") return { interval: 0, width: beside(spec, width), overflow: "break", lineHeight: LINE };
  return room < BESIDE ? { interval: 0, rotate: 40 } : { interval: 0, width: room - 4, overflow: "break", lineHeight: LINE };
}

// Names at the left of rows: as wide as the longest, at most two fifths of the card; `lines` is how many the longest takes then.
const pen = document.createElement("canvas").getContext("2d");
function longest(spec) {
  pen.font = `12px ${css("font")}`;
  return Math.ceil(Math.max(...spec.labels.map((one) => pen.measureText(one).width)) * 1.1) + 8;
}
const beside = (spec, width) => Math.min(longest(spec), Math.max(96, Math.floor(width * 0.4)));
function tall(spec, width) {
  const lines = Math.ceil((longest(spec) * 1.1) / Math.max(96, width * 0.4));
  const pitch = Math.max(bars(spec) === 2 && !spec.stacked ? 38 : 22, lines * LINE + 8);
  return Math.max(256, spec.labels.length * pitch + 84);
}

async function draw(box) {
  const echarts = await load().catch(() => null);
  if (!echarts) { box.hidden = true; box.parentElement.querySelector("details")?.setAttribute("open", ""); return; }
  box.spec ??= JSON.parse(box.querySelector("script").textContent);
  const chart = echarts.getInstanceByDom(box) ?? echarts.init(box);
  const { spec } = box;
  if (spec.kind === "rows" && !box.classList.contains("tall")) box.style.height = `${tall(spec, box.clientWidth)}px`;
  chart.resize();
  chart.setOption(option(spec, box.clientWidth), true);
  chart.off("click");
  chart.on("click", (mark) => { if (mark.data?.link) location.href = mark.data.link; });
  if (!box.watched) { box.watched = true; watch(box, chart); }
}

// Another width gives the names another room.
function watch(box, chart) {
  let width = box.clientWidth;
  new ResizeObserver(() => {
    chart.resize();
    if (box.clientWidth === width) return;
    width = box.clientWidth;
    chart.setOption(option(box.spec, width), true);
  }).observe(box);
}

export const adopt = (root) => all("[data-chart]", root).forEach(draw);
export function begin() {
  adopt(document);
  document.addEventListener("amends:theme", () => adopt(document));
}
