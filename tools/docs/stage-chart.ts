import { stageNames } from "../bench/stage-times.ts";
import type { Stages } from "../bench/result.ts";

/** One build as a bar. */
export interface StageBar {
  readonly label: string;
  readonly stages: Stages;
}

/** Bars that belong together, with what they have in common. */
export interface StageGroup {
  readonly title: string;
  readonly bars: readonly StageBar[];
}

const width = 860;
const left = 150;
const right = 70;
const bar = { height: 26, gap: 8 };
const legendColumns = 4;

/** Okabe and Ito's colours, which people tell apart who see few; black text has a contrast of at least 4.5 on all but the first. */
const colours: Readonly<Record<(typeof stageNames)[number], readonly [fill: string, text: string]>> = {
  debootstrap: ["#0072b2", "#ffffff"],
  "base system": ["#56b4e9", "#000000"],
  "packages, initramfs": ["#e69f00", "#000000"],
  "other hooks": ["#a0a0a0", "#000000"],
  "copy of the tree": ["#19ab83", "#000000"],
  qcow2: ["#cc79a7", "#000000"],
  "inspect and publish": ["#f0e442", "#000000"],
};

const style = `text { font: 13px system-ui, sans-serif; fill: #1f2328 }
.title { font-weight: 600 } .number { text-anchor: middle; font-size: 12px } rect { stroke: #ffffff; stroke-width: 1 }
@media (prefers-color-scheme: dark) { text { fill: #e6edf3 } rect { stroke: #0d1117 } }`;

/** Stacked bars of seconds, to one scale, as SVG for light and dark backgrounds. */
export function stageChart(groups: readonly StageGroup[]): string {
  const longest = Math.max(1, ...groups.flatMap(({ bars }) => bars.map(({ stages }) => total(stages))));
  const scale = (width - left - right) / longest;
  const parts: string[] = [];
  let y = 10;
  for (const { title, bars } of groups) {
    parts.push(`<text class="title" x="8" y="${y + 14}">${escaped(title)}</text>`);
    y += 26;
    for (const each of bars) {
      parts.push(...barParts(each, y, scale));
      y += bar.height + bar.gap;
    }
    y += 10;
  }
  const rows = Math.ceil(stageNames.length / legendColumns);
  parts.push(...legendParts(y + 6));
  const height = y + 6 + rows * 24 + 4;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="title desc">
<title id="title">Where the seconds of a build go</title>
<desc id="desc">${escaped(groups.map(described).join(" "))}</desc>
<style>${style}</style>
${parts.join("\n")}
</svg>
`;
}

function barParts({ label, stages }: StageBar, y: number, scale: number): string[] {
  const parts = [`<text x="${left - 10}" y="${y + 18}" text-anchor="end">${escaped(label)}</text>`];
  let x = left;
  for (const { stage, seconds } of stages) {
    const [fill, text] = colourOf(stage);
    const size = seconds * scale;
    parts.push(
      `<rect x="${x.toFixed(1)}" y="${y}" width="${size.toFixed(1)}" height="${bar.height}" fill="${fill}"><title>${escaped(stage)}: ${seconds} s</title></rect>`,
    );
    // A number needs its room.
    if (size >= 28)
      parts.push(
        `<text class="number" x="${(x + size / 2).toFixed(1)}" y="${y + 17}" style="fill: ${text}">${shortSeconds(seconds)}</text>`,
      );
    x += size;
  }
  parts.push(`<text x="${(x + 8).toFixed(1)}" y="${y + 18}">${shortSeconds(total(stages))} s</text>`);
  return parts;
}

function legendParts(y: number): string[] {
  const column = (width - 16) / legendColumns;
  return stageNames.flatMap((stage, index) => {
    const x = 8 + (index % legendColumns) * column;
    const top = y + Math.floor(index / legendColumns) * 24;
    return [
      `<rect x="${x}" y="${top}" width="16" height="16" fill="${colourOf(stage)[0]}"/>`,
      `<text x="${x + 24}" y="${top + 13}">${escaped(stage)}</text>`,
    ];
  });
}

function colourOf(stage: string): readonly [string, string] {
  return Object.entries(colours).find(([name]) => name === stage)?.[1] ?? colours["other hooks"];
}

function described({ title, bars }: StageGroup): string {
  return `${title}: ${bars.map(({ label, stages }) => `${label} ${shortSeconds(total(stages))} s`).join(", ")}.`;
}

function total(stages: Stages): number {
  return stages.reduce((sum, { seconds }) => sum + seconds, 0);
}

function shortSeconds(seconds: number): string {
  return seconds < 10 ? seconds.toFixed(1) : seconds.toFixed(0);
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
