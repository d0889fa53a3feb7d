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

function option(spec) {
  const ink = css("ink"), ink2 = css("ink-2"), ink3 = css("ink-3"), line = css("line"), colour = (name) => css(name || "brand") || name;
  const text = { color: ink3, fontSize: 12, fontFamily: css("font") };
  const category = { type: "category", data: spec.labels, axisLine: { lineStyle: { color: line } }, axisTick: { show: false }, axisLabel: { ...text, color: ink2, hideOverlap: true } };
  const value = { type: "value", min: 0, axisLabel: text, splitLine: { lineStyle: { color: line } }, axisLine: { show: false } };
  const flat = spec.kind === "rows", many = spec.series.length > 1 || spec.limits.length > 0;
  const values = spec.series.some((one) => one.second) ? [value, { ...value, splitLine: { show: false } }] : [value];
  const series = spec.series.map((one) => ({
    name: one.name, type: spec.kind === "line" || one.drawn ? "line" : "bar", stack: spec.stacked ? "all" : undefined,
    [flat ? "xAxisIndex" : "yAxisIndex"]: one.second ? 1 : 0, symbol: one.links.length ? "circle" : "none", symbolSize: 5, barMaxWidth: flat ? 16 : 40,
    lineStyle: { width: one.drawn === "area" ? 0 : 2, type: one.drawn === "dashed" ? "dashed" : "solid", color: colour(one.colour) },
    areaStyle: one.drawn === "area" ? { color: colour(one.colour), opacity: 0.12 } : undefined, itemStyle: { color: colour(one.colour), borderRadius: 3 },
    data: one.values.map((figure, at) => ({ value: figure, link: one.links[at], itemStyle: one.colours[at] ? { color: colour(one.colours[at]) } : undefined })),
    label: { show: spec.kind !== "line" && !one.drawn && !many, position: flat ? "right" : "top", color: ink2, fontSize: 12, formatter: (mark) => Number(mark.value).toLocaleString("en") },
  }));
  if (spec.limits.length) series.push({ name: spec.limitName, type: "scatter", symbol: "rect", symbolSize: flat ? [2, 20] : [20, 2], itemStyle: { color: ink },
    data: spec.limits.map((limit, at) => (flat ? [limit, at] : [at, limit])) });
  return {
    textStyle: text, animationDuration: still() ? 0 : 220, animation: !still(), aria: { enabled: false }, series,
    grid: { left: 16, right: flat ? 56 : 16, top: many ? 40 : 24, bottom: 12, containLabel: true },
    legend: { show: many, top: 8, left: 16, itemWidth: 14, itemHeight: 4, textStyle: { color: ink2, fontSize: 12 } },
    tooltip: { trigger: "axis", axisPointer: { type: flat || spec.kind === "bars" ? "shadow" : "line" }, backgroundColor: css("surface"), borderColor: line, textStyle: { color: ink, fontSize: 12 },
      valueFormatter: (figure) => (figure === null || figure === undefined ? "–" : `${Number(Array.isArray(figure) ? figure[flat ? 0 : 1] : figure).toLocaleString("en")}${spec.unit ? ` ${spec.unit}` : ""}`) },
    xAxis: flat ? values : category, yAxis: flat ? { ...category, inverse: true } : values,
  };
}

async function draw(box) {
  const echarts = await load().catch(() => null);
  if (!echarts) { box.hidden = true; box.parentElement.querySelector("details")?.setAttribute("open", ""); return; }
  box.spec ??= JSON.parse(box.querySelector("script").textContent);
  const chart = echarts.getInstanceByDom(box) ?? echarts.init(box);
  chart.setOption(option(box.spec), true);
  chart.off("click");
  chart.on("click", (mark) => { if (mark.data?.link) location.href = mark.data.link; });
  if (!box.watched) { box.watched = true; new ResizeObserver(() => chart.resize()).observe(box); }
}

export const adopt = (root) => all("[data-chart]", root).forEach(draw);
export function begin() {
  adopt(document);
  document.addEventListener("amends:theme", () => adopt(document));
}
