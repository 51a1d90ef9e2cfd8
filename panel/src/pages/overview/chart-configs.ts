/** What the Painel's charts draw. */
import type { ChartConfiguration } from "chart.js";
import { colour, type Token } from "@/lib/colours";

function axes() {
  const ticks = { color: colour("muted"), maxRotation: 0, autoSkipPadding: 12 };
  return {
    x: { grid: { display: false }, border: { display: false }, ticks },
    y: { grid: { color: colour("line") }, border: { display: false }, ticks: { ...ticks, precision: 0, maxTicksLimit: 5 }, beginAtZero: true },
  };
}

function tooltip() {
  return {
    backgroundColor: colour("text"),
    titleColor: colour("surface"),
    bodyColor: colour("surface"),
    padding: 10,
    cornerRadius: 8,
    displayColors: false,
  };
}

export interface Line {
  label: string;
  tone: Token;
  values: number[];
  fill?: Token;
}

export function lines(labels: string[], series: readonly Line[]): ChartConfiguration {
  return {
    type: "line",
    data: {
      labels,
      datasets: series.map((each) => ({
        label: each.label,
        data: each.values,
        borderColor: colour(each.tone),
        backgroundColor: each.fill ? colour(each.fill) : "transparent",
        fill: each.fill !== undefined,
        borderWidth: 2,
        tension: 0.35,
        pointRadius: 0,
        pointHitRadius: 16,
        cubicInterpolationMode: "monotone" as const,
      })),
    },
    options: {
      interaction: { mode: "index", intersect: false },
      scales: axes(),
      plugins: { tooltip: tooltip() },
    },
  };
}

export function bars(labels: string[], label: string, values: number[]): ChartConfiguration {
  return {
    type: "bar",
    data: { labels, datasets: [{ label, data: values, backgroundColor: colour("blue"), borderRadius: 4, maxBarThickness: 22 }] },
    options: { scales: axes(), plugins: { tooltip: tooltip() } },
  };
}

export function ring(labels: string[], values: number[], tones: readonly Token[]): ChartConfiguration<"doughnut"> {
  const none = values.every((value) => value === 0);
  return {
    type: "doughnut",
    data: {
      labels: none ? [""] : labels,
      datasets: [
        {
          data: none ? [1] : values,
          backgroundColor: none ? colour("line") : tones.map((tone) => colour(tone)),
          borderColor: colour("surface"),
          borderWidth: 3,
          borderRadius: none ? 0 : 5,
        },
      ],
    },
    options: { cutout: "76%", plugins: { tooltip: none ? { enabled: false } : tooltip() } },
  };
}
